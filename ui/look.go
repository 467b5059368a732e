package ui

import (
	"charm.land/lipgloss/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// running is how a step stands whose check has not answered yet.
const running checks.Status = "running"

// look is how things are drawn: styles of the 16 colours that every terminal lets its user choose, and the
// marks that say the same without a colour.
type look struct {
	title, strong, code, key, hit, evidence lipgloss.Style
	states                                  map[checks.Status]lipgloss.Style

	marks   map[checks.Status]string
	spinner []string
	cursor  string // before what is selected
	gutter  string // beside lines that hold evidence
	rule    string
	bar     string // a part of a bar
	between string // separates columns
	tail    string // ends what was cut
	mask    rune   // stands for a character of a hidden field
}

func newLook(ascii, noColor bool) look {
	l := look{
		marks: map[checks.Status]string{
			checks.Pass: "✓", checks.Warn: "!", checks.Fail: "✗", checks.Unknown: "?", checks.Skip: "-", guide.Todo: "○",
		},
		spinner: []string{"|", "/", "-", `\`},
		cursor:  "▸", gutter: "▌", rule: "─", bar: "█", between: "│", tail: "…", mask: '•',
	}
	if ascii {
		l.marks = map[checks.Status]string{
			checks.Pass: "+", checks.Warn: "!", checks.Fail: "x", checks.Unknown: "?", checks.Skip: "-", guide.Todo: ".",
		}
		l.cursor, l.gutter, l.rule, l.bar, l.between, l.tail, l.mask = ">", "|", "-", "#", "|", "~", '*'
	}
	l.setStyles(noColor)
	return l
}

func (l *look) setStyles(noColor bool) {
	plain := lipgloss.NewStyle()
	colored := func(c lipgloss.Style, color interface{ RGBA() (r, g, b, a uint32) }) lipgloss.Style {
		if noColor {
			return c
		}
		return c.Foreground(color)
	}
	bold := plain.Bold(true)
	l.title, l.strong = colored(bold, lipgloss.Cyan), bold
	l.code, l.key = colored(bold, lipgloss.Cyan), bold
	l.hit = colored(bold.Underline(true), lipgloss.Magenta)
	l.evidence = bold.Reverse(true)
	l.states = map[checks.Status]lipgloss.Style{
		checks.Pass: colored(plain, lipgloss.Green), checks.Warn: colored(plain, lipgloss.Yellow),
		checks.Fail: colored(bold, lipgloss.Red), checks.Unknown: colored(plain, lipgloss.Magenta),
		checks.Skip: plain, guide.Todo: plain, running: colored(plain, lipgloss.Cyan),
	}
}

// words are the statuses as they stand on screen, all within seven characters.
var words = map[checks.Status]string{guide.Todo: "to do"}

// statusWord says how a step stands.
func statusWord(s guide.Step) string {
	switch {
	case s.Running:
		return string(running)
	case s.Fixed && s.Kind == catalog.CheckStep && s.Status == checks.Pass:
		return "fixed"
	case s.Status == checks.Pass && s.Kind != catalog.CheckStep:
		return "done"
	case words[s.Status] != "":
		return words[s.Status]
	}
	return string(s.Status)
}

// mark returns a status's mark in its colour.
func (l look) mark(s checks.Status) string { return l.states[s].Render(l.marks[s]) }

// verdict returns the style of an outcome.
func (l look) verdict(v guide.Verdict) lipgloss.Style {
	switch v {
	case guide.Resolved:
		return l.states[checks.Pass].Bold(true)
	case guide.Unresolved:
		return l.states[checks.Fail]
	}
	return l.states[checks.Unknown].Bold(true)
}
