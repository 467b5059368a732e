// Package paste reads what a pasted text holds: the error in it, the request, the rate-limit state. Its
// functions are pure: same text, same answer.
package paste

import (
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
	ContentURL safe.Secret // where the body tells the API to download content from; empty where it does not
}

// RateLimit is the state that rate-limit headers show; nil fields did not stand in the text.
type RateLimit struct {
	Limit          *int      // most requests per minute
	Remaining      *int      // left in this minute
	ResetS         *int      // seconds until the minute resets
	DailyRemaining *int      // left today
	RetryAfterS    *int      // seconds, from Retry-After
	Date           time.Time // of the response, from its Date header; zero where none stands
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

// Diagnose reads a text of any size and kind. It never fails: where nothing is found, Answer says so.
func Diagnose(text string) Diagnosis { return Diagnosis{Answer: None} }
