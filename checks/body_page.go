package checks

import "cmp"

// isPage reports whether the body is a web page.
func isPage(b *body) bool {
	return b.kind.MIME == "text/html" || (b.declared == "text/html" || b.declared == "application/xhtml+xml") && b.kind.Sort == Text
}

var passwordField = matching(`(?i)<input[^>]+type\s*=\s*["']?password`)

// pageKind is a sort of page that comes in place of a file.
type pageKind struct {
	pattern      lazyRegexp
	what, remedy string
}

// pageKinds are read from the top.
var pageKinds = []pageKind{
	{
		matching(`(?i)<title[^>]*>\s*(?:index of /|directory listing)`), "a list of the files in a folder",
		"The file's own name is missing from the URL: add it.",
	},
	{
		matching(`(?i)<title[^>]*>[^<]*virus scan warning`), "Google Drive asks to confirm the download of a large file",
		"Put the file into storage that hands it out at once: no downloader confirms.",
	},
	{
		matching(`(?i)<title[^>]*>[^<]*account (?:has been )?suspended|/suspendedpage\.cgi`), "the hosting account is suspended",
		"The host's owner has to settle it with the provider. Until then host the file elsewhere.",
	},
	{
		matching(`(?i)<title[^>]*>\s*(?:welcome to nginx|apache2? [^<]*default page|test page for|iis windows|it works!|default web site page|[^<]*plesk default)|<h1>It works!</h1>`), "the web server's own start page",
		"The server is not set up for this host name or path: see that the DNS record points to the right server, and that the site is switched on there.",
	},
	{
		matching(`(?i)sedoparking|parkingcrew|bodis\.com|hugedomains\.com|domain (?:name )?(?:is|may be) for sale|buy this domain|location(?:\.href)?\s*=\s*["']/lander`), "a dealer's page for a domain that nobody uses",
		"The domain has most likely expired or changed hands: ask its owner, and host the file under a name that is yours.",
	},
	{
		matching(`(?i)<title[^>]*>[^<]*(?:before you continue|cookie consent|accept cookies|age (?:verification|gate|check)|are you (?:over|at least) \d\d)`), "a page that asks visitors for their consent or age",
		"A downloader cannot answer: exempt the file's path, or host the file elsewhere.",
	},
	{
		matching(`(?i)<div[^>]+id\s*=\s*["']?(?:root|app|__next|__nuxt|q-app)["']?[^>]*>\s*</div>|enable JavaScript to run this app`), "the start page of a site that is made of one script",
		"Such sites answer every path that they do not have with it, and with status 200: the file is most likely not there. Compare the path with where the file was published, and let the server answer 404 for missing files.",
	},
	{
		matching(`(?i)(?:enable|requires|without|needs?) JavaScript`), "a page that wants a browser with JavaScript",
		"A downloader runs no scripts. Such a page may also be a test for robots: exempt the file's path from it, or give the URL of the file itself.",
	},
}

// page says what sort of web page came in place of the file.
func (p *urlProbe) page(b *body) Finding {
	last := p.hops[len(p.hops)-1]
	wall, walled := wallOf(nil, b.head)
	onwards := pageRedirect(last.header, b.head)
	f := Finding{
		ID: "body.html_page", Status: Fail, Summary: "this is a web page, not an image, audio or video file",
		Remedy: "Give the URL of the file itself: open the page, then copy the address of the image or of the download. Such a page often says that the file is gone or needs a login.",
	}
	switch kind, known := pageKindOf(b.head); {
	case walled:
		f = wall
	case p.ledToLogin() || passwordField().Match(b.head):
		f.ID, f.Summary = "http.login_page", "a page for signing in came instead of the file"
		f.Remedy = noSignIn
	case p.Expect == Text:
		f.Status, f.Summary = Warn, "this is a web page with HTML tags, not plain text"
		f.Remedy = "Send the text itself in the request, without the page around it."
	case known:
		f.Summary += ": " + kind.what
		f.Remedy = kind.remedy
	case onwards != nil:
		f.Summary += ": it sends browsers on to another address"
		f.Remedy = "Give the URL that it leads to, in the evidence, if that is the file: downloaders go on only where a status (301, 302, …) and a Location header say so."
	case p.ledHome():
		f.Summary += ": a redirect leads to the start page of the site"
		f.Remedy = "Sites send visitors there for files that they do not have (any more): compare the path with where the file is, and give the URL that it has now."
	}
	f.Evidence = append(pageWords(b), onwards...)
	return f
}

func pageKindOf(page []byte) (pageKind, bool) {
	for _, k := range pageKinds {
		if k.pattern().Match(page) {
			return k, true
		}
	}
	return pageKind{}, false
}

// pageWords quotes a page: its title or, where it has none, how its text begins.
func pageWords(b *body) []Evidence {
	if title := titleOf(b.head); title != "" {
		return []Evidence{{"page title", firstRunes(title)}}
	}
	if words := textOfPage(b.head); words != "" {
		return []Evidence{{"begins with", firstRunes(words)}}
	}
	return nil
}

// ledHome reports whether a redirect led to the start page of a site.
func (p *urlProbe) ledHome() bool {
	first, last := p.hops[0].url, p.hops[len(p.hops)-1].url
	return len(p.hops) > 1 && len(first.Path) > 1 && cmp.Or(last.Path, "/") == "/" && last.RawQuery == ""
}
