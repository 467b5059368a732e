package paste

import (
	"sort"
	"strings"
)

// The loose reader finds errors that no bracket holds together: "error_code=invalid_url", YAML, tables,
// "[content_too_large] The content is …".

// looseSightings judges the code names that stand outside of error objects; those that prove nothing come
// back as mentions.
func (s *envelopes) looseSightings(w *words) (mentions []codeWord) {
	done := 0 // where the last sighting's surroundings end
	for _, c := range w.codes {
		if c.Start < done || s.inFound(c.Start) {
			continue
		}
		from, to := s.lineOf(c.Start)
		if s.ahead -= 2 * (to - from); s.ahead < 0 {
			mentions = append(mentions, c)
			continue
		}
		e, ok := s.pair(c, w)
		if !ok {
			e, ok = s.positional(c, w)
		}
		if !ok {
			mentions = append(mentions, c)
			continue
		}
		done = e.end
		s.found = append(s.found, e)
	}
	s.unknownPairs(w)
	return mentions
}

// unknownPairs finds errors that no bracket holds together and whose code is none of the 21: what gives them
// away is a request id on the same line.
func (s *envelopes) unknownPairs(w *words) {
	loose := s.found[s.strict:]
	done := 0
	for _, id := range w.ids {
		if id.Start < done || s.inFound(id.Start) || s.ahead < 0 {
			continue
		}
		from, to := s.lineOf(id.Start)
		s.ahead -= 2 * (to - from)
		done = to
		for len(loose) > 0 && loose[0].end <= from {
			loose = loose[1:]
		}
		if len(loose) > 0 && loose[0].start < to {
			continue
		}
		if e, ok := s.unknownPair(from, to); ok {
			s.found = append(s.found, e)
		}
	}
}

func (s *envelopes) unknownPair(from, to int) (e sighting, ok bool) {
	f := fieldsOf(&value{members: readLoose(s.text, from, to, &s.ahead)})
	code := s.scalar(f.code)
	_, same := known(code)
	if same || code == "" || foreignCode(code) || decoy(code) || f.requestID == nil || f.message == nil && f.kind == nil {
		return e, false
	}
	e = s.sighting(&value{start: f.code.start, end: to}, f, context{})
	e.code, e.certainty, e.why = code, Likely, "the parts of an error of this API stand together, but the code is not one of the 21 documented ones"
	return e, true
}

// inFound reports whether a byte belongs to a group that held an error: what repeats the code beside the
// error object is the same error.
func (s *envelopes) inFound(i int) bool {
	n := sort.Search(len(s.groups), func(n int) bool { return s.groups[n].End > i })
	return n < len(s.groups) && s.groups[n].Start <= i
}

// pair reads a code that is the value of a key "code".
func (s *envelopes) pair(c codeWord, w *words) (sighting, bool) {
	key, start := keyBefore(s.text, c.Start)
	isCode := strings.HasSuffix(key, "code") && !otherCodes[key]
	isError := errorKeys[key] || key == "reason" || key == "errortype"
	if !isCode && !(isError && c.code != "timeout") {
		return sighting{}, false
	}
	from, to := s.lineOf(c.Start)
	f := fieldsOf(&value{members: readLoose(s.text, from, to, &s.ahead)})
	if f.siblings() == 0 {
		from, to = s.paragraphOf(c.Start)
		s.ahead -= to - from
		f = fieldsOf(&value{members: readLoose(s.text, from, to, &s.ahead)})
	}
	f.code = &member{key: "code", start: start, value: value{form: bare, start: c.Start, end: c.End, inner: c.Span}}
	var ctx context
	s.inherit(&ctx, f)
	e := s.sighting(&value{start: min(from, start), end: max(to, c.End)}, f, ctx)
	e.code, e.known, e.start = string(c.code), true, start
	e.why = "the code is the value of a key named " + s.text[start:start+min(len(key)+2, c.Start-start)]
	switch n := f.siblings(); {
	case n >= 2 && isCode:
		e.certainty, e.why = Certain, "the code stands as a key's value beside the other parts of an error"
	case n == 1, f.status != nil, statusWithin(w, from, to), errorWord(s.text[min(from, start):start]):
		e.certainty, e.why = Likely, "the code stands as a key's value, with little else of an error around it"
	default:
		return sighting{}, false
	}
	if vendor := foreignEnvelope(e); vendor != "" {
		e.kind, e.vendor, e.certainty = Foreign, vendor, Likely
	}
	return e, true
}

// otherCodes are keys that end in "code" and hold no error's.
var otherCodes = map[string]bool{
	"statuscode": true, "httpstatuscode": true, "httpcode": true, "exitcode": true, "countrycode": true, "languagecode": true,
	"zipcode": true, "postcode": true, "sourcecode": true, "encode": true, "decode": true, "qrcode": true, "opcode": true, "unicode": true,
}

// keyBefore reads the key that the value at i belongs to, squeezed, and where it starts; "" where none stands.
func keyBefore(text string, i int) (key string, start int) {
	i = back(text, i, "\"'`\\", 8)
	i = beforeType(text, i)
	if i >= 2 && text[i-1] == ':' && (text[i-2] == ' ' || text[i-2] == '>') { // a symbol
		i--
	}
	end := back(text, i, " \t\n\r", 40)
	switch head := text[:end]; {
	case strings.HasSuffix(head, "code>"): // an XML element
		return "code", end - len("code>")
	case strings.HasSuffix(head, "=>"), strings.HasSuffix(head, "->"):
		end -= 2
	case strings.HasSuffix(head, "=="), strings.HasSuffix(head, "!="), strings.HasSuffix(head, "::"):
		return "", i
	case strings.HasSuffix(head, ":"), strings.HasSuffix(head, "="), strings.HasSuffix(head, "|"):
		end--
	default:
		return "", i
	}
	end = back(text, end, " \t\"'`]\\", 40)
	start = end
	for start > 0 && end-start < 32 && (wordByte(text[start-1]) || text[start-1] == '-') {
		start--
	}
	return squeeze(text[start:end]), start
}

// back skips bytes of set before i.
func back(text string, i int, set string, most int) int {
	for n := 0; n < most && i > 0 && strings.IndexByte(set, text[i-1]) >= 0; n++ {
		i--
	}
	return i
}

// beforeType skips `Some(` and `string(20) ` before the opening quote at i.
func beforeType(text string, i int) int {
	head := text[max(0, i-12):i]
	for _, opening := range []string{"Some(", "Optional(", "String(", "string("} {
		at := strings.LastIndex(head, opening)
		if at >= 0 && (at+len(opening) == len(head) || strings.HasSuffix(head, ") ")) {
			return i - len(head) + at
		}
	}
	return i
}

// lineOf returns the line around i, at most 2 KiB to each side.
func (s *envelopes) lineOf(i int) (from, to int) {
	from, to = max(0, i-maxBare), min(len(s.text), i+maxBare)
	if at := strings.LastIndexByte(s.text[from:i], '\n'); at >= 0 {
		from += at + 1
	}
	if at := strings.IndexByte(s.text[i:to], '\n'); at >= 0 {
		to = i + at
	}
	return from, to
}

// paragraphOf returns up to eight lines before and after i, ending at blank lines.
func (s *envelopes) paragraphOf(i int) (from, to int) {
	from, to = s.lineOf(i)
	for n := 0; n < 8 && from > 0; n++ {
		before, _ := s.lineOf(from - 1)
		if strings.TrimSpace(s.text[before:from]) == "" {
			break
		}
		from = before
	}
	for n := 0; n < 8 && to < len(s.text); n++ {
		_, after := s.lineOf(min(to+1, len(s.text)))
		if strings.TrimSpace(s.text[to:after]) == "" {
			break
		}
		to = after
	}
	return from, to
}

// positional reads "[code] message" and "code: message", which count only beside other evidence of an error.
func (s *envelopes) positional(c codeWord, w *words) (sighting, bool) {
	from, to := s.lineOf(c.Start)
	before, after := s.text[from:c.Start], s.text[c.End:to]
	open, rest := "", ""
	switch {
	case strings.HasSuffix(before, "[") && strings.HasPrefix(after, "]"), strings.HasSuffix(before, "(") && strings.HasPrefix(after, ")"):
		open, rest = before[len(before)-1:], after[1:]
	case (strings.HasPrefix(after, ": ") || strings.HasPrefix(after, " - ")) && introduces(before):
		rest = after[2:]
	case strings.HasSuffix(before, "{{"):
		open, rest = "{{", after
	default:
		return sighting{}, false
	}
	strong := typeWithin(before+" "+rest) != "" || idWithin(w, from, to) != ""
	weak := open != "" && errorWord(before) || open == "" && errorWord(before) && !strings.ContainsAny(before, "?") || statusWithin(w, from, to)
	if !strong && (!weak || open == "" && c.code == "timeout") {
		return sighting{}, false
	}
	message := strings.TrimSpace(strings.TrimLeft(rest, ":- "))
	return sighting{
		kind: Envelope, certainty: Likely, code: string(c.code), known: true, message: message,
		errorType: typeWithin(before + " " + rest), start: c.Start, end: to, spoken: true,
		why: "the code stands where a client puts it in its own message", evidence: []Span{c.Span},
	}, true
}

// introduces reports whether words before "code: message" end as a client's own do: with a colon, a dash, a
// bracket or the word error, and not in the middle of a sentence or of source code.
func introduces(before string) bool {
	before = strings.ToLower(strings.TrimRight(before, " "))
	if before == "" {
		return true
	}
	return strings.IndexByte(":-]>|", before[len(before)-1]) >= 0 || strings.HasSuffix(before, "error") || strings.HasSuffix(before, "exception")
}

// cutCode reads a code that the end of the text cut, outside of any brackets.
func (s *envelopes) cutCode() {
	end := len(strings.TrimRight(s.text, " \t\r\n.…\"'`\\"))
	start := end
	for start > 0 && end-start < 32 && (wordByte(s.text[start-1]) || s.text[start-1] == '-') {
		start--
	}
	key, keyStart := keyBefore(s.text, start)
	if end-start < 3 || !strings.HasSuffix(key, "code") || otherCodes[key] {
		return
	}
	if n := len(s.found); n > 0 && s.found[n-1].end > start {
		return
	}
	cut := s.text[start:end]
	if _, whole := known(cut); whole {
		return
	}
	switch codes := completions(cut); len(codes) {
	case 0:
	case 1:
		s.found = append(s.found, sighting{
			kind: Envelope, certainty: Likely, code: string(codes[0]), known: true, start: keyStart, end: end,
			why: "the text ends within the code, and only this one begins so", evidence: []Span{{keyStart, end}},
		})
	default:
		s.codeless = append(s.codeless, codeless{cut: cut})
	}
}

// types are the words for a category of errors; the first two are documented, the rest is usual.
var types = []string{"authentication_error", "rate_limit_error", "invalid_request_error", "permission_error", "api_error", "server_error"}

func typeWithin(text string) string {
	for _, t := range types {
		if strings.Contains(text, t) {
			return t
		}
	}
	return ""
}

// errorWord reports whether words before a code say that something went wrong.
func errorWord(before string) bool {
	before = strings.ToLower(before[max(0, len(before)-200):])
	for _, w := range []string{"error", "failed", "failure", "exception", "rejected", "fatal", "refused"} {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

func statusWithin(w *words, from, to int) bool {
	n := sort.Search(len(w.statuses), func(n int) bool { return w.statuses[n].Start >= from })
	return n < len(w.statuses) && w.statuses[n].End <= to
}

func idWithin(w *words, from, to int) string {
	n := sort.Search(len(w.ids), func(n int) bool { return w.ids[n].Start >= from })
	if n < len(w.ids) && w.ids[n].End <= to {
		return "req_"
	}
	return ""
}
