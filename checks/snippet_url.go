package checks

import (
	"fmt"
	"net/url"
	"strings"
)

// snippetURL returns the address to send to, in which nothing needs quoting in any language, and without the query,
// which may hold secrets. The pretend API is gone by the time that a snippet is used.
func (t Target) snippetURL() string {
	base := t.API.base
	if t.Sandbox {
		base, _ = url.Parse(DocumentedAPI)
	}
	path := base.Path + "/YOUR/ENDPOINT"
	if t.Endpoint != "" {
		path = t.API.resolve(t.Endpoint).Path
	}
	return plainURL(base.Scheme + "://" + base.Host + path)
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
