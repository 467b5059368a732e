package checks

import (
	"slices"
	"strings"

	"klyra-doctor/catalog"
)

var (
	humps      = matching(`([a-z0-9])([A-Z])`)
	separators = matching(`[_\-.:/]+`)
	// foreignTokens are keys and tokens that open no API, and words that only begin like one.
	foreignTokens = matching(`\b(?:csrf|xsrf|anti ?forgery|page|next|continuation|cursor|device|captcha|push|upload|idempotency|sort|primary|foreign|json) (?:token|key)\w*|` +
		`\bunexpected token|\b(?:max|min|output|input|new|completion|prompt) ?tokens?\b|\btokens\b|\btoken (?:count|limit|usage|budget)\b`)
)

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
