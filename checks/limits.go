package checks

import (
	"context"
	"math"
	"net/http"
	"regexp"
	"strconv"
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
		return limitsResult("the pasted response", pastedLimits(*t.Response, now), now)
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
	r := limitsResult("the limits at "+t.API.base.Host, liveLimits(x.answer, now), now)
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
	undated bool          // nothing tells when it was made, so waits count from now
	age     time.Duration // since the response was made, as far as is known
	took    time.Duration // how long it took; 0 where unknown
}

// liveLimits reads an answer that has just come. Waits count from the server's own Date, so that a wrong
// clock here does not spoil them.
func liveLimits(a answer, now time.Time) limitState {
	s := limitState{RateLimit: limitHeaders(a.header), code: a.code(), status: a.status, live: true, took: a.took}
	if s.Date.IsZero() || now.Sub(s.Date).Abs() <= sameReset {
		s.Date = now // the clocks agree, and the Date is cut to whole seconds
	}
	if who, why := sentBy(a); who == edgeSender || who == strangerSender {
		s.edge = why
	}
	if a.problem != nil {
		s.message = a.problem.Message
		s.resetAt = unixTime(a.problem.ResetAt.String())
	}
	s.RetryAfterS = retryAfter(a.header.Get("Retry-After"), s.Date)
	return s
}

// limitHeaders reads the rate-limit headers that Klyra documents.
func limitHeaders(h http.Header) paste.RateLimit {
	date, _ := http.ParseTime(h.Get("Date"))
	limit := paste.RateLimit{
		Limit:          leadingInt(h.Get("X-RateLimit-Limit")),
		Remaining:      leadingInt(h.Get("X-RateLimit-Remaining")),
		ResetS:         leadingInt(h.Get("X-RateLimit-Reset")),
		DailyRemaining: leadingInt(h.Get("X-Daily-Limit-Remaining")),
		Date:           date,
	}
	if limit.ResetTime = resetTime(limit.ResetS); !limit.ResetTime.IsZero() {
		limit.ResetS = nil
	}
	return limit
}

var digitsFirst = regexp.MustCompile(`^\s*(\d{1,15})(?:\.\d*)?\s*(?:[,;]|$)`)

// leadingInt reads a header that begins with a number ("60, 60;w=60"); nil where it does not.
func leadingInt(header string) *int {
	m := digitsFirst.FindStringSubmatch(header)
	if m == nil {
		return nil
	}
	n, err := strconv.ParseInt(m[1], 10, strconv.IntSize)
	if err != nil {
		return nil
	}
	value := int(n)
	return &value
}

// retryAfter reads a Retry-After header, seconds or a date, as seconds from the response's date.
func retryAfter(header string, date time.Time) *int {
	if at, err := http.ParseTime(header); err == nil {
		s := max(int(math.Ceil(at.Sub(date).Seconds())), 0)
		return &s
	}
	return leadingInt(header)
}

// unixTime reads a number of seconds since 1970; zero where it is none.
func unixTime(number string) time.Time {
	s, err := strconv.ParseFloat(number, 64)
	if err != nil || s <= 0 || s > 1e11 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0)
}

// pastedLimits reads a diagnosis of a pasted response.
func pastedLimits(d paste.Diagnosis, now time.Time) limitState {
	s := limitState{}
	if d.RateLimit != nil {
		s.RateLimit = *d.RateLimit
	}
	if f, found := limitFinding(d.Findings); found {
		s.resetAt, s.status, s.message = f.ResetAt, f.HTTPStatus, f.Message
		if f.Kind == paste.Gateway {
			s.edge = f.Message
		} else {
			s.code = f.Code
		}
	} else if mayBeLimit(d.Candidates) {
		s.status = http.StatusTooManyRequests
	}
	if s.Date.IsZero() {
		s.Date, s.undated = now, true
	} else {
		s.age = max(now.Sub(s.Date), 0)
	}
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

// mayBeLimit reports whether a paste shows no more than a status that limits come with.
func mayBeLimit(candidates []paste.Candidate) bool {
	for _, c := range candidates {
		if _, ours := limitCodes[c.Code]; ours {
			return true
		}
	}
	return false
}

// limitKind is one of the limits that Klyra has.
type limitKind int

const (
	noLimit limitKind = iota
	minuteLimit
	dayLimit
	quotaLimit
	parallelLimit
	someLimit // one was hit, and nothing tells which
)

// rateLimitCode is the API's word for a minute or a day that is used up.
const rateLimitCode catalog.Code = "rate_limit_exceeded"

var limitCodes = map[catalog.Code]limitKind{
	rateLimitCode:                  someLimit, // the headers or the message tell which
	"quota_exceeded":               quotaLimit,
	"concurrent_requests_exceeded": parallelLimit,
}

// hit says which limit stands in the way. The API's own code outranks the headers; they and the message tell
// the minute from the day. A day that is used up outweighs the minute: waiting for the minute is useless then.
func (s limitState) hit() limitKind {
	kind, ours := limitCodes[s.code]
	limited := ours || s.status == http.StatusTooManyRequests
	switch {
	case kind == quotaLimit || kind == parallelLimit:
		return kind
	case isZero(s.DailyRemaining):
		return dayLimit
	case isZero(s.Remaining):
		return minuteLimit
	case !limited:
		return noLimit
	case strings.Contains(s.message, "per day"):
		return dayLimit
	case strings.Contains(s.message, "per minute"), ours && (s.Remaining != nil || s.ResetS != nil || !s.ResetTime.IsZero()):
		return minuteLimit
	case s.Remaining != nil:
		return parallelLimit
	}
	return someLimit
}

func isZero(n *int) bool { return n != nil && *n <= 0 }

// waitHint is one of the ways in which a response says how long to wait, counted from when it was made.
type waitHint struct {
	source string
	wait   time.Duration
}

// hints returns the waits that a response names, most trusted first.
func (s limitState) hints() []waitHint {
	var hints []waitHint
	if s.RetryAfterS != nil {
		hints = append(hints, waitHint{retryHint, seconds(*s.RetryAfterS)})
	}
	if !s.resetAt.IsZero() {
		hints = append(hints, waitHint{resetAtHint, s.resetAt.Sub(s.Date)})
	}
	switch {
	case !s.ResetTime.IsZero():
		hints = append(hints, waitHint{resetHint, s.ResetTime.Sub(s.Date)})
	case s.ResetS != nil && *s.ResetS >= 0:
		hints = append(hints, waitHint{resetHint, seconds(*s.ResetS)})
	}
	if wait := messageWait(s.message); wait > 0 {
		hints = append(hints, waitHint{messageHint, wait})
	}
	return hints
}

// The sources of hints.
const (
	retryHint   = "Retry-After"
	resetAtHint = "reset_at"
	resetHint   = "X-RateLimit-Reset"
	messageHint = "the message"
)

var tryAgain = regexp.MustCompile(`(?i)\b(?:try|trying|retry|retrying|wait|resets?)\b[^.!?\d]{0,40}\b(\d{1,5})(?:\.\d+)?\s*(s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?|days?)\b`)

// messageWait reads the wait out of an error's message, "Try again in 30 seconds"; 0 where none stands.
func messageWait(message string) time.Duration {
	m := tryAgain.FindStringSubmatch(message)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[m[2][0]|0x20]
	return time.Duration(n) * unit
}

// resetTime reads an X-RateLimit-Reset that is a time: Klyra documents seconds to go, other APIs write seconds
// or milliseconds since 1970, which cannot be mistaken for a wait. It is zero for a wait.
func resetTime(header *int) time.Time {
	if header == nil {
		return time.Time{}
	}
	switch v := int64(*header); {
	case v >= 1e12:
		return time.UnixMilli(v)
	case v >= 1e9:
		return time.Unix(v, 0)
	}
	return time.Time{}
}

func seconds(n int) time.Duration { return time.Duration(min(n, 1e9)) * time.Second }

const (
	// maxWait bounds what is believed of a wait.
	maxWait = 400 * 24 * time.Hour
	// sameReset is by how much two ways of naming one reset may differ.
	sameReset = 2 * time.Second
)

// wait returns the hint that counts for the limit that was hit; false where no hint speaks of it.
func (s limitState) wait() (waitHint, bool) {
	kind := s.hit()
	for _, h := range s.hints() {
		switch {
		case h.wait > maxWait:
		case kind == parallelLimit && h.source != retryHint && h.source != messageHint:
		case (kind == dayLimit || kind == quotaLimit) && h.source == resetHint:
		case kind == dayLimit && h.wait <= time.Minute: // that is the minute's
		case kind == quotaLimit && h.source == retryHint && !s.resetAt.IsZero(): // some servers name the minute's here too
		default:
			return s.named(h), true
		}
	}
	if kind == minuteLimit {
		return waitHint{"the documented window of one minute", time.Minute}, true
	}
	return waitHint{}, false
}

// named returns reset_at in the place of a hint that means the same time.
func (s limitState) named(h waitHint) waitHint {
	if at := s.resetAt.Sub(s.Date); !s.resetAt.IsZero() && (at-h.wait).Abs() <= sameReset {
		return waitHint{resetAtHint, at}
	}
	return h
}

// retry returns how long to wait from now, at least 0, and when that is; zero values where no wait is known.
func (s limitState) retry(now time.Time) (time.Duration, time.Time) {
	h, known := s.wait()
	if !known {
		return 0, time.Time{}
	}
	wait := max(h.wait-s.age, 0)
	return wait, now.Add(wait)
}

// passed reports whether what a pasted response says is over by now.
func (s limitState) passed() bool {
	if s.live {
		return false
	}
	if h, known := s.wait(); known {
		return h.wait <= s.age
	}
	return s.hit() == dayLimit && s.age > 24*time.Hour
}
