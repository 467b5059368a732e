package mend

import (
	"bufio"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"klyra-doctor/checks"
	"klyra-doctor/checks/text"
)

// cleanText writes a text as UTF-8 without what other programs trip over: a byte order mark, NUL and other
// control characters (line ends and tabs stay), bytes of another encoding. It reads the text three times, in
// bounded memory. A text whose encoding cannot be told or decoded is Undone.
func cleanText(open func() (io.ReadCloser, error), out io.Writer) (Made, error) {
	e, err := encodingOf(open)
	if err != nil {
		return Made{}, err
	}
	var s textSurvey
	if err := eachLine(open, e, s.line); err != nil {
		return Made{}, err
	}
	c := cleaner{out: bufio.NewWriter(out), repairs: s.provesGarbling() && e.name != decoders[text.Windows1252].name}
	err = eachLine(open, e, c.line)
	if err == nil {
		err = c.out.Flush()
	}
	if err != nil {
		return Made{}, err
	}
	return c.made(e), nil
}

// encodingOf says how to read a text.
func encodingOf(open func() (io.ReadCloser, error)) (encoding, error) {
	in, err := open()
	if err != nil {
		return encoding{}, fmt.Errorf("open the text: %w", err)
	}
	defer in.Close()
	t, err := text.Survey(in)
	if err != nil {
		return encoding{}, err
	}
	return decoderOf(t)
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

// textSurvey is how garbled a text is: it counts what garbling calls places, rare and unlike.
type textSurvey struct{ garbled, rare, unlike int64 }

func (s *textSurvey) line(line []rune) error {
	g := garblingOf(line)
	s.garbled, s.rare, s.unlike = s.garbled+g.places, s.rare+g.rare, s.unlike+g.unlike
	return nil
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
	if e.name == withoutCut.name {
		m.did("left out the last character, of which only the beginning is there: the text was cut at a number of bytes")
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
			m.did("%s %s%s", change.before, checks.Counted(change.n, change.noun), change.after)
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
		left = append(left, "left "+checks.Counted(c.left, "U+FFFD")+" as it was: what stood there was lost before")
	}
	if c.garbled > 0 {
		left = append(left, "left "+checks.Counted(c.garbled, "place")+" that may be garbled: nothing proves that it was UTF-8 read as Windows-1252")
	}
	for _, l := range left {
		if m.Needless != "" {
			m.Needless += "; " + l
			continue
		}
		m.did("%s", l)
	}
}
