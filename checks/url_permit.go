package checks

import (
	"fmt"
	"net/netip"

	"klyra-doctor/checks/dns"
)

// permit judges the addresses of a hop, keeps those to be contacted, and reports whether there are any.
func (p *urlProbe) permit(h *hop) bool {
	if p.isAPI(h.url) {
		return true
	}
	all := h.addrs
	h.kind = dns.AddressKind(all[0])
	for _, a := range all {
		if dns.AddressKind(a) == "" {
			h.kind = ""
		}
	}
	h.addrs = nil
	for _, a := range all {
		if dns.AddressKind(a) == h.kind {
			h.addrs = append(h.addrs, a)
		}
	}
	if len(p.hops) > 1 {
		return p.permitRedirect(h, all)
	}
	switch {
	case h.kind == "" && len(h.addrs) < len(all):
		p.add(mixedAddresses(h, all))
	case h.kind != "":
		// Nobody serves content from a cloud's metadata service, and what it serves is nobody's business.
		why := ""
		if h.kind == dns.MetadataKind {
			why = "it was not contacted, since it hands out credentials"
		} else if p.URLPasted {
			why = "it was not contacted, since the URL only stood in a paste"
		}
		p.add(privateAddress(h, all, why))
		return why == ""
	}
	return true
}

// permitRedirect keeps a redirect from leading into a network that the URL before it was not in.
func (p *urlProbe) permitRedirect(h *hop, all []netip.Addr) bool {
	from := p.hops[len(p.hops)-2]
	if h.kind == "" || h.kind == from.kind {
		return true
	}
	p.add(Finding{
		ID: "http.redirect_private", Status: Fail,
		Summary:  fmt.Sprintf("the redirect leads to a %s address, which is not reachable from the internet; it was not followed", h.kind),
		Evidence: []Evidence{{"from", shownURL(from.url)}, {"to", shownURL(h.url)}, {"addresses", joined(all)}},
		Remedy:   "Redirect to a public host, or give the API the final public URL itself. If the server does not redirect there, this network does (a page to sign in to it): check from another one.",
	})
	return false
}

func mixedAddresses(h *hop, all []netip.Addr) Finding {
	return Finding{
		ID: "dns.private_address", Status: Warn,
		Summary:  fmt.Sprintf("some addresses of %s are not reachable from the internet", h.url.Hostname()),
		Evidence: []Evidence{{"addresses", joined(all)}, {"public", joined(h.addrs)}},
		Remedy:   "Remove the non-public addresses from the public DNS: a downloader that picks one of them fails, or refuses the host as a whole.",
	}
}

// privateAddress is the finding for a host without public addresses; why says why it was not contacted, "" where
// it is.
func privateAddress(h *hop, all []netip.Addr, why string) Finding {
	f := Finding{
		ID: "dns.private_address", Status: Fail,
		Summary:  fmt.Sprintf("%s is a %s address, which the API's servers cannot reach", all[0], h.kind),
		Evidence: []Evidence{{"host", h.url.Hostname()}, {"addresses", joined(all)}},
		Remedy:   "Publish the file on a public host, or send its content in the request.",
	}
	if _, err := netip.ParseAddr(h.url.Hostname()); err != nil {
		f.Remedy += " If the name has another address on the internet, this machine's DNS, VPN or hosts file hides it: check from another network."
	}
	if why != "" {
		f.Summary += "; " + why
	}
	return f
}
