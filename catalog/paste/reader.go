package paste

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The reader takes apart whatever languages print for a map, a list or an object: JSON, Python and Ruby
// literals, Node's inspect, Go's %v, PHP's var_dump, Java's toString, logfmt, and each of them escaped within
// a string. It never fails; where a text stops making sense, it stops.

// form is the outward look of a value.
type form uint8

const (
	bare   form = iota // a number, a word, or words up to the next separator
	quoted             // between quotes
	group              // between brackets
)

// value is one value and the bytes of it.
type value struct {
	form       form
	start, end int      // with quotes and brackets
	inner      Span     // without
	depth      int      // backslashes before each quote
	cut        bool     // what closes it is missing
	members    []member // of a group
}

// member is one part of a group; key is "" for a part of a list.
type member struct {
	key   string // lower case, letters and digits only: "requestid" for "request_id", "requestID", ":request_id"
	start int    // of the key, or of the value where there is none
	value value
}

const (
	maxDepth  = 64      // groups within groups
	maxString = 1 << 16 // bytes of one string
	maxBare   = 2048
)

// reader reads values out of text[:limit].
type reader struct {
	text   string
	limit  int
	prefix string // what each line of the value begins with, digits standing for any digit
	depth  int    // of quotes; -1 until the first one
	loose  bool   // words without a key are prose, to be skipped
	ahead  *int   // bytes that may still be read more than once
}

// readGroup reads the group that opens at i.
func readGroup(text string, i, limit int, ahead *int) value {
	r := &reader{text: text, limit: limit, depth: -1, prefix: linePrefix(text, i, limit), ahead: ahead}
	return r.group(i, 0)
}

// readLoose reads members that no bracket holds together, such as the pairs of a log line.
func readLoose(text string, start, limit int, ahead *int) []member {
	r := &reader{text: text, limit: limit, depth: -1, loose: true, ahead: ahead}
	return r.members(start, 0, 0).members
}

// linePrefix returns what the line of i has in common with the next: a log's time, a container's name, the
// mark of a quoted mail.
func linePrefix(text string, i, limit int) string {
	end := strings.IndexByte(text[i:min(limit, i+maxBare)], '\n')
	if end < 0 {
		return ""
	}
	line := text[strings.LastIndexByte(text[max(0, i-200):i], '\n')+1+max(0, i-200) : i]
	next := text[i+end+1 : limit]
	n := 0
	for n < len(line) && n < len(next) && alike(line[n], next[n]) && strings.IndexByte("{\"'\n", line[n]) < 0 {
		n++
	}
	for n > 0 && line[n-1] != ' ' && line[n-1] != '\t' && line[n-1] != '>' {
		n--
	}
	return line[:n]
}

func alike(a, b byte) bool { return a == b || digit(a) && digit(b) }

func digit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func wordByte(c byte) bool { return letter(c) || digit(c) || c == '_' }

// afterLine skips the prefix of the line that begins at i.
func (r *reader) afterLine(i int) int {
	rest := r.text[i:r.limit]
	if len(rest) < len(r.prefix) {
		return i
	}
	for n := range len(r.prefix) {
		if !alike(r.prefix[n], rest[n]) {
			return i
		}
	}
	return i + len(r.prefix)
}

// gap skips blanks, separators of members, line ends (written out or escaped), comments and box borders.
func (r *reader) gap(i int) int {
	for i < r.limit {
		switch c := r.text[i]; {
		case c == '\n':
			i = r.afterLine(i + 1)
		case c <= ' ' || c == ',' || c == ';' || c == '|' && r.loose:
			i++
		case c == '\\' && r.escapedBlank(i) > 0:
			i += r.escapedBlank(i)
		case strings.HasPrefix(r.text[i:r.limit], "//"):
			i = r.lineEnd(i)
		case strings.HasPrefix(r.text[i:r.limit], "/*"):
			if end := strings.Index(r.text[i:min(r.limit, i+maxBare)], "*/"); end >= 0 {
				i += end + 2
			} else {
				return i
			}
		case strings.HasPrefix(r.text[i:r.limit], "│"):
			i += len("│")
		case strings.HasPrefix(r.text[i:r.limit], "<EOL>"):
			i += len("<EOL>")
		case strings.HasPrefix(r.text[i:r.limit], "\u00a0"):
			i += len("\u00a0")
		default:
			return i
		}
	}
	return i
}

// escapedBlank returns the length of `\n`, `\\n`, `\t` and the like at i: 0 for anything else.
func (r *reader) escapedBlank(i int) int {
	n := r.slashes(i)
	if n > 0 && i+n < r.limit && strings.IndexByte("nrt\n\r", r.text[i+n]) >= 0 {
		return n + 1
	}
	return 0
}

func (r *reader) slashes(i int) int {
	n := 0
	for i+n < r.limit && r.text[i+n] == '\\' {
		n++
	}
	return n
}

func (r *reader) lineEnd(i int) int {
	if end := strings.IndexByte(r.text[i:r.limit], '\n'); end >= 0 {
		return i + end
	}
	return r.limit
}

func (r *reader) blanks(i int) int {
	for i < r.limit && (r.text[i] == ' ' || r.text[i] == '\t') {
		i++
	}
	return i
}

var closers = map[byte]byte{'{': '}', '[': ']', '(': ')'}

func (r *reader) group(i, level int) value {
	v := r.members(i+1, closers[r.text[i]], level)
	v.start, v.inner.Start = i, i+1
	return v
}

// members reads up to the closing bracket, which is no part of the value where close is 0.
func (r *reader) members(i int, close byte, level int) value {
	v := value{form: group, start: i}
	for {
		i = r.gap(i)
		if i >= r.limit {
			break
		}
		if c := r.text[i]; close != 0 && c == close {
			v.inner.End, v.end = i, i+1
			return v
		}
		m, next, ok := r.member(i, level)
		if ok {
			v.members = append(v.members, m)
		} else if !r.loose || level > 0 {
			break
		}
		i = max(next, i+1)
		if m.value.cut && !r.loose {
			break
		}
	}
	v.cut, v.end = true, min(i, r.limit)
	v.inner.End = v.end
	return v
}

// member reads `key: value`, `key=value`, `"key" => value`, or a value alone. It is not ok where neither
// stands: the group was cut.
func (r *reader) member(i, level int) (m member, next int, ok bool) {
	m.start = i
	if key, after, found := r.key(i); found {
		if r.label(after) {
			return m, after, false
		}
		m.key = key
		m.value = r.value(after, level)
		return m, m.value.end, true
	}
	c := r.text[i]
	switch {
	case c == '}' || c == ']' || c == ')':
		return m, i + 1, false
	case r.opensQuote(i) || closers[c] != 0:
		m.value = r.value(i, level)
		return m, m.value.end, !(m.value.cut && m.value.form == quoted && m.value.end == m.value.start)
	}
	m.value = r.value(i, level)
	if m.value.form == group || !r.loose && constant(r.text[m.value.start:m.value.end]) {
		return m, m.value.end, true
	}
	end := i
	for end < r.limit && (wordByte(r.text[end]) || r.text[end] >= 0x80) {
		end++
	}
	return m, end, false
}

// label reports whether the key before i is a word of prose with pairs behind it: "klyra error: code=…".
func (r *reader) label(i int) bool {
	if !r.loose || r.text[i-1] != ':' {
		return false
	}
	i = r.blanks(i)
	if i >= r.limit || !letter(r.text[i]) {
		return false
	}
	_, after, found := r.key(i)
	return found && r.text[after-1] == '='
}

// constant tells what may stand in a list without quotes from prose.
func constant(word string) bool {
	word, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(word), "<>:[]"), " ")
	if word == "" || digit(word[0]) || word[0] == '-' {
		return true
	}
	switch strings.ToLower(word) {
	case "null", "nil", "none", "true", "false", "undefined", "object", "function", "circular", "array", "class", "getter", "getter/setter", "...":
		return true
	}
	return false
}

// key reads a key with its separator.
func (r *reader) key(i int) (key string, after int, found bool) {
	end := i
	if r.text[i] == '[' || r.text[i] == ':' || r.text[i] == '@' { // PHP's ["key"]=>, Ruby's :key=>, @key=
		end++
	}
	binary := strings.HasPrefix(r.text[i:r.limit], "<<") // Erlang's <<"key">> =>
	if binary {
		end += 2
	}
	if end >= r.limit {
		return "", i, false
	}
	if r.opensQuote(end) {
		s := r.quotedKey(end)
		if s.cut {
			return "", i, false
		}
		key, end = r.text[s.inner.Start:s.inner.End], s.end
	} else {
		start := end
		for end < r.limit && (wordByte(r.text[end]) || r.text[end] == '-' || r.text[end] == '$' || r.text[end] == '.') && end-start < 64 {
			end++
		}
		key = r.text[start:end]
	}
	if key == "" || len(key) > 64 {
		return "", i, false
	}
	if r.text[i] == '[' {
		if end >= r.limit || r.text[end] != ']' {
			return "", i, false
		}
		end++
	}
	if binary {
		end += len(">>")
	}
	after = r.separator(min(end, r.limit))
	if after == end && r.text[i] == ':' && after+1 < r.limit && r.text[after] == ' ' && strings.IndexByte("\"{[:", r.text[after+1]) >= 0 {
		after++ // Clojure's {:key "value"}
	}
	return squeeze(key), after, after > end
}

// quotedKey reads a string that must end within a key's length.
func (r *reader) quotedKey(i int) value {
	short := *r
	short.limit = min(r.limit, i+100)
	v := short.quoted(i, false)
	if !v.cut {
		r.depth = short.depth
	}
	return v
}

// separator returns the end of ":", "=", "=>" or " = " at i, or i where none stands.
func (r *reader) separator(i int) int {
	j := i
	for j < r.limit && (r.text[j] == ' ' || r.text[j] == '\t' || r.text[j] == '\n' && j-i < 40) {
		j++
	}
	rest := r.text[j:r.limit]
	switch {
	case strings.HasPrefix(rest, "=>"), strings.HasPrefix(rest, "->"):
		return j + 2
	case strings.HasPrefix(rest, "=="), strings.HasPrefix(rest, "::"), strings.HasPrefix(rest, "://"):
		return i
	case strings.HasPrefix(rest, ":"), strings.HasPrefix(rest, "="), r.loose && strings.HasPrefix(rest, "|"): // of a table
		return j + 1
	}
	return i
}

// squeeze reduces a key to what its spellings share.
func squeeze(key string) string {
	same := true
	for i := range len(key) {
		same = same && (key[i] >= 'a' && key[i] <= 'z')
	}
	if same {
		return key
	}
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		}
		return -1
	}, key)
}

func (r *reader) opensQuote(i int) bool {
	n := r.slashes(i)
	if i+n >= r.limit {
		return false
	}
	c := r.text[i+n]
	return c == '"' || c == '\'' || c == '`' && n == 0
}

// value reads the value that begins at or after i.
func (r *reader) value(i, level int) value {
	i = r.valueGap(i)
	if end := r.typedNil(i); end > i {
		return value{form: bare, start: i, end: end, inner: Span{i, i}}
	}
	i = r.typed(i)
	switch {
	case i >= r.limit:
		return value{form: bare, start: r.limit, end: r.limit, inner: Span{r.limit, r.limit}, cut: true}
	case r.opensQuote(i):
		return r.quoted(i, true)
	case closers[r.text[i]] != 0 && level >= maxDepth:
		return value{form: group, start: i, end: i, inner: Span{i, i}, cut: true}
	case closers[r.text[i]] != 0:
		return unwrap(r.group(i, level+1))
	}
	return r.bare(i)
}

// typedNil returns the end of Go's `(*string)(nil)` and `(*T)(0xc000012345)` at i, or i.
func (r *reader) typedNil(i int) int {
	rest := r.text[min(i, r.limit):min(r.limit, i+100)]
	if !strings.HasPrefix(rest, "(*") {
		return i
	}
	middle := strings.Index(rest, ")(")
	if middle < 0 {
		return i
	}
	return i + middle + 2 + strings.IndexByte(rest[middle+2:]+")", ')') + 1
}

// unwrap takes a value out of `Some(…)` and `Optional(…)`.
func unwrap(v value) value {
	if len(v.members) == 1 && v.members[0].key == "" && v.members[0].value.form == quoted && !v.cut {
		inner := v.members[0].value
		inner.end = v.end
		return inner
	}
	return v
}

// valueGap skips blanks between a separator and its value; a line end only where something follows deeper in.
func (r *reader) valueGap(i int) int {
	for i < r.limit {
		switch c := r.text[i]; {
		case c == '\n' && r.loose:
			return i
		case c == '\n':
			i = r.afterLine(i + 1)
		case c <= ' ' || c == '>':
			i++
		case c == '\\' && r.escapedBlank(i) > 0:
			i += r.escapedBlank(i)
		default:
			return i
		}
	}
	return i
}

// typed skips the name of a type before a value: `string(3) "a"`, `Array (`, `Some("a")`, `b'a'`,
// `%Klyra.Error{`, `object(stdClass)#3 (2) {`, `Object [AxiosHeaders] {`.
func (r *reader) typed(i int) int {
	if i >= r.limit || r.opensQuote(i) || closers[r.text[i]] != 0 {
		return i
	}
	if symbol := r.text[i] == ':' && i+1 < r.limit && (letter(r.text[i+1]) || r.opensQuote(i+1)); symbol {
		return i + 1
	}
	for j := i; j < min(r.limit, i+64); j++ {
		c := r.text[j]
		switch {
		case c == '"' || c == '\'':
			if typeOfString(r.text[i:j]) {
				return j
			}
			return i
		case c == '{', c == '(' && !r.typeArguments(j), c == '[' && j > i && (letter(r.text[j-1]) || r.text[j-1] == ']'):
			return j
		case c == '\n' && !strings.HasPrefix(strings.TrimLeft(r.text[j:min(r.limit, j+60)], " \n\r\t"), "("):
			return i
		case c == ',' || c == '=' || c == ';' || c == '}' || c == '\\':
			return i
		case c == ':' && j+1 < r.limit && r.text[j+1] == ' ':
			return i
		case c == ' ' && !typeWord(r.text[i:j]):
			return i
		}
	}
	return i
}

// typeArguments reports whether the bracket at i is part of a type's name, as in `string(3)`.
func (r *reader) typeArguments(i int) bool {
	end := strings.IndexByte(r.text[i:min(r.limit, i+40)], ')')
	if end < 0 {
		return false
	}
	after := r.text[i+end+1 : min(r.limit, i+end+3)]
	return strings.HasPrefix(after, "#") || strings.HasPrefix(after, ` "`) || strings.HasPrefix(after, " {")
}

func typeOfString(name string) bool {
	switch name {
	case "b", "u", "r", "f", "B", "U", "@", "~s", "<<":
		return true
	}
	return strings.HasPrefix(name, "string(") && strings.HasSuffix(name, ") ")
}

// typeWord tells `Headers {` from prose: it begins with a capital or a sign, or is one of PHP's words.
func typeWord(word string) bool {
	if word == "" {
		return false
	}
	c := word[0]
	return c >= 'A' && c <= 'Z' || c == '<' || c == '%' || c == '&' || c == '#' ||
		strings.HasPrefix(word, "object(") || strings.HasPrefix(word, "string(") || strings.HasPrefix(word, "stdClass") || strings.HasPrefix(word, "array(")
}

// quoted reads a string; checked demands that what follows the closing quote can follow a value.
func (r *reader) quoted(i int, checked bool) value {
	n := r.slashes(i)
	v := value{form: quoted, start: i, depth: n}
	ended := r.depth >= 0 && n < r.depth // the literal around all this
	if ended || i+n >= r.limit {         // or there are only backslashes up to the limit
		v.end, v.inner, v.cut = i, Span{i, i}, true
		return v
	}
	if r.depth < 0 {
		r.depth = n
	}
	v.inner.Start = i + n + 1
	stop := min(r.limit, v.inner.Start+maxString)
	first := 0
	for from := v.inner.Start; ; {
		end, found, outer := r.closing(from, stop, r.text[i+n], n)
		if first > 0 {
			*r.ahead -= end - from
		}
		crossed := strings.Contains(r.text[from:end], "\n")
		switch {
		case !found && first > 0:
			return r.close(v, first, n)
		case !found:
			return r.cutString(v, end, outer)
		case !checked || *r.ahead < 0 || r.follows(end+n+1):
			return r.close(v, end, n)
		case first == 0 && !crossed:
			first = end
		}
		if crossed || end-v.inner.Start > maxBare {
			if first > 0 {
				return r.close(v, first, n)
			}
			return r.cutString(v, end, false)
		}
		from = end + n + 1
	}
}

func (r *reader) close(v value, end, slashes int) value {
	v.inner.End, v.end = end, end+slashes+1
	return v
}

// cutString ends a string whose quote is missing: with its line, or where the literal around it ends.
func (r *reader) cutString(v value, end int, outer bool) value {
	if line := strings.IndexByte(r.text[v.inner.Start:end], '\n'); line >= 0 && !outer {
		end = v.inner.Start + line
	}
	v.inner.End, v.end, v.cut = end, end, true
	return v
}

// closing finds the next quote of the same depth from i on, not counting its backslashes; outer says that a
// quote of a shallower depth came first.
func (r *reader) closing(i, stop int, quote byte, depth int) (end int, found, outer bool) {
	for from := i; from < stop; {
		at := strings.IndexByte(r.text[from:stop], quote)
		if at < 0 {
			break
		}
		at += from
		slashes := 0
		for at-slashes-1 >= i && r.text[at-slashes-1] == '\\' {
			slashes++
		}
		switch {
		case slashes < depth:
			return at - slashes, false, true
		case slashes%(2*depth+2) == depth:
			return at - depth, true, false
		}
		from = at + 1
	}
	return stop, false, false
}

// follows reports whether a string may have ended before i.
func (r *reader) follows(i int) bool {
	i = r.blanks(i)
	if i >= r.limit || strings.IndexByte(",}])>;:=\n\r\\\"'", r.text[i]) >= 0 {
		return true
	}
	if r.text[i] == '/' || r.text[i] == '#' || r.text[i] >= 0x80 { // comments, box borders
		return true
	}
	_, _, key := r.key(i) // logfmt and Go's %#v
	return key
}

// bare reads words up to what ends them: a line's end, a bracket that was not opened, or the next key.
func (r *reader) bare(i int) value {
	v := value{form: bare, start: i}
	open := 0
	end := i
scan:
	for ; end < min(r.limit, i+maxBare); end++ {
		switch c := r.text[end]; c {
		case '\n', '\r':
			break scan
		case '{', '[', '(':
			open++
		case '}', ']', ')':
			if open == 0 {
				break scan
			}
			open--
		case '"':
			if r.depth > 0 {
				break scan
			}
		case '|':
			if r.loose {
				break scan
			}
		case '\\':
			if r.opensQuote(end) || r.escapedBlank(end) > 0 {
				break scan
			}
		case ',', ';', ' ', '\t':
			if open == 0 && r.endsBare(end, i, c) {
				break scan
			}
		}
	}
	v.cut = end >= r.limit
	v.end = end
	v.inner = Span{i, i + len(strings.TrimRight(r.text[i:end], " \t\r,;"))}
	return v
}

// endsBare reports whether a separator at i ends the bare value that began at start.
func (r *reader) endsBare(i, start int, c byte) bool {
	next := r.blanks(i + 1)
	if next >= r.limit || r.text[next] == '\n' || r.opensQuote(next) && c == ',' {
		return c != ' '
	}
	if c == ',' && (digit(r.text[start]) || constant(r.text[start:i])) {
		return true
	}
	key, after, found := r.key(next)
	if !found {
		return false
	}
	spaced := c == ' ' || c == '\t'
	return !spaced || fieldNames[key] || r.text[after-1] == '=' || constant(r.text[start:i]) && r.text[next] >= 'A' && r.text[next] <= 'Z'
}

// plain returns the value as it was meant: escapes undone, line ends of a wrapped string as blanks.
func (v value) plain(text string) string {
	if v.form != quoted {
		return strings.TrimSpace(text[v.inner.Start:v.inner.End])
	}
	raw := v.written(text)
	if strings.IndexByte(raw, '\n') >= 0 && len(raw) < maxBare {
		raw = joined(raw)
	}
	return raw
}

// written returns what a quoted value's literal stands for, with its line ends.
func (v value) written(text string) string {
	raw := text[v.inner.Start:v.inner.End]
	for depth := v.depth; ; depth = (depth - 1) / 2 {
		raw = unescape(raw)
		if depth <= 0 {
			return raw
		}
	}
}

// joined puts the lines of a wrapped string together, without what marks them as quoted or boxed.
func joined(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(strings.Trim(lines[i], "> \t\r|│"))
	}
	return strings.TrimSpace(strings.Join(lines, " "))
}

// null reports whether the value is one of the words for nothing.
func (v value) null(text string) bool {
	if v.form != bare {
		return false
	}
	word := strings.ToLower(strings.Trim(v.plain(text), "<>:"))
	if strings.HasPrefix(word, "0xc0") { // Go prints the address of what a pointer leads to
		return true
	}
	switch word {
	case "null", "nil", "none", "undefined", "", "optional.empty", "~":
		return true
	}
	return false
}

var escapes = map[byte]string{'n': "\n", 't': "\t", 'r': "\r", 'b': "\b", 'f': "\f", 'e': "\x1b", '0': "\x00", 'a': "\a"}

// unescape undoes one layer of backslashes; what is no escape stays.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == 'u' || c == 'x':
			r, size := hexEscape(s[i:])
			if size == 0 {
				b.WriteByte(c)
				continue
			}
			b.WriteRune(r)
			i += size - 1
		case escapes[c] != "":
			b.WriteString(escapes[c])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// hexEscape decodes `u0041`, `x41` and a pair of surrogates at the start of s; size is 0 where it is none.
func hexEscape(s string) (r rune, size int) {
	size = 5
	if s[0] == 'x' {
		size = 3
	}
	if len(s) < size {
		return 0, 0
	}
	n, err := strconv.ParseUint(s[1:size], 16, 32)
	if err != nil {
		return 0, 0
	}
	r = rune(n)
	if utf16.IsSurrogate(r) {
		if strings.HasPrefix(s[size:], `\u`) && len(s) >= 11 {
			if low, err := strconv.ParseUint(s[7:11], 16, 32); err == nil {
				return utf16.DecodeRune(r, rune(low)), 11
			}
		}
		return utf8.RuneError, size
	}
	return r, size
}
