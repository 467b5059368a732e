package checks

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// browserAgent is what a usual browser calls itself.
const browserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

// comparison is one more request that differs from the first in one thing only.
type comparison struct {
	id     string
	method string
	extra  http.Header
}

// compare sends a few more requests, each over a connection of its own, to find out what an answer depends
// on: after a refusal, whether another client or a Referer would be let in; after a success, only where
// Deep is set.
func (p *urlProbe) compare(ctx context.Context, h *hop, status int, b *body) {
	browser := comparison{"http.user_agent", http.MethodGet, http.Header{"User-Agent": {browserAgent}}}
	referer := comparison{"http.hotlink", http.MethodGet, http.Header{"Referer": {h.url.Scheme + "://" + h.url.Host + "/"}}}
	head := comparison{"http.head_differs", http.MethodHead, nil}
	same := comparison{"body.changes", http.MethodGet, nil}
	var more []comparison
	switch {
	case status == http.StatusForbidden || status == http.StatusUnauthorized || status == http.StatusNotAcceptable:
		more = []comparison{browser, referer}
	case status < 300 && p.Deep && b.err == nil:
		more = []comparison{head, same, browser}
	}
	for _, c := range more {
		if ctx.Err() != nil {
			return
		}
		answer, ok := p.again(ctx, h, c)
		if f := c.judge(status, b, answer); ok && f.ID != "" {
			p.add(f)
		}
	}
}

// otherAnswer is what is kept of an answer to compare it with another.
type otherAnswer struct {
	status int
	kind   Media // of the body by its bytes
	body   *body // nil but for a second download
}

// again sends one comparing request on a new connection to the same address.
func (p *urlProbe) again(ctx context.Context, h *hop, c comparison) (otherAnswer, bool) {
	quiet := &urlProbe{Target: p.Target, net: p.net}
	twin := &hop{url: h.url, kind: h.kind, addrs: append(h.addrs[:0:0], h.peer.Addr())}
	if !quiet.connect(ctx, twin) {
		return otherAnswer{}, false
	}
	defer func() { twin.conn.Close() }()
	if h.url.Scheme == "https" && !quiet.secure(ctx, twin) {
		return otherAnswer{}, false
	}
	resp, err := quiet.roundTrip(ctx, twin, c.method, c.extra)
	if err != nil {
		return otherAnswer{}, false
	}
	defer resp.Body.Close()
	if c.id == "body.changes" {
		b := quiet.read(resp)
		return otherAnswer{resp.StatusCode, b.kind.media, b}, b.err == nil
	}
	start, err := io.ReadAll(io.LimitReader(resp.Body, headBytes))
	return otherAnswer{resp.StatusCode, contentKindOf(start, false).media, nil}, err == nil
}

// judge returns the finding of an answer that differs from the first one, or the zero Finding.
func (c comparison) judge(status int, first *body, other otherAnswer) Finding {
	opened := status >= 400 && other.status < 300
	switch c.id {
	case "http.user_agent":
		if opened || status < 300 && (other.status >= 400 || other.kind != first.kind.media) {
			return Finding{
				ID: c.id, Status: Warn, Summary: "the answer depends on the client's name (User-Agent)",
				Evidence: []Evidence{{probeAgent, fmt.Sprintf("HTTP %d", status)}, {"a browser", fmt.Sprintf("HTTP %d", other.status)}},
				Remedy:   "Exempt this path from such rules: what the API's downloader calls itself is not documented.",
			}
		}
	case "http.hotlink":
		if opened {
			return Finding{
				ID: c.id, Status: Fail, Summary: "the file is handed out only to the site's own pages (hotlink protection)",
				Evidence: []Evidence{{"without Referer", fmt.Sprintf("HTTP %d", status)}, {"with the site as Referer", fmt.Sprintf("HTTP %d", other.status)}},
				Remedy:   "Exempt this path: a downloader sends no Referer.",
			}
		}
	case "http.head_differs":
		if other.status >= 400 {
			return Finding{
				ID: c.id, Status: Warn, Summary: fmt.Sprintf("a HEAD request gets HTTP %d where GET works", other.status),
				Remedy: "Harmless for most downloaders; some look with HEAD first. Pre-signed links are signed for one method only.",
			}
		}
	case "body.changes":
		if other.status != status || first.size != other.body.size || first.sum != other.body.sum {
			return Finding{
				ID: c.id, Status: Warn, Summary: "two downloads one after another gave different content",
				Evidence: []Evidence{{"first", first.download(status)}, {"second", other.body.download(other.status)}},
				Remedy:   "Give a URL whose content stays: what the API sees may not be what you see.",
			}
		}
	}
	return Finding{}
}
