package dns

import (
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Cause is why a lookup gave no address, or only one sort of them, as the answers tell it.
type Cause int

const (
	Whole            Cause = iota // nothing is missing, as far as it was asked for
	NoSuchName                    // the name is denied
	NoSuchDomain                  // the name is denied by the zone above its domain
	NoSuchEnding                  // the name is denied by the root
	NoSuchAlias                   // what the name is an alias of is denied
	KeptElsewhere                 // the name is of a sort that name servers do not hold, or nobody was asked
	NoAddress                     // the name exists, and has none
	NoAddressOfAlias              // what the name is an alias of exists, and has none
	AliasLoop                     // the aliases lead in a circle
	BadSignatures                 // the name server rejects the DNSSEC signatures
	Blocked                       // a filter made the answer
	SilentAuthority               // the name server cannot reach those of the domain
	ServerFailed                  // the name server could not find out, and does not say why
	Refused                       // the name server does not answer such questions
	Lame                          // the name server only points at others
	Cut                           // the answer is too long for one packet, and could not be had over TCP
	OtherNames                    // the addresses in the answer are of other names
	Unreadable                    // what came is no answer to what was asked
	Unusable                      // the answer says nothing of the above
	Unanswered                    // no answer came in time, or not to both questions
	NoNetwork                     // no name server could be reached
	HalfFailed                    // there are addresses, but the answer on the other sort is a failure
	HalfUnanswered                // there are addresses, but no answer on the other sort came

	CauseCount // is how many there are
)

// signs are the causes that one answer gives away, the surer ones first.
var signs = []struct {
	in    func(Answer) bool
	cause Cause
}{
	{func(a Answer) bool { return a.has(dnssecErrors) }, BadSignatures},
	{func(a Answer) bool { return a.has(noAuthorityErrors) }, SilentAuthority},
	{func(a Answer) bool { return a.code == dnsmessage.RCodeServerFailure }, ServerFailed},
	{func(a Answer) bool { return a.code == dnsmessage.RCodeRefused }, Refused},
	{func(a Answer) bool { return a.code != dnsmessage.RCodeSuccess && a.code != dnsmessage.RCodeNameError }, Unusable},
	{func(a Answer) bool { return a.lame }, Lame},
	{func(a Answer) bool { return a.loops }, AliasLoop},
	{func(a Answer) bool { return a.strangers }, OtherNames},
	{func(a Answer) bool { return a.truncated }, Cut},
}

// cause tells from all that was said why a lookup that failed with err gave no address.
func (t *transcript) cause(err error) Cause {
	if _, ok := t.first(Answer.blocked); ok {
		return Blocked
	}
	if a, ok := t.first(func(a Answer) bool { return a.code == dnsmessage.RCodeNameError }); ok && !t.contradicted() {
		return missing(a, t.Host)
	}
	for _, sign := range signs {
		if _, ok := t.first(sign.in); ok {
			return sign.cause
		}
	}
	return t.causeOfSilence(err)
}

// causeOfSilence tells why there is no address where every answer that came is in order.
func (t *transcript) causeOfSilence(err error) Cause {
	switch {
	case len(t.asked) == 0 && t.dead == 0 && !timedOut(err):
		return KeptElsewhere
	case t.unreadable > 0 && len(t.answers) < len(t.asked):
		return Unreadable
	case len(t.answers) == 0 && t.dead > 0:
		return NoNetwork
	case timedOut(err) || len(t.answers) < len(t.asked):
		return Unanswered
	case len(t.answers) == 0:
		return Unusable
	case len(t.answers[0].aliases) > 0:
		return NoAddressOfAlias
	}
	return NoAddress
}

// missing is the cause where a name server says that there is no such name.
func missing(a Answer, host string) Cause {
	switch {
	case len(a.aliases) > 0:
		return NoSuchAlias
	case strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".onion"):
		return KeptElsewhere
	case a.zone == ".":
		return NoSuchEnding
	case a.zone != "" && strings.Count(a.zone, ".") == 1:
		return NoSuchDomain
	}
	return NoSuchName
}

// contradicted reports whether one of the questions was answered as if the name existed, though another was not.
func (t *transcript) contradicted() bool {
	_, exists := t.first(func(a Answer) bool {
		return a.asked == dnsmessage.TypeA && a.code == dnsmessage.RCodeSuccess && !a.lame
	})
	return exists
}

var familyOf = map[dnsmessage.Type]string{dnsmessage.TypeA: "IPv4", dnsmessage.TypeAAAA: "IPv6"}

// half tells on which sort of addresses the name servers failed, where the other one is known.
func (t *transcript) half() (Cause, string) {
	for _, asked := range t.asked {
		if _, fine := t.first(func(a Answer) bool {
			return a.asked == asked && a.code == dnsmessage.RCodeSuccess && !a.truncated && !a.lame && !a.strangers
		}); fine {
			continue
		}
		if _, answered := t.first(func(a Answer) bool { return a.asked == asked }); answered {
			return HalfFailed, familyOf[asked]
		}
		return HalfUnanswered, familyOf[asked]
	}
	return Whole, ""
}

// first returns the first answer that a condition holds for.
func (t *transcript) first(holds func(Answer) bool) (Answer, bool) {
	if i := slices.IndexFunc(t.answers, holds); i >= 0 {
		return t.answers[i], true
	}
	return Answer{}, false
}
