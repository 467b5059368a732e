package checks

import (
	"fmt"
	"net/http"

	"klyra-doctor/catalog"
)

// limitKind is one of the limits that Klyra has.
type limitKind int

const (
	noLimit limitKind = iota
	minuteLimit
	dayLimit
	quotaLimit
	parallelLimit
	payloadLimit
	someLimit // one was hit, and nothing tells which
)

// rateLimitCode is the API's word for a minute or a day that is used up.
const rateLimitCode catalog.Code = "rate_limit_exceeded"

var limitCodes = map[catalog.Code]limitKind{
	rateLimitCode:                  someLimit, // the headers or the message tell which
	"quota_exceeded":               quotaLimit,
	"concurrent_requests_exceeded": parallelLimit,
	"content_too_large":            payloadLimit,
}

// hit says which limit stands in the way.
func (s limitState) hit() limitKind {
	kind, _ := s.which()
	return kind
}

// which says which limit stands in the way, and how that shows; "" where nothing tells. The API's own code outranks
// the headers; they and the message tell the minute from the day. A day that is used up outweighs the minute:
// waiting for the minute is useless then.
func (s limitState) which() (limitKind, string) {
	kind, ours := limitCodes[s.code]
	switch {
	case ours && kind != someLimit:
		return kind, "the API's code is " + string(s.code)
	case s.code == "" && s.status == http.StatusRequestEntityTooLarge:
		return payloadLimit, "the status is 413, which is for requests that are too large"
	case isZero(s.DailyRemaining):
		return dayLimit, "X-Daily-Limit-Remaining is 0"
	case isZero(s.Remaining):
		return minuteLimit, "X-RateLimit-Remaining is 0"
	case !ours && s.status != http.StatusTooManyRequests:
		return noLimit, ""
	}
	return s.whichInWords(ours)
}

var (
	speaksOfDay    = matching(`(?i)\b(?:per|a) day\b|\d ?/ ?day\b|\bdaily\b`)
	speaksOfMinute = matching(`(?i)\b(?:per|a) minute\b|\d ?/ ?min(?:ute)?\b|\bRPM\b`)
)

// whichInWords is which for a response that is limited and whose headers show no limit as used up.
func (s limitState) whichInWords(ours bool) (limitKind, string) {
	switch {
	case speaksOfDay().MatchString(s.message):
		return dayLimit, "the message names a limit per day"
	case speaksOfMinute().MatchString(s.message):
		return minuteLimit, "the message names a limit per minute"
	case ours && s.Remaining != nil:
		return minuteLimit, "the API's code is rate_limit_exceeded, and the day is not used up as far as is shown"
	case ours && (s.ResetS != nil || !s.ResetTime.IsZero()):
		return minuteLimit, "the API's code is rate_limit_exceeded, and X-RateLimit-Reset names the end of a minute"
	case s.Remaining != nil:
		return parallelLimit, fmt.Sprintf("the status is 429, no code says why, and %s of this minute are left", requests(*s.Remaining))
	}
	return someLimit, ""
}

func isZero(n *int) bool { return n != nil && *n <= 0 }
