package checks

import "klyra-doctor/catalog"

// class is what an answer means for a key. Classes are bits, so that a row of the table can name several.
type class uint

const (
	unsent         class = 1 << iota // the request was not sent: not needed, or not yet
	withheld                         // the made-up key was not sent, because this run must not send one
	gotNothing                       // no answer came
	gotRedirect                      // a redirect, which is never followed
	gotStranger                      // something that is not the API answered
	gotEdge                          // something in front of the API answered
	gotCached                        // a cache answered, so this is an answer to somebody else
	gotSuccess                       // 2xx
	gotUnknownKey                    // refused for the key: invalid or revoked, or refused without saying why
	gotExpired                       // refused: the key has expired
	gotNoKey                         // refused: the API saw no key
	gotMalformed                     // refused: the key is not even of the right form
	gotForbidden                     // 403 in JSON that does not speak of authentication
	gotBlocked                       // 403 in another form
	gotDenied                        // the API says that the key may not do this
	gotPast                          // past the lock: the rest of the request was wrong, on purpose
	gotShut                          // refused as a request without a key is, and perhaps everybody is
	gotPayment                       // payment or quota
	gotLimited                       // rate limited
	gotServerError                   // the server's own trouble
	gotOther                         // anything else
	gotLast                          // an answer without a key that says that at most one request is left

	gotRefused = gotUnknownKey | gotExpired | gotNoKey // for authentication
	gotLocked  = gotRefused | gotMalformed             // what a lock says to a request without a key
	gotBarred  = gotForbidden | gotBlocked | gotDenied // 403 that is not about authentication
	gotAny     = ^(unsent | withheld)                  // whatever came
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
	whatever   likeness = iota
	keyAsNone           // status and code are the same with the key and without one
	fakeAsKey           // status and code are the same with the made-up key and with the user's
	fakeAsNone          // status and code are the same with the made-up key and without one
	likenesses
)

// keyRow is one row of the decision table: which three answers lead to which verdict.
type keyRow struct {
	number          int // the rows' names in tests; several rows can make up one, and 0 is for those that prove nothing
	none, key, fake class
	when            likeness
	id              string // "" where the network's own finding says it all
	status          Status
	words
}

const (
	byDashboard = "in the Klyra Dashboard (Projects, the project, API Keys) see whether the key is listed; if it is not, or is revoked, Generate New Key and put it wherever the old one stands. A key made a moment ago may need a minute: run this once more then"
	askSupport  = "if it lasts, send Klyra's support the request ids of these answers"
	orNetwork   = "a login page, a company proxy or a VPN may answer in its place: try another network"
	runService  = "run the service check, and this one again later; " + askSupport
	runAgain    = "run this again in a minute; " + askSupport
	useOtherKey = "look at the key's permissions in the Klyra Dashboard: it needs the one that this endpoint asks for, or use a key that has it"
	otherReason = useOtherKey + "; an address list, a region or a plan can be meant too: the code and the words of the refusal tell"

	howToNameEndpoint = "name the endpoint that your program calls: this result comes with code that prints it from within your program, without the key, " +
		"for axios, Node's fetch, Python's requests and httpx, Go, and curl. Then run this again with it: klyra-doctor check key --path /v1/…"
)

var (
	redirected = words{"could not tell: the API URL redirects, and a key is never sent along", "set the API URL to the address that is meant; where it leads to a login page of the network, log in there first"}
	inFront    = words{
		"could not tell: something in front of the API answered, so the key was never looked at",
		"the key is not the cause: an outage on the way, or a rule against your address, country or client, is. Run the service check; " + orNetwork,
	}
	fromCache = words{
		"could not tell: a cache answered in place of the API, although it was told not to", "ask whoever runs the cache or proxy in front of the API not to store its answers, or go around it",
	}
	noComparison = words{"could not tell: the request with a made-up key, which would have decided it, was not answered by the API", runAgain}
)

// keyRows decide on a key. The first row that holds wins. A made-up key is sent only where rows that ask for
// its answer are all that is left: those of locks, which the rows with a withheld one repeat.
var keyRows = []keyRow{
	{20, gotNothing, unsent, unsent, whatever, "", "", words{}},
	{18, gotRedirect, unsent, unsent, whatever, "key.unproven", Unknown, redirected},
	{17, gotStranger, unsent, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: what answers at the API URL is not the API, so the key was not sent", "check the API URL; " + orNetwork,
	}},
	{15, gotLimited, unsent, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: requests are limited before the key is looked at", "wait for the reset, then run this again once",
	}},
	{15, gotLast, unsent, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: the limit is reached or one request away, and that one was left to your program", "wait for the reset, then run this again once",
	}},

	{20, gotAny, gotNothing, unsent, whatever, "", "", words{}},
	{18, gotAny, gotRedirect, unsent, whatever, "key.unproven", Unknown, redirected},
	{17, gotAny, gotCached, unsent, whatever, "key.unproven", Unknown, fromCache},
	{17, gotAny, gotEdge | gotStranger, unsent, whatever, "key.unproven", Unknown, inFront},
	{1, gotAny, gotExpired, unsent, whatever, "key.expired", Fail, words{
		"the API says that this key has expired", newKey + " and put it wherever the old one stands",
	}},
	{1, gotAny, gotNoKey, unsent, whatever, "key.rejected", Fail, words{
		"the API says that no key arrived, although one was sent", "something on the way takes the Authorization header off: look at proxies, gateways and the API URL",
	}},
	{1, gotAny, gotUnknownKey, unsent, keyAsNone, "key.rejected", Fail, words{
		"the API rejects this key, in the same words as a request without one", byDashboard + ". If the key is listed, something on the way may take the Authorization header off: a proxy, a gateway",
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
	{17, gotCached, gotAny, unsent, whatever, "key.unproven", Unknown, fromCache},
	{17, gotEdge, gotAny, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: something in front of the API answers some requests", "run the service check; " + orNetwork,
	}},
	{19, gotServerError, gotAny, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: the API answers some requests with an error of its own", runService,
	}},
	{3, gotLocked, gotSuccess, unsent, whatever, "key.accepted", Pass, words{
		"the API accepts this key", "",
	}},
	{16, gotForbidden, gotSuccess, unsent, whatever, "key.accepted", Pass, words{
		"the API accepts this key", "",
	}},
	{4, gotSuccess, gotSuccess, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: this path answers without a key too", howToNameEndpoint,
	}},
	{5, gotPast, gotPast, unsent, keyAsNone, "key.unproven", Unknown, words{
		"could not tell: this path is answered alike with and without a key, so the key was not looked at", howToNameEndpoint,
	}},
	{5, gotOther, gotOther, unsent, keyAsNone, "key.unproven", Unknown, words{
		"could not tell: this path is answered alike with and without a key", howToNameEndpoint,
	}},
	{5, gotAny, gotShut, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: the key is refused in the same words as a request without one, and so may be a good one here", howToNameEndpoint,
	}},
	{5, gotBarred, gotBarred, unsent, keyAsNone, "key.unproven", Unknown, words{
		"could not tell: everything is refused here, with and without a key", "look at what the refusal says: an address list, a region or a plan may be meant; " + askSupport,
	}},
	{0, gotPast | gotBlocked | gotOther, gotPast | gotSuccess, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: the answers with and without the key differ, but no request was refused for want of a key, so this is a hint at most", howToNameEndpoint,
	}},
	{0, gotLocked | gotForbidden, gotOther, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: what comes back with the key is neither a plain success nor a clear refusal", howToNameEndpoint,
	}},
	{0, gotPayment, gotAny, unsent, whatever, "key.unproven", Unknown, words{
		"could not tell: payment or quota is asked for before the key is looked at", "look at plan, quota and billing in the Klyra Dashboard; " + askSupport,
	}},

	{9, gotLocked, gotDenied, withheld, whatever, "key.refused", Fail, words{
		"the API says that this key may not do this", useOtherKey,
	}},
	{0, gotLocked, gotPast | gotBarred | gotPayment | gotLimited, withheld, whatever, "key.unproven", Unknown, words{
		"could not tell: proof would take a request with a made-up key, which is not sent in CI", "run this on your own machine",
	}},
	{0, gotForbidden, gotPast | gotDenied | gotPayment | gotLimited, withheld, whatever, "key.unproven", Unknown, words{
		"could not tell: proof would take a request with a made-up key, which is not sent in CI", "run this on your own machine",
	}},

	{20, gotAny, gotAny, gotNothing, whatever, "key.unproven", Unknown, noComparison},
	{18, gotAny, gotAny, gotRedirect, whatever, "key.unproven", Unknown, noComparison},
	{17, gotAny, gotAny, gotEdge | gotStranger | gotCached, whatever, "key.unproven", Unknown, noComparison},
	{19, gotAny, gotAny, gotServerError, whatever, "key.unproven", Unknown, noComparison},
	{6, gotLocked, gotPast, gotRefused, whatever, "key.accepted", Pass, words{
		"the API accepts this key, and refuses a made-up one", "",
	}},
	{16, gotForbidden, gotPast, gotRefused, whatever, "key.accepted", Pass, words{
		"the API accepts this key, and refuses a made-up one", "",
	}},
	{16, gotForbidden, gotPast, gotForbidden, fakeAsNone, "key.accepted", Pass, words{
		"the API accepts this key, and refuses a made-up one as it refuses none", "",
	}},
	{7, gotLocked | gotForbidden, gotPast, gotAny, fakeAsKey, "key.unproven", Unknown, words{
		"could not tell: a made-up key gets the same answer, so only its presence is looked at here", howToNameEndpoint,
	}},
	{8, gotLocked | gotForbidden, gotPast, gotMalformed, whatever, "key.likely_accepted", Warn, words{
		"the API probably accepts this key: a made-up one is refused, but perhaps only for its form", "send your real request: its answer settles it",
	}},
	{9, gotLocked | gotForbidden, gotDenied, gotRefused, whatever, "key.refused", Fail, words{
		"the API knows this key, and says that it may not do this", useOtherKey,
	}},
	{9, gotLocked, gotBarred, gotRefused, whatever, "key.refused", Fail, words{
		"the API knows this key, but refuses it this request", otherReason,
	}},
	{10, gotLocked | gotForbidden, gotBarred, gotAny, fakeAsKey, "key.unproven", Unknown, words{
		"could not tell: a made-up key is refused in the same way", "either the key is bad or everything is refused from here: try another network; " + askSupport,
	}},
	{11, gotLocked, gotBarred, gotBarred, whatever, "key.refused", Fail, words{
		"the API seems to know this key, but refuses it this request", otherReason,
	}},
	{12, gotLocked | gotForbidden, gotPayment, gotRefused, whatever, "key.limited", Warn, words{
		"the API knows this key, but payment or quota stands in the way", "look at plan, quota and billing in the Klyra Dashboard",
	}},
	{13, gotLocked | gotForbidden, gotLimited, gotRefused, whatever, "key.limited", Warn, words{
		"a limit stands in the way of this key right now; the API seems to know it, since a made-up one is refused instead", "wait for the reset; the limits check says which limit it is and for how long",
	}},
	{14, gotLocked | gotForbidden, gotLimited, gotLimited, whatever, "key.unproven", Unknown, words{
		"could not tell: requests from here are limited whatever the key", "stop for now, wait for the reset, then run this again once",
	}},
	{14, gotLocked | gotForbidden, gotAny, gotLimited, whatever, "key.unproven", Unknown, words{
		"could not tell: a limit stopped the request with a made-up key, which would have decided it", "stop for now, wait for the reset, then run this again once",
	}},
	{0, gotLocked | gotForbidden, gotPast, gotAny, whatever, "key.unproven", Unknown, words{
		"could not tell: the key gets further than none, but a made-up one gets further too, so this is a hint at most", howToNameEndpoint,
	}},
}

// undecided is the verdict where no row holds.
var undecided = keyRow{0, 0, 0, 0, whatever, "key.unproven", Unknown, words{
	"could not tell: the answers fit no pattern that proves anything about the key", howToNameEndpoint,
}}

// answers are what the table looks at.
type answers struct {
	none, key, fake class
	alike           [likenesses]bool // by likeness, whether it holds
}

// verdict returns the first row that the answers so far fit; false where there is none yet.
func (a answers) verdict() (keyRow, bool) {
	for _, row := range keyRows {
		if row.none&a.none != 0 && row.key&a.key != 0 && row.fake&a.fake != 0 && (row.when == whatever || a.alike[row.when]) {
			return row, true
		}
	}
	return keyRow{}, false
}

// fakeDecides reports whether a row is left that asks for the answer to a made-up key.
func (a answers) fakeDecides() bool {
	a.fake = withheld
	_, found := a.verdict()
	return found
}
