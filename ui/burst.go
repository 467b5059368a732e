package ui

import (
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// A terminal without bracketed paste sends a paste as single keys. burst gathers keys that follow each other
// faster than anybody types, so that such a paste is taken as one, and drawn once.
type burst struct {
	keys    []tea.KeyPressMsg
	waiting bool // a burstMsg is on its way
}

// burstGap is the silence that ends a burst.
const burstGap = 8 * time.Millisecond

// burstMsg asks whether any key has come since there were that many.
type burstMsg struct{ keys int }

// pastedMsg is a pasted text with line feeds alone. It is whole where the terminal said so, and may go on
// where it was told by its speed.
type pastedMsg struct {
	text  string
	whole bool
}

func (b burst) empty() bool { return len(b.keys) == 0 }

// text returns what the gathered keys spell.
func (b burst) text() string {
	var text strings.Builder
	for _, k := range b.keys {
		switch k.Code {
		case tea.KeyEnter:
			text.WriteByte('\n')
		case tea.KeyTab:
			text.WriteByte('\t')
		default:
			text.WriteString(k.Text)
		}
	}
	return text.String()
}

// inPastes reports whether a key could be part of a paste.
func inPastes(k tea.KeyPressMsg) bool {
	return k.Text != "" || k.Mod == 0 && (k.Code == tea.KeyEnter || k.Code == tea.KeyTab)
}

func (a *app) gather(k tea.KeyPressMsg) tea.Cmd {
	a.burst.keys = append(a.burst.keys, k)
	if a.burst.waiting {
		return nil
	}
	return a.waitForMore()
}

func (a *app) waitForMore() tea.Cmd {
	a.burst.waiting = true
	msg := burstMsg{len(a.burst.keys)}
	return a.after(burstGap, func() tea.Msg { return msg })
}

func (a *app) burstEnded(msg burstMsg) tea.Cmd {
	a.burst.waiting = false
	if len(a.burst.keys) > msg.keys {
		return a.waitForMore()
	}
	return a.flush()
}

// flush ends a burst: as a paste where it reads like one, else key by key. A field that asks for an input
// takes a single line as typed, with the Enter that ends it.
func (a *app) flush() tea.Cmd {
	keys, text := a.burst.keys, a.burst.text()
	a.burst.keys = nil
	if isPaste(text) && (severalLines(text) || !a.asking()) {
		return a.pasted(pastedMsg{text: text})
	}
	if s, ok := a.top().(*checklistScreen); ok && s.typing() && utf8.RuneCountInString(text) >= leastPaste {
		s.form.replace()
	}
	var cmds []tea.Cmd
	for _, k := range keys {
		cmds = append(cmds, a.act(k))
	}
	return tea.Batch(cmds...)
}

// leastPaste is how many characters a burst of several lines has at least that was not typed.
const leastPaste = 24

// isPaste reports whether a burst of keys was a paste and not fast typing.
func isPaste(text string) bool {
	return utf8.RuneCountInString(text) >= leastPaste && looksLikeResponse(text)
}

// severalLines reports whether a text is more than one line.
func severalLines(text string) bool { return strings.Contains(strings.TrimSpace(text), "\n") }

// asking reports whether a field has the focus that asks for an input.
func (a *app) asking() bool {
	s, ok := a.top().(*checklistScreen)
	return ok && s.typing()
}

// longestQuery is how many characters a search looks at; no longer text is meant as a query.
const longestQuery = 64

// looksLikeResponse reports whether a paste is to be diagnosed and not to be searched for: it is more than
// words.
func looksLikeResponse(text string) bool {
	return strings.ContainsAny(strings.TrimSpace(text), "\n{}[]()<>:;=\"") || strings.HasPrefix(text, "HTTP/") ||
		utf8.RuneCountInString(text) > longestQuery
}

// lineFeeds turns every line end into a line feed: terminals send a paste's as carriage returns.
func lineFeeds(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}
