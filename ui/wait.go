package ui

import (
	"fmt"
	"math"
	"slices"
	"time"

	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// countEvery is how often a wait is counted down.
const countEvery = time.Second

// wait is how long to wait before a retry, counted down, by the selected step's result or, where that has none, by
// another's; "" where none says so.
func (s *checklistScreen) wait() string {
	r := s.step().Result
	if i := slices.IndexFunc(s.list.Steps, func(step guide.Step) bool { return waiting(step, s.now) }); r == nil && i >= 0 {
		r = s.list.Steps[i].Result
	}
	switch {
	case r == nil || r.RetryAt.IsZero() || s.now.IsZero():
		return ""
	case !r.RetryAt.After(s.now):
		return "The wait is over: r runs the check again, and a retry can succeed now."
	}
	return fmt.Sprintf("Retry in %s, %s.", countdown(r.RetryAt.Sub(s.now)), checks.ClockAt(r.RetryAt, s.now))
}

// waits reports whether a step's wait is still being counted down.
func (s *checklistScreen) waits() bool {
	return slices.ContainsFunc(s.list.Steps, func(step guide.Step) bool { return waiting(step, s.now) })
}

func waiting(step guide.Step, now time.Time) bool {
	return step.Result != nil && step.Result.RetryAt.After(now)
}

// countdown writes what is left as a clock that runs down: "0:37", "1:02:03".
func countdown(left time.Duration) string {
	s := int64(math.Ceil(left.Seconds()))
	if s < 60*60 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
