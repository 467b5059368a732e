package checks

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"klyra-doctor/checks/dns"
)

// lookupFailure says what a cause means for whoever asks for the host. In its texts HOST stands for the host, ALIAS
// for the last of its aliases, FAMILY for the sort of addresses that is missing.
type lookupFailure struct {
	id      string
	status  Status
	summary string
	remedy  string
}

// lookupFailures holds one for each cause of a lack.
var lookupFailures = [dns.CauseCount]lookupFailure{
	dns.NoSuchName: {
		"dns.not_found", Fail, "there is no such name as HOST",
		"Look for a typing error in the host name. If it is right, the domain has expired, or the record was never made or is not published yet.",
	},
	dns.NoSuchDomain: {
		"dns.not_found", Fail, "there is no such name as HOST: its domain is not registered, or has no name servers",
		"Look for a typing error in the domain. If it is right, ask its owner whether it has expired or was never set up.",
	},
	dns.NoSuchEnding: {
		"dns.not_found", Fail, "there is no such name as HOST: nothing ends like that on the internet",
		"Correct the last part of the host name.",
	},
	dns.NoSuchAlias: {
		"dns.not_found", Fail, "HOST is an alias of ALIAS, and there is no such name",
		"Correct or remove the CNAME record: what it points at was deleted, or is misspelled. If it was a cloud resource, somebody else may be able to claim that name.",
	},
	dns.KeptElsewhere: {
		"dns.not_found", Unknown, "no name server can tell about HOST",
		"Names like that are not in the DNS, so it was not asked, or could not know. Where the name works for you, a service of this machine or network answers for it; the API's servers have none.",
	},
	dns.NoAddress: {
		"dns.no_address", Fail, "HOST exists, but has no address",
		"Add an A record (and, if the server has IPv6, an AAAA record) for this very name.",
	},
	dns.NoAddressOfAlias: {
		"dns.no_address", Fail, "HOST is an alias of ALIAS, which has no address",
		"Correct the CNAME record, or add an A record for the name that it points at.",
	},
	dns.AliasLoop: {
		"dns.no_address", Fail, "the aliases of HOST lead in a circle, so it has no address",
		"Correct the CNAME records: one of the names needs an A record in place of the alias.",
	},
	dns.BadSignatures: {
		"dns.server_failure", Fail, "the name server rejects the DNSSEC signatures of HOST",
		"Repair the domain's DNSSEC: sign the zone anew, or remove the DS record at the registrar. Name servers that check signatures, as the large public ones do, give no address until then.",
	},
	dns.Blocked: {
		"dns.server_failure", Unknown, "the name server that this machine uses blocks HOST",
		"Could not tell what others see: the filter belongs to this network or provider. Check from another network, or ask another name server (dig @1.1.1.1 NAME).",
	},
	dns.SilentAuthority: {
		"dns.server_failure", Unknown, "the name server cannot reach the name servers of the domain of HOST",
		"Most likely the domain's own name servers are down or wrong at the registrar: repair them. Ask another name server (dig @1.1.1.1 NAME) to be sure that it is not this network.",
	},
	dns.ServerFailed: {
		"dns.server_failure", Unknown, "the name server could not find out the address of HOST",
		unclearRemedy,
	},
	dns.Refused: {
		"dns.server_failure", Unknown, "the name server refuses to answer for HOST",
		"Could not tell about the host: this name server does not serve this machine, or not this name. Set another name server, or check from another network.",
	},
	dns.Lame: {
		"dns.server_failure", Unknown, "the name server looks nothing up for this machine; it only points at others",
		"Could not tell about HOST: the name server in this machine's settings does no lookups (no recursion). Set one that does, or check from another network.",
	},
	dns.Cut: {
		"dns.server_failure", Unknown, "the answer about HOST is too long for one packet, and the name server does not give it over TCP",
		"Let TCP port 53 through the firewall between this machine and its name server. If it fails elsewhere too, give the name fewer addresses.",
	},
	dns.OtherNames: {
		"dns.server_failure", Unknown, "the name server answered with addresses of another name than HOST; they were not used",
		"Something rewrites the answers of the name server (a captive portal, a filter, a broken router): check from another network.",
	},
	dns.Unreadable: {
		"dns.server_failure", Unknown, "what the name server sent for HOST is no answer that can be read",
		"Something between this machine and its name server breaks or forges answers: check from another network.",
	},
	dns.Unusable: {
		"dns.server_failure", Unknown, "the name server gave no usable answer for HOST",
		unclearRemedy,
	},
	dns.Unanswered: {
		"dns.timeout", Unknown, "no name server answered for HOST in time",
		"Try again, then from another network. If only this name is slow, its own name servers do not answer.",
	},
	dns.NoNetwork: {
		"check.offline", Unknown, "no name can be resolved here, so this machine looks offline",
		"connect to the network (a VPN may be needed) and run it again",
	},
	dns.HalfFailed:     {"dns.server_failure", Warn, halfKnown, halfRemedy},
	dns.HalfUnanswered: {"dns.timeout", Warn, halfKnown, halfRemedy},
}

// Words that more than one cause needs.
const (
	unclearRemedy = "Could not tell whose fault it is: a broken domain (its name servers or DNSSEC) looks the same as a broken name server here. Ask another one (dig @1.1.1.1 NAME); if that one fails too, repair the domain's name servers or its DNSSEC records."
	halfKnown     = "the name servers know addresses of HOST, but fail on its FAMILY ones"
	halfRemedy    = "Repair the domain's name servers: they have to answer that question too, if only with an empty answer. Some downloaders wait for both answers, or give up where one fails."
)

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
	l := dns.Query{Host: host, Server: p.net.nameServer, Patience: p.net.phases.dns * 2 / 5}.Ask(phaseCtx)
	if len(l.Addrs) == 0 {
		f := lookupFinding(l)
		if doubtfulOffline[f.ID] && !dns.NamesResolve(ctx, dns.ResolverAt(p.net.nameServer)) {
			f = offline(append(f.Evidence, Evidence{"the root's name servers", "cannot be looked up either"})...)
		}
		if !p.interrupted(ctx, "looking up "+host) {
			p.add(f)
		}
		return false
	}
	h.addrs, h.fromFile = l.Addrs, l.FromFile
	p.judgeLookup(h, l)
	return true
}

// judgeLookup warns where others may not get the addresses that were found for the hop.
func (p *urlProbe) judgeLookup(h *hop, l dns.Lookup) {
	if l.Cause != dns.Whole {
		p.add(lookupFinding(l))
	} else if !hasIPv4(h.addrs) {
		p.add(Finding{
			ID: "dns.ipv6_only", Status: Warn,
			Summary:  fmt.Sprintf("%s has IPv6 addresses only", l.Host),
			Evidence: []Evidence{{"addresses", joined(h.addrs)}},
			Remedy:   "Add an A record: a downloader without IPv6 cannot reach this host. Whether Klyra's has IPv6 is not documented.",
		})
	}
	if h.fromFile && !p.isAPI(h.url) && !p.has("url.local_name") {
		p.add(Finding{
			ID: "view.hosts_file", Status: Warn,
			Summary:  fmt.Sprintf("a file of this machine (its hosts file) says where %s is; no name server was asked", l.Host),
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

// lookupFinding says what is missing of a lookup, and why. Its cause must not be dns.Whole.
func lookupFinding(l dns.Lookup) Finding {
	last := l.Host
	if n := len(l.Aliases); n > 0 {
		last = l.Aliases[n-1]
	}
	words := strings.NewReplacer("HOST", l.Host, "ALIAS", last, "FAMILY", l.Lacks)
	f := lookupFailures[l.Cause]
	return Finding{ID: f.id, Status: f.status, Summary: words.Replace(f.summary), Remedy: words.Replace(f.remedy), Evidence: lookupEvidence(l)}
}

// lookupEvidence is what was asked and what was said.
func lookupEvidence(l dns.Lookup) []Evidence {
	var said, why []string
	for _, a := range l.Answers {
		said = addOnce(said, a.String())
		for _, e := range a.Extended() {
			why = addOnce(why, extendedWords(e))
		}
	}
	if l.Unreadable > 0 {
		said = append(said, fmt.Sprintf("%d packets that are no answer to the question", l.Unreadable))
	}
	all := []Evidence{{"name", l.Host}}
	if len(l.Aliases) > 0 {
		all = append(all, Evidence{"alias of", firstRunes(strings.Join(l.Aliases, ", then "))})
	}
	all = append(all, Evidence{"answer", cmp.Or(strings.Join(said, "; "), "none")})
	if l.DeniedBy != "" {
		all = append(all, Evidence{"said for the zone", cmp.Or(strings.TrimSuffix(l.DeniedBy, "."), "the root")})
	}
	if len(why) > 0 {
		all = append(all, Evidence{"the name server adds", strings.Join(why, "; ")})
	}
	return append(all, Evidence{"name server", cmp.Or(strings.Join(l.Servers, ", "), "none was asked")})
}

// extendedWords is the name of an extended error and what the server adds.
func extendedWords(e dns.ExtendedError) string {
	if e.Text == "" {
		return e.Name()
	}
	return e.Name() + ": " + firstRunes(e.Text)
}

func addOnce(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// offline is the finding that no name can be resolved at all.
func offline(evidence ...Evidence) Finding {
	f := lookupFailures[dns.NoNetwork]
	return Finding{ID: f.id, Status: f.status, Summary: f.summary, Remedy: f.remedy, Evidence: evidence}
}
