package mend

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/text"
)

func opens(data string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(data)), nil }
}

// inUTF32 is a text in UTF-32.
func inUTF32(text string, order binary.AppendByteOrder) string {
	var wide []byte
	for _, r := range text {
		wide = order.AppendUint32(wide, uint32(r))
	}
	return string(wide)
}

func inUTF16(text string, bom bool, high, low int) string {
	if bom {
		text = "\ufeff" + text
	}
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		two := [2]byte{}
		two[high], two[low] = byte(unit>>8), byte(unit)
		b = append(b, two[:]...)
	}
	return string(b)
}

func inWindows1252(s string) string {
	var b []byte
	for _, r := range s {
		if r < utf8.RuneSelf {
			b = append(b, byte(r))
		} else {
			b = append(b, text.Windows1252Byte(r))
		}
	}
	return string(b)
}

func TestCleanText(t *testing.T) {
	french := "Déjà vu à l’école, « CAFÉ\u00a0» où l’été s’achève. "
	for _, c := range []struct {
		name, text, want string
		did              []string // parts of what is told
		status           checks.Status
	}{
		{"byte order mark", "\ufeffHello", "Hello", []string{"took out 1 byte order mark"}, checks.Pass},
		{"NUL", "a\x00b\x00", "ab", []string{"took out 2 NUL characters"}, checks.Pass},
		{"controls", "a\x07b\x7f\u0090c\td\r\n", "abc\td\r\n", []string{"took out 3 control characters"}, checks.Pass},
		{"line ends", "a\vb\u0085c", "a\nb\nc", []string{"turned 2 unusual line ends into line feeds"}, checks.Pass},
		{"UTF-16", inUTF16("Héllo 👍", true, 1, 0), "Héllo 👍", []string{"UTF-16 (little-endian), as its byte order mark says"}, checks.Pass},
		{"UTF-16, big-endian", inUTF16("Héllo 👍", true, 0, 1), "Héllo 👍", []string{"UTF-16 (big-endian)"}, checks.Pass},
		{"UTF-16 without a mark", inUTF16("Hello, world", false, 1, 0), "Hello, world", []string{"UTF-16 (little-endian), which is a guess"}, checks.Pass},
		{"UTF-16 with half a pair", "\xff\xfea\x00\x3d\xd8b\x00", "a\ufffdb", []string{"replaced 1 wrong byte"}, checks.Warn},
		{"UTF-16 with an odd byte", "\xff\xfea\x00b", "a\ufffd", []string{"replaced 1 wrong byte"}, checks.Warn},
		{"Windows-1252", inWindows1252(french), french, []string{"Windows-1252, which is a guess"}, checks.Warn},
		{"Latin-1", "caf\xe9", "café", []string{"Windows-1252, which is a guess"}, checks.Pass},
		{"CESU-8", "Gruß \xed\xa0\xbd\xed\xb8\x80!", "Gruß 😀!", []string{"decoded from CESU-8, in which some programs write emoji"}, checks.Pass},
		{"half a character of CESU-8", "Größe, süß, für \xed\xa0\xbd!", "Größe, süß, für \ufffd\ufffd\ufffd!", []string{"replaced 3 wrong bytes"}, checks.Warn},
		{"wrong bytes in UTF-8", strings.Repeat("größer ", 20) + "a\xffb", strings.Repeat("größer ", 20) + "a\ufffdb", []string{"replaced 1 wrong byte with U+FFFD"}, checks.Warn},
		{"a character that is cut off", strings.Repeat("größer ", 20) + "\xe2\x82", strings.Repeat("größer ", 20), []string{"left out the last character"}, checks.Pass},
		{"two encodings", "größer als größer, und gr\xf6\xdfer", "größer als größer, und gr\ufffd\ufffder", []string{"replaced 2 wrong bytes"}, checks.Warn},
		{"UTF-32", inUTF32("Héllo 👍", binary.LittleEndian), "Héllo 👍", []string{"UTF-32 (little-endian), which is a guess"}, checks.Pass},
		{"UTF-32 with a mark", inUTF32("\ufeffДа", binary.BigEndian), "Да", []string{"UTF-32 (big-endian), as its byte order mark says"}, checks.Pass},
		{"UTF-32 that is cut", inUTF32("\ufeffHello", binary.LittleEndian) + "!\x00", "Hello\ufffd", []string{"replaced 1 wrong byte"}, checks.Warn},
		{"Russian in UTF-16 without a mark", inUTF16("Съешь же ещё этих булок, да выпей чаю!", false, 1, 0), "Съешь же ещё этих булок, да выпей чаю!", []string{"UTF-16 (little-endian), which is a guess"}, checks.Pass},
		{"Hebrew in UTF-16, big-endian", inUTF16("כל בני האדם נולדו בני חורין", false, 0, 1), "כל בני האדם נולדו בני חורין", []string{"UTF-16 (big-endian), which is a guess"}, checks.Pass},
		{"NUL as Java writes it", "a\xc0\x80b", "ab", []string{"took out 1 NUL"}, checks.Pass},
		{"a field padded with NULs", "hello" + strings.Repeat("\x00", 30), "hello", []string{"took out 30 NUL"}, checks.Pass},
		{"mojibake", text.Garble("Où est l’école ? C’est là.\nÀ bientôt 👍"), "Où est l’école ? C’est là.\nÀ bientôt 👍", []string{"repaired 8 characters", "(Ã¹ became ù)"}, checks.Pass},
		{"mojibake twice over", text.Garble(text.Garble("l’été")), "l’été", []string{"repaired"}, checks.Pass},
		{"Russian mojibake", text.Garble("привет всем"), "привет всем", []string{"repaired 10 characters"}, checks.Pass},
		{"one garbled line", "50 € is the price\n" + text.Garble("café à l’été"), "50 € is the price\ncafé à l’été", []string{"repaired 5 characters"}, checks.Pass},
		{"French that looks garbled in one place", "\ufeff" + french, french, []string{"left 1 place that may be garbled"}, checks.Warn},
		{"a chance meeting", "\ufeffCAFÉ\u00a0!", "CAFÉ\u00a0!", []string{"left 1 place that may be garbled"}, checks.Warn},
		{"U+FFFD", "\ufeffa\ufffdb", "a\ufffdb", []string{"left 1 U+FFFD as it was"}, checks.Warn},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			made, err := cleanText(opens(c.text), &out)
			if err != nil {
				t.Fatal(err)
			}
			told := strings.Join(made.Did, "\n")
			if out.String() != c.want || made.Needless != "" {
				t.Errorf("wrote %q (needless: %q)", out.String(), made.Needless)
			}
			for _, did := range c.did {
				if !strings.Contains(told, did) {
					t.Errorf("told %q, want %q", told, did)
				}
			}
			if r := checkedText(out.String()); r.Status != c.status {
				t.Errorf("the check says %s: %s", r.Status, r.Summary)
			}
		})
	}
}

func TestCleanTextThatIsClean(t *testing.T) {
	for _, text := range []string{"", "Hello", "Gruß 👩‍👩‍👧 \r\n\tдом", "内容审核。", "a \u00a0\u202e b", "CAFÉ\u00a0!"} {
		var out bytes.Buffer
		made, err := cleanText(opens(text), &out)
		if err != nil || out.String() != text || !strings.HasPrefix(made.Needless, "the text is clean") || made.Did != nil {
			t.Errorf("%q: %q, %+v, %v", text, out.String(), made, err)
		}
	}
}

// TestCleanAgreesWithTheCheck: what the check says that a text is written in decides whether cleaning is offered,
// and how it is done.
func TestCleanAgreesWithTheCheck(t *testing.T) {
	english := "The word that we looked for in all of the pages of this site is "
	for _, c := range []struct {
		name, text, looks, hint string // a part of what cleaning tells instead; "" where it is done
	}{
		{"Shift-JIS", strings.Repeat("\x82\xb1\x82\xea\x82\xcd\x83\x79\x83\x93", 4), "Shift-JIS", "iconv -f SHIFT_JIS "},
		{"a little Shift-JIS in English", english + "\x82\xb1\x82\xea\x82\xcd\x93\xfa\x96\x7b\x8c\xea\x82\xc5\x82\xb7. " + english, "Shift-JIS", "iconv -f SHIFT_JIS "},
		{"Windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?", "such as Windows-1251", "WINDOWS-1251"},
		{"Windows-1251 in English", english + "\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0? \x97 " + english, "such as Windows-1251", "WINDOWS-1251"},
		{"nothing known", "a\xff\x81\x01\x02b and some more words", "", "iconv"},
		{"Windows-1252", inWindows1252("Déjà vu, créée « là » — 5 €"), "Windows-1252", ""},
		{"Windows-1252 with NUL", "caf\xe9 noir\x00", "Windows-1252", ""},
		{"CESU-8", "Gruß \xed\xa0\xbd\xed\xb8\x80!", "CESU-8", ""},
		{"CESU-8 and other wrong bytes", "\xed\xa0\xbd\xed\xb8\x80 caf\xe9 noir", "", "iconv"},
		{"UTF-16", inUTF16("Hello, world", true, 1, 0), "UTF-16 (little-endian)", ""},
		{"mostly control characters", strings.Repeat("\x01a\x02", 9), "", "iconv"},
		{"MacRoman", "Gr\x9f\xa7e aus K\x9aln, sch\x9an f\x9fr B\x8aume", "such as MacRoman", "MACINTOSH"},
		{"ISO-2022-JP", "\x1b$B$3$l$OF|K\x5c8l\x1b(B", "ISO-2022-JP", "iconv -f ISO-2022-JP "},
		{"damaged UTF-8", strings.Repeat("größer ", 20) + "a\xffb", "UTF-8 that is damaged", ""},
		{"UTF-8 that is cut", "smile \xf0\x9f\x98", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			content := contentOf("a.txt", c.text)
			r := checks.Run(context.Background(), catalog.ContentCheck, checks.Target{Content: &content, Expect: checks.Text})
			if shown := fmt.Sprint(r.Findings); !strings.Contains(shown, c.looks) {
				t.Errorf("the check says %s", shown)
			}
			if got := slices.Contains(Offered(r), Clean); got != (c.hint == "") {
				t.Errorf("offered: %t", got)
			}
			var undone Undone
			made, err := cleanText(opens(c.text), io.Discard)
			if errors.As(err, &undone); (err == nil) != (c.hint == "") || !strings.Contains(undone.Hint, c.hint) {
				t.Errorf("%+v, %v, %q", made, err, undone.Hint)
			}
		})
	}
}

func TestCleanTextErrors(t *testing.T) {
	bad := errors.New("bad sector")
	unreadable := func() (io.ReadCloser, error) { return io.NopCloser(iotest.ErrReader(bad)), nil }
	if _, err := cleanText(unreadable, io.Discard); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
	if _, err := cleanText(func() (io.ReadCloser, error) { return nil, bad }, io.Discard); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
	if _, err := cleanText(opens(strings.Repeat("a\x00", 10_000)), failingWriter{bad}); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// FuzzCleanText: what is written is UTF-8 without control characters, and a text that needs nothing is kept.
func FuzzCleanText(f *testing.F) {
	for _, seed := range []string{"Hello", "\xff\xfea\x00\x3d\xd8b\x00", "caf\xe9", text.Garble("l’été\nÀ"), "\ufeff\ufeffa\x00", "a\u0085", text.Garble(text.Garble("é"))} {
		f.Add(seed, uint8(1))
		f.Add(seed, uint8(200))
	}
	f.Fuzz(func(t *testing.T, text string, times uint8) {
		if len(text) > 500 {
			return
		}
		text = strings.Repeat(text, int(times))
		var out bytes.Buffer
		made, err := cleanText(opens(text), &out)
		if err != nil {
			if !errors.As(err, new(Undone)) {
				t.Fatal(err)
			}
			return
		}
		if got := out.String(); !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\x07\x7f\u0085\v") || strings.HasPrefix(got, "\ufeff") {
			t.Fatalf("wrote %q", got)
		}
		if made.Needless != "" && out.String() != text {
			t.Fatalf("%q was changed to %q, and nothing is told", text, out.String())
		}
	})
}

func BenchmarkCleanText(b *testing.B) {
	text := strings.Repeat("A moderation API reads wörds.\n", 10_000_000/31)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cleanText(opens(text), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
