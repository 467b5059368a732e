package checks

import (
	"bytes"
	"strings"
	"testing"
)

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
		{name: "thai at the limit", data: []byte(strings.Repeat("ภาษา", 190)), want: "content.near_limit=warn"},
		{name: "one endless word", data: bytes.Repeat([]byte("x"), wordlessLimit+1), want: "content.too_many_words=warn", says: "only 1 word, but 15,001 characters"},
		{name: "latin-1", data: []byte("one\ncaf\xe9 au lait"), mime: "text/plain", want: "content.not_utf8=fail", says: "0xE9 at offset 7"},
		{name: "latin-1's line", data: []byte("one\ncaf\xe9 au lait"), mime: "text/plain", want: "content.not_utf8=fail", says: "on line 2"},
		{name: "utf-16", data: []byte("\xff\xfeh\x00i\x00"), expect: Text, want: "content.not_utf8=fail", says: "UTF-16 (little-endian)"},
		{name: "utf-16, the other way", data: []byte("\xfe\xff\x00h\x00i"), expect: Text, want: "content.not_utf8=fail", says: "UTF-16 (big-endian)"},
		{name: "cut character", data: []byte("caf\xc3"), expect: Text, want: "content.not_utf8=fail", says: "0xC3 at offset 3"},
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

// TestTextPieces: where a text is cut into pieces must not show.
func TestTextPieces(t *testing.T) {
	for _, shift := range []int{0, 1, 2, 3, 4, 5} {
		text := strings.Repeat("x", shift) + strings.Repeat("é", textPiece) + " cafÃ© " + strings.Repeat("word ", textPiece)
		got := scanText(strings.NewReader(text))
		if got.bad != 0 || got.garbled != 1 || got.fields != textPiece+2 || got.bytes != int64(len(text)) || got.runes != int64(len([]rune(text))) {
			t.Errorf("shifted by %d: %+v", shift, *got)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a b", "caf\xe9", "Ã©", "\xef\xbb\xbfx", "内容", strings.Repeat("é", 50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := scanText(strings.NewReader(text))
		if got.bytes != int64(len(text)) || got.runes != int64(len([]rune(text))) {
			t.Errorf("%d bytes and %d characters of %q", got.bytes, got.runes, text)
		}
		if invalid := strings.ToValidUTF8(text, "") != text; invalid != (got.bad > 0) {
			t.Errorf("%d bad bytes in %q", got.bad, text)
		}
	})
}
