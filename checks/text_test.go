package checks

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// utf16Of is an ASCII text in UTF-16 without a mark.
func utf16Of(text string, order binary.AppendByteOrder) (b []byte) {
	for _, c := range []byte(text) {
		b = order.AppendUint16(b, uint16(c))
	}
	return b
}

// wordsOf is a text of so many words.
func wordsOf(n int) []byte { return []byte(strings.TrimSpace(strings.Repeat("word ", n))) }

func TestContentText(t *testing.T) {
	runContentCases(t, []contentCase{
		{name: "short", data: []byte("Is this rude?\n"), want: "content.fits=pass", says: "text, 3 words"},
		{name: "blanks", data: []byte(" \n\t\u00a0\r\n"), expect: Text, want: "content.empty=fail", says: "nothing but blanks"},
		{name: "bom alone", data: []byte("\xef\xbb\xbf"), expect: Text, want: "content.empty=fail"},
		{name: "449 words", data: wordsOf(449), want: "content.fits=pass"},
		{name: "450 words", data: wordsOf(450), want: "content.near_limit=warn", says: "450 words"},
		{name: "500 words", data: wordsOf(500), want: "content.near_limit=warn"},
		{name: "501 words", data: wordsOf(501), want: "content.too_many_words=fail", says: "likely too long: 501 words"},
		{name: "chinese", data: []byte(strings.Repeat("内容审核", 30)), want: "content.fits=pass", says: "words between blanks: 1\n"},
		{name: "long chinese", data: []byte(strings.Repeat("内容审核", 300)), want: "content.too_many_words=warn", says: "an estimate"},
		{name: "thai at the limit", data: []byte(strings.Repeat("ภาษา", 530)), want: "content.near_limit=warn", says: "471 words"},
		{name: "thai that fits", data: []byte(strings.Repeat("ภาษา", 300)), want: "content.fits=pass", says: "about 267 words"},
		{name: "long tibetan", data: []byte(strings.Repeat("བོད་ཡིག་", 600)), want: "content.too_many_words=warn", says: "an estimate is 640 words"},
		{name: "english with much chinese", data: []byte(strings.Repeat("word ", 300) + strings.Repeat("内容审核", 100)), want: "content.too_many_words=warn", says: "an estimate is 550 words"},
		{name: "katakana", data: []byte(strings.Repeat("コンピューター、", 60)), want: "content.fits=pass", says: "about 60 words"},
		{name: "nothing that shows", data: []byte("\u200b\u2060 \ufeff"), expect: Text, want: "content.empty=fail", says: "do not show"},
		{name: "a flag and a family", data: []byte("\U0001F3F4\u200d\u2620\ufe0f 👨\u200d👩\u200d👧"), want: "content.fits=pass", says: "text, 2 words"},
		{name: "a short text with NULs", data: []byte("hello\x00world\x00"), want: "content.nul=warn", says: "2 NUL bytes"},
		{name: "a padded field", data: append([]byte("hello"), make([]byte, 300)...), want: "content.nul=warn", says: "fixed-width field"},
		{name: "numbers of four bytes", data: []byte("\x01\x00\x00\x00A\x00\x00\x00\x02\x00\x00\x00"), want: "content.unverifiable=unknown"},
		{name: "utf-32", data: []byte("\xff\xfe\x00\x00h\x00\x00\x00i\x00\x00\x00"), want: "content.not_utf8=fail", says: "but UTF-32 (little-endian)"},
		{name: "utf-32 without a mark", data: []byte("\x00\x00\x00H\x00\x00\x00e\x00\x00\x00y\x00\x00\x00!"), want: "content.not_utf8=fail", says: "iconv -f UTF-32BE"},
		{name: "russian in utf-16 without a mark", data: []byte("\x1f\x04@\x048\x042\x045\x04B\x04,\x00 \x00<\x048\x04@\x04!\x00"), want: "content.not_utf8=fail", says: "but UTF-16 (little-endian)"},
		{name: "greek in utf-16 without a mark", data: []byte("\x03\x9a\x03\xb1\x03\xbb\x03\xb7\x03\xbc\x03\xad\x03\xc1\x03\xb1\x00!"), want: "content.not_utf8=fail", says: "but UTF-16 (big-endian)"},
		{name: "a column of digits", data: []byte(strings.Repeat("2\n3\n5\n", 9)), want: "content.fits=pass"},
		{name: "wide text has no counts of its bytes", data: utf16Of("Hello there, how are you?", binary.LittleEndian), want: "content.not_utf8=fail", says: "words between blanks: 5\nsize"},
		{name: "big5", data: []byte("\xa4H\xa4H\xa5\xcd\xa6\xd3\xa6\xdb\xa5\xd1\xa1A\xa6b\xb4L\xc4Y\xa9M\xc5v\xa7Q\xa4W"), expect: Text, want: "content.not_utf8=fail", says: "such as GBK, Big5 or EUC-KR"},
		{name: "finnish in latin-1", data: []byte("P\xe4\xe4asia: h\xe4n ei p\xe4\xe4se sis\xe4\xe4n, m\xe4\xe4r\xe4 on t\xe4ynn\xe4."), expect: Text, want: "content.not_utf8=fail", says: "Windows-1252 or a relative"},
		{name: "macroman", data: []byte("Gr\x9f\xa7e aus K\x9aln, sch\x9an f\x9fr B\x8aume"), expect: Text, want: "content.not_utf8=fail", says: "such as MacRoman"},
		{name: "dos", data: []byte("Sch\x94ne Gr\x81\xe1e aus K\x94ln f\x81r B\x84ume"), expect: Text, want: "content.not_utf8=fail", says: "CP850"},
		{name: "dashes in windows-1252", data: []byte("wait\x97what? no\x85yes, it\x92s na\xefve"), expect: Text, want: "content.not_utf8=fail", says: "Windows-1252 or a relative"},
		{name: "iso-2022-jp", data: []byte("\x1b$B$3$l$OF|K\x5c8l\x1b(B"), want: "content.not_utf8=fail", says: "iconv -f ISO-2022-JP"},
		{name: "NUL as Java writes it", data: []byte("a\xc0\x80b and more"), expect: Text, want: "content.not_utf8=fail", says: "as Java"},
		{name: "two encodings", data: []byte("größer als größer, und gr\xf6\xdfer"), expect: Text, want: "content.not_utf8=fail", says: "a piece in another encoding"},
		{name: "one endless word", data: bytes.Repeat([]byte("x"), wordlessLimit+1), want: "content.too_many_words=warn", says: "only 1 word, but 15,001 characters"},
		{name: "latin-1", data: []byte("one\ncaf\xe9 au lait"), mime: "text/plain", want: "content.not_utf8=fail", says: "0xE9 at offset 7"},
		{name: "latin-1's line", data: []byte("one\ncaf\xe9 au lait"), mime: "text/plain", want: "content.not_utf8=fail", says: "on line 2"},
		{name: "utf-16", data: []byte("\xff\xfeh\x00i\x00"), expect: Text, want: "content.not_utf8=fail", says: "UTF-16 (little-endian)"},
		{name: "utf-16, the other way", data: []byte("\xfe\xff\x00h\x00i"), expect: Text, want: "content.not_utf8=fail", says: "UTF-16 (big-endian)"},
		{name: "utf-16 without a mark", data: utf16Of("Hello there, how are you?", binary.LittleEndian), want: "content.not_utf8=fail", says: "looks like: UTF-16 (little-endian)"},
		{name: "utf-16 without a mark, the other way", data: utf16Of("Hello there, how are you?", binary.BigEndian), want: "content.not_utf8=fail", says: "iconv -f UTF-16BE"},
		{name: "latin-1's look", data: []byte("one\ncaf\xe9 au lait"), expect: Text, want: "content.not_utf8=fail", says: "looks like: Windows-1252 or a relative"},
		{name: "shift-jis", data: []byte("\x82\xb1\x82\xea\x82\xcd\x93\xfa\x96\x7b\x8c\xea\x82\xc5\x82\xb7"), expect: Text, want: "content.not_utf8=fail", says: "iconv -f SHIFT_JIS"},
		{name: "euc-jp", data: []byte("\xa4\xb3\xa4\xec\xa4\xcf\xc6\xfc\xcb\xdc\xb8\xec\xa4\xc7\xa4\xb9"), expect: Text, want: "content.not_utf8=fail", says: "looks like: EUC-JP"},
		{name: "gbk", data: []byte("\xc4\xda\xc8\xdd\xc9\xf3\xba\xcb\xb7\xfe\xce\xf1"), expect: Text, want: "content.not_utf8=fail", says: "such as GBK, Big5 or EUC-KR"},
		{name: "windows-1251", data: []byte("\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?"), expect: Text, want: "content.not_utf8=fail", says: "such as Windows-1251"},
		{name: "half an emoji", data: []byte("smile \xed\xa0\xbd"), expect: Text, want: "content.not_utf8=fail", says: "CESU-8"},
		{name: "nothing known", data: []byte("a\xff\x81\x01\x02b and some more words"), expect: Text, want: "content.not_utf8=fail", says: "Find out what it was written in"},
		{name: "decomposed", data: []byte("cafe\u0301 au lait"), want: "content.fits=pass", says: "combining accents: 1"},
		{name: "chinese words are an estimate", data: []byte(strings.Repeat("内容审核", 30)), want: "content.fits=pass", says: "text, about 75 words"},
		{name: "cut character", data: []byte("caf\xc3"), expect: Text, want: "content.not_utf8=fail", says: "ends in the middle of a character, at offset 3"},
		{name: "cut emoji", data: []byte("smile \xf0\x9f\x98"), expect: Text, want: "content.not_utf8=fail", says: "Cut it at a number of characters"},
		{name: "bom", data: []byte("\xef\xbb\xbfhello"), want: "content.bom=warn"},
		{name: "nul", data: []byte("hello\x00 world, how are you today"), want: "content.nul=warn", says: "first one at byte: 5"},
		{name: "mojibake", data: []byte("cafÃ© au lait"), want: "content.mojibake=warn", says: "Ã© for é"},
		{name: "mojibake of a quote", data: []byte("itâ€™s"), want: "content.mojibake=warn", says: "â€™ for ’"},
		{name: "mojibake of an emoji", data: []byte("ðŸ˜€"), want: "content.mojibake=warn", says: "for 😀"},
		{name: "lost characters", data: []byte("caf\ufffd"), want: "content.mojibake=warn", says: "has lost characters"},
		{name: "accents are no mojibake", data: []byte("São « Ânia » Åse ÑANDÚ Übermaß — “ça va” ½ © 2026"), want: "content.fits=pass"},
		{name: "all at once", data: []byte("\xef\xbb\xbfcafÃ©\x00"), expect: Text, want: "content.bom=warn content.nul=warn content.mojibake=warn"},
	})
}
