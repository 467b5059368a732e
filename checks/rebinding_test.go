package checks

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"klyra-doctor/checks/dns/dnstest"
)

// secretServer stands for a service of this machine that nobody should be led to. It counts what it is asked.
func secretServer(t *testing.T) (address netip.AddrPort, asked *atomic.Int32) {
	asked = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(s.Close)
	return netip.MustParseAddrPort(s.Listener.Addr().String()), asked
}

// TestRebinding has a name whose first address is public, and whose next one is this machine's: what a redirect to
// the same name leads to is judged anew.
func TestRebinding(t *testing.T) {
	secret, asked := secretServer(t)
	public := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "http://h.example.com/secret", http.StatusFound)
	}))
	defer public.Close()
	n := internet
	n.nameServer = dnstest.Serve(t, dnstest.Script{A: "93.184.216.10", Later: "127.0.0.1"}).Addr
	n.dial = func(ctx context.Context, to netip.AddrPort, kind string) (net.Conn, error) {
		if kind == "" && to.Addr() == netip.MustParseAddr("93.184.216.10") {
			return new(net.Dialer).DialContext(ctx, "tcp", public.Listener.Addr().String())
		}
		return dialJudged(ctx, netip.AddrPortFrom(to.Addr(), secret.Port()), kind)
	}
	r := n.checkURL(inTime(t), urlTarget(t, "", "http://h.example.com/"))
	if got := verdicts(r); got != "http.redirect_private fail; view.not_reached skip" || asked.Load() != 0 {
		t.Errorf("this machine was asked %d times\n%s", asked.Load(), texts(r))
	}
}

// TestRebindingAtConnect has a way to a public address that ends at this machine after all, as a name that is
// looked up a second time would: the socket's own address is judged right before it connects.
func TestRebindingAtConnect(t *testing.T) {
	secret, asked := secretServer(t)
	n := internet
	n.nameServer = dnstest.Serve(t, dnstest.Script{A: "93.184.216.10"}).Addr
	n.dial = func(ctx context.Context, to netip.AddrPort, kind string) (net.Conn, error) {
		return dialJudged(ctx, secret, kind)
	}
	r := n.checkURL(inTime(t), urlTarget(t, "", "http://h.example.com/"))
	if got := verdicts(r); !strings.HasPrefix(got, "tcp.unreachable unknown") || asked.Load() != 0 {
		t.Errorf("this machine was asked %d times\n%s", asked.Load(), texts(r))
	}
}
