package media

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

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
	UTF16    bool   // it is written in UTF-16 or UTF-32, and not decoded
	Twice    bool   // what it holds is base64 again, which is decoded too

	Letters  int64 // without padding
	Padding  int64
	Blanks   int64 // blanks inside
	Breaks   int64 // line breaks inside
	Standard int64 // letters + and /
	URLSafe  int64 // letters - and _
	Escapes  int64 // %2B and the like

	JSONEscapes int64 // \/ and the like

	ForeignAt int64 // offset of the first character that cannot stand there; -1 for none
	Foreign   rune

	out      *bufio.Reader // what the text holds
	in       *bufio.Reader // the text
	at       int64         // offset in the text
	last     byte          // the last letter
	armoured bool          // lines of dashes stand around the text
	ended    bool          // the second of them was reached
	pendingB int64         // blanks not followed by a letter yet
	pendingL int64
}

// mostLevels is how many times over a text is looked for that was encoded several times.
const mostLevels = 2

// NewBase64 returns a reader of what a base64 text or a data URI holds. What is encoded twice is decoded twice.
func NewBase64(in *bufio.Reader) *Base64 { return newBase64(in, mostLevels) }

func newBase64(in *bufio.Reader, levels int) *Base64 {
	head, _ := in.Peek(SniffLen)
	t := &Base64{in: in, ForeignAt: -1}
	t.URI, _ = IsDataURI(head)
	t.UTF16 = Wide(head) != "" || bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
	t.Hex = !t.URI && sniffsAsMedia(hexHeld(head))
	t.skipStart()
	var source io.Reader = base64.NewDecoder(base64.RawStdEncoding, letters{t})
	if t.Hex {
		if mark, _ := t.in.Peek(2); bytes.Equal(mark, []byte("0x")) || bytes.Equal(mark, []byte(`\x`)) {
			_, _ = t.in.Discard(len(mark))
		}
		source = hex.NewDecoder(t.in)
	}
	t.out = bufio.NewReaderSize(untilError{source}, SniffLen)
	if head, _ := t.out.Peek(SniffLen); levels > 0 && holdsMedia(head, levels-1) {
		t.Twice = true
		t.out = bufio.NewReaderSize(newBase64(t.out, levels-1), SniffLen)
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

// LostPluses reports whether blanks stand where + stood, as in what was decoded as a form: with them it would be whole.
// It is known once everything was read.
func (t *Base64) LostPluses() bool {
	return t.Blanks > 0 && t.Padding != t.PaddingDue() && (t.Letters+t.Blanks+t.Padding)%4 == 0
}

// PaddingDue is how much padding the letters ask for. It is known once everything was read.
func (t *Base64) PaddingDue() int64 { return (4 - t.Letters%4) % 4 }

// base64Value returns the six bits of a letter.
func base64Value(c byte) byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	return byte(strings.IndexByte(alphabet, c))
}

// base64Prefixes stand before base64 by mistake, each with its name for people.
var base64Prefixes = []struct{ prefix, name string }{
	{"\xef\xbb\xbf", "a byte order mark (EF BB BF)"},
	{"base64:", "the word base64:"},
	{"base64,", "the word base64,"},
	{"b'", "Python's b'…'"},
	{"b\"", "Python's b\"…\""},
	{"\"", "quotes"},
	{"'", "quotes"},
	{"`", "quotes"},
}

// dataURI matches the head of a data URI, in quotes or not.
var dataURI = matching("(?i)^(?:\xef\xbb\xbf)?\\s*[\"'`]?data:(?:[^\\s,]*|[^\\n,]{0,200};\\s*base64),")

// bareURIHead matches the head of a data URI that lost its beginning.
var bareURIHead = matching(`(?i)^(?:[a-z]+\\?/[a-z0-9.+-]+)?;base64,`)

// armour matches the line before base64 in PEM, which certutil of Windows writes for any file.
var armour = matching(`^-----BEGIN [A-Z0-9 ]+-----`)

func peeked(in *bufio.Reader) []byte {
	head, _ := in.Peek(SniffLen)
	return head
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
func (t *Base64) skipStart() {
	heads := 0
	for {
		blanks := t.skipBlanks()
		if heads > 0 {
			t.Blanks += blanks
		}
		head := peeked(t.in)
		if uri := dataURI().Find(head); uri != nil && (uri[0] == 'd' || uri[0] == 'D') {
			if heads++; heads == 1 {
				t.takeURI(string(uri))
			} else {
				t.Wrapping = "a second head of a data URI"
			}
			t.drop(len(uri))
			continue
		}
		n, name := wrappingOf(head)
		if n == 0 {
			return
		}
		t.drop(n)
		t.Wrapping, t.armoured = cmp.Or(t.Wrapping, name), t.armoured || head[0] == '-'
	}
}

// skipBlanks passes over blanks and line ends, and counts the blanks.
func (t *Base64) skipBlanks() (blanks int64) {
	for {
		c, err := t.in.ReadByte()
		switch {
		case err != nil:
			return blanks
		case !isBlank(c):
			_ = t.in.UnreadByte()
			return blanks
		case c == ' ':
			blanks++
		}
		t.at++
	}
}

// drop passes over bytes that belong to no letter.
func (t *Base64) drop(n int) {
	n, _ = t.in.Discard(n)
	t.at += int64(n)
}

// takeURI reads what a data URI's head says.
func (t *Base64) takeURI(head string) {
	params := strings.Split(strings.TrimSuffix(head[len("data:"):], ","), ";")
	t.Type = strings.ReplaceAll(strings.TrimSpace(params[0]), `\/`, "/") // as JSON may write it
	t.Marked = strings.EqualFold(strings.TrimSpace(params[len(params)-1]), "base64")
}

// wrappingOf returns the length and the name of what stands before base64 and does not belong to it; 0 for nothing.
func wrappingOf(head []byte) (int, string) {
	if line := armour().Find(head); line != nil {
		return len(line), "the line " + strings.TrimSpace(string(line))
	}
	if part := bareURIHead().Find(head); part != nil {
		return len(part), "the end of a data URI's head, " + string(part)
	}
	for _, p := range base64Prefixes {
		if bytes.HasPrefix(head, []byte(p.prefix)) {
			return len(p.prefix), p.name
		}
	}
	return 0, ""
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// letters reads a text's letters in the standard alphabet, up to the padding or the first foreign character.
type letters struct{ *Base64 }

func (t letters) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && t.ForeignAt < 0 && !t.ended {
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
	if n == 0 && (t.ForeignAt >= 0 || t.ended) {
		return 0, io.EOF
	}
	return n, nil
}

// letter returns the standard letter that a character stands for, 0 for one that gives none.
func (t *Base64) letter(c byte) byte {
	switch c {
	case '%':
		c = t.unescaped()
	case '\\':
		c = t.unescapedJSON()
	}
	switch {
	case c == ' ' || c == '\t':
		t.pendingB++
		return 0
	case c == '\n' || c == '\r':
		if c == '\n' {
			t.pendingL++
		}
		return 0
	}
	if strings.IndexByte("\"'`", c) >= 0 && t.Wrapping != "" {
		return 0
	}
	switch {
	case c == '=':
		t.Padding++
		return 0
	case c == '-' && t.armoured:
		t.ended = true
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
		return t.foreign(c)
	}
	if t.Padding > 0 { // letters after the end: a second text, or a damaged one
		return t.foreign(c)
	}
	t.Blanks, t.Breaks = t.Blanks+t.pendingB, t.Breaks+t.pendingL
	t.pendingB, t.pendingL = 0, 0
	t.Letters++
	t.last = c
	return c
}

// foreign notes the first character that cannot stand there.
func (t *Base64) foreign(c byte) byte {
	t.ForeignAt, t.Foreign = t.at, rune(c)
	if c >= utf8.RuneSelf && t.in.UnreadByte() == nil {
		t.Foreign, _, _ = t.in.ReadRune()
	}
	return 0
}

// unescapedJSON reads the rest of an escape of JSON that stands for a character of base64, for a quote or for the
// end of a line; a backslash where it is none of those.
func (t *Base64) unescapedJSON() byte {
	const longest = len("u002b")
	rest, _ := t.in.Peek(longest)
	c, n := byte('\\'), 0
	switch {
	case len(rest) == 0:
	case rest[0] == '/' || rest[0] == '"':
		c, n = rest[0], 1
	case rest[0] == 'n' || rest[0] == 'r' || rest[0] == 't':
		c, n = '\n', 1
	case rest[0] == 'u' && len(rest) == longest:
		if code, err := strconv.ParseUint(string(rest[1:]), 16, 7); err == nil {
			c, n = byte(code), longest
		}
	}
	if n > 0 {
		t.drop(n)
		t.JSONEscapes++
	}
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
	found := dataURI().Find(head)
	return found != nil, bytes.HasSuffix(found, []byte("64,"))
}

// IsMediaInBase64 reports whether bytes begin as base64 of a file whose type its first bytes tell, or as hexadecimal
// digits of one.
func IsMediaInBase64(head []byte) bool { return holdsMedia(head, mostLevels) }

func holdsMedia(head []byte, levels int) bool {
	held, _ := heldBy(head, levels)
	return sniffsAsMedia(held) || sniffsAsMedia(hexHeld(head))
}

// IsTextInBase64 reports whether bytes begin as base64 of a text, beyond doubt: what they hold reads as text and has
// blanks or letters beyond ASCII, or is far longer than an id.
func IsTextInBase64(head []byte) bool {
	held, t := heldBy(head, 0)
	stray, runes := strayBytes(held)
	if runes == 0 || stray*20 > runes || t.Blanks > 0 || t.ForeignAt >= 0 || t.Wrapping != "" {
		return false
	}
	return bytes.ContainsAny(held, " \n") || runes < len(held) || len(head) >= SniffLen && !listed(head)
}

// listed reports whether bytes are short lines, as of a list of ids, rather than one text that was wrapped.
func listed(head []byte) bool {
	const shortestWrap = 60
	line, _, several := bytes.Cut(head, []byte("\n"))
	return several && len(line) < shortestWrap
}

// Unencoded reports whether bytes begin as a file itself, or as JSON or a page, and not as base64 of one.
func Unencoded(head []byte) (Kind, bool) {
	kind := Sniff(head, false)
	return kind, kind.Sort != Text && kind.MIME != Unknown || kind.MIME == "application/json" || kind.MIME == "text/html"
}

// heldBy returns what the beginning of a base64 text holds, in whatever wrapping; nil where it is none, or too
// little to tell.
func heldBy(head []byte, levels int) ([]byte, *Base64) {
	const enough = 24
	if len(head) < enough {
		return nil, &Base64{}
	}
	t := newBase64(bufio.NewReaderSize(bytes.NewReader(head), SniffLen), levels)
	held, _ := io.ReadAll(t)
	if t.Letters < enough {
		return nil, t
	}
	return held, t
}

// surelyHeld are types beside those with a magic that are told by enough bytes not to be met by chance.
var surelyHeld = map[string]bool{
	"video/mp4": true, "audio/x-m4a": true, "audio/mp4": true, "video/quicktime": true, "video/x-m4v": true, "video/3gpp": true, "video/matroska": true,
	"image/heic": true, "image/avif": true, "video/ogg": true, "application/gzip": true, "application/zip": true,
}

// sniffsAsMedia reports whether bytes are certainly an image, audio, video or something else in a file's form.
func sniffsAsMedia(head []byte) bool {
	if len(head) == 0 {
		return false
	}
	mimeType := Canonical(mimetype.Detect(head).String())
	return HasMagic(mimeType) || surelyHeld[mimeType] || id3Size(head) > 0 || twoMP3Frames(head)
}

// twoMP3Frames reports whether two frames follow each other: the mark of one alone is no more than a few bits.
func twoMP3Frames(head []byte) bool {
	f, ok := readMP3Frame(head)
	_, follows := readMP3Frame(head[min(f.size, len(head)):])
	return ok && follows
}

// hexHeld returns what hexadecimal digits hold that bytes begin with; nil where they are none.
func hexHeld(head []byte) []byte {
	digits := bytes.TrimSpace(head)
	digits = bytes.TrimPrefix(bytes.TrimPrefix(digits, []byte("0x")), []byte(`\x`))
	decoded, err := hex.DecodeString(string(digits[:len(digits)/2*2]))
	if err != nil {
		return nil
	}
	return decoded
}
