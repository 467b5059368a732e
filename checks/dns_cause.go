package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// lookupCause is why a lookup gave no address.
type lookupCause struct {
	id      string
	status  Status
	summary string // %[1]s is the host, %[2]s the last of its aliases
	remedy  string
}

// The causes, as the answers tell them apart.
var (
	noSuchName = lookupCause{
		"dns.not_found", Fail, "there is no such name as %[1]s",
		"Look for a typing error in the host name. If it is right, the domain has expired, or the record was never made or is not published yet.",
	}
	noSuchDomain = lookupCause{
		"dns.not_found", Fail, "there is no such name as %[1]s: its domain is not registered, or has no name servers",
		"Look for a typing error in the domain. If it is right, ask its owner whether it has expired or was never set up.",
	}
	noSuchEnding = lookupCause{
		"dns.not_found", Fail, "there is no such name as %[1]s: nothing ends like that on the internet",
		"Correct the last part of the host name.",
	}
	noSuchAlias = lookupCause{
		"dns.not_found", Fail, "%[1]s is an alias of %[2]s, and there is no such name",
		"Correct or remove the CNAME record: what it points at was deleted, or is misspelled. If it was a cloud resource, somebody else may be able to claim that name.",
	}
	unknownToDNS = lookupCause{
		"dns.not_found", Unknown, "no name server can tell about %[1]s",
		"Names like that are not in the DNS, so it was not asked, or could not know. Where the name works for you, a service of this machine or network answers for it; the API's servers have none.",
	}
	noAddress = lookupCause{
		"dns.no_address", Fail, "%[1]s exists, but has no address",
		"Add an A record (and, if the server has IPv6, an AAAA record) for this very name.",
	}
	noAddressOfAlias = lookupCause{
		"dns.no_address", Fail, "%[1]s is an alias of %[2]s, which has no address",
		"Correct the CNAME record, or add an A record for the name that it points at.",
	}
	aliasLoop = lookupCause{
		"dns.no_address", Fail, "the aliases of %[1]s lead in a circle, so it has no address",
		"Correct the CNAME records: one of the names needs an A record in place of the alias.",
	}
	brokenDNSSEC = lookupCause{
		"dns.server_failure", Fail, "the name server rejects the DNSSEC signatures of %[1]s",
		"Repair the domain's DNSSEC: sign the zone anew, or remove the DS record at the registrar. Name servers that check signatures, as the large public ones do, give no address until then.",
	}
	blockedName = lookupCause{
		"dns.server_failure", Unknown, "the name server that this machine uses blocks %[1]s",
		"Could not tell what others see: the filter belongs to this network or provider. Check from another network, or ask another name server (dig @1.1.1.1 NAME).",
	}
	silentAuthority = lookupCause{
		"dns.server_failure", Unknown, "the name server cannot reach the name servers of the domain of %[1]s",
		"Most likely the domain's own name servers are down or wrong at the registrar: repair them. Ask another name server (dig @1.1.1.1 NAME) to be sure that it is not this network.",
	}
	serverFailed = lookupCause{
		"dns.server_failure", Unknown, "the name server could not find out the address of %[1]s",
		"Could not tell whose fault it is: a broken domain (its name servers or DNSSEC) looks the same as a broken name server here. Ask another one (dig @1.1.1.1 NAME); if that one fails too, repair the domain's name servers or its DNSSEC records.",
	}
	queryRefused = lookupCause{
		"dns.server_failure", Unknown, "the name server refuses to answer for %[1]s",
		"Could not tell about the host: this name server does not serve this machine, or not this name. Set another name server, or check from another network.",
	}
	lameServer = lookupCause{
		"dns.server_failure", Unknown, "the name server looks nothing up for this machine; it only points at others",
		"Could not tell about %[1]s: the name server in this machine's settings does no lookups (no recursion). Set one that does, or check from another network.",
	}
	cutAnswer = lookupCause{
		"dns.server_failure", Unknown, "the answer about %[1]s is too long for one packet, and the name server does not give it over TCP",
		"Let TCP port 53 through the firewall between this machine and its name server. If it fails elsewhere too, give the name fewer addresses.",
	}
	strangeAnswer = lookupCause{
		"dns.server_failure", Unknown, "the name server answered with addresses of another name than %[1]s; they were not used",
		"Something rewrites the answers of the name server (a captive portal, a filter, a broken router): check from another network.",
	}
	unreadableAnswer = lookupCause{
		"dns.server_failure", Unknown, "what the name server sent for %[1]s is no answer that can be read",
		"Something between this machine and its name server breaks or forges answers: check from another network.",
	}
	noUsableAnswer = lookupCause{
		"dns.server_failure", Unknown, "the name server gave no usable answer for %[1]s",
		serverFailed.remedy,
	}
	unansweredQuery = lookupCause{
		"dns.timeout", Unknown, "no name server answered for %[1]s in time",
		"Try again, then from another network. If only this name is slow, its own name servers do not answer.",
	}
	noNetwork = lookupCause{id: "check.offline"}
)

// halfFailure is a lookup that gave one sort of addresses; %s is the other.
var halfFailure = lookupCause{
	"dns.server_failure", Warn, "the name servers know addresses of %[1]s, but fail on its %s ones",
	"Repair the domain's name servers: they have to answer that question too, if only with an empty answer. Some downloaders wait for both answers, or give up where one fails.",
}

var familyOf = map[dnsmessage.Type]string{dnsmessage.TypeA: "IPv4", dnsmessage.TypeAAAA: "IPv6"}

// causeOf tells from all that was said why a lookup that failed with err gave no address.
func (l *lookup) causeOf(err error) lookupCause {
	if a, ok := l.first(func(a dnsAnswer) bool { return a.has(blockingErrors) }); ok && a.code != dnsmessage.RCodeSuccess {
		return blockedName
	}
	if a, ok := l.first(func(a dnsAnswer) bool { return a.code == dnsmessage.RCodeNameError }); ok && !l.contradicted() {
		return missing(a, l.host)
	}
	for _, c := range []struct {
		is    func(dnsAnswer) bool
		cause lookupCause
	}{
		{func(a dnsAnswer) bool { return a.has(dnssecErrors) }, brokenDNSSEC},
		{func(a dnsAnswer) bool { return a.has(noAuthorityErrors) }, silentAuthority},
		{func(a dnsAnswer) bool { return a.code == dnsmessage.RCodeServerFailure }, serverFailed},
		{func(a dnsAnswer) bool { return a.code == dnsmessage.RCodeRefused }, queryRefused},
		{func(a dnsAnswer) bool {
			return a.code != dnsmessage.RCodeSuccess && a.code != dnsmessage.RCodeNameError
		}, noUsableAnswer},
		{func(a dnsAnswer) bool { return a.lame }, lameServer},
		{func(a dnsAnswer) bool { return a.loops }, aliasLoop},
		{func(a dnsAnswer) bool { return a.strangers }, strangeAnswer},
		{func(a dnsAnswer) bool { return a.truncated }, cutAnswer},
	} {
		if _, ok := l.first(c.is); ok {
			return c.cause
		}
	}
	return l.causeOfSilence(err)
}

// causeOfSilence tells why there is no address where every answer that came is in order.
func (l *lookup) causeOfSilence(err error) lookupCause {
	switch {
	case len(l.asked) == 0 && l.dead == 0 && !deadlinePassed(err):
		return unknownToDNS
	case l.unreadable > 0 && len(l.answers) < len(l.asked):
		return unreadableAnswer
	case len(l.answers) == 0 && l.dead > 0:
		return noNetwork
	case deadlinePassed(err) || len(l.answers) < len(l.asked):
		return unansweredQuery
	case len(l.answers) == 0:
		return noUsableAnswer
	case len(l.answers[0].aliases) > 0:
		return noAddressOfAlias
	}
	return noAddress
}

// missing is the cause where a name server says that there is no such name.
func missing(a dnsAnswer, host string) lookupCause {
	switch {
	case len(a.aliases) > 0:
		return noSuchAlias
	case strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".onion"):
		return unknownToDNS
	case a.zone == ".":
		return noSuchEnding
	case a.zone != "" && strings.Count(a.zone, ".") == 1:
		return noSuchDomain
	}
	return noSuchName
}

// contradicted reports whether one of the questions was answered as if the name existed, though another was not.
func (l *lookup) contradicted() bool {
	_, exists := l.first(func(a dnsAnswer) bool {
		return a.asked == dnsmessage.TypeA && a.code == dnsmessage.RCodeSuccess && !a.lame
	})
	return exists
}

// first returns the first answer that a condition holds for.
func (l *lookup) first(holds func(dnsAnswer) bool) (dnsAnswer, bool) {
	if i := slices.IndexFunc(l.answers, holds); i >= 0 {
		return l.answers[i], true
	}
	return dnsAnswer{}, false
}

// answered reports whether an answer came to a question.
func (l *lookup) answered(asked dnsmessage.Type) bool {
	_, ok := l.first(func(a dnsAnswer) bool { return a.asked == asked })
	return ok
}

// failure says why the lookup, which failed with err, gave no address.
func (l *lookup) failure(err error) Finding {
	l.mu.Lock()
	defer l.mu.Unlock()
	cause := l.causeOf(err)
	if cause.id == noNetwork.id {
		return offline(l.evidence()...)
	}
	return l.finding(cause)
}

func (l *lookup) finding(c lookupCause) Finding {
	last := l.host
	if a, ok := l.first(func(a dnsAnswer) bool { return len(a.aliases) > 0 }); ok {
		last = a.aliases[len(a.aliases)-1]
	}
	words := func(text string) string {
		return strings.NewReplacer("%[1]s", l.host, "%[2]s", last).Replace(text)
	}
	return Finding{ID: c.id, Status: c.status, Summary: words(c.summary), Remedy: words(c.remedy), Evidence: l.evidence()}
}

// evidence is what was asked and what was said.
func (l *lookup) evidence() []Evidence {
	var said, why []string
	for _, a := range l.answers {
		said = addOnce(said, a.String())
		for _, e := range a.extended {
			why = addOnce(why, e.String())
		}
	}
	if l.unreadable > 0 {
		said = append(said, fmt.Sprintf("%d packets that are no answer to the question", l.unreadable))
	}
	all := []Evidence{{"name", l.host}}
	if a, ok := l.first(func(a dnsAnswer) bool { return len(a.aliases) > 0 }); ok {
		all = append(all, Evidence{"alias of", firstRunes(strings.Join(a.aliases, ", then "))})
	}
	all = append(all, Evidence{"answer", cmp.Or(strings.Join(said, "; "), "none")})
	if a, ok := l.first(func(a dnsAnswer) bool { return a.code == dnsmessage.RCodeNameError && a.zone != "" }); ok {
		all = append(all, Evidence{"said for the zone", cmp.Or(strings.TrimSuffix(a.zone, "."), "the root")})
	}
	if len(why) > 0 {
		all = append(all, Evidence{"the name server adds", strings.Join(why, "; ")})
	}
	return append(all, Evidence{"name server", cmp.Or(strings.Join(l.servers, ", "), "none was asked")})
}
