package ui

import (
	"io"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// terminalFile is an open terminal, as Bubble Tea takes it for one.
type terminalFile interface {
	io.ReadWriteCloser
	Fd() uintptr
	Name() string
}

// pasteGuard reads a terminal's keys and makes the bytes of a paste harmless to the parser of keys, for which
// a control string in the text would swallow the paste's end. Such bytes pass as runes of a private area;
// unguarded turns them back.
type pasteGuard struct {
	terminalFile
	inside bool // of a paste
	seen   int  // bytes of the marker that have come; inside of a paste they are kept back until the next one
}

// What a terminal puts around a paste.
const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// interrupts are how Ctrl-C comes, by the protocols of keyboards.
var interrupts = []string{"\x03", "\x1b[99;5u"}

// cancel ends whatever sequence the parser of keys is in; where it is in none, it is a key without a use.
const cancel = 0x18

// firstGuarded is the rune that stands for the byte 0 of a paste. It and all up to 255 take four bytes.
const firstGuarded = '\U0010FE00'

const guardedLen = len(string(firstGuarded))

// Read reads what there is, at most as much as fits into p once it is guarded: a byte that was kept for the
// next call would wait there until another key is pressed.
func (g *pasteGuard) Read(p []byte) (int, error) {
	room := len(p)/guardedLen - len(pasteEnd)
	if room <= 0 {
		return 0, io.ErrShortBuffer
	}
	read := make([]byte, room)
	n, err := g.terminalFile.Read(read)
	return len(g.guard(p[:0], read[:n])), err
}

// guard appends to out what was read. A Ctrl-C that comes alone is not part of a paste: where it comes inside
// of one, the paste's end never came.
func (g *pasteGuard) guard(out, read []byte) []byte {
	if slices.Contains(interrupts, string(read)) {
		if g.inside {
			out = append(out, pasteEnd...)
		}
		g.inside, g.seen = false, 0
		return append(append(out, cancel), read...)
	}
	for _, b := range read {
		if g.inside {
			out = g.pasted(out, b)
		} else {
			out = g.typed(out, b)
		}
	}
	return out
}

// typed passes a byte on as it is, and notices the beginning of a paste. Ctrl-C must not be lost in a control
// string that is still waited for the end of.
func (g *pasteGuard) typed(out []byte, b byte) []byte {
	if b == interrupts[0][0] {
		out = append(out, cancel)
	}
	g.follow(pasteStart, b)
	if g.seen == len(pasteStart) {
		g.inside, g.seen = true, 0
	}
	return append(out, b)
}

// pasted guards a byte of a paste, unless it belongs to the marker of the end.
func (g *pasteGuard) pasted(out []byte, b byte) []byte {
	kept := pasteEnd[:g.seen]
	g.follow(pasteEnd, b)
	switch g.seen {
	case len(pasteEnd):
		g.inside, g.seen = false, 0
		return append(out, pasteEnd...)
	case len(kept) + 1:
		return out
	}
	for i := range len(kept) {
		out = guarded(out, kept[i])
	}
	if g.seen > 0 {
		return out
	}
	return guarded(out, b)
}

// follow counts how much of a marker has come with one more byte. A marker's first byte occurs in it once.
func (g *pasteGuard) follow(marker string, b byte) {
	switch b {
	case marker[g.seen]:
		g.seen++
	case marker[0]:
		g.seen = 1
	default:
		g.seen = 0
	}
}

// guarded appends a byte of a paste, as itself where no parser could take it for more than it is.
func guarded(out []byte, b byte) []byte {
	if b >= ' ' && b <= '~' || b == '\t' || b == '\n' || b == '\r' {
		return append(out, b)
	}
	return append(out, string(firstGuarded+rune(b))...)
}

// unguarded returns the bytes of a paste as the terminal gave them.
func unguarded(paste string) string {
	var text strings.Builder
	text.Grow(len(paste))
	for _, r := range paste {
		if b := r - firstGuarded; b >= 0 && b <= 0xff {
			text.WriteByte(byte(b))
		} else {
			text.WriteRune(r)
		}
	}
	return text.String()
}

// unguardPastes is the filter of messages that belongs to a pasteGuard.
func unguardPastes(_ tea.Model, msg tea.Msg) tea.Msg {
	if paste, ok := msg.(tea.PasteMsg); ok {
		paste.Content = unguarded(paste.Content)
		return paste
	}
	return msg
}
