package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestEveryClientThatIsNamedHasItsCode: what a checklist offers to print, --snippet prints.
func TestEveryClientThatIsNamedHasItsCode(t *testing.T) {
	api := httptest.NewServer(http.NotFoundHandler()) // which proves nothing about a key
	defer api.Close()
	t.Setenv(keyVariable, "klyra_live_3fKq9ZbT7xWm2LpR8sVd")
	fix := func(more ...string) string {
		var out strings.Builder
		p := &program{ctx: t.Context(), out: &out, err: &out}
		p.run(append([]string{"fix", "invalid_api_key", "--api-url", api.URL}, more...))
		return out.String()
	}
	_, named, _ := strings.Cut(strings.Join(strings.Fields(fix()), " "), "print the code alone: ")
	named, _, _ = strings.Cut(named, " Nothing failed")
	clients := strings.Split(named, ", ")
	if len(clients) != 6 {
		t.Fatalf("%q are named", clients)
	}
	for _, client := range clients {
		if code := fix("--snippet", client); code == "" || strings.Contains(code, "klyra-doctor") {
			t.Errorf("%s: %s", client, code)
		}
	}
}

// TestTheCommandForTheApp: a shell takes every word of the command as it was given.
func TestTheCommandForTheApp(t *testing.T) {
	for want, c := range map[string]struct {
		flags flags
		from  string
	}{
		"klyra-doctor < FILE":                         {from: "-"},
		"klyra-doctor < logs/a-1.txt":                 {from: "logs/a-1.txt"},
		"klyra-doctor < 'it'\\''s $HOME'":             {from: "it's $HOME"},
		"klyra-doctor --sandbox < a":                  {flags{sandbox: plainSandbox}, "a"},
		"klyra-doctor --sandbox=revoked < a":          {flags{sandbox: "revoked"}, "a"},
		"klyra-doctor --api-url https://h:1/x < a":    {flags{apiURL: "https://h:1/x"}, "a"},
		"klyra-doctor --api-url 'https://h/$(x)' < a": {flags{apiURL: "https://h/$(x)"}, "a"},
	} {
		if got := (&program{flags: c.flags}).appOn(c.from); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
