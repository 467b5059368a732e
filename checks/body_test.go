package checks

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
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
