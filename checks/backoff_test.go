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
	"klyra-doctor/catalog/safe"
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
		"quota_exceeded": "No retry succeeds before the billing period is over. After that, this is how to\nretry", "concurrent_requests_exceeded": "    7  0 and 20 s          71 s",
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

func TestSnippetCall(t *testing.T) {
	for _, c := range []struct {
		base, endpoint string
		sandbox        bool
		pasted         string
		want           string
	}{
		{"https://api.klyra.live", "", false, "", "POST https://api.klyra.live/YOUR/ENDPOINT"},
		{"https://api.klyra.live/v1", "", false, "", "POST https://api.klyra.live/v1/YOUR/ENDPOINT"},
		{"https://api.klyra.live", "/v1/text?api_key=geheim", false, "", "POST https://api.klyra.live/v1/text"},
		{"https://api.klyra.live", "/v1/x'\"`$(id)\\\n%{{é", false, "", "POST https://api.klyra.live/v1/x%27%22%60%24%28id%29%5C%0A%25%7B%7B%C3%A9"},
		{"http://[::1]:8080", "/v1", false, "", "POST http://[::1]:8080/v1"},
		{"http://127.0.0.1:1", "/v1/text", true, "", "POST https://api.klyra.live/v1/text"},
		// What the pasted response shows of its request.
		{"https://api.klyra.live", "", false, "curl https://api.klyra.live/v1/text?x=1 -d '{}'", "POST https://api.klyra.live/v1/text"},
		{"https://api.klyra.live", "", false, "curl https://api.klyra.live/v1/jobs/7", "GET https://api.klyra.live/v1/jobs/7"},
		{"https://api.klyra.live", "", false, "curl -X PUT https://api.klyra.live/v1/jobs/7 -d '{}'", "PUT https://api.klyra.live/v1/jobs/7"},
		{"https://api.klyra.live", "", false, "DELETE /v1/jobs/7 HTTP/1.1\nAccept: */*\n\n", "DELETE https://api.klyra.live/v1/jobs/7"},
		{"https://api.klyra.live", "", false, "curl -I https://api.klyra.live/v1/jobs", "POST https://api.klyra.live/v1/jobs"},
		{"https://api.klyra.live", "", false, "curl https://elsewhere.example/v1/jobs/7", "POST https://api.klyra.live/YOUR/ENDPOINT"},
		{"http://127.0.0.1:1", "", true, "curl https://elsewhere.example/v1/jobs/7", "GET https://api.klyra.live/v1/jobs/7"},
		{"https://api.klyra.live", "/v1/image", false, "curl https://api.klyra.live/v1/jobs/7", "POST https://api.klyra.live/v1/image"},
		{"https://api.klyra.live", "/v1/jobs/7", false, "curl https://api.klyra.live/v1/jobs/7", "GET https://api.klyra.live/v1/jobs/7"},
	} {
		d := paste.Diagnose(c.pasted + "\nHTTP/1.1 429 Too Many Requests\nRetry-After: 5\n\n{}")
		target := Target{API: mustAPI(t, c.base), Endpoint: c.endpoint, Sandbox: c.sandbox, Response: &d}
		if got := target.snippetCall(); got.Method+" "+got.URL != c.want || got.Body != (got.Method == "POST" || got.Method == "PUT") {
			t.Errorf("%s %q %q: %+v, want %q", c.base, c.endpoint, c.pasted, got, c.want)
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
func snippet(t *testing.T, address, method, title string, seen paste.RateLimit) string {
	t.Helper()
	s := limitState{code: rateLimitCode, RateLimit: seen}
	target := Target{API: mustAPI(t, address), Endpoint: "/v1/x", Request: &paste.Request{Method: method, Path: "/v1/x", Address: safe.NewSecret("/v1/x")}}
	r := Result{Blocks: s.blocks(target, limitsNow)}.shown(nil)
	for _, b := range r.Blocks {
		if strings.Contains(b.Title, title) {
			return b.Text
		}
	}
	t.Fatalf("no block %q", title)
	return ""
}

// bodiless takes out of goAround what a snippet without a body has no use for.
var bodiless = strings.NewReplacer("\t\"bytes\"\n", "", `[]byte("{}")`, "")

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
	resp, err := send([]byte("{}"))
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
		method, sent  string
	}{
		{"Retry-After", "0", paste.RateLimit{}, "POST", "POST /v1/x Bearer pretend application/json {}"},
		{"X-RateLimit-Reset", fmt.Sprint(now.Unix()), paste.RateLimit{ResetTime: now}, "POST", "POST /v1/x Bearer pretend application/json {}"}, // as other APIs write it
		{"Retry-After", "0", paste.RateLimit{}, "GET", "GET /v1/x Bearer pretend  "},
	} {
		t.Run(c.header+" "+c.method, func(t *testing.T) {
			t.Parallel()
			address, seen := retryServer(t, c.header, c.after)
			file := filepath.Join(t.TempDir(), "main.go")
			around := goAround
			if c.method == "GET" {
				around = bodiless.Replace(around)
			}
			if err := os.WriteFile(file, []byte(around+snippet(t, address, c.method, "Go", c.seen)+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			run := exec.CommandContext(t.Context(), "go", "run", file)
			run.Env = append(os.Environ(), "KLYRA_API_KEY=pretend")
			out, err := run.CombinedOutput()
			if err != nil || string(out) != "200 answer 3\n" {
				t.Errorf("%v: %s", err, out)
			}
			for _, r := range seen() {
				if r != c.sent {
					t.Errorf("sent %q, want %q", r, c.sent)
				}
			}
		})
	}
}
