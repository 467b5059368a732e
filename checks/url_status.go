package checks

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"klyra-doctor/catalog/paste"
	"klyra-doctor/checks/media"
)

// statusRule is what a range of HTTP statuses says about a download.
type statusRule struct {
	from, to        int
	id              string
	status          Status
	summary, remedy string // the summary goes after "HTTP 403: "
}

const (
	ownNetwork = "That is this machine's network, not the URL: check from another network."
	saysWhy    = "The code and message in the evidence say what it objects to."
	readHost   = "Look at that host's log. Try again in a minute: if it passes then, the host is unreliable."
	// unseenRules are what a refusal may come from unseen; unseenPlaces, where other clients were tried.
	unseenRules  = "Rules by country, address or client look the same from here."
	unseenPlaces = "Rules by country or address look the same from here."
	readBehind   = "Look at the server behind the CDN or gateway: is it up, does it let the CDN's addresses in, does its certificate hold?"
)

// statusRules are read from the top; the first that fits counts.
var statusRules = []statusRule{
	{
		101, 101, "http.server_error", Fail, "the server switches to another protocol, which nobody asked for",
		"Look at what listens there: it may be a WebSocket server.",
	},
	{
		304, 304, "http.server_error", Fail, "the server says that nothing has changed, though nothing was there to compare with",
		"A bug of the server or of a cache in front of it: purge that cache.",
	},
	{
		401, 401, "http.unauthorized", Fail, "the server wants a login",
		"The API has none to give: make the file public, or hand out a pre-signed URL.",
	},
	{
		402, 402, "http.client_error", Fail, "the server wants to be paid, or its owner's plan has run out",
		"Look at the account that hosts the file: its plan, its bills, its traffic limit.",
	},
	{
		403, 403, "http.forbidden", Fail, "the server refuses to hand the file out",
		"Make the object public, or sign the URL anew for GET and use it at once. " + unseenRules,
	},
	{
		404, 404, "http.not_found", Fail, "there is nothing at this URL",
		"Compare path and upper and lower case with the stored file; it may have been moved or deleted.",
	},
	{
		405, 405, "http.client_error", Fail, "the server does not allow GET at this URL",
		"Give the URL of the file itself, not that of an API call or a form.",
	},
	{
		406, 406, "http.client_error", Fail, "the server has no form of the file that any client may have, or a firewall answers so",
		"This program accepts every type: look for a rule (ModSecurity answers 406) in the server's log.",
	},
	{
		407, 407, "http.proxy_authentication", Unknown, "a proxy in this network wants a login",
		ownNetwork,
	},
	{
		408, 408, "http.timeout", Unknown, "the server gave up waiting for the request",
		"The request was sent at once: the server, or a box in between, is overloaded. Try again in a minute.",
	},
	{
		410, 410, "http.not_found", Fail, "the file has been removed for good",
		"Upload it again and use the new URL.",
	},
	{
		412, 412, "http.client_error", Fail, "the server says that a condition does not hold, though the request set none",
		"A bug of the server or of a rule before it: look at its log.",
	},
	{
		414, 414, "http.client_error", Fail, "the URL is too long for the server",
		"Shorten the URL: its query holds more than the server reads.",
	},
	{
		416, 416, "http.client_error", Fail, "the server says that a range is not there, though none was asked for",
		"The file is empty, or a cache holds a broken copy: look at its size at its source, and purge the cache.",
	},
	{
		418, 418, "http.client_error", Fail, "the server refuses with the joke status of a teapot, as some do to programs",
		"Look at the server's rules for programs and robots, and exempt this path. " + unseenRules,
	},
	{
		421, 421, "http.client_error", Fail, "the server says that it does not answer for this host name",
		"Set the server up for this name; behind a proxy, see that it passes the host name on, also in TLS (SNI).",
	},
	{
		425, 425, "http.client_error", Unknown, "the server takes the request for one that was sent too early",
		"No early data was sent: a bug of the server or of a box in between. Try again.",
	},
	{
		426, 426, "http.client_error", Fail, "the server wants another protocol than HTTP/1.1",
		"Let the server accept HTTP/1.1 for this path: downloaders cannot follow such a demand.",
	},
	{
		428, 428, "http.client_error", Fail, "the server wants a condition in the request (If-Match), which no plain download has",
		"Give the URL of the file itself, not that of an API for changing it.",
	},
	{
		429, 429, "http.rate_limited", Unknown, "the host limits how often this machine may download",
		"Could not tell whether the API's servers are limited too. Wait and try again; put the file on a CDN without such a limit, or send its content in the request.",
	},
	{
		431, 431, "http.client_error", Fail, "the server says that the request's headers are too large",
		"This program sends very few: the URL's query may be too long for the server.",
	},
	{
		440, 440, "http.unauthorized", Fail, "the server wants a login: its session has ended",
		"The API has none to give: make the file public, or hand out a pre-signed URL.",
	},
	{
		451, 451, "http.legal_block", Fail, "blocked for legal reasons, at least where this machine is",
		"Host the file where it is not blocked, or send its content in the request.",
	},
	{
		502, 502, "http.server_error", Fail, "a gateway got no usable answer of the server behind it",
		readBehind,
	},
	{
		503, 503, "http.server_error", Fail, "the host is overloaded or under maintenance",
		readHost,
	},
	{
		504, 504, "http.server_error", Fail, "a gateway got no answer of the server behind it in time",
		readBehind,
	},
	{
		505, 505, "http.server_error", Fail, "the server does not accept HTTP/1.1",
		"Let the server accept HTTP/1.1, which most downloaders speak.",
	},
	{
		507, 507, "http.server_error", Fail, "the server has no room left",
		"Free space on that host: it fails on files that it has to make or to fetch first.",
	},
	{
		508, 508, "http.server_error", Fail, "the host goes round in circles within itself",
		readHost,
	},
	{
		509, 509, "http.server_error", Fail, "the host has used up its traffic",
		"Raise the host's traffic limit, or put the file on a CDN.",
	},
	{
		511, 511, "http.proxy_authentication", Unknown, "this network wants a login (a captive portal)",
		"That is this machine's network, not the URL: sign in to it, then run the check again.",
	},
	{
		529, 529, "http.server_error", Fail, "the host is overloaded",
		readHost,
	},
	{
		520, 530, "http.edge_error", Fail, "the CDN cannot use the server behind it",
		readBehind,
	},
	{
		598, 599, "http.server_error", Fail, "a proxy before the host got no answer of it in time",
		readBehind,
	},
	{
		500, 599, "http.server_error", Fail, "the host of the file has an error of its own",
		readHost,
	},
	{
		400, 499, "http.client_error", Fail, "the server does not accept the request",
		saysWhy,
	},
	{
		999, 999, "http.forbidden", Fail, "the server refuses programs, as LinkedIn does with this status",
		"Host the file elsewhere, or send its content in the request.",
	},
	{
		0, 999, "http.server_error", Fail, "this status does not answer a download",
		"Let the server answer 200 with the file.",
	},
}

// judgeStatus turns an answer that is neither success nor redirect into a finding.
func (p *urlProbe) judgeStatus(ctx context.Context, h *hop, resp *http.Response) {
	page := p.readPage(h, resp.Body)
	if ctx.Err() == context.Canceled {
		p.interrupted(ctx, "reading the error page of "+h.url.Host)
		return
	}
	said := readRefusal(resp.Header, page)
	f, named := p.verdictOn(resp, said, page)
	if !named {
		f = statusVerdict(resp.StatusCode)
		f.heed(said)
	}
	f.Summary = fmt.Sprintf("HTTP %d: %s", resp.StatusCode, f.Summary)
	f.Evidence = append(refusalEvidence(h, resp, said), Evidence{"URL", shownURL(h.url)})
	if kind := media.Sniff(page, false); kind.Sort.Played() {
		f.Evidence = append(f.Evidence, Evidence{"body", "a " + kind.Name + ": a browser shows it, a downloader goes by the status"})
	}
	if forgotten := p.schemeForgotten(); resp.StatusCode == http.StatusNotFound && forgotten != nil {
		f = Finding{
			ID: "http.bad_location", Status: Fail, Evidence: append(forgotten, f.Evidence...),
			Summary: fmt.Sprintf("HTTP %d: a redirect leads to a path that looks like a host without https:// before it", resp.StatusCode),
			Remedy:  "Write the Location header with its scheme: https://host/path.",
		}
	}
	p.heedRetryAfter(resp, &f)
	p.add(f)
	if told := cmp.Or(said.message, said.words); signatureEnded().MatchString(told) {
		p.signed.refused = told
	}
	if p.Deep || !named && resp.StatusCode < 500 {
		at := len(p.findings) - 1
		tried := p.compareRefused(ctx, h, resp)
		p.findings[at].stillRefused(tried)
		p.causeFirst(at)
	}
}

// causeFirst puts what a comparison has found to decide over a refusal before the refusal, the finding at a place.
func (p *urlProbe) causeFirst(at int) {
	if at+1 == len(p.findings) || p.findings[at+1].Status != Fail {
		return
	}
	p.findings[at].Remedy = "See the finding before this one: with that alone changed, the same request got the file."
	p.findings[at], p.findings[at+1] = p.findings[at+1], p.findings[at]
}

// readPage reads the beginning of an error page. One that comes slowly or never ends does not hide its status.
func (p *urlProbe) readPage(h *hop, from io.Reader) []byte {
	conn := h.conn
	enough := time.AfterFunc(p.net.phases.others, func() { conn.Close() })
	defer enough.Stop()
	page, _ := io.ReadAll(io.LimitReader(from, headBytes))
	return page
}

// heedRetryAfter takes over how long the server asks to wait.
func (p *urlProbe) heedRetryAfter(resp *http.Response, f *Finding) {
	now := p.Now()
	limit := paste.LimitsOf(resp.Header)
	switch {
	case limit.RetryAfterS != nil:
		p.wait = seconds(*limit.RetryAfterS)
	case !limit.RetryTime.IsZero():
		p.wait = limit.RetryTime.Sub(now)
	}
	if p.wait <= 0 || p.wait > longestWait {
		p.wait = 0
		return
	}
	p.retryAt = now.Add(p.wait)
	f.Remedy = fmt.Sprintf("The server asks to wait %s, until %s. ", waitText(p.wait), clock(p.retryAt, now)) + f.Remedy
}

// verdictOn names the cause of a refusal where the answer says more than its status.
func (p *urlProbe) verdictOn(resp *http.Response, said refusal, page []byte) (Finding, bool) {
	if f, walled := wallOf(resp.Header, wallPage(resp.StatusCode, page)); walled {
		return f, true
	}
	rule := edgeRules[said.edgeCode]
	stored, known := storageErrorOf(said)
	switch {
	case rule.means != "":
		return Finding{ID: rule.id, Status: rule.status, Summary: "Cloudflare's error " + said.edgeCode + ": " + rule.means, Remedy: rule.remedy}, true
	case resp.StatusCode == http.StatusBadRequest && plainOnTLS().Match(page) && resp.Request.URL.Scheme == "https":
		return Finding{ID: "http.server_error", Status: Fail, Summary: "a server behind this one got plain HTTP on its port for TLS", Remedy: "Let what takes the TLS off the request (a proxy, a balancer) speak https to that server, or send it to its port for plain HTTP."}, true
	case resp.StatusCode == http.StatusBadRequest && plainOnTLS().Match(page):
		words := answerFailures[tlsAnswer]
		return Finding{ID: words.id, Status: words.status, Summary: fmt.Sprintf(words.summary, resp.Request.URL.Host), Remedy: words.remedy}, true
	case noClientCert().Match(page):
		words := handshakeWords[clientCertHandshake]
		return Finding{ID: words.id, Status: words.status, Summary: fmt.Sprintf(words.summary, resp.Request.URL.Host), Remedy: words.remedy}, true
	case known:
		return Finding{ID: stored.id, Status: stored.status, Summary: stored.summary, Remedy: stored.remedy}, true
	case originTrouble[resp.StatusCode] != "" && byCloudflare(resp.Header):
		return Finding{ID: "http.edge_error", Status: Fail, Summary: "Cloudflare's own status: " + originTrouble[resp.StatusCode], Remedy: readBehind}, true
	case (resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden) && p.ledToLogin():
		return Finding{ID: "http.login_page", Status: Fail, Summary: "the redirect led to a place for signing in", Remedy: noSignIn}, true
	}
	return Finding{}, false
}

// statusVerdict is what a status alone says.
func statusVerdict(status int) Finding {
	for _, r := range statusRules {
		if r.from <= status && status <= r.to {
			return Finding{ID: r.id, Status: r.status, Summary: r.summary, Remedy: r.remedy}
		}
	}
	return Finding{}
}

// heed does not point at what an answer says where it says nothing.
func (f *Finding) heed(said refusal) {
	if f.Remedy == saysWhy && said == (refusal{}) {
		f.Remedy = "It does not say why: look at that host's log."
	}
}

var (
	plainOnTLS     = matching(`(?i)HTTP request (was sent )?to (an )?HTTPS (port|server)|speaking plain HTTP to an SSL`)
	noClientCert   = matching(`(?i)no required SSL certificate was sent|the SSL certificate error</title>`)
	signatureEnded = matching(`(?i)request has expired|signature not valid in the specified time|signature (?:has )?expired|token.{0,40}expired`)
)

// oddSuccesses are the statuses of success that do not promise the whole file.
var oddSuccesses = map[int]string{
	http.StatusCreated:     "the server says that it has made something, where a download was asked for",
	http.StatusAccepted:    "the server has only taken the request in: the file may not be ready yet",
	http.StatusMultiStatus: "the server answers with a list of statuses (WebDAV)",
	http.StatusIMUsed:      "the server sends a difference to something that it was not told of",
}

// goesOn reports whether what a status of success stands over can be the file, and judges the odd ones.
func (p *urlProbe) goesOn(h *hop, resp *http.Response) bool {
	if f, walled := wallOf(resp.Header, nil); walled {
		f.Summary = fmt.Sprintf("HTTP %d: %s", resp.StatusCode, f.Summary)
		f.Evidence = append(refusalEvidence(h, resp, refusal{}), Evidence{"URL", shownURL(h.url)})
		p.add(f)
		return false
	}
	part := resp.Header.Get("Content-Range")
	odd := oddSuccesses[resp.StatusCode]
	switch {
	case resp.StatusCode == http.StatusPartialContent && !wholeRange(part):
		p.add(Finding{
			ID: "body.truncated", Status: Fail, Summary: "the server sends a part of the file, though all of it was asked for",
			Evidence: []Evidence{{"Content-Range", firstRunes(cmp.Or(part, "none"))}},
			Remedy:   "A bug of the server or of a cache in front of it: purge that cache, and let it answer 200 where no range is asked for.",
		})
	case odd != "":
		p.add(Finding{
			ID: "http.server_error", Status: Warn, Summary: fmt.Sprintf("HTTP %d: %s", resp.StatusCode, odd),
			Remedy: "Give a URL that answers 200 with the file.",
		})
	}
	return true
}

var contentRange = matching(`^bytes 0-(\d{1,18})/(\d{1,18})$`)

// wholeRange reports whether a Content-Range holds everything.
func wholeRange(header string) bool {
	m := contentRange().FindStringSubmatch(header)
	if m == nil {
		return false
	}
	last, _ := strconv.ParseInt(m[1], 10, 64)
	size, _ := strconv.ParseInt(m[2], 10, 64)
	return last+1 == size
}
