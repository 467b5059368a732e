package sandbox_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/sandbox"
)

// FuzzServe holds every request to a success or a whole envelope of the catalog, whatever is in it.
func FuzzServe(f *testing.F) {
	good := "Bearer " + key("good")
	f.Add("POST", "/v1/x", good, "application/json", "", "", []byte(`{"content":"hello"}`))
	f.Add("POST", "/", good, "application/json", "", "", []byte(`{"items":[{"image":"data:image/png;base64,iVBORw0KGgo="},{"url":"/samples/photo.png"}],"threshold":0.5}`))
	f.Add("POST", "/", good, "multipart/form-data; boundary=b", "", "", []byte("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhello\r\n--b--\r\n"))
	f.Add("POST", "/", good, "image/png", "", "", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))
	f.Add("POST", "/", good, "image/gif", "", "", []byte("GIF89a\xff\xff\xff\xff"))
	f.Add("POST", "/", good, "audio/wav", "", "", []byte("RIFF\xff\xff\xff\xffWAVE"))
	f.Add("POST", "/", good, "text/plain", "", "timeout", []byte("\xff"))
	f.Add("GET", "/samples/slow.png", "", "", "", "", []byte(nil))
	f.Add("DELETE", "*", "Basic eA==", "", "time out", "quota_exceeded", []byte(nil))
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	f.Fuzz(func(t *testing.T, method, path, auth, contentType, demand, state string, body []byte) {
		r := (&http.Request{
			Method: method,
			URL:    &url.URL{Path: path},
			Host:   "127.0.0.1:8080",
			Header: http.Header{"Authorization": {auth}, "Content-Type": {contentType}, sandbox.DemandHeader: {demand}},
			Body:   io.NopCloser(bytes.NewReader(body)),
		}).WithContext(cancelled) // the slow sample then ends at once
		w := httptest.NewRecorder()
		sandbox.New(sandbox.Options{State: catalog.Code(state)}).ServeHTTP(w, r)
		if (method == http.MethodGet || method == http.MethodHead) && strings.HasPrefix(path, "/samples/") {
			return
		}
		got := response{status: w.Code, header: w.Header(), body: w.Body.String()}
		if err := got.check(); err != nil {
			t.Errorf("%v\n%s", err, got.body)
		}
	})
}
