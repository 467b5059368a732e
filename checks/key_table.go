package checks

import (
	"regexp"

	"klyra-doctor/catalog"
)

// words are what a finding says and advises.
type words struct{ summary, remedy string }

const (
	copyAnew = "copy the key anew from where it is stored, whole and with nothing around it"
	newKey   = "in the Klyra Dashboard (Projects, the project, API Keys) make one with Generate New Key"
)

// keyForms are the words for what is wrong with a key as it is written.
var keyForms = map[string]words{
	"key.missing": {
		"no API key was given, so it could not be checked",
		"set KLYRA_API_KEY in this very shell and export it (sudo, another terminal and a service do not inherit it), or give a file that holds the key",
	},
	"key.newline": {
		"the key has a line break in it, so it was not sent",
		"store it without one: printf %s instead of echo, kubectl --from-literal instead of --from-file; a copied key must stay on one line",
	},
	"key.whitespace": {
		"the key has blanks in it, so it was not sent",
		"remove them; some clients trim a key and others do not, so it may work in one place only",
	},
	"key.quotes": {
		"the key stands in quotes that became part of it, so it was not sent",
		"remove the quotes: docker --env-file and some .env readers keep them, and so does cmd.exe with single ones",
	},
	"key.non_ascii": {
		"the key holds characters that no header can carry safely, so it was not sent",
		"they usually come from a PDF, a chat or a word processor: " + copyAnew,
	},
	"key.control": {
		"the key holds control characters, so it was not sent",
		copyAnew,
	},
	"key.scheme_doubled": {
		"the key has more than the key in it, so it was not sent",
		"keep the key alone: the client puts the word Bearer before it by itself",
	},
	"key.placeholder": {
		"this is a placeholder and not a key, so it was not sent",
		"put the real key in its place; where a variable should have been replaced, look whether it is set where the program runs, and whether the quotes let it expand",
	},
	"key.masked": {
		"this is the masked view of a key and not the key, so it was not sent",
		"a key is shown in full only when it is made; if it was not stored then, " + newKey,
	},
	"key.foreign": {
		"this looks like a key of another service, so it was not sent",
		"look for the Klyra key: two variables or two lines of a settings file may have been mixed up",
	},
	"key.repeated": {
		"this is more than one key, so it was not sent",
		"keep one; a double paste into a hidden field looks the same as a single one",
	},
}

// pattern is a form of text and what it is, in words.
type pattern struct {
	what    string
	pattern *regexp.Regexp
}

// keySchemes are what people copy along with a key.
var keySchemes = []pattern{
	{"the name of a header", regexp.MustCompile(`(?i)^authorization\s*[:=]\s*`)},
	{"the name of a header", regexp.MustCompile(`(?i)^x-api-key\s*[:=]\s*`)},
	{"the word Bearer", regexp.MustCompile(`(?i)^bearer(?:\s*:\s*|\s+|$)`)},
	{"the word Basic", regexp.MustCompile(`(?i)^basic(?:\s*:\s*|\s+)`)},
	{"the word Token", regexp.MustCompile(`(?i)^token(?:\s*:\s*|\s+)`)},
	{"the variable's name and an equals sign", regexp.MustCompile(`(?i)^(?:export\s+|set\s+|\$env:)?(?:klyra_)?api_key\s*=\s*`)},
}

// quoteMarks are what a key may have been put in.
const quoteMarks = "\"'`‘’‚“”„«»"

// maskMarks are what dashboards hide the middle of a key behind.
const maskMarks = "…•●∙·"

// characterNames are names for the characters that are found in keys most often.
var characterNames = map[rune]string{
	' ': "blank", '\t': "tab", '\n': "line feed", '\r': "carriage return",
	'\u00A0': "no-break space", '\u200B': "zero width space", '\uFEFF': "byte order mark",
	'\u2010': "hyphen", '\u2011': "no-break hyphen", '\u2013': "en dash", '\u2014': "em dash",
	'\u2018': "quote", '\u2019': "quote", '\u201C': "quote", '\u201D': "quote",
	'\u00AD': "soft hyphen", '\u200C': "zero width non-joiner", '\u200D': "zero width joiner", '\u200E': "left-to-right mark",
	'\u200F': "right-to-left mark", '\u2009': "thin space", '\u202F': "narrow no-break space", '\u2060': "word joiner",
	'\u2026': "ellipsis", '\u3000': "ideographic space", '\u3002': "ideographic full stop",
}

// keyPlaceholders are what stands in examples and templates in place of a key.
var keyPlaceholders = []pattern{
	{"a variable that was not replaced by its value", regexp.MustCompile(`^\$\w+$|\$\{[^}]*\}|\$\([^)]*\)|^%\w+%$|\{\{.*\}\}|(?i)process\.env|os\.environ|os\.getenv|^ENV\[`)},
	{"a name in brackets", regexp.MustCompile(`^<.*>$|^\[.*\]$|^\{.*\}$`)},
	{`"your key" of an example`, regexp.MustCompile(`(?i)your[-_ ]?(?:own[-_ ]?|actual[-_ ]?)?(?:klyra[-_ ]?)?(?:api[-_ ]?)?(?:key|token|secret)`)},
	{"a row of x", regexp.MustCompile(`(?i)^(?:[a-z]{2,8}[-_])*x{3,}$`)},
	{"a word of an example", regexp.MustCompile(`(?i)^(?:test|example|sample|dummy|foo|changeme|change[-_]me|replace[-_]?me|placeholder|todo|secret|token|key|(?:klyra[-_]?)?api[-_]?key|(?:insert|paste)[-_ ].*here)$`)},
	{"what a program writes for a value that is not there", regexp.MustCompile(`(?i)^(?:undefined|null|none|nil|nan|\[object object\])$`)},
}

// foreignKeys are forms of other vendors' keys, by their published prefixes.
var foreignKeys = []pattern{
	{"an Anthropic key", regexp.MustCompile(`^sk-ant-`)},
	{"an OpenRouter key", regexp.MustCompile(`^sk-or-`)},
	{"an OpenAI key", regexp.MustCompile(`^sk-(?:proj|svcacct|admin|None)-|^sk-.*T3BlbkFJ`)},
	{"a Stripe key", regexp.MustCompile(`^(?:sk|rk|pk)_(?:live|test)_|^whsec_`)},
	{"a GitHub token", regexp.MustCompile(`^gh[opsur]_[A-Za-z0-9]|^github_pat_`)},
	{"a GitLab token", regexp.MustCompile(`^gl(?:pat|dt|rt|cbt)-`)},
	{"an AWS access key", regexp.MustCompile(`^(?:AKIA|ASIA)[A-Z0-9]{16}$`)},
	{"a Google API key", regexp.MustCompile(`^AIza[0-9A-Za-z_-]{20,}`)},
	{"a Slack token", regexp.MustCompile(`^xox[abeoprs]-|^xapp-`)},
	{"a Hugging Face token", regexp.MustCompile(`^hf_[A-Za-z]{20,}`)},
	{"a Groq key", regexp.MustCompile(`^gsk_[A-Za-z0-9]{20,}`)},
	{"a SendGrid key", regexp.MustCompile(`^SG\.[\w-]{16,}\.`)},
	{"an npm token", regexp.MustCompile(`^npm_[A-Za-z0-9]{20,}`)},
	{"a PyPI token", regexp.MustCompile(`^pypi-`)},
	{"a JSON web token", regexp.MustCompile(`^eyJ[\w-]+\.[\w-]+\.[\w-]*$`)},
}

// class is what an answer means for a key. Classes are bits, so that a row of the table can name several.
type class uint

const (
	unsent         class = 1 << iota // the request was not sent: not needed, or not yet
	withheld                         // the made-up key was not sent, because this run must not send one
	gotNothing                       // no answer came
	gotRedirect                      // a redirect, which is never followed
	gotStranger                      // something that is not the API answered
	gotEdge                          // something in front of the API answered
	gotSuccess                       // 2xx
	gotUnknownKey                    // refused for the key: invalid or revoked, or refused without saying why
	gotExpired                       // refused: the key has expired
	gotNoKey                         // refused: the API saw no key
	gotMalformed                     // refused: the key is not even of the right form
	gotForbidden                     // 403 that is not about authentication
	gotDenied                        // the API says that the key may not do this
	gotPast                          // past the lock: the rest of the request was wrong, on purpose
	gotPayment                       // payment or quota
	gotLimited                       // rate limited
	gotServerError                   // the server's own trouble
	gotOther                         // anything else

	gotRefused = gotUnknownKey | gotExpired | gotNoKey // for authentication
	gotLocked  = gotRefused | gotMalformed             // what a lock says to a request without a key
	gotBarred  = gotForbidden | gotDenied
	gotAny     = ^(unsent | withheld) // whatever came
)

// codeClasses are the classes of the API's own codes, which outrank the status that they come with.
var codeClasses = map[catalog.Code]class{
	"invalid_api_key":              gotUnknownKey,
	"missing_api_key":              gotNoKey,
	"expired_api_key":              gotExpired,
	"insufficient_permissions":     gotDenied,
	"invalid_request":              gotPast,
	"unsupported_content_type":     gotPast,
	"content_too_large":            gotPast,
	"invalid_parameters":           gotPast,
	"missing_content":              gotPast,
	"invalid_url":                  gotPast,
	"rate_limit_exceeded":          gotLimited,
	"quota_exceeded":               gotPayment,
	"concurrent_requests_exceeded": gotLimited,
	"internal_server_error":        gotServerError,
	"service_unavailable":          gotServerError,
	"model_unavailable":            gotServerError,
	"timeout":                      gotServerError,
	"unprocessable_content":        gotPast,
	"content_download_failed":      gotPast,
	"unsupported_language":         gotPast,
	"corrupted_media":              gotPast,
}

// plainClasses are the classes of statuses that come without a code that tells more.
var plainClasses = map[int]class{
	400: gotPast, 403: gotForbidden, 404: gotPast, 405: gotPast, 406: gotPast, 411: gotPast, 413: gotPast, 415: gotPast, 422: gotPast,
}

// likeness is how one answer has to compare with another for a row to hold.
type likeness int

const (
	whatever  likeness = iota
	keyAsNone          // status and code are the same with the key and without one
	fakeAsKey          // status and code are the same with the made-up key and with the user's
	fakeUnlikeKey
)

// keyRow is one row of the decision table: which three answers lead to which verdict.
type keyRow struct {
	number          int // the rows' names in tests; several rows can make up one
	none, key, fake class
	when            likeness
	id              string
	status          Status
	words
}

const (
	byDashboard = "in the Klyra Dashboard (Projects, the project, API Keys) see whether the key is listed; if it is not, or is revoked, Generate New Key and put it wherever the old one stands. A key made a moment ago may need a minute: run this again"
	askSupport  = "if it lasts, send Klyra's support the request ids above"
	orNetwork   = "a login page, a company proxy or a VPN may answer in its place: try another network"
	runService  = "run the service check, and this one again later; " + askSupport
)

// keyRows decide on a key. The first row that holds wins. A made-up key is sent only where rows that ask for
// its answer are all that is left.
var keyRows = []keyRow{
	{20, gotNothing, unsent, unsent, whatever, "", "", words{}},
	{18, gotRedirect, unsent, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: the API URL redirects, and a key is never sent along", "set the API URL to the address that is meant",
	}},
	{17, gotStranger, unsent, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: what answers at the API URL is not the API, so the key was not sent", "check the API URL; " + orNetwork,
	}},
	{15, gotLimited, unsent, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: requests are limited before the key is looked at", "wait for the reset, then run this again once",
	}},
	{20, gotAny, gotNothing, unsent, whatever, "", "", words{}},
	{18, gotAny, gotRedirect, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: the API URL redirects, and a key is never sent along", "set the API URL to the address that is meant",
	}},
	{17, gotAny, gotEdge | gotStranger, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: something in front of the API answered, so the key was never looked at", "this is about your address, country or client, not about the key: run the service check; " + orNetwork,
	}},
	{1, gotAny, gotExpired, unsent, whatever, "key.expired", Fail, words{
		"the API says that this key has expired", newKey + " and put it wherever the old one stands",
	}},
	{1, gotAny, gotNoKey, unsent, whatever, "key.rejected", Fail, words{
		"the API says that no key arrived, although one was sent", "something on the way takes the Authorization header off: look at proxies, gateways and the API URL",
	}},
	{1, gotAny, gotUnknownKey, unsent, whatever, "key.rejected", Fail, words{
		"the API rejects this key", byDashboard,
	}},
	{2, gotAny, gotMalformed, unsent, whatever, "key.rejected", Fail, words{
		"the API rejects this key: it is not of the right form", copyAnew,
	}},
	{19, gotAny, gotServerError, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: the API answered with an error of its own", runService,
	}},
	{17, gotEdge, gotAny, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: something in front of the API answers some requests", "run the service check; " + orNetwork,
	}},
	{19, gotServerError, gotAny, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: the API answers some requests with an error of its own", runService,
	}},
	{3, gotLocked, gotSuccess, unsent, whatever, "key.accepted", Pass, words{
		"the API accepts this key", "",
	}},
	{4, gotSuccess, gotSuccess, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: this path answers without a key too", howToNameEndpoint,
	}},
	{5, gotPast, gotPast, unsent, keyAsNone, "key.unproven", Unknown, words{
		"could not tell: this path is answered alike with and without a key, so the key was not looked at", howToNameEndpoint,
	}},
	{5, gotBarred, gotBarred, unsent, keyAsNone, "key.unproven", Unknown, words{
		"could not tell: everything is refused here, with and without a key", "look at what the refusal says: an address list, a region or a plan may be meant; " + askSupport,
	}},
	{9, gotLocked, gotDenied, withheld, whatever, "key.refused", Fail, words{
		"the API says that this key may not do this", useOtherKey,
	}},
	{0, gotLocked, gotPast | gotBarred | gotPayment | gotLimited, withheld, whatever, "key.unproven", Unknown, words{
		"could not tell: proof would take a request with a made-up key, which is not sent in CI", "run this on your own machine",
	}},
	{6, gotLocked, gotPast, gotRefused, whatever, "key.accepted", Pass, words{
		"the API accepts this key, and refuses a made-up one", "",
	}},
	{7, gotLocked, gotPast, gotAny, fakeAsKey, "key.unproven", Unknown, words{
		"could not tell: a made-up key gets the same answer, so only its presence is looked at here", howToNameEndpoint,
	}},
	{8, gotLocked, gotPast, gotMalformed, whatever, "key.likely_accepted", Warn, words{
		"the API probably accepts this key: a made-up one is refused, but only for its form", "send your real request: its answer settles it",
	}},
	{9, gotLocked, gotDenied, gotRefused, whatever, "key.refused", Fail, words{
		"the API knows this key, and says that it may not do this", useOtherKey,
	}},
	{9, gotLocked, gotBarred, gotRefused, whatever, "key.refused", Fail, words{
		"the API knows this key, but refuses it this request", useOtherKey,
	}},
	{10, gotLocked, gotBarred, gotAny, fakeAsKey, "key.unproven", Unknown, words{
		"could not tell: a made-up key is refused in the same way", "either the key is bad or everything is refused from here: try another network; " + askSupport,
	}},
	{11, gotLocked, gotBarred, gotBarred, fakeUnlikeKey, "key.refused", Fail, words{
		"the API seems to know this key, but refuses it this request", useOtherKey,
	}},
	{12, gotLocked, gotPayment, gotRefused, whatever, "key.limited", Warn, words{
		"the API knows this key, but payment or quota stands in the way", "look at plan, quota and billing in the Klyra Dashboard",
	}},
	{13, gotLocked, gotLimited, gotRefused, whatever, "key.limited", Warn, words{
		"the API knows this key, but a limit stands in the way right now", "wait for the reset; the limits check says which limit it is and for how long",
	}},
	{14, gotLocked, gotLimited, gotLimited, whatever, "key.unproven", Unknown, words{
		"could not tell: requests from here are limited whatever the key", "stop for now, wait for the reset, then run this again once",
	}},
}

// undecided is the verdict where no row holds.
var undecided = keyRow{0, 0, 0, 0, whatever, "key.unproven", Unknown, words{
	"could not tell: the answers fit no pattern that proves anything about the key", howToNameEndpoint,
}}

const (
	useOtherKey = "look at the key's permissions in the Klyra Dashboard, or use one that has them; an address list, a region or a plan can be meant too, which the error code above tells"

	howToNameEndpoint  = "name the endpoint that your program calls, such as /v1/… (--path on the command line), and run this again. " + howToPrintEndpoint
	howToPrintEndpoint = "To print it: axios: console.log(error.config.url, error.config.baseURL); requests: print(e.response.request.path_url); " +
		"httpx: print(e.request.url.path); Go: fmt.Println(resp.Request.URL.Path); curl -v: the line that begins with > POST"
)
