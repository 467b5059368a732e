package guide

import (
	"slices"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/mend"
)

// tooLarge is the checklist of a content that was found too large.
func tooLarge(t *testing.T) Checklist {
	t.Helper()
	entry, found := catalog.Lookup("content_too_large")
	if !found {
		t.Fatal("there is no such code")
	}
	c := New(entry, target(t), nil).SetContent(checks.Content{Name: "photo.png", Size: 5 << 20}, "what you typed")
	return answer(c, c.find(catalog.ContentCheck), "content.too_large", checks.Fail)
}

var (
	smaller = checks.Content{Name: "photo-small.jpg", Size: 2_100_000}
	parts   = checks.Content{Name: "essay-parts", Parts: []checks.Content{{Name: "001.txt", Size: 900}, {Name: "002.txt", Size: 800}}}
	shrunk  = Fixed{Fix: "shrink", Of: "photo.png", Path: "/home/dev/photo-small.jpg", Send: "with photo-small.jpg in place of the image", Did: []string{"lost: all metadata"}}
	chunked = Fixed{Fix: "chunk", Of: "essay.txt", Path: "/home/dev/essay-parts", Send: "with each part in essay-parts, one request each"}
)

func step(t *testing.T, c Checklist, title string) Step {
	t.Helper()
	i := slices.IndexFunc(c.Steps, func(s Step) bool { return strings.HasPrefix(s.Title, title) })
	if i < 0 {
		t.Fatalf("no step begins with %q", title)
	}
	return c.Steps[i]
}

// TestFixed holds what is said of a content that a fix has written, and that nothing is claimed of the original.
func TestFixed(t *testing.T) {
	for _, test := range []struct {
		name            string
		content         checks.Content
		fixed           Fixed
		does            string // title of the step that it does
		undone          string // title of one that it does not do
		measured, wrote string
		headline, next  string
	}{
		{
			"one file", smaller, shrunk, "Shrink the image", "Split long text",
			"wrote photo-small.jpg, 2.1 MB, checked", "wrote photo-small.jpg, 2.1 MB",
			"The checks find nothing wrong with photo-small.jpg. Sending it is the proof.",
			"Send the request again, with photo-small.jpg in place of the image",
		},
		{
			"parts", parts, chunked, "Split long text", "Shrink the image",
			"wrote essay-parts, 2 parts, 1.7 kB, checked", "wrote essay-parts, 2 parts, 1.7 kB",
			"The checks find nothing wrong with essay-parts. Sending it is the proof.",
			"Send the request again, with each part in essay-parts, one request each",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := tooLarge(t)
			c := before.SetFixed(test.content, test.fixed)
			if s := step(t, c, test.does); s.Status != Todo || c.ToSend() != "" {
				t.Errorf("before its check: %+v, send %q", s, c.ToSend())
			}
			c = answer(c, c.find(catalog.ContentCheck), "content.fits", checks.Pass)
			if s := c.Steps[c.find(catalog.ContentCheck)]; !s.Fixed || s.Reason != test.measured || statusWord(s) != "fixed" {
				t.Errorf("the check's step: %+v", s)
			}
			if s := step(t, c, test.does); s.Status != checks.Pass || !s.Fixed || s.Reason != test.wrote {
				t.Errorf("the step that was done: %+v", s)
			}
			if s := step(t, c, test.undone); s.Status != Todo {
				t.Errorf("the step that was not done: %+v", s)
			}
			if o := c.Outcome(); o.Headline != test.headline || o.Next != test.next {
				t.Errorf("outcome: %+v", o)
			}
			if s := step(t, before, test.does); s.Status != Todo {
				t.Errorf("the checklist before it has changed: %+v", s)
			}
			takenBack(t, c, test.does)
		})
	}
}

// takenBack holds that nothing remains of a fix once the content is another one.
func takenBack(t *testing.T, c Checklist, does string) {
	t.Helper()
	c = c.SetContent(checks.Content{Name: "other.png"}, "what you typed")
	c = answer(c, c.find(catalog.ContentCheck), "content.fits", checks.Pass)
	s, measured := step(t, c, does), c.Steps[c.find(catalog.ContentCheck)]
	if s.Status != Todo || s.Fixed || measured.Fixed || measured.Reason != "" || c.ToSend() != "" {
		t.Errorf("with another content: %+v and %+v", s, measured)
	}
}

// TestFixedInVain: where what a fix has written fails or warns itself, nothing is called fixed.
func TestFixedInVain(t *testing.T) {
	for status, want := range map[checks.Status]string{
		checks.Fail:    "its check: fail",
		checks.Unknown: "its check: unknown",
		checks.Warn:    "its check: warn",
	} {
		c := tooLarge(t).SetFixed(smaller, shrunk)
		c = answer(c, c.find(catalog.ContentCheck), "content.of_it", status)
		s := c.Steps[c.find(catalog.ContentCheck)]
		if s.Reason != "wrote photo-small.jpg, 2.1 MB; this is what its check says" || statusWord(s) != string(status) {
			t.Errorf("%s: %+v", status, s)
		}
		if done := step(t, c, "Shrink the image").Status == checks.Pass; done != (status == checks.Warn) {
			t.Errorf("%s: the step is done: %v", status, done)
		}
		if report := c.Report(time.Unix(0, 0), "v1"); !strings.Contains(report, want) || strings.Contains(report, "fixed") {
			t.Errorf("%s: the report says\n%s", status, report)
		}
	}
}

func TestFixedInTheReport(t *testing.T) {
	c := tooLarge(t).SetFixed(smaller, shrunk)
	if report := c.Report(time.Unix(0, 0), "v1"); !strings.Contains(report, "`photo-small.jpg, 2.1 MB`, not checked yet") {
		t.Errorf("before its check the report says\n%s", report)
	}
	c = answer(c, c.find(catalog.ContentCheck), "content.fits", checks.Pass)
	report := c.Report(time.Unix(0, 0), "v1")
	for _, want := range []string{
		"- written by klyra-doctor: `photo-small.jpg, 2.1 MB`, its check: pass; made from `photo.png`, which stays as it was\n  - lost: all metadata\n",
		"1. **Measure the content against the limits** — fixed (wrote photo-small.jpg, 2.1 MB, checked)",
		"3. **Shrink the image** — done (wrote photo-small.jpg, 2.1 MB)",
		"**Next:** Send the request again, with photo-small.jpg in place of the image",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("the report lacks %q:\n%s", want, report)
		}
	}
	if strings.Contains(report, "/home/dev") {
		t.Error("the report tells the user's folders")
	}
}

// TestFixesAreNamed holds that the fixes which steps name are those of checks/mend.
func TestFixesAreNamed(t *testing.T) {
	named := 0
	for _, e := range catalog.All() {
		for _, s := range e.Steps {
			for _, fix := range s.Fixes {
				named++
				if s.Kind != catalog.DoStep || !slices.Contains(mend.All, mend.Fix(fix)) {
					t.Errorf("%s: %q names the fix %q", e.Code, s.Title, fix)
				}
			}
		}
	}
	if named == 0 {
		t.Error("no step names a fix")
	}
}

// TestDoubtsAboutWhatWasFixed: a pasted request does not hold what a fix has written.
func TestDoubtsAboutWhatWasFixed(t *testing.T) {
	doubts := strings.Join(tooLarge(t).SetFixed(smaller, shrunk).Doubts(), " ")
	if !strings.Contains(doubts, "photo-small.jpg, which was written since, is not in it.") {
		t.Errorf("doubts: %q", doubts)
	}
}

// TestAWaitInTheReport: a report is read later than it is made, so it says when a wait ends and not how long it is.
func TestAWaitInTheReport(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 37, 0, time.UTC)
	words := "used up: retry at 12:00:37 UTC, in 37 s"
	waits := catalog.Entry{Code: "rate_limit_exceeded", Steps: []catalog.Step{{Kind: catalog.CheckStep, Title: "Read the limits", Check: catalog.LimitsCheck}}}
	c, run := New(waits, target(t), nil).Start(0)
	c = c.Record(0, run, checks.Result{
		Status: checks.Fail, Summary: words, Wait: 37 * time.Second, RetryAt: at,
		Findings: []checks.Finding{{ID: "limits.minute_exhausted", Status: checks.Fail, Summary: words, Remedy: "Wait until 12:00:37 UTC (in 37 s)."}},
	})
	if report := c.Report(at.Add(-time.Second), "v1"); strings.Contains(report, "37 s") || !strings.Contains(report, "retry at 12:00:37 UTC\n") {
		t.Errorf("the report says\n%s", report)
	}
	if o := c.AsOf(at).Outcome(); o.Headline != "Not resolved yet: used up: retry now" || o.Next != "Wait until 12:00:37 UTC (over now)." {
		t.Errorf("after the wait: %+v", o)
	}
	if c.Steps[0].Result.Summary != words {
		t.Error("the checklist itself was changed")
	}
}
