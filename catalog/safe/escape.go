package safe

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape makes every character visible that a terminal would act on or not show: controls but line feed and
// tab, C1, bidi and other invisible characters become \uXXXX (\u{E0001} above FFFF), invalid bytes \xNN.
func Escape(text string) string { return escape(text, "\n\t") }

// EscapeLine is Escape for texts that must stay on one line: line feeds and tabs are made visible too.
func EscapeLine(text string) string { return escape(text, "") }

func escape(text, keep string) string {
	clean := cleanPrefix(text, keep)
	if clean == len(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 16)
	for {
		b.WriteString(text[:clean])
		text = text[clean:]
		if text == "" {
			return b.String()
		}
		r, size := utf8.DecodeRuneInString(text)
		b.WriteString(visible(r, text[:size]))
		text = text[size:]
		clean = cleanPrefix(text, keep)
	}
}

// cleanPrefix returns how many bytes of text may be shown as they are.
func cleanPrefix(text, keep string) int {
	for i := 0; i < len(text); {
		if c := text[i]; c >= ' ' && c < 0x7f || strings.IndexByte(keep, c) >= 0 {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 || hidden(r) {
			return i
		}
		i += size
	}
	return len(text)
}

// unseen are the ranges of characters that are drawn as nothing, move the cursor, or mean nothing outside of
// one font.
var unseen = []*unicode.RangeTable{unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co}

func hidden(r rune) bool {
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x3164, 0xffa0: // letters and marks by class, yet drawn as nothing
		return true
	}
	return unicode.IsOneOf(unseen, r)
}

func visible(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case r > 0xffff:
		return fmt.Sprintf(`\u{%X}`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// ascii replaces the characters of the program's own texts that are not ASCII, each by one as wide.
var ascii = strings.NewReplacer(
	"“", `"`, "”", `"`, "‘", "'", "’", "'", "–", "-", "—", "-", "…", "~", "·", "-", "→", ">", "×", "x", "█", "#",
)

// ASCII writes the typographic characters of the program's own texts in ASCII, each by one as wide. Letters of
// other scripts stay as they are.
func ASCII(text string) string { return ascii.Replace(text) }
