// Package text says what a text holds: its words and characters, its encoding, what is damaged, its language. It
// returns values and judges nothing; what it is given may be anything at all.
package text

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode"
	"unicode/utf8"

	segment "github.com/clipperhouse/uax29/v2/words"
)

// SegmentedSize is how many bytes of a text are split into words by Unicode's rules, or a little more: far more
// than any text that fits.
const SegmentedSize = 1 << 20

const (
	pieceSize  = 64 << 10 // of a text is held at a time
	sampleSize = 16 << 10 // bytes of a text that its language is guessed from
	wrongSize  = 4 << 10  // bytes from the first wrong one on that an encoding is guessed from
)

// Stats is what was seen of a text. Offsets are bytes from its beginning, and -1 where there is none.
type Stats struct {
	Bytes, Runes int64  // each wrong byte counts as a character
	Visible      bool   // something other than blanks is there
	Sample       string // the first 16 KiB at most, as they are: enough for GuessLanguage

	Fields int64 // words between blanks
	Pieces int64 // words by Unicode's rules (UAX #29) that hold a letter or a digit, in the first SegmentedSize bytes
	Words  int64 // Fields or, where a script puts no blanks between words, an estimate that is no less

	BOM       string   // what the byte order mark stands for: "UTF-8", "UTF-16 (big-endian)"; "" for none
	Looks     Encoding // DamagedUTF8 or other than UTF-8; zero where it is UTF-8 or, if Wrong is not 0, looks like nothing known
	Wrong     int64    // bytes that are no UTF-8
	WrongAt   int64    // the first of them
	WrongLine int64    // its line, from 1; 0 where there is none
	WrongByte byte
	Cut       bool // all that is wrong is that the text ends inside a character

	Combining int64 // accents that stand as characters of their own
	Controls  int64 // control characters other than NUL, escape, tabs and ends of lines or pages
	NULs      int64
	NULAt     int64 // the first of them
	Replaced  int64 // U+FFFD: what was there is lost already
	Garbled   int64 // characters whose UTF-8 was read as Windows-1252 and written again
	GarbledAs rune  // the first of them, as it was before; 0 where there is none
}

// Survey reads a text to its end, in bounded memory. Where in fails, what was seen until then is returned with
// the error.
func Survey(in io.Reader) (Stats, error) {
	s := scan{Stats: Stats{WrongAt: -1, NULAt: -1}}
	buf := make([]byte, 0, pieceSize)
	for {
		n, err := in.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case errors.Is(err, io.EOF):
			s.add(buf)
			return s.stats(), nil
		case err != nil:
			s.add(buf)
			return s.stats(), fmt.Errorf("read the text: %w", err)
		case len(buf) == cap(buf):
			cut := pieceEnd(buf)
			s.add(buf[:cut])
			buf = buf[:copy(buf, buf[cut:])]
		}
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

// scan is what is known of a text in the midst of it.
type scan struct {
	Stats
	inField    bool
	lines      int64   // that have ended
	hasScript  bool    // such a script was met between the last blank and here
	scripted   int64   // Fields that hold letters of scripts that put no blanks between words
	unblanked  float64 // words that those letters may be
	wellFormed int64   // characters beyond ASCII
	fromWrong  []byte  // from the first wrong byte on, wrongSize at most
}

// stats completes what can be told only at the end.
func (s *scan) stats() Stats {
	s.Words = max(s.Fields, s.Fields-s.scripted+int64(math.Round(s.unblanked)))
	if s.Bytes <= SegmentedSize {
		s.Words = max(s.Fields, min(s.Words, s.Pieces))
	}
	s.Cut = s.endsCut()
	s.Looks = s.looks()
	return s.Stats
}

// add takes the next piece in.
func (s *scan) add(piece []byte) {
	if s.Bytes == 0 {
		s.Sample = string(piece[:min(len(piece), sampleSize)])
		s.BOM = markOf(piece)
	}
	if s.Bytes < SegmentedSize {
		s.Pieces += segmented(piece)
	}
	for len(piece) > 0 {
		n := 1
		if c := piece[0]; c < utf8.RuneSelf {
			s.addASCII(c)
		} else {
			n = s.addRune(piece)
		}
		s.Bytes, s.Runes, piece = s.Bytes+int64(n), s.Runes+1, piece[n:]
	}
}

func (s *scan) addASCII(c byte) {
	switch {
	case c > ' ':
		s.letter()
		return
	case c == '\n':
		s.lines++
	case c == 0:
		if s.NULs++; s.NULAt < 0 {
			s.NULAt = s.Bytes
		}
		return
	case c < '\t' || c > '\r' && c < ' ' && c != '\x1b' || c == '\x7f':
		s.Controls++
	}
	s.inField = s.inField && c != ' ' && (c < '\t' || c > '\r')
}

func (s *scan) letter() {
	s.Visible = true
	if !s.inField {
		s.inField, s.hasScript = true, false
		s.Fields++
	}
}

// unblankedScripts put no blanks between words, each with how many characters make a word: estimates, counted by hand
// in the first article of the Declaration of Human Rights. Their first letter is firstUnblanked.
var unblankedScripts = []struct {
	tables  []*unicode.RangeTable
	perWord float64
}{
	{[]*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana}, 1.6},
	{[]*unicode.RangeTable{unicode.Thai, unicode.Lao}, 4.5},
	{[]*unicode.RangeTable{unicode.Khmer, unicode.Myanmar}, 5.5},
	{[]*unicode.RangeTable{unicode.Tibetan}, 7.5},
}

const firstUnblanked = '\u0e01'

// addRune takes in the character that is not ASCII at the beginning of b, and returns its length.
func (s *scan) addRune(b []byte) int {
	r, n := utf8.DecodeRune(b)
	if n > 1 && r != '\ufeff' {
		s.wellFormed++
	}
	switch {
	case r == utf8.RuneError && n == 1:
		if s.Wrong++; s.WrongAt < 0 {
			s.WrongAt, s.WrongLine, s.WrongByte = s.Bytes, s.lines+1, b[0]
			s.fromWrong = bytes.Clone(b[:min(len(b), wrongSize)])
		}
	case r == utf8.RuneError:
		s.Replaced++
	case r == '\ufeff' || unicode.Is(unicode.Cf, r): // invisible
		return n
	case unicode.IsSpace(r):
		s.inField = false
		return n
	case r >= '\u0300' && r <= '\u036f':
		s.Combining++
	case Windows1252Byte(r) >= leastLead:
		s.addGarbled(b)
	}
	s.letter()
	if r >= firstUnblanked {
		s.addUnblanked(r)
	}
	return n
}

// addUnblanked takes in a character that may be of a script that puts no blanks between words.
func (s *scan) addUnblanked(r rune) {
	for _, script := range unblankedScripts {
		if !unicode.In(r, script.tables...) {
			continue
		}
		if s.unblanked += 1 / script.perWord; !s.hasScript {
			s.hasScript = true
			s.scripted++
		}
		return
	}
}

// leastLead is the least byte that begins a character beyond ASCII in UTF-8.
const leastLead = 0xc2

// addGarbled looks whether the characters at the beginning of b are what garbling makes of one.
func (s *scan) addGarbled(b []byte) {
	shown := make([]rune, 0, utf8.UTFMax)
	for len(shown) < cap(shown) && len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		shown, b = append(shown, r), b[n:]
	}
	if was, n := Ungarbled(shown); n > 0 {
		s.Garbled++
		s.GarbledAs = cmp.Or(s.GarbledAs, was)
	}
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
