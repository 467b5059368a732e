package ui

import (
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// diagnosisScreen says what a paste is, and shows the evidence in it.
type diagnosisScreen struct {
	place
	diagnosis *paste.Diagnosis // nil while the paste is being read
	problems  []checks.Finding // of the request in the paste
	retry     string           // when a retry can succeed, in words; "" where that is not known
	pasted    time.Time        // when it was
	choices   []choice
	selected  int // index into choices
	view      viewport.Model

	run     int // of the excerpt that is waited for
	excerpt *excerpt
	drawn   []string // the excerpt, drawn for so many columns
	columns int
}

// choice is something of a diagnosis that can be gone on with.
type choice struct {
	code    catalog.Code // "" where no entry tells more
	label   string
	finding *paste.Finding // nil for a code that is only near
}

func newDiagnosis(a *app) *diagnosisScreen {
	return &diagnosisScreen{place: a.place(), view: newViewport()}
}

func (s *diagnosisScreen) title() string { return "diagnosis" }
func (s *diagnosisScreen) typing() bool  { return false }

func (s *diagnosisScreen) bindings() []key.Binding {
	var bs []key.Binding
	f := s.finding()
	if s.code() != "" || f != nil && (f.Kind == paste.Gateway || f.Kind == paste.Network) {
		bs = append(bs, keyFix)
	}
	switch {
	case s.code() == "":
	case f != nil && !answered(*f):
		bs = append(bs, does(keyPage, "page of the nearest code"))
	default:
		bs = append(bs, keyPage)
	}
	if len(s.choices) > 1 {
		bs = append(bs, keyMove)
	}
	bs = append(append(append(bs, keyBack), scrolling(s.view)...), keyNew)
	if what, _ := s.copies(); what != "" {
		bs = append(bs, does(keyCopy, "copy "+what))
	}
	return append(bs, keyQuit)
}

func (s *diagnosisScreen) update(a *app, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return s.pressed(a, msg)
	case diagnosedMsg:
		s.diagnosis, s.problems, s.choices, s.retry = &msg.diagnosis, msg.problems, choices(msg.diagnosis), msg.retry
		s.pasted = msg.at
		return s.look(a)
	case excerptedMsg:
		if msg.run == s.run {
			s.excerpt, s.drawn = &msg.excerpt, nil
		}
	}
	return nil
}

func (s *diagnosisScreen) pressed(a *app, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, keyBack):
		a.back()
	case key.Matches(k, keyNew):
		a.open(newPaste(a))
	case key.Matches(k, keyFix):
		return s.fix(a)
	case key.Matches(k, keyPage):
		if e, ok := catalog.Lookup(string(s.code())); ok {
			a.open(newEntry(a, e))
		}
	case key.Matches(k, keyCopy):
		if what, text := s.copies(); what != "" {
			return a.copy(what, text)
		}
	case len(s.choices) > 1 && key.Matches(k, keyPrevious):
		return s.move(a, -1)
	case len(s.choices) > 1 && key.Matches(k, keyNext):
		return s.move(a, 1)
	default:
		scroll(&s.view, k)
	}
	return nil
}

// fix starts the checklist of the selected choice, where there is one.
func (s *diagnosisScreen) fix(a *app) tea.Cmd {
	if list, ok := s.checklist(a); ok {
		return a.openChecklist(list)
	}
	switch {
	case len(s.choices) > 1:
		a.notice = "There is no checklist for this one: select another with the arrows."
	case s.diagnosis != nil:
		a.notice = "There is no checklist for this: press esc and search for what you see."
	}
	return nil
}

func (s *diagnosisScreen) checklist(a *app) (guide.Checklist, bool) {
	target := a.target
	target.ResponseAt = s.pasted
	if f := s.finding(); f != nil {
		return guide.ForFinding(*f, target, s.diagnosis)
	}
	e, ok := catalog.Lookup(string(s.code()))
	return guide.New(e, target, s.diagnosis), ok
}

func (s *diagnosisScreen) code() catalog.Code {
	if s.selected >= len(s.choices) {
		return ""
	}
	return s.choices[s.selected].code
}

func (s *diagnosisScreen) move(a *app, by int) tea.Cmd {
	s.selected = max(0, min(s.selected+by, len(s.choices)-1))
	s.view.GotoTop()
	return s.look(a)
}

// copies returns what can be copied: the request id, which support asks for, else the code.
func (s *diagnosisScreen) copies() (what, text string) {
	f := s.finding()
	if f != nil && f.RequestID != "" {
		return "the request id", safe.EscapeLine(f.RequestID)
	}
	if code := s.code(); code != "" && (f == nil || answered(*f)) {
		return "the code", string(code)
	}
	return "", ""
}

func (s *diagnosisScreen) finding() *paste.Finding {
	if s.selected >= len(s.choices) {
		return nil
	}
	return s.choices[s.selected].finding
}

// look asks for the paste with the evidence of what is selected. Until it is there, none is shown.
func (s *diagnosisScreen) look(a *app) tea.Cmd {
	s.run++
	var spans []paste.Span
	if f := s.finding(); f != nil {
		spans = f.Evidence
	}
	return a.excerpt(s.place, s.run, spans, s.secrets(a))
}

func (s *diagnosisScreen) secrets(a *app) []safe.Secret {
	secrets := a.target.Secrets()
	if s.diagnosis != nil {
		secrets = append(secrets, s.diagnosis.Secrets...)
	}
	return secrets
}

// choices lists the findings, then the codes that are only near.
func choices(d paste.Diagnosis) []choice {
	var list []choice
	seen := map[catalog.Code]bool{}
	for i := range d.Findings {
		f := &d.Findings[i]
		c := choice{label: headline(f), finding: f}
		if f.Known {
			c.code = f.Code
			seen[f.Code] = true
		}
		list = append(list, c)
	}
	near := func(code catalog.Code, why string) {
		if !seen[code] {
			seen[code] = true
			list = append(list, choice{code: code, label: string(code) + ": " + why})
		}
	}
	for _, f := range d.Findings {
		for _, code := range f.Suggestions {
			near(code, "the documented code nearest to "+string(f.Code))
		}
	}
	for _, c := range d.Candidates {
		near(c.Code, c.Why)
	}
	return list
}

// headline says in a few words what a finding is.
func headline(f *paste.Finding) string {
	switch {
	case f.Kind == paste.Gateway:
		return "A gateway answered, not the API"
	case f.Kind == paste.Network:
		return "No answer arrived"
	case f.Kind == paste.Foreign:
		return "This is another API's error, not Klyra's"
	case !f.Known:
		return string(f.Code) + " is none of the documented codes"
	case f.Kind == paste.Mention:
		return string(f.Code) + " is named in the text, but not by a response"
	}
	return string(f.Code)
}
