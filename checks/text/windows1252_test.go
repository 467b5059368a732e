package text

import "testing"

func TestWindows1252(t *testing.T) {
	for i := range 256 {
		b := byte(i)
		want := b
		if b < 0x80 {
			want = 0
		}
		if got := Windows1252Byte(Windows1252Rune(b)); got != want {
			t.Errorf("0x%02X is shown as %q, which is 0x%02X", b, Windows1252Rune(b), got)
		}
	}
	for _, r := range []rune{-1, 'a', 'Ā', 'ő', 'あ', '😀'} {
		if got := Windows1252Byte(r); got != 0 {
			t.Errorf("%q is 0x%02X", r, got)
		}
	}
}

// TestUngarbled: garbling is undone, also of characters of which bytes stand for nothing in Windows-1252.
func TestUngarbled(t *testing.T) {
	for _, c := range []struct {
		line string
		was  rune
		n    int
	}{
		{Garble("é") + " au lait", 'é', 2},
		{Garble("’"), '’', 3},
		{Garble("Á"), 'Á', 2},
		{Garble("😀"), '😀', 4},
		{Garble("\ufffd"), 0, 0},
		{"", 0, 0},
		{"Ã", 0, 0},
		{"é", 0, 0},
		{"ÃŠtre", 'Ê', 2},
		{"Über", 0, 0},
		{"a" + Garble("é"), 0, 0},
	} {
		if was, n := Ungarbled([]rune(c.line)); was != c.was || n != c.n {
			t.Errorf("%q was %q, by %d characters", c.line, was, n)
		}
	}
}
