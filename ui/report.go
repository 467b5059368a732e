package ui

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// reportScreen shows the report of a checklist, which is saved as it stands there.
type reportScreen struct {
	place
	report  *reportedMsg // nil until it is made
	view    viewport.Model
	saving  bool
	path    string // where it was saved; "" before
	failure string // why it could not be saved
}

func (a *app) openReport(list guide.Checklist) tea.Cmd {
	s := &reportScreen{place: a.place(), view: newViewport()}
	a.open(s)
	return a.report(s.place, list)
}

func (s *reportScreen) title() string { return "outcome and report" }
func (s *reportScreen) typing() bool  { return false }

func (s *reportScreen) bindings() []key.Binding {
	var bs []key.Binding
	if s.report != nil && s.path == "" && !s.saving {
		bs = append(bs, does(keySave, "save it in this folder"))
	}
	if s.report != nil {
		bs = append(bs, does(keyCopy, "copy it"))
	}
	return append(append(append(bs, keyBack), scrolling(s.view)...), keyQuit)
}

func (s *reportScreen) update(a *app, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return s.pressed(a, msg)
	case reportedMsg:
		s.report = &msg
	case savedMsg:
		s.saving, s.path, s.failure = false, msg.path, ""
		if msg.err != nil {
			s.path, s.failure = "", "The report was not saved: "+msg.err.Error()
		}
	}
	return nil
}

func (s *reportScreen) pressed(a *app, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, keyBack):
		a.back()
	case key.Matches(k, keySave):
		return s.save(a)
	case key.Matches(k, keyCopy) && s.report != nil:
		return a.copy("the report", s.report.text)
	default:
		scroll(&s.view, k)
	}
	return nil
}

// save writes the report once: it does not change while it is shown.
func (s *reportScreen) save(a *app) tea.Cmd {
	if s.report == nil || s.saving || s.path != "" {
		return nil
	}
	s.saving = true
	return a.save(s.place, s.report.name, s.report.text)
}

func (s *reportScreen) draw(a *app, columns, height int) picture {
	p := newPage(columns)
	switch {
	case s.path != "":
		p.hang("Saved as ", a.look.strong, safe.EscapeLine(s.path))
	case s.failure != "":
		p.text(a.look.states[checks.Fail], safe.EscapeLine(s.failure))
	case s.report != nil:
		p.text(plain, "Press w to save this report as "+s.report.name+" in the current folder.")
	}
	p.blank()
	top := shorten(p.lines, max(1, height-3), columns, a.look.tail)
	body := newPage(columns)
	if s.report != nil {
		body.text(plain, s.report.text)
	}
	return picture{lines: append(top, scrolled(&s.view, body.lines, columns, height-len(top))...)}
}
