package sandbox_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"klyra-doctor/checks/sandbox"
)

// fileAt returns what a sample path serves.
func fileAt(path string) string {
	w := httptest.NewRecorder()
	sandbox.New(sandbox.Options{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Body.String()
}

func form(t *testing.T, field, fileName, contentType, data string) (body, formType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	head := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + field + `"; filename="` + fileName + `"`}, "Content-Type": {contentType}}
	if fileName == "" {
		head = textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + field + `"`}}
	}
	part, err := w.CreatePart(head)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte(data))
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

// The media that the tests send; each is what a sample path serves.
var (
	photo = fileAt("/samples/photo.png")
	jpg   = fileAt("/samples/photo.jpg")
	cut   = fileAt("/samples/truncated.png")
	wav   = fileAt("/samples/tone.wav")
)

const js = "application/json"

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestModerateAccepts(t *testing.T) {
	tests := []struct{ name, contentType, body string }{
		{"text", js, `{"content":"hello"}`},
		{"json with a charset", "application/json; charset=utf-8", `{"text":"hello"}`},
		{"json of another name", "application/vnd.klyra+json", `{"text":"hello"}`},
		{"base64", js, `{"image":"` + encoded(photo) + `"}`},
		{"data URI", js, `{"image":"data:image/png;base64,` + encoded(photo) + `"}`},
		{"data URI as content", js, `{"content":"data:image/png;base64,` + encoded(photo) + `"}`},
		{"deep", js, `{"input":[{"type":"image","imageUrl":{"url":"/samples/photo.png"}}]}`},
		{"raw text", "text/plain", "hello"},
		{"raw image", "image/png", photo},
		{"raw image by its other name", "image/jpg", jpg},
		{"raw sound", "audio/wav", wav},
		{"parameters in range", js, `{"content":"hello","threshold":1,"language":"pt-BR"}`},
		{"text of the longest length", js, `{"content":"` + strings.Repeat("word ", 500) + `"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			expect(t, send(t, sandbox.New(sandbox.Options{}), request{contentType: test.contentType, body: test.body}), 200, "", "")
		})
	}
}

func TestModerateRefuses(t *testing.T) {
	tests := []struct {
		name, contentType, body string
		status                  int
		code, param             string
	}{
		{"empty body", js, "", 400, "missing_content", ""},
		{"blank body", js, " \n", 400, "missing_content", ""},
		{"empty object", js, `{}`, 400, "missing_content", ""},
		{"no known field", js, `{"model":"x"}`, 400, "missing_content", ""},
		{"empty content", js, `{"content":""}`, 400, "missing_content", "content"},
		{"blank content", js, `{"content":" \n"}`, 400, "missing_content", "content"},
		{"null content", js, `{"content":null}`, 400, "missing_content", "content"},
		{"empty url", js, `{"url":""}`, 400, "missing_content", "url"},
		{"empty image", js, `{"image":""}`, 400, "missing_content", "image"},
		{"empty data URI", js, `{"image":"data:image/png;base64,"}`, 400, "missing_content", "image"},

		{"broken JSON", js, `{"content":"hello"`, 400, "invalid_request", ""},
		{"two values", js, `{"content":"a"} {}`, 400, "invalid_request", ""},
		{"number too large", js, `{"content":"a","n":1e999}`, 400, "invalid_request", ""},
		{"no object", js, `["hello"]`, 400, "invalid_request", ""},
		{"null", js, `null`, 400, "invalid_request", ""},
		{"nested deeply", js, strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), 400, "invalid_request", ""},
		{"content is a number", js, `{"content":7}`, 400, "invalid_request", "content"},
		{"broken form", "multipart/form-data; boundary=b", "hello", 400, "invalid_request", ""},
		{"form without a boundary", "multipart/form-data", "hello", 400, "invalid_request", ""},

		{"form encoded", "application/x-www-form-urlencoded", "content=hello", 415, "unsupported_content_type", ""},
		{"octets", "application/octet-stream", photo, 415, "unsupported_content_type", ""},
		{"malformed type", "application/", "x", 415, "unsupported_content_type", ""},
		{"PNG declared as JPEG", "image/jpeg", photo, 415, "unsupported_content_type", ""},
		{"ZIP as image", "image/png", "PK\x03\x04 and so on", 415, "unsupported_content_type", ""},
		{"page as image", "image/png", "<!DOCTYPE html><title>x</title>", 415, "unsupported_content_type", ""},
		{"sound as image", "image/png", wav, 415, "unsupported_content_type", ""},
		{"PDF in base64", js, `{"file":"` + encoded("%PDF-1.7") + `"}`, 415, "unsupported_content_type", "file"},

		{"body over 4 MiB", js, `{"content":"` + strings.Repeat("a", 4<<20) + `"}`, 413, "content_too_large", ""},
		{"long text", js, `{"content":"` + strings.Repeat("word ", 501) + `"}`, 413, "content_too_large", "content"},

		{"threshold over 1", js, `{"content":"a","threshold":1.5}`, 400, "invalid_parameters", "threshold"},
		{"threshold under 0", js, `{"content":"a","threshold":-1}`, 400, "invalid_parameters", "threshold"},
		{"threshold as a string", js, `{"content":"a","threshold":"0.5"}`, 400, "invalid_parameters", "threshold"},
		{"threshold deep", js, `{"content":"a","options":{"threshold":7}}`, 400, "invalid_parameters", "options.threshold"},
		{"language as a number", js, `{"content":"a","language":1}`, 400, "invalid_parameters", "language"},
		{"language unknown", js, `{"content":"a","language":"tlh"}`, 422, "unsupported_language", "language"},
		{"script unknown", js, `{"content":"ሰላም ነው"}`, 422, "unsupported_language", "content"},

		{"URL without scheme", js, `{"url":"cdn.host.dev/a.png"}`, 400, "invalid_url", "url"},
		{"URL of another scheme", js, `{"url":"ftp://host.dev/a.png"}`, 400, "invalid_url", "url"},
		{"URL without host", js, `{"url":"https:///a.png"}`, 400, "invalid_url", "url"},
		{"URL with a control byte", js, `{"url":"https://host.dev/\u0001"}`, 400, "invalid_url", "url"},
		{"URL on another host", js, `{"url":"https://host.dev/a.png"}`, 400, "invalid_url", "url"},
		{"URL of no sample", js, `{"url":"/samples/nothing.png"}`, 400, "invalid_url", "url"},
		{"URL in an array", js, `{"items":[{"url":"/samples/photo.png"},{"url":"nowhere"}]}`, 400, "invalid_url", "items[1].url"},
		{"URL in image", js, `{"image":"http://host.dev/a.png"}`, 400, "invalid_url", "image"},

		{"not UTF-8", "text/plain", "caf\xe9", 422, "unprocessable_content", ""},
		{"JSON not UTF-8", js, "{\"content\":\"caf\xe9\"}", 422, "unprocessable_content", ""},
		{"too many pixels", "image/png", bomb(t), 422, "unprocessable_content", ""},
		{"broken base64", js, `{"image":"iVBOR*"}`, 422, "corrupted_media", "image"},
		{"cut image", "image/png", cut, 422, "corrupted_media", ""},
		{"cut sound", "audio/wav", wav[:1000], 422, "corrupted_media", ""},
		{"no image at all", "image/png", "\x00\x01\x02\x03", 422, "corrupted_media", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			expect(t, send(t, sandbox.New(sandbox.Options{}), request{contentType: test.contentType, body: test.body}), test.status, test.code, test.param)
		})
	}
}

func expect(t *testing.T, got response, status int, code, param string) {
	t.Helper()
	if got.status != status || got.err.Code != code {
		t.Errorf("got %d %q, want %d %q\n%s", got.status, got.err.Code, status, code, got.body)
	}
	if param != "" && (got.err.Param == nil || *got.err.Param != param) {
		t.Errorf("want param %q\n%s", param, got.body)
	}
}

func TestModerateForm(t *testing.T) {
	tests := []struct {
		name, field, fileName, contentType, data string
		status                                   int
		code, param                              string
	}{
		{"text field", "content", "", "", "hello", 200, "", ""},
		{"image", "file", "photo.png", "image/png", photo, 200, "", ""},
		{"image of no declared type", "file", "photo.png", "application/octet-stream", photo, 200, "", ""},
		{"text file", "file", "a.txt", "text/plain", "hello", 200, "", ""},
		{"cut image", "file", "photo.png", "image/png", cut, 422, "corrupted_media", "file"},
		{"empty file", "file", "photo.png", "image/png", "", 400, "missing_content", "file"},
		{"text not UTF-8", "file", "a.txt", "text/plain", "caf\xe9", 422, "unprocessable_content", "file"},
		{"threshold alone", "threshold", "", "", "0.5", 400, "missing_content", ""},
		{"threshold out of range", "threshold", "", "", "2", 400, "invalid_parameters", "threshold"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			body, formType := form(t, test.field, test.fileName, test.contentType, test.data)
			expect(t, send(t, sandbox.New(sandbox.Options{}), request{contentType: formType, body: body}), test.status, test.code, test.param)
		})
	}
}

// bomb is a small PNG of very many pixels.
func bomb(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&b, image.NewGray(image.Rect(0, 0, 6000, 5000))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A good key and a wrong method is the only way to see the route refuse.
func TestWrongMethod(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		got := send(t, sandbox.New(sandbox.Options{}), request{method: method})
		if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "POST" {
			t.Errorf("%s: %d, Allow %q", method, got.status, got.header.Get("Allow"))
		}
	}
}

// The sandbox has several names on this machine, and each of them names its samples.
func TestOwnURLs(t *testing.T) {
	tests := []struct{ host, url, code string }{
		{"127.0.0.1:8080", "http://127.0.0.1:8080/samples/photo.png", ""},
		{"127.0.0.1:8080", "http://localhost:8080/samples/photo.png", ""},
		{"localhost:8080", "http://[::1]:8080/samples/photo.png?size=2", ""},
		{"127.0.0.1:8080", "http://127.0.0.1:9090/samples/photo.png", "invalid_url"},
		{"127.0.0.1:8080", "http://photos.dev:8080/samples/photo.png", "invalid_url"},
	}
	for _, test := range tests {
		r := request{body: `{"url":"` + test.url + `"}`}.build()
		r.Host = test.host
		w := httptest.NewRecorder()
		sandbox.New(sandbox.Options{}).ServeHTTP(w, r)
		if got := read(t, w.Result()); got.err.Code != test.code {
			t.Errorf("%s on %s: %q, want %q", test.url, test.host, got.err.Code, test.code)
		}
	}
}

// A client that sends more than is read would see a reset, not the answer, were the rest not taken from it.
func TestLargeUploadSeesItsAnswer(t *testing.T) {
	server := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer server.Close()
	body := strings.NewReader(strings.Repeat("a", 12<<20))
	r, err := http.NewRequest(http.MethodPost, server.URL, io.NopCloser(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key("good"))
	r.Header.Set("Content-Type", "image/png")
	got, err := client(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	expect(t, read(t, got), 413, "content_too_large", "")
	if body.Len() > 0 {
		t.Errorf("%d bytes were not taken", body.Len())
	}
}
