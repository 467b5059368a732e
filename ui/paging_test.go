package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
)

// wordy is a failed key check with much to say.
func wordy() checks.Result {
	r := result(catalog.KeyCheck, checks.Fail, "key.rejected", "SUMMARY "+strings.Repeat("of what is wrong ", 12)+"END1")
	r.Findings[0].Remedy = "REMEDY " + strings.Repeat("of what is wrong ", 38) + "END2"
	for i := range 30 {
		r.Findings[0].Evidence = append(r.Findings[0].Evidence, checks.Evidence{Label: "fact", Value: fmt.Sprintf("number %d", i)})
	}
	return r
}

// openWordy runs the checklist whose key check has much to say.
func openWordy(t *testing.T) *driver {
	t.Helper()
	d := newDriver(t, sandboxed())
	d.results[catalog.KeyCheck] = []checks.Result{wordy()}
	return d.write("invalid_api_key").press("enter", "enter")
}

// TestWhatIsWrongIsSeenAtOnce: the list of steps gives way to what is wrong and what to do.
func TestWhatIsWrongIsSeenAtOnce(t *testing.T) {
	openWordy(t).shows("SUMMARY", "END1", "REMEDY", "END2", "▸ ✗ fail 1. Test the key", "(lines 1-", "more: pgdn)", "pgdn more", "Not resolved yet.")
}

func TestPaging(t *testing.T) {
	d := openWordy(t)
	first := d.frame()
	d.press("pgdown").hides("SUMMARY").shows("more: pgup, pgdn)", "pgdn more")
	d.press("end").shows("more: pgup)", "pgup back up", "Endpoint: not given").hides("pgdn")
	d.press("pgup").shows("more: pgup, pgdn)")
	if d.press("home"); d.frame() != first {
		t.Errorf("home does not lead back:\n%s", d.frame())
	}
	d.press("pgdown", "down").shows("▸ ○ to do 2.").press("up").shows("SUMMARY")
	d.size(140, 60).hides("more: pgdn", "pgdn more", "pgup back up")
}

func TestPosition(t *testing.T) {
	for want, at := range map[string][3]int{
		"(lines 1-9 of 27; more: pgdn)":         {0, 9, 27},
		"(lines 10-18 of 27; more: pgup, pgdn)": {9, 9, 27},
		"(lines 19-27 of 27; more: pgup)":       {18, 9, 27},
	} {
		if got := position(at[0], at[1], at[2]); got != want {
			t.Errorf("%v is told as %q, want %q", at, got, want)
		}
	}
}

// TestTitlesStayWhole: no step's title is cut or wrapped at 80 columns, also while its check has run for long, and
// running changes no line break of a wider window.
func TestTitlesStayWhole(t *testing.T) {
	for _, e := range catalog.All() {
		d := newDriver(t, Options{})
		d.hold = true
		d.write(string(e.Code)).press("enter", "enter")
		s := d.app.top().(*checklistScreen)
		for i, step := range s.list.Steps {
			started, _ := s.list.Start(i)
			still := s.row(d.app, i, 63, true)
			s.list, s.runs[i], s.now = started, run{since: noon}, noon.Add(1000*time.Second)
			row := s.row(d.app, i, 80, false)
			if line := ansi.Strip(row[0]); len(row) != 1 || !strings.Contains(line, step.Title) || ansi.StringWidth(line) > 80 {
				t.Errorf("%s: %q", e.Code, row)
			}
			if running := s.row(d.app, i, 63, true); len(running) != len(still) {
				t.Errorf("%s: %q takes %d lines while it runs", e.Code, step.Title, len(running))
			}
		}
		if header := ansi.Strip(d.app.header()); !strings.Contains(header, s.title()) || ansi.StringWidth(header) > 80 {
			t.Errorf("header %q", header)
		}
	}
}
