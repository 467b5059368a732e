package checks

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"testing"
	"unicode/utf8"
)

// FuzzRefusal reads foreign error pages and headers: nothing crashes, and what is kept can be shown.
func FuzzRefusal(f *testing.F) {
	f.Add("Cf-Ray", "a", "<title>Access denied</title>error code: 1020")
	f.Add("Server", "AmazonS3", "<Error><Code>AccessDenied</Code><Message>Access &amp; Denied</Message><Endpoint>e</Endpoint></Error>")
	f.Add("X-Ms-Error-Code", "BlobNotFound", "")
	f.Add("Content-Type", "application/json", `{"error":{"message":"no \ud83d\ude00 \"file\""}}`)
	f.Add("X-Amzn-Waf-Action", "captcha", "<meta http-equiv=refresh content='0;url=/a'><script>window.location='b'</script>")
	h := &hop{url: &url.URL{Scheme: "https", Host: "media.example.com"}}
	f.Fuzz(func(t *testing.T, name, value, page string) {
		header := http.Header{}
		header.Set(name, value)
		said := readRefusal(header, []byte(page))
		resp := &http.Response{StatusCode: http.StatusForbidden, Header: header, Request: &http.Request{URL: h.url}}
		p := &urlProbe{hops: []*hop{h}}
		if found, named := p.verdictOn(resp, said, []byte(page)); named && (found.ID == "" || found.Status == "" || found.Summary == "" || found.Remedy == "") {
			t.Errorf("a verdict without words: %+v", found)
		}
		for _, e := range append(refusalEvidence(h, resp, said), pageRedirect(nil, []byte(page))...) {
			if utf8.RuneCountInString(e.Value) > 301 {
				t.Errorf("%s is %d bytes long", e.Label, len(e.Value))
			}
		}
	})
}

// aloneWith is a network in which nothing but one server is there: no name has an address, and no other address
// answers. What leads out of it is counted as unreachable.
func aloneWith(t testing.TB, server string) network {
	n := internet
	n.nameServer = (&world{names: map[string]dnsRecord{}}).serveDNS(t)
	n.dial = func(ctx context.Context, to netip.AddrPort, kind string) (net.Conn, error) {
		if to.String() != server {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: unreachableErrors[0]}
		}
		return dialJudged(ctx, to, kind)
	}
	return n
}

// TestAnswersLeadNowhereElse holds that a server that redirects to the internet, by name or by address, is all that
// a fuzzed answer reaches.
func TestAnswersLeadNowhereElse(t *testing.T) {
	for location, want := range map[string]string{
		"//media.example.org/": "dns.not_found fail; view.not_reached skip",
		"//93.184.216.34/":     "tcp.unreachable unknown; view.not_reached skip",
	} {
		server := rawServer(t, func(conn net.Conn) {
			conn.Read(make([]byte, 4096))
			io.WriteString(conn, "HTTP/1.1 302 Found\r\nLocation: "+location+"\r\n\r\n")
		})
		r := aloneWith(t, server).checkURL(t.Context(), urlTarget(t, "http://"+server, "/a"))
		if got := verdicts(r); got != want {
			t.Errorf("%s: %s, want %s\n%s", location, got, want, texts(r))
		}
	}
}

// FuzzAnswer lets a server answer with any bytes: the check ends with at least one finding, and does not crash.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 302 Found\r\nLocation: /a\r\nSet-Cookie: a=b\r\n\r\n", "SSH-2.0-a\r\n",
		"\x15\x03\x01\x00\x02\x02\x46", "\x00\x00\x12\x04\x00", "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/10\r\n\r\nhello",
		"HTTP/1.1 302 Found\r\nLocation: //media.example.org\r\n\r\n", "HTTP/1.1 302 Found\r\nLocation: //93.184.216.34\r\n\r\n",
		"HTTP/1.1 429 Too Many\r\nRetry-After: 5\r\n\r\n", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		server := rawServer(t, func(conn net.Conn) {
			conn.Read(make([]byte, 4096))
			conn.Write([]byte(answer))
		})
		r := aloneWith(t, server).checkURL(t.Context(), urlTarget(t, "http://"+server, "/a"))
		if len(r.Findings) == 0 {
			t.Error("nothing was found")
		}
	})
}

// FuzzHandshake lets a server answer the first flight of TLS with any bytes.
func FuzzHandshake(f *testing.F) {
	for _, seed := range []string{"\x15\x03\x03\x00\x02\x02\x28", "HTTP/1.1 400 Bad Request\r\n\r\n", "\x16\x03\x03\x00\x04\x0e\x00\x00\x00", "", "220 mail"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		server := rawServer(t, func(conn net.Conn) {
			conn.Read(make([]byte, 4096))
			conn.Write(answer)
		})
		r := aloneWith(t, server).checkURL(t.Context(), urlTarget(t, "", "https://"+server+"/"))
		for _, found := range r.Findings {
			if found.ID == "view.public" || found.Summary == "" {
				t.Error(texts(r))
			}
		}
	})
}
