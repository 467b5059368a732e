package checks

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"klyra-doctor/catalog/safe"
)

// keyForm is what can be told of a key without sending it.
type keyForm struct {
	sendable safe.Secret // what to send; empty where nothing may be sent
	findings []Finding
}

// inspectKey looks for all that is wrong with a key as it is written. No text of it repeats the key.
func inspectKey(k Key) keyForm {
	text := k.Secret.Reveal()
	if strings.TrimSpace(text) == "" {
		return keyForm{findings: []Finding{missingKey(k)}}
	}
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
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
	form.findings = append(form.findings, layerFindings(layers)...)
	form.findings = append(form.findings, characterFindings(text, layers)...)
	if f, wrong := notOneKey(core); wrong {
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
	if k.Source != "" {
		f.Summary = "the key from " + k.Source + " is empty"
	}
	return f
}

// formFinding is a finding in the words of the table.
func formFinding(id string, evidence ...Evidence) Finding {
	words := keyForms[id]
	return Finding{ID: id, Status: Fail, Summary: words.summary, Remedy: words.remedy, Evidence: evidence}
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

// peelKey takes blanks, quotes and scheme words off the ends of a key, and says what it took; blanks are not
// listed, for they are found with the other characters.
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
		left, right := quoteWidths(core)
		if left+right == 0 {
			return core, layers
		}
		layers = append(layers, layer{"key.quotes", "at the beginning", start, start + left}, layer{"key.quotes", "at the end", end - right, end})
		start, end = start+left, end-right
	}
}

// leadingScheme names what stands before the key, and its length in bytes; 0 where nothing does.
func leadingScheme(text string) (what string, n int) {
	for _, s := range keySchemes {
		if m := s.pattern.FindString(text); m != "" {
			return s.what, len(m)
		}
	}
	return "", 0
}

// quoteWidths returns how many bytes of quotes a text begins and ends with.
func quoteWidths(text string) (left, right int) {
	if r, n := utf8.DecodeRuneInString(text); strings.ContainsRune(quoteMarks, r) && r != utf8.RuneError {
		left = n
	}
	if r, n := utf8.DecodeLastRuneInString(text[left:]); strings.ContainsRune(quoteMarks, r) && r != utf8.RuneError {
		right = n
	}
	return left, right
}

// layerFindings folds layers into one finding an id, in the order in which they were met.
func layerFindings(layers []layer) []Finding {
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
		found[at].Evidence = append(found[at].Evidence, Evidence{"not part of the key", l.what})
	}
	return found
}

// maxPlaces is how many characters a finding lists by their place.
const maxPlaces = 5

// characterFindings lists the characters that no key should hold, by their place in the text, from 1.
func characterFindings(text string, layers []layer) []Finding {
	places := map[string][]Evidence{}
	number := 0
	for at, r := range text {
		number++
		if inLayer(at, layers) {
			continue
		}
		if id := characterProblem(r); id != "" {
			places[id] = append(places[id], Evidence{fmt.Sprintf("character %d", number), characterName(text[at:], r)})
		}
	}
	var found []Finding
	for _, id := range []string{"key.newline", "key.whitespace", "key.control", "key.non_ascii"} {
		all := places[id]
		if len(all) == 0 {
			continue
		}
		if more := len(all) - maxPlaces; more > 0 {
			all = append(all[:maxPlaces:maxPlaces], Evidence{"and", fmt.Sprintf("%d more", more)})
		}
		found = append(found, formFinding(id, all...))
	}
	return found
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

func characterName(text string, r rune) string {
	if r == utf8.RuneError && !strings.HasPrefix(text, "\uFFFD") {
		return fmt.Sprintf("byte 0x%02X, which is no UTF-8", text[0])
	}
	name := fmt.Sprintf("U+%04X", r)
	if known := characterNames[r]; known != "" {
		name += " (" + known + ")"
	}
	return name
}

// notOneKey says what a text is where it is not one key of this API.
func notOneKey(core string) (Finding, bool) {
	for _, p := range keyPlaceholders {
		if p.pattern.MatchString(core) {
			return formFinding("key.placeholder", Evidence{"it is", p.what}), true
		}
	}
	if mark := maskIn(core); mark != "" {
		return formFinding("key.masked", Evidence{"it holds", mark}), true
	}
	for _, v := range foreignKeys {
		if v.pattern.MatchString(core) {
			f := formFinding("key.foreign", Evidence{"it begins like", v.what})
			f.Evidence = append(f.Evidence, tokenExpiry(core)...)
			return f, true
		}
	}
	if what := repetition(core); what != "" {
		return formFinding("key.repeated", Evidence{"it is", what}), true
	}
	return Finding{}, false
}

func maskIn(core string) string {
	switch {
	case strings.Contains(core, "***"):
		return "asterisks"
	case strings.Contains(core, "..."):
		return "three full stops"
	case strings.ContainsAny(core, maskMarks):
		return "dots that stand for hidden characters"
	}
	return ""
}

// shortestKey is the length from which a part of a text is taken for a key of its own.
const shortestKey = 8

// repetition says how a text holds more than one key; "" where it does not seem to.
func repetition(core string) string {
	parts := strings.FieldsFunc(core, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;|", r) })
	keys := 0
	for _, part := range parts {
		if len(part) >= shortestKey {
			keys++
		}
	}
	if keys > 1 {
		return fmt.Sprintf("%d keys in one", keys)
	}
	if half := len(core) / 2; half >= shortestKey && len(core)%2 == 0 && core[:half] == core[half:] {
		return "the same key twice in a row"
	}
	return ""
}

// tokenExpiry returns when a JSON web token says that it expires; nothing where the text is none.
func tokenExpiry(core string) []Evidence {
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
	}
	if json.Unmarshal(payload, &claims) != nil || claims.Exp <= 0 || claims.Exp > 1e11 {
		return nil
	}
	return []Evidence{{"expires", time.Unix(int64(claims.Exp), 0).UTC().Format(time.RFC3339)}}
}
