package checks

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"klyra-doctor/checks/media"
	"klyra-doctor/checks/text"
)

// Klyra documents "up to 4 MB" for an image and "up to about 500 words" for a text. Whether MB means 10⁶ or
// 2²⁰ bytes, whether base64 counts encoded, and what a word is are not documented: between what surely fits
// and what surely does not lies a zone in which only a warning is honest.
const (
	imageLimit = 4 << 20   // over this an image fits neither reading of "4 MB"
	imageNear  = 4_000_000 // over this it fits only where MB means 2²⁰
	wordLimit  = 500
	wordNear   = 450
)

// MostRead is how many bytes are read of a content that has a limit: it is over it by far, and may never end.
const MostRead = 256 << 20

// checkContent reads the content once, from start to end, in bounded memory: only an image or a request body
// within the limits is ever held as a whole.
func checkContent(ctx context.Context, t Target) Result {
	if t.Content == nil {
		return Result{Findings: []Finding{{
			ID: "check.no_input", Status: Skip,
			Summary: "no content was given to check",
			Remedy:  "name the file or the text that you send to be moderated",
		}}}
	}
	done := make(chan Result, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- Result{Target: t.Content.Name, Findings: []Finding{crashed(p)}}
			}
		}()
		if t.Content.Parts != nil {
			done <- surveyedParts(ctx, *t.Content, t.Expect)
		} else {
			done <- surveyed(ctx, *t.Content, t.Expect)
		}
	}()
	// Neither a read that blocks nor a decoder in full swing can be interrupted: the check goes, and they end
	// by themselves.
	select {
	case r := <-done:
		return r
	case <-ctx.Done():
		return Result{Target: t.Content.Name, Findings: []Finding{contentStopped(ctx)}}
	}
}

// surveyed opens the content and surveys it.
func surveyed(ctx context.Context, c Content, expect Media) Result {
	source, err := c.Open()
	if err != nil {
		return Result{Target: c.Name, Findings: []Finding{contentUnread(0, err)}}
	}
	stop := context.AfterFunc(ctx, func() { source.Close() }) // ends a read that blocks
	defer func() {
		if stop() {
			source.Close()
		}
	}()
	raw := &meter{ctx: ctx, in: source}
	s := &survey{content: c, expect: expect}
	s.read(ctx, raw)
	switch {
	case ctx.Err() != nil:
		return Result{Target: c.Name, Findings: []Finding{contentStopped(ctx)}}
	case raw.err != nil:
		return Result{Target: c.Name, Findings: []Finding{contentUnread(raw.n, raw.err)}}
	}
	return s.result()
}

// meter counts what is read through it, ends when ctx is done, and keeps the error that reading met.
type meter struct {
	ctx context.Context
	in  io.Reader
	n   int64
	err error // not io.EOF
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.Read(p)
	m.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}

// survey is what has been found out about one content.
type survey struct {
	content Content
	expect  Media

	kind      media.Kind
	what      string     // "PNG image, 640×480"
	facts     []Evidence // what the content is, whether or not anything is wrong with it
	findings  []Finding
	hints     []Finding     // judge nothing, and come last
	encoding  text.Encoding // of a text that is not UTF-8; zero where it is or nobody knows
	encodedAs string        // "base64", "data URI": what holds the content; "" for nothing
	guessed   bool          // that it is base64: nobody said so
	encoded   int64         // bytes of what holds it
	endless   bool          // more follows than was read
	walked    bool          // that an image's parts are walked will do: it is not decoded
	undecoded string        // what nobody looked at, "the sound"; a clean survey then proves less
}

func (s *survey) fact(label, format string, args ...any) {
	s.facts = append(s.facts, Evidence{label, fmt.Sprintf(format, args...)})
}

func (s *survey) found(f Finding) { s.findings = append(s.findings, f) }

// read surveys all that raw gives.
func (s *survey) read(ctx context.Context, raw *meter) {
	in := bufio.NewReaderSize(raw, 64<<10)
	head, _ := in.Peek(media.SniffLen)
	if len(head) == 0 {
		s.found(emptyContent("the content is empty: 0 bytes"))
		return
	}
	if s.foundPlaceholder(head) {
		s.judgeSize(s.kind, int64(len(head)))
		return
	}
	decoded := raw
	var text *media.Base64
	if kind, bare := media.Unencoded(head); bare && s.content.Base64 {
		s.found(Finding{
			ID: "content.type_mismatch", Status: Fail,
			Summary: "this is the " + kind.Name + " itself, not base64 of it",
			Remedy:  "leave out --base64 to check it as it is; where the request takes base64, encode it first",
		})
	} else if s.holdsBase64(head) {
		text = media.NewBase64(in)
		decoded = &meter{ctx: ctx, in: text}
		in = bufio.NewReaderSize(decoded, 64<<10)
		head, _ = in.Peek(media.SniffLen)
	}
	if len(head) > 0 && !s.foundMangled(head) { // base64 may hold nothing
		s.kind = s.judgeType(head)
		s.what = s.kind.Name
		s.readAs(ctx, s.kind, in)
	}
	if text == nil && s.content.Size >= 0 { // the rest need not be read to know the size
		s.judgeSize(s.kind, max(decoded.n, s.content.Size))
		return
	}
	s.readOn(in, decoded)
	if text != nil {
		s.readOn(raw, raw)
		s.encoded = raw.n
		held := s.findings
		s.findings = nil
		s.judgeBase64(text)
		s.findings = append(s.findings, held...) // what is wrong with the text explains what is wrong with what it holds
	}
	s.judgeSize(s.kind, decoded.n)
}

// readOn reads on, so that a meter below in knows the size: to the end, or up to MostRead of what is too large
// then.
func (s *survey) readOn(in io.Reader, below *meter) {
	if s.kind.Sort == Audio || s.kind.Sort == Video || s.saidPlayable() {
		drain(in)
		return
	}
	most := max(MostRead-below.n, 1)
	n, _ := io.CopyN(io.Discard, in, most)
	s.endless = s.endless || n == most
}

// drain reads to the end, so that a meter below in knows the size; it also keeps the error.
func drain(in io.Reader) { _, _ = io.Copy(io.Discard, in) }

// readAs hands the content to the reader of its kind.
func (s *survey) readAs(ctx context.Context, kind media.Kind, in *bufio.Reader) {
	switch {
	case s.isRequestBody(kind):
		s.readRequestBody(ctx, in)
	case kind.Sort == Text:
		s.readText(io.LimitReader(in, MostRead))
	case media.IsContainer(kind.MIME):
		s.readContainer(kind, in)
	case kind.Sort == Image:
		s.readImage(ctx, kind, in)
	case kind.Sort == Audio || kind.Sort == Video:
		s.unverifiable("this program cannot look inside this sort of file: " + kind.Name)
	}
}

// judgeSize compares the size with what is documented. For audio and video no limit is public, so their size
// is only shown.
func (s *survey) judgeSize(kind media.Kind, size int64) {
	if s.endless {
		s.fact("size", "over %s; not read any further", sizeWords(size))
	} else {
		s.fact("size", "%s", sizeWords(size))
	}
	if s.encoded > 0 {
		s.fact("size as base64", "%s", sizeWords(s.encoded))
	}
	switch {
	case kind.Sort == Image:
		s.judgeImageSize(size)
	case kind.Sort == Text && !s.isRequestBody(kind) && size > imageLimit:
		s.found(Finding{
			ID: "content.too_large", Status: Fail,
			Summary:  fmt.Sprintf("the text is too large: %s is far more than the about 500 words that one request takes", sizeWords(size)),
			Evidence: []Evidence{{"limit", documentedLimits}},
			Remedy:   "split the text at sentence borders and send the parts one by one",
		})
	case kind.Sort == AnyMedia && size > imageLimit && !s.saidPlayable():
		s.found(Finding{
			ID: "content.too_large", Status: Fail,
			Summary:  fmt.Sprintf("the content is too large: %s, over every limit that Klyra documents", sizeWords(size)),
			Evidence: []Evidence{{"limit", documentedLimits + "; those for audio and video are not public"}},
			Remedy:   "send an image of up to 4 MB or a text of up to about 500 words; where this is audio or video, say so (--expect) or convert it to a common format",
		})
	}
}

const documentedLimits = "about 500 words for a text, 4 MB for an image (documented)"

// saidPlayable reports whether somebody said that the content is audio or video.
func (s *survey) saidPlayable() bool {
	return slices.ContainsFunc(s.promises(), func(p typePromise) bool { return p.media == Audio || p.media == Video })
}

func (s *survey) judgeImageSize(size int64) {
	evidence := []Evidence{{"limit", "4 MB for an image (documented; not whether MB means 1,000,000 or 1,048,576 bytes)"}}
	const remedy = "make the image smaller (fewer pixels, or JPEG at a lower quality) and check it again"
	sent, what := size, "the image is"
	if s.encoded > 0 {
		sent, what = (size+2)/3*4, "the image as base64 is" // lines and a data URI's head apart
		evidence = append(evidence, Evidence{"counted", "as base64, which makes a file a third larger: whether the limit counts before or after encoding is not documented"})
	}
	switch {
	case sent > imageLimit:
		s.found(Finding{
			ID: "content.too_large", Status: Fail, Evidence: evidence, Remedy: remedy,
			Summary: fmt.Sprintf("%s too large: %s, over the 4 MB that one image may have", what, sizeWords(sent)),
		})
	case sent > imageNear:
		s.found(Finding{
			ID: "content.near_limit", Status: Warn, Evidence: evidence, Remedy: remedy,
			Summary: fmt.Sprintf("%s at the limit: %s fit only if 4 MB means 4,194,304 bytes", what, sizeWords(sent)),
		})
	}
}

// result turns the survey into the check's result. What the content is stands beside the worst finding.
func (s *survey) result() Result {
	s.addVerdict()
	s.findings = append(s.findings, s.hints...)
	worst := 0
	for i, f := range s.findings {
		if Worse(f.Status, s.findings[worst].Status) {
			worst = i
		}
	}
	s.findings[worst].Evidence = append(s.findings[worst].Evidence, s.facts...)
	target := cmp.Or(s.content.Name, "content")
	if s.what != "" {
		target += " (" + s.what + ")"
	}
	return Result{Target: target, Media: s.kind.Sort, Type: s.kind.MIME, Encoding: s.encoding, Findings: s.findings}
}

// addVerdict says that nothing was found where nothing was.
func (s *survey) addVerdict() {
	if len(s.findings) > 0 {
		return
	}
	summary := s.what + ": nothing wrong found"
	if s.undecoded != "" {
		summary = s.what + ": nothing wrong found with its parts; " + s.undecoded + " itself was not decoded"
	}
	s.found(Finding{ID: "content.fits", Status: Pass, Summary: summary})
}

func (s *survey) unverifiable(reason string) {
	s.found(Finding{
		ID: "content.unverifiable", Status: Unknown,
		Summary: "could not tell whether the content is whole: " + reason,
		Remedy:  "open it in another program; where Klyra refuses it, send it in a common format (PNG, JPEG, MP3, MP4)",
	})
}

func emptyContent(summary string) Finding {
	return Finding{
		ID: "content.empty", Status: Fail, Summary: summary,
		Remedy: "find out why nothing was read: a wrong path, an upload that did not finish, a variable that is not set",
	}
}

func contentUnread(after int64, err error) Finding {
	return Finding{
		ID: "check.no_input", Status: Unknown,
		Summary:  fmt.Sprintf("the content cannot be read: %v", err),
		Evidence: []Evidence{{"read until then", sizeWords(after)}},
		Remedy:   "make the file readable, or copy it to this machine, and check it again",
	}
}

func contentStopped(ctx context.Context) Finding {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Finding{
			ID: "check.timeout", Status: Unknown,
			Summary: "could not tell: reading the content took longer than the check may take",
			Remedy:  "allow more time, or copy the content to a faster disk",
		}
	}
	return Finding{ID: "check.cancelled", Status: Unknown, Summary: "could not tell: the check was cancelled"}
}
