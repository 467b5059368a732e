package guide

import (
	"fmt"
	"strings"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
)

// ReportName returns the file name under which a report of this moment is saved, of local time to the
// second: klyra-report-CODE-DATE-TIME.md.
func (c Checklist) ReportName(at time.Time) string {
	about := string(c.Entry.Code)
	if c.Unanswered {
		about = "no_answer"
	}
	return "klyra-report-" + about + "-" + at.Format("2006-01-02-150405") + ".md"
}

// Report returns the checklist as a Markdown document that can be handed to a colleague or to support. It
// holds no secret, and foreign text stands inside code or with its marks escaped, so that it cannot act as Markdown.
func (c Checklist) Report(at time.Time, version string) string {
	var b strings.Builder
	c = c.AsOf(at)
	o := c.Outcome()
	fmt.Fprintf(&b, "# Klyra error report: %s\n\n", c.about())
	fmt.Fprintf(&b, "%s\n\n", markdown(o.Headline))
	if o.Next != "" {
		fmt.Fprintf(&b, "**Next:** %s\n\n", markdown(o.Next))
	}
	fmt.Fprintf(&b, "- made: %s by klyra-doctor %s\n", at.UTC().Format(time.RFC3339), version)
	fmt.Fprintf(&b, "- API: %s\n", c.api())
	if c.Entry.Description != "" && !c.Unanswered {
		fmt.Fprintf(&b, "- Klyra says: %s. %s.\n", c.Entry.Description, c.Entry.Resolution)
	}
	switch {
	case o.Replayed:
		fmt.Fprintf(&b, "- confirmed: %s\n", markdown(c.Steps[len(c.Steps)-1].Result.Summary))
	case o.Confirmed:
		b.WriteString("- confirmed: by the user, who ticked that the request went through\n")
	}
	c.writeFinding(&b)
	c.writeFixed(&b)
	b.WriteString("\n## Checklist\n")
	for i, s := range c.Steps {
		writeStep(&b, i+1, s)
	}
	return safe.Escape(safe.NewRedactor(c.Secrets()...).Redact(b.String()))
}

// api names the API, and says so where it is none.
func (c Checklist) api() string {
	if c.Target.Sandbox {
		return "the sandbox, which only pretends to be Klyra's"
	}
	return code(c.Target.API.BaseURL())
}

// about names what a checklist is about.
func (c Checklist) about() string {
	if c.Unanswered {
		return "no answer from the API"
	}
	return string(c.Entry.Code)
}

// writeFinding writes what the paste said of this code, in words that support asks for.
func (c Checklist) writeFinding(b *strings.Builder) {
	f, ok := c.Finding()
	if !ok {
		return
	}
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(b, "- %s: %s\n", label, code(value))
		}
	}
	line("the API's message", f.Message)
	line("request id", f.RequestID)
	line("param", f.Param)
	if f.HTTPStatus != 0 {
		line("HTTP status", fmt.Sprint(f.HTTPStatus))
	}
}

// Finding returns the finding of the paste that this checklist is about; false where there is none.
func (c Checklist) Finding() (paste.Finding, bool) {
	if c.Diagnosis != nil {
		for _, f := range c.Diagnosis.Findings {
			if f.Code == c.Entry.Code {
				return f, true
			}
		}
	}
	return paste.Finding{}, false
}

func writeStep(b *strings.Builder, number int, s Step) {
	fmt.Fprintf(b, "\n%d. **%s** — %s", number, s.Title, statusWord(s))
	if s.Reason != "" {
		fmt.Fprintf(b, " (%s)", markdown(s.Reason))
	}
	b.WriteString("\n")
	if s.Result == nil {
		return
	}
	if s.Result.Target != "" {
		did := "checked"
		if s.replayed() {
			did = "sent"
		}
		fmt.Fprintf(b, "   - %s: %s\n", did, code(s.Result.Target))
	}
	for _, f := range s.Result.Findings {
		fmt.Fprintf(b, "   - %s %s: %s\n", f.Status, code(f.ID), markdown(f.Summary))
		for _, e := range f.Evidence {
			fmt.Fprintf(b, "     - %s: %s\n", markdown(e.Label), code(e.Value))
		}
		if f.Remedy != "" {
			fmt.Fprintf(b, "     - what to do: %s\n", markdown(f.Remedy))
		}
	}
	if len(s.Result.Phases) > 0 {
		writeFenced(b, "where the time went", strings.Join(Waterfall(s.Result.Phases, reportColumns), "\n"))
	}
	for _, block := range s.Result.Blocks {
		writeFenced(b, block.Title, block.Text)
	}
}

// reportColumns is how wide pictures in a report are.
const reportColumns = 72

// writeFenced writes a text of several lines as it is, within its step. The fence is longer than any in the text.
func writeFenced(b *strings.Builder, title, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(b, "\n   %s:\n\n   %s\n", markdown(title), fence)
	for line := range strings.Lines(text) {
		b.WriteString("   " + strings.TrimSuffix(line, "\n") + "\n")
	}
	fmt.Fprintf(b, "   %s\n", fence)
}

// statusWord says how a step stands; a step of the user's own that is open is still "to do".
func statusWord(s Step) string {
	switch {
	case s.Status == Todo:
		return "to do"
	case s.Fixed && s.Kind == catalog.CheckStep && s.Status == checks.Pass:
		return "fixed"
	case s.Status == checks.Pass && s.Kind != catalog.CheckStep:
		return "done"
	}
	return string(s.Status)
}

// code wraps foreign text as inline code, of one line, with a fence longer than any run of backticks in it.
func code(text string) string {
	text = safe.EscapeLine(text)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 || strings.HasPrefix(text, "`") {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

// markdown escapes what would act as Markdown or HTML in a sentence, and keeps it on one line.
func markdown(text string) string {
	return strings.NewReplacer("\n", " ", "\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "<", "&lt;", "[", "\\[", "|", "\\|", "#", "\\#").Replace(text)
}
