package ui

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestAWaitCountsDown(t *testing.T) {
	d := play(t, "envelope", "limit\npaste\npress enter", sandboxed())
	d.shows("Retry in 0:37, at 12:00:37 UTC.", "used up: retry at 12:00:37 UTC What to do: Wait until 12:00:37 UTC, then").hides("37 s")
	d.press("down").shows("Retry in 0:37", "could tell: this minute's requests are used up: retry at 12:00:37 UTC").hides("37 s").press("up")
	s := d.app.top().(*checklistScreen)
	if !s.ticking {
		t.Error("nothing counts the wait down")
	}
	d.send(replyMsg{s.id, tickedMsg{noon.Add(36*time.Second + 200*time.Millisecond)}}).shows("Retry in 0:01, at 12:00:37 UTC.")
	d.send(replyMsg{s.id, tickedMsg{noon.Add(37 * time.Second)}}).shows("The wait is over: r runs the check again", "used up: retry now What to do: Wait until 12:00:37 UTC (over now), then")
	d.press("down").shows("could tell: this minute's requests are used up: retry now Next: Wait until 12:00:37 UTC (over now), then").press("up")
	d.press("down").shows("The wait is over: a retry can succeed now. r on step 1 checks again before.").press("up")
	if s.ticking {
		t.Error("the clock still ticks though nothing is left to wait for")
	}
}

func TestATickWhileAWaitLastsSaysWhenItEnds(t *testing.T) {
	d := play(t, "envelope", "limit\npaste\npress enter", sandboxed())
	d.press("down", "space").shows("done 2.", "The wait goes on: it ends at 12:00:37 UTC.")
	d.press("up", "space").shows("to do 2.").hides("The wait goes on") // that takes the tick back
	s := d.app.top().(*checklistScreen)
	d.send(replyMsg{s.id, tickedMsg{noon.Add(time.Minute)}}).press("space").shows("done 2.").hides("The wait goes on")
}

// TestTheDiagnosisNamesTheTimeOfARetry: a wait in seconds would grow old on the screen.
func TestTheDiagnosisNamesTheTimeOfARetry(t *testing.T) {
	const response = "HTTP/1.1 429 Too Many Requests\nX-RateLimit-Remaining: 0\nRetry-After: 40\n%s\n" +
		`{"error":{"code":"rate_limit_exceeded","message":"slow down"}}`
	for date, want := range map[string]string{
		"":                                      "at 12:00:40 UTC, counted from when you pasted it",
		"Date: Sun, 01 Mar 2026 11:59:50 GMT\n": "at 12:00:30 UTC",
		"Date: Sun, 01 Mar 2026 11:50:00 GMT\n": "now: the limit has been reset since",
	} {
		d := newDriver(t, Options{}).paste(fmt.Sprintf(response, date))
		d.shows("when this was answered: 0 left in this one, try again after 40 s", "Retry "+want).press("enter")
		if at := d.app.top().(*checklistScreen).list.Target.ResponseAt; at != noon {
			t.Errorf("the checklist takes the paste to be of %v", at)
		}
	}
}

func TestAWaitOfAnotherDay(t *testing.T) {
	if got := countdown(25*time.Hour + time.Second); got != "25:00:01" {
		t.Errorf("25 hours are counted as %s", got)
	}
}

func TestBlocksAreCopiedOneAfterAnother(t *testing.T) {
	d := play(t, "envelope", "limit\npaste\npress enter", sandboxed())
	d.press("c").shows("Copied “What to tell support” (c again: “Retry with curl”).")
	d.press("c", "c")
	want := []string{limited.Blocks[1].Text, limited.Blocks[0].Text, limited.Blocks[1].Text}
	if !slices.Equal(d.copied, want) {
		t.Errorf("copied %q, want %q", d.copied, want)
	}
	d.press("down").press("c")
	if len(d.copied) != len(want) {
		t.Errorf("a step without blocks copied %q", d.copied[len(want):])
	}
}

// TestACheckThatTakesLongSaysHowLong: from the first second on, with what bounds it.
func TestACheckThatTakesLongSaysHowLong(t *testing.T) {
	for bound, words := range map[time.Duration]string{0: "15 s", 90 * time.Second: "90 s"} {
		o := sandboxed()
		o.Target.Timeout = bound
		d := play(t, "envelope", "", o)
		d.hold = true
		d.paste(revoked).press("enter").hides("at most")
		s := d.app.top().(*checklistScreen)
		d.send(replyMsg{s.id, tickedMsg{noon.Add(900 * time.Millisecond)}}).hides("at most")
		d.send(replyMsg{s.id, tickedMsg{noon.Add(4*time.Second + 900*time.Millisecond)}}).shows("Running, 4 s of at most " + words + ".")
		d.hold = false
		d.send(d.held[0]).hides("at most")
	}
}
