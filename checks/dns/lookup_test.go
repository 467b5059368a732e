package dns

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"klyra-doctor/checks/dns/dnstest"
)

// lookupCases hold a lookup of each cause that a name server can be the reason of.
var lookupCases = []struct {
	name   string
	host   string
	script dnstest.Script
	cause  Cause
	addrs  []string // in any order
}{
	{"both sorts", "h.example.com", dnstest.Script{A: "192.0.2.1", AAAA: "2001:db8::1"}, Whole, []string{"192.0.2.1", "2001:db8::1"}},
	{"truncated, then whole over TCP", "h.example.com", dnstest.Script{A: "192.0.2.1", Way: dnstest.Truncated}, Whole, []string{"192.0.2.1"}},
	{"alias", "h.example.com", dnstest.Script{A: "192.0.2.1", Aliases: "h.example.com. a.example.net."}, Whole, []string{"192.0.2.1"}},
	{"NXDOMAIN", "h.example.com", dnstest.Script{Code: 3, Code6: 3, Zone: "example.com."}, NoSuchName, nil},
	{"NXDOMAIN of the domain", "h.example.com", dnstest.Script{Code: 3, Code6: 3, Zone: "com."}, NoSuchDomain, nil},
	{"NXDOMAIN of the ending", "h.example.cmo", dnstest.Script{Code: 3, Code6: 3, Zone: "."}, NoSuchEnding, nil},
	{"NXDOMAIN of an alias", "h.example.com", dnstest.Script{Code: 3, Code6: 3, Aliases: "h.example.com. a.example.net."}, NoSuchAlias, nil},
	{"name of mDNS", "nas.local", dnstest.Script{Code: 3, Code6: 3, Zone: "."}, KeptElsewhere, nil},
	{"name of Tor", "abc.onion", dnstest.Script{A: "192.0.2.1"}, KeptElsewhere, nil},
	{"NODATA", "h.example.com", dnstest.Script{Zone: "example.com."}, NoAddress, nil},
	{"NODATA of an alias", "h.example.com", dnstest.Script{Aliases: "h.example.com. a.example.net."}, NoAddressOfAlias, nil},
	{"aliases in a circle", "h.example.com", dnstest.Script{Aliases: "h.example.com. a.example.net. a.example.net. h.example.com."}, AliasLoop, nil},
	{"DNSSEC", "h.example.com", dnstest.Script{Code: 2, Code6: 2, Told: []dnstest.Told{{Code: 7, Text: "expired"}}}, BadSignatures, nil},
	{"blocked", "h.example.com", dnstest.Script{A: "0.0.0.0", Told: []dnstest.Told{{Code: 17}}}, Blocked, nil},
	{"authority not reached", "h.example.com", dnstest.Script{Code: 2, Code6: 2, Told: []dnstest.Told{{Code: 22}}}, SilentAuthority, nil},
	{"SERVFAIL", "h.example.com", dnstest.Script{Code: 2, Code6: 2, Told: []dnstest.Told{{Code: 49152}}}, ServerFailed, nil},
	{"REFUSED", "h.example.com", dnstest.Script{Code: 5, Code6: 5}, Refused, nil},
	{"referral", "h.example.com", dnstest.Script{Way: dnstest.NoRecursion}, Lame, nil},
	{"truncated, and no TCP", "h.example.com", dnstest.Script{Way: dnstest.TruncatedTCPClosed}, Cut, nil},
	{"addresses of another name", "h.example.com", dnstest.Script{A: "192.0.2.1", Way: dnstest.OtherName}, OtherNames, nil},
	{"answers to another question", "h.example.com", dnstest.Script{A: "192.0.2.1", Way: dnstest.OtherQuestion}, Unreadable, nil},
	{"forged numbers", "h.example.com", dnstest.Script{A: "192.0.2.1", Way: dnstest.OtherNumber}, Unreadable, nil},
	{"noise", "h.example.com", dnstest.Script{Way: dnstest.Noise}, Unreadable, nil},
	{"cut packets", "h.example.com", dnstest.Script{A: "192.0.2.1", Way: dnstest.CutShort}, Unreadable, nil},
	{"another code", "h.example.com", dnstest.Script{Code: 23, Code6: 23}, Unusable, nil},
	{"silence", "h.example.com", dnstest.Script{Way: dnstest.Silent}, Unanswered, nil},
	{"failure on IPv6", "h.example.com", dnstest.Script{A: "192.0.2.1", Code6: 2}, HalfFailed, []string{"192.0.2.1"}},
	{"silence on IPv6", "h.example.com", dnstest.Script{A: "192.0.2.1", Way: dnstest.SilentOnAAAA}, HalfUnanswered, []string{"192.0.2.1"}},
}

func TestAsk(t *testing.T) {
	for _, c := range lookupCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			limit := time.Second
			if c.addrs != nil { // those that find some must not run out of time
				limit = 3 * time.Second
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			l := Query{c.host, dnstest.Serve(t, c.script).Addr, limit * 2 / 5}.Ask(ctx)
			if !sameAddrs(l.Addrs, c.addrs) || l.Cause != c.cause || l.FromFile {
				t.Errorf("addresses %v, want %v; cause %d, want %d", l.Addrs, c.addrs, l.Cause, c.cause)
			}
			if half := c.cause == HalfFailed || c.cause == HalfUnanswered; half != (l.Lacks == "IPv6") {
				t.Errorf("lacks %q", l.Lacks)
			}
		})
	}
}

// TestCauses holds that no cause is left out of the cases. That there is no network is none of a server's doing.
func TestCauses(t *testing.T) {
	seen := map[Cause]bool{NoNetwork: true}
	for _, c := range lookupCases {
		seen[c.cause] = true
	}
	for cause := range CauseCount {
		if !seen[cause] {
			t.Errorf("no case for cause %d", cause)
		}
	}
}

func sameAddrs(got []netip.Addr, want []string) bool {
	return len(got) == len(want) && !slices.ContainsFunc(got, func(a netip.Addr) bool { return !slices.Contains(want, a.String()) })
}

// TestNoNetwork has a machine on whose port for name servers nobody listens.
func TestNoNetwork(t *testing.T) {
	l := Query{Host: "h.example.com", Server: "127.0.0.1:0"}.Ask(t.Context())
	if l.Cause != NoNetwork || len(l.Addrs) > 0 {
		t.Errorf("%+v", l)
	}
}

// TestAskSettled holds that a lookup ends in its own time though the name server is silent, and then tells which
// server that was.
func TestAskSettled(t *testing.T) {
	s := dnstest.Serve(t, dnstest.Script{Way: dnstest.Silent})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	l := Query{"h.example.com", s.Addr, 50 * time.Millisecond}.Ask(ctx)
	if ctx.Err() != nil || len(l.Addrs) > 0 || l.Cause != Unanswered || !slices.Equal(l.Servers, []string{s.Addr}) {
		t.Errorf("%+v", l)
	}
}

// TestAskCancelled holds that nothing is asked for a query that was cancelled before.
func TestAskCancelled(t *testing.T) {
	s := dnstest.Serve(t, dnstest.Script{A: "192.0.2.1"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if l := (Query{Host: "h.example.com", Server: s.Addr}).Ask(ctx); len(l.Addrs) > 0 || len(s.Names()) > 0 {
		t.Errorf("%+v, asked for %q", l, s.Names())
	}
}
