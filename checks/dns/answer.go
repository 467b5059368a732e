package dns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// question is one that was sent to a name server.
type question struct {
	dnsmessage.Question
	id uint16
}

// Answer is what one answer of a name server says about the addresses of a name.
type Answer struct {
	asked     dnsmessage.Type
	code      dnsmessage.RCode
	truncated bool         // the answer did not fit; it is complete over TCP only
	lame      bool         // it only points at other servers, and offers no lookup
	aliases   []string     // the names that the asked one stands for (CNAME), one after the other
	loops     bool         // the aliases lead back to one of them
	addrs     []netip.Addr // of the last alias
	strangers bool         // it has addresses, all of other names
	zone      string       // that denies the name; "" where the answer does not say, "." for the root
	extended  []ExtendedError
}

// Extended returns why the name server failed, in its own words; nil where it adds none.
func (a Answer) Extended() []ExtendedError { return a.extended }

// ExtendedError is why a name server failed, in its own words (RFC 8914).
type ExtendedError struct {
	Code uint16
	Text string // what the server adds, of any length; "" for nothing
}

// extendedErrorOption is the number of the EDNS option that holds one (RFC 8914).
const extendedErrorOption = 15

// Name returns the registered name of the error; "error " and the number where it has none.
func (e ExtendedError) Name() string {
	if int(e.Code) < len(extendedErrorNames) {
		return extendedErrorNames[e.Code]
	}
	return fmt.Sprintf("error %d", e.Code)
}

// extendedErrorNames are IANA's names of the extended errors, by their number.
var extendedErrorNames = [...]string{
	"Other Error", "Unsupported DNSKEY Algorithm", "Unsupported DS Digest Type", "Stale Answer", "Forged Answer",
	"DNSSEC Indeterminate", "DNSSEC Bogus", "Signature Expired", "Signature Not Yet Valid", "DNSKEY Missing", "RRSIGs Missing",
	"No Zone Key Bit Set", "NSEC Missing", "Cached Error", "Not Ready", "Blocked", "Censored", "Filtered", "Prohibited",
	"Stale NXDOMAIN Answer", "Not Authoritative", "Not Supported", "No Reachable Authority", "Network Error", "Invalid Data",
	"Signature Expired before Valid", "Too Early", "Unsupported NSEC3 Iterations Value", "Unable to conform to policy", "Synthesized",
}

// What groups of extended errors tell.
var (
	dnssecErrors      = []uint16{6, 7, 8, 9, 10, 11, 12, 25}
	blockingErrors    = []uint16{4, 15, 16, 17, 18}
	noAuthorityErrors = []uint16{22, 23}
)

// has reports whether one of the extended errors is among codes.
func (a Answer) has(codes []uint16) bool {
	return slices.ContainsFunc(a.extended, func(e ExtendedError) bool { return slices.Contains(codes, e.Code) })
}

// blocked reports whether a filter made the answer.
func (a Answer) blocked() bool { return a.has(blockingErrors) }

// String is the answer in words: "A: no such name (NXDOMAIN)". The texts that a server adds are not in it.
func (a Answer) String() string {
	said := rcodeWords[a.code]
	switch {
	case said == "":
		said = fmt.Sprintf("response code %d", a.code)
	case a.code != dnsmessage.RCodeSuccess:
	case a.truncated:
		said = "the answer does not fit into one packet (truncated)"
	case len(a.addrs) > 0:
		said = list(a.addrs)
	case a.lame:
		said = "a referral to other servers instead of an answer"
	case a.loops:
		said = "aliases that lead in a circle"
	case a.strangers:
		said = "addresses of another name"
	}
	return strings.TrimPrefix(a.asked.String(), "Type") + ": " + said
}

func list(addrs []netip.Addr) string {
	words := make([]string, len(addrs))
	for i, a := range addrs {
		words[i] = a.String()
	}
	return strings.Join(words, ", ")
}

var rcodeWords = map[dnsmessage.RCode]string{
	dnsmessage.RCodeSuccess:        "the name exists, but has no such record (NODATA)",
	dnsmessage.RCodeFormatError:    "the query was not understood (FORMERR)",
	dnsmessage.RCodeServerFailure:  "the name server could not find out (SERVFAIL)",
	dnsmessage.RCodeNameError:      "no such name (NXDOMAIN)",
	dnsmessage.RCodeNotImplemented: "not implemented (NOTIMP)",
	dnsmessage.RCodeRefused:        "the name server refuses to answer (REFUSED)",
}

// readQuestion reads a packet with a question, as it goes out.
func readQuestion(packet []byte) (question, error) {
	var p dnsmessage.Parser
	header, err := p.Start(packet)
	if err != nil {
		return question{}, err
	}
	asked, err := p.Question()
	return question{asked, header.ID}, err
}

var errOtherAnswer = errors.New("an answer to another question")

// readAnswer reads a packet that came in answer to q. An error means that it is none, or not a whole one.
func readAnswer(packet []byte, q question) (Answer, error) {
	var p dnsmessage.Parser
	header, err := p.Start(packet)
	if err != nil {
		return Answer{}, err
	}
	asked, err := p.Question()
	if err != nil {
		return Answer{}, err
	}
	if !header.Response || header.ID != q.id || asked.Type != q.Type || asked.Class != q.Class || !sameName(asked.Name, q.Name) {
		return Answer{}, errOtherAnswer
	}
	if err := p.SkipAllQuestions(); err != nil {
		return Answer{}, err
	}
	a := Answer{asked: asked.Type, code: header.RCode, truncated: header.Truncated}
	if a.truncated { // what is there of the rest counts for nothing
		return a, nil
	}
	records, err := p.AllAnswers()
	if err != nil {
		return Answer{}, err
	}
	a.readRecords(lowerName(asked.Name), records)
	a.readRest(&p)
	a.lame = a.code == dnsmessage.RCodeSuccess && !header.Authoritative && !header.RecursionAvailable && len(records) == 0 && a.zone == ""
	return a, nil
}

// readRecords follows the aliases from a name to its addresses.
func (a *Answer) readRecords(name string, records []dnsmessage.Resource) {
	alias, addrs := map[string]string{}, map[string][]netip.Addr{}
	for _, r := range records {
		owner := lowerName(r.Header.Name)
		switch body := r.Body.(type) {
		case *dnsmessage.CNAMEResource:
			alias[owner] = lowerName(body.CNAME)
		case *dnsmessage.AResource:
			addrs[owner] = append(addrs[owner], netip.AddrFrom4(body.A))
		case *dnsmessage.AAAAResource:
			addrs[owner] = append(addrs[owner], netip.AddrFrom16(body.AAAA).Unmap())
		}
	}
	seen := []string{name}
	for alias[name] != "" && !a.loops {
		name = alias[name]
		a.aliases = append(a.aliases, strings.TrimSuffix(name, "."))
		a.loops = slices.Contains(seen, name)
		seen = append(seen, name)
	}
	a.addrs = addrs[name]
	a.strangers = len(a.addrs) == 0 && len(addrs) > 0
}

// readRest reads the zone and the extended errors that stand behind the records, as far as they can be read.
func (a *Answer) readRest(p *dnsmessage.Parser) {
	authorities, err := p.AllAuthorities()
	for _, r := range authorities {
		if r.Header.Type == dnsmessage.TypeSOA && len(a.addrs) == 0 {
			a.zone = lowerName(r.Header.Name)
		}
	}
	if err != nil {
		return
	}
	additionals, err := p.AllAdditionals()
	if err != nil {
		return
	}
	for _, r := range additionals {
		if opt, ok := r.Body.(*dnsmessage.OPTResource); ok {
			a.code = r.Header.ExtendedRCode(a.code)
			a.readOptions(opt.Options)
		}
	}
}

func (a *Answer) readOptions(options []dnsmessage.Option) {
	for _, o := range options {
		if o.Code == extendedErrorOption && len(o.Data) >= 2 {
			code := binary.BigEndian.Uint16(o.Data)
			a.extended = append(a.extended, ExtendedError{code, strings.TrimRight(string(o.Data[2:]), "\x00")})
		}
	}
}

func lowerName(n dnsmessage.Name) string { return strings.ToLower(n.String()) }

func sameName(a, b dnsmessage.Name) bool { return lowerName(a) == lowerName(b) }
