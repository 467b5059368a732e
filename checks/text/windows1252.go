package text

import (
	"strings"
	"unicode/utf8"
)

// windows1252 holds what Windows-1252 shows for the bytes 0x80 to 0x9F; the rest of it is Latin-1.
var windows1252 = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

// Windows1252Rune returns what Windows-1252 shows for a byte. The five that stand for nothing give the control
// character of the same number.
func Windows1252Rune(b byte) rune {
	if b < 0x80 || b > 0x9f {
		return rune(b)
	}
	return windows1252[b-0x80]
}

// Windows1252Byte returns the byte that Windows-1252 shows as r; 0 for ASCII and for what it cannot show.
func Windows1252Byte(r rune) byte {
	if r >= 0x80 && r <= 0xff {
		return byte(r)
	}
	if r < 'Œ' || r > '™' {
		return 0
	}
	for i, w := range windows1252 {
		if w == r {
			return byte(0x80 + i)
		}
	}
	return 0
}

// Garble reads the UTF-8 of a text as Windows-1252: "Ã©" for "é".
func Garble(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteRune(Windows1252Rune(c))
	}
	return b.String()
}

// Ungarbled returns the character that Garble shows with the first characters of a line, and how many they are:
// 'é' and 2 for "Ã©"; 0 and 0 where there is no such, or it is ASCII or U+FFFD.
func Ungarbled(line []rune) (was rune, n int) {
	var b [utf8.UTFMax]byte
	for n = range min(len(b), len(line)) {
		if b[n] = Windows1252Byte(line[n]); b[n] == 0 {
			return 0, 0
		}
		if r, size := utf8.DecodeRune(b[:n+1]); size == n+1 && r != utf8.RuneError {
			return r, size
		}
	}
	return 0, 0
}
