package checks

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
)

// TestWordsThatHold holds that no words of the limits check say how long a wait was once time has passed, and
// that those which name its end say when it has come.
func TestWordsThatHold(t *testing.T) {
	for _, c := range limitsAskedCases {
		api := apiOn(t, func(w http.ResponseWriter, _ *http.Request) { limitsAnswer(w, c.answer) })
		target := keyTarget(api, testKey)
		target.Now = func() time.Time { return limitsNow }
		wordsHold(t, c.name, Run(inTime(t), catalog.LimitsCheck, target))
	}
	for _, c := range limitsPastedCases {
		target := Target{API: mustAPI(t, "http://127.0.0.1:1"), Response: &c.paste, Now: func() time.Time { return limitsNow }}
		wordsHold(t, c.name, Run(inTime(t), catalog.LimitsCheck, target))
	}
}

func wordsHold(t *testing.T, name string, r Result) {
	t.Helper()
	if r.Wait == 0 {
		if got := r.AsOf(limitsNow); sayings(got) != sayings(r) {
			t.Errorf("%s: without a wait the words became\n%s", name, sayings(got))
		}
		return
	}
	long, end := waitText(r.Wait), clock(r.RetryAt, limitsNow)
	if before := sayings(r); !strings.Contains(before, end) {
		return // the words name no time
	}
	waiting, over := sayings(r.AsOf(r.RetryAt.Add(-1))), sayings(r.AsOf(r.RetryAt))
	for _, stale := range []string{" in " + long, "(" + long} {
		if strings.Contains(waiting, stale) || strings.Contains(over, stale) {
			t.Errorf("%s: still %q in\n%s\nor\n%s", name, stale, waiting, over)
		}
	}
	if !strings.Contains(waiting, end) || !strings.Contains(over, "now") {
		t.Errorf("%s: while it lasts\n%s\nand when it is over\n%s", name, waiting, over)
	}
}

func sayings(r Result) string {
	words := r.Summary + "\n"
	for _, f := range r.Findings {
		words += f.Summary + "\n" + f.Remedy + "\n"
	}
	for _, b := range r.Blocks {
		if b.Client == "" {
			words += b.Text + "\n"
		}
	}
	return words
}

func TestAsOf(t *testing.T) {
	r := Result{
		Summary: "used up: retry at 02:14:04 here, in 37 s", Wait: 37 * time.Second, RetryAt: limitsNow.Add(37 * time.Second),
		Findings: []Finding{{
			Summary: "used up: retry at 02:14:04 here, in 37 s", Remedy: "Wait until 02:14:04 here (in 37 s), then send one every 37 s.",
		}, {
			Remedy: "The server asks to wait 37 s, until 02:14:04 here. Ask for less.",
		}},
		Blocks: []Block{{Title: "Backoff schedule", Text: "First wait until 02:14:04 here (37 s): this response says so."}},
	}
	before := sayings(r)
	for _, c := range []struct {
		after time.Duration
		want  string
	}{
		{36 * time.Second, `used up: retry at 02:14:04 here
used up: retry at 02:14:04 here
Wait until 02:14:04 here, then send one every 37 s.

The server asks to wait until 02:14:04 here. Ask for less.
First wait until 02:14:04 here: this response says so.
`},
		{37 * time.Second, `used up: retry now
used up: retry now
Wait until 02:14:04 here (over now), then send one every 37 s.

The server asked to wait until 02:14:04 here (over now). Ask for less.
First wait until 02:14:04 here (over now): this response says so.
`},
	} {
		if got := sayings(r.AsOf(limitsNow.Add(c.after))); got != c.want {
			t.Errorf("after %v:\n%s\nwant\n%s", c.after, got, c.want)
		}
	}
	if sayings(r) != before {
		t.Error("the result itself was changed")
	}
}
