package checks

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks/media"
)

const (
	bodyJSONLimit  = 8 << 20 // of a request body that is parsed: an image of 4 MiB in base64 and more
	bodyFieldLimit = 20      // contents of one request that are looked into
)

// readRequestBody surveys the JSON of a whole request, and then each content that it holds.
func (s *survey) readRequestBody(ctx context.Context, in io.Reader) {
	s.what = "JSON request body"
	body, _ := io.ReadAll(io.LimitReader(in, bodyJSONLimit+1))
	if len(body) > bodyJSONLimit {
		s.unverifiable("a request body over " + sizeWords(bodyJSONLimit) + " is not read here")
		return
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		s.found(brokenJSON(body, err))
		return
	}
	if at := loneSurrogate(body); at >= 0 {
		s.found(jsonFinding(body, at, Warn, "half of a character (a lone surrogate) is escaped",
			"escape the whole pair, or write the character itself: a string was cut inside an emoji"))
	}
	s.judgeFields(ctx, value)
}

// judgeFields looks at what seems to be the content. Klyra's field names are not public: only names that are
// usual for content count.
func (s *survey) judgeFields(ctx context.Context, value any) {
	fields := contentFields(nil, "", value, false)
	object, isObject := value.(map[string]any)
	filled := slices.DeleteFunc(slices.Clone(fields), func(f bodyField) bool { return strings.TrimSpace(f.value) == "" })
	switch {
	case !isObject && len(fields) == 0 || isObject && len(object) == 0:
		s.found(contentMissing(Fail, "the request body holds nothing to moderate", nil))
	case len(fields) == 0:
		keys := slices.Sorted(maps.Keys(object))
		s.found(contentMissing(Warn, "the request body has no field that usually holds content (Klyra's own names are not public)",
			[]Evidence{{"fields", strings.Join(keys[:min(len(keys), bodyFieldLimit)], ", ")}}))
	case len(filled) == 0:
		s.found(contentMissing(Fail, "the request's content is empty: field "+fields[0].path, nil))
	}
	for _, f := range filled[:min(len(filled), bodyFieldLimit)] {
		s.readField(ctx, f)
	}
}

func contentMissing(status Status, summary string, evidence []Evidence) Finding {
	return Finding{
		ID: "request.content_missing", Status: status, Summary: summary, Evidence: evidence,
		Remedy: "print the body just before it is sent: the variable that should hold the content is probably empty or misspelt",
	}
}

// bodyField is a string of a request body where content usually stands.
type bodyField struct{ path, value string }

// holdsMedia reports whether the string is probably base64, by its field's name and its look.
func (f bodyField) holdsMedia() bool {
	const shortest = 64
	path := strings.ToLower(f.path)
	named := slices.ContainsFunc([]string{"image", "audio", "video", "data", "file", "media"}, func(word string) bool { return strings.Contains(path, word) })
	return named && len(f.value) >= shortest && !strings.Contains(f.value, " ")
}

// contentKeys are the names that fields with content usually have.
var contentKeys = map[string]bool{
	"text": true, "content": true, "input": true, "inputs": true, "message": true, "messages": true, "prompt": true, "body": true,
	"image": true, "images": true, "image_url": true, "imageurl": true, "url": true, "audio": true, "audio_url": true, "audiourl": true,
	"video": true, "video_url": true, "videourl": true, "data": true, "media": true, "file": true,
}

// beside are names of fields that say something about a content beside them.
var beside = map[string]bool{"type": true, "role": true, "id": true, "mime_type": true, "media_type": true, "language": true}

// contentFields appends the strings below usual names, in the order of their paths. What is null or empty
// counts as an empty string.
func contentFields(fields []bodyField, path string, value any, inside bool) []bodyField {
	switch v := value.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			isContent := contentKeys[strings.ToLower(k)] || inside && !beside[strings.ToLower(k)]
			fields = contentFields(fields, strings.TrimPrefix(path+"."+k, "."), v[k], isContent)
		}
		if len(v) > 0 {
			return fields
		}
	case []any:
		for i, item := range v {
			fields = contentFields(fields, fmt.Sprintf("%s[%d]", path, i), item, inside)
		}
		if len(v) > 0 {
			return fields
		}
	case float64, bool:
		return fields
	}
	if inside {
		text, _ := value.(string)
		fields = append(fields, bodyField{path, text})
	}
	return fields
}

// readField surveys a content inside the request, and takes over what is wrong with it.
func (s *survey) readField(ctx context.Context, f bodyField) {
	if isWebAddress(f.value) {
		s.fact("field "+f.path, "a URL: the URL check looks at it")
		return
	}
	inner := &survey{content: Content{Size: -1, Base64: f.holdsMedia()}}
	if !inner.holdsBase64([]byte(f.value[:min(len(f.value), media.SniffLen)])) {
		inner.expect = Text
	}
	inner.encodedAs = ""
	inner.read(ctx, &meter{ctx: ctx, in: strings.NewReader(f.value)})
	s.fact("field "+f.path, "%s", inner.what)
	for _, found := range inner.findings {
		if found.ID == "content.too_many_words" {
			found.ID = "request.content_too_long"
		}
		s.found(found.about(f.path))
	}
	for _, hint := range inner.hints {
		s.hints = append(s.hints, hint.about(f.path))
	}
}

// about is the finding said of one field.
func (f Finding) about(path string) Finding {
	f.Summary = "field " + path + ": " + f.Summary
	return f
}

func isWebAddress(value string) bool {
	return (strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://")) && !strings.ContainsAny(value, " \n\t")
}

// brokenJSON says where JSON breaks.
func brokenJSON(body []byte, err error) Finding {
	at := len(body)
	if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
		at = max(int(syntax.Offset)-1, 0)
		if strings.Contains(err.Error(), "unexpected end") {
			at = len(body)
		}
	}
	summary, remedy := jsonMistake(body, at)
	return jsonFinding(body, at, Fail, cmp.Or(summary, err.Error()), remedy)
}

// jsonMistake names the usual mistakes by the bytes where the parser stopped.
func jsonMistake(body []byte, at int) (summary, remedy string) {
	const build = "build the body with a JSON library instead of by hand"
	rest, before := body[at:], bytes.TrimRight(body[:at], " \t\r\n")
	r, _ := utf8.DecodeRune(rest)
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return "the body is blank", "send the JSON that the endpoint expects"
	case len(rest) == 0:
		return "it ends too early: a bracket or a quote is still open", "send the whole body: Content-Length may be too small, or the text was cut"
	case at == 0 && bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return "it begins with an invisible byte order mark (EF BB BF)", "save it as UTF-8 without BOM"
	case (r == '}' || r == ']') && bytes.HasSuffix(before, []byte(",")):
		return "a comma stands before the closing bracket", "take the comma out"
	case r == '\'':
		return "single quotes stand where JSON wants double quotes", build + " (in Python json.dumps, not str)"
	case strings.ContainsRune("“”‘’„«»", r):
		return "typographic quotes stand where JSON wants plain double quotes", "type the quotes anew in a plain-text editor"
	case r == '\n' || r == '\r' || r == '\t':
		return "a raw line break or tab stands inside a string", `escape it as \n or \t; ` + build
	case r == '/':
		return "a comment stands in it, which JSON does not know", "take the comment out"
	case bytes.HasSuffix(body[:at+1], []byte("{{")) || r == '$':
		return "a placeholder was not replaced", "find out why the template was not filled in"
	}
	for _, word := range []string{"True", "False", "None", "NaN", "undefined", "Infinity"} {
		if bytes.HasPrefix(rest, []byte(word)) {
			return word + " is no JSON", build
		}
	}
	return "", build
}

// jsonFinding points at a place in a body: the line, with a caret below it.
func jsonFinding(body []byte, at int, status Status, what, remedy string) Finding {
	const around = 40
	lineStart := bytes.LastIndexByte(body[:at], '\n') + 1
	line := 1 + bytes.Count(body[:at], []byte("\n"))
	from, to := max(lineStart, at-around), at
	for to < len(body) && to < at+around && body[to] != '\n' {
		to++
	}
	before := safe.EscapeLine(string(bytes.ToValidUTF8(body[from:at], nil)))
	after := safe.EscapeLine(string(bytes.ToValidUTF8(body[at:to], nil)))
	column := utf8.RuneCount(body[lineStart:at]) + 1
	f := Finding{
		ID: "request.body_invalid", Status: status, Remedy: remedy,
		Summary: fmt.Sprintf("the request body is not valid JSON on line %d, column %d: %s", line, column, what),
		Evidence: []Evidence{
			{"line " + strconv.Itoa(line), before + after + "\n" + strings.Repeat(" ", utf8.RuneCountInString(before)) + "^"},
		},
	}
	return f
}

// surrogates finds escaped halves of characters, whole pairs and escaped backslashes included.
var surrogates = matching(`\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}`)

// loneSurrogate returns the offset of the first half of a character that stands alone; -1 for none.
func loneSurrogate(body []byte) int {
	for from := 0; ; {
		m := surrogates().FindIndex(body[from:])
		if m == nil {
			return -1
		}
		if m[1]-m[0] == len(`\uD83D`) {
			return from + m[0]
		}
		from += m[1]
	}
}
