package checks

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	segment "github.com/clipperhouse/uax29/v2/words"
)

const (
	textPiece     = 64 << 10 // of a text is held at a time
	segmentedText = 1 << 20  // so much is split by Unicode's rules: far more than any text that fits

	// wordlessLimit is so many characters that 500 words cannot be meant, whatever counts as a word.
	wordlessLimit = 30 * wordLimit

	// piecesPerWord is how many pieces Unicode's rules make of one word in scripts that put no blanks
	// between words: measured on Chinese and Thai, an estimate.
	piecesPerWord = 1.6
)

// textScan is what was seen of a text; offsets are -1 where there is none.
type textScan struct {
	bytes, runes, lines int64
	visible             bool // something other than blanks was there

	fields    int64 // words between blanks
	inField   bool
	pieces    int64 // words by Unicode's rules in the first segmentedText bytes
	unblanked int64 // letters of scripts that put no blanks between words

	bad, badAt, badLine int64 // bytes that are no UTF-8; the first one
	badByte             byte
	nuls, nulAt         int64
	replaced            int64 // U+FFFD: what was there is lost already
	garbled             int64 // UTF-8 that was read as Windows-1252 and written again
	garbledAs           string
	sample              string // the beginning
	bom                 string // "UTF-8", "UTF-16 (little-endian)", …; "" for none
}

// scanText reads a text to its end.
func scanText(in io.Reader) *textScan {
	t := &textScan{badAt: -1, nulAt: -1}
	buf := make([]byte, 0, textPiece)
	for {
		n, err := io.ReadFull(in, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil {
			t.add(buf)
			return t
		}
		cut := pieceEnd(buf)
		t.add(buf[:cut])
		buf = buf[:copy(buf, buf[cut:])]
	}
}

// pieceEnd returns where a full buffer can be cut without cutting a word or, in a word as long as the
// buffer, without cutting a character.
func pieceEnd(buf []byte) int {
	if i := bytes.LastIndexAny(buf, " \n\t\r"); i > 0 {
		return i
	}
	for i := len(buf) - 1; i > len(buf)-utf8.UTFMax; i-- {
		if utf8.RuneStart(buf[i]) {
			if utf8.FullRune(buf[i:]) {
				break
			}
			return i
		}
	}
	return len(buf)
}

// byteOrderMarks stand in the order in which they must be tried.
var byteOrderMarks = []struct{ mark, name string }{
	{"\xef\xbb\xbf", "UTF-8"},
	{"\xff\xfe", "UTF-16 (little-endian)"},
	{"\xfe\xff", "UTF-16 (big-endian)"},
}

// add takes the next piece in.
func (t *textScan) add(piece []byte) {
	if t.bytes == 0 {
		t.sample = string(piece[:min(len(piece), languageSample)])
		for _, m := range byteOrderMarks {
			if bytes.HasPrefix(piece, []byte(m.mark)) {
				t.bom = m.name
				break
			}
		}
	}
	if t.bytes < segmentedText {
		t.pieces += segmented(piece)
	}
	for len(piece) > 0 {
		n := 1
		if c := piece[0]; c < utf8.RuneSelf {
			t.addASCII(c)
		} else {
			n = t.addRune(piece)
		}
		t.bytes, t.runes, piece = t.bytes+int64(n), t.runes+1, piece[n:]
	}
}

func (t *textScan) addASCII(c byte) {
	switch {
	case c > ' ':
		t.letter()
		return
	case c == '\n':
		t.lines++
	case c == 0:
		if t.nuls++; t.nulAt < 0 {
			t.nulAt = t.bytes
		}
		return
	}
	t.inField = t.inField && c != ' ' && (c < '\t' || c > '\r')
}

func (t *textScan) letter() {
	t.visible = true
	if !t.inField {
		t.inField = true
		t.fields++
	}
}

// unblankedScripts put no blanks between words; their first letter is firstUnblanked.
var unblankedScripts = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

const firstUnblanked = '\u0e01'

// addRune takes in the character that is not ASCII at the beginning of b, and returns its length.
func (t *textScan) addRune(b []byte) int {
	r, n := utf8.DecodeRune(b)
	switch {
	case r == utf8.RuneError && n == 1:
		if t.bad++; t.badAt < 0 {
			t.badAt, t.badLine, t.badByte = t.bytes, t.lines+1, b[0]
		}
	case r == utf8.RuneError:
		t.replaced++
	case r == '\ufeff':
		return n
	case unicode.IsSpace(r):
		t.inField = false
		return n
	case r >= firstUnblanked && unicode.In(r, unblankedScripts...):
		t.unblanked++
	default:
		if was := ungarbled(b); was != 0 {
			if t.garbled++; t.garbledAs == "" {
				t.garbledAs = garbledPicture(was)
			}
		}
	}
	t.letter()
	return n
}

// segmented counts the words of a piece by Unicode's rules (UAX #29) that hold a letter or a digit.
func segmented(piece []byte) int64 {
	var n int64
	for split := segment.FromBytes(piece); split.Next(); {
		if bytes.ContainsFunc(split.Value(), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			n++
		}
	}
	return n
}

// ungarbled returns the character whose UTF-8 bytes, shown as Windows-1252, begin b: 'é' for "Ã©". It
// returns 0 where b is no such thing.
func ungarbled(b []byte) rune {
	var was [utf8.UTFMax]byte
	for i := range was {
		r, n := utf8.DecodeRune(b)
		was[i] = Windows1252Byte(r)
		if was[i] == 0 || (i == 0 && was[0] < 0xc2) {
			return 0
		}
		if r, n := utf8.DecodeRune(was[:i+1]); n == i+1 && r != utf8.RuneError {
			return r
		}
		b = b[n:]
	}
	return 0
}

// garbledPicture shows what a character became: "Ã© for é".
func garbledPicture(r rune) string {
	var shown []rune
	for _, c := range []byte(string(r)) {
		shown = append(shown, Windows1252Rune(c))
	}
	return fmt.Sprintf("%s for %c", string(shown), r)
}

// estimatedWords is the number of words between blanks or, in scripts without blanks, an estimate.
func (t *textScan) estimatedWords() int64 {
	if t.unblanked == 0 {
		return t.fields
	}
	return max(t.fields, int64(math.Round(float64(t.pieces)/piecesPerWord)))
}

// readText surveys a text.
func (s *survey) readText(in io.Reader) {
	t := scanText(in)
	s.what = fmt.Sprintf("%s, %s", s.what, counted(t.fields, "word"))
	s.fact("words between blanks", "%s", grouped(t.fields))
	if t.bytes <= segmentedText {
		s.fact("words by Unicode's rules", "%s", grouped(t.pieces))
	} else {
		s.fact("words by Unicode's rules", "%s in the first %s", grouped(t.pieces), sizeWords(segmentedText))
	}
	s.fact("characters", "%s", grouped(t.runes))
	if !t.visible && t.bad == 0 {
		s.found(emptyContent("the text is empty: nothing but blanks"))
		return
	}
	s.judgeEncoding(t)
	s.judgeWords(t)
	if t.bad == 0 && strings.HasPrefix(s.kind.MIME, "text/") {
		s.hints = append(s.hints, guessLanguage(t.sample).finding())
	}
}

// judgeEncoding says what is wrong with the characters.
func (s *survey) judgeEncoding(t *textScan) {
	if t.bad > 0 {
		s.found(t.notUTF8())
		return // what else the characters show would follow from that
	}
	if t.bom == "UTF-8" {
		s.found(Finding{
			ID: "content.bom", Status: Warn, Summary: "the text begins with an invisible byte order mark (EF BB BF)",
			Remedy: "save it as UTF-8 without BOM (in Python, read it with encoding=\"utf-8-sig\")",
		})
	}
	if t.nuls > 0 {
		s.found(Finding{
			ID: "content.nul", Status: Warn,
			Summary: fmt.Sprintf("the text holds %s: many servers refuse them", counted(t.nuls, "NUL byte")),
			Evidence: []Evidence{
				{"first one at byte", grouped(t.nulAt)},
			},
			Remedy: "take them out; every second byte NUL means UTF-16, which has to be converted to UTF-8",
		})
	}
	if t.garbled > 0 || t.replaced > 0 {
		s.found(t.mojibake())
	}
}

func (t *textScan) notUTF8() Finding {
	f := Finding{
		ID: "content.not_utf8", Status: Fail,
		Summary: fmt.Sprintf("the text is not UTF-8, which JSON demands: the byte at offset %s, on line %s, is wrong", grouped(t.badAt), grouped(t.badLine)),
		Evidence: []Evidence{
			{"first wrong byte", fmt.Sprintf("0x%02X at offset %d", t.badByte, t.badAt)},
			{"wrong bytes", grouped(t.bad)},
		},
		Remedy: "convert it to UTF-8 from what it was written in, often Windows-1252 (iconv -f WINDOWS-1252 -t UTF-8)",
	}
	if t.bom != "" && t.bom != "UTF-8" {
		f.Evidence = append(f.Evidence, Evidence{"byte order mark", t.bom})
		f.Remedy = "convert it from UTF-16 to UTF-8 (iconv -f UTF-16 -t UTF-8)"
	}
	return f
}

func (t *textScan) mojibake() Finding {
	f := Finding{
		ID: "content.mojibake", Status: Warn,
		Remedy: "read the original as UTF-8 once, and write it as UTF-8 once: somewhere on the way it was read as another encoding",
	}
	if t.garbled > 0 {
		f.Summary = fmt.Sprintf("the text looks garbled by a wrong encoding in %s", counted(t.garbled, "place"))
		f.Evidence = append(f.Evidence, Evidence{"for example", t.garbledAs})
	}
	if t.replaced > 0 {
		f.Evidence = append(f.Evidence, Evidence{"replacement characters (U+FFFD)", grouped(t.replaced)})
		if f.Summary == "" {
			f.Summary = "the text has lost characters before: U+FFFD stands in " + counted(t.replaced, "place")
		}
	}
	return f
}

// judgeWords compares the number of words with the documented limit.
func (s *survey) judgeWords(t *textScan) {
	limit := Evidence{"limit", "about 500 words for a text (documented; not how words are counted)"}
	f := Finding{
		Evidence: []Evidence{limit},
		Remedy:   "split the text at sentence borders and send the parts one by one",
	}
	switch low, high := t.fields, t.estimatedWords(); {
	case t.bytes > imageLimit:
		return // its size says so already
	case low > wordLimit:
		f.ID, f.Status = "content.too_many_words", Fail
		f.Summary = fmt.Sprintf("the text is likely too long: %s words, and about 500 are allowed", grouped(low))
	case high > wordLimit:
		f.ID, f.Status = "content.too_many_words", Warn
		f.Summary = fmt.Sprintf("the text may be too long: its script puts no blanks between words, an estimate is %s words, and about 500 are allowed", grouped(high))
	case t.runes > wordlessLimit:
		f.ID, f.Status = "content.too_many_words", Warn
		f.Summary = fmt.Sprintf("the text may be too long: only %s, but %s characters, far more than 500 words usually have", counted(low, "word"), grouped(t.runes))
	case high >= wordNear:
		f.ID, f.Status = "content.near_limit", Warn
		f.Summary = fmt.Sprintf("the text is at the limit: %s words, and about 500 are allowed", grouped(high))
	default:
		return
	}
	s.found(f)
}

// counted writes a number with its noun: "1 word", "1,200 words".
func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}
