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

// wait says how long to wait before a retry, counted down, by the selected step's result or, where that has none, by
// another's, and what to do once the wait is over; "" where none says so.
func (s *checklistScreen) wait() string {
	i := s.selected
	if s.step().Result == nil {
		i = s.waitingStep()
	}
	if i < 0 || s.now.IsZero() || !told(s.list.Steps[i]) {
		return ""
	}
	switch at := s.list.Steps[i].Result.RetryAt; {
	case at.After(s.now):
		return fmt.Sprintf("Retry in %s, %s.", countdown(at.Sub(s.now)), checks.ClockAt(at, s.now))
	case i == s.selected:
		return "The wait is over: r runs the check again, and a retry can succeed now."
	}
	return fmt.Sprintf("The wait is over: a retry can succeed now. r on step %d checks again before.", i+1)
}

// waitingStep returns the index of the first step that tells of a wait, of one that is not over if there is such a
// step; -1 where none does.
func (s *checklistScreen) waitingStep() int {
	if i := slices.IndexFunc(s.list.Steps, func(step guide.Step) bool { return waiting(step, s.now) }); i >= 0 {
		return i
	}
	return slices.IndexFunc(s.list.Steps, told)
}

// told reports whether a step's result tells of a wait.
func told(step guide.Step) bool { return step.Result != nil && !step.Result.RetryAt.IsZero() }

// stillWaits says when a wait ends that a tick does not shorten; "" where there is none. It stays on the screen, so it
// names the time and not what is left.
func (s *checklistScreen) stillWaits() string {
	if !s.waits() {
		return ""
	}
	at := s.list.Steps[s.waitingStep()].Result.RetryAt
	return "The wait goes on: it ends " + checks.ClockAt(at, s.now) + "."
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
