package guide

import (
	"slices"
	"strings"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
)

// Verdict is what a checklist amounts to.
type Verdict string

const (
	Open       Verdict = "open"           // steps are still to be done or running
	Resolved   Verdict = "resolved"       // every check passed or warned, and at least one ran; or the request, sent again, went through
	NotYours   Verdict = "not your fault" // what failed is the API or the network before it
	Unresolved Verdict = "unresolved"     // a check failed
	Untold     Verdict = "could not tell" // nothing failed, but not every check could tell
)

// Outcome is what a checklist amounts to so far.
type Outcome struct {
	Verdict   Verdict
	Headline  string // one sentence
	Next      string // the one thing to do next
	Confirmed bool   // the request, sent again, went through: the user has ticked so, or it is Replayed
	Replayed  bool   // the program has sent the request again, and it went through
}

// Outcome judges the checklist as it stands.
func (c Checklist) Outcome() Outcome {
	o := Outcome{Verdict: c.verdict(), Next: c.next()}
	last := c.Steps[len(c.Steps)-1]
	o.Confirmed = last.Kind == catalog.DoStep && last.Status == checks.Pass
	o.Replayed = o.Confirmed && last.replayed()
	o.Headline = c.headline(o)
	return o
}

// Resolved reports whether every check step that has a point passed or warned, and at least one of them ran.
func (c Checklist) Resolved() bool {
	ran := false
	for _, s := range c.Steps {
		if !s.live() || s.Needless {
			continue
		}
		if s.Status != checks.Pass && s.Status != checks.Warn {
			return false
		}
		ran = true
	}
	return ran
}

func (c Checklist) verdict() Verdict {
	switch last := c.Steps[len(c.Steps)-1]; {
	case last.replayed() && last.Status == checks.Pass:
		return Resolved
	case c.anyCheck(func(s Step) bool { return s.Status == Todo }):
		return Open
	case c.Resolved():
		return Resolved
	case c.anyCheck(blamesOthers):
		return NotYours
	case c.anyCheck(func(s Step) bool { return s.Status == checks.Fail }):
		return Unresolved
	}
	return Untold
}

// blamesOthers reports whether a step's check has found the API itself, or what stands before it, at fault.
func blamesOthers(s Step) bool {
	return s.Check == catalog.ServiceCheck && s.Status == checks.Fail
}

func warned(s Step) bool { return s.Status == checks.Warn }

func (c Checklist) anyCheck(holds func(Step) bool) bool {
	return slices.ContainsFunc(c.Steps, func(s Step) bool { return s.live() && holds(s) })
}

func (c Checklist) headline(o Outcome) string {
	switch o.Verdict {
	case Open:
		return "Not every check has run yet."
	case Resolved:
		if o.Replayed {
			return c.wentThrough()
		}
		if o.Confirmed {
			return "Resolved: the checks find nothing wrong, and you confirmed that the request goes through."
		}
		if c.anyCheck(warned) {
			return "Nothing fails, but look at the warnings: " + c.summaries(warned)
		}
		if c.fixedPassed() {
			return "The checks find nothing wrong with " + c.show(c.Target.Content.Name) + ". Sending it is the proof."
		}
		return "The checks find nothing wrong. Sending the request again is the proof."
	case NotYours:
		return "This is not your request's fault: " + c.summaries(blamesOthers)
	case Unresolved:
		return "Not resolved yet: " + c.summaries(func(s Step) bool { return s.Status == checks.Fail })
	}
	return "Nothing failed, but not every check could tell: " + c.summaries(func(s Step) bool {
		return s.Status == checks.Unknown || s.Status == checks.Skip && !s.Needless
	})
}

// wentThrough is the headline where the request was sent again and went through, whatever the checks say.
func (c Checklist) wentThrough() string {
	headline := "Resolved: the pasted request, sent again by klyra-doctor, went through."
	if c.Target.Sandbox {
		headline = "The sandbox took the pasted request, sent again by klyra-doctor. It only pretends to be Klyra's API: that proves nothing about Klyra."
	}
	if doubts := c.summaries(func(s Step) bool { return s.Status == checks.Fail }); doubts != "" {
		headline += " What fails all the same: " + doubts
	}
	return headline
}

// byWeight lists the steps as they count: in order, but for a pasted request whose key is at fault where the code is
// not about keys. The API has taken that key, or the paste is not of one call: that comes after what the code is about.
func (c Checklist) byWeight() []Step {
	first, last := c.Steps[0], len(c.Steps)-1
	if first.Check != catalog.RequestCheck || first.Result == nil || !aboutKey(*first.Result) || c.find(catalog.KeyCheck) >= 0 {
		return c.Steps
	}
	return slices.Concat(c.Steps[1:last], []Step{first}, c.Steps[last:])
}

// aboutKey reports whether the failure that a result speaks of is one of the key.
func aboutKey(r checks.Result) bool {
	i := slices.IndexFunc(r.Findings, func(f checks.Finding) bool { return f.Status == checks.Fail })
	return i >= 0 && strings.HasPrefix(r.Findings[i].ID, "key.")
}

// summaries joins what the check steps that hold say.
func (c Checklist) summaries(holds func(Step) bool) string {
	var texts []string
	for _, s := range c.byWeight() {
		if s.live() && holds(s) {
			texts = append(texts, s.says())
		}
	}
	return strings.Join(texts, "; ")
}

// says returns a step's result in one sentence.
func (s Step) says() string {
	if s.Result != nil {
		return s.Result.Summary
	}
	return s.Reason
}

// next names the one thing to do next, the first of these that there is: what a request that went through advises; the
// remedy of the first failure; the first check that has still to run; the remedy of the first that could not tell or
// run; sending the request again, after what a warning advises.
func (c Checklist) next() string {
	last := c.Steps[len(c.Steps)-1]
	if last.replayed() && last.Status == checks.Pass {
		return last.Result.Remedy()
	}
	if remedy := c.remedy(checks.Fail); remedy != "" {
		return remedy
	}
	for _, s := range c.Steps {
		if s.Status == Todo && s.Kind == catalog.CheckStep {
			return s.Title
		}
	}
	for _, status := range []checks.Status{checks.Unknown, checks.Skip} {
		if remedy := c.remedy(status); remedy != "" {
			return remedy
		}
	}
	if last.Status != Todo {
		return ""
	}
	if remedy := c.remedy(checks.Warn); remedy != "" {
		return remedy + " Then: " + c.resend()
	}
	return c.resend()
}

// resend names the last step, with what is to be sent where a fix has written that, and how the program can do it.
func (c Checklist) resend() string {
	title := c.Steps[len(c.Steps)-1].Title
	if send := c.ToSend(); send != "" {
		title += ", " + send
	}
	if c.ByApp == "" {
		return title
	}
	return title + ". " + c.ByApp
}

// remedy returns what to do about the first step whose check ended with a status, its title where the check
// knows no remedy, and "" where there is no such step.
func (c Checklist) remedy(status checks.Status) string {
	for _, s := range c.byWeight() {
		if s.Status != status || s.Result == nil {
			continue
		}
		if remedy := s.Result.Remedy(); remedy != "" {
			return remedy
		}
		return s.Title
	}
	return ""
}
