package cli

import (
	"cmp"
	"encoding/json"
	"io"
	"strings"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
	"klyra-doctor/checks/mend"
)

// The documents that --json prints. Their names and fields are a contract: they only ever gain fields.

// frame opens every document.
type frame struct {
	Schema string `json:"schema"`
}

// exitCode closes every document.
type exitCode struct {
	ExitCode int `json:"exit_code"`
}

func schema(name string) frame { return frame{"klyra-doctor/" + name + ".v1"} }

type errorDoc struct {
	frame
	Error struct {
		Message string `json:"message"`
		Hint    string `json:"hint"`
	} `json:"error"`
	exitCode
}

type searchDoc struct {
	frame
	Query string   `json:"query"`
	Hits  []hitDoc `json:"hits"`
	exitCode
}

type hitDoc struct {
	Code        catalog.Code  `json:"code"`
	Group       catalog.Group `json:"group"`
	Description string        `json:"description"`
	Score       float64       `json:"score"`
	Why         string        `json:"why"`
}

type codesDoc struct {
	frame
	Codes   []codeDoc    `json:"codes"`
	Unknown []unknownDoc `json:"unknown"`
	exitCode
}

type codeDoc struct {
	Code        catalog.Code   `json:"code"`
	Group       catalog.Group  `json:"group"`
	Description string         `json:"description"`
	Resolution  string         `json:"resolution"`
	Statuses    []int          `json:"http_status"`
	Documented  []int          `json:"http_status_documented"`
	Retryable   bool           `json:"retryable"`
	Retry       string         `json:"retry"`
	Fault       catalog.Fault  `json:"fault"`
	Confused    []lookalikeDoc `json:"confused_with"`
	DocsURL     string         `json:"docs_url"`
	Steps       []stepDoc      `json:"steps"`
}

type lookalikeDoc struct {
	Code catalog.Code `json:"code"`
	Tell string       `json:"tell"`
}

type stepDoc struct {
	Title string           `json:"title"`
	Kind  catalog.StepKind `json:"kind"`
	Check *string          `json:"check"`
}

type unknownDoc struct {
	Given       string         `json:"given"`
	Suggestions []catalog.Code `json:"suggestions"`
}

func describe(e catalog.Entry) codeDoc {
	d := codeDoc{
		Code: e.Code, Group: e.Group, Description: e.Description, Resolution: e.Resolution,
		Statuses: []int{}, Documented: []int{}, Retryable: e.Retry.Helps, Retry: e.Retry.When,
		Fault: e.Fault, Confused: []lookalikeDoc{}, DocsURL: e.DocsURL, Steps: []stepDoc{},
	}
	for _, s := range e.Statuses {
		d.Statuses = append(d.Statuses, s.Code)
		if s.Documented {
			d.Documented = append(d.Documented, s.Code)
		}
	}
	for _, l := range e.Confused {
		d.Confused = append(d.Confused, lookalikeDoc(l))
	}
	for _, s := range e.Steps {
		d.Steps = append(d.Steps, stepDoc{Title: s.Title, Kind: s.Kind, Check: checkName(s.Check)})
	}
	return d
}

// checkName is null for the zero Check.
func checkName(c catalog.Check) *string { return orNull(c.String()) }

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

type diagnosisDoc struct {
	frame
	Findings   []findingDoc   `json:"findings"`
	Request    *requestDoc    `json:"request"`
	RateLimit  *rateLimitDoc  `json:"rate_limit"`
	Answer     paste.Answer   `json:"answer"`
	Candidates []candidateDoc `json:"candidates"`
	Notes      []string       `json:"notes"`
	exitCode
}

type findingDoc struct {
	File        string          `json:"file,omitempty"`
	Code        *string         `json:"code"`
	Known       bool            `json:"known"`
	Kind        paste.Kind      `json:"kind"`
	Certainty   paste.Certainty `json:"certainty"`
	Message     string          `json:"message"`
	Type        string          `json:"type"`
	Param       *string         `json:"param"`
	RequestID   *string         `json:"request_id"`
	ResetAt     *time.Time      `json:"reset_at"`
	HTTPStatus  *int            `json:"http_status"`
	Count       int             `json:"count"`
	Line        int             `json:"line"`
	Why         string          `json:"why"`
	Evidence    []spanDoc       `json:"evidence"`
	Suggestions []catalog.Code  `json:"suggestions"`
}

type spanDoc struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

type requestDoc struct {
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   []headerDoc       `json:"headers"`
	BodyBytes int               `json:"body_bytes"`
	Problems  []checkFindingDoc `json:"problems"`
}

type headerDoc struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type rateLimitDoc struct {
	Limit          *int `json:"limit"`
	Remaining      *int `json:"remaining"`
	ResetS         *int `json:"reset_s"`
	DailyRemaining *int `json:"daily_remaining"`
	RetryAfterS    *int `json:"retry_after_s"`
}

type candidateDoc struct {
	Code catalog.Code `json:"code"`
	Why  string       `json:"why"`
}

// showDiagnosis makes the document of what one text holds. Everything foreign in it is redacted and escaped.
func showDiagnosis(file string, d read) diagnosisDoc {
	show := shower(d.Secrets)
	doc := diagnosisDoc{
		frame: schema("diagnosis"), Findings: []findingDoc{}, Answer: d.Answer,
		Candidates: []candidateDoc{}, Notes: []string{},
	}
	for _, f := range d.Findings {
		doc.Findings = append(doc.Findings, showFinding(file, d.text, f, show))
	}
	for _, c := range d.Candidates {
		doc.Candidates = append(doc.Candidates, candidateDoc{c.Code, show(c.Why)})
	}
	for _, n := range d.Notes {
		doc.Notes = append(doc.Notes, show(n))
	}
	if r := d.Request; r != nil {
		doc.Request = showRequest(r, d.problems, show)
	}
	if l := d.RateLimit; l != nil {
		doc.RateLimit = &rateLimitDoc{l.Limit, l.Remaining, l.ResetS, l.DailyRemaining, l.RetryAfterS}
	}
	return doc
}

// shower returns the function that makes foreign text fit to be shown.
func shower(secrets []safe.Secret) func(string) string {
	redactor := safe.NewRedactor(secrets...)
	return func(s string) string { return safe.Escape(redactor.Redact(s)) }
}

func showFinding(file, text string, f paste.Finding, show func(string) string) findingDoc {
	doc := findingDoc{
		File: show(file), Code: orNull(show(string(f.Code))), Known: f.Known, Kind: f.Kind, Certainty: f.Certainty,
		Message: show(f.Message), Type: show(f.Type), Param: orNull(show(f.Param)), RequestID: orNull(show(f.RequestID)),
		Count: f.Count, Line: f.Line, Why: show(f.Why), Evidence: []spanDoc{}, Suggestions: []catalog.Code{},
	}
	if !f.ResetAt.IsZero() {
		at := f.ResetAt.UTC()
		doc.ResetAt = &at
	}
	if f.HTTPStatus != 0 {
		doc.HTTPStatus = &f.HTTPStatus
	}
	for _, s := range f.Evidence {
		doc.Evidence = append(doc.Evidence, spanDoc{s.Start, s.End, show(text[s.Start:s.End])})
	}
	doc.Suggestions = append(doc.Suggestions, f.Suggestions...)
	return doc
}

func showRequest(r *paste.Request, problems []checks.Finding, show func(string) string) *requestDoc {
	doc := &requestDoc{
		Method: show(r.Method), URL: show(r.URL), Headers: []headerDoc{},
		BodyBytes: r.Body.End - r.Body.Start, Problems: []checkFindingDoc{},
	}
	for _, h := range r.Headers {
		doc.Headers = append(doc.Headers, headerDoc{show(h.Name), show(h.Value) + masked(h.Secret)})
	}
	for _, f := range problems {
		doc.Problems = append(doc.Problems, showCheckFinding(f))
	}
	return doc
}

// masked is the fingerprint of a header's secret, behind the scheme that stands before it.
func masked(value safe.Secret) string {
	if value.Empty() {
		return ""
	}
	scheme, rest, found := strings.Cut(value.Reveal(), " ")
	if !found || !strings.EqualFold(scheme, "bearer") {
		return value.String()
	}
	return scheme + " " + safe.NewSecret(rest).String()
}

// checkDoc is a check's result; framed it is a document of its own.
type checkDoc struct {
	Check      string            `json:"check"`
	Target     string            `json:"target"`
	Status     checks.Status     `json:"status"`
	Summary    string            `json:"summary"`
	Findings   []checkFindingDoc `json:"findings"`
	DurationMS int64             `json:"duration_ms"`
	WaitS      *int64            `json:"wait_s,omitempty"`
	RetryAt    *time.Time        `json:"retry_at,omitempty"`
	Phases     []phaseDoc        `json:"phases,omitempty"`
	Blocks     []blockDoc        `json:"blocks,omitempty"`
}

type phaseDoc struct {
	Hop     int     `json:"hop"`
	Name    string  `json:"name"`
	StartMS float64 `json:"start_ms"`
	TookMS  float64 `json:"took_ms"`
	Stopped bool    `json:"stopped,omitempty"`
}

type blockDoc struct {
	Title  string `json:"title"`
	Text   string `json:"text"`
	Client string `json:"client,omitempty"`
}

type framedCheckDoc struct {
	frame
	checkDoc
	Fix *fixDoc `json:"fix,omitempty"`
	exitCode
}

// fixDoc tells what a fix of the content has done.
type fixDoc struct {
	Name  mend.Fix       `json:"name"`
	Did   []string       `json:"did"`
	Files []fixedFileDoc `json:"files"`
	Next  string         `json:"next"` // what to send; "" where nothing was written that can be sent
}

// fixedFileDoc is a file that a fix wrote, with what its own check says.
type fixedFileDoc struct {
	Path    string        `json:"path"`
	Bytes   int64         `json:"bytes"`
	Status  checks.Status `json:"status"`
	Summary string        `json:"summary"`
}

func (p *program) fixDoc(m mending) *fixDoc {
	doc := &fixDoc{Name: m.fix, Did: []string{}, Files: []fixedFileDoc{}, Next: p.show(m.next())}
	for _, d := range m.did() {
		doc.Did = append(doc.Did, p.show(d))
	}
	for _, f := range m.files {
		doc.Files = append(doc.Files, fixedFileDoc{p.show(f.path), sizeOf(f.path), f.status, f.summary})
	}
	return doc
}

type checkFindingDoc struct {
	ID       string        `json:"id"`
	Status   checks.Status `json:"status"`
	Summary  string        `json:"summary"`
	Evidence []evidenceDoc `json:"evidence"`
	Remedy   string        `json:"remedy"`
}

type evidenceDoc struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

func showResult(r checks.Result) checkDoc {
	doc := checkDoc{
		Check: r.Check.String(), Target: r.Target, Status: r.Status, Summary: r.Summary,
		Findings: []checkFindingDoc{}, DurationMS: r.Duration.Milliseconds(),
	}
	for _, f := range r.Findings {
		doc.Findings = append(doc.Findings, showCheckFinding(f))
	}
	if r.Wait > 0 {
		seconds := int64((r.Wait + time.Second - 1) / time.Second)
		doc.WaitS = &seconds
	}
	if !r.RetryAt.IsZero() {
		at := r.RetryAt.UTC()
		doc.RetryAt = &at
	}
	for _, p := range r.Phases {
		doc.Phases = append(doc.Phases, phaseDoc{p.Hop, p.Name, milliseconds(p.Start), milliseconds(p.Took), p.Stopped})
	}
	for _, b := range r.Blocks {
		doc.Blocks = append(doc.Blocks, blockDoc(b))
	}
	return doc
}

// milliseconds keeps what is shorter than one, to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func showCheckFinding(f checks.Finding) checkFindingDoc {
	doc := checkFindingDoc{f.ID, f.Status, f.Summary, []evidenceDoc{}, f.Remedy}
	for _, e := range f.Evidence {
		doc.Evidence = append(doc.Evidence, evidenceDoc(e))
	}
	return doc
}

type checklistDoc struct {
	frame
	Code     *string            `json:"code"`
	Steps    []checklistStepDoc `json:"steps"`
	Next     string             `json:"next"`
	Resolved bool               `json:"resolved"`
	Verdict  guide.Verdict      `json:"verdict"`
	Headline string             `json:"headline"`
	Notes    []string           `json:"notes"`
	exitCode
}

type checklistStepDoc struct {
	Title  string           `json:"title"`
	Kind   catalog.StepKind `json:"kind"`
	Status checks.Status    `json:"status"`
	Reason string           `json:"reason,omitempty"`
	Check  *checkDoc        `json:"check,omitempty"`
}

func showChecklist(c guide.Checklist, notes []string) checklistDoc {
	o := c.Outcome()
	doc := checklistDoc{
		frame: schema("checklist"), Code: orNull(string(c.Entry.Code)), Steps: []checklistStepDoc{},
		Next: o.Next, Resolved: c.Resolved(), Verdict: o.Verdict, Headline: o.Headline, Notes: append([]string{}, notes...),
	}
	for _, s := range c.Steps {
		step := checklistStepDoc{Title: s.Title, Kind: s.Kind, Status: s.Status, Reason: s.Reason}
		if s.Result != nil {
			result := showResult(*s.Result)
			step.Check = &result
		}
		doc.Steps = append(doc.Steps, step)
	}
	return doc
}

type scanDoc struct {
	frame
	Bytes       int64            `json:"bytes"`
	Lines       int64            `json:"lines"`
	Errors      int64            `json:"errors"`
	OtherErrors int64            `json:"other_errors"`
	Codes       []codeCountDoc   `json:"codes"`
	Files       []scannedFileDoc `json:"files"`
	exitCode
}

type codeCountDoc struct {
	Code       string     `json:"code"`
	Known      bool       `json:"known"`
	Count      int64      `json:"count"`
	FirstFile  string     `json:"first_file"`
	FirstLine  int64      `json:"first_line"`
	LastFile   string     `json:"last_file"`
	LastLine   int64      `json:"last_line"`
	FirstTime  *time.Time `json:"first_time"`
	LastTime   *time.Time `json:"last_time"`
	RequestIDs []string   `json:"sample_request_ids"`
}

type scannedFileDoc struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	Lines  int64  `json:"lines"`
	Errors int64  `json:"errors"`
}

// scanDoc makes the document of what logs hold; a log's name is "-" for standard input.
func (p *program) scanDoc(all []scanned) scanDoc {
	show, sum := p.show, together(all)
	doc := scanDoc{
		frame: schema("scan"), Bytes: sum.Bytes, Lines: sum.Lines, Errors: sum.Errors, OtherErrors: sum.Others,
		Codes: []codeCountDoc{}, Files: []scannedFileDoc{}, exitCode: exitCode{p.code},
	}
	for _, c := range sum.Codes {
		one := codeCountDoc{
			Code: show(string(c.Code)), Known: c.Known, Count: c.Count,
			FirstFile: show(cmp.Or(c.First.File, all[0].name)), FirstLine: c.First.Line, FirstTime: timeOrNull(c.First.Time),
			LastFile: show(cmp.Or(c.Last.File, all[0].name)), LastLine: c.Last.Line, LastTime: timeOrNull(c.Last.Time),
			RequestIDs: []string{},
		}
		for _, id := range c.RequestIDs {
			one.RequestIDs = append(one.RequestIDs, show(id))
		}
		doc.Codes = append(doc.Codes, one)
	}
	for _, s := range all {
		doc.Files = append(doc.Files, scannedFileDoc{show(s.name), s.Bytes, s.Lines, s.Errors})
	}
	return doc
}

func timeOrNull(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

type sandboxDoc struct {
	frame
	Keys    []sandboxKeyDoc    `json:"keys"`
	Samples []sandboxSampleDoc `json:"samples"`
	exitCode
}

type sandboxKeyDoc struct {
	State string `json:"state"`
	Key   string `json:"key"`
}

type sandboxSampleDoc struct {
	Path string `json:"path"`
	What string `json:"what"`
}

// servingDoc says where the sandbox serves.
type servingDoc struct {
	frame
	URL string `json:"url"`
}

type versionDoc struct {
	frame
	Version string `json:"version"`
	Go      string `json:"go"`
	exitCode
}

// writeJSON prints one document, indented, with a final line end.
func writeJSON(w io.Writer, doc any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}
