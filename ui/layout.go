package ui

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

const (
	minWidth, minHeight = 40, 10 // the smallest window that something useful fits into
	twoColumns          = 110    // from this width on there is room for a second column
	maxText             = 100    // wider lines of prose are hard to read
)

var plain = lipgloss.NewStyle()

// picture is what a screen shows, and where the terminal's cursor stands in it; nil where it is hidden.
type picture struct {
	lines  []string
	cursor *tea.Cursor
}

func wrap(text string, columns int) []string {
	return strings.Split(Wrap(expandTabs(text), columns), "\n")
}

// Wrap breaks a text, which may hold escape sequences, into lines of at most so many columns. It breaks at blanks
// alone, and in words that are longer than a line: a URL, a flag or a date that is cut at a hyphen cannot be copied.
// A number stays together with its unit.
func Wrap(text string, columns int) string {
	const hyphen, blank = "\uE000", "\uE001" // of the private use area, as wide
	text = quantities.ReplaceAllStringFunc(text, func(q string) string { return strings.ReplaceAll(q, " ", blank) })
	text = strings.ReplaceAll(text, "-", hyphen)
	return strings.NewReplacer(hyphen, "-", blank, " ").Replace(ansi.Wrap(text, max(1, columns), ""))
}

// quantities are numbers with their units: "15 s", "2 min 19 s", "5.2 MB", "80 %".
var quantities = regexp.MustCompile(`\d (?:%|(?:ms|s|min|h|days?|bytes?|words?|[kMG]i?B)\b)(?: \d+ (?:min|s)\b)?`)

func expandTabs(text string) string { return strings.ReplaceAll(text, "\t", "    ") }

// page gathers the wrapped lines of a text.
type page struct {
	width int
	lines []string
}

func newPage(width int) *page { return &page{width: min(width, maxText)} }

// text adds a paragraph.
func (p *page) text(style lipgloss.Style, text string) { p.hang("", style, text) }

// hang adds a paragraph whose first line begins with lead and whose other lines are indented as far.
func (p *page) hang(lead string, style lipgloss.Style, text string) {
	indent := ansi.StringWidth(lead)
	for i, line := range wrap(text, p.width-indent) {
		if i > 0 {
			lead = strings.Repeat(" ", indent)
		}
		p.lines = append(p.lines, lead+style.Render(line))
	}
}

// labelWidth is how many columns the labels of rows take.
const labelWidth = 14

// row adds a paragraph beside its label; none for an empty text.
func (p *page) row(label, text string) {
	if text != "" {
		p.hang(pad(label, labelWidth), plain, text)
	}
}

// blank adds an empty line, unless the page begins here or one stands already.
func (p *page) blank() {
	if n := len(p.lines); n > 0 && p.lines[n-1] != "" {
		p.lines = append(p.lines, "")
	}
}

// fit makes lines exactly height lines of at most width columns.
func fit(lines []string, width, height int, tail string) []string {
	fitted := make([]string, max(0, height))
	for i := range fitted {
		if i < len(lines) {
			fitted[i] = truncate(lines[i], width, tail)
		}
	}
	return fitted
}

// capital returns an ASCII word with a capital letter.
func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// truncate cuts a line that is too wide, and says so with tail.
func truncate(line string, width int, tail string) string {
	return ansi.Truncate(line, max(0, width), tail)
}

// cutAtWord cuts a line that is too wide before the word that does not fit.
func cutAtWord(line string, columns int) string {
	if width(line) <= columns {
		return line
	}
	whole := ansi.Strip(truncate(line, columns+1, ""))
	if blank := strings.LastIndexByte(whole, ' '); blank > 0 {
		columns = width(whole[:blank])
	}
	return truncate(line, columns, "")
}

// width returns how many columns a line takes.
func width(line string) int { return ansi.StringWidth(line) }

// pad fills a line with blanks up to width columns.
func pad(line string, columns int) string {
	return line + strings.Repeat(" ", max(0, columns-width(line)))
}

// beside puts two blocks of lines side by side.
func beside(left, right []string, leftWidth int, between string) []string {
	lines := make([]string, max(len(left), len(right)))
	for i := range lines {
		var l, r string
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		lines[i] = pad(l, leftWidth) + between + r
	}
	return lines
}

// follow returns the first line to show so that the lines from first to last are seen in a window of
// height lines that has begun at top.
func follow(top, first, last, height int) int {
	if last >= top+height {
		top = last - height + 1
	}
	return max(0, min(top, first))
}

// window returns the part of a list that holds the lines from first to last. Where more follow, its last line
// says how many.
func window(lines []string, first, last, height int) []string {
	if len(lines) <= height {
		return lines
	}
	room := height
	if height > 2 {
		room--
	}
	top := min(follow(0, first, last, room), len(lines)-room)
	seen := slices.Clone(lines[top : top+room])
	if below := len(lines) - top - room; below > 0 && room < height {
		seen = append(seen, fmt.Sprintf("  (%d more lines)", below))
	}
	return seen
}

// newViewport returns a viewport that is moved by this program's keys alone.
func newViewport() viewport.Model {
	v := viewport.New()
	v.KeyMap = viewport.KeyMap{}
	v.MouseWheelEnabled = false
	return v
}

// scrolled shows lines in a viewport of the given size and returns what is seen of them. Where they do not
// fit, the last line says which of them these are, and how to see the others.
func scrolled(v *viewport.Model, lines []string, columns, height int) []string {
	room := height
	if len(lines) > height && height > 2 {
		room--
	}
	v.SetWidth(columns)
	v.SetHeight(room)
	v.SetContentLines(lines)
	v.SetYOffset(v.YOffset())
	seen := strings.Split(v.View(), "\n")
	if room < height {
		seen = append(seen, position(v.YOffset(), room, len(lines)))
	}
	return seen
}

// position says which lines of all are seen, and which keys show the others.
func position(top, seen, all int) string {
	keys := "pgup, pgdn"
	switch {
	case top == 0:
		keys = "pgdn"
	case top+seen >= all:
		keys = "pgup"
	}
	return fmt.Sprintf("(lines %d-%d of %d; more: %s)", top+1, min(top+seen, all), all, keys)
}
