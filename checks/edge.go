package checks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"klyra-doctor/catalog"
)

// sender says who made an answer.
type sender int

const (
	unclearSender  sender = iota // nothing in the answer tells
	apiSender                    // the API itself
	edgeSender                   // a CDN, gateway or cache in front of it
	strangerSender               // something that is not the API: a web page, a portal, another address
)

// sentBy tells who made an answer, and by what it can be told. The API's own envelope outweighs all else:
// a CDN lets it through unchanged.
func sentBy(a answer) (sender, string) {
	if hit := cacheHit(a); hit != "" {
		return edgeSender, "a cache answered in place of the API (" + hit + ")"
	}
	if product := otherProduct(a); product != "" {
		return strangerSender, product
	}
	if a.problem.isKlyras() {
		return apiSender, "it is the API's error envelope"
	}
	if why := edgeMark(a); why != "" {
		return edgeSender, why
	}
	if why := strangerMark(a); why != "" {
		return strangerSender, why
	}
	if a.header.Get("X-RateLimit-Limit") != "" || a.header.Get("X-Daily-Limit-Remaining") != "" {
		return apiSender, "it carries the API's rate-limit headers"
	}
	return unclearSender, fmt.Sprintf("the answer %d is no error envelope of the API", a.status)
}

// isKlyras reports whether an envelope is this API's: JSON with an error in it is not enough, since CDNs
// answer in JSON too.
func (p *problem) isKlyras() bool {
	if p == nil {
		return false
	}
	_, known := catalog.Lookup(string(p.Code))
	return known || p.Type != "" || p.RequestID != ""
}

func cacheHit(a answer) string {
	if age, err := strconv.Atoi(a.header.Get("Age")); err == nil && age > 0 {
		return fmt.Sprintf("Age: %d", age)
	}
	if strings.EqualFold(a.header.Get("Cf-Cache-Status"), "HIT") {
		return "CF-Cache-Status: HIT"
	}
	return ""
}

// originTrouble says what Cloudflare's own statuses mean.
var originTrouble = map[int]string{
	520: "the server behind it gave an odd answer",
	521: "the server behind it refused the connection",
	522: "the server behind it could not be connected to in time",
	523: "the server behind it could not be reached",
	524: "the server behind it did not answer in time",
	525: "the TLS handshake with the server behind it did not succeed",
	526: "the certificate of the server behind it is not valid",
	527: "the connection to the server behind it broke",
	530: "the server behind it could not be found or used",
}

// edgeRule is what a number on a Cloudflare error page means, and for a download.
type edgeRule struct {
	means  string
	id     string
	status Status
	remedy string
}

const (
	loosenRule = "The host's owner finds the rule in Cloudflare's security events, by the Ray ID in the evidence: exempt this path, or host the file elsewhere."
	otherView  = "Could not tell whether the API's servers are blocked too: let everybody in on this path, host the file elsewhere, or send its content in the request."
	repairZone = "The host's owner has to repair the name's settings at Cloudflare or at the DNS."
)

// edgeRules are the numbers that Cloudflare documents.
var edgeRules = map[string]edgeRule{
	"1000": {"the name's DNS record points to an address that Cloudflare does not allow", "http.edge_error", Fail, repairZone},
	"1001": {"the name cannot be resolved by Cloudflare", "http.edge_error", Fail, repairZone},
	"1002": {"the name's DNS record points to an address that Cloudflare does not allow", "http.edge_error", Fail, repairZone},
	"1003": {"Cloudflare's own address was asked without a host name", "http.edge_error", Fail, "Use the host's name in the URL, not an address."},
	"1004": {"the host is not set up to serve web traffic", "http.edge_error", Fail, repairZone},
	"1005": {"the network that this machine is in is blocked", "http.forbidden", Unknown, otherView},
	"1006": {"this machine's address is blocked", "http.forbidden", Unknown, otherView},
	"1007": {"this machine's address is blocked", "http.forbidden", Unknown, otherView},
	"1008": {"this machine's address is blocked", "http.forbidden", Unknown, otherView},
	"1009": {"this country or region is blocked", "http.legal_block", Unknown, otherView},
	"1010": {"this kind of client is blocked", "http.user_agent", Fail, "Exempt this path from the browser integrity check: the API's downloader is not a browser either."},
	"1011": {"requests from other sites are blocked (hotlink protection)", "http.hotlink", Fail, "Exempt this path from the hotlink protection: a downloader sends no Referer."},
	"1013": {"the host name of the request and that of its TLS differ", "http.edge_error", Fail, repairZone},
	"1014": {"the name points to a zone of another Cloudflare account", "http.edge_error", Fail, repairZone},
	"1015": {"this machine's address is limited by the edge, not by the server behind it", "http.rate_limited", Unknown, "Wait and try again; raise the limit for this path. " + otherView},
	"1016": {"the name of the server behind Cloudflare cannot be resolved", "http.edge_error", Fail, repairZone},
	"1018": {"Cloudflare does not find the host", "http.edge_error", Fail, repairZone},
	"1020": {"a firewall rule blocks this request", "http.forbidden", Fail, loosenRule},
	"1023": {"Cloudflare does not find the host", "http.edge_error", Fail, repairZone},
	"1033": {"the tunnel to the server behind Cloudflare is not connected", "http.edge_error", Fail, "Start cloudflared on that server, and see that the DNS record points to its tunnel."},
	"1101": {"the Worker that serves this host threw an exception", "http.edge_error", Fail, "Look at the Worker's log."},
	"1102": {"the Worker that serves this host used up its limits", "http.edge_error", Fail, "Look at the Worker's log, and make it cheaper."},
	"1200": {"too many requests wait for the server behind Cloudflare", "http.edge_error", Fail, "Make that server faster, or let Cloudflare cache the file."},
}

var edgeNumber = matching(`(?i)error(?:\s+code)?[:\s]+(1\d{3})\b`)

// edgeCode returns the number on an error page of Cloudflare's; "" for none. Databases have such numbers too:
// one that edgeRules does not hold proves nothing.
func edgeCode(page []byte) string {
	if m := edgeNumber().FindSubmatch(page); m != nil {
		return string(m[1])
	}
	return ""
}

// byCloudflare reports whether an answer came by way of Cloudflare.
func byCloudflare(header http.Header) bool {
	return header.Get("Cf-Ray") != "" || strings.EqualFold(header.Get("Server"), "cloudflare")
}

// gatewayTexts are answers in plain text by which gateways are known, from their first letter on.
var gatewayTexts = []struct{ begins, means string }{
	{"no healthy upstream", "Envoy has no server behind it that works"},
	{"upstream connect error", "Envoy could not connect to the server behind it"},
	{"upstream request timeout", "the server behind Envoy did not answer in time"},
	{"default backend - 404", "the ingress of a Kubernetes cluster knows no service for this host and path"},
	{"Fastly error: unknown domain", "Fastly does not know this host"},
	{"The deployment could not be found on Vercel", "Vercel has nothing at this host"},
}

// gatewayHeaders are headers that only gateways set, and only on errors of their own.
var gatewayHeaders = []struct{ name, whose string }{
	{"X-Vercel-Error", "Vercel"}, {"Ngrok-Error-Code", "ngrok"}, {"X-Envoy-Overloaded", "Envoy"},
}

// gatewayMark is edgeMark for gateways that are known by one sign.
func gatewayMark(a answer) string {
	for _, h := range gatewayHeaders {
		if value := a.header.Get(h.name); value != "" {
			return h.whose + " made it (" + h.name + ": " + value + ")"
		}
	}
	if kind := a.header.Get("X-Amzn-Errortype"); kind != "" && a.status >= 500 {
		return "a gateway of AWS made it (X-Amzn-Errortype: " + kind + ")"
	}
	for _, g := range gatewayTexts {
		if a.status >= 400 && bytes.HasPrefix(bytes.TrimSpace(a.body), []byte(g.begins)) {
			return g.means + ", by its text"
		}
	}
	return ""
}

// otherProducts are headers by which APIs of other vendors are known, some of which have codes of the same names.
var otherProducts = []struct{ name, whose string }{
	{"Openai-Version", "OpenAI's API"},
	{"Openai-Processing-Ms", "OpenAI's API"},
	{"X-Litellm-Version", "LiteLLM, a proxy for language models"},
	{"Stripe-Version", "Stripe's API"},
	{"X-Elastic-Product", "Elasticsearch"},
	{"X-Github-Request-Id", "GitHub"},
	{"X-Amz-Bucket-Region", "Amazon S3"},
}

func otherProduct(a answer) string {
	for _, p := range otherProducts {
		if a.header.Get(p.name) != "" {
			return "it is " + p.whose + " (header " + p.name + ")"
		}
	}
	return ""
}

// cloudflares reports whether a page with a number may be Cloudflare's: by where it came from, by what it says,
// or since it is nothing but the short form.
func cloudflares(header http.Header, page []byte) bool {
	return byCloudflare(header) || shortEdgePage().Match(page) || bytes.Contains(bytes.ToLower(page), []byte("cloudflare"))
}

// shortEdgePage ends in Cloudflare's own words; a database that writes its number otherwise is not meant.
var shortEdgePage = matching(`(?is)^.{0,200}\berror code: 1\d{3}\s*(?:</?[a-z]+>\s*)*$`)

// edgeMark returns by what an answer is known to come from the edge; "" where nothing tells so.
func edgeMark(a answer) string {
	if kind := a.header.Get("Cf-Error-Type") + a.header.Get("Cf-Error-Origin"); kind != "" {
		return "Cloudflare says that it made this answer (" + kind + ")"
	}
	if strings.EqualFold(a.header.Get("Cf-Mitigated"), "challenge") {
		return "Cloudflare wants to see a browser (cf-mitigated: challenge)"
	}
	if trouble := originTrouble[a.status]; trouble != "" {
		return fmt.Sprintf("%d is Cloudflare's own status: %s", a.status, trouble)
	}
	if code := edgeCode(a.body); edgeRules[code].means != "" && a.status >= 400 && cloudflares(a.header, a.body) {
		return fmt.Sprintf("it is Cloudflare's error %s: %s", code, edgeRules[code].means)
	}
	if strings.HasPrefix(strings.ToLower(a.header.Get("Server")), "awselb") && a.status >= 400 {
		return "a load balancer made it (Server: awselb)"
	}
	if strings.HasPrefix(strings.ToLower(a.header.Get("X-Cache")), "error from cloudfront") {
		return "CloudFront made it (X-Cache)"
	}
	if why := gatewayMark(a); why != "" {
		return why
	}
	if a.isHTML() && (a.status == 403 || a.status == 429 || a.status >= 500 && a.status != 511) {
		return fmt.Sprintf("it is a web page with status %d, not the API's JSON", a.status)
	}
	return ""
}

// strangerMark returns by what an answer is known to come from something that is not the API; "" where
// nothing tells so.
func strangerMark(a answer) string {
	switch {
	case a.isRedirect():
		return "it redirects to " + a.redirectHost()
	case a.status == 511:
		return "a network wants a login first (status 511)"
	case a.status == 407:
		return "a proxy wants a password (status 407)"
	case a.wantsLogin():
		return "it wants a user name and a password (WWW-Authenticate: " + a.header.Get("Www-Authenticate") + ")"
	case a.isHTML():
		return fmt.Sprintf("it is a web page (status %d) where JSON is due", a.status)
	}
	return ""
}

var loginScheme = matching(`(?i)^(?:basic|digest|ntlm|negotiate)\b`)

// wantsLogin reports whether a wall in front of everything asks for what no API's client has. An API may name such a
// scheme too, but then answers in JSON.
func (a answer) wantsLogin() bool {
	schemes := a.header.Values("Www-Authenticate")
	other := func(value string) bool {
		return !loginScheme().MatchString(value) || strings.Contains(strings.ToLower(value), "bearer")
	}
	return a.status == http.StatusUnauthorized && len(schemes) > 0 && !slices.ContainsFunc(schemes, other) && !json.Valid(a.body)
}

func (a answer) isHTML() bool {
	if strings.HasPrefix(strings.ToLower(a.header.Get("Content-Type")), "text/html") {
		return true
	}
	start := bytes.ToLower(bytes.TrimSpace(a.body[:min(len(a.body), 256)]))
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

func (a answer) isRedirect() bool { return isRedirect(a.status) }

// redirectHost returns where a redirect leads, without path and query, which may hold secrets.
func (a answer) redirectHost() string {
	u, err := url.Parse(a.header.Get("Location"))
	switch {
	case err != nil:
		return "an address that cannot be read"
	case u.Host == "" && a.header.Get("Location") == "":
		return "no address at all"
	case u.Host == "":
		return "another path of the same host"
	case u.Scheme == "":
		return u.Host
	}
	return u.Scheme + "://" + u.Host
}

// location returns where the answer to a request for a URL redirects to.
func (a answer) location(from *url.URL) (*url.URL, error) {
	return from.Parse(a.header.Get("Location"))
}

// supportFacts returns what support needs to find an answer again.
func (a answer) supportFacts() []Evidence {
	var facts []Evidence
	for _, f := range []Evidence{
		{"request id", a.requestID()},
		{"cf-ray", a.header.Get("Cf-Ray")},
		{"date", a.header.Get("Date")},
		{"server", a.header.Get("Server")},
	} {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// requestID returns the API's name for a request; "" where the answer has none.
func (a answer) requestID() string {
	if a.problem != nil && a.problem.RequestID != "" {
		return a.problem.RequestID
	}
	return a.header.Get("X-Request-Id")
}

// code returns the code of the error envelope; "" where the answer is none.
func (a answer) code() catalog.Code {
	if a.problem == nil {
		return ""
	}
	return a.problem.Code
}

// documented is code, and "" too for a code that Klyra does not document.
func (a answer) documented() catalog.Code {
	entry, _ := catalog.Lookup(string(a.code()))
	return entry.Code
}
