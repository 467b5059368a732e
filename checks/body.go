package checks

import (
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"klyra-doctor/checks/media"
)

const (
	headBytes     = 64 << 10  // of a body that are held
	maxImageBytes = 4 << 20   // Klyra documents "4 MB" for images; this is its wider reading
	mbImageBytes  = 4_000_000 // and this the narrower one
	maxMediaBytes = 64 << 20  // of any other body that are read; Klyra's limits for audio and video are not public
	bombRatio     = 200       // decoded bytes for each one that was sent
	bombBytes     = 8 << 20   // below this size no ratio counts

	slowRate = 64 << 10 // bytes per second
)

// body is what was read of a download.
type body struct {
	head     []byte     // the first bytes, decoded
	size     int64      // decoded bytes that were read
	length   int64      // what the server announced, before decoding; -1 where it did not
	more     bool       // there is more than was read
	declared string     // media type by Content-Type, without parameters
	encoding string     // Content-Encoding, "" for none
	kind     media.Kind // by the first bytes; the zero value where they could not be decoded
	took     time.Duration
	err      error // what ended the reading before the end of the body
	bomb     bool
}

// download reads the hop's body, of which only the beginning is held, and judges it.
func (p *urlProbe) download(ctx context.Context, h *hop, resp *http.Response) {
	stop := h.timed(bodyPhase)
	b := p.read(resp)
	stop()
	b.took = h.took[bodyPhase]
	if b.err != nil && ctx.Err() == context.Canceled {
		p.interrupted(ctx, "downloading")
		return
	}
	p.body = b
	p.judgeTransfer(b, resp)
	if b.size > 0 && !b.bomb && !badlyCompressed(b.err) {
		p.judgeType(h, b)
		p.judgeSize(b)
	}
	p.compareServed(ctx, h, resp.StatusCode, b)
}

// read reads the beginning of the body, and counts the rest up to the limit for its kind.
func (p *urlProbe) read(resp *http.Response) *body {
	b := &body{length: resp.ContentLength, encoding: strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding")))}
	b.declared = declaredType(resp.Header)
	if b.encoding == "identity" {
		b.encoding = ""
	}
	sent := &counter{from: resp.Body}
	decoded, err := decoder(b.encoding, sent)
	if err != nil {
		b.err = err
		return b
	}
	b.head, b.err = readHead(decoded)
	b.size = int64(len(b.head))
	b.kind = media.Sniff(b.head, false)
	limit := int64(maxMediaBytes)
	if p.wantsImage(b) {
		limit = maxImageBytes
		if b.encoding == "" && b.length > limit {
			b.more = true
			return b
		}
	}
	for b.err == nil && b.size <= limit && !b.bomb {
		var n int64
		n, b.err = io.CopyN(io.Discard, decoded, min(headBytes, limit+1-b.size))
		b.size += n
		b.bomb = b.encoding != "" && b.size > bombBytes && b.size/max(sent.n, 1) > bombRatio
	}
	b.more = b.size > limit
	if b.err == io.EOF {
		b.err = nil
	}
	return b
}

// declaredType is the media type of the Content-Type without its parameters, or the header as it is where it
// holds none.
func declaredType(header http.Header) string {
	given := header.Get("Content-Type")
	if declared, _, _ := mime.ParseMediaType(given); declared != "" {
		return declared
	}
	return given
}

// readHead reads the first bytes; an end of the body right there is no error of its own.
func readHead(r io.Reader) ([]byte, error) {
	head, err := io.ReadAll(io.LimitReader(r, headBytes))
	if err == nil && len(head) < headBytes {
		err = io.EOF
	}
	return head, err
}

// counter counts what is read through it.
type counter struct {
	from io.Reader
	n    int64
}

// Read reads from the underlying reader.
func (c *counter) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.n += int64(n)
	return n, err
}

var errUnknownEncoding = errors.New("this program cannot decode it")

// decoder undoes a Content-Encoding, which servers should not use: none was asked for.
func decoder(encoding string, from io.Reader) (io.Reader, error) {
	switch encoding {
	case "":
		return from, nil
	case "gzip", "x-gzip":
		return gzip.NewReader(from)
	case "deflate":
		return zlib.NewReader(from)
	}
	return nil, errUnknownEncoding
}

// wantsImage reports whether the limit for images counts.
func (p *urlProbe) wantsImage(b *body) bool {
	return p.Expect == Image || p.Expect == AnyMedia && b.kind.Sort == Image
}

func (b *body) evidence() []Evidence {
	all := []Evidence{
		{"Content-Type", firstRunes(b.declared)},
		{"type by its bytes", b.kind.MIME},
		{"size", b.sizeWords()},
		{"Content-Encoding", firstRunes(b.encoding)},
	}
	told := all[:0]
	for _, e := range all {
		if e.Value != "" {
			told = append(told, e)
		}
	}
	return told
}

func (b *body) sizeWords() string {
	switch {
	case b.more && b.length >= 0 && b.encoding == "":
		return fmt.Sprintf("%d bytes by Content-Length", b.length)
	case b.more || b.bomb:
		return fmt.Sprintf("more than %d bytes", b.size-1)
	case b.length >= 0 && b.length != b.size && b.encoding == "":
		return fmt.Sprintf("%d of %d bytes", b.size, b.length)
	}
	return fmt.Sprintf("%d bytes", b.size)
}

// judgeTransfer judges how the body came.
func (p *urlProbe) judgeTransfer(b *body, resp *http.Response) {
	switch {
	case b.bomb:
		p.add(Finding{
			ID: "body.compression_bomb", Status: Fail, Summary: "a small compressed body unpacks to a huge one",
			Remedy: "Serve media without compression: downloaders refuse this as an attack.",
		})
	case b.err == nil:
		p.judgeWhole(b, resp)
	case badlyCompressed(b.err):
		p.add(badCompression(b))
	case deadlinePassed(b.err):
		p.add(Finding{
			ID: "body.slow", Status: Unknown, Summary: fmt.Sprintf("time ran out after %d bytes of the body (%s)", b.size, b.rate()),
			Remedy: "Put the file behind a CDN or make it smaller: downloaders give up after some seconds.",
		})
	default:
		p.add(Finding{
			ID: "body.truncated", Status: Fail, Summary: "the body ends before its announced end",
			Evidence: []Evidence{{"cause", firstRunes(b.err.Error())}},
			Remedy:   "The server or a proxy cuts it off: look at their logs and time limits, and purge the CDN's copy of the file.",
		})
	}
}

// judgeWhole judges a body that came to its end, or to where reading stopped.
func (p *urlProbe) judgeWhole(b *body, resp *http.Response) {
	if b.size == 0 {
		p.add(Finding{
			ID: "body.empty", Status: Fail, Summary: fmt.Sprintf("HTTP %d, but the body is empty", resp.StatusCode),
			Remedy: "Upload the file again and look at its size there; an upload that failed leaves an empty object.",
		})
		return
	}
	if b.encoding != "" {
		p.add(Finding{
			ID: "body.bad_compression", Status: Warn, Summary: "the server compresses the body though no compression was asked for",
			Remedy: "Serve media without Content-Encoding: a downloader that does not unpack it sees broken media.",
		})
	}
	if b.took > p.net.phases.swift && float64(b.size)/b.took.Seconds() < slowRate {
		p.add(Finding{
			ID: "body.slow", Status: Warn, Summary: "the download is slow: " + b.rate(),
			Remedy: "Put the file behind a CDN: downloaders give up after some seconds.",
		})
	}
	if b.length < 0 && len(resp.TransferEncoding) == 0 && !b.more {
		p.add(Finding{
			ID: "body.no_length", Status: Warn, Summary: "the server does not say how long the body is, so that a cut-off download cannot be noticed",
			Remedy: "Let the server send a Content-Length.",
		})
	}
}

func (b *body) rate() string {
	return fmt.Sprintf("%.1f KiB/s", float64(b.size)/1024/max(b.took.Seconds(), 0.001))
}

func badlyCompressed(err error) bool {
	var corrupt flate.CorruptInputError
	for _, e := range []error{gzip.ErrHeader, gzip.ErrChecksum, zlib.ErrHeader, zlib.ErrChecksum, zlib.ErrDictionary, errUnknownEncoding} {
		if errors.Is(err, e) {
			return true
		}
	}
	return errors.As(err, &corrupt)
}

func badCompression(b *body) Finding {
	f := Finding{
		ID: "body.bad_compression", Status: Fail,
		Summary:  fmt.Sprintf("the server says Content-Encoding: %s, but the body is not in it", firstRunes(b.encoding)),
		Evidence: []Evidence{{"cause", firstRunes(b.err.Error())}},
		Remedy:   "Remove the Content-Encoding from the stored object's metadata, or from the server's settings for media.",
	}
	if errors.Is(b.err, errUnknownEncoding) {
		f.Status = Unknown
		f.Summary = fmt.Sprintf("the body is compressed (%s) though no compression was asked for, and could not be looked into", firstRunes(b.encoding))
	}
	return f
}

// judgeSize holds a body against the documented limit for images.
func (p *urlProbe) judgeSize(b *body) {
	size := b.size
	if b.more && b.encoding == "" {
		size = max(size, b.length)
	}
	if !p.wantsImage(b) || size <= mbImageBytes {
		return
	}
	f := Finding{
		ID: "body.too_large", Status: Fail, Summary: "the image is larger than 4 MB, the most that Klyra documents",
		Remedy: "Make it smaller: scale it down or save it with more compression.",
	}
	if size <= maxImageBytes {
		f.Status = Warn
		f.Summary = "the image is just over 4,000,000 bytes: whether Klyra's 4 MB means that or 4 MiB is not documented"
	}
	p.add(f)
}

// judgeType compares what the bytes are with what was expected, declared and named.
func (p *urlProbe) judgeType(h *hop, b *body) {
	switch {
	case isPage(b):
		p.add(p.page(b))
	case b.kind.MIME == media.Unknown:
		p.add(Finding{
			ID: "body.type_mismatch", Status: Unknown, Summary: "could not tell what the bytes are: they begin like no known type",
			Remedy: "Open the download in a program for such files. If it does not open there, the file is broken.",
		})
	case p.Expect != AnyMedia && !media.Agree(p.Expect, b.kind.Sort):
		p.add(wrongType(Fail, fmt.Sprintf("the bytes are %s, where %s is expected", b.kind.MIME, p.Expect)))
	case p.Expect == AnyMedia && !b.kind.Sort.Played():
		p.add(noMedia(h, b))
	case b.declared == "":
		p.add(wrongType(Warn, "the server sends no Content-Type; the bytes are "+b.kind.MIME))
	default:
		p.judgeLabels(h, b)
	}
}

func wrongType(status Status, summary string) Finding {
	return Finding{
		ID: "body.type_mismatch", Status: status, Summary: summary,
		Remedy: "Give the URL of the file itself, and let the server send its real Content-Type.",
	}
}

// noMedia judges bytes that are neither image, audio nor video where one of them is usual.
func noMedia(h *hop, b *body) Finding {
	for _, label := range labelsOf(h, b) {
		if label.media.Played() {
			return wrongType(Fail, fmt.Sprintf("the bytes are %s, though the server or the URL's ending says media", b.kind.MIME))
		}
	}
	return wrongType(Warn, fmt.Sprintf("the bytes are %s, which is neither image, audio nor video", b.kind.MIME))
}

// judgeLabels compares the Content-Type and the URL's ending with the bytes.
func (p *urlProbe) judgeLabels(h *hop, b *body) {
	for _, label := range labelsOf(h, b) {
		if !label.keptBy(b.kind) {
			p.add(wrongType(Warn, fmt.Sprintf("%s says %s, but the bytes are %s", label.by, firstRunes(label.mime), b.kind.MIME)))
			return
		}
	}
}

// labelsOf returns what the server and the URL's ending say of the body.
func labelsOf(h *hop, b *body) []typePromise {
	labels := []typePromise{promiseOf("the server", media.Canonical(b.declared))}
	if named := media.ByExtension(h.url.Path); named != "" {
		labels = append(labels, promiseOf("the URL's ending "+path.Ext(h.url.Path), named))
	}
	return labels
}

// isPage reports whether the body is a web page.
func isPage(b *body) bool {
	return b.kind.MIME == "text/html" || b.declared == "text/html" && b.kind.Sort == Text
}

var passwordField = regexp.MustCompile(`(?i)<input[^>]{1,500}type\s*=\s*["']?password`)

// page says what sort of web page came in place of the file.
func (p *urlProbe) page(b *body) Finding {
	title := titleOf(b.head)
	wall, walled := wallOf(nil, b.head)
	f := Finding{
		ID: "body.html_page", Status: Fail, Summary: "this is a web page, not an image, audio or video file",
		Remedy: "Give the URL of the file itself: open the page, then copy the address of the image or of the download. Such a page often says that the file is gone or needs a login.",
	}
	switch {
	case walled:
		f = wall
	case p.ledToLogin() || passwordField.Match(b.head):
		f.ID, f.Summary = "http.login_page", "a page for signing in came instead of the file"
		f.Remedy = noSignIn
	case p.Expect == Text:
		f.Status, f.Summary = Warn, "this is a web page with HTML tags, not plain text"
		f.Remedy = "Send the text itself in the request, without the page around it."
	}
	if title != "" {
		f.Evidence = []Evidence{{"page title", firstRunes(title)}}
	}
	f.Evidence = append(f.Evidence, pageRedirect(p.hops[len(p.hops)-1].header, b.head)...)
	return f
}
