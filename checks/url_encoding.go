package checks

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	jsonEscape    = matching(`\\u00[2-7][0-9A-Fa-f]|\\/`)
	htmlAmpersand = matching(`(?i)&(?:amp;|#38;|#x26;)+`)
	scriptEscape  = matching(`(?i)%u([0-9a-f]{4})`)
	doubleEncoded = matching(`%25([0-9A-Fa-f]{2})`)
	plusInWords   = matching(`[\pL\pN]\+[\pL\pN]`)
)

// unspelled undoes the spellings of other languages that a URL was copied out of, and says so.
func (p *urlProbe) unspelled(clean string) string {
	for _, s := range []struct {
		found lazyRegexp
		what  string
		plain func(string) string
	}{
		{jsonEscape, "the escapes of a JSON string (\\/ and \\u0026)", plainJSON},
		{htmlAmpersand, "HTML's spelling of &", func(string) string { return "&" }},
		{scriptEscape, "the escapes of JavaScript's old escape()", plainScript},
	} {
		at := s.found().FindStringIndex(clean)
		if at == nil {
			continue
		}
		seen := place{utf8.RuneCountInString(clean[:at[0]]) + 1, clean[at[0]:at[1]]}
		clean = s.found().ReplaceAllStringFunc(clean, s.plain)
		p.respelled(Fail, "the URL has "+s.what, []place{seen}, clean)
	}
	path, _, _ := strings.Cut(clean, "?")
	if at := strings.IndexByte(path, '\\'); at >= 0 {
		seen := place{utf8.RuneCountInString(clean[:at]) + 1, characterName(`\`) + ` \`}
		clean = strings.ReplaceAll(path, `\`, "/") + clean[len(path):]
		p.respelled(Fail, "the URL has backslashes where / belongs", []place{seen}, clean)
	}
	return clean
}

// plainJSON is what an escape in a JSON string stands for.
func plainJSON(escape string) string {
	if n, err := strconv.ParseUint(strings.TrimPrefix(escape, `\u`), 16, 8); err == nil {
		return string(rune(n))
	}
	return "/"
}

// plainScript is what "%u00e9" stands for, percent-encoded.
func plainScript(escape string) string {
	n, err := strconv.ParseUint(escape[2:], 16, 16)
	if err != nil {
		return escape
	}
	return percentEncoded(string(rune(n)))
}

// respelled adds a finding about a URL that has to be written in another way.
func (p *urlProbe) respelled(status Status, summary string, where []place, better string) {
	better = withoutUserinfo(better)
	p.add(Finding{
		ID: "url.encoding", Status: status, Summary: summary,
		Evidence: placesEvidence(where),
		Remedy:   fmt.Sprintf("Send %s instead, which is what was checked. Clients differ in what they make of the other spelling.", better),
	})
}

// encoded judges the percent-encoding, and returns the URL with everything encoded that must be.
func (p *urlProbe) encoded(clean string) string {
	if at := badEscapes(clean); len(at) > 0 {
		places := make([]place, len(at))
		for i, offset := range at {
			places[i] = place{utf8.RuneCountInString(clean[:offset]) + 1, firstRunes(clean[offset:min(offset+3, len(clean))])}
		}
		clean = literalPercents(clean, at)
		p.respelled(Fail, "a % is not followed by two hexadecimal digits; a literal % is written %25", places, clean)
	}
	path, _, _ := strings.Cut(clean, "?") // in a query, a URL inside the URL is rightly encoded twice
	if at := doubleEncoded().FindStringIndex(path); at != nil {
		p.mayBe("characters of the path look percent-encoded twice", place{utf8.RuneCountInString(path[:at[0]]) + 1, path[at[0]:at[1]]},
			"If so, send", doubleEncoded().ReplaceAllString(path, "%$1")+clean[len(path):])
	}
	if at := plusInWords().FindStringIndex(path); at != nil {
		sign := strings.IndexByte(path[at[0]:], '+') + at[0]
		p.mayBe("a + in a path is a plus sign to most servers, and a blank to some", place{utf8.RuneCountInString(path[:sign]) + 1, "U+002B +"},
			"If blanks are meant, send", strings.ReplaceAll(path, "+", "%20")+clean[len(path):])
	}
	if encoded, places := encodeRest(clean); len(places) > 0 {
		p.respelled(Warn, "the URL has characters that have to be percent-encoded", places, encoded)
		clean = encoded
	}
	return clean
}

// mayBe warns of what is right in some URLs and wrong in others. It was checked as it stands.
func (p *urlProbe) mayBe(summary string, where place, otherwise, better string) {
	p.add(Finding{
		ID: "url.encoding", Status: Warn, Summary: summary, Evidence: placesEvidence([]place{where}),
		Remedy: fmt.Sprintf("%s %s instead. It was checked as it stands.", otherwise, withoutUserinfo(better)),
	})
}

// badEscapes returns where a % is not followed by two hexadecimal digits.
func badEscapes(text string) (at []int) {
	for i := range len(text) {
		if text[i] == '%' && (i+3 > len(text) || !isHex(text[i+1]) || !isHex(text[i+2])) {
			at = append(at, i)
		}
	}
	return at
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }

// literalPercents encodes the % at each offset, which are in order.
func literalPercents(text string, at []int) string {
	var b strings.Builder
	from := 0
	for _, offset := range at {
		b.WriteString(text[from:offset] + "%25")
		from = offset + 1
	}
	return b.String() + text[from:]
}

// encodeRest percent-encodes all behind the host that no URL may hold (RFC 3986), and says where it stood. What
// follows a # is never sent and stays.
func encodeRest(clean string) (encoded string, places []place) {
	start, end := afterHost(clean), len(clean)
	if hash := strings.IndexByte(clean, '#'); hash >= 0 {
		end = hash
	}
	if start >= end {
		return clean, nil
	}
	var b strings.Builder
	number := utf8.RuneCountInString(clean[:start])
	for i := start; i < end; {
		r, size := utf8.DecodeRuneInString(clean[i:end])
		number++
		if piece := clean[i : i+size]; r > ' ' && r < 0x7f && strings.IndexByte("\"<>\\^`{|}", piece[0]) < 0 {
			b.WriteString(piece)
		} else {
			b.WriteString(percentEncoded(piece))
			places = append(places, place{number, fmt.Sprintf("%s, write %s", scrap{text: piece}, percentEncoded(piece))})
		}
		i += size
	}
	return clean[:start] + b.String() + clean[end:], places
}

// afterHost is where what follows the host of a URL begins.
func afterHost(clean string) int {
	host := strings.Index(clean, "//")
	if host < 0 {
		return len(clean)
	}
	if n := strings.IndexAny(clean[host+2:], "/?#"); n >= 0 {
		return host + 2 + n
	}
	return len(clean)
}

func percentEncoded(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, "%%%02X", text[i])
	}
	return b.String()
}
