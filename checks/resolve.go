package checks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// dnsAnswers records what the name servers said during one lookup. net.Resolver tells less: for it a name
// that does not exist and a name without an address are the same error.
type dnsAnswers struct {
	mu      sync.Mutex
	servers []string
	codes   []dnsmessage.RCode
	dead    int // sockets to name servers that failed, but not by time
}

// lookup resolves a host name through the name servers of this machine, or through the one given.
func (d *dnsAnswers) lookup(ctx context.Context, server, host string) ([]netip.Addr, error) {
	lookupCtx := ctx
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, configured string) (net.Conn, error) {
		if server != "" {
			configured = server
		}
		conn, err := new(net.Dialer).DialContext(ctx, network, configured)
		if lookupCtx.Err() == nil { // else the failure is only the end of the lookup's own time
			d.met(configured, err)
		}
		if err == nil {
			// The resolver itself lets a socket wait for its deadline after a cancellation.
			context.AfterFunc(lookupCtx, func() { conn.Close() })
		}
		if udp, ok := conn.(*net.UDPConn); ok {
			return &dnsConn{udp, d}, err
		}
		return conn, err
	}}
	if strings.Contains(host, ".") && !strings.HasSuffix(host, ".") {
		host += "." // without it, the search domains of this machine could answer
	}
	addrs, err := resolver.LookupNetIP(ctx, "ip", host)
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return addrs, err
}

func (d *dnsAnswers) met(server string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Contains(d.servers, server) {
		d.servers = append(d.servers, server)
	}
	if err != nil && !deadlinePassed(err) {
		d.dead++
	}
}

func (d *dnsAnswers) heard(answer []byte, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		if !deadlinePassed(err) {
			d.dead++
		}
		return
	}
	var p dnsmessage.Parser
	if header, err := p.Start(answer); err == nil && !slices.Contains(d.codes, header.RCode) {
		d.codes = append(d.codes, header.RCode)
	}
}

// dnsConn is a UDP socket to a name server whose answers are recorded as they pass.
type dnsConn struct {
	*net.UDPConn
	answers *dnsAnswers
}

// Read reads one answer.
func (c *dnsConn) Read(b []byte) (int, error) {
	n, err := c.UDPConn.Read(b)
	if !errors.Is(err, net.ErrClosed) {
		c.answers.heard(b[:n], err)
	}
	return n, err
}

// failure says why a lookup gave no address.
func (d *dnsAnswers) failure(host string, err error) Finding {
	d.mu.Lock()
	defer d.mu.Unlock()
	evidence := []Evidence{{"name", host}, {"answer", d.said()}, {"name server", cmp.Or(strings.Join(d.servers, ", "), "none was asked")}}
	id := d.verdict(err)
	if id == "check.offline" {
		return offline(evidence...)
	}
	f := lookupFailures[id]
	f.ID, f.Summary, f.Evidence = id, fmt.Sprintf(f.Summary, host), evidence
	return f
}

// verdict is the finding id of a lookup that failed with err.
func (d *dnsAnswers) verdict(err error) string {
	if slices.Contains(d.codes, dnsmessage.RCodeNameError) {
		return "dns.not_found"
	}
	for _, code := range d.codes {
		if code != dnsmessage.RCodeSuccess {
			return "dns.server_failure"
		}
	}
	var dnsErr *net.DNSError
	switch {
	case deadlinePassed(err):
		return "dns.timeout"
	case len(d.codes) == 0 && d.dead > 0:
		return "check.offline"
	case errors.As(err, &dnsErr) && dnsErr.IsNotFound:
		return "dns.no_address"
	}
	return "dns.server_failure"
}

// said puts the answers into words.
func (d *dnsAnswers) said() string {
	words := make([]string, len(d.codes))
	for i, code := range d.codes {
		words[i] = cmp.Or(rcodeWords[code], fmt.Sprintf("response code %d", code))
	}
	return cmp.Or(strings.Join(words, "; "), "none")
}

var rcodeWords = map[dnsmessage.RCode]string{
	dnsmessage.RCodeSuccess:        "the name exists, but has no such record (NODATA)",
	dnsmessage.RCodeFormatError:    "the query was not understood (FORMERR)",
	dnsmessage.RCodeServerFailure:  "the name server could not find out (SERVFAIL)",
	dnsmessage.RCodeNameError:      "no such name (NXDOMAIN)",
	dnsmessage.RCodeNotImplemented: "not implemented (NOTIMP)",
	dnsmessage.RCodeRefused:        "the name server refuses to answer (REFUSED)",
}

// lookupFailures holds the words of each way in which a lookup fails; %s is the host.
var lookupFailures = map[string]Finding{
	"dns.not_found": {
		Status: Fail, Summary: "there is no such name as %s",
		Remedy: "Look for a typing error in the host name. If it is right, the domain has expired, or the record was never made or is not published yet.",
	},
	"dns.no_address": {
		Status: Fail, Summary: "%s exists, but has no address",
		Remedy: "Add an A record (and, if the server has IPv6, an AAAA record) for this very name.",
	},
	"dns.server_failure": {
		Status: Unknown, Summary: "the name server gave no usable answer for %s",
		Remedy: "Could not tell whose fault it is: a broken domain (its name servers or DNSSEC) looks the same as a broken name server here. Ask another one (dig @1.1.1.1 NAME); if that one fails too, repair the domain's name servers or its DNSSEC records.",
	},
	"dns.timeout": {
		Status: Unknown, Summary: "no name server answered for %s in time",
		Remedy: "Try again, then from another network. If only this name is slow, its own name servers do not answer.",
	},
}

// offline is the finding that no name can be resolved at all.
func offline(evidence ...Evidence) Finding {
	return Finding{
		ID: "check.offline", Status: Unknown, Evidence: evidence,
		Summary: "no name can be resolved here, so this machine looks offline",
		Remedy:  "connect to the network (a VPN may be needed) and run it again",
	}
}

// namesResolve reports whether name servers give any name at all. It asks for those of the root, which tells
// nobody anything. Without that a name server that refuses everything, as some do without a network, makes
// every name look wrong.
func namesResolve(ctx context.Context, resolver *net.Resolver) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	servers, err := resolver.LookupNS(ctx, ".")
	return err == nil && len(servers) > 0
}

// resolverAt asks the name server at host:port; those of this machine where it is "".
func resolverAt(server string) *net.Resolver {
	if server == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server)
	}}
}

// deadlinePassed reports whether err is a deadline's doing, of a context or of a socket.
func deadlinePassed(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
