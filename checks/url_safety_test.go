package checks

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
)

// TestURLCancelled cancels the check in each of its phases.
func TestURLCancelled(t *testing.T) {
	for _, raw := range []string{
		"https://unanswered.example.com/",
		"https://dropped.example.com/",
		"https://mute.example.com/",
		"http://media.example.com/raw/silent",
		"https://media.example.com/body/png?way=hang",
		"http://media.example.com/raw/page",
	} {
		w := newWorld(t)
		before := runtime.NumGoroutine()
		took := cancelStuck(t, w, raw)
		for try := 0; took > atOnce && try < 2; try++ { // other work on this machine delays too
			took = cancelStuck(t, w, raw)
		}
		if took > atOnce {
			t.Errorf("%s: returned %v after the cancellation", raw, took)
		}
		noMoreGoroutines(t, raw, before)
	}
}

// TestComparisonCancelled cancels the check during a comparing request, a second handshake with old versions, and
// handshakes with several addresses.
func TestComparisonCancelled(t *testing.T) {
	w := newWorld(t)
	for raw, answers := range map[string][]string{
		"http://media.example.com/":  {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"},
		"https://media.example.com/": {"\x15\x03\x03\x00\x02\x02\x28"},
		"https://half.example.com/":  {},
	} {
		took := time.Hour
		for try := 0; took > atOnce && try < 3; try++ { // other work on this machine delays too
			before := runtime.NumGoroutine()
			took = cancelComparison(t, w, raw, answers)
			noMoreGoroutines(t, raw, before+1) // the server's own
		}
		if took > atOnce {
			t.Errorf("%s: returned %v after the cancellation", raw, took)
		}
	}
}

// cancelComparison cancels a check once a server has given its answers and is asked once more, and returns how long
// it took to end.
func cancelComparison(t *testing.T, w *world, raw string, answers []string) time.Duration {
	t.Helper()
	served, stuck := make(chan string, len(answers)), make(chan bool, 10)
	for _, answer := range answers {
		served <- answer
	}
	server := rawServer(t, func(conn net.Conn) {
		conn.Read(make([]byte, 4096))
		select {
		case answer := <-served:
			conn.Write([]byte(answer))
		default:
			stuck <- true
			io.Copy(io.Discard, conn)
		}
	})
	n := w.at(server, server)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan Result, 1)
	go func() { done <- n.checkURL(ctx, urlTarget(t, "", raw)) }()
	<-stuck
	start := time.Now()
	cancel()
	<-done
	return time.Since(start)
}

// cancelStuck cancels a check once a server was asked that does not answer, and returns how long it took to end.
func cancelStuck(t *testing.T, w *world, raw string) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan Result, 1)
	go func() { done <- w.checkURL(ctx, urlTarget(t, "", raw)) }()
	phase := <-w.stuck
	start := time.Now()
	cancel()
	r := <-done
	took := time.Since(start)
	if len(r.Findings) == 0 || r.Findings[0].ID != "check.cancelled" || !strings.Contains(r.Findings[0].Summary, phase) {
		t.Errorf("%s: want check.cancelled while %s, got\n%s", raw, phase, texts(r))
	}
	return took
}

// noMoreGoroutines waits until what a check started has ended.
func noMoreGoroutines(t *testing.T, what string, before int) {
	t.Helper()
	end := time.Now().Add(2 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%s: %d goroutines before, %d after\n%s", what, before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
		runtime.Gosched()
	}
}

func TestURLOutOfTime(t *testing.T) {
	w := newWorld(t)
	cases := map[string]string{
		"https://dropped.example.com/":                "check.timeout unknown; view.not_reached skip",
		"https://media.example.com/body/png?way=hang": "body.slow unknown",
	}
	for raw, want := range cases {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		r := w.checkURL(ctx, urlTarget(t, "", raw))
		cancel()
		if got := verdicts(r); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
}

func TestURLOffline(t *testing.T) {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := internet
	n.nameServer = l.LocalAddr().String()
	l.Close() // nobody listens there now
	r := n.checkURL(t.Context(), urlTarget(t, "", "https://media.example.com/"))
	if got := verdicts(r); got != "check.offline unknown; view.not_reached skip" {
		t.Error(texts(r))
	}
}

// A name server that knows no name at all, not even the root's, says nothing of the one that is asked for.
func TestURLOfflineWithANameServer(t *testing.T) {
	for _, c := range []struct {
		knowsRoot bool
		code      dnsmessage.RCode
		want      string
	}{
		{false, dnsmessage.RCodeNameError, "check.offline unknown; view.not_reached skip"},
		{false, dnsmessage.RCodeServerFailure, "check.offline unknown; view.not_reached skip"},
		{false, dnsmessage.RCodeRefused, "check.offline unknown; view.not_reached skip"},
		{true, dnsmessage.RCodeNameError, "dns.not_found fail; view.not_reached skip"},
	} {
		n := internet
		n.nameServer = nameServer(t, c.knowsRoot, c.code)
		r := n.checkURL(inTime(t), urlTarget(t, "", "https://media.example.com/"))
		if got := verdicts(r); got != c.want {
			t.Errorf("root known: %v, code %v: %s", c.knowsRoot, c.code, texts(r))
		}
	}
}

func TestURLMissing(t *testing.T) {
	r := Run(t.Context(), catalog.URLCheck, urlTarget(t, "", ""))
	if got := verdicts(r); got != "check.no_input skip" || r.Status != Skip {
		t.Error(texts(r))
	}
}

// TestURLClientIsBare holds that the user's server sees neither a key nor a cookie nor where we came from.
func TestURLClientIsBare(t *testing.T) {
	w := newWorld(t)
	target := urlTarget(t, "", "https://me:hunter2@media.example.com/moved")
	target.Keys = []Key{{Secret: safe.NewSecret("klyra_0123456789abcdef0123"), Source: "typed"}}
	r := w.checkURL(t.Context(), target)
	if len(w.asked()) != 2 {
		t.Fatalf("%d requests, want 2\n%s", len(w.asked()), texts(r))
	}
	for _, req := range w.asked() {
		for _, name := range []string{"Authorization", "Cookie", "Referer"} {
			if got := req.Header.Get(name); got != "" {
				t.Errorf("%s was sent %s: %s", req.URL, name, got)
			}
		}
		if got := req.Header.Get("Accept-Encoding"); got != "identity" {
			t.Errorf("Accept-Encoding is %q", got)
		}
	}
	if said := texts(r); strings.Contains(said, "hunter2") || strings.Contains(said, "0123456789abcdef") {
		t.Errorf("a secret is shown:\n%s", said)
	}
}

func TestURLNotContacted(t *testing.T) {
	w := newWorld(t)
	target := urlTarget(t, "", "http://private.example.com/body/png")
	target.URLPasted = true
	w.checkURL(t.Context(), target)
	w.checkURL(t.Context(), urlTarget(t, "", "https://media.example.com/to?u="+escaped("http://private.example.com/secret")))
	for _, req := range w.asked() {
		if req.Host == "private.example.com" {
			t.Errorf("%s was asked", req.URL)
		}
	}
}

// TestURLOnTheAPI holds that the API's own loopback host counts as public, and only with its own port.
func TestURLOnTheAPI(t *testing.T) {
	w := &world{}
	server := httptest.NewServer(w.handler())
	defer server.Close()
	other := httptest.NewServer(w.handler())
	defer other.Close()
	cases := map[string]string{
		"/body/png":                 "view.public pass",
		server.URL + "/body/png":    "view.public pass",
		"/to?u=/body/png":           "view.public pass",
		"/to?u=" + other.URL + "/a": "url.port warn; http.redirect_private fail; view.not_reached skip",
		other.URL + "/body/png":     "url.port warn; dns.private_address fail",
	}
	for raw, want := range cases {
		r := checkURL(t.Context(), urlTarget(t, server.URL, raw))
		if got := verdicts(r); got != want {
			t.Errorf("%s: %s, want %s\n%s", raw, got, want, texts(r))
		}
	}
}

func TestURLBehindAProxy(t *testing.T) {
	w := newWorld(t)
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		w.serveFixture(rw, r)
	}))
	defer proxy.Close()
	address, err := url.Parse("http://me:hunter2@" + proxy.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		url, want string
		pasted    bool
		requests  int // of the proxy
	}{
		{"http://nothere.example.com/status/418", "dns.not_found unknown; view.proxy warn; view.not_reached skip", false, 1},
		{"http://down.example.com/status/418", "tcp.refused unknown; view.proxy warn; view.not_reached skip", false, 1},
		{"http://down.example.com/status/418", "tcp.refused unknown; view.proxy warn; view.not_reached skip", true, 0},
		{"https://expired.example.com/", "tls.expired fail; view.proxy pass; view.not_reached skip", false, 0},
		{"http://media.example.com/body/png", "view.proxy pass; view.public pass", false, 0},
	}
	for _, c := range cases {
		asked = nil
		target := urlTarget(t, "", c.url)
		target.URLPasted, target.Proxy = c.pasted, http.ProxyURL(address)
		r := w.checkURL(t.Context(), target)
		if got := verdicts(r); got != c.want || len(asked) != c.requests {
			t.Errorf("%s: %s and %q asked through the proxy\n%s", c.url, got, asked, texts(r))
		}
		if said := texts(r); strings.Contains(said, "hunter2") || c.requests > 0 && !strings.Contains(said, "HTTP 418") {
			t.Errorf("%s:\n%s", c.url, said)
		}
	}
}

// TestDialJudged uses the real dialer: an address of another kind than the judged one is not connected to.
func TestDialJudged(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	to := netip.MustParseAddrPort(l.Addr().String())
	if conn, err := dialJudged(t.Context(), to, ""); !errors.Is(err, errOtherNetwork) {
		t.Errorf("dialled a loopback address as a public one: %v, %v", conn, err)
	}
	conn, err := dialJudged(t.Context(), to, "loopback")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

// TestURLMemory holds that a body of any size is not kept.
func TestURLMemory(t *testing.T) {
	w := newWorld(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := w.checkURL(t.Context(), urlTarget(t, "", "https://media.example.com/endless"))
	runtime.ReadMemStats(&after)
	if got := verdicts(r); got != "view.public pass" || !strings.Contains(texts(r), "more than 67,108,864 bytes") {
		t.Fatal(texts(r))
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d MiB were allocated for a body of 64 MiB", used>>20)
	}
}

func TestURLOfTheHostsFile(t *testing.T) {
	server := httptest.NewServer((&world{}).handler())
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	r := checkURL(t.Context(), urlTarget(t, "", "http://localhost:"+port+"/body/png"))
	if said := texts(r); r.judged().Status != Fail || !strings.Contains(said, "hosts file") || !strings.Contains(said, "url.local_name fail") {
		t.Error(said)
	}
}

// TestURLMetadata holds that a cloud's metadata service is not contacted, typed or not.
func TestURLMetadata(t *testing.T) {
	w := newWorld(t)
	w.dial = func(_ context.Context, to netip.AddrPort, _ string) (net.Conn, error) {
		t.Errorf("%s was dialled", to)
		return nil, errOtherNetwork
	}
	r := w.checkURL(t.Context(), urlTarget(t, "", "http://169.254.169.254/latest/meta-data/"))
	if got := verdicts(r); got != "dns.private_address fail; view.not_reached skip" {
		t.Error(texts(r))
	}
}

// TestPrivateAddressRemedy: only a name can have another address elsewhere.
func TestPrivateAddressRemedy(t *testing.T) {
	for host, named := range map[string]bool{"private.example.com": true, "10.0.0.10": false, "[fd00::10]": false} {
		h := &hop{url: &url.URL{Scheme: "http", Host: host}, kind: "private"}
		f := privateAddress(h, []netip.Addr{netip.MustParseAddr("10.0.0.10")}, "")
		if strings.Contains(f.Remedy, "If the name has another address") != named {
			t.Errorf("%s: %s", host, f.Remedy)
		}
	}
}

// BenchmarkURLCheck is the whole check of a small image on loopback.
func BenchmarkURLCheck(b *testing.B) {
	server := httptest.NewServer((&world{}).handler())
	defer server.Close()
	target := urlTarget(b, server.URL, "/body/png")
	for b.Loop() {
		checkURL(b.Context(), target)
	}
}
