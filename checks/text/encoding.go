package text

import (
	"cmp"
	"unicode/utf8"

	"klyra-doctor/checks/media"
)

// Encoding is what a text that is not UTF-8 may be written in.
type Encoding struct {
	Name  string // for people: "Shift-JIS"
	Iconv string // as iconv calls it; "" where several are possible
}

var (
	utf16LE     = Encoding{"UTF-16 (little-endian)", "UTF-16LE"}
	utf16BE     = Encoding{"UTF-16 (big-endian)", "UTF-16BE"}
	shiftJIS    = Encoding{"Shift-JIS", "SHIFT_JIS"}
	eucJP       = Encoding{"EUC-JP", "EUC-JP"}
	twoBytes    = Encoding{"an encoding of two bytes a character, such as GBK, Big5 or EUC-KR", ""}
	otherScript = Encoding{"an encoding of one byte a character for another script, such as Windows-1251 or KOI8-R", ""}
	windowsText = Encoding{"Windows-1252 or a relative of it, such as Latin-1", "WINDOWS-1252"}
)

// byteOrderMarks stand in the order in which they must be tried.
var byteOrderMarks = []struct{ mark, name string }{
	{"\xef\xbb\xbf", "UTF-8"},
	{"\xff\xfe", utf16LE.Name},
	{"\xfe\xff", utf16BE.Name},
}

// likelyEncoding tells what text looks like from its first byte that is no UTF-8 on; the zero value where it
// looks like nothing known.
func likelyEncoding(text []byte) Encoding {
	const surrogate = 0xed
	switch {
	case len(text) > 1 && text[0] == surrogate && text[1] >= 0xa0:
		return Encoding{"UTF-8 with halves of characters (surrogates), as some programs write emoji (CESU-8)", ""}
	case inPairs(text, isShiftJIS, isShiftJISKana):
		return shiftJIS
	case inPairs(text, isEUC, isEUCKana):
		return eucJP
	case inPairs(text, isEUC, isEUC):
		return twoBytes
	}
	var high, letters, undefined int
	for _, c := range text {
		switch {
		case c == 0x81 || c == 0x8d || c == 0x8f || c == 0x90 || c == 0x9d:
			undefined++
			high++
		case c >= utf8.RuneSelf:
			high++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		case c < '\t':
			return Encoding{}
		}
	}
	switch {
	case high > letters && high >= 8:
		return otherScript
	case undefined == 0 && high <= letters:
		return windowsText
	}
	return Encoding{}
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

func isEUCKana(a, b byte) bool { return (a == 0xa4 || a == 0xa5) && b >= 0xa1 && b <= 0xf6 }

// looks returns what the text seems to be written in; the zero value where it is UTF-8 or looks like nothing known.
func (s *scan) looks() Encoding {
	switch unmarked := media.UTF16([]byte(s.Sample)); {
	case cmp.Or(s.BOM, unmarked) == utf16LE.Name:
		return utf16LE
	case cmp.Or(s.BOM, unmarked) == utf16BE.Name:
		return utf16BE
	case s.Wrong > 0:
		return likelyEncoding(s.fromWrong)
	}
	return Encoding{}
}
