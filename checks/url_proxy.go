package checks

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// tryProxy explains the part of a proxy that this machine is set to use. The check goes around it; where
// that fails, the failure may be the network's doing, and the proxy is asked for the URL as well. Of the settings
// only the names are told, for their values hold passwords.
func (p *urlProbe) tryProxy(ctx context.Context) {
	first := p.hops[0].url
	if p.isAPI(first) || ctx.Err() != nil {
		return
	}
	f := Finding{ID: "view.proxy"}
	if len(p.ProxyVariables) > 0 {
		f.Evidence = []Evidence{{"set in the environment", strings.Join(p.ProxyVariables, ", ")}}
	}
	proxy, unreadable := p.proxyFor(first)
	switch {
	case unreadable:
		f.Status, f.Summary = Warn, "the proxy setting of this machine cannot be read"
		f.Remedy = "Write it as http://host:port. Programs here may fail, or go without a proxy; the check went without."
	case proxy == nil && !p.onlyAllProxy(first):
		return
	case p.hops[0].status != 0 || !p.doubtDirectFailures():
		f.Status, f.Summary = Pass, "this machine is set to use a proxy; the check went around it, as Klyra's servers do"
	default:
		f.Status, f.Summary = Warn, "this network may hide the direct view: programs here go through a proxy"
		f.Remedy = "Run the check from a network without a proxy. Klyra's servers do not use yours."
		if proxy == nil {
			f.Evidence = append(f.Evidence, Evidence{"through the proxy", "not asked: ALL_PROXY is obeyed by curl and others, not by this program"})
		} else if !p.URLPasted {
			f.Evidence = append(f.Evidence, Evidence{"through the proxy", p.throughProxy(ctx, first, proxy)})
		}
	}
	p.add(f)
}

// proxyFor returns the proxy that the settings name for a URL, nil for none.
func (p *urlProbe) proxyFor(u *url.URL) (proxy *url.URL, unreadable bool) {
	if p.Proxy == nil {
		return nil, false
	}
	proxy, err := p.Proxy(&http.Request{Method: http.MethodGet, URL: u})
	return proxy, err != nil
}

// onlyAllProxy reports whether ALL_PROXY alone names a proxy for a URL.
func (p *urlProbe) onlyAllProxy(u *url.URL) bool {
	own := u.Scheme + "_proxy"
	has := func(name string) bool {
		return slices.ContainsFunc(p.ProxyVariables, func(v string) bool { return strings.EqualFold(v, name) })
	}
	return has("all_proxy") && !has(own) && !loopbackHost(u.Hostname())
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
		p.findings[i].Remedy = "Could not tell from here: this network may let only its proxy out. " + f.Remedy
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
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			return refusedByProxy(answer)
		},
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
		return withoutProxy(err, proxy)
	}
	resp.Body.Close()
	return fmt.Sprintf("HTTP %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
}

// tunnelRefusals are the statuses with which proxies refuse to connect to a host.
var tunnelRefusals = map[proxyRefusal]string{
	http.StatusForbidden:         "it does not let this machine connect to the host (HTTP 403)",
	http.StatusProxyAuthRequired: "it wants a user name and a password first (HTTP 407)",
	http.StatusBadGateway:        "it could not connect to the host either (HTTP 502)",
	http.StatusGatewayTimeout:    "it could not connect to the host in time either (HTTP 504)",
}

// withoutProxy says what failed on the way through a proxy, without telling where that is.
func withoutProxy(err error, proxy *url.URL) string {
	var refusal proxyRefusal
	if errors.As(err, &refusal) {
		return cmp.Or(tunnelRefusals[refusal], fmt.Sprintf("it does not connect to the host (HTTP %d)", int(refusal)))
	}
	if kind := socketFailure(err); kind != socketBroken {
		return socketFailures[kind].short
	}
	text := strings.NewReplacer(proxy.Host, "the proxy", proxy.Hostname(), "the proxy").Replace(err.Error())
	return firstRunes(text)
}
