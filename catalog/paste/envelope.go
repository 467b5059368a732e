package paste

import (
	"sort"
	"strings"

	"klyra-doctor/catalog"
)

// sighting is one error as it stands in the readable text: raw, before folding and redaction.
type sighting struct {
	kind      Kind
	certainty Certainty
	code      string // as the catalog spells it where known, else as it stood
	known     bool
	message   string
	errorType string
	param     string
	requestID string
	resetAt   string
	status    int
	vendor    string // of a foreign one
	why       string // how it was read; of a gateway or network failure the words that gave it away
	start     int    // of all that belongs to it
	end       int
	evidence  []Span
	spoken    bool // a client's sentence, which may hold the status too
}

// codeless is an error object without a code, or with one that was cut where several could go on.
type codeless struct {
	cut       string
	errorType string
	message   string
	status    int
}

// names maps every code to itself.
var names = func() map[string]catalog.Code {
	m := map[string]catalog.Code{}
	for _, e := range catalog.All() {
		m[string(e.Code)] = e.Code
	}
	return m
}()

// known returns the code that a name spells, in any case and with "-" for "_".
func known(name string) (catalog.Code, bool) {
	if len(name) < 7 || len(name) > 32 {
		return "", false
	}
	code, ok := names[strings.ReplaceAll(strings.ToLower(name), "-", "_")]
	return code, ok
}

// completions returns the codes that begin like name, which was cut.
func completions(name string) (codes []catalog.Code) {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	if len(name) < 3 {
		return nil
	}
	for _, e := range catalog.All() {
		if strings.HasPrefix(string(e.Code), name) {
			codes = append(codes, e.Code)
		}
	}
	return codes
}

// fieldNames are the keys of an error, squeezed, by what they hold.
var fieldNames = map[string]bool{
	"code": true, "message": true, "type": true, "param": true, "requestid": true, "resetat": true,
	"status": true, "statuscode": true, "httpstatus": true, "httpstatuscode": true, "error": true, "innererror": true,
	"errorcode": true, "errormessage": true, "errortype": true, "errorparam": true, "headers": true, "body": true,
	"err": true, "msg": true, "detail": true, "details": true, "parameter": true,
}

// anchors are first keys of objects worth reading; an object under "error" is read whatever it begins with.
var anchors = map[string]bool{
	"code": true, "message": true, "msg": true, "type": true, "param": true, "requestid": true, "resetat": true, "error": true,
	"errors": true, "status": true, "statuscode": true, "httpstatus": true, "errorcode": true, "errormessage": true,
	"errortype": true, "response": true, "request": true, "method": true, "isaxioserror": true, "config": true,
	"success": true, "result": true, "statustext": true, "body": true, "httpstatuscode": true, "err": true, "errcode": true,
	"authcode": true, "autherrorcode": true, "detail": true, "starteddatetime": true, "transformrequest": true, "transitional": true, "adapter": true, "name": true, "apierror": true,
}

var errorKeys = map[string]bool{"error": true, "errors": true, "err": true, "apierror": true, "autherror": true, "klyraerror": true}

// envelopes finds error objects by the brackets around them.
type envelopes struct {
	text     string
	ahead    int // bytes that may still be read twice: what keeps hostile texts linear
	found    []sighting
	groups   []Span // that held what was found, in order and apart from each other
	strict   int    // how many of found the brackets gave
	codeless []codeless
	requests []value // objects that describe a request
	excluded []Span  // what is no answer of the API, known beforehand, in order
}

const maxLayers = 4 // strings within strings

// scan reads text[start:limit].
func (s *envelopes) scan(start, limit, layer int) {
	for i := start; i < limit; i++ {
		switch s.text[i] {
		case '{', '(', '[':
		default:
			continue
		}
		if end := s.within(i); end > i {
			i = end - 1
			continue
		}
		if !s.anchor(i, start, limit) {
			continue
		}
		v := readGroup(s.text, i, limit, &s.ahead)
		found := s.walk(&v, context{layer: layer, under: s.errorBefore(i, start)})
		if v.cut && !found {
			if s.ahead -= v.end - i; s.ahead > 0 {
				continue
			}
		}
		if found {
			s.groups = append(s.groups, Span{v.start, v.end})
		}
		i = max(i, v.end-1)
	}
}

// within returns the end of the part that holds i and is no answer of the API, or 0.
func (s *envelopes) within(i int) int {
	n := sort.Search(len(s.excluded), func(n int) bool { return s.excluded[n].End > i })
	if n < len(s.excluded) && s.excluded[n].Start <= i {
		return s.excluded[n].End
	}
	return 0
}

// anchor reports whether the group at i may be or hold an error.
func (s *envelopes) anchor(i, start, limit int) bool {
	next := i + 1
	for next < limit && next-i < 64 && s.text[next] <= ' ' {
		next++
	}
	if next >= limit {
		return false
	}
	c := s.text[next]
	if s.text[i] == '{' && (c == '"' || c == '\'' || c == '\\' || c == '}') && s.errorBefore(i, start) {
		return true
	}
	if !letter(c) && strings.IndexByte("\"'\\[:{`<", c) < 0 && !(c != '}' && strings.IndexByte(s.text[i:next], '\n') >= 0) {
		return s.errorBefore(i, start)
	}
	if c == '{' {
		return s.errorBefore(i, start)
	}
	r := &reader{text: s.text, limit: min(limit, next+200), depth: -1, ahead: &s.ahead}
	if strings.IndexByte(s.text[i:next], '\n') >= 0 {
		r.prefix = linePrefix(s.text, i, limit)
	}
	next = r.gap(i + 1)
	if next >= r.limit {
		return false
	}
	key, _, found := r.key(next)
	return found && anchors[key] || s.errorBefore(i, start)
}

// errorBefore reports whether the key before i is one of an error.
func (s *envelopes) errorBefore(i, start int) bool {
	end := i
	for end > start && i-end < 48 && strings.IndexByte(" \t\r\n\"'\\:=>%&[]@", s.text[end-1]) >= 0 {
		end--
	}
	begin := end
	for begin > start && end-begin < 12 && letter(s.text[begin-1]) {
		begin--
	}
	word := s.text[begin:end]
	return end < i && len(word) >= 3 && len(word) <= 6 && errorKeys[strings.ToLower(word)]
}

// context is what the groups around a group say.
type context struct {
	layer     int
	under     bool // the group stands under "error", or in a list under "errors"
	status    int
	statusAt  Span
	requestID string
}

// walk looks for errors in a group, innermost first, but not in the words of an error.
func (s *envelopes) walk(v *value, ctx context) (found bool) {
	f := fieldsOf(v)
	if f.request() {
		s.requests = append(s.requests, *v)
		return false
	}
	s.inherit(&ctx, f)
	s.errorAsCode(v, &f)
	if code, ok := s.codeOf(f); ctx.under && ok {
		s.requestsIn(v, ctx.layer)
		s.emit(v, f, ctx, code)
		return true
	}
	for i := range v.members {
		m := &v.members[i]
		inner := ctx
		inner.under = errorKeys[m.key] || m.key == "" && ctx.under
		switch {
		case sent[m.key] && (f.config || m.key == "postdata"):
		case m.value.form == group:
			found = s.walk(&m.value, inner) || found
		case m.value.form == quoted:
			found = s.inString(&m.value, inner) || found
		}
	}
	return found || s.judge(v, f, ctx)
}

// errorAsCode takes `"error": "invalid_url"` for the code where there is none.
func (s *envelopes) errorAsCode(v *value, f *fields) {
	for i := range v.members {
		m := &v.members[i]
		if f.code != nil || !errorKeys[m.key] || m.value.form != quoted || m.value.cut {
			continue
		}
		if _, ok := known(m.value.plain(s.text)); ok {
			f.code = m
		}
	}
}

// sent are keys of what a client sent.
var sent = map[string]bool{"data": true, "postdata": true, "body": true, "json": true, "requestbody": true}

// inString looks for errors within a string, where its words may hold some.
func (s *envelopes) inString(v *value, ctx context) bool {
	inner := s.text[v.inner.Start:v.inner.End]
	if ctx.layer >= maxLayers || strings.IndexByte(inner, '{') < 0 && strings.IndexByte(inner, '[') < 0 {
		return false
	}
	before := len(s.found)
	deeper := &envelopes{text: s.text, ahead: s.ahead, excluded: s.excluded}
	deeper.scan(v.inner.Start, v.inner.End, ctx.layer+1)
	s.ahead = deeper.ahead
	s.requests = append(s.requests, deeper.requests...)
	s.codeless = append(s.codeless, deeper.codeless...)
	for _, f := range deeper.found {
		if f.status == 0 {
			f.status = ctx.status
		}
		if f.requestID == "" {
			f.requestID = ctx.requestID
		}
		s.found = append(s.found, f)
	}
	return len(s.found) > before
}

// requestsIn looks for requests in the words of an error, whose secrets must be known before the words are shown.
func (s *envelopes) requestsIn(v *value, layer int) {
	for i := range v.members {
		inner := v.members[i].value.inner
		if v.members[i].value.form != quoted || layer >= maxLayers || strings.IndexByte(s.text[inner.Start:inner.End], '{') < 0 {
			continue
		}
		deeper := &envelopes{text: s.text, ahead: s.ahead, excluded: s.excluded}
		deeper.scan(inner.Start, inner.End, layer+1)
		s.ahead = deeper.ahead
		s.requests = append(s.requests, deeper.requests...)
	}
}

// fields are the members of a group that matter, nil where they are missing. Of repeated ones the last counts,
// as it does for JSON decoders.
type fields struct {
	code, message, kind, param, requestID, resetAt, status *member
	method, url, headers                                   bool
	config                                                 bool
}

func fieldsOf(v *value) (f fields) {
	told := false // the error's own message came, which outranks that of a log line
	for i := range v.members {
		m := &v.members[i]
		switch m.key {
		case "code", "errorcode", "errcode", "autherrorcode", "apierrorcode", "apicode", "klyracode":
			f.code = m
		case "errormessage", "errormsg":
			f.message, told = m, true
		case "message", "msg":
			if !told {
				f.message = m
			}
		case "type", "errortype":
			f.kind = m
		case "param", "errorparam", "parameter":
			f.param = m
		case "requestid", "xrequestid":
			f.requestID = m
		case "resetat":
			f.resetAt = m
		case "status", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "responsecode":
			f.status = m
		case "method":
			f.method = true
		case "url", "uri", "path":
			f.url = true
		case "headers", "postdata", "httpversion":
			f.headers = true
		case "transformrequest", "xsrfcookiename", "maxbodylength", "adapter":
			f.config = true
		}
	}
	return f
}

// request reports whether the members describe a request and not an answer.
func (f fields) request() bool {
	return f.config || f.method && f.url && f.headers && f.status == nil && f.code == nil
}

// siblings counts what else of an envelope stands beside the code.
func (f fields) siblings() (n int) {
	for _, m := range []*member{f.message, f.kind, f.param, f.requestID, f.resetAt} {
		if m != nil {
			n++
		}
	}
	return n
}

func (s *envelopes) inherit(ctx *context, f fields) {
	if f.status != nil && f.status.value.form != group {
		if n := leadingStatus(f.status.value.plain(s.text)); n >= 400 {
			ctx.status, ctx.statusAt = n, Span{f.status.start, f.status.value.inner.End}
		}
	}
	if id := s.scalar(f.requestID); id != "" {
		ctx.requestID = id
	}
}

// leadingStatus reads an HTTP status at the start of a value: 0 where none stands.
func leadingStatus(s string) int {
	if len(s) < 3 || !digit(s[0]) || !digit(s[1]) || !digit(s[2]) || len(s) > 3 && wordByte(s[3]) {
		return 0
	}
	n := int(s[0]-'0')*100 + int(s[1]-'0')*10 + int(s[2]-'0')
	if n < 100 || n > 599 {
		return 0
	}
	return n
}

// scalar returns a member's value in plain words, "" for null, a group or no member.
func (s *envelopes) scalar(m *member) string {
	if m == nil || m.value.form == group || m.value.null(s.text) {
		return ""
	}
	return m.value.plain(s.text)
}

// codeOf returns the known code of the members; a wrapped one is put together again.
func (s *envelopes) codeOf(f fields) (catalog.Code, bool) {
	if f.code == nil || f.code.value.cut && f.code.value.form == bare {
		return "", false
	}
	return known(strings.ReplaceAll(s.scalar(f.code), " ", ""))
}

// emit notes an error with a known code.
func (s *envelopes) emit(v *value, f fields, ctx context, code catalog.Code) {
	e := s.sighting(v, f, ctx)
	e.code, e.known = string(code), true
	switch {
	case f.code.value.cut:
		e.certainty, e.why = Likely, "the text ends within the code, and only this one begins so"
	case f.siblings() > 0 || ctx.under:
		e.certainty, e.why = Certain, "the code stands in the error object itself"
	default:
		e.certainty, e.why = Possible, "the code stands in an object that has nothing else of an error"
	}
	if vendor := foreignEnvelope(e); vendor != "" {
		e.kind, e.vendor, e.certainty = Foreign, vendor, Likely
	}
	s.found = append(s.found, e)
}

// sighting collects what the members say, without judging the code.
func (s *envelopes) sighting(v *value, f fields, ctx context) sighting {
	e := sighting{
		kind: Envelope, start: v.start, end: v.end, message: s.scalar(f.message), errorType: s.scalar(f.kind),
		param: s.scalar(f.param), requestID: s.scalar(f.requestID), resetAt: s.scalar(f.resetAt), status: ctx.status,
	}
	if e.requestID == "" {
		e.requestID = ctx.requestID
	}
	for _, m := range []*member{f.code, f.kind} {
		if m != nil {
			e.evidence = append(e.evidence, Span{m.start, m.value.end})
		}
	}
	if len(e.evidence) == 0 {
		e.evidence = []Span{{v.start, v.end}}
	}
	if ctx.status != 0 && ctx.statusAt.End > ctx.statusAt.Start {
		e.evidence = append(e.evidence, ctx.statusAt)
	}
	return e
}

// judge decides about a group in which nothing deeper was found.
func (s *envelopes) judge(v *value, f fields, ctx context) bool {
	if f.code == nil {
		return s.judgeCodeless(v, f, ctx)
	}
	if code, ok := s.codeOf(f); ok {
		if f.siblings() == 0 && !ctx.under && ctx.status == 0 {
			return false
		}
		s.emit(v, f, ctx, code)
		return true
	}
	raw := s.scalar(f.code)
	if f.code.value.cut && raw != "" {
		return s.judgeCut(v, f, ctx, raw)
	}
	e := s.sighting(v, f, ctx)
	e.code = raw
	if e.vendor = foreignEnvelope(e); e.vendor == "" && ctx.under && e.message != "" && foreignCode(raw) && !decoy(raw) {
		e.vendor = anotherAPI
	}
	shaped := e.message != "" && (e.errorType != "" || strings.HasPrefix(e.requestID, "req_") && f.requestID != nil)
	switch {
	case e.vendor != "" && !markup(e.message):
		e.kind, e.certainty, e.code = Foreign, Likely, raw
	case shaped && (ctx.under || f.requestID != nil) && !decoy(raw) && !foreignCode(raw):
		e.certainty, e.why = Certain, strange(raw)
	default:
		return false
	}
	s.found = append(s.found, e)
	return true
}

// strange says what is wrong with the code of an error object that is otherwise this API's.
func strange(code string) string {
	const but = "the error object is this API's, but "
	switch {
	case code == "":
		return but + "it holds no code"
	case strings.IndexFunc(code, func(r rune) bool { return r >= 0x80 }) >= 0:
		return but + "its code has a character in it that no code has, though it may look like one or not be seen"
	}
	return but + "its code is not one of the 21 documented ones"
}

// judgeCut decides about a code that the end of the text cut.
func (s *envelopes) judgeCut(v *value, f fields, ctx context, raw string) bool {
	codes := completions(raw)
	if len(codes) == 1 {
		s.emit(v, f, ctx, codes[0])
		return true
	}
	if len(codes) > 1 {
		s.codeless = append(s.codeless, codeless{cut: raw, errorType: s.scalar(f.kind), message: s.scalar(f.message), status: ctx.status})
	}
	return false
}

func (s *envelopes) judgeCodeless(v *value, f fields, ctx context) bool {
	if !ctx.under || f.message == nil && f.kind == nil {
		return false
	}
	e := s.sighting(v, f, ctx)
	if e.vendor = foreignEnvelope(e); e.vendor != "" {
		e.kind, e.certainty = Foreign, Likely
		s.found = append(s.found, e)
		return true
	}
	s.codeless = append(s.codeless, codeless{errorType: e.errorType, message: e.message, status: e.status})
	return false
}

// markup reports whether a message is a page and not words.
func markup(message string) bool {
	head := strings.ToLower(message[:min(len(message), 200)])
	return strings.Contains(head, "<html") || strings.Contains(head, "<!doctype") || strings.Contains(head, "<title")
}

// decoy reports whether a code is one of a client library or an operating system: "ERR_BAD_REQUEST",
// "ECONNREFUSED", "UND_ERR_SOCKET".
func decoy(code string) bool {
	return strings.HasPrefix(code, "ERR_") || strings.HasPrefix(code, "UND_ERR") || strings.HasPrefix(code, "CERT_") ||
		len(code) > 2 && code[0] == 'E' && strings.ToUpper(code) == code
}
