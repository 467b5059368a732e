package dns

import (
	"net/netip"
	"testing"
)

// rangeCases are the ranges that nobody reaches from the public internet, with the kinds of their first and last
// address and of the ones before and behind them; "-" where there is none.
var rangeCases = []struct{ first, last, kind, before, behind string }{
	{"0.0.0.0", "0.255.255.255", "this-host", "-", ""},
	{"10.0.0.0", "10.255.255.255", "private", "", ""},
	{"100.64.0.0", "100.127.255.255", "carrier-grade NAT", "", ""},
	{"100.100.100.200", "100.100.100.200", "cloud metadata", "carrier-grade NAT", "carrier-grade NAT"},
	{"127.0.0.0", "127.255.255.255", "loopback", "", ""},
	{"168.63.129.16", "168.63.129.16", "cloud metadata", "", ""},
	{"169.254.0.0", "169.254.255.255", "link-local", "", ""},
	{"169.254.169.254", "169.254.169.254", "cloud metadata", "link-local", "link-local"},
	{"169.254.170.2", "169.254.170.2", "cloud metadata", "link-local", "link-local"},
	{"169.254.170.23", "169.254.170.23", "cloud metadata", "link-local", "link-local"},
	{"169.254.42.42", "169.254.42.42", "cloud metadata", "link-local", "link-local"},
	{"172.16.0.0", "172.31.255.255", "private", "", ""},
	{"192.0.0.0", "192.0.0.255", "protocol assignment", "", ""},
	{"192.0.0.192", "192.0.0.192", "cloud metadata", "protocol assignment", "protocol assignment"},
	{"192.0.2.0", "192.0.2.255", "documentation", "", ""},
	{"192.88.99.0", "192.88.99.255", "6to4 relay", "", ""},
	{"192.168.0.0", "192.168.255.255", "private", "", ""},
	{"198.18.0.0", "198.19.255.255", "benchmarking", "", ""},
	{"198.51.100.0", "198.51.100.255", "documentation", "", ""},
	{"203.0.113.0", "203.0.113.255", "documentation", "", ""},
	{"224.0.0.0", "239.255.255.255", "multicast", "", "reserved"},
	{"240.0.0.0", "255.255.255.254", "reserved", "multicast", "broadcast"},
	{"255.255.255.255", "255.255.255.255", "broadcast", "reserved", "-"},

	{"::", "::", "this-host", "-", "loopback"},
	{"::1", "::1", "loopback", "this-host", "reserved"},
	{"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "local NAT64", "reserved", "reserved"},
	{"100::", "100::ffff:ffff:ffff:ffff", "discard", "reserved", "dummy"},
	{"100:0:0:1::", "100::1:ffff:ffff:ffff:ffff", "dummy", "discard", "reserved"},
	{"2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "Teredo", "", "protocol assignment"},
	{"2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "protocol assignment", "Teredo", ""},
	{"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "documentation", "", ""},
	{"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "documentation", "", ""},
	{"4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", "", "segment routing"},
	{"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "segment routing", "reserved", "reserved"},
	{"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private", "reserved", "reserved"},
	{"fd00:ec2::254", "fd00:ec2::254", "cloud metadata", "private", "private"},
	{"fd00:ec2::23", "fd00:ec2::23", "cloud metadata", "private", "private"},
	{"fd20:ce::254", "fd20:ce::254", "cloud metadata", "private", "private"},
	{"fd00:c1::a9fe:a9fe", "fd00:c1::a9fe:a9fe", "cloud metadata", "private", "private"},
	{"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "link-local", "reserved", "site-local"},
	{"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "site-local", "link-local", "multicast"},
	{"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast", "site-local", "-"},
}

func TestAddressRanges(t *testing.T) {
	listed := map[netip.Addr]bool{}
	for _, c := range rangeCases {
		first, last := netip.MustParseAddr(c.first), netip.MustParseAddr(c.last)
		listed[first] = true
		for address, want := range map[netip.Addr]string{first: c.kind, last: c.kind, first.Prev(): c.before, last.Next(): c.behind} {
			if want == "-" && !address.IsValid() {
				continue
			}
			if got := AddressKind(address); got != want {
				t.Errorf("%s to %s: %s is %q, want %q", c.first, c.last, address, got, want)
			}
			if mapped := netip.AddrFrom16(address.As16()); address.Is4() && AddressKind(mapped) != want {
				t.Errorf("%s is %q, want %q as without ::ffff:", mapped, AddressKind(mapped), want)
			}
		}
	}
	for _, r := range addressRanges {
		if !listed[r.prefix.Addr()] {
			t.Errorf("no case for %s", r.prefix)
		}
	}
}

// TestEmbeddedAddresses holds that an IPv6 address that stands for an IPv4 one is judged as that one.
func TestEmbeddedAddresses(t *testing.T) {
	for _, c := range rangeCases {
		for _, text := range []string{c.first, c.last} {
			a := netip.MustParseAddr(text)
			if !a.Is4() {
				continue
			}
			b := a.As4()
			nat64, sixToFour := netip.MustParseAddr("64:ff9b::").As16(), netip.MustParseAddr("2002::1").As16()
			copy(nat64[12:], b[:])
			copy(sixToFour[2:], b[:])
			for _, form := range []netip.Addr{netip.AddrFrom16(nat64), netip.AddrFrom16(sixToFour), netip.AddrFrom16(a.As16())} {
				if got := AddressKind(form); got != c.kind {
					t.Errorf("%s, which holds %s, is %q, want %q", form, a, got, c.kind)
				}
			}
		}
	}
	for text, want := range map[string]string{
		"93.184.216.34": "", "2606:4700::1111": "", "2002:5db8:d822::1": "", "64:ff9b::5db8:d822": "", "::ffff:93.184.216.34": "",
		"::7f00:1": "reserved", "::ffff:0:7f00:1": "reserved", "fe80::1%eth0": "link-local", "64:ff9a:ffff::": "reserved", "2003::": "",
	} {
		if got := AddressKind(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}
