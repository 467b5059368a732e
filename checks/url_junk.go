package checks

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// place is something at a character of a text, counted from 1.
type place struct {
	number int
	what   string
}

// placesEvidence lists places, but not more than anybody reads.
func placesEvidence(all []place) []Evidence {
	var list []Evidence
	for i, pl := range all {
		if i == maxPlaces {
			return append(list, Evidence{"and", fmt.Sprintf("%d more", len(all)-i)})
		}
		list = append(list, Evidence{fmt.Sprintf("character %d", pl.number), pl.what})
	}
	return list
}

// withoutJunk takes off what stands around a copied URL and says so.
func (p *urlProbe) withoutJunk(raw string) string {
	clean, scraps := stripJunk(raw)
	if len(scraps) == 0 {
		return clean
	}
	status, places := Warn, make([]place, len(scraps))
	for i, s := range scraps {
		places[i] = place{utf8.RuneCountInString(raw[:s.at]) + 1, s.String()}
		if !s.harmless() {
			status = Fail
		}
	}
	p.add(Finding{
		ID: "url.junk", Status: status, Summary: "the URL has characters in or around it that do not belong to it",
		Evidence: placesEvidence(places),
		Remedy:   fmt.Sprintf("Send %s alone, which is what was checked. The rest comes from copying out of prose, code or a spreadsheet.", withoutUserinfo(clean)),
	})
	return clean
}

// scrap is a piece of a text that is no part of the URL in it, at a byte of the text.
type scrap struct {
	at   int
	text string
}

// String is the code points of a few characters; of longer pieces it is the text itself.
func (s scrap) String() string {
	const few = 3
	if n := utf8.RuneCountInString(s.text); n > few {
		return fmt.Sprintf("%q, %d characters", firstRunes(s.text), n)
	}
	var names []string
	for letter := range strings.SplitSeq(s.text, "") {
		name := characterName(letter)
		if r, _ := utf8.DecodeRuneInString(letter); characterNames[r] == "" && unicode.IsGraphic(r) && !unicode.Is(unicode.M, r) {
			name += " " + letter
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// harmless reports whether most clients trim the piece, or only a person could have put it there.
func (s scrap) harmless() bool {
	words := strings.IndexFunc(s.text, unicode.IsLetter) >= 0
	return words || strings.IndexFunc(s.text, func(r rune) bool { return !unicode.IsSpace(r) && !strings.ContainsRune(trailingMarks, r) }) < 0
}

const (
	outerQuotes   = "\"'`<>“”‘’‚„«»‹›"
	leadingMarks  = "([{*|"
	trailingMarks = ".,;:!…。．｡，、；：！"
	brackets      = "()[]{}（）「」『』【】"
)

var (
	// startAfterWords finds where a URL begins that something leads up to: "see https://", "src=\"https://", "](https://".
	startAfterWords = matching(`(?i)^[^/?#]*?[\s"'“‘<>(\[{=](https?):[\\/]`)
	// hostInBrackets finds a URL without a scheme whose host is an IPv6 address.
	hostInBrackets = matching(`^\[[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\]`)
	// nextURL finds a second URL behind the first.
	nextURL = matching(`(?i)\s["'<(]*https?://`)
	// lineBreak finds a line break with the blanks that an editor puts around it.
	lineBreak = matching(`[ \t]*[\r\n\v\f\x{85}\x{2028}\x{2029}]\s*`)
)

// stripJunk removes what does not belong to a URL: what stands before and behind it, invisible characters
// and line breaks. It returns what it removed, in order.
func stripJunk(raw string) (clean string, scraps []scrap) {
	start, end := 0, len(raw)
	if m := startAfterWords().FindStringSubmatchIndex(raw); m != nil {
		start = m[2]
	}
	start, end = trimOutside(raw, start, end)
	if next := nextURL().FindStringIndex(raw[start:end]); next != nil {
		start, end = trimOutside(raw, start, start+next[0])
	}
	if start > 0 {
		scraps = append(scraps, scrap{0, raw[:start]})
	}
	clean, inside := stripInside(raw[start:end])
	for _, s := range inside {
		scraps = append(scraps, scrap{start + s.at, s.text})
	}
	if end < len(raw) {
		scraps = append(scraps, scrap{end, raw[end:]})
	}
	return clean, scraps
}

// trimOutside narrows the range of a URL in raw by blanks, quotes, brackets and marks.
func trimOutside(raw string, start, end int) (int, int) {
	before := func(r rune) bool { return outside(r) || strings.ContainsRune(leadingMarks, r) }
	after := func(r rune) bool { return outside(r) || strings.ContainsRune(trailingMarks+"*|", r) }
	for {
		url := strings.TrimRightFunc(raw[start:end], after)
		url = withoutLooseBracket(url)
		end = start + len(url)
		url = trimStart(url, before)
		start = end - len(url)
		if withoutLooseBracket(strings.TrimRightFunc(url, after)) == url {
			return start, end
		}
	}
}

// trimStart takes what lies before a URL off its start, but no bracket of a host that is an IPv6 address.
func trimStart(url string, before func(rune) bool) string {
	rest := strings.TrimLeftFunc(url, before)
	if bracket := len(url) - len(rest) - 1; bracket >= 0 && hostInBrackets().MatchString(url[bracket:]) {
		return url[bracket:]
	}
	return rest
}

func outside(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(outerQuotes, r)
}

// withoutLooseBracket takes a closing bracket off the end that no bracket in the text opens. One in a password
// opens nothing, as it is not sent.
func withoutLooseBracket(text string) string {
	last, size := utf8.DecodeLastRuneInString(text)
	pairs, asked := []rune(brackets), withoutUserinfo(text)
	for i := 0; i < len(pairs); i += 2 {
		if open, end := string(pairs[i]), string(pairs[i+1]); last == pairs[i+1] && strings.Count(asked, end) > strings.Count(asked, open) {
			return text[:len(text)-size]
		}
	}
	return text
}

// stripInside removes line breaks and invisible characters from the inside of a URL.
func stripInside(text string) (clean string, scraps []scrap) {
	var b strings.Builder
	from := 0
	for _, cut := range lineBreak().FindAllStringIndex(text, -1) {
		scraps = append(scraps, copyVisible(&b, text, from, cut[0])...)
		scraps = append(scraps, scrap{cut[0], text[cut[0]:cut[1]]})
		from = cut[1]
	}
	scraps = append(scraps, copyVisible(&b, text, from, len(text))...)
	return b.String(), scraps
}

// copyVisible copies a range of text but for the invisible characters in it, which it returns. Those that shape
// the letter before them stay: Persian words and emoji need them.
func copyVisible(b *strings.Builder, text string, from, to int) (scraps []scrap) {
	for i := from; i < to; {
		r, size := utf8.DecodeRuneInString(text[i:to])
		if unseen(r) && !(shapes(r) && afterForeign(b.String())) {
			scraps = append(scraps, scrap{i, text[i : i+size]})
		} else {
			b.WriteString(text[i : i+size])
		}
		i += size
	}
	return scraps
}

func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// shapes reports whether a character only changes how its neighbours are drawn.
func shapes(r rune) bool {
	return unicode.In(r, unicode.Join_Control, unicode.Variation_Selector)
}

// afterForeign reports whether a text ends in a character outside ASCII.
func afterForeign(text string) bool {
	return text != "" && text[len(text)-1] >= utf8.RuneSelf
}
