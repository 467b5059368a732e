package ui

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// form asks for the inputs of a step, one field at a time.
type form struct {
	run    int
	inputs []catalog.Input
	at     int // index into inputs
	field  textinput.Model
	busy   bool   // a file is being looked at
	hint   string // what is wrong with what was typed, or what to do with it
	paste  string // what was pasted into the field though it reads like a response

	picking bool // among the samples of the sandbox
	picked  int
}

// newForm begins with the first input that is missing.
func newForm(run int, inputs, missing []catalog.Input) *form {
	f := &form{run: run, inputs: inputs}
	if len(missing) > 0 {
		f.at = max(0, slices.Index(inputs, missing[0]))
	}
	f.focus(f.at)
	return f
}

// placeholders say what each field takes.
var placeholders = map[catalog.Input]string{
	catalog.KeyInput:      "paste the key; it stays hidden",
	catalog.EndpointInput: "the path that you call, such as /v1/...",
	catalog.URLInput:      "the URL that you told the API to download",
	catalog.ContentInput:  "the path of a file with what you sent",
}

// focus begins the field of an input.
func (f *form) focus(i int) {
	f.at = i
	f.field = newField(placeholders[f.input()])
	f.busy, f.hint, f.paste, f.picking, f.picked = false, "", "", false, 0
	if f.input() == catalog.KeyInput {
		f.field.EchoMode = textinput.EchoPassword
	}
}

func (f *form) input() catalog.Input { return f.inputs[f.at] }

// next goes on to the first input that is still missing, and reports whether there is one.
func (f *form) next(missing []catalog.Input) bool {
	if len(missing) == 0 {
		return false
	}
	f.focus(max(0, slices.Index(f.inputs, missing[0])))
	return true
}

func (f *form) failed(hint string) { f.busy, f.hint = false, hint }

func (f *form) bindings() []key.Binding {
	switch {
	case f.picking:
		return []key.Binding{does(keyEnter, "take it"), keyMove, does(keyBack, "close")}
	case f.paste != "":
		return []key.Binding{does(keyEnter, "use it"), keyDiagnose, keyClear, does(keyBack, "close")}
	}
	bs := []key.Binding{does(keyEnter, "use it"), does(keyBack, "close")}
	if len(f.inputs) > 1 {
		bs = append(bs, keyTab)
	}
	return append(bs, keySamples)
}

// pasted puts a paste into the field. Line ends around it are the terminal's, not part of it.
func (f *form) pasted(text string) {
	f.hint, f.paste = "", ""
	if looksLikeResponse(text) && strings.ContainsAny(strings.TrimSpace(text), "\n{") {
		f.paste = text
	}
	f.field, _ = f.field.Update(tea.PasteMsg{Content: strings.Trim(text, "\n")})
}

func (f *form) pressed(a *app, s *checklistScreen, k tea.KeyPressMsg) tea.Cmd {
	if f.picking {
		f.pick(a, k)
		return nil
	}
	switch {
	case key.Matches(k, keyBack):
		s.form, s.guided = nil, false
	case key.Matches(k, keyEnter):
		return f.submit(a, s)
	case f.paste != "" && key.Matches(k, keyDiagnose):
		return a.openDiagnosis(f.paste)
	case key.Matches(k, keySamples):
		f.picking = len(f.samples(a)) > 0
		if !f.picking {
			f.hint = "Samples are offered for a key or a URL, and only with --sandbox."
		}
	case key.Matches(k, keyTab):
		f.focus((f.at + 1) % len(f.inputs))
	case key.Matches(k, keyUp), key.Matches(k, keyDown):
		s.form = nil
		return s.pressed(a, k)
	case !f.busy:
		f.hint = ""
		f.field, _ = f.field.Update(k)
	}
	return nil
}

// samples returns what the sandbox offers for the field.
func (f *form) samples(a *app) []Sample {
	switch f.input() {
	case catalog.KeyInput:
		return a.options.SandboxKeys
	case catalog.URLInput:
		return a.options.SandboxURLs
	}
	return nil
}

// pick moves among the samples; enter fills the field with one.
func (f *form) pick(a *app, k tea.KeyPressMsg) {
	samples := f.samples(a)
	switch {
	case key.Matches(k, keyBack), key.Matches(k, keySamples):
		f.picking = false
	case key.Matches(k, keyPrevious):
		f.picked = max(0, f.picked-1)
	case key.Matches(k, keyNext):
		f.picked = min(f.picked+1, len(samples)-1)
	case key.Matches(k, keyEnter):
		f.picking, f.paste = false, ""
		f.field.SetValue(samples[f.picked].Value)
		f.field.CursorEnd()
		f.hint = "Filled in: " + samples[f.picked].What + ". Enter uses it."
	}
}

// submit takes what was typed, or says what is wrong with it.
func (f *form) submit(a *app, s *checklistScreen) tea.Cmd {
	text := f.field.Value()
	if strings.TrimSpace(text) == "" {
		f.hint = "Nothing is filled in yet. Press esc to go on without it."
		return nil
	}
	switch f.input() {
	case catalog.KeyInput:
		k := checks.Key{Secret: safe.NewSecret(text), Source: "typed"}
		return s.fill(a, func(c guide.Checklist) guide.Checklist { return c.SetKey(k) })
	case catalog.EndpointInput:
		path, ok := endpoint(text)
		if !ok {
			f.hint = "An endpoint is a path that begins with /, such as /v1/..."
			return nil
		}
		return s.fill(a, func(c guide.Checklist) guide.Checklist { return c.SetEndpoint(path, "typed") })
	case catalog.URLInput:
		return s.fill(a, func(c guide.Checklist) guide.Checklist { return c.SetURL(text, "typed") })
	}
	if f.busy {
		return nil
	}
	s.forms++
	f.run, f.busy, f.hint = s.forms, true, ""
	return a.openContent(s.place, f.run, droppedPath(text))
}

// endpoint returns the path of what was typed: a path, or a URL with one.
func endpoint(text string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || !strings.HasPrefix(u.Path, "/") {
		return "", false
	}
	return u.EscapedPath(), true
}

// droppedPath returns a path as it was meant: terminals quote that of a file that is dropped on them.
func droppedPath(text string) string {
	text = strings.TrimSpace(text)
	if n := len(text); n >= 2 && (text[0] == '\'' || text[0] == '"') && text[n-1] == text[0] {
		return text[1 : n-1]
	}
	return strings.ReplaceAll(text, `\ `, " ")
}

// draw draws the form, and where the cursor stands in it.
func (f *form) draw(a *app, columns, height int) picture {
	l := a.look
	label := l.strong.Render(strings.ToUpper(f.input().String()[:1])+f.input().String()[1:]) + " "
	f.field.EchoCharacter = l.mask
	field, cursor := drawField(&f.field, columns-width(label), l.tail)
	if cursor != nil {
		cursor.X += width(label)
	}
	p := newPage(columns)
	p.lines = []string{label + field}
	if n := utf8.RuneCountInString(f.field.Value()); n > 0 && f.input() == catalog.KeyInput {
		p.text(plain, fmt.Sprintf("%d characters, hidden", n))
	}
	switch {
	case f.picking:
		p.lines = append(p.lines, f.list(a, columns, height-1)...)
		cursor = nil
	case f.paste != "":
		p.text(l.strong, "This reads like a response ("+extent(f.paste)+"). ctrl+d diagnoses it instead.")
	case f.busy:
		p.text(plain, "Looking at the file")
	case f.hint != "":
		p.text(l.strong, safe.Escape(f.hint))
	case len(f.samples(a)) > 0:
		p.text(plain, "ctrl+s lists what the sandbox offers for this field.")
	}
	return picture{p.lines, cursor}
}

// list draws the part of the samples that holds the picked one.
func (f *form) list(a *app, columns, height int) []string {
	var lines []string
	for i, sample := range f.samples(a) {
		lead := "  "
		if i == f.picked {
			lead = a.look.cursor + " "
		}
		lines = append(lines, truncate(lead+sample.Value+"  "+sample.What, columns, a.look.tail))
	}
	top := follow(0, f.picked, f.picked, max(1, height))
	return lines[top:min(len(lines), top+max(1, height))]
}
