package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/sandbox"
)

// clock is a time that only the test moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// noon is half a second past, so that rounding shows.
var noon = time.Date(2026, 12, 31, 12, 0, 0, 5e8, time.UTC)

// The table is one conversation: each row waits, sends, and sees the headers count.
func TestMinuteCountsDown(t *testing.T) {
	clock := &clock{noon}
	server := sandbox.New(sandbox.Options{PerMinute: 3, Now: clock.Now})
	steps := []struct {
		wait             time.Duration
		auth             string
		status           int
		remaining, reset int
		daily            int
	}{
		{0, "none", 401, 3, 60, 10_000}, // who is not let in is not counted
		{0, "", 200, 2, 60, 9_999},
		{10 * time.Second, "", 200, 1, 50, 9_998},
		{200 * time.Millisecond, "", 200, 0, 50, 9_997},
		{800 * time.Millisecond, "", 429, 0, 49, 9_997},
		{48 * time.Second, "", 429, 0, 1, 9_997},
		{time.Second, "", 200, 2, 60, 9_996},
		{-time.Hour, "", 200, 2, 60, 9_999}, // the clock was set back
	}
	for i, step := range steps {
		clock.now = clock.now.Add(step.wait)
		got := send(t, server, request{auth: step.auth, body: `{"content":"hello"}`})
		if got.status != step.status {
			t.Fatalf("step %d: status %d, want %d", i, got.status, step.status)
		}
		want := map[string]int{"X-RateLimit-Limit": 3, "X-RateLimit-Remaining": step.remaining, "X-RateLimit-Reset": step.reset, "X-Daily-Limit-Remaining": step.daily}
		for name, n := range want {
			if got.header.Get(name) != strconv.Itoa(n) {
				t.Errorf("step %d: %s is %s, want %d", i, name, got.header.Get(name), n)
			}
		}
		if step.status != 429 {
			continue
		}
		end := noon.Add(time.Minute)
		if got.err.Code != "rate_limit_exceeded" || got.err.ResetAt != end.Unix()+1 || got.header.Get("Retry-After") != strconv.Itoa(step.reset) {
			t.Errorf("step %d: %s, reset_at %d, Retry-After %s", i, got.err.Code, got.err.ResetAt, got.header.Get("Retry-After"))
		}
		if got.err.Message != "You have exceeded the rate limit of 3 requests per minute" {
			t.Errorf("step %d: %s", i, got.err.Message)
		}
	}
}

// The day's limit outlasts the minute's.
func TestDayRunsOut(t *testing.T) {
	clock := &clock{noon}
	server := sandbox.New(sandbox.Options{PerMinute: 20_000, Now: clock.Now})
	for range 10_000 {
		server.ServeHTTP(httptest.NewRecorder(), request{}.build())
	}
	clock.now = noon.Add(time.Hour)
	got := send(t, server, request{})
	if got.err.Code != "rate_limit_exceeded" || got.err.ResetAt != noon.Add(24*time.Hour).Unix()+1 || got.header.Get("Retry-After") != "82800" {
		t.Errorf("%s, reset_at %d, Retry-After %s", got.err.Code, got.err.ResetAt, got.header.Get("Retry-After"))
	}
	if got.header.Get("X-Daily-Limit-Remaining") != "0" || got.header.Get("X-RateLimit-Remaining") != "20000" || !strings.Contains(got.err.Message, "per day") {
		t.Errorf("%v\n%s", got.header, got.err.Message)
	}
	clock.now = noon.Add(24 * time.Hour)
	if got := send(t, server, request{body: `{"content":"hello"}`}); got.status != 200 {
		t.Errorf("the next day: %d %s", got.status, got.err.Code)
	}
}

// How each of the three errors shows in what stands around it, whether it comes from the server's state or
// was demanded. Next month begins in another year.
func TestLimitErrors(t *testing.T) {
	tests := []struct {
		code                  catalog.Code
		remaining, retryAfter string
		resetAt               time.Time
	}{
		{"rate_limit_exceeded", "0", "60", noon.Add(time.Minute + time.Second/2)},
		{"concurrent_requests_exceeded", "60", "1", noon.Add(time.Second + time.Second/2)},
		{"quota_exceeded", "60", "", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	for _, test := range tests {
		ways := map[string]request{
			"state":  {},
			"key":    {auth: "Bearer " + key(string(test.code))},
			"header": {header: http.Header{sandbox.DemandHeader: {string(test.code)}}},
		}
		for how, q := range ways {
			t.Run(string(test.code)+"/"+how, func(t *testing.T) {
				opts := sandbox.Options{Now: (&clock{noon}).Now}
				if how == "state" {
					opts.State = test.code
				}
				got := send(t, sandbox.New(opts), q)
				if got.status != 429 || got.err.Code != string(test.code) || got.err.ResetAt != test.resetAt.Unix() {
					t.Errorf("%d %s, reset_at %d, want %d", got.status, got.err.Code, got.err.ResetAt, test.resetAt.Unix())
				}
				if got.header.Get("X-RateLimit-Remaining") != test.remaining || got.header.Get("Retry-After") != test.retryAfter || got.header.Get("X-Daily-Limit-Remaining") != "10000" {
					t.Errorf("%v", got.header)
				}
			})
		}
	}
}

// A minute that is used up ends, also where the server began with it: waiting is the remedy.
func TestStateOfUsedMinuteEnds(t *testing.T) {
	clock := &clock{noon}
	server := sandbox.New(sandbox.Options{State: "rate_limit_exceeded", Now: clock.Now})
	clock.now = noon.Add(time.Hour) // the minute begins with the first request
	for _, want := range []int{429, 429, 200} {
		if got := send(t, server, request{body: `{"content":"hello"}`}); got.status != want {
			t.Errorf("%v: status %d, want %d", clock.now, got.status, want)
		}
		clock.now = clock.now.Add(30 * time.Second)
	}
}

// Five requests are held open over real connections by not finishing their bodies. The client holds a body
// back until the server's handler asks for it, so a byte that got through proves that the request is in.
func TestConcurrency(t *testing.T) {
	logged := 0 // without a lock: the log is called one request at a time
	server := httptest.NewServer(sandbox.New(sandbox.Options{Log: func(sandbox.Exchange) { logged++ }}))
	defer server.Close()
	transport := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer transport.CloseIdleConnections()
	post := func(body io.Reader) (*http.Response, error) {
		r, err := http.NewRequest(http.MethodPost, server.URL, body)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Authorization", "Bearer "+key("good"))
		r.Header.Set("Content-Type", "text/plain")
		r.Header.Set("Expect", "100-continue")
		return transport.RoundTrip(r)
	}
	status := func() (int, string) {
		r, err := post(strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		got := read(t, r)
		return got.status, got.err.Code
	}

	var held sync.WaitGroup
	var ends []*io.PipeWriter
	problems := make(chan error, 5)
	for range 5 {
		body, end := io.Pipe()
		ends = append(ends, end)
		held.Go(func() {
			r, err := post(body)
			if err != nil {
				problems <- err
				return
			}
			defer r.Body.Close()
			if r.StatusCode != http.StatusOK {
				problems <- fmt.Errorf("a held request: %s", r.Status)
			}
		})
	}
	for _, end := range ends {
		if _, err := io.WriteString(end, "h"); err != nil {
			t.Fatal(err)
		}
	}
	if got, code := status(); got != 429 || code != "concurrent_requests_exceeded" {
		t.Errorf("the sixth: %d %s", got, code)
	}
	for _, end := range ends {
		end.Close()
	}
	held.Wait()
	close(problems)
	for err := range problems {
		t.Error(err)
	}
	if got, code := status(); got != 200 {
		t.Errorf("afterwards: %d %s", got, code)
	}
	server.Close()
	if logged != 7 {
		t.Errorf("%d requests were logged", logged)
	}
}
