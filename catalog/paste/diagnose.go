// Package paste reads what a pasted text holds: the error in it, the request, the rate-limit state. Its
// functions are pure: same text, same answer.
package paste

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
)

// Kind says what sort of error a finding is.
type Kind string

const (
	Envelope Kind = "envelope" // an error of this API
	Mention  Kind = "mention"  // a code's name stands in the text, but in no envelope
	Gateway  Kind = "gateway"  // a CDN or a proxy answered
	Network  Kind = "network"  // no answer at all: DNS, refused, timeout, TLS
	Foreign  Kind = "foreign"  // another API's error
)

// Certainty says how sure a finding is.
type Certainty string

const (
	Certain  Certainty = "certain"
	Likely   Certainty = "likely"
	Possible Certainty = "possible"
)

// Span is a range of bytes of the text as it was given: text[Start:End].
type Span struct{ Start, End int }

// Finding is one error that the text shows.
type Finding struct {
	Code        catalog.Code // the nearest one for Gateway and Network, "" where none is; "" for Foreign
	Known       bool         // whether Code is one of the catalog's
	Kind        Kind
	Certainty   Certainty
	Message     string // the API's own words; for Gateway, Network and Foreign ours: what happened and what to do
	Type        string
	Param       string
	RequestID   string
	ResetAt     time.Time // zero where none stands
	HTTPStatus  int       // 0 where none stands
	Count       int       // how often this code stands in the text, at least 1
	Line        int       // of the first, from 1
	Evidence    []Span    // the bytes that led to the code
	Why         string    // why this code and not its near neighbours, in words
	Suggestions []catalog.Code
}

// Header is one header of a request. Where it carries a secret Value is empty and Secret holds it.
type Header struct {
	Name, Value string
	Secret      safe.Secret
}

// Request is a request that the text shows.
type Request struct {
	Method  string
	URL     string      // with every secret in it masked
	Address safe.Secret // the URL as it stood
	Headers []Header
	Body    Span // its bytes in the text, still quoted as they stood there; zero where none is shown

	Path       string      // of the URL, without query; "" where there is none
	Key        safe.Secret // from the Authorization header; empty where there is none
	Content    safe.Secret // the body as it was sent, unquoted; empty where none is shown
	ContentURL safe.Secret // where the body tells the API to download content from; empty where it does not
	Form       []Part      // of which curl makes the body; nil where it does not
	Lacks      string      // what of it the text does not show as it was sent, in words: "the file body.json"; "" for nothing
}

// Part is one part of a form: the word after curl's -F, or after --form-string where it is literal.
type Part struct {
	Text    safe.Secret
	Literal bool
}

// RateLimit is the state that rate-limit headers show; nil fields did not stand in the text.
type RateLimit struct {
	Limit          *int      // most requests per minute
	Remaining      *int      // left in this minute
	ResetS         *int      // seconds until the minute resets, from Date on; nil too where only ResetTime is known
	ResetTime      time.Time // when the minute resets, where the header holds a time; zero where it does not
	DailyRemaining *int      // left today
	RetryAfterS    *int      // seconds, from Retry-After; nil too where only RetryTime is known
	RetryTime      time.Time // of a Retry-After that is a date; zero where it is none
	OtherResetS    *int      // seconds until a reset, from RateLimit-Reset or another header that Klyra does not document
	Date           time.Time // of the response, from its Date header; zero where none stands
	Unread         []string  // names, in lower case, of headers whose value is neither a number nor a time
}

// Answer is what the text as a whole shows.
type Answer string

const (
	Error      Answer = "error"       // at least one error
	Success    Answer = "success"     // an answer of the API that is no error
	HiddenBody Answer = "hidden_body" // the client library did not print what the API said; Notes tell how to
	None       Answer = "none"        // no error, or none that can be named
)

// Candidate is a code that may be meant where only a status or a cut code is to be seen. It is no finding.
type Candidate struct {
	Code catalog.Code
	Why  string
}

// Diagnosis is what a text holds. No plain string of it holds a secret.
type Diagnosis struct {
	Findings   []Finding // strongest first, then by place
	Request    *Request  // nil where the text shows none
	RateLimit  *RateLimit
	Answer     Answer
	Candidates []Candidate
	Notes      []string
	Secrets    []safe.Secret // every secret seen in the text
}

// Diagnose reads a text of any size and kind, in time linear in it. It never fails: where nothing is found,
// Answer says so.
func Diagnose(text string) Diagnosis {
	d := read(text)
	r := &report{document: d, folded: map[fold]int{}, Diagnosis: Diagnosis{Answer: None}}
	if reason := unreadable(d.text); reason != "" {
		r.note(reason)
		return r.Diagnosis
	}
	asked := requests(d.text)
	s := &envelopes{text: d.text, ahead: len(d.text) + 1<<20, excluded: bodies(asked)}
	s.scan(0, len(d.text), 0)
	s.strict = len(s.found)
	w := readWords(d.text, apart(s))
	mentions := s.looseSightings(w)
	s.cutCode()
	s.placeAll(w)
	for _, v := range s.requests[:min(len(s.requests), maxCommands)] {
		asked = append(asked, object(d.text, v))
	}
	seen := safe.Seen(d.text)
	if d.text != text { // what was cleaned away may have parted a secret's name from the word before it
		seen = append(seen, safe.Seen(text)...)
	}
	r.keep(append(seen, secretsOf(asked)...))
	r.decide(s, w, mentions)
	r.request(asked)
	r.RateLimit = rateLimit(d.text, w.limits)
	return r.Diagnosis
}

// keep notes the secrets of the text, each once, before anything else of it is taken in.
func (r *report) keep(secrets []safe.Secret) {
	seen := map[safe.Secret]bool{{}: true}
	for _, s := range secrets {
		if !seen[s] {
			seen[s] = true
			r.Secrets = append(r.Secrets, s)
		}
	}
	r.redactor = safe.NewRedactor(r.Secrets[:min(len(r.Secrets), maxSecrets)]...)
}

// maxSecrets is how many of the secrets seen are also searched for in every other place.
const maxSecrets = 256

// report builds a Diagnosis; every string that it takes in passes its redactor.
type report struct {
	Diagnosis
	document *document
	redactor *safe.Redactor
	folded   map[fold]int // index of the finding that sightings go into
}

// fold is what sightings of one finding share.
type fold struct {
	kind Kind
	code string
}

const maxShown = 2000 // bytes of one string of a Diagnosis

// show returns a string of the text as a Diagnosis may hold it.
func (r *report) show(s string) string {
	s = r.redactor.Redact(s[:min(len(s), maxString)]) // before it is cut, lest a secret be cut beyond recognition
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return s
}

func (r *report) note(words string) { r.Notes = append(r.Notes, words) }

// unreadable says why a text is none: "" where it is one.
func unreadable(text string) string {
	if strings.HasPrefix(text, "\x1f\x8b") {
		return "This is gzip-compressed data, not text: decompress it first (curl --compressed, gunzip)."
	}
	odd := 0
	head := text[:min(len(text), 4096)]
	for i := range len(head) {
		if c := head[i]; c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			odd++
		}
	}
	if odd*5 > len(head) && len(head) > 64 {
		return "This is not text: most of it is binary data."
	}
	return ""
}

// apart returns what is no answer of the API, in order: request bodies and objects that describe requests.
func apart(s *envelopes) []Span {
	all := append([]Span(nil), s.excluded...)
	for _, v := range s.requests {
		all = append(all, Span{v.start, v.end})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Start < all[j].Start })
	return all
}

// decide turns what was seen into findings, the API's own errors first: a page of a proxy or a broken
// connection counts only where no error stands, since retries and chatter surround good answers.
func (r *report) decide(s *envelopes, w *words, mentions []codeWord) {
	klyra := speaksOfKlyra(r.document.text)
	for _, e := range s.found {
		if e.kind == Envelope && e.requestID == "" && !klyra && len(w.foreign) > 0 {
			e.kind, e.vendor, e.certainty = Foreign, vendors[firstOf(w.foreign)].name, Likely
		}
		r.add(e)
	}
	switch {
	case len(r.Findings) > 0:
	case len(w.foreign) > 0 && !klyra && len(w.network) == 0:
		i := firstOf(w.foreign)
		r.add(sighting{kind: Foreign, certainty: Likely, vendor: vendors[i].name, start: w.foreign[i].Start, evidence: []Span{w.foreign[i]}, status: w.nearest(w.foreign[i])})
	case len(w.gateway) > 0 && !s.withoutCode():
		r.trouble(Gateway, gateways, w.gateway, w)
	case len(w.network) > 0 && !answered(w, firstOf(w.network) == len(networks)-1):
		r.trouble(Network, networks, w.network, w)
	}
	if len(r.Findings) > 0 {
		r.Answer = Error
		r.candidatesForNoCode()
		r.sort()
		return
	}
	r.withoutError(s, w, mentions)
}

// candidatesForNoCode lists what an error object of the API without a code may mean, where it is all there is.
func (r *report) candidatesForNoCode() {
	if f := r.Findings[0]; len(r.Findings) == 1 && f.Kind == Envelope && f.Code == "" {
		r.Candidates = candidatesOf(codeless{errorType: f.Type, status: f.HTTPStatus})
	}
}

// withoutCode reports whether the API's own error object was there, without its code.
func (s *envelopes) withoutCode() bool {
	for _, c := range s.codeless {
		if c.cut != "" || !markup(c.message) {
			return true
		}
	}
	return false
}

// answered reports whether some server answered: then words of a failing network are chatter. Where those
// words are vague, any status of an error is an answer.
func answered(w *words, vague bool) bool {
	for _, s := range w.statuses {
		if s.head || vague {
			return true
		}
	}
	return false
}

func firstOf(found map[int]Span) int {
	first := -1
	for i := range found {
		if first < 0 || i < first {
			first = i
		}
	}
	return first
}

func speaksOfKlyra(text string) bool {
	return strings.Contains(text, "klyra") || strings.Contains(text, "Klyra") || strings.Contains(text, "KLYRA")
}

// trouble adds the most telling gateway or network failure.
func (r *report) trouble(kind Kind, table []trouble, found map[int]Span, w *words) {
	i := firstOf(found)
	t := table[i]
	phrase := r.document.text[found[i].Start:found[i].End]
	status := 0
	if kind == Gateway {
		status = t.statusBeside(phrase, w.nearest(found[i]))
	}
	r.add(sighting{
		kind: kind, certainty: t.certainty, code: string(t.code), known: t.code != "", message: t.message,
		status: status, why: "“" + phrase + "”", start: found[i].Start, evidence: []Span{found[i]},
	})
}

// statusBeside returns the status of a trouble where the text shows it, in its phrase or beside it; 0 where it
// does not.
func (t trouble) statusBeside(phrase string, near int) int {
	switch {
	case t.status != 0 && strings.Contains(phrase, strconv.Itoa(t.status)):
		return t.status
	case t.status == 0 || near/100 == t.status/100:
		return near
	}
	return 0
}

// withoutError answers for a text in which no error could be named.
func (r *report) withoutError(s *envelopes, w *words, mentions []codeWord) {
	for _, c := range s.codeless {
		if r.Candidates = candidatesOf(c); len(r.Candidates) > 0 {
			break
		}
	}
	status := 0
	for _, st := range w.statuses {
		if st.status >= 400 {
			status = st.status
			break
		}
	}
	switch {
	case len(r.Candidates) > 0 && len(s.codeless) > 0 && s.codeless[0].cut != "":
		r.note("The text ends within the code. Paste the whole response to be sure.")
	case len(r.Candidates) > 0:
		r.note("The error object holds no code that can be read. These are the codes that fit what is left of it.")
	case status != 0 || len(w.client) > 0 && len(mentions) == 0:
		r.hidden(status, w)
	case succeeded(r.document.text, w):
		r.Answer = Success
	}
	for _, m := range mentions {
		r.add(sighting{kind: Mention, certainty: Possible, code: string(m.code), known: true, start: m.Start, evidence: []Span{m.Span}})
	}
	r.sort()
}

// hidden answers for a text in which a client kept the API's answer to itself.
func (r *report) hidden(status int, w *words) {
	r.Answer = HiddenBody
	shown := "The text does not show what the API said. "
	if status != 0 {
		shown = "The text shows a status but not what the API said. "
	}
	if i := firstOf(w.client); i >= 0 {
		r.note(shown + clients[i].how)
	} else {
		r.note(anyClient)
	}
	r.Candidates = candidatesOf(codeless{status: status})
	if status != 0 && len(r.Candidates) > 1 {
		r.note(fmt.Sprintf("The status %d alone does not tell the code.", status))
	}
}

// succeeded reports whether the text is an answer of the API without an error.
func succeeded(text string, w *words) bool {
	for _, s := range w.statuses {
		if s.head && s.status < 300 {
			return true
		}
	}
	body := strings.TrimSpace(text)
	if !strings.HasPrefix(body, "{") || !strings.HasSuffix(body, "}") {
		return false
	}
	for _, key := range []string{`"flagged"`, `"categories"`, `"results"`, `"scores"`, `"moderation"`, `"verdict"`} {
		if strings.Contains(body, key) {
			return true
		}
	}
	return false
}

// add folds a sighting into the findings.
func (r *report) add(e sighting) {
	key := fold{e.kind, e.code}
	if e.kind == Foreign {
		key.code = ""
	}
	if i, seen := r.folded[key]; seen {
		f := &r.Findings[i]
		f.Count++
		if rank[e.certainty] < rank[f.Certainty] {
			f.Certainty = e.certainty
		}
		return
	}
	if len(r.Findings) >= maxFindings {
		return
	}
	r.folded[key] = len(r.Findings)
	f := Finding{
		Code: catalog.Code(r.show(e.code)), Known: e.known, Kind: e.kind, Certainty: e.certainty, Message: r.show(e.message),
		Type: r.show(e.errorType), Param: r.show(e.param), RequestID: r.show(e.requestID), ResetAt: ResetTime(e.resetAt),
		HTTPStatus: e.status, Count: 1, Line: r.document.line(e.start), Why: whyOf(e),
	}
	switch {
	case e.kind == Foreign:
		f.Code, f.Known, f.Message = "", false, r.show(foreignMessage(e.vendor, e.code))
	case e.kind == Envelope && !e.known && e.code != "":
		f.Suggestions = suggestionsFor(e.code)
	}
	for _, s := range e.evidence {
		f.Evidence = append(f.Evidence, r.document.span(s.Start, s.End))
	}
	r.Findings = append(r.Findings, f)
}

const maxFindings = 200 // different ones; what a hostile text can invent is endless

var rank = map[Certainty]int{Certain: 0, Likely: 1, Possible: 2}

// sort orders findings: strongest first, then by place.
func (r *report) sort() {
	sort.SliceStable(r.Findings, func(i, j int) bool {
		a, b := r.Findings[i], r.Findings[j]
		if rank[a.Certainty] != rank[b.Certainty] {
			return rank[a.Certainty] < rank[b.Certainty]
		}
		return a.Evidence[0].Start < b.Evidence[0].Start
	})
}
