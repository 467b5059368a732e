package ui

import (
	"fmt"
	"strings"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
)

func (s *diagnosisScreen) draw(a *app, columns, height int) picture {
	if s.diagnosis == nil {
		return picture{lines: []string{"Reading the paste (" + extent(a.paste) + ")"}}
	}
	p := newPage(columns)
	redactor := safe.NewRedactor(s.secrets(a)...)
	show := func(text string) string { return safe.Escape(redactor.Redact(text)) }
	if len(s.choices) > 1 {
		s.writeChoices(a, p, show)
	}
	switch {
	case s.finding() != nil:
		s.writeFinding(a.look, p, *s.finding(), show)
	case len(s.choices) == 0:
		writeNothing(p, a.look, s.diagnosis.Answer)
	default:
		a.look.writeNear(p, s.code())
	}
	a.look.writeProblems(p, s.problems)
	for _, note := range s.diagnosis.Notes {
		p.blank()
		p.hang("note: ", plain, show(note))
	}
	return picture{lines: scrolled(&s.view, append(p.lines, s.pasteLines(a, columns)...), columns, height)}
}

func (s *diagnosisScreen) writeChoices(a *app, p *page, show func(string) string) {
	for i, c := range s.choices {
		lead, style := "  ", plain
		if i == s.selected {
			lead, style = a.look.cursor+" ", a.look.strong
		}
		label := show(c.label)
		if c.finding != nil {
			label += " (" + string(c.finding.Certainty) + ")"
		}
		p.hang(lead, style, label)
	}
	p.blank()
}

// writeFinding writes the verdict: the code, how sure, what it means, why this one, and the facts of it.
func (s *diagnosisScreen) writeFinding(l look, p *page, f paste.Finding, show func(string) string) {
	p.text(l.code, show(headline(&f)))
	sure := string(f.Certainty)
	if f.Count > 1 {
		sure += fmt.Sprintf(", %d times, first in line %d", f.Count, f.Line)
	}
	p.row("How sure", sure)
	entry, known := catalog.Lookup(string(f.Code))
	known = known && f.Known
	switch {
	case !answered(f):
		p.row("What happened", show(f.Message))
		if known {
			p.row("Nearest code", string(entry.Code)+"; the API itself said none")
		}
	case known:
		p.row("Documented as", "“"+entry.Description+".”")
		p.row("The API says", show(f.Message))
	default:
		p.row("The API says", show(f.Message))
	}
	p.row("Why this one", show(f.Why))
	if s.excerpt != nil {
		for i, line := range s.excerpt.evidence(l, 2) {
			p.lines = append(p.lines, truncate(pad([]string{"Evidence", ""}[i], labelWidth)+line, p.width, l.tail))
		}
	}
	p.row("Facts", show(facts(f)))
	if limits := s.diagnosis.RateLimit.String(); limits != "" {
		p.row("Limits", "when this was answered: "+limits)
	}
	p.row("Retry", s.retry)
	if known && answered(f) {
		p.blank()
		p.text(plain, entry.Meaning)
	}
}

// writeProblems writes what is wrong with the request in the paste.
func (l look) writeProblems(p *page, problems []checks.Finding) {
	if len(problems) > 0 {
		p.blank()
		p.text(l.strong, "The request in the paste")
	}
	for _, f := range problems {
		p.hang(l.mark(f.Status)+" ", plain, f.Summary)
		p.hang("  What to do: ", plain, f.Remedy)
	}
}

// answered reports whether a finding is of an answer of the API itself.
func answered(f paste.Finding) bool { return f.Kind == paste.Envelope || f.Kind == paste.Mention }

// writeNear writes what a code means that the paste does not show, but that may be meant.
func (l look) writeNear(p *page, code catalog.Code) {
	p.text(plain, "The paste does not show this code itself. It may be meant:")
	p.blank()
	p.text(l.code, string(code))
	if e, ok := catalog.Lookup(string(code)); ok {
		p.row("Documented as", "“"+e.Description+".”")
		p.blank()
		p.text(plain, e.Meaning)
	}
}

// facts lists what else a finding holds.
func facts(f paste.Finding) string {
	var texts []string
	add := func(label, value string) {
		if value != "" {
			texts = append(texts, label+" "+value)
		}
	}
	if f.HTTPStatus != 0 {
		add("HTTP", fmt.Sprint(f.HTTPStatus))
	}
	add("type", f.Type)
	add("param", f.Param)
	add("request id", f.RequestID)
	if !f.ResetAt.IsZero() {
		add("limit resets at", f.ResetAt.UTC().Format(time.RFC3339))
	}
	return strings.Join(texts, ", ")
}

// writeNothing says that no error was found, and what to paste instead.
func writeNothing(p *page, l look, answer paste.Answer) {
	switch answer {
	case paste.Success:
		p.text(l.strong, "This is an answer of the API, and no error.")
	case paste.HiddenBody:
		p.text(l.strong, "The client library did not print what the API said.")
	default:
		p.text(l.strong, "There is no Klyra error in this paste.")
	}
	p.blank()
	p.text(plain, "Paste the whole response (n): the status line, the headers and the body, as curl -i prints them."+
		" Or press esc and search for what you see.")
}

// pasteLines draws the paste. They are kept: a large paste takes long to wrap.
func (s *diagnosisScreen) pasteLines(a *app, columns int) []string {
	if s.excerpt == nil {
		return nil
	}
	if s.drawn == nil || s.columns != columns {
		title := "The paste (" + extent(a.paste) + ")"
		if f := s.finding(); f != nil && len(f.Evidence) > 0 {
			title += ", its evidence marked with " + a.look.gutter
		}
		s.columns = columns
		s.drawn = append([]string{"", a.look.strong.Render(title)}, s.excerpt.draw(a.look, columns)...)
	}
	return s.drawn
}
