package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/guide"
)

// entryScreen is all that the catalog knows of one code.
type entryScreen struct {
	place
	entry catalog.Entry
	view  viewport.Model
}

func newEntry(a *app, e catalog.Entry) *entryScreen {
	return &entryScreen{place: a.place(), entry: e, view: newViewport()}
}

func (s *entryScreen) title() string { return string(s.entry.Code) }
func (s *entryScreen) typing() bool  { return false }

func (s *entryScreen) bindings() []key.Binding {
	bs := append([]key.Binding{keyFix, keyBack}, scrolling(s.view)...)
	return append(bs, does(keyCopy, "copy the code"), keyQuit)
}

func (s *entryScreen) update(a *app, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	switch {
	case key.Matches(k, keyBack):
		a.back()
	case key.Matches(k, keyFix):
		return a.openChecklist(guide.New(s.entry, a.target, nil))
	case key.Matches(k, keyCopy):
		return a.copy(string(s.entry.Code), string(s.entry.Code))
	default:
		scroll(&s.view, k)
	}
	return nil
}

func (s *entryScreen) draw(a *app, columns, height int) picture {
	p := newPage(columns)
	a.look.writeEntry(p, s.entry)
	return picture{lines: scrolled(&s.view, p.lines, columns, height)}
}

// faults says in words whose side an error is usually on.
var faults = map[catalog.Fault]string{
	catalog.You:     "usually yours: key, request or content",
	catalog.Network: "usually the network between you, the API and the content's host",
	catalog.Klyra:   "usually Klyra's",
	catalog.Unclear: "either side's; the checklist finds out",
}

// kinds says in words who settles a step.
var kinds = map[catalog.StepKind]string{
	catalog.CheckStep: "live check", catalog.AskStep: "asks you", catalog.DoStep: "by hand",
}

// writeEntry writes an entry's page.
func (l look) writeEntry(p *page, e catalog.Entry) {
	p.lines = append(p.lines, l.code.Render(string(e.Code))+"  "+string(e.Group))
	if e.Meaning != "" {
		p.blank()
		p.text(plain, e.Meaning)
	}
	p.blank()
	p.row("Klyra says", "“"+e.Description+".”")
	p.row("It advises", "“"+e.Resolution+".”")
	p.row("HTTP status", statuses(e.Statuses))
	p.row("Try again?", e.Retry.When)
	p.row("The fault is", faults[e.Fault])
	p.row("Documented at", e.DocsURL)
	if len(e.Confused) > 0 {
		p.blank()
		p.text(l.strong, "Not to be confused with")
		for _, other := range e.Confused {
			p.hang("  "+l.code.Render(string(other.Code))+"  ", plain, other.Tell)
		}
	}
	p.blank()
	p.text(l.strong, "Checklist")
	for i, step := range e.Steps {
		p.hang(fmt.Sprintf("  %d. ", i+1), plain, step.Title+" ("+kinds[step.Kind]+")")
	}
	if e.Example != "" {
		p.blank()
		p.text(l.strong, "What such a response looks like")
		p.hang("  ", plain, strings.TrimRight(e.Example, "\n"))
	}
}

// statuses lists HTTP statuses, and says of each whether Klyra documents it.
func statuses(list []catalog.HTTPStatus) string {
	var texts []string
	for _, s := range list {
		if s.Documented {
			texts = append(texts, fmt.Sprintf("%d (documented)", s.Code))
		} else {
			texts = append(texts, fmt.Sprintf("%d (usual for HTTP APIs, not documented by Klyra)", s.Code))
		}
	}
	return strings.Join(texts, ", ")
}
