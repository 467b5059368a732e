package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
)

// shown returns the excerpt of a text as plain text, evidence between < and >.
func shown(e excerpt) string {
	var text strings.Builder
	for i, l := range e.lines {
		if i > 0 {
			text.WriteString("\n")
		}
		for _, s := range l {
			if s.evidence {
				text.WriteString("<" + s.text + ">")
			} else {
				text.WriteString(s.text)
			}
		}
	}
	return text.String()
}

func TestExcerpt(t *testing.T) {
	const key = "klyra_live_abcdefghijklmnop"
	for _, test := range []struct {
		name, text string
		evidence   []string // parts of text
		want       string
	}{
		{"nothing marked", "a\nb", nil, "a\nb"},
		{"marked in order", `{"code":"x","type":"y"}`, []string{`"type":"y"`, `"code":"x"`}, `{<"code":"x">,<"type":"y">}`},
		{"overlapping", "abcdef", []string{"bcd", "cde"}, "a<bcd>ef"},
		{"over lines", "a\nb\nc", []string{"a\nb"}, "<a>\n<b>\nc"},
		{"a key before", "key " + key + "\ncode x", []string{"code x"}, "key [secret]\n<code x>"},
		{"a key after", "code x\nkey " + key, []string{"code x"}, "<code x>\nkey [secret]"},
		{"a key within", "sent " + key + " today", []string{"sent " + key + " today"}, "<sent [secret] today>"},
		{"a key cut by the evidence", "sent " + key, []string{"abcdefghijklmnop"}, "sent [secret]"},
		{"escaped", "a\x1b[31mred\u202e\tb", []string{"red"}, `a\u001b[31m<red>\u202e    b`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var spans []paste.Span
			for _, part := range test.evidence {
				at := strings.Index(test.text, part)
				spans = append(spans, paste.Span{Start: at, End: at + len(part)})
			}
			got := shown(newExcerpt(test.text, spans, safe.NewRedactor(safe.NewSecret(key))))
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestEvidenceIsShownWithItsLine(t *testing.T) {
	text := "fine\n      2026-11-24T02:01:00Z ERROR klyra answered code x\nfine\ncode x\ncode x\n"
	var spans []paste.Span
	for at := 0; ; {
		n := strings.Index(text[at:], "code x")
		if n < 0 {
			break
		}
		spans = append(spans, paste.Span{Start: at + n, End: at + n + 6})
		at += n + 6
	}
	got := newExcerpt(text, spans, nil).evidence(newLook(true, true), 2)
	for i := range got {
		got[i] = ansi.Strip(got[i])
	}
	want := []string{"line 2: ~ klyra answered code x", "line 4: code x"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestExcerptOfALargePaste(t *testing.T) {
	text := strings.Repeat("INFO all is well\n", 100_000) + "code x\n" + strings.Repeat("INFO all is well again\n", 100_000)
	at := strings.Index(text, "code x")
	e := newExcerpt(text, []paste.Span{{Start: at, End: at + 6}}, nil)
	got := shown(e)
	if !strings.Contains(got, "<code x>") || len(got) > mostShown+100 {
		t.Errorf("%d bytes are shown", len(got))
	}
	if e.before+e.after+len(got)-len("<>") != len(text) {
		t.Errorf("%d before, %d shown, %d after of %d", e.before, len(got), e.after, len(text))
	}
	drawn := e.draw(newLook(false, false), 80)
	if first, last := drawn[0], drawn[len(drawn)-1]; first != "(1.7 MB before it are not shown)" || !strings.HasSuffix(last, "MB after it are not shown)") {
		t.Errorf("begins %q, ends %q", first, last)
	}
}

func TestEvidenceIsSeenAtOnce(t *testing.T) {
	for _, before := range []string{
		"", "a\nb\nc\nd\n", strings.Repeat("INFO all is well\n", 10_000), strings.Repeat("x", 100_000), strings.Repeat("long ", 100) + "\n\n\n",
		strings.Repeat("\n", 50), "HTTP/1.1 401 Unauthorized\r\n" + strings.Repeat("x-header: of some length that is usual\n", 30),
	} {
		e := newExcerpt(before+"code x\nafter", []paste.Span{{Start: len(before), End: len(before) + 6}}, nil)
		drawn := e.draw(newLook(true, true), 80)
		at := slices.IndexFunc(drawn, func(line string) bool { return strings.HasPrefix(line, "|") })
		if at < 0 || at > 4 {
			t.Errorf("after %.40q the evidence is line %d of\n%s", before, at+1, strings.Join(drawn[:min(len(drawn), 8)], "\n"))
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add(revoked, 10, 20, 30)
	f.Add(strings.Repeat("\n", 60)+"x", 60, 61, 30)
	f.Add("a\x1b]52;c;\x07\u202e世界\xff\r\n\ttab", 2, 9, 7)
	f.Fuzz(func(t *testing.T, text string, start, end, columns int) {
		start = max(0, min(start, len(text)))
		span := paste.Span{Start: start, End: max(start, min(end, len(text)))}
		columns = max(10, min(columns, 200))
		for _, line := range newExcerpt(text, []paste.Span{span}, nil).draw(newLook(false, false), columns) {
			if n := ansi.StringWidth(line); n > columns {
				t.Errorf("%d columns of %d: %q", n, columns, line)
			}
			for _, r := range ansi.Strip(line) {
				if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e {
					t.Errorf("%q holds %q", line, r)
				}
			}
		}
	})
}

func BenchmarkExcerptOfAMegabyte(b *testing.B) {
	text := strings.Repeat("INFO all is well\n", 60_000) + revoked
	at := strings.Index(text, "invalid_api_key")
	for b.Loop() {
		newExcerpt(text, []paste.Span{{Start: at, End: at + 15}}, nil)
	}
}

func BenchmarkKeyToFrame(b *testing.B) {
	d := newDriver(&testing.T{}, sandboxed()).size(120, 40)
	for b.Loop() {
		d.press("x", "backspace")
	}
}
