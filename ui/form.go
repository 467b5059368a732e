package ui

import (
	"fmt"
	"io"
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
	target checks.Target // what is known already
	file   string        // path of the content in it
	inputs []catalog.Input
	at     int // index into inputs
	field  textinput.Model
	given  bool   // the field holds what was known before, untouched
	busy   bool   // a file is being looked at
	noFile bool   // there is no file of the name that was typed
	hint   string // what is wrong with what was typed, or what to do with it
	paste  string // what was pasted into the field though it reads like a response
	sure   bool   // that the paste is what is meant

	samples map[catalog.Input][]Sample // of the sandbox
	picking bool                       // among the samples of the field
	picked  int
}

// newForm begins with the first input that is missing.
func newForm(a *app, run int, known checks.Target, inputs, missing []catalog.Input) *form {
	f := &form{run: run, target: known, file: a.file, inputs: inputs, samples: map[catalog.Input][]Sample{
		catalog.KeyInput: a.options.SandboxKeys, catalog.URLInput: a.options.SandboxURLs,
	}}
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

// What is said where no key is known. The sandbox does not look at the environment.
const (
	noKey          = "No key is known: KLYRA_API_KEY would be used, but is not set. esc goes on without one."
	noKeyInSandbox = "No key is known. esc goes on without one."
)

// focus begins the field of an input with what is known of it. A key is never filled in.
func (f *form) focus(i int) {
	f.at = i
	f.field = newField(placeholders[f.input()])
	f.given, f.busy, f.noFile, f.hint, f.paste, f.sure, f.picking, f.picked = false, false, false, "", "", false, false, 0
	switch {
	case f.input() == catalog.KeyInput:
		f.field.EchoMode = textinput.EchoPassword
		switch {
		case f.target.Has(catalog.KeyInput):
		case len(f.samples[catalog.KeyInput]) > 0:
			f.hint = noKeyInSandbox
		default:
			f.hint = noKey
		}
	case f.known() != "":
		f.field.SetValue(f.known())
		f.field.CursorEnd()
		f.given = true
	}
}

// known returns what can be typed for the field's input to be what it is; "" where nothing can.
func (f *form) known() string {
	switch f.input() {
	case catalog.EndpointInput:
		return f.target.Endpoint
	case catalog.URLInput:
		return f.target.URL
	case catalog.ContentInput:
		return f.file
	}
	return ""
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

// failed says that there is no such file.
func (f *form) failed(why string) { f.busy, f.noFile, f.hint = false, true, why }

func (f *form) bindings() []key.Binding {
	if f.picking {
		return []key.Binding{does(keyEnter, "take it"), keyMove, does(keyBack, "close")}
	}
	bs := []key.Binding{does(keyEnter, "use it"), does(keyBack, "close")}
	if f.noFile {
		bs = append(bs, keyAsText)
	}
	if f.paste != "" {
		bs = append(bs, keyDiagnose)
	}
	if len(f.inputs) > 1 {
		bs = append(bs, keyTab)
	}
	if len(f.samples[f.input()]) > 0 {
		bs = append(bs, keySamples)
	}
	if f.field.Value() != "" {
		bs = append(bs, keyClear)
	}
	return bs
}

// pasted puts a paste into the field, in place of what was known before. Line ends around it are the
// terminal's, not part of it.
func (f *form) pasted(text string) {
	f.edited()
	f.paste = ""
	if severalLines(text) || strings.Contains(text, "{") {
		f.paste = text
	}
	f.replace()
	f.field, _ = f.field.Update(tea.PasteMsg{Content: strings.Trim(text, "\n")})
}

// replace makes room for a paste where the field holds what was known before.
func (f *form) replace() {
	if f.given {
		f.field.Reset()
	}
	f.given = false
}

// edited forgets what was said of the text that was there before.
func (f *form) edited() { f.hint, f.noFile, f.sure = "", false, false }

func (f *form) pressed(a *app, s *checklistScreen, k tea.KeyPressMsg) tea.Cmd {
	if f.picking {
		f.pick(a, k)
		return nil
	}
	switch {
	case key.Matches(k, keyBack):
		s.form = nil
	case key.Matches(k, keyEnter):
		return f.submit(a, s)
	case f.paste != "" && key.Matches(k, keyDiagnose):
		return a.openDiagnosis(f.paste)
	case f.noFile && key.Matches(k, keyAsText):
		return s.fillContent(a, textContent(f.text()), "")
	case key.Matches(k, keySamples):
		f.picking = len(f.samples[f.input()]) > 0
		if !f.picking {
			f.hint = "Samples are offered for a key or a URL, and only with --sandbox."
		}
	case key.Matches(k, keyTab):
		f.focus((f.at + 1) % len(f.inputs))
	case key.Matches(k, keyUp), key.Matches(k, keyDown):
		s.form = nil
		return s.pressed(a, k)
	case !f.busy:
		f.edited()
		f.given = false
		if f.field, _ = f.field.Update(k); f.field.Value() == "" {
			f.paste = ""
		}
	}
	return nil
}

// text returns what is filled in, with the line ends that a field of one line cannot hold.
func (f *form) text() string {
	if f.paste != "" {
		return f.paste
	}
	return f.field.Value()
}

// textContent is a text that is to be moderated as it stands.
func textContent(text string) checks.Content {
	return checks.Content{
		Name: "text", Size: int64(len(text)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

// pick moves among the samples; enter fills the field with one.
func (f *form) pick(a *app, k tea.KeyPressMsg) {
	samples := f.samples[f.input()]
	switch {
	case key.Matches(k, keyBack), key.Matches(k, keySamples):
		f.picking = false
	case key.Matches(k, keyPrevious):
		f.picked = max(0, f.picked-1)
	case key.Matches(k, keyNext):
		f.picked = min(f.picked+1, len(samples)-1)
	case key.Matches(k, keyEnter):
		f.edited()
		f.picking, f.paste, f.given = false, "", false
		f.field.SetValue(samples[f.picked].Value)
		f.field.CursorEnd()
		f.hint = "Filled in: " + samples[f.picked].What + ". Enter uses it."
	}
}

// submit takes what was typed, or says what is wrong with it.
func (f *form) submit(a *app, s *checklistScreen) tea.Cmd {
	text := f.field.Value()
	if strings.TrimSpace(text) == "" {
		f.hint = "Nothing is filled in yet. Esc leaves the field; then s skips this step."
		return nil
	}
	if f.paste != "" && !f.sure {
		f.sure, f.hint = true, "Press enter once more to use it as the "+f.input().String()+" all the same."
		return nil
	}
	switch f.input() {
	case catalog.KeyInput:
		k := checks.Key{Secret: safe.NewSecret(text), Source: guide.Typed}
		return s.fill(a, func(c guide.Checklist) guide.Checklist { return c.SetKey(k) })
	case catalog.EndpointInput:
		path, ok := endpoint(text)
		if !ok {
			f.hint = "An endpoint is a path that begins with /, such as /v1/..."
			return nil
		}
		return s.fill(a, func(c guide.Checklist) guide.Checklist { return c.SetEndpoint(path, guide.Typed) })
	case catalog.URLInput:
		return s.fill(a, func(c guide.Checklist) guide.Checklist { return c.SetURL(text, guide.Typed) })
	}
	if f.busy {
		return nil
	}
	s.forms++
	f.edited()
	f.run, f.busy = s.forms, true
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
	label := l.label(capital(f.input().String()))
	f.field.EchoCharacter = l.mask
	field, cursor := a.drawField(&f.field, columns-width(label))
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
	case f.busy:
		p.text(plain, "Looking at the file")
	default:
		f.writeHints(l, p)
	}
	return picture{p.lines, cursor}
}

// writeHints says what to do with what is filled in.
func (f *form) writeHints(l look, p *page) {
	if f.paste != "" {
		p.text(l.code, "This looks like an error response ("+extent(f.paste)+"): ctrl+d diagnoses it.")
	}
	if f.hint != "" {
		p.text(l.strong, safe.Escape(f.hint))
	}
	switch {
	case f.noFile:
		p.text(plain, "ctrl+t checks what is filled in as a text of its own.")
	case f.given:
		p.text(plain, "This is what is known. A paste replaces it; ctrl+u clears it.")
	case f.paste == "" && len(f.samples[f.input()]) > 0:
		p.text(plain, "ctrl+s lists what the sandbox offers for this field.")
	}
}

// list draws the part of the samples that holds the picked one, in two columns where there is room for them.
func (f *form) list(a *app, columns, height int) []string {
	p := newPage(columns)
	values := 0
	for _, sample := range f.samples[f.input()] {
		values = max(values, width(sample.Value))
	}
	first, last := 0, 0
	for i, sample := range f.samples[f.input()] {
		from, lead := len(p.lines), "  "
		if i == f.picked {
			lead = a.look.cursor + " "
		}
		if 2*values <= columns {
			p.hang(lead+pad(sample.Value, values)+"  ", plain, sample.What)
		} else {
			p.hang(lead, plain, sample.Value)
			p.hang("    ", plain, sample.What)
		}
		if i == f.picked {
			first, last = from, len(p.lines)-1
		}
	}
	return window(p.lines, first, last, max(1, height))
}
