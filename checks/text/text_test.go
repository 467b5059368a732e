package text

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestSurvey(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       Stats // apart from Sample
	}{
		{"nothing", "", Stats{WrongAt: -1, NULAt: -1}},
		{"blanks", " \n\u00a0", Stats{Bytes: 4, Runes: 3, WrongAt: -1, NULAt: -1}},
		{"words", "don't stop — now", Stats{Bytes: 18, Runes: 16, Visible: true, Fields: 4, Words: 4, Pieces: 3, WrongAt: -1, NULAt: -1}},
		{"words without blanks", "内容审核内容", Stats{Bytes: 18, Runes: 6, Visible: true, Fields: 1, Words: 4, Pieces: 6, WrongAt: -1, NULAt: -1}},
		{"a mark and NUL", "\ufeffa\x00\x00", Stats{Bytes: 6, Runes: 4, Visible: true, Fields: 1, Words: 1, Pieces: 1, BOM: "UTF-8", WrongAt: -1, NULs: 2, NULAt: 4}},
		{"Latin-1", "one\ncaf\xe9 noir, \xe0", Stats{Bytes: 16, Runes: 16, Visible: true, Fields: 4, Words: 4, Pieces: 3, Looks: Windows1252, Wrong: 2, WrongAt: 7, WrongLine: 2, WrongByte: 0xe9, NULAt: -1}},
		{"cut", "a\xf0\x9f", Stats{Bytes: 3, Runes: 3, Visible: true, Fields: 1, Words: 1, Pieces: 1, Wrong: 2, WrongAt: 1, WrongLine: 1, WrongByte: 0xf0, Looks: DamagedUTF8, Cut: true, NULAt: -1}},
		{"damage", "e\u0301 \ufffd " + Garble("é’"), Stats{Bytes: 20, Runes: 10, Visible: true, Fields: 3, Words: 3, Pieces: 3, WrongAt: -1, NULAt: -1, Combining: 1, Replaced: 1, Garbled: 2, GarbledAs: 'é'}},
	} {
		c.want.Sample = c.text
		if got, err := Survey(iotest.OneByteReader(strings.NewReader(c.text))); got != c.want || err != nil {
			t.Errorf("%s: %v\n got %+v\nwant %+v", c.name, err, got, c.want)
		}
	}
}

// TestSurveyOfTheUnreadable: what came before the error is there, and so is the error.
func TestSurveyOfTheUnreadable(t *testing.T) {
	for _, gone := range []error{errors.New("bad sector"), io.ErrUnexpectedEOF} {
		got, err := Survey(io.MultiReader(strings.NewReader("two words"), iotest.ErrReader(gone)))
		if got.Words != 2 || !errors.Is(err, gone) {
			t.Errorf("%d words, and the error %v", got.Words, err)
		}
	}
}

// TestPieces: where a text is cut into pieces must not show.
func TestPieces(t *testing.T) {
	for _, shift := range []int{0, 1, 2, 3, 4, 5} {
		text := strings.Repeat("x", shift) + strings.Repeat("é", pieceSize) + " cafÃ© " + strings.Repeat("word ", pieceSize)
		got, _ := Survey(strings.NewReader(text))
		if got.Wrong != 0 || got.Garbled != 1 || got.Fields != pieceSize+2 || got.Bytes != int64(len(text)) || got.Runes != int64(len([]rune(text))) {
			t.Errorf("shifted by %d: %+v", shift, got)
		}
	}
}

func FuzzSurvey(f *testing.F) {
	for _, seed := range []string{"", "a b", "caf\xe9", "Ã©", "\xef\xbb\xbfx", "内容", strings.Repeat("é", 50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, _ := Survey(strings.NewReader(text))
		if got.Bytes != int64(len(text)) || got.Runes != int64(len([]rune(text))) {
			t.Errorf("%d bytes and %d characters of %q", got.Bytes, got.Runes, text)
		}
		if invalid := strings.ToValidUTF8(text, "") != text; invalid != (got.Wrong > 0) {
			t.Errorf("%d bad bytes in %q", got.Wrong, text)
		}
	})
}

func FuzzEncoding(f *testing.F) {
	for _, seed := range []string{"\xe9", "\x82\xb1\x82\xea", "\xa4\xb3", "\xed\xa0\xbd", "\xff\xfe"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got := likelyEncoding(text); got.Name == "" && got.Iconv != "" {
			t.Errorf("%q is of no name, but of %q", text, got.Iconv)
		}
	})
}
