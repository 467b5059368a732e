package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
)

// keySources says which key is used and which others it hides, by fingerprint, and what was not looked at.
func keySources(t Target) []Evidence {
	var sources []Evidence
	for i, k := range t.Keys {
		label, value := "key", fingerprint(k.Secret)
		if i > 0 {
			label, value = "not used", shadowed(k, t.key())
		}
		if k.Source != "" {
			value += ", from " + k.Source
		}
		sources = append(sources, Evidence{label, value})
	}
	if !t.Sandbox {
		sources = append(sources, Evidence{"not looked at", ".env files and your program's own settings: it may use another key than this one"})
	}
	return sources
}

// fingerprint shows a key's ends and its length; both tell a cut or doubled key.
func fingerprint(s safe.Secret) string {
	n := utf8.RuneCountInString(s.Reveal())
	switch {
	case n == 0:
		return "empty"
	case n < 20:
		return s.String()
	}
	return fmt.Sprintf("%s (%d characters)", s, n)
}

// shadowed says how a key that is not used compares with the one that is.
func shadowed(k, used Key) string {
	switch {
	case k.Secret.Empty():
		return "empty"
	case k.Secret == used.Secret:
		return "the same key"
	case k.bare() == used.bare():
		return "the same key, but for what stands around it"
	}
	return "a different key, " + fingerprint(k.Secret)
}

// bare returns a key without what is wrapped around it.
func (k Key) bare() safe.Secret {
	core, _ := peelKey(k.Secret.Reveal())
	return safe.NewSecret(core)
}

// harmless are texts in the place of a key that are in everybody's code.
var harmless = matching(`^(?:\$\{?[A-Z_]+\}?|%[A-Z_]+%|(?i:undefined|null|none|test|example|changeme|your[-_]api[-_]key|(?:klyra[-_])?api[-_]key))$`)

// secret returns what must not be shown of a key: not the word Bearer or the variable's name in front of it,
// which would be masked wherever else they stand.
func (k Key) secret() safe.Secret {
	if bare := k.bare(); !harmless().MatchString(bare.Reveal()) {
		return bare
	}
	return safe.Secret{}
}

// finding says what a row means, with every request as evidence.
func (p *keyProbe) finding(ctx context.Context, row keyRow) Finding {
	f := Finding{ID: row.id, Status: row.status, Summary: row.summary, Remedy: row.remedy}
	if row.id == "" {
		f = p.t.API.noAnswer(ctx, p.last().err)
		f.Status, f.Evidence = Unknown, nil // the network's trouble says nothing about the key
	}
	f.Evidence = append(f.Evidence, p.t.sent())
	for _, r := range p.replies() {
		f.Evidence = append(f.Evidence, r.evidence())
		f.Evidence = append(f.Evidence, r.details()...)
	}
	f.Evidence = append(f.Evidence, p.supportFacts()...)
	if row.remedy == howToNameEndpoint {
		p.nameEndpoint(&f, row)
	}
	if row.id == "key.rejected" || row.id == "key.expired" {
		f.Remedy += p.otherKeys()
	}
	if r := p.last(); r.class == gotRedirect && row.number == 18 && row.summary == redirected.summary {
		p.redirectedTo(&f, r.answer)
	}
	return f
}

// redirectedTo says where the API URL redirects to.
func (p *keyProbe) redirectedTo(f *Finding, a answer) {
	to := a.redirectHost()
	if u, err := a.location(p.t.API.resolve(p.path)); err == nil && p.t.API.owns(u) {
		to = "another path of the same host"
		if u.Path == p.t.API.resolve(p.path).Path {
			to = "itself"
			f.Remedy = "a firewall that tells programs from browsers by a cookie does so, and a proxy in a loop. Run the service check; " + orNetwork
		}
	}
	f.Summary = strings.Replace(f.Summary, "redirects", "redirects to "+to, 1)
}

// nameEndpoint says what is known although nothing is proven, and why the endpoint would change that.
func (p *keyProbe) nameEndpoint(f *Finding, row keyRow) {
	f.Evidence = append(f.Evidence, Evidence{"known", "nothing is wrong with the form of the key, and " + p.whoAnswered()})
	if p.t.Endpoint != "" {
		f.Remedy = "see whether " + p.t.API.resolve(p.t.Endpoint).Path + " is the very endpoint that your program calls. Otherwise " + row.remedy
		return
	}
	if row.number == 5 {
		f.Summary = "could not tell without the endpoint that you call: a path that does not exist is answered alike with and without the key"
		f.Evidence = append(f.Evidence, Evidence{
			"why that proves nothing",
			"a server that looks for the path, or at the body, before it looks at the key answers so whether the key is good or bad",
		})
	}
}

// whoAnswered says whether it can be told that the answers are the API's.
func (p *keyProbe) whoAnswered() string {
	for _, r := range p.replies() {
		if who, why := sentBy(r.answer); r.err == nil && who == apiSender {
			return "the API answered (" + why + ")"
		}
	}
	return p.t.API.base.Host + " answered, though nothing tells whether it was the API itself"
}

// environmentName is a part of a key that says what it is for, in the manner of many vendors.
var environmentName = matching(`(?i)(?:^|[_-])(test|dev|staging|sandbox)[_-]`)

// otherKeys advises on what else may be meant where the key in use does not work: a key that stands elsewhere,
// or one for this environment.
func (p *keyProbe) otherKeys() string {
	advice := ""
	for _, k := range p.t.Keys[1:] {
		if !k.Secret.Empty() && k.bare() != p.t.key().bare() {
			advice += ". There is a different key in " + k.Source + ": it may be the one that is meant"
		}
	}
	if odd := unlikeAKey(p.key.Reveal()); odd != "" {
		advice += ". See whether this is the key at all: " + odd
	}
	if m := environmentName().FindStringSubmatch(p.key.Reveal()); m != nil && !p.t.Sandbox {
		advice += ". There is the word " + strings.ToLower(m[1]) + " in this key: see whether it is for another environment than " + p.t.API.base.Host
	}
	return advice
}

// details are what a request's own line does not say: who answered where it was not the API, and the API's words
// where it refused the key.
func (r reply) details() []Evidence {
	if r.err != nil {
		return nil
	}
	var all []Evidence
	if r.class&(gotEdge|gotStranger|gotCached|gotRedirect) != 0 {
		_, why := sentBy(r.answer)
		all = append(all, Evidence{"who answered", why})
		if title := titleOf(r.answer.body); title != "" && r.answer.isHTML() {
			all = append(all, Evidence{"page title", firstRunes(title)})
		}
	}
	if words := r.answer.inWords(); r.class&(gotLocked|gotBarred|gotShut|gotPayment|gotLimited|gotOther) != 0 && r.who == "with the key" && words != "" {
		all = append(all, Evidence{"in the API's words", firstRunes(words)})
	}
	if left := leftInWords(paste.LimitsOf(r.answer.header)); r.class&(gotLast|gotLimited) != 0 && left != "" {
		all = append(all, Evidence{"left", left})
	}
	return all
}

// supportFacts returns what finds the newest request again that was not refused for its key, beside its id.
func (p *keyProbe) supportFacts() []Evidence {
	for _, r := range slices.Backward(p.replies()) {
		if r.class&(gotEdge|gotServerError|gotBarred) != 0 {
			return slices.DeleteFunc(r.answer.supportFacts(), func(e Evidence) bool { return e.Label != "cf-ray" && e.Label != "date" })
		}
	}
	return nil
}

// sparing is a finding with the wait that it advises.
type sparing struct {
	Finding
	wait time.Duration
	at   time.Time
}

// nothingToSpare is the finding where a pasted response says that at most one request is left, and that is not
// over yet: then nothing is sent.
func nothingToSpare(t Target) (sparing, bool) {
	if t.Response == nil || t.Response.RateLimit == nil {
		return sparing{}, false
	}
	s := pastedLimits(*t.Response, t.ResponseAt, t.Now())
	if s.undated || !fewLeft(s.current(t.Now())) {
		return sparing{}, false
	}
	row, _ := answers{none: gotLast, key: unsent, fake: unsent}.verdict()
	f := sparing{Finding: Finding{ID: row.id, Status: row.status, Summary: row.summary, Remedy: row.remedy}}
	f.Evidence = []Evidence{{"the pasted response", leftInWords(s.RateLimit)}, {"sent", "nothing"}}
	f.wait, f.at = s.retry(t.Now())
	return f, true
}

// current returns what a pasted response says of the minute and the day that are not over yet. When a day of the
// API's ends is not documented: it is taken for one of UTC.
func (s limitState) current(now time.Time) paste.RateLimit {
	l := s.RateLimit
	minute := time.Minute
	if l.ResetS != nil {
		minute = seconds(*l.ResetS)
	}
	if s.age >= minute {
		l.Remaining = nil
	}
	if day(s.Date) != day(now) {
		l.DailyRemaining = nil
	}
	return l
}

// fewLeft reports whether at most one request is left in a minute or a day. A limit of 0 limits nobody who has a
// key: it is that of requests without one.
func fewLeft(l paste.RateLimit) bool {
	if l.Limit != nil && *l.Limit == 0 {
		return false
	}
	return l.Remaining != nil && *l.Remaining <= 1 || l.DailyRemaining != nil && *l.DailyRemaining <= 1
}

func leftInWords(l paste.RateLimit) string {
	var left []string
	if l.Remaining != nil {
		left = append(left, fmt.Sprintf("X-RateLimit-Remaining: %d", *l.Remaining))
	}
	if l.DailyRemaining != nil {
		left = append(left, fmt.Sprintf("X-Daily-Limit-Remaining: %d", *l.DailyRemaining))
	}
	return strings.Join(left, ", ")
}
