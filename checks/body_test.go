package checks

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"klyra-doctor/checks/media/mediatest"
)

// FuzzDownload: whatever a server sends, and whatever it says of it, the check comes to a verdict.
func FuzzDownload(f *testing.F) {
	for _, sample := range mediatest.All() {
		f.Add(sample, "image/png", "", int64(len(sample)), uint8(0))
		f.Add(zipped(sample), "video/mp4", "gzip", int64(-1), uint8(1))
		f.Add(deflated(sample[:len(sample)/2]), "", "deflate, gzip", int64(9), uint8(2))
	}
	f.Add(oldPage, "text/html; charset=x", "br", int64(0), uint8(4))
	f.Add(fixtures["bomb"], "text/plain", "gzip", int64(-1), uint8(4))
	address, err := url.Parse("https://media.example.com/photo.png")
	if err != nil {
		f.Fatal(err)
	}
	nowhere := aloneWith(f, "")
	expected := []Media{AnyMedia, Image, Audio, Video, Text}
	f.Fuzz(func(t *testing.T, data []byte, declared, coding string, length int64, expect uint8) {
		p := &urlProbe{Target: urlTarget(t, "", address.String()), net: nowhere}
		p.Expect = expected[int(expect)%len(expected)]
		h := &hop{url: address, heard: overhear(nil)}
		p.hops = []*hop{h}
		p.download(t.Context(), h, &http.Response{
			StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(data)), ContentLength: max(length, -1),
			Header: http.Header{"Content-Type": {declared}, "Content-Encoding": {coding}},
		})
		p.conclude()
		for _, finding := range p.findings {
			if finding.Summary == "" || finding.ID == "check.crashed" || Worse(finding.Status, Pass) && finding.Remedy == "" {
				t.Errorf("%s %s: %q, %q", finding.ID, finding.Status, finding.Summary, finding.Remedy)
			}
		}
		if len(p.findings) == 0 || p.body == nil || p.body.size > maxMediaBytes+1 {
			t.Errorf("found %+v of %+v", p.findings, p.body)
		}
	})
}

// TestHarmlessAnswers holds that what only looks like a known mistake is not called one.
func TestHarmlessAnswers(t *testing.T) {
	nameServer := (&world{}).serveDNS(t)
	const sound = "view.public pass"
	neither := "body.type_mismatch warn; " + sound
	for _, c := range []struct {
		name, path string
		turns      []turn
		want       string
	}{
		{"a line end behind the body", "/photo.png", once(ok(photo, typePNG) + "\r\n"), sound},
		{"a hint before the answer", "/photo.png", once("HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n" + chunks + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(photo), photo)), sound},
		{"text that names the marks of files", "/notes", once(ok([]byte("GIF89a and RIFF are marks, and so are ID3, OggS, ftyp and fLaC.\n"), "Content-Type: text/plain")), neither},
		{"text in UTF-8", "/notes", once(ok([]byte("Grüße, façade, naïveté: ÿØÿà ist kein Bild.\n"), "Content-Type: text/plain; charset=utf-8")), neither},
		{"text with replacement characters", "/notes", once(ok([]byte("four of them: \uFFFD\uFFFD\uFFFD\uFFFD\n"), "Content-Type: text/plain")), neither},
		{"JSON about an error of another sort", "/notes", once(ok([]byte(`{"message":"gone","documentation_url":"https://docs.example.com/"}`), "Content-Type: application/json")), neither},
		{"a document that holds a picture", "/a.pdf", once(ok(slices.Concat([]byte("%PDF-1.7\n1 0 obj\nstream\n"), photo), "Content-Type: application/pdf")), "body.type_mismatch fail"},
		{"a relative redirect", "/photo.png", []turn{{send: answered("302 Found", nil, "Location: v1.2/photo.png")}, {send: answered("404 Not Found", nil)}}, "http.not_found fail; view.not_reached skip"},
		{"a picture whose own name says missing", "/missing.png", []turn{{send: answered("302 Found", nil, "Location: /b/missing.png")}, {send: ok(photo, typePNG)}}, sound},
		{"a redirect from one start page to another", "/", []turn{{send: answered("302 Found", nil, "Location: //other.example.com/")}, {send: ok(photo, typePNG)}}, sound},
	} {
		n := internet
		n.nameServer, n.dial = nameServer, dialAlways(brokenServer{turns: c.turns}.start(t, nil))
		r := n.checkURL(t.Context(), urlTarget(t, "", "http://media.example.com"+c.path))
		if got := verdicts(r); got != c.want || strings.Contains(texts(r), "it names") {
			t.Errorf("%s: want %s, got %s\n%s", c.name, c.want, got, texts(r))
		}
	}
}
