package paste

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// limitHeaders are the headers that RateLimit is read from, lower case.
var limitHeaders = []string{
	"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-daily-limit-remaining", "retry-after", "date",
	"ratelimit", "ratelimit-reset", "x-rate-limit-reset", "x-ratelimit-reset-after", "x-ratelimit-reset-requests", "retry-after-ms",
}

// otherResets are those of limitHeaders that Klyra does not document: gateways, and the IETF's drafts, name a wait in them.
var otherResets = limitHeaders[6:]

// LimitsOf reads the state that the headers of a response show; of repeated ones the last that can be read counts, of
// repeated Retry-After in seconds the longest. Names may be in any case. Where none says anything, it is the zero
// RateLimit.
func LimitsOf(header map[string][]string) RateLimit {
	var limit RateLimit
	for name, values := range header {
		name = strings.ToLower(name)
		if len(values) > 0 && slices.Contains(limitHeaders, name) {
			for _, value := range values {
				limit.take(name, value)
			}
		}
	}
	return limit.dated()
}

// rateLimit reads the state that headers at the given places show; of repeated ones the last counts. It is nil
// where none of them says anything of a limit.
func rateLimit(text string, places []Span) *RateLimit {
	var limit RateLimit
	found := false
	for _, p := range places {
		if value, ok := headerValue(text, p); ok {
			found = limit.take(strings.ToLower(text[p.Start:p.End]), value) || found
		}
	}
	if !found {
		return nil
	}
	limit = limit.dated()
	return &limit
}

// dated adds the waits that follow from times and from the response's own.
func (l RateLimit) dated() RateLimit {
	if !l.ResetTime.IsZero() {
		l.ResetS = l.until(l.ResetTime)
	}
	if !l.RetryTime.IsZero() {
		l.RetryAfterS = l.until(l.RetryTime)
	}
	return l
}

// until returns the seconds from the response's own time to another; nil where its time is not known.
func (l *RateLimit) until(at time.Time) *int {
	if l.Date.IsZero() {
		return nil
	}
	s := max(int(math.Ceil(at.Sub(l.Date).Seconds())), 0)
	return &s
}

// take reads one header, its name in lower case, and reports whether it says something of a limit.
func (l *RateLimit) take(name, value string) bool {
	value = strings.Trim(strings.TrimSpace(value), `"`)
	if slices.Contains(otherResets, name) {
		return l.takeOther(name, value)
	}
	n, at := headerNumber(value), time.Time{}
	switch name {
	case "date":
		l.Date = HTTPTime(value)
		return false
	case "retry-after":
		if n = longest(value); n == nil {
			at = httpOrISO(value)
		}
	case "x-ratelimit-reset":
		if at = epochOrISO(value); n == nil {
			n = headerDuration(value)
		}
	}
	if n == nil && at.IsZero() {
		l.Unread = append(l.Unread, name)
		return false
	}
	l.Unread = slices.DeleteFunc(l.Unread, func(unread string) bool { return unread == name })
	switch name {
	case "retry-after":
		if l.RetryAfterS != nil && n != nil && *n < *l.RetryAfterS {
			return true // to wait for the shorter of two could be too early
		}
		l.RetryAfterS, l.RetryTime = n, at
	case "x-ratelimit-limit":
		l.Limit = n
	case "x-ratelimit-remaining":
		l.Remaining = n
	case "x-daily-limit-remaining":
		l.DailyRemaining = n
	case "x-ratelimit-reset":
		if !at.IsZero() {
			n = nil
		}
		l.ResetS, l.ResetTime = n, at
	}
	return true
}

// resetOf is the reset in the IETF's header: "limit=60, remaining=0, reset=30", or as its later drafts write it,
// "default";r=0;t=30.
var resetOf = regexp.MustCompile(`\b(?:reset|t)=(\d{1,9})\b`)

// takeOther reads a header that Klyra does not document. A time in it is not taken: it may count from anywhere.
func (l *RateLimit) takeOther(name, value string) bool {
	n := headerNumber(value)
	if n == nil {
		n = headerDuration(value)
	}
	if m := resetOf.FindStringSubmatch(value); name == "ratelimit" && m != nil {
		n = headerNumber(m[1])
	}
	if n == nil || !unixTime(*n).IsZero() {
		return false
	}
	if name == "retry-after-ms" {
		*n = (*n + 999) / 1000
	}
	l.OtherResetS = n
	return true
}

var numbers = regexp.MustCompile(`^\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?)*$`)

// longest reads the wait of a Retry-After in seconds, the longest where servers on the way each gave theirs; nil where
// it is no number.
func longest(value string) *int {
	if !numbers.MatchString(value) {
		if n := headerNumber(value); n != nil {
			return n
		}
		return headerDuration(value)
	}
	var most *int
	for part := range strings.SplitSeq(value, ",") {
		if n := headerNumber(strings.TrimSpace(part)); n != nil && (most == nil || *n > *most) {
			most = n
		}
	}
	return most
}

var withUnits = regexp.MustCompile(`^(?:\d{1,9}(?:\.\d+)?(?:h|ms|m|s))+$`)

// headerDuration reads a wait with units, "1m30s" or "30 seconds", in seconds, fractions rounded up; nil for anything else.
func headerDuration(value string) *int {
	value = strings.TrimSuffix(strings.ReplaceAll(value, " ", ""), "econds")
	if !withUnits.MatchString(value) {
		return nil
	}
	d, err := time.ParseDuration(value)
	if err != nil {
		return nil
	}
	n := int(math.Ceil(d.Seconds()))
	return &n
}

var leadingNumber = regexp.MustCompile(`^(\d{1,15}(?:\.\d*)?)\s*(?:[,;]|$)`)

// headerNumber reads a header that begins with a number ("60, 60;w=60"), fractions rounded up; nil where it does
// not, or where the number is negative or has more digits than any counter.
func headerNumber(value string) *int {
	m := leadingNumber.FindStringSubmatch(value)
	if m == nil {
		return nil
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil || f > math.MaxInt32 && strconv.IntSize == 32 {
		return nil
	}
	n := int(math.Ceil(f))
	return &n
}

// httpTimes are the three forms of a time in HTTP (RFC 9110, 5.6.7), and what some servers make of the first: a day of
// one digit, UTC for GMT, an offset. Names of other zones are not read, for they say nothing certain.
var httpTimes = []string{
	"Mon, 2 Jan 2006 15:04:05 GMT", "Monday, 02-Jan-06 15:04:05 GMT", time.ANSIC, "Mon, 2 Jan 2006 15:04:05 UTC", "Mon, 2 Jan 2006 15:04:05 -0700",
}

// HTTPTime reads a time as HTTP writes it; the zero time where it is none.
func HTTPTime(value string) time.Time { return parsedAs(httpTimes, value) }

// isoTimes are forms of ISO 8601 that name their zone.
var isoTimes = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05 UTC"}

func httpOrISO(value string) time.Time {
	if at := HTTPTime(value); !at.IsZero() {
		return at
	}
	return parsedAs(isoTimes, value)
}

func parsedAs(layouts []string, value string) time.Time {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, value); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// ResetTime reads when a limit resets as APIs write it: seconds since 1970, or thousandths, millionths and so on of
// them, or a time in ISO 8601 or as HTTP writes it. It is zero for anything else.
func ResetTime(value string) time.Time {
	value = strings.TrimSpace(value)
	if at := httpOrISO(value); !at.IsZero() {
		return at
	}
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || !(f > 0) || f >= 9e18 {
		return time.Time{}
	}
	return sinceEpoch(f)
}

// sinceEpoch is the time so long after the beginning of 1970, in the unit that makes it one of our days.
func sinceEpoch(f float64) time.Time {
	switch {
	case f >= 1e17:
		return time.Unix(0, int64(f)).UTC()
	case f >= 1e15:
		return time.UnixMicro(int64(f)).UTC()
	case f >= 1e12:
		return time.UnixMilli(int64(f)).UTC()
	}
	return time.Unix(int64(f), 0).UTC()
}

// epochOrISO is ResetTime for a header in which a small number is a wait: it is zero for a wait.
func epochOrISO(value string) time.Time {
	if n := headerNumber(value); n != nil {
		return unixTime(*n)
	}
	return ResetTime(value)
}

// unixTime reads a number that is too large for a wait as the time that other APIs write in its place; zero for a wait.
func unixTime(n int) time.Time {
	if n < 1e9 {
		return time.Time{}
	}
	return sinceEpoch(float64(n))
}

// headerValue reads what a header's name is given, on a line of its own or as a member of a map.
func headerValue(text string, name Span) (string, bool) {
	i := name.End
	for i < len(text) && i-name.End < 16 && strings.IndexByte("\"'\\]`", text[i]) >= 0 {
		i++
	}
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	if i >= len(text) || text[i] != ':' && text[i] != '=' {
		return "", false
	}
	for i < len(text) && i-name.End < 32 && strings.IndexByte(" \t:=>\"'\\[`", text[i]) >= 0 {
		i++
	}
	end := i
	for end < len(text) && end-i < 64 && strings.IndexByte("\r\n\"'\\]`", text[end]) < 0 {
		end++
	}
	return text[i:end], end > i
}

// String says in words what the headers say, likeliest wanted first; "" where they say nothing, and for nil.
func (l *RateLimit) String() string {
	if l == nil {
		return ""
	}
	var texts []string
	for _, part := range []struct {
		says  string
		value *int
	}{
		{"%d a minute", l.Limit},
		{"%d left in this one", l.Remaining},
		{"which ends in %d s", l.ResetS},
		{"%d left today", l.DailyRemaining},
		{"try again after %d s", l.RetryAfterS},
	} {
		if part.value != nil {
			texts = append(texts, fmt.Sprintf(part.says, *part.value))
		}
	}
	if l.ResetS == nil && !l.ResetTime.IsZero() {
		texts = append(texts, "resets at "+l.ResetTime.UTC().Format(time.RFC3339))
	}
	if l.RetryAfterS == nil && !l.RetryTime.IsZero() {
		texts = append(texts, "try again at "+l.RetryTime.UTC().Format(time.RFC3339))
	}
	return strings.Join(texts, ", ")
}
