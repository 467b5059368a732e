package guide

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
)

// sideBySide has checks that need nothing of each other: one asks the API, one a host, one nobody.
var sideBySide = catalog.Entry{Code: "content_download_failed", Steps: []catalog.Step{
	{Kind: catalog.CheckStep, Title: "Ask whether the API answers", Check: catalog.ServiceCheck},
	{Kind: catalog.CheckStep, Title: "Download the URL", Check: catalog.URLCheck},
	{Kind: catalog.CheckStep, Title: "Look at the content", Check: catalog.ContentCheck},
}}

// targetAt is the target of a server that is both the API and the host of the URL.
func targetAt(t testing.TB, handler http.HandlerFunc) checks.Target {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	api, err := checks.NewAPI(server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	content := checks.Content{Name: "text", Size: -1, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("some words")), nil
	}}
	return checks.Target{API: api, URL: "/photo.png", Content: &content}
}

// TestRunRunsChecksSideBySide: the server answers each check only once the other has asked too.
func TestRunRunsChecksSideBySide(t *testing.T) {
	var arrived sync.WaitGroup
	arrived.Add(2)
	first := map[bool]*sync.Once{true: {}, false: {}}
	target := targetAt(t, func(w http.ResponseWriter, r *http.Request) {
		first[r.URL.Path == "/photo.png"].Do(arrived.Done)
		arrived.Wait()
		w.WriteHeader(http.StatusNotFound)
	})
	target.Timeout = time.Minute
	c := New(sideBySide, target, nil).Run(t.Context(), nil)
	for _, s := range c.Steps {
		if s.Result.Findings[0].ID == "check.timeout" {
			t.Errorf("%q waited for the other", s.Title)
		}
	}
}

// TestACrashLeavesTheRestOfTheListAlone: one check's bug is its own finding.
func TestACrashLeavesTheRestOfTheListAlone(t *testing.T) {
	target := targetAt(t, http.NotFound)
	target.Content.Open = func() (io.ReadCloser, error) { panic("no") }
	c := New(sideBySide, target, nil).Run(t.Context(), nil)
	var got []string
	for _, s := range c.Steps {
		got = append(got, s.Result.Findings[0].ID)
	}
	if got[1] != "http.not_found" || got[2] != "check.crashed" || !strings.HasPrefix(got[0], "service.") {
		t.Errorf("found %v", got)
	}
}

// BenchmarkRun prints what a list with one API check costs, as a multiple of its slowest check.
func BenchmarkRun(b *testing.B) {
	for _, c := range []struct {
		name     string
		api, url time.Duration // until each answers; the API is asked more than once
	}{
		{"API slowest", 30 * time.Millisecond, 20 * time.Millisecond},
		{"URL slowest", 20 * time.Millisecond, 100 * time.Millisecond},
		{"both alike", 30 * time.Millisecond, 90 * time.Millisecond},
	} {
		b.Run(c.name, func(b *testing.B) {
			list := New(sideBySide, targetAt(b, func(w http.ResponseWriter, r *http.Request) {
				delay := c.api
				if r.URL.Path == "/photo.png" {
					delay = c.url
				}
				<-time.After(delay)
				w.WriteHeader(http.StatusNotFound)
			}), nil)
			var whole, slowest time.Duration
			for b.Loop() {
				start := time.Now()
				done := list.Run(b.Context(), nil)
				whole += time.Since(start)
				longest := time.Duration(0)
				for _, s := range done.Steps {
					longest = max(longest, s.Result.Duration)
				}
				slowest += longest
			}
			b.ReportMetric(float64(whole)/float64(slowest), "×slowest")
			b.ReportMetric(slowest.Seconds()*1000/float64(b.N), "ms-slowest")
		})
	}
}
