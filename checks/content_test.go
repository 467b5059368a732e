package checks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/media"
	"klyra-doctor/checks/media/mediatest"
)

// contentOf is a content that holds bytes.
func contentOf(name string, data []byte) Content {
	return Content{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

// runContent runs the check as everybody does.
func runContent(c Content, expect Media) Result {
	return Run(context.Background(), catalog.ContentCheck, Target{Content: &c, Expect: expect, Timeout: time.Minute})
}

// contentFound lists a result's findings without the hints: "content.bom=warn content.nul=warn".
func contentFound(r Result) string { return listFindings(r, false) }

// hintsFound lists the hints alone.
func hintsFound(r Result) string { return listFindings(r, true) }

func listFindings(r Result, hints bool) string {
	var all []string
	for _, f := range r.Findings {
		if strings.HasPrefix(f.ID, "content.language") == hints {
			all = append(all, f.ID+"="+string(f.Status))
		}
	}
	return strings.Join(all, " ")
}

// contentSaid is all that a result shows of its findings.
func contentSaid(r Result) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintln(&b, f.Summary, f.Remedy)
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "%s: %s\n", e.Label, e.Value)
		}
	}
	return b.String()
}

// contentCase is one content and what the check must find and say.
type contentCase struct {
	name   string
	data   []byte
	file   string // "" means that the content has no name that promises a type
	mime   string
	base64 bool
	expect Media
	want   string // "content.fits=pass"
	says   string // part of what is said; "" for whatever
}

func runContentCases(t *testing.T, cases []contentCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			content := contentOf(c.file, c.data)
			content.Type, content.Base64 = c.mime, c.base64
			r := runContent(content, c.expect)
			if got := contentFound(r); got != c.want {
				t.Fatalf("found %s, want %s\n%s", got, c.want, contentSaid(r))
			}
			if !strings.Contains(contentSaid(r), c.says) {
				t.Errorf("not said: %q\n%s", c.says, contentSaid(r))
			}
			content.Size = -1 // a pipe
			if got := contentFound(runContent(content, c.expect)); got != c.want {
				t.Errorf("from a pipe found %s, want %s", got, c.want)
			}
		})
	}
}

func TestContentTypes(t *testing.T) {
	html := []byte("<!DOCTYPE html><html><title>Log in</title></html>")
	pdf := []byte("%PDF-1.7\n1 0 obj\n")
	zip := append([]byte("PK\x03\x04\x14\x00\x00\x00\x08\x00"), make([]byte, 40)...)
	noise := []byte("\x8f\x01\x9c\xe3\x00\x17\xfe\x81\x9a\x00\x03\xd5\xb1\x02")
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`)
	runContentCases(t, []contentCase{
		{name: "nothing", want: "content.empty=fail"},
		{name: "png", data: mediatest.PNG(640, 480), file: "a.png", mime: "image/png", expect: Image, want: "content.fits=pass", says: "PNG image, 640×480: nothing wrong found"},
		{name: "png declared jpeg", data: mediatest.PNG(2, 2), mime: "image/jpeg", want: "content.type_mismatch=warn", says: "the declared type says image/jpeg"},
		{name: "jpeg declared image/jpg", data: mediatest.JPEG(8, 8), mime: "image/jpg", want: "content.fits=pass"},
		{name: "png named jpg", data: mediatest.PNG(2, 2), file: "a.JPG", want: "content.type_mismatch=warn", says: "the file's name"},
		{name: "declared type outranks the name", data: mediatest.PNG(2, 2), file: "a.jpg", mime: "image/png; q=1", want: "content.fits=pass"},
		{name: "octet-stream", data: mediatest.PNG(2, 2), mime: media.Unknown, want: "content.type_mismatch=warn", says: "says nothing"},
		{name: "html declared image", data: html, mime: "image/png", want: "content.type_mismatch=fail", says: "HTML page"},
		{name: "html where an image is expected", data: html, expect: Image, want: "content.type_mismatch=fail", says: "error page"},
		{name: "html named jpg", data: html, file: "photo.jpg", want: "content.type_mismatch=fail", says: "it begins with: Log in"},
		{name: "json named png", data: []byte(`{"error": "no such key"}`), file: "photo.png", want: "content.type_mismatch=fail", says: `it begins with: {"error": "no such key"}`},
		{name: "html declared audio", data: html, mime: "audio/mpeg", want: "content.type_mismatch=fail"},
		{name: "zeros", data: make([]byte, 5000), want: "content.unverifiable=unknown", says: "begins with 3,072 zero bytes"},
		{name: "zeros named jpg", data: make([]byte, 5000), file: "a.jpg", want: "content.type_mismatch=fail", says: "does not begin like"},
		{name: "icon", data: append([]byte("\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00\x01\x00\x20\x00"), make([]byte, 40)...), file: "a.ico", want: "content.unsupported_type=warn content.unverifiable=unknown", says: "icon file"},
		{name: "avif", data: slices.Concat(mediatest.Box("ftyp", []byte("avif\x00\x00\x00\x00mif1avif")), mediatest.Box("meta", make([]byte, 30)), mediatest.Box("mdat", make([]byte, 30))), want: "content.unsupported_type=warn content.unverifiable=unknown", says: "AVIF image"},
		{name: "svg behind a comment", data: append([]byte("<!-- made by a program -->\n"), svg...), want: "content.unsupported_type=warn content.unverifiable=unknown", says: "SVG drawing"},
		{name: "image where text is expected", data: mediatest.PNG(2, 2), expect: Text, want: "content.type_mismatch=fail"},
		{name: "text where text is expected", data: html, expect: Text, want: "content.fits=pass"},
		{name: "multipart", data: mediatest.PNG(2, 2), mime: "multipart/form-data; boundary=x", want: "content.fits=pass"},
		{name: "form", data: []byte("text=hi"), mime: "application/x-www-form-urlencoded", want: "content.fits=pass"},
		{name: "text that begins like a program", data: []byte("MZ makes motorcycles"), want: "content.fits=pass", says: "text, 3 words"},
		{name: "pdf declared image", data: pdf, mime: "image/png", want: "content.type_mismatch=fail content.unsupported_type=fail"},
		{name: "pdf declared pdf", data: pdf, mime: "application/pdf", want: "content.unsupported_type=fail"},
		{name: "program", data: append([]byte("MZ\x90\x00\x03\x00\x00\x00"), make([]byte, 60)...), want: "content.unsupported_type=fail", says: "Windows program"},
		{name: "pdf", data: pdf, want: "content.unsupported_type=fail", says: "PDF document"},
		{name: "zip", data: zip, want: "content.unsupported_type=fail", says: "ZIP archive"},
		{name: "svg", data: svg, want: "content.unsupported_type=warn content.unverifiable=unknown", says: "not public"},
		{name: "unknown bytes", data: noise, want: "content.unverifiable=unknown", says: "no format that this program knows"},
		{name: "unknown bytes declared png", data: noise, mime: "image/png", want: "content.type_mismatch=fail", says: "does not begin like"},
		{name: "aac", data: bytes.Repeat([]byte("\xff\xf1\x50\x80\x02\x1f\xfc\x00"), 8), want: "content.unverifiable=unknown"},
	})
}

// noiseOf returns bytes that begin like no known format.
func noiseOf(n int) []byte { return bytes.Repeat([]byte("\x8f\x01\x9c\xe3\x00\x17\xfe\x81"), n/8) }

func TestUnknownTypeIsNamedOnce(t *testing.T) {
	r := runContent(Content{Name: "a.bin", Size: -1, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(noiseOf(800))), nil
	}}, AnyMedia)
	got := r.Target + evidenceText(r)
	if strings.Count(got, media.Unknown) != 1 || !strings.Contains(got, "file of an unknown type (application/octet-stream)") {
		t.Error(got)
	}
}

func TestContentSizes(t *testing.T) {
	runContentCases(t, []contentCase{
		{name: "below 4 MB", data: mediatest.PaddedPNG(imageNear), want: "content.fits=pass"},
		{name: "just over 4 MB", data: mediatest.PaddedPNG(imageNear + 1), want: "content.near_limit=warn"},
		{name: "4 MiB", data: mediatest.PaddedPNG(imageLimit), want: "content.near_limit=warn"},
		{name: "just over 4 MiB", data: mediatest.PaddedPNG(imageLimit + 1), want: "content.too_large=fail", says: "4,194,305 bytes"},
		{name: "4 MB as base64", data: inBase64(mediatest.PaddedPNG(imageNear / 4 * 3)), base64: true, want: "content.fits=pass"},
		{name: "4 MB as base64 in lines", data: wrapped(inBase64(mediatest.PaddedPNG(imageNear/4*3)), 76), base64: true, want: "content.base64=warn"},
		{name: "just over 4 MB as base64", data: inBase64(mediatest.PaddedPNG(imageNear/4*3 + 1)), base64: true, want: "content.near_limit=warn", says: "the image as base64 is at the limit: 4.0 MB (4,000,004 bytes)"},
		{name: "4,130,784 characters of base64", data: inBase64(mediatest.PaddedPNG(4_130_784 / 4 * 3)), base64: true, want: "content.near_limit=warn", says: "4,130,784 bytes"},
		{name: "the same unasked", data: inBase64(mediatest.PaddedPNG(4_130_784 / 4 * 3)), want: "content.near_limit=warn"},
		{name: "4 MiB as base64", data: inBase64(mediatest.PaddedPNG(imageLimit / 4 * 3)), base64: true, want: "content.near_limit=warn"},
		{name: "just over 4 MiB as base64", data: inBase64(mediatest.PaddedPNG(imageLimit/4*3 + 1)), base64: true, want: "content.too_large=fail", says: "whether the limit counts before or after encoding is not documented"},
		{name: "base64 of just over 4 MiB", data: inBase64(mediatest.PaddedPNG(imageLimit + 1)), base64: true, want: "content.too_large=fail"},
		{name: "a text over 4 MiB", data: bytes.Repeat([]byte("a"), imageLimit+1), want: "content.too_large=fail", says: "far more than the about 500 words that one request takes"},
		{name: "many words over 4 MiB", data: bytes.Repeat([]byte("ab "), imageLimit/3+1), want: "content.too_large=fail"},
		{name: "unknown bytes over 4 MiB", data: noiseOf(5_000_000), want: "content.unverifiable=unknown content.too_large=fail", says: "over every limit that Klyra documents"},
		{name: "unknown bytes of 4 MiB", data: noiseOf(imageLimit), want: "content.unverifiable=unknown"},
		{name: "unknown bytes said to be video", data: noiseOf(5_000_000), file: "a.mpg", expect: Video, want: "content.unverifiable=unknown"},
		{name: "audio has no limit", data: mediatest.WAV(imageLimit), want: "content.fits=pass", says: "4.2 MB"},
	})
}

func TestNoContent(t *testing.T) {
	if r := Run(t.Context(), catalog.ContentCheck, Target{}); contentFound(r) != "check.no_input=skip" || r.Status != Skip {
		t.Errorf("found %s, status %s", contentFound(r), r.Status)
	}
	missing := Content{Name: "gone", Open: func() (io.ReadCloser, error) { return nil, os.ErrNotExist }}
	if r := runContent(missing, AnyMedia); contentFound(r) != "check.no_input=unknown" || !strings.Contains(contentSaid(r), "does not exist") {
		t.Errorf("a missing file: %s", contentSaid(r))
	}
	bad := Content{Name: "bad disk", Size: -1, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(mediatest.PNG(8, 8)), errorReader{})), nil
	}}
	if r := runContent(bad, AnyMedia); contentFound(r) != "check.no_input=unknown" || !strings.Contains(contentSaid(r), "bad sector") {
		t.Errorf("an unreadable file: %s", contentSaid(r))
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errors.New("bad sector") }

// TestContentPanics: a panic below is a finding, not the end of the program.
func TestContentPanics(t *testing.T) {
	c := Content{Name: "x", Open: func() (io.ReadCloser, error) { panic("no") }}
	if r := runContent(c, AnyMedia); contentFound(r) != "check.crashed=unknown" {
		t.Errorf("found %s", contentFound(r))
	}
}

// TestContentCancelled: reading that blocks for ever ends with the context, and so does its goroutine.
func TestContentCancelled(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	closed := make(chan struct{})
	c := Content{Name: "pipe", Size: -1, Open: func() (io.ReadCloser, error) { return closeTeller{r, closed}, nil }}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = w.Write([]byte("some text, and then nothing"))
		cancel()
	}()
	result := Run(ctx, catalog.ContentCheck, Target{Content: &c})
	if contentFound(result) != "check.cancelled=unknown" {
		t.Errorf("found %s", contentFound(result))
	}
	<-closed
}

type closeTeller struct {
	io.ReadCloser
	closed chan struct{}
}

func (c closeTeller) Close() error {
	close(c.closed)
	return c.ReadCloser.Close()
}

// TestContentCancelledAtWork: cancelling returns at once, whatever is being read.
func TestContentCancelledAtWork(t *testing.T) {
	for name := range endless {
		t.Run(name, func(t *testing.T) {
			took := time.Hour
			for try := 0; took > atOnce && try < 3; try++ {
				ctx, cancel := context.WithCancel(t.Context())
				c := endlessContent(name, 1<<50)
				if name == "json" {
					c.Type = "text/plain" // as a body it would not be read for long
				}
				stopped := make(chan time.Time, 1)
				time.AfterFunc(20*time.Millisecond, func() {
					stopped <- time.Now()
					cancel()
				})
				r := Run(ctx, catalog.ContentCheck, Target{Content: &c, Timeout: time.Minute})
				took = time.Since(<-stopped)
				if contentFound(r) != "check.cancelled=unknown" {
					t.Errorf("found %s", contentFound(r))
				}
			}
			if took > atOnce {
				t.Errorf("returned %v after it was cancelled", took)
			}
		})
	}
}

func TestContentTimeout(t *testing.T) {
	c := endlessContent("text", 1<<50)
	r := Run(t.Context(), catalog.ContentCheck, Target{Content: &c, Timeout: 10 * time.Millisecond})
	if contentFound(r) != "check.timeout=unknown" {
		t.Errorf("found %s", contentFound(r))
	}
}

// endless holds contents of each sort that go on for ever: how they begin, and what then repeats.
var endless = map[string]struct{ head, again string }{
	"text":    {"", strings.Repeat("word word\n", 1000)},
	"oneword": {"", "word"},
	"chinese": {"", "内容审核服务"},
	"png":     {"\x89PNG\r\n\x1a\n", "\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e"},
	"wav":     {"RIFF\xff\xff\xff\xffWAVEdata\xff\xff\xff\xff", strings.Repeat("\x00\x01", 4096)},
	"ogg":     {"", "OggS\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
	"mp3":     {"ID3\x04\x00\x00\x00\x00\x00\x00", "\xff\xfb\x90\x00" + strings.Repeat("\x00", 413)},
	"mp3lost": {"ID3\x04\x00\x00\x00\x00\x00\x00" + string(bytes.Repeat(mediatest.MP3Frame, 8)), "\xff\xfb\x90\x00"},
	"flac":    {"fLaC\x00\x00\x00\x22" + strings.Repeat("\x00", 34) + "\x81\x00\x00\x00", "\xff\xf8\xc9\x18\x00\xc2"},
	"mp4":     {"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00", "\x00\x00\x00\x10free\x00\x00\x00\x00\x00\x00\x00\x00"},
	"webm":    {"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\xff", "\xec\x80"},
	"base64":  {"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptV", "AAAA"},
	"json":    {"", `{"a":1,`},
	"strange": {"", "\x8f\x01\x9c\xe3\x00\x17\xfe\x81\x9a\x00\x03\xd5\xb1\x02"},
}

// endlessContent is one of them, ended after so many bytes.
func endlessContent(name string, size int64) Content {
	c := Content{Name: name, Size: -1, Open: func() (io.ReadCloser, error) {
		e := endless[name]
		again := io.LimitReader(&endlessReader{pattern: []byte(e.again)}, size)
		return io.NopCloser(io.MultiReader(strings.NewReader(e.head), again)), nil
	}}
	if name == "json" {
		c.Type = "application/json"
	}
	return c
}

// endlessReader gives a pattern again and again.
type endlessReader struct {
	pattern []byte
	at      int
}

func (s *endlessReader) Read(p []byte) (int, error) {
	for i := 0; i < len(p); {
		n := copy(p[i:], s.pattern[s.at:])
		i, s.at = i+n, (s.at+n)%len(s.pattern)
	}
	return len(p), nil
}

// TestContentWithoutEnd: what is far over its limit is judged though it never ends.
func TestContentWithoutEnd(t *testing.T) {
	for want, pattern := range map[string]string{
		"content.too_large=fail":                              "word ",
		"content.unverifiable=unknown content.too_large=fail": "\x00",
	} {
		c := Content{Name: "pipe", Size: -1, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(&endlessReader{pattern: bytes.Repeat([]byte(pattern), 10_000)}), nil
		}}
		r := runContent(c, AnyMedia)
		if contentFound(r) != want || !strings.Contains(contentSaid(r), "not read any further") {
			t.Errorf("found %s\n%s", contentFound(r), contentSaid(r))
		}
	}
}

func FuzzContent(f *testing.F) {
	for _, e := range endless {
		f.Add([]byte(e.head+e.again), "", false)
	}
	for _, sample := range mediatest.All() {
		f.Add(sample, "", false)
		f.Add(inBase64(sample), "image/png", true)
	}
	f.Add([]byte(`{"input":[{"type":"image","data":"data:image/gif;base64,R0lGODdh"},null,{}]}`), "application/json", false)
	f.Fuzz(func(t *testing.T, data []byte, mimeType string, base64 bool) {
		c := contentOf("x", data)
		c.Type, c.Base64 = mimeType, base64
		r := runContent(c, AnyMedia)
		if len(r.Findings) == 0 || r.Status == "" || r.Summary == "" {
			t.Errorf("no verdict: %+v", r)
		}
		if strings.Contains(contentFound(r), "check.") {
			t.Errorf("found %s", contentSaid(r))
		}
	})
}

func BenchmarkContent(b *testing.B) {
	photo := mediatest.PNG(1000, 750)
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"text 3 kB", []byte(strings.Repeat("A moderation API reads words. ", 100))},
		{"text 10 MB", []byte(strings.Repeat("A moderation API reads words. ", 10_000_000/30))},
		{"png 1000×750", photo},
		{"jpeg 1000×750", mediatest.JPEG(1000, 750)},
		{"png in base64", inBase64(photo)},
		{"wav 10 MB", mediatest.WAV(10_000_000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			content := contentOf("x", c.data)
			content.Base64 = c.name == "png in base64"
			b.SetBytes(int64(len(c.data)))
			b.ReportAllocs()
			for b.Loop() {
				if r := runContent(content, AnyMedia); r.Status == Unknown {
					b.Fatal(contentSaid(r))
				}
			}
		})
	}
}
