package cli

import "testing"

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
