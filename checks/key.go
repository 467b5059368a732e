package checks

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
)

// checkKey finds out whether the API accepts the key: first by the key's form, which needs no request, then
// by at most three requests whose answers the table of key_table.go decides on.
func checkKey(ctx context.Context, t Target) Result {
	t, inEndpoint := t.withoutQueryKey()
	form := inspectKey(t.key())
	r := Result{Target: keyInWords(t)}
	if form.sendable.Empty() {
		form.findings[0].Evidence = append(keySources(t), form.findings[0].Evidence...)
	}
	r.Findings = slices.Concat(inEndpoint, keyOfRequest(t), form.findings)
	if form.sendable.Empty() {
		return r
	}
	if f, spent := nothingToSpare(t); spent {
		f.Evidence = append(keySources(t), f.Evidence...)
		r.Findings, r.Wait, r.RetryAt = append(r.Findings, f.Finding), f.wait, f.at
		return r
	}
	p := keyProbe{t: t, key: form.sendable, path: t.probePath()}
	row := p.decide(ctx)
	f := p.finding(ctx, row)
	f.Evidence = append(keySources(t), f.Evidence...)
	r.Findings, r.Code = append(r.Findings, f), p.mine.answer.documented()
	if row.remedy == howToNameEndpoint {
		r.Blocks = endpointBlocks
	}
	for _, reply := range p.replies() {
		if reply.class&(gotLimited|gotLast) != 0 {
			r.Wait, r.RetryAt = liveLimits(reply.answer, t.Now()).retry(t.Now())
		}
	}
	return r
}

// keyInWords says which key is checked, and where.
func keyInWords(t Target) string {
	k := t.key()
	if k.Secret.Empty() {
		return "no key"
	}
	where := t.API.base.Host
	if t.Endpoint != "" {
		where += t.API.resolve(t.Endpoint).Path
	}
	return k.Secret.String() + " at " + where
}

// reply is an exchange and what it means for the key. The zero reply was not sent.
type reply struct {
	exchange
	class class
}

// keyProbe asks the API about a key: without one, with it, and at most once with one that is made up.
type keyProbe struct {
	t                Target
	key              safe.Secret
	path             string
	none, mine, fake reply
}

// decide sends what has to be sent, and returns the row that its answers lead to.
func (p *keyProbe) decide(ctx context.Context) keyRow {
	p.mine.class, p.fake.class = unsent, unsent
	p.none = p.ask(ctx, "without a key", safe.Secret{})
	if p.none.err == nil && p.none.class&(gotStranger|gotEdge|gotCached|gotRedirect|gotLimited) == 0 && fewLeft(paste.LimitsOf(p.none.answer.header)) {
		p.none.class = gotLast
	}
	if row, found := p.answers().verdict(); found {
		return row
	}
	p.mine = p.ask(ctx, "with the key", p.key)
	if p.mayBeForAll() {
		p.mine.class = gotShut
	}
	if row, found := p.answers().verdict(); found {
		return row
	}
	switch {
	case !p.answers().fakeDecides():
		return undecided
	case p.t.CI:
		p.fake.class = withheld
	default:
		key, otherForm := madeUpKey(p.key.Reveal())
		p.fake = p.ask(ctx, "with a made-up key", key)
		if otherForm && p.mine.class == gotPast && p.fake.class&gotRefused != 0 {
			p.fake.class = gotMalformed // perhaps: that is no proof
		}
	}
	if row, found := p.answers().verdict(); found {
		return row
	}
	return undecided
}

func (p *keyProbe) ask(ctx context.Context, who string, key safe.Secret) reply {
	x := p.t.ask(ctx, who, p.path, key)
	return reply{x, classify(x)}
}

func (p *keyProbe) answers() answers {
	a := answers{none: p.none.class, key: p.mine.class, fake: p.fake.class}
	a.alike[keyAsNone] = p.mine.sameAs(p.none) && p.mine.answer.complaint().sameAs(p.none.answer.complaint())
	a.alike[fakeAsKey] = p.fake.sameAs(p.mine)
	a.alike[fakeAsNone] = p.fake.sameAs(p.none)
	return a
}

// mayBeForAll reports whether the key is refused with an answer that every request may get, a good key's too: it is
// that of a request without one and none of the API's own, and either the path is made up, which some servers lock
// for everybody, or the status is not the one for authentication.
func (p *keyProbe) mayBeForAll() bool {
	lock := p.t.Endpoint != "" && (p.mine.answer.status == http.StatusUnauthorized || p.mine.answer.status == invalidToken)
	return !lock && p.mine.class&(gotUnknownKey|gotNoKey) != 0 && p.mine.answer.documented() == "" && p.answers().alike[keyAsNone]
}

func (r reply) sameAs(other reply) bool {
	return r.answer.status == other.answer.status && r.answer.code() == other.answer.code()
}

// replies returns the requests that were sent, in order.
func (p *keyProbe) replies() []reply {
	var sent []reply
	for _, r := range []reply{p.none, p.mine, p.fake} {
		if r.who != "" {
			sent = append(sent, r)
		}
	}
	return sent
}

func (p *keyProbe) last() reply {
	all := p.replies()
	return all[len(all)-1]
}

// classify says what an exchange means for the key it was sent with.
func classify(x exchange) class {
	if x.err != nil {
		return gotNothing
	}
	a := x.answer
	switch who, _ := sentBy(a); {
	case cacheHit(a) != "":
		return gotCached
	case a.isRedirect():
		return gotRedirect
	case who == edgeSender:
		return gotEdge
	case who == strangerSender && !pageOfRouter(a):
		return gotStranger
	}
	if entry, known := catalog.Lookup(string(a.code())); known {
		return codeClasses[entry.Code]
	}
	return classOfStatus(a)
}

// pageOfRouter reports whether an answer is the page with which web frameworks say, in HTML also where all else
// is JSON, that a path or method does not exist.
func pageOfRouter(a answer) bool { return a.status == 404 || a.status == 405 }

var speaksOfQuota = matching(`(?i)quota|billing|payment`)

// classOfStatus classifies an answer whose code is none of the API's documented ones.
func classOfStatus(a answer) class {
	c := a.complaint()
	said := c.keyClass(a.status)
	quota := speaksOfQuota().MatchString(strings.Join(c.codes, " "))
	switch {
	case a.status >= 200 && a.status < 300 && isPlainSuccess(a):
		return gotSuccess
	case a.status == 402, (a.status == 403 || a.status == 429) && quota:
		return gotPayment
	case a.status == 429:
		return gotLimited
	case a.status >= 500:
		return gotServerError
	case said != 0 && !(a.status == 401 && said == gotOther):
		return said
	case a.status == 401:
		return gotUnknownKey
	case a.cut: // what is missing may be what counts
		return gotOther
	case a.status == 403 && !json.Valid(a.body):
		return gotBlocked
	}
	if plain, listed := plainClasses[a.status]; listed {
		return plain
	}
	return gotOther
}

// isPlainSuccess reports whether an answer with the status of a success is one: some servers say 200 and mean an
// error, whichever it is.
func isPlainSuccess(a answer) bool {
	return !a.cut && (len(a.body) == 0 || json.Valid(a.body) && !holdsError(a.body))
}

// publicPrefix is the part of a key that says what sort of key it is: "klyra_".
var publicPrefix = matching(`^(?:[a-z]{2,6}_)+`)

// environments are words of public prefixes, each with another one that a key can have in its place.
var environments = map[string]string{"live_": "test_", "test_": "live_", "prod_": "test_", "dev_": "live_"}

// madeUpKey returns a random key of the form of a real one, which it shares at most a public prefix of under
// 8 characters with: a server that checks the form first must not refuse it for that. Whether it may all the same,
// since more of the prefix had to go, is reported.
func madeUpKey(like string) (key safe.Secret, otherForm bool) {
	const maxPrefix = 7
	public := publicPrefix().FindString(like)
	prefix := public
	for len(prefix) > maxPrefix {
		prefix = prefix[:strings.LastIndex(prefix[:len(prefix)-1], "_")+1]
	}
	if other := environments[public[len(prefix):]]; other != "" {
		prefix += other
	} else {
		public, otherForm = prefix, public != prefix
	}
	const shortest = 16 // so that it is nobody's key by chance
	rest := like[len(public):]
	return safe.NewSecret(prefix + randomLike(rest, max(len(rest), shortest-len(prefix)))), otherForm
}

// alphabets are the sorts of characters that keys are made of.
var alphabets = []string{"0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ"}

// randomLike returns n random characters of the sorts that a text has, with its separators where they stand. Where
// there is room, and letters of all kinds are in use, they begin with what they are, for whoever reads the server's log.
func randomLike(text string, n int) string {
	const label = "madeupkey"
	alphabet := ""
	for _, sort := range alphabets {
		if strings.ContainsAny(text, sort) {
			alphabet += sort
		}
	}
	if alphabet == "" {
		alphabet = alphabets[0] + alphabets[1]
	}
	body := make([]byte, n)
	rand.Read(body)
	for i, b := range body {
		body[i] = alphabet[int(b)%len(alphabet)]
	}
	for i := range min(n, len(text)) {
		if strings.IndexByte("-_.=+/~:", text[i]) >= 0 {
			body[i] = text[i]
		}
	}
	if strings.Contains(alphabet, alphabets[2]) && n >= 3*len(label) && !bytes.ContainsAny(body[:len(label)], "-_.=+/~:") {
		copy(body, label)
	}
	return string(body)
}
