package sandbox_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"klyra-doctor/checks/sandbox"
)

// client follows no redirect and keeps no connection.
func client(t *testing.T) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       time.Minute,
	}
}

func TestSamples(t *testing.T) {
	t.Chdir(t.TempDir()) // whatever is served is in the program
	server := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer server.Close()
	const html = "text/html; charset=utf-8"
	tests := []struct {
		path        string
		status      int
		contentType string
		location    string
		earns       string // the code of a request that names the URL
	}{
		{"/samples/photo.png", 200, "image/png", "", ""},
		{"/samples/photo.jpg", 200, "image/jpeg", "", ""},
		{"/samples/tone.wav", 200, "audio/wav", "", ""},
		{"/samples/not-an-image.png", 200, html, "", "content_download_failed"},
		{"/samples/truncated.png", 200, "image/png", "", "corrupted_media"},
		{"/samples/corrupt.jpg", 200, "image/jpeg", "", "corrupted_media"},
		{"/samples/wrong-type.png", 200, "image/png", "", "unsupported_content_type"},
		{"/samples/large.png", 200, "image/png", "", "content_too_large"},
		{"/samples/empty.png", 200, "image/png", "", "missing_content"},
		{"/samples/short.png", 200, "image/png", "", "content_download_failed"},
		{"/samples/slow.png", 200, "image/png", "", "content_download_failed"},
		{"/samples/photo.pgn", 404, html, "", "invalid_url"},
		{"/samples/redirect", 302, html, "/samples/photo.png", ""},
		{"/samples/redirect-loop", 302, html, "/samples/redirect-loop", "content_download_failed"},
		{"/samples/redirect-login", 302, html, "/samples/login?next=photo.png", "content_download_failed"},
		{"/samples/login", 200, html, "", "content_download_failed"},
		{"/samples/status/401", 401, html, "", "content_download_failed"},
		{"/samples/status/403", 403, html, "", "content_download_failed"},
		{"/samples/status/404", 404, html, "", "content_download_failed"},
		{"/samples/status/410", 410, html, "", "content_download_failed"},
		{"/samples/status/429", 429, html, "", "content_download_failed"},
		{"/samples/status/500", 500, html, "", "content_download_failed"},
		{"/samples/status/503", 503, html, "", "content_download_failed"},
	}
	client := client(t)
	for i, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			if listed := sandbox.Samples()[i]; listed.Path != test.path || listed.What == "" || !strings.Contains(listed.What, test.earns) {
				t.Errorf("listed as %+v", listed)
			}
			for _, method := range []string{http.MethodHead, http.MethodGet} {
				r, err := http.NewRequest(method, server.URL+test.path, nil)
				if err != nil {
					t.Fatal(err)
				}
				got, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				got.Body.Close()
				if got.StatusCode != test.status || got.Header.Get("Content-Type") != test.contentType || got.Header.Get("Location") != test.location {
					t.Errorf("%s: %d, %v", method, got.StatusCode, got.Header)
				}
			}
			for _, url := range []string{test.path, server.URL + test.path} {
				q := request{body: `{"url":` + strconv.Quote(url) + `}`}.build()
				q.Host = strings.TrimPrefix(server.URL, "http://")
				w := httptest.NewRecorder()
				sandbox.New(sandbox.Options{}).ServeHTTP(w, q)
				if got := read(t, w.Result()); got.err.Code != test.earns {
					t.Errorf("told to download %s: %q, want %q", url, got.err.Code, test.earns)
				}
			}
		})
	}
	if len(sandbox.Samples()) != len(tests) {
		t.Errorf("%d samples, %d tested", len(sandbox.Samples()), len(tests))
	}
}

// What the list says of a file is true of its bytes: uploaded, they earn the same error as their URL.
func TestSampleBytes(t *testing.T) {
	tests := []struct {
		path, contentType string
		decodes           string // the format; "" where the bytes are no image that decodes
		over4MiB          bool
		earns             string
	}{
		{"/samples/photo.png", "image/png", "png", false, ""},
		{"/samples/photo.jpg", "image/jpeg", "jpeg", false, ""},
		{"/samples/truncated.png", "image/png", "", false, "corrupted_media"},
		{"/samples/corrupt.jpg", "image/jpeg", "", false, "corrupted_media"},
		{"/samples/wrong-type.png", "image/png", "jpeg", false, "unsupported_content_type"},
		{"/samples/large.png", "image/png", "png", true, "content_too_large"},
		{"/samples/empty.png", "image/png", "", false, "missing_content"},
		{"/samples/tone.wav", "audio/wav", "", false, ""},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			data := fileAt(test.path)
			_, format, err := image.Decode(strings.NewReader(data))
			if err != nil {
				format = ""
			}
			if format != test.decodes {
				t.Errorf("decodes as %q (%v), want %q", format, err, test.decodes)
			}
			if over := len(data) > 4<<20; over != test.over4MiB {
				t.Errorf("%d bytes", len(data))
			}
			got := send(t, sandbox.New(sandbox.Options{}), request{contentType: test.contentType, body: data})
			if got.err.Code != test.earns {
				t.Errorf("uploaded: %q, want %q", got.err.Code, test.earns)
			}
		})
	}
}

func TestNoSuchSample(t *testing.T) {
	w := httptest.NewRecorder()
	sandbox.New(sandbox.Options{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/samples/nothing", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}

func TestShortBody(t *testing.T) {
	server := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer server.Close()
	got, err := client(t).Get(server.URL + "/samples/short.png")
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(body) == 0 || int64(len(body)) >= got.ContentLength {
		t.Errorf("%d bytes of %d, %v", len(body), got.ContentLength, err)
	}
}

func TestSlowBodyStopsWithItsClient(t *testing.T) {
	logged := make(chan sandbox.Exchange, 1)
	server := httptest.NewServer(sandbox.New(sandbox.Options{Log: func(x sandbox.Exchange) { logged <- x }}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/samples/slow.png", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := client(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	first := make([]byte, 8)
	if _, err := io.ReadFull(got.Body, first); err != nil || !bytes.HasPrefix(first, []byte("\x89PNG")) {
		t.Fatalf("%q, %v", first, err)
	}
	cancel()
	select {
	case x := <-logged:
		if x.Path != "/samples/slow.png" || x.Status != 200 {
			t.Errorf("%+v", x)
		}
	case <-time.After(10 * time.Second):
		t.Error("the body is still being sent")
	}
}
