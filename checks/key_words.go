package checks

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"klyra-doctor/catalog"
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

// complaintHeaders are headers in which gateways and APIs put a code.
var complaintHeaders = []string{"X-Error-Code", "X-Amzn-Errortype", "X-Ms-Error-Code"}

// challengePart is what is wrong with a token by RFC 6750, in WWW-Authenticate.
var challengePart = matching(`\b(error|error_description)="([^"]*)"`)

const (
	maxComplaintDepth = 4
	maxComplaintText  = 2000 // bytes of an answer that is plain text
)

func (a answer) complaint() complaint {
	var c complaint
	for _, name := range complaintHeaders {
		c.code(a.header.Get(name))
	}
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

// read takes in what a member of a JSON body and its own members say.
func (c *complaint) read(name string, value any, depth int) {
	if depth == 0 {
		return
	}
	switch v := value.(type) {
	case map[string]any:
		for member, inner := range v {
			c.read(strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(member)), inner, depth-1)
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

var (
	humps      = matching(`([a-z0-9])([A-Z])`)
	separators = matching(`[_\-.:/]+`)
	// foreignTokens are keys and tokens that open no API, and words that only begin like one.
	foreignTokens = matching(`\b(?:csrf|xsrf|anti ?forgery|page|next|continuation|cursor|device|captcha|push|upload|idempotency|sort|primary|foreign|json) (?:token|key)\w*|` +
		`\bunexpected token|\b(?:max|min|output|input|new|completion|prompt) ?tokens?\b|\btokens\b|\btoken (?:count|limit|usage|budget)\b`)
)

// changing are words that differ from answer to answer: ids, times, and the parameter that each request has.
var changing = matching(`\S*\d\S*|klyra doctor=\S*`)

// sameAs reports whether two complaints say the same, but for ids and the like.
func (c complaint) sameAs(other complaint) bool {
	lasting := func(c complaint) []string {
		return strings.Fields(changing().ReplaceAllString(plain(c.codes)+" ; "+plain(c.words), ""))
	}
	return slices.Equal(lasting(c), lasting(other))
}

// plain writes texts as words in lower case: "ExpiredApiKey" and "expired-api-key" as "expired api key". Keys and
// tokens that open no API are left out.
func plain(texts []string) string {
	parts := slices.Sorted(slices.Values(texts))
	text := separators().ReplaceAllString(humps().ReplaceAllString(strings.Join(parts, " ; "), "$1 $2"), " ")
	return foreignTokens().ReplaceAllString(strings.ToLower(text), "")
}

// What stands in complaints about keys. Keys of an API go by sure names and by ones that mean other things too.
const (
	sureKey  = `(?:api ?key|access key|access token|auth\w* token|bearer|credentials?|authorization header)`
	anyKey   = `(?:` + sureKey + `|\bkey\b|\btoken\b)`
	isBad    = `(?:invalid|unknown|incorrect|wrong|\bbad\b|revoked|disabled|deactivated|inactive|deleted|not valid|not recogni[sz]ed|unrecogni[sz]ed|does not exist|no such|not found)`
	isAbsent = `(?:missing|not provided|not supplied|not present|not found in|required)`
	near     = `[^.!?;]{0,30}`
)

func eitherWay(a, b string) string { return `(?:` + a + near + b + `|` + b + near + a + `)` }

var (
	// rights are what a key that is good can lack, and what refuses one in spite of it.
	rights = matching(`\b(?:scopes?|permissions?|privileges?|roles?|ip|address|allow ?list(?:ed)?|white ?list(?:ed)?|referr?er|origin|region|country|geo|suspended|plan|tier|subscription|verify|verification|mfa|not allowed|blocked|restricted)\b`)
	lapsed = matching(eitherWay(anyKey, `\bexpired\b`))
	doubt  = matching(`\bor\b`) // "invalid or expired": which, it does not say

	noKeySure, noKeyAny   = matching(eitherWay(sureKey, isAbsent) + `|\bno ` + sureKey), matching(eitherWay(anyKey, isAbsent) + `|\bno ` + anyKey)
	badKeySure, badKeyAny = matching(eitherWay(sureKey, isBad)), matching(eitherWay(anyKey, isBad))
	badForm               = matching(eitherWay(anyKey, `(?:malformed|\bformat\b)`))
	aboutKeys             = matching(`\bauth(?:enticat\w*|entication)?\b|unauthori[sz]ed|` + sureKey + `|\btoken\b`)
	needsLogin            = matching(`(?:not authenticated|unauthenticated|authentication|login)` + near + `(?:required|needed|$)|not authenticated|unauthenticated`)
)

// documentedAboutKeys are the API's own codes that count in any shape.
var documentedAboutKeys = []catalog.Code{"invalid_api_key", "missing_api_key", "expired_api_key", "insufficient_permissions"}

// keyClass says what a refusal says of the key; 0 where it does not speak of one. gotOther is for one that does, and
// does not say clearly what.
func (c complaint) keyClass(status int) class {
	for _, code := range c.codes {
		if entry, _ := catalog.Lookup(code); slices.Contains(documentedAboutKeys, entry.Code) {
			return codeClasses[entry.Code]
		}
	}
	codes, words := plain(c.codes), plain(c.words)
	all := codes + " ; " + words
	badKey, noKey := badKeyAny(), noKeyAny()
	if status == 400 { // which is for all that can be wrong with a request
		badKey, noKey = badKeySure(), noKeySure()
	}
	bad := badKey.MatchString(words)
	switch {
	case !slices.Contains(keyStatuses, status):
		if badKeySure().MatchString(all) || noKeySure().MatchString(all) {
			return gotOther
		}
		return 0
	case rights().MatchString(codes), rights().MatchString(words) && !bad:
		return gotForbidden
	case status == 400 && badForm().MatchString(all):
		return gotMalformed
	case lapsed().MatchString(all) && !doubt().MatchString(all):
		return gotExpired
	case noKey.MatchString(all) && !badKey.MatchString(all):
		return gotNoKey
	case bad, aboutKeys().MatchString(codes), needsLogin().MatchString(words):
		return gotUnknownKey
	case aboutKeys().MatchString(words) && status == 400:
		return gotOther
	}
	return 0
}

// invalidToken is a status that some servers have for what its name says.
const invalidToken = 498

// keyStatuses are those with which servers refuse keys.
var keyStatuses = []int{400, 401, 403, invalidToken}

// failingWords are values of a body's status that mean an error.
var failingWords = matching(`(?i)^(?:err|error|errors|exception|fail|failed|failure|fault|false|denied|unauthori[sz]ed|forbidden|invalid)$`)

// holdsError reports whether a body of JSON says that something went wrong.
func holdsError(body []byte) bool {
	var object map[string]any
	if json.Unmarshal(body, &object) != nil {
		return false
	}
	for name, value := range object {
		switch name = strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name)); name {
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
