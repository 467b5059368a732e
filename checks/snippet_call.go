package checks

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"klyra-doctor/catalog/paste"
)

// snippetCall is the request that snippets send.
type snippetCall struct {
	Method string
	URL    string // in which nothing needs quoting in any language, and without the query, which may hold secrets
	Body   bool   // requests of this method have one
}

// snippetCall returns the request that the user makes, as far as it is known. The pretend API is gone by the time
// that a snippet is used.
func (t Target) snippetCall() snippetCall {
	base := t.API.base
	if t.Sandbox {
		base, _ = url.Parse(DocumentedAPI)
	}
	c, path := snippetCall{Method: http.MethodPost}, t.Endpoint
	if r := t.shownCall(); r != nil && (path == "" || path == r.Path) {
		path = r.Path
		if slices.Contains(snippetMethods, r.Method) {
			c.Method = r.Method
		}
	}
	to := base.Path + "/YOUR/ENDPOINT"
	if path != "" {
		to = t.API.resolve(path).Path
	}
	c.URL, c.Body = plainURL(base.Scheme+"://"+base.Host+to), slices.Contains(bodied, c.Method)
	return c
}

// snippetMethods are the methods of requests that somebody would write a program for.
var snippetMethods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// shownCall returns the pasted request to the API that a target knows: one that names another host tells nothing of
// the API's paths. It is nil where there is none.
func (t Target) shownCall() *paste.Request {
	known := []*paste.Request{t.Request, t.KeyRequest}
	if t.Response != nil {
		known = append(known, t.Response.Request)
	}
	for _, r := range known {
		if r == nil || r.Path == "" {
			continue
		}
		if address := r.Address.Reveal(); t.Sandbox || t.API.Owns(address) || strings.HasPrefix(address, "/") {
			return r
		}
	}
	return nil
}

const plainInURLs = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/[]@,+="

// plainURL percent-encodes all that a URL need not hold as it stands.
func plainURL(address string) string {
	var b strings.Builder
	for _, c := range []byte(address) {
		if strings.IndexByte(plainInURLs, c) < 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
