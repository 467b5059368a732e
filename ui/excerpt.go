package ui

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
)

// segment is a piece of text that is evidence throughout or not at all.
type segment struct {
	text     string
	evidence bool
}

// line is one line of a text, in segments.
type line []segment

// excerpt is the part of a paste that is shown: redacted and escaped.
type excerpt struct {
	lines         []line
	first         int // number of the first line, from 1
	before, after int // bytes that are left out
}

const (
	mostShown  = 64 << 10 // bytes of a paste that are shown
	leadRows   = 4        // rows before the first evidence, what says that something is left out included
	rowBytes   = 60       // bytes of a row, as a careful guess
	mostMarked = 16       // pieces of evidence that are marked
)

// newExcerpt shows a paste around its evidence.
func newExcerpt(text string, spans []paste.Span, r *safe.Redactor) excerpt {
	segments := mark(text, spans, r)
	before, segments := cutBefore(segments)
	after, segments := cutAfter(segments)
	first := strings.Count(text[:before], "\n") + 1
	return excerpt{lines: splitLines(segments), first: first, before: before, after: after}
}

// mark redacts a text and splits it at its evidence. Evidence that a masked secret reaches into from outside
// has no place in the redacted text, and stays unmarked.
func mark(text string, spans []paste.Span, r *safe.Redactor) []segment {
	shown := r.Redact(text)
	spans = slices.SortedFunc(slices.Values(spans), func(a, b paste.Span) int { return a.Start - b.Start })
	var segments []segment
	done := 0
	for _, s := range spans[:min(len(spans), mostMarked)] {
		head, rest := r.Redact(text[:s.Start]), r.Redact(text[s.End:])
		from, to := len(head), len(shown)-len(rest)
		if from < done || to <= from || !strings.HasPrefix(shown, head) || !strings.HasSuffix(shown, rest) {
			continue
		}
		segments = append(segments, segment{shown[done:from], false}, segment{shown[from:to], true})
		done = to
	}
	return append(segments, segment{shown[done:], false})
}

// cutBefore leaves out what stands before the rows that lead to the first evidence, so that it is seen at once.
func cutBefore(segments []segment) (int, []segment) {
	first := segments[0].text
	if len(segments) == 1 || lastRows(first, leadRows) == 0 {
		return 0, segments
	}
	at := runeStart(first, lastRows(first, leadRows-1))
	if first[at-1] != '\n' { // half a line is shown only where it leads to the evidence itself
		at += strings.IndexByte(first[at:], '\n') + 1
	}
	return at, append([]segment{{first[at:], false}}, segments[1:]...)
}

// lastRows returns where the last rows of a text begin, the one that ends it not counted.
func lastRows(text string, rows int) int {
	columns := 0
	for i := len(text) - 1; i >= 0; i-- {
		if columns++; text[i] == '\n' || columns > rowBytes {
			columns = 0
			if rows--; rows < 0 {
				return i + 1
			}
		}
	}
	return 0
}

// cutAfter leaves out what is more than can be shown.
func cutAfter(segments []segment) (int, []segment) {
	room := mostShown
	for i, s := range segments {
		if len(s.text) <= room {
			room -= len(s.text)
			continue
		}
		at := runeStart(s.text, room)
		left := len(s.text) - at
		for _, other := range segments[i+1:] {
			left += len(other.text)
		}
		return left, append(slices.Clone(segments[:i]), segment{s.text[:at], s.evidence})
	}
	return 0, segments
}

// runeStart returns the place of the first rune at or after a byte.
func runeStart(text string, at int) int {
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	return at
}

// splitLines escapes segments and splits them into lines.
func splitLines(segments []segment) []line {
	lines := []line{nil}
	for _, s := range segments {
		for i, part := range strings.Split(safe.Escape(s.text), "\n") {
			if i > 0 {
				lines = append(lines, nil)
			}
			if part != "" {
				last := len(lines) - 1
				lines[last] = append(lines[last], segment{expandTabs(part), s.evidence})
			}
		}
	}
	return lines
}

// wrap breaks a line into ones of at most width columns.
func (l line) wrap(columns int) []line {
	var text strings.Builder
	for _, s := range l {
		text.WriteString(s.text)
	}
	var rows []line
	rest := l
	for row := range strings.SplitSeq(ansi.Hardwrap(text.String(), max(1, columns), true), "\n") {
		var head line
		head, rest = rest.cut(len(row))
		if head.width() > columns && columns > 1 { // a letter in two segments is wider than in one
			return l.wrap(columns - 1)
		}
		rows = append(rows, head)
	}
	return rows
}

func (l line) width() (columns int) {
	for _, s := range l {
		columns += ansi.StringWidth(s.text)
	}
	return columns
}

// cut splits a line after a number of bytes.
func (l line) cut(at int) (head, rest line) {
	for i, s := range l {
		if len(s.text) > at {
			head = append(slices.Clone(l[:i]), segment{s.text[:at], s.evidence})
			return head, append(line{{s.text[at:], s.evidence}}, l[i+1:]...)
		}
		at -= len(s.text)
	}
	return l, nil
}

// evidence draws the first lines that hold evidence, each from shortly before it, with their numbers.
func (e excerpt) evidence(l look, most int) []string {
	var drawn []string
	for i, line := range e.lines {
		at := slices.IndexFunc(line, func(s segment) bool { return s.evidence })
		if at < 0 {
			continue
		}
		if drawn = append(drawn, fmt.Sprintf("line %d: ", e.first+i)+line.from(at, l.tail).draw(l)); len(drawn) == most {
			break
		}
	}
	return drawn
}

// lead is how many columns are shown before the evidence in a line.
const lead = 16

// from returns a line from shortly before one of its segments.
func (l line) from(at int, tail string) line {
	var before strings.Builder
	for _, s := range l[:at] {
		before.WriteString(s.text)
	}
	text := strings.TrimLeft(before.String(), " ")
	if n := ansi.StringWidth(text); n > lead {
		text = ansi.TruncateLeft(text, n-lead, tail)
	}
	return append(line{{text, false}}, l[at:]...)
}

// draw draws an excerpt; a mark stands beside every line that holds evidence.
func (e excerpt) draw(l look, columns int) []string {
	var drawn []string
	note := func(bytes int, where string) {
		if bytes > 0 {
			drawn = append(drawn, truncate(fmt.Sprintf("(%s %s it are not shown)", checks.SizeText(int64(bytes)), where), columns, l.tail))
		}
	}
	note(e.before, "before")
	for _, whole := range e.lines {
		for _, row := range whole.wrap(columns - 2) {
			drawn = append(drawn, row.gutter(l)+row.draw(l))
		}
	}
	note(e.after, "after")
	return drawn
}

// gutter marks a line that holds evidence.
func (l line) gutter(look look) string {
	if slices.ContainsFunc(l, func(s segment) bool { return s.evidence }) {
		return look.gutter + " "
	}
	return "  "
}

func (l line) draw(look look) string {
	var text strings.Builder
	for _, s := range l {
		if s.evidence {
			text.WriteString(look.evidence.Render(s.text))
		} else {
			text.WriteString(s.text)
		}
	}
	return text.String()
}

// extent says how large a text is.
func extent(text string) string {
	lines := strings.Count(strings.TrimRight(text, "\n"), "\n") + 1
	if text == "" {
		lines = 0
	}
	if lines == 1 {
		return "1 line, " + checks.SizeText(int64(len(text)))
	}
	return fmt.Sprintf("%d lines, %s", lines, checks.SizeText(int64(len(text))))
}
