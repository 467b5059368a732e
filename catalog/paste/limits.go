package paste

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// limitHeaders are the headers that RateLimit is read from, lower case.
var limitHeaders = []string{
	"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-daily-limit-remaining", "retry-after", "date",
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
	if !limit.ResetTime.IsZero() {
		limit.ResetS = limit.until(limit.ResetTime)
	}
	if !limit.retryAt.IsZero() {
		limit.RetryAfterS = limit.until(limit.retryAt)
	}
	return &limit
}

// until returns the seconds from the response's own time to another; nil where its time is not known.
func (l *RateLimit) until(at time.Time) *int {
	if l.Date.IsZero() {
		return nil
	}
	s := max(int(at.Sub(l.Date).Seconds()), 0)
	return &s
}

// take reads one header, its name in lower case, and reports whether it says something of a limit.
func (l *RateLimit) take(name, value string) bool {
	at, err := time.Parse(time.RFC1123, value)
	switch {
	case err == nil && name == "date":
		l.Date = at.UTC()
		return false
	case err == nil && name == "retry-after":
		l.retryAt = at
		return true
	}
	first, _, _ := strings.Cut(value, ",") // "60, 60;w=60"
	first, _, _ = strings.Cut(first, ";")
	n, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || n < 0 {
		return false
	}
	switch name {
	case "x-ratelimit-limit":
		l.Limit = &n
	case "x-ratelimit-remaining":
		l.Remaining = &n
	case "x-ratelimit-reset":
		l.ResetS, l.ResetTime = &n, unixTime(int64(n))
		if !l.ResetTime.IsZero() {
			l.ResetS = nil
		}
	case "x-daily-limit-remaining":
		l.DailyRemaining = &n
	default:
		l.RetryAfterS = &n
	}
	return true
}

// unixTime reads a number that is too large for a wait as the time that other APIs write in its place, in
// seconds or milliseconds since 1970; zero for a wait.
func unixTime(n int64) time.Time {
	switch {
	case n >= 1e12:
		return time.UnixMilli(min(n, 1e15)).UTC()
	case n >= 1e9:
		return time.Unix(n, 0).UTC()
	}
	return time.Time{}
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
	return strings.Join(texts, ", ")
}
