package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sahilm/fuzzy"
)

// Hit is one entry that a query found.
type Hit struct {
	Entry Entry
	Score float64 // larger is better; comparable within one search only
	Why   string  // the field and the words that matched, for people: `name: "rate", "limit"`
	Marks []int   // rune positions in Entry.Code that matched, ascending; empty where the name did not
}

// maxQuery is how many runes of a query are looked at.
const maxQuery = 64

// field is a part of an entry that is searched.
type field int

const (
	inName field = iota
	inWords
	inStatus
	inDescription
	inResolution
	fields
)

// fieldNames are the fields as Hit.Why names them.
var fieldNames = [fields]string{"name", "words", "HTTP status", "description", "resolution"}

// worth is what a word of a query gains by what it is to a word of a field; nothing where such a likeness does
// not count. It is the order of hits: part of a name or its abbreviation, known words and statuses, slips,
// Klyra's texts.
var worth = [fields][likenesses]float64{
	inName: {
		same: 1, sameStem: .97, beginning: .9, kin: .86, most: .84, inside: .82, abbreviation: .8,
		slip: .5, twoSlips: .48, roughly: .46,
	},
	inWords:       {same: .7, sameStem: .68, beginning: .64, kin: .62, most: .6, slip: .44, twoSlips: .42},
	inStatus:      {same: .7, beginning: .64, headOfClass: .6},
	inDescription: {same: .3, sameStem: .28, beginning: .24, kin: .22},
	inResolution:  {same: .28, sameStem: .26, beginning: .22, kin: .2},
}

const (
	exactName    = 2.0  // the score where the query is the name
	openingName  = 1.5  // where it begins the name; words alone reach neither
	wholeBonus   = 0.31 // of the score, for a phrase as it is: "down" is known before it begins "download"
	likeBonus    = 0.12 // of the score, for a phrase not quite as it is
	orderBonus   = 0.12 // of the score, for words in a phrase's order
	fillerWeight = 0.05 // of what a word of its rarity would count for
	faintest     = 0.2  // of the best score or of 1: what hits below it would only be in the way
)

// Index answers queries over a list of entries. It is read-only once built and safe for concurrent use.
type Index struct {
	entries []Entry
	names   []name
	phrases []phrase
	terms   []*term
	byText  map[string]*term
	joined  map[string]*term // whole phrases of Words, written as one word
	stems   map[string]bool  // of the terms

	// What fuzzy looks into: each name followed by its initials, and the words of names.
	shapes    []string
	nameTerms []*term
	nameTexts []string
}

// name is an entry's code, taken apart.
type name struct {
	whole    *term  // the code as one term
	squeezed string // its words without separators
	initials []int  // where its words begin, as rune positions
}

// phrase is a run of words as it stands in one field: a name, one of an entry's Words, a text.
type phrase struct {
	entry int
	field field
	full  uint64 // a bit for each word that is no filler
}

// term is a word, or neighbours written as one, with all places where it stands.
type term struct {
	word
	uses []use
}

type use struct {
	field         field
	entry, phrase int
	places        uint64 // the phrase's bits that it covers
	start, end    int    // rune positions in the phrase's text
}

// NewIndex prepares entries for searching.
func NewIndex(entries []Entry) *Index {
	x := &Index{
		entries: slices.Clone(entries),
		byText:  map[string]*term{},
		joined:  map[string]*term{},
		stems:   map[string]bool{},
	}
	for i, e := range entries {
		x.addName(i, string(e.Code))
		for _, w := range e.Words {
			x.addPhrase(i, inWords, w)
		}
		for _, s := range e.Statuses {
			x.addPhrase(i, inStatus, strconv.Itoa(s.Code))
		}
		x.addPhrase(i, inDescription, e.Description)
		x.addPhrase(i, inResolution, e.Resolution)
	}
	for _, t := range x.terms {
		if t.seam == 0 && slices.ContainsFunc(t.uses, func(u use) bool { return u.field == inName }) {
			x.nameTerms = append(x.nameTerms, t)
			x.nameTexts = append(x.nameTexts, t.text)
		}
	}
	return x
}

func (x *Index) addName(entry int, code string) {
	n := name{whole: &term{word: word{text: code}, uses: []use{{field: inName, entry: entry, phrase: len(x.phrases)}}}}
	var initials strings.Builder
	for _, w := range x.addPhrase(entry, inName, code) {
		n.squeezed += w.text
		n.initials = append(n.initials, w.start)
		first, _ := utf8.DecodeRuneInString(w.text)
		initials.WriteRune(first)
	}
	x.names = append(x.names, n)
	x.shapes = append(x.shapes, code, initials.String())
}

// addPhrase makes a text's words findable and returns them. In names any two neighbours are found as one word
// too ("ratelimit"), a phrase of Words only whole, and fillers of Klyra's texts not at all.
func (x *Index) addPhrase(entry int, f field, text string) []word {
	p := phrase{entry: entry, field: f}
	words := split(text)
	places := make([]uint64, len(words))
	for i, w := range words {
		if !w.filler {
			places[i] = 1 << bits.OnesCount64(p.full)
			p.full |= places[i]
		} else if f > inStatus {
			continue
		}
		x.addUse(w, use{f, entry, len(x.phrases), places[i], w.start, w.end})
		if i > 0 && f == inName {
			x.addUse(pair(words[i-1], w),
				use{f, entry, len(x.phrases), places[i-1] | places[i], words[i-1].start, w.end})
		}
	}
	if f == inWords && len(words) > 1 {
		x.addJoined(join(words, ""), use{f, entry, len(x.phrases), p.full, 0, 0})
	}
	x.phrases = append(x.phrases, p)
	return words
}

func (x *Index) addJoined(text string, u use) {
	if x.joined[text] == nil {
		x.joined[text] = &term{word: word{text: text}}
	}
	x.joined[text].uses = append(x.joined[text].uses, u)
}

func (x *Index) addUse(w word, u use) {
	t := x.byText[w.text]
	if t == nil {
		t = &term{word: w}
		x.byText[w.text] = t
		x.terms = append(x.terms, t)
		x.stems[t.stem] = true
	}
	t.filler = t.filler && u.field != inName
	t.uses = append(t.uses, u)
}

// Search returns the entries that match query, best first; none for a blank query or for words that mean
// nothing here. Queries are cut at 64 runes.
func (x *Index) Search(query string) []Hit {
	s := x.search(query, fields)
	ranking := s.ranking()
	hits := make([]Hit, len(ranking))
	for i, r := range ranking {
		hits[i] = Hit{Entry: x.entries[r.entry], Score: r.score, Why: s.why(r.entry), Marks: s.marks(r.entry)}
	}
	return hits
}

// nearEnough is the score from which a name is worth suggesting.
const nearEnough = 0.45

// Suggest returns up to n codes whose names are nearest to a name that is none, nearest first; none where
// nothing is near.
func (x *Index) Suggest(name string, n int) []Code {
	var codes []Code
	for _, r := range x.search(name, inWords).ranking() {
		if len(codes) < n && r.score >= nearEnough {
			codes = append(codes, x.entries[r.entry].Code)
		}
	}
	return codes
}

// search is one query at work.
type search struct {
	*Index
	before  field // only fields before this one are searched
	query   []word
	content int        // how many words of the query are no fillers
	whole   []likeness // of the query as one word to each entry's name
	found   [][]match  // by word of the query, then by entry
	traces  []trace    // by phrase
	weights []float64  // by word of the query: rare words weigh more
	known   float64    // how many of those mean something here; a doubtful one counts by half
}

// match is the best that was found for a word of the query in an entry; its zero value is none.
type match struct {
	worth float64
	how   likeness
	term  *term
	use   *use
	marks []int // of an abbreviation
}

// trace is what a query touched of one phrase.
type trace struct {
	touched      uint64 // the places of all words that matched
	covered      uint64 // and of those that stand in the query as they are
	nth          int    // the content word of the query that touched it last, from 1
	before, here uint64 // the places that its predecessor and it touched
	pairs        int    // words that follow each other in the query and in the phrase
	paired       bool   // whether the nth is counted among them
}

func (x *Index) search(query string, before field) *search {
	s := &search{Index: x, before: before, query: readQuery(query)}
	s.found = make([][]match, len(s.query))
	s.weights = make([]float64, len(s.query))
	s.traces = make([]trace, len(x.phrases))
	s.whole = make([]likeness, len(x.entries))
	for i, q := range s.query {
		if !q.filler {
			s.content++
		}
		s.found[i] = make([]match, len(x.entries))
		s.look(i)
	}
	for i := range s.query {
		s.weigh(i)
	}
	s.lookWhole()
	return s
}

// readQuery splits a query. Where it is nothing but fillers, they are all there is to look for.
func readQuery(query string) []word {
	if runes := []rune(query); len(runes) > maxQuery {
		query = string(runes[:maxQuery])
	}
	words := split(query)
	if !slices.ContainsFunc(words, func(w word) bool { return !w.filler }) {
		for i := range words {
			words[i].filler = false
		}
	}
	return words
}

// look finds a word of the query, alone and joined with the one before it: "time out" is a timeout.
func (s *search) look(i int) {
	q := s.query[i]
	// A word that the index knows is not another one misspelt, and a status that it knows speaks for itself.
	weakest := headOfClass
	if s.stems[q.stem] {
		weakest = inside
	}
	for _, t := range s.terms {
		if how := liken(q, t.word); how >= weakest {
			s.record(i, how, t, nil)
		}
	}
	if weakest == headOfClass && !q.filler {
		s.lookShort(i)
	}
	if t := s.joined[q.text]; t != nil {
		s.record(i, same, t, nil)
	}
	if i == 0 {
		return
	}
	if t := s.byText[s.query[i-1].text+q.text]; t != nil {
		s.record(i-1, same, t, nil)
		s.record(i, same, t, nil)
	}
}

// record notes what word i of the query is to a term, wherever the term stands.
func (s *search) record(i int, how likeness, t *term, marks []int) {
	for j := range t.uses {
		u := &t.uses[j]
		v := worth[u.field][how]
		if v == 0 || u.field >= s.before {
			continue
		}
		if m := &s.found[i][u.entry]; v > m.worth {
			*m = match{v, how, t, u, marks}
		}
		if !s.query[i].filler {
			s.traces[u.phrase].touch(s.content, u.places, how >= sameStem)
		}
	}
}

// touch notes that the nth content word of the query stands at places, as it is or nearly so.
func (t *trace) touch(nth int, places uint64, asItIs bool) {
	if t.nth != nth {
		t.before = 0
		if t.nth == nth-1 {
			t.before = t.here
		}
		t.nth, t.here, t.paired = nth, 0, false
	}
	t.here |= places
	t.touched |= places
	if asItIs {
		t.covered |= places
	}
	if !t.paired && t.before<<1&places != 0 {
		t.paired = true
		t.pairs++
	}
}

// lookShort finds the names that word i of the query may be short for: by fuzzy's subsequences, of which
// most mean nothing, so that they must also look like what people write.
func (s *search) lookShort(i int) {
	q := s.query[i].text
	for _, m := range fuzzy.FindNoSort(q, s.shapes) {
		n := s.names[m.Index/2]
		marks := runeIndexes(m)
		if m.Index%2 == 1 {
			marks = n.spelledOut(marks)
		} else if !n.clipped(marks) {
			continue
		}
		if marks != nil {
			s.record(i, abbreviation, n.whole, marks)
		}
	}
	for _, m := range fuzzy.FindNoSort(q, s.nameTexts) {
		if skeleton(q, m.Str) {
			s.record(i, abbreviation, s.nameTerms[m.Index], nil)
		}
	}
}

// runeIndexes returns where a match's letters stand; fuzzy counts bytes.
func runeIndexes(m fuzzy.Match) []int {
	runes := make([]int, len(m.MatchedIndexes))
	for i, b := range m.MatchedIndexes {
		runes[i] = utf8.RuneCountInString(m.Str[:b])
	}
	return runes
}

// spelledOut turns places among a name's initials into places in the name: neighbours only, and of two only
// where the name has no more. Otherwise it returns nil.
func (n name) spelledOut(initials []int) []int {
	first, last := initials[0], initials[len(initials)-1]
	if last-first+1 != len(initials) || len(initials) < min(3, max(2, len(n.initials))) {
		return nil
	}
	return n.initials[first : last+1]
}

// clipped reports whether marks are the beginnings of words of the name, two letters or more of each: "ratlim".
func (n name) clipped(marks []int) bool {
	if len(marks) < 5 {
		return false
	}
	run := 2
	for i, m := range marks {
		if i > 0 && m == marks[i-1]+1 {
			run++
			continue
		}
		if run < 2 || !slices.Contains(n.initials, m) {
			return false
		}
		run = 1
	}
	return run > 1
}

// skeleton reports whether q, letters of w in their order, is w without vowels: "svc" of "service".
func skeleton(q, w string) bool {
	return len(q) > 2 && 3*len(q) >= len(w) && q[0] == w[0] && !strings.ContainsAny(q, "aeiou")
}

// lookWhole compares the query, written as one word, with the names.
func (s *search) lookWhole() {
	q := join(s.query, "")
	for e, n := range s.names {
		switch {
		case q == "" || n.squeezed == "":
		case q == n.squeezed:
			s.whole[e] = same
		case strings.HasPrefix(n.squeezed, q):
			s.whole[e] = beginning
		default:
			if how := misspelt(q, n.squeezed); how > roughly {
				s.whole[e] = how
			}
		}
	}
}

// weigh sets what word i of the query counts for, by how few entries it matched, and whether it means
// anything here. A short word that is only nearly one of the catalog's may as well be another.
func (s *search) weigh(i int) {
	matched, best := 0, unlike
	for _, m := range s.found[i] {
		if m.worth > 0 {
			matched++
			best = max(best, m.how)
		}
	}
	q, n := s.query[i], float64(len(s.entries))
	if matched == 0 {
		s.weights[i] = math.Log1p(math.Sqrt(n))
	} else {
		s.weights[i] = math.Log1p(n / float64(matched))
	}
	misspelt := best >= roughly && best <= slip
	switch {
	case q.filler:
		s.weights[i] *= fillerWeight
	case misspelt && len(q.text) < 6:
		s.known += 0.5
	case matched > 0:
		s.known++
	}
}

type rank struct {
	entry int
	score float64
}

// ranking returns the entries that matched, best first, equals in the index's order.
func (s *search) ranking() []rank {
	bonuses := s.phraseBonuses()
	meant := 2*s.known >= float64(s.content)
	var ranking []rank
	best := 0.0
	for e := range s.entries {
		score := s.wordScore(e, bonuses[e])
		if !meant {
			score = 0
		}
		score = s.nameScore(e, score)
		// Rounding keeps sums of the same parts in another order equal.
		score = math.Round(score*1e4) / 1e4
		if score > 0 {
			ranking = append(ranking, rank{e, score})
			best = max(best, score)
		}
	}
	ranking = slices.DeleteFunc(ranking, func(r rank) bool { return r.score < faintest*min(1, best) })
	slices.SortStableFunc(ranking, func(a, b rank) int { return cmp.Compare(b.score, a.score) })
	return ranking
}

// wordScore is what an entry gains by the words of the query: the mean worth of them all, less where some are
// not in it, more where they are a phrase of it. Fillers alone gain nothing.
func (s *search) wordScore(e int, bonus float64) float64 {
	var sum, matched, total float64
	hit := false
	for i, found := range s.found {
		total += s.weights[i]
		if found[e].worth > 0 {
			matched += s.weights[i]
			sum += s.weights[i] * found[e].worth
			hit = hit || !s.query[i].filler
		}
	}
	if !hit {
		return 0
	}
	return sum / total * (1 + matched/total) / 2 * (1 + bonus)
}

// nameScore raises an entry's score to what the query is worth as a whole name. Where that is less than what
// its words gained, the likeness is forgotten, so that the reason given is the one that counted.
func (s *search) nameScore(e int, score float64) float64 {
	switch s.whole[e] {
	case same:
		return exactName
	case beginning:
		return openingName
	}
	if misspelt := worth[inName][s.whole[e]]; misspelt > score {
		return misspelt
	}
	s.whole[e] = unlike
	return score
}

// phraseBonuses tells for each entry what the phrase of it that the query is nearest to adds to its score.
func (s *search) phraseBonuses() []float64 {
	bonuses := make([]float64, len(s.entries))
	for i, t := range s.traces {
		if t.nth == 0 {
			continue
		}
		p := s.phrases[i]
		bonus := orderBonus * float64(t.pairs) / float64(max(1, s.content-1))
		share := min(1, float64(bits.OnesCount64(p.full))/float64(s.content))
		switch p.full {
		case t.covered:
			bonus += wholeBonus * share
		case t.touched:
			bonus += likeBonus * share
		}
		bonuses[p.entry] = max(bonuses[p.entry], bonus)
	}
	return bonuses
}

// marks returns the rune positions of an entry's code that matched.
func (s *search) marks(e int) []int {
	var letters []int
	for i, r := range []rune(string(s.entries[e].Code)) {
		if wordy(r) {
			letters = append(letters, i)
		}
	}
	switch s.whole[e] {
	case same, slip, twoSlips:
		return letters
	case beginning:
		return letters[:utf8.RuneCountInString(join(s.query, ""))]
	}
	marked := map[int]bool{}
	for i, found := range s.found {
		for _, at := range found[e].marksOf(s.query[i], letters) {
			marked[at] = true
		}
	}
	return slices.Sorted(maps.Keys(marked))
}

// marksOf returns which of a code's letters a match of q covers.
func (m match) marksOf(q word, letters []int) []int {
	if m.worth == 0 || m.use.field != inName || m.marks != nil {
		return m.marks
	}
	first, _ := slices.BinarySearch(letters, m.use.start)
	end, _ := slices.BinarySearch(letters, m.use.end)
	length := end - first
	switch m.how {
	case beginning, roughly:
		length = utf8.RuneCountInString(q.text)
	case kin, sameStem:
		length = utf8.RuneCountInString(q.text[:commonPrefix(q.text, m.term.text)])
	case most, inside:
		before, _, _ := strings.Cut(m.term.text, q.text)
		first += utf8.RuneCountInString(before)
		length = utf8.RuneCountInString(q.text)
	}
	return letters[first:min(first+length, end)]
}

// why says what matched in an entry: each field with its words, in the order of the query.
func (s *search) why(e int) string {
	code := string(s.entries[e].Code)
	switch whole := s.whole[e]; {
	case whole == same:
		return fmt.Sprintf("name: %q, exactly", code)
	case whole == beginning && !s.allInName(e):
		return fmt.Sprintf("name: begins with %q", join(s.query, " "))
	case whole == slip || whole == twoSlips:
		return fmt.Sprintf("name: %q for %q", code, join(s.query, " "))
	}
	reasons := s.reasons(e)
	var parts []string
	for f, words := range reasons {
		if len(words) > 0 {
			parts = append(parts, fieldNames[f]+": "+strings.Join(words, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// allInName reports whether every word of the query matched a word of the entry's name.
func (s *search) allInName(e int) bool {
	return !slices.ContainsFunc(s.found, func(found []match) bool {
		return found[e].worth == 0 || found[e].use.field != inName
	})
}

// reasons returns what matched in each field. Fillers are no reason, but where they are part of the name.
func (s *search) reasons(e int) [fields][]string {
	var reasons [fields][]string
	for i, found := range s.found {
		q, m := s.query[i], found[e]
		if m.worth == 0 || q.filler && m.use.field != inName {
			continue
		}
		f := m.use.field
		if reason := m.reason(q); !slices.Contains(reasons[f], reason) {
			reasons[f] = append(reasons[f], reason)
		}
	}
	return reasons
}

// reason quotes what a word of the query matched, and the word itself where the two are not plainly alike.
func (m match) reason(q word) string {
	switch {
	case m.how == headOfClass:
		return fmt.Sprintf("%q, of the class of %q", m.term.text, q.text)
	case m.how <= abbreviation:
		return fmt.Sprintf("%q for %q", m.term.text, q.text)
	}
	return strconv.Quote(m.term.text)
}

// join writes words as one text.
func join(words []word, separator string) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	return strings.Join(texts, separator)
}
