package checks

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/media"
)

// TestBounds states how long the checks wait and how much they take. Whoever changes one of these figures changes
// what users are promised, and has to change it here too.
func TestBounds(t *testing.T) {
	api, err := NewAPI("https://api.klyra.live", nil)
	if err != nil {
		t.Fatal(err)
	}
	phases := internet.phases
	for name, c := range map[string]struct{ got, want time.Duration }{
		"a whole check":                         {Target{}.withDefaults().Timeout, 15 * time.Second},
		"URL: DNS":                              {phases.dns, 3 * time.Second},
		"URL: connection":                       {phases.connect, 5 * time.Second},
		"URL: TLS":                              {phases.tls, 5 * time.Second},
		"URL: headers":                          {phases.headers, 10 * time.Second},
		"URL: other addresses":                  {phases.others, 2 * time.Second},
		"URL: never slow below":                 {phases.swift, 5 * time.Second},
		"API: connection":                       {api.dialer.Timeout, 5 * time.Second},
		"API: TLS":                              {api.transport.TLSHandshakeTimeout, 5 * time.Second},
		"API: headers":                          {api.transport.ResponseHeaderTimeout, 10 * time.Second},
		"API: between requests":                 {api.spacing, time.Second},
		"API: an answer counts as slow from on": {slowAnswer, 2 * time.Second},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	for name, c := range map[string]struct{ got, want int64 }{
		"API: body":                    {maxAnswer, 1 << 20},
		"API: headers":                 {api.transport.MaxResponseHeaderBytes, 64 << 10},
		"an image":                     {imageLimit, 4 << 20},
		"URL: other media":             {maxMediaBytes, 64 << 20},
		"URL: text":                    {maxTextBytes, 4 << 20},
		"URL: error page":              {headBytes, 64 << 10},
		"URL: addresses":               {maxAddresses, 8},
		"URL: redirects":               {maxRedirects, 10},
		"content: any that is limited": {MostRead, 256 << 20},
		"decoding":                     {media.DecodeBudget, 150_000_000},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
}

// TestAPIAnswerIsReadToItsLimit: of an answer's body 1 MiB is read, and one with more than 64 KiB of headers is
// none.
func TestAPIAnswerIsReadToItsLimit(t *testing.T) {
	for _, c := range []struct {
		name          string
		header, body  int // bytes
		read          int
		cut, answered bool
	}{
		{"1 MiB of body", 0, 1 << 20, 1 << 20, false, true},
		{"one byte more", 0, 1<<20 + 1, 1 << 20, true, true},
		{"60 KiB of headers", 60 << 10, 9, 9, false, true},
		{"70 KiB of headers", 70 << 10, 9, 0, false, false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Big", strings.Repeat("a", c.header))
			w.Write([]byte(strings.Repeat(" ", c.body)))
		}))
		api := mustAPI(t, server.URL)
		req, err := http.NewRequestWithContext(inTime(t), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := api.do(req, keyTarget(api, testKey).key().Secret)
		if (err == nil) != c.answered || len(a.body) != c.read || a.cut != c.cut {
			t.Errorf("%s: %d bytes were read, cut %v, %v", c.name, len(a.body), a.cut, err)
		}
		server.Close()
	}
}

// TestServiceThatAnswersLate lets the median of the requests take longer than what counts as slow.
func TestServiceThatAnswersLate(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(slowAnswer + 50*time.Millisecond):
		case <-r.Context().Done():
		}
		answerAs(w, "401 missing_api_key")
	}))
	defer server.Close()
	r := Run(inTime(t), catalog.ServiceCheck, keyTarget(mustAPI(t, server.URL), testKey))
	if got := findingIDs(r); !strings.Contains(got, "warn service.slow") || r.Status != Warn {
		t.Errorf("found %s\n%s", got, texts(r))
	}
}
