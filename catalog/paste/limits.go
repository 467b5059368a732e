package paste

import (
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
		value, ok := headerValue(text, p)
		if !ok {
			continue
		}
		if strings.EqualFold(text[p.Start:p.End], "date") {
			if t, err := time.Parse(time.RFC1123, value); err == nil {
				limit.Date = t.UTC()
			}
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(strings.SplitN(value, ",", 2)[0]))
		if err != nil || n < 0 {
			continue
		}
		found = true
		switch strings.ToLower(text[p.Start:p.End]) {
		case "x-ratelimit-limit":
			limit.Limit = &n
		case "x-ratelimit-remaining":
			limit.Remaining = &n
		case "x-ratelimit-reset":
			limit.ResetS = &n
		case "x-daily-limit-remaining":
			limit.DailyRemaining = &n
		default:
			limit.RetryAfterS = &n
		}
	}
	if !found {
		return nil
	}
	return &limit
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
