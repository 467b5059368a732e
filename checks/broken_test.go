package checks

import (
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"klyra-doctor/checks/dns/dnstest"
	"klyra-doctor/checks/media/mediatest"
)

// brokenServer is a server that breaks a download in one way, what it does on the wire, and what the URL check
// has to answer.
type brokenServer struct {
	cause string // what is wrong, in one line

	url    string          // "" means /photo.png on media.example.com, by https where there is a certificate
	cert   string          // which of brokenCerts; "" for plain HTTP
	names  *dnstest.Script // how the name server answers; nil for what it says of the hosts
	closed bool            // nothing listens
	turns  []turn          // one for each connection; the last one again and again
	expect Media
	deep   bool

	want string // id and status of the first finding of the worst status
	says string // in its summary
	mend string // in its remedy
	also string // ids of the other findings that fail or could not tell
}

// turn is what a server does with one connection: it reads a request, sends, and ends in some way.
type turn struct {
	unasked string // is sent before a request was read
	send    string
	end     ending
}

type ending int

const (
	hangUp ending = iota
	stall         // keeps the connection and says nothing more
	reset
	drip  // a byte now and then
	flood // the same once more, without an end
)

// ok is an answer of 200 with its length, headers and a body.
func ok(body []byte, headers ...string) string {
	return answered("200 OK", body, append(headers, fmt.Sprintf("Content-Length: %d", len(body)))...)
}

// answered is an answer of any status whose length only the headers may tell.
func answered(status string, body []byte, headers ...string) string {
	return "HTTP/1.1 " + status + "\r\n" + strings.Join(append(headers, "Connection: close"), "\r\n") + "\r\n\r\n" + string(body)
}

// once is the turn for every request.
func once(send string) []turn { return []turn{{send: send}} }

// countingUp are redirects that lead to another query each time.
func countingUp(n int, headers ...string) []turn {
	var turns []turn
	for i := range n {
		turns = append(turns, turn{send: answered("302 Found", nil, append(headers, fmt.Sprintf("Location: /photo.png?n=%d", i))...)})
	}
	return turns
}

// asUTF8 is data as a text with a character for each byte.
func asUTF8(data []byte) []byte {
	var text []rune
	for _, b := range data {
		text = append(text, rune(b))
	}
	return []byte(string(text))
}

// must stops a test whose own data cannot be made.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// deflated is data in deflate's bare format.
func deflated(data []byte) []byte {
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	must(err)
	_, err = z.Write(data)
	must(err)
	must(z.Close())
	return b.Bytes()
}

// withMark is a large picture with a byte of its own near its end.
func withMark(mark byte) []byte {
	return mediatest.WithChunk(photo, "teSt", append(make([]byte, 200_000), mark))
}

const (
	typePNG  = "Content-Type: image/png"
	typeHTML = "Content-Type: text/html; charset=utf-8"
	gzipped  = "Content-Encoding: gzip"
)

var (
	photo      = mediatest.PNG(60, 40)
	halfPNG    = photo[:len(photo)/2]
	allGood    = once(ok(photo, typePNG))
	oldPage    = []byte("<!doctype html><title>404 – This picture has moved</title><p>Sorry.")
	noPixels   = mediatest.WithChunk(photo, "IDAT", []byte("no zlib"))
	badPNG     = flipByte(bytes.Clone(photo), len(photo)-30)
	chunks     = "HTTP/1.1 200 OK\r\n" + typePNG + "\r\nTransfer-Encoding: chunked\r\n\r\n"
	settings   = "\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00\x00\x05\x00\xff\xff\xff"
	mysqlHello = "J\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00abcdefgh\x00"
	s3Denied   = []byte(`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`)
)

var brokenServers = []brokenServer{
	// Names and addresses.
	{cause: "the host name does not exist", url: "https://nothere.example.com/photo.png", want: "dns.not_found fail", says: "no such name as nothere.example.com", mend: "typing error"},
	{cause: "the host name has no address", url: "https://noaddress.example.com/photo.png", want: "dns.no_address fail", says: "has no address", mend: "A record"},
	{cause: "the domain's name servers are broken", url: "https://broken.example.com/photo.png", want: "dns.server_failure unknown", says: "name server", mend: "name server"},
	{cause: "the host is on an internal network", url: "http://private.example.com/photo.png", turns: allGood, want: "dns.private_address fail", says: "private address", mend: "public host"},
	{cause: "the URL is that of a cloud's metadata service", url: "http://169.254.169.254/latest/photo.png", turns: allGood, want: "dns.private_address fail", says: "not contacted", mend: "public host"},
	{cause: "the aliases lead in a circle", names: &dnstest.Script{Aliases: "media.example.com. a.example.net. a.example.net. media.example.com."}, want: "dns.no_address fail", says: "in a circle", mend: "CNAME"},
	{cause: "the alias of a bucket that was deleted", names: &dnstest.Script{Code: 3, Code6: 3, Aliases: "media.example.com. gone.s3.amazonaws.com."}, want: "dns.not_found fail", says: "alias of gone.s3.amazonaws.com", mend: "CNAME"},
	{cause: "the domain's signatures have ended", names: &dnstest.Script{Code: 2, Code6: 2, Told: []dnstest.Told{{Code: 7}}}, want: "dns.server_failure fail", says: "DNSSEC", mend: "DS record"},
	{cause: "the answer is too long, and TCP is blocked", names: &dnstest.Script{Way: dnstest.TruncatedTCPClosed}, want: "dns.server_failure unknown", says: "too long for one packet", mend: "TCP port 53"},
	{cause: "a network rewrites the name server's answers", names: &dnstest.Script{A: "93.184.216.10", Way: dnstest.OtherName}, want: "dns.server_failure unknown", says: "another name", mend: "another network"},
	{cause: "every name of the domain leads to a dealer's page", names: &dnstest.Script{A: "93.184.216.10"}, turns: once(ok([]byte(`<!doctype html><title>example.com</title><script>window.onload=function(){window.location.href="/lander"}</script>`), typeHTML)), want: "body.html_page fail", says: "dealer's page", mend: "ask its owner"},

	// Connections.
	{cause: "nothing listens on the port", closed: true, want: "tcp.refused fail", says: "refused", mend: "start the server"},
	{cause: "the server hangs up without an answer", turns: once(""), want: "tcp.reset fail", says: "closed before an answer", mend: "log"},
	{cause: "the server resets the connection", turns: []turn{{end: reset}}, want: "tcp.reset fail", says: "closed before an answer", mend: "log"},
	{cause: "another service listens on the port", turns: []turn{{unasked: "220 mail.example.com ESMTP\r\n", end: stall}}, want: "http.server_error fail", says: "not HTTP", mend: "Another protocol"},
	{cause: "two of three addresses are dead", url: "http://third.example.com/photo.png", turns: allGood, want: "tcp.refused warn", says: "2 of 3 addresses", mend: "remove the address"},
	{cause: "the IPv6 address is dead", url: "http://oldsix.example.com/photo.png", turns: allGood, want: "tcp.refused warn", says: "1 of 2 addresses", mend: "All of the bad ones are IPv6"},
	{cause: "the IPv4 address is dead", url: "http://oldfour.example.com/photo.png", turns: allGood, want: "tcp.refused warn", says: "1 of 2 addresses", mend: "remove the address"},

	// TLS.
	{cause: "the certificate has expired", cert: "expired", turns: allGood, want: "tls.expired fail", says: "expired on", mend: "Renew"},
	{cause: "the certificate is not valid yet", cert: "early", turns: allGood, want: "tls.not_yet_valid fail", says: "valid only from", mend: "clock"},
	{cause: "the certificate is for another host", cert: "other", turns: allGood, want: "tls.wrong_host fail", says: "not for media.example.com", mend: "names this host"},
	{cause: "the certificate is self-signed", cert: "self", turns: allGood, want: "tls.self_signed fail", says: "signed by itself", mend: "public authority"},
	{cause: "the certificate is of a private authority", cert: "company", turns: allGood, want: "tls.unknown_authority fail", says: "authority", mend: "public authority"},
	{cause: "the intermediate certificate is missing", cert: "chain", turns: allGood, want: "tls.incomplete_chain fail", says: "does not send the certificate that signed", mend: "full chain"},
	{cause: "the server speaks TLS 1.1 only", cert: "old", turns: allGood, want: "tls.version fail", says: "TLS", mend: "Enable TLS 1.2"},
	{cause: "the server demands a client certificate", cert: "mutual", turns: allGood, want: "tls.client_certificate fail", says: "demands a certificate", mend: "client certificate"},
	{cause: "plain HTTP behind https", url: "https://media.example.com/photo.png", turns: allGood, want: "tls.not_tls fail", says: "does not speak TLS", mend: "HTTPS port"},
	{cause: "the server is mute where TLS should begin", url: "https://media.example.com/photo.png", turns: []turn{{end: stall}}, want: "tls.timeout unknown", says: "TLS handshake", mend: "load"},
	{cause: "TLS behind http", turns: once("\x15\x03\x01\x00\x02\x02\x46"), want: "http.tls_on_http fail", says: "says http", mend: "https://"},
	{cause: "an nginx for TLS behind http", turns: once(answered("400 Bad Request", []byte("<title>400 The plain HTTP request was sent to HTTPS port</title>"))), want: "http.tls_on_http fail", says: "TLS", mend: "https://"},
	{cause: "SSH where TLS should be", url: "https://media.example.com/photo.png", turns: []turn{{unasked: "SSH-2.0-OpenSSH_9.6\r\n", end: stall}}, want: "tls.not_tls fail", says: "does not speak TLS but SSH", mend: "HTTPS port"},
	{cause: "a database where TLS should be", url: "https://media.example.com/photo.png", turns: []turn{{unasked: mysqlHello, end: stall}}, want: "tls.not_tls fail", says: "does not speak TLS but MySQL", mend: "HTTPS port"},
	{cause: "a camera where TLS should be", url: "https://media.example.com/photo.png", turns: once("RTSP/1.0 400 Bad Request\r\n\r\n"), want: "tls.not_tls fail", says: "does not speak TLS but RTSP", mend: "HTTPS port"},
	{cause: "the server hangs up on the first message of TLS", url: "https://media.example.com/photo.png", turns: once(""), want: "tcp.reset fail", says: "during the TLS handshake", mend: "log"},
	{cause: "an error within the server's TLS", url: "https://media.example.com/photo.png", turns: once("\x15\x03\x03\x00\x02\x02\x50"), want: "tls.handshake fail", says: "with an alert", mend: "log"},
	{cause: "the server does not know the name in TLS", url: "https://media.example.com/photo.png", turns: once("\x15\x03\x03\x00\x02\x02\x70"), want: "tls.wrong_host fail", says: "does not know this name", mend: "DNS record"},
	{cause: "the authority's own certificate is for the future", cert: "future", turns: allGood, want: "tls.not_yet_valid fail", says: "Test Sub CA is valid only from", mend: "clock"},
	{cause: "the authority may not sign for this name", cert: "limited", turns: allGood, want: "tls.unknown_authority fail", says: "may sign only for other names", mend: "limited to the names of its owner"},
	{cause: "the certificate is one for clients", cert: "client", turns: allGood, want: "tls.unknown_authority fail", says: "not meant for web servers", mend: "server authentication"},
	{cause: "a private authority in the bundle", cert: "bundle", turns: allGood, want: "tls.unknown_authority fail", says: "neither this machine nor Mozilla", mend: "public authority"},
	{cause: "a renewed certificate with the old key", cert: "key", turns: allGood, want: "tls.handshake fail", says: "another key than that of the certificate", mend: "key that it was made for"},
	{cause: "a server of several names is asked by its address", url: "https://93.184.216.10/photo.png", cert: "nameless", turns: allGood, want: "tls.handshake fail", says: "with an alert", mend: "Use the host's name in the URL"},
	{cause: "a certificate without the address in the URL", url: "https://93.184.216.10/photo.png", cert: "good", turns: allGood, want: "tls.wrong_host fail", says: "not for 93.184.216.10", mend: "host that the certificate names"},
	{cause: "a proxy that takes TLS off before a server that wants it", cert: "good", turns: once(answered("400 Bad Request", []byte("<title>400 The plain HTTP request was sent to HTTPS port</title>"))), want: "http.server_error fail", says: "plain HTTP on its port for TLS", mend: "speak https to that server"},

	// No usable answer.
	{cause: "the server never answers", turns: []turn{{end: stall}}, want: "http.timeout unknown", says: "did not begin to answer", mend: "slow or overloaded"},
	{cause: "the server stops within its headers", turns: []turn{{send: "HTTP/1.1 200 OK\r\nContent-Ty", end: stall}}, want: "http.timeout unknown", says: "did not come to the end of its headers", mend: "stuck or overloaded"},
	{cause: "the headers have no end", turns: []turn{{send: "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-More: and more\r\n", 100), end: flood}}, want: "http.server_error fail", says: "not usable HTTP", mend: "headers"},
	{cause: "one header is larger than 64 KiB", turns: once(ok(photo, "X-Big: "+strings.Repeat("a", 70<<10))), want: "http.server_error fail", says: "more than 64 KiB of headers", mend: "refuse headers of this size"},
	{cause: "two lengths that contradict each other", turns: once(ok(photo, typePNG, "Content-Length: 3")), want: "http.server_error fail", says: "not usable HTTP", mend: "rewrites its headers"},
	{cause: "a body without any HTTP around it", turns: once(string(photo)), want: "http.server_error fail", says: "without any HTTP around it", mend: "web server"},
	{cause: "a page without any HTTP around it, as in HTTP/0.9", turns: once("<html><title>Camera</title>Live\n"), want: "http.server_error fail", says: "without any HTTP around it", mend: "web server"},
	{cause: "a script's headers without a status line", turns: once("Status: 200 OK\r\n" + typePNG + "\r\n\r\n" + string(photo)), want: "http.server_error fail", says: "no status line", mend: "CGI"},
	{cause: "an empty line before the status line", turns: once("\r\n" + ok(photo, typePNG)), want: "http.server_error fail", says: "something else before the status line", mend: "empty line"},
	{cause: "a script's message before the status line", turns: once("Loading config...\n" + ok(photo, typePNG)), want: "http.server_error fail", says: "something else before the status line", mend: "Remove what comes first"},
	{cause: "a camera's port for RTSP", turns: once("RTSP/1.0 400 Bad Request\r\n\r\n"), want: "http.server_error fail", says: "speaks RTSP", mend: "port"},
	{cause: "an internet radio of old", turns: once("ICY 200 OK\r\nicy-name: Radio\r\n\r\n" + string(mediatest.MP3(0, 20))), want: "http.server_error fail", says: "speaks ICY", mend: "port"},
	{cause: "a database listens on the port", turns: []turn{{unasked: mysqlHello, end: stall}}, want: "http.server_error fail", says: "speaks MySQL", mend: "port"},
	{cause: "a cache listens on the port", turns: once("-DENIED Redis is running in protected mode\r\n"), want: "http.server_error fail", says: "speaks Redis", mend: "port"},
	{cause: "a terminal listens on the port", turns: []turn{{unasked: "\xff\xfd\x18\xff\xfd\x20login: ", end: stall}}, want: "http.server_error fail", says: "speaks Telnet", mend: "port"},
	{cause: "HTTP/2 without TLS", turns: []turn{{send: settings, end: stall}}, want: "http.server_error fail", says: "HTTP/2 at once", mend: "HTTP/1.1"},
	{cause: "HTTP/2 within TLS, without having agreed on it", cert: "good", turns: []turn{{send: settings, end: stall}}, want: "http.server_error fail", says: "HTTP/2 at once", mend: "HTTP/1.1"},
	{cause: "early hints without an end", turns: []turn{{send: strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 50), end: flood}}, want: "http.server_error fail", says: "HTTP 1xx", mend: "early hints"},
	{cause: "a Continue, and then the end", turns: once("HTTP/1.1 100 Continue\r\n\r\n"), want: "http.server_error fail", says: "never that one", mend: "proxy"},
	{cause: "a Continue, and then nothing", turns: []turn{{send: "HTTP/1.1 100 Continue\r\n\r\n", end: stall}}, want: "http.timeout unknown", says: "began to answer", mend: "stuck"},
	{cause: "the connection closes within the headers", turns: once("HTTP/1.1 200 OK\r\nContent-Type: ima"), want: "tcp.reset fail", says: "in the middle of its answer's headers", mend: "log"},
	{cause: "the connection closes right after TLS", cert: "good", turns: once(""), want: "tcp.reset fail", says: "closed before an answer", mend: "log"},
	{cause: "HTTP/2 in the status line of HTTP/1.1", turns: once(strings.Replace(ok(photo, typePNG), "HTTP/1.1", "HTTP/2", 1)), want: "http.server_error fail", says: "not usable HTTP", mend: "cause in the evidence"},
	{cause: "a line break in a header", turns: once(answered("302 Found", nil, "Location: /my\rphoto.png")), want: "http.server_error fail", says: "not usable HTTP", mend: "rewrites its headers"},
	{cause: "an overloaded server answers before it is asked", turns: []turn{{unasked: answered("503 Service Unavailable", []byte("Too many connections"))}}, want: "http.server_error fail", says: "HTTP 503", mend: "log"},
	{cause: "a balancer gives up before it is asked", turns: []turn{{unasked: answered("408 Request Time-out", nil)}}, want: "http.timeout unknown", says: "gave up waiting", mend: "overloaded"},

	// Refusals.
	{cause: "the file wants a password", turns: once(answered("401 Unauthorized", nil, `WWW-Authenticate: Basic realm="files"`)), want: "http.unauthorized fail", says: "HTTP 401", mend: "public"},
	{cause: "the S3 object is private", turns: once(answered("403 Forbidden", s3Denied, "Content-Type: application/xml")), want: "http.forbidden fail", says: "HTTP 403", mend: "public"},
	{cause: "there is no such file", turns: once(answered("404 Not Found", oldPage, typeHTML)), want: "http.not_found fail", says: "HTTP 404", mend: "upper and lower case"},
	{cause: "the file was deleted", turns: once(answered("410 Gone", nil)), want: "http.not_found fail", says: "HTTP 410", mend: "Upload it again"},
	{cause: "a hotel's network wants a login", turns: once(answered("511 Network Authentication Required", nil)), want: "http.proxy_authentication unknown", says: "HTTP 511", mend: "this machine's network"},
	{cause: "too many downloads", turns: once(answered("429 Too Many Requests", nil, "Retry-After: 30")), want: "http.rate_limited unknown", says: "HTTP 429", mend: "Wait"},
	{cause: "blocked by law", turns: once(answered("451 Unavailable For Legal Reasons", nil)), want: "http.legal_block fail", says: "legal", mend: "not blocked"},
	{cause: "the host has an error of its own", turns: once(answered("500 Internal Server Error", nil)), want: "http.server_error fail", says: "HTTP 500", mend: "log"},
	{cause: "the CDN cannot reach its origin", turns: once(answered("522 <none>", []byte("error code: 522"), "Server: cloudflare")), want: "http.edge_error fail", says: "HTTP 522", mend: "behind the CDN"},
	{cause: "a test for robots", turns: once(answered("403 Forbidden", []byte("<title>Just a moment...</title>"), typeHTML, "Cf-Mitigated: challenge")), want: "http.bot_challenge fail", says: "robots", mend: "exempt this path"},
	{cause: "hotlink protection", turns: []turn{{send: answered("403 Forbidden", nil)}, {send: answered("403 Forbidden", nil)}, {send: ok(photo, typePNG)}}, want: "http.hotlink fail", says: "only to the site's own pages", mend: "Exempt this path", also: "http.forbidden"},
	{cause: "a pre-signed link that has ended", url: "http://media.example.com/photo.png?X-Amz-Signature=ab&X-Amz-Date=20300101T000000Z&X-Amz-Expires=60", turns: once(ok(photo, typePNG, "Date: Tue, 01 Jan 2030 00:02:00 GMT")), want: "url.presigned_expired fail", says: "ended", mend: "ign"},
	{cause: "a storage's cap is used up", turns: once(answered("403 Forbidden", []byte(`{"code":"download_cap_exceeded","message":"Cannot download file, download bandwidth or transaction (Class B) cap exceeded.","status":403}`), "Content-Type: application/json")), want: "http.forbidden fail", says: "its cap", mend: "Raise the cap"},
	{cause: "a storage's 404 within a 400", turns: once(answered("400 Bad Request", []byte(`{"statusCode":"404","error":"not_found","message":"Object not found"}`), "Content-Type: application/json")), want: "http.not_found fail", says: "no object of this name", mend: "letter by letter"},
	{cause: "a bucket that is not public", turns: once(answered("400 Bad Request", []byte(`{"statusCode":"404","error":"Bucket not found","message":"Bucket not found"}`), "Content-Type: application/json")), want: "http.not_found fail", says: "or it is not public", mend: "make the bucket public"},
	{cause: "a gateway without such a route", turns: once(answered("403 Forbidden", []byte(`{"message":"Missing Authentication Token"}`), "Content-Type: application/json", "X-Amzn-Errortype: MissingAuthenticationTokenException")), want: "http.not_found fail", says: "no route for this path", mend: "routes of the API"},
	{cause: "a tunnel that was stopped", turns: once(answered("404 Not Found", nil, "Ngrok-Error-Code: ERR_NGROK_3200")), want: "http.edge_error fail", says: "its endpoint is offline", mend: "Start its agent"},
	{cause: "a tunnel to a server that was stopped", turns: once(answered("502 Bad Gateway", nil, "Ngrok-Error-Code: ERR_NGROK_8012")), want: "http.edge_error fail", says: "server behind it cannot be connected to", mend: "Start that server"},
	{cause: "a bucket's website whose bucket is gone", turns: once(answered("404 Not Found", []byte("<title>404 Not Found</title><ul><li>Code: NoSuchBucket</li><li>Message: The specified bucket does not exist</li>"), typeHTML)), want: "http.not_found fail", says: "no bucket of this name", mend: "region"},
	{cause: "a storage is asked too often", turns: once(answered("503 Slow Down", []byte(`<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`))), want: "http.rate_limited unknown", says: "asks to slow down", mend: "CDN"},
	{cause: "the clock of the one who signed", turns: once(answered("403 Forbidden", []byte(`<Error><Code>RequestTimeTooSkewed</Code></Error>`))), want: "http.forbidden fail", says: "differs too much", mend: "clock of the machine that signs"},
	{cause: "a range of an empty file", turns: once(answered("416 Requested Range Not Satisfiable", []byte(`<Error><Code>InvalidRange</Code></Error>`))), want: "http.client_error fail", says: "a range is not there", mend: "purge the cache"},
	{cause: "a project without quota", turns: once(answered("402 Payment Required", []byte(`{"error":{"code":402,"message":"Quota has been exceeded for this project."}}`), "Content-Type: application/json")), want: "http.client_error fail", says: "plan has run out", mend: "bills"},
	{cause: "a picture with status 404", turns: once(answered("404 Not Found", photo, typePNG)), want: "http.not_found fail", says: "nothing at this URL", mend: "moved or deleted"},
	{cause: "a refusal without a word", turns: once(answered("424 Failed Dependency", nil)), want: "http.client_error fail", says: "does not accept the request", mend: "It does not say why"},
	{cause: "a teapot", turns: once(answered("418 I'm a teapot", nil)), want: "http.client_error fail", says: "joke status", mend: "rules for programs"},
	{cause: "a session that has ended", turns: once(answered("440 Login Time-out", nil)), want: "http.unauthorized fail", says: "wants a login", mend: "pre-signed"},
	{cause: "a condition that nobody set", turns: once(answered("412 Precondition Failed", nil)), want: "http.client_error fail", says: "though the request set none", mend: "log"},
	{cause: "a condition that is missing", turns: once(answered("428 Precondition Required", nil)), want: "http.client_error fail", says: "wants a condition", mend: "API for changing it"},
	{cause: "a host name that the server is not set up for", turns: once(answered("421 Misdirected Request", nil)), want: "http.client_error fail", says: "does not answer for this host name", mend: "SNI"},
	{cause: "another protocol wanted", turns: once(answered("426 Upgrade Required", nil, "Upgrade: HTTP/2.0")), want: "http.client_error fail", says: "another protocol than HTTP/1.1", mend: "accept HTTP/1.1"},
	{cause: "headers that are too large for the server", turns: once(answered("431 Request Header Fields Too Large", nil)), want: "http.client_error fail", says: "headers are too large", mend: "query"},
	{cause: "a server that does not take HTTP/1.1", turns: once(answered("505 HTTP Version Not Supported", nil)), want: "http.server_error fail", says: "does not accept HTTP/1.1", mend: "most downloaders speak"},
	{cause: "a full disk", turns: once(answered("507 Insufficient Storage", nil)), want: "http.server_error fail", says: "no room left", mend: "Free space"},
	{cause: "a host that goes round in circles", turns: once(answered("508 Loop Detected", nil)), want: "http.server_error fail", says: "in circles", mend: "log"},
	{cause: "traffic used up", turns: once(answered("509 Bandwidth Limit Exceeded", nil)), want: "http.server_error fail", says: "used up its traffic", mend: "traffic limit"},
	{cause: "an overloaded host by 529", turns: once(answered("529 Site is overloaded", nil)), want: "http.server_error fail", says: "overloaded", mend: "in a minute"},
	{cause: "a proxy that waited in vain", turns: once(answered("598 Network Read Timeout", nil)), want: "http.server_error fail", says: "no answer of it in time", mend: "behind the CDN or gateway"},
	{cause: "a site that refuses programs by 999", turns: once(answered("999 Request denied", nil)), want: "http.forbidden fail", says: "refuses programs", mend: "elsewhere"},
	{cause: "nothing to send", turns: once(answered("204 No Content", nil)), want: "body.empty fail", says: "nothing to send here", mend: "APIs and counters"},
	{cause: "nothing has changed", turns: once(answered("304 Not Modified", nil)), want: "http.server_error fail", says: "nothing has changed", mend: "purge that cache"},

	// Redirects.
	{cause: "a redirect to itself", turns: once(answered("302 Found", nil, "Location: /photo.png")), want: "http.redirect_loop fail", says: "loop", mend: "Repair the redirects"},
	{cause: "a redirect until a cookie comes back", turns: once(answered("302 Found", nil, "Location: /photo.png", "Set-Cookie: seen=1")), want: "http.cookies_required fail", says: "cookie", mend: "without a session"},
	{cause: "a redirect without a target", turns: once(answered("302 Found", nil)), want: "http.bad_location fail", says: "no Location header", mend: "Location"},
	{cause: "a redirect into an internal network", turns: once(answered("302 Found", nil, "Location: http://private.example.com/photo.png")), want: "http.redirect_private fail", says: "private address", mend: "public host"},
	{cause: "a redirect to a login", turns: []turn{{send: answered("302 Found", nil, "Location: /login")}, {send: ok([]byte("<!doctype html><title>Welcome</title>"), typeHTML)}}, want: "http.login_page fail", says: "signing in", mend: "cannot sign in"},
	{cause: "a redirect to a host without its scheme", turns: []turn{{send: answered("302 Found", nil, "Location: www.media.example.com/photo.png")}, {send: answered("404 Not Found", oldPage, typeHTML)}}, want: "http.bad_location fail", says: "without https:// before it", mend: "with its scheme"},
	{cause: "a redirect with two schemes", turns: []turn{{send: answered("302 Found", nil, "Location: https://https://media.example.com/photo.png")}}, want: "http.bad_location fail", says: "its scheme stands there twice", mend: "Location header"},
	{cause: "a redirect with one slash", turns: []turn{{send: answered("302 Found", nil, "Location: https:/media.example.com/photo.png")}}, want: "http.bad_location fail", says: "without a usable target", mend: "Location header"},
	{cause: "a redirect with the port of plain HTTP", turns: []turn{{send: answered("302 Found", nil, "Location: https://media.example.com:80/photo.png")}, {send: ok(photo, typePNG)}}, want: "tls.not_tls fail", says: "but plain HTTP", mend: "HTTPS port"},
	{cause: "a redirect to port 0", turns: []turn{{send: answered("302 Found", nil, "Location: http://media.example.com:0/photo.png")}}, want: "url.port fail", says: "0", mend: "Correct where the server redirects to"},
	{cause: "a redirect to the developer's own machine", turns: []turn{{send: answered("302 Found", nil, "Location: http://localhost:3000/photo.png")}}, want: "url.local_name fail", says: "localhost", mend: "Correct where the server redirects to", also: "http.redirect_private"},
	{cause: "a redirect into an app", turns: []turn{{send: answered("302 Found", nil, "Location: intent://media.example.com/#Intent;end")}}, want: "url.scheme fail", says: "intent", mend: "Correct where the server redirects to"},
	{cause: "a redirect to a page that lists choices", turns: []turn{{send: answered("300 Multiple Choices", []byte("<title>Multiple Choices</title>"), typeHTML)}}, want: "http.bad_location fail", says: "offers a choice", mend: "one of the choices"},
	{cause: "a redirect to the start page", turns: []turn{{send: answered("302 Found", nil, "Location: /")}, {send: ok([]byte("<!doctype html><title>My shop</title>"), typeHTML)}}, want: "body.html_page fail", says: "start page of the site", mend: "compare the path"},
	{cause: "a redirect to a picture for what is gone", turns: []turn{{send: answered("302 Found", nil, "Location: /img/removed.png")}, {send: ok(photo, typePNG)}}, want: "body.placeholder warn", says: "stands in for another one", mend: "Upload it again"},
	{cause: "a redirect to a suspended account's page", turns: []turn{{send: answered("302 Found", nil, "Location: /cgi-sys/suspendedpage.cgi")}, {send: ok([]byte("<html><title>Account Suspended</title>"), typeHTML)}}, want: "body.html_page fail", says: "account is suspended", mend: "settle it with the provider"},
	{cause: "a redirect to a URL that is too long", turns: []turn{{send: answered("302 Found", nil, "Location: /?"+strings.Repeat("next=%2F", 2000))}, {send: answered("414 URI Too Long", nil)}}, want: "http.client_error fail", says: "too long", mend: "Shorten"},
	{cause: "redirects that count up", turns: countingUp(12), want: "http.too_many_redirects fail", says: "more than 10", mend: "repair the redirects"},
	{cause: "redirects that count up and set a cookie each", turns: countingUp(12, "Set-Cookie: seen=1"), want: "http.cookies_required fail", says: "sets a cookie", mend: "without a session"},
	{cause: "a header in place of a redirect", turns: once(ok(nil, "Refresh: 0; url=/real.png")), want: "body.empty fail", says: "sends browsers on", mend: "Location header"},

	// Something else in place of the file.
	{cause: "an error page with status 200", turns: once(ok(oldPage, typeHTML)), want: "body.html_page fail", says: "this is a web page", mend: "URL of the file itself"},
	{cause: "an error page that is declared as a picture", turns: once(ok(oldPage, typePNG)), want: "body.html_page fail", says: "web page", mend: "URL of the file itself"},
	{cause: "a page for signing in with status 200", turns: once(ok([]byte(`<!doctype html><form><input type="password"></form>`), typeHTML)), want: "http.login_page fail", says: "signing in", mend: "make the file public"},
	{cause: "a test for robots with status 200", turns: once(ok([]byte("<!doctype html><title>Just a moment...</title>"), typeHTML)), want: "http.bot_challenge fail", says: "robots", mend: "bot protection"},
	{cause: "a JSON error in place of a picture", turns: once(ok([]byte(`{"error":"file expired"}`), "Content-Type: application/json")), want: "body.type_mismatch fail", says: "application/json, though the URL's ending .png", mend: "URL of the file itself"},
	{cause: "an XML error in place of a file", url: "http://media.example.com/get?id=7", turns: once(ok(s3Denied, "Content-Type: application/xml")), want: "http.forbidden fail", says: "its answer is an error: the storage does not let the public read", mend: "pre-sign the URL"},
	{cause: "a document in place of a picture", turns: once(ok([]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"), typePNG)), want: "body.type_mismatch fail", says: "application/pdf", mend: "URL of the file itself"},
	{cause: "an archive", url: "http://media.example.com/get?id=7", turns: once(ok([]byte("PK\x03\x04\x14\x00\x00\x00\x08\x00aaaaaaaaaaaaaaaaaaaa"), "Content-Type: application/zip")), want: "body.type_mismatch fail", says: "ZIP archive", mend: "URL of the file itself"},
	{cause: "sound where a picture is meant", expect: Image, turns: once(ok(mediatest.WAV(800), "Content-Type: audio/wav")), want: "body.type_mismatch fail", says: "audio/wav, where image is expected", mend: "URL of the file itself"},
	{cause: "a single dot in place of the picture", turns: once(ok(mediatest.PNG(1, 1), typePNG)), want: "body.placeholder warn", says: "single dot", mend: "private browser window"},
	{cause: "the stored file is empty", turns: once(ok(nil, typePNG)), want: "body.empty fail", says: "empty", mend: "Upload the file again"},
	{cause: "the page of a site made of one script", turns: once(ok([]byte(`<!doctype html><title>My App</title><script type="module" src="/assets/index.js"></script><div id="root"></div>`), typeHTML)), want: "body.html_page fail", says: "made of one script", mend: "answer 404 for missing files"},
	{cause: "a page that wants JavaScript", turns: once(ok([]byte(`<!doctype html><p>Please enable JavaScript and reload.`), typeHTML)), want: "body.html_page fail", says: "wants a browser with JavaScript", mend: "exempt the file's path"},
	{cause: "a list of files", turns: once(ok([]byte(`<!doctype html><title>Index of /uploads</title><h1>Index of /uploads</h1>`), typeHTML)), want: "body.html_page fail", says: "list of the files", mend: "missing from the URL"},
	{cause: "a web server that is not set up", turns: once(ok([]byte(`<!DOCTYPE html><title>Welcome to nginx!</title>`), typeHTML)), want: "body.html_page fail", says: "own start page", mend: "not set up for this host name"},
	{cause: "a page that asks for consent", turns: once(ok([]byte(`<!doctype html><title>Before you continue</title><button>Accept all</button>`), typeHTML)), want: "body.html_page fail", says: "consent", mend: "cannot answer"},
	{cause: "a page that asks to confirm a download", turns: once(ok([]byte(`<!doctype html><title>Google Drive - Virus scan warning</title>`), typeHTML)), want: "body.html_page fail", says: "confirm the download", mend: "no downloader confirms"},
	{cause: "a page that refreshes to the file", turns: once(ok([]byte(`<!doctype html><meta http-equiv="refresh" content="0; url=/real.png"><title>One moment</title>`), typeHTML)), want: "body.html_page fail", says: "sends browsers on", mend: "that it leads to"},
	{cause: "a page whose script goes on to the file", turns: once(ok([]byte(`<!doctype html><script>location.href = "/real.png"</script>`), typeHTML)), want: "body.html_page fail", says: "sends browsers on", mend: "that it leads to"},
	{cause: "a page without a title", turns: once(ok([]byte(`<p>Sorry, this file is no longer available.</p>`), typeHTML)), want: "body.html_page fail", says: "this is a web page", mend: "URL of the file itself"},
	{cause: "a list of a bucket's objects", url: "http://media.example.com/bucket/", turns: once(ok([]byte(`<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>media</Name>`), "Content-Type: application/xml")), want: "body.type_mismatch fail", says: "list of what the storage holds", mend: "own name is missing"},
	{cause: "a storage's error with status 200", turns: once(ok([]byte(`<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>`), "Content-Type: application/xml")), want: "http.not_found fail", says: "no object has this key", mend: "letter by letter"},
	{cause: "a storage's description of the file", url: "http://media.example.com/o/photo.png", turns: once(ok([]byte(`{"name":"photo.png","bucket":"b","downloadTokens":"1-2"}`), "Content-Type: application/json")), want: "body.type_mismatch fail", says: "metadata", mend: "alt=media"},
	{cause: "an API that names the file's URL", url: "http://media.example.com/files/7", turns: once(ok([]byte(`{"id":7,"url":"https://cdn.example.com/7.png"}`), "Content-Type: application/json")), want: "body.type_mismatch warn", says: "application/json", mend: "URL that the answer names"},
	{cause: "a pointer of Git LFS", turns: once(ok([]byte("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"), "Content-Type: text/plain")), want: "body.type_mismatch fail", says: "pointer of Git LFS", mend: "git lfs pull"},
	{cause: "a playlist", url: "http://media.example.com/live.m3u8", turns: once(ok([]byte("#EXTM3U\n#EXTINF:9,\nseg0.ts\n"), "Content-Type: application/vnd.apple.mpegurl")), want: "body.type_mismatch fail", says: "playlist", mend: "single video"},
	{cause: "a list of a stream's pieces", url: "http://media.example.com/live.mpd", turns: once(ok([]byte(`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>`), "Content-Type: application/dash+xml")), want: "body.type_mismatch fail", says: "stream's pieces", mend: "single video"},
	{cause: "a value that was lost", turns: once(ok([]byte("[object Object]"), typePNG)), want: "body.type_mismatch fail", says: "value that is not there", mend: "loses its content"},
	{cause: "a script that is not run", url: "http://media.example.com/photo.php", turns: once(ok([]byte("<?php readfile('photo.png');"), "Content-Type: text/plain")), want: "body.type_mismatch fail", says: "source of a PHP script", mend: "does not run the script"},
	{cause: "only the file's address", turns: once(ok([]byte("https://cdn.example.com/7.png\n"), typePNG)), want: "body.type_mismatch fail", says: "another URL", mend: "stands in the body"},
	{cause: "a data URI", turns: once(ok([]byte("data:image/png;base64,"+base64.StdEncoding.EncodeToString(photo)), typePNG)), want: "body.type_mismatch fail", says: "data URI", mend: "decode"},
	{cause: "base64 in place of the picture", turns: once(ok([]byte(base64.StdEncoding.EncodeToString(photo)), typePNG)), want: "body.type_mismatch fail", says: "base64 text", mend: "decode it"},
	{cause: "a page in place of the film", url: "http://media.example.com/film.mp4", turns: once(ok(oldPage, "Content-Type: video/mp4")), want: "body.html_page fail", says: "web page", mend: "URL of the file itself"},
	{cause: "a single dot as GIF", url: "http://media.example.com/count.gif", turns: once(ok(mediatest.GIF(1, 1, 1), "Content-Type: image/gif")), want: "body.placeholder warn", says: "single dot", mend: "private browser window"},
	{cause: "a drawing", url: "http://media.example.com/logo.svg", turns: once(ok([]byte(`<svg xmlns="http://www.w3.org/2000/svg"></svg>`), "Content-Type: image/svg+xml")), want: "content.unsupported_type warn", says: "SVG", mend: "PNG or JPEG"},

	// Wrong labels.
	{cause: "a JPEG that is called PNG", turns: once(ok(mediatest.JPEG(60, 40), typePNG)), want: "body.type_mismatch warn", says: "the bytes are image/jpeg, but the server says image/png and the URL's ending .png says image/png", mend: "Content-Type: image/jpeg"},
	{cause: "the storage does not know the type", turns: once(ok(photo, "Content-Type: application/octet-stream")), want: "body.type_mismatch warn", says: "the server says application/octet-stream", mend: "Content-Type: image/png"},
	{cause: "the Content-Type is missing", turns: once(ok(photo)), want: "body.type_mismatch warn", says: "no Content-Type", mend: "Content-Type: image/png"},
	{cause: "a format that few services take", url: "http://media.example.com/scan.tif", turns: once(ok([]byte("II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "Content-Type: image/tiff")), want: "content.unsupported_type warn", says: "TIFF", mend: "PNG or JPEG"},
	{cause: "text in another charset", url: "http://media.example.com/a.txt", expect: Text, turns: once(ok([]byte("caf\xe9 au lait, s'il vous pla\xeet"), "Content-Type: text/plain; charset=iso-8859-1")), want: "content.not_utf8 warn", says: "iso-8859-1", mend: "UTF-8"},
	{cause: "text that is no UTF-8, against what the server says", url: "http://media.example.com/a.txt", expect: Text, turns: once(ok([]byte("caf\xe9 au lait, s'il vous pla\xeet"), "Content-Type: text/plain; charset=utf-8")), want: "content.not_utf8 fail", says: "not UTF-8", mend: "UTF-8"},
	{cause: "the type of a form", turns: once(ok(photo, "Content-Type: multipart/form-data; boundary=x")), want: "body.type_mismatch warn", says: "multipart/form-data", mend: "Content-Type: image/png"},
	{cause: "a type without its family", turns: once(ok(photo, "Content-Type: png")), want: "body.type_mismatch warn", says: "says png", mend: "Content-Type: image/png"},
	{cause: "the usual type of S3 for what it does not know", turns: once(ok(photo, "Content-Type: binary/octet-stream")), want: "body.type_mismatch warn", says: "binary/octet-stream", mend: "Content-Type: image/png"},

	// Bodies that are cut, damaged or slow.
	{cause: "the connection closes before the announced length", turns: once(answered("200 OK", halfPNG, typePNG, fmt.Sprintf("Content-Length: %d", len(photo)))), want: "body.truncated fail", says: "ends before its announced end", mend: "cuts it off"},
	{cause: "the connection closes within a chunked body", turns: once(chunks + "20\r\n" + string(photo[:0x20]) + "\r\n"), want: "body.truncated fail", says: "ends before its announced end", mend: "cuts it off"},
	{cause: "the chunks are not valid", turns: once(chunks + "20\r\n" + string(photo[:0x20]) + "\r\nwarning: headers already sent\r\n"), want: "body.truncated fail", says: "not a valid transfer", mend: "logs"},
	{cause: "the connection is reset within the body", turns: []turn{{send: answered("200 OK", halfPNG, typePNG, "Content-Length: 99999"), end: reset}}, want: "body.truncated fail", says: "in the middle", mend: "cuts it off"},
	{cause: "the upload of the picture was cut", turns: once(ok(halfPNG, typePNG)), want: "content.truncated fail", says: "cut off", mend: "upload the file again"},
	{cause: "no length, and the connection closes too early", turns: once(answered("200 OK", halfPNG, typePNG)), want: "content.truncated fail", says: "cut off", mend: "cuts the download off"},
	{cause: "no length", turns: once(answered("200 OK", photo, typePNG)), want: "body.no_length warn", says: "this one is whole by the file's own end", mend: "Content-Length"},
	{cause: "every answer is only a part", turns: once(answered("206 Partial Content", halfPNG, typePNG, fmt.Sprintf("Content-Range: bytes 0-%d/%d", len(halfPNG)-1, len(photo)), fmt.Sprintf("Content-Length: %d", len(halfPNG)))), want: "body.truncated fail", says: "a part of the file", mend: "purge that cache"},
	{cause: "the picture is damaged", turns: once(ok(badPNG, typePNG)), want: "content.corrupt fail", says: "damaged", mend: "original"},
	{cause: "the film was never finished", url: "http://media.example.com/film.mp4", turns: once(ok(append(bytes.Clone(mediatest.MP4Type), mediatest.MP4Media...), "Content-Type: video/mp4")), want: "content.truncated fail", says: "index (moov) is missing", mend: "upload the file again"},
	{cause: "the sound is cut", url: "http://media.example.com/a.wav", turns: once(ok(mediatest.WAV(900)[:500], "Content-Type: audio/wav")), want: "content.truncated fail", says: "not whole", mend: "upload the file again"},
	{cause: "the body stalls", turns: []turn{{send: answered("200 OK", halfPNG, typePNG, "Content-Length: 99999"), end: stall}}, want: "body.slow fail", says: "bytes per second on average", mend: "load"},
	{cause: "the body drips", turns: []turn{{send: answered("200 OK", photo[:40], typePNG, "Content-Length: 99999"), end: drip}}, want: "body.slow fail", says: "bytes per second on average", mend: "load"},
	{cause: "the picture is larger than Klyra takes", turns: once(ok(paddedTo(imageLimit+1, photo), typePNG)), want: "body.too_large fail", says: "larger than 4 MB", mend: "smaller"},
	{cause: "an endless text", url: "http://media.example.com/a.txt", expect: Text, turns: []turn{{send: answered("200 OK", wordsOf(1000), "Content-Type: text/plain"), end: flood}}, want: "body.too_large fail", says: "far longer than the about 500 words", mend: "Split it"},
	{cause: "a text of 600 words", url: "http://media.example.com/a.txt", expect: Text, turns: once(ok(wordsOf(600), "Content-Type: text/plain")), want: "content.too_many_words fail", says: "600 words", mend: "split"},
	{cause: "an endless picture", turns: []turn{{send: answered("200 OK", photo, typePNG), end: flood}}, want: "body.too_large fail", says: "larger than 4 MB", mend: "smaller"},
	{cause: "an upload form was stored with the file", turns: once(ok(slices.Concat([]byte("------WebKitFormBoundaryAb\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Type: image/png\r\n\r\n"), photo, []byte("\r\n------WebKitFormBoundaryAb--\r\n")), typePNG)), want: "content.corrupt fail", says: "the rest of an upload form", mend: "without a form"},
	{cause: "a signed upload was stored with its frames", turns: once(ok(slices.Concat(fmt.Appendf(nil, "%x;chunk-signature=%064d\r\n", len(photo), 7), photo), typePNG)), want: "content.corrupt fail", says: "aws-chunked", mend: "Switch signed chunks off"},
	{cause: "chunks within the body", turns: once(ok(slices.Concat(fmt.Appendf(nil, "%x\r\n", len(photo)), photo, []byte("\r\n0\r\n\r\n")), typePNG)), want: "content.corrupt fail", says: "size of a piece", mend: "frames them twice"},
	{cause: "an answer within the answer", turns: once(ok([]byte(ok(photo, typePNG)), typePNG)), want: "content.corrupt fail", says: "a whole HTTP answer", mend: "headers into the body"},
	{cause: "a warning of the script before the picture", turns: once(ok(slices.Concat([]byte("<br />\n<b>Warning</b>: Undefined variable $x in img.php on line 7<br />\n"), photo), typePNG)), want: "content.corrupt fail", says: "a message of the script", mend: "display_errors"},
	{cause: "empty lines before the picture", turns: once(ok(slices.Concat([]byte("\r\n\r\n"), photo), typePNG)), want: "content.corrupt fail", says: "4 bytes before its beginning", mend: "blank lines"},
	{cause: "a byte order mark before the picture", turns: once(ok(slices.Concat([]byte("\uFEFF"), photo), typePNG)), want: "content.corrupt fail", says: "byte order mark", mend: "source files"},
	{cause: "a word before the picture", turns: once(ok(slices.Concat([]byte("OK "), photo), typePNG)), want: "content.corrupt fail", says: "does not belong to it", mend: "Find out what writes it"},
	{cause: "read as text on its way", turns: once(ok([]byte(string([]rune(string(photo)))), typePNG)), want: "content.corrupt fail", says: "went through a text", mend: "as bytes, not as a string"},
	{cause: "written as text on its way", turns: once(ok(asUTF8(photo), typePNG)), want: "content.corrupt fail", says: "beyond 127 became two", mend: "Write the bytes themselves"},
	{cause: "line ends changed on its way", turns: once(ok(bytes.ReplaceAll(photo, []byte("\r\n"), []byte("\n")), typePNG)), want: "content.corrupt fail", says: "line ends were converted", mend: "binary mode"},
	{cause: "a file of zeros", turns: once(ok(make([]byte, 5000), typePNG)), want: "content.corrupt fail", says: "nothing but zeros", mend: "Upload it again"},
	{cause: "chunks under HTTP/1.0", turns: once("HTTP/1.0 200 OK\r\n" + typePNG + "\r\nTransfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(photo), photo)), want: "content.corrupt fail", says: "size of a piece", mend: "under HTTP/1.0"},
	{cause: "the last chunk is cut", turns: once(chunks + fmt.Sprintf("%x\r\n%s\r\n0\r\n", len(photo), photo)), want: "body.truncated fail", says: "not a valid transfer", mend: "logs"},
	{cause: "a length and chunks in one answer", turns: once(strings.Replace(chunks, "\r\n\r\n", "\r\nContent-Length: 5\r\n\r\n", 1) + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(photo), photo)), want: "http.server_error warn", says: "in one answer, which HTTP forbids", mend: "only one of them"},
	{cause: "more than the announced length", turns: once(answered("200 OK", photo, typePNG, fmt.Sprintf("Content-Length: %d", len(photo)-20))), want: "body.truncated fail", says: "sends more", mend: "Correct the Content-Length"},
	{cause: "a length in characters", url: "http://media.example.com/a.txt", expect: Text, turns: once(answered("200 OK", []byte("Grüße aus Köln"), "Content-Type: text/plain; charset=utf-8", "Content-Length: 14")), want: "body.truncated fail", says: "sends more", mend: "bytes, not characters"},
	{cause: "a length of 0 before a file", turns: once(answered("200 OK", photo, typePNG, "Content-Length: 0")), want: "body.truncated fail", says: "announces 0 bytes", mend: "Correct the Content-Length"},

	// Compression.
	{cause: "compressed in name only", turns: once(ok(photo, typePNG, gzipped)), want: "body.bad_compression fail", says: "image/png as it stands", mend: "Remove the Content-Encoding"},
	{cause: "compressed twice", turns: once(ok(zipped(zipped(photo)), typePNG, gzipped)), want: "body.bad_compression fail", says: "compressed twice", mend: "uncompressed"},
	{cause: "stored compressed, and nobody says so", turns: once(ok(zipped(photo), typePNG)), want: "body.bad_compression fail", says: "stored gzip-compressed", mend: "uncompressed"},
	{cause: "compressed though nobody asked", turns: once(ok(zipped(photo), typePNG, gzipped)), want: "body.bad_compression warn", says: "no compression was asked for", mend: "without Content-Encoding"},
	{cause: "bare deflate though nobody asked", turns: once(ok(deflated(photo), typePNG, "Content-Encoding: deflate")), want: "body.bad_compression warn", says: "no compression was asked for", mend: "without Content-Encoding"},
	{cause: "the compressed copy is cut", turns: once(ok(zipped(photo)[:len(zipped(photo))-20], typePNG, gzipped)), want: "body.truncated fail", says: "compressed body ends in its middle", mend: "upload the file again"},
	{cause: "the compressed copy is damaged", turns: once(ok(flipByte(zipped(photo), len(zipped(photo))-6), typePNG, gzipped)), want: "body.bad_compression fail", says: "broken", mend: "Upload the file again"},
	{cause: "neither compressed nor media", turns: once(ok(noiseOf(80), typePNG, gzipped)), want: "body.bad_compression fail", says: "the body is not in it", mend: "Remove the Content-Encoding"},
	{cause: "brotli though nobody asked", turns: once(ok(noiseOf(80), typePNG, "Content-Encoding: br")), want: "body.bad_compression unknown", says: "could not be looked into", mend: "uncompressed"},
	{cause: "an upload's own header was stored", turns: once(ok(photo, typePNG, "Content-Encoding: aws-chunked")), want: "body.bad_compression warn", says: "aws-chunked", mend: "Remove the Content-Encoding"},
	{cause: "a compression bomb", turns: once(ok(fixtures["bomb"], "Content-Type: video/mp4", gzipped)), want: "body.compression_bomb fail", says: "huge", mend: "without compression"},
	{cause: "zstd though nobody asked", turns: once(ok(noiseOf(80), typePNG, "Content-Encoding: zstd")), want: "body.bad_compression unknown", says: "could not be looked into", mend: "uncompressed"},
	{cause: "a compressed page, and nobody says so", turns: once(ok(zipped(oldPage), typePNG)), want: "body.html_page fail", says: "unpacked it is a web page", mend: "gunzip"},
	{cause: "a compressed page though nobody asked", turns: once(ok(zipped(oldPage), typeHTML, gzipped)), want: "body.html_page fail", says: "this is a web page", mend: "URL of the file itself"},
	{cause: "a charset in place of a compression", turns: once(ok(photo, typePNG, "Content-Encoding: utf-8")), want: "body.bad_compression warn", says: "no compression that downloaders know", mend: "Remove the Content-Encoding"},
	{cause: "a transfer coding that is no more", turns: once(ok(photo, typePNG, "Transfer-Encoding: identity")), want: "http.server_error fail", says: "not usable HTTP", mend: "cause in the evidence"},

	// Differences between requests.
	{cause: "the picture's own data is no picture", deep: true, turns: once(ok(noPixels, typePNG)), want: "content.corrupt fail", says: "zlib", mend: "original"},
	{cause: "every download is another file", deep: true, turns: []turn{{send: ok(photo, typePNG)}, {send: ok(mediatest.PNG(61, 40), typePNG)}, {send: ok(photo, typePNG)}, {send: ok(mediatest.PNG(62, 40), typePNG)}}, want: "body.changes warn", says: "different content", mend: "content stays"},
	{cause: "downloads that differ only at their ends", deep: true, turns: []turn{{send: ok(withMark(1), typePNG)}, {send: ok(withMark(2), typePNG)}, {send: ok(withMark(3), typePNG)}, {send: ok(withMark(4), typePNG)}}, want: "body.changes warn", says: "different content", mend: "content stays"},
	{cause: "HEAD is refused", deep: true, turns: []turn{{send: ok(photo, typePNG)}, {send: ok(photo, typePNG)}, {send: ok(photo, typePNG)}, {send: answered("405 Method Not Allowed", nil)}}, want: "http.head_differs warn", says: "HEAD", mend: "HEAD"},
}

// TestBrokenServers holds that the check names the true cause, not one of its effects.
func TestBrokenServers(t *testing.T) {
	certs, roots := brokenCerts()
	nameServer := (&world{}).serveDNS(t)
	for _, s := range brokenServers {
		t.Run(s.cause, func(t *testing.T) {
			t.Parallel()
			n := internet
			n.nameServer, n.roots, n.mozilla = nameServer, roots, func() *x509.CertPool { return roots }
			if s.names != nil {
				n.nameServer = dnstest.Serve(t, *s.names).Addr
			}
			n.dial = dialAlways(s.start(t, certs[s.cert]))
			n.phases = phaseLimits{dns: 5 * time.Second, connect: 5 * time.Second, tls: time.Second, headers: 2 * time.Second, others: time.Second, swift: time.Minute}
			target := urlTarget(t, "", s.address())
			target.Expect, target.Deep = s.expect, s.deep
			ctx, cancel := context.WithTimeout(t.Context(), s.patience())
			defer cancel()
			s.judge(t, n.checkURL(ctx, target).judged())
		})
	}
}

// judge compares a result with what is wanted.
func (s brokenServer) judge(t *testing.T, r Result) {
	t.Helper()
	var first Finding
	others := s.also
	for _, f := range r.Findings {
		switch {
		case first.ID == "" && f.Status == r.Status:
			first = f
		case Worse(f.Status, Warn) && !strings.Contains(others, f.ID):
			t.Errorf("%s stands beside the cause", f.ID)
		}
	}
	if got := first.ID + " " + string(first.Status); got != s.want || !strings.Contains(first.Summary, s.says) || !strings.Contains(first.Remedy, s.mend) {
		t.Errorf("want %s, %q, %q, got\n%s", s.want, s.says, s.mend, texts(r))
	}
}

// patience is how long a check of the server may take: one that never ends is not waited for.
func (s brokenServer) patience() time.Duration {
	if strings.HasPrefix(s.want, "body.slow") {
		return 1500 * time.Millisecond
	}
	return time.Minute
}

func (s brokenServer) address() string {
	switch {
	case s.url != "":
		return s.url
	case s.cert != "":
		return "https://media.example.com/photo.png"
	}
	return "http://media.example.com/photo.png"
}

// dialAlways connects to one server whatever address is asked for, but for those whose last number is 101, which
// refuse, and 102, which are silent.
func dialAlways(server string) func(context.Context, netip.AddrPort, string) (net.Conn, error) {
	return func(ctx context.Context, to netip.AddrPort, _ string) (net.Conn, error) {
		switch address := to.Addr().As16(); address[15] {
		case 101:
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: refusedErrors[0]}
		case 102:
			<-ctx.Done()
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
		}
		return new(net.Dialer).DialContext(ctx, "tcp", server)
	}
}

// start starts the server and returns its address. Config may be nil.
func (s brokenServer) start(t testing.TB, config *tls.Config) string {
	if s.closed {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}
	if len(s.turns) == 0 {
		return "127.0.0.1:1" // the check has to end before it connects
	}
	var seen atomic.Int64
	return rawServer(t, func(conn net.Conn) {
		a := s.turns[min(int(seen.Add(1)), len(s.turns))-1]
		a.give(conn, config, nil)
	})
}

// give plays the turn on one connection. Stuck, which may be nil, is told once it stalls.
func (a turn) give(socket net.Conn, config *tls.Config, stuck chan<- struct{}) {
	conn := socket
	if config != nil {
		conn = tls.Server(socket, config)
		defer conn.Close()
	}
	io.WriteString(conn, a.unasked)
	_, _ = http.ReadRequest(bufio.NewReader(conn)) // to what is no request, servers answer too
	for _, err := io.WriteString(conn, a.send); err == nil && a.end == flood; {
		_, err = io.WriteString(conn, a.send)
	}
	switch a.end {
	case stall:
		if stuck != nil {
			stuck <- struct{}{}
		}
		io.Copy(io.Discard, conn)
	case reset:
		socket.(*net.TCPConn).SetLinger(0)
	case drip:
		for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
			if _, err := conn.Write([]byte{0}); err != nil {
				tick.Stop()
				return
			}
		}
	}
}

// brokenCerts returns TLS settings by what is wrong with them, and the roots that the check trusts.
func brokenCerts() (map[string]*tls.Config, *x509.CertPool) {
	root, now, day := newAuthority("Test Root", nil), time.Now(), 24*time.Hour
	host := []string{"media.example.com"}
	good := root.issue(certWish{names: host})
	site := x509.Certificate{DNSNames: host}
	authorityFor := func(template x509.Certificate) authority {
		template.IsCA, template.Subject = true, pkix.Name{CommonName: "Test Sub CA"}
		return root.certify(template)
	}
	future := authorityFor(x509.Certificate{NotBefore: now.Add(2 * day)})
	limited := authorityFor(x509.Certificate{PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"corp.example.org"}})
	company := newAuthority("Company CA", nil)
	wrongKey := sending([]authority{root.certify(site)})
	wrongKey.PrivateKey = newCertKey()
	configs := map[string]*tls.Config{
		"future":  serverConfig(sending([]authority{future.certify(site), future})),
		"limited": serverConfig(sending([]authority{limited.certify(site), limited})),
		"client":  serverConfig(sending([]authority{root.certify(x509.Certificate{DNSNames: host, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})})),
		"bundle":  serverConfig(sending([]authority{company.certify(site), company})),
		"key":     serverConfig(wrongKey),
		"nameless": {GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if hello.ServerName == "" {
				return nil, errors.New("no name was told")
			}
			return &good, nil
		}},
		"good":    serverConfig(good),
		"expired": serverConfig(root.issue(certWish{names: host, from: now.Add(-90 * day), to: now.Add(-day)})),
		"early":   serverConfig(root.issue(certWish{names: host, from: now.Add(day), to: now.Add(90 * day)})),
		"other":   serverConfig(root.issue(certWish{names: []string{"shop.example.org"}})),
		"self":    serverConfig(newAuthority(host[0], host).self()),
		"company": serverConfig(newAuthority("Company CA", nil).issue(certWish{names: host})),
		"chain":   serverConfig(root.intermediate().issue(certWish{names: host, aia: true})),
		"old":     {Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
		"mutual":  {Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAnyClientCert},
	}
	return configs, rootsOf(root)
}

func rootsOf(a authority) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	return roots
}
