package checks

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks/dns"
)

// TestRedirects follows one Location each, from http://media.example.com/to.
func TestRedirects(t *testing.T) {
	w := newWorld(t)
	const unreached = "; view.not_reached skip"
	for _, c := range []struct{ location, want, text string }{
		{"/body/png", "view.public pass", "hop 2: http://media.example.com/body/png"},
		{"body/png", "view.public pass", "hop 2: http://media.example.com/body/png"},
		{"?type=image/png", "http.bad_location fail" + unreached, "none"}, // to itself, which then has no target
		{"//other.example.com/body/png", "view.public pass", "hop 2: http://other.example.com/body/png"},
		{"https://media.example.com/body/png", "view.public pass", "hop 2: https://media.example.com/body/png"},
		{"HTTP://MEDIA.example.com/body/png", "view.public pass", "hop 2: http://MEDIA.example.com/body/png"},
		{"https://media.example.com/body/png#part", "view.public pass", ""},
		{"http://media.example.com/to", "http.bad_location fail" + unreached, "there is no Location header"},
		{"https:///body/png", "http.bad_location fail" + unreached, "https:///body/png"},
		{"http://media.example.com:port/", "http.bad_location fail" + unreached, ""},
		{"http://[::1", "http.bad_location fail" + unreached, ""},
		{"/%zz", "http.bad_location fail" + unreached, "/%zz"},
		{"\x00", "http.server_error fail" + unreached, "header"},
		{"http://media.example.com:8080/body/png", "url.port warn; view.public pass", "a redirect of: http://media.example.com/to"},
		{"http://media.example.com:0/", "url.port fail" + unreached, "a redirect of"},
		{"file:///etc/passwd", "url.scheme fail" + unreached, "a redirect of"},
		{"data:image/png;base64,AAAA", "url.scheme fail" + unreached, "leads to: data:image/png"},
		{"javascript:alert(1)", "url.scheme fail" + unreached, "a redirect of"},
		{"ftp://media.example.com/a.png", "url.scheme fail" + unreached, "a redirect of"},
		{"http://2130706433/", "url.host fail" + unreached, "a redirect of"},
		{"http://169.254.169.254/latest/", "http.redirect_private fail" + unreached, "was not followed"},
		{"http://127.0.0.1/", "http.redirect_private fail" + unreached, "loopback"},
		{"http://[::ffff:10.0.0.1]/", "http.redirect_private fail" + unreached, "private"},
		{"http://private.example.com/", "http.redirect_private fail" + unreached, "10.0.0.10"},
		{"http://mixed.example.com/body/png", "view.public pass", ""},
		{"http://printer.local/body/png", "url.local_name fail", "a redirect of"},
		{"http://nothere.example.com/", "dns.not_found fail" + unreached, "NXDOMAIN"},
		{"http://down.example.com/", "tcp.refused fail" + unreached, ""},
		{"https://expired.example.com/", "tls.expired fail" + unreached, ""},
		{"/status/404", "http.not_found fail" + unreached, ""},
		{"/login/page", "http.login_page fail", ""},
		{"/accounts/page?next=/a&code=1", "http.login_page fail", ""},
		{"/session", "http.cookies_required fail" + unreached, "seems to wait"},
		{"/circle/a", "http.redirect_loop fail" + unreached, "back to"},
	} {
		n := w.network
		n.dial = func(ctx context.Context, to netip.AddrPort, kind string) (net.Conn, error) {
			if dns.AddressKind(to.Addr()) != "" {
				t.Errorf("%s: %s was dialled", c.location, to)
			}
			return w.dial(ctx, to, kind)
		}
		r := n.checkURL(t.Context(), urlTarget(t, "", "http://media.example.com/to?u="+escaped(c.location)))
		said := texts(r)
		if got := verdicts(r); got != c.want || !strings.Contains(said, c.text) {
			t.Errorf("%q: want %s and %q\n%s", c.location, c.want, c.text, said)
		}
	}
}

// TestLoginByStatus leads to a place for signing in that answers with no page, but with a status.
func TestLoginByStatus(t *testing.T) {
	w := newWorld(t)
	n := w.at(plainHTTP(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth2/authorize" {
			rw.WriteHeader(http.StatusForbidden)
			return
		}
		http.Redirect(rw, r, "/oauth2/authorize", http.StatusFound)
	})))
	r := n.checkURL(t.Context(), urlTarget(t, "", "http://media.example.com/a.png"))
	if got := verdicts(r); got != "http.login_page fail; view.not_reached skip" {
		t.Error(texts(r))
	}
}

// TestPageRedirects reads pages that send browsers on by themselves.
func TestPageRedirects(t *testing.T) {
	for page, want := range map[string]string{
		`<meta http-equiv="refresh" content="0; url=https://cdn.example.com/a.png">`:    "https://cdn.example.com/a.png",
		`<META content="x" HTTP-EQUIV=Refresh CONTENT='5;URL="/next?a=1&amp;b=2"'>`:     "/next?a=1&b=2",
		`<script>window.location.href = "https://cdn.example.com/b.png"</script>`:       "https://cdn.example.com/b.png",
		`<script>allocation.replace('x'); document.location.replace("/c.png")</script>`: "/c.png",
		`<script>location.href='/d.png'</script>`:                                       "/d.png",
		`<script>window.location.assign("/e.png")</script>`:                             "/e.png",
		`<meta http-equiv="refresh" content="30">`:                                      "",
		`<p>window.location is a property</p>`:                                          "",
	} {
		got := ""
		if told := pageRedirect(nil, []byte(page)); told != nil {
			got = told[0].Value
		}
		if got != want {
			t.Errorf("%s: %q, want %q", page, got, want)
		}
	}
	if told := pageRedirect(http.Header{"Refresh": {"0; url=/next.png"}}, nil); len(told) != 2 || told[0].Value != "/next.png" {
		t.Errorf("the header: %v", told)
	}
	w := newWorld(t)
	body := escaped("<!DOCTYPE html><title>Moved</title><meta http-equiv=refresh content='0;url=/a.png'>")
	r := w.checkURL(t.Context(), urlTarget(t, "", "http://media.example.com/status/200?h=Content-Type:+text/html&body="+body))
	if said := texts(r); verdicts(r) != "body.html_page fail" || !strings.Contains(said, "sends browsers on to: /a.png") {
		t.Error(said)
	}
}

// TestNothingIsCarriedAlong follows redirects across hosts, ports, sub-domains and schemes, with cookies set and a
// password in a Location: no request carries a key, a cookie, a Referer or a password.
func TestNothingIsCarriedAlong(t *testing.T) {
	const key = "klyra_0123456789abcdef0123"
	w := newWorld(t)
	way := []string{
		"https://me:hunter2@media.example.com/one", "http://media.example.com/two", "http://media.example.com:8080/three",
		"https://evil.media.example.com/four", "https://me:hunter2@media.example.com/five", "/six",
	}
	handler := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests = append(w.requests, r.Clone(context.Background()))
		at := len(w.requests)
		w.mu.Unlock()
		rw.Header().Set("Set-Cookie", "session=1; Domain=example.com; Path=/")
		rw.Header().Set("WWW-Authenticate", `Basic realm="give me the key"`)
		if at == len(way) {
			rw.Header().Set("Content-Type", "image/png")
			rw.Write(fixtures["png"])
			return
		}
		rw.Header().Set("Location", way[at])
		rw.WriteHeader(http.StatusTemporaryRedirect)
	})
	root := newAuthority("Test Root", nil)
	secure := httptest.NewUnstartedServer(handler)
	secure.TLS = serverConfig(root.issue(certWish{names: []string{"media.example.com", "evil.media.example.com"}}))
	secure.StartTLS()
	defer secure.Close()
	plain := plainHTTP(t, handler)
	n := w.network
	n.nameServer = (&world{names: map[string]dnsRecord{"media.example.com": {a: "93.184.216.1"}, "evil.media.example.com": {a: "93.184.216.1"}}}).serveDNS(t)
	n.roots = poolOf(root)
	n.mozilla = w.mozilla
	n.dial = func(ctx context.Context, to netip.AddrPort, _ string) (net.Conn, error) {
		server := plain
		if to.Port() == 443 {
			server = secure.Listener.Addr().String()
		}
		return new(net.Dialer).DialContext(ctx, "tcp", server)
	}
	target := urlTarget(t, "", way[0])
	target.Keys = []Key{{Secret: safe.NewSecret(key), Source: "typed"}}
	r := n.checkURL(t.Context(), target)
	if got := len(w.asked()); got != len(way) {
		t.Fatalf("%d requests, want %d\n%s", got, len(way), texts(r))
	}
	for _, req := range w.asked() {
		body, err := io.ReadAll(req.Body)
		if err != nil || len(body) > 0 || req.Method != http.MethodGet {
			t.Errorf("%s %s with a body of %d bytes: %v", req.Method, req.URL, len(body), err)
		}
		if header := fmt.Sprint(req.Header); len(req.Header) != 4 || carried(req, key) || carried(req, "hunter2") || strings.Contains(header, "session") || req.Referer() != "" {
			t.Errorf("%s carried %s", req.URL, header)
		}
	}
	if said := texts(r); strings.Contains(said, "hunter2") || strings.Contains(said, key) {
		t.Errorf("a secret is shown:\n%s", said)
	}
}
