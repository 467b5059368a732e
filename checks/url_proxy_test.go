package checks

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// proxyCases are settings of the environment, with a URL that works directly or does not. In the values, PROXY is a
// proxy on loopback that answers, GONE one that does not, DENY403 and the like one that refuses with that status.
var proxyCases = []struct {
	name, value string // of the proxy that Go would use; "" for none
	variables   string
	url         string
	want        string
	says        string
}{
	{"direct works", "http://me:hunter2@PROXY", "HTTP_PROXY NO_PROXY", "http://media.example.com/body/png", "view.proxy pass; view.public pass", "set in the environment: HTTP_PROXY, NO_PROXY"},
	{"only the proxy works", "http://me:hunter2@PROXY", "http_proxy", "http://down.example.com/status/418", "tcp.refused unknown; view.proxy warn; view.not_reached skip", "http_proxy … through the proxy: HTTP 418"},
	{"neither works", "http://me:hunter2@GONE", "HTTP_PROXY", "http://down.example.com/", "tcp.refused unknown; view.proxy warn; view.not_reached skip", "through the proxy: refused"},
	{"the proxy refuses the tunnel", "http://me:hunter2@PROXY", "HTTPS_PROXY", "https://down.example.com/", "tcp.refused unknown; view.proxy warn; view.not_reached skip", "may let only its proxy out … through the proxy: it does not connect to the host (HTTP 418)"},
	{"the proxy forbids the host", "http://me:hunter2@DENY403", "HTTPS_PROXY", "https://down.example.com/", "tcp.refused unknown; view.proxy warn; view.not_reached skip", "through the proxy: it does not let this machine connect"},
	{"the proxy wants a password", "http://me:hunter2@DENY407", "HTTPS_PROXY", "https://down.example.com/", "tcp.refused unknown; view.proxy warn; view.not_reached skip", "through the proxy: it wants a user name and a password first"},
	{"the proxy does not reach the host either", "http://me:hunter2@DENY502", "HTTPS_PROXY", "https://down.example.com/", "tcp.refused unknown; view.proxy warn; view.not_reached skip", "through the proxy: it could not connect to the host either"},
	{"not for this host", "", "HTTP_PROXY NO_PROXY", "http://media.example.com/body/png", "view.public pass", ""},
	{"ALL_PROXY alone", "", "ALL_PROXY", "http://media.example.com/body/png", "view.proxy pass; view.public pass", "set in the environment: ALL_PROXY"},
	{"ALL_PROXY alone, no way without", "", "all_proxy", "http://down.example.com/", "tcp.refused unknown; view.proxy warn; view.not_reached skip", "not asked: ALL_PROXY"},
	{"ALL_PROXY beside the scheme's own", "", "HTTP_PROXY ALL_PROXY", "http://media.example.com/body/png", "view.public pass", ""},
	{"a setting that is no URL", "://me:hunter2@", "HTTP_PROXY", "http://media.example.com/body/png", "view.proxy warn; view.public pass", "cannot be read … HTTP_PROXY"},
}

func TestProxySettings(t *testing.T) {
	w := newWorld(t)
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { rw.WriteHeader(http.StatusTeapot) }))
	defer proxy.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	addresses := []string{"PROXY", proxy.Listener.Addr().String(), "GONE", gone.Addr().String()}
	for _, status := range []int{http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusBadGateway} {
		denying := plainHTTP(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { rw.WriteHeader(status) }))
		addresses = append(addresses, fmt.Sprint("DENY", status), denying)
	}
	address := strings.NewReplacer(addresses...)
	for _, c := range proxyCases {
		target := urlTarget(t, "", c.url)
		target.ProxyVariables = strings.Fields(c.variables)
		target.Proxy = func(*http.Request) (*url.URL, error) {
			if c.value == "" {
				return nil, nil
			}
			return url.Parse(address.Replace(c.value))
		}
		r := w.checkURL(inTime(t), target)
		said := texts(r)
		if got := verdicts(r); got != c.want {
			t.Errorf("%s: %s, want %s\n%s", c.name, got, c.want, said)
		}
		if missing := missingFrom(said, c.says); missing != "" {
			t.Errorf("%s: %q is missing from:\n%s", c.name, missing, said)
		}
		for _, value := range []string{"hunter2", proxy.Listener.Addr().String(), gone.Addr().String()} {
			if strings.Contains(said, value) {
				t.Errorf("%s: %q is told:\n%s", c.name, value, said)
			}
		}
	}
}
