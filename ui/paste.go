package ui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog/safe"
)

// pasteScreen gathers a text that is to be diagnosed, also from terminals that do not say what is a paste.
type pasteScreen struct {
	place
	text string
}

func newPaste(a *app) *pasteScreen { return &pasteScreen{place: a.place()} }

func (s *pasteScreen) title() string { return "paste an error" }
func (s *pasteScreen) typing() bool  { return true }

func (s *pasteScreen) bindings() []key.Binding {
	if s.text == "" {
		return []key.Binding{keyBack}
	}
	return []key.Binding{keyDiagnose, keyClear, keyBack}
}

func (s *pasteScreen) update(a *app, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return s.pressed(a, msg)
	case pastedMsg:
		s.text += msg.text
		if msg.whole {
			return s.diagnose(a)
		}
	}
	return nil
}

func (s *pasteScreen) pressed(a *app, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, keyBack):
		a.back()
	case key.Matches(k, keyDiagnose):
		return s.diagnose(a)
	case key.Matches(k, keyClear):
		s.text = ""
	case key.Matches(k, keyErase):
		_, size := utf8.DecodeLastRuneInString(s.text)
		s.text = s.text[:len(s.text)-size]
	default:
		s.text += burst{keys: []tea.KeyPressMsg{k}}.text()
	}
	return nil
}

// diagnose hands the text over, in place of this screen.
func (s *pasteScreen) diagnose(a *app) tea.Cmd {
	if strings.TrimSpace(s.text) == "" {
		a.notice = "There is nothing to diagnose yet: paste the response first."
		return nil
	}
	a.back()
	return a.openDiagnosis(s.text)
}

func (s *pasteScreen) draw(a *app, columns, height int) picture {
	p := newPage(columns)
	p.text(plain, "Paste the error with your terminal's paste key: a response with its status line and headers, a curl -v"+
		" transcript, a stack trace or a log. It stays on this machine. If nothing happens by itself, press ctrl+d.")
	p.blank()
	p.text(a.look.strong, "So far: "+extent(s.text))
	var shown []string
	for _, l := range splitLines(mark(ending(s.text), nil, safe.NewRedactor(a.target.Secrets()...))) {
		for _, row := range l.wrap(columns - 2) {
			shown = append(shown, "  "+row.draw(a.look))
		}
	}
	room := max(0, height-len(p.lines))
	return picture{lines: append(p.lines, shown[max(0, len(shown)-room):]...)}
}

// drawnEnd is how many bytes of a text that is still growing are drawn, after every key of it.
const drawnEnd = 8 << 10

// ending returns the last whole lines of a text: half a line could be half a secret, which nobody recognises.
func ending(text string) string {
	if len(text) <= drawnEnd {
		return text
	}
	end := text[len(text)-drawnEnd:]
	return end[strings.IndexByte(end, '\n')+1:]
}
