package checks

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
)

// Prepare makes ready what Replay sends: the pasted request of a target, to the API's own scheme, host and
// port, with the key in use. Under the sandbox its path goes there, whatever its host. Before is the code that
// the request was answered with; "" where none is known. Nothing is sent.
func Prepare(t Target, before catalog.Code) Outgoing {
	t = t.withDefaults()
	if t.Request == nil {
		return Outgoing{Refusals: []string{"The paste shows no request."}}
	}
	p := preparation{from: t, Outgoing: Outgoing{
		Method: t.Request.Method, api: t.API, header: http.Header{}, content: t.Request.Content,
		secrets: t.Secrets(), before: before, timeout: t.Timeout,
	}}
	p.method()
	p.destination()
	p.headers()
	p.body()
	p.credentials()
	p.notes()
	p.Command = p.curl()
	return p.shown()
}

// preparation is an Outgoing in the making; its texts are raw.
type preparation struct {
	Outgoing
	from Target
}

func (p *preparation) refuse(format string, args ...any) {
	p.Refusals = append(p.Refusals, fmt.Sprintf(format, args...))
}

// miss refuses for the lack of something that the command for curl lacks too.
func (p *preparation) miss(format string, args ...any) {
	p.refuse(format, args...)
	p.Partial = true
}

// replayable are the methods that are sent again.
var replayable = []string{
	http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
}

// safeMethods are the methods that change nothing by their meaning.
var safeMethods = replayable[:3]

func (p *preparation) method() {
	switch {
	case p.Method == "":
		p.miss("The paste does not show the request's method.")
	case !slices.Contains(replayable, p.Method):
		p.refuse("Its method is %s, which is none of %s.", p.Method, strings.Join(replayable, ", "))
	}
}

// destination finds out where the request goes.
func (p *preparation) destination() {
	address := p.from.Request.Address.Reveal()
	p.URL = p.from.Request.URL
	u, err := url.Parse(address)
	switch {
	case variableInURL(address) != "":
		p.miss("Its URL still holds a variable: %s.", variableInURL(address))
	case strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		p.miss("Its URL holds a blank or a control character.")
	case err != nil || u.Opaque != "" || u.Host == "" && !p.from.Sandbox:
		p.miss("The paste does not show its whole URL.")
	case u.User != nil && !p.from.Sandbox:
		p.refuse("Its URL holds a user name or a password.")
	case p.holdsSecret(p.from.API.own(u).String()):
		p.refuse("A key or another secret stands in its URL, and URLs end up in logs.")
	case !p.from.Sandbox && !p.from.API.owns(u):
		p.refuse("It goes to %s. Requests are sent only to the API's own scheme, host and port: %s.", origin(u), origin(p.from.API.base))
		p.Notes = append(p.Notes, "The command for curl leaves your key out: it is meant for "+origin(p.from.API.base)+" alone.")
	default:
		p.url = p.from.API.own(u)
		p.URL = p.url.String()
	}
}

// own returns a URL on the API's scheme, host and port with the path and the query of another.
func (a *API) own(u *url.URL) *url.URL {
	to := &url.URL{
		Scheme: a.base.Scheme, Host: a.base.Host, Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery, ForceQuery: u.ForceQuery,
	}
	if !strings.HasPrefix(to.Path, "/") {
		to.Path, to.RawPath = "/"+to.Path, ""
	}
	return to
}

// origin is the scheme, host and port of a URL, without a password.
func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// holdsSecret reports whether a URL holds a key that is known, or what looks like a secret.
func (p *preparation) holdsSecret(address string) bool {
	return p.holdsKey(address) || len(safe.Seen(address)) > 0
}

// holdsKey reports whether a text holds a key that is known, as it is, percent-encoded or in base64: it leaves in the
// Authorization header alone.
func (p *preparation) holdsKey(text string) bool {
	decoded, _ := url.PathUnescape(text)
	known := func(key safe.Secret) bool {
		value := strings.TrimSpace(key.Reveal())
		encoded := strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(value)), "=")
		return len(value) >= 8 && (strings.Contains(text, value) || strings.Contains(decoded, value) || strings.Contains(text, encoded[:len(encoded)-1]))
	}
	return known(p.from.Request.Key) || slices.ContainsFunc(p.from.Keys, func(k Key) bool { return known(k.Secret) })
}

// notCopied are headers that belong to one connection or one message, or that are made anew.
var notCopied = []string{
	"Host", "Content-Length", "Accept-Encoding", "Cookie", "Cookie2", "Connection", "Keep-Alive", "Proxy-Authenticate",
	"Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings", "Expect",
}

// maxHeader is how many bytes of a header's value a paste is read with.
const maxHeader = 2000

// headers takes over the headers of the paste that can be sent again.
func (p *preparation) headers() {
	for _, h := range p.from.Request.Headers {
		name, value := http.CanonicalHeaderKey(h.Name), h.Value+h.Secret.Reveal()
		switch {
		case name == "Authorization" || strings.HasPrefix(name, ":"):
		case slices.Contains(notCopied, name) || p.ofConnection(name):
			p.leaveOut(name)
		case !validName(name):
			p.miss("A header's name, %q, is none that HTTP allows.", h.Name)
		case !h.Secret.Empty() || p.holdsKey(value):
			p.leaveOut(name + " (it holds a secret)")
			p.Partial = true
		case strings.ContainsFunc(value, notInHeader):
			p.miss("The header %s holds a line end or another control character.", name)
		case len(value) >= maxHeader:
			p.miss("The header %s has %s or more, and may have been cut.", name, Counted(maxHeader, "byte"))
		default:
			if variable := variableInHeader(value); variable != "" {
				p.miss("The header %s still holds a variable: %s.", name, variable)
			}
			p.header.Add(name, value)
		}
	}
	if len(p.header.Values("User-Agent")) == 0 {
		p.header.Set("User-Agent", "klyra-doctor")
	}
}

func (p *preparation) leaveOut(what string) {
	if !slices.Contains(p.LeftOut, what) {
		p.LeftOut = append(p.LeftOut, what)
	}
}

// ofConnection reports whether the Connection header of the paste names a header.
func (p *preparation) ofConnection(name string) bool {
	for _, h := range p.from.Request.Headers {
		if !strings.EqualFold(h.Name, "Connection") {
			continue
		}
		for option := range strings.SplitSeq(h.Value, ",") {
			if strings.EqualFold(strings.TrimSpace(option), name) {
				return true
			}
		}
	}
	return false
}

// validName reports whether a header's name is a token, as RFC 9110 wants it.
func validName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

func notInHeader(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// declared returns a header of the paste; "" where it shows none.
func (p *preparation) declared(name string) string {
	value, _ := (&requestJudge{Request: p.from.Request}).header(name)
	return value
}

// body finds out whether the body is whole.
func (p *preparation) body() {
	body := p.content.Reveal()
	p.BodySize = len(body)
	p.Body = body
	kind := strings.ToLower(p.declared("Content-Type"))
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		p.miss("Its body is a multipart form, whose files and line ends do not survive a paste.")
	case len(p.from.Request.Form) > 0 && strings.HasPrefix(p.from.Request.Lacks, "the body, a form"):
		p.refuse("The paste does not show %s.", p.from.Request.Lacks) // the command for curl may have it all
	case p.from.Request.Lacks != "":
		p.miss("The paste does not show %s.", p.from.Request.Lacks)
	case body == "":
		p.noBody(kind)
	case p.declared("Content-Encoding") != "" && p.declared("Content-Encoding") != "identity":
		p.miss("Its body is compressed (Content-Encoding: %s), which a paste does not keep.", p.declared("Content-Encoding"))
	case !utf8.ValidString(body):
		p.miss("Its body is not text, and other data does not survive a paste.")
	case p.holdsKey(body):
		p.refuse("The key stands in its body, where it is not to be sent.")
	case templateInBody().MatchString(body):
		p.miss("Its body still holds what looks like a variable: %s.", templateInBody().FindString(body))
	case endsEarly(body):
		p.miss("Its body ends in the middle of its JSON: it was cut off when it was copied, or your program sends it so.")
	default:
		p.length(body)
	}
}

// noBody judges a request whose body the paste does not show.
func (p *preparation) noBody(kind string) {
	length := p.declared("Content-Length")
	if length == "0" || length == "" && p.declared("Transfer-Encoding") == "" && (kind == "" || slices.Contains(safeMethods, p.Method)) {
		return
	}
	p.miss("The paste does not show its body.")
}

// length compares a body with the length that the paste declares. Tools that print JSON in their own layout
// change it, but not what it says.
func (p *preparation) length(body string) {
	declared := p.declared("Content-Length")
	if n, err := strconv.Atoi(declared); err != nil || n == len(body) {
		return
	}
	if json.Valid([]byte(body)) {
		p.Notes = append(p.Notes, fmt.Sprintf("The paste shows the JSON with other blanks than it was sent with (%s bytes then, %d now); it is sent as it stands there.", declared, len(body)))
		return
	}
	p.miss("Its body had %s bytes, and the paste shows %d: it was cut off or changed when it was copied.", declared, len(body))
}

// endsEarly reports whether a body is JSON whose end is missing.
func endsEarly(body string) bool {
	start := strings.TrimLeft(body, " \t\r\n")
	if !strings.HasPrefix(start, "{") && !strings.HasPrefix(start, "[") {
		return false
	}
	var value json.RawMessage
	err := json.NewDecoder(strings.NewReader(start)).Decode(&value)
	return errors.Is(err, io.ErrUnexpectedEOF)
}

// credentials takes the key in use, unless it is one that must not be sent.
func (p *preparation) credentials() {
	key := p.from.key()
	form := inspectKey(key)
	p.key = form.sendable
	if !p.key.Empty() {
		p.otherKey(key)
		p.Headers = append(p.Headers, Evidence{"Authorization", "Bearer " + p.key.String() + " (the key from " + safe.EscapeLine(key.Source) + ")"})
		return
	}
	if !p.from.Has(catalog.KeyInput) {
		p.refuse("No key is known: give it in the step that tests the key, or in KLYRA_API_KEY.")
		return
	}
	for _, f := range form.findings {
		if f.Status == Fail {
			p.refuse("The key from %s cannot be sent: %s.", key.Source, f.Summary)
			return
		}
	}
}

// otherKey advises where the paste shows that the request went out with another key, or with none.
func (p *preparation) otherKey(key Key) {
	pasted := p.from.Request.Key.Reveal()
	switch {
	case p.declared("Authorization") == "" && len(p.from.Request.Headers) > 0:
		p.advice = "see that your program sends the header Authorization: the paste shows none, and this request had it"
	case p.from.Sandbox: // its key is no other program's business
	case pasted != "" && pasted != p.key.Reveal() && unexpanded().FindString(pasted) != pasted:
		p.advice = "see that your program uses the key from " + key.Source + ": this request went out with that one, not with the pasted one"
	}
}

// notes says what to know before saying yes.
func (p *preparation) notes() {
	note := func(text string) { p.Notes = append(p.Notes, text) }
	if len(p.Refusals) > 0 {
		return
	}
	switch {
	case p.from.Sandbox:
		note("It goes to the sandbox, which only pretends to be Klyra's API, whatever host the paste names.")
	case slices.Contains(safeMethods, p.Method):
		note("It is a real request, and may be billed.")
	default:
		note("It is a real request: it may be billed, and whatever it does is done again.")
	}
	if len(p.header.Values("Idempotency-Key")) > 0 {
		note("Idempotency-Key is sent as it was: an API that honours it repeats its first answer.")
	}
}
