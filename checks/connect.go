package checks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"klyra-doctor/checks/dns"
)

// maxAddresses is how many addresses of one name are dialled.
const maxAddresses = 8

var errOtherNetwork = errors.New("the socket's address is of another kind than the one that was looked up")

// dialJudged connects to an address and judges the socket's own address once more just before it connects.
func dialJudged(ctx context.Context, to netip.AddrPort, kind string) (net.Conn, error) {
	d := net.Dialer{ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		socket, err := netip.ParseAddrPort(address)
		if err != nil || dns.AddressKind(socket.Addr()) != kind {
			return errOtherNetwork
		}
		return nil
	}}
	return d.DialContext(ctx, "tcp", to.String())
}

// attempt is one try to connect to one address.
type attempt struct {
	to   netip.AddrPort
	conn net.Conn
	err  error
	took time.Duration
}

// String is the address and what became of it.
func (a attempt) String() string {
	if a.err == nil {
		return a.to.String() + " connected"
	}
	kind := socketFailure(a.err)
	text := a.to.String() + " " + socketFailures[kind].short
	var errno syscall.Errno
	if kind != socketRefused && errors.As(a.err, &errno) {
		text += " (" + errno.Error() + ")"
	}
	return text
}

// connect dials every address of the hop at once and keeps the connection to the first one that works, in
// the resolver's order; for https all that work, since each may have a certificate of its own.
func (p *urlProbe) connect(ctx context.Context, h *hop) bool {
	stop := h.timed(connectPhase)
	attempts := p.dialAll(ctx, h)
	stop()
	var bad []attempt
	for _, a := range attempts {
		switch {
		case a.err != nil:
			bad = append(bad, a)
		case h.conn == nil:
			h.conn, h.peer, h.open = a.conn, a.to, []attempt{a}
		default:
			h.open = append(h.open, a)
			if h.url.Scheme != "https" {
				a.conn.Close()
			}
		}
	}
	if h.conn != nil {
		h.took[connectPhase] = h.open[0].took // the others are no part of the way
		p.reportSome(h, bad, attempts)
		return true
	}
	if !p.interrupted(ctx, "connecting to "+h.url.Host) {
		p.add(noConnection(h, bad))
	}
	return false
}

// dialAll returns one attempt for each address, in their order. Once one has connected the others have a
// little longer only.
func (p *urlProbe) dialAll(ctx context.Context, h *hop) []attempt {
	ctx, cancel := context.WithTimeout(ctx, p.net.phases.connect)
	defer cancel()
	port := portOf(h.url)
	attempts := make([]attempt, min(len(h.addrs), maxAddresses))
	start := time.Now()
	p.race(ctx, len(attempts), func(ctx context.Context, i int) error {
		a := &attempts[i]
		a.to = netip.AddrPortFrom(h.addrs[i], port)
		a.conn, a.err = p.net.dial(ctx, a.to, dns.AddressKind(h.addrs[i]))
		a.took = time.Since(start)
		return a.err
	})
	return attempts
}

// race calls try for 0 to n-1, all at once, and returns when all have. Once one of them has succeeded the others
// have a little longer only, until their ctx is done. What one of them panics with becomes the caller's own panic.
func (p *urlProbe) race(ctx context.Context, n int, try func(ctx context.Context, i int) error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type ended struct {
		err      error
		panicked any
	}
	done := make(chan ended)
	for i := range n {
		go func() {
			var e ended
			defer func() {
				e.panicked = recover()
				done <- e
			}()
			e.err = try(ctx, i)
		}()
	}
	var panicked any
	for range n {
		switch e := <-done; {
		case e.panicked != nil:
			panicked = e.panicked
			cancel()
		case e.err == nil:
			time.AfterFunc(p.net.phases.others, cancel)
		}
	}
	if panicked != nil {
		panic(panicked)
	}
}

// reportSome warns of addresses that failed where another one worked.
func (p *urlProbe) reportSome(h *hop, bad, all []attempt) {
	bad = withoutLocalIPv6(bad)
	if len(bad) == 0 {
		return
	}
	failure := socketFailures[socketFailure(bad[0].err)]
	f := Finding{
		ID: failure.id, Status: Warn,
		Summary:  fmt.Sprintf("%d of %d addresses of %s did not work: %s", len(bad), len(all), h.url.Hostname(), reasons(bad)),
		Evidence: []Evidence{{"attempts", joined(all)}},
		Remedy:   "Repair the server at that address or remove the address from the DNS: a downloader that picks it fails.",
	}
	if h.peer.Addr().Is4() && !slices.ContainsFunc(bad, func(a attempt) bool { return a.to.Addr().Is4() }) {
		f.Remedy += " All of the bad ones are IPv6: if no other host can be reached by IPv6 from here either, this network is the cause."
	}
	p.add(f)
}

// reasons counts the ways in which attempts failed: "2 refused, 1 did not answer in time".
func reasons(bad []attempt) string {
	var counts [len(socketFailures)]int
	for _, a := range bad {
		counts[socketFailure(a.err)]++
	}
	var parts []string
	for kind, n := range counts {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, socketFailures[kind].short))
		}
	}
	return strings.Join(parts, ", ")
}

// withoutLocalIPv6 leaves out IPv6 addresses that this machine has no route to: that is not the host's fault.
func withoutLocalIPv6(bad []attempt) []attempt {
	var kept []attempt
	for _, a := range bad {
		if a.to.Addr().Is4() || socketFailure(a.err) != socketUnreachable {
			kept = append(kept, a)
		}
	}
	return kept
}

// noConnection says why none of the addresses could be connected to.
func noConnection(h *hop, bad []attempt) Finding {
	worst := bad[0]
	for _, a := range bad {
		if socketFailures[socketFailure(a.err)].status == Fail {
			worst = a
			break
		}
	}
	failure := socketFailures[socketFailure(worst.err)]
	f := Finding{
		ID: failure.id, Status: failure.status,
		Summary:  fmt.Sprintf("%s, port %d: %s", h.url.Hostname(), portOf(h.url), failure.summary),
		Evidence: []Evidence{{"attempts", joined(bad)}},
		Remedy:   failure.remedy,
	}
	if why := reasons(bad); strings.Contains(why, ",") {
		f.Summary = fmt.Sprintf("%s, port %d: none of its %d addresses can be connected to: %s", h.url.Hostname(), portOf(h.url), len(bad), why)
	}
	return f
}

// portOf is the port that a URL leads to; its form has been checked.
func portOf(u *url.URL) uint16 {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return uint16(n)
	}
	if u.Scheme == "http" {
		return 80
	}
	return 443
}

// failureKind is a way in which a socket fails.
type failureKind int

const (
	socketBroken failureKind = iota // none of the others
	socketRefused
	socketUnreachable
	socketReset
	socketSilent
	socketForbidden
)

// socketFailures holds the finding and the words of each kind.
var socketFailures = [...]struct {
	id              string
	status          Status
	short           string // in a list of addresses
	summary, remedy string
}{
	socketBroken: {
		"tcp.unreachable", Unknown, "could not be dialled", "no connection could be made",
		"Could not tell why. Run the check from another network.",
	},
	socketRefused: {
		"tcp.refused", Fail, "refused", "the connection is refused",
		"Nothing listens there: start the server, correct the port, and let it listen on its public address, not on loopback alone. A firewall that rejects looks the same.",
	},
	socketUnreachable: {
		"tcp.unreachable", Unknown, "unreachable", "this machine has no route to it, or a router on the way says that it cannot be reached",
		"Could not tell whether others can reach it. Run the check from another network; for an IPv6 address, from one that has IPv6.",
	},
	socketReset: {
		"tcp.reset", Fail, "closed", "the connection was closed before an answer came",
		"Look at the server's own log. A firewall or a proxy in between, a crash, or another protocol on that port look like this.",
	},
	socketSilent: {
		"tcp.timeout", Unknown, "did not answer in time", "no answer in time",
		"A firewall that drops packets is the usual cause: open the port to the internet, not only to known addresses. Run the check from another network to be sure.",
	},
	socketForbidden: {
		"tcp.unreachable", Unknown, "forbidden here", "this machine forbids the connection (its own firewall, a sandbox or a container's rules)",
		"That is this machine, not the URL: run the check where programs may connect to the internet.",
	},
}

// socketFailure classifies what a dial, a read or a write ended in.
func socketFailure(err error) failureKind {
	switch {
	case deadlinePassed(err), errors.Is(err, context.Canceled), isOneOf(err, silentErrors):
		return socketSilent
	case isOneOf(err, refusedErrors):
		return socketRefused
	case isOneOf(err, unreachableErrors):
		return socketUnreachable
	case isOneOf(err, forbiddenErrors):
		return socketForbidden
	case isOneOf(err, resetErrors), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return socketReset
	}
	return socketBroken
}

func isOneOf(err error, numbers []syscall.Errno) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return false
	}
	return slices.Contains(numbers, errno)
}
