package checks

import (
	"slices"
	"strconv"
	"time"
)

// waitHint is one of the ways in which a response says how long to wait, counted from when it was made.
type waitHint struct {
	source string
	wait   time.Duration
	fixed  bool   // it was named as a time
	doubt  string // why it is not believed; "" where it is
}

// The sources of hints.
const (
	retryHint   = "Retry-After"
	resetAtHint = "reset_at"
	resetHint   = "X-RateLimit-Reset"
	otherHint   = "RateLimit-Reset, or a like header that Klyra does not document"
	messageHint = "the message"
)

// hints returns the waits that a response names, most trusted first. Where nothing tells when it was made, times
// are trusted before waits.
func (s limitState) hints() []waitHint {
	var hints []waitHint
	add := func(source string, after *int, at time.Time) {
		switch {
		case !at.IsZero():
			hints = append(hints, waitHint{source: source, wait: at.Sub(s.Date), fixed: true})
		case after != nil && *after >= 0:
			hints = append(hints, waitHint{source: source, wait: seconds(*after)})
		}
	}
	add(retryHint, s.RetryAfterS, s.RetryTime)
	add(resetAtHint, nil, s.resetAt)
	add(resetHint, s.ResetS, s.ResetTime)
	add(otherHint, s.OtherResetS, time.Time{})
	if wait := messageWait(s.message); wait > 0 {
		hints = append(hints, waitHint{source: messageHint, wait: wait})
	}
	for i := range hints {
		hints[i].doubt = s.doubt(hints[i])
	}
	if s.noWait(hints) {
		hints[0].doubt = "which is no wait, although the limit still holds by the rest of the response"
	}
	if s.undated {
		slices.SortStableFunc(hints, timesFirst)
	}
	return hints
}

// noWait reports whether Retry-After says to come back at once, where nothing is left and the end of the minute is
// named too.
func (s limitState) noWait(hints []waitHint) bool {
	if len(hints) == 0 || hints[0].source != retryHint || hints[0].wait != 0 || !isZero(s.Remaining) {
		return false
	}
	return slices.ContainsFunc(hints[1:], func(h waitHint) bool { return h.wait > 0 && h.doubt == "" && h.source != messageHint })
}

func timesFirst(a, b waitHint) int {
	switch {
	case a.fixed == b.fixed:
		return 0
	case a.fixed:
		return -1
	}
	return 1
}

// maxWaits bounds what is believed of a wait: a little more than the span of the limit, and a year where that may
// be any.
var maxWaits = map[limitKind]time.Duration{
	minuteLimit:   24 * time.Hour, // some servers lock those out who go on
	parallelLimit: 24 * time.Hour,
	dayLimit:      48 * time.Hour, // its roll-over is not documented
	quotaLimit:    longestWait,
	someLimit:     longestWait,
}

const (
	longestWait = 400 * 24 * time.Hour
	// sameTime is by how much two ways of naming one time may differ.
	sameTime = 2 * time.Second
	// farApart is by how much they differ where that is worth a warning.
	farApart = 5 * time.Second
)

// doubt says why a hint is not believed; "" where it is.
func (s limitState) doubt(h waitHint) string {
	most, bounded := maxWaits[s.hit()]
	switch {
	case bounded && h.wait > most:
		return "which is " + waitText(h.wait) + " ahead; no more than " + waitText(most) + " is believed here"
	case s.live && h.fixed && h.wait < -sameTime && s.hit() != noLimit:
		return "which is " + waitText(-h.wait) + " in the past, although the limit still holds"
	}
	return ""
}

// wait returns the hint that counts for the limit that was hit; false where no hint speaks of it.
func (s limitState) wait() (waitHint, bool) {
	kind := s.hit()
	for _, h := range s.hints() {
		switch {
		case kind == noLimit || kind == payloadLimit || h.doubt != "":
		case kind == parallelLimit && h.source != retryHint && h.source != messageHint:
		case (kind == dayLimit || kind == quotaLimit) && (h.source == resetHint || h.source == otherHint):
		case kind == dayLimit && h.wait <= time.Minute: // that is the minute's
		case kind == quotaLimit && h.source == retryHint && (!s.resetAt.IsZero() || h.wait <= time.Minute): // some servers name the minute's here too
		default:
			return s.named(h), true
		}
	}
	if kind == minuteLimit {
		return waitHint{source: "the documented window of one minute", wait: time.Minute}, true
	}
	return waitHint{}, false
}

// named returns reset_at in the place of a hint that means the same time.
func (s limitState) named(h waitHint) waitHint {
	if at := s.resetAt.Sub(s.Date); !s.resetAt.IsZero() && (at-h.wait).Abs() <= sameTime {
		return waitHint{source: resetAtHint, wait: at, fixed: true}
	}
	return h
}

// retry returns how long to wait from now, at least 0, and when that is; zero values where no wait is known.
func (s limitState) retry(now time.Time) (time.Duration, time.Time) {
	h, known := s.wait()
	if s.edge != "" || s.broken() && s.hit() == noLimit {
		h, known = s.otherWait()
	}
	if !known {
		return 0, time.Time{}
	}
	wait := max(h.wait-s.age, 0)
	return wait, now.Add(wait)
}

// otherWait is wait for the limit of an edge, which knows nothing of the API's headers, and for a server's own trouble.
func (s limitState) otherWait() (waitHint, bool) {
	for _, h := range s.hints() {
		if h.source == retryHint && h.doubt == "" && (s.edgeLimits() || s.broken()) {
			return h, true
		}
	}
	return waitHint{}, false
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

// disagreeing returns the hints that name one reset where they lie too far apart; nil where they agree. Where
// nothing tells when the response was made, a wait cannot be compared with a time.
func (s limitState) disagreeing() []waitHint {
	if kind := s.hit(); kind != minuteLimit && kind != someLimit {
		return nil
	}
	hints := slices.DeleteFunc(s.hints(), func(h waitHint) bool { return h.source == messageHint || h.source == otherHint || h.doubt != "" })
	if s.undated && len(hints) > 0 {
		first := hints[0].fixed
		hints = slices.DeleteFunc(hints, func(h waitHint) bool { return h.fixed != first })
	}
	for _, h := range hints {
		if (h.wait - hints[0].wait).Abs() > farApart {
			return hints
		}
	}
	return nil
}

const waitParts = `\d{1,5}(?:\.\d+)?\s*(?:seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?)`

var (
	tryAgain = matching(`(?i)\b(?:try|trying|retry|retrying|wait|resets?)\b[^.!?\d]{0,40}\b(` + waitParts + `(?:(?:,|\s|and)*` + waitParts + `){0,3})(?:\W|$)`)
	waitPart = matching(`(?i)(\d+(?:\.\d+)?)\s*([smhd])`)
)

// messageWait reads the wait out of an error's message, "Try again in 30 seconds", "in 1m30s"; 0 where none stands.
func messageWait(message string) time.Duration {
	m := tryAgain().FindStringSubmatch(message)
	if m == nil {
		return 0
	}
	wait := time.Duration(0)
	for _, part := range waitPart().FindAllStringSubmatch(m[1], -1) {
		n, _ := strconv.ParseFloat(part[1], 64)
		unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[part[2][0]|0x20]
		wait += time.Duration(n * float64(unit))
	}
	return wait
}

func seconds(n int) time.Duration { return time.Duration(min(n, 1e9)) * time.Second }
