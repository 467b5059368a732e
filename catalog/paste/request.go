package paste

import (
	"encoding/json"
	"net/url"
	"sort"
	"strings"

	"klyra-doctor/catalog/safe"
)

// shown is a request as it stands in the readable text, raw.
type shown struct {
	at      Span
	method  string
	url     string
	headers []pair
	body    Span   // as quoted in the text
	content string // of the body, unquoted
	parts   []Part // of the body, where curl makes a form
	lacks   string // what the text does not show of it, in words; "" for nothing
	secrets []string
	faint   bool // only its URL is known
}

// pair is one header.
type pair struct{ name, value string }

func (s shown) header(name string) string {
	for _, h := range s.headers {
		if strings.EqualFold(h.name, name) {
			return h.value
		}
	}
	return ""
}

// lack notes what the text does not show of the request; the first that is noted counts.
func (s *shown) lack(words string) {
	if s.lacks == "" {
		s.lacks = words
	}
}

// requests reads the requests that a text shows outside of objects, in order.
func requests(text string) []shown {
	all := append(curls(text), heads(text)...)
	all = append(all, calls(text)...)
	all = append(all, powershells(text)...)
	sort.SliceStable(all, func(i, j int) bool { return all[i].at.Start < all[j].at.Start })
	return all
}

// bodies returns where the bodies of requests stand, in order and apart from each other.
func bodies(all []shown) (spans []Span) {
	for _, s := range all {
		if s.body.End <= s.body.Start || len(spans) > 0 && s.body.Start < spans[len(spans)-1].End {
			continue
		}
		spans = append(spans, s.body)
	}
	return spans
}

// methods that a request's first line may begin with.
var methods = map[string]bool{"GET": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "HEAD": true, "OPTIONS": true}

// bodied are the methods of requests that have a body as a rule.
var bodied = map[string]bool{"POST": true, "PUT": true, "PATCH": true}

// heads reads raw requests: "POST /v1/x HTTP/1.1" with its headers, as they are, as curl -v and HTTPie print
// them, or escaped within a string.
func heads(text string) (all []shown) {
	from := 0
	for len(all) < maxCommands {
		at := strings.Index(text[from:], " HTTP/")
		if at < 0 {
			break
		}
		i := from + at
		from = i + len(" HTTP/")
		if s, ok := head(text, i); ok {
			all = append(all, s)
			from = max(from, s.at.End)
		}
	}
	return all
}

// head reads the request whose first line has " HTTP/" at i.
func head(text string, i int) (s shown, ok bool) {
	begin := max(0, i-4096)
	line := text[begin:i]
	if at := strings.LastIndexAny(line, "\n\"'`"); at >= 0 {
		line = line[at+1:]
	}
	words := strings.Fields(line)
	if len(words) < 2 || !methods[words[len(words)-2]] {
		return s, false
	}
	target := words[len(words)-1]
	s.at.Start = i - len(line)
	s.method = words[len(words)-2]
	r := headReader{text: text, marker: words[0] == ">"}
	s.at.End = r.headers(&s, i+len(" HTTP/"))
	if len(s.headers) == 0 {
		return s, false
	}
	s.url = address(text, target, s.header("Host"))
	if r.marker || r.escaped {
		if bodied[s.method] {
			s.lack("the body, which a transcript of this kind does not show")
		}
	} else {
		s.body = rawBody(text, s.at.End, s.header("Content-Length"))
		s.content = text[s.body.Start:s.body.End]
		s.at.End = max(s.at.End, s.body.End)
	}
	return s, true
}

// address puts a URL together. Raw requests do not show the scheme: it is https unless the text names the
// host with http.
func address(text, target, host string) string {
	if strings.Contains(target, "://") || host == "" {
		return target
	}
	scheme := "https://"
	if strings.Contains(text, "http://"+host) || strings.HasSuffix(host, ":80") {
		scheme = "http://"
	}
	return scheme + host + target
}

// headReader reads header lines.
type headReader struct {
	text    string
	marker  bool // lines begin with "> "
	escaped bool // lines end with `\r\n`, written out
	indent  int  // blanks before the first header: a line with more goes on with the one above
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// headers reads the lines after the first one, and returns where the next thing begins.
func (r *headReader) headers(s *shown, i int) int {
	for n := 0; n < 100 && i < len(r.text); n++ {
		line, next := r.line(i)
		if n == 0 {
			i = next
			continue
		}
		if r.marker {
			rest, marked := strings.CutPrefix(line, ">")
			if !marked {
				return i
			}
			line = rest
		}
		if n == 1 {
			r.indent = indentOf(line)
		}
		if !r.marker && !r.escaped && len(s.headers) > 0 && indentOf(line) > r.indent && strings.TrimSpace(line) != "" {
			s.headers[len(s.headers)-1].value += " " + strings.TrimSpace(line)
			i = next
			continue
		}
		line = strings.TrimSpace(line)
		pseudo := line[:min(len(line), 1)] == ":" // of HTTP/2, whose name begins so
		name, value, found := strings.Cut(strings.TrimPrefix(line, ":"), ":")
		if pseudo {
			name = ":" + name
		}
		if !found || name == "" || strings.ContainsAny(name, " \t\"'{}") {
			if line == "" {
				return next
			}
			return i
		}
		s.headers = append(s.headers, pair{name, strings.TrimSpace(value)})
		i = next
	}
	return i
}

func (r *headReader) line(i int) (line string, next int) {
	end := i
	for end < len(r.text) && end-i < 8192 && r.text[end] != '\n' {
		if r.text[end] == '\\' && end+1 < len(r.text) && (r.text[end+1] == 'r' || r.text[end+1] == 'n') {
			r.escaped = true
			stop := end
			for end < len(r.text) && strings.IndexByte(`\rn`, r.text[end]) >= 0 && end-stop < 12 && !(r.text[end] == '\\' && strings.HasPrefix(r.text[end:], `\"`)) {
				if r.text[end] == 'n' {
					end++
					break
				}
				end++
			}
			return r.text[i:stop], end
		}
		if r.escaped && (r.text[end] == '"' || r.text[end] == '\'') {
			return "", end
		}
		end++
	}
	return strings.TrimRight(r.text[i:end], "\r"), min(len(r.text), end+1)
}

// rawBody returns the body that begins at i: one JSON value, or all up to the response's first line.
func rawBody(text string, i int, length string) Span {
	rest := text[i:]
	if strings.HasPrefix(rest, "HTTP/") || strings.TrimSpace(rest) == "" {
		return Span{i, i}
	}
	end := len(text)
	if at := strings.Index(rest, "\nHTTP/"); at >= 0 {
		end = i + at
	}
	if open := i + len(rest) - len(strings.TrimLeft(rest, " \t\r\n")); open < end && (text[open] == '{' || text[open] == '[') {
		ahead := 0
		if v := readGroup(text, open, end, &ahead); !v.cut {
			return Span{open, v.end}
		}
	}
	if length == "" && end == len(text) {
		return Span{i, i} // nothing says that what follows was sent
	}
	return Span{i, i + len(strings.TrimRight(text[i:end], " \t\r\n"))}
}

// callers are functions of HTTP libraries, with the method that their name says ("" where an argument does).
var callers = []struct{ name, method string }{
	{"fetch(", ""},
	{"requests.post(", "POST"},
	{"requests.get(", "GET"},
	{"requests.request(", ""},
	{"httpx.post(", "POST"},
	{"httpx.get(", "GET"},
	{"axios.post(", "POST"},
	{"axios.get(", "GET"},
	{"session.post(", "POST"},
	{"client.post(", "POST"},
}

// calls reads requests from source code, as browsers' "copy as fetch" writes it.
func calls(text string) (all []shown) {
	for _, c := range callers {
		from := 0
		for range maxCommands {
			at := strings.Index(text[from:], c.name)
			if at < 0 {
				break
			}
			open := from + at + len(c.name) - 1
			ahead := 0
			v := readGroup(text, open, min(len(text), open+maxString), &ahead)
			s := object(text, v)
			if s.method == "" {
				s.method = c.method
			}
			if s.method == "" {
				s.method = "GET"
			}
			if strings.Contains(s.url, "://") && len(s.headers) > 0 {
				s.at = Span{from + at, v.end}
				s.sourceLacks(text, v)
				all = append(all, s)
			}
			from = open + 1
		}
	}
	return all
}

// object reads a request from the members of an object or the arguments of a call: HAR, axios, fetch.
func object(text string, v value) shown {
	s := shown{at: Span{v.start, v.end}}
	base := ""
	for i := range v.members {
		m := &v.members[i]
		switch {
		case m.key == "" && m.value.form == quoted && s.url == "":
			s.url = m.value.plain(text)
		case m.key == "" && m.value.form == group, m.key == "postdata":
			inner := object(text, m.value)
			s.merge(inner)
		case m.key == "method":
			s.method = strings.ToUpper(m.value.plain(text))
		case m.key == "url" || m.key == "uri" || m.key == "path" && s.url == "":
			s.url = m.value.plain(text)
		case m.key == "baseurl":
			base = m.value.plain(text)
		case m.key == "headers":
			s.headers = append(s.headers, headerList(text, m.value)...)
		case (sent[m.key] || m.key == "text") && !m.value.null(text):
			s.sentBody(text, m)
		case m.key == "encoding" && m.value.plain(text) == "base64":
			s.lack("the body itself: it stands there in base64")
		case m.key == "files" || m.key == "params":
			s.lack("the " + m.key + " that the call adds")
		}
	}
	if base != "" && !strings.Contains(s.url, "://") {
		s.url = strings.TrimRight(base, "/") + "/" + strings.TrimLeft(s.url, "/")
	}
	return s
}

// sentBody takes in where a body stands and what it is, also within JSON.stringify(…).
func (s *shown) sentBody(text string, m *member) {
	v := m.value
	switch {
	case v.form == quoted:
		s.body, s.content = v.inner, v.written(text)
		switch raw := text[v.inner.Start:v.inner.End]; {
		case v.cut || strings.Contains(raw, "\n") && text[v.start] != '`':
			s.lack("the end of the body, whose string is cut or wrapped")
		case text[v.start] == '`' && strings.Contains(raw, "${"), formatted(text, v.start):
			s.lack("what the program put into the string of the body")
		}
		return
	case v.form == bare:
		s.body, s.content = v.inner, v.plain(text)
		s.lack("the body, which is the variable " + s.content)
		return
	case text[v.start] == '(' && len(v.members) == 1:
		v = v.members[0].value
	case m.key == "json" && s.header("Content-Type") == "":
		s.headers = append(s.headers, pair{"Content-Type", "application/json"})
	}
	s.body, s.content = Span{v.start, v.end}, text[v.start:v.end]
	if m.key == "data" || !json.Valid([]byte(s.content)) {
		s.lack("the body as it was sent: it stands there as source code")
	}
}

// formatted reports whether the string that opens at i is one of Python's f-strings.
func formatted(text string, i int) bool {
	return i > 1 && (text[i-1] == 'f' || text[i-1] == 'F') && !wordByte(text[i-2])
}

// sourceLacks notes what a call in source code leaves to variables.
func (s *shown) sourceLacks(text string, v value) {
	for i := range v.members {
		switch m := &v.members[i]; {
		case m.key == "" && m.value.form == group:
			s.sourceLacks(text, m.value)
		case m.key == "headers":
			for _, h := range m.value.members {
				if h.value.form == bare && h.key != "authorization" {
					s.lack("the value of the header " + h.key)
				}
			}
		}
	}
	if s.content == "" && bodied[s.method] {
		s.lack("the body: the code does not hold it as text")
	}
}

// merge takes over what another one knows.
func (s *shown) merge(other shown) {
	if s.method == "" {
		s.method = other.method
	}
	if s.url == "" {
		s.url = other.url
	}
	s.headers = append(s.headers, other.headers...)
	if other.content != "" {
		s.body, s.content = other.body, other.content
	}
	if other.lacks != "" {
		s.lack(other.lacks)
	}
}

// headerList reads headers from a map, or from HAR's list of names and values.
func headerList(text string, v value) (all []pair) {
	for i := range v.members {
		m := &v.members[i]
		if m.key == "" && m.value.form == group {
			var h pair
			for j := range m.value.members {
				switch p := &m.value.members[j]; p.key {
				case "name":
					h.name = p.value.plain(text)
				case "value":
					h.value = p.value.plain(text)
				}
			}
			if h.name != "" {
				all = append(all, h)
			}
			continue
		}
		if m.key == "" || m.value.null(text) || m.value.form == group && len(m.value.members) == 0 {
			continue
		}
		name := text[m.start:min(m.value.start, m.start+64)]
		if quote := strings.IndexAny(name, `"'`); quote == 0 {
			if end := strings.IndexByte(name[1:], name[0]); end >= 0 {
				name = name[:end+1] // what stands behind the quote may begin the value: f"…"
			}
		}
		name = strings.Trim(strings.TrimRight(name, " :=>\t"), "\"'\\`[]:")
		h := pair{name, m.value.plain(text)}
		if m.value.form == group { // Go's and Node's headers hold lists
			h.value = m.value.members[0].value.plain(text)
		}
		all = append(all, h)
	}
	return all
}

// apiAddress is where a bare URL must lead to count as a request.
const apiAddress = "://api.klyra.live/"

// bareURL reads a request of which only the URL stands in the text: `Post "https://…": EOF`, "for url: https://…".
func bareURL(text string) (s shown, ok bool) {
	at := strings.Index(text, apiAddress)
	if at < 0 {
		return s, false
	}
	start := at
	for start > 0 && letter(text[start-1]) {
		start--
	}
	end := at + len(apiAddress)
	for end < len(text) && end-at < 2048 && text[end] > ' ' && strings.IndexByte("\"'<>`)]}|\\,;", text[end]) < 0 {
		end++
	}
	s = shown{at: Span{start, end}, url: strings.TrimRight(text[start:end], ".:"), faint: true}
	for _, w := range strings.FieldsFunc(text[max(0, start-12):start], func(r rune) bool { return r < 'A' || r > 'z' }) {
		if upper := strings.ToUpper(w); methods[upper] && w != strings.ToLower(w) {
			s.method = upper
		}
	}
	return s, true
}

// best chooses the request that the rest of the text most likely answers: one to the API before others, the
// last of equal ones.
func best(text string, all []shown) (s shown, ok bool) {
	points := -1
	for _, c := range all {
		p := 0
		if strings.Contains(strings.ToLower(c.url), "klyra") {
			p += 4
		}
		if c.header("Authorization") != "" {
			p += 2
		}
		if c.content != "" {
			p++
		}
		if p >= points {
			s, points = c, p
		}
	}
	if points < 0 {
		return bareURL(text)
	}
	return s, true
}

// secretsOf returns what the requests hold that no pattern sees, such as a key in HAR's list of headers.
func secretsOf(all []shown) (secrets []safe.Secret) {
	for _, s := range all {
		for _, text := range s.secrets {
			secrets = append(secrets, safe.NewSecret(text))
		}
		for _, h := range s.headers {
			secrets = append(secrets, safe.Seen(h.name+": "+h.value)...)
		}
		secrets = append(secrets, safe.Seen(s.url)...)
	}
	return secrets
}

// request puts the request that the text shows into the report.
func (r *report) request(all []shown) {
	s, ok := best(r.document.text, all)
	if !ok {
		return
	}
	req := &Request{Method: r.show(s.method), URL: r.show(s.url), Address: safe.NewSecret(s.url)}
	if s.body.End > s.body.Start {
		req.Body = r.document.span(s.body.Start, s.body.End)
	}
	for _, h := range s.headers {
		req.Headers = append(req.Headers, r.header(h))
	}
	if u, err := url.Parse(s.url); err == nil {
		req.Path = r.show(u.Path)
	}
	req.Lacks = r.show(s.lacks)
	req.Key = keyOf(s.header("Authorization"))
	req.Form = s.parts
	req.Content = safe.NewSecret(s.content)
	req.ContentURL = safe.NewSecret(contentURL(s.content))
	r.Request = req
}

func (r *report) header(h pair) Header {
	line := h.name + ": " + h.value
	if shown := r.show(line); shown != line && len(line) <= maxShown || len(safe.Seen(line)) > 0 {
		return Header{Name: r.show(h.name), Secret: safe.NewSecret(h.value)}
	}
	return Header{Name: h.name, Value: r.show(h.value)}
}

// keyOf takes the key out of an Authorization header, with all that is wrong about it; empty where another
// scheme than Bearer is used.
func keyOf(header string) safe.Secret {
	scheme, rest, found := strings.Cut(header, " ")
	switch {
	case !found:
		return safe.NewSecret(header)
	case strings.EqualFold(strings.TrimRight(scheme, ":"), "bearer"):
		return safe.NewSecret(rest)
	}
	return safe.Secret{}
}

// contentKeys are the names, squeezed, under which a body tells where content is.
var contentKeys = map[string]bool{
	"url": true, "imageurl": true, "audiourl": true, "videourl": true, "contenturl": true, "mediaurl": true, "fileurl": true,
	"sourceurl": true, "src": true, "source": true, "href": true, "image": true, "audio": true, "video": true, "link": true,
}

// contentURL finds the URL in a body, JSON or a form.
func contentURL(content string) string {
	open := strings.TrimLeft(content, " \t\r\n")
	if open == "" {
		return ""
	}
	if open[0] == '{' || open[0] == '[' {
		ahead := 0
		v := readGroup(open, 0, len(open), &ahead)
		return urlIn(open, &v)
	}
	form, err := url.ParseQuery(open)
	if err != nil {
		return ""
	}
	found := ""
	for key := range form {
		if at := form.Get(key); contentKeys[squeeze(key)] && strings.Contains(at, "://") && (found == "" || at < found) {
			found = at
		}
	}
	return found
}

func urlIn(text string, v *value) string {
	for i := range v.members {
		m := &v.members[i]
		switch m.value.form {
		case group:
			if found := urlIn(text, &m.value); found != "" {
				return found
			}
		case quoted:
			if s := m.value.plain(text); contentKeys[m.key] && (strings.Contains(s, "://") || strings.HasSuffix(m.key, "url") && s != "") {
				return s
			}
		}
	}
	return ""
}
