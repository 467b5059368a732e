package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
)

func (p *program) diagnoseCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diagnose [FILE...|-]",
		Short: "Find the error in a pasted response, transcript, stack trace or log",
		Example: `  pbpaste | klyra-doctor diagnose
  klyra-doctor diagnose response.json
  klyra-doctor diagnose --json -`,
		RunE: func(_ *cobra.Command, args []string) error { return p.diagnose(args) },
	}
}

// read is one text and what it holds.
type read struct {
	file, text string
	paste.Diagnosis
	problems []checks.Finding // of the request that it shows
}

func (p *program) diagnose(files []string) error {
	if len(files) == 0 {
		files = []string{"-"}
	}
	api, err := p.configuredAPI()
	if err != nil {
		return err
	}
	var all []read
	for _, file := range files {
		text, err := p.readText(file, "diagnose")
		if err != nil {
			return err
		}
		r := read{file: file, text: text, Diagnosis: paste.Diagnose(text)}
		r.Secrets = append(r.Secrets, safe.NewSecret(os.Getenv(keyVariable)))
		if r.Request != nil {
			r.problems = checks.JudgeRequest(r.Request, api)
		}
		all = append(all, r)
	}
	p.code = exitNoMatch
	for _, r := range all {
		if answers(r.Findings) {
			p.code = exitOK
		}
	}
	if p.flags.json {
		return writeJSON(p.out, p.diagnosisDoc(all))
	}
	page := p.page()
	for _, r := range all {
		if len(all) > 1 {
			page.heading(shower(nil)(r.file))
		}
		page.diagnosis(r)
	}
	return page.print()
}

// answers reports whether any finding is more than a mention.
func answers(findings []paste.Finding) bool {
	for _, f := range findings {
		if f.Kind != paste.Mention {
			return true
		}
	}
	return false
}

// diagnosisDoc joins what several texts hold into one document; request and limits are those of the first
// text that shows any.
func (p *program) diagnosisDoc(all []read) diagnosisDoc {
	var doc diagnosisDoc
	for i, r := range all {
		file := r.file
		if len(all) == 1 {
			file = ""
		}
		one := showDiagnosis(file, r)
		if i == 0 {
			doc = one
			continue
		}
		doc.Findings = append(doc.Findings, one.Findings...)
		doc.Candidates = append(doc.Candidates, one.Candidates...)
		doc.Notes = append(doc.Notes, one.Notes...)
		if doc.Request == nil {
			doc.Request = one.Request
		}
		if doc.RateLimit == nil {
			doc.RateLimit = one.RateLimit
		}
		if one.Answer == paste.Error {
			doc.Answer = one.Answer
		}
	}
	doc.ExitCode = p.code
	return doc
}

var answerWords = map[paste.Answer]string{
	paste.Success:    "This is an answer of the API, and no error.",
	paste.HiddenBody: "Something failed, but the client did not print what the API said.",
	paste.None:       "No error of the API is to be seen in this text.",
}

// diagnosis writes what a text holds.
func (g *page) diagnosis(r read) {
	show := shower(r.Secrets)
	if strings.TrimSpace(r.text) == "" {
		g.plain("The text is empty: there is nothing to diagnose.")
		g.note("Paste the whole response, with its headers where you have them.")
		return
	}
	if len(r.Findings) == 0 {
		g.plain(answerWords[r.Answer])
	}
	for _, f := range r.Findings {
		g.finding(r.text, f, show)
	}
	if len(r.Candidates) > 0 {
		g.plain("It may be one of these; klyra-doctor explain CODE tells more:")
	}
	for _, c := range r.Candidates {
		g.row(string(c.Code), show(c.Why))
	}
	for _, n := range r.Notes {
		g.indented("note: ", show(n))
	}
	if len(r.problems) > 0 {
		g.heading("the request in the text")
		g.findings(2, r.problems)
	}
	if limits := r.RateLimit.String(); limits != "" {
		g.indented("limits: ", limits+" (klyra-doctor check limits FILE says when to try again)")
	}
	g.nextCommand(r)
}

// nextCommand names the command that leads on.
func (g *page) nextCommand(r read) {
	if len(r.Findings) == 0 {
		if r.Answer == paste.None {
			g.note("Give the whole response, with its status line and headers (curl -i prints them), or search for a symptom: klyra-doctor search WORDS.")
		}
		return
	}
	g.blank()
	for _, f := range r.Findings {
		switch {
		case f.Kind == paste.Envelope && f.Known:
			g.note("klyra-doctor fix " + string(f.Code) + " runs the checklist.")
		case f.Kind == paste.Gateway, f.Kind == paste.Network:
			g.note("klyra-doctor check service finds out whether the API answers from here.")
			return
		}
	}
}

var kindHeadings = map[paste.Kind]string{
	paste.Mention: "only mentioned, in no error",
	paste.Gateway: "a gateway answered, not the API",
	paste.Network: "no answer arrived",
	paste.Foreign: "an error of another API",
}

func (g *page) finding(text string, f paste.Finding, show func(string) string) {
	title := show(string(f.Code))
	if f.Kind != paste.Envelope {
		title = kindHeadings[f.Kind]
	}
	if title == "" {
		title = "an error without a code"
	}
	g.b.WriteString(bold + title + reset + faint + " · " + facts(f, show) + reset + "\n")
	if entry, ok := catalog.Lookup(string(f.Code)); ok && f.Kind == paste.Envelope {
		g.indented("  ", entry.Meaning)
	}
	g.labelled(2, messageLabel(f.Kind), show(f.Message))
	g.labelled(2, "why this", show(f.Why))
	if len(f.Suggestions) > 0 {
		g.labelled(2, "this code is not documented; did the API mean", joinCodes(f.Suggestions)+"?")
	}
	if len(f.Evidence) > 0 {
		s := f.Evidence[0]
		g.labelled(2, fmt.Sprintf("evidence (line %d)", f.Line), clip(show(text[s.Start:s.End]), 300))
	}
}

// messageLabel says whose words a finding's message is.
func messageLabel(k paste.Kind) string {
	if k == paste.Envelope {
		return "the API says"
	}
	return "what happened"
}

// facts are the short ones, on one line.
func facts(f paste.Finding, show func(string) string) string {
	texts := []string{string(f.Certainty)}
	if f.HTTPStatus != 0 {
		texts = append(texts, fmt.Sprintf("HTTP %d", f.HTTPStatus))
	}
	if f.Param != "" {
		texts = append(texts, "param "+show(f.Param))
	}
	if f.RequestID != "" {
		texts = append(texts, show(f.RequestID))
	}
	if !f.ResetAt.IsZero() {
		texts = append(texts, "resets "+f.ResetAt.Local().Format("2006-01-02 15:04:05"))
	}
	if f.Count > 1 {
		texts = append(texts, fmt.Sprintf("%d times", f.Count))
	}
	return strings.Join(texts, " · ")
}

func joinCodes(codes []catalog.Code) string {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = string(c)
	}
	return strings.Join(names, ", ")
}

// clip shortens a text to at most n characters.
func clip(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return text
}
