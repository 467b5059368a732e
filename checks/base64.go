package checks

import (
	"bytes"
	"fmt"
	"strings"

	"klyra-doctor/checks/media"
)

// holdsBase64 reports whether a content is base64: it was said to be, or its beginning shows it.
func (s *survey) holdsBase64(head []byte) bool {
	uri, marked := media.IsDataURI(head)
	switch {
	case uri && (marked || s.content.Base64 || declaresMedia(head)):
		s.encodedAs = "data URI"
	case s.content.Base64:
		s.encodedAs = "base64"
	case media.IsMediaInBase64(head) || media.IsTextInBase64(head):
		s.guessed, s.encodedAs = true, "base64"
	}
	return s.encodedAs != ""
}

// declaresMedia reports whether a data URI says that it holds an image, audio or video other than a drawing in
// words.
func declaresMedia(uri []byte) bool {
	_, declared, _ := bytes.Cut(uri, []byte(":"))
	declared, _, _ = bytes.Cut(declared, []byte(","))
	kind := media.Canonical(string(declared))
	return media.SortOf(kind).Played() && kind != "image/svg+xml"
}

// judgeBase64 says what is wrong with the text that held the content.
func (s *survey) judgeBase64(t *media.Base64) {
	s.fact("sent as", "%s", s.encodedAs)
	switch {
	case t.UTF16:
		s.found(badBase64(Fail, "the base64 is written in UTF-16: every letter takes two bytes", "write it as ASCII or UTF-8 (in PowerShell: Out-File -Encoding ascii)"))
		return
	case t.Hex:
		s.found(badBase64(Fail, "the content is hexadecimal digits, not base64", "encode the bytes as base64 instead"))
		return
	case t.ForeignAt >= 0:
		f := badBase64(Fail, fmt.Sprintf("the base64 is broken at offset %s: %q cannot stand there", Grouped(t.ForeignAt), t.Foreign),
			"encode the content again, and send the text unchanged")
		if t.Padding > 0 {
			f.Summary = fmt.Sprintf("the base64 goes on after its end at offset %s: two texts were joined, or parts were encoded one by one", Grouped(t.ForeignAt))
		}
		s.found(f)
		return
	case t.Letters == 0:
		s.found(emptyContent("the content is empty: the base64 holds nothing"))
		return
	}
	s.judgePadding(t)
	s.judgeSpelling(t)
	s.judgeDataURI(t)
}

// judgePadding looks at how the text ends.
func (s *survey) judgePadding(t *media.Base64) {
	switch need := t.PaddingDue(); {
	case t.LostPluses():
		s.found(badBase64(Fail, "the base64 has blanks where + stood: it was decoded as a form on the way",
			"percent-encode + as %2B in forms and URLs, or send JSON"))
	case t.Letters%4 == 1:
		s.found(badBase64(Fail, fmt.Sprintf("the base64 is cut off or damaged: no base64 has %s letters", Grouped(t.Letters)),
			"encode the content again, and send the whole text"))
	case t.Padding == 0 && need > 0:
		s.found(Finding{
			ID: "content.base64_padding", Status: Warn,
			Summary: fmt.Sprintf("the base64 ends without its padding (%s): strict decoders refuse that", strings.Repeat("=", int(need))),
			Remedy:  "append it, or encode with padding (in JavaScript and Go: the standard encoding, not the raw one)",
		})
	case t.Padding != need:
		s.found(Finding{
			ID: "content.base64_padding", Status: Fail,
			Summary: fmt.Sprintf("the base64 ends in %s where its length asks for %d: letters are missing or were added", Counted(t.Padding, "padding character"), need),
			Remedy:  "encode the content again, and send the text unchanged",
		})
	case t.SpareBits():
		s.found(badBase64(Warn, "the base64 ends in bits that must be zero: it was cut or edited by hand", "encode the content again"))
	}
}

// judgeSpelling looks at what decoders take differently.
func (s *survey) judgeSpelling(t *media.Base64) {
	if t.URLSafe > 0 {
		f := Finding{
			ID: "content.base64_url_safe", Status: Warn,
			Summary: "the base64 is of the URL-safe kind (- and _ for + and /), which many decoders refuse",
			Remedy:  "encode with the standard alphabet",
		}
		if t.Standard > 0 {
			f.Status, f.Summary = Fail, "the base64 mixes two alphabets (- and _ beside + and /): no decoder takes that"
		}
		s.found(f)
	}
	for _, c := range []struct {
		holds           bool
		status          Status
		summary, remedy string
	}{
		{t.Twice, Fail, "the content is base64 twice over", "encode it once: the library or the SDK already does it"},
		{t.Wrapping != "", Fail, "the base64 begins with " + t.Wrapping + ": that does not belong to it", "send the letters alone"},
		{t.JSONEscapes > 0, Warn, "the base64 is written with the escapes of JSON (\\/, \\n, \\u002b), as inside a JSON string", "right inside JSON; where the base64 itself is sent, let a JSON parser undo them first"},
		{t.Escapes > 0, Fail, "the base64 is percent-encoded (%2B, %2F, %3D)", "decode that before it goes into the request: JSON needs no percent encoding"},
		{t.Blanks > 0, Warn, fmt.Sprintf("the base64 holds %s, which many decoders refuse", Counted(t.Blanks, "blank")), "send it without blanks (a shell joins lines with blanks: quote the variable)"},
		{t.Breaks > 0, Warn, fmt.Sprintf("the base64 is broken into lines (%s): a JSON string must not hold raw line breaks", Counted(t.Breaks, "line break")), "encode without wrapping (base64 -w 0; on macOS base64 -i FILE)"},
		{s.guessed && s.kind.Sort == Text && !t.Twice, Warn, "the content is base64 of a text: sent as it is, its letters are moderated and not the text", "send the text itself, in UTF-8"},
		{s.guessed && s.kind.Sort != Text && s.wantsBytes(), Warn, "the content is base64 text, not the bytes that its name or type promises", "right inside a JSON field that takes base64; where the bytes themselves are sent, decode it first"},
		{t.URI && !t.Marked, Fail, "the data URI does not say ;base64", "write data:TYPE;base64,…"},
	} {
		if c.holds {
			s.found(badBase64(c.status, c.summary, c.remedy))
		}
	}
}

// wantsBytes reports whether something says that the bytes themselves are the content.
func (s *survey) wantsBytes() bool {
	return s.content.Type != "" || media.SortOf(media.ByExtension(s.content.Name)).Played()
}

// judgeDataURI compares the type that the data URI declares with the bytes.
func (s *survey) judgeDataURI(t *media.Base64) {
	if !t.URI {
		return
	}
	s.fact("data URI's type", "%s", t.Type)
	promise := promiseOf("the data URI", media.Canonical(t.Type))
	if t.Type == "" || promise.keptBy(s.kind) || s.kind.MIME == media.Unknown && !promise.certain {
		return
	}
	f := promise.finding(s.kind)
	f.ID = "content.data_uri_mismatch"
	s.found(f)
}

func badBase64(status Status, summary, remedy string) Finding {
	return Finding{ID: "content.base64", Status: status, Summary: summary, Remedy: remedy}
}
