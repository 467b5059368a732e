package ui

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog/safe"
)

// newField returns a focused text field with the terminal's own cursor. Its keys are those of a shell's line,
// without the ones that this program has another use for.
func newField(placeholder string) textinput.Model {
	f := textinput.New()
	f.Prompt, f.Placeholder = "", placeholder
	f.SetVirtualCursor(false)
	f.SetStyles(textinput.Styles{})
	none := key.NewBinding()
	f.KeyMap.Paste, f.KeyMap.AcceptSuggestion, f.KeyMap.NextSuggestion, f.KeyMap.PrevSuggestion = none, none, none, none
	f.KeyMap.DeleteCharacterForward = binding("delete", "erase", "delete")
	f.Focus()
	return f
}

// label is what stands before a field.
func (l look) label(of string) string { return l.strong.Render(of+":") + " " }

// drawField returns a field of the given width and where the cursor stands in it. A text that must not be
// shown as it is, for a secret or a character that a terminal would act on, is shown without a cursor.
func (a *app) drawField(f *textinput.Model, columns int) (string, *tea.Cursor) {
	f.SetWidth(max(1, columns-1))
	f.SetCursor(f.Position())
	shown := safe.EscapeLine(safe.NewRedactor(a.target.Secrets()...).Redact(f.Value()))
	if shown != f.Value() && f.EchoMode == textinput.EchoNormal {
		return truncate(shown, columns, a.look.tail), nil
	}
	return truncate(f.View(), columns, ""), f.Cursor()
}
