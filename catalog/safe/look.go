package safe

import "strings"

// Seen returns the values in text that look like secrets, each once, in order: bearer tokens, values of key,
// password and cookie fields, passwords and signatures in URLs, keys with a known prefix, JSON web tokens and
// private keys. Placeholders ("<key>", "$KEY", "[secret]") are none. It takes time linear in text.
func Seen(text string) []Secret {
	var secrets []Secret
	seen := map[string]bool{}
	for _, s := range look(text) {
		if value := text[s.start:s.end]; !seen[value] {
			seen[value] = true
			secrets = append(secrets, NewSecret(value))
		}
	}
	return secrets
}

// field is what a name to the left of ":" or "=" says about the value to its right.
type field int

const (
	noField      field = iota
	tokenField         // one word is the secret
	schemeField        // a scheme's name may stand before the secret
	lineField          // all that follows on the line, or up to the closing quote
	queryField         // a secret only as a parameter of a URL
	shoutedField       // prose uses the word too: the value must look random
)

// fields are the names, in lower case with "_" for "-" and blanks, of things that hold secrets.
var fields = map[string]field{
	"authorization": schemeField, "proxy_authorization": schemeField, "authentication": schemeField,
	"cookie": lineField, "set_cookie": lineField,
	"api_key": tokenField, "apikey": tokenField, "x_api_key": tokenField, "klyra_api_key": tokenField,
	"x_klyra_key": tokenField, "x_klyra_api_key": tokenField, "klyra_key": tokenField, "x_auth_token": tokenField,
	"auth_token": tokenField, "access_token": tokenField, "refresh_token": tokenField, "id_token": tokenField,
	"bearer_token": tokenField, "api_token": tokenField, "session_token": tokenField, "client_secret": tokenField,
	"secret_key": tokenField, "secret_access_key": tokenField, "aws_secret_access_key": tokenField,
	"private_key": tokenField, "access_key": tokenField, "subscription_key": tokenField,
	"secret": tokenField, "password": tokenField, "passwd": tokenField, "pwd": tokenField,
	"x_klyra_signature": tokenField, "webhook_secret": tokenField,
	"x_amz_signature": tokenField, "x_amz_credential": tokenField, "x_amz_security_token": tokenField,
	"x_goog_signature": tokenField, "x_goog_credential": tokenField, "rlkey": tokenField,
	"token": shoutedField,
	"sig":   queryField, "signature": queryField, "policy": queryField, "key_pair_id": queryField,
	"key": queryField, "auth": queryField, "jwt": queryField,
}

// suffixes end names that somebody made up around one of the fields ("openai_api_key").
var suffixes = []string{"_api_key", "apikey", "_secret", "_password", "_token", "_access_key", "_secret_key"}

// schemes are the words between "Authorization:" and the credentials, in lower case.
var schemes = map[string]bool{"bearer": true, "basic": true, "token": true, "apikey": true, "negotiate": true, "key": true}

// prefix is how the keys of a known vendor begin.
type prefix struct {
	text  string
	least int // bytes of the whole key: shorter ones are words
}

// prefixes by their first byte. They are wider than those by which a key is called another vendor's: to mask
// too much is harmless.
var prefixes = map[byte][]prefix{
	's': {{"sk-", 20}, {"sk_live_", 16}, {"sk_test_", 16}},
	'r': {{"rk_live_", 16}, {"rk_test_", 16}},
	'p': {{"pk_live_", 16}, {"pk_test_", 16}, {"pypi-", 24}},
	'g': {{"ghp_", 20}, {"gho_", 20}, {"ghs_", 20}, {"ghu_", 20}, {"ghr_", 20}, {"github_pat_", 20}, {"gsk_", 20}, {"glpat-", 16}},
	'A': {{"AKIA", 16}, {"ASIA", 16}, {"AIza", 24}},
	'S': {{"SG.", 24}},
	'h': {{"hf_", 20}},
	'n': {{"npm_", 20}},
	'w': {{"whsec_", 16}},
	'x': {{"xoxa-", 16}, {"xoxb-", 16}, {"xoxe-", 16}, {"xoxp-", 16}, {"xoxr-", 16}, {"xoxs-", 16}, {"xapp-", 16}},
	'k': {{"kly_", 12}, {"klyra_live_", 16}, {"klyra_test_", 16}, {"klyra_sk_", 16}},
	'e': {{"eyJ", 24}},
}

// What a byte can begin; one pass over a text dispatches on it.
const (
	plain  = iota
	assign // ':' or '='
	begin  // a letter that a known prefix begins with
	bearer // the b of "bearer" and "basic"
	dash   // "-----BEGIN", "-u user:password"
)

var kinds = func() (k [256]uint8) {
	for c := range prefixes {
		k[c] = begin
	}
	k[':'], k['='], k['B'], k['b'], k['-'] = assign, assign, bearer, bearer, dash
	return k
}()

// look returns where secrets stand by pattern, in order and apart from each other.
func look(text string) (spans []span) {
	for i := 0; i < len(text); i++ {
		kind := kinds[text[i]]
		if kind == plain || (kind == begin || kind == bearer) && i > 0 && wordByte(text[i-1]) {
			continue
		}
		found := lookAt(text, i, kind)
		if found.end > found.start {
			spans = append(spans, found)
			i = found.end - 1
		}
	}
	return spans
}

func lookAt(text string, i int, kind uint8) span {
	switch kind {
	case assign:
		if strings.HasPrefix(text[i:], "://") {
			return userinfo(text, i+3)
		}
		return assigned(text, i)
	case begin:
		return prefixed(text, i)
	case bearer:
		return credentials(text, i)
	}
	if strings.HasPrefix(text[i:], "-u ") || strings.HasPrefix(text[i:], "--user ") {
		return user(text, i+strings.IndexByte(text[i:], ' '))
	}
	return pem(text, i)
}

// user finds the password of curl's "-u user:password".
func user(text string, i int) span {
	start, quote := valueStart(text, i)
	end := tokenEnd(text, start, quote)
	colon := strings.IndexByte(text[start:end], ':')
	if colon < 0 {
		return span{}
	}
	return kept(text, start+colon+1, end)
}

// userinfo finds the password of "//user:password@host", or the user where it stands alone.
func userinfo(text string, start int) span {
	end := start
	for end < len(text) && end-start < 512 && strings.IndexByte("/?#\\ \t\r\n\"'<>", text[end]) < 0 {
		end++
	}
	at := strings.LastIndexByte(text[start:end], '@')
	if at < 0 {
		return span{}
	}
	info := text[start : start+at]
	if colon := strings.IndexByte(info, ':'); colon >= 0 {
		start += colon + 1
		info = info[colon+1:]
	}
	if placeholder(info) {
		return span{}
	}
	return span{start, start + len(info)}
}

// assigned finds the value of "name: value", "name=value", `"name" => "value"` and the like where the name
// is one of the fields.
func assigned(text string, i int) span {
	kind := fieldOf(text, i)
	if kind == noField {
		kind = listedField(text, i)
	}
	if kind == noField {
		return span{}
	}
	start, quote := valueStart(text, i+1)
	switch kind {
	case lineField:
		if quote == 0 {
			quote = quoteAround(text, i)
		}
		return kept(text, start, lineEnd(text, start, quote))
	case schemeField:
		start = skipSchemes(text, start)
	}
	end := tokenEnd(text, start, quote)
	if kind == shoutedField && !random(text[start:end]) {
		return span{}
	}
	return kept(text, start, end)
}

// quoteAround returns the quote that stands right before the name that ends at i, as in curl's -H 'Cookie: a=b';
// 0 where none does.
func quoteAround(text string, i int) byte {
	start := i
	for start > 0 && i-start < 40 && (wordByte(text[start-1]) || text[start-1] == '-') {
		start--
	}
	if start < i && start > 0 && (text[start-1] == '\'' || text[start-1] == '"') {
		return text[start-1]
	}
	return 0
}

// listedField reads the name of a header that stands as a pair in a list, `"name":"X-Api-Key","value":"…"`, where
// the ":" or "=" at i is that of its value.
func listedField(text string, i int) field {
	end, ok := beforeWord(text, i, "value")
	if !ok {
		return noField
	}
	end = beforeComma(text, end)
	start := end
	for start > 0 && end-start < 40 && (wordByte(text[start-1]) || text[start-1] == '-') {
		start--
	}
	if _, ok := beforeWord(text, start, "name"); !ok {
		return noField
	}
	return fieldOf(text, end)
}

// beforeComma returns where what stands before a comma ends; line ends beside it may be escaped.
func beforeComma(text string, i int) int {
	for {
		i = back(text, i, " \t\r\n\"'\\,;", 64)
		if i < 2 || text[i-2] != '\\' || text[i-1] != 'n' && text[i-1] != 'r' {
			return i
		}
		i--
	}
}

// beforeWord returns where a word begins that stands before i, but for quotes and separators.
func beforeWord(text string, i int, word string) (start int, ok bool) {
	end := back(text, i, " \t\"'\\:=>", 16)
	start = end - len(word)
	return start, start >= 0 && strings.EqualFold(text[start:end], word)
}

// back skips bytes of set before i.
func back(text string, i int, set string, most int) int {
	for n := 0; n < most && i > 0 && strings.IndexByte(set, text[i-1]) >= 0; n++ {
		i--
	}
	return i
}

// kept is the span, or none where it holds a placeholder.
func kept(text string, start, end int) span {
	if placeholder(text[start:end]) {
		return span{}
	}
	return span{start, end}
}

// fieldOf reads the name that ends before the ":" or "=" at i.
func fieldOf(text string, i int) field {
	end := i
	for end > 0 && i-end < 8 && strings.IndexByte(" \"'\\`]:", text[end-1]) >= 0 {
		end--
	}
	start := end
	for start > 0 && end-start < 40 && (wordByte(text[start-1]) || text[start-1] == '-') {
		start--
	}
	if end-start < 3 {
		return noField
	}
	if end-start == 3 && strings.EqualFold(text[start:end], "key") && start >= 4 && strings.EqualFold(text[start-4:start], "api ") {
		return shoutedField
	}
	name := strings.ReplaceAll(strings.ToLower(text[start:end]), "-", "_")
	kind := fields[strings.TrimLeft(name, "_")]
	if kind == noField {
		return suffixed(name)
	}
	switch inQuery := start > 0 && strings.IndexByte("?&;", text[start-1]) >= 0; {
	case kind == queryField && !inQuery:
		return noField
	case inQuery:
		return tokenField
	}
	return kind
}

func suffixed(name string) field {
	for _, state := range []string{"invalid_", "missing_", "expired_"} { // names of errors, not of keys
		if strings.HasPrefix(name, state) {
			return noField
		}
	}
	for _, s := range suffixes {
		if strings.HasSuffix(name, s) {
			return shoutedField
		}
	}
	return noField
}

// valueStart skips what stands between a separator and its value, and returns the quote that opens it (0 for
// none).
func valueStart(text string, i int) (start int, quote byte) {
	for i < len(text) && strings.IndexByte(" \t>=", text[i]) >= 0 {
		i++
	}
	if typed := strings.TrimLeft(text[i:min(len(text), i+40)], "\r\n "); strings.HasPrefix(typed, "string(") { // PHP
		if end := strings.Index(text[i:min(len(text), i+60)], ") "); end >= 0 {
			i += end + 2
		}
	}
	for i < len(text) && strings.IndexByte("\\[\"'`", text[i]) >= 0 && !strings.HasPrefix(text[i:], Mask) {
		if text[i] != '\\' && text[i] != '[' {
			quote = text[i]
		}
		i++
	}
	return i, quote
}

// skipSchemes skips "Bearer ", also twice.
func skipSchemes(text string, i int) int {
	for range 3 {
		end := i
		for end < len(text) && end-i < 12 && wordByte(text[end]) {
			end++
		}
		blank := end
		for blank < len(text) && blank-end < 8 && (text[blank] == ' ' || text[blank] == ':' || text[blank] == '\t') {
			blank++
		}
		if end == i || blank == end || !schemes[strings.ToLower(text[i:end])] {
			break
		}
		i = blank
	}
	return i
}

// tokenEnd returns where a value of one word ends: before a blank, a quote or what closes it. Within quotes it
// is the closing quote, where the same line has one.
func tokenEnd(text string, start int, quote byte) int {
	if quote != 0 {
		if end := lineEnd(text, start, quote); end < len(text) && (text[end] == quote || text[end] == '\\') {
			return end
		}
	}
	end := start
	for end < len(text) && text[end] > ' ' && strings.IndexByte("\"'`,;&<>()[]{}\\", text[end]) < 0 {
		end++
	}
	return end
}

// lineEnd returns where the line ends, also an escaped one, or the quote closes before that.
func lineEnd(text string, start int, quote byte) int {
	end := start
	for ; end < len(text) && text[end] != '\n' && text[end] != '\r'; end++ {
		if c := text[end]; quote != 0 && c == quote || c == '\\' && end+1 < len(text) && strings.IndexByte(`rn"'\`, text[end+1]) >= 0 {
			break
		}
	}
	return end
}

func prefixed(text string, i int) span {
	for _, p := range prefixes[text[i]] {
		if !strings.HasPrefix(text[i:], p.text) {
			continue
		}
		end := i + len(p.text)
		for end < len(text) && (wordByte(text[end]) || text[end] == '-' || text[end] == '.' && p.text == "eyJ") {
			end++
		}
		if end-i >= p.least {
			return span{i, end}
		}
	}
	return span{}
}

// credentials finds what follows "Bearer " and "Basic ".
func credentials(text string, i int) span {
	if len(text)-i < 7 || !strings.EqualFold(text[i:i+6], "bearer") && !strings.EqualFold(text[i:i+5], "basic") {
		return span{}
	}
	start := skipSchemes(text, i)
	if start == i {
		return span{}
	}
	end := tokenEnd(text, start, 0)
	if token := text[start:end]; len(token) < 8 || !random(token) {
		return span{}
	}
	return kept(text, start, end)
}

// pem finds the body of a private key; a key that was cut ends with the text.
func pem(text string, i int) span {
	const first, last = "-----BEGIN ", "-----END "
	if !strings.HasPrefix(text[i:], first) {
		return span{}
	}
	label := text[i:min(len(text), i+60)]
	close := strings.Index(label[len(first):], "-----")
	if close < 0 || !strings.Contains(label[:len(first)+close], "PRIVATE KEY") {
		return span{}
	}
	start := i + len(first) + close + len("-----")
	if end := strings.Index(text[start:], last); end >= 0 {
		return span{start, start + end}
	}
	return span{start, len(text)}
}

// placeholders are values that stand where a secret belongs, in lower case.
var placeholders = map[string]bool{
	"": true, "null": true, "none": true, "nil": true, "undefined": true, "true": true, "false": true, "key": true,
	"secret": true, "token": true, "bearer": true, "basic": true, "your_api_key": true, "your-api-key": true, "api_key": true, "changeme": true,
}

func placeholder(value string) bool {
	if value == "" || strings.IndexByte("<[{*", value[0]) >= 0 || value[0] == '%' && value[len(value)-1] == '%' {
		return true
	}
	if value[0] == '$' { // a variable; what follows its name would be a value
		return strings.IndexFunc(value[1:], func(r rune) bool { return r > 0x7f || !wordByte(byte(r)) && !strings.ContainsRune("{}()$: ", r) }) < 0
	}
	return len(value) <= 16 && (placeholders[strings.ToLower(value)] || strings.Trim(value, "xX.*•…-_") == "")
}

// random tells a token from a word of prose: it is long, or mixes digits or capitals into its letters.
func random(value string) bool {
	if len(value) >= 24 && !strings.Contains(strings.Trim(value, "."), "...") {
		return true
	}
	mixed := strings.IndexFunc(value, func(r rune) bool { return r >= '0' && r <= '9' }) >= 0 ||
		strings.IndexFunc(value[min(1, len(value)):], func(r rune) bool { return r >= 'A' && r <= 'Z' }) >= 0
	return len(value) >= 8 && mixed
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}
