package paste

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// limitsDate is when the responses of these tests were made.
const limitsDate = "Sun, 06 Nov 1994 08:49:00 GMT"

func TestLimitHeaders(t *testing.T) {
	at := time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC)
	for _, c := range []struct {
		name, value string
		seconds     int // -1 for none
		at          time.Time
	}{
		{"Retry-After", "37", 37, time.Time{}},
		{"Retry-After", "1.2", 2, time.Time{}},
		{"Retry-After", "0", 0, time.Time{}},
		{"Retry-After", "999999999", 999999999, time.Time{}},
		{"Retry-After", "1777853647", 1777853647, time.Time{}}, // never a time
		{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT", 37, at},
		{"Retry-After", "Sunday, 06-Nov-94 08:49:37 GMT", 37, at},
		{"Retry-After", "Sun Nov  6 08:49:37 1994", 37, at},
		{"Retry-After", "Sun, 06 Nov 1994 08:48:00 GMT", 0, at.Add(-97 * time.Second)},
		{"Retry-After", "-5", -1, time.Time{}},
		{"Retry-After", "soon", -1, time.Time{}},
		{"Retry-After", "99999999999999999999", -1, time.Time{}},
		{"X-RateLimit-Reset", "37", 37, time.Time{}},
		{"X-RateLimit-Reset", "36.01, 60;w=60", 37, time.Time{}},
		{"X-RateLimit-Reset", fmt.Sprint(at.Unix() + 1e9), 1e9 + 37, at.Add(1e9 * time.Second)},
		{"X-RateLimit-Reset", fmt.Sprint((at.Unix()+1e9)*1000 - 1), 1e9 + 37, at.Add(1e9*time.Second - time.Millisecond)},
		{"X-RateLimit-Reset", "1994-11-06T08:49:37Z", 37, at},
		{"X-RateLimit-Reset", "1994-11-06T09:49:37.5+01:00", 38, at.Add(time.Second / 2)},
		{"X-RateLimit-Reset", "-1", -1, time.Time{}},
	} {
		asked := LimitsOf(map[string][]string{c.name: {"x", c.value}, "Date": {limitsDate}, "Content-Type": {"60"}})
		pasted := Diagnose("HTTP/1.1 429 Too Many Requests\nX-RateLimit-Limit: 60\n" + c.name + ": " + c.value + "\nDate: " + limitsDate + "\n").RateLimit
		for way, l := range map[string]RateLimit{"asked": asked, "pasted": *pasted} {
			n, got := l.RetryAfterS, l.RetryTime
			if c.name != "Retry-After" {
				n, got = l.ResetS, l.ResetTime
			}
			if (n == nil) != (c.seconds < 0) || n != nil && *n != c.seconds || !got.Equal(c.at) {
				t.Errorf("%s %s: %s: %v %v", way, c.name, c.value, n, got)
			}
			if len(l.Unread) > 0 != (c.seconds < 0) {
				t.Errorf("%s %s: %s: unread %q", way, c.name, c.value, l.Unread)
			}
		}
	}
}

// A date is known also where the response's own is not.
func TestRetryDateWithoutDate(t *testing.T) {
	l := Diagnose("HTTP/1.1 429 Too Many Requests\nRetry-After: " + limitsDate + "\n").RateLimit
	if l == nil || l.RetryAfterS != nil || l.RetryTime.Year() != 1994 || l.String() != "try again at 1994-11-06T08:49:00Z" {
		t.Errorf("%+v", l)
	}
}

func TestRepeatedRetryAfter(t *testing.T) {
	for _, given := range [][]string{{"300", "5"}, {"5", "300"}, {"300", "soon"}} {
		limit := LimitsOf(map[string][]string{"Retry-After": given})
		if limit.RetryAfterS == nil || *limit.RetryAfterS != 300 {
			t.Errorf("%v is read as %v", given, limit.RetryAfterS)
		}
	}
}

func TestUnreadLimitHeaders(t *testing.T) {
	l := LimitsOf(map[string][]string{"X-Ratelimit-Limit": {"many"}, "X-RateLimit-Remaining": {"5"}, "Date": {"today"}, "Retry-After": nil})
	if !slices.Equal(l.Unread, []string{"x-ratelimit-limit"}) || l.Limit != nil || *l.Remaining != 5 || !l.Date.IsZero() {
		t.Errorf("%+v", l)
	}
}

func TestResetTime(t *testing.T) {
	want := time.Date(2021, 6, 8, 20, 11, 0, 0, time.UTC)
	for value, at := range map[string]time.Time{
		"1623183060": want, "1623183060.9": want, "1623183060250": want.Add(250 * time.Millisecond), "2021-06-08T20:11:00Z": want,
		" 2021-06-08T22:11:00+02:00 ": want, "null": {}, "": {}, "soon": {}, "0": {}, "-1623183060": {}, "1e300": {}, "NaN": {}, "Inf": {},
	} {
		if got := ResetTime(value); !got.Equal(at) {
			t.Errorf("%q: %v, want %v", value, got, at)
		}
	}
	d := Diagnose(`{"error":{"code":"rate_limit_exceeded","message":"m","type":"rate_limit_error","reset_at":"2021-06-08T20:11:00Z"}}`)
	if got := d.Findings[0].ResetAt; !got.Equal(want) {
		t.Errorf("pasted: %v", got)
	}
}

func FuzzLimitsOf(f *testing.F) {
	f.Add("60", "1623183060", "Sun, 06 Nov 1994 08:49:37 GMT", limitsDate)
	f.Add("1e9", "2021-06-08T20:11:00Z", "1.5, 3", "")
	f.Fuzz(func(t *testing.T, limit, reset, after, date string) {
		l := LimitsOf(map[string][]string{"X-RateLimit-Limit": {limit}, "X-RateLimit-Reset": {reset}, "Retry-After": {after}, "Date": {date}})
		for _, n := range []*int{l.Limit, l.ResetS, l.RetryAfterS} {
			if n != nil && *n < 0 {
				t.Errorf("%d below zero: %+v", *n, l)
			}
		}
		if l.ResetS != nil && !l.ResetTime.IsZero() && l.Date.IsZero() {
			t.Errorf("a wait from an unknown time: %+v", l)
		}
	})
}
