package checks

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"klyra-doctor/checks/dns"
)

var (
	numericHost = matching(`(?i)^(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*$`)
	plainLabel  = matching(`^[A-Za-z0-9_-]+$`)
)

// What the DNS allows (RFC 1035).
const (
	longestLabel = 63
	longestName  = 253
)

// hostFits judges the host, gives it its ASCII form, and reports whether it can be looked up.
func (p *urlProbe) hostFits(u *url.URL) bool {
	host := u.Hostname()
	if a, err := netip.ParseAddr(host); err == nil && a.Zone() == "" {
		return true
	}
	if strings.Contains(host, ":") {
		p.oddHost(Fail, host, "the IPv6 address holds for one machine only: what stands behind its % names a network card", "")
		return false
	}
	if !p.asciiHost(u) {
		return false
	}
	host = u.Hostname()
	name := strings.TrimSuffix(host, ".")
	if numericHost().MatchString(name) {
		p.numericHost(host, name)
		return false
	}
	if trouble := nameTrouble(name); trouble != "" {
		p.oddHost(Fail, host, trouble, "")
		return false
	}
	switch {
	case name != host:
		p.oddHost(Warn, host, "the host ends in a dot, which some clients and certificates do not accept", name)
	case strings.Contains(host, "_"):
		p.oddHost(Warn, host, "the host has an underscore, which some clients refuse", "")
	case strings.Contains("."+host+".", ".-") || strings.Contains("."+host+".", "-."):
		p.oddHost(Warn, host, "a part of the host begins or ends with a hyphen, which some clients refuse", "")
	}
	return true
}

// nameTrouble says why no name server can be asked for a name; "" where it can.
func nameTrouble(name string) string {
	if len(name) > longestName {
		return fmt.Sprintf("the host has %d characters; %d are the most", len(name), longestName)
	}
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "":
			return "the host has a dot too many: a part of it is empty"
		case !plainLabel().MatchString(label):
			return "the host is not a valid name: " + strangers(label)
		case len(label) > longestLabel:
			return fmt.Sprintf("a part of the host has %d characters; %d are the most", len(label), longestLabel)
		}
	}
	return ""
}

// strangers names the first character of a label that no name may hold.
func strangers(label string) string {
	for at, r := range label {
		if !plainLabel().MatchString(string(r)) {
			return fmt.Sprintf("it holds %q, %s", r, characterName(label[at:]))
		}
	}
	return ""
}

// oddHost adds a finding about the host; better is what to write in its place, "" where that is not known.
func (p *urlProbe) oddHost(status Status, host, summary, better string) {
	remedy := "Use a plain host name: letters, digits, hyphens and dots."
	if better != "" {
		remedy = fmt.Sprintf("Write %s.", better)
	}
	p.add(Finding{
		ID: "url.host", Status: status, Summary: summary, Evidence: []Evidence{{"host", firstRunes(host)}},
		Remedy: remedy,
	})
}

// numericHost adds the finding for a host of numbers, which is an address to some clients and a name to others.
func (p *urlProbe) numericHost(host, name string) {
	f := Finding{
		ID: "url.host", Status: Fail, Evidence: []Evidence{{"host", firstRunes(host)}},
		Summary: "the host looks like an address, but is none in the usual form of four decimal numbers",
		Remedy:  "Use a host name, or an address as four decimal numbers without leading zeros.",
	}
	if a, ok := looseAddress(name); ok {
		f.Evidence = append(f.Evidence, Evidence{"browsers and C libraries read it as", addressInWords(a)})
		f.Remedy += " Downloaders refuse the other forms, which are used to get around filters."
	}
	p.add(f)
}

func addressInWords(a netip.Addr) string {
	if kind := dns.AddressKind(a); kind != "" {
		return fmt.Sprintf("%s (%s)", a, kind)
	}
	return a.String()
}

// looseAddress reads an IPv4 address as C's inet_aton does: one to four numbers, each decimal, octal or
// hexadecimal, the last of which fills the bytes that are left.
func looseAddress(name string) (a netip.Addr, ok bool) {
	parts := strings.Split(strings.ToLower(name), ".")
	if len(parts) > 4 {
		return a, false
	}
	var whole uint64
	for i, part := range parts {
		n, err := looseNumber(part)
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		if err != nil || n >= 1<<bits {
			return a, false
		}
		whole = whole<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(whole >> 24), byte(whole >> 16), byte(whole >> 8), byte(whole)}), true
}

func looseNumber(text string) (uint64, error) {
	switch {
	case text == "0x":
		return 0, nil
	case strings.HasPrefix(text, "0x"):
		return strconv.ParseUint(text[2:], 16, 33)
	case len(text) > 1 && text[0] == '0':
		return strconv.ParseUint(text, 8, 33)
	}
	return strconv.ParseUint(text, 10, 33)
}

// portFits judges the port and reports whether it can be dialled.
func (p *urlProbe) portFits(u *url.URL) bool {
	port := u.Port()
	n, err := strconv.Atoi(port)
	switch {
	case port == "":
		return true
	case err != nil || n < 1 || n > 65535:
		p.add(Finding{
			ID: "url.port", Status: Fail, Summary: fmt.Sprintf("there is no port %s", firstRunes(port)),
			Remedy: "Ports go from 1 to 65535; leave it out for the usual one.",
		})
		return false
	case n == 443 && u.Scheme == "https", n == 80 && u.Scheme == "http", p.isAPI(u):
		return true
	}
	p.add(Finding{
		ID: "url.port", Status: Warn, Summary: fmt.Sprintf("port %d is not the usual one for %s", n, u.Scheme),
		Remedy: "Serve the file on the usual port (443 for https): many downloaders are not let out to others.",
	})
	return true
}
