package ui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// chunks is a terminal whose reads return one chunk each.
type chunks struct {
	terminalFile
	left [][]byte
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.left[0])
	if c.left[0] = c.left[0][n:]; len(c.left[0]) == 0 {
		c.left = c.left[1:]
	}
	return n, nil
}

// guardedStream returns what a guard makes of a stream that comes in chunks.
func guardedStream(t *testing.T, stream ...[]byte) string {
	t.Helper()
	guard := &pasteGuard{terminalFile: &chunks{left: stream}}
	var text []byte
	for buf := make([]byte, 4096); ; {
		n, err := guard.Read(buf)
		text = append(text, buf[:n]...)
		if err == io.EOF {
			return string(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// hostile are pastes that a parser of keys would take for more than text.
var hostile = []string{
	"plain", "", "two\r\nlines\tand a tab\n", "ünïcödé 世界 \U0001F600 \U0010FE1B �",
	"\x1b]0;title", "\x1bPdevice", "\x1b_application", "\x1b^private", "\x1bXstart", "\x1b", "\x1b[", "\x1b[20",
	"\x1b[201", "\x1b\x1b[201", "\x1b[200~", "\x90", "\x98", "\x9b201~", "\x9d", "a\x00b\x03c\x18\x1a\x7f", "\xff\xfe", "\x1b]52;c;AAAA\x07",
	"\x1b[99;5u and more",
}

func TestPasteGuardKeepsEveryByte(t *testing.T) {
	for _, text := range hostile {
		stream := []byte("ab" + pasteStart + text + pasteEnd + "\x1b[A")
		for i := range len(stream) + 1 {
			got := guardedStream(t, stream[:i], stream[i:])
			inner, ok := strings.CutPrefix(got, "ab"+pasteStart)
			inner, tail, found := strings.Cut(inner, pasteEnd)
			if !ok || !found || tail != "\x1b[A" || unguarded(inner) != text {
				t.Fatalf("%q, split at %d, passes as %q", text, i, got)
			}
			if strings.ContainsFunc(inner, func(r rune) bool {
				return r < ' ' && !strings.ContainsRune("\t\r\n", r) || r >= 0x7f && r < firstGuarded
			}) {
				t.Fatalf("%q passes as %q", text, inner)
			}
		}
	}
}

// listener is an app that keeps what was pasted until q is pressed.
type listener struct{ pastes []string }

func (l *listener) Init() tea.Cmd  { return nil }
func (l *listener) View() tea.View { return tea.View{} }

func (l *listener) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		l.pastes = append(l.pastes, msg.Content)
	case tea.KeyPressMsg:
		if msg.String() == "q" {
			return l, tea.Quit
		}
	}
	return l, nil
}

// TestParserTakesGuardedPastes plays the hostile pastes to the parser of keys itself.
func TestParserTakesGuardedPastes(t *testing.T) {
	for _, text := range hostile {
		stream := []byte(pasteStart + text + pasteEnd + "q")
		for _, split := range []int{0, 2, len(pasteStart) + 1, len(stream) - 4} {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			guard := &pasteGuard{terminalFile: &chunks{left: [][]byte{stream[:split], stream[split:]}}}
			l := &listener{}
			_, err := tea.NewProgram(l, tea.WithContext(ctx), tea.WithFilter(unguardPastes), tea.WithoutRenderer(),
				tea.WithoutSignalHandler(), tea.WithInput(struct{ io.Reader }{guard}), tea.WithOutput(io.Discard)).Run()
			if cancel(); err != nil || len(l.pastes) != 1 || l.pastes[0] != text {
				t.Errorf("%q, split at %d: pastes %q, error %v", text, split, l.pastes, err)
			}
		}
	}
}

func TestPasteGuardLeavesKeysAlone(t *testing.T) {
	for _, keys := range []string{"abc", "\x1b", "\x1b[A", "\x1b[201~", "\x1b[20", "ü\x04\x90", "\x1b]11;rgb:0/0/0\x07"} {
		for i := range len(keys) + 1 {
			guard := &pasteGuard{}
			first := string(guard.guard(nil, []byte(keys[:i])))
			if rest := string(guard.guard(nil, []byte(keys[i:]))); first != keys[:i] || rest != keys[i:] {
				t.Errorf("%q, split at %d, passes as %q, %q", keys, i, first, rest)
			}
		}
	}
}

func TestPasteGuardLetsCtrlCThrough(t *testing.T) {
	for _, test := range []struct {
		read []string
		want string
	}{
		{[]string{pasteStart + "cut\x1b", "\x03", "q"}, pasteStart + "cut" + pasteEnd + "\x18\x03q"},
		{[]string{pasteStart + "cut", "\x1b[99;5u"}, pasteStart + "cut" + pasteEnd + "\x18\x1b[99;5u"},
		{[]string{"\x1b]0;title\x03"}, "\x1b]0;title\x18\x03"},
		{[]string{"\x1b]0;title", "\x1b[99;5u"}, "\x1b]0;title\x18\x1b[99;5u"},
	} {
		var stream [][]byte
		for _, read := range test.read {
			stream = append(stream, []byte(read))
		}
		if got := guardedStream(t, stream...); got != test.want {
			t.Errorf("%q passes as %q, want %q", test.read, got, test.want)
		}
	}
}

func TestPasteGuardNeedsRoom(t *testing.T) {
	if _, err := new(pasteGuard).Read(make([]byte, 8)); !errors.Is(err, io.ErrShortBuffer) {
		t.Errorf("error %v", err)
	}
}

func FuzzPasteGuard(f *testing.F) {
	for _, text := range hostile {
		f.Add([]byte(text), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		if bytes.Contains(text, []byte(pasteEnd)) {
			return // the terminal itself ends such a paste there
		}
		size = max(1, size)
		var stream [][]byte
		for rest := []byte(pasteStart + string(text) + pasteEnd); len(rest) > 0; {
			n := min(size, len(rest))
			for _, interrupt := range interrupts {
				if string(rest[:n]) == interrupt {
					return // taken for the user's own
				}
			}
			stream, rest = append(stream, rest[:n]), rest[n:]
		}
		inner, ok := strings.CutPrefix(guardedStream(t, stream...), pasteStart)
		inner, ended := strings.CutSuffix(inner, pasteEnd)
		if !ok || !ended || unguarded(inner) != string(text) {
			t.Errorf("%q in chunks of %d passes as %q", text, size, inner)
		}
	})
}

func BenchmarkPasteGuard(b *testing.B) {
	text := []byte(pasteStart + strings.Repeat(revoked, 4000) + pasteEnd)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		new(pasteGuard).guard(nil, text)
	}
}
