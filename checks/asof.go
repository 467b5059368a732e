package checks

import (
	"slices"
	"strings"
	"time"
)

// AsOf returns the result in words that hold at a later time. How long a wait was when the check ran is left out of
// them: the time at which it ends stays, and once that has come they say so.
func (r Result) AsOf(now time.Time) Result {
	if r.RetryAt.IsZero() || r.Wait <= 0 {
		return r
	}
	words := r.waitWords(r.RetryAt.After(now))
	r.Summary = words.Replace(r.Summary)
	r.Findings, r.Blocks = slices.Clone(r.Findings), slices.Clone(r.Blocks)
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Summary, f.Remedy = words.Replace(f.Summary), words.Replace(f.Remedy)
	}
	for i := range r.Blocks {
		r.Blocks[i].Text = words.Replace(r.Blocks[i].Text)
	}
	return r
}

// waitWords replaces the words in which findings and blocks name the result's wait: those that begin with the time
// at which it ends, and how long it was beside one.
func (r Result) waitWords(waiting bool) *strings.Replacer {
	checked := r.RetryAt.Add(-r.Wait)
	at, end, long := ClockAt(r.RetryAt, checked), clock(r.RetryAt, checked), waitText(r.Wait)
	if waiting {
		return strings.NewReplacer(
			at+", in "+long, at, end+" (in "+long+")", end, end+" ("+long+")", end,
			"asks to wait "+long+", until "+end, "asks to wait until "+end)
	}
	over := end + " (over now)"
	return strings.NewReplacer(
		at+", in "+long, "now", end+" (in "+long+")", over, end+" ("+long+")", over,
		"asks to wait "+long+", until "+end, "asked to wait until "+over)
}
