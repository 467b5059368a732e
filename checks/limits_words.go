package checks

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// limitsResult says in words what a response shows of the limits.
func limitsResult(target string, s limitState, now time.Time) Result {
	r := Result{Target: target}
	f := s.verdict(now)
	f.Evidence = append(s.evidence(), f.Evidence...)
	r.Findings = append(r.Findings, f)
	if f.Status == Fail || s.hit() == someLimit {
		r.Wait, r.RetryAt = s.retry(now)
	}
	if f.Status == Pass || s.edge != "" {
		return r
	}
	for _, judge := range []func(limitState) (Finding, bool){limitState.disagreement, limitState.leftover} {
		if f, found := judge(s); found {
			r.Findings = append(r.Findings, f)
		}
	}
	return r
}

// limitNames are the ids and names of the limits.
var limitNames = map[limitKind]struct{ id, summary string }{
	minuteLimit:   {"limits.minute_exhausted", "this minute's requests are used up"},
	dayLimit:      {"limits.day_exhausted", "this day's requests are used up"},
	quotaLimit:    {"limits.quota_exhausted", "the plan's quota is used up"},
	parallelLimit: {"limits.concurrency", "too many requests were under way at once"},
	someLimit:     {"limits.headers_missing", "a limit was hit, but nothing tells which: the response shows none of the X-RateLimit headers"},
}

// verdict is the finding about the limit that stands in the way, or about the room that is left.
func (s limitState) verdict(now time.Time) Finding {
	kind := s.hit()
	switch {
	case s.edge != "":
		return s.edgeVerdict()
	case kind == noLimit:
		return s.roomLeft()
	case s.passed():
		return Finding{
			ID: "limits.reset", Status: Pass,
			Summary: "the limit that this response shows has been reset since: " + s.sinceReset(now),
			Remedy:  "send the request again, slower: " + s.pace(),
		}
	}
	f := Finding{ID: limitNames[kind].id, Status: Fail, Summary: limitNames[kind].summary, Remedy: s.remedy(kind, now)}
	if kind == someLimit {
		f.Status = Unknown
		if s.code == rateLimitCode {
			f.Summary = "the requests of this minute or of this day are used up, but nothing tells which: the response shows none of the X-RateLimit headers"
		}
	}
	if kind == parallelLimit && limitCodes[s.code] != parallelLimit {
		f.Summary = fmt.Sprintf("a limit was hit although %s of this minute are left, which points to too many requests at once", requests(*s.Remaining))
	}
	wait, at := s.retry(now)
	when := clockAt(at, now) + ", in " + waitText(wait)
	switch {
	case !at.IsZero() && kind == quotaLimit:
		f.Summary += ": it resets " + when
	case !at.IsZero() && kind == someLimit:
		f.Summary += "; retry " + when
	case !at.IsZero():
		f.Summary += ": retry " + when
	case kind == dayLimit || kind == quotaLimit:
		f.Summary += "; when that ends, this response does not say"
	}
	return f
}

func (s limitState) edgeVerdict() Finding {
	return Finding{
		ID: "limits.headers_missing", Status: Unknown,
		Summary: "could not tell: something in front of the API answered (" + s.edge + ")",
		Remedy:  "run the service check; the API's own limits say nothing about this",
	}
}

// roomLeft is the finding where no limit stands in the way.
func (s limitState) roomLeft() Finding {
	switch {
	case s.Remaining == nil && s.DailyRemaining == nil:
		return Finding{ID: "limits.headers_missing", Status: Unknown, Summary: s.whyNoHeaders(), Remedy: "read them from a response that a working request got: curl -i shows them"}
	case s.isLow():
		return Finding{ID: "limits.low", Status: Warn, Summary: "little is left: " + s.left(), Remedy: s.pace()}
	}
	return Finding{ID: "limits.free", Status: Pass, Summary: "no limit stands in the way: " + s.left()}
}

func (s limitState) whyNoHeaders() string {
	switch {
	case s.status == 401 || s.status == 403:
		return "could not tell: the key was not accepted, and limits are shown only with one that is (usual for such APIs)"
	case s.status >= 500:
		return "could not tell: the API answered with an error of its own and showed no limits"
	}
	return "could not tell: the response shows none of the X-RateLimit headers, which Klyra documents for every response; a proxy or the client library may have dropped them"
}

// isLow reports whether a tenth of the minute or less is left, or less than a minute's worth of the day.
func (s limitState) isLow() bool {
	perMinute := 10
	if s.Limit != nil {
		perMinute = *s.Limit
	}
	return s.Remaining != nil && *s.Remaining <= max(perMinute/10, 1) ||
		s.DailyRemaining != nil && *s.DailyRemaining <= perMinute
}

func (s limitState) left() string {
	var parts []string
	if s.Remaining != nil && s.Limit != nil {
		parts = append(parts, fmt.Sprintf("%d of %s in this minute", *s.Remaining, requests(*s.Limit)))
	} else if s.Remaining != nil {
		parts = append(parts, requests(*s.Remaining)+" in this minute")
	}
	if s.DailyRemaining != nil {
		parts = append(parts, requests(*s.DailyRemaining)+" today")
	}
	return strings.Join(parts, ", ")
}

func requests(n int) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}

// remedy says what to do about a limit, in numbers of this response: to wait first, where it says how long.
func (s limitState) remedy(kind limitKind, now time.Time) string {
	wait, at := s.retry(now)
	until, known := "", !at.IsZero()
	if known && wait > 0 {
		until = "wait until " + clock(at, now) + " (in " + waitText(wait) + ")"
	}
	switch kind {
	case dayLimit:
		if until != "" {
			return until + ", or ask for a higher plan; batch and cache to need fewer requests"
		}
		return "stop for today, or ask for a higher plan: waiting for the minute does not help. Klyra does not document when its day begins; midnight UTC is usual"
	case quotaLimit:
		if until != "" {
			return "take a higher plan in the Klyra Dashboard, or " + until + ": no retry before then succeeds"
		}
		return "look at plan and usage in the Klyra Dashboard: a higher plan or the next billing period lifts it, a retry does not"
	case parallelLimit:
		const queue = "let requests finish before others begin: put them in a queue with one worker, and add workers while no 429 comes"
		if until != "" {
			return until + ", then " + queue
		}
		return queue + ". " + backoff
	}
	switch {
	case until != "":
		return until + ", then " + s.pace()
	case known:
		return "send it again now: the reset has come. From then on " + s.pace()
	}
	return s.pace() + ". " + backoff
}

// backoff is for answers that name no time.
const backoff = "Before a retry wait a random time between 0 and the smaller of 20 s and 1 s × 2^attempt, since no reset is named"

// safeShare is the part of a limit to plan with, so that other clients of the key and retries have room.
const safeShare = 0.8

// pace says how fast to send: a safe rate, and how many requests at once that rate needs.
func (s limitState) pace() string {
	if s.Limit == nil || *s.Limit <= 0 {
		return "put requests in a queue that keeps under the plan's limit"
	}
	rate := safeShare * float64(*s.Limit) / 60
	took, basis := s.took, "as fast as this answer came"
	if took == 0 {
		took, basis = time.Second, "if an answer takes 1 s"
	}
	parallel := max(int(math.Ceil(rate*took.Seconds())), 1)
	return fmt.Sprintf("send at most %s a second (80 %% of %d a minute), at most %d at once (what that rate needs %s)",
		strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", rate), "0"), "."), *s.Limit, parallel, basis)
}

// evidence lists what the response shows of the limits.
func (s limitState) evidence() []Evidence {
	var all []Evidence
	if _, ours := limitCodes[s.code]; ours {
		all = append(all, Evidence{"code", string(s.code)})
	}
	for _, h := range []struct {
		label string
		value *int
	}{
		{"X-RateLimit-Limit", s.Limit},
		{"X-RateLimit-Remaining", s.Remaining},
		{"X-RateLimit-Reset", s.resetHeader()},
		{"X-Daily-Limit-Remaining", s.DailyRemaining},
		{"Retry-After", s.RetryAfterS},
	} {
		if h.value != nil {
			all = append(all, Evidence{h.label, fmt.Sprint(*h.value)})
		}
	}
	for _, h := range []struct {
		label string
		at    time.Time
	}{
		{"X-RateLimit-Reset", s.ResetTime},
		{"reset_at", s.resetAt},
	} {
		if !h.at.IsZero() {
			all = append(all, Evidence{h.label, fmt.Sprintf("%d, which is %s", h.at.Unix(), h.at.UTC().Format(time.DateTime+" MST"))})
		}
	}
	if h, known := s.wait(); known && s.hit() != noLimit {
		source := h.source
		if source == messageHint {
			source += ", which says " + waitText(h.wait)
		}
		all = append(all, Evidence{"the wait is from", source})
	}
	for _, h := range s.hints() {
		if h.wait > maxWait {
			all = append(all, Evidence{"not believed", h.source + ", which is more than 400 days ahead"})
		}
	}
	if s.undated && len(s.hints()) > 0 && s.resetAt.IsZero() {
		all = append(all, Evidence{"counted from", "now, because the paste shows no Date"})
	}
	return all
}

// resetHeader is the wait that X-RateLimit-Reset holds; nil where it holds none, or a time.
func (s limitState) resetHeader() *int {
	if !s.ResetTime.IsZero() {
		return nil
	}
	return s.ResetS
}

// leftover is the remark where the API says that the rate is exceeded and its headers show requests left.
func (s limitState) leftover() (Finding, bool) {
	if s.code != rateLimitCode || s.Remaining == nil || *s.Remaining <= 0 || isZero(s.DailyRemaining) {
		return Finding{}, false
	}
	return Finding{
		ID: "limits.concurrency", Status: Warn,
		Summary: fmt.Sprintf("the headers show %s left in this minute all the same; the API's own code counts", requests(*s.Remaining)),
		Remedy:  "if it happens again right after the wait, let fewer requests run at once: a counter that lags behind looks the same",
	}, true
}

// disagreement is the finding where two ways of naming the same reset differ by more than 5 s.
func (s limitState) disagreement() (Finding, bool) {
	if kind := s.hit(); kind != minuteLimit && kind != someLimit {
		return Finding{}, false
	}
	hints := slices.DeleteFunc(s.hints(), func(h waitHint) bool { return h.source == messageHint || h.wait > maxWait })
	var evidence []Evidence
	disagree := false
	for _, h := range hints {
		evidence = append(evidence, Evidence{h.source, waitText(h.wait)})
		disagree = disagree || (h.wait-hints[0].wait).Abs() > 5*time.Second
	}
	return Finding{
		ID: "limits.reset_disagrees", Status: Warn, Evidence: evidence,
		Summary: "the response names different waits; the first of them counts here",
		Remedy:  "read Retry-After first, then reset_at, then X-RateLimit-Reset, and count from the response's Date",
	}, disagree
}

func (s limitState) sinceReset(now time.Time) string {
	h, known := s.wait()
	if !known {
		return "it is more than a day old"
	}
	ago := s.age - h.wait
	return clockAt(now.Add(-ago), now) + ", " + waitText(ago) + " ago"
}
