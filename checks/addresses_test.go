package checks

import (
	"net/netip"
	"testing"
)

func TestAddressKind(t *testing.T) {
	cases := map[string]string{
		"93.184.216.34":        "",
		"8.8.8.8":              "",
		"100.63.255.255":       "",
		"100.128.0.1":          "",
		"172.15.255.255":       "",
		"172.32.0.1":           "",
		"2606:4700::1111":      "",
		"2002:5db8:d822::1":    "", // 6to4 of 93.184.216.34
		"64:ff9b::5db8:d822":   "", // NAT64 of 93.184.216.34
		"::ffff:93.184.216.34": "",

		"0.0.0.0":                "this-host",
		"0.1.2.3":                "this-host",
		"10.255.255.53":          "private",
		"100.64.0.1":             "carrier-grade NAT",
		"100.127.255.255":        "carrier-grade NAT",
		"127.0.0.1":              "loopback",
		"127.255.255.255":        "loopback",
		"169.254.169.254":        "cloud metadata",
		"169.254.1.1":            "link-local",
		"172.16.0.1":             "private",
		"172.31.255.255":         "private",
		"192.0.0.8":              "protocol assignment",
		"192.0.2.1":              "documentation",
		"192.88.99.1":            "6to4 relay",
		"192.168.1.1":            "private",
		"198.18.0.1":             "benchmarking",
		"198.19.255.255":         "benchmarking",
		"198.51.100.7":           "documentation",
		"203.0.113.7":            "documentation",
		"224.0.0.1":              "multicast",
		"240.0.0.1":              "reserved",
		"255.255.255.255":        "broadcast",
		"::":                     "this-host",
		"::1":                    "loopback",
		"::ffff:10.0.0.1":        "private",
		"::7f00:1":               "reserved", // the abandoned IPv4-compatible form
		"64:ff9b::a00:1":         "private",  // NAT64 of 10.0.0.1
		"64:ff9b:1::1":           "local NAT64",
		"100::1":                 "discard",
		"2001::1":                "Teredo",
		"2001:2::1":              "protocol assignment",
		"2001:db8::1":            "documentation",
		"2002:7f00:1::1":         "loopback", // 6to4 of 127.0.0.1
		"3fff::1":                "documentation",
		"5f00::1":                "segment routing",
		"4000::1":                "reserved",
		"fc00::1":                "private",
		"fd12:3456:789a::1":      "private",
		"fd00:ec2::254":          "cloud metadata",
		"fe80::1":                "link-local",
		"fe80::1%eth0":           "link-local",
		"fec0::1":                "site-local",
		"ff02::1":                "multicast",
		"::ffff:169.254.169.254": "cloud metadata",
	}
	for address, want := range cases {
		if got := addressKind(netip.MustParseAddr(address)); got != want {
			t.Errorf("addressKind(%s) = %q, want %q", address, got, want)
		}
	}
}
