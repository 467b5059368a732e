package checks

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// tryProxy explains the part of a proxy that this machine is set to use. The check goes around it; where
// that fails, the failure may be the network's doing, and the proxy is asked for the URL as well.
func (p *urlProbe) tryProxy(ctx context.Context) {
	first := p.hops[0].url
	if p.Proxy == nil || p.isAPI(first) || ctx.Err() != nil {
		return
	}
	proxy, err := p.Proxy(&http.Request{Method: http.MethodGet, URL: first})
	if err != nil || proxy == nil {
		return
	}
	f := Finding{ID: "view.proxy", Evidence: []Evidence{{"proxy", proxy.Host}}}
	if p.hops[0].status != 0 || !p.doubtDirectFailures() {
		f.Status, f.Summary = Pass, "this machine is set to use a proxy; the check went around it, as Klyra's servers do"
		p.add(f)
		return
	}
	f.Status, f.Summary = Warn, "this network may hide the direct view: programs here go through a proxy"
	f.Remedy = "Run the check from a network without a proxy. Klyra's servers do not use yours."
	if !p.URLPasted {
		f.Evidence = append(f.Evidence, Evidence{"through the proxy", p.throughProxy(ctx, first, proxy)})
	}
	p.add(f)
}

// doubtDirectFailures turns failures that a network without direct access makes up into doubts, and reports
// whether there were any.
func (p *urlProbe) doubtDirectFailures() bool {
	doubts := false
	for i, f := range p.findings {
		direct := strings.HasPrefix(f.ID, "tcp.") || strings.HasPrefix(f.ID, "dns.") || f.ID == "check.offline"
		if !direct || f.ID == "dns.private_address" || !Worse(f.Status, Warn) {
			continue
		}
		p.findings[i].Status, doubts = Unknown, true
	}
	return doubts
}

// throughProxy says what a proxy answers for a URL.
func (p *urlProbe) throughProxy(ctx context.Context, u, proxy *url.URL) string {
	transport := &http.Transport{
		Proxy:                  http.ProxyURL(proxy),
		DialContext:            tiedDial(new(net.Dialer)),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: p.net.roots},
		TLSHandshakeTimeout:    p.net.phases.tls,
		ResponseHeaderTimeout:  p.net.phases.headers,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableKeepAlives:      true,
		DisableCompression:     true,
	}
	ctx, cancel := context.WithTimeout(ctx, p.net.phases.connect+p.net.phases.headers)
	defer cancel()
	req, err := http.NewRequestWithContext(tied(ctx), http.MethodGet, u.String(), nil)
	if err != nil {
		return firstRunes(err.Error())
	}
	req.Header = probeHeaders(nil)
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return firstRunes(err.Error())
	}
	resp.Body.Close()
	return fmt.Sprintf("HTTP %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
}
