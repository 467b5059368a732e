package paste

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"

	"klyra-doctor/catalog/safe"
)

// option is what a flag of curl is followed by.
type option uint8

const (
	noValue option = iota
	otherValue
	headerValueOf
	methodValue
	dataValue
	rawValue
	jsonValue
	encodedValue
	formValue
	formTextValue
	uploadValue
	bearerValue
	fileValue
	urlValue
	userValue
	cookieValue
	agentValue
	refererValue
	queryValue
	rangeValue
	lackingValue // what it changes of the request is not read
	getFlag
	headFlag
	globFlag
	nextFlag
)

// options are curl's flags that take a value or change the request; all others stand alone.
var options = map[string]option{
	"-H": headerValueOf, "--header": headerValueOf, "-X": methodValue, "--request": methodValue,
	"-d": dataValue, "--data": dataValue, "--data-raw": rawValue, "--data-binary": dataValue, "--data-ascii": dataValue,
	"--data-urlencode": encodedValue, "--json": jsonValue, "-F": formValue, "--form": formValue, "--form-string": formTextValue,
	"--url": urlValue, "-u": userValue, "--user": userValue, "-b": cookieValue, "--cookie": cookieValue,
	"-A": agentValue, "--user-agent": agentValue, "-e": refererValue, "--referer": refererValue,
	"-G": getFlag, "--get": getFlag, "-I": headFlag, "--head": headFlag,
	"--oauth2-bearer": bearerValue, "-o": otherValue, "--output": otherValue, "-w": otherValue, "--write-out": otherValue,
	"-m": otherValue, "--max-time": otherValue, "--connect-timeout": otherValue, "-x": otherValue, "--proxy": otherValue,
	"-T": uploadValue, "--upload-file": uploadValue, "-c": otherValue, "--cookie-jar": otherValue, "-E": otherValue,
	"--url-query": queryValue, "-g": globFlag, "--globoff": globFlag, "-:": nextFlag, "--next": nextFlag, "--request-target": lackingValue,
	"--cert": otherValue, "--key": otherValue, "--cacert": otherValue, "--capath": otherValue, "-r": rangeValue,
	"--range": rangeValue, "--resolve": otherValue, "--retry": otherValue, "--retry-delay": otherValue,
	"--retry-max-time": otherValue, "-D": otherValue, "--dump-header": otherValue, "-K": fileValue, "--config": fileValue,
	"--limit-rate": otherValue, "--interface": otherValue, "--noproxy": otherValue, "-U": otherValue, "--proxy-user": otherValue,
	"--ciphers": otherValue, "--tls-max": otherValue, "--trace": otherValue, "--trace-ascii": otherValue, "-z": otherValue,
	"--stderr": otherValue, "--max-redirs": otherValue, "--unix-socket": otherValue, "--connect-to": otherValue,
	"--socks4": otherValue, "--socks4a": otherValue, "--socks5": otherValue, "--socks5-hostname": otherValue, "--proxy1.0": otherValue,
	"--preproxy": otherValue, "--proxy-header": otherValue, "--doh-url": otherValue, "--dns-servers": otherValue, "--aws-sigv4": otherValue,
	"--netrc-file": otherValue, "--variable": otherValue, "--pinnedpubkey": otherValue, "--output-dir": otherValue, "--rate": otherValue,
	"--keepalive-time": otherValue, "--local-port": otherValue, "--speed-time": otherValue, "--speed-limit": otherValue, "-y": otherValue, "-Y": otherValue,
	"--cert-type": otherValue, "--key-type": otherValue, "--pass": otherValue, "--crlfile": otherValue, "--curves": otherValue, "--tls13-ciphers": otherValue,
}

const maxCommands = 32 // read in one text

// curls reads the curl commands in a text.
func curls(text string) (all []shown) {
	from := 0
	for range maxCommands {
		at := strings.Index(text[from:], "curl")
		if at < 0 {
			break
		}
		i := from + at
		from = i + len("curl")
		if i > 0 && strings.IndexByte(" \t\n\r$`'\"(|;&/\\>", text[i-1]) < 0 {
			continue
		}
		rest := strings.TrimPrefix(text[from:], ".exe")
		if rest == "" || rest[0] != ' ' && rest[0] != '\t' {
			continue
		}
		words, end := commandWords(text, len(text)-len(rest))
		if s, ok := curl(words); ok {
			s.at = Span{i, end}
			all = append(all, s)
			from = max(from, end)
		}
	}
	return all
}

// curl makes a request of a command's words; it is not ok where they hold no address.
func curl(words []word) (s shown, ok bool) {
	c := command{}
	for i := 0; i < len(words); i++ {
		flag, attached := split(words[i].text)
		kind := options[flag]
		switch {
		case !strings.HasPrefix(flag, "-"):
			c.url(words[i])
		case kind == getFlag:
			c.get = true
		case kind == headFlag:
			c.shown.method = "HEAD"
		case kind == nextFlag:
			c.shown.lack(whichOfSeveral)
			return c.done()
		case kind == globFlag:
			c.noGlob = true
		case kind == noValue:
			c.noGlob = c.noGlob || !strings.HasPrefix(flag, "--") && strings.Contains(flag, "g")
		case attached != "":
			c.take(kind, word{attached, words[i].Span, words[i].expands})
		case i+1 < len(words):
			i++
			c.take(kind, words[i])
		}
	}
	return c.done()
}

// split takes apart "-XPOST", "-sSX", "--url=…" into the flag that may have a value and that value.
func split(text string) (flag, attached string) {
	if len(text) < 2 || text[0] != '-' {
		return text, ""
	}
	if text[1] == '-' {
		flag, attached, _ = strings.Cut(text, "=")
		return flag, attached
	}
	for i := 1; i < len(text); i++ {
		if kind := options["-"+text[i:i+1]]; kind != noValue && kind < getFlag {
			return "-" + text[i:i+1], text[i+1:]
		}
	}
	return text, ""
}

// command collects what curl's words say.
type command struct {
	shown           shown
	data            []string
	file            string // in which some of the body stands, "-" for standard input; "" for none
	parts           []Part // of a form that curl makes
	form, get, json bool
	upload, noGlob  bool
	query           []string
}

// whichOfSeveral is what a command for several requests lacks.
const whichOfSeveral = "which of the requests that curl makes failed"

// globbed is a URL that curl makes several of.
var globbed = regexp.MustCompile(`\{[^{}]*,[^{}]*\}|\[\w+-\w+(?::\d+)?\]`)

func (c *command) url(w word) {
	address := w.text
	looks := strings.Contains(address, "://") || strings.HasPrefix(address, "localhost") || strings.HasPrefix(address, "$") ||
		strings.Contains(address, ".") && strings.ContainsAny(address, "/:") && !strings.ContainsAny(address, "()'\",")
	switch {
	case looks && c.shown.url != "":
		c.shown.lack(whichOfSeveral)
	case looks:
		c.shown.url = address
		c.expanded(w)
	}
}

// expanded notes what only the shell knew.
func (c *command) expanded(w word) {
	if w.expands != "" {
		c.shown.lack("what the shell put in for " + w.expands)
	}
}

func (c *command) take(kind option, w word) {
	switch kind {
	case headerValueOf:
		name, value, _ := strings.Cut(w.text, ":")
		c.header(strings.TrimSpace(name), strings.TrimSpace(value))
		if !strings.EqualFold(name, "Authorization") {
			c.expanded(w)
		}
	case methodValue:
		c.shown.method = strings.ToUpper(w.text)
	case jsonValue:
		c.json = true
		c.bodyOrFile(w)
	case dataValue:
		c.bodyOrFile(w)
	case rawValue:
		c.body(w)
	case encodedValue:
		w.text = urlencoded(w.text)
		c.bodyOrFile(w)
	case formValue:
		c.formPart(w.text, false)
		if _, value, _ := strings.Cut(w.text, "="); strings.HasPrefix(value, "@") || strings.HasPrefix(value, "<") {
			c.file, _, _ = strings.Cut(value[1:], ";")
		}
	case formTextValue:
		c.formPart(w.text, true)
	case uploadValue:
		c.upload, c.file = true, w.text
	case fileValue:
		c.shown.lack("the file " + w.text)
	case queryValue:
		c.query = append(c.query, strings.TrimPrefix(urlencoded(w.text), "+"))
		c.expanded(w)
	case rangeValue:
		c.header("Range", "bytes="+w.text)
	case lackingValue:
		c.shown.lack("what curl makes of " + w.text)
	case bearerValue:
		c.header("Authorization", "Bearer "+w.text)
	case urlValue:
		c.shown.url = w.text
		c.expanded(w)
	case userValue:
		c.shown.secrets = append(c.shown.secrets, w.text[strings.IndexByte(w.text, ':')+1:])
		c.header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(w.text)))
	case cookieValue:
		c.header("Cookie", w.text)
	case agentValue:
		c.header("User-Agent", w.text)
	case refererValue:
		c.header("Referer", w.text)
	}
}

func (c *command) formPart(text string, literal bool) {
	c.form, c.parts = true, append(c.parts, Part{safe.NewSecret(text), literal})
}

func (c *command) header(name, value string) {
	if name != "" {
		c.shown.headers = append(c.shown.headers, pair{name, value})
	}
}

// bodyOrFile takes a part of the body, or the name of the file that it stands in.
func (c *command) bodyOrFile(w word) {
	if strings.HasPrefix(w.text, "@") {
		c.form, c.file = true, w.text[1:]
		return
	}
	c.body(w)
}

func (c *command) body(w word) {
	c.expanded(w)
	if c.shown.body.End == 0 {
		c.shown.body = w.Span
	} else {
		c.shown.body.End = w.End
	}
	c.data = append(c.data, w.text)
}

// urlencoded encodes the value of --data-urlencode as curl does: "content", "=content", "name=content". That of
// a file stays as it is: "@file", "name@file".
func urlencoded(text string) string {
	name, value, named := strings.Cut(text, "=")
	switch {
	case strings.Contains(name, "@"):
		return "@" + name[strings.IndexByte(name, '@')+1:]
	case !named:
		name, value = "", text
	case name != "":
		name += "="
	}
	return name + strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

// unread notes what of the body curl has read or put together.
func (c *command) unread() {
	place := "the body"
	if c.get {
		place = "the query"
	}
	switch {
	case c.file == "-":
		c.shown.lack(place + ", which came from standard input")
	case c.file != "" && len(c.parts) > 0:
		c.shown.lack("the body, a form that takes in the file " + c.file)
	case c.file != "":
		c.shown.lack(place + ", which stands in the file " + c.file)
	case len(c.parts) > 0:
		c.shown.lack("the body, a form that curl makes of " + c.parts[len(c.parts)-1].Text.Reveal())
	}
}

// done adds what curl adds by itself.
func (c *command) done() (shown, bool) {
	c.unread()
	s := c.shown
	s.parts = c.parts
	s.content = strings.Join(c.data, "&")
	if !c.noGlob && globbed.MatchString(s.url) {
		s.lack(whichOfSeveral)
	}
	if c.get && s.content != "" {
		c.query = append(c.query, s.content)
		s.content = ""
	}
	for _, part := range c.query {
		between := "?"
		if strings.Contains(s.url, "?") {
			between = "&"
		}
		s.url += between + part
	}
	sends := c.form || len(c.data) > 0
	switch {
	case s.method != "":
	case c.upload:
		s.method = "PUT"
	case sends && !c.get:
		s.method = "POST"
	default:
		s.method = "GET"
	}
	implied := []pair{{"Content-Type", "application/x-www-form-urlencoded"}}
	switch {
	case c.json:
		implied = []pair{{"Content-Type", "application/json"}, {"Accept", "application/json"}}
	case len(c.data) == 0 || c.get:
		implied = nil
	}
	for _, h := range implied {
		if s.header(h.name) == "" {
			s.headers = append(s.headers, h)
		}
	}
	if s.url != "" && !strings.Contains(s.url, "://") && !strings.HasPrefix(s.url, "$") {
		s.url = "http://" + s.url // as curl does
	}
	return s, s.url != ""
}
