package checks

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	fewRedirects = 5  // more than these earn a warning
	maxRedirects = 10 // more than these are not followed

	noSignIn  = "The API cannot sign in: make the file public or hand out a pre-signed URL."
	noSession = "Serve the file without a session: a downloader keeps no cookies."
)

// isRedirect reports whether a status sends clients elsewhere, which 304 and 305 do not.
func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect, http.StatusMultipleChoices:
		return true
	}
	return false
}

// redirected returns the URL that the answer of a hop leads to, or nil after the finding that ends the way.
func (p *urlProbe) redirected(ctx context.Context, h *hop, location string) *url.URL {
	to, err := h.url.Parse(location)
	if location == "" || err != nil || leadsNowhere(to) {
		p.add(badLocation(h, location))
		return nil
	}
	// The fragment is the browser's business, and a password in a Location would be sent to its host.
	to.Fragment, to.RawFragment = "", ""
	if p.looped(ctx, h, to) {
		return nil
	}
	if len(p.hops) > maxRedirects {
		p.add(p.tooManyRedirects(to))
		return nil
	}
	if h.url.Scheme == "https" && to.Scheme == "http" {
		p.add(Finding{
			ID: "http.redirect_downgrade", Status: Warn, Summary: "a redirect leads from https to plain http",
			Evidence: []Evidence{{"from", shownURL(h.url)}, {"to", shownURL(to)}},
			Remedy:   "Use https all the way: many downloaders refuse such a redirect.",
		})
	}
	before := len(p.findings)
	next := p.formOf(to)
	for i := before; i < len(p.findings); i++ {
		f := &p.findings[i]
		f.Evidence = append(f.Evidence, Evidence{"a redirect of", shownURL(h.url)}, Evidence{"leads to", firstRunes(shownURL(to))})
		if f.Status == Fail {
			f.Remedy = "Correct where the server redirects to (often its setting for its own address). " + f.Remedy
		}
	}
	return next
}

// leadsNowhere reports whether a URL has no host, or has a second scheme in its place.
func leadsNowhere(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host == "" || twoSchemes().MatchString(u.String())
}

var twoSchemes = matching(`(?i)^https?://https?(?:[:/]|$)`)

// tooManyRedirects is the finding for a way that is not followed any further.
func (p *urlProbe) tooManyRedirects(to *url.URL) Finding {
	f := Finding{
		ID: "http.too_many_redirects", Status: Fail, Summary: fmt.Sprintf("more than %d redirects", maxRedirects),
		Remedy: "Give the API the final URL, or repair the redirects.",
	}
	if len(cookiesSet(p.hops[len(p.hops)-fewRedirects:], to)) >= fewRedirects {
		f.ID, f.Remedy = "http.cookies_required", noSession
		f.Summary += ", and each of the last ones sets a cookie: the server seems to wait for them to come back"
	}
	return f
}

// badLocation is the finding for a redirect that leads nowhere.
func badLocation(h *hop, location string) Finding {
	f := Finding{
		ID: "http.bad_location", Status: Fail,
		Summary:  fmt.Sprintf("HTTP %d redirects without a usable target", h.status),
		Evidence: []Evidence{{"Location", firstRunes(location)}, {"from", shownURL(h.url)}},
		Remedy:   "A bug of the server: a redirect needs a Location header with a URL.",
	}
	region := h.header.Get("X-Amz-Bucket-Region")
	switch {
	case location == "" && region != "":
		f.Summary = fmt.Sprintf("HTTP %d: %s", h.status, regionError.summary)
		f.Remedy = regionError.remedy
		f.Evidence[0] = Evidence{"the bucket's region", firstRunes(region)}
	case location == "" && h.status == http.StatusMultipleChoices:
		f.Summary = "HTTP 300: the server offers a choice, but names none of its targets in a Location header"
		f.Remedy = "Give the URL of one of the choices: no downloader can pick."
	case twoSchemes().MatchString(location):
		f.Summary += ": its scheme stands there twice"
	case location == "":
		f.Evidence[0].Value = "none"
		f.Summary = fmt.Sprintf("HTTP %d redirects, but there is no Location header that says where to", h.status)
	}
	return f
}

// looped reports whether the way has been at a URL before.
func (p *urlProbe) looped(ctx context.Context, h *hop, to *url.URL) bool {
	start := slices.IndexFunc(p.hops, func(earlier *hop) bool { return earlier.url.String() == to.String() })
	if start < 0 {
		return false
	}
	f := Finding{
		ID: "http.redirect_loop", Status: Fail, Summary: "the redirects form a loop",
		Evidence: []Evidence{{"from", shownURL(h.url)}, {"back to", shownURL(to)}},
		Remedy:   "Repair the redirects on the server. Rules that force https, www or a final slash often work against each other.",
	}
	if cookies := cookiesSet(p.hops[start:], to); len(cookies) > 0 {
		p.suspectCookies(ctx, p.hops[start], cookies, &f)
	}
	p.add(f)
	return true
}

// cookiesSet returns the cookies that the host of a URL has set on some hops.
func cookiesSet(hops []*hop, to *url.URL) []*http.Cookie {
	var cookies []*http.Cookie
	for _, h := range hops {
		if h.url.Host == to.Host {
			cookies = append(cookies, (&http.Response{Header: h.header}).Cookies()...)
		}
	}
	return cookies
}

// suspectCookies says of a loop on which cookies were set that it waits for them. Where Deep is set, sending them
// back, once, proves or disproves it.
func (p *urlProbe) suspectCookies(ctx context.Context, h *hop, cookies []*http.Cookie, f *Finding) {
	suspected := "the redirects form a loop and set cookies on it: the server seems to wait for them to come back"
	if p.Deep {
		other, ok := p.again(ctx, h, withCookies(h, cookies))
		switch {
		case !ok:
		case other.opens():
			suspected = "the redirects form a loop that ends only once the server's cookies come back"
			f.Evidence = append(f.Evidence, Evidence{"with the cookies", other.String()})
		case other.location == h.header.Get("Location"):
			f.Evidence = append(f.Evidence, Evidence{"with the cookies", "the same redirect: they are not what it waits for"})
			return
		}
	}
	f.ID, f.Summary, f.Remedy = "http.cookies_required", suspected, noSession
}

// hostInPath finds a path that begins with the name of a host: a browser's address bar takes it, a Location does not.
var hostInPath = matching(`(?i)^/*((?:www\.|[a-z0-9-]+\.[a-z0-9-]+\.)[a-z0-9.-]*[a-z]{2,})/`)

// schemeForgotten says of a place that a redirect led to why there is nothing, where the Location before it lacks its
// beginning; nil for none.
func (p *urlProbe) schemeForgotten() []Evidence {
	if len(p.hops) < 2 {
		return nil
	}
	location := p.hops[len(p.hops)-2].header.Get("Location")
	if strings.HasPrefix(location, "/") || strings.Contains(location, "://") || !hostInPath().MatchString("/"+location) {
		return nil
	}
	return []Evidence{{"Location", firstRunes(location)}}
}

// loginWords find a page for signing in by its address.
var loginWords = matching(`(?i)(^|[/._-])(log-?in|sign-?in|sso|saml|oauth2?|auth|accounts?|sessions?)([/.?_-]|$)`)

// ledToLogin reports whether a redirect led to what looks like a page for signing in.
func (p *urlProbe) ledToLogin() bool {
	if len(p.hops) < 2 {
		return false
	}
	last := p.hops[len(p.hops)-1].url
	return loginWords().MatchString(last.Hostname() + last.Path)
}

// standInNames are what pictures are called that hosts show in place of missing ones.
var standInNames = matching(`(?i)(?:^|[/_.-])(?:removed|deleted|missing|placeholder|not-?_?found|no-?_?image|unavailable|404)(?:[_.-][a-z0-9]+)*$`)

// ledToStandIn warns of a redirect to a picture whose name says that it stands in for the file.
func (p *urlProbe) ledToStandIn(h *hop, b *body) {
	if len(p.hops) < 2 || b.kind.Sort != Image || !standInNames().MatchString(h.url.Path) || standInNames().MatchString(p.hops[0].url.Path) {
		return
	}
	p.add(Finding{
		ID: "body.placeholder", Status: Warn, Summary: "a redirect leads to a picture whose name says that it stands in for another one",
		Evidence: []Evidence{{"its address", firstRunes(shownURL(h.url))}},
		Remedy:   "Open the URL in a private browser window: hosts show such a picture where the file is gone or blocked. Upload it again, and use its new URL.",
	})
}

var (
	metaRefresh    = matching(`(?i)<meta[^>]{1,200}http-equiv\s*=\s*["']?refresh["']?[^>]{0,500}>`)
	refreshTarget  = matching(`(?i)url\s*=\s*['"]?([^'">]{1,500})`)
	scriptRedirect = matching(`(?i)(?:\b(?:window|document|self|top)\.location\s*=|\blocation\.href\s*=|\blocation\.(?:replace|assign)\()\s*["']([^"']{1,500})["']`)
)

// pageRedirect says where a page or a header with it sends browsers on to, which no downloader follows.
func pageRedirect(header http.Header, page []byte) []Evidence {
	if m := refreshTarget().FindStringSubmatch(header.Get("Refresh")); m != nil {
		return []Evidence{{"the page sends browsers on to", firstRunes(m[1])}, {"by", "a Refresh header, which downloaders do not follow"}}
	}
	if tag := metaRefresh().Find(page); tag != nil {
		if m := refreshTarget().FindSubmatch(tag); m != nil {
			to := strings.TrimSpace(html.UnescapeString(string(m[1])))
			return []Evidence{{"the page sends browsers on to", firstRunes(to)}, {"by", "an HTML refresh, which downloaders do not follow"}}
		}
	}
	if m := scriptRedirect().FindSubmatch(page); m != nil {
		return []Evidence{{"the page sends browsers on to", firstRunes(string(m[1]))}, {"by", "a script, which downloaders do not run"}}
	}
	return nil
}
