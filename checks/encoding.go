package checks

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"klyra-doctor/checks/media"
)

// encoding is what a text that is not UTF-8 may be written in.
type encoding struct {
	name string // for people
	from string // as iconv calls it; "" where several are possible
}

var (
	utf16LE     = encoding{"UTF-16 (little-endian)", "UTF-16LE"}
	utf16BE     = encoding{"UTF-16 (big-endian)", "UTF-16BE"}
	shiftJIS    = encoding{"Shift-JIS", "SHIFT_JIS"}
	eucJP       = encoding{"EUC-JP", "EUC-JP"}
	twoBytes    = encoding{"an encoding of two bytes a character, such as GBK, Big5 or EUC-KR", ""}
	otherScript = encoding{"an encoding of one byte a character for another script, such as Windows-1251 or KOI8-R", ""}
	windowsText = encoding{"Windows-1252 or a relative of it, such as Latin-1", "WINDOWS-1252"}
)

// likelyEncoding tells what text looks like from its first byte that is no UTF-8 on; the zero value where it
// looks like nothing known.
func likelyEncoding(text []byte) encoding {
	const surrogate = 0xed
	switch {
	case len(text) > 1 && text[0] == surrogate && text[1] >= 0xa0:
		return encoding{"UTF-8 with halves of characters (surrogates), as some programs write emoji (CESU-8)", ""}
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
			return encoding{}
		}
	}
	switch {
	case high > letters && high >= 8:
		return otherScript
	case undefined == 0 && high <= letters:
		return windowsText
	}
	return encoding{}
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

// encoding returns what the text looks like; the zero value where it is UTF-8 or looks like nothing known.
func (t *textScan) encoding() encoding {
	switch {
	case t.bom == utf16LE.name || t.bom == "" && media.UTF16([]byte(t.sample)) == utf16LE.name:
		return utf16LE
	case t.bom == utf16BE.name || t.bom == "" && media.UTF16([]byte(t.sample)) == utf16BE.name:
		return utf16BE
	case t.bad > 0:
		return likelyEncoding(t.badText)
	}
	return encoding{}
}

// cutCharacter reports whether all that is wrong is that the text ends inside a character.
func (t *textScan) cutCharacter() bool {
	return t.bad > 0 && t.badAt+t.bad == t.bytes && t.bad == int64(len(t.badText)) && !utf8.FullRune(t.badText)
}

// notUTF8 says where the text stops being UTF-8, and what it looks like instead.
func (t *textScan) notUTF8(looks encoding) Finding {
	f := Finding{
		ID: "content.not_utf8", Status: Fail,
		Remedy: "find out what it was written in, and convert it to UTF-8 from that (iconv -f … -t UTF-8)",
	}
	if t.bad > 0 {
		f.Summary = fmt.Sprintf("the text is not UTF-8, which JSON demands: the byte at offset %s, on line %s, is wrong", grouped(t.badAt), grouped(t.badLine))
		f.Evidence = []Evidence{
			{"first wrong byte", fmt.Sprintf("0x%02X at offset %d", t.badByte, t.badAt)},
			{"wrong bytes", grouped(t.bad)},
		}
	} else {
		f.Summary = "the text is not UTF-8, which JSON demands: every second byte is NUL"
	}
	switch {
	case t.cutCharacter():
		f.Summary = fmt.Sprintf("the text ends in the middle of a character, at offset %s: it was cut at a number of bytes", grouped(t.badAt))
		f.Remedy = "cut it at a number of characters, not of bytes, or send the whole"
	case looks.from != "":
		f.Remedy = fmt.Sprintf("convert it to UTF-8 (iconv -f %s -t UTF-8), and look whether it then reads right", looks.from)
	}
	if looks.name != "" && !t.cutCharacter() {
		f.Evidence = append(f.Evidence, Evidence{"looks like", looks.name})
	}
	if t.bom != "" {
		f.Evidence = append(f.Evidence, Evidence{"byte order mark", t.bom})
	}
	return f
}

// beginning returns a copy of the first bytes of a text.
func beginning(text []byte, most int) []byte { return bytes.Clone(text[:min(len(text), most)]) }
