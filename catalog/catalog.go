// Package catalog is what can go wrong with the Klyra API and how to fix it: the 21 documented error codes,
// what is known of each, and the search over them. It is pure knowledge: nothing here touches a network, a
// file or a clock.
package catalog

import "strings"

// Code is the machine-readable name of an error as the API spells it: "invalid_api_key".
type Code string

// Group is one of the five tables of the vendor's page, named by its heading. The headings of the first
// three are the vendor's; the last two were lost in the captured page and are named here.
type Group string

const (
	Authentication    Group = "Authentication Errors"
	Request           Group = "Request Errors"
	RateLimit         Group = "Rate Limit Errors"
	Server            Group = "Server Errors"
	ContentProcessing Group = "Content Processing Errors"
)

// Fault is whose side an error is usually on.
type Fault string

const (
	You     Fault = "you"     // the caller: key, request or content
	Network Fault = "network" // what lies between the caller, the API and the content's host
	Klyra   Fault = "klyra"   // the API itself
	Unclear Fault = "unclear" // either of them; the checklist finds out
)

// HTTPStatus is a status that an error comes with. Only 429 for rate limits is documented; the rest is
// what APIs of this kind usually answer.
type HTTPStatus struct {
	Code       int
	Documented bool
}

// Retry says whether sending the same request again can help, and when.
type Retry struct {
	Helps bool
	When  string // one sentence, also where it does not help
}

// Lookalike is another code that an error is confused with.
type Lookalike struct {
	Code Code
	Tell string // one sentence: what is so where it is this other code
}

// Check names a live check. Its only values are the variables below, so that a misspelt check does not
// compile; the zero Check names none.
type Check struct{ name string }

var (
	KeyCheck     = Check{"key"}
	URLCheck     = Check{"url"}
	ContentCheck = Check{"content"}
	LimitsCheck  = Check{"limits"}
	ServiceCheck = Check{"service"}

	// RequestCheck judges the request of a paste, offline. It stands in no entry: a checklist that begins with
	// a paste that shows one has it as its first step.
	RequestCheck = Check{"request"}
)

// String returns the check's name as it stands on the command line ("key"), or "" for the zero Check.
func (c Check) String() string { return c.name }

// Input names something that only the user knows. Like Check, its only values are the variables below; the
// zero Input names none.
type Input struct{ name string }

var (
	KeyInput      = Input{"API key"}
	EndpointInput = Input{"endpoint"} // the path that the user calls, "/v1/…"
	URLInput      = Input{"URL"}      // where the API was told to download content from
	ContentInput  = Input{"content"}  // a file, or text, that was sent to be moderated
)

// String returns the input's name in words ("API key"), or "" for the zero Input.
func (i Input) String() string { return i.name }

// StepKind says who settles a step.
type StepKind string

const (
	CheckStep StepKind = "check" // a live check runs and ticks it
	AskStep   StepKind = "ask"   // it is settled once an input is known
	DoStep    StepKind = "do"    // the user acts and ticks it
)

// Step is one step of a checklist.
type Step struct {
	Kind   StepKind
	Title  string // imperative, no final period, at most 60 characters
	Detail string // how to do it and why now, one to four sentences

	// Check is what a CheckStep runs. A DoStep may name one too: that check runs again once the user has
	// ticked the step, and tells whether the act helped.
	Check Check
	// Ask is the input of an AskStep.
	Ask Input
	// Needs names a check of the same list that must not have failed: until it is settled this step waits,
	// and where it failed this step is skipped with that reason. Zero: the step depends on nothing.
	Needs Check
	// Or is an input that makes this step needless where it is known and the step's own is not: content that
	// is at hand as a file need not be downloaded too. Zero: nothing stands in for the step's own input.
	Or Input
	// Fails lists ids of findings that this step counts as failures, though the check alone cannot tell:
	// for missing_api_key, a key that is missing is the failure itself.
	Fails []string
	// Fixes names the fixes of checks/mend of which each does what a DoStep asks for: "shrink".
	Fixes []string
}

// Entry is what the catalog knows of one code.
type Entry struct {
	Code        Code
	Group       Group
	Description string // Klyra's words, to the letter
	Resolution  string // Klyra's words, to the letter
	Meaning     string // ours: what has happened, for somebody tired; two to four sentences
	Statuses    []HTTPStatus
	Retry       Retry
	Fault       Fault
	Words       []string // words and symptoms that people use for it, lower case, likeliest first
	Example     string   // a response body, pretty-printed JSON, that diagnoses to this code
	Confused    []Lookalike
	DocsURL     string
	Steps       []Step // the checklist: cheapest and likeliest first; the last one sends the request again
}

// Groups returns the five groups in the vendor's order.
func Groups() []Group {
	return []Group{Authentication, Request, RateLimit, Server, ContentProcessing}
}

// All returns the 21 entries in the vendor's order. The slice is the caller's; what the entries hold is
// shared and must not be changed.
func All() []Entry { return append([]Entry(nil), entries...) }

// Lookup finds the entry of a code. Case, "-", "_", blanks and camelCase are all accepted:
// "Invalid-API-Key" and "invalidApiKey" find invalid_api_key. Nothing else is guessed.
func Lookup(name string) (Entry, bool) {
	squeezed := squeeze(name)
	for _, e := range entries {
		if squeeze(string(e.Code)) == squeezed {
			return e, true
		}
	}
	return Entry{}, false
}

// squeeze drops all that spellings of one name differ in: case and separators.
func squeeze(name string) string {
	drop := func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}
	return strings.Map(drop, strings.ToLower(strings.TrimSpace(name)))
}
