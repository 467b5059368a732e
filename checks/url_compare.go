package checks

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// browserAgent is what a usual browser calls itself.
const browserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

// comparison is one more request for a hop's URL that differs from the first in one thing only.
type comparison struct {
	method string
	extra  http.Header
	to     netip.Addr
}

// otherAnswer is what is kept of an answer to compare it with another.
type otherAnswer struct {
	status   int
	location string // of a redirect
	page     bool   // the body is a web page
	kind     Media  // of the body by its bytes
	body     *body  // as far as it was read; nil for HEAD
}

func answerOf(status int, b *body) otherAnswer {
	return otherAnswer{status: status, page: isPage(b), kind: b.kind.Sort, body: b}
}

// String is the answer in a few words.
func (a otherAnswer) String() string {
	text := fmt.Sprintf("HTTP %d", a.status)
	switch {
	case a.page:
		text += " with a web page"
	case a.kind != AnyMedia:
		text += " with " + string(a.kind)
	}
	return text
}

// opens reports whether a shows a file.
func (a otherAnswer) opens() bool { return a.status >= 200 && a.status < 300 && !a.page }

func asBrowser(h *hop) comparison {
	return comparison{http.MethodGet, http.Header{"User-Agent": {browserAgent}}, h.peer.Addr()}
}

// fromSite comes from the host's own pages.
func fromSite(h *hop) comparison {
	return comparison{http.MethodGet, http.Header{"Referer": {h.url.Scheme + "://" + h.url.Host + "/"}}, h.peer.Addr()}
}

// notRepeated are the refusals that another request would not clear up, or would make worse.
var notRepeated = []int{
	http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusGone, http.StatusRequestURITooLong,
	http.StatusTooEarly, http.StatusTooManyRequests, http.StatusUnavailableForLegalReasons, http.StatusNetworkAuthenticationRequired,
}

// compareRefused finds out whether a refusal depends on the client's name, on where it comes from, on cookies, or
// on the address that was asked: at most three more requests, and none after one that was let in or not answered.
// It returns what made no difference: which requests were refused too.
func (p *urlProbe) compareRefused(ctx context.Context, h *hop, resp *http.Response) (refused []string) {
	if resp.StatusCode < 400 || resp.Header.Get("WWW-Authenticate") != "" || slices.Contains(notRepeated, resp.StatusCode) {
		return nil
	}
	first := fmt.Sprintf("HTTP %d", resp.StatusCode)
	other, ok := p.again(ctx, h, asBrowser(h))
	if ok && other.opens() {
		p.add(byAgent(Fail, first, other))
	}
	if !ok || other.opens() {
		return nil
	}
	refused = other.refusing(refused, triedBrowser)
	other, ok = p.again(ctx, h, fromSite(h))
	if ok && other.opens() {
		p.add(byReferer(Fail, first, other))
	}
	if !ok || other.opens() {
		return refused
	}
	return p.compareSession(ctx, h, resp, other.refusing(refused, triedSite))
}

// compareSession asks with the cookies that a refusal has set or, where it has set none, at another address. Where
// that is refused too it adds that to refused.
func (p *urlProbe) compareSession(ctx context.Context, h *hop, resp *http.Response, refused []string) []string {
	first := fmt.Sprintf("HTTP %d", resp.StatusCode)
	if cookies := resp.Cookies(); len(cookies) > 0 {
		other, ok := p.again(ctx, h, withCookies(h, cookies))
		if ok && other.opens() {
			p.add(byCookies(first, other))
		}
		return other.refusing(refused, "with the cookies that it had set")
	}
	at := otherAddress(h)
	if !at.IsValid() {
		return refused
	}
	other, ok := p.again(ctx, h, comparison{http.MethodGet, nil, at})
	if ok && other.status != resp.StatusCode {
		p.add(byAddress(h, first, at, other))
		return refused
	}
	return other.refusing(refused, "at "+at.String())
}

// What was tried, in words.
const (
	triedBrowser = "with a browser's name"
	triedSite    = "with the site as Referer"
	triedHead    = "with HEAD in place of GET"
)

// refusing adds what was tried to a list where the answer to it was a refusal.
func (a otherAnswer) refusing(list []string, tried string) []string {
	if a.status < 400 {
		return list
	}
	return append(list, tried)
}

// stillRefused tells in a refusal's finding what made no difference to it.
func (f *Finding) stillRefused(tried []string) {
	if len(tried) == 0 {
		return
	}
	f.Evidence = append(f.Evidence, Evidence{"also refused", strings.Join(tried, ", ")})
	if slices.Contains(tried, triedBrowser) && slices.Contains(tried, triedSite) {
		f.Remedy = strings.Replace(f.Remedy, unseenRules, unseenPlaces, 1)
	}
}

// compareServed finds out, where Deep is set, whether a file that was served depends on the client's name or on
// where it comes from, whether it stays the same, and what HEAD makes of it: three more requests.
func (p *urlProbe) compareServed(ctx context.Context, h *hop, status int, b *body) {
	if !p.Deep || b.err != nil {
		return
	}
	first := answerOf(status, b)
	browser, asked := p.again(ctx, h, asBrowser(h))
	site, sent := p.again(ctx, h, fromSite(h))
	byName, bySite := asked && browser.differs(first), sent && site.differs(first)
	p.compared = append(p.compared, Evidence{triedBrowser, sameness(asked, byName)}, Evidence{triedSite, sameness(sent, bySite)})
	if !byName && !bySite {
		p.compareHead(ctx, h)
		return
	}
	same, ok := p.again(ctx, h, comparison{http.MethodGet, nil, h.peer.Addr()})
	stays := ok && !same.differs(first)
	switch {
	case byName && (stays || browser.otherSort(first)):
		p.add(byAgent(Warn, first.String(), browser))
	case bySite && (stays || site.otherSort(first)):
		p.add(byReferer(Warn, first.String(), site))
	case ok:
		p.add(Finding{
			ID: "body.changes", Status: Warn, Summary: "two downloads one after another gave different content",
			Evidence: []Evidence{{"first", b.download(status)}, {"again", same.body.download(same.status)}},
			Remedy:   "Give a URL whose content stays: what the API sees may not be what you see.",
		})
	}
}

// sameness says how the answer to a comparing request compares with the first one.
func sameness(answered, differs bool) string {
	switch {
	case !answered:
		return "no whole answer came"
	case differs:
		return "another answer"
	}
	return "the same answer"
}

// differs reports whether an answer is another one in any way.
func (a otherAnswer) differs(first otherAnswer) bool {
	return a.status != first.status || a.body.size != first.body.size || a.body.sum != first.body.sum
}

// otherSort reports whether an answer is of another sort, which no change of the content explains.
func (a otherAnswer) otherSort(first otherAnswer) bool {
	return a.status >= 400 || a.page != first.page || a.kind != first.kind
}

func (p *urlProbe) compareHead(ctx context.Context, h *hop) {
	head, ok := p.again(ctx, h, comparison{http.MethodHead, nil, h.peer.Addr()})
	if !ok {
		p.compared = append(p.compared, Evidence{triedHead, "no answer came"})
		return
	}
	p.compared = append(p.compared, Evidence{triedHead, head.String()})
	if head.status < 400 {
		return
	}
	p.add(Finding{
		ID: "http.head_differs", Status: Warn, Summary: fmt.Sprintf("a HEAD request gets HTTP %d where GET works", head.status),
		Remedy: "Harmless for most downloaders; some look with HEAD first. Pre-signed links are signed for one method only.",
	})
}

// again sends one comparing request on a new connection.
func (p *urlProbe) again(ctx context.Context, h *hop, c comparison) (otherAnswer, bool) {
	ctx, cancel := context.WithTimeout(ctx, p.net.phases.headers)
	defer cancel()
	quiet := &urlProbe{Target: p.Target, net: p.net}
	twin := &hop{url: h.url, kind: h.kind, addrs: []netip.Addr{c.to}}
	if !quiet.connect(ctx, twin) {
		return otherAnswer{}, false
	}
	defer func() { twin.conn.Close() }()
	if h.url.Scheme == "https" && !quiet.secure(ctx, twin) {
		return otherAnswer{}, false
	}
	resp, err := quiet.roundTrip(ctx, twin, c.method, c.extra)
	if err != nil {
		return otherAnswer{}, false
	}
	defer resp.Body.Close()
	if c.method == http.MethodHead {
		return otherAnswer{status: resp.StatusCode}, true
	}
	b := quiet.read(resp)
	answer := answerOf(resp.StatusCode, b)
	answer.location = resp.Header.Get("Location")
	return answer, b.err == nil
}

// withCookies sends back what an answer has set, to the URL that it was the answer of.
func withCookies(h *hop, cookies []*http.Cookie) comparison {
	var pairs []string
	for _, c := range cookies {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return comparison{http.MethodGet, http.Header{"Cookie": {strings.Join(pairs, "; ")}}, h.peer.Addr()}
}

// otherAddress is another address of the hop that could be connected to; the zero Addr where there is none.
func otherAddress(h *hop) netip.Addr {
	for _, a := range h.open {
		if a.to != h.peer {
			return a.to.Addr()
		}
	}
	return netip.Addr{}
}

func byAgent(status Status, first string, other otherAnswer) Finding {
	f := Finding{
		ID: "http.user_agent", Status: status, Summary: "the answer depends on the client's name (User-Agent)",
		Evidence: []Evidence{{probeAgent, first}, {"a browser's name", other.String()}},
		Remedy:   "Exempt this path from such rules: what the API's downloader calls itself is not documented.",
	}
	if status == Fail {
		f.Summary = "the file is handed out by the client's name (User-Agent): to a browser's, and not to this program's"
	}
	return f
}

func byReferer(status Status, first string, other otherAnswer) Finding {
	f := Finding{
		ID: "http.hotlink", Status: status, Summary: "the file is handed out only to the site's own pages (hotlink protection)",
		Evidence: []Evidence{{"without Referer", first}, {"with the site as Referer", other.String()}},
		Remedy:   "Exempt this path: a downloader sends no Referer.",
	}
	if status == Warn {
		f.Summary = "the site's own pages get other content than everybody else (hotlink protection)"
		f.Remedy = "Open the URL in a private window: is it the file, or a picture that stands in for it? Exempt this path, since a downloader sends no Referer."
	}
	return f
}

func byCookies(first string, other otherAnswer) Finding {
	return Finding{
		ID: "http.cookies_required", Status: Fail, Summary: "the file is handed out only once the server's cookie comes back",
		Evidence: []Evidence{{"without the cookie", first}, {"with it", other.String()}},
		Remedy:   noSession,
	}
}

func byAddress(h *hop, first string, at netip.Addr, other otherAnswer) Finding {
	return Finding{
		ID: "body.changes", Status: Warn, Summary: fmt.Sprintf("the addresses of %s answer differently", h.url.Hostname()),
		Evidence: []Evidence{{h.peer.Addr().String(), first}, {at.String(), other.String()}},
		Remedy:   "Set the servers at all addresses up alike, or remove the wrong one from the DNS: which one a downloader picks is chance.",
	}
}
