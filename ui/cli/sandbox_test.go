package cli

import (
	"io"
	"strings"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// TestChecklistsSeeTheirOwnError runs each code's checklist against the sandbox in that code's state.
func TestChecklistsSeeTheirOwnError(t *testing.T) {
	for _, e := range catalog.All() {
		t.Run(string(e.Code), func(t *testing.T) {
			c := sandboxChecklist(t, e, string(e.Code))
			seen := worst(c)
			reason, isBlind := unseen[e.Code]
			switch {
			case isBlind && (seen == checks.Fail || seen == checks.Warn):
				t.Errorf("a check sees it after all (%s), although %s", seen, reason)
			case !isBlind && seen != checks.Fail && seen != checks.Warn:
				t.Errorf("no check fails or warns:\n%s", describeSteps(c))
			}
		})
	}
}

// TestFixSaysThatNoCheckSeesIt: where all checks pass in a code's own state, the reason is told, and nowhere else.
func TestFixSaysThatNoCheckSeesIt(t *testing.T) {
	for _, c := range []struct {
		state catalog.Code
		want  bool
	}{{"unsupported_language", true}, {"invalid_parameters", true}, {"missing_content", false}, {plainSandbox, false}} {
		var told strings.Builder
		p := &program{ctx: t.Context(), out: io.Discard, err: &told}
		code := "unsupported_language"
		if c.state != plainSandbox {
			code = string(c.state)
		}
		p.run([]string{"fix", code, "--sandbox=" + string(c.state)})
		reason := unseen[c.state]
		if got := strings.Contains(told.String(), "no check can see it: "+reason); got != c.want || c.want && reason == "" {
			t.Errorf("%s: %s", c.state, told.String())
		}
	}
}

// TestChecklistsPassOnAWorkingSandbox runs each code's checklist against a sandbox that works: nothing fails.
func TestChecklistsPassOnAWorkingSandbox(t *testing.T) {
	for _, e := range catalog.All() {
		t.Run(string(e.Code), func(t *testing.T) {
			c := sandboxChecklist(t, e, plainSandbox)
			for _, s := range c.Steps {
				if s.Status == checks.Fail || s.Status == checks.Warn || s.Status == checks.Unknown {
					t.Errorf("%q ends with %s:\n%s", s.Title, s.Status, describeSteps(c))
				}
			}
		})
	}
}

func sandboxChecklist(t *testing.T, e catalog.Entry, state string) guide.Checklist {
	t.Helper()
	t.Setenv("CI", "") // with CI set the key's probe is cut short
	p := &program{ctx: t.Context(), flags: flags{sandbox: state}}
	t.Cleanup(p.close)
	target, err := p.target(nil)
	if err != nil {
		t.Fatal(err)
	}
	return guide.New(e, target, nil).Run(t.Context(), nil)
}

// worst is the worst status that a check has found: fail, warn, and then the rest.
func worst(c guide.Checklist) checks.Status {
	found := checks.Skip
	for _, s := range c.Steps {
		if s.Result == nil {
			continue
		}
		switch {
		case s.Status == checks.Fail, s.Status == checks.Warn && found != checks.Fail:
			found = s.Status
		}
	}
	return found
}

func describeSteps(c guide.Checklist) string {
	text := ""
	for _, s := range c.Steps {
		if s.Result != nil {
			text += string(s.Status) + " " + s.Title + ": " + s.Result.Summary + "\n"
		}
	}
	return text
}
