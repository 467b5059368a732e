package checks

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// safeShare is the part of a limit to plan with, so that other clients of the key and retries have room.
const safeShare = 0.8

var statedLimit = matching(`(?i)\b(\d{1,3}(?:,\d{3})+|\d{1,7}) requests? ?(?:per|a|/) ?minute\b`)

// perMinute returns the most requests per minute: the header's word, else the message's; false where neither
// says.
func (s limitState) perMinute() (int, bool) {
	if s.Limit != nil {
		return *s.Limit, *s.Limit > 0
	}
	if m := statedLimit().FindStringSubmatch(s.message); m != nil {
		n, _ := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
		return n, n > 0
	}
	return 0, false
}

// interval returns the time to leave between two requests so that safeShare of the limit is used; false where
// the limit is not known, or so high that less than a millisecond is left.
func (s limitState) interval() (time.Duration, bool) {
	limit, known := s.perMinute()
	if !known {
		return 0, false
	}
	between := time.Duration(float64(time.Minute) / safeShare / float64(limit))
	return between, between >= time.Millisecond
}

// pace says how fast to send: a safe rate, how many requests at once that rate needs, and what the day allows.
func (s limitState) pace(now time.Time) string {
	limit, shown := s.perMinute()
	between, paced := s.interval()
	if !paced {
		why := "a general rule: this response does not show the limit"
		if shown {
			why = fmt.Sprintf("%d by this response, which is no pace to keep to", limit)
		}
		return "put requests in a queue that keeps under 80 % of the plan's limit a minute (" + why + ")" + s.daily(now, 0)
	}
	return fmt.Sprintf("send at most one request every %s (80 %% of %d a minute), %s", intervalText(between), limit, parallel(between)) +
		s.daily(now, between)
}

// parallel says how many requests have to be under way at once to send one every so often. How long the user's own take
// is not known: what was asked for the limits is refused sooner.
func parallel(between time.Duration) string {
	return fmt.Sprintf("at most %d at once (enough for that rate where an answer takes up to 1 s)", max(int(math.Ceil(float64(time.Second)/float64(between))), 1))
}

// daily says how far apart requests must be for the rest of the day to last; "" where the minute's pace is slower,
// or the rest is not known or no limit in practice.
func (s limitState) daily(now time.Time, between time.Duration) string {
	if s.DailyRemaining == nil || *s.DailyRemaining <= 0 {
		return ""
	}
	midnight := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	every := midnight.Sub(now) / time.Duration(*s.DailyRemaining)
	if every <= between || every < time.Millisecond {
		return ""
	}
	return fmt.Sprintf("; for the %s of today to last until midnight UTC, one every %s (when Klyra's day begins is not documented; midnight UTC is usual)",
		requests(*s.DailyRemaining), intervalText(every))
}
