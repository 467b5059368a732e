package text

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"klyra-doctor/checks/media"
)

// Encoding is what a text that is not UTF-8 may be written in.
type Encoding struct {
	Name  string // for people: "Shift-JIS"
	Iconv string // as iconv calls it; "" where several are possible
}

// Encodings that can be decoded by what is in them alone.
var (
	UTF16LE     = Encoding{"UTF-16 (little-endian)", "UTF-16LE"}
	UTF16BE     = Encoding{"UTF-16 (big-endian)", "UTF-16BE"}
	UTF32LE     = Encoding{"UTF-32 (little-endian)", "UTF-32LE"}
	UTF32BE     = Encoding{"UTF-32 (big-endian)", "UTF-32BE"}
	CESU8       = Encoding{"UTF-8 with halves of characters (surrogates), as Java and some databases write emoji (CESU-8)", ""}
	Windows1252 = Encoding{"Windows-1252 or a relative of it, such as Latin-1", "WINDOWS-1252"}
	DamagedUTF8 = Encoding{"UTF-8 that is damaged in places", ""}
)

var (
	shiftJIS    = Encoding{"Shift-JIS", "SHIFT_JIS"}
	eucJP       = Encoding{"EUC-JP", "EUC-JP"}
	iso2022JP   = Encoding{"ISO-2022-JP, as Japanese mail has it", "ISO-2022-JP"}
	oldWestern  = Encoding{"a western encoding of old computers, such as MacRoman or CP850 of DOS", ""}
	twoBytes    = Encoding{"an encoding of two bytes a character, such as GBK, Big5 or EUC-KR", ""}
	otherScript = Encoding{"an encoding of one byte a character for another script, such as Windows-1251 or KOI8-R", ""}
)

// byteOrderMarks stand in the order in which they must be tried.
var byteOrderMarks = []struct{ mark, name string }{
	{"\xef\xbb\xbf", "UTF-8"},
	{"\xff\xfe\x00\x00", UTF32LE.Name},
	{"\x00\x00\xfe\xff", UTF32BE.Name},
	{"\xff\xfe", UTF16LE.Name},
	{"\xfe\xff", UTF16BE.Name},
}

// markOf returns what the byte order mark at the beginning of a text stands for; "" where there is none.
func markOf(head []byte) string {
	for _, m := range byteOrderMarks {
		if bytes.HasPrefix(head, []byte(m.mark)) {
			return m.name
		}
	}
	return ""
}

// IsWide reports whether every character takes two bytes or four.
func (e Encoding) IsWide() bool { return slices.Contains(wideEncodings, e) }

var wideEncodings = []Encoding{UTF16LE, UTF16BE, UTF32LE, UTF32BE}

// Wide returns which encoding of two or four bytes a character a text is in that begins so; the zero value where it
// is none.
func Wide(head []byte) Encoding {
	name := cmp.Or(markOf(head), media.Wide(head))
	for _, e := range wideEncodings {
		if e.Name == name {
			return e
		}
	}
	return Encoding{}
}

// westernMarks are common in western texts beside letters, in Windows-1252.
const westernMarks = "€…‘’“”–—\u00a0«»°"

// likelyEncoding tells what text looks like from its first byte that is no UTF-8 on; the zero value where it
// looks like nothing known.
func likelyEncoding(text []byte) Encoding {
	switch {
	case isCESU8(text):
		return CESU8
	case inPairs(text, isShiftJIS, isShiftJISKana):
		return shiftJIS
	case inPairs(text, isEUC, isEUCKana):
		return eucJP
	case inPairs(text, isEUC, isEUC), inPairs(text, isWidePair, isEUC):
		return twoBytes
	}
	return singleBytes(text)
}

// singleBytes tells encodings of one byte a character apart: western words hold a letter beyond ASCII here and
// there, those of other scripts consist of such, however much English stands between them.
func singleBytes(text []byte) Encoding {
	const word, enough = 3, 6
	var letters, inWords, run, odd int // bytes beyond ASCII that are no marks
	undefined := false
	for i, c := range text {
		if isOddInWord(text, i) {
			odd++
		}
		switch {
		case c != 0 && c < '\t':
			return Encoding{}
		case c < utf8.RuneSelf || strings.ContainsRune(westernMarks, Windows1252Rune(c)):
			run = 0
			continue
		case c == 0x81 || c == 0x8d || c == 0x8f || c == 0x90 || c == 0x9d:
			undefined = true
		}
		letters++
		if run++; run == word {
			inWords += word
		} else if run > word {
			inWords++
		}
	}
	switch {
	case inWords*2 > letters && letters >= enough:
		return otherScript
	case odd*4 > letters:
		return oldWestern
	case inWords*2 <= letters && !undefined:
		return Windows1252
	}
	return Encoding{}
}

// isOddInWord reports whether a byte stands before a small letter and behind a letter that is a mark or a capital in Windows-1252, and a
// common letter in the encodings of old computers.
func isOddInWord(text []byte, i int) bool {
	isSmall := func(c byte) bool { return c >= 'a' && c <= 'z' }
	if i == 0 || i+1 >= len(text) || !isSmall(text[i-1]|0x20) || !isSmall(text[i+1]) {
		return false
	}
	const legitimate = "œšž…–—‘’" // there in Windows-1252
	c := text[i]
	return (c >= 0x80 && c <= 0x9f || c == 0xa7) && !strings.ContainsRune(legitimate, Windows1252Rune(c))
}

// isCESU8 reports whether all that is no UTF-8 in a text are halves of characters. The last may be cut.
func isCESU8(text []byte) bool {
	halves := 0
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			const begin, least, length = 0xed, 0xa0, 3
			if len(text) > 1 && text[0] == 0xc0 && text[1] == 0x80 { // NUL, as Java writes it
				text, halves = text[2:], halves+1
				continue
			}
			if text[0] != begin || len(text) > 1 && text[1] < least {
				return len(text) < utf8.UTFMax && !utf8.FullRune(text) && halves > 0
			}
			halves++
			n = min(length, len(text))
		}
		text = text[n:]
	}
	return halves > 0
}

// inPairs reports whether all that is not ASCII stands in pairs of an encoding, and enough of them are such as
// only that encoding has many of. A pair may be cut at the end.
func inPairs(text []byte, pair, telling func(a, b byte) bool) bool {
	const enough, share = 4, 5
	pairs, told := 0, 0
	for i := 0; i+1 < len(text); i++ {
		switch a, b := text[i], text[i+1]; {
		case a < utf8.RuneSelf:
			continue
		case !pair(a, b):
			return false
		case telling(a, b):
			told++
		}
		pairs++
		i++
	}
	return told >= enough && told*share >= pairs
}

func isShiftJIS(a, b byte) bool {
	return (a >= 0x81 && a <= 0x9f || a >= 0xe0 && a <= 0xfc) && b >= 0x40 && b != 0x7f && b <= 0xfc
}

func isShiftJISKana(a, b byte) bool {
	return a == 0x82 && b >= 0x9f && b <= 0xf1 || a == 0x83 && b >= 0x40 && b <= 0x96
}

func isEUC(a, b byte) bool { return a >= 0xa1 && a <= 0xfe && b >= 0xa1 && b <= 0xfe }

// isWidePair reports whether two bytes may be a character of GBK or Big5, whose second bytes reach into ASCII.
func isWidePair(a, b byte) bool { return a >= 0x81 && a <= 0xfe && b >= 0x40 && b != 0x7f && b <= 0xfe }

func isEUCKana(a, b byte) bool { return (a == 0xa4 || a == 0xa5) && b >= 0xa1 && b <= 0xf6 }

// looks returns what the text seems to be written in; the zero value where it is UTF-8 or looks like nothing known.
func (s *scan) looks() Encoding {
	const mixed = 8 // for so many wrong bytes of western text, one may look like UTF-8 by chance
	wide := Wide([]byte(s.Sample))
	switch {
	case wide.Name != "":
		return wide
	case s.Cut, s.Wrong > 0 && s.wellFormed > s.Wrong:
		return DamagedUTF8
	case s.Wrong == 0 && (strings.Contains(s.Sample, "\x1b$B") || strings.Contains(s.Sample, "\x1b$@")):
		return iso2022JP
	case s.Wrong == 0:
		return Encoding{}
	}
	likely := likelyEncoding(s.fromWrong)
	if likely == Windows1252 && s.wellFormed*mixed > s.Wrong {
		return DamagedUTF8
	}
	return likely
}

// endsCut reports whether all that is wrong is that the text ends inside a character. One last letter as of
// "café" in Latin-1 could also begin a Chinese character, of which there would be more.
func (s *scan) endsCut() bool {
	const firstOfChinese, lastOfThree = 0xe3, 0xef
	if s.Wrong == 1 && s.wellFormed == 0 && s.WrongByte >= firstOfChinese && s.WrongByte <= lastOfThree {
		return false
	}
	return s.Wrong > 0 && s.WrongAt+s.Wrong == s.Bytes && s.Wrong == int64(len(s.fromWrong)) && !utf8.FullRune(s.fromWrong)
}
