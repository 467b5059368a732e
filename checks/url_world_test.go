package checks

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"image"
	"image/png"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"klyra-doctor/checks/media/mediatest"
)

// world is a small internet on loopback: a name server, and servers behind public addresses.
type world struct {
	network
	names    map[string]dnsRecord // for the name server; nil means hosts
	stuck    chan string          // what a server was asked that will not answer
	mu       sync.Mutex
	requests []*http.Request
}

// hosts are the names of the test's internet. The last number of an IPv4 address picks the server there.
var hosts = map[string]dnsRecord{
	"media.example.com":   {a: "93.184.216.10"},
	"other.example.com":   {a: "93.184.216.10"},
	"expired.example.com": {a: "93.184.216.11"},
	"early.example.com":   {a: "93.184.216.12"},
	"wrong.example.com":   {a: "93.184.216.13"},
	"self.example.com":    {a: "93.184.216.14"},
	"company.example.com": {a: "93.184.216.15"},
	"chain.example.com":   {a: "93.184.216.16"},
	"old.example.com":     {a: "93.184.216.17"},
	"mutual.example.com":  {a: "93.184.216.18"},
	"mutual2.example.com": {a: "93.184.216.19"},
	"plain.example.com":   {a: "93.184.216.20"},
	"mute.example.com":    {a: "93.184.216.21"},
	"unknown.example.com": {a: "93.184.216.22"},
	"soon.example.com":    {a: "93.184.216.23"},
	"hangup.example.com":  {a: "93.184.216.24"},
	"both.example.com":    {a: "93.184.216.25"},

	"down.example.com":        {a: "93.184.216.101"},
	"dropped.example.com":     {a: "93.184.216.102"},
	"unrouted.example.com":    {a: "93.184.216.103"},
	"reset.example.com":       {a: "93.184.216.104"},
	"odd.example.com":         {a: "93.184.216.105"},
	"half.example.com":        {a: "93.184.216.10 93.184.216.101"},
	"halfmute.example.com":    {a: "93.184.216.10 93.184.216.102"},
	"third.example.com":       {a: "93.184.216.101 93.184.216.102 93.184.216.10"},
	"oldsix.example.com":      {a: "93.184.216.10", aaaa: "2606:2800:220::65"},
	"oldfour.example.com":     {a: "93.184.216.101", aaaa: "2606:2800:220::10"},
	"six.example.com":         {aaaa: "2606:2800:220::10"},
	"private.example.com":     {a: "10.0.0.10"},
	"private2.example.com":    {a: "10.0.0.10"},
	"linklocal.example.com":   {a: "169.254.7.10"},
	"mixed.example.com":       {a: "93.184.216.10 10.0.0.10"},
	"noaddress.example.com":   {},
	"broken.example.com":      {code: dnsmessage.RCodeServerFailure},
	"refusing.example.com":    {code: dnsmessage.RCodeRefused},
	"unanswered.example.com":  {silent: true},
	"tunnel.ngrok.io":         {a: "93.184.216.10"},
	"printer.local":           {a: "93.184.216.10"},
	"under_score.example.com": {a: "93.184.216.10"},
	"dropbox.com":             {a: "93.184.216.10"},
}

type dnsRecord struct {
	a, aaaa string // addresses with blanks between them
	code    dnsmessage.RCode
	silent  bool
}

// newWorld starts the servers, which end with the test.
func newWorld(t testing.TB) *world {
	w := &world{network: internet, stuck: make(chan string, 100)}
	w.nameServer = w.serveDNS(t)
	root := newAuthority("Test Root", nil)
	w.roots = x509.NewCertPool()
	w.roots.AddCert(root.cert)
	w.mozilla = func() *x509.CertPool { return w.roots }
	servers := w.serve(t, root)
	w.dial = func(ctx context.Context, to netip.AddrPort, _ string) (net.Conn, error) {
		return w.dialFixture(ctx, servers, to)
	}
	return w
}

// dialFixture connects to the server that stands for an address and port, or fails the way the address says.
func (w *world) dialFixture(ctx context.Context, servers map[string]string, to netip.AddrPort) (net.Conn, error) {
	number := to.Addr().AsSlice()[len(to.Addr().AsSlice())-1]
	if to.Addr().Is6() {
		number = 10
	}
	failed := func(errno syscall.Errno) error { return &net.OpError{Op: "dial", Net: "tcp", Err: errno} }
	switch number {
	case 101:
		return nil, failed(refusedErrors[0])
	case 102:
		w.stuck <- "connecting"
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
	case 103:
		return nil, failed(unreachableErrors[0])
	case 104:
		return nil, failed(resetErrors[0])
	case 105:
		return nil, failed(forbiddenErrors[0])
	}
	server, ok := servers[fmt.Sprintf("%d:%d", number, to.Port())]
	if !ok {
		return nil, failed(refusedErrors[0])
	}
	return new(net.Dialer).DialContext(ctx, "tcp", server)
}

// serve starts a server for each number and port and returns their real addresses.
func (w *world) serve(t testing.TB, root authority) map[string]string {
	now, day := time.Now(), 24*time.Hour
	servers := map[string]string{"10:80": w.plainServer(t), "20:443": w.plainServer(t), "10:8080": w.plainServer(t)}
	good := certWish{names: []string{"media.example.com", "other.example.com", "six.example.com", "half.example.com", "halfmute.example.com", "mixed.example.com"}}
	add := func(number int, config *tls.Config) { servers[fmt.Sprintf("%d:443", number)] = w.tlsServer(t, config) }
	add(10, serverConfig(root.issue(good)))
	servers["25:80"] = w.tlsServer(t, serverConfig(root.issue(good)))
	add(11, serverConfig(root.issue(certWish{names: []string{"expired.example.com"}, from: now.Add(-90 * day), to: now.Add(-day)})))
	add(12, serverConfig(root.issue(certWish{names: []string{"early.example.com"}, from: now.Add(day), to: now.Add(90 * day)})))
	add(13, serverConfig(root.issue(certWish{names: []string{"shop.example.org"}, from: now.Add(-90 * day), to: now.Add(-day)})))
	add(14, serverConfig(newAuthority("self.example.com", []string{"self.example.com"}).self()))
	add(15, serverConfig(newAuthority("Company CA", nil).issue(certWish{names: []string{"company.example.com"}})))
	add(16, serverConfig(root.intermediate().issue(certWish{names: []string{"chain.example.com"}, aia: true})))
	old := serverConfig(root.issue(certWish{names: []string{"old.example.com"}}))
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	add(17, old)
	mutual := serverConfig(root.issue(certWish{names: []string{"mutual.example.com", "mutual2.example.com"}}))
	mutual.ClientAuth = tls.RequireAnyClientCert
	add(18, mutual)
	mutual2 := mutual.Clone()
	mutual2.MaxVersion = tls.VersionTLS12
	add(19, mutual2)
	add(23, serverConfig(root.issue(certWish{names: []string{"soon.example.com"}, from: now.Add(-80 * day), to: now.Add(40*time.Hour + 30*time.Minute)})))
	servers["21:443"] = rawServer(t, func(conn net.Conn) {
		conn.Read(make([]byte, 512))
		w.stuck <- "agreeing on TLS"
		io.Copy(io.Discard, conn)
	})
	servers["22:443"] = rawServer(t, func(conn net.Conn) {
		conn.Read(make([]byte, 512))
		conn.Write([]byte{21, 3, 3, 0, 2, 2, 112}) // the alert "unrecognized name"
		io.Copy(io.Discard, conn)
	})
	servers["24:443"] = rawServer(t, func(conn net.Conn) { conn.Read(make([]byte, 512)) })
	return servers
}

func (w *world) plainServer(t testing.TB) string {
	return plainHTTP(t, w.handler())
}

func plainHTTP(t testing.TB, handler http.Handler) string {
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func (w *world) tlsServer(t testing.TB, config *tls.Config) string {
	s := httptest.NewUnstartedServer(w.handler())
	s.TLS = config
	s.Config.ErrorLog = quietLog()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }

// rawServer answers every connection with talk, then closes it.
func rawServer(t testing.TB, talk func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				talk(conn)
			}()
		}
	}()
	return l.Addr().String()
}

// handler serves every path of the fixtures and records what it was asked.
func (w *world) handler() http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests = append(w.requests, r.Clone(context.Background()))
		w.mu.Unlock()
		w.serveFixture(rw, r)
	})
}

func (w *world) asked() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*http.Request(nil), w.requests...)
}

// serveFixture answers by the path: "/status/403", "/to?u=URL", "/body?type=…&of=…".
func (w *world) serveFixture(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	header := rw.Header()
	if q.Has("date") {
		header.Set("Date", q.Get("date"))
	}
	for _, h := range q["h"] {
		name, value, _ := strings.Cut(h, ": ")
		header.Set(name, value)
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case "status":
		code, _ := strconv.Atoi(rest)
		rw.WriteHeader(code)
		io.WriteString(rw, q.Get("body"))
	case "to":
		header.Set("Location", q.Get("u"))
		rw.WriteHeader(http.StatusFound)
	case "moved":
		header.Set("Location", "https://me:hunter2@other.example.com/session")
		rw.WriteHeader(http.StatusFound)
	case "circle":
		header.Set("Location", map[string]string{"a": "b", "b": "a"}[rest])
		rw.WriteHeader(http.StatusFound)
	case "chain":
		n, _ := strconv.Atoi(rest)
		if n == 0 {
			rw.Write(fixtures["png"])
			return
		}
		header.Set("Location", fmt.Sprintf("/chain/%d", n-1))
		rw.WriteHeader(http.StatusMovedPermanently)
	case "session":
		header.Set("Set-Cookie", "session=1")
		header.Set("Location", r.URL.Path)
		rw.WriteHeader(http.StatusFound)
	case "raw":
		w.serveRaw(rw, r, rest)
	case "browser":
		if !strings.HasPrefix(r.UserAgent(), "Mozilla/") {
			rw.WriteHeader(http.StatusForbidden)
		}
		rw.Write(fixtures["png"])
	case "site":
		if r.Referer() == "" {
			rw.WriteHeader(http.StatusForbidden)
		}
		rw.Write(fixtures["png"])
	case "get":
		if r.Method != http.MethodGet {
			rw.WriteHeader(http.StatusForbidden)
		}
		rw.Write(fixtures["png"])
	case "clock":
		rw.Write(mediatest.WithChunk(fixtures["png"], "teSt", fmt.Append(nil, time.Now().UnixNano())))
	case "endless":
		header.Set("Content-Type", "video/mp4")
		rw.Write(fixtures["mp4"])
		for chunk := make([]byte, 1<<20); ; {
			if _, err := rw.Write(chunk); err != nil {
				return
			}
		}
	default:
		w.serveBody(rw, r, rest)
	}
}

// serveBody answers with one of the fixtures, under a type and an encoding of the request's choice.
func (w *world) serveBody(rw http.ResponseWriter, r *http.Request, name string) {
	q, header := r.URL.Query(), rw.Header()
	base, _, _ := strings.Cut(name, ".")
	body := fixtures[base]
	header["Content-Type"] = q["type"]
	if !q.Has("type") {
		header["Content-Type"] = nil
		if base == "png" {
			header.Set("Content-Type", "image/png")
		}
	}
	if q.Get("pad") != "" {
		size, _ := strconv.Atoi(q.Get("pad"))
		body = paddedTo(size, body)
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	switch q.Get("way") {
	case "chunked":
		header.Del("Content-Length")
		rw.(http.Flusher).Flush()
	case "short":
		header.Set("Content-Length", strconv.Itoa(len(body)+100))
	case "late":
		select {
		case <-time.After(time.Second):
		case <-r.Context().Done():
		}
	case "drip":
		rw.Write(body[:10])
		rw.(http.Flusher).Flush()
		select {
		case <-time.After(time.Second):
		case <-r.Context().Done():
		}
		body = body[10:]
	case "hang":
		rw.Write(body[:10])
		rw.(http.Flusher).Flush()
		w.stuck <- ""
		<-r.Context().Done()
		return
	}
	rw.Write(body)
}

// serveRaw speaks past net/http's server.
func (w *world) serveRaw(rw http.ResponseWriter, r *http.Request, way string) {
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	switch way {
	case "garbage":
		io.WriteString(conn, "SSH-2.0-OpenSSH_9.6\r\n\r\n")
	case "alert":
		conn.Write([]byte{21, 3, 1, 0, 2, 2, 70, '\r', '\n', '\r', '\n'})
	case "headers":
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nX-Big: %s\r\n\r\n", strings.Repeat("a", 70<<10))
	case "nolength":
		fmt.Fprintf(conn, "HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\n%s", fixtures["png"])
	case "reset":
		if tcp, ok := conn.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
	case "page":
		io.WriteString(conn, "HTTP/1.1 404 Not Found\r\n\r\n<title>Gone")
		w.stuck <- ""
		io.Copy(io.Discard, conn)
	case "silent":
		w.stuck <- "waiting for an answer"
		io.Copy(io.Discard, conn)
	}
}

// fixtures are the bodies that are served.
var fixtures = map[string][]byte{
	"png":       samplePNG(),
	"mp4":       mediatest.MP4(),
	"wav":       mediatest.WAV(200),
	"page":      []byte("<!DOCTYPE html><html><head><title>File &amp; not\n found</title></head><body>gone</body></html>"),
	"login":     []byte(`<!DOCTYPE html><html><title>Hello</title><form><input name=p type="password"></form></html>`),
	"challenge": []byte("<!DOCTYPE html><html><title>Just a moment...</title></html>"),
	"text":      []byte("Just some words, nothing else.\n"),
	"json":      []byte(`{"error":{"message":"no such file"}}`),
	"empty":     {},
	"noise":     {0x01, 0xfe, 0x02, 0xfd, 0x03, 0xfc, 0x00, 0x99, 0x98, 0x97},
	"gzip":      zipped(samplePNG()),
	"badgzip":   append(zipped(samplePNG())[:40], make([]byte, 40)...),
	"bomb":      zipped(make([]byte, 40<<20)),
}

// paddedTo makes a sound PNG or MP4 of so many bytes out of a small one.
func paddedTo(size int, data []byte) []byte {
	if bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")) {
		return mediatest.WithChunk(data, "teSt", make([]byte, size-len(data)-12))
	}
	return append(bytes.Clone(data), mediatest.Box("free", make([]byte, size-len(data)-8))...)
}

func samplePNG() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func zipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// serveDNS answers for the hosts and returns the name server's address.
func (w *world) serveDNS(t testing.TB) string {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		for buf := make([]byte, 1500); ; {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if reply := w.dnsReply(buf[:n]); reply != nil {
				conn.WriteTo(reply, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

func (w *world) dnsReply(query []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	names := w.names
	if names == nil {
		names = hosts
	}
	record, known := names[strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))]
	if record.silent {
		w.stuck <- "looking up"
		return nil
	}
	reply := dnsmessage.Message{Questions: m.Questions}
	reply.Header = dnsmessage.Header{ID: m.ID, Response: true, RecursionDesired: true, RecursionAvailable: true, RCode: record.code}
	if !known {
		reply.RCode = dnsmessage.RCodeNameError
	}
	header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}
	switch q.Type {
	case dnsmessage.TypeA:
		for _, a := range strings.Fields(record.a) {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()}})
		}
	case dnsmessage.TypeNS:
		reply.RCode = dnsmessage.RCodeSuccess
		reply.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.NSResource{NS: dnsmessage.MustNewName("a.root-servers.net.")}}}
	case dnsmessage.TypeAAAA:
		for _, a := range strings.Fields(record.aaaa) {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr(a).As16()}})
		}
	}
	packed, err := reply.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// authority is a certificate that signs others.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// certWish is what a server's certificate should say; zero times mean a valid one.
type certWish struct {
	names    []string
	from, to time.Time
	aia      bool // it names where its issuer's certificate can be fetched
}

func newAuthority(name string, names []string) authority {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(1000 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	key := newCertKey()
	return authority{cert: signed(template, template, key, key), key: key}
}

func newCertKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func signed(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert
}

func (a authority) intermediate() authority {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Test Intermediate"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(1000 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	key := newCertKey()
	return authority{cert: signed(template, a.cert, key, a.key), key: key}
}

func (a authority) issue(wish certWish) tls.Certificate {
	if wish.from.IsZero() {
		wish.from, wish.to = time.Now().Add(-time.Hour), time.Now().Add(900*time.Hour)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: wish.names[0]}, DNSNames: wish.names,
		NotBefore: wish.from, NotAfter: wish.to, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if wish.aia {
		template.IssuingCertificateURL = []string{"http://ca.example.com/intermediate.crt"}
	}
	key := newCertKey()
	return tls.Certificate{Certificate: [][]byte{signed(template, a.cert, key, a.key).Raw}, PrivateKey: key}
}

func (a authority) self() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{a.cert.Raw}, PrivateKey: a.key}
}

func serverConfig(cert tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{cert}}
}

// urlTarget is a target for a URL, with an API whose base is a loopback server or, for "", elsewhere.
func urlTarget(t testing.TB, base, raw string) Target {
	t.Helper()
	if base == "" {
		base = "https://api.klyra.live"
	}
	api, err := NewAPI(base, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Target{API: api, URL: raw}.withDefaults()
}

// escaped is a query value.
func escaped(s string) string { return url.QueryEscape(s) }
