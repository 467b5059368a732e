package guide

import (
	"fmt"
	"slices"
	"strings"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
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

// summaries joins what the check steps that hold say.
func (c Checklist) summaries(holds func(Step) bool) string {
	var texts []string
	for _, s := range c.Steps {
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

// resend names the last step, what is to be sent where a fix has written it, and how the program can do it.
func (c Checklist) resend() string {
	title := c.Steps[len(c.Steps)-1].Title
	if sends := c.sends(); sends != "" {
		title += " " + sends
	}
	if c.ByApp == "" {
		return title
	}
	return title + ". " + c.ByApp
}

// sends says what of a content that a fix has written is to be sent; "" for a content as it was given.
func (c Checklist) sends() string {
	switch content := c.Target.Content; {
	case content == nil:
		return ""
	case content.Parts != nil:
		return fmt.Sprintf("with each of the %d parts in %s, one request each", len(content.Parts), safe.EscapeLine(content.Name))
	default:
		return safe.EscapeLine(content.Sends)
	}
}

// remedy returns what to do about the first step whose check ended with a status, its title where the check
// knows no remedy, and "" where there is no such step.
func (c Checklist) remedy(status checks.Status) string {
	for _, s := range c.Steps {
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
