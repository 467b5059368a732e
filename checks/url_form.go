package checks

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// form judges the URL as it was given, and returns what is to be asked, or nil where nothing can be.
func (p *urlProbe) form() *url.URL {
	raw := p.URL
	if strings.HasPrefix(raw, "/") && !strings.HasPrefix(raw, "//") {
		raw = p.API.Resolve(raw)
	}
	u := p.parse(p.withoutJunk(raw))
	if u == nil {
		return nil
	}
	p.signed = readSignature(u.Query())
	return p.formOf(u)
}

// withoutJunk takes off what stands around a copied URL and says so.
func (p *urlProbe) withoutJunk(raw string) string {
	clean, odd := stripJunk(raw)
	if len(odd) == 0 {
		return clean
	}
	status, points := Warn, make([]string, len(odd))
	for i, r := range odd {
		points[i] = fmt.Sprintf("U+%04X", r)
		if !unicode.IsSpace(r) && !strings.ContainsRune(trailingMarks, r) {
			status = Fail
		}
	}
	p.add(Finding{
		ID: "url.junk", Status: status, Summary: "the URL has characters around it that do not belong to it",
		Evidence: []Evidence{{"characters", firstRunes(strings.Join(points, " "))}, {"checked instead", withoutUserinfo(clean)}},
		Remedy:   "Send the URL without them. They come from copying out of prose, code or a spreadsheet.",
	})
	return clean
}

const (
	outerQuotes   = "\"'`<>“”‘’„«»"
	trailingMarks = ".,;:!"
	brackets      = "()[]{}"
)

// stripJunk removes invisible characters, outer blanks, quotes and brackets, and punctuation at the end. It
// returns what it removed, each character once.
func stripJunk(raw string) (clean string, odd []rune) {
	seen := map[rune]bool{}
	drop := func(r rune) bool {
		if !seen[r] {
			seen[r] = true
			odd = append(odd, r)
		}
		return true
	}
	clean = strings.Map(func(r rune) rune {
		if r != ' ' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) && drop(r) {
			return -1
		}
		return r
	}, raw)
	outer := func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(outerQuotes, r) }
	for before := ""; clean != before; {
		before = clean
		clean = strings.TrimLeftFunc(clean, func(r rune) bool { return (outer(r) || strings.ContainsRune("([{", r)) && drop(r) })
		clean = strings.TrimRightFunc(clean, func(r rune) bool { return (outer(r) || strings.ContainsRune(trailingMarks, r)) && drop(r) })
		for i := 0; i < len(brackets); i += 2 {
			open, end := brackets[i:i+1], brackets[i+1:i+2]
			if strings.HasSuffix(clean, end) && strings.Count(clean, end) > strings.Count(clean, open) {
				clean = clean[:len(clean)-1]
				drop(rune(end[0]))
			}
		}
	}
	return clean, odd
}

var (
	schemeAtStart = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*):(.*)$`)
	hostStart     = regexp.MustCompile(`^(localhost|[\pL\pN_-]+(\.[\pL\pN_-]+)+|\[[0-9A-Fa-f:.]+\])(:\d+)?([/?#]|$)`)
	doubleEncoded = regexp.MustCompile(`%25[0-9A-Fa-f]{2}`)
	userinfoPart  = regexp.MustCompile(`//[^/?#]*@`)
)

// withoutUserinfo takes out what may be a password, of texts that need not be URLs.
func withoutUserinfo(text string) string { return userinfoPart.ReplaceAllString(text, "//") }

// parse reads a cleaned URL. A missing scheme is taken for https where what follows looks like a host.
func (p *urlProbe) parse(clean string) *url.URL {
	scheme, rest := splitScheme(clean)
	switch strings.ToLower(scheme) {
	case "http", "https":
		if !strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "///") {
			p.malformed("the URL names no host", clean)
			return nil
		}
	case "":
		rest = strings.TrimPrefix(clean, "//")
		if !hostStart.MatchString(rest) {
			p.malformed("the URL does not begin with https://", clean)
			return nil
		}
		p.malformed("the URL does not begin with https://; it was checked as if it did", clean)
		clean = "https://" + rest
	default:
		p.add(otherScheme(strings.ToLower(scheme)))
		return nil
	}
	if !p.encoded(clean) {
		return nil
	}
	u, err := url.Parse(clean)
	if err != nil || u.Hostname() == "" {
		p.malformed("the URL cannot be read: "+parseTrouble(clean, err), clean)
		return nil
	}
	return u
}

// splitScheme tells a scheme from a host that is followed by its port.
func splitScheme(text string) (scheme, rest string) {
	m := schemeAtStart.FindStringSubmatch(text)
	if m == nil || m[2] != "" && m[2][0] >= '0' && m[2][0] <= '9' {
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

func (p *urlProbe) malformed(summary, text string) {
	p.add(Finding{
		ID: "url.malformed", Status: Fail, Summary: summary,
		Evidence: []Evidence{{"URL", firstRunes(withoutUserinfo(text))}},
		Remedy:   "Write the whole URL: https://host/path.",
	})
}

// otherScheme explains a URL that no HTTP client can download.
func otherScheme(scheme string) Finding {
	remedy := schemeRemedies[scheme]
	if remedy == "" {
		remedy = "Give a URL that begins with https://."
	}
	return Finding{
		ID: "url.scheme", Status: Fail, Summary: fmt.Sprintf("a %s: URL cannot be downloaded over HTTP", scheme),
		Remedy: remedy,
	}
}

var schemeRemedies = map[string]string{
	"s3":      "Make a pre-signed https URL (aws s3 presign s3://bucket/key) or use the object's public https URL.",
	"gs":      "Make a signed https URL (gcloud storage sign-url) or use https://storage.googleapis.com/bucket/object.",
	"data":    "The content itself stands in this URL: send it as base64 data in the request instead of as a URL.",
	"file":    "That is a file on your machine: upload it somewhere public, or send its content in the request.",
	"blob":    "A blob: URL exists only inside one browser tab: upload the file, or send its content in the request.",
	"content": "A content: URL exists only on one phone: upload the file, or send its content in the request.",
	"ftp":     "Serve the file over https.",
}

// encoded judges the percent-encoding and reports whether the URL can be sent.
func (p *urlProbe) encoded(clean string) bool {
	if at := badEscape(clean); at >= 0 {
		p.add(Finding{
			ID: "url.encoding", Status: Fail, Summary: "a % is not followed by two hexadecimal digits",
			Evidence: []Evidence{{"at", firstRunes(clean[at:min(at+3, len(clean))])}},
			Remedy:   "Write a literal % as %25.",
		})
		return false
	}
	path, _, _ := strings.Cut(clean, "?") // in a query, a URL inside the URL is rightly encoded twice
	for _, e := range []struct {
		is   bool
		what string
	}{
		{strings.Contains(clean, " "), "blanks: write %20"},
		{strings.Contains(clean, "&amp;"), "&amp;, which is HTML's spelling of &: write &"},
		{strings.Contains(clean, `\`), `backslashes: write /`},
		{doubleEncoded.MatchString(path), "characters that were percent-encoded twice (" + doubleEncoded.FindString(path) + "): encode once"},
		{nonASCIIPath(clean), "letters outside ASCII: percent-encode their UTF-8 bytes"},
	} {
		if e.is {
			p.add(Finding{
				ID: "url.encoding", Status: Warn, Summary: "the URL has " + e.what,
				Remedy: "Clients differ in what they make of it. It was checked as it stands, with what must be encoded percent-encoded.",
			})
		}
	}
	return true
}

// badEscape returns where a % is not followed by two hexadecimal digits, or -1.
func badEscape(text string) int {
	for i := range len(text) {
		if text[i] != '%' {
			continue
		}
		if _, err := strconv.ParseUint(text[i+1:min(i+3, len(text))], 16, 8); err != nil || i+3 > len(text) || text[i+1] == '+' {
			return i
		}
	}
	return -1
}

// nonASCIIPath reports whether anything after the host is outside ASCII.
func nonASCIIPath(clean string) bool {
	_, after, _ := strings.Cut(clean, "//")
	path := strings.IndexAny(after, "/?#")
	return path >= 0 && strings.IndexFunc(after[path:], func(r rune) bool { return r > unicode.MaxASCII }) >= 0
}

// formOf judges the parts of a URL, of a redirect too. It returns the URL without what is never sent, or nil
// where it cannot be asked.
func (p *urlProbe) formOf(u *url.URL) *url.URL {
	bare := *u
	u = &bare
	if u.Scheme != "http" && u.Scheme != "https" {
		p.add(otherScheme(u.Scheme))
		return nil
	}
	if u.User != nil {
		p.add(Finding{
			ID: "url.userinfo", Status: Warn, Summary: "the URL holds a user name or password; it was checked without them",
			Remedy: "Leave them out: many clients drop or refuse them, and they end up in logs. Use a pre-signed URL for files that are not public.",
		})
		u.User = nil
	}
	if u.Fragment != "" {
		p.add(Finding{
			ID: "url.fragment", Status: Warn, Summary: "the part from the # on is never sent to a server",
			Evidence: []Evidence{{"fragment", firstRunes(u.Fragment)}},
			Remedy:   "If it chooses what the page shows, give the URL of the file itself.",
		})
		u.Fragment, u.RawFragment = "", ""
	}
	u.RawQuery = encodedQuery(u.RawQuery)
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

var (
	numericHost = regexp.MustCompile(`(?i)^(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*$`)
	plainHost   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*$`)
)

// hostFits judges the host and reports whether it can be looked up.
func (p *urlProbe) hostFits(u *url.URL) bool {
	host := u.Hostname()
	if strings.IndexFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
		p.add(internationalHost(host))
		return false
	}
	if a, err := netip.ParseAddr(host); err == nil && a.Zone() == "" {
		return true
	}
	name := strings.TrimSuffix(host, ".")
	switch {
	case strings.Contains(host, ":"):
		p.oddHost(Fail, host, "the IPv6 address is not valid on other machines")
		return false
	case numericHost.MatchString(name):
		p.oddHost(Fail, host, "the host looks like an address, but is none in the usual form of four decimal numbers")
		return false
	case !plainHost.MatchString(name) || len(name) > 253:
		p.oddHost(Fail, host, "the host is not a valid name")
		return false
	case name != host:
		p.oddHost(Warn, host, "the host ends in a dot, which some clients and certificates do not accept")
	case strings.Contains(host, "_"):
		p.oddHost(Warn, host, "the host has an underscore, which some clients refuse")
	}
	return true
}

func (p *urlProbe) oddHost(status Status, host, summary string) {
	p.add(Finding{
		ID: "url.host", Status: status, Summary: summary, Evidence: []Evidence{{"host", firstRunes(host)}},
		Remedy: "Use a plain host name: letters, digits, hyphens and dots.",
	})
}

// internationalHost is the finding for a host with letters outside ASCII, which is not asked.
func internationalHost(host string) Finding {
	return Finding{
		ID: "url.idn", Status: Unknown, Summary: "the host has letters outside ASCII; it was not checked",
		Evidence: []Evidence{{"host", firstRunes(host)}},
		Remedy:   "Send and check the host's ASCII form (it begins with xn--): not every client converts it by itself. If you did not mean such letters, look for look-alikes and type the host anew.",
	}
}

// portFits judges the port and reports whether it can be dialled.
func (p *urlProbe) portFits(u *url.URL) bool {
	port := u.Port()
	n, err := strconv.Atoi(port)
	switch {
	case port == "" && !strings.HasSuffix(u.Host, ":"):
		return true
	case port != "" && (err != nil || n < 1 || n > 65535):
		p.add(Finding{
			ID: "url.port", Status: Fail, Summary: fmt.Sprintf("there is no port %s", firstRunes(port)),
			Remedy: "Ports go from 1 to 65535; leave it out for the usual one.",
		})
		return false
	case port == "443" && u.Scheme == "https", port == "80" && u.Scheme == "http", port == "", p.isAPI(u):
		return true
	}
	p.add(Finding{
		ID: "url.port", Status: Warn, Summary: fmt.Sprintf("port %s is not the usual one for %s", port, u.Scheme),
		Remedy: "Serve the file on the usual port (443 for https): many downloaders are not let out to others.",
	})
	return true
}

// localSuffixes end the names that are not in the public DNS.
var localSuffixes = []string{
	".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".home.arpa", ".corp", ".private",
	".test", ".example", ".invalid", ".onion", ".cluster.local", ".svc",
}

// tunnelSuffixes end the names of tunnels to a developer's machine.
var tunnelSuffixes = []string{
	".ngrok.io", ".ngrok.app", ".ngrok-free.app", ".ngrok.dev", ".ngrok-free.dev", ".loca.lt", ".trycloudflare.com", ".serveo.net",
	".localhost.run", ".lhr.life", ".devtunnels.ms",
}

// localName judges whether the host's name means anything outside of this network.
func (p *urlProbe) localName(u *url.URL) {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if _, err := netip.ParseAddr(host); err == nil || p.isAPI(u) {
		return
	}
	if !strings.Contains(host, ".") || endsInOne(host, localSuffixes) {
		p.add(Finding{
			ID: "url.local_name", Status: Fail, Summary: fmt.Sprintf("%s is a name of this machine or network only", host),
			Remedy: "Give a public host name, or send the content in the request.",
		})
	} else if endsInOne(host, tunnelSuffixes) {
		p.add(Finding{
			ID: "url.local_name", Status: Warn, Summary: fmt.Sprintf("%s is a tunnel to somebody's machine", host),
			Remedy: "It works only while the tunnel is open, and some tunnels show a page of their own first. Put the file on real storage.",
		})
	}
}

func endsInOne(host string, suffixes []string) bool {
	for _, s := range suffixes {
		if strings.HasSuffix(host, s) {
			return true
		}
	}
	return false
}
