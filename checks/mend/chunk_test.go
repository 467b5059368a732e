package mend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
)

// parts returns the parts of a text; none where it fits.
func parts(t *testing.T, text string) (all []string, made Made) {
	t.Helper()
	made, err := chunkText(strings.NewReader(text), func(part []byte) error {
		all = append(all, string(part))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) > 0 && strings.Join(all, "") != text {
		t.Fatalf("the parts joined are not the text")
	}
	return all, made
}

// checkedText runs the content check on a text.
func checkedText(text string) checks.Result {
	return checks.Run(context.Background(), catalog.ContentCheck, checks.Target{Content: &checks.Content{
		Name: "text", Size: int64(len(text)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}})
}

func TestChunkTextPassesTheCheck(t *testing.T) {
	for name, text := range map[string]string{
		"sentences":        strings.Repeat("A moderation API reads words. ", 400),
		"one sentence":     strings.Repeat("word ", 5000),
		"one word":         strings.Repeat("x", 100_000),
		"a word with dots": strings.Repeat("x.y-", 30_000),
		"Chinese":          strings.Repeat("内容审核服务会检查文字。", 500),
		"no marks at all":  strings.Repeat("内容审核服务", 1000),
		"Thai":             strings.Repeat("บริการตรวจสอบเนื้อหาอ่านน้ำ", 400),
		"Japanese":         strings.Repeat("これはペンですか？はい、そうです。", 400),
		"lines":            strings.Repeat("A line without any mark\n", 800),
		"hyphens":          strings.Repeat("state-of-the-art ", 600),
		"emoji":            strings.Repeat("👩‍👩‍👧‍👦", 3000),
	} {
		t.Run(name, func(t *testing.T) {
			all, made := parts(t, text)
			if len(all) < 2 || made.Needless != "" {
				t.Fatalf("%d parts, %q", len(all), made.Needless)
			}
			for i, part := range all {
				if r := checkedText(part); r.Status != checks.Pass {
					t.Fatalf("part %d of %d: %s", i+1, len(all), r.Summary)
				}
			}
			if fair := len(text) / len(all); len(all[0]) > 2*fair {
				t.Errorf("%d parts of %d bytes, of which the first has %d", len(all), len(text), len(all[0]))
			}
		})
	}
}

// TestWhereNoTextIsCut moves a place in question over the limit, word by word.
func TestWhereNoTextIsCut(t *testing.T) {
	for _, c := range []struct{ across, never string }{
		{"Look at https://example.com/a?b=c.d!e now. ", "/a?"},
		{"Look at https://example.com/a?b=c.d!e now. ", "b=c.d!"},
		{"There is Dr. Anna Smith in it. ", "Dr. "},
		{"There is J. Smith in this one. ", "J. "},
		{"It costs (approx. 5 euros) in all. ", "approx. "},
		{"this line is\nwrapped by an editor. ", "this line is\n"},
	} {
		for lead := range 20 {
			text := strings.Repeat("word ", 435) + "Up to here! " + strings.Repeat("word ", lead) + c.across + strings.Repeat("Words after it. ", 300)
			all, _ := parts(t, text)
			if strings.HasSuffix(all[0], c.never) {
				t.Errorf("%d words before %q, the first part ends in %q", lead, c.across, c.never)
			}
		}
	}
}

func TestWhereTextIsCut(t *testing.T) {
	for _, c := range []struct{ across, end string }{
		{"The last words. The first words. ", "The last words. "},
		{"第一句话。第二句话还要再长一点。", "第一句话。"},
		{"a heading\n\nand more words here. ", "a heading\n\n"},
		{"a line\nAnd more words here. ", "a line\n"},
	} {
		all, made := parts(t, strings.Repeat("word ", 444)+c.across+strings.Repeat("Words after it. ", 300))
		if !strings.HasSuffix(all[0], c.end) {
			t.Errorf("the first part ends in %q, want %q", all[0][len(all[0])-40:], c.end)
		}
		if !strings.Contains(strings.Join(made.Did, "\n"), "every part ends with a sentence") {
			t.Errorf("told: %q", made.Did)
		}
	}
}

func TestChunkTextThatFits(t *testing.T) {
	for _, text := range []string{"", "Short.", strings.Repeat("word ", partWords)} {
		if all, made := parts(t, text); len(all) != 0 || made.Needless == "" {
			t.Errorf("%d parts of %.20q, %q", len(all), text, made.Needless)
		}
	}
}

func TestChunkTextErrors(t *testing.T) {
	long := strings.Repeat("word ", 2000)
	full := errors.New("the disk is full")
	if _, err := chunkText(strings.NewReader(long), func([]byte) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	bad := io.MultiReader(strings.NewReader(long), iotest.ErrReader(full))
	if _, err := chunkText(bad, func([]byte) error { return nil }); !errors.Is(err, full) || !strings.HasPrefix(err.Error(), "read the text") {
		t.Errorf("got %v", err)
	}
}

func TestChunkTextOfASlowReader(t *testing.T) {
	text := strings.Repeat("A moderation API reads words. ", 400)
	want, _ := parts(t, text)
	var got []string
	if _, err := chunkText(iotest.OneByteReader(strings.NewReader(text)), func(part []byte) error {
		got = append(got, string(part))
		return nil
	}); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%d parts, want %d (%v)", len(got), len(want), err)
	}
}

// FuzzChunkText: the parts joined are the text, each fits, none is empty, and none ends inside a character.
func FuzzChunkText(f *testing.F) {
	for _, seed := range []string{
		"A sentence. ", "word ", "内容。", "https://a.b/c?d=e! ", "Dr. ", "น้ำ", "e\u0301", "\xff\xfe", "a\r\n\r\n", "\u0600\u0601x", "🇩🇪", "\x00", "👩‍👧 ", "ก ", "\u1100\u1161",
	} {
		f.Add(seed, "x", uint16(3000))
	}
	f.Fuzz(func(t *testing.T, again, between string, times uint16) {
		if len(again) > 200 || len(between) > 200 {
			return
		}
		text := strings.Repeat(again, int(times)) + between + strings.Repeat(between+again, int(times)/4)
		all, made := parts(t, text)
		if (len(all) == 0) != (made.Needless != "") {
			t.Fatalf("%d parts, %q", len(all), made.Needless)
		}
		borders := map[int]bool{}
		for split := graphemes.FromString(text); split.Next(); {
			borders[split.End()] = true
			if split.End()-split.Start() > partCharacters {
				return // cut on purpose
			}
		}
		at := 0
		for _, part := range all {
			size := partSize{}
			for _, field := range bytes.Fields([]byte(part)) {
				size.add(field)
				size.inField = false
			}
			if at += len(part); part == "" || size.fields > partWords || len([]rune(part)) > partCharacters || !borders[at] {
				t.Fatalf("a part of %d bytes and %d words that ends at %d of %d, at a character's border: %t", len(part), size.fields, at, len(text), borders[at])
			}
		}
	})
}

func BenchmarkChunkText(b *testing.B) {
	for name, sentence := range map[string]string{"English": "A moderation API reads words. ", "no marks": "word ", "Chinese": "内容审核服务会检查文字。"} {
		b.Run(name, func(b *testing.B) {
			text := strings.Repeat(sentence, 10_000_000/len(sentence))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := chunkText(strings.NewReader(text), func([]byte) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
