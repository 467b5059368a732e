package checks

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// complaint is what an answer says is wrong, in whatever shape it does: the API's envelope, another one, the
// WWW-Authenticate header, or plain text.
type complaint struct {
	codes []string // what programs read: codes, types, reasons
	words []string // what people read
}

// complaintNames are the members of a JSON body, in lower case without separators, that say what is wrong; true for
// those that programs read.
var complaintNames = map[string]bool{
	"code": true, "type": true, "error": true, "errorcode": true, "errcode": true, "status": true, "reason": true, "kind": true,
	"message": false, "msg": false, "detail": false, "details": false, "title": false, "errordescription": false, "errormessage": false,
	"errmsg": false, "description": false, "faultstring": false, "errors": false, "err": false,
}

// errorHeaders hold the codes of errors, as their senders name them.
var errorHeaders = []string{"X-Error-Code", "X-Ms-Error-Code", "X-Amzn-Errortype", "Ngrok-Error-Code", "X-Vercel-Error"}

// headerCodes are the codes of an error in the headers of an answer, without what Amazon's gateways put behind theirs.
func headerCodes(header http.Header) []string {
	var codes []string
	for _, name := range errorHeaders {
		if code, _, _ := strings.Cut(header.Get(name), ":"); code != "" {
			codes = append(codes, code)
		}
	}
	return codes
}

// challengePart is what is wrong with a token by RFC 6750, in WWW-Authenticate.
var challengePart = matching(`\b(error|error_description)="([^"]*)"`)

const (
	maxComplaintDepth = 4
	maxComplaintText  = 2000 // bytes of an answer that is plain text
)

func (a answer) complaint() complaint {
	c := complaint{codes: headerCodes(a.header)}
	for _, m := range challengePart().FindAllStringSubmatch(strings.Join(a.header.Values("Www-Authenticate"), ", "), -1) {
		if m[1] == "error" {
			c.code(m[2])
		} else {
			c.words = append(c.words, m[2])
		}
	}
	var body any
	switch err := json.Unmarshal(a.body, &body); {
	case err == nil:
		c.read("", body, maxComplaintDepth)
	case !a.isHTML():
		c.words = append(c.words, string(a.body[:min(len(a.body), maxComplaintText)]))
	}
	return c
}

// code takes in a code; of a problem type, which is a URL, its last part.
func (c *complaint) code(value string) {
	if value != "" {
		c.codes = append(c.codes, path.Base(value))
	}
}

// memberName is the name of a JSON member in lower case and without separators: "errorcode" for "error_code".
func memberName(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
}

// read takes in what a member of a JSON body and its own members say.
func (c *complaint) read(name string, value any, depth int) {
	if depth == 0 {
		return
	}
	switch v := value.(type) {
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(v)) {
			c.read(memberName(member), v[member], depth-1)
		}
	case []any:
		for _, inner := range v {
			c.read(name, inner, depth-1)
		}
	case string:
		switch program, known := complaintNames[name]; {
		case !known:
		case program && !strings.Contains(v, " "):
			c.code(v)
		default:
			c.words = append(c.words, v)
		}
	}
}

// changing are words that differ from answer to answer: ids, times, and the parameter that each request has.
var changing = matching(`\S*\d\S*|klyra doctor=\S*`)

// sameAs reports whether two complaints say the same, but for ids and the like.
func (c complaint) sameAs(other complaint) bool {
	lasting := func(c complaint) []string {
		return strings.Fields(changing().ReplaceAllString(plain(c.codes)+" ; "+plain(c.words), ""))
	}
	return slices.Equal(lasting(c), lasting(other))
}

// inWords is the message of the API's envelope, else what another shape of error says to people.
func (a answer) inWords() string {
	if a.problem != nil && a.problem.Message != "" {
		return a.problem.Message
	}
	if words := a.complaint().words; len(words) > 0 && utf8.ValidString(words[0]) {
		return strings.TrimSpace(words[0])
	}
	return ""
}

// failingWords are values of a body's status that mean an error.
var failingWords = matching(`(?i)^(?:err|error|errors|exception|fail|failed|failure|fault|false|denied|unauthori[sz]ed|forbidden|invalid)$`)

// holdsError reports whether a body of JSON says that something went wrong.
func holdsError(body []byte) bool {
	var object map[string]any
	if json.Unmarshal(body, &object) != nil {
		return false
	}
	for name, value := range object {
		switch memberName(name) {
		case "error", "errors", "err", "exception", "fault", "errormessage", "errmsg":
			if !nothing(value) && !strings.EqualFold(fmt.Sprint(value), "ok") && !strings.EqualFold(fmt.Sprint(value), "success") {
				return true
			}
		case "success", "ok", "succeeded":
			if value == false || fmt.Sprint(value) == "false" {
				return true
			}
		case "errorcode", "errcode", "errno":
			if !nothing(value) && fmt.Sprint(value) != "0" {
				return true
			}
		case "status", "code", "statuscode", "result", "type", "state":
			if n, isNumber := value.(float64); isNumber && n >= 400 && n < 600 || failingWords().MatchString(fmt.Sprint(value)) {
				return true
			}
		}
	}
	return false
}

// nothing reports whether a value of JSON says that there is none.
func nothing(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
