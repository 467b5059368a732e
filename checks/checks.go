// Package checks runs the live checks: is the key accepted, can the URL be downloaded, does the content
// fit, what do the limits say, is the service there. A check returns its result as a value and reports to
// nobody; all that comes from outside it is handed in a Target.
package checks

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks/media"
	"klyra-doctor/checks/text"
)

// Status is how a check, a finding or a step stands.
type Status string

const (
	Pass    Status = "pass"
	Warn    Status = "warn"
	Fail    Status = "fail"
	Unknown Status = "unknown" // ran, but the answer proves nothing; the summary says why
	Skip    Status = "skip"    // did not run; the summary says why
)

// Evidence is one fact that a finding rests on.
type Evidence struct{ Label, Value string }

// Finding is one thing that a check found out.
type Finding struct {
	ID       string // "dns.not_found"; the list is part of the program's contract
	Status   Status
	Summary  string     // one sentence: what is so
	Evidence []Evidence // the facts, in the order in which they are worth reading
	Remedy   string     // what to do; "" where nothing is to be done
}

// Result is the outcome of one check. Its texts are redacted and escaped: they can be shown as they are.
type Result struct {
	Check    catalog.Check
	Target   string        // what was checked, in words; secrets masked
	Media    Media         // what the content that was checked is by its bytes; AnyMedia where that is not known
	Type     string        // its MIME type by its bytes: "image/png"; "" where not known
	Encoding text.Encoding // what a text that was checked is in, if not in UTF-8; zero where it is or that is not known
	Status   Status        // the worst of the findings: fail, unknown, warn, pass; skip only where all were skipped
	Summary  string        // of the worst finding
	Findings []Finding
	Code     catalog.Code // the documented one that the API answered the key with; "" where it was none
	Duration time.Duration
	Wait     time.Duration // until a retry can succeed; 0 where no wait is known
	RetryAt  time.Time     // the same as a time; zero where no wait is known
	Phases   []PhaseTime   // of a download, in the order in which they began; nil where nothing was downloaded
	Blocks   []Block       // to be copied; nil for none

	secrets []safe.Secret // that were met on the way, beside those of the target
}

// PhaseTime is one part of the way to an answer, as it lay in time.
type PhaseTime struct {
	Hop   int           // 1 for the first server asked, one more after every redirect
	Name  string        // "DNS", "connect", "TLS", "first byte", "transfer"
	Start time.Duration // since the first part began
	Took  time.Duration
	// Stopped says that the way ended in this part, before the whole answer was there.
	Stopped bool
}

// Block is a text made to be copied as it stands: a snippet, a schedule, what to tell support.
type Block struct {
	Title string // what it is, at most 60 characters: "Retry with curl"
	Text  string // one or more lines, without a final line end
	// Client is the program or library that it is code for, in one word: "curl", "python"; "" for a text that is
	// no matter of the reader's own tools.
	Client string
}

// Key is an API key and where it came from: "environment KLYRA_API_KEY", "what you typed", "the paste".
type Key struct {
	Secret safe.Secret
	Source string
	// FromFile says that the key was read from a file or from standard input, where one final line end is usual.
	FromFile bool
}

// Content is what is to be moderated. It is opened anew on every run.
type Content struct {
	Name   string // for people: a file's name, "standard input", "text"
	Size   int64  // in bytes; -1 where unknown
	Type   string // MIME type that the request declares; "" where unknown
	Base64 bool   // the bytes are base64 or a data URI of the content
	Open   func() (io.ReadCloser, error)

	Parts []Content // where it was split: they are checked in its place; nil elsewhere
}

// Media is the sort of content that a check expects.
type Media = media.Sort

const (
	AnyMedia = media.Other
	Image    = media.Image
	Audio    = media.Audio
	Video    = media.Video
	Text     = media.Text
)

// Target is everything that the checks read from outside. Fields that are zero are not known, and the
// checks that need them say so.
type Target struct {
	API  *API  // never nil
	Keys []Key // the first one is used; the others are shadowed by it
	// Hidden are secrets that are known and not used, as a real key is under the sandbox: they must not show either.
	Hidden   []safe.Secret
	Endpoint string   // the path that the user calls, "/v1/…"; "" where unknown
	URL      string   // to download; one that begins with "/" is a path on the API's host (for the sandbox)
	Content  *Content // nil where none was given
	Expect   Media    // what URL and Content should hold

	// URLPasted says that URL merely stood in a paste: then a non-public address is not contacted.
	URLPasted bool
	// Request is a pasted request to be judged; nil where the paste shows none.
	Request *paste.Request
	// KeyRequest is a pasted request of which the key check judges how it sends its key; nil for none.
	KeyRequest *paste.Request
	// RequestAPI is the API that Request and KeyRequest were meant for; nil means API.
	RequestAPI *API
	// Response is a pasted response for the limits to be read from; nil: the limits check asks the API.
	Response *paste.Diagnosis
	// ResponseAt is when Response was pasted, from which its waits count where it shows no Date; zero means now.
	ResponseAt time.Time
	// Pasted is the error in a paste that all this is about, for support to be told of; nil for none.
	Pasted *paste.Finding
	// From says where Endpoint, URL and Content came from, by input: "the paste", "what you typed". For people.
	From map[catalog.Input]string

	Sandbox bool                                  // the API is the pretend one; reports say so
	CI      bool                                  // never send the bogus key of the key probe
	Deep    bool                                  // let the URL check decode images and send its extra requests
	Timeout time.Duration                         // for a whole check; 0 means DefaultTimeout
	Proxy   func(*http.Request) (*url.URL, error) // for the user's URLs; nil means none. The API has its own
	// ProxyVariables are the names of the environment's proxy settings that are not empty, never their values.
	ProxyVariables []string
	Now            func() time.Time // nil means time.Now
}

// DefaultTimeout bounds a whole check.
const DefaultTimeout = 15 * time.Second

// Run runs one check to its end and never fails: what goes wrong is a finding. It returns soon after ctx is
// done.
func Run(ctx context.Context, check catalog.Check, t Target) (r Result) {
	t = t.withDefaults()
	start := t.Now()
	ctx, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			r = Result{Findings: []Finding{crashed(p)}}
		}
		if len(r.Findings) == 0 {
			r.Findings = []Finding{crashed("it found nothing to say")}
		}
		r.Check = check
		r.Duration = t.Now().Sub(start)
		r = r.judged().shown(safe.NewRedactor(append(t.Secrets(), r.secrets...)...))
	}()
	return table[check](ctx, t)
}

// table holds what runs for each check.
var table = map[catalog.Check]func(context.Context, Target) Result{
	catalog.KeyCheck:     checkKey,
	catalog.URLCheck:     checkURL,
	catalog.ContentCheck: checkContent,
	catalog.LimitsCheck:  checkLimits,
	catalog.ServiceCheck: checkService,
	catalog.RequestCheck: checkRequest,
}

// Needs returns the inputs that a check cannot do without.
func Needs(check catalog.Check) []catalog.Input {
	switch check {
	case catalog.URLCheck:
		return []catalog.Input{catalog.URLInput}
	case catalog.ContentCheck:
		return []catalog.Input{catalog.ContentInput}
	}
	return nil
}

// Reads returns the inputs that a check's result depends on: where one is changed, it has to run again.
func Reads(check catalog.Check) []catalog.Input {
	switch check {
	case catalog.KeyCheck:
		return []catalog.Input{catalog.KeyInput, catalog.EndpointInput}
	case catalog.LimitsCheck, catalog.ServiceCheck:
		return []catalog.Input{catalog.KeyInput, catalog.EndpointInput}
	}
	return Needs(check)
}

// Has reports whether an input is known.
func (t Target) Has(input catalog.Input) bool {
	switch input {
	case catalog.KeyInput:
		return strings.TrimSpace(t.key().Secret.Reveal()) != ""
	case catalog.EndpointInput:
		return t.Endpoint != ""
	case catalog.URLInput:
		return t.URL != ""
	case catalog.ContentInput:
		return t.Content != nil
	}
	return false
}

// key returns the key in use; the zero Key where there is none.
func (t Target) key() Key {
	if len(t.Keys) == 0 {
		return Key{}
	}
	return t.Keys[0]
}

func (t Target) withDefaults() Target {
	if t.Timeout == 0 {
		t.Timeout = DefaultTimeout
	}
	if t.Now == nil {
		t.Now = time.Now
	}
	if t.RequestAPI == nil {
		t.RequestAPI = t.API
	}
	return t
}

// WithKeyOf returns the target with the key of a pasted request behind its own keys, or in their place where they
// are none. A key is taken only from a request to the API itself: another's is not for it. The receiver does not
// change.
func (t Target) WithKeyOf(r *paste.Request, source string) Target {
	if r.Key.Empty() || !t.API.Owns(r.Address.Reveal()) {
		return t
	}
	key := Key{Secret: r.Key, Source: source}
	if t.Has(catalog.KeyInput) {
		t.Keys = append(slices.Clip(t.Keys), key)
	} else {
		t.Keys = slices.Insert(slices.Clone(t.Keys), 0, key)
	}
	return t
}

// Secrets returns what must not be shown of the target: its keys, what lets anybody in who reads its URL, and what
// the pasted response held.
func (t Target) Secrets() []safe.Secret {
	secrets := append(linkSecrets(t.URL), t.Hidden...)
	for _, k := range t.Keys {
		secrets = append(secrets, k.secret())
	}
	if t.Response != nil {
		secrets = append(secrets, t.Response.Secrets...)
	}
	for _, r := range []*paste.Request{t.Request, t.KeyRequest} {
		if r != nil {
			secrets = append(secrets, requestSecrets(r)...)
		}
	}
	return secrets
}

// severity orders statuses: the worst is the largest.
var severity = map[Status]int{Skip: 0, Pass: 1, Warn: 2, Unknown: 3, Fail: 4}

// Worse reports whether a is worse than b: fail, unknown, warn, pass, skip.
func Worse(a, b Status) bool { return severity[a] > severity[b] }

// WorstFirst returns findings as people look for them: the worst first, else in the order in which they were made.
func WorstFirst(findings []Finding) []Finding {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b Finding) int { return severity[b.Status] - severity[a.Status] })
	return sorted
}

// judged fills in status and summary from the findings.
func (r Result) judged() Result {
	for _, f := range r.Findings {
		if r.Status == "" || Worse(f.Status, r.Status) {
			r.Status, r.Summary = f.Status, f.Summary
		}
	}
	return r
}

// shown makes every text of the result fit to be shown: the one place where results are redacted and escaped.
func (r Result) shown(redactor *safe.Redactor) Result {
	show := func(s string) string { return safe.Escape(redactor.Redact(s)) }
	r.Target, r.Summary = show(r.Target), show(r.Summary)
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Summary, f.Remedy = show(f.Summary), sentences(show(f.Remedy))
		for j := range f.Evidence {
			f.Evidence[j] = Evidence{show(f.Evidence[j].Label), show(f.Evidence[j].Value)}
		}
	}
	r.Blocks = slices.Clone(r.Blocks) // they may be another's
	for i, b := range r.Blocks {
		r.Blocks[i] = Block{show(b.Title), show(b.Text), b.Client}
	}
	return r
}

// sentences gives a text the capital letter and the period that whole sentences have.
func sentences(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}

// Remedy returns what to do about the worst finding; "" where nothing is to be done.
func (r Result) Remedy() string {
	for _, f := range r.Findings {
		if f.Status == r.Status && f.Remedy != "" {
			return f.Remedy
		}
	}
	return ""
}

// NoInput is the result of a check that could not run because inputs are missing.
func NoInput(check catalog.Check, missing []catalog.Input) Result {
	names := make([]string, len(missing))
	for i, input := range missing {
		names[i] = input.String()
	}
	return Result{Check: check, Findings: []Finding{{
		ID: "check.no_input", Status: Skip,
		Summary: "not run: no " + strings.Join(names, ", no ") + " was given",
		Remedy:  "give the " + strings.Join(names, " and the ") + ", then this check can run",
	}}}.judged()
}

func crashed(cause any) Finding {
	return Finding{
		ID: "check.crashed", Status: Unknown,
		Summary: fmt.Sprintf("the check crashed: %v", cause),
		Remedy:  "this is a bug of klyra-doctor, not of your request: please report it",
	}
}
