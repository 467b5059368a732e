package checks

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// reservedEnding is an ending of names that are not in the public DNS.
type reservedEnding struct{ suffix, what string }

// localNames are the endings that RFC 6761, 6762, 7686, 8375 and 9476, ICANN and common software keep out of the
// public DNS, narrower ones first.
var localNames = []reservedEnding{
	{".localhost", "this machine itself"},
	{".localdomain", "this machine or its network"},
	{".docker.internal", "Docker's containers and their host"},
	{".compute.internal", "one cloud network"},
	{".internal", "private networks"},
	{".cluster.local", "one Kubernetes cluster"},
	{".local", "the local network, by mDNS"},
	{".svc", "one Kubernetes cluster"},
	{".consul", "one Consul cluster"},
	{".home.arpa", "home networks"},
	{".home", "home networks"},
	{".lan", "local networks"},
	{".fritz.box", "home networks"},
	{".router", "home networks"},
	{".corp", "company networks"},
	{".intranet", "company networks"},
	{".intra", "company networks"},
	{".private", "private networks"},
	{".workgroup", "local networks"},
	{".in-addr.arpa", "looking up the names of addresses"},
	{".ip6.arpa", "looking up the names of addresses"},
	{".test", "tests (RFC 6761)"},
	{".example", "documentation (RFC 6761)"},
	{".invalid", "names that must not exist (RFC 6761)"},
	{".onion", "the Tor network"},
	{".i2p", "the I2P network"},
	{".alt", "names outside of the DNS (RFC 9476)"},
}

// tunnels end the names of tunnels to a developer's machine or workspace.
var tunnels = []string{
	".ngrok.io", ".ngrok.app", ".ngrok-free.app", ".ngrok.dev", ".ngrok-free.dev", ".ngrok.pizza", ".loca.lt", ".localtunnel.me",
	".trycloudflare.com", ".serveo.net", ".serveousercontent.com", ".localhost.run", ".lhr.life", ".lhr.rocks", ".devtunnels.ms",
	".app.github.dev", ".githubpreview.dev", ".gitpod.io", ".ts.net", ".pinggy.link", ".pinggy.online", ".share.zrok.io",
	".bore.pub", ".tunnelmole.net", ".telebit.io", ".sharedwithexpose.com", ".loclx.io", ".pktriot.net",
}

// localName judges whether the host's name means anything outside of this network.
func (p *urlProbe) localName(u *url.URL) {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if _, err := netip.ParseAddr(host); err == nil || p.isAPI(u) {
		return
	}
	meant := reservedFor(host)
	if meant != "" {
		p.add(Finding{
			ID: "url.local_name", Status: Fail, Summary: fmt.Sprintf("%s is no name of the public internet", host),
			Evidence: []Evidence{{"names like that are for", meant}},
			Remedy:   "Give a public host name, or send the content in the request.",
		})
		return
	}
	for _, suffix := range tunnels {
		if strings.HasSuffix("."+host, suffix) {
			p.add(Finding{
				ID: "url.local_name", Status: Warn, Summary: fmt.Sprintf("%s is a tunnel to somebody's machine", host),
				Remedy: "It works only while the tunnel is open, and some tunnels show a page of their own first. Put the file on real storage.",
			})
			return
		}
	}
}

// reservedFor says what a name that is not in the public DNS is for; "" for any other name.
func reservedFor(host string) string {
	if !strings.Contains(host, ".") && host != "localhost" {
		return "one network: it has no dot"
	}
	for _, n := range localNames {
		if strings.HasSuffix("."+host, n.suffix) {
			return n.what
		}
	}
	return ""
}
