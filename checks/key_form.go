package checks

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks/media"
	"klyra-doctor/checks/text"
)

// keyForm is what can be told of a key without sending it.
type keyForm struct {
	sendable safe.Secret // what to send; empty where nothing may be sent
	findings []Finding
}

// maxKey is how many bytes a key may have: a whole file was given in place of one that is longer.
const maxKey = 16 << 10

// inspectKey looks for all that is wrong with a key as it is written. No text of it repeats the key.
func inspectKey(k Key) keyForm {
	text := k.Secret.Reveal()
	if strings.TrimSpace(text) == "" {
		return keyForm{findings: []Finding{missingKey(k)}}
	}
	if kind, is := binaryFile(text); is {
		f := formFinding("key.control", Evidence{"it is", "a file of another kind: " + kind.Name})
		f.Remedy = "give a file that holds the key alone, as plain text"
		return keyForm{findings: []Finding{f}}
	}
	if len(text) > maxKey {
		return keyForm{findings: []Finding{formFinding("key.scheme_doubled", Evidence{"it is", fmt.Sprintf("a text of %s, which is no key", SizeText(int64(len(text))))})}}
	}
	if isUTF16(text) {
		f := formFinding("key.non_ascii", Evidence{"encoding", "UTF-16, as PowerShell's > writes it"})
		f.Remedy = "write the file as plain text: Set-Content -Encoding ascii"
		return keyForm{findings: []Finding{f}}
	}
	var form keyForm
	if line, ended := cutFinalLineEnd(text); ended && k.FromFile {
		f := formFinding("key.newline", Evidence{"where", "one line end after the last character; it was left off"})
		f.Status, f.Summary = Warn, "the key ends in a line end, which some clients send along"
		form.findings = append(form.findings, f)
		text = line
	}
	core, layers := peelKey(text)
	form.findings = append(form.findings, layerFindings(text, layers)...)
	form.findings = append(form.findings, characterFindings(text, layers)...)
	if f, wrong := notOneKey(text, core); wrong {
		form.findings = append(form.findings, f)
	}
	for _, f := range form.findings {
		if f.Status == Fail {
			return form
		}
	}
	form.sendable = safe.NewSecret(text)
	return form
}

func missingKey(k Key) Finding {
	f := formFinding("key.missing")
	f.Status = Unknown
	switch {
	case k.Source == "":
		f.Evidence = []Evidence{{"looked at", "--key-file, --key-stdin and KLYRA_API_KEY: none of them is set for this program"}}
	case k.FromFile:
		f.Summary, f.Remedy = "the key from "+k.Source+" is empty", "put the key there, alone and on one line"
	default:
		f.Summary = "the key from " + k.Source + " is empty"
		f.Remedy = "it is set, but to nothing: look at the line that sets it. A secret that the CI does not hand out and a variable that is not set there become an empty text too"
	}
	return f
}

// isUTF16 reports whether a text of ASCII was written two bytes a character.
func isUTF16(text string) bool {
	marked := strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff")
	return marked || len(text) >= 8 && strings.Count(text, "\x00")*2 >= len(text)-1
}

// formFinding is a finding in the words of the table.
func formFinding(id string, evidence ...Evidence) Finding {
	words := keyForms[id]
	return Finding{ID: id, Status: Fail, Summary: words.summary, Remedy: words.remedy, Evidence: evidence}
}

// binaryFile tells a known file that is no text, such as a picture, given in place of a key.
func binaryFile(text string) (kind media.Kind, is bool) {
	head := text[:min(len(text), media.SniffLen)]
	if !strings.ContainsFunc(head, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
		return kind, false
	}
	kind = media.Sniff([]byte(head), true)
	return kind, kind.Sort != Text && kind.MIME != media.Unknown
}

// cutFinalLineEnd takes off one line end where it is the text's only one.
func cutFinalLineEnd(text string) (string, bool) {
	line := strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	return line, line != text && !strings.ContainsAny(line, "\r\n")
}

// layer is something wrapped around a key: bytes start to end of the text.
type layer struct {
	id, what   string
	start, end int
}

// peelKey takes blanks, quotes, scheme words and separators off the ends of a key, and says what it took; blanks
// are not listed, for they are found with the other characters.
func peelKey(text string) (core string, layers []layer) {
	start, end := 0, len(text)
	for {
		start = end - len(strings.TrimLeftFunc(text[start:end], unicode.IsSpace))
		end = start + len(strings.TrimRightFunc(text[start:end], unicode.IsSpace))
		core = text[start:end]
		if what, n := leadingScheme(core); n > 0 {
			layers = append(layers, layer{"key.scheme_doubled", what, start, start + n})
			start += n
			continue
		}
		if what, n := tail(core); n > 0 {
			layers = append(layers, layer{"key.scheme_doubled", what, end - n, end})
			end -= n
			continue
		}
		if left, right := wrapping(core); left > 0 {
			layers = append(layers, layer{"key.scheme_doubled", "what a program put around it", start, start + left})
			layers = append(layers, layer{"key.scheme_doubled", "what a program put around it", end - right, end})
			start, end = start+left, end-right
			continue
		}
		left, right := quoteWidths(core)
		if left+right == 0 {
			return core, layers
		}
		layers = append(layers, layer{"key.quotes", "", start, start + left}, layer{"key.quotes", "", end - right, end})
		start, end = start+left, end-right
	}
}

// tail names what stands behind the key, and its length in bytes; 0 where nothing does.
func tail(text string) (what string, n int) {
	for _, t := range keyTails {
		if m := t.pattern().FindString(text); m != "" {
			return t.what, len(m)
		}
	}
	return "", 0
}

// wrapping returns how many bytes of brackets and the like a text begins and ends with; 0 where what they hold is
// no key: it has no digit, or they do not close.
func wrapping(text string) (left, right int) {
	m := keyWrapping().FindStringSubmatchIndex(text)
	if m == nil || !strings.ContainsAny(text[m[4]:m[5]], "0123456789") || m[5]-m[4] < 16 {
		return 0, 0
	}
	bare := strings.IndexByte("bu", text[0]) >= 0 && m[3] == 1
	if closed := m[6] >= 0; bare && (closed || text[1] != '\'' && text[1] != '"') || !bare && !closed {
		return 0, 0
	}
	return m[3], len(text) - m[5]
}

// leadingScheme names what stands before the key, and its length in bytes; 0 where nothing does.
func leadingScheme(text string) (what string, n int) {
	for _, s := range keySchemes {
		if m := s.pattern().FindString(text); m != "" {
			return s.what, len(m)
		}
	}
	return "", 0
}

// quoteWidths returns how many bytes of quotes, escaped or not, a text begins and ends with.
func quoteWidths(text string) (left, right int) {
	if rest := strings.TrimPrefix(text, `\`); rest != "" {
		if r, n := utf8.DecodeRuneInString(rest); strings.ContainsRune(quoteMarks, r) && r != utf8.RuneError {
			left = len(text) - len(rest) + n
		}
	}
	if r, n := utf8.DecodeLastRuneInString(text[left:]); strings.ContainsRune(quoteMarks, r) && r != utf8.RuneError {
		right = n
		if strings.HasSuffix(text[left:len(text)-n], `\`) {
			right++
		}
	}
	return left, right
}

// layerFindings folds layers into one finding an id, in the order in which they were met.
func layerFindings(text string, layers []layer) []Finding {
	var found []Finding
	place := map[string]int{}
	for _, l := range layers {
		if l.start == l.end {
			continue
		}
		at, seen := place[l.id]
		if !seen {
			at = len(found)
			place[l.id] = at
			found = append(found, formFinding(l.id))
		}
		r, _ := utf8.DecodeLastRuneInString(text[l.start:l.end]) // of \" the quote
		found[at].Evidence = append(found[at].Evidence, Evidence{placeOf(text, l.start, l.end), cmp.Or(l.what, runeName(r))})
	}
	return found
}

// placeOf says where bytes start to end of a text stand, in characters from 1, and in bytes where that differs.
func placeOf(text string, start, end int) string {
	first := utf8.RuneCountInString(text[:start]) + 1
	last := first + utf8.RuneCountInString(text[start:end]) - 1
	place := fmt.Sprintf("character %d", first)
	if last > first {
		place = fmt.Sprintf("characters %d to %d", first, last)
	}
	if start+1 != first {
		place += fmt.Sprintf(", byte %d", start+1)
	}
	return place
}

// maxPlaces is how many characters a finding lists by their place.
const maxPlaces = 5

// oddity is a run of bytes that no key should hold: one character, or the two of a Windows line end.
type oddity struct {
	id         string
	start, end int
}

// oddities returns what stands in a text that no key should hold, apart from what was peeled off.
func oddities(text string, layers []layer) []oddity {
	var all []oddity
	for at, r := range text {
		id := characterProblem(r)
		if id == "" || inLayer(at, layers) {
			continue
		}
		if last := len(all) - 1; r == '\n' && last >= 0 && text[all[last].start:at] == "\r" {
			all[last].end = at + 1
			continue
		}
		_, n := utf8.DecodeRuneInString(text[at:])
		all = append(all, oddity{id, at, at + n})
	}
	return all
}

const byteOrderMark = "\uFEFF"

// characterFindings lists the characters that no key should hold, by their place in the text.
func characterFindings(text string, layers []layer) []Finding {
	all := oddities(text, layers)
	lead, tail := ends(text, all)
	var found []Finding
	for _, id := range []string{"key.newline", "key.whitespace", "key.control", "key.non_ascii"} {
		f := formFinding(id)
		before, behind := true, true
		for _, o := range all {
			if o.id == id {
				f.Evidence = append(f.Evidence, Evidence{placeOf(text, o.start, o.end), characterName(text[o.start:o.end])})
				before, behind = before && o.start < lead, behind && o.start >= tail
			}
		}
		if len(f.Evidence) == 0 {
			continue
		}
		if more := len(f.Evidence) - maxPlaces; more > 0 {
			f.Evidence = append(f.Evidence[:maxPlaces:maxPlaces], Evidence{"and", fmt.Sprintf("%d more", more)})
		}
		switch {
		case before:
			f.Summary = cmp.Or(atTheEnds[id].begins, f.Summary)
		case behind:
			f.Summary = cmp.Or(atTheEnds[id].ends, f.Summary)
		}
		if id == "key.non_ascii" && strings.HasPrefix(text, byteOrderMark) && len(f.Evidence) == 1 {
			f.Summary = "a byte order mark stands before the key, so it was not sent"
			f.Remedy = "save the file as UTF-8 without a byte order mark"
		}
		found = append(found, f)
	}
	return found
}

// ends returns where the oddities that a text begins with stop, and where the ones that it ends with begin.
func ends(text string, all []oddity) (lead, tail int) {
	tail = len(text)
	for _, o := range all {
		if o.start == lead {
			lead = o.end
		}
	}
	for _, o := range slices.Backward(all) {
		if o.end == tail {
			tail = o.start
		}
	}
	return lead, tail
}

func inLayer(at int, layers []layer) bool {
	for _, l := range layers {
		if at >= l.start && at < l.end {
			return true
		}
	}
	return false
}

// characterProblem returns the id of what is wrong with a character; "" where a key may hold it.
func characterProblem(r rune) string {
	switch {
	case r == '\n' || r == '\r':
		return "key.newline"
	case r == '\t' || unicode.Is(unicode.Zs, r):
		return "key.whitespace"
	case r < 0x20 || r == 0x7F:
		return "key.control"
	case r > 0x7E && !strings.ContainsRune(maskMarks, r):
		return "key.non_ascii"
	}
	return ""
}

// characterName names the character that a text is, or the bytes where it is no UTF-8.
func characterName(text string) string {
	if text == "\r\n" {
		return "U+000D U+000A (a Windows line end)"
	}
	r, n := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && n == 1 {
		return fmt.Sprintf("byte 0x%02X, which is no UTF-8", text[0])
	}
	return runeName(r)
}

// runeName is the code point of a character, and what it is.
func runeName(r rune) string {
	name := fmt.Sprintf("U+%04X", r)
	if what := cmp.Or(characterNames[r], lookOf(r), kindOfRune(r)); what != "" {
		name += " (" + what + ")"
	}
	return name
}

// lookOf says which ASCII character one of another alphabet looks like; "" for none.
func lookOf(r rune) string {
	if r >= '！' && r <= '～' { // the full-width forms stand in ASCII's order
		return fmt.Sprintf("full-width form of %c", r-'！'+'!')
	}
	for _, alphabet := range lookAlikes {
		place := 0
		for _, letter := range alphabet.letters {
			if letter == r {
				return fmt.Sprintf("%s letter that looks like %c", text.Script(r), alphabet.like[place])
			}
			place++
		}
	}
	return ""
}

func kindOfRune(r rune) string {
	switch {
	case unicode.Is(unicode.Zs, r):
		return "a blank of another width"
	case unicode.IsControl(r):
		return "control character"
	case unicode.Is(unicode.Cf, r):
		return "invisible character"
	case unicode.IsLetter(r):
		return cmp.Or(text.Script(r), "foreign") + " letter"
	case r > unicode.MaxASCII:
		return "not ASCII"
	}
	return ""
}

// settingLine is a line that gives a name a value.
var settingLine = matching(`(?m)^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.]*[ \t]*[=:][ \t]*\S`)

// notOneKey says what a text is where it is not one key of this API; core is the text without what is wrapped
// around it.
func notOneKey(text, core string) (Finding, bool) {
	if lines := len(settingLine().FindAllString(text, -1)); lines > 1 {
		return formFinding("key.repeated", Evidence{"it is", fmt.Sprintf("%d lines as of a settings file (.env), not the key alone", lines)}), true
	}
	if strings.HasPrefix(core, "{") && json.Valid([]byte(core)) {
		return formFinding("key.scheme_doubled", Evidence{"it is", "a JSON document, not the key alone"}), true
	}
	for _, p := range keyPlaceholders {
		if p.pattern().MatchString(core) {
			return formFinding("key.placeholder", Evidence{"it is", p.what}), true
		}
	}
	for _, m := range keyMasks {
		if at := m.pattern().FindStringIndex(core); at != nil {
			from := strings.Index(text, core)
			return formFinding("key.masked", Evidence{placeOf(text, from+at[0], from+at[1]), m.what}), true
		}
	}
	for _, v := range foreignKeys {
		if v.pattern().MatchString(core) {
			f := formFinding("key.foreign", Evidence{"it begins like", v.what})
			f.Evidence = append(f.Evidence, tokenClaims(core)...)
			return f, true
		}
	}
	if what := repetition(core); what != "" {
		return formFinding("key.repeated", Evidence{"it is", what}), true
	}
	return Finding{}, false
}

// shortestKey is the length from which a part of a text is taken for a key of its own.
const shortestKey = 8

// repetition says how a text holds more than one key; "" where it does not seem to. Pieces that differ, with
// only blanks between them, may as well be one key that was wrapped: the blanks are found anyway.
func repetition(core string) string {
	const separators = ",;|"
	var keys []string
	for _, part := range strings.FieldsFunc(core, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(separators, r) }) {
		if len(part) >= shortestKey {
			keys = append(keys, part)
		}
	}
	same, alike := true, true
	for _, key := range keys {
		same = same && key == keys[0]
		alike = alike && publicPrefix().FindString(key) != "" && publicPrefix().FindString(key) == publicPrefix().FindString(keys[0])
	}
	switch {
	case len(keys) < 2:
		if n := timesInARow(core); n > 1 {
			return fmt.Sprintf("the same key %d times in a row", n)
		}
		if begin := publicPrefix().FindString(core); len(begin) > 3 && strings.Contains(core[len(begin):], begin) {
			return "a key with a second one, or the beginning of one, behind it"
		}
	case same:
		return fmt.Sprintf("the same key %d times", len(keys))
	case alike, strings.ContainsAny(core, separators):
		return fmt.Sprintf("%d different keys", len(keys))
	}
	return ""
}

// timesInARow returns how often a text repeats its beginning, to its end; 1 where it does not.
func timesInARow(text string) int {
	for period := shortestKey; period*2 <= len(text); period++ {
		if len(text)%period == 0 && text[period:] == text[:len(text)-period] {
			return len(text) / period
		}
	}
	return 1
}

// notInToken are characters that no token of RFC 6750 has.
var notInToken = matching(`[^A-Za-z0-9._~+/=-]|=[^=]`)

// unlikeAKey says what is odd about a key that an API refused; "" where nothing is. None of it is proof.
func unlikeAKey(key string) string {
	for _, id := range idForms {
		if id.pattern().MatchString(key) {
			return "it has the form of " + id.what
		}
	}
	if at := notInToken().FindStringIndex(key); at != nil {
		return fmt.Sprintf("%s is %q, which tokens do not hold as a rule", placeOf(key, at[0], at[0]+1), key[at[0]:at[0]+1])
	}
	if decoded, err := base64.StdEncoding.DecodeString(key); err == nil && len(decoded) >= 16 && readableText(decoded) {
		return "it is base64 of another text, as Kubernetes shows secrets: decode it"
	}
	return ""
}

// readableText reports whether bytes are printable ASCII, but for a line end.
func readableText(text []byte) bool {
	return !slices.ContainsFunc(text, func(c byte) bool { return (c < ' ' || c > '~') && c != '\n' && c != '\r' })
}

// tokenClaims returns who issued a JSON web token and when it expires, as it says itself; nothing where the text
// is none.
func tokenClaims(core string) []Evidence {
	parts := strings.Split(core, ".")
	if len(parts) != 3 {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims struct {
		Exp float64 `json:"exp"`
		Iss string  `json:"iss"`
	}
	_ = json.Unmarshal(payload, &claims) // a claim of another type must not hide the other
	var told []Evidence
	if claims.Iss != "" {
		told = append(told, Evidence{"issued by", firstRunes(claims.Iss)})
	}
	if claims.Exp > 0 && claims.Exp < 1e11 {
		told = append(told, Evidence{"expires", time.Unix(int64(claims.Exp), 0).UTC().Format(time.RFC3339)})
	}
	return told
}
