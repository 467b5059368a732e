package checks

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
)

func TestBackoffFor(t *testing.T) {
	for _, c := range []struct {
		name  string
		state limitState
		want  backoff
	}{
		{"nothing known", limitState{code: rateLimitCode}, backoff{time.Second, time.Minute, 7, 5 * time.Minute, true, false}},
		{"60 a minute", limitState{code: rateLimitCode, RateLimit: paste.RateLimit{Limit: number(60)}}, backoff{1250 * time.Millisecond, time.Minute, 7, 5 * time.Minute, true, false}},
		{"600 a minute", limitState{code: rateLimitCode, RateLimit: paste.RateLimit{Limit: number(600)}}, backoff{time.Second, time.Minute, 7, 5 * time.Minute, true, false}},
		{"1 a minute", limitState{code: rateLimitCode, RateLimit: paste.RateLimit{Limit: number(1)}}, backoff{time.Minute, time.Minute, 7, 5 * time.Minute, true, false}},
		{"at once", limitState{code: "concurrent_requests_exceeded"}, backoff{time.Second, 20 * time.Second, 7, 5 * time.Minute, false, false}},
		{"at once, slow", limitState{code: "concurrent_requests_exceeded", took: 4 * time.Second}, backoff{4 * time.Second, 20 * time.Second, 7, 5 * time.Minute, false, false}},
	} {
		if got := backoffFor(c.state); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestSchedule(t *testing.T) {
	s := limitState{code: rateLimitCode, RateLimit: paste.RateLimit{Limit: number(60), Remaining: number(0), ResetS: number(42), Date: limitsNow}}
	const want = `First wait until 02:14:09 here (42 s): this response says so.
Wait as long as Retry-After says where an answer has one,
else on a 429 as long as X-RateLimit-Reset says.
Else a random time (full jitter):

retry  wait between        at most in all
    1  0 and 1.25 s        1.25 s
    2  0 and 2.5 s         3.75 s
    3  0 and 5 s           8.75 s
    4  0 and 10 s          18.75 s
    5  0 and 20 s          38.75 s
    6  0 and 40 s          79 s
    7  0 and 60 s          2 min 19 s

Give up after 7 retries, or where the next would begin after 5 min in all.`
	if got := s.schedule(backoffFor(s), limitsNow); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for code, says := range map[catalog.Code]string{
		"quota_exceeded": "No retry succeeds before the billing period is over", "concurrent_requests_exceeded": "    7  0 and 20 s          71 s",
	} {
		s := limitState{code: code}
		if got := s.schedule(backoffFor(s), limitsNow); !strings.Contains(got, says) || strings.Contains(got, "First wait") {
			t.Errorf("%s:\n%s", code, got)
		}
	}
}

// Blocks come where a limit is or comes near, and a pass stays short.
func TestLimitsBlocks(t *testing.T) {
	for _, c := range []struct {
		script string
		blocks int
	}{
		{"429 rate_limit_exceeded\nX-RateLimit-Remaining: 0", 5},
		{"429 concurrent_requests_exceeded", 5},
		{"429 quota_exceeded", 5},
		{"429", 5},
		{"200\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 5", 5},
		{"429\ncf-error-type: 1015", 5},
		{"200\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 50", 0},
		{"503\ncf-error-type: 1000", 0},
		{"413 content_too_large", 0},
		{"401 invalid_api_key", 0},
	} {
		target := keyTarget(apiOn(t, func(w http.ResponseWriter, _ *http.Request) { limitsAnswer(w, c.script) }), testKey)
		r := Run(inTime(t), catalog.LimitsCheck, target)
		if len(r.Blocks) != c.blocks {
			t.Errorf("%s: %d blocks, want %d", c.script, len(r.Blocks), c.blocks)
		}
		for _, b := range r.Blocks {
			if len(b.Title) > 60 || strings.HasSuffix(b.Text, "\n") || strings.Contains(b.Text, "[secret]") || strings.Contains(b.Text, "<no value>") ||
				strings.Count(b.Text, "\n") > 32 {
				t.Errorf("%s: %s:\n%s", c.script, b.Title, b.Text)
			}
		}
	}
}

func TestSnippetURL(t *testing.T) {
	for _, c := range []struct {
		base, endpoint string
		sandbox        bool
		want           string
	}{
		{"https://api.klyra.live", "", false, "https://api.klyra.live/YOUR/ENDPOINT"},
		{"https://api.klyra.live/v1", "", false, "https://api.klyra.live/v1/YOUR/ENDPOINT"},
		{"https://api.klyra.live", "/v1/text?api_key=geheim", false, "https://api.klyra.live/v1/text"},
		{"https://api.klyra.live", "/v1/x'\"`$(id)\\\n%{{é", false, "https://api.klyra.live/v1/x%27%22%60%24%28id%29%5C%0A%25%7B%7B%C3%A9"},
		{"http://[::1]:8080", "/v1", false, "http://[::1]:8080/v1"},
		{"http://127.0.0.1:1", "/v1/text", true, "https://api.klyra.live/v1/text"},
	} {
		if got := (Target{API: mustAPI(t, c.base), Endpoint: c.endpoint, Sandbox: c.sandbox}).snippetURL(); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.base, c.endpoint, got, c.want)
		}
	}
}

// retryServer refuses twice, then says 200, and notes what was sent.
func retryServer(t *testing.T, header, after string) (address string, seen func() []string) {
	t.Helper()
	var mu sync.Mutex
	var requests []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 64)
		n, _ := r.Body.Read(body)
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, fmt.Sprint(r.Method, " ", r.URL.Path, " ", r.Header.Get("Authorization"), " ", r.Header.Get("Content-Type"), " ", string(body[:n])))
		if len(requests) < 3 {
			w.Header().Set(header, after)
			w.WriteHeader(http.StatusTooManyRequests)
		}
		fmt.Fprint(w, "answer ", len(requests))
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return requests
	}
}

// snippet returns one of the programs as the check shows it.
func snippet(t *testing.T, address, title string, seen paste.RateLimit) string {
	t.Helper()
	s := limitState{code: rateLimitCode, RateLimit: seen}
	target := Target{API: mustAPI(t, address), Endpoint: "/v1/x"}
	r := Result{Blocks: s.blocks(target, limitsNow)}.shown(nil)
	for _, b := range r.Blocks {
		if strings.Contains(b.Title, title) {
			return b.Text
		}
	}
	t.Fatalf("no block %q", title)
	return ""
}

// goAround is what the Go snippet stands in.
const goAround = `package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"time"
)

func main() {
	resp, err := post([]byte("{}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(body))
}

`

func TestGoSnippetRetries(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, c := range []struct {
		header, after string
		seen          paste.RateLimit
	}{
		{"Retry-After", "0", paste.RateLimit{}},
		{"X-RateLimit-Reset", fmt.Sprint(now.Unix()), paste.RateLimit{ResetTime: now}}, // as other APIs write it
	} {
		t.Run(c.header, func(t *testing.T) {
			t.Parallel()
			address, seen := retryServer(t, c.header, c.after)
			file := filepath.Join(t.TempDir(), "main.go")
			if err := os.WriteFile(file, []byte(goAround+snippet(t, address, "Go", c.seen)+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			run := exec.CommandContext(t.Context(), "go", "run", file)
			run.Env = append(os.Environ(), "KLYRA_API_KEY=pretend")
			out, err := run.CombinedOutput()
			if err != nil || string(out) != "200 answer 3\n" {
				t.Errorf("%v: %s", err, out)
			}
			for _, r := range seen() {
				if r != "POST /v1/x Bearer pretend application/json {}" {
					t.Errorf("sent %q", r)
				}
			}
		})
	}
}
