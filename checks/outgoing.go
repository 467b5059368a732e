package checks

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
)

// Outgoing is a pasted request as it would be sent again, or why it cannot be. Its texts are redacted and
// escaped: they can be shown as they are.
type Outgoing struct {
	Method   string
	URL      string     // where it goes, in full
	Headers  []Evidence // as they go out, the key as its fingerprint; by name
	LeftOut  []string   // headers of the paste that are not sent, each with the reason where it is not plain
	Body     string     // its beginning, of at most maxBodyShown bytes; "" for none
	BodySize int        // bytes that are sent
	Notes    []string   // what to know before saying yes, in sentences
	Refusals []string   // why it cannot be sent, in sentences; nil where it can
	Command  Block      // the same request for curl and sh, without the key; zero where the paste holds no request
	Partial  bool       // whether Command lacks something of the request, for the reason in Refusals, LeftOut or Notes

	api     *API
	url     *url.URL // on api's scheme, host and port
	header  http.Header
	content safe.Secret
	key     safe.Secret
	advice  string // where it went through, what the user's program may still do otherwise
	secrets []safe.Secret
	before  catalog.Code
	timeout time.Duration
}

// maxBodyShown is how much of a body is shown before it is sent.
const maxBodyShown = 16 << 10

// Sendable reports whether Replay would send it.
func (o Outgoing) Sendable() bool { return len(o.Refusals) == 0 && o.url != nil }

// shown makes every text fit to be shown, and adds the headers that go out.
func (p *preparation) shown() Outgoing {
	o := p.Outgoing
	redactor := safe.NewRedactor(o.secrets...)
	line := func(s string) string { return safe.EscapeLine(redactor.Redact(s)) }
	o.Method, o.URL = line(o.Method), line(o.URL)
	for name, values := range o.header {
		for _, value := range values {
			o.Headers = append(o.Headers, Evidence{line(name), line(value)})
		}
	}
	if o.url != nil {
		o.Headers = append(o.Headers, Evidence{"Host", line(o.url.Host)}, Evidence{"Connection", "close"})
	}
	if o.BodySize > 0 || slices.Contains(bodied, p.Method) {
		o.Headers = append(o.Headers, Evidence{"Content-Length", strconv.Itoa(o.BodySize)})
	}
	slices.SortStableFunc(o.Headers, func(a, b Evidence) int { return strings.Compare(a.Label, b.Label) })
	// Masked before it is cut, lest a secret be cut beyond recognition.
	body := redactor.Redact(o.Body)
	if body != o.Body && o.Sendable() {
		o.Notes = append(o.Notes, "Secrets in the body are masked here, and sent as they are.")
	}
	if o.Sendable() && (safe.Escape(body) != body || p.invisibleHeader()) {
		o.Notes = append(o.Notes, "Invisible characters are written out here, and sent as they are.")
	}
	o.Body = safe.Escape(firstBytes(body, maxBodyShown))
	command := safe.Escape(redactor.Redact(o.Command.Text))
	if command != o.Command.Text {
		o.Partial = true
		o.Notes = append(o.Notes, "In the command for curl, secrets are masked and invisible characters are written out: put the real ones in.")
	}
	o.Command.Text = command
	for _, texts := range [][]string{o.LeftOut, o.Notes, o.Refusals} {
		for i := range texts {
			texts[i] = line(texts[i])
		}
	}
	return o
}

// invisibleHeader reports whether the value of a header is not shown as it is sent.
func (p *preparation) invisibleHeader() bool {
	for _, values := range p.header {
		if slices.ContainsFunc(values, func(value string) bool { return safe.EscapeLine(value) != value }) {
			return true
		}
	}
	return false
}

// bodied are the methods whose requests declare a length also where they have no body.
var bodied = []string{http.MethodPost, http.MethodPut, http.MethodPatch}

// firstBytes cuts a text that is too long, between two characters, and says how much is missing.
func firstBytes(text string, most int) string {
	if len(text) <= most {
		return text
	}
	head := bytes.TrimRightFunc([]byte(text[:most]), func(r rune) bool { return r == utf8.RuneError })
	return fmt.Sprintf("%s\n(%d more bytes)", head, len(text)-len(head))
}
