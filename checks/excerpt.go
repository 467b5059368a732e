package checks

import (
	"html"
	"strings"
)

var (
	pageTitle  = matching(`(?is)<title[^>]*>\s*([^<]+)`)
	pageMarkup = matching(`(?is)<(?:script|style|head)\b.*?</(?:script|style|head)\s*>|<!--.*?-->|<[^>]*>`)
)

// titleOf is the title of an HTML page in one line, or "".
func titleOf(page []byte) string {
	m := pageTitle().FindSubmatch(page)
	if m == nil {
		return ""
	}
	return inOneLine(html.UnescapeString(string(m[1])))
}

// textOfPage is what an HTML page says without its markup, in one line.
func textOfPage(page []byte) string {
	return inOneLine(html.UnescapeString(pageMarkup().ReplaceAllString(string(page), " ")))
}

func inOneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// maxShown is how many characters of a foreign text are shown.
const maxShown = 300

// firstRunes cuts foreign text to a length that can be shown.
func firstRunes(text string) string {
	n := 0
	for i := range text {
		if n == maxShown {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
