package checks

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"klyra-doctor/checks/text"
)

// asciiHost gives the URL's host its ASCII form and judges the letters that it is made of. It reports whether
// there is such a form.
func (p *urlProbe) asciiHost(u *url.URL) bool {
	given := u.Hostname()
	ascii, err := idna.Lookup.ToASCII(given)
	shown := given
	switch international := !isASCII(given); {
	case !international && !strings.Contains(strings.ToLower(given), "xn--"):
		return true
	case err != nil:
		p.add(unconvertible(given, err))
		return !international // it can be asked for as it stands
	case !international:
		shown, _ = idna.Display.ToUnicode(given)
	}
	setHostname(u, ascii)
	if label, scripts := mixedLabel(shown); label != "" {
		p.add(lookAlike(u, shown, fmt.Sprintf("the host mixes letters of %s in “%s”, which look-alikes of other names do", scripts, label)))
	} else if label, latin := latinTwin(shown); label != "" {
		p.add(lookAlike(u, shown, fmt.Sprintf("“%s” in the host looks like “%s”, but is written in other letters", label, latin)))
	} else if shown == given {
		p.add(Finding{
			ID: "url.idn", Status: Warn, Summary: fmt.Sprintf("the host has characters outside ASCII; it was asked for as %s", ascii),
			Evidence: append([]Evidence{{"host", firstRunes(given)}, {"asked for as", ascii}}, foreignLetters(given)...),
			Remedy:   fmt.Sprintf("Send %s instead. Whether the API's downloader converts such a host by itself is not documented, and not every client does.", shownURL(u)),
		})
	}
	return true
}

// lookAlike is the finding for a host that may be taken for another one.
func lookAlike(u *url.URL, shown, summary string) Finding {
	return Finding{
		ID: "url.idn", Status: Warn, Summary: summary,
		Evidence: append([]Evidence{{"host", firstRunes(shown)}, {"asked for as", u.Hostname()}}, foreignLetters(shown)...),
		Remedy:   fmt.Sprintf("If such letters were not meant, type the host anew on a keyboard. If they are right, send %s: not every client converts such a host by itself.", shownURL(u)),
	}
}

// unconvertible is the finding for a host that has no ASCII form.
func unconvertible(host string, cause error) Finding {
	summary := "the host has no ASCII form, so no name server can be asked for it"
	if isASCII(host) {
		summary = "the host has an xn-- label that stands for no valid name"
	}
	return Finding{
		ID: "url.idn", Status: Fail, Summary: summary,
		Evidence: append([]Evidence{{"host", firstRunes(host)}, {"cause", strings.TrimPrefix(cause.Error(), "idna: ")}}, foreignLetters(host)...),
		Remedy:   "Type the host anew. A host has letters, digits, hyphens and dots; its ASCII form begins with xn--.",
	}
}

// setHostname puts a name in place of the host's, and leaves the port.
func setHostname(u *url.URL, name string) {
	port := u.Port()
	u.Host = name
	if port != "" {
		u.Host += ":" + port
	}
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// foreignLetters lists the characters outside ASCII by their place in a host, from 1.
func foreignLetters(host string) []Evidence {
	var all []place
	number := 0
	for _, r := range host {
		number++
		if r > unicode.MaxASCII {
			all = append(all, place{number, scrap{text: string(r)}.String()})
		}
	}
	return placesEvidence(all)
}

// writtenTogether are scripts that one word may rightly mix, beside Latin (UTS #39, "highly restrictive").
var writtenTogether = [][]string{
	{"Han", "Hiragana", "Katakana", "Latin"},
	{"Bopomofo", "Han", "Latin"},
	{"Han", "Hangul", "Latin"},
}

// mixedLabel returns the first label of a host whose letters are of scripts that no word mixes, with the
// scripts' names.
func mixedLabel(host string) (label, scripts string) {
	for label := range strings.SplitSeq(host, ".") {
		var names []string
		for _, r := range label {
			if name := text.Script(r); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		if len(names) > 1 && !goTogether(names) {
			return label, strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
		}
	}
	return "", ""
}

func goTogether(scripts []string) bool {
	return slices.ContainsFunc(writtenTogether, func(group []string) bool {
		return !slices.ContainsFunc(scripts, func(s string) bool { return !slices.Contains(group, s) })
	})
}

// latinTwins are the Cyrillic and Greek letters that are drawn as Latin ones.
var latinTwins = map[rune]rune{
	'а': 'a', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'һ': 'h', 'і': 'i', 'ј': 'j', 'ӏ': 'l', 'о': 'o', 'р': 'p', 'ԛ': 'q', 'ѕ': 's', 'ԝ': 'w',
	'х': 'x', 'у': 'y', 'ι': 'i', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'υ': 'u', 'ϲ': 'c', 'ϳ': 'j',
}

// latinTwin returns the first label of a host that reads like a Latin word, and that word, though none of its
// letters is Latin.
func latinTwin(host string) (label, latin string) {
	for label := range strings.SplitSeq(host, ".") {
		twins := 0
		latin := strings.Map(func(r rune) rune {
			if twin, ok := latinTwins[unicode.ToLower(r)]; ok {
				twins++
				return twin
			}
			return r
		}, label)
		if twins > 1 && isASCII(latin) && twins+strings.Count(label, "-") == utf8.RuneCountInString(label) {
			return label, latin
		}
	}
	return "", ""
}
