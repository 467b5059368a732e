package checks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
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
			p.add(noAnswer(h, err))
		}
		return nil
	}
	h.status = resp.StatusCode
	h.header = resp.Header
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		p.serverNow = date
	}
	return resp
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

// noAnswer names why a request got no answer.
func noAnswer(h *hop, err error) Finding {
	evidence := []Evidence{{"cause", firstRunes(err.Error())}}
	id := answerVerdict(h, err)
	if id == "tls.client_certificate" {
		words := handshakeWords[clientCertHandshake]
		return Finding{ID: id, Status: words.status, Summary: fmt.Sprintf(words.summary, h.url.Host), Evidence: evidence, Remedy: words.remedy}
	}
	if id == "tcp.reset" {
		f := socketFailures[socketReset]
		return Finding{ID: id, Status: f.status, Summary: h.url.Host + ": " + f.summary, Evidence: evidence, Remedy: f.remedy}
	}
	words := answerFailures[id]
	return Finding{ID: id, Status: words.status, Summary: fmt.Sprintf(words.summary, h.url.Host), Evidence: evidence, Remedy: words.remedy}
}

// answerVerdict is the finding id of a request that failed with err.
func answerVerdict(h *hop, err error) string {
	text := err.Error()
	switch {
	case missesClientCert(h, err):
		return "tls.client_certificate"
	case deadlinePassed(err):
		return "http.timeout"
	case strings.Contains(text, `malformed HTTP response "\x15\x03`), strings.Contains(text, `malformed HTTP status code "\x15\x03`):
		return "http.tls_on_http"
	case socketFailure(err) == socketReset, strings.Contains(text, "server closed"), errors.Is(err, net.ErrClosed):
		return "tcp.reset"
	}
	return "http.server_error"
}

// answerFailures holds the words for requests without a usable answer; %s is the host and port.
var answerFailures = map[string]struct {
	status          Status
	summary, remedy string
}{
	"http.timeout": {
		Unknown, "%s took the request, but did not begin to answer in time",
		"The host is slow or overloaded: put the file behind a CDN. A downloader gives up after a few seconds.",
	},
	"http.tls_on_http": {
		Fail, "%s speaks TLS, but the URL says http",
		"Write https:// instead of http://, or use the port for plain HTTP.",
	},
	"http.server_error": {
		Fail, "%s answered with something that is not usable HTTP",
		"Look at what listens there: another protocol, or headers that are broken or larger than 64 KiB.",
	},
}
