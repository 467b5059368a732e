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

// keyTableCases are servers by what they answer, and the row of the table that this leads to; 0 where none does.
var keyTableCases = []struct {
	row             int
	none, key, fake string
	sent            string
	id              string
	status          Status
	says            string
}{
	{1, "401 missing_api_key", "401 invalid_api_key", "", "none key", "key.rejected", Fail, "rejects"},
	{1, "404", "401 unauthorized", "", "none key", "key.rejected", Fail, "rejects"},
	{1, "401 missing_api_key", "403 invalid_api_key", "", "none key", "key.rejected", Fail, "rejects"},
	{1, "401 missing_api_key", "500 invalid_api_key", "", "none key", "key.rejected", Fail, "rejects"},
	{1, "401 missing_api_key", "401 missing_api_key", "", "none key", "key.rejected", Fail, "no key arrived"},
	{1, "401 missing_api_key", "401 expired_api_key", "", "none key", "key.expired", Fail, "expired"},
	{1, "200 {}", "403 expired_api_key", "", "none key", "key.expired", Fail, "expired"},
	{2, "401 missing_api_key", "400 malformed_api_key", "", "none key", "key.rejected", Fail, "form"},
	{3, "401 missing_api_key", "200 {}", "", "none key", "key.accepted", Pass, "accepts"},
	{3, "400 authentication_required", "200 {}", "", "none key", "key.accepted", Pass, "accepts"},
	{3, "403 missing_token", "200 {}", "", "none key", "key.accepted", Pass, "accepts"},
	{4, "200 {}", "200 {}", "", "none key", "key.unproven", Unknown, "without a key too"},
	{5, "404", "404", "", "none key", "key.unproven", Unknown, "alike"},
	{5, "405 {}", "405 {}", "", "none key", "key.unproven", Unknown, "alike"},
	{5, "422 missing_content", "422 missing_content", "", "none key", "key.unproven", Unknown, "alike"},
	{5, "400 invalid_request", "400 invalid_request", "", "none key", "key.unproven", Unknown, "alike"},
	{5, "403 {}", "403 {}", "", "none key", "key.unproven", Unknown, "everything is refused"},
	{6, "401 missing_api_key", "404", "401 invalid_api_key", "none key fake", "key.accepted", Pass, "refuses a made-up one"},
	{6, "401 missing_api_key", "405", "401 invalid_api_key", "none key fake", "key.accepted", Pass, ""},
	{6, "401 missing_api_key", "400 missing_content", "401 invalid_api_key", "none key fake", "key.accepted", Pass, ""},
	{6, "401 missing_api_key", "413 content_too_large", "403 invalid_api_key", "none key fake", "key.accepted", Pass, ""},
	{6, "401 missing_api_key", "415", "401", "none key fake", "key.accepted", Pass, ""},
	{6, "401 missing_api_key", "422 {}", "401", "none key fake", "key.accepted", Pass, ""},
	{7, "401 missing_api_key", "404", "404", "none key fake", "key.unproven", Unknown, "presence"},
	{7, "401", "400 invalid_request", "400 invalid_request", "none key fake", "key.unproven", Unknown, "presence"},
	{8, "401 missing_api_key", "422 {}", "400 malformed_api_key", "none key fake", "key.likely_accepted", Warn, "probably"},
	{8, "401", "422 {}", "400 bad_token_format", "none key fake", "key.likely_accepted", Warn, "probably"},
	{9, "401 missing_api_key", "403 insufficient_permissions", "401 invalid_api_key", "none key fake", "key.refused", Fail, "knows this key"},
	{9, "401 missing_api_key", "403 ip_not_allowed", "401", "none key fake", "key.refused", Fail, "knows this key"},
	{9, "403 {}", "403 insufficient_permissions", "401 invalid_api_key", "none key fake", "key.refused", Fail, "knows this key"},
	{10, "401 missing_api_key", "403 forbidden", "403 forbidden", "none key fake", "key.unproven", Unknown, "in the same way"},
	{10, "401 missing_api_key", "403", "403", "none key fake", "key.unproven", Unknown, "in the same way"},
	{11, "401 missing_api_key", "403 suspended", "403 forbidden", "none key fake", "key.refused", Fail, "seems to know"},
	{12, "401 missing_api_key", "402", "401", "none key fake", "key.limited", Warn, "quota"},
	{12, "401 missing_api_key", "429 quota_exceeded", "401 invalid_api_key", "none key fake", "key.limited", Warn, "quota"},
	{13, "401 missing_api_key", "429 rate_limit_exceeded", "401 invalid_api_key", "none key fake", "key.limited", Warn, "a limit stands in the way"},
	{13, "401 missing_api_key", "429 concurrent_requests_exceeded", "401 invalid_api_key", "none key fake", "key.limited", Warn, "a limit stands in the way"},
	{14, "401 missing_api_key", "429 rate_limit_exceeded", "429 rate_limit_exceeded", "none key fake", "key.unproven", Unknown, "whatever the key"},
	{15, "429 rate_limit_exceeded", "", "", "none", "key.unproven", Unknown, "before the key"},
	{15, "429", "", "", "none", "key.unproven", Unknown, "before the key"},
	// A 403 in JSON without a key counts as a lock, where the key gets past it.
	{3, `403 {"message":"no"}`, "200 {}", "", "none key", "key.accepted", Pass, "accepts"},
	{6, `403 {"message":"no"}`, "404", `403 {"message":"no"}`, "none key fake", "key.accepted", Pass, "accepts"},
	{7, `403 {"message":"no"}`, "404", "404", "none key fake", "key.unproven", Unknown, "presence"},
	{13, `403 {"message":"no"}`, "429", "401", "none key fake", "key.limited", Warn, ""},
	{0, "403", "404", "", "none key", "key.unproven", Unknown, "fit no pattern"},
	// What answers is not the API.
	{17, "401 missing_api_key", "403 <html>error code: 1020</html>", "", "none key", "key.unproven", Unknown, "in front of the API"},
	{17, "521", "521", "", "none key", "key.unproven", Unknown, "in front of the API"},
	{17, "503 <html>", "404", "", "none key", "key.unproven", Unknown, "in front of the API"},
	{17, "200 <html>login</html>", "", "", "none", "key.unproven", Unknown, "not the API"},
	{18, "302 https://www.klyra.example/login?x=1", "", "", "none", "key.unproven", Unknown, "redirects"},
	{18, "401 missing_api_key", "307 http://evil.example/", "", "none key", "key.unproven", Unknown, "redirects"},
	{19, "401 missing_api_key", "500 internal_server_error", "", "none key", "key.unproven", Unknown, "error of its own"},
	{19, "401 missing_api_key", "503", "", "none key", "key.unproven", Unknown, "error of its own"},
	{19, "503 service_unavailable", "200 {}", "", "none key", "key.unproven", Unknown, "error of its own"},
	{20, "0", "", "", "none", "service.unreachable", Unknown, "closed before an answer"},
	{20, "401 missing_api_key", "0", "", "none key", "service.unreachable", Unknown, "closed before an answer"},
	// Answers that prove nothing, whatever they look like.
	{0, "404", "200 {}", "", "none key", "key.unproven", Unknown, "fit no pattern"},
	{0, "404", "422 missing_content", "", "none key", "key.unproven", Unknown, "fit no pattern"},
	{0, "401 missing_api_key", "409", "", "none key", "key.unproven", Unknown, "fit no pattern"},
	{0, "401 missing_api_key", "422 {}", "404", "none key fake", "key.unproven", Unknown, "fit no pattern"},
	{0, "401 missing_api_key", "422 {}", "500", "none key fake", "key.unproven", Unknown, "fit no pattern"},
	{0, "401 missing_api_key", "422 {}", "0", "none key fake", "key.unproven", Unknown, "fit no pattern"},
	{0, "401 missing_api_key", "422 {}", "429", "none key fake", "key.unproven", Unknown, "fit no pattern"},
}

func TestKeyTable(t *testing.T) {
	for _, c := range keyTableCases {
		name := fmt.Sprintf("row %d: %s | %s | %s", c.row, c.none, c.key, c.fake)
		s := &scripted{none: c.none, key: c.key, fake: c.fake}
		target := keyTarget(s.start(t), testKey)
		target.Endpoint = "/v1/text"
		r := Run(inTime(t), catalog.KeyCheck, target)
		if len(r.Findings) != 1 || r.Findings[0].ID != c.id || r.Status != c.status || !strings.Contains(r.Summary, c.says) {
			t.Errorf("%s:\ngot %+v\nwant %s, %s, %q", name, r, c.status, c.id, c.says)
			continue
		}
		if sent := s.sent(); sent != c.sent {
			t.Errorf("%s: sent %q, want %q", name, sent, c.sent)
		}
		if got, want := len(r.Findings[0].Evidence), 2+len(s.requests()); got != want {
			t.Errorf("%s: %d pieces of evidence, want %d: the key, what was sent, each answer", name, got, want)
		}
		if c.status != Pass && r.Findings[0].Remedy == "" {
			t.Errorf("%s: no remedy", name)
		}
		if strings.Contains(fmt.Sprint(r), "x=1") {
			t.Errorf("%s: a redirect's query is shown", name)
		}
	}
}

func TestKeyTableIsTestedWhole(t *testing.T) {
	tested := map[int]bool{}
	for _, c := range keyTableCases {
		s := &scripted{none: c.none, key: c.key, fake: c.fake}
		p := keyProbe{t: Target{API: s.start(t)}, key: safe.NewSecret(testKey), path: "/"}
		row := p.decide(inTime(t))
		if row.number != c.row {
			t.Errorf("%s | %s | %s: row %d, want %d", c.none, c.key, c.fake, row.number, c.row)
		}
		tested[row.number] = true
	}
	for i, row := range keyRows {
		if !tested[row.number] {
			t.Errorf("row %d is not tested", row.number)
		}
		if row.id != "" && (row.status == "" || row.summary == "") || row.none == 0 || row.key == 0 || row.fake == 0 {
			t.Errorf("row %d (%d) is not whole: %+v", i, row.number, row)
		}
	}
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
	seen := s.requests()
	if len(seen) != 3 {
		t.Fatalf("%d requests", len(seen))
	}
	path := seen[0].URL.Path
	for _, r := range seen {
		if r.Method != http.MethodPost || r.ContentLength != 2 || r.URL.Path != path || !strings.HasPrefix(path, "/klyra-doctor-") {
			t.Errorf("request %s %s of %d bytes", r.Method, r.URL, r.ContentLength)
		}
	}
	target.Endpoint = "/v1/text?draft=1"
	Run(inTime(t), catalog.KeyCheck, target)
	if got := s.requests()[3].URL.String(); got != "/v1/text?draft=1" {
		t.Errorf("asked %s", got)
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

// testJWT is a token that expired in 2023.
const testJWT = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.c2lnbmF0dXJl"

var keyFormCases = []struct {
	key  string
	ids  string // "" for a key that is sent
	says string // in the evidence
}{
	{testKey, "", ""},
	{"a", "", ""},
	{"contains-test-and-example-words", "", ""},
	{"sandbox_good_key", "", ""},
	{"abcd1234abcd1234x", "", ""},
	{"c2VjcmV0LWtleQ==", "", ""},
	{"1234567", "", ""},
	{"", "key.missing", ""},
	{" \n\t", "key.missing", ""},
	{testKey + "\n", "key.newline", "character 32=U+000A (line feed)"},
	{testKey + "\r\n", "key.newline", "character 32=U+000D (carriage return)"},
	{"abcd\nefgh", "key.newline", "character 5=U+000A (line feed)"},
	{" " + testKey, "key.whitespace", "character 1=U+0020 (blank)"},
	{testKey + "\t", "key.whitespace", "character 32=U+0009 (tab)"},
	{"abcd\u00a0efgh", "key.whitespace", "character 5=U+00A0 (no-break space)"},
	{`"` + testKey + `"`, "key.quotes", "at the beginning"},
	{testKey + "'", "key.quotes", "at the end"},
	{"`" + testKey + "`", "key.quotes", "at the beginning"},
	{"“" + testKey + "”", "key.quotes", "at the beginning"},
	{`""`, "key.quotes", ""},
	{"klyra_\u200babcdef", "key.non_ascii", "character 7=U+200B (zero width space)"},
	{"klyra—abcdef", "key.non_ascii", "character 6=U+2014 (em dash)"},
	{"klyra_ʋabcdef", "key.non_ascii", "character 7=U+028B"},
	{"klyra_\xffabcdef", "key.non_ascii", "character 7=byte 0xFF"},
	{"\ufeffklyra_abcdef", "key.non_ascii", "character 1=U+FEFF (byte order mark)"},
	{"\xff\xfek\x00e\x00y\x00", "key.non_ascii", "encoding=UTF-16"},
	{"éééééééé-abcdef", "key.non_ascii", "and=3 more"},
	{"klyra_\x1b[0m", "key.control", "character 7=U+001B"},
	{"klyra_\x7f", "key.control", "character 7=U+007F"},
	{"Bearer " + testKey, "key.scheme_doubled", "the word Bearer"},
	{"bearer:" + testKey, "key.scheme_doubled", "the word Bearer"},
	{"Bearer Bearer " + testKey, "key.scheme_doubled", "the word Bearer"},
	{"Authorization: Bearer " + testKey, "key.scheme_doubled", "the name of a header"},
	{"X-Api-Key: " + testKey, "key.scheme_doubled", "the name of a header"},
	{"Basic " + testKey, "key.scheme_doubled", "the word Basic"},
	{"token " + testKey, "key.scheme_doubled", "the word Token"},
	{"KLYRA_API_KEY=" + testKey, "key.scheme_doubled", "variable's name"},
	{`export KLYRA_API_KEY="` + testKey + `"`, "key.scheme_doubled key.quotes", "variable's name"},
	{`'Bearer ` + testKey + `'`, "key.quotes key.scheme_doubled", "the word Bearer"},
	{"Bearer", "key.scheme_doubled", ""},
	{"YOUR_API_KEY", "key.placeholder", "example"},
	{"your-api-key", "key.placeholder", ""},
	{"your_klyra_api_key_here", "key.placeholder", ""},
	{"<key>", "key.placeholder", "brackets"},
	{"<YOUR KEY>", "key.whitespace key.placeholder", ""},
	{"xxxxxxxx", "key.placeholder", "row of x"},
	{"klyra_live_xxxx", "key.placeholder", "row of x"},
	{"sk-...", "key.masked", "full stops"},
	{"changeme", "key.placeholder", ""},
	{"test", "key.placeholder", ""},
	{"Example", "key.placeholder", ""},
	{"$KLYRA_API_KEY", "key.placeholder", "variable"},
	{"${KLYRA_API_KEY}", "key.placeholder", "variable"},
	{"%KLYRA_API_KEY%", "key.placeholder", "variable"},
	{"{{ secrets.KEY }}", "key.whitespace key.placeholder", "variable"},
	{"process.env.KLYRA_API_KEY", "key.placeholder", "variable"},
	{"Bearer ${key}", "key.scheme_doubled key.placeholder", "variable"},
	{"undefined", "key.placeholder", "not there"},
	{"null", "key.placeholder", ""},
	{"None", "key.placeholder", ""},
	{"klyra_***cdef", "key.masked", "asterisks"},
	{"klyra_…cdef", "key.masked", "dots"},
	{"klyra_••••cdef", "key.masked", "dots"},
	{"sk-ant-api03-abcdefgh", "key.foreign", "Anthropic"},
	{"sk-proj-abcdefgh", "key.foreign", "OpenAI"},
	{"sk-abcdT3BlbkFJefgh", "key.foreign", "OpenAI"},
	{"sk_live_abcdefgh", "key.foreign", "Stripe"},
	{"sk_test_abcdefgh", "key.foreign", "Stripe"},
	{"ghp_abcdefgh", "key.foreign", "GitHub"},
	{"github_pat_abcdefgh", "key.foreign", "GitHub"},
	{"glpat-abcdefgh", "key.foreign", "GitLab"},
	{"AKIAIOSFODNN7ABCDEFG", "key.foreign", "AWS"},
	{"AIzaSyA1234567890abcdefghijk", "key.foreign", "Google"},
	{"xoxb-1234-abcd", "key.foreign", "Slack"},
	{testJWT, "key.foreign", "expires=2023-11-14T22:13:20Z"},
	{testKey + testKey, "key.repeated", "twice"},
	{testKey + "," + testKey, "key.repeated", "2 keys"},
	{testKey + "\n" + testKey, "key.newline key.repeated", "2 keys"},
	{testKey + " other-key-1234", "key.whitespace key.repeated", "2 keys"},
	{" 'Bearer \u200bklyra_abcdef'\n", "key.quotes key.scheme_doubled key.newline key.whitespace key.non_ascii", "character 10=U+200B"},
}

func TestKeyForm(t *testing.T) {
	for _, c := range keyFormCases {
		s := &scripted{none: "401 missing_api_key", key: "200 {}", fake: "200 {}"}
		r := Run(inTime(t), catalog.KeyCheck, keyTarget(s.start(t), c.key))
		var ids []string
		for _, f := range r.Findings {
			if strings.HasPrefix(f.ID, "key.") {
				ids = append(ids, f.ID)
			}
		}
		if c.ids == "" {
			if len(s.requests()) != 2 {
				t.Errorf("%q was not sent: %+v", c.key, r)
			}
			continue
		}
		if got := strings.Join(ids, " "); got != c.ids {
			t.Errorf("%q: %s, want %s", c.key, got, c.ids)
		}
		if s.sent() != "" {
			t.Errorf("%q: requests were sent: %q", c.key, s.sent())
		}
		if !strings.Contains(evidenceText(r), c.says) {
			t.Errorf("%q: evidence %q, want %q in it", c.key, evidenceText(r), c.says)
		}
		if want := map[bool]Status{true: Unknown, false: Fail}[c.ids == "key.missing"]; r.Status != want {
			t.Errorf("%q: %s, want %s", c.key, r.Status, want)
		}
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

func TestAnEmptyKeyIsCalledEmpty(t *testing.T) {
	target := keyTarget(mustAPI(t, "http://127.0.0.1:1"), "")
	target.Keys = []Key{{Source: "file key.txt", FromFile: true}}
	if got := evidenceText(Run(inTime(t), catalog.KeyCheck, target)); !strings.Contains(got, "key=empty, from file key.txt") {
		t.Error(got)
	}
}

func TestKeyFromFile(t *testing.T) {
	for _, c := range []struct {
		key    string
		status Status
		sent   bool
	}{
		{testKey, Pass, true},
		{testKey + "\n", Warn, true},
		{testKey + "\r\n", Warn, true},
		{testKey + "\n\n", Fail, false},
		{"\n" + testKey + "\n", Fail, false},
		{testKey + " \n", Fail, false},
	} {
		s := &scripted{none: "401 missing_api_key", key: "200 {}", fake: "500"}
		target := keyTarget(s.start(t), c.key)
		target.Keys[0].FromFile = true
		r := Run(inTime(t), catalog.KeyCheck, target)
		if r.Status != c.status || (s.sent() == "none key") != c.sent {
			t.Errorf("%q: %s, sent %q; want %s", c.key, r.Status, s.sent(), c.status)
		}
		if c.status == Warn && (r.Findings[0].ID != "key.newline" || r.Findings[1].ID != "key.accepted") {
			t.Errorf("%q: findings %+v", c.key, r.Findings)
		}
	}
}

func TestKeySources(t *testing.T) {
	s := &scripted{none: "401 missing_api_key", key: "200 {}"}
	target := keyTarget(s.start(t), testKey)
	target.Keys = append(target.Keys,
		Key{Secret: safe.NewSecret("another-key-1234567890"), Source: "the paste"},
		Key{Secret: safe.NewSecret(testKey), Source: "typed"})
	got := evidenceText(Run(inTime(t), catalog.KeyCheck, target))
	for _, want := range []string{"from environment KLYRA_API_KEY", "not used=", "from the paste", "not used=the same key, from typed"} {
		if !strings.Contains(got, want) {
			t.Errorf("evidence %q, want %q in it", got, want)
		}
	}
	empty := keyTarget(target.API, "")
	if r := Run(inTime(t), catalog.KeyCheck, empty); !strings.Contains(r.Summary, "environment KLYRA_API_KEY is empty") {
		t.Errorf("an empty variable: %s", r.Summary)
	}
	if r := Run(inTime(t), catalog.KeyCheck, Target{API: target.API}); r.Findings[0].ID != "key.missing" || r.Status != Unknown {
		t.Errorf("no key at all: %+v", r)
	}
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

func FuzzKeyForm(f *testing.F) {
	for _, seed := range []string{testKey, "Bearer x", "''", "\"\xff", "${x}", "a\nb\n", "eyJ.e.e", "“"} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, key string, fromFile bool) {
		form := inspectKey(Key{Secret: safe.NewSecret(key), FromFile: fromFile})
		held := slices.ContainsFunc(form.findings, func(f Finding) bool { return f.Status != Warn })
		if form.sendable.Empty() != held {
			t.Errorf("%q: %+v", key, form)
		}
		if strings.ContainsAny(form.sendable.Reveal(), "\r\n\t \x00") {
			t.Errorf("%q would be sent", form.sendable.Reveal())
		}
		for _, finding := range form.findings {
			if len(finding.Evidence) > 2*len(key)+1 {
				t.Errorf("%q: %d pieces of evidence", key, len(finding.Evidence))
			}
		}
	})
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
