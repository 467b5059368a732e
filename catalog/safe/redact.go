package safe

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"
	"unicode/utf16"
)

// Mask stands in redacted texts where a secret stood.
const Mask = "[secret]"

const (
	window   = 8  // bytes: the longest piece of a long secret that may survive
	longForm = 12 // bytes: from here on any window of a form gives it away; shorter forms are masked whole
)

// Redactor takes known secrets, and whatever looks like one, out of texts. The nil Redactor knows no
// secret and still masks what looks like one. It is safe for concurrent use.
type Redactor struct {
	windows map[uint64]struct{} // every window of every long form
	filter  [1 << 10]uint64     // one bit per hash of a window: a cheap "surely not"
	whole   []string            // short forms, masked wherever they stand
	tokens  []string            // forms under a window, masked only where nothing of a word touches them
}

// NewRedactor builds a redactor from the secrets that are known. Empty ones mask nothing; ones under 8
// bytes are masked only as whole tokens. Of ones of 12 bytes and more every piece of 8 bytes is masked, so that
// a key that was cut or wrapped does not slip through.
func NewRedactor(secrets ...Secret) *Redactor {
	r := &Redactor{windows: map[uint64]struct{}{}}
	seen := map[string]bool{"": true}
	for _, s := range secrets {
		for _, form := range forms(s.Reveal()) {
			if !seen[form] {
				seen[form] = true
				r.know(form)
			}
		}
	}
	sort.Slice(r.whole, func(i, j int) bool { return len(r.whole[i]) > len(r.whole[j]) })
	return r
}

func (r *Redactor) know(form string) {
	switch {
	case len(form) < window:
		r.tokens = append(r.tokens, form)
		return
	case len(form) < longForm:
		r.whole = append(r.whole, form)
		return
	}
	form = strings.TrimSpace(form) // blanks around a key give nothing away
	var w uint64
	for i := range len(form) {
		w = w<<8 | uint64(form[i])
		if i >= window-1 {
			r.windows[w] = struct{}{}
			r.filter[hash(w)>>6] |= 1 << (hash(w) & 63)
		}
	}
}

// hash maps a window to one of the filter's bits.
func hash(w uint64) uint64 { return w * 0x9e3779b97f4a7c15 >> 48 }

// Redact returns text with every secret replaced by Mask: known ones by value and in their trimmed,
// URL-encoded, base64, hexadecimal and JSON-escaped forms, and what they are base64 of; unknown ones by pattern (bearer tokens, key headers,
// URL signatures, passwords, cookies, known key prefixes).
func (r *Redactor) Redact(text string) string {
	spans := look(text)
	if r != nil {
		spans = append(spans, r.find(text)...)
	}
	if len(spans) == 0 {
		return text
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i].start < spans[j].start })
	var b strings.Builder
	b.Grow(len(text))
	from, masked := 0, false
	for _, s := range spans {
		if s.start > from || !masked {
			b.WriteString(text[from:s.start])
			b.WriteString(Mask)
			masked = true
		}
		from = max(from, s.end)
	}
	b.WriteString(text[from:])
	return b.String()
}

// span is a range of bytes of a text.
type span struct{ start, end int }

// find returns where known secrets stand, in no order.
func (r *Redactor) find(text string) []span {
	spans := r.findWindows(text)
	for _, form := range r.whole {
		spans = append(spans, occurrences(text, form, false)...)
	}
	for _, form := range r.tokens {
		spans = append(spans, occurrences(text, form, true)...)
	}
	return spans
}

func (r *Redactor) findWindows(text string) (spans []span) {
	if len(r.windows) == 0 {
		return nil
	}
	var w uint64
	for i := range len(text) {
		w = w<<8 | uint64(text[i])
		if i < window-1 || r.filter[hash(w)>>6]&(1<<(hash(w)&63)) == 0 {
			continue
		}
		if _, known := r.windows[w]; !known {
			continue
		}
		start := i - window + 1
		if last := len(spans) - 1; last >= 0 && spans[last].end >= start {
			spans[last].end = i + 1
		} else {
			spans = append(spans, span{start, i + 1})
		}
	}
	return spans
}

func occurrences(text, form string, alone bool) (spans []span) {
	for from := 0; ; {
		i := strings.Index(text[from:], form)
		if i < 0 {
			return spans
		}
		start, end := from+i, from+i+len(form)
		from = end
		if alone && (start > 0 && wordByte(text[start-1]) || end < len(text) && wordByte(text[end])) {
			continue
		}
		spans = append(spans, span{start, end})
	}
}

// forms returns the ways in which a secret may be written down.
func forms(secret string) []string {
	all := []string{}
	for _, v := range []string{secret, strings.TrimSpace(secret)} {
		once := jsonForms(v)
		all = append(all, v, url.QueryEscape(v), url.PathEscape(v), hex.EncodeToString([]byte(v)))
		all = append(all, strings.ToLower(url.QueryEscape(v)), strings.ToLower(url.PathEscape(v)))
		all = append(all, once...)
		for _, j := range once {
			all = append(all, jsonForms(j)...)
		}
		all = append(all, base64Forms(v)...)
		if text, ok := decoded(v); ok {
			all = append(all, text)
		}
	}
	return all
}

// decoded returns the text that a secret is base64 of, as Kubernetes keeps one; false where it is of none.
func decoded(v string) (string, bool) {
	text, err := base64.StdEncoding.DecodeString(v)
	odd := func(c byte) bool { return c < ' ' && c != '\n' && c != '\r' || c > '~' }
	if err != nil || len(text) < longForm || slices.ContainsFunc(text, odd) {
		return "", false
	}
	return string(text), true
}

// jsonForms returns what stands between the quotes of a JSON string, for encoders that escape HTML, that
// escape only what they must, and that write ASCII only.
func jsonForms(v string) []string {
	html, _ := json.Marshal(v)
	var plain, ascii strings.Builder
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // neither a string nor a builder can fail
	least := strings.TrimSuffix(plain.String(), "\n")
	for _, r := range least {
		if r < 0x80 {
			ascii.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&ascii, `\u%04x`, unit)
		}
	}
	inner := func(quoted string) string { return quoted[1 : len(quoted)-1] }
	return []string{inner(string(html)), inner(least), inner(ascii.String())}
}

// base64Forms returns the encodings of v in both alphabets, at each of the three places that it can have in
// a longer text that was encoded as a whole ("user:key").
func base64Forms(v string) (all []string) {
	if len(v) < window {
		return nil
	}
	for lead := range 3 {
		padded := append(make([]byte, lead), v...)
		whole := len(padded) / 3 * 3 // what comes behind changes the encoding of the rest
		skip := (lead*8 + 5) / 6     // and what stands before changes this many letters
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			all = append(all, enc.EncodeToString(padded[:whole])[skip:])
			if lead == 0 {
				all = append(all, enc.EncodeToString(padded))
			}
		}
	}
	return all
}
