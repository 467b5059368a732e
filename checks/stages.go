package checks

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"
)

// stage is a part of a request's way to an answer.
type stage string

const (
	dnsStage  stage = "DNS"
	tcpStage  stage = "TCP"
	tlsStage  stage = "TLS"
	httpStage stage = "HTTP"
)

// stageNames says what is done in a stage.
var stageNames = map[stage]string{
	dnsStage: "looking up the name (DNS)", tcpStage: "connecting (TCP)", tlsStage: "agreeing on TLS", httpStage: "waiting for the answer (HTTP)",
}

// stages is how far one request got on its way, and how long each part took.
type stages struct {
	last      stage // the last that began; "" where none did
	began     map[stage]time.Time
	took      map[stage]time.Duration
	connected time.Duration // from the beginning to where the request could be sent; 0 where it could not
	network   string        // "IPv4", "IPv6", "loopback"; "" where no connection came about
}

// stageClock fills in stages while a request is under way. Its hooks are called from several goroutines, of which
// some go on after the request has ended.
type stageClock struct {
	mu    sync.Mutex
	start time.Time
	seen  stages
}

func newStageClock() *stageClock {
	return &stageClock{seen: stages{began: map[stage]time.Time{}, took: map[stage]time.Duration{}}}
}

// stages returns what was seen so far.
func (c *stageClock) stages() stages {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.seen
	s.took = map[stage]time.Duration{}
	for name, d := range c.seen.took {
		s.took[name] = d
	}
	return s
}

func (c *stageClock) begin(s stage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.last = s
	if c.seen.began[s].IsZero() {
		c.seen.began[s] = time.Now()
	}
}

func (c *stageClock) end(s stage, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ended := c.seen.took[s]; !ended && err == nil {
		c.seen.took[s] = time.Since(c.seen.began[s])
	}
}

func (c *stageClock) gotConn(conn net.Conn) {
	c.begin(httpStage)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.connected, c.seen.network = time.Since(c.start), networkOf(conn.RemoteAddr())
}

func (c *stageClock) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.start = time.Now()
		},
		DNSStart:             func(httptrace.DNSStartInfo) { c.begin(dnsStage) },
		DNSDone:              func(i httptrace.DNSDoneInfo) { c.end(dnsStage, i.Err) },
		ConnectStart:         func(_, _ string) { c.begin(tcpStage) },
		ConnectDone:          func(_, _ string, err error) { c.end(tcpStage, err) },
		TLSHandshakeStart:    func() { c.begin(tlsStage) },
		TLSHandshakeDone:     func(_ tls.ConnectionState, err error) { c.end(tlsStage, err) },
		GotConn:              func(i httptrace.GotConnInfo) { c.gotConn(i.Conn) },
		GotFirstResponseByte: func() { c.end(httpStage, nil) },
	}
}

// networkOf says of which kind the way to an address is, without the address.
func networkOf(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	switch {
	case !ok:
		return ""
	case tcp.IP.IsLoopback():
		return "loopback"
	case tcp.IP.To4() != nil:
		return "IPv4"
	}
	return "IPv6"
}

// String lists what the parts took: "DNS 3 ms, TCP 20 ms, TLS 41 ms, answer 276 ms"; "" where none was seen.
func (s stages) String() string {
	var parts []string
	for _, name := range []stage{dnsStage, tcpStage, tlsStage, httpStage} {
		if d, ended := s.took[name]; ended {
			label := string(name)
			if name == httpStage {
				label = "answer"
			}
			parts = append(parts, fmt.Sprintf("%s %s", label, DurationText(d)))
		}
	}
	return strings.Join(parts, ", ")
}
