package mend

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"klyra-doctor/checks"
	"klyra-doctor/checks/text"
)

// wrong stands for what is no character in a text's encoding. Every character below zero is wrong: in UTF-8
// that is the byte, negated.
const wrong rune = -1

// encoding is how the characters of a text are written as bytes.
type encoding struct {
	name string
	why  string // it is taken for that, for people; "" where nothing has to be said
	next func(*bufio.Reader) (rune, error)
}

var asUTF8 = encoding{name: "UTF-8", next: nextUTF8}

// decoders hold how to read what a text may be in that is not UTF-8; all else is beyond this program.
var decoders = map[text.Encoding]encoding{
	text.DamagedUTF8: asUTF8,
	text.CESU8:       {"CESU-8", "in which some programs write emoji", nextCESU8},
	text.Windows1252: {"Windows-1252", "which is a guess: its bytes are no UTF-8. Look at the letters with accents", nextWindows1252},
	text.UTF16LE:     {text.UTF16LE.Name, "which is a guess by its bytes", func(in *bufio.Reader) (rune, error) { return nextUTF16(in, binary.LittleEndian) }},
	text.UTF32LE:     {text.UTF32LE.Name, "which is a guess by its bytes", func(in *bufio.Reader) (rune, error) { return nextUTF32(in, binary.LittleEndian) }},
	text.UTF32BE:     {text.UTF32BE.Name, "which is a guess by its bytes", func(in *bufio.Reader) (rune, error) { return nextUTF32(in, binary.BigEndian) }},
	text.UTF16BE:     {text.UTF16BE.Name, "which is a guess by its bytes", func(in *bufio.Reader) (rune, error) { return nextUTF16(in, binary.BigEndian) }},
}

// decoderOf says how to read a text. One whose encoding cannot be told, or decoded, is Undone.
func decoderOf(t text.Stats) (encoding, error) {
	const most = 4 // of so many characters one may be a control character
	e, known := decoders[t.Looks]
	switch {
	case !known && t.Wrong == 0 && t.Controls*most > t.Runes:
		return e, Undone{
			fmt.Sprintf("could not tell the text's encoding: %s of its %s are no text", checks.Counted(t.Controls, "control character"), checks.Grouped(t.Runes)),
			"convert it to UTF-8 from what it was written in, perhaps UTF-16 (iconv -f UTF-16LE -t UTF-8); a file that is no text cannot be cleaned",
		}
	case t.Cut:
		return withoutCut, nil
	case known && t.BOM == t.Looks.Name:
		e.why = "as its byte order mark says"
	case known:
	case t.Looks.Name == "" && t.Wrong == 0:
		return asUTF8, nil
	case t.Looks.Iconv != "":
		return e, Undone{
			"the text looks like " + t.Looks.Name + ", which this program cannot decode",
			"convert it to UTF-8 (iconv -f " + t.Looks.Iconv + " -t UTF-8), and look whether it then reads right",
		}
	default:
		const which = "convert it from the encoding that it was written in: iconv -f ENCODING -t UTF-8, where ENCODING may be WINDOWS-1251 for Russian, SHIFT_JIS for Japanese, GB18030 for Chinese, MACINTOSH for an old Mac"
		if t.Looks.Name != "" {
			return e, Undone{"the text looks like " + t.Looks.Name + ", which this program cannot decode", which}
		}
		return e, Undone{"could not tell the text's encoding: it is no UTF-8, and looks like nothing else that this program knows", which}
	}
	return e, nil
}

// withoutCut leaves out a last character of which only the beginning is there.
var withoutCut = encoding{name: "UTF-8 that was cut", next: func(in *bufio.Reader) (rune, error) {
	if rest, _ := in.Peek(utf8.UTFMax); len(rest) > 0 && !utf8.FullRune(rest) {
		return 0, io.EOF
	}
	return nextUTF8(in)
}}

// nextUTF32 reads one character.
func nextUTF32(in *bufio.Reader, order binary.ByteOrder) (rune, error) {
	const size = 4
	b, err := in.Peek(size)
	n, _ := in.Discard(len(b))
	switch {
	case n == 0:
		return wrong, err
	case n < size:
		return wrong, nil
	}
	if r := rune(order.Uint32(b)); utf8.ValidRune(r) {
		return r, nil
	}
	return wrong, nil
}

func nextUTF8(in *bufio.Reader) (rune, error) {
	r, size, err := in.ReadRune()
	if r == utf8.RuneError && size == 1 {
		_ = in.UnreadRune()
		c, err := in.ReadByte()
		return -rune(c), err
	}
	return r, err
}

// surrogatesLength is the length of a character that CESU-8 writes as two halves.
const surrogatesLength = 6

// surrogates returns the character that CESU-8 writes with such bytes; 0 where it writes none so.
func surrogates(b []byte) rune {
	half := func(b []byte) rune { return rune(b[0]&0x0f)<<12 | rune(b[1]&0x3f)<<6 | rune(b[2]&0x3f) }
	const begin = 0xed
	if len(b) < surrogatesLength || b[0] != begin || b[3] != begin {
		return 0
	}
	for _, i := range []int{1, 2, 4, 5} {
		if b[i]&0xc0 != 0x80 {
			return 0
		}
	}
	if r := utf16.DecodeRune(half(b), half(b[3:])); r != utf8.RuneError {
		return r
	}
	return 0
}

func nextCESU8(in *bufio.Reader) (rune, error) {
	b, _ := in.Peek(surrogatesLength)
	if len(b) > 1 && b[0] == 0xc0 && b[1] == 0x80 { // NUL, as Java writes it
		_, err := in.Discard(2)
		return 0, err
	}
	if r := surrogates(b); r != 0 {
		_, err := in.Discard(surrogatesLength)
		return r, err
	}
	return nextUTF8(in)
}

func nextWindows1252(in *bufio.Reader) (rune, error) {
	c, err := in.ReadByte()
	return text.Windows1252Rune(c), err
}

// nextUTF16 reads one character. Half of one, and an odd byte at the end, are wrong.
func nextUTF16(in *bufio.Reader, order binary.ByteOrder) (rune, error) {
	unit := func(skip int) (rune, error) {
		b, err := in.Peek(skip + 2)
		if len(b) < skip+2 {
			return wrong, err
		}
		return rune(order.Uint16(b[skip:])), nil
	}
	r, err := unit(0)
	if err != nil {
		n, _ := in.Discard(1)
		if n == 1 && errors.Is(err, io.EOF) {
			return wrong, nil
		}
		return wrong, err
	}
	size := 2
	if utf16.IsSurrogate(r) {
		low, _ := unit(2)
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			r = wrong
		} else {
			size = 4
		}
	}
	_, _ = in.Discard(size)
	return r, nil
}

// lineLength is how many characters of a text are held at a time, at least.
const lineLength = 4096

// lines reads a text line by line and hands each one on with its end. A very long line comes in parts, cut at
// an ASCII character where one comes soon. The line must not be kept.
func lines(in *bufio.Reader, e encoding, line func([]rune) error) error {
	var held []rune
	for {
		r, err := e.next(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil {
			held = append(held, r)
		}
		long := len(held) >= lineLength && (r < utf8.RuneSelf || len(held) >= 2*lineLength)
		if err == nil && r != '\n' && !long {
			continue
		}
		if len(held) > 0 {
			if err := line(held); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
		held = held[:0]
	}
}
