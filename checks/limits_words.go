package checks

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// limitsResult says in words what a response shows of the limits.
func limitsResult(target string, s limitState, now time.Time) Result {
	r := Result{Target: target}
	f := s.verdict(now)
	f.Evidence = append(s.evidence(now), f.Evidence...)
	r.Findings = append(r.Findings, f)
	if f.Status == Fail || f.Status == Unknown {
		r.Wait, r.RetryAt = s.retry(now)
	}
	if f.Status == Pass || s.edge != "" {
		return r
	}
	for _, judge := range []func(limitState) (Finding, bool){limitState.dayToo, limitState.disagreement, limitState.clockOff, limitState.leftover} {
		if f, found := judge(s); found {
			r.Findings = append(r.Findings, f)
		}
	}
	return r
}

// limitNames are the ids of the limits, what to say of them, and what they are called.
var limitNames = map[limitKind]struct{ id, summary, name string }{
	minuteLimit:   {"limits.minute_exhausted", "this minute's requests are used up", "requests per minute"},
	dayLimit:      {"limits.day_exhausted", "this day's requests are used up", "requests per day"},
	quotaLimit:    {"limits.quota_exhausted", "the plan's quota is used up", "the plan's quota"},
	parallelLimit: {"limits.concurrency", "too many requests were under way at once", "concurrent requests"},
	payloadLimit:  {"limits.payload", "the request is larger than the plan allows", "payload size"},
	someLimit:     {"limits.headers_missing", "a limit was hit, but nothing tells which: the response shows none of the X-RateLimit headers", ""},
}

// verdict is the finding about the limit that stands in the way, or about the room that is left.
func (s limitState) verdict(now time.Time) Finding {
	kind := s.hit()
	switch {
	case s.edge != "":
		return s.edgeVerdict(now)
	case kind == noLimit:
		return s.roomLeft(now)
	case s.passed():
		return Finding{
			ID: "limits.reset", Status: Pass,
			Summary: "the limit that this response shows has been reset since: " + s.sinceReset(now),
			Remedy:  "send the request again, slower: " + s.pace(now),
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
	f.Summary += s.when(kind, now)
	return f
}

// when ends the sentence about a limit with the time from which on a retry can succeed.
func (s limitState) when(kind limitKind, now time.Time) string {
	wait, at := s.retry(now)
	lead := ": retry "
	switch {
	case at.IsZero() && (kind == dayLimit || kind == quotaLimit):
		return "; when that ends, this response does not say"
	case at.IsZero():
		return ""
	case kind == quotaLimit:
		lead = ": it resets "
	case kind == someLimit:
		lead = "; retry "
	}
	if wait == 0 {
		return lead + "now"
	}
	return lead + ClockAt(at, now) + ", in " + waitText(wait)
}

// edgeLimits reports whether what answered in front of the API limits the rate of requests itself.
func (s limitState) edgeLimits() bool { return s.edge != "" && s.status == http.StatusTooManyRequests }

func (s limitState) edgeVerdict(now time.Time) Finding {
	f := Finding{
		ID: "limits.headers_missing", Status: Unknown,
		Summary: "could not tell: something in front of the API answered (" + s.edge + ")",
		Remedy:  "run the service check; the API's own limits say nothing about this",
	}
	if s.broken() {
		f.Summary += s.when(someLimit, now)
	}
	if s.edgeLimits() {
		f.Summary = "the 429 is not from one of Klyra's limits, whose state it does not show: something in front of the API answered (" + s.edge + ")" +
			s.when(someLimit, now)
		f.Remedy = "send more slowly from this address: an edge counts requests by address, not by key, so that a higher plan does not help. " + backoffRule(backoffFor(s))
	}
	return f
}

// roomLeft is the finding where no limit stands in the way.
func (s limitState) roomLeft(now time.Time) Finding {
	switch {
	case s.broken():
		return Finding{ID: "limits.headers_missing", Status: Unknown, Summary: s.whyNoHeaders() + s.when(someLimit, now), Remedy: "run the service check, which says how the API is"}
	case s.keyRefused():
		return Finding{ID: "limits.headers_missing", Status: Unknown, Summary: s.whyNoHeaders(), Remedy: "run the key check first: it says what is wrong with the key"}
	case s.Remaining == nil && s.DailyRemaining == nil:
		return Finding{ID: "limits.headers_missing", Status: Unknown, Summary: s.whyNoHeaders(), Remedy: "read them from a response that a working request got: curl -i shows them"}
	case s.isLow():
		return Finding{ID: "limits.low", Status: Warn, Summary: "little is left: " + s.left(), Remedy: s.pace(now)}
	}
	return Finding{ID: "limits.free", Status: Pass, Summary: "no limit stands in the way: " + s.left()}
}

// broken reports whether the API failed by itself: what it shows of limits then says nothing about the next request.
func (s limitState) broken() bool { return s.status >= 500 }

// keyRefused reports whether the key was not accepted: limits that are shown all the same are no account's.
func (s limitState) keyRefused() bool {
	return s.status == http.StatusUnauthorized || s.code == "invalid_api_key" || s.code == "missing_api_key"
}

func (s limitState) whyNoHeaders() string {
	shown := s.Remaining != nil || s.DailyRemaining != nil
	switch {
	case s.keyRefused() && shown:
		return "could not tell: the key was not accepted, and the limits that are shown with that are not those of your account"
	case s.keyRefused() || s.status == http.StatusForbidden:
		return "could not tell: the key was not accepted, and limits are shown only with one that is (usual for such APIs)"
	case s.broken() && shown:
		return fmt.Sprintf("could not tell: the API answered with an error of its own (HTTP %d), whatever limits it shows beside it", s.status)
	case s.broken():
		return fmt.Sprintf("could not tell: the API answered with an error of its own (HTTP %d) and showed no limits", s.status)
	case s.status == http.StatusNotFound:
		return "could not tell: no endpoint was reached (HTTP 404), and without one APIs often show no limits"
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
	if s.Remaining != nil && s.Limit != nil && *s.Remaining <= *s.Limit {
		parts = append(parts, fmt.Sprintf("%d of %s in this minute", *s.Remaining, requests(*s.Limit)))
	} else if s.Remaining != nil {
		parts = append(parts, requests(*s.Remaining)+" in this minute")
	}
	if s.DailyRemaining != nil {
		parts = append(parts, requests(*s.DailyRemaining)+" today")
	}
	return strings.Join(parts, ", ")
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
	case payloadLimit:
		return "send less in one request: split the text, or make the image smaller (the content check measures both). What a plan allows is not documented; about 500 words or 4 MB is for any request. Waiting does not help"
	case parallelLimit:
		return s.fewerAtOnce(until)
	}
	switch {
	case until != "":
		return until + ", then " + s.pace(now)
	case known:
		return "send it again now: the reset has come. From then on " + s.pace(now)
	}
	return s.pace(now) + ". " + backoffRule(backoffFor(s))
}

// fewerAtOnce is the remedy for too many requests at once.
func (s limitState) fewerAtOnce(until string) string {
	queue := "let requests finish before others begin: put them in a queue with one worker, and add workers while no 429 comes"
	if between, known := s.interval(); known {
		queue += fmt.Sprintf("; at one every %s, which is 80 %% of the limit a minute, that makes %s", intervalText(between), parallel(between))
	}
	if until != "" {
		return until + ", then " + queue
	}
	return queue + ". " + backoffRule(backoffFor(s))
}

// evidence lists what the response shows of the limits.
func (s limitState) evidence(now time.Time) []Evidence {
	var all []Evidence
	kind, why := s.which()
	if _, ours := limitCodes[s.code]; ours {
		all = append(all, Evidence{"code", string(s.code)})
	}
	if why != "" && s.edge == "" {
		all = append(all, Evidence{"limit", limitNames[kind].name + ", because " + why})
	}
	for _, h := range []struct {
		label string
		value *int
		at    time.Time
	}{
		{"X-RateLimit-Limit", s.Limit, time.Time{}},
		{"X-RateLimit-Remaining", s.Remaining, time.Time{}},
		{resetHint, s.ResetS, s.ResetTime},
		{"a header Klyra does not document", s.OtherResetS, time.Time{}},
		{"X-Daily-Limit-Remaining", s.DailyRemaining, time.Time{}},
		{retryHint, s.RetryAfterS, s.RetryTime},
		{resetAtHint, nil, s.resetAt},
	} {
		switch {
		case !h.at.IsZero():
			all = append(all, Evidence{h.label, fmt.Sprintf("%d, which is %s", h.at.Unix(), h.at.UTC().Format(time.DateTime+" MST"))})
		case h.value != nil:
			all = append(all, Evidence{h.label, fmt.Sprint(*h.value)})
		}
	}
	return append(all, s.howRead(now)...)
}

// howRead lists how the wait was read: from where, counted from when, and what was not believed.
func (s limitState) howRead(now time.Time) []Evidence {
	var all []Evidence
	for _, name := range s.Unread {
		all = append(all, Evidence{"not read", name + ", which holds neither a number nor a time"})
	}
	for _, h := range s.hints() {
		if h.doubt != "" {
			all = append(all, Evidence{"not believed", h.source + ", " + h.doubt})
		}
	}
	h, known := s.wait()
	if known && s.edge == "" {
		source := h.source
		if source == messageHint {
			source += ", which says " + waitText(h.wait)
		}
		all = append(all, Evidence{"the wait is from", source})
	}
	switch {
	case s.skew != 0 && s.live:
		all = append(all, Evidence{"clock", "the response's Date is " + offsetText(s.skew) + " this machine's clock; waits count from the Date"})
	case s.skew != 0:
		all = append(all, Evidence{"clock", "the response's Date is " + offsetText(s.skew) + " this machine's clock; waits count from now"})
	case s.since && known && !h.fixed:
		all = append(all, Evidence{"counted from", "when it was pasted, because it shows no Date"})
	case s.age > time.Minute:
		all = append(all, Evidence{"made", s.made(now)})
	}
	return all
}

// made says when a pasted response was made.
func (s limitState) made(now time.Time) string {
	text := ClockAt(s.Date, now) + ", " + waitText(s.age) + " ago"
	if s.undated {
		return "no later than " + strings.TrimPrefix(strings.TrimPrefix(text, "at "), "on ") + ": that is when it should reset"
	}
	return text
}

// offsetText says on which side of a clock another one is.
func offsetText(ahead time.Duration) string {
	if ahead < 0 {
		return waitText(-ahead) + " behind"
	}
	return waitText(ahead) + " ahead of"
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

// dayToo is the finding where too much was under way at once and the day is used up as well.
func (s limitState) dayToo() (Finding, bool) {
	return Finding{
		ID: "limits.day_exhausted", Status: Fail, Summary: "this day's requests are used up as well",
		Evidence: []Evidence{{"X-Daily-Limit-Remaining", "0"}},
		Remedy:   "once the other limit lets requests through again, this one still holds: when Klyra's day begins is not documented, midnight UTC is usual",
	}, s.hit() == parallelLimit && isZero(s.DailyRemaining)
}

// disagreement is the finding where two ways of naming the same reset differ by more than 5 s.
func (s limitState) disagreement() (Finding, bool) {
	hints := s.disagreeing()
	if hints == nil {
		return Finding{}, false
	}
	var evidence []Evidence
	var texts []string
	for _, h := range hints {
		evidence = append(evidence, Evidence{h.source, waitText(h.wait)})
		texts = append(texts, h.source+" "+waitText(h.wait))
	}
	counts, _ := s.wait()
	return Finding{
		ID: "limits.reset_disagrees", Status: Warn, Evidence: evidence,
		Summary: "the response names different waits: " + strings.Join(texts, ", ") + "; " + counts.source + " counts here",
		Remedy:  "read Retry-After first, then reset_at, then X-RateLimit-Reset, and count from the response's Date",
	}, true
}

// clockOff is the finding where this machine's clock would spoil a reset that is named as a time.
func (s limitState) clockOff() (Finding, bool) {
	h, known := s.wait()
	if !s.live || !known || s.skew.Abs() <= farApart || s.resetAt.IsZero() && s.ResetTime.IsZero() && s.RetryTime.IsZero() {
		return Finding{}, false
	}
	off := waitText(s.skew.Abs())
	effect := "ahead of the API's: a client here that compares the reset with it retries " + off + " too early"
	if s.skew > 0 {
		effect = "behind the API's: a client here that compares the reset with it waits " + off + " too long"
	}
	return Finding{
		ID: "limits.reset_disagrees", Status: Warn,
		Summary:  "this machine's clock is " + off + " " + effect,
		Evidence: []Evidence{{"date", s.Date.UTC().Format(http.TimeFormat)}, {h.source, waitText(h.wait)}},
		Remedy:   "set this machine's clock (NTP), and let the client count from the response's Date or use X-RateLimit-Reset, which is a wait",
	}, true
}

func (s limitState) sinceReset(now time.Time) string {
	h, known := s.wait()
	if !known {
		return "it is more than a day old"
	}
	ago := s.age - h.wait
	return "it was over " + ClockAt(now.Add(-ago), now) + ", " + waitText(ago) + " ago"
}
