package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// fixFlags are what a checklist may be given beside its code.
type fixFlags struct {
	from, url, content, report string
	keys                       keyFlags
	endpoint                   endpointFlags
	contentFlags               contentFlags
	textGiven                  bool
	expect                     mediaFlag
	deep                       bool
}

func (p *program) fixCommand() *cobra.Command {
	var f fixFlags
	c := &cobra.Command{
		Use:   "fix CODE | fix --from FILE|-",
		Short: "Run the whole checklist of a code, without asking anything",
		Long: `Run the whole checklist of a code, without asking anything.

Live checks run where their input is known; steps of your own are listed as
to do. The code is given, or read from a pasted response with --from.`,
		Example: `  klyra-doctor fix invalid_api_key --sandbox
  pbpaste | klyra-doctor fix --from -
  klyra-doctor fix content_download_failed --url https://cdn.example.com/photo.jpg`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeCodes,
		RunE: func(c *cobra.Command, args []string) error {
			f.textGiven = c.Flags().Changed("text")
			code := ""
			if len(args) == 1 {
				code = args[0]
			}
			return p.fix(code, &f)
		},
	}
	c.Flags().StringVar(&f.from, "from", "", "read the error from the pasted response in `FILE`, or - for standard input")
	c.Flags().StringVar(&f.url, "url", "", "the `URL` that the API was told to download")
	c.Flags().StringVar(&f.content, "content", "", "the `FILE` that was to be moderated")
	c.Flags().StringVar(&f.report, "report", "", "write a report to `FILE`: Markdown, or JSON if it ends in .json")
	c.Flags().BoolVar(&f.deep, "deep", false, "let the URL check decode images and send its extra requests")
	f.keys.add(c)
	f.endpoint.add(c)
	f.contentFlags.add(c)
	f.expect.add(c)
	p.addSnippet(c, "curl", "python", "node", "go", "axios", "httpx")
	return c
}

func (p *program) fix(code string, f *fixFlags) error {
	if code == "" && f.from == "" {
		return usagef("klyra-doctor fix CODE, or fix --from FILE", "which code?")
	}
	if _, known := catalog.Lookup(code); code != "" && !known {
		return p.noChecklist(fmt.Sprintf("no such code: %s", code), unknownDoc{code, index().Suggest(code, 3)}, nil)
	}
	t, err := p.fixTarget(f)
	if err != nil {
		return err
	}
	if err := writable(f.report); err != nil {
		return err
	}
	c, notes, err := p.checklist(code, f.from, t)
	if err != nil || p.code != exitOK {
		return err
	}
	if c.Outgoing().Sendable() {
		c.ByApp = "The app can send it: " + p.appOn(f.from)
	}
	c = c.Run(p.ctx, func(s guide.Step) { p.progressLine("running: " + s.Title) })
	for _, s := range c.Steps {
		if s.Result != nil && s.Check == catalog.ContentCheck {
			p.offer(s.Result, f.content, f.contentFlags.base64)
		}
	}
	p.tellUnseen(c.Entry.Code)
	p.conclude(p.checklistCode(c))
	show := shower(c.Secrets())
	for i := range notes {
		notes[i] = show(notes[i])
	}
	if err := p.writeReport(c, notes, f.report); err != nil {
		p.notice("%v", err) // the answer itself is not to be lost with the report
		p.code = worse(p.code, exitUsage)
	}
	return p.printChecklist(c, notes)
}

// appOn is the command that opens the app on the same paste.
func (p *program) appOn(from string) string {
	words := "klyra-doctor"
	switch p.flags.sandbox {
	case "":
	case plainSandbox:
		words += " --sandbox"
	default:
		words += " --sandbox=" + checks.ShellQuoted(p.flags.sandbox)
	}
	if p.flags.apiURL != "" {
		words += " --api-url " + checks.ShellQuoted(p.flags.apiURL)
	}
	if from == "-" {
		return words + " < FILE"
	}
	return words + " < " + p.show(checks.ShellQuoted(from))
}

// fixTarget gathers what the flags tell.
func (p *program) fixTarget(f *fixFlags) (checks.Target, error) {
	t, err := p.keyTarget(&f.keys, &f.endpoint)
	if err != nil {
		return t, err
	}
	if f.url != "" {
		t.URL, t.From[catalog.URLInput] = f.url, "--url"
	}
	content, err := p.content(f.content, f.contentFlags, f.textGiven)
	if err != nil {
		return t, err
	}
	if content != nil {
		t.Content, t.From[catalog.ContentInput] = content, "the command line"
	}
	t.Expect, t.Deep = f.expect.media, f.deep
	return t, nil
}

// checklist begins the checklist of a code, or of what a pasted response holds. Where there is none it
// says so and sets the exit code.
func (p *program) checklist(code, from string, t checks.Target) (guide.Checklist, []string, error) {
	var d *paste.Diagnosis
	if from != "" {
		text, err := p.readText(from, "--from")
		if err != nil {
			return guide.Checklist{}, nil, err
		}
		found := paste.Diagnose(text)
		d = &found
	}
	if entry, ok := catalog.Lookup(code); ok {
		return guide.New(entry, t, d), nil, nil
	}
	for i, f := range d.Findings {
		if f.Kind == paste.Mention || f.Certainty == paste.Possible {
			continue
		}
		if c, ok := guide.ForFinding(f, t, d); ok {
			return c, otherFindings(d, i), nil
		}
	}
	message := "the text shows no error that has a checklist"
	for _, f := range d.Findings {
		if f.Kind == paste.Foreign {
			message = f.Message
		}
	}
	return guide.Checklist{}, nil, p.noChecklist(message, unknownDoc{}, d)
}

// otherFindings names what else a paste holds beside the finding at index i.
func otherFindings(d *paste.Diagnosis, i int) []string {
	notes := append([]string{}, d.Notes...)
	for j, f := range d.Findings {
		if j != i && f.Code != "" {
			notes = append(notes, fmt.Sprintf("the text also shows %s (%s, %s): klyra-doctor fix %[1]s looks at that one", f.Code, f.Kind, f.Certainty))
		}
	}
	return notes
}

// noChecklist tells that there is nothing to run, and what may be meant.
func (p *program) noChecklist(message string, unknown unknownDoc, d *paste.Diagnosis) error {
	p.code = exitNoMatch
	message = p.show(message)
	doc := checklistDoc{frame: schema("checklist"), Steps: []checklistStepDoc{}, Notes: []string{message}, Verdict: guide.Untold, Headline: message, exitCode: exitCode{p.code}}
	near := unknown.Suggestions
	if d != nil {
		show := shower(d.Secrets)
		for _, n := range d.Notes {
			doc.Notes = append(doc.Notes, show(n))
		}
		for _, c := range d.Candidates {
			near = append(near, c.Code)
			doc.Notes = append(doc.Notes, string(c.Code)+": "+show(c.Why))
		}
		for _, f := range d.Findings {
			near = append(near, f.Suggestions...)
		}
	}
	hint := "klyra-doctor list shows the 21 codes"
	if len(near) > 0 {
		hint = "did you mean " + joinCodes(near) + "?"
	}
	doc.Next = hint
	if p.flags.json {
		return writeJSON(p.out, doc)
	}
	p.notice("%s", message)
	for _, n := range doc.Notes[1:] {
		p.notice("%s", n)
	}
	p.hint(hint)
	return nil
}

// checklistCode is the exit code of a checklist that has run.
func (p *program) checklistCode(c guide.Checklist) int {
	code := exitOK
	for _, s := range c.Steps {
		switch {
		case s.Kind == catalog.DoStep, s.Needless: // the user's own, or of no point for a reason that counts already
		case s.Result != nil:
			code = worse(code, p.resultCode(*s.Result))
		default:
			code = worse(code, p.statusCode(s.Status))
		}
	}
	return code
}

func (p *program) printChecklist(c guide.Checklist, notes []string) error {
	if p.snippet != "" {
		return p.printSnippet(c.Blocks(), c.Outcome().Headline)
	}
	if p.flags.json {
		doc := showChecklist(c, notes)
		doc.ExitCode = p.code
		return writeJSON(p.out, doc)
	}
	page := p.page()
	page.checklist(c, notes)
	return page.print()
}

// checklist writes every step with what its check found, and what it all amounts to.
func (g *page) checklist(c guide.Checklist, notes []string) {
	title := "Checklist of " + string(c.Entry.Code)
	if c.Unanswered {
		title = "Checklist: the API itself did not answer"
	}
	g.heading(title)
	for i, s := range c.Steps {
		status := g.mark(s.Status)
		if s.Status == guide.Todo {
			status = "to do"
		}
		g.indented(fmt.Sprintf("%2d. ", i+1), bold+s.Title+reset+"  "+status)
		switch {
		case s.Result != nil:
			g.findings(6, s.Result.Findings)
			g.waterfall(10, s.Result.Phases)
			g.missing(c.Missing(i))
		case s.Reason != "":
			g.indented("      ", s.Reason)
		default:
			g.indented("      ", faint+s.Detail+reset)
		}
	}
	g.blocks(c.Blocks())
	g.blank()
	for _, n := range notes {
		g.labelled(0, "note", n)
	}
	o := c.Outcome()
	g.plain(bold + o.Headline + reset)
	g.labelled(0, "next", o.Next)
}

// inputFlags are the flags that give an input.
var inputFlags = map[catalog.Input]string{
	catalog.URLInput:      "--url URL",
	catalog.ContentInput:  "--content FILE or --text TEXT",
	catalog.EndpointInput: "--path PATH or --request FILE",
}

// missing says with which flags the inputs that a step lacks are given.
func (g *page) missing(inputs []catalog.Input) {
	for _, input := range inputs {
		g.labelled(10, "flags for the "+input.String(), inputFlags[input])
	}
}

// writable finds out before anything is sent whether a report can be written.
func writable(path string) error {
	if path == "" {
		return nil
	}
	if _, err := os.Lstat(path); err == nil {
		return usagef("name a file that does not exist yet", "--report %s: the file exists, and a report overwrites nothing", path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return usagef("name a file in a folder that you may write to", "--report %s: %v", path, pathError(err))
	}
	return errors.Join(f.Close(), os.Remove(path))
}

// writeReport writes the report that --report asks for, and says where it is.
func (p *program) writeReport(c guide.Checklist, notes []string, path string) error {
	if path == "" {
		return nil
	}
	text := c.Report(time.Now(), version())
	if strings.EqualFold(filepath.Ext(path), ".json") {
		doc := showChecklist(c, notes)
		doc.ExitCode = p.code
		data, err := json.MarshalIndent(doc, "", "  ")
		if err != nil {
			return err
		}
		text = string(data) + "\n"
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(full, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return usagef("name another file", "--report %s: the file exists now, and a report overwrites nothing", path)
	}
	if err != nil {
		return fmt.Errorf("write the report %s: %w", full, pathError(err))
	}
	_, err = f.WriteString(text)
	p.notice("report saved: %s", full)
	return errors.Join(err, f.Close())
}
