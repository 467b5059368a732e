package ui

import (
	"errors"
	"strings"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
)

func TestWrapKeepsNumbersWithTheirUnits(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{
		{"no answer within 15 s", 19, "no answer within\n15 s"},
		{"retry in 2 min 19 s, not now", 18, "retry in\n2 min 19 s, not\nnow"},
		{"it is over 5.2 MB (5,242,880 bytes)", 28, "it is over 5.2 MB\n(5,242,880 bytes)"},
		{"send at most 80 % of them", 15, "send at most\n80 % of them"},
		{"these are 3 samples", 11, "these are 3\nsamples"},
		{"a well-known-host:8443/x", 11, "a\nwell-known-\nhost:8443/x"},
	} {
		if got := Wrap(c.text, c.columns); got != c.want {
			t.Errorf("%q in %d columns is\n%s\nwant\n%s", c.text, c.columns, got, c.want)
		}
	}
}

func TestShortenedLinesEndInAWord(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"wait until the minute is over", "wait until the … (p)"},
		{"wait until the end, then", "wait until the … (p)"},
		{"wait until a word, then", "wait until a … (p)"},
		{"wait", "wait … (p)"},
		{"https://example.com/photo.png", "https://example. … (p)"},
	} {
		if got := shorten([]string{c.line, "more"}, 1, 22, "… (p)")[0]; got != c.want {
			t.Errorf("%q is shortened to %q, want %q", c.line, got, c.want)
		}
	}
}

func TestANoticeIsWrapped(t *testing.T) {
	d := play(t, "envelope", "limit\npaste\npress enter", sandboxed())
	d.app.options.Effects.Copy = func(string) error { return errors.New("no clipboard") }
	d.press("c").shows("to the terminal's clipboard; not every terminal takes it.")
	if n := strings.Count(d.frame(), "\n"); n != 24 {
		t.Errorf("the frame has %d lines", n)
	}
}

func TestThePhasesHaveAHeading(t *testing.T) {
	d := newDriver(t, sandboxed())
	r := result(catalog.URLCheck, checks.Pass, "view.public", "nothing wrong is visible from here")
	r.Phases = limited.Phases
	d.results[catalog.URLCheck] = []checks.Result{r}
	d.write("content_download_failed").press("enter", "enter").paste("/samples/photo.png").press("enter").shows("Where the time went: DNS")
}
