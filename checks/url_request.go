package checks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"

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
	resp, err := p.roundTrip(ctx, h, http.MethodGet, extra)
	if err != nil {
		if !p.interrupted(ctx, "waiting for an answer of "+h.url.Host) {
			p.add(unansweredURL(h, err, h.heard.start()))
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

func (p *urlProbe) roundTrip(ctx context.Context, h *hop, method string, extra http.Header) (*http.Response, error) {
	h.heard = overhear(h.conn)
	h.conn = h.heard
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
		f.Evidence = append(f.Evidence, Evidence{"it began with", cmp.Or(firstRunes(strings.TrimSuffix(line, "\r")), "an empty line")})
	}
	if protocol := greetingOf(start); protocol != "" && kind == noHTTP {
		f.Summary = fmt.Sprintf("%s speaks %s, not HTTP", h.url.Host, protocol)
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
	bareHeaders
	strayBytes
	lateAnswer
	lateHeaders
	cutHeaders
	closedAnswer
	earlyOnly
	tlsAnswer
	http2Answer
	hugeHeaders
	refusedAnswer // without a certificate of the client
)

// answerKind classifies what a request ended in.
func answerKind(h *hop, err error, start string) answerEnd {
	begins := func(with string) bool { return strings.HasPrefix(start, with) }
	late, closed := deadlinePassed(err), socketFailure(err) == socketReset
	switch {
	case missesClientCert(h, err):
		return refusedAnswer
	case begins("\x15\x03"):
		return tlsAnswer
	case len(start) > 3 && begins("\x00\x00") && start[3] == '\x04': // a SETTINGS frame
		return http2Answer
	case !begins("HTTP/") && !strings.HasPrefix("HTTP/", start):
		return strangeStart(start)
	case late && start == "":
		return lateAnswer
	case late:
		return lateHeaders
	case onlyEarly(start):
		return earlyOnly
	case strings.Contains(err.Error(), "headers exceeded"):
		return hugeHeaders
	case closed && begins("HTTP/"):
		return cutHeaders
	case closed, !strings.Contains(start, "\n"):
		return closedAnswer
	}
	return brokenHTTP
}

// strangeStart classifies what does not begin like HTTP.
func strangeStart(start string) answerEnd {
	kind := media.Sniff([]byte(start), false)
	switch {
	case greetingOf(start) != "":
		return noHTTP
	case kind.Sort.Played() || kind.MIME == "text/html":
		return bareFile
	case headerLine().MatchString(start):
		return bareHeaders
	case lateStatusLine().MatchString(start[:min(len(start), media.SniffLen)]):
		return strayBytes
	}
	return noHTTP
}

var (
	headerLine     = matching(`(?i)^(?:status|content-[a-z]+|date|server|location|cache-control|expires|x-[a-z-]+|set-cookie): `)
	lateStatusLine = matching(`(?m)^HTTP/1\.[01] \d{3}\b`)
	// earlyAnswer is one that only announces the real one, 101 excepted, which ends HTTP.
	earlyAnswer = matching(`^HTTP/1\.[01] 1(?:00|0[2-9]|[1-9]\d)\b`)
)

// onlyEarly reports whether nothing came but answers that announce the real one.
func onlyEarly(start string) bool {
	rest := afterEarly(start)
	return rest != start && !strings.Contains(rest, "\n")
}

// afterEarly is what follows the answers that announce the real one.
func afterEarly(start string) string {
	for earlyAnswer().MatchString(start) {
		_, start, _ = strings.Cut(start, "\r\n\r\n")
	}
	return start
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
	lateHeaders: {
		"http.timeout", Unknown, "%s began to answer, but did not come to the end of its headers in time",
		"Look at the host's log: what makes the answer is stuck or overloaded. A downloader gives up after a few seconds.",
	},
	closedAnswer: {
		"tcp.reset", socketFailures[socketReset].status, "%s: " + socketFailures[socketReset].summary,
		socketFailures[socketReset].remedy,
	},
	cutHeaders: {
		"tcp.reset", Fail, "%s closed the connection in the middle of its answer's headers",
		"Look at the host's log: what makes the answer crashed, or was ended.",
	},
	earlyOnly: {
		"http.server_error", Fail, "%s sends answers that only announce another one (HTTP 1xx), but never that one",
		"A bug of the server or of a proxy before it: look at their logs, and switch early hints (103) off.",
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
	bareHeaders: {
		"http.server_error", Fail, "%s sends headers, but no status line (HTTP/1.1 200 OK) before them",
		"A script answers past its web server: have the server run it as CGI, or let it write the status line itself.",
	},
	strayBytes: {
		"http.server_error", Fail, "%s sends something else before the status line of its answer",
		"Remove what comes first, in the evidence: often an empty line or a message that a script prints.",
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
