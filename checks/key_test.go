package checks

import (
	"context"
	"crypto/rand"
	"fmt"
	"go/parser"
	"go/token"
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
	"klyra-doctor/catalog/paste"
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
	for _, list := range [][]pattern{keySchemes, keyTails, idForms, keyPlaceholders, keyMasks, foreignKeys} {
		for _, p := range list {
			all = append(all, Finding{ID: p.what, Summary: p.what})
		}
	}
	for _, at := range atTheEnds {
		all = append(all, Finding{ID: "begins", Summary: at.begins}, Finding{ID: "ends", Summary: at.ends})
	}
	for scheme := range otherSchemes {
		all = append(all, wrongScheme(scheme))
	}
	for _, f := range protocolFailures {
		all = append(all, Finding{ID: f.text, Summary: f.summary, Remedy: f.remedy})
	}
	for _, status := range []proxyRefusal{403, 407, 502} {
		all = append(all, Finding{ID: status.Error(), Summary: status.words().summary, Remedy: status.words().remedy})
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

// No combination of answers makes the probe send more than three requests, or one that is not needed.
func TestKeyProbeKeepsItsBudget(t *testing.T) {
	answers := []string{"200 {}", "401 missing_api_key", "403 {}", "403", "404", "400 malformed_api_key", "402", "429", "500", "302 /x", "200 <html>", "0"}
	for _, none := range answers {
		for _, key := range answers {
			for _, fake := range []string{"401 invalid_api_key", "404", "429", "0"} {
				s := &scripted{none: none, key: key, fake: fake}
				Run(inTime(t), catalog.KeyCheck, keyTarget(s.start(t), testKey))
				if sent := s.sent(); !slices.Contains([]string{"none", "none key", "none key fake"}, sent) {
					t.Errorf("%s | %s | %s: sent %q", none, key, fake, sent)
				}
			}
		}
	}
}

func TestAnswersFromCachesAreDiscarded(t *testing.T) {
	for _, header := range []string{"Age: 7", "CF-Cache-Status: HIT"} {
		for _, cached := range []string{"none", "key", "fake"} {
			name, value, _ := strings.Cut(header, ": ")
			api := apiOn(t, func(w http.ResponseWriter, r *http.Request) {
				who, script := "fake", "401 invalid_api_key"
				switch r.Header.Get("Authorization") {
				case "":
					who, script = "none", "401 missing_api_key"
				case "Bearer " + testKey:
					who, script = "key", "404"
				}
				if who == cached {
					w.Header().Set(name, value)
				}
				answerAs(w, script)
			})
			r := Run(inTime(t), catalog.KeyCheck, keyTarget(api, testKey))
			said := map[string]string{"none": "a cache answered in place", "key": "a cache answered in place", "fake": "was not answered by the API"}[cached]
			if r.Findings[0].ID != "key.unproven" || !strings.Contains(r.Summary, said) || !strings.Contains(evidenceText(r), "a cache answered in place of the API ("+header+")") {
				t.Errorf("%s on %s: %+v", header, cached, r)
			}
		}
	}
}

// Where the answer without a key says that at most one request is left, that one is not the probe's to use.
func TestTheLastRequestIsLeftAlone(t *testing.T) {
	for _, c := range []struct {
		header, value, limit string
		sent                 string
	}{
		{"X-RateLimit-Remaining", "1", "60", "none"},
		{"X-RateLimit-Remaining", "0", "", "none"},
		{"X-Daily-Limit-Remaining", "1", "60", "none"},
		{"X-RateLimit-Remaining", "2", "60", "none key"},
		{"X-RateLimit-Remaining", "0", "0", "none key"}, // that is the limit of those without a key
	} {
		s := &scripted{none: "401 missing_api_key", key: "200 {}"}
		api := apiOn(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(c.header, c.value)
			w.Header().Set("X-RateLimit-Limit", c.limit)
			w.Header().Set("X-RateLimit-Reset", "9")
			s.ServeHTTP(w, r)
		})
		r := Run(inTime(t), catalog.KeyCheck, keyTarget(api, testKey))
		if s.sent() != c.sent || (r.Findings[0].ID == "key.unproven") != (c.sent == "none") {
			t.Errorf("%s: %s of %s: sent %q, %+v", c.header, c.value, c.limit, s.sent(), r)
		}
		if c.sent == "none" && !strings.Contains(evidenceText(r), c.header+": "+c.value) {
			t.Errorf("%s: %s", c.header, evidenceText(r))
		}
	}
}

// A pasted response that is still true keeps even the request without a key at home.
func TestAFreshPasteWithNothingLeftSendsNothing(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 30, 0, time.UTC)
	number := func(n int) *int { return &n }
	for _, c := range []struct {
		name  string
		limit paste.RateLimit
		sent  string
	}{
		{"this minute", paste.RateLimit{Remaining: number(1), ResetS: number(37), Date: now.Add(-10 * time.Second)}, ""},
		{"a minute that is over", paste.RateLimit{Remaining: number(0), ResetS: number(37), Date: now.Add(-40 * time.Second)}, "none key"},
		{"a minute without its end", paste.RateLimit{Remaining: number(0), Date: now.Add(-2 * time.Minute)}, "none key"},
		{"today", paste.RateLimit{DailyRemaining: number(0), Date: now.Add(-5 * time.Hour)}, ""},
		{"yesterday", paste.RateLimit{DailyRemaining: number(0), Date: now.Add(-15 * time.Hour)}, "none key"},
		{"without a date", paste.RateLimit{Remaining: number(0)}, "none key"},
		{"enough", paste.RateLimit{Remaining: number(2), Date: now}, "none key"},
	} {
		s := &scripted{none: "401 missing_api_key", key: "200 {}"}
		target := keyTarget(s.start(t), testKey)
		target.Now = func() time.Time { return now }
		target.Response = &paste.Diagnosis{RateLimit: &c.limit}
		r := Run(inTime(t), catalog.KeyCheck, target)
		if s.sent() != c.sent {
			t.Errorf("%s: sent %q, want %q: %+v", c.name, s.sent(), c.sent, r)
		}
		if c.sent == "" && (r.Findings[0].ID != "key.unproven" || !strings.Contains(evidenceText(r), "sent=nothing")) {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

func TestKeyUnprovenSaysHowToNameTheEndpoint(t *testing.T) {
	s := &scripted{none: "404 not_found", key: "404 not_found"}
	target := keyTarget(s.start(t), testKey)
	r := Run(inTime(t), catalog.KeyCheck, target)
	for _, want := range []string{"--path", "axios", "requests", "httpx", "Go", "curl"} {
		if !strings.Contains(r.Remedy(), want) {
			t.Errorf("remedy does not mention %s: %s", want, r.Remedy())
		}
	}
	for _, want := range []string{
		"known=nothing is wrong with the form of the key, and the API answered (it is the API's error envelope)",
		"why that proves nothing=a server that looks for the path, or at the body, before",
		"without a key=404 not_found", "with the key=404 not_found",
	} {
		if !strings.Contains(evidenceText(r), want) {
			t.Errorf("evidence %s\nwant %s in it", evidenceText(r), want)
		}
	}
	if !strings.Contains(r.Summary, "without the endpoint that you call") || len(r.Blocks) != len(endpointBlocks) {
		t.Errorf("%q with %d blocks", r.Summary, len(r.Blocks))
	}
	target.Endpoint = "/v1/text"
	r = Run(inTime(t), catalog.KeyCheck, target)
	if !strings.HasPrefix(r.Remedy(), "See whether /v1/text is the very endpoint") || len(r.Blocks) == 0 {
		t.Errorf("remedy for a known endpoint: %s", r.Remedy())
	}
	s.none, s.key = "401 missing_api_key", "200 {}"
	if r = Run(inTime(t), catalog.KeyCheck, target); r.Blocks != nil {
		t.Errorf("an accepted key needs no snippets: %v", r.Blocks)
	}
}

// The snippets are shown as they stand, and none of them reads what may hold a key.
func TestEndpointBlocks(t *testing.T) {
	for i, b := range (Result{Blocks: slices.Clone(endpointBlocks)}).shown(safe.NewRedactor(safe.NewSecret(testKey))).Blocks {
		if b != endpointBlocks[i] || len(b.Title) > 60 || strings.HasSuffix(b.Text, "\n") {
			t.Errorf("%q is shown as %q", endpointBlocks[i].Text, b.Text)
		}
		for _, word := range []string{"eader", "uthorization", "query", "search", "RawQuery", ".href", "username"} {
			if strings.Contains(b.Text, word) {
				t.Errorf("%s: %q stands in it", b.Title, word)
			}
		}
		if strings.Contains(b.Title, "Go ") {
			if _, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+b.Text, 0); err != nil {
				t.Errorf("%s: %v", b.Title, err)
			}
		}
	}
}

// The request that is to go without a key must not carry one in its query.
func TestAKeyInTheEndpointIsNotSent(t *testing.T) {
	s := &scripted{none: "401 missing_api_key", key: "200 {}"}
	target := keyTarget(s.start(t), testKey)
	target.Endpoint = "/v1/text?draft=1&api_key=" + testKey
	r := Run(inTime(t), catalog.KeyCheck, target)
	if r.Status != Fail || r.Findings[0].ID != "key.in_url" || r.Findings[1].ID != "key.accepted" {
		t.Errorf("%+v", r)
	}
	for _, sent := range s.requests() {
		if strings.Contains(sent.URL.String(), testKey[:8]) {
			t.Errorf("sent %s", sent.URL)
		}
	}
}

// Whatever answers in the API's place is named by what gives it away.
func TestWhoAnsweredInPlaceOfTheAPI(t *testing.T) {
	for _, c := range []struct{ none, key, summary, evidence string }{
		{"302 https://login.example/?next=secret", "", "the API URL redirects to https://login.example, and a key is never sent along", "who answered=it redirects to https://login.example"},
		{"308 /v1/text/", "", "the API URL redirects to another path of the same host", "308"},
		{"307 ?cookie=1", "", "the API URL redirects to itself", "307"},
		{"401 missing_api_key", "307 //www.klyra.example/x", "the API URL redirects to www.klyra.example", "with the key=307"},
		{"200 <html><title>Hotel Wi-Fi</title>", "", "what answers at the API URL is not the API, so the key was not sent", "page title=Hotel Wi-Fi"},
		{"511 <html>", "", "is not the API", "who answered=a network wants a login first (status 511)"},
		{"407 <html>", "", "is not the API", "who answered=a proxy wants a password (status 407)"},
		{"401 missing_api_key", "403 <html><title>Access denied</title>error code: 1020", "something in front of the API answered", "it is Cloudflare's error 1020: a firewall rule blocks this request"},
		{"401 missing_api_key", "403 <html>error code: 1009", "something in front of the API answered", "this country or region is blocked"},
		{"401 missing_api_key", "522", "something in front of the API answered", "could not be connected to in time"},
		{"401 missing_api_key", "503 <html>", "something in front of the API answered", "date="},
	} {
		s := &scripted{none: c.none, key: c.key}
		r := Run(inTime(t), catalog.KeyCheck, keyTarget(s.start(t), testKey))
		if r.Findings[0].ID != "key.unproven" || !strings.Contains(r.Summary, c.summary) || !strings.Contains(evidenceText(r), c.evidence) {
			t.Errorf("%s | %s: %s\n%s", c.none, c.key, r.Summary, evidenceText(r))
		}
		if c.key == "" && s.sent() != "none" || strings.Contains(evidenceText(r), "next=") {
			t.Errorf("%s: sent %q, %s", c.none, s.sent(), evidenceText(r))
		}
	}
}

// Where a key is rejected, a different one that stands elsewhere, or the word test in it, may be the cause.
func TestRejectedKeysHaveRivals(t *testing.T) {
	s := &scripted{none: "401 missing_api_key", key: "401 invalid_api_key"}
	target := keyTarget(s.start(t), testKey)
	target.Keys = append(target.Keys, Key{Secret: safe.NewSecret("another-key-1234567890"), Source: "the paste"})
	if remedy := Run(inTime(t), catalog.KeyCheck, target).Remedy(); !strings.Contains(remedy, "There is a different key in the paste") {
		t.Error(remedy)
	}
	target.Keys[1].Secret = safe.NewSecret(testKey + "\n")
	if remedy := Run(inTime(t), catalog.KeyCheck, target).Remedy(); strings.Contains(remedy, "There is") {
		t.Error(remedy)
	}
	s = &scripted{none: "401 missing_api_key", fake: "401 invalid_api_key"}
	r := Run(inTime(t), catalog.KeyCheck, keyTarget(s.start(t), "klyra_test_3fKq9ZbT7xWm2LpR8sVd"))
	if !strings.Contains(r.Remedy(), "There is the word test in this key: see whether it is for another environment than 127.0.0.1") {
		t.Error(r.Remedy())
	}
}

func TestKeyOfAPastedRequest(t *testing.T) {
	s := &scripted{none: "401 missing_api_key", key: "200 {}"}
	api := s.start(t)
	for _, c := range []struct{ request, ids, says string }{
		{"curl BASE/v1/text -H 'Authorization: Bearer " + testKey + "' -d '{}'", "key.accepted", "not used=the same key, from the paste"},
		{"curl BASE/v1/text -H 'Authorization: Bearer another-key-0123456789' -d '{}'", "key.accepted", "not used=a different key, "},
		{"curl BASE/v1/text -H 'X-Api-Key: " + testKey + "' -d '{}'", "key.wrong_header key.accepted", "seen in=the pasted request"},
		{"curl BASE/v1/text -H 'Authorization: Bearer " + testKey + "' -d '{\"api_key\":\"" + testKey + "\"}'", "key.in_body key.accepted", "seen in="},
		{"curl http://other.example/v1/text -H 'Authorization: Bearer " + testKey + "' -d '{}'", "request.wrong_host key.accepted", "seen in="},
		{"curl BASE/v1/text -H 'Authorization: Bearer \"" + testKey + "\"' -d '{}'", "key.quotes key.accepted", "the same key, but for what stands around it"},
	} {
		target := keyTarget(api, testKey)
		d := paste.Diagnose(strings.ReplaceAll(c.request, "BASE", api.BaseURL()))
		target.KeyRequest = d.Request
		target = target.WithKeyOf(d.Request, "the paste")
		r := Run(inTime(t), catalog.KeyCheck, target)
		var ids []string
		for _, f := range r.Findings {
			ids = append(ids, f.ID)
		}
		if got := strings.Join(ids, " "); got != c.ids || !strings.Contains(evidenceText(r), c.says) {
			t.Errorf("%s: %s, want %s; evidence %s", c.request, got, c.ids, evidenceText(r))
		}
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
	for _, c := range []struct {
		like, prefix, only string
		otherForm          bool
	}{
		{"klyra_live_3fKq9ZbT7xWm2LpR8sVd", "klyra_test_", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", false},
		{"klyra_test_3fKq9ZbT7xWm2LpR8sVd", "klyra_live_", "", false},
		{"klyra_sk_live_3fKq9ZbT7xWm2LpR8", "klyra_", "", true},
		{"sk_ab_0011223344556677", "sk_ab_", "0123456789skab_", false},
		{"0123456789abcdef0123456789abcdef", "", "0123456789abcdef", false},
		{"550e8400-e29b-41d4-a716-446655440000", "", "0123456789abcdef-", false},
		{"f00dfeed", "", "0123456789abcdef", false},
		{"!", "", "0123456789abcdef", false},
		{"Ab_Random7bytes", "", "", false},
		{"aB3.dE5/gH7+iJ==", "", "", false},
	} {
		made, otherForm := madeUpKey(c.like)
		again, _ := madeUpKey(c.like)
		first, second := made.Reveal(), again.Reveal()
		separators := func(key string) string {
			return strings.Map(func(r rune) rune {
				if strings.ContainsRune("-_.=+/", r) {
					return r
				}
				return 'x'
			}, key)
		}
		if otherForm != c.otherForm || !otherForm && len(c.like) >= 16 && separators(first) != separators(c.like) {
			t.Errorf("like %q: %q is of another form: %v", c.like, first, otherForm)
		}
		if first == second || first == c.like {
			t.Errorf("like %q: %q and %q are not random", c.like, first, second)
		}
		if !strings.HasPrefix(first, c.prefix) || len(commonPrefix(c.prefix, c.like)) >= 8 || len(first) != max(len(c.like), 16) {
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

func commonPrefix(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return a[:n]
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
	page := apiOn(t, func(w http.ResponseWriter, r *http.Request) {
		if sent := r.Header.Get("Authorization"); sent != "" {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Cf-Error-Type", sent)
			w.WriteHeader(503)
			fmt.Fprintf(w, "<html><title>%s</title>%s", sent, sent)
			return
		}
		answerAs(w, "401 missing_api_key")
	})
	broken := rawAPI(t, "http", "%s\r\n\r\n")
	for _, given := range []string{key, key + "\n", "'" + key + "'", "Bearer " + key, key + key, key + "\u200b", key + " " + key, "sk-ant-" + key} {
		for _, api := range []*API{echo, redirecting, page, broken} {
			target := keyTarget(api, given)
			target.Keys[0].FromFile = true
			for _, check := range []catalog.Check{catalog.KeyCheck, catalog.LimitsCheck, catalog.ServiceCheck} {
				text := fmt.Sprintf("%+v", Run(inTime(t), check, target))
				for i := range len(key) - 7 {
					if strings.Contains(text, key[i:i+8]) {
						t.Fatalf("%s check of %q: %s", check, strings.ReplaceAll(given, key, "KEY"), text)
					}
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

func TestAPIChecksStopInTime(t *testing.T) {
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
		if c.stop {
			cancel()
		}
		r := <-results
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
