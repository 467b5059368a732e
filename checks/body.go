package checks

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"
	"net/http"
	"time"

	"klyra-doctor/checks/media"
)

const (
	headBytes     = 64 << 10 // of a body that are held
	maxMediaBytes = 64 << 20 // of a body that are read, images and texts apart; Klyra's limits for audio and video are not public
	maxTextBytes  = 4 << 20  // of a text that are read: far more than the about 500 words that Klyra documents
	bombRatio     = 200      // decoded bytes for each one that was sent
	bombBytes     = 8 << 20  // below this size no ratio counts

	slowRate = 64 << 10 // bytes per second; below this a download earns a warning
	dripRate = 1 << 10  // below this nobody waits for its end
)

// body is what was read of a download.
type body struct {
	head     []byte     // the first bytes, decoded
	size     int64      // decoded bytes that were read
	sum      string     // of them, where downloads are compared; else ""
	length   int64      // what the server announced, before decoding; -1 where it did not
	more     bool       // there is more than was read
	surplus  int64      // bytes that came behind the announced end
	part     bool       // the server sent it as a part of the file
	declared string     // media type by Content-Type, without parameters
	charset  string     // by Content-Type, "" for none
	kind     media.Kind // by the first bytes; the zero value where they could not be decoded
	took     time.Duration
	err      error // what ended the reading before the end of the body

	codings []string   // by Content-Encoding, in the order in which they were applied; nil for none
	asSent  media.Kind // by the first bytes before decoding
	plain   bool       // they are media already: the codings are not true
	cutInIt bool       // the compressed data end in their middle, the transfer did not

	image []byte  // an image to be decoded; nil for anything else
	look  *survey // what its parts say; nil where nobody looked into it
}

// download reads the hop's body in bounded memory and judges it.
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
	b.surplus = h.heard.surplus(b, resp)
	p.judgeTransfer(h, b, resp)
	p.judgeFraming(h, resp)
	if b.size > 0 && !b.unreadable() {
		p.judgeType(h, b)
		p.judgeSize(b)
		p.judgeContent(ctx, b)
		p.ledToStandIn(h, b)
	}
	p.judgeLength(b, resp)
	p.compareServed(ctx, h, resp.StatusCode, b)
}

// read reads the body up to the limit for its kind and one byte. Only an image is held as a whole.
func (p *urlProbe) read(resp *http.Response) *body {
	b := &body{length: resp.ContentLength, part: resp.StatusCode == http.StatusPartialContent && !wholeRange(resp.Header.Get("Content-Range")), codings: contentCodings(resp.Header)}
	b.declared, b.charset = declaredType(resp.Header)
	sent := &counter{from: resp.Body}
	decoded, err := b.decoder(sent)
	if err != nil {
		b.err, b.cutInIt = err, errors.Is(err, io.ErrUnexpectedEOF) && sent.ended
		return b
	}
	rest := &intake{from: decoded, sent: sent, packed: b.codings != nil, limit: maxMediaBytes}
	if p.Deep {
		rest.sum = sha256.New()
	}
	in := bufio.NewReaderSize(rest, headBytes)
	head, _ := in.Peek(headBytes)
	b.head = append([]byte(nil), head...)
	if len(head) > 0 {
		b.kind = media.Sniff(b.head, p.Expect == Text)
	}
	switch {
	case p.Expect == Text:
		rest.limit = maxTextBytes
	case p.wantsImage(b):
		rest.limit = imageLimit
		if b.more = b.codings == nil && b.length > imageLimit; b.more {
			b.size = int64(len(b.head))
			return b
		}
	}
	p.take(b, in)
	if rest.sum != nil {
		b.sum = string(rest.sum.Sum(nil))
	}
	b.size, b.more, b.err = rest.n, rest.n > rest.limit, rest.err
	b.cutInIt = errors.Is(b.err, io.ErrUnexpectedEOF) && sent.ended
	return b
}

// declaredType is the media type of the Content-Type and its charset, or the header as it is where it holds none.
func declaredType(header http.Header) (media, charset string) {
	given := header.Get("Content-Type")
	if declared, params, _ := mime.ParseMediaType(given); declared != "" {
		return declared, params["charset"]
	}
	return given, ""
}

// counter counts what is read through it.
type counter struct {
	from  io.Reader
	n     int64
	ended bool // at its end, whole
}

// Read reads from the underlying reader.
func (c *counter) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.n += int64(n)
	c.ended = c.ended || err == io.EOF
	return n, err
}

var errBomb = errors.New("the body unpacks to far more than was sent")

// intake gives a decoded body up to a limit and one byte, and ends where it turns out to be a bomb.
type intake struct {
	from   io.Reader
	sent   *counter // the body before decoding
	packed bool
	limit  int64
	n      int64
	sum    hash.Hash // of what was given; nil where nobody asks
	err    error     // what ended the body too early
}

// Read reads decoded bytes.
func (i *intake) Read(p []byte) (int, error) {
	if i.err != nil {
		return 0, i.err
	}
	if i.n > i.limit {
		return 0, io.EOF
	}
	n, err := i.from.Read(p[:min(int64(len(p)), i.limit+1-i.n)])
	i.n += int64(n)
	if i.sum != nil {
		i.sum.Write(p[:n])
	}
	if err != nil && err != io.EOF {
		i.err = err
	}
	if i.packed && i.n > bombBytes && i.n/max(i.sent.n, 1) > bombRatio {
		i.err = errBomb
		return n, errBomb
	}
	return n, err
}

// wantsImage reports whether the limit for images counts.
func (p *urlProbe) wantsImage(b *body) bool {
	return p.Expect == Image || p.Expect == AnyMedia && b.kind.Sort == Image
}

// unreadable reports whether what was read says nothing of the file.
func (b *body) unreadable() bool { return errors.Is(b.err, errBomb) || badlyCompressed(b.err) }

// whole reports whether the file was read from its start to its end.
func (b *body) whole() bool { return b.err == nil && !b.more && !b.part && b.surplus == 0 }

func (b *body) evidence() []Evidence {
	all := []Evidence{
		{"Content-Type", firstRunes(b.declared)},
		{"type by its bytes", b.kind.MIME},
		{"size", b.sizeWords()},
		{"Content-Encoding", firstRunes(b.codingWords())},
	}
	if b.more && b.size > headBytes {
		all = append(all, Evidence{"looked at", fmt.Sprintf("the first %s; what follows was not downloaded", sizeWords(b.size-1))})
	}
	if b.look != nil {
		all = append(append(all, Evidence{"what it holds", b.look.what}), b.look.facts...)
	}
	told := all[:0]
	for _, e := range all {
		if e.Value != "" {
			told = append(told, e)
		}
	}
	return told
}

// download says in a few words what came.
func (b *body) download(status int) string {
	return fmt.Sprintf("HTTP %d, %s, %s", status, b.kind.MIME, b.sizeWords())
}

func (b *body) sizeWords() string {
	packed := b.codings != nil && !b.plain
	switch {
	case b.more && b.length >= 0 && !packed:
		return Counted(b.length, "byte") + " by Content-Length"
	case b.more || errors.Is(b.err, errBomb):
		return "more than " + Counted(b.size-1, "byte")
	case b.length >= 0 && b.length != b.size && !packed:
		return Grouped(b.size) + " of " + Counted(b.length, "byte")
	}
	return Counted(b.size, "byte")
}

// judgeTransfer judges how the body came.
func (p *urlProbe) judgeTransfer(h *hop, b *body, resp *http.Response) {
	switch {
	case errors.Is(b.err, errBomb):
		p.add(Finding{
			ID: "body.compression_bomb", Status: Fail, Summary: "a small compressed body unpacks to a huge one",
			Remedy: "Serve media without compression: downloaders refuse this as an attack.",
		})
	case badlyCompressed(b.err):
		p.add(badCompression(b))
	case deadlinePassed(b.err):
		p.add(b.unfinished())
	case b.err != nil:
		p.add(b.truncated())
	case b.surplus > 0:
		p.add(b.overlong())
	case b.size == 0:
		p.add(emptyBody(resp))
	case b.part: // was said already
	default:
		p.judgeCodings(b)
		p.judgePace(h, b)
	}
}

func emptyBody(resp *http.Response) Finding {
	f := Finding{
		ID: "body.empty", Status: Fail, Summary: fmt.Sprintf("HTTP %d, but the body is empty", resp.StatusCode),
		Evidence: pageRedirect(resp.Header, nil),
		Remedy:   "Upload the file again and look at its size there; an upload that failed leaves an empty object.",
	}
	switch {
	case f.Evidence != nil:
		f.Summary += ": a header sends browsers on to another address"
		f.Remedy = "Let the server redirect with a status (302) and a Location header, or give the URL in the evidence."
	case resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusResetContent:
		f.Summary = fmt.Sprintf("HTTP %d: the server has nothing to send here, by its own words", resp.StatusCode)
		f.Remedy = "Give the URL of the file itself: APIs and counters answer so, and some proxies for what they block."
	}
	return f
}

// unfinished is the finding about a body that had not ended when the time had.
func (b *body) unfinished() Finding {
	f := Finding{
		ID: "body.slow", Status: Unknown,
		Summary: fmt.Sprintf("time ran out after %s of the body (%s)", b.sizeWords(), b.rate()),
		Remedy:  "Put the file behind a CDN or make it smaller: downloaders give up after some seconds. To wait longer here, give the check more time (--timeout 60s).",
	}
	if b.took >= time.Second && b.perSecond() < dripRate {
		f.Status = Fail
		f.Summary = fmt.Sprintf("the server sends too slowly to wait for the end: %s in %s, %.1f bytes per second on average", b.sizeWords(), DurationText(b.took), b.perSecond())
		f.Remedy = "Look at the server's load and log, and at limits of its bandwidth; put the file behind a CDN."
	}
	return f
}

// truncated is the finding about a body that ended before it should have.
func (b *body) truncated() Finding {
	f := Finding{
		ID: "body.truncated", Status: Fail, Summary: "the body ends before its announced end",
		Evidence: []Evidence{{"cause", firstRunes(b.err.Error())}},
		Remedy:   "The server or a proxy cuts it off: look at their logs and time limits, and purge the CDN's copy of the file.",
	}
	switch {
	case b.cutInIt:
		f.Summary = "the compressed body ends in its middle, though the server sent all that it announced"
		f.Remedy = "The stored copy is cut: upload the file again, without compression, and purge the CDN's copy."
	case socketFailure(b.err) == socketBroken:
		f.Summary = "the body breaks off: what the server sends is not a valid transfer"
	case isOneOf(b.err, resetErrors):
		f.Summary = "the connection was reset in the middle of the body"
	}
	return f
}

// overlong is the finding about a body of which only the announced part counts, though more of it came.
func (b *body) overlong() Finding {
	return Finding{
		ID: "body.truncated", Status: Fail,
		Summary:  fmt.Sprintf("the server announces %s and sends more: downloaders take the announced part alone, so that the file is cut", Counted(b.length, "byte")),
		Evidence: []Evidence{{"behind the announced end", "at least " + Counted(b.surplus, "byte")}},
		Remedy:   "Correct the Content-Length: it counts bytes, not characters, and has to be set after everything that changes the body. A cache may hold an old one: purge it.",
	}
}

// judgePace warns of a server that is slow to begin or to send.
func (p *urlProbe) judgePace(h *hop, b *body) {
	if waited := h.took[answerPhase]; waited > p.net.phases.swift {
		p.add(Finding{
			ID: "body.slow", Status: Warn, Summary: "the server took " + DurationText(waited) + " to begin its answer",
			Remedy: "Put the file behind a CDN, or let the server not make it anew for every request: downloaders give up after some seconds.",
		})
	}
	if b.took > p.net.phases.swift && b.perSecond() < slowRate {
		p.add(Finding{
			ID: "body.slow", Status: Warn, Summary: "the download is slow: " + b.rate(),
			Remedy: "Put the file behind a CDN: downloaders give up after some seconds.",
		})
	}
}

func (b *body) perSecond() float64 { return float64(b.size) / max(b.took.Seconds(), 0.001) }

func (b *body) rate() string { return fmt.Sprintf("%.1f KiB/s", b.perSecond()/1024) }

// judgeLength warns where nothing but the file's own end tells whether all of it came.
func (p *urlProbe) judgeLength(b *body, resp *http.Response) {
	if b.length >= 0 || len(resp.TransferEncoding) > 0 || b.size == 0 || !b.whole() {
		return
	}
	f := Finding{
		ID: "body.no_length", Status: Warn, Summary: "the server does not say how long the body is, so that a cut-off download cannot be noticed",
		Remedy: "Let the server send a Content-Length, or answer in chunks (HTTP/1.1).",
	}
	if b.complete() {
		f.Summary += "; this one is whole by the file's own end"
	}
	p.add(f)
}

// judgeSize holds a body against the documented limits for images and texts.
func (p *urlProbe) judgeSize(b *body) {
	if p.Expect == Text && b.kind.Sort == Text && b.size > maxTextBytes {
		p.add(Finding{
			ID: "body.too_large", Status: Fail, Summary: "the text is far longer than the about 500 words that Klyra documents",
			Remedy: "Split it at sentence borders, and send the parts one by one.",
		})
		return
	}
	size := b.size
	if b.more && b.codings == nil {
		size = max(size, b.length)
	}
	if !p.wantsImage(b) || size <= imageNear {
		return
	}
	f := Finding{
		ID: "body.too_large", Status: Fail, Summary: "the image is larger than 4 MB, the most that Klyra documents",
		Remedy: "Make it smaller: scale it down or save it with more compression.",
	}
	if size <= imageLimit {
		f.Status = Warn
		f.Summary = "the image is just over 4,000,000 bytes: whether Klyra's 4 MB means that or 4 MiB is not documented"
	}
	p.add(f)
}
