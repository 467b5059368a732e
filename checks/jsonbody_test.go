package checks

import (
	"fmt"
	"strings"
	"testing"

	"klyra-doctor/checks/media/mediatest"
)

func TestRequestBody(t *testing.T) {
	image := string(inBase64(mediatest.PNG(8, 8)))
	cut := string(inBase64(mediatest.PNG(64, 64)[:200]))
	cases := []contentCase{
		{name: "text", data: []byte(`{"text": "is this rude?"}`), want: "content.fits=pass", says: "field text: text, 3 words"},
		{name: "nested", data: []byte(`{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}`), want: "content.fits=pass", says: "field messages[0].content[0].text: text, 1 word"},
		{name: "image", data: []byte(`{"image":"` + image + `"}`), want: "content.fits=pass", says: "field image: PNG image, 8×8"},
		{name: "data URI", data: []byte(`{"image_url":{"url":"data:image/png;base64,` + image + `"}}`), want: "content.fits=pass", says: "PNG image, 8×8"},
		{name: "cut image", data: []byte(`{"image":"` + cut + `"}`), want: "content.truncated=fail", says: "field image: the PNG image is cut off"},
		{name: "broken base64", data: []byte(`{"image":"` + image[:len(image)/2] + `*` + image + `"}`), want: "content.base64=fail content.truncated=fail", says: "field image: the base64 is broken"},
		{name: "URL", data: []byte(`{"url":"https://example.org/a.png"}`), want: "content.fits=pass", says: "a URL: the URL check looks at it"},
		{name: "too many words", data: []byte(`{"text":"` + string(wordsOf(501)) + `"}`), want: "request.content_too_long=fail", says: "field text: the text is likely too long"},
		{name: "empty text", data: []byte(`{"text":""}`), want: "request.content_missing=fail", says: "field text"},
		{name: "blank text", data: []byte(`{"text":" \n "}`), want: "request.content_missing=fail"},
		{name: "null", data: []byte(`{"input":null}`), want: "request.content_missing=fail", says: "field input"},
		{name: "empty list", data: []byte(`{"inputs":[]}`), want: "request.content_missing=fail"},
		{name: "empty object", data: []byte(`{}`), want: "request.content_missing=fail"},
		{name: "null body", data: []byte(`null`), want: "request.content_missing=fail"},
		{name: "unusual names", data: []byte(`{"payload":"x","lang":"en"}`), want: "request.content_missing=warn", says: "fields: lang, payload"},
		{name: "one of two empty", data: []byte(`{"image":"","text":"hello"}`), want: "content.fits=pass"},
		{name: "lone surrogate", data: []byte(`{"text":"smile \ud83d"}`), want: "request.body_invalid=warn content.mojibake=warn", says: "lone surrogate"},
		{name: "whole pair", data: []byte(`{"text":"smile \ud83d\ude00 and \\ud83d"}`), want: "content.fits=pass"},
	}
	for _, m := range []struct{ name, body, place, says string }{
		{"trailing comma", "{\n  \"text\": \"hi\",\n}", "line 3, column 1", "a comma stands before the closing bracket"},
		{"single quotes", `{'text': 'hi'}`, "line 1, column 2", "single quotes"},
		{"typographic quotes", `{“text”: "hi"}`, "line 1, column 2", "typographic quotes"},
		{"raw line break", "{\"text\": \"a\nb\"}", "line 1, column 12", "a raw line break"},
		{"comment", "{\"text\": \"a\"} // yes", "line 1, column 15", "a comment"},
		{"Python", `{"text": "a", "ok": True}`, "line 1, column 21", "True is no JSON"},
		{"placeholder", `{"text": {{text}}}`, "line 1, column 11", "was not replaced"},
		{"shell variable", `{"text": $TEXT}`, "line 1, column 10", "was not replaced"},
		{"cut", `{"text": "hi`, "line 1, column 13", "ends too early"},
		{"blank", " \n", "line 2, column 1", "the body is blank"},
		{"bom", "\xef\xbb\xbf{}", "line 1, column 1", "byte order mark"},
		{"form", "key=hi", "line 1, column 1", "JSON library"},
		{"after an accent", `{"é": nil}`, "line 1, column 8", "JSON library"},
	} {
		cases = append(cases, contentCase{name: m.name, data: []byte(m.body), want: "request.body_invalid=fail", says: m.place},
			contentCase{name: m.name + " is named", data: []byte(m.body), want: "request.body_invalid=fail", says: m.says})
	}
	for i := range cases {
		cases[i].mime = "application/json; charset=utf-8"
	}
	cases = append(cases,
		contentCase{name: "by its name", data: []byte(`{`), file: "body.json", want: "request.body_invalid=fail"},
		contentCase{name: "JSON to be moderated as text", data: []byte(`{`), file: "body.json", expect: Text, want: "content.fits=pass"},
		contentCase{name: "JSON declared text", data: []byte(`{`), mime: "text/plain", want: "content.fits=pass"},
		contentCase{name: "too long to read", data: fmt.Appendf(nil, `{"text":"%s"}`, strings.Repeat("x", bodyJSONLimit)), mime: "application/json", want: "content.unverifiable=unknown"})
	runContentCases(t, cases)
}

// TestCaret: the caret stands below the offending character, also where what is before it is escaped.
func TestCaret(t *testing.T) {
	for _, c := range []struct{ body, line string }{
		{"{\n  \"text\": \"hi\",\n}", "}\n^"},
		{`{'text': 'hi'}`, "{'text': 'hi'}\n ^"},
		{strings.Repeat(" ", 100) + `{"a" 1, "b": 2}`, strings.Repeat(" ", 35) + `{"a" 1, "b": 2}` + "\n" + strings.Repeat(" ", 40) + "^"},
	} {
		content := contentOf("a.json", []byte(c.body))
		r := runContent(content, AnyMedia)
		if got := r.Findings[0].Evidence[0].Value; got != c.line {
			t.Errorf("%q shows\n%s\nwant\n%s", c.body, got, c.line)
		}
	}
}

func BenchmarkRequestBody(b *testing.B) {
	content := contentOf("a.json", []byte(`{"image":"`+string(inBase64(mediatest.PNG(1000, 750)))+`"}`))
	b.SetBytes(content.Size)
	for b.Loop() {
		if r := runContent(content, AnyMedia); r.Status != Pass {
			b.Fatal(contentSaid(r))
		}
	}
}
