package media

import (
	"bytes"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// Mangling is how the bytes of a file were damaged on their way, where their beginning shows it.
type Mangling string

const (
	Unmangled Mangling = ""
	Replaced  Mangling = "replaced"  // read as UTF-8: what was none became U+FFFD
	Widened   Mangling = "widened"   // read as Latin-1 and written as UTF-8
	LineEnds  Mangling = "line ends" // line ends were converted, as in a text
)

// Mangled tells how a file was damaged that begins so.
func Mangled(head []byte) Mangling {
	const many = 8 // U+FFFD, in what else is no text
	switch {
	case bytes.HasPrefix(head, []byte("\x89PNG")) && !bytes.HasPrefix(head, []byte(pngSignature)):
		return LineEnds
	case sniffsAsMedia(narrowed(head)):
		return Widened
	case bytes.Count(head, []byte(string(utf8.RuneError))) >= many && !bytes.HasPrefix(head, []byte("%PDF")) && strayOf(head) >= many:
		return Replaced
	}
	return Unmangled
}

// narrowed returns the bytes of a file that was read as Latin-1 and written as UTF-8; nil where it was not.
func narrowed(head []byte) []byte {
	if len(head) == 0 || head[0] != 0xc2 && head[0] != 0xc3 { // the first byte is beyond ASCII
		return nil
	}
	var narrow []byte
	for len(head) >= utf8.UTFMax {
		r, n := utf8.DecodeRune(head)
		if r > 0xff {
			return nil
		}
		narrow, head = append(narrow, byte(r)), head[n:]
	}
	return narrow
}

// beginnings are what files hold at or soon after their start and what is not likely to be met in the midst of
// others, each with its offset.
var beginnings = []struct {
	at   int
	mark string
}{
	{0, pngSignature},
	{0, "GIF89a"},
	{0, "GIF87a"},
	{0, "\xff\xd8\xff\xe0"},
	{0, "\xff\xd8\xff\xe1"},
	{0, "\xff\xd8\xff\xdb"},
	{8, "WEBPVP8"},
	{8, "WAVEfmt "},
	{4, "ftyp"},
	{0, "OggS\x00\x02"},
	{0, "fLaC\x00\x00\x00\x22"},
	{0, "\x1a\x45\xdf\xa3"},
}

// Misplaced finds a file that begins behind other bytes; at is -1 where there is none.
func Misplaced(head []byte) (kind Kind, at int) {
	at = -1
	for _, b := range beginnings {
		i := bytes.Index(head, []byte(b.mark)) - b.at
		if i < 0 || at >= 0 && i > at {
			continue
		}
		if k := Sniff(head[i:], false); k.Sort.Played() {
			kind, at = k, i
		}
	}
	return kind, at
}

// spellings match how bytes are written out by programs that were asked for a text, each with its name for people.
var spellings = []struct {
	name string
	form func() *regexp.Regexp
	base int
}{
	{"a list of numbers", matching(`^\s*(?:\{\s*"type":\s*"Buffer",\s*"data":\s*)?\[(\s*\d{1,3}\s*(?:,\s*\d{1,3}\s*){15,})`), 10},
	{"a list of hexadecimal numbers", matching(`^\W*(0x[0-9A-Fa-f]{2}(?:,\s*0x[0-9A-Fa-f]{2}){15,})`), 16},
	{"hexadecimal digits in pairs", matching(`^\s*([0-9A-Fa-f]{2}(?:[ :-][0-9A-Fa-f]{2}){15,})`), 16},
}

var numbers = matching(`(?:0x)?([0-9A-Fa-f]+)`)

// SpelledOut tells an image, audio or video whose bytes were written out in words of a text: how, and its kind. The
// name is "" for anything else.
func SpelledOut(head []byte) (how string, kind Kind) {
	for _, s := range spellings {
		list := s.form().FindSubmatch(head)
		if list == nil {
			continue
		}
		var held []byte
		for _, n := range numbers().FindAllSubmatch(list[1], -1) {
			value, _ := strconv.ParseUint(string(n[1]), s.base, 8)
			held = append(held, byte(value))
		}
		if sniffsAsMedia(held) {
			return s.name, Sniff(held, false)
		}
	}
	if held := pythonBytes(head); sniffsAsMedia(held) {
		return "Python's b'\\x…'", Sniff(held, false)
	}
	return "", Kind{}
}

// pythonBytes returns the first bytes of what Python shows as b'\x89PNG…'; nil where it is none.
func pythonBytes(head []byte) []byte {
	const most = 40
	if !bytes.HasPrefix(head, []byte("b'")) && !bytes.HasPrefix(head, []byte(`b"`)) {
		return nil
	}
	var held []byte
	for rest := string(head[2:]); len(held) < most; {
		c, _, tail, err := strconv.UnquoteChar(rest, 0)
		if err != nil {
			break
		}
		held, rest = append(held, byte(c)), tail
	}
	return held
}
