package checks

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// at returns the world's network with the given servers in place of its own: the first one stands behind
// media.example.com and the first address of half.example.com, the second behind the other address of that.
func (w *world) at(servers ...string) network {
	n := w.network
	n.dial = func(ctx context.Context, to netip.AddrPort, _ string) (net.Conn, error) {
		server := servers[0]
		if to.Addr().As4()[3] == 101 {
			server = servers[1]
		}
		return new(net.Dialer).DialContext(ctx, "tcp", server)
	}
	return n
}

// certify returns a certificate of the authority by a template, of which only what matters needs to be filled.
func (a authority) certify(template x509.Certificate) authority {
	template.SerialNumber = big.NewInt(4)
	if template.NotBefore.IsZero() {
		template.NotBefore = time.Now().Add(-time.Hour)
	}
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(900 * time.Hour)
	}
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageDigitalSignature
	if template.IsCA {
		template.KeyUsage = x509.KeyUsageCertSign
	}
	key := newCertKey()
	return authority{cert: signed(&template, a.cert, key, a.key), key: key}
}

// sending is the certificate that a server sends with others.
func sending(sent []authority) tls.Certificate {
	cert := tls.Certificate{PrivateKey: sent[0].key}
	for _, s := range sent {
		cert.Certificate = append(cert.Certificate, s.cert.Raw)
	}
	return cert
}

func poolOf(authorities ...authority) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, a := range authorities {
		pool.AddCert(a.cert)
	}
	return pool
}

// chainCase is a chain that a server sends to a machine that trusts some roots.
type chainCase struct {
	name string
	sent []authority
	here []authority // the roots of this machine
	want string
	text []string
}

// chainCases are made of one public authority, which Mozilla's list has, and others, which it has not.
func chainCases(public authority) []chainCase {
	names := []string{"media.example.com"}
	site := x509.Certificate{DNSNames: names}
	siteWithURL := x509.Certificate{DNSNames: names, IssuingCertificateURL: []string{"http://ca.example.com/r3.crt"}}
	siteInside := x509.Certificate{DNSNames: names, IssuingCertificateURL: []string{"ldap:///CN=CA", "http://pki.corp/ca.crt"}}
	ca := func(name string) x509.Certificate {
		return x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true}
	}

	r3 := public.certify(ca("R3"))
	upper := public.certify(ca("Upper"))
	lowerTemplate := ca("Lower")
	lowerTemplate.IssuingCertificateURL = []string{"http://ca.example.com/upper.crt"}
	lower := upper.certify(lowerTemplate)
	pastTemplate := ca("R3")
	pastTemplate.NotBefore, pastTemplate.NotAfter = time.Now().Add(-99*time.Hour), time.Now().Add(-time.Hour)
	past := authority{cert: signed(withSerial(pastTemplate), public.cert, r3.key, public.key), key: r3.key}
	company, stranger := newAuthority("Company Root", nil), newAuthority("Stranger", nil)
	zscaler := newAuthority("Zscaler Root CA", nil)
	origin := newAuthority("CloudFlare Origin SSL Certificate Authority", nil)
	staging := newAuthority("(STAGING) Pretend Pear X1", nil)
	weak := site
	weak.SignatureAlgorithm = x509.ECDSAWithSHA1
	noAuthority := public.certify(x509.Certificate{Subject: pkix.Name{CommonName: "shop.example.org"}, DNSNames: []string{"shop.example.org"}})
	only := func(a authority) []authority { return []authority{a} }
	return []chainCase{
		{"whole", []authority{r3.certify(site), r3}, only(public), "view.public pass", nil},
		{"out of order", []authority{lower.certify(site), upper, lower}, only(public), "view.public pass", nil},
		{"with the root", []authority{r3.certify(site), r3, public}, only(public), "view.public pass", nil},

		{"missing, unknown here", only(r3.certify(siteWithURL)), only(public), "tls.incomplete_chain fail; view.not_reached skip", []string{"missing: R3", "http://ca.example.com/r3.crt", "fullchain.pem"}},
		{"missing, known here", only(r3.certify(siteWithURL)), []authority{public, r3}, "tls.incomplete_chain fail", []string{"works here", "missing: R3", "http://ca.example.com/r3.crt"}},
		{"missing further up", []authority{lower.certify(site), lower}, only(public), "tls.incomplete_chain fail; view.not_reached skip", []string{"missing: Upper", "upper.crt"}},
		{"another one in its place", []authority{r3.certify(siteWithURL), upper}, only(public), "tls.incomplete_chain fail; view.not_reached skip", []string{"missing: R3", "2. Upper"}},
		{"ended, known anew here", []authority{r3.certify(site), past}, []authority{public, r3}, "tls.incomplete_chain fail", []string{"works here", "missing: R3"}},
		{"ended", []authority{r3.certify(site), past}, only(public), "tls.expired fail; view.not_reached skip", []string{"certificate of R3 expired"}},

		{"of the company, trusted here", only(company.certify(site)), []authority{public, company}, "tls.unknown_authority unknown", []string{"this machine trusts", "TLS inspection", "Company Root"}},
		{"of an inspecting proxy, trusted here", only(zscaler.certify(site)), []authority{public, zscaler}, "tls.unknown_authority unknown", []string{"cannot be seen from here"}},
		{"of an inspecting proxy", []authority{zscaler.certify(site), zscaler}, only(public), "tls.unknown_authority unknown; view.not_reached skip", []string{"cannot be seen from here"}},
		{"of the company", []authority{company.certify(site), company}, only(public), "tls.unknown_authority fail; view.not_reached skip", []string{"neither this machine nor Mozilla"}},
		{"of the company, with addresses inside", only(company.certify(siteInside)), only(public), "tls.unknown_authority fail; view.not_reached skip", []string{"neither this machine nor Mozilla"}},
		{"for Cloudflare alone", only(origin.certify(site)), only(public), "tls.unknown_authority fail; view.not_reached skip", []string{"past Cloudflare"}},
		{"of the staging system", only(staging.certify(siteWithURL)), only(public), "tls.unknown_authority fail; view.not_reached skip", []string{"staging"}},
		{"roots missing here", []authority{r3.certify(site), r3}, only(stranger), "tls.unknown_authority unknown; view.not_reached skip", []string{"ca-certificates"}},
		{"self-signed", only(newAuthority("media.example.com", names)), only(public), "tls.self_signed fail; view.not_reached skip", nil},
		{"default certificate", only(newAuthority("Kubernetes Ingress Controller Fake Certificate", names)), only(public), "tls.self_signed fail; view.not_reached skip", []string{"none is set up for this name"}},
		{"SHA-1", []authority{r3.certify(weak), r3}, only(public), "tls.unknown_authority fail; view.not_reached skip", []string{"SHA-1"}},

		{"not for servers", only(public.certify(x509.Certificate{DNSNames: names, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})), only(public), "tls.unknown_authority fail; view.not_reached skip", []string{"incompatible key usage"}},
		{"signed by a certificate that may not sign", []authority{noAuthority.certify(site), noAuthority}, only(public), "tls.unknown_authority fail; view.not_reached skip", []string{"cannot sign"}},

		{"wildcard", only(public.certify(x509.Certificate{DNSNames: []string{"*.example.com"}})), only(public), "view.public pass", nil},
		{"wildcard one level up", only(public.certify(x509.Certificate{DNSNames: []string{"*.com"}})), only(public), "tls.wrong_host fail; view.not_reached skip", []string{"*.com covers one level only"}},
		{"wildcard one level down", only(public.certify(x509.Certificate{DNSNames: []string{"*.media.example.com"}})), only(public), "tls.wrong_host fail; view.not_reached skip", []string{"does not cover media.example.com itself"}},
		{"with www", only(public.certify(x509.Certificate{DNSNames: []string{"www.media.example.com"}})), only(public), "tls.wrong_host fail; view.not_reached skip", []string{"with and without www."}},
		{"common name only", only(public.certify(x509.Certificate{Subject: pkix.Name{CommonName: "media.example.com"}})), only(public), "tls.wrong_host fail; view.not_reached skip", []string{"lists no names"}},
		{"another name and another authority", only(company.certify(x509.Certificate{DNSNames: []string{"shop.example.org"}})), only(public), "tls.wrong_host fail; tls.unknown_authority fail; view.not_reached skip", []string{"shop.example.org"}},
	}
}

func withSerial(template x509.Certificate) *x509.Certificate {
	template.SerialNumber, template.BasicConstraintsValid, template.KeyUsage = big.NewInt(5), true, x509.KeyUsageCertSign
	return &template
}

// TestChains holds every chain against this machine's roots and against Mozilla's. Where a machine fetches or
// keeps an intermediate, as macOS and Windows do, the intermediate stands among its roots here.
func TestChains(t *testing.T) {
	w := newWorld(t)
	public := newAuthority("Public Root", nil)
	for _, c := range chainCases(public) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := w.at(w.tlsServer(t, serverConfig(sending(c.sent))))
			n.roots, n.mozilla = poolOf(c.here...), func() *x509.CertPool { return poolOf(public) }
			r := n.checkURL(t.Context(), urlTarget(t, "", "https://media.example.com/body/png"))
			if got := verdicts(r); got != c.want {
				t.Fatalf("findings: %s\nwant:     %s\n%s", got, c.want, texts(r))
			}
			for _, text := range c.text {
				if !strings.Contains(texts(r), text) {
					t.Errorf("%q is missing from:\n%s", text, texts(r))
				}
			}
		})
	}
}

// TestMissingIssuerIsNotFetched holds that the address of the missing certificate is shown and not asked.
func TestMissingIssuerIsNotFetched(t *testing.T) {
	w := newWorld(t)
	w.checkURL(t.Context(), urlTarget(t, "", "https://chain.example.com/"))
	if asked := w.asked(); len(asked) > 0 {
		t.Errorf("asked %s %s", asked[0].Host, asked[0].URL)
	}
}

// TestMozillaRoots holds that the list is there, and that a root's constraint counts.
func TestMozillaRoots(t *testing.T) {
	pool := mozillaRoots()
	if pool.Equal(x509.NewCertPool()) || pool != mozillaRoots() {
		t.Error("the list is empty, or was made twice")
	}
	root := newAuthority("Constrained", nil)
	leaf := root.certify(x509.Certificate{DNSNames: []string{"media.example.com"}})
	constrained := x509.NewCertPool()
	constrained.AddCertWithConstraint(root.cert, func([]*x509.Certificate) error { return errOtherNetwork })
	w := newWorld(t)
	n := w.at(w.tlsServer(t, serverConfig(sending([]authority{leaf}))))
	n.roots, n.mozilla = poolOf(root), func() *x509.CertPool { return constrained }
	r := n.checkURL(t.Context(), urlTarget(t, "", "https://media.example.com/body/png"))
	if got := verdicts(r); got != "tls.unknown_authority unknown" {
		t.Error(texts(r))
	}
}

// TestAddressCertificate asks for a URL with an address in place of a name.
func TestAddressCertificate(t *testing.T) {
	w := newWorld(t)
	root := newAuthority("Public Root", nil)
	w.roots = poolOf(root)
	for want, template := range map[string]x509.Certificate{
		"view.public pass":                           {IPAddresses: []net.IP{net.IPv4(93, 184, 216, 10)}},
		"tls.wrong_host fail; view.not_reached skip": {DNSNames: []string{"93.184.216.10"}},
	} {
		n := w.at(w.tlsServer(t, serverConfig(sending([]authority{root.certify(template)}))))
		r := n.checkURL(t.Context(), urlTarget(t, "", "https://93.184.216.10/body/png"))
		if got := verdicts(r); got != want || strings.Contains(want, "fail") != strings.Contains(texts(r), "as an IP address") {
			t.Errorf("want %s\n%s", want, texts(r))
		}
	}
}

// TestLocalClock judges a certificate's dates with a wrong clock, alone and after a server has told the time.
func TestLocalClock(t *testing.T) {
	w := newWorld(t)
	direct := "https://media.example.com/body/png"
	after := "http://media.example.com/to?u=" + escaped(direct)
	year := 365*24*time.Hour + time.Hour // the hour is for the seconds that a Date lacks
	for _, c := range []struct {
		url   string
		shift time.Duration
		want  string
		text  string
	}{
		{direct, -year, "tls.not_yet_valid fail; view.not_reached skip", "most likely it is slow"},
		{direct, year, "tls.expired fail; view.not_reached skip", "If this machine's clock is wrong"},
		{after, -year, "tls.not_yet_valid unknown; view.not_reached skip", "s clock is 365 days"},
		{after, year, "tls.expired unknown; view.not_reached skip", "Set this machine's clock"},
		{"http://media.example.com/to?u=" + escaped("https://expired.example.com/"), 0, "tls.expired fail; view.not_reached skip", "a server's clock"},
	} {
		target := urlTarget(t, "", c.url)
		target.Now = func() time.Time { return time.Now().Add(c.shift) }
		r := w.checkURL(t.Context(), target)
		if got := verdicts(r); got != c.want || !strings.Contains(texts(r), c.text) {
			t.Errorf("%s, %v off: want %s and %q\n%s", c.url, c.shift, c.want, c.text, texts(r))
		}
	}
}

// TestTLSOffers names what a server speaks that would not speak with this program.
func TestTLSOffers(t *testing.T) {
	w := newWorld(t)
	root := newAuthority("Test Root", nil)
	w.roots = poolOf(root)
	good := sending([]authority{root.certify(x509.Certificate{DNSNames: []string{"media.example.com"}})})
	for _, c := range []struct {
		name   string
		config *tls.Config
		want   string
		text   string
	}{
		{"TLS 1.0", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, "tls.version fail", "speaks TLS 1.0 with "},
		{"TLS 1.1", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, "tls.version fail", "speaks TLS 1.1 with "},
		{"TLS 1.2", &tls.Config{MaxVersion: tls.VersionTLS12}, "view.public pass", ""},
		{"TLS 1.3", &tls.Config{MinVersion: tls.VersionTLS13}, "view.public pass", ""},
		{"client certificate welcome", &tls.Config{ClientAuth: tls.RequestClientCert}, "view.public pass", ""},
	} {
		c.config.Certificates = []tls.Certificate{good}
		n := w.at(rawTLS(t, w, c.config))
		r := n.checkURL(t.Context(), urlTarget(t, "", "https://media.example.com/body/png"))
		if got := verdicts(r); !strings.HasPrefix(got, c.want) || !strings.Contains(texts(r), c.text) {
			t.Errorf("%s: want %s and %q\n%s", c.name, c.want, c.text, texts(r))
		}
		if asked := w.asked(); len(asked) > 0 && strings.HasPrefix(c.want, "tls.") {
			t.Errorf("%s: %s was asked", c.name, asked[0].URL)
		}
	}
}

// TestLargeFirstMessage has a box before a server that loses first messages as large as those with a post-quantum
// key exchange, in one of two ways.
func TestLargeFirstMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.tlsServer(t, serverConfig(newAuthority("media.example.com", nil).self()))
	for _, silent := range []bool{true, false} {
		n := w.at(rawServer(t, func(conn net.Conn) {
			hello := make([]byte, 4096)
			size, _ := conn.Read(hello)
			if size > 1000 {
				if silent {
					io.Copy(io.Discard, conn)
				}
				return
			}
			behind, err := net.Dial("tcp", server)
			if err != nil {
				return
			}
			defer behind.Close()
			behind.Write(hello[:size])
			go io.Copy(behind, conn)
			io.Copy(conn, behind)
		}))
		n.phases.tls = time.Second
		r := n.checkURL(t.Context(), urlTarget(t, "", "https://media.example.com/"))
		if got := verdicts(r); got != "tls.handshake unknown; view.not_reached skip" || !strings.Contains(texts(r), "post-quantum") {
			t.Errorf("silent: %v\n%s", silent, texts(r))
		}
	}
	if len(w.asked()) > 0 {
		t.Error("a request was sent")
	}
}

// TestOldCiphers has a server that speaks TLS 1.2, but with ciphers of yesterday only.
func TestOldCiphers(t *testing.T) {
	w := newWorld(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := withSerial(x509.Certificate{DNSNames: []string{"media.example.com"}, NotAfter: time.Now().Add(time.Hour)})
	template.KeyUsage |= x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	old := &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA},
	}
	n := w.at(rawTLS(t, w, old))
	r := n.checkURL(t.Context(), urlTarget(t, "", "https://media.example.com/"))
	if got := verdicts(r); got != "tls.version fail; view.not_reached skip" || !strings.Contains(texts(r), "speaks TLS 1.2 with TLS_RSA_WITH_3DES_EDE_CBC_SHA") {
		t.Error(texts(r))
	}
}

// rawTLS serves the world's pages with exactly the given settings, which httptest would add protocols to.
func rawTLS(t *testing.T, w *world, config *tls.Config) string {
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: w.handler(), ErrorLog: quietLog()}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return l.Addr().String()
}

// TestHandshakeAnswers lets servers answer the first flight with given bytes, then close.
func TestHandshakeAnswers(t *testing.T) {
	w := newWorld(t)
	alert := func(number byte) string { return string([]byte{21, 3, 3, 0, 2, 2, number}) }
	for _, c := range []struct{ name, answer, want, text string }{
		{"handshake failure", alert(40), "tls.version fail", "no certificate for this name"},
		{"insufficient security", alert(71), "tls.version fail", "insufficient security"},
		{"protocol version", alert(70), "tls.version fail", "neither TLS 1.2 nor 1.3"},
		{"unrecognized name", alert(112), "tls.wrong_host fail", "does not know this name"},
		{"internal error", alert(80), "tls.handshake fail", "internal error"},
		{"access denied", alert(49), "tls.handshake fail", "access denied"},
		{"a number without a name", alert(200), "tls.handshake fail", "alert(200)"},
		{"no application protocol", alert(120), "tls.handshake fail", "HTTP/2 only"},
		{"certificate required", alert(116), "tls.client_certificate fail", "demands a certificate"},
		{"SSL 3.0", "\x16\x03\x00\x00\x2a\x02\x00\x00\x26\x03\x00" + strings.Repeat("r", 32) + "\x00\x00\x2f\x00", "tls.version fail", "SSLv3"},
		{"plain HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", "tls.not_tls fail", "that is: plain HTTP"},
		{"SSH", "SSH-2.0-OpenSSH_9.6\r\n", "tls.not_tls fail", "that is: SSH"},
		{"mail", "220 mail.example.com ESMTP\r\n", "tls.not_tls fail", "that is: SMTP or FTP"},
		{"noise", "\x00\x01\x02\x03\x04\x05\x06\x07", "tls.not_tls fail", `\x00\x01\x02\x03\x04`},
		{"half a record", "\x16\x03\x03\x00\x40\x02", "tcp.reset fail", "during the TLS handshake"},
		{"another message", "\x16\x03\x03\x00\x04\x0e\x00\x00\x00", "tls.handshake fail", "unexpected"},
		{"nothing", "", "tcp.reset fail", "during the TLS handshake"},
	} {
		n := w.at(rawServer(t, func(conn net.Conn) {
			conn.Read(make([]byte, 4096))
			conn.Write([]byte(c.answer))
		}))
		r := n.checkURL(t.Context(), urlTarget(t, "", "https://media.example.com/"))
		if got := verdicts(r); got != c.want+"; view.not_reached skip" || !strings.Contains(texts(r), c.text) {
			t.Errorf("%s: want %s and %q\n%s", c.name, c.want, c.text, texts(r))
		}
	}
}

// TestHandshakeErrors holds what Go's own refusals are taken for. Servers that make it refuse so cannot be made
// with Go's own library, so that the errors' texts have to do.
func TestHandshakeErrors(t *testing.T) {
	for text, want := range map[string]string{
		"tls: server chose an unconfigured cipher suite":                                          "tls.version",
		"tls: invalid signature by the server certificate: crypto/rsa: 512-bit keys are insecure": "tls.handshake",
		"tls: failed to parse certificate from server: x509: negative serial number":              "tls.handshake",
		"tls: server's certificate contains an unsupported type of public key: *dsa.PublicKey":    "tls.handshake",
		"tls: server selected unadvertised ALPN protocol":                                         "tls.handshake",
		"remote error: tls: bad certificate":                                                      "tls.handshake",
	} {
		if got := handshakeWords[handshakeKind(textError(text), false)].id; got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// textError is an error that is nothing but its text.
type textError string

// Error returns the text.
func (e textError) Error() string { return string(e) }

// TestTLSOfEveryAddress holds that the certificates of all addresses are looked at.
func TestTLSOfEveryAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := newAuthority("Test Root", nil)
	w.roots = poolOf(root)
	names := []string{"half.example.com"}
	good := w.tlsServer(t, serverConfig(sending([]authority{root.certify(x509.Certificate{DNSNames: names})})))
	ended := w.tlsServer(t, serverConfig(sending([]authority{root.certify(x509.Certificate{
		DNSNames: names, NotBefore: time.Now().Add(-99 * time.Hour), NotAfter: time.Now().Add(-time.Hour),
	})})))
	silent := rawServer(t, func(conn net.Conn) {
		for {
			if _, err := conn.Read(make([]byte, 4096)); err != nil {
				return
			}
		}
	})
	for _, c := range []struct {
		first, second string
		want          string
	}{
		{good, good, "view.public pass"},
		{good, ended, "tls.expired warn; view.public pass"},
		{ended, good, "tls.expired warn; view.public pass"},
		{good, silent, "tls.timeout warn; view.public pass"},
		{ended, ended, "tls.expired fail; view.not_reached skip"},
		{silent, ended, "tls.expired fail; view.not_reached skip"},
	} {
		n := w.at(c.first, c.second)
		n.phases.tls, n.phases.others = 500*time.Millisecond, 200*time.Millisecond
		r := n.checkURL(t.Context(), urlTarget(t, "", "https://half.example.com/body/png"))
		if got := verdicts(r); got != c.want {
			t.Errorf("want %s\n%s", c.want, texts(r))
		}
	}
}

// BenchmarkSecondVerification is what holding a chain against Mozilla's roots adds to a check.
func BenchmarkSecondVerification(b *testing.B) {
	stranger := newAuthority("Stranger", nil)
	sent := []*x509.Certificate{stranger.certify(x509.Certificate{DNSNames: []string{"media.example.com"}}).cert, stranger.cert}
	roots := mozillaRoots()
	for b.Loop() {
		if verify(sent, nil, roots, time.Now()) == nil {
			b.Fatal("a stranger's certificate was trusted")
		}
	}
}
