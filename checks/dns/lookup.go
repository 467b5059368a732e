// Package dns asks this machine's name servers, and says what each answered. It knows names, answers and kinds of
// addresses; what follows from them is for its callers to say.
package dns

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Query asks for the addresses of a host. net.Resolver tells less: for it a name that does not exist and a name
// without an address are the same error.
type Query struct {
	Host     string        // a name; with a dot in it, no search domain of this machine is tried
	Server   string        // host:port to be asked in place of the machine's name servers; "" for those
	Patience time.Duration // for one packet, so that the next server, or the next try, has its turn; 0 for no such limit
}

// Lookup is what came of a query.
type Lookup struct {
	Host       string
	Addrs      []netip.Addr // in the order in which to try them, IPv4 ones unmapped; empty where there are none, and Cause says why
	FromFile   bool         // a file of this machine gave the addresses: no name server was asked
	Cause      Cause        // of what is missing; Whole where nothing is
	Lacks      string       // the sort of addresses that is missing beside others: "IPv4" or "IPv6"; "" for none
	Aliases    []string     // the names that the host stands for (CNAME), one after the other
	DeniedBy   string       // the zone by which a name server denies the name, "." for the root; "" where none does, or says by which
	Answers    []Answer     // the last one to each question, IPv4 before IPv6
	Unreadable int          // packets that were no answers to what was asked
	Servers    []string     // host:port of those that were asked, in that order
}

// Ask sends the query, and returns soon after ctx is done. What goes wrong is the cause of the lookup. Of a query
// that was cancelled no address is kept.
func (q Query) Ask(ctx context.Context) Lookup {
	t := &transcript{Query: q}
	addrs, err := t.resolve(ctx)
	return t.lookup(addrs, err)
}

// transcript is all that was asked and said for a query so far.
type transcript struct {
	Query

	mu         sync.Mutex
	servers    []string // that were asked
	asked      []dnsmessage.Type
	answers    []Answer // the last one to each question, A before AAAA
	unreadable int
	dead       int // sockets to name servers that failed, but not by time
}

// resolve finds the addresses of the host.
func (t *transcript) resolve(ctx context.Context) ([]netip.Addr, error) {
	resolver := &net.Resolver{PreferGo: true, Dial: func(dialCtx context.Context, network, configured string) (net.Conn, error) {
		return t.dial(ctx, dialCtx, network, configured)
	}}
	name := t.Host
	if strings.Contains(name, ".") && !strings.HasSuffix(name, ".") {
		name += "." // without it, the search domains of this machine could answer
	}
	addrs, err := resolver.LookupNetIP(ctx, "ip", name)
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, ctx.Err()
	}
	return t.believed(addrs), err
}

// lookup is the outcome, as far as the transcript goes by now: a socket may be read even after the end.
func (t *transcript) lookup(addrs []netip.Addr, err error) Lookup {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := Lookup{
		Host: t.Host, Addrs: addrs, FromFile: len(addrs) > 0 && len(t.asked) == 0,
		Answers: slices.Clone(t.answers), Unreadable: t.unreadable, Servers: slices.Clone(t.servers),
	}
	if len(addrs) == 0 {
		l.Cause = t.cause(err)
	} else {
		l.Cause, l.Lacks = t.half()
	}
	if a, ok := t.first(func(a Answer) bool { return len(a.aliases) > 0 }); ok {
		l.Aliases = a.aliases
	}
	if a, ok := t.first(func(a Answer) bool { return a.code == dnsmessage.RCodeNameError && a.zone != "" }); ok {
		l.DeniedBy = a.zone
	}
	return l
}

// believed returns those of the resolver's addresses that the answers give to the host itself, in its order; none
// where a filter made them. The resolver takes the addresses of any name, and none where one of its two questions
// got no answer in time.
func (t *transcript) believed(addrs []netip.Addr) []netip.Addr {
	t.mu.Lock()
	defer t.mu.Unlock()
	var said []netip.Addr
	strangers := false
	for _, a := range t.answers {
		if a.blocked() {
			return nil
		}
		strangers = strangers || a.strangers
		for _, addr := range a.addrs {
			if !slices.Contains(said, addr) {
				said = append(said, addr)
			}
		}
	}
	switch {
	case len(said) == 0 && !strangers: // a file of this machine
		return addrs
	case len(addrs) == 0:
		return said
	}
	return slices.DeleteFunc(addrs, func(a netip.Addr) bool { return !slices.Contains(said, a) })
}

// dial connects to a name server for a lookup that ends with ctx.
func (t *transcript) dial(ctx, dialCtx context.Context, network, configured string) (net.Conn, error) {
	if t.Server != "" {
		configured = t.Server
	}
	conn, err := new(net.Dialer).DialContext(dialCtx, network, configured)
	if ctx.Err() == nil { // else the failure is only the end of the lookup's own time
		t.met(configured, err)
	}
	if err != nil {
		return nil, err
	}
	// The resolver itself lets a socket wait for its deadline after a cancellation.
	context.AfterFunc(ctx, func() { conn.Close() })
	socket := tap{Conn: conn, transcript: t}
	if udp, ok := conn.(*net.UDPConn); ok {
		return &packets{socket, udp}, nil
	}
	return &stream{tap: socket}, nil
}

func (t *transcript) met(server string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !slices.Contains(t.servers, server) {
		t.servers = append(t.servers, server)
	}
	if err != nil && !timedOut(err) {
		t.dead++
	}
}

// tap is a socket to a name server whose queries and answers are recorded as they pass.
type tap struct {
	net.Conn
	transcript *transcript
	question   question
}

// SetDeadline ends the wait for an answer at t, or when the lookup's patience ends.
func (c *tap) SetDeadline(t time.Time) error {
	if end := time.Now().Add(c.transcript.Patience); c.transcript.Patience > 0 && end.Before(t) {
		t = end
	}
	return c.Conn.SetDeadline(t)
}

func (c *tap) sent(packet []byte) {
	asked, err := readQuestion(packet)
	if err != nil {
		return
	}
	c.question = asked
	c.transcript.mu.Lock()
	defer c.transcript.mu.Unlock()
	if !slices.Contains(c.transcript.asked, asked.Type) {
		c.transcript.asked = append(c.transcript.asked, asked.Type)
	}
}

func (c *tap) heard(packet []byte) {
	answer, err := readAnswer(packet, c.question)
	c.transcript.mu.Lock()
	defer c.transcript.mu.Unlock()
	if err != nil {
		c.transcript.unreadable++
		return
	}
	answers := slices.DeleteFunc(c.transcript.answers, func(a Answer) bool { return a.asked == answer.asked })
	c.transcript.answers = append(answers, answer)
	slices.SortFunc(c.transcript.answers, func(a, b Answer) int { return cmp.Compare(a.asked, b.asked) })
}

func (c *tap) broke(err error) {
	if errors.Is(err, net.ErrClosed) || timedOut(err) {
		return
	}
	c.transcript.mu.Lock()
	defer c.transcript.mu.Unlock()
	c.transcript.dead++
}

// packets is a UDP socket to a name server: every read and write is one packet.
type packets struct {
	tap
	udp *net.UDPConn
}

// Write sends one query.
func (c *packets) Write(b []byte) (int, error) {
	c.sent(b)
	return c.udp.Write(b)
}

// Read reads one answer.
func (c *packets) Read(b []byte) (int, error) {
	n, err := c.udp.Read(b)
	if err != nil {
		c.broke(err)
	} else {
		c.heard(b[:n])
	}
	return n, err
}

// ReadFrom makes the resolver take the socket for one of packets.
func (c *packets) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := c.Read(b)
	return n, c.udp.RemoteAddr(), err
}

// WriteTo makes the resolver take the socket for one of packets.
func (c *packets) WriteTo(b []byte, _ net.Addr) (int, error) { return c.Write(b) }

// stream is a TCP connection to a name server: two bytes of length stand before every message.
type stream struct {
	tap
	answer []byte
}

// Write sends one query.
func (c *stream) Write(b []byte) (int, error) {
	if len(b) > 2 {
		c.sent(b[2:])
	}
	return c.Conn.Write(b)
}

// Read reads a part of an answer, which is recorded once it is whole.
func (c *stream) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.answer = append(c.answer, b[:n]...)
	if len(c.answer) >= 2 {
		if size := int(c.answer[0])<<8 | int(c.answer[1]); len(c.answer) >= 2+size && n > 0 {
			c.heard(c.answer[2 : 2+size])
		}
	}
	return n, err
}

// NamesResolve reports whether a resolver's name servers give any name at all, within three seconds. It asks for
// those of the root, which tells nobody anything. Without that a name server that refuses everything, as some do
// without a network, makes every name look wrong.
func NamesResolve(ctx context.Context, resolver *net.Resolver) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	servers, err := resolver.LookupNS(ctx, ".")
	return err == nil && len(servers) > 0
}

// ResolverAt returns a resolver that asks the name server at host:port; those of this machine where it is "".
func ResolverAt(server string) *net.Resolver {
	if server == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server)
	}}
}

// timedOut reports whether err is a deadline's doing, of a context or of a socket.
func timedOut(err error) bool {
	var failure net.Error
	return errors.As(err, &failure) && failure.Timeout()
}
