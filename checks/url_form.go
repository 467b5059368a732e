package checks

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// form judges the URL as it was given, and returns what is to be asked, or nil where nothing can be.
func (p *urlProbe) form() *url.URL {
	raw := p.URL
	if strings.HasPrefix(raw, "/") && !strings.HasPrefix(raw, "//") && loopbackHost(p.API.base.Hostname()) {
		raw = p.API.Resolve(raw)
	}
	if n, is := notAURL(raw); is {
		p.malformed(n.what, raw, n.remedy)
		return nil
	}
	if u := p.parse(p.withoutJunk(raw)); u != nil {
		return p.formOf(u)
	}
	return nil
}

// nonURL is what people send where a URL belongs.
type nonURL struct {
	pattern      lazyRegexp
	what, remedy string
}

// base64File matches a file in base64 and nothing beside it.
var base64File = matching(`^["'\s]*(?:/9j/|iVBORw0KGgo|R0lGOD|UklGR)[A-Za-z0-9+/=_\s-]{20,}["'\s]*$`)

var nonURLs = []nonURL{
	{
		matching(`^\s*$`), "the URL is empty",
		"Look at the value of the variable that the URL comes from.",
	},
	{
		matching(`(?i)^["'\s]*(?:undefined|null|none|nil|nan|true|false|\[object \w+\])["'\s]*$`), "this is what a program writes for a value that is not there",
		"Find out where your program loses the URL, and send none rather than that word.",
	},
	{
		matching(`\$\{[^}]*\}|\$\([^)]*\)|\{\{.*?\}\}|\{[A-Za-z_]\w*\}|\$[A-Z_]{3,}\b|%(?:[G-Z_]\w|[A-F][G-Z_])[A-Z_]+%|<[A-Za-z]+[ _-][A-Za-z _-]+>|process\.env`), "the URL holds a placeholder that was not replaced by its value",
		"Print the URL right before the call: the variable has another name, or is replaced only in other quotes.",
	},
	{
		base64File, "this is base64 data of a file, not a URL",
		"Send it as the base64 content of the request, in the field for data.",
	},
	{
		matching(`^["'\s]*(?:[A-Za-z]:[\\/]|\\\\|~/|\.{1,2}[\\/]|/[^/])`), "this is a path of a file, not a URL",
		schemeRemedies["file"],
	},
}

// notAURL tells what a text is that nothing of a URL can be read from.
func notAURL(raw string) (nonURL, bool) {
	for _, n := range nonURLs {
		if n.pattern().MatchString(raw) {
			return n, true
		}
	}
	return nonURL{}, false
}

var (
	schemeAtStart = matching(`^([A-Za-z][A-Za-z0-9+.-]*):(.*)$`)
	hostStart     = matching(`^(localhost|[\pL\pN_-]+(\.[\pL\pN_-]+)+|\[[0-9A-Fa-f:.]+\])(:\d+)?([/?#]|$)`)
	userinfoPart  = matching(`(//)[^/?#]*@`)
	looseUserinfo = matching(`^([A-Za-z]*[:;]*/*)[^/?#]*@`)
	// looseStart reads the ways in which people write https://, the right one too.
	looseStart = matching(`(?i)^h{0,2}t{1,3}ps*(?:[:;]+/*|//+)(?:h{0,2}t{1,3}ps*(?:[:;]+/+|//+))*`)
	bareIPv6   = matching(`^(//)([0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)(/|$)`)
)

// withoutUserinfo takes out what may be a password, of texts that need not be URLs.
func withoutUserinfo(text string) string {
	return looseUserinfo().ReplaceAllString(userinfoPart().ReplaceAllString(text, "$1"), "$1")
}

// parse reads a cleaned URL, and repairs a beginning from which it can be told what was meant.
func (p *urlProbe) parse(clean string) *url.URL {
	scheme, _ := splitScheme(clean)
	if scheme != "" && !looseStart().MatchString(clean) {
		p.add(otherScheme(strings.ToLower(scheme)))
		return nil
	}
	clean = p.begun(p.anonymous(p.unspelled(clean)))
	if clean == "" {
		return nil
	}
	u, err := url.Parse(p.encoded(clean))
	if err != nil || u.Hostname() == "" {
		p.malformed("the URL cannot be read: "+parseTrouble(clean, err), clean, "Write the whole URL: https://host/path.")
		return nil
	}
	return u
}

// anonymous takes the user name and password off a URL that has a beginning, as they are never sent: what stands
// behind them is judged as it will be asked for.
func (p *urlProbe) anonymous(clean string) string {
	start := cmp.Or(looseStart().FindString(clean), clean[:len(clean)-len(strings.TrimPrefix(clean, "//"))])
	rest := clean[len(start):]
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	at := strings.LastIndexByte(authority, '@')
	if start == "" || at < 0 {
		return clean
	}
	p.userinfo(authority[at+1:])
	return start + rest[at+1:]
}

// userinfo warns of a user name or password in front of a host.
func (p *urlProbe) userinfo(host string) {
	p.add(Finding{
		ID: "url.userinfo", Status: Warn, Summary: "the URL holds a user name or password; it was checked without them",
		Evidence: []Evidence{{"host", "what stands behind the @: " + firstRunes(host)}},
		Remedy:   "Leave them out: many clients drop or refuse them, and they end up in logs. Use a pre-signed URL for files that are not public.",
	})
}

// begun gives a URL the beginning that was meant, with a finding where it had another one. It returns "" where
// that cannot be told.
func (p *urlProbe) begun(clean string) string {
	given := looseStart().FindString(clean)
	rest := clean[len(given):]
	trouble, scheme, checked, remedy := "", "https", "as if it were right", "Send %s instead."
	switch lower := strings.ToLower(given); {
	case lower == "https://" || lower == "http://":
		scheme = strings.TrimSuffix(lower, "://")
	case lower == "":
		rest, trouble = strings.TrimPrefix(clean, "//"), "the URL does not begin with https://"
		if onLocalPort(rest) {
			scheme, trouble, checked = "http", "the URL has no scheme", "with http://"
			remedy = "Write %s, since most servers on one's own machine speak http. If this one speaks TLS, write https:// in front."
		}
	case strings.Count(lower, "tp") > 1:
		trouble = "the URL begins with more than one scheme: " + given
	case strings.Trim(lower, "/") == "https:" || strings.Trim(lower, "/") == "http:":
		scheme = strings.TrimRight(lower, ":/")
		trouble = fmt.Sprintf("two slashes belong behind %s:, and there are %d", scheme, strings.Count(lower, "/"))
	default:
		trouble = given + " is a misspelling of https://"
	}
	fixed := scheme + "://" + rest
	if bare := bareIPv6().FindStringSubmatch("//" + rest); bare != nil {
		if a, err := netip.ParseAddr(bare[2]); err == nil {
			trouble, fixed = "an IPv6 address in a URL stands in square brackets", scheme+"://["+a.String()+"]"+rest[len(bare[2]):]
		}
	}
	switch {
	case trouble == "" && rest != "":
		return fixed
	case rest == "" || !hostStart().MatchString(strings.TrimPrefix(fixed, scheme+"://")) || strings.HasSuffix(given, "///") && !strings.Contains(rest, "/"):
		p.malformed(cmp.Or(trouble, "the URL names no host"), clean, "Write the whole URL: https://host/path.")
		return ""
	}
	p.malformed(trouble+"; it was checked "+checked, clean, fmt.Sprintf(remedy, withoutUserinfo(fixed)))
	return fixed
}

// onLocalPort reports whether a URL without a scheme leads to a port of this machine that is not that of https.
func onLocalPort(rest string) bool {
	u, err := url.Parse("//" + rest)
	return err == nil && loopbackHost(u.Hostname()) && u.Port() != "" && u.Port() != "443"
}

// splitScheme tells a scheme from a host that is followed by its port, and from a user before a password.
func splitScheme(text string) (scheme, rest string) {
	m := schemeAtStart().FindStringSubmatch(text)
	if m == nil || m[2] != "" && m[2][0] >= '0' && m[2][0] <= '9' {
		return "", text
	}
	if user, _, found := strings.Cut(m[2], "@"); found && !strings.ContainsAny(user, "/?#") && !strings.EqualFold(m[1], "mailto") {
		return "", text
	}
	return m[1], m[2]
}

// parseTrouble says what url.Parse objected to, without repeating what may be a password.
func parseTrouble(text string, err error) string {
	var detail *url.Error
	switch {
	case err == nil:
		return "it names no host"
	case !strings.Contains(text, "@") && errors.As(err, &detail):
		return detail.Err.Error()
	}
	return "a character stands where it must not"
}

func (p *urlProbe) malformed(summary, text, remedy string) {
	p.add(Finding{
		ID: "url.malformed", Status: Fail, Summary: summary,
		Evidence: []Evidence{{"URL", firstRunes(withoutUserinfo(text))}}, Remedy: remedy,
	})
}

// otherScheme explains a URL that no HTTP client can download.
func otherScheme(scheme string) Finding {
	remedy := schemeRemedies[scheme]
	if remedy == "" {
		remedy = "Give a URL that begins with https://."
	}
	return Finding{
		ID: "url.scheme", Status: Fail, Summary: fmt.Sprintf("what begins with %s: cannot be downloaded over HTTP", firstRunes(scheme)),
		Remedy: remedy,
	}
}

var schemeRemedies = map[string]string{
	"s3":      "Make a pre-signed https URL (aws s3 presign s3://bucket/key) or use the object's public https URL.",
	"gs":      "Make a signed https URL (gcloud storage sign-url) or use https://storage.googleapis.com/bucket/object.",
	"az":      "Make a SAS URL of the blob (az storage blob generate-sas --full-uri), which begins with https://.",
	"abfss":   "Make a SAS URL of the blob (az storage blob generate-sas --full-uri), which begins with https://.",
	"data":    "The content itself stands in this URL: send it as base64 data in the request instead of as a URL.",
	"file":    "That is a file on your machine: upload it somewhere public, or send its content in the request.",
	"blob":    "A blob: URL exists only inside one browser tab: upload the file, or send its content in the request.",
	"content": "A content: URL exists only on one phone: upload the file, or send its content in the request.",
	"ftp":     "Serve the file over https.",
	"sftp":    "Serve the file over https.",
	"ipfs":    "Give the URL of an https gateway: https://GATEWAY/ipfs/CID.",
	"magnet":  "Download it yourself and serve the file over https.",
	"mailto":  "That is a mail address: give the URL of the file.",

	"view-source": "Leave view-source: out; it belongs to the browser.",
}

// formOf judges the parts of a URL, of a redirect too. It returns the URL without what is never sent, or nil
// where it cannot be asked.
func (p *urlProbe) formOf(u *url.URL) *url.URL {
	bare := *u
	u = &bare
	p.secrets = append(p.secrets, linkSecrets(u.String())...)
	if u.Scheme != "http" && u.Scheme != "https" {
		p.add(otherScheme(u.Scheme))
		return nil
	}
	if u.User != nil {
		u.User = nil
		p.userinfo(u.Host)
	}
	if u.Fragment != "" {
		p.add(Finding{
			ID: "url.fragment", Status: Warn, Summary: "the part from the # on is never sent to a server",
			Evidence: []Evidence{{"fragment", firstRunes(u.Fragment)}},
			Remedy:   "If it chooses what the page shows, give the URL of the file itself. If the # belongs to the file's name, write it as %23.",
		})
	}
	u.Fragment, u.RawFragment = "", ""
	u.RawQuery = encodedQuery(u.RawQuery)
	if signed := readSignature(u); signed.service != "" {
		p.signed = signed
	}
	if !p.hostFits(u) || !p.portFits(u) {
		return nil
	}
	p.localName(u)
	p.sharePage(u)
	return u
}

// encodedQuery percent-encodes what must not stand in a request line; url.Parse leaves queries as they are.
func encodedQuery(raw string) string {
	var b strings.Builder
	for i := range len(raw) {
		if c := raw[i]; c > ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
