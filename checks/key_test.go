package checks

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
)

// scripted is a server that answers by the key it is sent: none, the user's or another. An answer is written
// as a status and what follows it: "401 missing_api_key" is an envelope, "403 {}" a body, "302 https://h/" a
// redirect, "200 <html>" a page, "0" closes the connection.
type scripted struct {
	none, key, fake string

	mu   sync.Mutex
	saw  []string // "none", "key", "fake"
	seen []http.Request
}

const testKey = "klyra_live_3fKq9ZbT7xWm2LpR8sVd"

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, *r)
	switch r.Header.Get("Authorization") {
	case "":
		s.saw = append(s.saw, "none")
		answerAs(w, s.none)
	case "Bearer " + testKey:
		s.saw = append(s.saw, "key")
		answerAs(w, s.key)
	default:
		s.saw = append(s.saw, "fake")
		answerAs(w, s.fake)
	}
}

func answerAs(w http.ResponseWriter, script string) {
	status := 0
	rest := ""
	fmt.Sscanf(script, "%d", &status)
	if _, after, found := strings.Cut(script, " "); found {
		rest = after
	}
	switch {
	case status == 0:
		panic(http.ErrAbortHandler)
	case status >= 300 && status < 400:
		w.Header().Set("Location", rest)
	case strings.HasPrefix(rest, "<"):
		w.Header().Set("Content-Type", "text/html")
	case rest != "" && !strings.HasPrefix(rest, "{"):
		rest = envelope(rest)
	}
	w.WriteHeader(status)
	io.WriteString(w, rest)
}

func envelope(code string) string {
	return fmt.Sprintf(`{"error":{"code":%q,"message":"words","type":"some_error","param":null,"request_id":"req_7"}}`, code)
}

// sent lists what the server was asked with, in order: none, key or fake.
func (s *scripted) sent() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.saw, " ")
}

// requests returns what the server was asked.
func (s *scripted) requests() []http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *scripted) start(t *testing.T) *API {
	t.Helper()
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = quiet
	server.Start()
	t.Cleanup(server.Close)
	return mustAPI(t, server.URL)
}

func keyTarget(api *API, key string) Target {
	return Target{API: api, Keys: []Key{{Secret: safe.NewSecret(key), Source: "environment KLYRA_API_KEY"}}}
}

func TestEveryCodeHasAClass(t *testing.T) {
	for _, e := range catalog.All() {
		if codeClasses[e.Code] == 0 {
			t.Errorf("%s has no class", e.Code)
		}
	}
}

// What is said about keys must not look like one to the redactor.
func TestWordsAboutKeysCanBeShown(t *testing.T) {
	var all []Finding
	for id, w := range keyForms {
		all = append(all, Finding{ID: id, Summary: w.summary, Remedy: w.remedy})
	}
	for _, row := range keyRows {
		all = append(all, Finding{ID: row.id, Summary: row.summary, Remedy: row.remedy})
	}
	for _, list := range [][]pattern{keySchemes, keyPlaceholders, foreignKeys} {
		for _, p := range list {
			all = append(all, Finding{ID: p.what, Summary: p.what})
		}
	}
	for _, f := range all {
		r := Result{Findings: []Finding{f}}.shown(nil)
		if got := r.Findings[0]; got.Summary != f.Summary || got.Remedy != sentences(f.Remedy) {
			t.Errorf("%s is shown as %q %q", f.ID, got.Summary, got.Remedy)
		}
	}
}

func TestKeyProbeSendsOnlyWhatItMust(t *testing.T) {
	s := &scripted{none: "401 missing_api_key", key: "404", fake: "401 invalid_api_key"}
	target := keyTarget(s.start(t), testKey)
	Run(inTime(t), catalog.KeyCheck, target)
	target.Endpoint = "/v1/text?draft=1"
	Run(inTime(t), catalog.KeyCheck, target)
	seen := s.requests()
	if len(seen) != 6 || s.sent() != "none key fake none key fake" {
		t.Fatalf("%d requests: %s", len(seen), s.sent())
	}
	paths, urls := map[string]bool{}, map[string]bool{}
	for i, r := range seen {
		paths[r.URL.Path], urls[r.URL.String()] = true, true
		if r.Method != http.MethodPost || r.ContentLength != 2 || r.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("request %s %s of %d bytes, %v", r.Method, r.URL, r.ContentLength, r.Header)
		}
		if draft := r.URL.Query().Get("draft"); (draft == "1") != (i >= 3) || r.URL.Query().Get("klyra-doctor") == "" {
			t.Errorf("asked %s", r.URL)
		}
	}
	if len(urls) != 6 || len(paths) != 2 || !paths["/v1/text"] || !strings.HasPrefix(seen[0].URL.Path, "/klyra-doctor-") {
		t.Errorf("paths %v, %d different URLs", paths, len(urls))
	}
}

func TestKeyInCI(t *testing.T) {
	for _, c := range []struct{ key, id string }{
		{"404", "key.unproven"},
		{"429", "key.unproven"},
		{"402", "key.unproven"},
		{"403 forbidden", "key.unproven"},
		{"403 insufficient_permissions", "key.refused"},
		{"200 {}", "key.accepted"},
	} {
		s := &scripted{none: "401 missing_api_key", key: c.key, fake: "401 invalid_api_key"}
		target := keyTarget(s.start(t), testKey)
		target.CI = true
		r := Run(inTime(t), catalog.KeyCheck, target)
		if got := r.Findings[0].ID; got != c.id {
			t.Errorf("%s: %s, want %s", c.key, got, c.id)
		}
		if s.sent() != "none key" {
			t.Errorf("%s: sent %q", c.key, s.sent())
		}
	}
}

func TestKeyUnprovenSaysHowToNameTheEndpoint(t *testing.T) {
	s := &scripted{none: "404", key: "404"}
	target := keyTarget(s.start(t), testKey)
	remedy := Run(inTime(t), catalog.KeyCheck, target).Findings[0].Remedy
	for _, want := range []string{"--path", "axios", "requests", "httpx", "Go", "curl"} {
		if !strings.Contains(remedy, want) {
			t.Errorf("remedy does not mention %s: %s", want, remedy)
		}
	}
	target.Endpoint = "/v1/text"
	remedy = Run(inTime(t), catalog.KeyCheck, target).Findings[0].Remedy
	if !strings.HasPrefix(remedy, "See whether /v1/text is the very endpoint") {
		t.Errorf("remedy for a known endpoint: %s", remedy)
	}
}

func TestKeyLimitedSaysWhen(t *testing.T) {
	now := time.Date(2026, 5, 4, 2, 13, 32, 0, time.UTC)
	target := keyTarget(apiOn(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "37")
		answerAs(w, "429 rate_limit_exceeded")
	}), testKey)
	target.Now = func() time.Time { return now }
	r := Run(inTime(t), catalog.KeyCheck, target)
	if r.Wait != 37*time.Second || !r.RetryAt.Equal(now.Add(37*time.Second)) {
		t.Errorf("wait %v, retry at %v", r.Wait, r.RetryAt)
	}
}

func evidenceText(r Result) string {
	var b strings.Builder
	for _, f := range r.Findings {
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "%s=%s\n", e.Label, e.Value)
		}
	}
	return b.String()
}

func TestMadeUpKey(t *testing.T) {
	for _, c := range []struct{ like, prefix, only string }{
		{"klyra_live_3fKq9ZbT7xWm2LpR8sVd", "klyra_", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"},
		{"sk_ab_0011223344556677", "sk_ab_", "0123456789skab_"},
		{"0123456789abcdef0123456789abcdef", "", "0123456789abcdef"},
		{"f00dfeed", "", "0123456789abcdef"},
		{"!", "", "0123456789abcdef"},
		{"Ab_Random7bytes", "", ""},
	} {
		first, second := madeUpKey(c.like).Reveal(), madeUpKey(c.like).Reveal()
		if first == second || first == c.like {
			t.Errorf("like %q: %q and %q are not random", c.like, first, second)
		}
		if !strings.HasPrefix(first, c.prefix) || len(c.prefix) >= 8 || len(first) != max(len(c.like), 16) {
			t.Errorf("like %q: %q", c.like, first)
		}
		if c.only != "" && strings.Trim(first, c.only) != "" {
			t.Errorf("like %q: %q has other characters", c.like, first)
		}
		for i := len(c.prefix); i+8 <= len(c.like); i++ {
			if strings.Contains(first, c.like[i:i+8]) {
				t.Errorf("like %q: %q holds a part of it", c.like, first)
			}
		}
	}
}

// A server that repeats the key wherever it can must not bring it into a result.
func TestNoResultHoldsTheKey(t *testing.T) {
	key := "canary" + rand.Text()
	echo := apiOn(t, func(w http.ResponseWriter, r *http.Request) {
		sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		w.Header().Set("X-Request-Id", "req_1 "+sent)
		w.Header().Set("Cf-Ray", sent)
		w.Header().Set("Server", sent)
		w.Header().Set("Retry-After", sent)
		w.WriteHeader(map[bool]int{true: 401, false: 404}[sent == ""])
		fmt.Fprintf(w, `{"error":{"code":"bad %[1]s","message":"%[1]s","type":"%[1]s"}}`, sent)
	})
	redirecting := apiOn(t, func(w http.ResponseWriter, r *http.Request) {
		if sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); sent != "" {
			answerAs(w, "302 https://"+sent+".example/"+sent)
			return
		}
		answerAs(w, "401 missing_api_key")
	})
	for _, given := range []string{key, key + "\n", "'" + key + "'", "Bearer " + key, key + key, key + "\u200b", key + " " + key, "sk-ant-" + key} {
		for _, api := range []*API{echo, redirecting} {
			target := keyTarget(api, given)
			target.Keys[0].FromFile = true
			for _, check := range []catalog.Check{catalog.KeyCheck, catalog.LimitsCheck, catalog.ServiceCheck} {
				if text := fmt.Sprintf("%+v", Run(inTime(t), check, target)); strings.Contains(text, key) {
					t.Errorf("%s check of %q: %s", check, strings.ReplaceAll(given, key, "KEY"), text)
				}
			}
		}
	}
}

func TestResultNamesTheCodeThatTheKeyGot(t *testing.T) {
	for code, want := range map[string]catalog.Code{"expired_api_key": "expired_api_key", "made_up_code": ""} {
		api := apiOn(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				answerAs(w, "401 missing_api_key")
				return
			}
			answerAs(w, "401 "+code)
		})
		for _, check := range []catalog.Check{catalog.KeyCheck, catalog.LimitsCheck} {
			if r := Run(inTime(t), check, keyTarget(api, "kl_0123456789abcdefghij")); r.Code != want {
				t.Errorf("%s check of %s: code %q", check, code, r.Code)
			}
		}
	}
}

func TestKeyCheckStopsAtOnce(t *testing.T) {
	arrived := make(chan struct{}, 1)
	api := apiOn(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // only then does the server notice that the client has left
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	before := runtime.NumGoroutine()
	for _, c := range []struct {
		check catalog.Check
		id    string
		stop  bool
	}{
		{catalog.KeyCheck, "check.cancelled", true},
		{catalog.LimitsCheck, "check.cancelled", true},
		{catalog.ServiceCheck, "check.cancelled", true},
		{catalog.KeyCheck, "check.timeout", false},
		{catalog.LimitsCheck, "check.timeout", false},
		{catalog.ServiceCheck, "check.timeout", false},
	} {
		ctx, cancel := context.WithCancel(inTime(t))
		target := keyTarget(api, testKey)
		if !c.stop {
			target.Timeout = 30 * time.Millisecond
		}
		results := make(chan Result, 1)
		go func() { results <- Run(ctx, c.check, target) }()
		<-arrived
		start := time.Now()
		if c.stop {
			cancel()
		}
		r := <-results
		if took := time.Since(start); c.stop && took > 100*time.Millisecond {
			t.Errorf("%s: stopped after %v", c.check, took)
		}
		if r.Status != Unknown || r.Findings[0].ID != c.id {
			t.Errorf("%s: %+v, want %s", c.check, r, c.id)
		}
		cancel()
	}
	settles(t, before)
}

func TestKeyCheckWithoutAnyService(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	listener.Close()
	r := Run(inTime(t), catalog.KeyCheck, keyTarget(mustAPI(t, base), testKey))
	if r.Status != Unknown || r.Findings[0].ID != "service.unreachable" || !strings.Contains(r.Summary, "refused") {
		t.Errorf("%+v", r)
	}
}
