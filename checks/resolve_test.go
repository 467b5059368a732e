package checks

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"klyra-doctor/checks/dns"
	"klyra-doctor/checks/dns/dnstest"
)

var dnsCases = []struct {
	name, host string
	script     dnstest.Script
	want       string // findings
	addrs      string // found
	says       string // by the findings, in order, with " … " between
}{
	{
		name: "both sorts of addresses", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10 93.184.216.11", AAAA: "2606:2800:220::10"},
		addrs: "2606:2800:220::10, 93.184.216.10, 93.184.216.11",
	},
	{name: "aliases", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10", Aliases: "h.example.com. a.example.net. a.example.net. b.example.net."}, addrs: "93.184.216.10"},
	{name: "upper case", host: "H.Example.COM", script: dnstest.Script{A: "93.184.216.10", Aliases: "h.EXAMPLE.com. A.example.net."}, addrs: "93.184.216.10"},
	{name: "truncated, then whole over TCP", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10", Way: dnstest.Truncated}, addrs: "93.184.216.10"},
	{name: "the first packet is lost", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10", Lost: 1}, addrs: "93.184.216.10"},

	{name: "NXDOMAIN", host: "h.example.com", script: dnstest.Script{Code: 3, Code6: 3, Zone: "example.com."}, want: "dns.not_found fail", says: "there is no such name as h.example.com … A: no such name (NXDOMAIN) … said for the zone: example.com … 127.0.0.1:"},
	{name: "NXDOMAIN of the domain", host: "h.exampel.com", script: dnstest.Script{Code: 3, Code6: 3, Zone: "com."}, want: "dns.not_found fail", says: "not registered … said for the zone: com"},
	{name: "NXDOMAIN of the ending", host: "h.example.cmo", script: dnstest.Script{Code: 3, Code6: 3, Zone: "."}, want: "dns.not_found fail", says: "nothing ends like that … said for the zone: the root"},
	{name: "NXDOMAIN of an alias", host: "h.example.com", script: dnstest.Script{Code: 3, Code6: 3, Aliases: "h.example.com. gone.cloud.example.net."}, want: "dns.not_found fail", says: "h.example.com is an alias of gone.cloud.example.net, and there is no such name … alias of: gone.cloud.example.net … CNAME"},
	{name: "NXDOMAIN of a name by mDNS", host: "nas.local", script: dnstest.Script{Code: 3, Code6: 3, Zone: "."}, want: "dns.not_found unknown", says: "no name server can tell about nas.local … answers for it"},
	{name: "Tor's names are not asked for", host: "abc.onion", script: dnstest.Script{A: "93.184.216.10"}, want: "dns.not_found unknown", says: "no name server can tell … name server: none was asked"},
	{name: "NODATA", host: "h.example.com", script: dnstest.Script{Zone: "example.com."}, want: "dns.no_address fail", says: "h.example.com exists, but has no address … NODATA"},
	{name: "NODATA of an alias", host: "h.example.com", script: dnstest.Script{Aliases: "h.example.com. a.example.net.", Zone: "example.net."}, want: "dns.no_address fail", says: "is an alias of a.example.net, which has no address"},
	{name: "NODATA for one, NXDOMAIN for the other", host: "h.example.com", script: dnstest.Script{Code6: 3}, want: "dns.no_address fail", says: "A: the name exists, but has no such record (NODATA); AAAA: no such name (NXDOMAIN)"},
	{name: "aliases in a circle", host: "h.example.com", script: dnstest.Script{Aliases: "h.example.com. a.example.net. a.example.net. h.example.com."}, want: "dns.no_address fail", says: "in a circle … alias of: a.example.net, then h.example.com"},
	{name: "alias of itself", host: "h.example.com", script: dnstest.Script{Aliases: "h.example.com. h.example.com."}, want: "dns.no_address fail", says: "in a circle"},

	{name: "SERVFAIL", host: "h.example.com", script: dnstest.Script{Code: 2, Code6: 2}, want: "dns.server_failure unknown", says: "could not find out the address … SERVFAIL"},
	{name: "DNSSEC, expired", host: "h.example.com", script: dnstest.Script{Code: 2, Code6: 2, Told: []dnstest.Told{{Code: 7, Text: "RRSIG of example.com expired"}}}, want: "dns.server_failure fail", says: "rejects the DNSSEC signatures of h.example.com … the name server adds: Signature Expired: RRSIG of example.com expired … DS record"},
	{name: "DNSSEC, bogus, without words", host: "h.example.com", script: dnstest.Script{Code: 2, Code6: 2, Told: []dnstest.Told{{Code: 6}}}, want: "dns.server_failure fail", says: "adds: DNSSEC Bogus"},
	{name: "no authority reached", host: "h.example.com", script: dnstest.Script{Code: 2, Code6: 2, Told: []dnstest.Told{{Code: 22, Text: "at delegation example.com"}, {Code: 23, Text: "192.0.2.1:53 timed out"}}}, want: "dns.server_failure unknown", says: "cannot reach the name servers of the domain … No Reachable Authority: at delegation example.com; Network Error: 192.0.2.1:53 timed out"},
	{name: "blocked", host: "h.example.com", script: dnstest.Script{Code: 3, Code6: 3, Told: []dnstest.Told{{Code: 15}}}, want: "dns.server_failure unknown", says: "blocks h.example.com … NXDOMAIN … adds: Blocked"},
	{name: "blocked by a false address", host: "h.example.com", script: dnstest.Script{A: "0.0.0.0", Told: []dnstest.Told{{Code: 17, Text: "on the list of ads"}}}, want: "dns.server_failure unknown", says: "blocks h.example.com … A: 0.0.0.0 … adds: Filtered: on the list of ads"},
	{name: "an error of its own number", host: "h.example.com", script: dnstest.Script{Code: 2, Code6: 2, Told: []dnstest.Told{{Code: 49152, Text: "ours"}}}, want: "dns.server_failure unknown", says: "adds: error 49152: ours"},
	{name: "REFUSED", host: "h.example.com", script: dnstest.Script{Code: 5, Code6: 5}, want: "dns.server_failure unknown", says: "refuses to answer for h.example.com … REFUSED"},
	{name: "FORMERR", host: "h.example.com", script: dnstest.Script{Code: 1, Code6: 1}, want: "dns.server_failure unknown", says: "no usable answer … FORMERR"},
	{name: "a code beyond four bits", host: "h.example.com", script: dnstest.Script{Code: 23, Code6: 23}, want: "dns.server_failure unknown", says: "response code 23"},
	{name: "lame", host: "h.example.com", script: dnstest.Script{Way: dnstest.NoRecursion}, want: "dns.server_failure unknown", says: "only points at others … a referral to other servers"},
	{name: "truncated, and no TCP", host: "h.example.com", script: dnstest.Script{Way: dnstest.TruncatedTCPClosed}, want: "dns.server_failure unknown", says: "too long for one packet … truncated … TCP port 53"},
	{name: "addresses of another name", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10", Way: dnstest.OtherName}, want: "dns.server_failure unknown", says: "addresses of another name than h.example.com"},
	{name: "answers to another question", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10", Way: dnstest.OtherQuestion}, want: "dns.server_failure unknown", says: "no answer that can be read … packets that are no answer to the question"},
	{name: "forged numbers", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10", Way: dnstest.OtherNumber}, want: "dns.server_failure unknown", says: "no answer that can be read"},
	{name: "noise", host: "h.example.com", script: dnstest.Script{Way: dnstest.Noise}, want: "dns.server_failure unknown", says: "no answer that can be read"},
	{name: "cut packets", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10", Way: dnstest.CutShort}, want: "dns.server_failure unknown", says: "packets that are no answer"},
	{name: "silence", host: "h.example.com", script: dnstest.Script{Way: dnstest.Silent}, want: "dns.timeout unknown", says: "no name server answered for h.example.com in time … answer: none"},
	{name: "NODATA, then silence", host: "h.example.com", script: dnstest.Script{Way: dnstest.SilentOnAAAA}, want: "dns.timeout unknown", says: "NODATA"},

	{name: "IPv6 only", host: "h.example.com", script: dnstest.Script{AAAA: "2606:2800:220::10"}, want: "dns.ipv6_only warn", addrs: "2606:2800:220::10", says: "IPv6 addresses only"},
	{name: "fails on IPv6", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10", Code6: 2}, want: "dns.server_failure warn", addrs: "93.184.216.10", says: "fail on its IPv6 ones … A: 93.184.216.10 … AAAA: the name server could not find out (SERVFAIL)"},
	{name: "fails on IPv4", host: "h.example.com", script: dnstest.Script{AAAA: "2606:2800:220::10", Code: 2}, want: "dns.server_failure warn", addrs: "2606:2800:220::10", says: "fail on its IPv4 ones"},
	{name: "denies the name for IPv6", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10", Code6: 3}, want: "dns.server_failure warn", addrs: "93.184.216.10", says: "IPv6 … NXDOMAIN"},
	{name: "silent on IPv6", host: "h.example.com", script: dnstest.Script{A: "93.184.216.10", Way: dnstest.SilentOnAAAA}, want: "dns.timeout warn", addrs: "93.184.216.10", says: "fail on its IPv6 ones"},
}

func TestResolve(t *testing.T) {
	for _, c := range dnsCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := internet
			n.nameServer = dnstest.Serve(t, c.script).Addr
			switch {
			case c.addrs == "": // those that find some must not run out of time
				n.phases.dns = time.Second
			case c.script.Lost > 0: // and on a loaded machine the answer to a second packet must not be late
				n.phases.dns = 10 * time.Second
			}
			p := &urlProbe{Target: urlTarget(t, "", ""), net: n}
			h := &hop{url: hostURL(c.host)}
			if found := p.resolve(inTime(t), h); found != (c.addrs != "") {
				t.Errorf("resolved: %v", found)
			}
			r := Result{Findings: p.findings}
			if got := verdicts(r); got != c.want || !sameAddresses(h.addrs, c.addrs) {
				t.Errorf("findings %q and addresses %v, want %q and %q\n%s", got, h.addrs, c.want, c.addrs, texts(r))
			}
			if missing := missingFrom(texts(r), c.says); missing != "" {
				t.Errorf("%q is missing from:\n%s", missing, texts(r))
			}
		})
	}
}

// sameAddresses compares in any order, which is the machine's own to choose.
func sameAddresses(got []netip.Addr, want string) bool {
	fields := strings.Fields(strings.ReplaceAll(want, ",", " "))
	for _, a := range got {
		if !strings.Contains(" "+want+",", " "+a.String()+",") {
			return false
		}
	}
	return len(got) == len(fields)
}

// TestResolveNothingElse holds that no search domain is tried for a name with a dot, and that nothing is asked for
// an address.
func TestResolveNothingElse(t *testing.T) {
	s := dnstest.Serve(t, dnstest.Script{Code: 3, Code6: 3})
	n := internet
	n.nameServer = s.Addr
	p := &urlProbe{Target: urlTarget(t, "", ""), net: n}
	p.resolve(inTime(t), &hop{url: hostURL("93.184.216.10")})
	if asked := s.Names(); len(asked) > 0 {
		t.Errorf("%q was asked for an address", asked)
	}
	p.resolve(inTime(t), &hop{url: hostURL("h.example.com")})
	for _, name := range s.Names() {
		if name != "h.example.com." && name != "." {
			t.Errorf("%s was asked for h.example.com", name)
		}
	}
}

// TestHostsFile works on a lookup that nobody was asked in, as there is no name with a dot in the hosts file of the
// machines that run the tests.
func TestHostsFile(t *testing.T) {
	for host, want := range map[string]string{
		"media.example.com": "view.hosts_file warn",
		"nas.local":         "url.local_name fail", // says enough
	} {
		p := probeOf(t, "https://"+host+"/")
		u := p.form()
		p.judgeLookup(&hop{url: u, addrs: []netip.Addr{netip.MustParseAddr("10.0.0.10")}, fromFile: true}, dns.Lookup{Host: host})
		if got := verdicts(Result{Findings: p.findings}); got != want {
			t.Errorf("%s: found %q, want %q", host, got, want)
		}
	}
}

// TestLookupFailures holds that each cause has words.
func TestLookupFailures(t *testing.T) {
	for cause := dns.Whole + 1; cause < dns.CauseCount; cause++ {
		if f := lookupFailures[cause]; f.id == "" || f.status == "" || f.summary == "" || f.remedy == "" {
			t.Errorf("cause %d: %#v", cause, f)
		}
	}
}

func hostURL(host string) *url.URL { return &url.URL{Scheme: "https", Host: host, Path: "/"} }
