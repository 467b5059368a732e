package paste

import (
	"strings"
	"sync"

	"klyra-doctor/catalog"
)

// clueKind says which table a clue is of.
type clueKind uint8

const (
	foreignClue clueKind = iota
	gatewayClue
	networkClue
	clientClue
	headerClue
	codeClue
)

// clue is a fixed phrase of one of the tables, found by its longest word.
type clue struct {
	kind   clueKind
	index  int    // in its table
	phrase string // lower case
	before int    // bytes of the phrase before the word
}

// lexicon finds clues by word in one pass over a text.
type lexicon struct {
	clues   map[string][]clue
	lengths [128]uint64 // by the word's first byte: which lengths occur
}

var dictionary = sync.OnceValue(func() *lexicon {
	x := &lexicon{clues: map[string][]clue{}}
	for i, v := range vendors {
		x.add(foreignClue, i, v.phrases)
	}
	for i, t := range gateways {
		x.add(gatewayClue, i, t.phrases)
	}
	for i, t := range networks {
		x.add(networkClue, i, t.phrases)
	}
	for i, c := range clients {
		x.add(clientClue, i, c.phrases)
	}
	x.add(headerClue, 0, limitHeaders)
	for i, e := range catalog.All() {
		x.add(codeClue, i, []string{string(e.Code)})
		if kebab := strings.ReplaceAll(string(e.Code), "_", "-"); kebab != string(e.Code) {
			x.add(codeClue, i, []string{kebab})
		}
	}
	return x
})

func (x *lexicon) add(kind clueKind, index int, phrases []string) {
	for _, p := range phrases {
		start, end := longestWord(p)
		word := p[start:end]
		if word == "" || len(word) > 63 {
			panic("paste: no word in phrase " + p)
		}
		x.clues[word] = append(x.clues[word], clue{kind, index, p, start})
		x.lengths[word[0]] |= 1 << len(word)
	}
}

func longestWord(phrase string) (start, end int) {
	for i := 0; i < len(phrase); {
		j := i
		for j < len(phrase) && wordByte(phrase[j]) {
			j++
		}
		if j-i > end-start {
			start, end = i, j
		}
		i = j + 1
	}
	return start, end
}

// at returns the clues of the word text[start:end].
func (x *lexicon) at(text string, start, end int) []clue {
	first, n := text[start], end-start
	if letter(first) {
		first |= 0x20
	}
	if n > 63 || first >= 128 || x.lengths[first]>>n&1 == 0 {
		return nil
	}
	var lower [64]byte
	for i := range n {
		c := text[start+i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	return x.clues[string(lower[:n])]
}

// stands reports whether the phrase of a clue stands around its word at start, and where.
func (c clue) stands(text string, start int) (Span, bool) {
	from := start - c.before
	to := from + len(c.phrase)
	if from < 0 || to > len(text) || !strings.EqualFold(text[from:to], c.phrase) {
		return Span{}, false
	}
	return Span{from, to}, true
}

// words is what one pass over the words of a text finds.
type words struct {
	foreign, gateway, network, client map[int]Span // by index in the table, where it stood first
	codes                             []codeWord
	statuses                          []statusWord
	ids                               []Span
	limits                            []Span // names of rate-limit headers
}

// codeWord is a code's name outside of any error object.
type codeWord struct {
	Span
	code catalog.Code
}

// statusWord is a number that is an HTTP status by what stands around it.
type statusWord struct {
	Span
	status int
	head   bool // of a response's first line
}

const maxKept = 1 << 16 // of each kind, so that a hostile text costs bounded memory

// readWords makes the pass. Spans in apart, in order, are of requests: what stands there is no answer.
func readWords(text string, apart []Span) *words {
	w := &words{foreign: map[int]Span{}, gateway: map[int]Span{}, network: map[int]Span{}, client: map[int]Span{}}
	for i := 0; i < len(text); {
		if !wordByte(text[i]) {
			i++
			continue
		}
		start := i
		for i < len(text) && wordByte(text[i]) {
			i++
		}
		for len(apart) > 0 && apart[0].End <= start {
			apart = apart[1:]
		}
		if len(apart) > 0 && apart[0].Start <= start {
			continue
		}
		w.word(text, start, i)
	}
	return w
}

func (w *words) word(text string, start, end int) {
	switch n := end - start; {
	case n == 3 && digit(text[start]):
		if s, ok := statusAt(text, start); ok && len(w.statuses) < maxKept {
			w.statuses = append(w.statuses, s)
		}
	case n > 6 && n < 64 && text[start:start+4] == "req_" && len(w.ids) < maxKept:
		w.ids = append(w.ids, Span{start, end})
	}
	for _, c := range dictionary().at(text, start, end) {
		if at, ok := c.stands(text, start); ok {
			w.note(text, c, at)
		}
	}
}

func (w *words) note(text string, c clue, at Span) {
	first := func(found map[int]Span) {
		if _, ok := found[c.index]; !ok {
			found[c.index] = at
		}
	}
	switch c.kind {
	case foreignClue:
		first(w.foreign)
	case gatewayClue:
		first(w.gateway)
	case networkClue:
		first(w.network)
	case clientClue:
		first(w.client)
	case headerClue:
		if len(w.limits) < maxKept {
			w.limits = append(w.limits, at)
		}
	case codeClue:
		alone := (at.Start == 0 || text[at.Start-1] != '-' && !wordByte(text[at.Start-1])) &&
			(at.End == len(text) || text[at.End] != '-' && !wordByte(text[at.End]))
		if alone && len(w.codes) < maxKept {
			code, _ := known(text[at.Start:at.End])
			w.codes = append(w.codes, codeWord{at, code})
		}
	}
}

// reasons are the standard's words after a status.
var reasons = map[int]string{
	400: "bad request", 401: "unauthorized", 402: "payment required", 403: "forbidden", 404: "not found",
	405: "method not allowed", 408: "request timeout", 409: "conflict", 413: "payload too large",
	415: "unsupported media type", 422: "unprocessable", 429: "too many requests", 500: "internal server error",
	502: "bad gateway", 503: "service unavailable", 504: "gateway timeout",
}

// statusAt reads three digits as an HTTP status where the words around say so.
func statusAt(text string, i int) (s statusWord, ok bool) {
	status := leadingStatus(text[i:min(len(text), i+4)])
	if status < 200 {
		return s, false
	}
	s = statusWord{Span{i, i + 3}, status, false}
	end := i
	for end > 0 && i-end < 12 && strings.IndexByte(" \t:=\"'([{->\\,`#", text[end-1]) >= 0 {
		end--
	}
	start := end
	for start > 0 && end-start < 32 && (wordByte(text[start-1]) || text[start-1] == '/' || text[start-1] == '.' || text[start-1] == '!') {
		start--
	}
	word := strings.ToLower(text[start:end])
	if strings.HasPrefix(word, "http/") {
		s.head = true
		return s, true
	}
	if status < 400 {
		return s, false
	}
	after := strings.TrimLeft(text[i+3:min(len(text), i+40)], " ,:-(")
	if reason := reasons[status]; reason != "" && len(after) >= len(reason) && strings.EqualFold(after[:len(reason)], reason) {
		return s, true
	}
	if strings.HasPrefix(after, "{") || strings.HasPrefix(after, "%{") || strings.HasPrefix(after, "#{") {
		return s, true
	}
	return s, end < i && saysStatus(word)
}

// saysStatus reports whether a number after the word is a status.
func saysStatus(word string) bool {
	switch word {
	case "http", "answered", "returned", "response", "responded", "error!", "got", "answer", "rejected":
		return true
	}
	for _, ending := range []string{"status", "statuscode", "error", "exception", "code", "err", "httperror"} {
		if strings.HasSuffix(word, ending) {
			return word != "exit_code" && word != "exitcode"
		}
	}
	return false
}
