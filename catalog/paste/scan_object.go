package paste

import "bytes"

// loggedError is what a scan reads of an error object.
type loggedError struct {
	code, requestID []byte // nil where none stands
	end             int    // bytes of the object; 0 where what closes it was not seen
}

const maxNested = 8 // groups within an error object

// readObject reads the error object that opens at text[0]: JSON at any depth of escaping, or what languages
// print for a map. Before it on its line stands head, which tells how lines of this log begin. It looks at
// each byte about once; where the object stops making sense, it stops.
func readObject(text, head []byte) loggedError {
	o := objectReader{text: text, head: head, slashes: -1}
	for o.i < len(text) && o.step() {
	}
	return o.loggedError
}

// objectReader is the state of reading one error object.
type objectReader struct {
	loggedError
	text    []byte
	head    []byte // of the line on which text begins
	i       int
	depth   int
	slashes int    // before each quote; -1 until the first one
	key     []byte // the latest word at depth 1
	valued  bool   // a separator followed key
}

// step reads one word, string or sign, and reports whether the object goes on.
func (o *objectReader) step() bool {
	switch c := o.text[o.i]; c {
	case '"', '\'', '`', '\\':
		return o.quote()
	case '{', '[':
		return o.open()
	case '}', ']':
		return o.close()
	case ':', '=':
		o.valued = o.valued || o.depth == 1 && o.key != nil
	case ',':
		o.key, o.valued = nil, false
	case '\n':
		return o.nextLine()
	case '\x1b':
		o.colour()
	default:
		if bareByte(c) {
			o.word()
			return true
		}
	}
	o.i++
	return true
}

// nextLine goes on to the next line, past what all lines of the log begin with, such as a container's name.
// It reports whether that line may belong to the object.
func (o *objectReader) nextLine() bool {
	o.i++
	line := o.text[o.i:]
	n := 0
	for n < len(line) && n < len(o.head) && alike(line[n], o.head[n]) {
		n++
	}
	o.i += n
	return n < len(line) && bytes.IndexByte([]byte(" \t\r\n}]\"'"), line[n]) >= 0
}

// colour goes to the last byte of a terminal's escape sequence.
func (o *objectReader) colour() {
	for o.i+1 < len(o.text) && !letter(o.text[o.i]) && o.text[o.i] != '\n' {
		o.i++
	}
}

func (o *objectReader) open() bool {
	if o.depth == 1 && !o.valued {
		return false
	}
	o.depth++
	o.i++
	return o.depth <= maxNested
}

func (o *objectReader) close() bool {
	o.depth--
	o.i++
	if o.depth == 0 {
		o.end = o.i
	}
	if o.depth == 1 {
		o.key, o.valued = nil, false
	}
	return o.depth > 0
}

// quote reads a string, or skips an escaped character such as a line end within JSON within a string.
func (o *objectReader) quote() bool {
	n := 0
	for o.i+n < len(o.text) && o.text[o.i+n] == '\\' {
		n++
	}
	at := o.i + n
	if at == len(o.text) {
		return false
	}
	mark := o.text[at]
	if mark != '"' && mark != '\'' && mark != '`' {
		o.i = at + 1
		return true
	}
	if o.slashes < 0 {
		o.slashes = n
	}
	if n < o.slashes { // it closes the string that the object stands in
		return false
	}
	length := stringLength(o.text[at+1:], mark, n)
	if length < 0 {
		return false
	}
	o.take(o.text[at+1 : at+1+length])
	o.i = at + 1 + length + n + 1
	return true
}

// stringLength returns how long the string is that text begins with and that ends with slashes backslashes
// and a mark; -1 where it does not end on its line.
func stringLength(text []byte, mark byte, slashes int) int {
	for i := 0; ; i++ {
		n := bytes.IndexByte(text[i:], mark)
		if n < 0 {
			return -1
		}
		if bytes.IndexByte(text[i:i+n], '\n') >= 0 {
			return -1
		}
		i += n
		before := i
		for before > 0 && text[before-1] == '\\' {
			before--
		}
		// Every layer of escaping doubles the backslashes and adds one before the mark.
		if (i-before)%(2*(slashes+1)) == slashes {
			return i - slashes
		}
	}
}

// word reads a word without quotes.
func (o *objectReader) word() {
	start := o.i
	for o.i < len(o.text) && (bareByte(o.text[o.i]) || o.apostrophe()) {
		o.i++
	}
	called := o.i < len(o.text) && o.text[o.i] == '(' // as in Some("timeout")
	if cut := o.i == len(o.text); !called && !cut {
		o.take(o.text[start:o.i])
	}
}

// apostrophe reports whether the byte is one within a word ("can't").
func (o *objectReader) apostrophe() bool {
	return o.text[o.i] == '\'' && o.i+1 < len(o.text) && letter(o.text[o.i+1])
}

func bareByte(c byte) bool {
	return wordByte(c) || c == '-' || c == '.' || c == '$' || c == '/' || c >= 0x80
}

// take takes in a word or a string: a value where a key and a separator stand before it, else maybe a key.
func (o *objectReader) take(text []byte) {
	switch {
	case o.depth != 1:
		return
	case !o.valued:
		o.key = text
		return
	case o.code == nil && spells(o.key, "code", "error_code", "errorcode") && codeName(text):
		o.code = text
	case o.requestID == nil && spells(o.key, "request_id", "requestid", "request-id") && identifier(text):
		o.requestID = text
	}
	o.key, o.valued = nil, false
}

func spells(key []byte, names ...string) bool {
	for _, n := range names {
		if len(key) == len(n) && bytes.EqualFold(key, []byte(n)) {
			return true
		}
	}
	return false
}

// codeName reports whether a text may be a code: a name, and none of the words for nothing.
func codeName(text []byte) bool {
	if !identifier(text) || !letter(text[0]) || len(text) < 2 {
		return false
	}
	return !spells(text, "null", "nil", "none", "undefined", "true", "false")
}

func identifier(text []byte) bool {
	if len(text) == 0 || len(text) > 64 {
		return false
	}
	for _, c := range text {
		if !wordByte(c) && c != '-' && c != '.' {
			return false
		}
	}
	return !spells(text, "null", "nil", "none", "undefined")
}
