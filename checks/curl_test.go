//go:build !windows

package checks

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestCurlCommand: a shell makes of the command exactly the words that curl needs, and acts on nothing in it.
func TestCurlCommand(t *testing.T) {
	api := mustAPI(t, "https://api.klyra.live")
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"another host": {
			`curl https://evil.example/v1/x -H 'X-A: $(touch pwned) '\''b' -d $'{"text":"it\'s \x60id\x60 $HOME\\n"}'`,
			[]string{
				"-i", "-X", "POST", "https://evil.example/v1/x", "-H", "Authorization: Bearer the key",
				"-H", "Content-Type: application/x-www-form-urlencoded", "-H", "X-A: $(touch pwned) 'b", "--data-binary", `{"text":"it's ` + "`id`" + ` $HOME\n"}`,
			},
		},
		"a password": {
			`curl https://user:secret99@api.klyra.live/v1/x -I`,
			[]string{"-I", "https://api.klyra.live/v1/x", "-H", "Authorization: Bearer the key"},
		},
		"a file": {
			`curl -X PUT https://api.klyra.live/v1/x --data-binary @a.png -H 'Content-Type: image/png'`,
			[]string{"-i", "-X", "PUT", "https://api.klyra.live/v1/x", "-H", "Authorization: Bearer the key", "-H", "Content-Type: image/png", "--data-binary", "@BODY"},
		},
	} {
		command := Prepare(asked(t, api, c.text), "").Command
		sh := exec.Command("sh", "-c", `curl() { printf '%s\0' "$@"; }`+"\n"+command.Text)
		sh.Dir, sh.Env = t.TempDir(), []string{"KLYRA_API_KEY=the key"}
		out, err := sh.CombinedOutput()
		got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v\n%q\nwant\n%q", name, err, got, c.want)
		}
		if len(command.Title) > 60 {
			t.Errorf("%q is too long for a title", command.Title)
		}
	}
}
