package ui

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks/guide"
)

// Log is a log that was scanned.
type Log struct {
	Name    string // of its file, or what else tells it from others
	Summary paste.Summary
}

// scanScreen lists the codes that stand in a log, most frequent first.
type scanScreen struct {
	place
	log      Log
	show     func(string) string // makes foreign text fit to be drawn
	selected int                 // index into the log's codes
}

func newScan(a *app, log Log) *scanScreen {
	redactor := safe.NewRedactor(a.target.Secrets()...)
	show := func(s string) string { return safe.EscapeLine(redactor.Redact(s)) }
	return &scanScreen{place: a.place(), log: log, show: show}
}

func (s *scanScreen) title() string { return "errors in " + s.show(s.log.Name) }
func (s *scanScreen) typing() bool  { return false }

func (s *scanScreen) bindings() []key.Binding {
	var bs []key.Binding
	if _, known := s.entry(); known {
		bs = append(bs, keyEnter, keyChecklist)
	}
	if len(s.log.Summary.Codes) > 1 {
		bs = append(bs, keyMove)
	}
	return append(bs, keyBack, keyQuit)
}

// entry returns the entry of the selected code; false where it is not documented, or there is no code.
func (s *scanScreen) entry() (catalog.Entry, bool) {
	if s.selected >= len(s.log.Summary.Codes) {
		return catalog.Entry{}, false
	}
	return catalog.Lookup(string(s.log.Summary.Codes[s.selected].Code))
}

func (s *scanScreen) update(a *app, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	switch {
	case key.Matches(k, keyBack):
		a.back()
	case key.Matches(k, keyPrevious):
		s.move(-1)
	case key.Matches(k, keyNext):
		s.move(1)
	case key.Matches(k, keyPageUp):
		s.move(-10)
	case key.Matches(k, keyPageDown):
		s.move(10)
	case key.Matches(k, keyEnter), key.Matches(k, keyChecklist):
		return s.choose(a, key.Matches(k, keyChecklist))
	}
	return nil
}

func (s *scanScreen) move(by int) {
	s.selected = max(0, min(s.selected+by, len(s.log.Summary.Codes)-1))
}

// choose opens the entry or the checklist of the selected code.
func (s *scanScreen) choose(a *app, checklist bool) tea.Cmd {
	entry, known := s.entry()
	switch {
	case len(s.log.Summary.Codes) == 0:
	case !known:
		a.notice = "This code is not documented: there is neither a page nor a checklist of it."
	case checklist:
		return a.openChecklist(guide.New(entry, a.target, nil))
	default:
		a.open(newEntry(a, entry))
	}
	return nil
}

func (s *scanScreen) draw(a *app, columns, height int) picture {
	p := newPage(columns)
	sum := s.log.Summary
	p.text(a.look.strong, fmt.Sprintf("%d errors in %d lines", sum.Errors, sum.Lines))
	if len(sum.Codes) == 0 {
		p.text(plain, "No error of the API stands in this log. Only error objects are counted; paste a part of it to have it read more closely.")
		return picture{lines: p.lines}
	}
	if sum.Others > 0 {
		p.text(plain, fmt.Sprintf("%d more are of other codes: too many to list.", sum.Others))
	}
	details := s.details(a, columns)
	room := max(height-len(p.lines)-len(details), min(3, height-len(p.lines)))
	lines := append(p.lines, window(s.rows(a, columns), s.selected, s.selected, room)...)
	return picture{lines: append(lines, details...)}
}

// rows draws every code with its count and a bar of its share of all errors.
func (s *scanScreen) rows(a *app, columns int) (rows []string) {
	codes := s.log.Summary.Codes
	digits := len(fmt.Sprint(codes[0].Count))
	room := min(columns-nameWidth-digits-6, 60)
	for i, c := range codes {
		lead, style := "  ", plain
		if i == s.selected {
			lead, style = a.look.cursor+" ", a.look.strong
		}
		name := style.Render(pad(truncate(s.show(string(c.Code)), nameWidth, a.look.tail), nameWidth))
		bar := strings.Repeat(a.look.bar, max(1, int(float64(room)*float64(c.Count)/float64(s.log.Summary.Errors))))
		rows = append(rows, fmt.Sprintf("%s%s  %*d  %s", lead, name, digits, c.Count, bar))
	}
	return rows
}

// details says where and when the selected code stands in the log, and what it means.
func (s *scanScreen) details(a *app, columns int) []string {
	c := s.log.Summary.Codes[s.selected]
	p := newPage(columns)
	p.lines = append(p.lines, strings.Repeat(a.look.rule, columns))
	p.row("First", s.placeWords(c.First))
	p.row("Last", s.placeWords(c.Last))
	p.row("Request ids", s.show(strings.Join(c.RequestIDs, " ")))
	if entry, known := catalog.Lookup(string(c.Code)); known {
		p.row("It means", entry.Description+".")
	} else {
		p.row("It means", "Klyra does not document this code.")
	}
	return p.lines
}

func (s *scanScreen) placeWords(at paste.Place) string {
	words := fmt.Sprintf("line %d", at.Line)
	if at.File != "" {
		words += " of " + s.show(at.File)
	}
	if !at.Time.IsZero() {
		words += ", " + at.Time.UTC().Format(time.DateTime) + " UTC"
	}
	return words
}
