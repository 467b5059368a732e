package checks

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"klyra-doctor/catalog/safe"
)

// network is how the URL check reaches the world. The tests put servers of their own in.
type network struct {
	nameServer string                // host:port; "" means the name servers of this machine
	roots      *x509.CertPool        // nil means the roots of this machine
	mozilla    func() *x509.CertPool // the roots that most servers trust
	// dial connects to an address whose kind was judged before.
	dial   func(ctx context.Context, to netip.AddrPort, kind string) (net.Conn, error)
	phases phaseLimits
}

// phaseLimits bound the parts of one hop. The body has what is left of the whole check.
type phaseLimits struct {
	dns, connect, tls, headers time.Duration
	others                     time.Duration // for the other addresses, once one of them has answered, and for error pages
	swift                      time.Duration // downloads below this time are never called slow
}

var internet = network{
	mozilla: mozillaRoots,
	dial:    dialJudged,
	phases: phaseLimits{
		dns: 3 * time.Second, connect: 5 * time.Second, tls: 5 * time.Second, headers: 10 * time.Second,
		others: 2 * time.Second, swift: 5 * time.Second,
	},
}

// checkURL finds out whether a URL can be downloaded, as far as one machine can tell.
func checkURL(ctx context.Context, t Target) Result { return internet.checkURL(ctx, t) }

func (n network) checkURL(ctx context.Context, t Target) Result {
	if t.URL == "" {
		return Result{Findings: []Finding{{
			ID: "check.no_input", Status: Skip, Summary: "no URL was given",
			Remedy: "Give the URL that the API was told to download from.",
		}}}
	}
	p := &urlProbe{Target: t, net: n}
	target := withoutUserinfo(t.URL)
	if u := p.form(); u != nil {
		target = u.String()
		p.follow(ctx, u)
		p.tryProxy(ctx)
	}
	p.conclude()
	return Result{Target: target, Findings: p.findings, Wait: p.wait, RetryAt: p.retryAt, Phases: p.phaseTimes(), secrets: p.secrets}
}

// urlProbe is one run of the URL check: what is asked and what was found so far.
type urlProbe struct {
	Target
	net      network
	findings []Finding
	hops     []*hop
	body     *body      // nil until one was read
	compared []Evidence // what comparing requests for a file that was served were answered with
	// signed is what the URL says of its own signature; zero where it carries none.
	signed signature
	// secrets are what lets anybody in who reads the URLs on the way.
	secrets []safe.Secret
	// serverNow is the time by the last server that told one.
	serverNow time.Time
	wait      time.Duration // that a server asked for; 0 for none
	retryAt   time.Time
}

// hop is one server asked on the way, the first one or where a redirect led.
type hop struct {
	url      *url.URL
	kind     string // of its addresses; "" for public ones
	addrs    []netip.Addr
	fromFile bool // the addresses stand in a file of this machine: no name server was asked

	conn            net.Conn
	heard           *overhearing // what came over it, once a request was sent
	peer            netip.AddrPort
	open            []attempt // all that connected; for https TLS is tried over each
	clientCertAsked bool

	status int
	header http.Header // of the answer

	reached phase
	began   [phaseCount]time.Time // zero for a phase that was not needed or not reached
	took    [phaseCount]time.Duration
	start   time.Time
	total   time.Duration
}

// phase is a part of a hop.
type phase int

const (
	dnsPhase phase = iota
	connectPhase
	tlsPhase
	answerPhase // until the first byte of the answer
	bodyPhase
	phaseCount
)

var phaseNames = [phaseCount]string{"DNS", "connection", "TLS", "HTTP answer", "body"}

func (p *urlProbe) add(f Finding) {
	for _, have := range p.findings {
		if have.ID == f.ID && strings.HasPrefix(f.ID, "url.") && have.Summary == f.Summary {
			return
		}
	}
	p.findings = append(p.findings, f)
}

// has reports whether a finding of this id was made.
func (p *urlProbe) has(id string) bool {
	for _, f := range p.findings {
		if f.ID == id {
			return true
		}
	}
	return false
}

// worst is the worst status so far, Skip where nothing was found.
func (p *urlProbe) worst() Status {
	worst := Skip
	for _, f := range p.findings {
		if Worse(f.Status, worst) {
			worst = f.Status
		}
	}
	return worst
}

// follow asks the server of u, then wherever it redirects to.
func (p *urlProbe) follow(ctx context.Context, u *url.URL) {
	for u != nil {
		h := &hop{url: u, start: time.Now()}
		p.hops = append(p.hops, h)
		location := p.visit(ctx, h)
		h.total = time.Since(h.start)
		u = nil
		if location != nil {
			u = p.redirected(ctx, h, *location)
		}
	}
}

// visit goes through the phases of one hop. It returns the Location of a redirect, else nil.
func (p *urlProbe) visit(ctx context.Context, h *hop) *string {
	if !p.resolve(ctx, h) || !p.permit(h) || !p.connect(ctx, h) {
		return nil
	}
	defer func() { h.conn.Close() }()
	if h.url.Scheme == "https" && !p.secure(ctx, h) {
		return nil
	}
	resp := p.ask(ctx, h, nil)
	if resp == nil {
		return nil
	}
	defer resp.Body.Close()
	if isRedirect(resp.StatusCode) {
		location := resp.Header.Get("Location")
		return &location
	}
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		p.judgeStatus(ctx, h, resp)
	case p.goesOn(h, resp):
		p.download(ctx, h, resp)
	}
	return nil
}

// timed measures a phase of the hop, which ends when the function that it returns is called.
func (h *hop) timed(ph phase) func() {
	h.reached = ph
	h.began[ph] = time.Now()
	return func() { h.took[ph] = time.Since(h.began[ph]) }
}

// joined lists values in one line.
func joined[T fmt.Stringer](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = v.String()
	}
	return strings.Join(words, ", ")
}

// isAPI reports whether u is on the API's own loopback host and port, as it is with the sandbox: such a URL
// counts as public.
func (p *urlProbe) isAPI(u *url.URL) bool { return p.API.owns(u) && loopbackHost(u.Hostname()) }

// interrupted reports, as a finding, that the whole check has to end; a phase's own time is not its business.
func (p *urlProbe) interrupted(ctx context.Context, doing string) bool {
	end, bounded := ctx.Deadline()
	switch {
	case ctx.Err() == context.Canceled:
		p.add(Finding{ID: "check.cancelled", Status: Unknown, Summary: "the check was stopped while " + doing})
	case ctx.Err() != nil || bounded && time.Until(end) <= 0:
		p.add(Finding{
			ID: "check.timeout", Status: Unknown, Summary: "time for the whole check ran out while " + doing,
			Remedy: "Give it more time (--timeout 60s). A download that takes this long here is likely to be given up on by the API as well.",
		})
	default:
		return false
	}
	return true
}

// shownURL is a URL as evidence: without what stands before the @ of its host.
func shownURL(u *url.URL) string {
	bare := *u
	bare.User = nil
	return bare.String()
}

// conclude says what remains to be said once nothing more is asked.
func (p *urlProbe) conclude() {
	p.judgeSignature()
	if n := len(p.hops) - 1; n > fewRedirects && !isRedirect(p.hops[n].status) {
		p.add(Finding{
			ID: "http.too_many_redirects", Status: Warn, Summary: fmt.Sprintf("it takes %d redirects to get there", n),
			Remedy: "Give the API the final URL: downloaders stop after a few redirects.",
		})
	}
	if missed := p.notReached(); missed != "" {
		p.add(Finding{ID: "view.not_reached", Status: Skip, Summary: "not reached: " + missed})
	} else if !Worse(p.worst(), Warn) {
		p.add(p.fine())
	}
	if len(p.findings) > 0 && len(p.hops) > 0 {
		last := &p.findings[len(p.findings)-1]
		last.Evidence = append(last.Evidence, p.picture()...)
	}
}

// fine is the best verdict that one machine can give.
func (p *urlProbe) fine() Finding {
	f := Finding{
		ID: "view.public", Status: Pass, Summary: "nothing wrong is visible from here",
		Evidence: p.compared,
		Remedy:   "One machine cannot see whether the host lets Klyra's servers in: a firewall, an allow-list of addresses, a country block or a bot rule may treat them differently. If the API still cannot download it, look for its request in the host's access log, or send the content in the request itself.",
	}
	if p.worst() == Warn {
		f.Summary = "the download works from here, apart from the warnings"
	}
	return f
}

// notReached lists the phases of the last hop that did not begin.
func (p *urlProbe) notReached() string {
	first, last := dnsPhase, &hop{url: &url.URL{}}
	if len(p.hops) > 0 {
		last = p.hops[len(p.hops)-1]
		first = last.reached + 1
	}
	if isRedirect(last.status) {
		return "the redirect's target, body"
	}
	var missed []string
	for ph := first; ph < phaseCount; ph++ {
		if ph == tlsPhase && last.url.Scheme == "http" {
			continue
		}
		missed = append(missed, phaseNames[ph])
	}
	return strings.Join(missed, ", ")
}

// picture is the way through the phases and hops, as evidence.
func (p *urlProbe) picture() []Evidence {
	var evidence []Evidence
	if len(p.hops) > 1 {
		for i, h := range p.hops {
			evidence = append(evidence, Evidence{fmt.Sprintf("hop %d", i+1), h.line()})
		}
	}
	if p.body != nil {
		evidence = append(evidence, p.body.evidence()...)
	}
	last := p.hops[len(p.hops)-1]
	if last.peer.IsValid() {
		evidence = append(evidence, Evidence{"address", last.peer.String()})
	}
	if last.fromFile {
		evidence = append(evidence, Evidence{"looked up in", "this machine's hosts file; others see what the DNS says"})
	}
	return append(evidence, Evidence{"timing", last.timing()})
}

func (h *hop) line() string {
	line := fmt.Sprintf("%s, %s", firstRunes(shownURL(h.url)), DurationText(h.total))
	if h.status != 0 {
		line += fmt.Sprintf(", HTTP %d %s", h.status, http.StatusText(h.status))
	}
	return line
}

func (h *hop) timing() string {
	var parts []string
	for ph, took := range h.took {
		if took > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", timingNames[ph], DurationText(took)))
		}
	}
	return strings.Join(parts, ", ")
}

// phaseTimes is the way through the hops and their phases, as it lay in time.
func (p *urlProbe) phaseTimes() []PhaseTime {
	var all []PhaseTime
	var first time.Time
	for i, h := range p.hops {
		for ph, began := range h.began {
			if began.IsZero() {
				continue
			}
			if first.IsZero() {
				first = began
			}
			all = append(all, PhaseTime{Hop: i + 1, Name: timingNames[ph], Start: began.Sub(first), Took: h.took[ph]})
		}
	}
	if n := len(all); n > 0 {
		all[n-1].Stopped = p.notReached() != "" || p.body != nil && p.body.err != nil
	}
	return all
}

var timingNames = [phaseCount]string{"DNS", "connect", "TLS", "first byte", "transfer"}
