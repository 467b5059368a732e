package catalog

import (
	"slices"
	"strings"
	"unicode"
)

// word is one word of a name, a phrase, a text or a query.
type word struct {
	text       string // lower case, letters and digits only
	stem       string // text without the ending that plurals and tenses change
	filler     bool   // says nothing about an error: "my", "error"
	seam       int    // of two words written as one: the length of the first; else 0
	start, end int    // rune positions in what it was split from
}

// fillers are the words that any trouble is described with. They count for little in a query and for
// nothing in Klyra's texts.
var fillers = wordSet(`
	a am an and any api are as at be because been but by can cannot cant code codes could couldnt did didnt do
	does doesnt doing done dont err error errors for from get gets getting give gives giving go goes got had
	happen happens has hasnt have having help hi how http https i if im in is isnt it its ive just keep keeps
	klyra me my not of on or our please response responses return returned returns said say saying says see
	seeing should so some status still that the their them then there these they this those to too us was wasnt
	we were what when where which while who why will with would you your`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// split cuts a text into its words. Everything but letters and digits separates, and so do the humps of
// camelCase. A number ends where letters begin, and begins a word of its own where it has the length of a
// status: "4mb", "http413", but "mp4". An apostrophe inside a word is dropped.
func split(text string) []word {
	var words []word
	runes := []rune(text)
	for start := 0; start < len(runes); {
		if !wordy(runes[start]) {
			start++
			continue
		}
		end := start + 1
		for end < len(runes) && goesOn(runes, end) {
			end++
		}
		words = append(words, newWord(runes[start:end], start, end))
		start = end
	}
	return words
}

func newWord(runes []rune, start, end int) word {
	text := strings.Map(func(r rune) rune {
		if apostrophe(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, string(runes))
	return word{text: text, stem: stem(text), filler: fillers[text], start: start, end: end}
}

// goesOn reports whether the word that runes[i-1] belongs to goes on at i.
func goesOn(runes []rune, i int) bool {
	r, before := runes[i], runes[i-1]
	if apostrophe(r) {
		return i+1 < len(runes) && unicode.IsLetter(before) && unicode.IsLetter(runes[i+1])
	}
	if unicode.IsDigit(r) && !unicode.IsDigit(before) {
		return i+2 >= len(runes) || !unicode.IsDigit(runes[i+1]) || !unicode.IsDigit(runes[i+2])
	}
	if !wordy(r) || unicode.IsDigit(before) && !unicode.IsDigit(r) {
		return false
	}
	if !unicode.IsUpper(r) {
		return true
	}
	// "APIKey" is two words, "URLs" is one.
	newHump := unicode.IsUpper(before) && lowerAt(runes, i+1) && lowerAt(runes, i+2)
	return !unicode.IsLower(before) && !newHump
}

// pair is two words written as one, as in "ratelimit".
func pair(a, b word) word {
	text := a.text + b.text
	return word{text: text, stem: stem(text), seam: len(a.text), start: a.start, end: b.end}
}

func wordy(r rune) bool      { return unicode.IsLetter(r) || unicode.IsDigit(r) }
func apostrophe(r rune) bool { return r == '\'' || r == '’' }

func lowerAt(runes []rune, i int) bool { return i < len(runes) && unicode.IsLower(runes[i]) }

// stem cuts the endings of plurals and tenses, so that "limits", "limited" and "limiting" are one word. It
// is for comparing only: what remains need not be a word.
func stem(text string) string {
	s := text
	switch {
	case strings.HasSuffix(s, "ies") && len(s) > 4:
		s = s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "s") && len(s) > 3 && !strings.ContainsRune("sui", rune(s[len(s)-2])):
		s = s[:len(s)-1]
	case strings.HasSuffix(s, "ing") && stemlike(s[:len(s)-3]):
		s = single(s[:len(s)-3])
	case strings.HasSuffix(s, "ed") && !strings.HasSuffix(s, "eed") && stemlike(s[:len(s)-2]):
		s = single(s[:len(s)-2])
	}
	if strings.HasSuffix(s, "e") && len(s) > 3 {
		s = s[:len(s)-1]
	}
	return s
}

func stemlike(s string) bool { return len(s) > 2 && strings.ContainsAny(s, "aeiouy") }

// single undoes the doubling of "dropped" and "permitted", and leaves "calling" and "missed" alone.
func single(s string) string {
	last := len(s) - 1
	if s[last] == s[last-1] && !strings.ContainsRune("aeiouylsz", rune(s[last])) {
		return s[:last]
	}
	return s
}

// likeness says what a query's word is to a word of the catalog, the weakest first.
type likeness int

const (
	unlike       likeness = iota
	headOfClass           // the status that stands for its class: 500 for 502 (RFC 9110, section 15)
	roughly               // five letters with one wrong, or the beginning of the word with a slip
	twoSlips              // the word with two slips
	slip                  // the word with one slip
	abbreviation          // some of its letters: "svc"
	inside                // part of it, not at its beginning: "load" of "download"
	most                  // nearly all of it, but not its beginning: "supported" of "unsupported"
	kin                   // another form of it: "concurrency" of "concurrent"
	beginning             // its first letters
	sameStem              // another tense or number of it, or its adverb
	same
	likenesses
)

// liken compares a word of a query with one of the catalog. Words of digits are never misspelt, fillers only
// ever themselves.
func liken(q, w word) likeness {
	switch {
	case q.text == w.text:
		return same
	case q.filler || w.filler || len(q.text) <= w.seam:
		return unlike
	case isDigits(q.text) || isDigits(w.text):
		return likenDigits(q.text, w.text)
	case q.stem == w.stem, q.text == w.text+"ly":
		return sameStem
	case len(q.text) > 1 && strings.HasPrefix(w.text, q.text):
		return beginning
	case w.seam > 0:
		return misspelt(q.text, w.text)
	case longerForm(q, w):
		return kin
	case len(q.text) > 3 && 9*len(q.text) > 4*len(w.text) && strings.Contains(w.text, q.text):
		if 4*len(q.text) >= 3*len(w.text) {
			return most
		}
		return inside
	}
	how := max(misspelt(q.text, w.text), misspelt(q.stem, w.stem))
	if how < slip && sharedStart(q.text, w.text) {
		return kin
	}
	return how
}

// longerForm reports whether q goes on where w ends: "failure" and "fail", "larger" and "large".
func longerForm(q, w word) bool {
	n := commonPrefix(q.text, w.text)
	return n > 3 && n >= len(w.stem) && len(q.text) < n+4
}

// sharedStart reports whether most of two words is the same beginning: "concurrency" and "concurrent".
func sharedStart(q, w string) bool {
	n := commonPrefix(q, w)
	return n > 5 && 5*n >= 3*max(len(q), len(w))
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// likenDigits knows no slips. A status that stands for its class is like all that are not known themselves.
func likenDigits(q, w string) likeness {
	switch {
	case !isDigits(q) || !isDigits(w) || q[0] != w[0]:
		return unlike
	case len(q) == 2 && len(w) == 3 && q[1] == w[1]:
		return beginning
	case len(q) == 3 && len(w) == 3 && w[1:] == "00":
		return headOfClass
	}
	return unlike
}

// What slips of the fingers cost: a swapped, missing or doubled letter is likelier than a wrong one.
const (
	slipCost  = 2
	wrongCost = 3
)

// allowance is the cost up to which a word of n letters may be misspelt: nothing below four letters, one slip
// from four, two from seven.
func allowance(n int) int {
	switch {
	case n < 4:
		return 0
	case n < 6:
		return slipCost
	case n < 7:
		return wrongCost
	case n < 9:
		return 2 * slipCost
	}
	return slipCost + wrongCost
}

// misspelt tells whether q is w with few enough slips. The first letter is mostly right, so that one
// that is neither kept nor swapped or left out ends the comparison at once.
func misspelt(q, w string) likeness {
	allowed := allowance(len(q))
	tooShort := len(w) < 4 || slipCost*(len(q)-len(w)) > allowed
	if allowed == 0 || tooShort || len(w) > maxQuery || len(q) > maxQuery {
		return unlike
	}
	swapped, missing := q[0] == w[1] && q[1] == w[0], q[0] == w[1] && len(q) > 5
	if q[0] != w[0] && !swapped && !missing {
		return unlike
	}
	all, head := slipCosts(q, w)
	switch {
	case all <= min(allowed, wrongCost):
		return slip
	case all <= allowed:
		return twoSlips
	case len(q) == 5 && all <= wrongCost, len(q) > 5 && head <= slipCost:
		return roughly
	}
	return unlike
}

// slipCosts returns what it costs to turn q into w and into the cheapest beginning of w. It is the
// optimal string alignment distance with the costs above, over bytes: names are ASCII.
func slipCosts(q, w string) (all, head int) {
	var rows [3][maxQuery + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(w) + 1 {
		last[j] = j * slipCost
	}
	for i := 1; i <= len(q); i++ {
		row[0] = i * slipCost
		for j := 1; j <= len(w); j++ {
			cost := last[j-1]
			if q[i-1] != w[j-1] {
				cost += wrongCost
			}
			cost = min(cost, last[j]+slipCost, row[j-1]+slipCost)
			if i > 1 && j > 1 && q[i-1] == w[j-2] && q[i-2] == w[j-1] {
				cost = min(cost, before[j-2]+slipCost)
			}
			row[j] = cost
		}
		before, last, row = last, row, before
	}
	return last[len(w)], slices.Min(last[:len(w)+1])
}
