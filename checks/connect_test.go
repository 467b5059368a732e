package checks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestAddresses dials names with several addresses. Which of them fail, and how, is said here and not by
// sockets: one machine has no routes that are missing, and no addresses that are silent. The numbers are the
// kernel's own; TestSocketFailures shows those that it can be made to give.
func TestAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.plainServer(t)
	const (
		good    = "93.184.216.1"
		refused = "93.184.216.2"
		silent  = "93.184.216.3"
		routed  = "2606:2800:220::1"
		lost    = "2606:2800:220::2" // without a route
		mute    = "2606:2800:220::3"
		closed  = "93.184.216.4"
		banned  = "93.184.216.5"
	)
	for _, c := range []struct {
		addresses string
		want      string
		text      string
	}{
		{good, "view.public pass", ""},
		{good + " " + routed, "view.public pass", ""},
		{good + " " + lost, "view.public pass", ""},
		{refused + " " + good, "tcp.refused warn; view.public pass", "1 of 2 addresses of media.example.com did not work: 1 refused"},
		{good + " " + silent + " " + refused, "tcp.timeout warn; view.public pass", "2 of 3 addresses of media.example.com did not work: 1 refused, 1 did not answer in time"},
		{good + " " + mute, "tcp.timeout warn; view.public pass", "if no other host can be reached by IPv6"},
		{refused, "tcp.refused fail; view.not_reached skip", "the connection is refused"},
		{silent + " " + refused, "tcp.refused fail; view.not_reached skip", "none of its 2 addresses can be connected to: 1 refused, 1 did not answer in time"},
		{refused + " " + lost, "tcp.refused fail; view.not_reached skip", "network is unreachable"},
		{lost, "dns.ipv6_only warn; tcp.unreachable unknown; view.not_reached skip", "from one that has IPv6"},
		{closed + " " + silent, "tcp.reset fail; view.not_reached skip", "1 closed, 1 did not answer in time"},
		{banned, "tcp.unreachable unknown; view.not_reached skip", "this machine forbids"},
	} {
		n := w.network
		n.nameServer = serverOf(t, strings.Fields(c.addresses))
		n.phases.connect, n.phases.others = 300*time.Millisecond, 100*time.Millisecond
		n.dial = func(ctx context.Context, to netip.AddrPort, _ string) (net.Conn, error) {
			failed := func(err error) (net.Conn, error) { return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err} }
			switch to.Addr().String() {
			case refused:
				return failed(refusedErrors[0])
			case lost:
				return failed(unreachableErrors[0])
			case closed:
				return failed(resetErrors[0])
			case banned:
				return failed(forbiddenErrors[0])
			case silent, mute:
				<-ctx.Done()
				return failed(ctx.Err())
			}
			return new(net.Dialer).DialContext(ctx, "tcp", server)
		}
		r := n.checkURL(t.Context(), urlTarget(t, "", "http://media.example.com/body/png"))
		if got := verdicts(r); got != c.want || !strings.Contains(texts(r), c.text) {
			t.Errorf("%s: want %s and %q\n%s", c.addresses, c.want, c.text, texts(r))
		}
	}
}

// TestTimingOfTheWay holds that waiting for a second address does not count as time of the one that was used.
func TestTimingOfTheWay(t *testing.T) {
	w := newWorld(t)
	silent := rawServer(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	root := newAuthority("Test Root", nil)
	w.roots = poolOf(root)
	n := w.at(w.tlsServer(t, serverConfig(root.issue(certWish{names: []string{"half.example.com"}}))), silent)
	n.phases.others = 300 * time.Millisecond
	p := &urlProbe{Target: urlTarget(t, "", "https://half.example.com/"), net: n}
	u := p.form()
	h := &hop{url: u, addrs: []netip.Addr{netip.MustParseAddr("93.184.216.10"), netip.MustParseAddr("93.184.216.101")}}
	if !p.connect(t.Context(), h) {
		t.Fatal(p.findings)
	}
	start := time.Now()
	if !p.secure(t.Context(), h) {
		t.Fatal(p.findings)
	}
	all := time.Since(start)
	defer h.conn.Close()
	if h.took[tlsPhase]+n.phases.others > all || !p.has("tls.timeout") {
		t.Errorf("TLS took %v of %v with %+v", h.took[tlsPhase], all, p.findings)
	}
}

// serverOf is a name server that answers every question with the same addresses.
func serverOf(t *testing.T, addresses []string) string {
	var record dnsRecord
	for _, a := range addresses {
		if strings.Contains(a, ":") {
			record.aaaa += " " + a
		} else {
			record.a += " " + a
		}
	}
	return (&world{names: map[string]dnsRecord{"media.example.com": record}}).serveDNS(t)
}

// TestSocketFailures dials real sockets.
func TestSocketFailures(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := netip.MustParseAddrPort(l.Addr().String())
	resetting := netip.MustParseAddrPort(rawServer(t, func(conn net.Conn) {
		conn.(*net.TCPConn).SetLinger(0)
	}))
	l.Close() // only now: else the other one could be given its port
	over, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	_, refused := dialJudged(t.Context(), nobody, "loopback")
	_, late := dialJudged(over, nobody, "loopback")
	conn, err := dialJudged(t.Context(), resetting, "loopback")
	if err == nil {
		defer conn.Close()
		_, err = io.ReadAll(conn)
	}
	for _, c := range []struct {
		err  error
		want failureKind
	}{
		{refused, socketRefused},
		{late, socketSilent},
		{err, socketReset},
		{io.ErrUnexpectedEOF, socketReset},
		{silentErrors[0], socketSilent},
		{errors.New("something else"), socketBroken},
		{fmt.Errorf("wrapped: %w", syscall.Errno(forbiddenErrors[0])), socketForbidden},
	} {
		if got := socketFailure(c.err); got != c.want {
			t.Errorf("%v: kind %d, want %d", c.err, got, c.want)
		}
	}
}

// TestManyAddresses holds that a name with a flood of addresses is not dialled at all of them.
func TestManyAddresses(t *testing.T) {
	w := newWorld(t)
	var addresses []string
	for i := range 20 {
		addresses = append(addresses, fmt.Sprintf("93.184.217.%d", i+1))
	}
	n := w.network
	n.nameServer = serverOf(t, addresses)
	dialled := make(chan netip.AddrPort, len(addresses))
	n.dial = func(_ context.Context, to netip.AddrPort, _ string) (net.Conn, error) {
		dialled <- to
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: refusedErrors[0]}
	}
	r := n.checkURL(t.Context(), urlTarget(t, "", "http://media.example.com/"))
	if len(dialled) != maxAddresses || !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.ID == "tcp.refused" }) {
		t.Errorf("%d addresses were dialled\n%s", len(dialled), texts(r))
	}
}

// TestAnswerBeforeTheRequest has a server that answers long before it is asked, as overloaded ones do.
func TestAnswerBeforeTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		defer server.Close()
		go io.WriteString(server, "HTTP/1.1 503 Service Unavailable")
		conn, heard := overhear(client), make(chan string, 1)
		defer conn.Close()
		go func() {
			b := make([]byte, 12)
			n, _ := conn.Read(b)
			heard <- string(b[:n])
		}()
		synctest.Wait()
		if len(heard) > 0 {
			t.Error("the answer was given before the request was sent")
		}
		go conn.Write([]byte("GET / HTTP/1.1"))
		if got := <-heard; got != "HTTP/1.1 503" || conn.start() != got {
			t.Errorf("%q was given, %q heard", got, conn.start())
		}
	})
}
