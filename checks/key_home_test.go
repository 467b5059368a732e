package checks

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
)

// thieves are places that an answer of https://api.example.com may redirect to; none of them is the API.
var thieves = map[string]string{
	"plain http":       "http://api.example.com/steal",
	"plain http, 8080": "http://api.example.com:8080/steal",
	"sub-domain":       "https://evil.api.example.com/steal",
	"parent domain":    "https://example.com/steal",
	"longer name":      "https://api.example.com.evil.example/steal",
	"other host":       "//evil.example/steal",
	"other port":       "https://api.example.com:8443/steal",
	"name as user":     "https://api.example.com@evil.example/steal",
}

// visits are the requests that servers got, as they came.
type visits struct {
	mu   sync.Mutex
	seen []string
}

func (v *visits) add(r *http.Request) {
	text, err := httputil.DumpRequest(r, true)
	if err != nil {
		text = []byte(err.Error())
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen = append(v.seen, string(text))
}

func (v *visits) all() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return strings.Join(v.seen, "\n")
}

// redirectingAPI is the API at https://api.example.com, which redirects whoever has a key to a thief. It returns what
// the API and the thief got. Whatever the name and port, a connection leads to one of the two.
func redirectingAPI(t *testing.T, thief string) (api *API, home, away *visits) {
	t.Helper()
	home, away = &visits{}, &visits{}
	root := newAuthority("Test Root", nil)
	names := []string{"api.example.com", "evil.api.example.com", "example.com", "api.example.com.evil.example", "evil.example"}
	servers := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil && r.Host == "api.example.com" {
			home.add(r)
			if r.Header.Get("Authorization") == "" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			w.Header().Set("Location", thief)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
		away.add(r)
	}))
	servers.TLS = serverConfig(root.issue(certWish{names: names}))
	servers.StartTLS()
	t.Cleanup(servers.Close)
	plain := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { away.add(r) }))
	t.Cleanup(plain.Close)

	api = mustAPI(t, "https://api.example.com")
	api.spacing = 0
	api.transport.TLSClientConfig.RootCAs = rootsOf(root)
	api.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		to := servers.Listener.Addr()
		if strings.HasPrefix(thief, "http://") && address != "api.example.com:443" {
			to = plain.Listener.Addr()
		}
		return new(net.Dialer).DialContext(ctx, network, to.String())
	}
	return api, home, away
}

// TestChecksKeepTheKeyFromThieves: the checks send the key to the API and follow no redirect, wherever it leads.
func TestChecksKeepTheKeyFromThieves(t *testing.T) {
	for name, thief := range thieves {
		for _, check := range apiChecks {
			api, home, away := redirectingAPI(t, thief)
			target := keyTarget(api, testKey)
			target.Endpoint = "/v1/moderate"
			Run(inTime(t), check, target)
			if home.all() == "" {
				t.Errorf("%s, %s: the API was not asked", name, check)
			}
			if check != catalog.ServiceCheck && !strings.Contains(home.all(), testKey) {
				t.Errorf("%s, %s: the API did not see the key", name, check)
			}
			if away.all() != "" {
				t.Errorf("%s, %s: the redirect was followed:\n%s", name, check, away.all())
			}
		}
	}
}

// TestTheKeyIsAddedForTheAPIAlone: even a client that follows redirects, as net/http's does, carries the key to
// no thief.
func TestTheKeyIsAddedForTheAPIAlone(t *testing.T) {
	for name, thief := range thieves {
		api, home, away := redirectingAPI(t, thief)
		client := http.Client{Transport: bearer{api, safe.NewSecret(testKey)}}
		resp, err := client.Post(api.Resolve("/v1/moderate"), "application/json", strings.NewReader("{}"))
		if err == nil {
			resp.Body.Close()
		}
		if !strings.Contains(home.all(), testKey) {
			t.Errorf("%s: the API did not see the key: %v", name, err)
		}
		if away.all() == "" {
			t.Errorf("%s: the redirect was not followed: %v", name, err)
		}
		if strings.Contains(away.all(), testKey) {
			t.Errorf("%s: another server saw the key:\n%s", name, away.all())
		}
	}
}

// TestTheURLCheckHasNoKey: also from the API's own host a download is asked for without the key.
func TestTheURLCheckHasNoKey(t *testing.T) {
	var got visits
	api := apiOn(t, func(w http.ResponseWriter, r *http.Request) {
		got.add(r)
		w.Write(photo)
	})
	target := keyTarget(api, testKey)
	target.URL, target.Deep = "/photo.png", true
	Run(inTime(t), catalog.URLCheck, target)
	if text := got.all(); text == "" || strings.Contains(text, testKey) || strings.Contains(text, "Authorization") {
		t.Errorf("the server saw:\n%s", text)
	}
}
