package sandbox

import (
	"net/http"
	"strconv"
	"time"

	"klyra-doctor/catalog"
)

const (
	perDay   = 10_000 // requests
	parallel = 5      // requests at the same time
)

// limits is the rate-limit state of a server: one account, whichever good key is used.
type limits struct {
	minute, day window
	inFlight    int
	quotaUsed   bool // the month's
}

// newLimits returns the limits as they stand at first. A state that is about a limit starts with that limit
// reached; the minute then ends as every minute does, the others stay.
func newLimits(perMinute int, state catalog.Code) limits {
	l := limits{
		minute: window{length: time.Minute, limit: perMinute},
		day:    window{length: 24 * time.Hour, limit: perDay},
	}
	switch state {
	case "rate_limit_exceeded":
		l.minute.used = perMinute
	case "concurrent_requests_exceeded":
		l.inFlight = parallel
	case "quota_exceeded":
		l.quotaUsed = true
	}
	return l
}

// enter counts a request in, and says which limit forbids it where one does. A request that was let in has
// to be counted out of inFlight; one that was not has cost nothing.
func (l *limits) enter(now time.Time) answer {
	l.roll(now)
	switch {
	case l.quotaUsed:
		return fail("quota_exceeded")
	case l.day.left() == 0:
		return fail("rate_limit_exceeded").because("You have exceeded the rate limit of %d requests per day", l.day.limit)
	case l.minute.left() == 0:
		return fail("rate_limit_exceeded")
	case l.inFlight >= parallel:
		return fail("concurrent_requests_exceeded").because("There are %d requests in flight already, which is the most at a time.", parallel)
	}
	l.day.used++
	l.minute.used++
	l.inFlight++
	return answer{}
}

func (l *limits) roll(now time.Time) {
	l.minute.roll(now)
	l.day.roll(now)
}

// resetAt returns when the limit that a code is about allows a request again; the zero time for any code
// that is about no limit.
func (l *limits) resetAt(code catalog.Code, now time.Time) time.Time {
	switch code {
	case "rate_limit_exceeded":
		if l.day.left() == 0 {
			return l.day.end()
		}
		return l.minute.end()
	case "concurrent_requests_exceeded":
		return now.Add(time.Second)
	case "quota_exceeded":
		now = now.UTC()
		return time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Time{}
}

// show sets the documented headers. The monthly quota and the parallel requests have none: there the code
// alone tells. An answer of rate_limit_exceeded that was only demanded shows the minute as used up, too.
func (l *limits) show(h http.Header, code catalog.Code, now time.Time) {
	remaining := l.minute.left()
	if code == "rate_limit_exceeded" && l.day.left() > 0 {
		remaining = 0
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(l.minute.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset", seconds(l.minute.end().Sub(now)))
	h.Set("X-Daily-Limit-Remaining", strconv.Itoa(l.day.left()))
}

// seconds rounds up: a client that waits that long has waited long enough.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// window counts requests in a span of time that begins with the first one and, once over, begins anew.
type window struct {
	length      time.Duration
	limit, used int
	start       time.Time // zero before the first request
}

// roll begins a new span where the last one is over, also where the clock was set back.
func (w *window) roll(now time.Time) {
	if w.start.IsZero() {
		w.start = now
	}
	if now.Before(w.start) || now.Sub(w.start) >= w.length {
		w.start, w.used = now, 0
	}
}

func (w *window) left() int { return w.limit - w.used }

func (w *window) end() time.Time { return w.start.Add(w.length) }
