package mend

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"klyra-doctor/checks/media"
	"klyra-doctor/checks/text"
)

// cleanText writes a text as UTF-8 without what other programs trip over: a byte order mark, NUL and other
// control characters (line ends and tabs stay), bytes of another encoding. It reads the text twice, in bounded
// memory. A text whose encoding cannot be told is Undone.
func cleanText(open func() (io.ReadCloser, error), out io.Writer) (Made, error) {
	e, s, err := surveyText(open)
	if err != nil {
		return Made{}, err
	}
	if s.wrong > 0 && e.name == asUTF8.name {
		if e, err = s.otherEncoding(); err != nil {
			return Made{}, err
		}
	}
	c := cleaner{out: bufio.NewWriter(out), repairs: s.provesGarbling() && e.name != asWindows1252.name}
	err = eachLine(open, e, c.line)
	if err == nil {
		err = c.out.Flush()
	}
	if err != nil {
		return Made{}, err
	}
	return c.made(e), nil
}

// eachLine opens a text and hands its lines on.
func eachLine(open func() (io.ReadCloser, error), e encoding, line func([]rune) error) error {
	in, err := open()
	if err != nil {
		return fmt.Errorf("open the text: %w", err)
	}
	defer in.Close()
	if err := lines(bufio.NewReaderSize(in, 64<<10), e, line); err != nil {
		return fmt.Errorf("clean the text: %w", err)
	}
	return nil
}

// textSurvey is what tells how a text is to be read.
type textSurvey struct {
	letters, others, wrong int64 // ASCII letters, characters beyond ASCII, wrong bytes
	accents                int64 // wrong bytes that are no western marks
	halves                 int64 // wrong bytes that are halves of a character in CESU-8

	garbled, rare, unlike int64 // what garbling calls places, rare and unlike
}

// surveyText reads a text once.
func surveyText(open func() (io.ReadCloser, error)) (e encoding, s textSurvey, err error) {
	in, err := open()
	if err != nil {
		return e, s, fmt.Errorf("open the text: %w", err)
	}
	defer in.Close()
	r := bufio.NewReaderSize(in, 64<<10)
	head, _ := r.Peek(media.SniffLen)
	e = encodingOf(head)
	if err := lines(r, e, s.line); err != nil {
		return e, s, fmt.Errorf("read the text: %w", err)
	}
	return e, s, nil
}

func (s *textSurvey) line(line []rune) error {
	for _, r := range line {
		switch {
		case r < 0:
			s.wrong++
			if !strings.ContainsRune(westernMarks, text.Windows1252Rune(byte(-r))) {
				s.accents++
			}
		case r >= utf8.RuneSelf:
			s.others++
		case r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z':
			s.letters++
		}
	}
	s.halves += halvesIn(line)
	g := garblingOf(line)
	s.garbled, s.rare, s.unlike = s.garbled+g.places, s.rare+g.rare, s.unlike+g.unlike
	return nil
}

// halvesIn counts the wrong bytes of a line that are halves of a character in CESU-8.
func halvesIn(line []rune) (n int64) {
	for i := 0; i+surrogatesLength <= len(line); i++ {
		if line[i] >= 0 {
			continue
		}
		var b [surrogatesLength]byte
		for j, r := range line[i : i+surrogatesLength] {
			if r < 0 {
				b[j] = byte(-r)
			}
		}
		if surrogates(b[:]) != 0 {
			n += surrogatesLength
			i += surrogatesLength - 1
		}
	}
	return n
}

// westernMarks are common in western texts beside letters, in Windows-1252.
const westernMarks = "€…‘’“”–—\u00a0«»°"

// otherEncoding says how to read a text that holds bytes which are no UTF-8.
func (s textSurvey) otherEncoding() (encoding, error) {
	const few = 8
	switch {
	case s.halves > 0 && s.halves == s.wrong:
		return asCESU8, nil
	case s.others > s.wrong: // it is UTF-8 for the most part
		return asUTF8, nil
	case s.accents > few && s.accents*2 > s.letters: // no language of Western Europe has so many accents
		return encoding{}, Undone{
			What: "could not tell the text's encoding: it is neither UTF-8 nor UTF-16, and has too many letters beyond ASCII for Windows-1252",
			Hint: "convert it from the encoding that it was written in: iconv -f ENCODING -t UTF-8, where ENCODING may be WINDOWS-1251 for Russian, SHIFT_JIS for Japanese, GB18030 for Chinese",
		}
	}
	return asWindows1252, nil
}

// provesGarbling reports whether reading as Windows-1252 what was UTF-8 explains the text's strange places:
// there are more of them than of other characters beyond ASCII, and they are no chance meetings, as of "É" and
// a blank in French.
func (s textSurvey) provesGarbling() bool {
	const several = 3
	return s.garbled > s.unlike && (s.rare == 0 || s.garbled >= several)
}

// garbling is how the characters of a line look that are beyond ASCII.
type garbling struct {
	places int64  // characters whose UTF-8 was shown as Windows-1252
	rare   int64  // of these, the ones that do not begin as accented letters, punctuation or emoji do then
	unlike int64  // characters that are no part of such
	was    []rune // the line before it was garbled
}

// garblingOf undoes the reading of a line's UTF-8 as Windows-1252, character by character.
func garblingOf(line []rune) garbling {
	var g garbling
	for i := 0; i < len(line); {
		r := line[i]
		was, n := text.Ungarbled(line[i:])
		switch {
		case n > 0:
			g.places++
			if r != 'Ã' && r != 'Â' && r != 'â' && r != 'ð' {
				g.rare++
			}
			if g.was == nil {
				g.was = append(make([]rune, 0, len(line)), line[:i]...)
			}
			r = was
		case r < 0 || r >= utf8.RuneSelf && r != '\ufeff':
			g.unlike++
			n = 1
		default:
			n = 1
		}
		if g.was != nil {
			g.was = append(g.was, r)
		}
		i += n
	}
	return g
}

// cleaner writes clean lines and counts what it changes.
type cleaner struct {
	out     *bufio.Writer
	repairs bool // what is proven to be garbled
	begun   bool // something was written

	bom, nuls, controls, breaks, lost int64
	repaired                          int64
	example                           string // of what was repaired
	left, garbled                     int64  // U+FFFD, and places that may be garbled, which are not touched
}

func (c *cleaner) line(line []rune) error {
	for _, r := range c.ungarbled(line) {
		if r = c.clean(r); r != 0 {
			c.begun = true
			if _, err := c.out.WriteRune(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// ungarbled undoes what was garbled, also twice over, where the whole line turns back into UTF-8.
func (c *cleaner) ungarbled(line []rune) []rune {
	const mostTimes = 3
	for range mostTimes {
		g := garblingOf(line)
		if g.places == 0 {
			break
		}
		if !c.repairs || g.unlike > 0 {
			c.garbled += g.places
			break
		}
		c.repaired += g.places
		if c.example == "" {
			c.example = firstChange(line, g.was)
		}
		line = g.was
	}
	return line
}

// firstChange shows the first place at which a line was repaired: "Ã© became é".
func firstChange(line, was []rune) string {
	for i, r := range was {
		if _, n := text.Ungarbled(line[i:]); n > 0 {
			return fmt.Sprintf("%s became %c", string(line[i:i+n]), r)
		}
	}
	return ""
}

// clean returns what is written for a character; 0 for nothing.
func (c *cleaner) clean(r rune) rune {
	switch {
	case r < 0:
		c.lost++
		return utf8.RuneError
	case r == utf8.RuneError:
		c.left++
	case r == '\ufeff' && !c.begun:
		c.bom++
		return 0
	case r == 0:
		c.nuls++
	case r == '\n' || r == '\r' || r == '\t':
	case r == '\v' || r == '\f' || r == '\u0085': // they end lines
		c.breaks++
		return '\n'
	case unicode.IsControl(r):
		c.controls++
		return 0
	}
	return r
}

// made tells what was changed.
func (c *cleaner) made(e encoding) Made {
	m := Made{Type: "text/plain"}
	if e.why != "" {
		m.did("decoded from %s, %s", e.name, e.why)
	}
	for _, change := range []struct {
		n            int64
		before, noun string
		after        string
	}{
		{c.bom, "took out", "byte order mark", ""},
		{c.nuls, "took out", "NUL character", ""},
		{c.controls, "took out", "control character", ""},
		{c.breaks, "turned", "unusual line end", " into line feeds"},
		{c.lost, "replaced", "wrong byte", " with U+FFFD: what stood there cannot be told"},
		{c.repaired, "repaired", "character", " that had been UTF-8 read as Windows-1252 (" + c.example + ")"},
	} {
		if change.n > 0 {
			m.did("%s %s%s", change.before, counted(change.n, change.noun), change.after)
		}
	}
	if len(m.Did) == 0 {
		m.Needless = "the text is clean UTF-8 already"
	}
	c.addLeft(&m)
	return m
}

// addLeft tells what was left as it was.
func (c *cleaner) addLeft(m *Made) {
	var left []string
	if c.left > 0 {
		left = append(left, "left "+counted(c.left, "U+FFFD")+" as it was: what stood there was lost before")
	}
	if c.garbled > 0 {
		left = append(left, "left "+counted(c.garbled, "place")+" that may be garbled: nothing proves that it was UTF-8 read as Windows-1252")
	}
	for _, l := range left {
		if m.Needless != "" {
			m.Needless += "; " + l
			continue
		}
		m.did("%s", l)
	}
}
