package checks

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
)

// limitsNow is the clock of these tests, in a zone of its own: 02:13:27 there, 00:13:27 in UTC.
var limitsNow = time.Date(2026, 5, 4, 2, 13, 27, 0, time.FixedZone("here", 2*60*60))

// limitsAnswer is an answer written as lines: a status and a code first ("429 rate_limit_exceeded"), then
// headers. A reset_at in the place of a header goes into the body.
func limitsAnswer(w http.ResponseWriter, script string) {
	lines := strings.Split(script, "\n")
	resetAt, message := "null", "words"
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "reset_at":
			resetAt = value
		case "message":
			message = value
		default:
			w.Header().Set(name, value)
		}
	}
	status, code, _ := strings.Cut(lines[0], " ")
	n, _ := strconv.Atoi(status)
	w.WriteHeader(n)
	if code != "" {
		fmt.Fprintf(w, `{"error":{"code":%q,"message":%q,"type":"rate_limit_error","param":null,"reset_at":%s}}`, code, message, resetAt)
	}
}

const serverDate = "Date: Mon, 04 May 2026 00:13:27 GMT"

// limitsAt writes a time after these tests' clock as seconds since 1970.
func limitsAt(after time.Duration) string { return fmt.Sprint(limitsNow.Add(after).Unix()) }

var limitsAskedCases = []struct {
	name, answer string
	ids          string
	status       Status
	wait         time.Duration
	says         string
}{
	{
		"plenty", "404\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 54\nX-RateLimit-Reset: 37\nX-Daily-Limit-Remaining: 900",
		"limits.free", Pass, 0, "54 of 60 requests in this minute, 900 requests today",
	},
	{
		"low", "200\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 6\nX-Daily-Limit-Remaining: 900",
		"limits.low", Warn, 0, "6 of 60",
	},
	{
		"low day", "200\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 60\nX-Daily-Limit-Remaining: 59",
		"limits.low", Warn, 0, "59 requests today",
	},
	{
		"minute by the header", "429 rate_limit_exceeded\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 37",
		"limits.minute_exhausted", Fail, 37 * time.Second, "retry at 02:14:04 here, in 37 s",
	},
	{
		"minute before any 429", "200\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 37",
		"limits.minute_exhausted", Fail, 37 * time.Second, "in 37 s",
	},
	{
		"minute by reset_at", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: " + limitsAt(42*time.Second),
		"limits.minute_exhausted", Fail, 42 * time.Second, "retry at 02:14:09 here, in 42 s",
	},
	{
		"minute by Retry-After", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 12\nX-RateLimit-Reset: 14",
		"limits.minute_exhausted", Fail, 12 * time.Second, "in 12 s",
	},
	{
		"minute by a date", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: Mon, 04 May 2026 00:14:00 GMT",
		"limits.minute_exhausted", Fail, 33 * time.Second, "in 33 s",
	},
	{
		"minute by a time", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: " + limitsAt(20*time.Second),
		"limits.minute_exhausted", Fail, 20 * time.Second, "in 20 s",
	},
	{
		"minute by milliseconds", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: " + limitsAt(20*time.Second) + "500",
		"limits.minute_exhausted", Fail, 20*time.Second + 500*time.Millisecond, "in 21 s",
	},
	{
		"minute by its window", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: soon",
		"limits.minute_exhausted", Fail, time.Minute, "in 60 s",
	},
	{
		"minute by the message", "429 rate_limit_exceeded\nmessage: the rate limit of 60 requests per minute\nreset_at: " + limitsAt(9*time.Second),
		"limits.minute_exhausted", Fail, 9 * time.Second, "in 9 s",
	},
	{
		"reset in the past", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: " + limitsAt(-time.Hour),
		"limits.minute_exhausted", Fail, time.Minute, "in 60 s",
	},
	{
		"one reset in the past, and a wait", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 37\nreset_at: " + limitsAt(-time.Hour),
		"limits.minute_exhausted", Fail, 37 * time.Second, "in 37 s",
	},
	{"a fraction", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 11.2", "limits.minute_exhausted", Fail, 12 * time.Second, "in 12 s"},
	{"at once", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 0", "limits.minute_exhausted", Fail, 0, "used up: retry now"},
	{"a date of old", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: Monday, 04-May-26 00:14:00 GMT", "limits.minute_exhausted", Fail, 33 * time.Second, "in 33 s"},
	{"a date as in C", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: Mon May  4 00:14:00 2026", "limits.minute_exhausted", Fail, 33 * time.Second, "in 33 s"},
	{"a wait below zero", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: -5\nX-RateLimit-Reset: 20", "limits.minute_exhausted", Fail, 20 * time.Second, "in 20 s"},
	{"reset_at in milliseconds", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: " + limitsAt(20*time.Second) + "000", "limits.minute_exhausted", Fail, 20 * time.Second, "in 20 s"},
	{"reset_at in ISO 8601", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: \"2026-05-04T02:14:09+02:00\"", "limits.minute_exhausted", Fail, 42 * time.Second, "retry at 02:14:09 here, in 42 s"},
	{"X-RateLimit-Reset in ISO 8601", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 2026-05-04T00:14:09Z", "limits.minute_exhausted", Fail, 42 * time.Second, "in 42 s"},
	{"reset_at that is none", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: {\"in\": 5}", "limits.minute_exhausted", Fail, time.Minute, "in 60 s"},
	{"locked out for an hour", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 3600", "limits.minute_exhausted", Fail, time.Hour, "in 60 min 0 s"},
	{"a minute of three days", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 259200", "limits.minute_exhausted", Fail, time.Minute, "in 60 s"},
	{"payload", "413 content_too_large\nX-RateLimit-Remaining: 5\nRetry-After: 5", "limits.payload", Fail, 0, "larger than the plan allows"},
	{"payload without a code", "413", "limits.payload", Fail, 0, "larger than the plan allows"},
	{"the edge's limit with a wait", "429\ncf-error-type: 1015\nRetry-After: 30", "limits.headers_missing", Unknown, 30 * time.Second, "in 30 s"},
	{"the edge's limit with the API's header", "429\ncf-error-type: 1015\nX-RateLimit-Reset: 30", "limits.headers_missing", Unknown, 0, "not from one of Klyra's limits"},
	{
		"reset beyond belief", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 999999999",
		"limits.minute_exhausted", Fail, time.Minute, "in 60 s",
	},
	{
		"too many at once on a day that is used up", "429 concurrent_requests_exceeded\nX-Daily-Limit-Remaining: 0\nX-RateLimit-Remaining: 3",
		"limits.concurrency limits.day_exhausted", Fail, 0, "too many requests were under way at once",
	},
	{
		"resets disagree", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 50\nreset_at: " + limitsAt(42*time.Second),
		"limits.minute_exhausted limits.reset_disagrees", Fail, 42 * time.Second, "in 42 s",
	},
	{
		"resets agree within 5 s", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 47\nreset_at: " + limitsAt(42*time.Second),
		"limits.minute_exhausted", Fail, 42 * time.Second, "in 42 s",
	},
	{
		"day", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 37\nX-Daily-Limit-Remaining: 0",
		"limits.day_exhausted", Fail, 0, "does not say",
	},
	{
		"day with an end", "429 rate_limit_exceeded\nX-Daily-Limit-Remaining: 0\nX-RateLimit-Reset: 37\nRetry-After: 7200",
		"limits.day_exhausted", Fail, 2 * time.Hour, "retry at 04:13:27 here, in 2 h 0 min",
	},
	{
		"day with the minute's reset_at", "429 rate_limit_exceeded\nX-Daily-Limit-Remaining: 0\nreset_at: " + limitsAt(30*time.Second),
		"limits.day_exhausted", Fail, 0, "does not say",
	},
	{
		"day by the message", "429 rate_limit_exceeded\nmessage: 1000 requests per day",
		"limits.day_exhausted", Fail, 0, "does not say",
	},
	{
		"quota", "429 quota_exceeded\nX-RateLimit-Remaining: 50\nX-RateLimit-Reset: 37\nX-Daily-Limit-Remaining: 0",
		"limits.quota_exhausted", Fail, 0, "does not say",
	},
	{
		"quota with an end", "429 quota_exceeded\nreset_at: " + limitsAt(time.Hour),
		"limits.quota_exhausted", Fail, time.Hour, "it resets at 03:13:27 here, in 60 min 0 s",
	},
	{
		"concurrency by its code", "429 concurrent_requests_exceeded\nX-RateLimit-Remaining: 50\nX-RateLimit-Reset: 37",
		"limits.concurrency", Fail, 0, "at once",
	},
	{
		"concurrency by what is left", "429 rate_limit_exceeded\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 50\nRetry-After: 1",
		"limits.minute_exhausted limits.concurrency", Fail, time.Second, "in 1 s",
	},
	{
		"concurrency without a telling code", "429\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 50\nRetry-After: 1",
		"limits.concurrency", Fail, time.Second, "although 50 requests of this minute are left",
	},
	{
		"the minute's header alone", "429 rate_limit_exceeded\nX-RateLimit-Reset: 8",
		"limits.minute_exhausted", Fail, 8 * time.Second, "in 8 s",
	},
	{
		"a wait in the message alone", "429 rate_limit_exceeded\nmessage: Too many requests. Try again in 30 seconds.",
		"limits.headers_missing", Unknown, 30 * time.Second, "in 30 s",
	},
	{
		"a wait in the message, and a better one", "429 rate_limit_exceeded\nmessage: 60 requests per minute, try again in 30 seconds\nreset_at: " + limitsAt(42*time.Second),
		"limits.minute_exhausted", Fail, 42 * time.Second, "in 42 s",
	},
	{
		"reset_at a second before Retry-After", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 43\nreset_at: " + limitsAt(42*time.Second),
		"limits.minute_exhausted", Fail, 42 * time.Second, "retry at 02:14:09 here, in 42 s",
	},
	{
		"quota until next month", "429 quota_exceeded\nreset_at: " + limitsAt(27*24*time.Hour),
		"limits.quota_exhausted", Fail, 27 * 24 * time.Hour, "it resets on 2026-05-31 02:13:27 here, in 27 days",
	},
	{
		"quota with the minute's Retry-After", "429 quota_exceeded\nRetry-After: 60\nreset_at: " + limitsAt(time.Hour),
		"limits.quota_exhausted", Fail, time.Hour, "in 60 min 0 s",
	},
	{
		"quota beyond belief", "429 quota_exceeded\nreset_at: " + limitsAt(401*24*time.Hour),
		"limits.quota_exhausted", Fail, 0, "does not say",
	},
	{
		"limited, and nothing else", "429\nRetry-After: 5",
		"limits.headers_missing", Unknown, 5 * time.Second, "nothing tells which",
	},
	{
		"limited by the code alone", "429 rate_limit_exceeded",
		"limits.headers_missing", Unknown, 0, "nothing tells which",
	},
	{"refused", "401 invalid_api_key", "limits.headers_missing", Unknown, 0, "the key was not accepted"},
	{"broken", "500 internal_server_error", "limits.headers_missing", Unknown, 0, "an error of its own"},
	{"refused, with limits of nobody's", "401 invalid_api_key\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 60", "limits.headers_missing", Unknown, 0, "not those of your account"},
	{"forbidden, with limits", "403 insufficient_permissions\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 50", "limits.free", Pass, 0, "50 of 60"},
	{"no endpoint", "404", "limits.headers_missing", Unknown, 0, "no endpoint was reached (HTTP 404)"},
	{
		"overloaded, with limits", "503 service_unavailable\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 60\nRetry-After: 30",
		"limits.headers_missing", Unknown, 30 * time.Second, "(HTTP 503), whatever limits it shows beside it; retry at 02:13:57 here, in 30 s",
	},
	{"overloaded", "503 service_unavailable\nRetry-After: 30", "limits.headers_missing", Unknown, 30 * time.Second, "showed no limits; retry at 02:13:57 here, in 30 s"},
	{"overloaded, and the minute is used up", "503 service_unavailable\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 20", "limits.minute_exhausted", Fail, 20 * time.Second, "in 20 s"},
	{"an overloaded edge", "503\ncf-error-type: 1015\nRetry-After: 30", "limits.headers_missing", Unknown, 30 * time.Second, "in front of the API"},
	{"bare", "200", "limits.headers_missing", Unknown, 0, "none of the X-RateLimit headers"},
	{"a date with one digit", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: Mon, 4 May 2026 00:14:00 GMT", "limits.minute_exhausted", Fail, 33 * time.Second, "in 33 s"},
	{"a date with an offset", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: Mon, 04 May 2026 02:14:00 +0200", "limits.minute_exhausted", Fail, 33 * time.Second, "in 33 s"},
	{"a date in a zone that is only named", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: Mon, 04 May 2026 02:14:00 CEST", "limits.minute_exhausted", Fail, time.Minute, "in 60 s"},
	{"Retry-After in ISO 8601", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 2026-05-04T00:14:00Z", "limits.minute_exhausted", Fail, 33 * time.Second, "in 33 s"},
	{"the longer of two", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 5, 30", "limits.minute_exhausted", Fail, 30 * time.Second, "in 30 s"},
	{"with a unit", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 30s", "limits.minute_exhausted", Fail, 30 * time.Second, "in 30 s"},
	{"with two units", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1m30s", "limits.minute_exhausted", Fail, 90 * time.Second, "in 90 s"},
	{"with a unit in words", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 30 seconds", "limits.minute_exhausted", Fail, 30 * time.Second, "in 30 s"},
	{"in quotes", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: \"30\"", "limits.minute_exhausted", Fail, 30 * time.Second, "in 30 s"},
	{"in milliseconds of another header", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After-Ms: 2500", "limits.minute_exhausted", Fail, 3 * time.Second, "in 3 s"},
	{"no wait, but a reset", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: 0\nX-RateLimit-Reset: 40", "limits.minute_exhausted", Fail, 40 * time.Second, "in 40 s"},
	{"a time for a wait", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: " + limitsAt(40*time.Second), "limits.minute_exhausted", Fail, time.Minute, "in 60 s"},
	{"Retry-After that is over", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nRetry-After: Mon, 04 May 2026 00:10:00 GMT", "limits.minute_exhausted", Fail, time.Minute, "in 60 s"},
	{"reset_at with an offset of ISO 8601", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: \"2026-05-04T00:14:00+0000\"", "limits.minute_exhausted", Fail, 33 * time.Second, "in 33 s"},
	{"reset_at as HTTP writes it", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: \"Mon, 04 May 2026 00:14:00 GMT\"", "limits.minute_exhausted", Fail, 33 * time.Second, "in 33 s"},
	{"reset_at without a zone", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: \"2026-05-04T00:14:00\"", "limits.minute_exhausted", Fail, time.Minute, "in 60 s"},
	{"reset_at in microseconds", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: " + limitsAt(20*time.Second) + "000000", "limits.minute_exhausted", Fail, 20 * time.Second, "in 20 s"},
	{"reset_at in nanoseconds", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: " + limitsAt(20*time.Second) + "000000000", "limits.minute_exhausted", Fail, 20 * time.Second, "in 20 s"},
	{"reset_at five years ahead", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: " + limitsAt(5*365*24*time.Hour), "limits.minute_exhausted", Fail, time.Minute, "in 60 s"},
	{"reset_at that is a wait", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: 30", "limits.minute_exhausted", Fail, time.Minute, "in 60 s"},
	{"the IETF's first headers", "429 rate_limit_exceeded\nRateLimit-Limit: 60\nRateLimit-Remaining: 0\nRateLimit-Reset: 30", "limits.headers_missing", Unknown, 30 * time.Second, "in 30 s"},
	{"the IETF's later header", "429 rate_limit_exceeded\nRateLimit: limit=60, remaining=0, reset=30", "limits.headers_missing", Unknown, 30 * time.Second, "in 30 s"},
	{"the IETF's last header", "429 rate_limit_exceeded\nRateLimit: \"default\";r=0;t=30\nRateLimit-Policy: \"default\";q=60;w=60", "limits.headers_missing", Unknown, 30 * time.Second, "in 30 s"},
	{"another spelling", "429 rate_limit_exceeded\nX-Rate-Limit-Reset: 30", "limits.headers_missing", Unknown, 30 * time.Second, "in 30 s"},
	{"as OpenAI writes it", "429 rate_limit_exceeded\nX-RateLimit-Reset-Requests: 1m30s", "limits.headers_missing", Unknown, 90 * time.Second, "in 90 s"},
	{"another spelling, as a time", "429 rate_limit_exceeded\nX-Rate-Limit-Reset: " + limitsAt(40*time.Second), "limits.headers_missing", Unknown, 0, "nothing tells which"},
	{"more left than the limit", "200\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 100", "limits.free", Pass, 0, "stands in the way: 100 requests in this minute"},
	{"day, with the minute's wait", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-Daily-Limit-Remaining: 0\nRetry-After: 20", "limits.day_exhausted", Fail, 0, "does not say"},
	{"day while the minute is free", "200\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 59\nX-Daily-Limit-Remaining: 0", "limits.day_exhausted", Fail, 0, "does not say"},
	{"day, with three clocks", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-Daily-Limit-Remaining: 0\nRetry-After: 20\nX-RateLimit-Reset: 40\nreset_at: " + limitsAt(2*time.Hour), "limits.day_exhausted", Fail, 2 * time.Hour, "in 2 h 0 min"},
	{"three clocks", "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 40\nRetry-After: 5\nreset_at: " + limitsAt(90*time.Second), "limits.minute_exhausted limits.reset_disagrees", Fail, 5 * time.Second, "in 5 s"},
	{"quota with a minute's wait alone", "429 quota_exceeded\nRetry-After: 5", "limits.quota_exhausted", Fail, 0, "does not say"},
	{"day by a word", "429 rate_limit_exceeded\nmessage: daily limit reached", "limits.day_exhausted", Fail, 0, "does not say"},
	{"day by a slash", "429 rate_limit_exceeded\nmessage: the limit is 1000/day", "limits.day_exhausted", Fail, 0, "does not say"},
	{"two units in the message", "429 rate_limit_exceeded\nmessage: Please try again in 1m30s", "limits.headers_missing", Unknown, 90 * time.Second, "in 90 s"},
	{"nonsense", "200\nX-RateLimit-Remaining: -3\nX-Daily-Limit-Remaining: 99999999999999999999", "limits.headers_missing", Unknown, 0, "none of"},
	{"draft style", "200\nX-RateLimit-Limit: 60, 60;w=60\nX-RateLimit-Remaining: 59", "limits.free", Pass, 0, "59 of 60"},
	{"the edge's own limit", "429\ncf-error-type: 1015\nX-RateLimit-Remaining: 0", "limits.headers_missing", Unknown, 0, "in front of the API"},
}

func TestLimitsAsked(t *testing.T) {
	for _, c := range limitsAskedCases {
		var asked atomic.Int32
		target := keyTarget(apiOn(t, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			if r.Header.Get("Authorization") != "Bearer "+testKey {
				t.Errorf("%s: asked without the key", c.name)
			}
			limitsAnswer(w, c.answer+"\n"+serverDate)
		}), testKey)
		target.Now = func() time.Time { return limitsNow }
		r := Run(inTime(t), catalog.LimitsCheck, target)
		checkLimitsResult(t, c.name, r, c.ids, c.status, c.wait, c.says)
		if asked.Load() != 1 {
			t.Errorf("%s: asked %d times", c.name, asked.Load())
		}
	}
}

func checkLimitsResult(t *testing.T, name string, r Result, ids string, status Status, wait time.Duration, says string) {
	t.Helper()
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.ID)
	}
	if strings.Join(got, " ") != ids || r.Status != status || r.Wait != wait || !strings.Contains(r.Summary, says) {
		t.Errorf("%s:\ngot %s, %v, wait %v: %s\nwant %s, %s, wait %v: …%s…", name, r.Status, got, r.Wait, r.Summary, status, ids, wait, says)
	}
	if wait > 0 && !r.RetryAt.Equal(limitsNow.Add(wait)) || r.RetryAt.IsZero() && wait > 0 {
		t.Errorf("%s: retry at %v", name, r.RetryAt)
	}
	if status != Pass && r.Findings[0].Remedy == "" {
		t.Errorf("%s: no remedy", name)
	}
}

// The server's clock counts, not this machine's: here it is an hour off.
func TestLimitsWithASkewedClock(t *testing.T) {
	target := keyTarget(apiOn(t, func(w http.ResponseWriter, _ *http.Request) {
		limitsAnswer(w, fmt.Sprintf("429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\nreset_at: %d\n%s", limitsNow.Add(42*time.Second).Unix(), serverDate))
	}), testKey)
	skewed := limitsNow.Add(-time.Hour)
	target.Now = func() time.Time { return skewed }
	r := Run(inTime(t), catalog.LimitsCheck, target)
	if r.Wait != 42*time.Second || !r.RetryAt.Equal(skewed.Add(42*time.Second)) {
		t.Errorf("wait %v, retry at %v", r.Wait, r.RetryAt)
	}
}

func number(n int) *int { return &n }

// rateLimited is what a diagnosis of the documented sample holds, with another reset.
func rateLimited(resetAfter time.Duration) []paste.Finding {
	return []paste.Finding{{
		Code: "rate_limit_exceeded", Kind: paste.Envelope, HTTPStatus: 429, ResetAt: limitsNow.Add(resetAfter),
		Message: "You have exceeded the rate limit of 60 requests per minute",
	}}
}

var limitsPastedCases = []struct {
	name   string
	paste  paste.Diagnosis
	ids    string
	status Status
	wait   time.Duration
	says   string
}{
	{"the documented sample, years later", paste.Diagnosis{Findings: rateLimited(-5 * 365 * 24 * time.Hour)}, "limits.reset", Pass, 0, "has been reset since"},
	{
		"a minute that is over, with requests left",
		paste.Diagnosis{Findings: rateLimited(-time.Hour), RateLimit: &paste.RateLimit{Remaining: number(5), ResetS: number(37), Date: limitsNow.Add(-time.Hour)}},
		"limits.reset", Pass, 0, "has been reset since",
	},
	{"a minute that still runs", paste.Diagnosis{Findings: rateLimited(42 * time.Second)}, "limits.minute_exhausted", Fail, 42 * time.Second, "retry at 02:14:09 here, in 42 s"},
	{
		"headers with a date of 10 s ago",
		paste.Diagnosis{RateLimit: &paste.RateLimit{Limit: number(60), Remaining: number(0), ResetS: number(37), Date: limitsNow.Add(-10 * time.Second)}},
		"limits.minute_exhausted", Fail, 27 * time.Second, "in 27 s",
	},
	{
		"headers with a date of an hour ago",
		paste.Diagnosis{RateLimit: &paste.RateLimit{Remaining: number(0), ResetS: number(37), Date: limitsNow.Add(-time.Hour)}},
		"limits.reset", Pass, 0, "at 01:14:04 here, 59 min 23 s ago",
	},
	{
		"a date ahead of this clock",
		paste.Diagnosis{RateLimit: &paste.RateLimit{Remaining: number(0), ResetS: number(37), Date: limitsNow.Add(time.Hour)}},
		"limits.minute_exhausted", Fail, 37 * time.Second, "in 37 s",
	},
	{
		"headers without a date",
		paste.Diagnosis{RateLimit: &paste.RateLimit{Remaining: number(0), RetryAfterS: number(37)}},
		"limits.minute_exhausted", Fail, 37 * time.Second, "in 37 s",
	},
	{
		"a reset that is a time",
		paste.Diagnosis{RateLimit: &paste.RateLimit{Remaining: number(0), ResetTime: limitsNow.Add(20 * time.Second)}},
		"limits.minute_exhausted", Fail, 20 * time.Second, "in 20 s",
	},
	{
		"an old sample with a wait and without a date", // the reset that it names tells its age, not the wait
		paste.Diagnosis{Findings: rateLimited(-time.Hour), RateLimit: &paste.RateLimit{Remaining: number(0), RetryAfterS: number(37)}},
		"limits.reset", Pass, 0, "it was over at 01:13:27 here, 60 min 0 s ago",
	},
	{
		"a wait that was counted some time before the paste",
		paste.Diagnosis{Findings: rateLimited(17 * time.Second), RateLimit: &paste.RateLimit{Remaining: number(0), ResetS: number(37)}},
		"limits.minute_exhausted", Fail, 17 * time.Second, "in 17 s",
	},
	{
		"two times that disagree, without a date",
		paste.Diagnosis{Findings: rateLimited(17 * time.Second), RateLimit: &paste.RateLimit{ResetTime: limitsNow.Add(40 * time.Second)}},
		"limits.minute_exhausted limits.reset_disagrees", Fail, 17 * time.Second, "in 17 s",
	},
	{
		"a Retry-After that is a date, without one of its own",
		paste.Diagnosis{Findings: rateLimited(0)[:0], RateLimit: &paste.RateLimit{Remaining: number(0), RetryTime: limitsNow.Add(33 * time.Second)}},
		"limits.minute_exhausted", Fail, 33 * time.Second, "in 33 s",
	},
	{
		"a day that was to reset two days ago, without a date",
		paste.Diagnosis{Findings: []paste.Finding{{Code: "rate_limit_exceeded", Kind: paste.Envelope, HTTPStatus: 429, Message: "1000 requests per day", ResetAt: limitsNow.Add(-48 * time.Hour)}}},
		"limits.reset", Pass, 0, "more than a day old",
	},
	{"too large", paste.Diagnosis{Findings: []paste.Finding{{Code: "content_too_large", Kind: paste.Envelope, HTTPStatus: 413}}}, "limits.payload", Fail, 0, "larger than the plan allows"},
	{"a bare 413", paste.Diagnosis{Candidates: []paste.Candidate{{Code: "content_too_large"}}}, "limits.payload", Fail, 0, "larger than the plan allows"},
	{
		"a day of two days ago",
		paste.Diagnosis{RateLimit: &paste.RateLimit{DailyRemaining: number(0), Date: limitsNow.Add(-48 * time.Hour)}},
		"limits.reset", Pass, 0, "more than a day old",
	},
	{
		"a day of an hour ago",
		paste.Diagnosis{RateLimit: &paste.RateLimit{DailyRemaining: number(0), ResetS: number(3), Date: limitsNow.Add(-time.Hour)}},
		"limits.day_exhausted", Fail, 0, "does not say",
	},
	{
		"the limit among other errors",
		paste.Diagnosis{Findings: append([]paste.Finding{{Code: "invalid_api_key", HTTPStatus: 401}}, rateLimited(time.Second)...)},
		"limits.minute_exhausted", Fail, time.Second, "in 1 s",
	},
	{
		"a gateway's limit",
		paste.Diagnosis{Findings: []paste.Finding{{Code: "rate_limit_exceeded", Kind: paste.Gateway, HTTPStatus: 429, Message: "Cloudflare limits your address. Wait."}}},
		"limits.headers_missing", Unknown, 0, "(Cloudflare limits your address)",
	},
	{
		"a bare 429 with something left",
		paste.Diagnosis{
			RateLimit:  &paste.RateLimit{Limit: number(60), Remaining: number(20)},
			Candidates: []paste.Candidate{{Code: "rate_limit_exceeded"}},
		},
		"limits.concurrency", Fail, 0, "although 20 requests of this minute are left",
	},
	{"a bare 429", paste.Diagnosis{Candidates: []paste.Candidate{{Code: "quota_exceeded"}}}, "limits.headers_missing", Unknown, 0, "nothing tells which"},
	{"another error", paste.Diagnosis{Findings: []paste.Finding{{Code: "invalid_api_key", HTTPStatus: 401}}}, "limits.headers_missing", Unknown, 0, "the key was not accepted"},
	{"nothing", paste.Diagnosis{}, "limits.headers_missing", Unknown, 0, "none of the X-RateLimit headers"},
}

func TestLimitsPasted(t *testing.T) {
	for _, c := range limitsPastedCases {
		api := apiOn(t, func(http.ResponseWriter, *http.Request) { t.Errorf("%s: the API was asked", c.name) })
		target := keyTarget(api, testKey)
		target.Response = &c.paste
		target.Now = func() time.Time { return limitsNow }
		checkLimitsResult(t, c.name, Run(inTime(t), catalog.LimitsCheck, target), c.ids, c.status, c.wait, c.says)
	}
}

func TestLimitsSayWhatWaitsCountFrom(t *testing.T) {
	for _, c := range []struct {
		date time.Time
		says bool
	}{
		{time.Time{}, true},
		{limitsNow, false},
		{limitsNow.Add(time.Minute), false},
	} {
		d := paste.Diagnosis{RateLimit: &paste.RateLimit{Remaining: number(0), ResetS: number(37), Date: c.date}}
		target := Target{API: mustAPI(t, "http://127.0.0.1:1"), Response: &d, Now: func() time.Time { return limitsNow }}
		got := evidenceText(Run(inTime(t), catalog.LimitsCheck, target))
		if strings.Contains(got, "shows no Date") != c.says {
			t.Errorf("date %v: evidence %q", c.date, got)
		}
	}
}

func TestLimitsPace(t *testing.T) {
	for _, c := range []struct {
		state limitState
		want  string
	}{
		{limitState{RateLimit: paste.RateLimit{Limit: number(60)}}, "at most one request every 1.25 s (80 % of 60 a minute), at most 1 at once (enough for that rate where an answer takes up to 1 s)"},
		{limitState{RateLimit: paste.RateLimit{Limit: number(600)}, took: 1500 * time.Millisecond}, "at most one request every 125 ms (80 % of 600 a minute), at most 8 at once (enough for that rate where an answer takes up to 1 s)"},
		{limitState{RateLimit: paste.RateLimit{Limit: number(1)}}, "at most one request every 75 s"},
		{limitState{RateLimit: paste.RateLimit{Limit: number(0)}}, "keeps under 80 % of the plan's limit a minute (a general rule"},
		{limitState{message: "the rate limit of 120 requests per minute"}, "at most one request every 625 ms (80 % of 120 a minute)"},
		{
			limitState{RateLimit: paste.RateLimit{Limit: number(60), DailyRemaining: number(60)}},
			"; for the 60 requests of today to last until midnight UTC, one every 23 min 47 s (when Klyra's day begins is not documented; midnight UTC is usual)",
		},
		{limitState{RateLimit: paste.RateLimit{DailyRemaining: number(1)}}, "for the 1 request of today to last until midnight UTC, one every 23 h 46 min"},
		{limitState{RateLimit: paste.RateLimit{Limit: number(999_999_999_999_999)}}, "keeps under 80 % of the plan's limit a minute (999999999999999 by this response, which is no pace to keep to)"},
		{limitState{}, "keeps under 80 % of the plan's limit a minute (a general rule"},
	} {
		if got := c.state.pace(limitsNow); !strings.Contains(got, c.want) {
			t.Errorf("pace of %+v: %q, want %q in it", c.state, got, c.want)
		}
	}
}

// What to do begins with the wait where one is known, and says nothing that does not apply.
func TestLimitsRemedies(t *testing.T) {
	for _, c := range []struct {
		name   string
		state  limitState
		begins string
		never  string
	}{
		{
			"minute",
			limitState{RateLimit: paste.RateLimit{Limit: number(60), Remaining: number(0), ResetS: number(60)}},
			"wait until 02:14:27 here (in 60 s), then send at most one request every 1.25 s", "Before a retry",
		},
		{"minute that is over", limitState{code: rateLimitCode, resetAt: limitsNow.Add(-time.Second), RateLimit: paste.RateLimit{Remaining: number(0)}, live: true}, "send it again now", "Before a retry"},
		{"some limit", limitState{code: rateLimitCode}, "put requests in a queue", "wait until"},
		{"day", limitState{RateLimit: paste.RateLimit{DailyRemaining: number(0), RetryAfterS: number(7200)}}, "wait until 04:13:27 here (in 2 h 0 min)", "does not document"},
		{"day without an end", limitState{RateLimit: paste.RateLimit{DailyRemaining: number(0)}}, "stop for today", "wait until"},
		{
			"quota",
			limitState{code: "quota_exceeded", resetAt: limitsNow.Add(6 * 24 * time.Hour)},
			"take a higher plan in the Klyra Dashboard, or wait until 2026-05-10 02:13:27 here (in 6 days)", "next billing",
		},
		{"quota without an end", limitState{code: "quota_exceeded"}, "look at plan and usage", "wait until"},
		{
			"concurrency",
			limitState{code: "concurrent_requests_exceeded", RateLimit: paste.RateLimit{RetryAfterS: number(2)}},
			"wait until 02:13:29 here (in 2 s), then let requests finish", "Before a retry",
		},
		{
			"concurrency, of a known limit", // and how soon a refusal came tells nothing of the user's own requests
			limitState{code: "concurrent_requests_exceeded", took: time.Millisecond, RateLimit: paste.RateLimit{Limit: number(600), RetryAfterS: number(2)}},
			"wait until 02:13:29 here (in 2 s), then let requests finish before others begin: put them in a queue with one worker, and add workers while no 429 comes; " +
				"at one every 125 ms, which is 80 % of the limit a minute, that makes at most 8 at once (enough for that rate where an answer takes up to 1 s)", "under 1 ms",
		},
	} {
		c.state.Date = limitsNow
		got := c.state.remedy(c.state.hit(), limitsNow)
		if !strings.HasPrefix(got, c.begins) || strings.Contains(got, c.never) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestLimitsWithASkewedClockSaySo(t *testing.T) {
	for _, c := range []struct {
		script string
		skew   time.Duration
		ids    string
		says   string
	}{
		{"reset_at: " + limitsAt(42*time.Second), -time.Hour, "limits.minute_exhausted limits.reset_disagrees", "is 60 min 0 s behind the API's: a client here that compares the reset with it waits 60 min 0 s too long"},
		{"reset_at: " + limitsAt(42*time.Second), time.Hour, "limits.minute_exhausted limits.reset_disagrees", "is 60 min 0 s ahead of the API's: a client here that compares the reset with it retries 60 min 0 s too early"},
		{"X-RateLimit-Reset: 42", time.Hour, "limits.minute_exhausted", ""}, // a wait needs no clock
		{"reset_at: " + limitsAt(42*time.Second), time.Second, "limits.minute_exhausted", ""},
	} {
		target := keyTarget(apiOn(t, func(w http.ResponseWriter, _ *http.Request) {
			limitsAnswer(w, "429 rate_limit_exceeded\nX-RateLimit-Remaining: 0\n"+c.script+"\n"+serverDate)
		}), testKey)
		target.Now = func() time.Time { return limitsNow.Add(c.skew) }
		r := Run(inTime(t), catalog.LimitsCheck, target)
		var ids []string
		for _, f := range r.Findings {
			ids = append(ids, f.ID)
		}
		if strings.Join(ids, " ") != c.ids || !strings.Contains(r.Findings[len(r.Findings)-1].Summary, c.says) {
			t.Errorf("%s, %v: %v %s", c.script, c.skew, ids, r.Findings[len(r.Findings)-1].Summary)
		}
		if got := evidenceText(r); strings.Contains(got, "this machine's clock; waits count from the Date") != (c.skew.Abs() > sameTime) {
			t.Errorf("%s, %v: %s", c.script, c.skew, got)
		}
	}
}

func TestLimitsShowBothOfTwoResets(t *testing.T) {
	s := limitState{
		RateLimit: paste.RateLimit{Date: limitsNow, Remaining: number(0), RetryAfterS: number(12), ResetS: number(37)},
		code:      rateLimitCode, live: true,
	}
	f := limitsResult("", s, limitsNow).Findings[1]
	if f.ID != "limits.reset_disagrees" || f.Summary != "the response names different waits: Retry-After 12 s, X-RateLimit-Reset 37 s; Retry-After counts here" {
		t.Errorf("%+v", f)
	}
}

// How a limit shows is part of the evidence.
func TestLimitsSayHowTheyShow(t *testing.T) {
	left, none := paste.RateLimit{Remaining: number(9)}, paste.RateLimit{Remaining: number(0)}
	for _, c := range []struct {
		state limitState
		want  string
	}{
		{limitState{status: 429, RateLimit: none}, "limit=requests per minute, because X-RateLimit-Remaining is 0"},
		{limitState{status: 429, RateLimit: paste.RateLimit{DailyRemaining: number(0)}}, "limit=requests per day, because X-Daily-Limit-Remaining is 0"},
		{limitState{status: 429, message: "5 requests per minute"}, "limit=requests per minute, because the message names a limit per minute"},
		{limitState{status: 429, RateLimit: left}, "limit=concurrent requests, because the status is 429, no code says why, and 9 requests of this minute are left"},
		{limitState{code: rateLimitCode, RateLimit: left}, "limit=requests per minute, because the API's code is rate_limit_exceeded"},
		{limitState{code: "quota_exceeded", RateLimit: none}, "limit=the plan's quota, because the API's code is quota_exceeded"},
		{limitState{code: "concurrent_requests_exceeded", RateLimit: none}, "limit=concurrent requests, because the API's code is concurrent"},
		{limitState{status: 413}, "limit=payload size, because the status is 413"},
		{limitState{RateLimit: paste.RateLimit{Unread: []string{"retry-after"}}}, "not read=retry-after, which holds neither a number nor a time"},
		{limitState{live: true, status: 429, RateLimit: none, resetAt: limitsNow.Add(-time.Hour)}, "not believed=reset_at, which is 60 min 0 s in the past, although the limit still holds"},
		{limitState{RateLimit: left, age: 2 * time.Minute}, "made=at 02:11:27 here, 2 min 0 s ago"},
		{limitState{undated: true, RateLimit: left, age: 2 * time.Minute}, "made=no later than 02:11:27 here, 2 min 0 s ago"},
		{limitState{RateLimit: left, skew: time.Minute}, "clock=the response's Date is 60 s ahead of this machine's clock; waits count from now"},
	} {
		c.state.Date = limitsNow.Add(-c.state.age)
		if got := evidenceText(limitsResult("", c.state, limitsNow)); !strings.Contains(got, c.want) {
			t.Errorf("want %q in\n%s", c.want, got)
		}
	}
}

func TestLimitsEvidence(t *testing.T) {
	s := limitState{
		RateLimit: paste.RateLimit{Date: limitsNow, RetryAfterS: number(999999999), ResetTime: limitsNow.Add(7 * time.Second)},
		code:      rateLimitCode, resetAt: limitsNow.Add(8 * time.Second),
	}
	r := limitsResult("", s, limitsNow)
	if len(r.Findings) != 1 {
		t.Errorf("%d findings, want no disagreement", len(r.Findings))
	}
	got := evidenceText(r)
	for _, want := range []string{
		"1777853614, which is 2026-05-04 00:13:34 UTC", "1777853615, which is 2026-05-04 00:13:35 UTC", "not believed=Retry-After, which is 11574 days ahead; no more than 24 h 0 min is believed here", "the wait is from=reset_at",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in the evidence:\n%s", want, got)
		}
	}
}

func TestLimitsSayThatTheMessageNamesTheWait(t *testing.T) {
	s := limitState{RateLimit: paste.RateLimit{Date: limitsNow}, code: rateLimitCode, message: "Slow down, try again in 30 seconds"}
	if got := evidenceText(limitsResult("", s, limitsNow)); !strings.Contains(got, "the wait is from=the message, which says 30 s") {
		t.Error(got)
	}
}

func TestMessageWait(t *testing.T) {
	for message, want := range map[string]time.Duration{
		"Try again in 30 seconds": 30 * time.Second, "Please retry after 2m.": 2 * time.Minute, "resets in 1 hour": time.Hour,
		"try again in 1 minute and 30 seconds": 90 * time.Second, "Please try again in 6m0s.": 6 * time.Minute, "try again in 20ms": 0, "retry in 1 h, 2 min": 62 * time.Minute,
		"wait 500 ms": 0, "wait 999999 days": 0, "60 requests per minute": 0, "Try again later. 60 seconds is the window": 0, "": 0,
	} {
		if got := messageWait(message); got != want {
			t.Errorf("%q: %v, want %v", message, got, want)
		}
	}
}

func TestLimitsWithoutInput(t *testing.T) {
	api := apiOn(t, func(http.ResponseWriter, *http.Request) { t.Error("the API was asked") })
	for key, says := range map[string]string{
		"":                 "neither is there",
		"${KLYRA_API_KEY}": "cannot be sent as it is",
		"sk-ant-foreign":   "another service",
	} {
		r := Run(inTime(t), catalog.LimitsCheck, keyTarget(api, key))
		if r.Status != Skip || r.Findings[0].ID != "check.no_input" || !strings.Contains(r.Summary, says) {
			t.Errorf("key %q: %+v", key, r)
		}
	}
}

func FuzzLimitHeaders(f *testing.F) {
	f.Add("60", "0", "37", "100", "Mon, 04 May 2026 00:14:00 GMT", "1623180660", "")
	f.Add("60;w=60", "-1", "1623180660", "x", "9999999999999", "1e300", "Mon, 04 May 2026 00:14:00 GMT")
	f.Fuzz(func(t *testing.T, limit, remaining, reset, daily, after, resetAt, date string) {
		a := answer{status: 429, header: http.Header{
			"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset},
			"X-Daily-Limit-Remaining": {daily}, "Retry-After": {after}, "Date": {date},
		}, problem: &problem{Code: "rate_limit_exceeded", ResetAt: rawField(resetAt)}}
		s := liveLimits(a, limitsNow)
		if wait, _ := s.retry(limitsNow); wait < 0 || wait > longestWait {
			t.Errorf("wait %v", wait)
		}
		if r := limitsResult("", s, limitsNow); len(r.Findings) == 0 || r.Findings[0].Summary == "" {
			t.Errorf("%+v", r)
		}
	})
}

// TestAWaitCountsFromThePaste: where a response shows no Date, a check that runs later does not begin the wait anew.
func TestAWaitCountsFromThePaste(t *testing.T) {
	const head = "HTTP/1.1 429 Too Many Requests\nX-RateLimit-Remaining: 0\nRetry-After: 40\n"
	for text, undated := range map[string]bool{
		head: true,
		head + "Date: " + limitsNow.UTC().Format(http.TimeFormat) + "\n": false,
	} {
		d := paste.Diagnose(text + "\n" + envelope("rate_limit_exceeded"))
		for _, later := range []time.Duration{0, 15 * time.Second} {
			now := limitsNow.Add(later)
			target := Target{API: mustAPI(t, "http://127.0.0.1:1"), Response: &d, ResponseAt: limitsNow, Now: func() time.Time { return now }}
			r := Run(inTime(t), catalog.LimitsCheck, target)
			if at := r.RetryAt.Sub(limitsNow); at != 40*time.Second || r.Wait != at-later {
				t.Errorf("%v later: retry %v after the paste, in %v\n%s", later, at, r.Wait, texts(r))
			}
			if counted := strings.Contains(texts(r), "counted from: when it was pasted, because it shows no Date"); counted != undated {
				t.Errorf("%v later: counted from when it was pasted: %v\n%s", later, counted, texts(r))
			}
		}
	}
}
