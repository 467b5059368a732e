package checks

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// base64Text hands on the letters of a base64 text in the standard alphabet, and notes where the text departs
// from it.
type base64Text struct {
	in *bufio.Reader

	uri      bool   // it is a data URI
	uriType  string // what the data URI declares; "" for nothing
	wrapping string // what stands before the text and does not belong to it: "quotes", …; "" for nothing
	guessed  bool   // nobody said that it is base64
	marked   bool   // the data URI says ";base64"
	hex      bool   // it is hexadecimal
	twice    bool   // what it holds is base64 again

	at        int64 // offset in the text
	letters   int64 // without padding
	last      byte  // the last letter
	padding   int64
	blanks    int64 // blanks inside
	breaks    int64 // line breaks inside
	pendingB  int64 // blanks not followed by a letter yet
	pendingL  int64
	standard  int64 // letters + and /
	urlSafe   int64 // letters - and _
	escapes   int64 // %2B and the like
	foreignAt int64 // the first character that cannot stand in base64; -1 for none
	foreign   rune
}

// base64Prefixes stand before base64 by mistake, each with its name for people.
var base64Prefixes = []struct{ prefix, name string }{
	{"base64:", "the word base64:"},
	{"base64,", "the word base64,"},
	{"b'", "Python's b'…'"},
	{"b\"", "Python's b\"…\""},
	{"\"", "quotes"},
	{"'", "quotes"},
}

// dataURI matches the head of a data URI.
var dataURI = regexp.MustCompile(`(?i)^\s*data:[^\s,]*,`)

// base64Of returns the reader for a content that is base64: it was said to be, or shows it.
func (s *survey) base64Of(head []byte) *base64Text {
	uri := dataURI.Find(head)
	t := &base64Text{foreignAt: -1, marked: true}
	switch {
	case uri != nil && (s.content.Base64 || bytes.HasSuffix(uri, []byte("64,"))):
		t.uri, s.encodedAs = true, "data URI"
	case s.content.Base64:
		s.encodedAs = "base64"
	case sniffsAsMedia(decodedHead(head)):
		t.guessed, s.encodedAs = true, "base64"
	default:
		return nil
	}
	t.hex = !t.uri && hexHead(head)
	return t
}

// decoded returns a reader of the bytes that the text holds, and the meter that counts them. Base64 inside
// base64 is decoded twice.
func (t *base64Text) decoded(ctx context.Context) (*bufio.Reader, *meter) {
	t.skipStart()
	var source io.Reader = untilError{base64.NewDecoder(base64.RawStdEncoding, t)}
	if t.hex {
		source = untilError{hex.NewDecoder(t.in)}
	}
	bytes := &meter{ctx: ctx, in: source}
	in := bufio.NewReaderSize(bytes, 64<<10)
	if head, _ := in.Peek(sniffLen); sniffsAsMedia(decodedHead(head)) {
		t.twice = true
		inner := &base64Text{foreignAt: -1, in: in}
		bytes = &meter{ctx: ctx, in: untilError{base64.NewDecoder(base64.RawStdEncoding, inner)}}
		in = bufio.NewReaderSize(bytes, 64<<10)
	}
	return in, bytes
}

// untilError ends a stream where decoding it fails: what is wrong is seen in the text itself.
type untilError struct{ in io.Reader }

func (u untilError) Read(p []byte) (int, error) {
	n, err := u.in.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// skipStart reads over a data URI's head, blanks and what else stands before the letters.
func (t *base64Text) skipStart() {
	for {
		c, err := t.in.ReadByte()
		if err != nil {
			return
		}
		if !isBlank(c) {
			_ = t.in.UnreadByte()
			break
		}
		t.at++
	}
	if t.uri {
		head, _ := t.in.ReadString(',')
		t.at += int64(len(head))
		params := strings.Split(strings.TrimSuffix(head[len("data:"):], ","), ";")
		t.uriType, t.marked = params[0], strings.EqualFold(params[len(params)-1], "base64")
		return
	}
	for _, p := range base64Prefixes {
		if head, _ := t.in.Peek(len(p.prefix)); string(head) == p.prefix {
			n, _ := t.in.Discard(len(head))
			t.at, t.wrapping = t.at+int64(n), p.name
			return
		}
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// Read gives letters of the standard alphabet only, up to the padding or the first foreign character.
func (t *base64Text) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && t.foreignAt < 0 {
		c, err := t.in.ReadByte()
		if err != nil {
			return n, err
		}
		if c = t.letter(c); c != 0 {
			p[n] = c
			n++
		}
		t.at++
	}
	if n == 0 && t.foreignAt >= 0 {
		return 0, io.EOF
	}
	return n, nil
}

// letter returns the standard letter that a character stands for, 0 for one that gives none.
func (t *base64Text) letter(c byte) byte {
	switch {
	case c == ' ' || c == '\t':
		t.pendingB++
		return 0
	case c == '\n' || c == '\r':
		if c == '\n' {
			t.pendingL++
		}
		return 0
	case c == '%':
		c = t.unescaped()
	case (c == '"' || c == '\'') && t.wrapping != "":
		return 0
	}
	switch {
	case c == '=':
		t.padding++
		return 0
	case c == '-':
		t.urlSafe++
		c = '+'
	case c == '_':
		t.urlSafe++
		c = '/'
	case c == '+' || c == '/':
		t.standard++
	case (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z'):
		t.foreignAt, t.foreign = t.at, rune(c)
		return 0
	}
	if t.padding > 0 { // letters after the end: a second text, or a damaged one
		t.foreignAt, t.foreign = t.at, rune(c)
		return 0
	}
	t.blanks, t.breaks = t.blanks+t.pendingB, t.breaks+t.pendingL
	t.pendingB, t.pendingL = 0, 0
	t.letters++
	t.last = c
	return c
}

// unescaped reads the rest of a percent escape of a character of base64; '%' where it is none.
func (t *base64Text) unescaped() byte {
	code, _ := t.in.Peek(2)
	c, err := hex.DecodeString(string(code))
	if err != nil || len(c) != 1 || !strings.ContainsRune("+/=", rune(c[0])) {
		return '%'
	}
	n, _ := t.in.Discard(2)
	t.at += int64(n)
	t.escapes++
	return c[0]
}

// judgeBase64 says what is wrong with the text that held the content.
func (s *survey) judgeBase64(t *base64Text) {
	s.fact("sent as", "%s", s.encodedAs)
	switch {
	case t.hex:
		s.found(badBase64(Fail, "the content is hexadecimal digits, not base64", "encode the bytes as base64 instead"))
		return
	case t.foreignAt >= 0:
		f := badBase64(Fail, fmt.Sprintf("the base64 is broken at offset %s: %q cannot stand there", grouped(t.foreignAt), t.foreign),
			"encode the content again, and send the text unchanged")
		if t.padding > 0 {
			f.Summary = fmt.Sprintf("the base64 goes on after its end at offset %s: two texts were joined, or parts were encoded one by one", grouped(t.foreignAt))
		}
		s.found(f)
		return
	case t.letters == 0:
		s.found(emptyContent("the content is empty: the base64 holds nothing"))
		return
	}
	s.judgePadding(t)
	s.judgeSpelling(t)
	s.judgeDataURI(t)
}

// judgePadding looks at how the text ends.
func (s *survey) judgePadding(t *base64Text) {
	spare := map[int64]byte{2: 0x0f, 3: 0x03}[t.letters%4] // bits of the last letter that must be 0
	switch need := (4 - t.letters%4) % 4; {
	case t.blanks > 0 && t.padding != need && (t.letters+t.blanks+t.padding)%4 == 0:
		s.found(badBase64(Fail, "the base64 has blanks where + stood: it was decoded as a form on the way",
			"percent-encode + as %2B in forms and URLs, or send JSON"))
	case t.letters%4 == 1:
		s.found(badBase64(Fail, fmt.Sprintf("the base64 is cut off or damaged: no base64 has %s letters", grouped(t.letters)),
			"encode the content again, and send the whole text"))
	case t.padding == 0 && need > 0:
		s.found(Finding{
			ID: "content.base64_padding", Status: Warn,
			Summary: fmt.Sprintf("the base64 ends without its padding (%s): strict decoders refuse that", strings.Repeat("=", int(need))),
			Remedy:  "append it, or encode with padding (in JavaScript and Go: the standard encoding, not the raw one)",
		})
	case t.padding != need:
		s.found(Finding{
			ID: "content.base64_padding", Status: Fail,
			Summary: fmt.Sprintf("the base64 ends in %s where its length asks for %d: letters are missing or were added", counted(t.padding, "padding character"), need),
			Remedy:  "encode the content again, and send the text unchanged",
		})
	case base64Value(t.last)&spare != 0:
		s.found(badBase64(Warn, "the base64 ends in bits that must be zero: it was cut or edited by hand", "encode the content again"))
	}
}

// base64Value returns the six bits of a letter.
func base64Value(c byte) byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	return byte(strings.IndexByte(alphabet, c))
}

// judgeSpelling looks at what decoders take differently.
func (s *survey) judgeSpelling(t *base64Text) {
	if t.urlSafe > 0 {
		f := Finding{
			ID: "content.base64_url_safe", Status: Warn,
			Summary: "the base64 is of the URL-safe kind (- and _ for + and /), which many decoders refuse",
			Remedy:  "encode with the standard alphabet",
		}
		if t.standard > 0 {
			f.Status, f.Summary = Fail, "the base64 mixes two alphabets (- and _ beside + and /): no decoder takes that"
		}
		s.found(f)
	}
	for _, c := range []struct {
		holds           bool
		status          Status
		summary, remedy string
	}{
		{t.twice, Fail, "the content is base64 twice over", "encode it once: the library or the SDK already does it"},
		{t.wrapping != "", Fail, "the base64 begins with " + t.wrapping + ", which does not belong to it", "send the letters alone"},
		{t.escapes > 0, Fail, "the base64 is percent-encoded (%2B, %2F, %3D)", "decode that before it goes into the request: JSON needs no percent encoding"},
		{t.blanks > 0, Warn, fmt.Sprintf("the base64 holds %s, which many decoders refuse", counted(t.blanks, "blank")), "send it without blanks (a shell joins lines with blanks: quote the variable)"},
		{t.breaks > 0, Warn, fmt.Sprintf("the base64 is broken into lines (%s): a JSON string must not hold raw line breaks", counted(t.breaks, "line break")), "encode without wrapping (base64 -w 0; on macOS base64 -i FILE)"},
		{t.guessed && s.wantsBytes(), Warn, "the content is base64 text, not the bytes that its name or type promises", "right inside a JSON field that takes base64; where the bytes themselves are sent, decode it first"},
		{!t.marked, Fail, "the data URI does not say ;base64", "write data:TYPE;base64,…"},
	} {
		if c.holds {
			s.found(badBase64(c.status, c.summary, c.remedy))
		}
	}
}

// wantsBytes reports whether something says that the bytes themselves are the content.
func (s *survey) wantsBytes() bool {
	return s.content.Type != "" || mediaOf(extensionOf(s.content.Name), nil).played()
}

// judgeDataURI compares the type that the data URI declares with the bytes.
func (s *survey) judgeDataURI(t *base64Text) {
	if !t.uri {
		return
	}
	s.fact("data URI's type", "%s", t.uriType)
	promise := promiseOf("the data URI", canonicalType(t.uriType))
	if t.uriType == "" || promise.keptBy(s.kind) || s.kind.mime == unknownBytes && !promise.certain {
		return
	}
	f := promise.finding(s.kind)
	f.ID = "content.data_uri_mismatch"
	s.found(f)
}

func badBase64(status Status, summary, remedy string) Finding {
	return Finding{ID: "content.base64", Status: status, Summary: summary, Remedy: remedy}
}

// decodedHead decodes the beginning of what may be base64; nil where it is none, or too little to tell.
func decodedHead(head []byte) []byte {
	const enough = 24
	letters := bytes.Map(func(r rune) rune {
		switch r {
		case '\n', '\r':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, bytes.TrimSpace(head))
	letters = bytes.TrimRight(letters, "=")
	letters = letters[:len(letters)/4*4]
	if len(letters) < enough {
		return nil
	}
	decoded, err := base64.RawStdEncoding.DecodeString(string(letters))
	if err != nil {
		return nil
	}
	return decoded
}

// sniffsAsMedia reports whether bytes are certainly an image, audio or video.
func sniffsAsMedia(head []byte) bool {
	return len(head) > 0 && magicTypes[canonicalType(mimetype.Detect(head).String())]
}

// hexHead reports whether the beginning of a content is hexadecimal digits of something known.
func hexHead(head []byte) bool {
	digits := bytes.TrimSpace(head)
	decoded, err := hex.DecodeString(string(digits[:len(digits)/2*2]))
	return err == nil && sniffsAsMedia(decoded)
}
