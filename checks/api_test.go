package checks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"klyra-doctor/catalog/safe"
)

// quiet is for servers whose handlers break off, or whose clients do.
var quiet = log.New(io.Discard, "", 0)

// apiOn returns an API whose server is handler, on loopback.
func apiOn(t *testing.T, handler http.HandlerFunc) *API {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return mustAPI(t, server.URL)
}

func mustAPI(t *testing.T, base string) *API {
	t.Helper()
	api, err := NewAPI(base, nil)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// inTime returns a context that fails a test instead of hanging it.
func inTime(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestNewAPI(t *testing.T) {
	for _, c := range []struct{ base, want, problem string }{
		{base: "https://api.klyra.live", want: "https://api.klyra.live"},
		{base: "https://api.klyra.live/", want: "https://api.klyra.live"},
		{base: "HTTPS://api.klyra.live", want: "https://api.klyra.live"},
		{base: "https://gateway.example.com:8443/klyra/", want: "https://gateway.example.com:8443/klyra"},
		{base: "http://127.0.0.1:8080", want: "http://127.0.0.1:8080"},
		{base: "http://localhost:8080", want: "http://localhost:8080"},
		{base: "http://[::1]:8080", want: "http://[::1]:8080"},
		{base: "http://[::ffff:127.0.0.1]", want: "http://[::ffff:127.0.0.1]"},
		{base: "", problem: "does not begin with https://"},
		{base: "api.klyra.live", problem: "does not begin with https://"},
		{base: "localhost:8080", problem: "does not begin with https://"},
		{base: "ftp://api.klyra.live", problem: "does not begin with https://"},
		{base: "https:api.klyra.live", problem: "does not begin with https://"},
		{base: "https://", problem: "names no host"},
		{base: "https:///v1", problem: "names no host"},
		{base: "https://:443", problem: "names no host"},
		{base: "https://api.klyra.live:99999", problem: "port"},
		{base: "https://api.klyra.live:0", problem: "port"},
		{base: "https://api.klyra.live:x", problem: "malformed"},
		{base: "https://user:hunter2@api.klyra.live", problem: "user name or password"},
		{base: "https://user:hunter2%zz@api.klyra.live", problem: "malformed"},
		{base: "https://api.klyra.live?key=1", problem: "query"},
		{base: "https://api.klyra.live?", problem: "query"},
		{base: "https://api.klyra.live#x", problem: "fragment"},
		{base: "https://api.klyra.live#", problem: "fragment"},
		{base: "https://dashboard.klyra.live", problem: "web pages, not to its API"},
		{base: "https://www.klyra.live/v1", problem: "web pages, not to its API"},
		{base: "https://Docs.Klyra.Live", problem: "web pages, not to its API"},
		{base: "https://klyra.live", problem: "web pages, not to its API"},
		{base: "http://api.klyra.live", problem: "plain http"},
		{base: "http://127.0.0.1.example.com", problem: "plain http"},
		{base: "http://10.0.0.1", problem: "plain http"},
	} {
		api, err := NewAPI(c.base, nil)
		switch {
		case c.problem == "" && err != nil:
			t.Errorf("NewAPI(%q): %v", c.base, err)
		case c.problem == "":
			if api.BaseURL() != c.want {
				t.Errorf("NewAPI(%q).BaseURL() = %q, want %q", c.base, api.BaseURL(), c.want)
			}
		case err == nil || !strings.Contains(err.Error(), c.problem):
			t.Errorf("NewAPI(%q): error %v, want one about %q", c.base, err, c.problem)
		case strings.Contains(err.Error(), "hunter2"):
			t.Errorf("NewAPI(%q): error repeats the password: %v", c.base, err)
		}
	}
}

func TestAPIResolve(t *testing.T) {
	for _, c := range []struct{ base, path, want string }{
		{"https://api.klyra.live", "/v1/text", "https://api.klyra.live/v1/text"},
		{"https://api.klyra.live", "v1/text?a=b", "https://api.klyra.live/v1/text?a=b"},
		{"https://h.example/klyra", "/v1/text", "https://h.example/klyra/v1/text"},
		{"https://h.example/klyra", "/klyra/v1/text", "https://h.example/klyra/v1/text"},
		{"https://api.klyra.live", "//evil.example/x", "https://api.klyra.live/x"},
		{"https://api.klyra.live", "https://evil.example/x", "https://api.klyra.live/x"},
		{"https://api.klyra.live", "/../x", "https://api.klyra.live/x"},
		{"https://api.klyra.live", "/a%2Fb", "https://api.klyra.live/a%2Fb"},
		{"https://api.klyra.live", "/100%", "https://api.klyra.live/100%25"},
	} {
		if got := mustAPI(t, c.base).Resolve(c.path); got != c.want {
			t.Errorf("base %s: Resolve(%q) = %q, want %q", c.base, c.path, got, c.want)
		}
	}
}

func FuzzAPIResolveStaysOnTheAPI(f *testing.F) {
	for _, seed := range []string{"/v1/text", "//evil.example", "\\\\evil", "@evil.example/", "?x", "/%zz", "http://[::1"} {
		f.Add(seed)
	}
	api, err := NewAPI("https://api.klyra.live/v1", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		u, err := url.Parse(api.Resolve(path))
		if err != nil || !api.owns(u) || u.User != nil {
			t.Errorf("Resolve(%q) leads to %v (%v)", path, u, err)
		}
	})
}

func TestAPIOwns(t *testing.T) {
	api := mustAPI(t, "https://api.klyra.live")
	for raw, want := range map[string]bool{
		"https://api.klyra.live/x":      true,
		"https://API.klyra.live:443/x":  true,
		"http://api.klyra.live/x":       false,
		"https://api.klyra.live:8443/x": false,
		"https://evil.api.klyra.live/x": false,
		"https://klyra.live/x":          false,
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := api.owns(u); got != want {
			t.Errorf("owns(%q) = %v, want %v", raw, got, want)
		}
	}
}

func TestSendCarriesKeyAndBody(t *testing.T) {
	api := apiOn(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Saw", r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Authorization")+" "+string(body))
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"error":{"code":"invalid_api_key","type":"authentication_error","param":7,"request_id":"req_1","reset_at":1623180660}}`)
	})
	got, err := api.send(inTime(t), call{"POST", "/v1/x?a=b", safe.NewSecret("abc"), "{}"})
	if err != nil {
		t.Fatal(err)
	}
	if saw := got.header.Get("X-Saw"); saw != "POST /v1/x?a=b Bearer abc {}" {
		t.Errorf("server saw %q", saw)
	}
	want := problem{Code: "invalid_api_key", Type: "authentication_error", RequestID: "req_1", ResetAt: "1623180660"}
	if got.status != 401 || got.problem == nil || *got.problem != want || got.cut || got.took <= 0 {
		t.Errorf("answer %+v, problem %+v", got, got.problem)
	}
}

func TestReadProblem(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":{"code":"x","request_id":7}}`: "x",
		`{"error":{"code":""}}`:                 "",
		`{"error":{"code":7}}`:                  "",
		`{"error":"no"}`:                        "",
		`{"error":{"code":"cut`:                 "",
		`<html>`:                                "",
		``:                                      "",
		`[]`:                                    "",
	} {
		got := ""
		if p := readProblem([]byte(body)); p != nil {
			got = string(p.Code)
		}
		if got != want {
			t.Errorf("readProblem(%s): code %q, want %q", body, got, want)
		}
	}
}

// Two servers on loopback differ in their ports: whatever the first says, the second must not see the key.
func TestKeyNeverLeavesTheAPI(t *testing.T) {
	strangerSaw := make(chan string, 9)
	stranger := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		strangerSaw <- r.Header.Get("Authorization")
	}))
	defer stranger.Close()
	redirect := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, stranger.URL+"/steal", http.StatusTemporaryRedirect)
	}
	secure := httptest.NewTLSServer(http.HandlerFunc(redirect))
	defer secure.Close()
	downgrading := mustAPI(t, secure.URL)
	downgrading.transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	downgrading.transport.TLSClientConfig.RootCAs.AddCert(secure.Certificate())

	key := safe.NewSecret("a-key-that-must-stay-home")
	for name, api := range map[string]*API{"other port": apiOn(t, redirect), "downgrade": downgrading} {
		got, err := api.send(inTime(t), call{"POST", "/", key, "{}"})
		if err != nil || got.status != http.StatusTemporaryRedirect {
			t.Errorf("%s: status %d, error %v, want the redirect itself", name, got.status, err)
		}
		if len(strangerSaw) != 0 {
			t.Errorf("%s: the redirect was followed", name)
		}
		following := http.Client{Transport: bearer{api, key}}
		resp, err := following.Post(api.Resolve("/"), "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if saw := <-strangerSaw; saw != "" {
			t.Errorf("%s: the other server saw %q", name, saw)
		}
	}
}

func TestPlainHTTPStaysOnLoopback(t *testing.T) {
	if err := loopbackOnly("tcp", "93.184.216.34:80", nil); err == nil {
		t.Error("a name that resolves to a public address was let through")
	}
	if err := loopbackOnly("tcp", "127.0.0.1:80", nil); err != nil {
		t.Error(err)
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	server.Config.ErrorLog = quiet
	server.StartTLS()
	defer server.Close()
	api := mustAPI(t, server.URL)
	api.transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	api.transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	_, err := api.send(inTime(t), call{method: "GET", path: "/"})
	if err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("error %v, want one about the protocol version", err)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	api := apiOn(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/headers" {
			w.Header().Set("X-Huge", strings.Repeat("x", 2*maxAnswerHeaders))
		}
		io.WriteString(w, strings.Repeat("x", maxAnswer+1))
	})
	got, err := api.send(inTime(t), call{method: "GET", path: "/body"})
	if err != nil || len(got.body) != maxAnswer || !got.cut {
		t.Errorf("body of %d bytes, cut %v, error %v", len(got.body), got.cut, err)
	}
	if _, err := api.send(inTime(t), call{method: "GET", path: "/headers"}); err == nil {
		t.Error("headers over the limit were accepted")
	}
}

func TestErrorsKeepQueriesToThemselves(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := mustAPI(t, server.URL).send(inTime(t), call{method: "GET", path: "/x?token=hunter2"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}

func TestProxy(t *testing.T) {
	connects := make(chan string, 9)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connects <- r.Method + " " + r.Host + " " + r.Header.Get("Authorization")
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	key := safe.NewSecret("a-key-that-a-proxy-must-not-see")
	api, err := NewAPI("https://api.klyra.invalid", http.ProxyURL(address))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.send(inTime(t), call{"POST", "/", key, "{}"}); err == nil {
		t.Error("no error from a proxy that refuses")
	}
	if got := <-connects; got != "CONNECT api.klyra.invalid:443 " {
		t.Errorf("the proxy saw %q", got)
	}
	broken := func(*http.Request) (*url.URL, error) { return nil, errors.New(`invalid proxy address "user:hunter2@"`) }
	if api, err = NewAPI("https://api.klyra.invalid", broken); err != nil {
		t.Fatal(err)
	}
	if _, err := api.send(inTime(t), call{"POST", "/", key, "{}"}); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
	onLoopback, err := NewAPI(proxy.URL, broken)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := onLoopback.send(inTime(t), call{method: "GET", path: "/"}); err != nil || got.status != http.StatusBadGateway {
		t.Errorf("loopback goes through the proxy setting: %v", err)
	}
}

func TestOneRequestAtATimeAndSpaced(t *testing.T) {
	var mu sync.Mutex
	var starts, ends []time.Time
	underWay := 0
	api := apiOn(t, func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		starts = append(starts, time.Now())
		underWay++
		if underWay > 1 {
			t.Error("two requests at once")
		}
		mu.Unlock()
		runtime.Gosched()
		mu.Lock()
		underWay--
		ends = append(ends, time.Now())
		mu.Unlock()
	})
	api.spacing = 50 * time.Millisecond
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := api.send(inTime(t), call{method: "GET", path: "/"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := 1; i < len(starts); i++ {
		if gap := starts[i].Sub(ends[i-1]); gap < api.spacing {
			t.Errorf("request %d began %v after the one before it, want %v or more", i, gap, api.spacing)
		}
	}
	if len(starts) != 4 {
		t.Errorf("%d requests, want 4", len(starts))
	}
}

func TestSpacingIsASecondButOnLoopback(t *testing.T) {
	if got := mustAPI(t, "https://api.klyra.live").spacing; got < time.Second {
		t.Errorf("spacing %v, want a second", got)
	}
	if got := mustAPI(t, "http://127.0.0.1:1").spacing; got != 0 {
		t.Errorf("spacing on loopback %v, want none", got)
	}
}

func TestCancelReturnsAtOnce(t *testing.T) {
	arrived := make(chan struct{}, 1)
	api := apiOn(t, func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	before := runtime.NumGoroutine()
	for name, hold := range map[string]func(){
		"no answer":  func() { <-arrived },
		"in the gap": func() {},
	} {
		ctx, cancel := context.WithCancel(inTime(t))
		if name == "in the gap" {
			api.spacing, api.last = time.Hour, time.Now()
		}
		result := make(chan error, 1)
		go func() {
			_, err := api.send(ctx, call{method: "GET", path: "/"})
			result <- err
		}()
		hold()
		start := time.Now()
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want that it was cancelled", name, err)
		}
		if took := time.Since(start); took > 100*time.Millisecond {
			t.Errorf("%s: returned %v after the cancel", name, took)
		}
		if len(api.turn) != 0 {
			t.Errorf("%s: the turn was not given back", name)
		}
		api.spacing = 0
	}
	settles(t, before)
}

// settles waits until no more goroutines run than before.
func settles(t *testing.T, before int) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines, %d before", now, before)
	}
}
