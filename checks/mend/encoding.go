package mend

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

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

var (
	asUTF8        = encoding{name: "UTF-8", next: nextUTF8}
	asCESU8       = encoding{"CESU-8", "in which some programs write emoji", nextCESU8}
	asWindows1252 = encoding{"Windows-1252", "which is a guess: its bytes are no UTF-8. Look at the letters with accents", nextWindows1252}
	asUTF16LE     = encoding{"UTF-16 (little-endian)", "as its byte order mark says", func(in *bufio.Reader) (rune, error) { return nextUTF16(in, binary.LittleEndian) }}
	asUTF16BE     = encoding{"UTF-16 (big-endian)", "as its byte order mark says", func(in *bufio.Reader) (rune, error) { return nextUTF16(in, binary.BigEndian) }}
)

// encodingOf tells an encoding by a text's beginning: by a byte order mark, or by where its NUL bytes stand. All
// else is UTF-8 as far as one can tell there.
func encodingOf(head []byte) encoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return asUTF16LE
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return asUTF16BE
	}
	const enough = 8
	var nuls [2]int // at even and at odd offsets
	for i, c := range head {
		if c == 0 {
			nuls[i%2]++
		}
	}
	most := len(head) * 3 / 10 // of all bytes, which is 6 in 10 of every second one
	for i, e := range []encoding{asUTF16BE, asUTF16LE} {
		if len(head) >= enough && nuls[i] > most && nuls[1-i] == 0 {
			e.why = "which is a guess: every second byte is NUL"
			return e
		}
	}
	return asUTF8
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
