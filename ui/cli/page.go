package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
	"klyra-doctor/ui"
)

// page gathers the lines of a text answer and prints them at once, wrapped to the terminal, in colours where
// those are wanted.
type page struct {
	b     strings.Builder
	to    io.Writer
	width int
	ascii bool // print the program's own words in ASCII alone
	marks map[checks.Status]string
}

const (
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	reset  = "\x1b[m"
)

// codeColumn is as wide as the longest code and a gap.
const codeColumn = 30

var statusColour = map[checks.Status]string{
	checks.Pass: green, checks.Warn: yellow, checks.Fail: red, checks.Unknown: yellow, checks.Skip: faint,
}

var (
	unicodeMarks = map[checks.Status]string{checks.Pass: "✓", checks.Warn: "!", checks.Fail: "✗", checks.Unknown: "?", checks.Skip: "-"}
	asciiMarks   = map[checks.Status]string{checks.Pass: "+", checks.Warn: "!", checks.Fail: "x", checks.Unknown: "?", checks.Skip: "-"}
)

// page begins a text answer.
func (p *program) page() *page {
	marks := unicodeMarks
	if p.flags.ascii {
		marks = asciiMarks
	}
	return &page{to: p.coloured(p.out), width: width(p.out), ascii: p.flags.ascii, marks: marks}
}

// coloured wraps a stream so that colours reach it only where they are wanted.
func (p *program) coloured(w io.Writer) io.Writer {
	c := colorprofile.NewWriter(w, os.Environ())
	switch {
	case p.flags.color == "always":
		c.Profile = colorprofile.ANSI
	case p.flags.color == "never", os.Getenv("NO_COLOR") != "" && os.Getenv("CLICOLOR_FORCE") == "":
		c.Profile = colorprofile.NoTTY
	}
	return c
}

// width returns the columns to wrap at: the terminal's, at most 100, and 80 where there is none.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 20 {
			return min(columns, 100)
		}
	}
	return 80
}

func (g *page) print() error {
	text := g.b.String()
	if g.ascii {
		text = safe.ASCII(text)
	}
	_, err := io.WriteString(g.to, text)
	return err
}

func (g *page) blank() { g.b.WriteString("\n") }

func (g *page) heading(text string) { g.b.WriteString(bold + text + reset + "\n") }

// plain writes a paragraph.
func (g *page) plain(text string) { g.indented("", text) }

func (g *page) note(text string) {
	for line := range strings.Lines(ui.Wrap(text, g.width)) {
		g.b.WriteString(faint + strings.TrimSuffix(line, "\n") + reset + "\n")
	}
}

// indented writes a paragraph whose first line begins with lead and whose others stand below its text.
func (g *page) indented(lead, text string) {
	indent := ansi.StringWidth(lead)
	wrapped := ui.Wrap(text, max(g.width-indent, 20))
	wrapped = strings.ReplaceAll(wrapped, "\n", "\n"+strings.Repeat(" ", indent))
	g.b.WriteString(lead + wrapped + "\n")
}

// labelled writes a fact below its label.
func (g *page) labelled(indent int, label, value string) {
	if value != "" {
		g.indented(strings.Repeat(" ", indent)+faint+label+":"+reset+" ", value)
	}
}

// row writes a code and what it means.
func (g *page) row(code, text string) {
	g.indented("  "+cyan+code+reset+strings.Repeat(" ", max(codeColumn-len(code), 1)), text)
}

// under writes a remark below the text of a row.
func (g *page) under(text string) {
	g.indented(strings.Repeat(" ", codeColumn+2), faint+text+reset)
}

// mark is a status as a sign and a word.
func (g *page) mark(s checks.Status) string {
	return statusColour[s] + g.marks[s] + " " + string(s) + reset
}

// entry writes the page of one code.
func (g *page) entry(e catalog.Entry) {
	g.heading(string(e.Code))
	g.plain(e.Meaning)
	g.blank()
	g.labelled(0, "Klyra says", e.Description+". "+e.Resolution+".")
	g.labelled(0, "HTTP status", statuses(e.Statuses))
	g.labelled(0, "Usually the fault is", faultWords[e.Fault])
	g.labelled(0, "Try again?", e.Retry.When)
	for _, l := range e.Confused {
		g.labelled(0, string(l.Code)+" would mean", l.Tell)
	}
	g.labelled(0, "Documented at", e.DocsURL)
	g.blank()
	g.heading("Checklist")
	for i, s := range e.Steps {
		g.indented(fmt.Sprintf("%2d. ", i+1), s.Title+faint+kindWords(s)+reset)
		g.indented("    ", s.Detail)
	}
	g.blank()
	g.note("klyra-doctor fix " + string(e.Code) + " runs it.")
	g.blank()
}

var faultWords = map[catalog.Fault]string{
	catalog.You:     "yours: the key, the request's form or its content",
	catalog.Network: "the network's, between you, the API and the content's host",
	catalog.Klyra:   "Klyra's",
	catalog.Unclear: "on either side; the checklist finds out",
}

// statuses lists the HTTP statuses, and says which ones Klyra documents.
func statuses(list []catalog.HTTPStatus) string {
	var texts []string
	for _, s := range list {
		kind := "usual for HTTP APIs, not documented by Klyra"
		if s.Documented {
			kind = "documented"
		}
		texts = append(texts, fmt.Sprintf("%d (%s)", s.Code, kind))
	}
	return strings.Join(texts, ", ")
}

func kindWords(s catalog.Step) string {
	switch s.Kind {
	case catalog.CheckStep:
		return " (runs check " + s.Check.String() + ")"
	case catalog.AskStep:
		return " (asks for the " + s.Ask.String() + ")"
	}
	return ""
}

// findings writes what a check found.
func (g *page) findings(indent int, list []checks.Finding) {
	pad := strings.Repeat(" ", indent)
	for _, f := range checks.WorstFirst(list) {
		g.indented(pad+g.mark(f.Status)+" ", f.Summary+" "+faint+f.ID+reset)
		for _, e := range f.Evidence {
			g.evidence(indent+4, e)
		}
		if f.Remedy != "" {
			g.indented(pad+"    "+bold+"what to do:"+reset+" ", f.Remedy)
		}
	}
}

// waterfall draws where the time of a download went.
func (g *page) waterfall(indent int, phases []checks.PhaseTime) {
	if len(phases) > 0 {
		g.blank()
		g.indented(strings.Repeat(" ", indent), "Where the time went:")
	}
	for _, line := range guide.Waterfall(phases, g.width-indent) {
		g.b.WriteString(strings.Repeat(" ", indent) + line + "\n")
	}
}

// blocks writes what is to be copied, at the line's start so that it can be. Code for a client, of which there is
// the same for several, is only named: it would push the verdict off the screen.
func (g *page) blocks(blocks []checks.Block) {
	for _, b := range blocks {
		if b.Client == "" {
			g.blank()
			g.heading(b.Title + ":")
			g.b.WriteString(b.Text + "\n")
		}
	}
	if clients := clientsOf(blocks); len(clients) > 0 {
		g.blank()
		g.indented(bold+"ready to copy:"+reset+" ", "add --snippet NAME to print the code alone: "+strings.Join(clients, ", "))
	}
}

// evidence writes one fact; one of several lines keeps them as they are.
func (g *page) evidence(indent int, e checks.Evidence) {
	if !strings.Contains(e.Value, "\n") {
		g.labelled(indent, e.Label, e.Value)
		return
	}
	pad := strings.Repeat(" ", indent)
	g.b.WriteString(pad + faint + e.Label + ":" + reset + "\n")
	for line := range strings.Lines(e.Value) {
		g.b.WriteString(pad + "  " + strings.TrimSuffix(line, "\n") + "\n")
	}
}

// notice tells something beside the answer, on standard error.
func (p *program) notice(format string, args ...any) {
	p.remark("klyra-doctor: " + p.show(fmt.Sprintf(format, args...)))
}

// hint tells what to do about a notice.
func (p *program) hint(text string) { p.remark("hint: " + p.show(text)) }

func (p *program) remark(line string) {
	if p.flags.ascii {
		line = safe.ASCII(line)
	}
	fmt.Fprintln(p.err, line)
}
