package checks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
)

// apiNamed is an API under any URL of https whose connections all lead to a server on loopback that has a
// certificate for example.com.
func apiNamed(t *testing.T, base string, handler http.HandlerFunc) *API {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	api := mustAPI(t, base)
	api.spacing = 0
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	api.transport.TLSClientConfig.RootCAs, api.transport.TLSClientConfig.ServerName = roots, "example.com"
	api.transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, server.Listener.Addr().String())
	}
	return api
}

// No name server is asked: the dialer, the lowest seam, leads every host to the test's server.
func TestServiceAtAWrongURL(t *testing.T) {
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, "<html><title>Not here</title>")
	}
	r := Run(inTime(t), catalog.ServiceCheck, keyTarget(apiNamed(t, "https://api.klyra.live/v1/texts", page), testKey))
	if findingIDs(r) != "fail service.not_the_api" || !strings.Contains(r.Summary, "the API URL ends in the path /v1/texts, which belongs to the endpoint") || !strings.Contains(r.Remedy(), DocumentedAPI) {
		t.Errorf("%s: %s %s", findingIDs(r), r.Summary, r.Remedy())
	}
	if got := evidenceText(r); !strings.Contains(got, "the answer says=Not here") {
		t.Error(got)
	}
	r = Run(inTime(t), catalog.ServiceCheck, keyTarget(apiNamed(t, "https://api.klyra.live", page), testKey))
	if findingIDs(r) != "fail service.not_the_api" || strings.Contains(r.Summary, "ends in the path") || strings.Contains(r.Remedy(), DocumentedAPI) {
		t.Errorf("%s: %s", findingIDs(r), r.Summary)
	}
}

func TestServiceWithPlainHTTPOnATLSPort(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = quiet
	server.StartTLS()
	defer server.Close()
	r := Run(inTime(t), catalog.ServiceCheck, Target{API: mustAPI(t, strings.Replace(server.URL, "https:", "http:", 1))})
	if findingIDs(r) != "fail service.not_the_api" || !strings.Contains(r.Summary, "speaks TLS, but the API URL says http") {
		t.Errorf("%s: %s", findingIDs(r), r.Summary)
	}
}

// Where a request stopped is evidence of what is in the way.
func TestServiceSaysWhereItStopped(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	silent := func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // a server notices that a client has gone only once the body is read
		<-r.Context().Done()
	}
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.Config.ErrorLog = quiet
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.StartTLS()
	defer old.Close()
	for _, c := range []struct {
		name string
		api  *API
		want string
	}{
		{"nothing listens", mustAPI(t, "http://"+dead.Addr().String()), "stopped while=connecting (TCP)"},
		{"an old TLS", mustAPI(t, old.URL), "what happened=it has no TLS version in common with this program, which offers TLS 1.2 and 1.3\nstopped while=agreeing on TLS\nfirst request="},
		{"no answer", apiOn(t, silent), "stopped while=waiting for the answer (HTTP)"},
	} {
		c.api.transport.ResponseHeaderTimeout = 50 * time.Millisecond
		got := evidenceText(Run(inTime(t), catalog.ServiceCheck, Target{API: c.api}))
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, got)
		}
	}
}

func TestServiceShowsItsLatency(t *testing.T) {
	r := Run(inTime(t), catalog.ServiceCheck, Target{API: apiNamed(t, "https://api.klyra.live", func(w http.ResponseWriter, _ *http.Request) {
		answerAs(w, "401 missing_api_key")
	})})
	const took = `(under 1 ms|\d+ ms|[\d.]+ s)`
	for _, want := range []string{
		`third request=401 missing_api_key, some_error, req_7, ` + took + ` \(TCP ` + took + `, TLS ` + took + `, answer ` + took + `\)`,
		`latency=` + took + ` \(median; connecting by DNS, TCP and TLS: ` + took + `\), one by one ` + took + `, ` + took + `, ` + took,
	} {
		if got := evidenceText(r); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("want %s in\n%s", want, got)
		}
	}
	if len(r.Blocks) != 0 {
		t.Errorf("a service that works has nothing for support: %+v", r.Blocks)
	}
}

func TestMedian(t *testing.T) {
	var ps serviceProbes
	for _, d := range []time.Duration{5, 1, 9} {
		ps = append(ps, serviceProbe{exchange: exchange{answer: answer{took: d * time.Second}}, stages: stages{connected: d * time.Millisecond}})
	}
	ps = append(ps, serviceProbe{exchange: exchange{err: io.EOF, answer: answer{took: time.Hour}}})
	if got := ps.latency().Value; got != "5 s (median; connecting by DNS, TCP and TLS: 5 ms), one by one 5 s, 1 s, 9 s" {
		t.Error(got)
	}
}

func TestWhatAnAnswerSays(t *testing.T) {
	for body, want := range map[string]string{
		"":                       "",
		"bad\n\tgateway":         "bad gateway",
		`{"message":"no route"}`: `{"message":"no route"}`,
		"<html><head><style>p{}</style></head><body><script>x()</script><h1>Down</h1><!-- c --> for &lt;repairs&gt;</body>": "Down for <repairs>",
		"<title>We\n are  down</title><p>more": "We are down",
		"<title>We are do":                     "We are do",
		strings.Repeat("ä", maxShown+1):        strings.Repeat("ä", maxShown) + "…",
		strings.Repeat("ä", maxShown):          strings.Repeat("ä", maxShown),
	} {
		if got := (answer{body: []byte(body)}).says(); got != want {
			t.Errorf("%.40q: %q, want %q", body, got, want)
		}
	}
}

func TestSupportBlock(t *testing.T) {
	api := apiOn(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cf-Ray", "8f2b1c-FRA")
		w.Header().Set("Date", "Mon, 04 May 2026 00:14:00 GMT")
		answerAs(w, "503 service_unavailable")
	})
	target := keyTarget(api, testKey)
	target.Endpoint = "/v1/text?api_key=" + testKey
	target.Now = func() time.Time { return limitsNow }
	target.Pasted = &paste.Finding{Code: "internal_server_error", HTTPStatus: 500, RequestID: "req_pasted\nStatus: 200"}
	target.Response = &paste.Diagnosis{RateLimit: &paste.RateLimit{Date: limitsNow}}
	r := Run(inTime(t), catalog.ServiceCheck, target)
	if len(r.Blocks) != 1 || r.Blocks[0].Title != "What to tell Klyra's support" {
		t.Fatalf("%+v", r.Blocks)
	}
	lines := strings.Split(r.Blocks[0].Text, "\n")
	lines = append(lines[:11], lines[12:]...) // the latency
	want := []string{
		"What happened: the API answers with an error of its own: 503 service_unavailable",
		"Time: 2026-05-04T00:13:27Z",
		"Answer's Date: Mon, 04 May 2026 00:14:00 GMT",
		"Status: 503",
		"Error code: service_unavailable",
		"Request id: req_7",
		"cf-ray: 8f2b1c-FRA",
		"Edge location: FRA (where Cloudflare took the request in, by the end of cf-ray)",
		"Host: " + api.base.Host,
		"Endpoint: /v1/text",
		"Network: loopback, no proxy set",
		"Asked with: klyra-doctor, an empty object in each of 3 requests",
		"Pasted answer's error code: internal_server_error",
		"Pasted answer's request id: req_pasted Status: 200",
		"Pasted answer's status: 500",
		"Pasted answer's Date: Mon, 04 May 2026 00:13:27 GMT",
	}
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestSupportBlockWithoutAnswer(t *testing.T) {
	s := &scripted{none: "0"}
	target := keyTarget(s.start(t), testKey)
	target.Sandbox = true
	r := Run(inTime(t), catalog.ServiceCheck, target)
	if len(r.Blocks) != 1 {
		t.Fatalf("%+v", r)
	}
	text := r.Blocks[0].Text
	for _, want := range []string{"Note: this is from the sandbox", "cannot be reached from here", "tried 2 times"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
	for _, never := range []string{"Status", "cf-ray", "Request id", "Latency", "Endpoint"} {
		if strings.Contains(text, never) {
			t.Errorf("%q, which is not known, in\n%s", never, text)
		}
	}
}

func FuzzAnswerSays(f *testing.F) {
	f.Add("<title>x</title>")
	f.Add("<script><!--<style>")
	f.Fuzz(func(t *testing.T, body string) {
		got := (answer{body: []byte(body)}).says()
		if n := len([]rune(got)); n > maxShown+1 || strings.ContainsAny(got, "\n\t") {
			t.Errorf("%d characters: %q", n, got)
		}
	})
}
