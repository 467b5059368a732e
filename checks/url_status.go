package checks

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// statusRule is what a range of HTTP statuses says about a download.
type statusRule struct {
	from, to        int
	id              string
	status          Status
	summary, remedy string // the summary goes after "HTTP 403: "
}

// statusRules are read from the top; the first that fits counts.
var statusRules = []statusRule{
	{
		401, 401, "http.unauthorized", Fail, "the server wants a login",
		"The API has none to give: make the file public, or hand out a pre-signed URL.",
	},
	{
		403, 403, "http.forbidden", Fail, "the server refuses to hand the file out",
		"Make the object public, or sign the URL anew for GET and use it at once. Rules by country, address or client look the same from here.",
	},
	{
		404, 404, "http.not_found", Fail, "there is nothing at this URL",
		"Compare path and upper and lower case with the stored file; it may have been moved or deleted.",
	},
	{
		410, 410, "http.not_found", Fail, "the file has been removed for good",
		"Upload it again and use the new URL.",
	},
	{
		407, 407, "http.proxy_authentication", Unknown, "a proxy in this network wants a login",
		"That is this machine's network, not the URL: check from another network.",
	},
	{
		511, 511, "http.proxy_authentication", Unknown, "this network wants a login (a captive portal)",
		"That is this machine's network, not the URL: sign in to it, then run the check again.",
	},
	{
		429, 429, "http.rate_limited", Unknown, "the host limits how often this machine may download",
		"Could not tell whether the API's servers are limited too. Wait and try again; put the file on a CDN without such a limit, or send its content in the request.",
	},
	{
		451, 451, "http.legal_block", Fail, "blocked for legal reasons, at least where this machine is",
		"Host the file where it is not blocked, or send its content in the request.",
	},
	{
		520, 530, "http.edge_error", Fail, "the CDN cannot use the server behind it",
		"Look at the server behind the CDN: is it up, does it let the CDN's addresses in, does its certificate hold?",
	},
	{
		500, 599, "http.server_error", Fail, "the host of the file has an error of its own",
		"Look at that host's log. Try again in a minute: if it passes then, the host is unreliable.",
	},
	{
		400, 499, "http.client_error", Fail, "the server does not accept the request",
		"The code and message in the evidence say what it objects to.",
	},
	{
		0, 999, "http.server_error", Fail, "this status does not answer a download",
		"Let the server answer 200 with the file.",
	},
}

// refusal is what an answer that is no success says of its cause.
type refusal struct {
	code     string // the storage provider's own: "AccessDenied"
	message  string
	title    string // of an HTML page
	edgeCode string // as Cloudflare numbers them: "1020"
}

// judgeStatus turns an answer that is neither success nor redirect into a finding.
func (p *urlProbe) judgeStatus(ctx context.Context, h *hop, resp *http.Response) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, headBytes))
	if err != nil && p.interrupted(ctx, "reading the error page of "+h.url.Host) {
		return
	}
	said := readRefusal(resp.Header, body)
	f := verdictOn(resp, said, string(body))
	f.Summary = fmt.Sprintf("HTTP %d: %s", resp.StatusCode, f.Summary)
	f.Evidence = append(refusalEvidence(resp, said), Evidence{"URL", shownURL(h.url)})
	p.add(f)
	if said.code != "" && signatureEnded.MatchString(said.message) {
		p.signed.refused = said.message
	}
	p.compare(ctx, h, resp.StatusCode, nil)
}

// verdictOn names the cause of a refusal as closely as the answer allows.
func verdictOn(resp *http.Response, said refusal, body string) Finding {
	switch {
	case resp.Header.Get("Cf-Mitigated") == "challenge" || challengeTitle.MatchString(said.title):
		return Finding{
			ID: "http.bot_challenge", Status: Fail, Summary: "the host answers with a test for robots",
			Remedy: "A downloader cannot solve it: exempt this path from the bot protection, or host the file elsewhere.",
		}
	case said.edgeCode == "1011":
		return Finding{
			ID: "http.hotlink", Status: Fail, Summary: "the CDN's hotlink protection refuses requests from elsewhere",
			Remedy: "Exempt this path from the hotlink protection: a downloader sends no Referer.",
		}
	case said.edgeCode == "1010":
		return Finding{
			ID: "http.user_agent", Status: Fail, Summary: "the CDN refuses this program's kind of client",
			Remedy: "Exempt this path from the browser integrity check: the API's downloader is not a browser either.",
		}
	case resp.StatusCode == 400 && plainOnTLS.MatchString(body):
		f := answerFailures["http.tls_on_http"]
		return Finding{ID: "http.tls_on_http", Status: f.status, Summary: "the port speaks TLS, but the URL says http", Remedy: f.remedy}
	}
	for _, r := range statusRules {
		if r.from <= resp.StatusCode && resp.StatusCode <= r.to {
			return Finding{ID: r.id, Status: r.status, Summary: r.summary, Remedy: r.remedy}
		}
	}
	return Finding{}
}

var (
	challengeTitle = regexp.MustCompile(`(?i)^(just a moment|attention required|please wait|ddos-guard)`)
	plainOnTLS     = regexp.MustCompile(`(?i)HTTP request (was sent )?to (an )?HTTPS (port|server)|speaking plain HTTP to an SSL`)
	signatureEnded = regexp.MustCompile(`(?i)request has expired|signature not valid in the specified time|token.*expired`)

	xmlCode    = regexp.MustCompile(`<Code>\s*([^<]+?)\s*</Code>`)
	xmlMessage = regexp.MustCompile(`<(?:Message|AuthenticationErrorDetail)>\s*([^<]+?)\s*</`)
	pageTitle  = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)
)

func readRefusal(header http.Header, body []byte) refusal {
	said := refusal{title: titleOf(body), code: header.Get("X-Ms-Error-Code"), edgeCode: edgeCode(body)}
	if m := xmlCode.FindSubmatch(body); m != nil && said.code == "" {
		said.code = string(m[1])
	}
	for _, m := range xmlMessage.FindAllSubmatch(body, 2) {
		said.message = strings.TrimSpace(said.message + " " + html.UnescapeString(string(m[1])))
	}
	return said
}

// titleOf is the title of an HTML page in one line, or "".
func titleOf(page []byte) string {
	m := pageTitle.FindSubmatch(page)
	if m == nil {
		return ""
	}
	return strings.Join(strings.Fields(html.UnescapeString(string(m[1]))), " ")
}

// refusalEvidence lists the facts of an answer that is no success; empty ones are left out.
func refusalEvidence(resp *http.Response, said refusal) []Evidence {
	all := []Evidence{
		{"error code", said.code},
		{"error message", said.message},
		{"error number", said.edgeCode},
		{"page title", said.title},
	}
	for _, name := range []string{"WWW-Authenticate", "Proxy-Authenticate", "Retry-After", "Cf-Mitigated", "Cf-Error-Type", "Cf-Ray", "Server"} {
		all = append(all, Evidence{name, resp.Header.Get(name)})
	}
	var told []Evidence
	for _, e := range all {
		if e.Value != "" {
			told = append(told, Evidence{e.Label, firstRunes(e.Value)})
		}
	}
	return told
}

// firstRunes cuts foreign text to a length that can be shown.
func firstRunes(text string) string {
	const most = 300
	n := 0
	for i := range text {
		if n == most {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
