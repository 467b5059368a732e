package checks

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// dnsScript is how a name server answers for a name.
type dnsScript struct {
	a, aaaa     string // addresses with blanks between them
	later       string // the IPv4 addresses from the second query on; "" for the same ones
	code, code6 dnsmessage.RCode
	aliases     string // "owner target owner target"
	zone        string // of the SOA record
	told        []extendedError
	way         string // of answering; see reply
	lost        int    // how many packets of each question are lost before one is answered
}

var dnsCases = []struct {
	name, host string
	script     dnsScript
	want       string // findings
	addrs      string // found
	says       string // by the findings, in order, with " … " between
}{
	{
		name: "both sorts of addresses", host: "h.example.com", script: dnsScript{a: "93.184.216.10 93.184.216.11", aaaa: "2606:2800:220::10"},
		addrs: "2606:2800:220::10, 93.184.216.10, 93.184.216.11",
	},
	{name: "aliases", host: "h.example.com", script: dnsScript{a: "93.184.216.10", aliases: "h.example.com. a.example.net. a.example.net. b.example.net."}, addrs: "93.184.216.10"},
	{name: "upper case", host: "H.Example.COM", script: dnsScript{a: "93.184.216.10", aliases: "h.EXAMPLE.com. A.example.net."}, addrs: "93.184.216.10"},
	{name: "truncated, then whole over TCP", host: "h.example.com", script: dnsScript{a: "93.184.216.10", way: "truncated"}, addrs: "93.184.216.10"},
	{name: "the first packet is lost", host: "h.example.com", script: dnsScript{a: "93.184.216.10", lost: 1}, addrs: "93.184.216.10"},

	{name: "NXDOMAIN", host: "h.example.com", script: dnsScript{code: 3, code6: 3, zone: "example.com."}, want: "dns.not_found fail", says: "there is no such name as h.example.com … A: no such name (NXDOMAIN) … said for the zone: example.com … 127.0.0.1:"},
	{name: "NXDOMAIN of the domain", host: "h.exampel.com", script: dnsScript{code: 3, code6: 3, zone: "com."}, want: "dns.not_found fail", says: "not registered … said for the zone: com"},
	{name: "NXDOMAIN of the ending", host: "h.example.cmo", script: dnsScript{code: 3, code6: 3, zone: "."}, want: "dns.not_found fail", says: "nothing ends like that … said for the zone: the root"},
	{name: "NXDOMAIN of an alias", host: "h.example.com", script: dnsScript{code: 3, code6: 3, aliases: "h.example.com. gone.cloud.example.net."}, want: "dns.not_found fail", says: "h.example.com is an alias of gone.cloud.example.net, and there is no such name … alias of: gone.cloud.example.net … CNAME"},
	{name: "NXDOMAIN of a name by mDNS", host: "nas.local", script: dnsScript{code: 3, code6: 3, zone: "."}, want: "dns.not_found unknown", says: "no name server can tell about nas.local … answers for it"},
	{name: "Tor's names are not asked for", host: "abc.onion", script: dnsScript{a: "93.184.216.10"}, want: "dns.not_found unknown", says: "no name server can tell … name server: none was asked"},
	{name: "NODATA", host: "h.example.com", script: dnsScript{zone: "example.com."}, want: "dns.no_address fail", says: "h.example.com exists, but has no address … NODATA"},
	{name: "NODATA of an alias", host: "h.example.com", script: dnsScript{aliases: "h.example.com. a.example.net.", zone: "example.net."}, want: "dns.no_address fail", says: "is an alias of a.example.net, which has no address"},
	{name: "NODATA for one, NXDOMAIN for the other", host: "h.example.com", script: dnsScript{code6: 3}, want: "dns.no_address fail", says: "A: the name exists, but has no such record (NODATA); AAAA: no such name (NXDOMAIN)"},
	{name: "aliases in a circle", host: "h.example.com", script: dnsScript{aliases: "h.example.com. a.example.net. a.example.net. h.example.com."}, want: "dns.no_address fail", says: "in a circle … alias of: a.example.net, then h.example.com"},
	{name: "alias of itself", host: "h.example.com", script: dnsScript{aliases: "h.example.com. h.example.com."}, want: "dns.no_address fail", says: "in a circle"},

	{name: "SERVFAIL", host: "h.example.com", script: dnsScript{code: 2, code6: 2}, want: "dns.server_failure unknown", says: "could not find out the address … SERVFAIL"},
	{name: "DNSSEC, expired", host: "h.example.com", script: dnsScript{code: 2, code6: 2, told: []extendedError{{7, "RRSIG of example.com expired"}}}, want: "dns.server_failure fail", says: "rejects the DNSSEC signatures of h.example.com … the name server adds: Signature Expired: RRSIG of example.com expired … DS record"},
	{name: "DNSSEC, bogus, without words", host: "h.example.com", script: dnsScript{code: 2, code6: 2, told: []extendedError{{6, ""}}}, want: "dns.server_failure fail", says: "adds: DNSSEC Bogus"},
	{name: "no authority reached", host: "h.example.com", script: dnsScript{code: 2, code6: 2, told: []extendedError{{22, "at delegation example.com"}, {23, "192.0.2.1:53 timed out"}}}, want: "dns.server_failure unknown", says: "cannot reach the name servers of the domain … No Reachable Authority: at delegation example.com; Network Error: 192.0.2.1:53 timed out"},
	{name: "blocked", host: "h.example.com", script: dnsScript{code: 3, code6: 3, told: []extendedError{{15, ""}}}, want: "dns.server_failure unknown", says: "blocks h.example.com … NXDOMAIN … adds: Blocked"},
	{name: "blocked by a false address", host: "h.example.com", script: dnsScript{a: "0.0.0.0", told: []extendedError{{17, "on the list of ads"}}}, want: "dns.server_failure unknown", says: "blocks h.example.com … A: 0.0.0.0 … adds: Filtered: on the list of ads"},
	{name: "an error of its own number", host: "h.example.com", script: dnsScript{code: 2, code6: 2, told: []extendedError{{49152, "ours"}}}, want: "dns.server_failure unknown", says: "adds: error 49152: ours"},
	{name: "REFUSED", host: "h.example.com", script: dnsScript{code: 5, code6: 5}, want: "dns.server_failure unknown", says: "refuses to answer for h.example.com … REFUSED"},
	{name: "FORMERR", host: "h.example.com", script: dnsScript{code: 1, code6: 1}, want: "dns.server_failure unknown", says: "no usable answer … FORMERR"},
	{name: "a code beyond four bits", host: "h.example.com", script: dnsScript{code: 23, code6: 23}, want: "dns.server_failure unknown", says: "response code 23"},
	{name: "lame", host: "h.example.com", script: dnsScript{way: "lame"}, want: "dns.server_failure unknown", says: "only points at others … a referral to other servers"},
	{name: "truncated, and no TCP", host: "h.example.com", script: dnsScript{way: "truncated, TCP closed"}, want: "dns.server_failure unknown", says: "too long for one packet … truncated … TCP port 53"},
	{name: "addresses of another name", host: "h.example.com", script: dnsScript{a: "93.184.216.10", way: "other name"}, want: "dns.server_failure unknown", says: "addresses of another name than h.example.com"},
	{name: "answers to another question", host: "h.example.com", script: dnsScript{a: "93.184.216.10", way: "other question"}, want: "dns.server_failure unknown", says: "no answer that can be read … packets that are no answer to the question"},
	{name: "forged numbers", host: "h.example.com", script: dnsScript{a: "93.184.216.10", way: "other number"}, want: "dns.server_failure unknown", says: "no answer that can be read"},
	{name: "noise", host: "h.example.com", script: dnsScript{way: "noise"}, want: "dns.server_failure unknown", says: "no answer that can be read"},
	{name: "cut packets", host: "h.example.com", script: dnsScript{a: "93.184.216.10", way: "cut"}, want: "dns.server_failure unknown", says: "packets that are no answer"},
	{name: "silence", host: "h.example.com", script: dnsScript{way: "silence"}, want: "dns.timeout unknown", says: "no name server answered for h.example.com in time … answer: none"},
	{name: "NODATA, then silence", host: "h.example.com", script: dnsScript{way: "silence for AAAA"}, want: "dns.timeout unknown", says: "NODATA"},

	{name: "IPv6 only", host: "h.example.com", script: dnsScript{aaaa: "2606:2800:220::10"}, want: "dns.ipv6_only warn", addrs: "2606:2800:220::10", says: "IPv6 addresses only"},
	{name: "fails on IPv6", host: "h.example.com", script: dnsScript{a: "93.184.216.10", code6: 2}, want: "dns.server_failure warn", addrs: "93.184.216.10", says: "fail on its IPv6 ones … A: 93.184.216.10 … AAAA: the name server could not find out (SERVFAIL)"},
	{name: "fails on IPv4", host: "h.example.com", script: dnsScript{aaaa: "2606:2800:220::10", code: 2}, want: "dns.server_failure warn", addrs: "2606:2800:220::10", says: "fail on its IPv4 ones"},
	{name: "denies the name for IPv6", host: "h.example.com", script: dnsScript{a: "93.184.216.10", code6: 3}, want: "dns.server_failure warn", addrs: "93.184.216.10", says: "IPv6 … NXDOMAIN"},
	{name: "silent on IPv6", host: "h.example.com", script: dnsScript{a: "93.184.216.10", way: "silence for AAAA"}, want: "dns.timeout warn", addrs: "93.184.216.10", says: "fail on its IPv6 ones"},
}

func TestResolve(t *testing.T) {
	for _, c := range dnsCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := internet
			n.nameServer = playDNS(t, c.script)
			if c.addrs == "" { // those that find some must not run out of time
				n.phases.dns = time.Second
			}
			p := &urlProbe{Target: urlTarget(t, "", ""), net: n}
			h := &hop{url: hostURL(c.host)}
			if found := p.resolve(inTime(t), h); found != (c.addrs != "") {
				t.Errorf("resolved: %v", found)
			}
			r := Result{Findings: p.findings}
			if got := verdicts(r); got != c.want || !sameAddresses(h.addrs, c.addrs) {
				t.Errorf("findings %q and addresses %v, want %q and %q\n%s", got, h.addrs, c.want, c.addrs, texts(r))
			}
			if missing := missingFrom(texts(r), c.says); missing != "" {
				t.Errorf("%q is missing from:\n%s", missing, texts(r))
			}
		})
	}
}

// sameAddresses compares in any order, which is the machine's own to choose.
func sameAddresses(got []netip.Addr, want string) bool {
	fields := strings.Fields(strings.ReplaceAll(want, ",", " "))
	for _, a := range got {
		if !strings.Contains(" "+want+",", " "+a.String()+",") {
			return false
		}
	}
	return len(got) == len(fields)
}

// TestResolveNothingElse holds that no search domain is tried for a name with a dot, and that nothing is asked for
// an address.
func TestResolveNothingElse(t *testing.T) {
	s := &dnsPlayer{script: dnsScript{code: 3, code6: 3}}
	n := internet
	n.nameServer = s.start(t)
	p := &urlProbe{Target: urlTarget(t, "", ""), net: n}
	p.resolve(inTime(t), &hop{url: hostURL("93.184.216.10")})
	if asked := s.names(); len(asked) > 0 {
		t.Errorf("%q was asked for an address", asked)
	}
	p.resolve(inTime(t), &hop{url: hostURL("h.example.com")})
	for _, name := range s.names() {
		if name != "h.example.com." && name != "." {
			t.Errorf("%s was asked for h.example.com", name)
		}
	}
}

// TestResolveSettled holds that a lookup ends in its own time though the name server is silent, and then tells
// which server that was.
func TestResolveSettled(t *testing.T) {
	l := &transcript{host: "h.example.com", server: playDNS(t, dnsScript{way: "silence"}), patience: 50 * time.Millisecond}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	addrs, err := l.addresses(ctx)
	if len(addrs) > 0 || !deadlinePassed(err) {
		t.Fatalf("%v, %v", addrs, err)
	}
	if said := texts(Result{Findings: []Finding{l.failure(err)}}); !strings.Contains(said, l.server) {
		t.Error(said)
	}
}

// TestHostsFile works on a lookup that nobody was asked in, as there is no name with a dot in the hosts file of the
// machines that run the tests.
func TestHostsFile(t *testing.T) {
	for host, want := range map[string]string{
		"media.example.com": "view.hosts_file warn",
		"nas.local":         "url.local_name fail", // says enough
	} {
		p := probeOf(t, "https://"+host+"/")
		u := p.form()
		p.judgeLookup(&hop{url: u, addrs: []netip.Addr{netip.MustParseAddr("10.0.0.10")}, fromFile: true}, &transcript{host: host})
		if got := verdicts(Result{Findings: p.findings}); got != want {
			t.Errorf("%s: found %q, want %q", host, got, want)
		}
	}
}

// dnsPlayer is a name server on one port of UDP and TCP.
type dnsPlayer struct {
	script dnsScript
	mu     sync.Mutex
	asked  map[dnsmessage.Type]int
	host   []string
}

func playDNS(t testing.TB, script dnsScript) string {
	return (&dnsPlayer{script: script}).start(t)
}

func (s *dnsPlayer) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.host...)
}

// start serves until the test ends. It returns the server's address.
func (s *dnsPlayer) start(t testing.TB) string {
	s.asked = map[dnsmessage.Type]int{}
	var listener net.Listener
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	for range 20 { // until a port is free for both
		if err != nil {
			t.Fatal(err)
		}
		if listener, err = net.Listen("tcp", packets.LocalAddr().String()); err == nil {
			break
		}
		packets.Close()
		packets, err = net.ListenPacket("udp", "127.0.0.1:0")
	}
	if listener == nil {
		t.Fatal("no port is free for UDP and TCP")
	}
	t.Cleanup(func() { packets.Close(); listener.Close() })
	if strings.Contains(s.script.way, "TCP closed") {
		listener.Close()
	}
	go s.servePackets(packets)
	go s.serveStreams(listener)
	return packets.LocalAddr().String()
}

func (s *dnsPlayer) servePackets(conn net.PacketConn) {
	for buf := make([]byte, 1500); ; {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if reply := s.reply(buf[:n], false); reply != nil {
			conn.WriteTo(reply, from)
		}
	}
}

func (s *dnsPlayer) serveStreams(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			var size uint16
			if binary.Read(conn, binary.BigEndian, &size) != nil {
				return
			}
			query := make([]byte, size)
			if _, err := io.ReadFull(conn, query); err != nil {
				return
			}
			if reply := s.reply(query, true); reply != nil {
				conn.Write(binary.BigEndian.AppendUint16(nil, uint16(len(reply))))
				conn.Write(reply)
			}
		}()
	}
}

// reply is what goes back for a query; nil for nothing.
func (s *dnsPlayer) reply(query []byte, stream bool) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	s.mu.Lock()
	s.asked[q.Type]++
	lose := s.asked[q.Type] <= s.script.lost
	script := s.script
	if script.later != "" && s.asked[q.Type] > 1 {
		script.a = script.later
	}
	s.host = append(s.host, q.Name.String())
	s.mu.Unlock()
	reply := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, RecursionDesired: true, RecursionAvailable: true}, Questions: m.Questions}
	if q.Type == dnsmessage.TypeNS { // the root's, by which the check tells whether it is offline
		reply.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
			Body:   &dnsmessage.NSResource{NS: dnsmessage.MustNewName("a.root-servers.net.")},
		}}
		return packed(reply)
	}
	way := s.script.way
	switch {
	case lose, way == "silence", way == "silence for AAAA" && q.Type == dnsmessage.TypeAAAA:
		return nil
	case way == "noise":
		return []byte("SSH-2.0-OpenSSH_9.6\r\n")
	case strings.HasPrefix(way, "truncated") && !stream:
		reply.Truncated = true
		return packed(reply)
	}
	script.fill(&reply, q)
	return spoiled(reply, way)
}

// fill puts the records of the script into a reply.
func (s dnsScript) fill(reply *dnsmessage.Message, q dnsmessage.Question) {
	owner, code := q.Name, s.code
	fields := strings.Fields(s.aliases)
	for i := 0; i+1 < len(fields); i += 2 {
		target := dnsmessage.MustNewName(fields[i+1])
		reply.Answers = append(reply.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(fields[i]), Type: dnsmessage.TypeCNAME, Class: q.Class},
			Body:   &dnsmessage.CNAMEResource{CNAME: target},
		})
		owner = target
	}
	if s.way == "other name" {
		owner = dnsmessage.MustNewName("portal.example.net.")
	}
	header := dnsmessage.ResourceHeader{Name: owner, Type: q.Type, Class: q.Class}
	if q.Type == dnsmessage.TypeA {
		for _, a := range strings.Fields(s.a) {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()}})
		}
	} else {
		code = s.code6
		for _, a := range strings.Fields(s.aaaa) {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr(a).As16()}})
		}
	}
	if s.zone != "" {
		zone := dnsmessage.MustNewName(s.zone)
		reply.Authorities = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: zone, Type: dnsmessage.TypeSOA, Class: q.Class},
			Body:   &dnsmessage.SOAResource{NS: zone, MBox: zone},
		}}
	}
	var opt dnsmessage.OPTResource
	for _, e := range s.told {
		opt.Options = append(opt.Options, dnsmessage.Option{Code: extendedErrorOption, Data: append(binary.BigEndian.AppendUint16(nil, e.code), e.text...)})
	}
	var header6 dnsmessage.ResourceHeader
	header6.SetEDNS0(1232, code, false)
	reply.RCode = code & 15
	reply.Additionals = []dnsmessage.Resource{{Header: header6, Body: &opt}}
}

// spoiled packs a reply and spoils it in one of the ways.
func spoiled(reply dnsmessage.Message, way string) []byte {
	switch way {
	case "lame":
		reply.RecursionAvailable = false
	case "other number":
		reply.ID++
	case "other question":
		reply.Questions = []dnsmessage.Question{{Name: dnsmessage.MustNewName("other.example.org."), Type: reply.Questions[0].Type, Class: reply.Questions[0].Class}}
	case "cut":
		whole := packed(reply)
		return whole[:20]
	}
	return packed(reply)
}

func packed(m dnsmessage.Message) []byte {
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}

func hostURL(host string) *url.URL { return &url.URL{Scheme: "https", Host: host, Path: "/"} }

// FuzzDNSAnswer holds that whatever a name server sends is read without harm, and that addresses are taken only
// from what the aliases of the asked name lead to.
func FuzzDNSAnswer(f *testing.F) {
	query := dnsQuery{7, dnsmessage.Question{Name: dnsmessage.MustNewName("h.example.com."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}
	for _, c := range dnsCases {
		reply := dnsmessage.Message{Header: dnsmessage.Header{ID: query.id, Response: true}, Questions: []dnsmessage.Question{query.question}}
		c.script.fill(&reply, query.question)
		f.Add(spoiled(reply, c.script.way))
	}
	f.Add([]byte("SSH-2.0-OpenSSH_9.6\r\n"))
	f.Fuzz(func(t *testing.T, packet []byte) {
		a, err := readDNSAnswer(packet, query)
		if err != nil && len(a.addrs) > 0 {
			t.Fatalf("%v, and addresses %v", err, a.addrs)
		}
		if a.strangers && len(a.addrs) > 0 {
			t.Fatalf("addresses of another name: %v", a.addrs)
		}
		l := &transcript{host: "h.example.com", asked: []dnsmessage.Type{a.asked}, answers: []dnsAnswer{a}}
		if found := l.failure(nil); found.ID == "" || found.Summary == "" || strings.Contains(found.Summary, "HOST") || strings.Contains(found.Summary, "ALIAS") {
			t.Fatalf("%#v", found)
		}
		if len(a.String()) > 1<<20 {
			t.Fatalf("%d bytes of words", len(a.String()))
		}
	})
}
