package sandbox

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// url judges a URL that the API is told to download. Nothing is ever fetched: what the sandbox's own samples
// give is known, and no other host is contacted.
func (r *reader) url(param, value string) answer {
	u, err := url.Parse(value)
	if value == "" {
		return fail("missing_content").at(param)
	}
	if err != nil || !downloadable(u) {
		return fail("invalid_url").at(param).because("The URL is not a whole http or https URL.")
	}
	if u.Host != "" && !sameHost(u.Host, r.host) {
		return fail("invalid_url").at(param).because("The URL could not be accessed: the sandbox downloads nothing but its own samples.")
	}
	s, ok := sampleAt(u.Path)
	switch {
	case !ok:
		return fail("invalid_url").at(param).because("The URL could not be accessed: the sandbox has no sample at %s.", u.Path)
	case s.earns != "":
		return fail(s.earns).at(param).because("Downloading the URL gave %s.", s.what)
	}
	return answer{}
}

// downloadable reports whether a URL is whole, or a path on the sandbox.
func downloadable(u *url.URL) bool {
	if u.Scheme == "" && u.Host == "" {
		return strings.HasPrefix(u.Path, "/")
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// sameHost reports whether two host:port are one and the same; loopback has many names.
func sameHost(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	return errA == nil && errB == nil && portA == portB && isLoopback(hostA) && isLoopback(hostB)
}

// isLoopback reports whether a host is this machine by its own name. It looks no name up.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}
