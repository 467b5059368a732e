package checks

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// lookupCause is why a lookup gave no address.
type lookupCause struct {
	id      string
	status  Status
	summary string // HOST stands for the host, ALIAS for the last of its aliases
	remedy  string
}

// The causes, as the answers tell them apart.
var (
	noSuchName = lookupCause{
		"dns.not_found", Fail, "there is no such name as HOST",
		"Look for a typing error in the host name. If it is right, the domain has expired, or the record was never made or is not published yet.",
	}
	noSuchDomain = lookupCause{
		"dns.not_found", Fail, "there is no such name as HOST: its domain is not registered, or has no name servers",
		"Look for a typing error in the domain. If it is right, ask its owner whether it has expired or was never set up.",
	}
	noSuchEnding = lookupCause{
		"dns.not_found", Fail, "there is no such name as HOST: nothing ends like that on the internet",
		"Correct the last part of the host name.",
	}
	noSuchAlias = lookupCause{
		"dns.not_found", Fail, "HOST is an alias of ALIAS, and there is no such name",
		"Correct or remove the CNAME record: what it points at was deleted, or is misspelled. If it was a cloud resource, somebody else may be able to claim that name.",
	}
	unknownToDNS = lookupCause{
		"dns.not_found", Unknown, "no name server can tell about HOST",
		"Names like that are not in the DNS, so it was not asked, or could not know. Where the name works for you, a service of this machine or network answers for it; the API's servers have none.",
	}
	noAddress = lookupCause{
		"dns.no_address", Fail, "HOST exists, but has no address",
		"Add an A record (and, if the server has IPv6, an AAAA record) for this very name.",
	}
	noAddressOfAlias = lookupCause{
		"dns.no_address", Fail, "HOST is an alias of ALIAS, which has no address",
		"Correct the CNAME record, or add an A record for the name that it points at.",
	}
	aliasLoop = lookupCause{
		"dns.no_address", Fail, "the aliases of HOST lead in a circle, so it has no address",
		"Correct the CNAME records: one of the names needs an A record in place of the alias.",
	}
	brokenDNSSEC = lookupCause{
		"dns.server_failure", Fail, "the name server rejects the DNSSEC signatures of HOST",
		"Repair the domain's DNSSEC: sign the zone anew, or remove the DS record at the registrar. Name servers that check signatures, as the large public ones do, give no address until then.",
	}
	blockedName = lookupCause{
		"dns.server_failure", Unknown, "the name server that this machine uses blocks HOST",
		"Could not tell what others see: the filter belongs to this network or provider. Check from another network, or ask another name server (dig @1.1.1.1 NAME).",
	}
	silentAuthority = lookupCause{
		"dns.server_failure", Unknown, "the name server cannot reach the name servers of the domain of HOST",
		"Most likely the domain's own name servers are down or wrong at the registrar: repair them. Ask another name server (dig @1.1.1.1 NAME) to be sure that it is not this network.",
	}
	serverFailed = lookupCause{
		"dns.server_failure", Unknown, "the name server could not find out the address of HOST",
		"Could not tell whose fault it is: a broken domain (its name servers or DNSSEC) looks the same as a broken name server here. Ask another one (dig @1.1.1.1 NAME); if that one fails too, repair the domain's name servers or its DNSSEC records.",
	}
	queryRefused = lookupCause{
		"dns.server_failure", Unknown, "the name server refuses to answer for HOST",
		"Could not tell about the host: this name server does not serve this machine, or not this name. Set another name server, or check from another network.",
	}
	lameServer = lookupCause{
		"dns.server_failure", Unknown, "the name server looks nothing up for this machine; it only points at others",
		"Could not tell about HOST: the name server in this machine's settings does no lookups (no recursion). Set one that does, or check from another network.",
	}
	cutAnswer = lookupCause{
		"dns.server_failure", Unknown, "the answer about HOST is too long for one packet, and the name server does not give it over TCP",
		"Let TCP port 53 through the firewall between this machine and its name server. If it fails elsewhere too, give the name fewer addresses.",
	}
	strangeAnswer = lookupCause{
		"dns.server_failure", Unknown, "the name server answered with addresses of another name than HOST; they were not used",
		"Something rewrites the answers of the name server (a captive portal, a filter, a broken router): check from another network.",
	}
	unreadableAnswer = lookupCause{
		"dns.server_failure", Unknown, "what the name server sent for HOST is no answer that can be read",
		"Something between this machine and its name server breaks or forges answers: check from another network.",
	}
	noUsableAnswer = lookupCause{
		"dns.server_failure", Unknown, "the name server gave no usable answer for HOST",
		serverFailed.remedy,
	}
	unansweredQuery = lookupCause{
		"dns.timeout", Unknown, "no name server answered for HOST in time",
		"Try again, then from another network. If only this name is slow, its own name servers do not answer.",
	}
	noNetwork = lookupCause{id: "check.offline"}
)

// halfFailure is a lookup that gave one sort of addresses; FAMILY is the other.
var halfFailure = lookupCause{
	"dns.server_failure", Warn, "the name servers know addresses of HOST, but fail on its FAMILY ones",
	"Repair the domain's name servers: they have to answer that question too, if only with an empty answer. Some downloaders wait for both answers, or give up where one fails.",
}

var familyOf = map[dnsmessage.Type]string{dnsmessage.TypeA: "IPv4", dnsmessage.TypeAAAA: "IPv6"}

// causeOf tells from all that was said why a lookup that failed with err gave no address.
func (t *transcript) causeOf(err error) lookupCause {
	if _, ok := t.first(dnsAnswer.blocked); ok {
		return blockedName
	}
	if a, ok := t.first(func(a dnsAnswer) bool { return a.code == dnsmessage.RCodeNameError }); ok && !t.contradicted() {
		return missing(a, t.host)
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
		if _, ok := t.first(c.is); ok {
			return c.cause
		}
	}
	return t.causeOfSilence(err)
}

// causeOfSilence tells why there is no address where every answer that came is in order.
func (t *transcript) causeOfSilence(err error) lookupCause {
	switch {
	case len(t.asked) == 0 && t.dead == 0 && !deadlinePassed(err):
		return unknownToDNS
	case t.unreadable > 0 && len(t.answers) < len(t.asked):
		return unreadableAnswer
	case len(t.answers) == 0 && t.dead > 0:
		return noNetwork
	case deadlinePassed(err) || len(t.answers) < len(t.asked):
		return unansweredQuery
	case len(t.answers) == 0:
		return noUsableAnswer
	case len(t.answers[0].aliases) > 0:
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
func (t *transcript) contradicted() bool {
	_, exists := t.first(func(a dnsAnswer) bool {
		return a.asked == dnsmessage.TypeA && a.code == dnsmessage.RCodeSuccess && !a.lame
	})
	return exists
}

// first returns the first answer that a condition holds for.
func (t *transcript) first(holds func(dnsAnswer) bool) (dnsAnswer, bool) {
	if i := slices.IndexFunc(t.answers, holds); i >= 0 {
		return t.answers[i], true
	}
	return dnsAnswer{}, false
}

// answered reports whether an answer came to a question.
func (t *transcript) answered(asked dnsmessage.Type) bool {
	_, ok := t.first(func(a dnsAnswer) bool { return a.asked == asked })
	return ok
}

// failure says why the lookup, which failed with err, gave no address.
func (t *transcript) failure(err error) Finding {
	t.mu.Lock()
	defer t.mu.Unlock()
	cause := t.causeOf(err)
	if cause.id == noNetwork.id {
		return offline(t.evidence()...)
	}
	return t.finding(cause)
}

func (t *transcript) finding(c lookupCause) Finding {
	last := t.host
	if a, ok := t.first(func(a dnsAnswer) bool { return len(a.aliases) > 0 }); ok {
		last = a.aliases[len(a.aliases)-1]
	}
	words := func(text string) string {
		return strings.NewReplacer("HOST", t.host, "ALIAS", last).Replace(text)
	}
	return Finding{ID: c.id, Status: c.status, Summary: words(c.summary), Remedy: words(c.remedy), Evidence: t.evidence()}
}

// evidence is what was asked and what was said.
func (t *transcript) evidence() []Evidence {
	var said, why []string
	for _, a := range t.answers {
		said = addOnce(said, a.String())
		for _, e := range a.extended {
			why = addOnce(why, e.String())
		}
	}
	if t.unreadable > 0 {
		said = append(said, fmt.Sprintf("%d packets that are no answer to the question", t.unreadable))
	}
	all := []Evidence{{"name", t.host}}
	if a, ok := t.first(func(a dnsAnswer) bool { return len(a.aliases) > 0 }); ok {
		all = append(all, Evidence{"alias of", firstRunes(strings.Join(a.aliases, ", then "))})
	}
	all = append(all, Evidence{"answer", cmp.Or(strings.Join(said, "; "), "none")})
	if a, ok := t.first(func(a dnsAnswer) bool { return a.code == dnsmessage.RCodeNameError && a.zone != "" }); ok {
		all = append(all, Evidence{"said for the zone", cmp.Or(strings.TrimSuffix(a.zone, "."), "the root")})
	}
	if len(why) > 0 {
		all = append(all, Evidence{"the name server adds", strings.Join(why, "; ")})
	}
	return append(all, Evidence{"name server", cmp.Or(strings.Join(t.servers, ", "), "none was asked")})
}

// halfAnswered is the finding for a host of which one sort of addresses is known, and the name servers failed on
// the other.
func (t *transcript) halfAnswered() (Finding, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, asked := range t.asked {
		if _, fine := t.first(func(a dnsAnswer) bool {
			return a.asked == asked && a.code == dnsmessage.RCodeSuccess && !a.truncated && !a.lame && !a.strangers
		}); fine {
			continue
		}
		c := halfFailure
		if !t.answered(asked) {
			c.id = "dns.timeout"
		}
		f := t.finding(c)
		f.Summary = strings.Replace(f.Summary, "FAMILY", familyOf[asked], 1)
		return f, true
	}
	return Finding{}, false
}

// resolve fills in the addresses of the hop's host.
func (p *urlProbe) resolve(ctx context.Context, h *hop) bool {
	host := h.url.Hostname()
	if a, err := netip.ParseAddr(host); err == nil {
		h.addrs = []netip.Addr{a.Unmap()}
		return true
	}
	defer h.timed(dnsPhase)()
	phaseCtx, cancel := context.WithTimeout(ctx, p.net.phases.dns)
	defer cancel()
	l := &transcript{host: host, server: p.net.nameServer, patience: p.net.phases.dns * 2 / 5}
	addrs, err := l.addresses(phaseCtx)
	if len(addrs) == 0 {
		f := l.failure(err)
		if doubtfulOffline[f.ID] && !namesResolve(ctx, resolverAt(p.net.nameServer)) {
			f = offline(append(f.Evidence, Evidence{"the root's name servers", "cannot be looked up either"})...)
		}
		if !p.interrupted(ctx, "looking up "+host) {
			p.add(f)
		}
		return false
	}
	h.addrs, h.fromFile = addrs, l.nobodyAsked()
	p.judgeLookup(h, l)
	return true
}

// judgeLookup warns where others may not get the addresses that were found for the hop.
func (p *urlProbe) judgeLookup(h *hop, l *transcript) {
	if f, half := l.halfAnswered(); half {
		p.add(f)
	} else if !hasIPv4(h.addrs) {
		p.add(Finding{
			ID: "dns.ipv6_only", Status: Warn,
			Summary:  fmt.Sprintf("%s has IPv6 addresses only", l.host),
			Evidence: []Evidence{{"addresses", joined(h.addrs)}},
			Remedy:   "Add an A record: a downloader without IPv6 cannot reach this host. Whether Klyra's has IPv6 is not documented.",
		})
	}
	if h.fromFile && !p.isAPI(h.url) && !p.has("url.local_name") {
		p.add(Finding{
			ID: "view.hosts_file", Status: Warn,
			Summary:  fmt.Sprintf("a file of this machine (its hosts file) says where %s is; no name server was asked", l.host),
			Evidence: []Evidence{{"addresses", joined(h.addrs)}},
			Remedy:   "The API's servers see what the DNS says. Compare the addresses (dig NAME), or take the name out of the hosts file and run the check again.",
		})
	}
}

// doubtfulOffline are the failures of a lookup that a machine without a network shows for every name.
var doubtfulOffline = map[string]bool{"dns.not_found": true, "dns.server_failure": true, "dns.timeout": true}

func hasIPv4(addrs []netip.Addr) bool {
	for _, a := range addrs {
		if a.Is4() {
			return true
		}
	}
	return false
}

func addOnce(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// offline is the finding that no name can be resolved at all.
func offline(evidence ...Evidence) Finding {
	return Finding{
		ID: "check.offline", Status: Unknown, Evidence: evidence,
		Summary: "no name can be resolved here, so this machine looks offline",
		Remedy:  "connect to the network (a VPN may be needed) and run it again",
	}
}
