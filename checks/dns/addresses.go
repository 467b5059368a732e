package dns

import "net/netip"

// addressRange is a range of addresses that nobody reaches from the public internet.
type addressRange struct {
	prefix netip.Prefix
	kind   string // what the range is, to be read after "is a … address"
}

// MetadataKind is where clouds hand out the credentials of their machines.
const MetadataKind = "cloud metadata"

// addressRanges lists the non-public ranges of IANA's special-purpose registries and where clouds keep their
// metadata, narrower ranges before the wider ones that hold them. netip's own predicates know only half of them.
var addressRanges = []addressRange{
	{netip.MustParsePrefix("0.0.0.0/8"), "this-host"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private"},
	{netip.MustParsePrefix("100.100.100.200/32"), MetadataKind}, // Alibaba Cloud
	{netip.MustParsePrefix("100.64.0.0/10"), "carrier-grade NAT"},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback"},
	{netip.MustParsePrefix("168.63.129.16/32"), MetadataKind},   // Azure
	{netip.MustParsePrefix("169.254.169.254/32"), MetadataKind}, // most clouds
	{netip.MustParsePrefix("169.254.170.2/32"), MetadataKind},   // AWS, containers
	{netip.MustParsePrefix("169.254.170.23/32"), MetadataKind},  // AWS, Kubernetes
	{netip.MustParsePrefix("169.254.42.42/32"), MetadataKind},   // Scaleway
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local"},
	{netip.MustParsePrefix("172.16.0.0/12"), "private"},
	{netip.MustParsePrefix("192.0.0.192/32"), MetadataKind}, // Oracle Cloud, its first machines
	{netip.MustParsePrefix("192.0.0.0/24"), "protocol assignment"},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "6to4 relay"},
	{netip.MustParsePrefix("192.168.0.0/16"), "private"},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking"},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("255.255.255.255/32"), "broadcast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"},

	{netip.MustParsePrefix("::/128"), "this-host"},
	{netip.MustParsePrefix("::1/128"), "loopback"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "local NAT64"},
	{netip.MustParsePrefix("100::/64"), "discard"},
	{netip.MustParsePrefix("100:0:0:1::/64"), "dummy"},
	{netip.MustParsePrefix("2001::/32"), "Teredo"},
	{netip.MustParsePrefix("2001:db8::/32"), "documentation"},
	{netip.MustParsePrefix("2001::/23"), "protocol assignment"},
	{netip.MustParsePrefix("3fff::/20"), "documentation"},
	{netip.MustParsePrefix("5f00::/16"), "segment routing"},
	{netip.MustParsePrefix("fd00:ec2::254/128"), MetadataKind},      // AWS
	{netip.MustParsePrefix("fd00:ec2::23/128"), MetadataKind},       // AWS, Kubernetes
	{netip.MustParsePrefix("fd20:ce::254/128"), MetadataKind},       // Google Cloud
	{netip.MustParsePrefix("fd00:c1::a9fe:a9fe/128"), MetadataKind}, // Oracle Cloud
	{netip.MustParsePrefix("fc00::/7"), "private"},
	{netip.MustParsePrefix("fe80::/10"), "link-local"},
	{netip.MustParsePrefix("fec0::/10"), "site-local"},
	{netip.MustParsePrefix("ff00::/8"), "multicast"},
}

var (
	nat64         = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour     = netip.MustParsePrefix("2002::/16")
	globalUnicast = netip.MustParsePrefix("2000::/3")
)

// AddressKind names the non-public range that an address lies in: "private", "loopback", …. It returns ""
// for a public address. An IPv6 address that stands for an IPv4 one is of that one's kind.
func AddressKind(a netip.Addr) string {
	a = embeddedIPv4(a.WithZone(""))
	for _, r := range addressRanges {
		if r.prefix.Contains(a) {
			return r.kind
		}
	}
	if a.Is6() && !globalUnicast.Contains(a) {
		return "reserved"
	}
	return ""
}

// embeddedIPv4 returns the IPv4 address that a mapped, NAT64 or 6to4 address carries, else a itself.
func embeddedIPv4(a netip.Addr) netip.Addr {
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return a.Unmap()
}
