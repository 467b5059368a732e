package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/sandbox"
)

// request is what a test sends: a POST of JSON with the good key unless it says otherwise.
type request struct {
	method, path string
	auth         string // the whole Authorization header; "none" sends none
	contentType  string
	body         string
	header       http.Header // beside those
}

func (q request) build() *http.Request {
	method, path := q.method, q.path
	if method == "" {
		method = http.MethodPost
	}
	if path == "" {
		path = "/v1/anything"
	}
	r := httptest.NewRequest(method, path, strings.NewReader(q.body))
	for name, values := range q.header {
		r.Header[name] = values
	}
	switch q.auth {
	case "none":
	case "":
		r.Header.Set("Authorization", "Bearer "+key("good"))
	default:
		r.Header.Set("Authorization", q.auth)
	}
	if q.contentType == "" {
		q.contentType = "application/json"
	}
	r.Header.Set("Content-Type", q.contentType)
	return r
}

// apiError is an error body as a client reads it.
type apiError struct {
	Code, Message, Type string
	Param               *string
	RequestID           string `json:"request_id"`
	ResetAt             int64  `json:"reset_at"`
}

// response is what came back; err is zero for a success.
type response struct {
	status int
	header http.Header
	body   string
	err    apiError
}

func send(t *testing.T, h http.Handler, q request) response {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, q.build())
	return read(t, w.Result())
}

// read reads an API's response and holds it to what every one of them promises.
func read(t *testing.T, r *http.Response) response {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("read the response: %v", err)
	}
	got := response{status: r.StatusCode, header: r.Header, body: string(body)}
	if err := got.check(); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if got.status >= 400 {
		_ = json.Unmarshal(body, &struct{ Error *apiError }{&got.err})
	}
	return got
}

// check says what is wrong with a response: each has the documented headers, and is a success or an error
// that the catalog knows.
func (r response) check() error {
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Daily-Limit-Remaining", "X-Request-Id"} {
		if r.header.Get(name) == "" {
			return fmt.Errorf("no header %s", name)
		}
	}
	var body struct {
		ID    string
		Error *apiError
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(r.body)))
	if err := decoder.Decode(&body); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	if r.status == http.StatusOK {
		if body.ID == "" || body.Error != nil {
			return fmt.Errorf("200 without an id, or with an error")
		}
		return nil
	}
	if r.status < 400 || body.Error == nil || body.Error.Message == "" || body.Error.Type == "" {
		return fmt.Errorf("status %d without a whole envelope", r.status)
	}
	if _, ok := catalog.Lookup(body.Error.Code); !ok {
		return fmt.Errorf("unknown code %q", body.Error.Code)
	}
	return nil
}

func key(state string) string {
	for _, k := range sandbox.Keys() {
		if k.State == state {
			return k.Key
		}
	}
	panic("no pretend key is " + state)
}

func TestKeyComesFirst(t *testing.T) {
	tests := []struct {
		name, auth string
		status     int
		code       string
		seen       string
	}{
		{"good", "Bearer " + key("good"), 200, "", "good"},
		{"scheme in lower case", "bearer " + key("good"), 200, "", "good"},
		{"no header", "none", 401, "missing_api_key", "none"},
		{"scheme alone", "Bearer", 401, "missing_api_key", "none"},
		{"key alone", key("good"), 401, "invalid_api_key", "unknown"},
		{"basic", "Basic " + key("good"), 401, "invalid_api_key", "unknown"},
		{"scheme doubled", "Bearer Bearer " + key("good"), 401, "invalid_api_key", "unknown"},
		{"cut", "Bearer " + key("good")[:20], 401, "invalid_api_key", "unknown"},
		{"unknown", "Bearer sbx_0000000000000000000000000000", 401, "invalid_api_key", "unknown"},
		{"revoked", "Bearer " + key("revoked"), 401, "invalid_api_key", "revoked"},
		{"expired", "Bearer " + key("expired"), 401, "expired_api_key", "expired"},
		{"forbidden", "Bearer " + key("forbidden"), 403, "insufficient_permissions", "forbidden"},
	}
	// Whatever else is wrong with a request, its key is judged before that.
	wrong := []request{
		{body: `{"content":"hello"}`},
		{method: http.MethodGet, path: "/"},
		{method: http.MethodDelete, path: "/samples/photo.png"},
		{body: `{broken`},
		{contentType: "application/x-unknown", body: "x"},
	}
	for _, test := range tests {
		for i, q := range wrong {
			t.Run(fmt.Sprintf("%s/%d", test.name, i), func(t *testing.T) {
				var seen sandbox.Exchange
				server := sandbox.New(sandbox.Options{Log: func(x sandbox.Exchange) { seen = x }})
				q.auth = test.auth
				got := send(t, server, q)
				if good := test.code == ""; good && i == 0 && got.status != 200 || good && i > 0 && (got.status < 400 || got.status == 401) {
					t.Errorf("status %d with a good key", got.status)
				} else if !good && (got.status != test.status || got.err.Code != test.code) {
					t.Errorf("got %d %q, want %d %q", got.status, got.err.Code, test.status, test.code)
				}
				if got.status == 401 && !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer") {
					t.Errorf("401 without WWW-Authenticate")
				}
				want := sandbox.Exchange{Method: q.build().Method, Path: q.build().URL.Path, Authorization: test.seen, Status: got.status, Code: catalog.Code(got.err.Code)}
				if seen != want {
					t.Errorf("logged %+v, want %+v", seen, want)
				}
			})
		}
	}
}

// Pieces of a key are searched for in reports, so they must be found nowhere else; and a pretend key must
// not look like a slip of its user's.
func TestKeysLookReal(t *testing.T) {
	if first := sandbox.Keys()[0]; first.State != "good" {
		t.Errorf("the first key is %s", first.State)
	}
	suspicious := []string{"your", "api", "key", "test", "example", "xxx", "null", "none", "undefined", "changeme", "sk-", "sk_", "ghp_", "akia", "aiza", "xox", "eyj", "klyra", "sandbox"}
	windows := map[string]string{}
	for _, k := range sandbox.Keys() {
		if len(k.Key) < 24 || !strings.HasPrefix(k.Key, "sbx_") {
			t.Errorf("%s: %s", k.State, k.Key)
		}
		for _, word := range suspicious {
			if strings.Contains(strings.ToLower(k.Key), word) {
				t.Errorf("the key %s holds %q", k.State, word)
			}
		}
		for i := 0; i+8 <= len(k.Key); i++ {
			if other, ok := windows[k.Key[i:i+8]]; ok {
				t.Errorf("the keys %s and %s share %q", k.State, other, k.Key[i:i+8])
			}
			windows[k.Key[i:i+8]] = k.State
		}
	}
	if got, want := len(sandbox.Keys()), 4+len(catalog.All()); got != want {
		t.Errorf("%d keys, want %d", got, want)
	}
}

// Keys are part of what users hard-code in tests of their own.
func TestKeysStay(t *testing.T) {
	want := map[string]string{
		"good":            "sbx_qwa0Tf3GoWA2Tv1lYajVQtiVAd1u",
		"revoked":         "sbx_BPvsAv9Wfr5XWdj8Al6dY0Ckf0Iw",
		"expired":         "sbx_sz0lOnJGJcDrEl9FiVT3LOPYAzAB",
		"forbidden":       "sbx_UsGkSfSZmT30ZhUl7AseVD9eHZdB",
		"corrupted_media": "sbx_Zm5kmCEIaTD9lDZAtbtroVI8CeTG",
	}
	for state, want := range want {
		if got := key(state); got != want {
			t.Errorf("%s is %s, want %s", state, got, want)
		}
	}
}

func TestEveryErrorOnDemand(t *testing.T) {
	for _, entry := range catalog.All() {
		demands := map[string]request{
			"header":             {body: `{"content":"hello"}`, header: http.Header{sandbox.DemandHeader: {string(entry.Code)}}},
			"header without key": {auth: "none", header: http.Header{sandbox.DemandHeader: {string(entry.Code)}}},
			"key":                {body: `{"content":"hello"}`, auth: "Bearer " + key(string(entry.Code))},
		}
		for how, q := range demands {
			t.Run(string(entry.Code)+"/"+how, func(t *testing.T) {
				got := send(t, sandbox.New(sandbox.Options{}), q)
				if got.err.Code != string(entry.Code) || got.status != entry.Statuses[0].Code {
					t.Fatalf("got %d %s", got.status, got.err.Code)
				}
				var example struct{ Error apiError }
				if err := json.Unmarshal([]byte(entry.Example), &example); err != nil {
					t.Fatal(err)
				}
				if got.err.Type != example.Error.Type || got.err.Message != example.Error.Message {
					t.Errorf("got %+v, the catalog's example is %+v", got.err, example.Error)
				}
				if got.err.RequestID != "" && got.err.RequestID != got.header.Get("X-Request-Id") {
					t.Errorf("request_id %q, X-Request-Id %q", got.err.RequestID, got.header.Get("X-Request-Id"))
				}
				if entry.Group == catalog.RateLimit && got.err.ResetAt == 0 {
					t.Errorf("no reset_at")
				}
			})
		}
	}
}

func TestUnknownDemand(t *testing.T) {
	got := send(t, sandbox.New(sandbox.Options{}), request{header: http.Header{sandbox.DemandHeader: {"no_such_code"}}})
	if got.status != 400 || got.err.Code != "invalid_request" {
		t.Fatalf("got %d %s", got.status, got.err.Code)
	}
	for _, entry := range catalog.All() {
		if !strings.Contains(got.err.Message, string(entry.Code)) {
			t.Errorf("the message does not offer %s", entry.Code)
		}
	}
}

// An outage comes before the key, an overloaded model after it.
func TestServerStates(t *testing.T) {
	tests := []struct {
		state                 catalog.Code
		without, with, sample int
	}{
		{"internal_server_error", 500, 500, 200},
		{"service_unavailable", 503, 503, 200},
		{"model_unavailable", 401, 503, 200},
		{"timeout", 401, 504, 200},
		{"rate_limit_exceeded", 401, 429, 200},
		{"quota_exceeded", 401, 429, 200},
		{"concurrent_requests_exceeded", 401, 429, 200},
		{"invalid_request", 401, 200, 200},
		{"", 401, 200, 200},
	}
	for _, test := range tests {
		t.Run(string(test.state), func(t *testing.T) {
			server := sandbox.New(sandbox.Options{State: test.state})
			if got := send(t, server, request{auth: "none"}); got.status != test.without {
				t.Errorf("without a key: %d, want %d", got.status, test.without)
			}
			got := send(t, server, request{body: `{"content":"hello"}`})
			if got.status != test.with || got.status >= 400 && got.err.Code != string(test.state) {
				t.Errorf("with the good key: %d %s, want %d", got.status, got.err.Code, test.with)
			}
			if got.status == 503 && got.header.Get("Retry-After") == "" {
				t.Errorf("503 without Retry-After")
			}
			w := httptest.NewRecorder()
			server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/samples/photo.png", nil))
			if w.Code != test.sample {
				t.Errorf("a sample: %d, want %d", w.Code, test.sample)
			}
		})
	}
}

func TestLogHoldsNoKey(t *testing.T) {
	var log strings.Builder
	server := sandbox.New(sandbox.Options{Log: func(x sandbox.Exchange) { fmt.Fprintf(&log, "%+v\n", x) }})
	for _, k := range sandbox.Keys() {
		send(t, server, request{auth: "Bearer " + k.Key, path: "/v1/x?key=" + k.Key})
		if strings.Contains(log.String(), k.Key[:12]) {
			t.Errorf("the log holds the key %s", k.State)
		}
	}
	if lines := strings.Count(log.String(), "\n"); lines != len(sandbox.Keys()) {
		t.Errorf("%d lines for %d requests", lines, len(sandbox.Keys()))
	}
}

func TestLogIsCalledOneAtATime(t *testing.T) {
	var busy atomic.Bool
	count := 0
	server := sandbox.New(sandbox.Options{Log: func(sandbox.Exchange) {
		if !busy.CompareAndSwap(false, true) {
			t.Error("called while a call was under way")
		}
		runtime.Gosched()
		count++
		busy.Store(false)
	}})
	var clients sync.WaitGroup
	for range 50 {
		clients.Go(func() { server.ServeHTTP(httptest.NewRecorder(), request{auth: "none"}.build()) })
	}
	clients.Wait()
	if count != 50 {
		t.Errorf("%d calls for 50 requests", count)
	}
}

func BenchmarkModerate(b *testing.B) {
	server := sandbox.New(sandbox.Options{PerMinute: 1 << 30})
	for b.Loop() {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, request{body: `{"content":"hello"}`}.build())
		if w.Code != http.StatusOK && w.Code != http.StatusTooManyRequests {
			b.Fatal(w.Code)
		}
	}
}
