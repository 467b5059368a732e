package media

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io"
	"regexp"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// Base64 reads the bytes that a base64 text or a data URI holds, and notes how the text departs from strict
// base64. Reading ends without an error where the text cannot be decoded any further. Fields below Twice are
// complete when everything was read.
type Base64 struct {
	URI      bool   // it is a data URI
	Type     string // what the data URI declares, "image/png"; "" for nothing
	Marked   bool   // the data URI says ";base64"
	Wrapping string // what stands before the text and does not belong to it, for people: "quotes"; "" for nothing
	Hex      bool   // it is hexadecimal
	Twice    bool   // what it holds is base64 again, which is decoded too

	Letters   int64 // without padding
	Padding   int64
	Blanks    int64 // blanks inside
	Breaks    int64 // line breaks inside
	Standard  int64 // letters + and /
	URLSafe   int64 // letters - and _
	Escapes   int64 // %2B and the like
	ForeignAt int64 // offset of the first character that cannot stand there; -1 for none
	Foreign   rune

	out      *bufio.Reader // what the text holds
	in       *bufio.Reader // the text
	at       int64         // offset in the text
	last     byte          // the last letter
	pendingB int64         // blanks not followed by a letter yet
	pendingL int64
}

// NewBase64 returns a reader of what a base64 text or a data URI holds.
func NewBase64(in *bufio.Reader) *Base64 {
	head, _ := in.Peek(SniffLen)
	t := &Base64{in: in, ForeignAt: -1}
	t.URI, _ = IsDataURI(head)
	t.Hex = !t.URI && hexHead(head)
	t.skipStart()
	var source io.Reader = base64.NewDecoder(base64.RawStdEncoding, letters{t})
	if t.Hex {
		source = hex.NewDecoder(t.in)
	}
	t.out = bufio.NewReaderSize(untilError{source}, SniffLen)
	if head, _ := t.out.Peek(SniffLen); IsMediaInBase64(head) {
		t.Twice = true
		inner := &Base64{in: t.out, ForeignAt: -1}
		t.out = bufio.NewReaderSize(untilError{base64.NewDecoder(base64.RawStdEncoding, letters{inner})}, SniffLen)
	}
	return t
}

// Read gives the bytes that the text holds.
func (t *Base64) Read(p []byte) (int, error) { return t.out.Read(p) }

// SpareBits reports whether the last letter has bits set that belong to no byte and must be zero.
func (t *Base64) SpareBits() bool {
	spare := map[int64]byte{2: 0x0f, 3: 0x03}[t.Letters%4]
	return base64Value(t.last)&spare != 0
}

// base64Value returns the six bits of a letter.
func base64Value(c byte) byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	return byte(strings.IndexByte(alphabet, c))
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
func (t *Base64) skipStart() {
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
	if t.URI {
		head, _ := t.in.ReadString(',')
		t.at += int64(len(head))
		params := strings.Split(strings.TrimSuffix(head[len("data:"):], ","), ";")
		t.Type, t.Marked = params[0], strings.EqualFold(params[len(params)-1], "base64")
		return
	}
	for _, p := range base64Prefixes {
		if head, _ := t.in.Peek(len(p.prefix)); string(head) == p.prefix {
			n, _ := t.in.Discard(len(head))
			t.at, t.Wrapping = t.at+int64(n), p.name
			return
		}
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// letters reads a text's letters in the standard alphabet, up to the padding or the first foreign character.
type letters struct{ *Base64 }

func (t letters) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && t.ForeignAt < 0 {
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
	if n == 0 && t.ForeignAt >= 0 {
		return 0, io.EOF
	}
	return n, nil
}

// letter returns the standard letter that a character stands for, 0 for one that gives none.
func (t *Base64) letter(c byte) byte {
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
	case (c == '"' || c == '\'') && t.Wrapping != "":
		return 0
	}
	switch {
	case c == '=':
		t.Padding++
		return 0
	case c == '-':
		t.URLSafe++
		c = '+'
	case c == '_':
		t.URLSafe++
		c = '/'
	case c == '+' || c == '/':
		t.Standard++
	case (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z'):
		t.ForeignAt, t.Foreign = t.at, rune(c)
		return 0
	}
	if t.Padding > 0 { // letters after the end: a second text, or a damaged one
		t.ForeignAt, t.Foreign = t.at, rune(c)
		return 0
	}
	t.Blanks, t.Breaks = t.Blanks+t.pendingB, t.Breaks+t.pendingL
	t.pendingB, t.pendingL = 0, 0
	t.Letters++
	t.last = c
	return c
}

// unescaped reads the rest of a percent escape of a character of base64; '%' where it is none.
func (t *Base64) unescaped() byte {
	code, _ := t.in.Peek(2)
	c, err := hex.DecodeString(string(code))
	if err != nil || len(c) != 1 || !strings.ContainsRune("+/=", rune(c[0])) {
		return '%'
	}
	n, _ := t.in.Discard(2)
	t.at += int64(n)
	t.Escapes++
	return c[0]
}

// IsDataURI reports whether bytes begin as a data URI, and whether it says that base64 follows.
func IsDataURI(head []byte) (uri, marked bool) {
	found := dataURI.Find(head)
	return found != nil, bytes.HasSuffix(found, []byte("64,"))
}

// IsMediaInBase64 reports whether bytes begin as base64 of a file whose type its first bytes tell.
func IsMediaInBase64(head []byte) bool { return sniffsAsMedia(decodedHead(head)) }

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
	return len(head) > 0 && HasMagic(Canonical(mimetype.Detect(head).String()))
}

// hexHead reports whether the beginning of a content is hexadecimal digits of something known.
func hexHead(head []byte) bool {
	digits := bytes.TrimSpace(head)
	decoded, err := hex.DecodeString(string(digits[:len(digits)/2*2]))
	return err == nil && sniffsAsMedia(decoded)
}
