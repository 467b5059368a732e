package checks

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
)

// secureAPI is an API on loopback whose server has a TLS setting of its own, trusted as far as root vouches for it.
func secureAPI(t *testing.T, root authority, config *tls.Config) *API {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = config
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	api := mustAPI(t, "https://localhost:"+server.URL[strings.LastIndex(server.URL, ":")+1:])
	api.transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	api.transport.TLSClientConfig.RootCAs.AddCert(root.cert)
	return api
}

// rawAPI is an API on loopback whose server reads a request and answers with bytes. %s in them becomes the
// request's Authorization header.
func rawAPI(t *testing.T, scheme, answer string) *API {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answerRaw(conn, answer)
		}
	}()
	return mustAPI(t, scheme+"://"+listener.Addr().String())
}

func answerRaw(conn net.Conn, answer string) {
	defer conn.Close()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		io.WriteString(conn, answer)
		return
	}
	io.Copy(io.Discard, r.Body)
	io.WriteString(conn, strings.ReplaceAll(answer, "%s", r.Header.Get("Authorization")))
}

// proxiedAPI is an API that is not on loopback, behind a proxy on loopback that refuses with a status: nothing
// goes further than that.
func proxiedAPI(t *testing.T, status int) *API {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	api, err := NewAPI("https://api.klyra.invalid", http.ProxyURL(address))
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// Whatever keeps the API from answering, the key check says precisely, and says nothing of the key.
func TestKeyCheckNamesWhatKeepsTheAPIAway(t *testing.T) {
	root, stranger := newAuthority("Test Root", nil), newAuthority("Company Inspection CA", nil)
	here := certWish{names: []string{"localhost"}}
	past := certWish{names: here.names, from: time.Now().Add(-48 * time.Hour), to: time.Now().Add(-24 * time.Hour)}
	future := certWish{names: here.names, from: time.Now().Add(24 * time.Hour), to: time.Now().Add(48 * time.Hour)}
	old := serverConfig(root.issue(here))
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	mutual := serverConfig(root.issue(here))
	mutual.ClientAuth = tls.RequireAnyClientCert
	nameless := serverConfig(root.issue(here))
	nameless.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, fmt.Errorf("no") }
	closed := mustAPI(t, "http://127.0.0.1:1")
	slow := startStuck(t, "http", []turn{{end: stall}}, make(chan struct{}, 9))
	slow.transport.ResponseHeaderTimeout = time.Millisecond
	for _, c := range []struct {
		name           string
		api            *API
		says, whatToDo string
	}{
		{"expired", secureAPI(t, root, serverConfig(root.issue(past))), "its certificate expired on " + day(past.to) + " (current time ", "Compare this machine's clock"},
		{"not yet valid", secureAPI(t, root, serverConfig(root.issue(future))), "its certificate is valid only from " + day(future.from), "seems to be behind"},
		{"another host's", secureAPI(t, root, serverConfig(root.issue(certWish{names: []string{"portal.example.com"}}))), "not for this host (x509: certificate is valid for portal.example.com, not localhost)", "hosts file"},
		{"inspected", secureAPI(t, root, serverConfig(stranger.issue(here))), "not trusted here: it is issued by CN=Company Inspection CA", "NODE_EXTRA_CA_CERTS"},
		{"old TLS", secureAPI(t, root, old), "no TLS version in common", "inspects TLS"},
		{"client certificate", secureAPI(t, root, mutual), "demands a certificate from its clients", "gateway"},
		{"TLS alert", secureAPI(t, root, nameless), "", "another network"},
		{"no TLS", rawAPI(t, "https", "HTTP/1.1 400 Bad Request\r\n\r\n"), "does not speak TLS", "login page"},
		{"no HTTP", rawAPI(t, "http", "SSH-2.0-OpenSSH_9.6\r\n"), "does not speak HTTP", "port"},
		{"echo in place of HTTP", rawAPI(t, "http", "%s\r\n\r\n"), "", ""},
		{"hangs up", rawAPI(t, "http", ""), "closed before an answer came", "firewall"},
		{"refused", closed, "the connection is refused", "typing mistake"},
		{"no answer in time", slow, "did not begin to answer in time", "in a minute"},
		{"proxy wants a password", proxiedAPI(t, 407), "wants a user name and a password (407)", "HTTPS_PROXY"},
		{"proxy forbids", proxiedAPI(t, 403), "does not let it connect to the API (403)", "allow this host"},
		{"proxy cannot", proxiedAPI(t, 502), "could not connect to the API (502)", "who runs the proxy"},
	} {
		r := Run(inTime(t), catalog.KeyCheck, keyTarget(c.api, testKey))
		f := r.Findings[0]
		if f.ID != "service.unreachable" || r.Status != Unknown || !strings.Contains(f.Summary, c.says) || !strings.Contains(f.Remedy, c.whatToDo) || f.Remedy == "" {
			t.Errorf("%s: %s %s: %s (%s)", c.name, r.Status, f.ID, f.Summary, f.Remedy)
		}
		if strings.Contains(fmt.Sprint(r), testKey[:20]) {
			t.Errorf("%s: the key is shown: %v", c.name, r)
		}
	}
}
