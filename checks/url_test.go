package checks

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// urlCases are broken URLs, each with the findings that name what is wrong: "id status" in their order. Text
// has to stand in the texts of the first of them.
var urlCases = []struct {
	name   string
	url    string
	want   string
	text   string
	pasted bool
	deep   bool
	expect Media
	brief  phaseLimits // that are shorter than usual; zero for the others
}{
	{name: "all is well", url: "https://media.example.com/body/png", want: "view.public pass", text: "nothing wrong is visible"},
	{name: "plain http", url: "http://media.example.com/body/png", want: "view.public pass"},
	{name: "media of another sort", url: "https://media.example.com/body/mp4?type=video/mp4", want: "view.public pass"},
	{name: "chunked", url: "https://media.example.com/body/png?way=chunked", want: "view.public pass"},
	{name: "text is expected", url: "https://media.example.com/body/text?type=text/plain", expect: Text, want: "view.public pass"},

	{name: "no such name", url: "https://nothere.example.com/a.png", want: "dns.not_found fail; view.not_reached skip", text: "NXDOMAIN"},
	{name: "name without address", url: "https://noaddress.example.com/a.png", want: "dns.no_address fail; view.not_reached skip", text: "NODATA"},
	{name: "server failure", url: "https://broken.example.com/", want: "dns.server_failure unknown; view.not_reached skip", text: "SERVFAIL"},
	{name: "refused query", url: "https://refusing.example.com/", want: "dns.server_failure unknown; view.not_reached skip", text: "REFUSED"},
	{name: "unanswered query", url: "https://unanswered.example.com/", brief: phaseLimits{dns: 500 * time.Millisecond}, want: "dns.timeout unknown; view.not_reached skip"},
	{name: "IPv6 only", url: "https://six.example.com/body/png", want: "dns.ipv6_only warn; view.public pass", text: "2606:2800"},
	{name: "private address", url: "http://private.example.com/body/png", want: "dns.private_address fail", text: "10.0.0.10 is a private address"},
	{name: "private address in a paste", url: "http://private.example.com/body/png", pasted: true, want: "dns.private_address fail; view.not_reached skip", text: "not contacted"},
	{name: "private name", url: "http://private.example.com/body/png", want: "dns.private_address fail", text: "If the name has another address on the internet"},
	{name: "literal address", url: "http://10.0.0.10/body/png", want: "dns.private_address fail"},
	{name: "mixed addresses", url: "https://mixed.example.com/body/png", want: "dns.private_address warn; view.public pass", text: "some addresses"},

	{name: "refused", url: "https://down.example.com/", want: "tcp.refused fail; view.not_reached skip", text: "93.184.216.101:443 refused"},
	{name: "dropped", url: "https://dropped.example.com/", brief: phaseLimits{connect: 500 * time.Millisecond}, want: "tcp.timeout unknown; view.not_reached skip"},
	{name: "unrouted", url: "https://unrouted.example.com/", want: "tcp.unreachable unknown; view.not_reached skip"},
	{name: "reset on connect", url: "https://reset.example.com/", want: "tcp.reset fail; view.not_reached skip"},
	{name: "forbidden here", url: "https://odd.example.com/", want: "tcp.unreachable unknown; view.not_reached skip", text: "this machine forbids"},
	{name: "one of two is down", url: "https://half.example.com/body/png", want: "tcp.refused warn; view.public pass", text: "1 of 2 addresses"},
	{name: "one of two is mute", url: "https://halfmute.example.com/body/png", brief: phaseLimits{connect: 500 * time.Millisecond}, want: "tcp.timeout warn; view.public pass"},

	{name: "expired", url: "https://expired.example.com/", want: "tls.expired fail; view.not_reached skip", text: "this machine's clock"},
	{name: "not yet valid", url: "https://early.example.com/", want: "tls.not_yet_valid fail; view.not_reached skip"},
	{name: "wrong host and expired", url: "https://wrong.example.com/", want: "tls.expired fail; tls.wrong_host fail; view.not_reached skip", text: "shop.example.org"},
	{name: "self-signed", url: "https://self.example.com/", want: "tls.self_signed fail; view.not_reached skip"},
	{name: "private authority", url: "https://company.example.com/", want: "tls.unknown_authority fail; view.not_reached skip", text: "Company CA"},
	{name: "intermediate missing", url: "https://chain.example.com/", want: "tls.incomplete_chain fail; view.not_reached skip", text: "Test Intermediate"},
	{name: "old version", url: "https://old.example.com/", want: "tls.version fail; view.not_reached skip"},
	{name: "client certificate, TLS 1.3", url: "https://mutual.example.com/", want: "tls.client_certificate fail; view.not_reached skip"},
	{name: "client certificate, TLS 1.2", url: "https://mutual2.example.com/", want: "tls.client_certificate fail; view.not_reached skip"},
	{name: "plain HTTP on 443", url: "https://plain.example.com/", want: "tls.not_tls fail; view.not_reached skip"},
	{name: "mute on 443", url: "https://mute.example.com/", brief: phaseLimits{tls: 500 * time.Millisecond}, want: "tls.timeout unknown; view.not_reached skip"},
	{name: "name unknown to the server", url: "https://unknown.example.com/", want: "tls.wrong_host fail; view.not_reached skip"},
	{name: "hangs up in the handshake", url: "https://hangup.example.com/", want: "tcp.reset fail; view.not_reached skip", text: "during the TLS handshake"},
	{name: "certificate ends soon", url: "https://soon.example.com/body/png", want: "tls.expires_soon warn; view.public pass", text: "ends in 40 h "},

	{name: "TLS on 80", url: "http://both.example.com/", want: "http.tls_on_http fail; view.not_reached skip"},
	{name: "TLS alert on 80", url: "http://media.example.com/raw/alert", want: "http.tls_on_http fail; view.not_reached skip"},
	{name: "hangs up", url: "http://media.example.com/raw/hangup", want: "tcp.reset fail; view.not_reached skip"},
	{name: "reset", url: "http://media.example.com/raw/reset", want: "tcp.reset fail; view.not_reached skip"},
	{name: "not HTTP", url: "http://media.example.com/raw/garbage", want: "http.server_error fail; view.not_reached skip", text: "that is: SSH"},
	{name: "huge headers", url: "http://media.example.com/raw/headers", want: "http.server_error fail; view.not_reached skip"},
	{name: "no answer", url: "http://media.example.com/raw/silent", brief: phaseLimits{headers: 500 * time.Millisecond}, want: "http.timeout unknown; view.not_reached skip"},

	{name: "401", url: "https://media.example.com/status/401?h=WWW-Authenticate:+Basic", want: "http.unauthorized fail; view.not_reached skip", text: "Basic"},
	{name: "403 of S3", url: "https://media.example.com/status/403?body=" + escaped("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"), want: "http.forbidden fail; view.not_reached skip", text: "AccessDenied"},
	{name: "403 of Azure", url: "https://media.example.com/status/403?h=x-ms-error-code:+AuthenticationFailed", want: "http.forbidden fail; view.not_reached skip", text: "AuthenticationFailed"},
	{name: "404", url: "https://media.example.com/status/404", want: "http.not_found fail; view.not_reached skip"},
	{name: "410", url: "https://media.example.com/status/410", want: "http.not_found fail; view.not_reached skip"},
	{name: "407", url: "https://media.example.com/status/407", want: "http.proxy_authentication unknown; view.not_reached skip"},
	{name: "511", url: "https://media.example.com/status/511", want: "http.proxy_authentication unknown; view.not_reached skip"},
	{name: "418", url: "https://media.example.com/status/418", want: "http.client_error fail; view.not_reached skip", text: "HTTP 418"},
	{name: "429", url: "https://media.example.com/status/429?h=Retry-After:+30", want: "http.rate_limited unknown; view.not_reached skip", text: "Retry-After"},
	{name: "451", url: "https://media.example.com/status/451", want: "http.legal_block fail; view.not_reached skip"},
	{name: "500", url: "https://media.example.com/status/500", want: "http.server_error fail; view.not_reached skip"},
	{name: "522", url: "https://media.example.com/status/522", want: "http.edge_error fail; view.not_reached skip"},
	{name: "304", url: "https://media.example.com/status/304", want: "http.server_error fail; view.not_reached skip"},
	{name: "challenge header", url: "https://media.example.com/status/403?h=cf-mitigated:+challenge", want: "http.bot_challenge fail; view.not_reached skip"},
	{name: "hotlink by the CDN", url: "https://media.example.com/status/403?body=error+code:+1011", want: "http.hotlink fail; view.not_reached skip"},
	{name: "client refused by the CDN", url: "https://media.example.com/status/403?body=error+code:+1010", want: "http.user_agent fail; view.not_reached skip"},
	{name: "browsers only", url: "https://media.example.com/browser", want: "http.user_agent fail; http.forbidden fail; view.not_reached skip", text: "See the finding before this one"},
	{name: "own pages only", url: "https://media.example.com/site", want: "http.hotlink fail; http.forbidden fail; view.not_reached skip"},
	{name: "HEAD differs", url: "https://media.example.com/get", deep: true, want: "http.head_differs warn; view.public pass"},
	{name: "HEAD is not asked", url: "https://media.example.com/get", want: "view.public pass"},
	{name: "content changes", url: "https://media.example.com/clock", deep: true, want: "body.changes warn; view.public pass"},

	{name: "redirect", url: "https://media.example.com/to?u=/body/png", want: "view.public pass", text: "hop 2"},
	{name: "redirect without target", url: "https://media.example.com/to?u=", want: "http.bad_location fail; view.not_reached skip"},
	{name: "redirect to nonsense", url: "https://media.example.com/to?u=" + escaped("https://[broken"), want: "http.bad_location fail; view.not_reached skip"},
	{name: "redirect to another scheme", url: "https://media.example.com/to?u=" + escaped("s3://bucket/key"), want: "url.scheme fail; view.not_reached skip", text: "presign"},
	{name: "circle", url: "https://media.example.com/circle/a", want: "http.redirect_loop fail; view.not_reached skip"},
	{name: "cookies wanted", url: "https://media.example.com/session", want: "http.cookies_required fail; view.not_reached skip"},
	{name: "seven redirects", url: "https://media.example.com/chain/7", want: "http.too_many_redirects warn; view.public pass"},
	{name: "eleven redirects", url: "https://media.example.com/chain/11", want: "http.too_many_redirects fail; view.not_reached skip"},
	{name: "down to http", url: "https://media.example.com/to?u=" + escaped("http://media.example.com/body/png"), want: "http.redirect_downgrade warn; view.public pass"},
	{name: "into a private network", url: "https://media.example.com/to?u=" + escaped("http://private.example.com/body/png"), want: "http.redirect_downgrade warn; http.redirect_private fail; view.not_reached skip"},
	{name: "between private hosts", url: "http://private.example.com/to?u=" + escaped("http://private2.example.com/body/png"), want: "dns.private_address fail"},
	{name: "between private networks", url: "http://private.example.com/to?u=" + escaped("http://linklocal.example.com/body/png"), want: "dns.private_address fail; http.redirect_private fail; view.not_reached skip"},
	{name: "to a login", url: "https://media.example.com/to?u=/login/page", want: "http.login_page fail"},

	{name: "web page", url: "https://media.example.com/body/page.png", want: "body.html_page fail", text: "File & not found"},
	{name: "web page where text is expected", url: "https://media.example.com/body/page", expect: Text, want: "body.html_page warn; view.public pass"},
	{name: "page to sign in", url: "https://media.example.com/body/login", want: "http.login_page fail"},
	{name: "test for robots", url: "https://media.example.com/body/challenge", want: "http.bot_challenge fail"},
	{name: "empty", url: "https://media.example.com/body/empty", want: "body.empty fail"},
	{name: "204", url: "https://media.example.com/status/204", want: "body.empty fail"},
	{name: "text in place of media", url: "https://media.example.com/body/text?type=image/png", want: "body.type_mismatch fail"},
	{name: "text", url: "https://media.example.com/body/text?type=text/plain", want: "body.type_mismatch warn; view.public pass"},
	{name: "sound in place of an image", url: "https://media.example.com/body/wav?type=audio/wav", expect: Image, want: "body.type_mismatch fail", text: "audio/wav, where image is expected"},
	{name: "unknown bytes", url: "https://media.example.com/body/noise?type=image/png", want: "body.type_mismatch unknown"},
	{name: "JSON in place of media", url: "https://media.example.com/body/json?type=application/json", want: "body.type_mismatch warn; view.public pass", text: "application/json, which is neither"},
	{name: "JSON is text", url: "https://media.example.com/body/json?type=application/json", expect: Text, want: "view.public pass"},
	{name: "JSON in place of a named image", url: "https://media.example.com/body/json.png?type=application/json", want: "body.type_mismatch fail"},
	{name: "no Content-Type", url: "https://media.example.com/body/mp4", want: "body.type_mismatch warn; view.public pass", text: "no Content-Type"},
	{name: "wrong Content-Type", url: "https://media.example.com/body/png?type=image/jpeg", want: "body.type_mismatch warn; view.public pass"},
	{name: "wrong ending", url: "https://media.example.com/body/png.jpg?type=image/png", want: "body.type_mismatch warn; view.public pass", text: ".jpg"},
	{name: "wrong sort of sound", url: "https://media.example.com/body/wav?type=audio/mpeg", want: "body.type_mismatch warn; view.public pass", text: "says audio/mpeg"},
	{name: "one container, many labels", url: "https://media.example.com/body/mp4.m4a?type=application/mp4", want: "view.public pass"},
	{name: "image over 4 MiB", url: "https://media.example.com/body/png?pad=4194305", want: "body.too_large fail", text: "4,194,305 bytes"},
	{name: "image over 4 MiB without length", url: "https://media.example.com/body/png?pad=4194305&way=chunked", want: "body.too_large fail", text: "more than 4,194,304 bytes"},
	{name: "image of 4 MiB", url: "https://media.example.com/body/png?pad=4194304", want: "body.too_large warn; view.public pass"},
	{name: "image of 4 MB", url: "https://media.example.com/body/png?pad=4000000", want: "view.public pass"},
	{name: "large video", url: "https://media.example.com/body/mp4?pad=9000000&type=video/mp4", want: "view.public pass"},
	{name: "cut off", url: "https://media.example.com/body/png?way=short", want: "body.truncated fail"},
	{name: "slow", url: "https://media.example.com/body/png?way=drip", brief: phaseLimits{swift: 500 * time.Millisecond}, want: "body.slow warn; view.public pass"},
	{name: "slow to begin", url: "https://media.example.com/body/png?way=late", brief: phaseLimits{swift: 500 * time.Millisecond}, want: "body.slow warn; view.public pass", text: "to begin its answer"},
	{name: "no length", url: "http://media.example.com/raw/nolength", want: "body.no_length warn; view.public pass"},
	{name: "compressed unasked", url: "https://media.example.com/body/gzip?type=image/png&h=Content-Encoding:+gzip", want: "body.bad_compression warn; view.public pass"},
	{name: "compressed in name only", url: "https://media.example.com/body/png?h=Content-Encoding:+gzip", want: "body.bad_compression fail"},
	{name: "broken compression", url: "https://media.example.com/body/badgzip?h=Content-Encoding:+gzip", want: "body.bad_compression fail"},
	{name: "unknown compression", url: "https://media.example.com/body/noise?h=Content-Encoding:+br", want: "body.bad_compression unknown"},
	{name: "compression bomb", url: "https://media.example.com/body/bomb?h=Content-Encoding:+gzip", want: "body.compression_bomb fail"},

	{name: "ended by the server's clock", url: "https://media.example.com/body/png?X-Amz-Signature=ab&X-Amz-Date=20300101T000000Z&X-Amz-Expires=60&date=" + escaped("Tue, 01 Jan 2030 00:02:00 GMT"), want: "url.presigned_expired fail", text: "ended 60 s ago"},
	{name: "ended, says the storage", url: "https://media.example.com/status/403?Signature=ab&Key-Pair-Id=k&body=" + escaped("<Code>AccessDenied</Code><Message>Request has expired</Message>"), want: "http.forbidden fail; url.presigned_expired fail; view.not_reached skip"},
	{name: "temporary credentials", url: "https://media.example.com/body/png?X-Amz-Signature=ab&X-Amz-Security-Token=t", want: "url.presigned_temporary warn; view.public pass"},
}

func TestURLFindings(t *testing.T) {
	w := newWorld(t)
	for _, c := range urlCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			target := urlTarget(t, "", c.url)
			target.URLPasted, target.Deep, target.Expect = c.pasted, c.deep, c.expect
			n := w.network
			n.phases = c.brief.over(n.phases)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			r := n.checkURL(ctx, target)
			if got := verdicts(r); got != c.want {
				t.Fatalf("findings: %s\nwant:     %s\n%s", got, c.want, texts(r))
			}
			if !strings.Contains(texts(r), c.text) {
				t.Errorf("%q is missing from:\n%s", c.text, texts(r))
			}
			if !strings.Contains(texts(r), "timing: ") {
				t.Error("no finding shows the timing")
			}
		})
	}
}

// over are the limits with those of others in the place of zeros.
func (l phaseLimits) over(others phaseLimits) phaseLimits {
	return phaseLimits{
		dns: cmp.Or(l.dns, others.dns), connect: cmp.Or(l.connect, others.connect), tls: cmp.Or(l.tls, others.tls),
		headers: cmp.Or(l.headers, others.headers), others: cmp.Or(l.others, others.others), swift: cmp.Or(l.swift, others.swift),
	}
}

// TestURLFindingIDs holds that the tables above show every finding of the contract that the URL check makes.
func TestURLFindingIDs(t *testing.T) {
	shown := ""
	for _, c := range urlCases {
		shown += c.want + "; "
	}
	for _, c := range formCases {
		shown += c.want + "; "
	}
	for area, names := range map[string]string{
		"url.":  "malformed scheme junk encoding userinfo fragment idn host port local_name share_page presigned_expired presigned_temporary",
		"dns.":  "not_found no_address server_failure timeout private_address ipv6_only",
		"tcp.":  "refused timeout unreachable reset",
		"tls.":  "expired not_yet_valid wrong_host self_signed unknown_authority incomplete_chain version client_certificate not_tls timeout expires_soon",
		"http.": "unauthorized forbidden not_found proxy_authentication rate_limited legal_block client_error server_error edge_error bad_location redirect_loop too_many_redirects redirect_downgrade redirect_private login_page cookies_required bot_challenge hotlink user_agent head_differs timeout tls_on_http",
		"body.": "html_page type_mismatch empty too_large truncated slow bad_compression compression_bomb no_length changes",
		"view.": "public",
	} {
		for _, name := range strings.Fields(names) {
			if !strings.Contains(shown, area+name+" ") {
				t.Errorf("no case shows %s%s", area, name)
			}
		}
	}
}

// verdicts lists the findings as "id status".
func verdicts(r Result) string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, f.ID+" "+string(f.Status))
	}
	return strings.Join(list, "; ")
}

// texts is all that a result says.
func texts(r Result) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Target)
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s: %s\n", f.ID, f.Status, f.Summary)
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "  %s: %s\n", e.Label, e.Value)
		}
		fmt.Fprintln(&b, "  →", f.Remedy)
	}
	return b.String()
}

// TestURLPhases holds that the phases of a way over a redirect are all there, in their order.
func TestURLPhases(t *testing.T) {
	w := newWorld(t)
	r := w.checkURL(inTime(t), urlTarget(t, "", "https://media.example.com/to?u="+escaped("http://other.example.com/body/png")))
	var got []string
	var last time.Duration
	for _, ph := range r.Phases {
		got = append(got, fmt.Sprint(ph.Hop, " ", ph.Name))
		if ph.Start < last || ph.Took <= 0 {
			t.Errorf("%+v began before %v, or took no time", ph, last)
		}
		last = ph.Start + ph.Took
	}
	want := "1 DNS, 1 connect, 1 TLS, 1 first byte, 2 DNS, 2 connect, 2 first byte, 2 transfer"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
	if len(r.Phases) > 0 && r.Phases[0].Start != 0 {
		t.Errorf("the first phase begins at %v", r.Phases[0].Start)
	}
}

// TestURLPhaseThatStopped holds that the phase is marked in which the way ended too early, and only that one.
func TestURLPhaseThatStopped(t *testing.T) {
	w := newWorld(t)
	for url, want := range map[string]string{
		"https://nothere.example.com/a.png":                  "DNS",
		"https://down.example.com/":                          "connect",
		"https://expired.example.com/":                       "TLS",
		"http://media.example.com/raw/hangup":                "first byte",
		"https://media.example.com/status/404":               "first byte",
		"https://media.example.com/body/png?way=short":       "transfer",
		"https://media.example.com/body/png":                 "",
		"https://media.example.com/to?u=/body/png":           "",
		"https://media.example.com/body/page.png":            "",
		"https://media.example.com/body/png?pad=4194305":     "",
		"https://media.example.com/to?u=/body/png?way=short": "transfer",
	} {
		var stopped []string
		for _, ph := range w.checkURL(inTime(t), urlTarget(t, "", url)).Phases {
			if ph.Stopped {
				stopped = append(stopped, ph.Name)
			}
		}
		if got := strings.Join(stopped, ", "); got != want {
			t.Errorf("%s: stopped in %q, want %q", url, got, want)
		}
	}
}
