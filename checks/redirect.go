package checks

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
)

const (
	fewRedirects = 5  // more than these earn a warning
	maxRedirects = 10 // more than these are not followed
)

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect, http.StatusMultipleChoices:
		return true
	}
	return false
}

// redirected returns the URL that the answer of a hop leads to, or nil after the finding that ends the way.
func (p *urlProbe) redirected(h *hop, location string) *url.URL {
	to, err := h.url.Parse(location)
	if location == "" || err != nil || to.Host == "" && (to.Scheme == "http" || to.Scheme == "https") {
		p.add(Finding{
			ID: "http.bad_location", Status: Fail,
			Summary:  fmt.Sprintf("HTTP %d redirects without a usable target", h.status),
			Evidence: []Evidence{{"Location", firstRunes(location)}, {"from", shownURL(h.url)}},
			Remedy:   "A bug of the server: a redirect needs a Location header with a URL.",
		})
		return nil
	}
	// The fragment is the browser's business, and a password in a Location would be sent to its host.
	to.Fragment, to.RawFragment = "", ""
	if p.looped(h, to) {
		return nil
	}
	if len(p.hops) > maxRedirects {
		p.add(Finding{
			ID: "http.too_many_redirects", Status: Fail, Summary: fmt.Sprintf("more than %d redirects", maxRedirects),
			Remedy: "Give the API the final URL, or repair the redirects.",
		})
		return nil
	}
	if h.url.Scheme == "https" && to.Scheme == "http" {
		p.add(Finding{
			ID: "http.redirect_downgrade", Status: Warn, Summary: "a redirect leads from https to plain http",
			Evidence: []Evidence{{"from", shownURL(h.url)}, {"to", shownURL(to)}},
			Remedy:   "Use https all the way: many downloaders refuse such a redirect.",
		})
	}
	return p.formOf(to)
}

// looped reports whether the way has been at a URL before.
func (p *urlProbe) looped(h *hop, to *url.URL) bool {
	cookies, seen := false, false
	for _, earlier := range p.hops {
		seen = seen || earlier.url.String() == to.String()
		cookies = cookies || seen && earlier.cookies
	}
	if !seen {
		return false
	}
	f := Finding{
		ID: "http.redirect_loop", Status: Fail, Summary: "the redirects form a loop",
		Remedy: "Repair the redirects on the server. Rules that force https, www or a final slash often work against each other.",
	}
	if cookies {
		f.ID, f.Summary = "http.cookies_required", "the server redirects to the same URL until a cookie comes back"
		f.Remedy = "Serve the file without a session: a downloader keeps no cookies."
	}
	f.Evidence = []Evidence{{"from", shownURL(h.url)}, {"back to", shownURL(to)}}
	p.add(f)
	return true
}

// loginWords find a page for signing in by its address.
var loginWords = regexp.MustCompile(`(?i)(^|[/._-])(log-?in|sign-?in|sso|saml|oauth2?|auth|accounts?|sessions?)([/.?_-]|$)`)

// ledToLogin reports whether a redirect led to what looks like a page for signing in.
func (p *urlProbe) ledToLogin() bool {
	if len(p.hops) < 2 {
		return false
	}
	last := p.hops[len(p.hops)-1].url
	return loginWords.MatchString(last.Hostname() + last.Path)
}
