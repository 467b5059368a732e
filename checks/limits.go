package checks

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
)

// checkLimits says which limit was hit and when to try again, from a pasted response, or else by asking the
// API once with the key: it shows the limits with every answer.
func checkLimits(ctx context.Context, t Target) Result {
	now := t.Now()
	if t.Response != nil {
		s := pastedLimits(*t.Response, t.ResponseAt, now)
		r := limitsResult("the pasted response", s, now)
		r.Blocks = s.blocks(t, now)
		return r
	}
	form := inspectKey(t.key())
	if form.sendable.Empty() {
		return Result{Target: "the API's limits", Findings: []Finding{noLimitsInput(form)}}
	}
	x := t.ask(ctx, "with the key", t.probePath(), form.sendable)
	if x.err != nil {
		f := t.API.noAnswer(ctx, x.err)
		f.Status = Unknown // the network's trouble says nothing about the limits
		return Result{Target: "the limits at " + t.API.base.Host, Findings: []Finding{f}}
	}
	now = t.Now()
	s := liveLimits(x.answer, now)
	r := limitsResult("the limits at "+t.API.base.Host, s, now)
	r.Blocks = s.blocks(t, now)
	r.Code = x.answer.documented()
	r.Findings[0].Evidence = append([]Evidence{t.sent(), x.evidence()}, r.Findings[0].Evidence...)
	return r
}

func noLimitsInput(form keyForm) Finding {
	f := Finding{
		ID: "check.no_input", Status: Skip,
		Summary: "the limits are read from a pasted response or by asking the API with a key: neither is there",
		Remedy:  "paste the response with its headers (curl -i shows them), or give the key",
	}
	if form.findings[0].ID != "key.missing" {
		f.Summary = "the API was not asked for the limits, because the key cannot be sent as it is: " + form.findings[0].Summary
		f.Remedy = "run the key check, which says what is wrong with it"
	}
	return f
}

// limitState is what one response says of the limits.
type limitState struct {
	paste.RateLimit
	resetAt time.Time     // from the error's body; zero where none stands
	code    catalog.Code  // of the error; "" for none
	message string        // the API's own words
	status  int           // 0 where unknown
	edge    string        // by what it is known that the edge answered; "" where it did not
	live    bool          // just received; else pasted
	undated bool          // nothing tells when it was made
	since   bool          // its waits count from when it was pasted
	skew    time.Duration // how far its Date is ahead of this machine's clock; negative where it is behind
	age     time.Duration // since the response was made, as far as is known
	took    time.Duration // how long it took; 0 where unknown
}

// liveLimits reads an answer that has just come. Waits count from the server's own Date, so that a wrong
// clock here does not spoil them.
func liveLimits(a answer, now time.Time) limitState {
	s := limitState{RateLimit: paste.LimitsOf(a.header), code: a.code(), status: a.status, live: true, took: a.took}
	s.undated = s.Date.IsZero()
	if skew := s.Date.Sub(now); !s.undated && skew.Abs() > sameTime+a.took {
		s.skew = skew
	} else {
		s.Date = now // the clocks agree, and the Date is cut to whole seconds
	}
	if who, why := sentBy(a); who == edgeSender || who == strangerSender {
		s.edge = why
	}
	if a.problem != nil {
		s.message = a.problem.Message
		s.readResetAt(a.problem.ResetAt)
	}
	return s
}

// rawField is a value of a JSON document as it stands there, whatever its type.
type rawField string

// UnmarshalJSON never fails.
func (f *rawField) UnmarshalJSON(value []byte) error {
	*f = rawField(value)
	return nil
}

// readResetAt reads the field of an envelope as it stands in JSON.
func (s *limitState) readResetAt(field rawField) {
	s.resetAt = paste.ResetTime(strings.Trim(string(field), `"`))
	if s.resetAt.IsZero() && field != "" && field != "null" {
		s.Unread = append(s.Unread, "reset_at")
	}
}

// pastedLimits reads a diagnosis of a response that was pasted at some time; zero means now.
func pastedLimits(d paste.Diagnosis, pasted, now time.Time) limitState {
	s := limitState{}
	if d.RateLimit != nil {
		s.RateLimit = *d.RateLimit
	}
	if f, found := limitFinding(d.Findings); found {
		s.resetAt, s.status, s.message = f.ResetAt, f.HTTPStatus, f.Message
		if f.Kind == paste.Gateway {
			s.edge, _, _ = strings.Cut(strings.TrimSuffix(f.Message, "."), ". ") // what to do is said here in other words
		} else {
			s.code = f.Code
		}
	} else {
		s.status = candidateStatus(d.Candidates)
	}
	return s.placed(cmp.Or(pasted, now), now)
}

// placed finds out how old a pasted response is. Without a Date it is at least as old as the paste, and as any reset
// that it names: those lie ahead when a response is made.
func (s limitState) placed(pasted, now time.Time) limitState {
	if s.undated = s.Date.IsZero(); s.undated {
		s.Date = pasted
		for _, at := range []time.Time{s.resetAt, s.ResetTime, s.RetryTime} {
			if !at.IsZero() && at.Before(s.Date) {
				s.Date = at
			}
		}
		s.since = s.Date.Equal(pasted)
	}
	s.age = now.Sub(s.Date)
	if s.age < -sameTime {
		s.skew = -s.age
	}
	s.age = max(s.age, 0)
	return s
}

// limitFinding returns the finding that speaks of a limit, else the first one.
func limitFinding(findings []paste.Finding) (paste.Finding, bool) {
	for _, f := range findings {
		if _, ours := limitCodes[f.Code]; ours || f.HTTPStatus == http.StatusTooManyRequests {
			return f, true
		}
	}
	if len(findings) == 0 {
		return paste.Finding{}, false
	}
	return findings[0], true
}

// candidateStatus returns the status of a paste that shows no more than one that limits come with; 0 for others.
func candidateStatus(candidates []paste.Candidate) int {
	for _, c := range candidates {
		switch kind, ours := limitCodes[c.Code]; {
		case ours && kind == payloadLimit:
			return http.StatusRequestEntityTooLarge
		case ours:
			return http.StatusTooManyRequests
		}
	}
	return 0
}
