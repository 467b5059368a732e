package checks

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/dns"
)

func findingIDs(r Result) string {
	ids := make([]string, len(r.Findings))
	for i, f := range r.Findings {
		ids[i] = string(f.Status) + " " + f.ID
	}
	return strings.Join(ids, ", ")
}

func TestService(t *testing.T) {
	for _, c := range []struct {
		name      string
		none, key string
		sent      string
		want      string
		says      string
	}{
		{"the API", "401 missing_api_key", "404", "none none key", "pass service.reachable", "reachable from here"},
		{"the API, rate limiting", "429 rate_limit_exceeded", "429 rate_limit_exceeded", "none none key", "pass service.reachable", "reachable"},
		{"the API, limiting without words", "429", "429", "none none key", "pass service.reachable", "reachable"},
		{
			"its own trouble behind the key", "401 missing_api_key", "503 service_unavailable", "none none key",
			"fail service.degraded, pass service.reachable", "503 service_unavailable",
		},
		{
			"a model is away", "401 missing_api_key", "503 model_unavailable", "none none key",
			"fail service.degraded, pass service.reachable", "503 model_unavailable",
		},
		{
			"a timeout of the API", "401 missing_api_key", "504 timeout", "none none key",
			"fail service.degraded, pass service.reachable", "504 timeout",
		},
		{
			"trouble that has passed", "500 internal_server_error", "401 invalid_api_key", "none none key",
			"warn service.degraded, pass service.reachable", "500 internal_server_error",
		},
		{"a gateway's bare error", "502", "502", "none none key", "fail service.degraded", "nothing tells whether the API or a gateway"},
		{"Cloudflare without its origin", "522", "", "none none none", "fail service.edge_error", "could not be connected to in time"},
		{"Cloudflare's block", "403 <html>error code: 1020</html>", "", "none none none", "fail service.edge_error", "firewall rule"},
		{"a page of the edge", "503 <html>", "", "none none none", "fail service.edge_error", "web page with status 503"},
		{
			"the edge for the key only", "401 missing_api_key", "520", "none none key",
			"warn service.edge_error, pass service.reachable", "some of the requests",
		},
		{"a web site", "200 <html>", "", "none none none", "fail service.not_the_api", "web page"},
		{"a web site without such a page", "404 <html>", "", "none none none", "fail service.not_the_api", "web page"},
		{"a redirect", "301 https://www.klyra.example/x", "", "none none none", "fail service.not_the_api", "redirects to https://www.klyra.example"},
		{"a portal", "511", "", "none none none", "fail service.not_the_api", "wants a login"},
		{"something", "404", "404", "none none key", "unknown service.not_the_api", "could not tell"},
		{"other JSON", `200 {"ok":true}`, `200 {"ok":true}`, "none none key", "unknown service.not_the_api", "could not tell"},
		{
			"a request lost", "401 missing_api_key", "0", "none none key",
			"warn service.degraded, pass service.reachable", "1 of 3 requests got no answer",
		},
		{"none answered", "0", "", "none none", "fail service.unreachable", "closed before an answer came"},
	} {
		s := &scripted{none: c.none, key: c.key}
		r := Run(inTime(t), catalog.ServiceCheck, keyTarget(s.start(t), testKey))
		if findingIDs(r) != c.want || !strings.Contains(r.Summary, c.says) {
			t.Errorf("%s:\ngot  %s: %s\nwant %s: …%s…", c.name, findingIDs(r), r.Summary, c.want, c.says)
		}
		if sent := s.sent(); sent != c.sent {
			t.Errorf("%s: sent %q, want %q", c.name, sent, c.sent)
		}
		for _, f := range r.Findings {
			if f.Status != Pass && f.Remedy == "" {
				t.Errorf("%s: %s has no remedy", c.name, f.ID)
			}
		}
	}
}

func TestServiceSendsNoUnusableKey(t *testing.T) {
	for _, key := range []string{"", "sk-ant-foreign", testKey + "\n", "${KEY}"} {
		s := &scripted{none: "401 missing_api_key"}
		r := Run(inTime(t), catalog.ServiceCheck, keyTarget(s.start(t), key))
		if s.sent() != "none none none" || r.Status != Pass {
			t.Errorf("key %q: sent %q, %+v", key, s.sent(), r)
		}
	}
}

func TestServiceShowsWhatSupportNeeds(t *testing.T) {
	api := apiOn(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cf-Ray", "8f2b-FRA")
		w.Header().Set("Date", "Mon, 04 May 2026 00:14:00 GMT")
		answerAs(w, "500 internal_server_error")
	})
	r := Run(inTime(t), catalog.ServiceCheck, Target{API: api})
	got := evidenceText(Result{Findings: r.Findings[:1]})
	for _, want := range []string{"request id=req_7", "cf-ray=8f2b-FRA", "date=Mon, 04 May 2026", "first request=500 internal_server_error, some_error, req_7"} {
		if !strings.Contains(got, want) {
			t.Errorf("evidence %q, want %q in it", got, want)
		}
	}
	// That it is nobody's fault here stands in the headline of a checklist, and its reason in what to do.
	if remedy := r.Remedy(); !strings.HasPrefix(remedy, "Retry with growing waits: a request without any content is answered so too") {
		t.Errorf("remedy %q", remedy)
	}
}

func TestServiceSlow(t *testing.T) {
	probes := func(took ...time.Duration) serviceProbes {
		var ps serviceProbes
		for _, d := range took {
			ps = append(ps, serviceProbe{exchange: exchange{answer: answer{status: 401, took: d}}, by: apiSender})
		}
		return ps
	}
	distant := probes(3 * time.Second)
	distant[0].stages.connected = 2 * time.Second
	if f, slow := serviceSlow(distant); !slow || !strings.Contains(f.Summary, "3 s for a request that is refused at once, most of it for connecting") {
		t.Errorf("a distant API: %+v", f)
	}
	for _, c := range []struct {
		ps   serviceProbes
		slow bool
	}{
		{probes(100*time.Millisecond, 9*time.Second, 200*time.Millisecond), false},
		{probes(2*time.Second, 3*time.Second, time.Millisecond), true},
		{probes(1999 * time.Millisecond), false},
	} {
		if f, slow := serviceSlow(c.ps); slow != c.slow || f.ID != "service.slow" || f.Status != Warn {
			t.Errorf("median %v: slow %v, %+v", c.ps.medianLatency(), slow, f)
		}
	}
}

func TestServiceWithUntrustedCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = quiet
	server.StartTLS()
	defer server.Close()
	api := mustAPI(t, server.URL)
	r := Run(inTime(t), catalog.ServiceCheck, Target{API: api})
	if findingIDs(r) != "fail service.unreachable" || !strings.Contains(r.Summary, "certificate is not trusted") {
		t.Errorf("%s: %s", findingIDs(r), r.Summary)
	}
	api.transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	api.transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	if r := Run(inTime(t), catalog.ServiceCheck, Target{API: api}); findingIDs(r) != "unknown service.not_the_api" {
		t.Errorf("trusted: %s: %s", findingIDs(r), r.Summary)
	}
}

func TestServiceWithoutTLS(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	r := Run(inTime(t), catalog.ServiceCheck, Target{API: mustAPI(t, strings.Replace(server.URL, "http:", "https:", 1))})
	if findingIDs(r) != "fail service.unreachable" || !strings.Contains(r.Summary, "does not speak TLS") {
		t.Errorf("%s: %s", findingIDs(r), r.Summary)
	}
}

// nameServer starts a name server on loopback and returns its address. It knows the root's name servers if it is told to, and answers
// everything else with one code.
func nameServer(t *testing.T, knowsRoot bool, code dnsmessage.RCode) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(packet[:n]) != nil {
				continue
			}
			m.Response, m.RecursionAvailable, m.RCode, m.Additionals = true, true, code, nil
			if q := m.Questions[0]; knowsRoot && q.Type == dnsmessage.TypeNS {
				m.RCode = dnsmessage.RCodeSuccess
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.NSResource{NS: dnsmessage.MustNewName("a.root-servers.net.")},
				}}
			}
			if reply, err := m.Pack(); err == nil {
				conn.WriteTo(reply, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

func resolverOver(network, address string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}}
}

func TestServiceShowsEachAnswerOnce(t *testing.T) {
	s := &scripted{none: "500 internal_server_error", key: "500 internal_server_error"}
	r := Run(inTime(t), catalog.ServiceCheck, keyTarget(s.start(t), testKey))
	if findingIDs(r) != "fail service.degraded, pass service.reachable" {
		t.Fatal(findingIDs(r))
	}
	seen := map[Evidence]bool{}
	for _, f := range r.Findings {
		for _, e := range f.Evidence {
			if seen[e] {
				t.Errorf("%s shows %v again", f.ID, e)
			}
			seen[e] = true
		}
		if len(f.Evidence) == 0 {
			t.Errorf("%s shows nothing", f.ID)
		}
	}
}

func TestServiceNameResolution(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	for _, c := range []struct {
		name     string
		resolver *net.Resolver
		want     string
		says     string
	}{
		{"no such name", dns.ResolverAt(nameServer(t, true, dnsmessage.RCodeNameError)), "fail service.unreachable", "no such host"},
		{"no name at all", dns.ResolverAt(nameServer(t, false, dnsmessage.RCodeNameError)), "unknown check.offline", "looks offline"},
		{"a resolver in trouble", dns.ResolverAt(nameServer(t, false, dnsmessage.RCodeServerFailure)), "unknown check.offline", "looks offline"},
		{"no resolver", resolverOver("tcp", dead.Addr().String()), "unknown check.offline", "looks offline"},
	} {
		api := mustAPI(t, "https://api.klyra.invalid")
		api.dialer.Resolver, api.spacing = c.resolver, 0
		target := keyTarget(api, testKey)
		r := Run(inTime(t), catalog.ServiceCheck, target)
		if findingIDs(r) != c.want || !strings.Contains(r.Summary, c.says) {
			t.Errorf("%s: %s: %s", c.name, findingIDs(r), r.Summary)
		}
		for _, check := range []catalog.Check{catalog.KeyCheck, catalog.LimitsCheck} {
			id := strings.Fields(c.want)[1]
			if r := Run(inTime(t), check, target); findingIDs(r) != "unknown "+id {
				t.Errorf("%s: %s check: %s", c.name, check, findingIDs(r))
			}
		}
	}
}

func TestSentBy(t *testing.T) {
	header := func(name, value string) http.Header { return http.Header{http.CanonicalHeaderKey(name): {value}} }
	for _, c := range []struct {
		name string
		answer
		want sender
	}{
		{"envelope", answer{status: 500, problem: &problem{Code: "x", RequestID: "req_1"}}, apiSender},
		{"known code alone", answer{status: 429, problem: &problem{Code: "rate_limit_exceeded"}}, apiSender},
		{"unknown code alone", answer{status: 500, problem: &problem{Code: "x"}}, unclearSender},
		{"envelope through Cloudflare", answer{status: 500, header: header("cf-ray", "1"), problem: &problem{Code: "timeout"}}, apiSender},
		{"envelope out of a cache", answer{status: 404, header: header("Age", "30"), problem: &problem{Code: "timeout"}}, edgeSender},
		{"cache hit", answer{status: 404, header: header("CF-Cache-Status", "HIT")}, edgeSender},
		{"fresh from a cache", answer{status: 404, header: header("Age", "0")}, unclearSender},
		{"cf-ray alone", answer{status: 404, header: header("cf-ray", "1")}, unclearSender},
		{"challenge", answer{status: 403, header: header("cf-mitigated", "challenge")}, edgeSender},
		{"error type", answer{status: 403, header: header("cf-error-type", "1020")}, edgeSender},
		{"plain code", answer{status: 429, body: []byte("error code: 1015")}, edgeSender},
		{"a database's number", answer{status: 500, body: []byte("ERROR 1045 (28000)")}, unclearSender},
		{"a number that only looks like one", answer{status: 404, body: []byte("error code: 10155")}, unclearSender},
		{"load balancer", answer{status: 503, header: header("Server", "awselb/2.0")}, edgeSender},
		{"CloudFront", answer{status: 502, header: header("X-Cache", "Error from cloudfront")}, edgeSender},
		{"page by its type", answer{status: 200, header: header("Content-Type", "text/html; charset=utf-8")}, strangerSender},
		{"page by its bytes", answer{status: 200, body: []byte("\n <!DOCTYPE HTML><title>")}, strangerSender},
		{"redirect", answer{status: 302}, strangerSender},
		{"not modified", answer{status: 304}, unclearSender},
		{"bad gateway without words", answer{status: 502}, unclearSender},
		{"rate-limit headers", answer{status: 404, header: header("X-RateLimit-Limit", "60")}, apiSender},
	} {
		if got, why := sentBy(c.answer); got != c.want || why == "" {
			t.Errorf("%s: %d (%s), want %d", c.name, got, why, c.want)
		}
	}
	for status := range originTrouble {
		if got, _ := sentBy(answer{status: status}); got != edgeSender {
			t.Errorf("%d: %d", status, got)
		}
	}
}

func TestRedirectHost(t *testing.T) {
	for location, want := range map[string]string{
		"https://user:pw@h.example:8443/x?token=1": "https://h.example:8443",
		"//h.example/x": "h.example",
		"/x?token=1":    "another path of the same host",
		"":              "no address at all",
		"https://%zz":   "an address that cannot be read",
	} {
		if got := (answer{header: http.Header{"Location": {location}}}).redirectHost(); got != want {
			t.Errorf("%q: %q, want %q", location, got, want)
		}
	}
}

func FuzzSentBy(f *testing.F) {
	f.Add(403, "text/html", "<html>error code: 1020", "https://h/")
	f.Add(429, "application/json", `{"error":{"code":"rate_limit_exceeded","reset_at":1e400}}`, "::")
	f.Fuzz(func(t *testing.T, status int, kind, body, location string) {
		a := answer{
			status: status, body: []byte(body), problem: readProblem([]byte(body)),
			header: http.Header{"Content-Type": {kind}, "Location": {location}},
		}
		if _, why := sentBy(a); why == "" {
			t.Error("no reason")
		}
		if classify(exchange{answer: a}) == 0 {
			t.Error("no class")
		}
	})
}

func ExampleRun() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"error":{"code":"missing_api_key","type":"authentication_error","request_id":"req_1"}}`)
	}))
	defer server.Close()
	api, err := NewAPI(server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := Run(context.Background(), catalog.ServiceCheck, Target{API: api})
	fmt.Println(r.Status, r.Findings[0].ID)
	// Output: pass service.reachable
}

// What gateways, hosts and other products say for themselves, written as in key_servers_test.go.
func TestServiceNamesWhoAnswers(t *testing.T) {
	const secret = "Bearer " + testKey + " token=" + testKey
	for _, c := range []struct{ name, answer, want, says string }{
		{"CloudFront", "502\nX-Cache: Error from cloudfront\nContent-Type: text/html\n\n<html><title>ERROR</title>", "fail service.edge_error", "CloudFront made it"},
		{"nginx", "504\nContent-Type: text/html\n\n<html><title>504 Gateway Time-out</title>", "fail service.edge_error", "a web page with status 504"},
		{"nginx, untouched", "200\nContent-Type: text/html\n\n<html><title>Welcome to nginx!</title>", "fail service.not_the_api", "a web page (status 200)"},
		{"Varnish", "503\nServer: Varnish\nContent-Type: text/html\n\n<?xml?><html><title>503 Backend fetch failed</title>", "fail service.edge_error", "a web page with status 503"},
		{"Fastly", "500\nContent-Type: text/plain\n\nFastly error: unknown domain: api.example", "fail service.edge_error", "Fastly does not know this host"},
		{"Akamai", "403\nServer: AkamaiGHost\nContent-Type: text/html\n\n<HTML><TITLE>Access Denied</TITLE>", "fail service.edge_error", "a web page with status 403"},
		{"Envoy without a server", "503\nServer: envoy\nContent-Type: text/plain\n\nno healthy upstream", "fail service.edge_error", "Envoy has no server behind it that works"},
		{"Envoy without a connection", "503\n\nupstream connect error or disconnect/reset before headers", "fail service.edge_error", "Envoy could not connect"},
		{"Envoy, waiting", "504\n\nupstream request timeout", "fail service.edge_error", "did not answer in time"},
		{"Envoy, overloaded", "503\nX-Envoy-Overloaded: true\n\n", "fail service.edge_error", "Envoy made it (X-Envoy-Overloaded: true)"},
		{"HAProxy", "503\nContent-Type: text/html\n\n<html><h1>503 Service Unavailable</h1>", "fail service.edge_error", "a web page with status 503"},
		{"Traefik", "404\nContent-Type: text/plain\n\n404 page not found", "unknown service.not_the_api", "could not tell"},
		{"an ingress", "404\nContent-Type: text/plain\n\ndefault backend - 404", "fail service.edge_error", "knows no service for this host"},
		{"AWS", inJSON(502, `{"message":"Internal server error"}`) + " ", "fail service.degraded", "nothing tells whether"},
		{"AWS, by its header", "502\nX-Amzn-Errortype: InternalServerErrorException\n\n{}", "fail service.edge_error", "a gateway of AWS made it"},
		{"Google", "502\nVia: 1.1 google\nContent-Type: text/html\n\n<html><title>502 Server Error</title>", "fail service.edge_error", "a web page with status 502"},
		{"Vercel", "404\nX-Vercel-Error: DEPLOYMENT_NOT_FOUND\n\nThe deployment could not be found on Vercel.", "fail service.edge_error", "Vercel made it"},
		{"ngrok", "404\nNgrok-Error-Code: ERR_NGROK_3200\nContent-Type: text/html\n\n<html>", "fail service.edge_error", "ngrok made it (Ngrok-Error-Code: ERR_NGROK_3200)"},
		{"S3", "403\nServer: AmazonS3\nX-Amz-Bucket-Region: eu-west-1\n\n<Error><Code>AccessDenied</Code></Error>", "fail service.not_the_api", "it is Amazon S3"},
		{"a filter", "403\nServer: Zscaler/6.2\nContent-Type: text/html\n\n<html><title>Internet Security</title>", "fail service.edge_error", "a web page with status 403"},
		{"a portal that redirects", "302\nLocation: http://portal.example/login?mac=aa\n\n", "fail service.not_the_api", "it redirects to http://portal.example"},
		{"a portal that says so", "511\nContent-Type: text/html\n\n<html>", "fail service.not_the_api", "a network wants a login"},
		{"a portal with a 200", "200\nContent-Type: text/html\n\n<HTML><TITLE>Success</TITLE>", "fail service.not_the_api", "a web page (status 200)"},
		{"a wall with a password", "401\nWww-Authenticate: Basic realm=\"staging\"\n\nUnauthorized", "fail service.not_the_api", "it wants a user name and a password"},
		{"OpenAI", "401\nOpenai-Version: 2020-10-01\n\n" + envelope("invalid_api_key"), "fail service.not_the_api", "it is OpenAI's API"},
		{"Stripe", "401\nStripe-Version: 2024-01-01\n\n{}", "fail service.not_the_api", "it is Stripe's API"},
		{"Elasticsearch", "200\nX-Elastic-Product: Elasticsearch\n\n{}", "fail service.not_the_api", "it is Elasticsearch"},
		{"a banner", inJSON(200, `{"name":"Klyra API","version":"3.2.1"}`), "unknown service.not_the_api", "could not tell"},
		{"nothing", "200\n\n", "unknown service.not_the_api", "could not tell"},
		{"maintenance", "503\nRetry-After: 3600\n\n{\"message\":\"Down\"}", "fail service.degraded", "nothing tells whether"},
		{"a page with the key on it", "503\nContent-Type: text/html\n\n<html><title>" + secret + "</title>", "fail service.edge_error", "a web page with status 503"},
		{"headers with the key in them", "503\nX-Request-Id: " + testKey + "\nCf-Ray: " + testKey + "-FRA\nServer: " + testKey + "\n\n" + envelope("service_unavailable"), "fail service.degraded, pass service.reachable", "503"},
	} {
		target := keyTarget(apiOn(t, func(w http.ResponseWriter, r *http.Request) { keyServer{}.write(w, r, c.answer) }), testKey)
		r := Run(inTime(t), catalog.ServiceCheck, target)
		if findingIDs(r) != c.want || !strings.Contains(r.Summary, c.says) || r.Status != Pass && r.Remedy() == "" {
			t.Errorf("%s:\ngot  %s: %s\nwant %s: …%s…", c.name, findingIDs(r), r.Summary, c.want, c.says)
		}
		if c.name == "maintenance" && !strings.Contains(evidenceText(r), "Retry-After=3600") {
			t.Errorf("%s: %s", c.name, evidenceText(r))
		}
		if text := fmt.Sprintf("%+v", r); holdsPart(text, testKey) {
			t.Errorf("%s: the key shows in %s", c.name, text)
		}
	}
}
