package checks

import (
	"net/http"
	"strings"
)

// lengthHeader finds a Content-Length among headers.
var lengthHeader = matching(`(?im)^content-length\s*:`)

// judgeFraming warns of an answer that tells its length in two ways, which net/http hides.
func (p *urlProbe) judgeFraming(h *hop, resp *http.Response) {
	head, _, _ := strings.Cut(afterEarly(h.heard.start()), "\r\n\r\n")
	if len(resp.TransferEncoding) == 0 || !lengthHeader().MatchString(head) {
		return
	}
	p.add(Finding{
		ID: "http.server_error", Status: Warn,
		Summary: "the server sends Content-Length and Transfer-Encoding: chunked in one answer, which HTTP forbids",
		Remedy:  "Let the server, or the proxy that adds one, send only one of them: some clients (Node.js among them) refuse such an answer.",
	})
}

// surplus counts what came behind the end that an answer announces, as far as it came along with it. A single line
// end is none.
func (o *overhearing) surplus(b *body, resp *http.Response) int64 {
	start := o.start()
	_, rest, found := strings.Cut(afterEarly(start), "\r\n\r\n")
	if !found || b.length < 0 || b.err != nil || b.more || len(resp.TransferEncoding) > 0 {
		return 0
	}
	extra := o.total() - int64(len(start)-len(rest)) - b.length
	if extra <= 2 && (int64(len(rest)) < b.length || strings.TrimSpace(rest[b.length:]) == "") {
		return 0
	}
	return extra
}
