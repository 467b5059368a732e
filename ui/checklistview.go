package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// draw draws the steps, the selected one in full beside or below them, and what it all amounts to.
func (s *checklistScreen) draw(a *app, columns, height int) picture {
	foot := s.foot(a, columns, height)
	room := max(0, height-len(foot))
	var p picture
	if columns >= twoColumns {
		p = s.drawBeside(a, columns, room)
	} else {
		p = s.drawBelow(a, columns, room)
	}
	p.lines = append(fit(p.lines, columns, room, a.look.tail), foot...)
	return p
}

func (s *checklistScreen) drawBeside(a *app, columns, height int) picture {
	left := columns * 9 / 20
	said, _ := s.says(a.look, columns-left-3)
	p := s.drawStep(a, said, columns-left-3, height)
	steps := s.steps(a, left, height, true)
	p.lines = beside(fit(steps, left, height, a.look.tail), p.lines, left, " "+a.look.between+" ")
	if p.cursor != nil {
		p.cursor.X += left + 3
	}
	return p
}

// fewSteps is how few lines the list of steps shrinks to where there is much to say of the selected one.
const fewSteps = 3

// drawBelow leaves the list of steps only so much room that what is wrong and what to do are seen at once.
func (s *checklistScreen) drawBelow(a *app, columns, height int) picture {
	said, first := s.says(a.look, columns)
	room := max(fewSteps, height-first-2) // without the rule, and the line that says how to scroll
	steps := s.steps(a, columns, max(1, min(len(s.list.Steps), height/2, room)), false)
	p := s.drawStep(a, said, columns, height-len(steps)-1)
	if p.cursor != nil {
		p.cursor.Y += len(steps) + 1
	}
	p.lines = append(append(steps, strings.Repeat(a.look.rule, columns)), p.lines...)
	return p
}

// steps lists the steps, as many as fit, with the selected one among them. Titles are wrapped or cut.
func (s *checklistScreen) steps(a *app, columns, height int, wrapped bool) []string {
	var lines []string
	first, last := 0, 0
	for i := range s.list.Steps {
		from := len(lines)
		lines = append(lines, s.row(a, i, columns, wrapped)...)
		if i == s.selected {
			first, last = from, len(lines)-1
		}
	}
	return window(lines, first, last, height)
}

// row draws one step: how it stands, as a mark and as a word, its title, and the time that it has run where that
// leaves the title as it is.
func (s *checklistScreen) row(a *app, i, columns int, wrapped bool) []string {
	step, status, time := s.list.Steps[i], s.list.Steps[i].Status, ""
	if step.Running {
		status, time = running, fmt.Sprintf(" %.1f s", s.since(i).Seconds())
	}
	lead, style := "  ", plain
	if i == s.selected {
		lead, style = a.look.cursor+" ", a.look.strong
	}
	lead += a.look.states[status].Render(pad(s.mark(a, i)+" "+statusWord(step), 10)) + fmt.Sprintf("%d. ", i+1)
	room := columns - width(lead)
	titles := []string{truncate(step.Title, room, a.look.tail)}
	if wrapped {
		titles = wrap(step.Title, room)
	}
	var lines []string
	for _, title := range titles {
		lines = append(lines, lead+style.Render(title))
		lead = strings.Repeat(" ", width(lead))
	}
	if width(lines[0])+width(time) <= columns {
		lines[0] += time
	}
	return lines
}

// mark returns the mark of a step; that of a running one turns.
func (s *checklistScreen) mark(a *app, i int) string {
	step := s.list.Steps[i]
	if !step.Running {
		return a.look.marks[step.Status]
	}
	frames := a.look.spinner
	return frames[int(s.since(i)/tickEvery)%len(frames)]
}

func (s *checklistScreen) since(i int) time.Duration {
	r := s.runs[i]
	if r.since.IsZero() {
		return 0
	}
	return max(0, s.now.Sub(r.since))
}

// runningFor says how long the selected step's check has been running and how long it may; "" in its first second, and
// where none runs.
func (s *checklistScreen) runningFor() string {
	took := s.since(s.selected)
	if !s.step().Running || took < time.Second {
		return ""
	}
	bound := cmp.Or(s.list.Target.Timeout, checks.DefaultTimeout)
	return fmt.Sprintf("Running, %d s of at most %s.", int(took.Seconds()), checks.DurationText(bound))
}

// drawStep draws the selected step: the form while it is open, and what is said of the step.
func (s *checklistScreen) drawStep(a *app, said []string, columns, height int) picture {
	var top picture
	if s.form != nil {
		top = s.form.draw(a, columns, height)
		top.lines = append(top.lines, "")
	}
	rest := scrolled(&s.view, said, columns, max(0, height-len(top.lines)))
	return picture{append(top.lines, rest...), top.cursor}
}

// says returns what is said of the selected step: what its check found and how it is done. The first lines, of which
// it returns the number, say what is wrong and what to do.
func (s *checklistScreen) says(l look, columns int) (lines []string, first int) {
	step := s.list.AsOf(s.now).Steps[s.selected]
	p := newPage(columns)
	if s.asking {
		p.text(l.strong, "Did it go through? y: yes; n: no, it failed again.")
		p.blank()
	}
	if other, found := s.otherCode(); found {
		p.text(l.strong, "The API now answers "+string(other.Code)+": press o for that code's checklist.")
	}
	if at := s.runningFor(); at != "" {
		p.text(plain, at)
	}
	if wait := s.wait(); wait != "" {
		p.text(l.strong, wait)
	}
	if step.Reason != "" {
		p.text(l.strong, reasonOf(step))
	}
	s.writeFixed(l, p)
	judged, others := s.inputs()
	if step.Result != nil {
		l.writeWorst(p, *step.Result)
		s.writeFix(l, p)
		s.writeInputs(p, judged)
		first = len(p.lines)
		l.writeRest(p, *step.Result)
	}
	p.blank()
	if s.sendsAgain() && !s.asking {
		p.text(l.strong, "Enter shows the request of your paste as it would be sent again. Nothing is sent before you say yes.")
		p.blank()
	}
	p.text(plain, step.Detail)
	if len(others) > 0 {
		p.blank()
		s.writeInputs(p, others)
	}
	return p.lines, first
}

// reasonOf is a step's reason as a sentence, which says so where a fix has settled it.
func reasonOf(step guide.Step) string {
	if step.Fixed {
		return capital(statusWord(step)) + ": " + step.Reason + "."
	}
	return capital(step.Reason) + "."
}

// writeWorst writes the worst of what a check found, and what to do about it.
func (l look) writeWorst(p *page, r checks.Result) {
	for _, f := range checks.WorstFirst(r.Findings)[:min(1, len(r.Findings))] {
		l.writeFinding(p, f)
	}
}

func (l look) writeFinding(p *page, f checks.Finding) {
	p.hang(l.mark(f.Status)+" ", l.states[f.Status], string(f.Status)+": "+f.Summary)
	if f.Remedy != "" {
		p.hang("  What to do: ", l.strong, f.Remedy)
	}
}

// writeRest writes what writeWorst leaves out: what the worst rests on, all that is less bad, and the pictures.
func (l look) writeRest(p *page, r checks.Result) {
	for i, f := range checks.WorstFirst(r.Findings) {
		if i > 0 {
			l.writeFinding(p, f)
		}
		for _, e := range f.Evidence {
			p.hang("  ", plain, e.Label+": "+e.Value)
		}
	}
	if r.Check != (catalog.Check{}) && r.Duration >= 100*time.Millisecond {
		p.text(plain, fmt.Sprintf("The %s check took %.1f s.", r.Check, r.Duration.Seconds()))
	}
	l.writePictures(p, r)
}

// writePictures draws where the time of a check went, and what it gives to be copied.
func (l look) writePictures(p *page, r checks.Result) {
	if len(r.Phases) > 0 {
		p.blank()
		p.text(l.strong, "Where the time went:")
		p.lines = append(p.lines, guide.Waterfall(r.Phases, p.width)...)
	}
	var code []string
	for _, b := range r.Blocks {
		if b.Client != "" { // code for every client would hide the step's own text
			code = append(code, b.Title)
			continue
		}
		p.blank()
		p.text(l.strong, b.Title+" (c copies it):")
		p.text(plain, b.Text)
	}
	if len(code) > 0 {
		p.blank()
		p.text(l.strong, "Code that c copies, one after another:")
		for _, title := range code {
			p.hang("  ", plain, title)
		}
	}
}

// inputs returns what the selected step reads: what its result is about, and the others.
func (s *checklistScreen) inputs() (judged, others []catalog.Input) {
	for _, input := range s.list.Inputs(s.selected) {
		if s.step().Result != nil && s.list.Target.Has(input) {
			judged = append(judged, input)
		} else {
			others = append(others, input)
		}
	}
	return judged, others
}

// writeInputs writes inputs as they are known, and where they came from.
func (s *checklistScreen) writeInputs(p *page, inputs []catalog.Input) {
	redactor := safe.NewRedactor(s.list.Secrets()...)
	for _, input := range inputs {
		value, from := known(s.list.Target, input)
		if from != "" {
			value += ", from " + from
		}
		if why := s.list.LeftOut(input); why != "" {
			value = why
			if s.form == nil {
				value += ". Press e, then ctrl+s, for those to try."
			}
		}
		p.hang(capital(input.String())+": ", plain, safe.EscapeLine(redactor.Redact(value)))
	}
}

// known returns an input's value as it may be shown, and where it came from.
func known(t checks.Target, input catalog.Input) (value, from string) {
	if !t.Has(input) {
		return "not given", ""
	}
	switch input {
	case catalog.KeyInput:
		return t.Keys[0].Secret.String(), t.Keys[0].Source
	case catalog.EndpointInput:
		value = t.Endpoint
	case catalog.URLInput:
		value = t.URL
	case catalog.ContentInput:
		value = t.Content.Name
	}
	return value, t.From[input]
}

// foot says how far the checklist has come, or what it amounts to. The form takes its room.
func (s *checklistScreen) foot(a *app, columns, height int) []string {
	if s.form != nil {
		return nil
	}
	p := newPage(columns)
	list := s.list.AsOf(s.now)
	o := list.Outcome()
	if o.Verdict == guide.Open {
		settled := 0
		for _, step := range s.list.Steps {
			if step.Status != guide.Todo {
				settled++
			}
		}
		p.text(plain, fmt.Sprintf("%d of %d steps are settled.", settled, len(s.list.Steps)))
		return p.lines
	}
	headline, next := o.Headline, o.Next
	if r := list.Steps[s.selected].Result; r != nil { // what the step says is not said again
		if short, same := strings.CutSuffix(headline, ": "+r.Summary); same {
			headline = short + "."
		}
		if r.Remedy() == next {
			next = ""
		}
	}
	p.text(a.look.verdict(o.Verdict), headline)
	if next != "" && next != s.step().Title {
		p.hang("Next: ", plain, next)
	}
	return append([]string{strings.Repeat(a.look.rule, columns)}, shorten(p.lines, min(4, height/4), columns, a.look.tail+" (p)")...)
}

// shorten leaves out the lines after the first most, and ends the last one with a tail that says so.
func shorten(lines []string, most, columns int, tail string) []string {
	if len(lines) <= most {
		return lines
	}
	lines = slices.Clone(lines[:most])
	if most > 0 {
		lines[most-1] = cutAtWord(lines[most-1], columns-width(tail)-1) + " " + tail
	}
	return lines
}
