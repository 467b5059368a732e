package checks

import (
	"bytes"
	"encoding/json"
	"html"
	"mime"
	"net/http"
	"strings"
)

// refusal is what an answer that is no success says of its cause.
type refusal struct {
	code     string // the storage provider's own: "AccessDenied"
	message  string
	title    string // of an HTML page
	edgeCode string // as Cloudflare numbers them: "1020"
	place    string // where the storage says that the bucket is
	words    string // a short answer that is none of the above
}

var (
	xmlCode     = matching(`<(?:Code>|li>Code:)\s*([^<]+?)\s*</`)
	xmlMessage  = matching(`<(?:Message>|AuthenticationErrorDetail>|li>Message:)\s*([^<]+?)\s*</`)
	xmlPlace    = matching(`<(?:Endpoint|Region)>\s*([^<]+?)\s*</`)
	jsonMessage = matching(`(?i)"(?:message|error_description|detail)"\s*:\s*("(?:[^"\\]|\\.){1,400}")`)
	jsonError   = matching(`"error"\s*:\s*("(?:[^"\\]|\\.){1,400}")`)
	jsonCode    = matching(`"(?:code|error)"\s*:\s*"([A-Za-z_]{1,60})"`)
)

// readRefusal reads the beginning of an answer that is no success.
func readRefusal(header http.Header, page []byte) refusal {
	said := refusal{title: titleOf(page), place: header.Get("X-Amz-Bucket-Region")}
	if codes := headerCodes(header); len(codes) > 0 {
		said.code = codes[0]
	}
	if cloudflares(header, page) {
		said.edgeCode = edgeCode(page)
	}
	if m := xmlCode().FindSubmatch(page); m != nil && said.code == "" {
		said.code = string(m[1])
	}
	for _, m := range xmlMessage().FindAllSubmatch(page, 2) {
		said.message = strings.TrimSpace(said.message + " " + html.UnescapeString(string(m[1])))
	}
	if m := xmlPlace().FindSubmatch(page); m != nil {
		said.place = strings.TrimSpace(string(m[1]) + " " + said.place)
	}
	if bytes.HasPrefix(bytes.TrimSpace(page), []byte("{")) {
		said.readJSON(page)
	}
	if said.code == "" && said.message == "" && said.title == "" && textual(header) {
		said.words = inOneLine(string(page))
	}
	return said
}

// readJSON reads the code and the message of an error in JSON, where no other was found.
func (said *refusal) readJSON(page []byte) {
	for _, pattern := range []lazyRegexp{jsonMessage, jsonError} {
		if m := pattern().FindSubmatch(page); m != nil && said.message == "" {
			_ = json.Unmarshal(m[1], &said.message) // no message is left where it is no string
		}
	}
	if m := jsonCode().FindSubmatch(page); m != nil && said.code == "" && string(m[1]) != said.message {
		said.code = string(m[1])
	}
}

// textual reports whether an answer is declared as plain text, or as nothing.
func textual(header http.Header) bool {
	declared, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	return declared == "" || declared == "text/plain"
}

// refusalEvidence lists the facts of an answer that is no success; empty ones are left out.
func refusalEvidence(h *hop, resp *http.Response, said refusal) []Evidence {
	all := []Evidence{
		{"storage", storageOf(h, resp.Header)},
		{"error code", said.code},
		{"error message", said.message},
		{"error number", said.edgeCode},
		{"page title", said.title},
		{"the bucket is at", said.place},
		{"answer", said.words},
	}
	for _, name := range []string{
		"X-Cld-Error", "WWW-Authenticate", "Proxy-Authenticate", "Retry-After", "Cf-Mitigated", "Cf-Error-Type", "Cf-Ray", "X-Amzn-Waf-Action", "X-Iinfo", "X-Datadome-Cid", "X-Oss-Ec", "X-Cache", "Via", "Server",
		"X-Amz-Request-Id", "X-Amz-Cf-Id", "X-Ms-Request-Id", "X-Azure-Ref", "X-Oss-Request-Id", "X-Request-Id",
	} {
		all = append(all, Evidence{name, resp.Header.Get(name)})
	}
	var told []Evidence
	for _, e := range all {
		if e.Value != "" {
			told = append(told, Evidence{e.Label, firstRunes(e.Value)})
		}
	}
	return told
}
