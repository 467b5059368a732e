package paste

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"klyra-doctor/catalog"
)

// whyOf says in words how a code was read and why it is none of those that it is confused with.
func whyOf(e sighting) string {
	var b strings.Builder
	switch e.kind {
	case Envelope:
		fmt.Fprintf(&b, "%s.", upperFirst(e.why))
	case Mention:
		return "The name stands in the text, but nothing around it shows that the API answered with it."
	case Foreign:
		return "The error object or the words around it are those of " + e.vendor + "."
	case Gateway:
		return e.why + " stands in the pages and words of proxies, CDNs and web servers, and no error object of the API stands in the text."
	case Network:
		return e.why + " is said where no answer arrives, and no error object of the API stands in the text."
	}
	entry, ok := catalog.Lookup(e.code)
	if !e.known || !ok {
		return b.String() + whatToDo(e)
	}
	if e.status != 0 && !usual(entry, e.status) {
		fmt.Fprintf(&b, " The status %d is not the usual one for it; the code outranks the status.", e.status)
	}
	for i, c := range entry.Confused {
		if i == 2 {
			break
		}
		fmt.Fprintf(&b, " Not %s, which would mean: “%s”", c.Code, c.Tell)
	}
	return b.String()
}

// whatToDo says how to go on with an error object whose code is not documented.
func whatToDo(e sighting) string {
	if e.kind != Envelope {
		return ""
	}
	var b strings.Builder
	if near := suggestionsFor(e.code); e.code != "" && len(near) > 0 {
		fmt.Fprintf(&b, " The nearest is %s.", near[0])
	}
	b.WriteString(" Go by the message, and give it to Klyra's support")
	if e.requestID != "" {
		b.WriteString(" together with the request id")
	}
	return b.String() + "."
}

// suggestionsFor returns the codes that an unknown one may be meant as: those that it is but for characters
// outside of ASCII, else the nearest.
func suggestionsFor(name string) []catalog.Code {
	var alike []catalog.Code
	for _, e := range catalog.All() {
		if looksLike(name, string(e.Code)) {
			alike = append(alike, e.Code)
		}
	}
	if len(alike) > 0 {
		return alike
	}
	return nearest().Suggest(name, 3)
}

// nearest takes a millisecond to make, which only unknown codes are worth.
var nearest = sync.OnceValue(func() *catalog.Index { return catalog.NewIndex(catalog.All()) })

// looksLike reports whether name is code with some letters replaced by, or mixed with, characters outside of
// ASCII.
func looksLike(name, code string) bool {
	strange, i := 0, 0
	for _, r := range name {
		switch {
		case i < len(code) && r == rune(code[i]):
			i++
		case r < 0x80:
			return false
		case !unicode.IsLetter(r):
			strange++
		default:
			strange++
			i++
		}
	}
	return strange > 0 && strange < 4 && i == len(code)
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func usual(e catalog.Entry, status int) bool {
	for _, s := range e.Statuses {
		if s.Code == status {
			return true
		}
	}
	return false
}

// candidatesOf lists the codes that an error without a readable code may be.
func candidatesOf(c codeless) []Candidate {
	if c.cut != "" {
		var list []Candidate
		for _, code := range completions(c.cut) {
			list = append(list, Candidate{code, fmt.Sprintf("the text ends within the code, after %q", c.cut)})
		}
		return list
	}
	var list []Candidate
	for _, e := range catalog.All() {
		if why, ok := maybe(e, c); ok {
			list = append(list, Candidate{e.Code, why})
		}
	}
	return list
}

// typeGroups are the categories whose meaning is documented or plain by their name.
var typeGroups = map[string]catalog.Group{
	"authentication_error": catalog.Authentication,
	"rate_limit_error":     catalog.RateLimit,
}

func maybe(e catalog.Entry, c codeless) (why string, ok bool) {
	if g, known := typeGroups[c.errorType]; known {
		return "the type is " + c.errorType, e.Group == g
	}
	for _, s := range e.Statuses {
		if s.Code != c.status {
			continue
		}
		if s.Documented {
			return fmt.Sprintf("the status is %d, which is documented for it", c.status), true
		}
		return fmt.Sprintf("the status is %d, which is usual for it", c.status), true
	}
	return "", false
}
