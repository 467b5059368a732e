package checks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"

	"klyra-doctor/checks/media"
)

const (
	// probeAgent is what the URL check calls itself. The name that Klyra's own downloader uses is not known.
	probeAgent = "klyra-doctor"
	// maxHeaderBytes bounds the headers of an answer.
	maxHeaderBytes = 64 << 10
)

// ask sends the request for the hop's URL over its connection and returns the answer, or nil after a finding.
// It carries no key, no cookie and no Referer; extra headers are those of the comparing requests.
func (p *urlProbe) ask(ctx context.Context, h *hop, extra http.Header) *http.Response {
	defer h.timed(answerPhase)()
	overheard := &overhearing{Conn: h.conn}
	h.conn = overheard
	resp, err := p.roundTrip(ctx, h, http.MethodGet, extra)
	if err != nil {
		if !p.interrupted(ctx, "waiting for an answer of "+h.url.Host) {
			p.add(unansweredURL(h, err, overheard.start()))
		}
		return nil
	}
	h.status = resp.StatusCode
	h.header = resp.Header
	if now, ok := serverTime(resp.Header); ok {
		p.serverNow = now
	}
	return resp
}

// overhearing is a connection that keeps the first bytes that came over it.
type overhearing struct {
	net.Conn
	mu    sync.Mutex
	first []byte
}

// Read reads from the connection.
func (o *overhearing) Read(b []byte) (int, error) {
	n, err := o.Conn.Read(b)
	o.mu.Lock()
	defer o.mu.Unlock()
	const most = 128
	o.first = append(o.first, b[:min(n, most-len(o.first))]...)
	return n, err
}

func (o *overhearing) start() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.first)
}

func (p *urlProbe) roundTrip(ctx context.Context, h *hop, method string, extra http.Header) (*http.Response, error) {
	give := func(context.Context, string, string) (net.Conn, error) { return h.conn, nil }
	transport := &http.Transport{
		DialContext:            give,
		DialTLSContext:         give,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ResponseHeaderTimeout:  p.net.phases.headers,
	}
	req, err := http.NewRequestWithContext(ctx, method, h.url.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header = probeHeaders(extra)
	return transport.RoundTrip(req)
}

// probeHeaders are all that a request of the URL check carries, with extra ones in their place.
func probeHeaders(extra http.Header) http.Header {
	header := http.Header{"User-Agent": {probeAgent}, "Accept": {"*/*"}, "Accept-Encoding": {"identity"}}
	maps.Copy(header, extra)
	return header
}

// unansweredURL names why a request got no answer that can be used; start is what came instead.
func unansweredURL(h *hop, err error, start string) Finding {
	f := Finding{Evidence: []Evidence{{"cause", firstRunes(err.Error())}}}
	kind := answerKind(h, err, start)
	if kind == refusedAnswer {
		words := handshakeWords[clientCertHandshake]
		f.ID, f.Status, f.Summary, f.Remedy = words.id, words.status, fmt.Sprintf(words.summary, h.url.Host), words.remedy
		return f
	}
	words := answerFailures[kind]
	f.ID, f.Status, f.Summary, f.Remedy = words.id, words.status, fmt.Sprintf(words.summary, h.url.Host), words.remedy
	if start != "" {
		line, _, _ := strings.Cut(start, "\n")
		f.Evidence = append(f.Evidence, Evidence{"it began with", strings.TrimSuffix(line, "\r")})
	}
	if protocol := greetingOf(start); protocol != "" && kind == noHTTP {
		f.Evidence = append(f.Evidence, Evidence{"that is", protocol})
	}
	return f
}

// answerEnd is a way in which a request ends without an answer.
type answerEnd int

const (
	brokenHTTP answerEnd = iota
	noHTTP
	bareFile
	lateAnswer
	closedAnswer
	tlsAnswer
	http2Answer
	hugeHeaders
	refusedAnswer // without a certificate of the client
)

// answerKind classifies what a request ended in.
func answerKind(h *hop, err error, start string) answerEnd {
	begins := func(with string) bool { return strings.HasPrefix(start, with) }
	switch {
	case missesClientCert(h, err):
		return refusedAnswer
	case deadlinePassed(err):
		return lateAnswer
	case begins("\x15\x03"):
		return tlsAnswer
	case len(start) > 3 && begins("\x00\x00") && start[3] == '\x04': // a SETTINGS frame
		return http2Answer
	case strings.Contains(err.Error(), "headers exceeded"):
		return hugeHeaders
	case media.Sniff([]byte(start), false).Sort.Played():
		return bareFile
	case start != "" && !begins("HTTP/"):
		return noHTTP
	case !strings.Contains(start, "\n"), socketFailure(err) == socketReset:
		return closedAnswer
	}
	return brokenHTTP
}

// answerFailures holds the words for requests without a usable answer; %s is the host and port.
var answerFailures = map[answerEnd]struct {
	id              string
	status          Status
	summary, remedy string
}{
	lateAnswer: {
		"http.timeout", Unknown, "%s took the request, but did not begin to answer in time",
		"The host is slow or overloaded: put the file behind a CDN. A downloader gives up after a few seconds.",
	},
	closedAnswer: {
		"tcp.reset", socketFailures[socketReset].status, "%s: " + socketFailures[socketReset].summary,
		socketFailures[socketReset].remedy,
	},
	tlsAnswer: {
		"http.tls_on_http", Fail, "%s speaks TLS, but the URL says http",
		"Write https:// instead of http://, or use the port for plain HTTP.",
	},
	http2Answer: {
		"http.server_error", Fail, "%s speaks HTTP/2 at once, without having agreed on it",
		"Let the server speak HTTP/1.1 to clients that do not ask for HTTP/2: a port made for gRPC or for h2c is no place for downloads.",
	},
	hugeHeaders: {
		"http.server_error", Fail, "%s sends more than 64 KiB of headers",
		"Look at what sets them (often cookies, or a policy that is appended over and over): most clients refuse headers of this size.",
	},
	noHTTP: {
		"http.server_error", Fail, "%s answered with something that is not HTTP",
		"Another protocol listens on that port: correct the port in the URL.",
	},
	bareFile: {
		"http.server_error", Fail, "%s sends a file at once, without any HTTP around it",
		"Serve the file with a web server: what listens there now writes bytes and no HTTP answer.",
	},
	brokenHTTP: {
		"http.server_error", Fail, "%s answered with something that is not usable HTTP",
		"The cause in the evidence names what is wrong with the answer: look at the server's software, or at what rewrites its headers.",
	},
}

// deadlinePassed reports whether err is a deadline's doing, of a context or of a socket.
func deadlinePassed(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
