package checks

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog/safe"

	"klyra-doctor/checks/media/mediatest"
)

// TestRawAnswers asks servers that answer with given bytes, then close.
func TestRawAnswers(t *testing.T) {
	w := newWorld(t)
	const unreached = "; view.not_reached skip"
	for _, c := range []struct{ name, answer, want, text string }{
		{"mail", "220 mail.example.com ESMTP\r\n", "http.server_error fail" + unreached, "that is: SMTP or FTP"},
		{"noise", "\x01\x02\x03\x04\r\n", "http.server_error fail" + unreached, "not HTTP"},
		{"nothing but words", "hello\r\n\r\n", "http.server_error fail" + unreached, "it began with: hello"},
		{"HTTP/2 frames", "\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\r\n", "http.server_error fail" + unreached, "HTTP/2 at once"},
		{"a TLS alert", "\x15\x03\x01\x00\x02\x02\x46\r\n", "http.tls_on_http fail" + unreached, "https://"},
		{"half a line", "HTTP/1.1 2", "tcp.reset fail" + unreached, "before an answer came"},
		{"headers that end in nothing", "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n", "tcp.reset fail" + unreached, ""},
		{"no such status", "HTTP/1.1 20x OK\r\n\r\n", "http.server_error fail" + unreached, "20x"},
		{"no such version", "HTTP/x 200 OK\r\n\r\n", "http.server_error fail" + unreached, "HTTP/x"},
		{"a header without a colon", "HTTP/1.1 200 OK\r\nfoo bar\r\n\r\n", "http.server_error fail" + unreached, "malformed MIME header"},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "http.server_error fail" + unreached, "Content-Length"},
		{"no length at all", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "http.server_error fail" + unreached, "Content-Length"},
		{"a coding of its own", "HTTP/1.1 200 OK\r\nTransfer-Encoding: morse\r\n\r\n", "http.server_error fail" + unreached, "transfer encoding"},
		{"headers without end", "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 20000), "http.server_error fail" + unreached, "64 KiB of headers"},
		{"early words without end", strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 5000), "http.server_error fail" + unreached, "HTTP 1xx"},
		{"switched", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "http.server_error fail" + unreached, "another protocol"},
		{"one early word", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: " + fmt.Sprint(len(fixtures["png"])) + "\r\n\r\n" + string(fixtures["png"]), "view.public pass", ""},
	} {
		n := w.at(rawServer(t, func(conn net.Conn) {
			conn.Read(make([]byte, 4096))
			io.WriteString(conn, c.answer)
			if tcp, ok := conn.(*net.TCPConn); ok {
				tcp.CloseWrite()
			}
			io.Copy(io.Discard, conn)
		}))
		r := n.checkURL(t.Context(), urlTarget(t, "", "http://media.example.com/"))
		if got := verdicts(r); got != c.want || !strings.Contains(texts(r), c.text) {
			t.Errorf("%s: want %s and %q\n%s", c.name, c.want, c.text, texts(r))
		}
	}
}

// TestEndlessAnswers asks servers that go on for ever: each ends at its phase's time, and says what is known.
func TestEndlessAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct{ name, start, again, want string }{
		{"headers in drops", "HTTP/1.1 200 OK\r\n", "X: y\r\n", "http.timeout unknown; view.not_reached skip"},
		{"early words in drops", "", "HTTP/1.1 103 Early Hints\r\n\r\n", "http.timeout unknown; view.not_reached skip"},
		{"an error page in drops", "HTTP/1.1 404 Not Found\r\n\r\n<title>Gone</title>", " ", "http.not_found fail; view.not_reached skip"},
	} {
		n := w.at(rawServer(t, func(conn net.Conn) {
			conn.Read(make([]byte, 4096))
			io.WriteString(conn, c.start)
			for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
				if _, err := io.WriteString(conn, c.again); err != nil {
					tick.Stop()
					return
				}
			}
		}))
		n.phases.headers, n.phases.others = 300*time.Millisecond, 300*time.Millisecond
		r := n.checkURL(t.Context(), urlTarget(t, "", "http://media.example.com/"))
		if got := verdicts(r); got != c.want {
			t.Errorf("%s: want %s\n%s", c.name, c.want, texts(r))
		}
	}
}

// TestStorageErrors answers like the storages do.
func TestStorageErrors(t *testing.T) {
	w := newWorld(t)
	xml := func(code, message string) string {
		return "<?xml version='1.0'?><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"
	}
	for _, c := range []struct {
		name   string
		status int
		header string
		body   string
		want   string
		text   string
	}{
		{"S3, private or missing", 403, "Server: AmazonS3", xml("AccessDenied", "Access Denied"), "http.forbidden fail", "storage: Amazon S3"},
		{"S3, ended", 403, "Server: AmazonS3", xml("AccessDenied", "Request has expired"), "http.forbidden fail", "Sign the URL anew for GET"},
		{"S3, no such key", 404, "Server: AmazonS3", xml("NoSuchKey", "The specified key does not exist."), "http.not_found fail", "no object has this key"},
		{"S3, no such bucket", 404, "", xml("NoSuchBucket", ""), "http.not_found fail", "no bucket of this name"},
		{"S3, wrong signature", 403, "", xml("SignatureDoesNotMatch", ""), "http.forbidden fail", "Sign for GET"},
		{"S3, credentials ended", 400, "", xml("ExpiredToken", "The provided token has expired."), "http.forbidden fail", "temporary credentials"},
		{"S3, clock", 403, "", xml("RequestTimeTooSkewed", ""), "http.forbidden fail", "clock of the machine that signs"},
		{"S3, archived", 403, "", xml("InvalidObjectState", ""), "http.forbidden fail", "Restore it first"},
		{"S3, slow down", 503, "", xml("SlowDown", "Please reduce your request rate."), "http.rate_limited unknown", "slow down"},
		{"S3, encrypted", 403, "", xml("AccessDenied", "User is not authorized to perform: kms:Decrypt on the resource"), "http.forbidden fail", "encrypted"},
		{"S3, other region", 400, "", xml("AuthorizationHeaderMalformed", "the region 'us-east-1' is wrong; expecting 'eu-west-1'"), "http.client_error fail", "region"},
		{"S3, other endpoint", 301, "X-Amz-Bucket-Region: eu-west-1", xml("PermanentRedirect", ""), "http.bad_location fail", "region: eu-west-1"},
		{"GCS, requester pays", 400, "X-Guploader-Uploadid: a", xml("UserProjectMissing", ""), "http.forbidden fail", "requester pays"},
		{"GCS, JSON", 403, "X-Guploader-Uploadid: a", `{"error":{"code":403,"message":"Anonymous caller does not have \"storage.objects.get\" access"}}`, "http.forbidden fail", `does not have "storage.objects.get"`},
		{"Azure, SAS ended", 403, "X-Ms-Error-Code: AuthenticationFailed", "<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>Signature not valid in the specified time frame</AuthenticationErrorDetail></Error>", "http.forbidden fail; url.presigned_expired fail", "Make a new SAS URL"},
		{"Azure, no public access", 409, "X-Ms-Error-Code: PublicAccessNotPermitted", "", "http.forbidden fail", "no public access at all"},
		{"Azure, private or missing", 404, "X-Ms-Error-Code: ResourceNotFound", "", "http.not_found fail", "Azure answers the same for both"},
		{"Azure, SAS without read", 403, "X-Ms-Error-Code: AuthorizationPermissionMismatch", "", "http.forbidden fail", "sp=r"},
		{"Azure, firewall", 403, "X-Ms-Error-Code: AuthorizationFailure", "", "http.forbidden unknown", "only certain addresses"},
		{"Azure, archived", 409, "X-Ms-Error-Code: BlobArchived", "", "http.forbidden fail", "archive"},
		{"CloudFront, unsigned", 403, "X-Amz-Cf-Id: a", xml("MissingKey", "Missing Key-Pair-Id query parameter or cookie value"), "http.forbidden fail", "storage: CloudFront"},
		{"CloudFront, country", 403, "X-Cache: Error from cloudfront", "<title>ERROR: The request could not be satisfied</title>The Amazon CloudFront distribution is configured to block access from your country.", "http.legal_block unknown", "country"},
		{"R2, unsigned", 400, "", xml("InvalidArgument", "Authorization"), "http.unauthorized fail", "r2.dev"},
		{"OSS, Referer", 403, "X-Oss-Request-Id: a", xml("AccessDenied", "You are denied by bucket referer policy."), "http.hotlink fail", "empty Referer"},
		{"OSS, debts", 403, "Server: AliyunOSS", xml("InDebt", ""), "http.forbidden fail", "bills"},
		{"a code that nobody knows", 403, "", xml("OutOfCoffee", "no more"), "http.forbidden fail", "OutOfCoffee"},
	} {
		target := fmt.Sprintf("https://media.example.com/status/%d?sig=x&se=2000-01-01&sp=r&body=%s&h=%s", c.status, escaped(c.body), escaped(c.header))
		if !strings.Contains(c.want, "presigned") {
			target = strings.Replace(target, "sig=x&se=2000-01-01&sp=r&", "", 1)
		}
		r := w.checkURL(t.Context(), urlTarget(t, "", target))
		got := strings.TrimSuffix(verdicts(r), "; view.not_reached skip")
		if got != c.want && !strings.HasPrefix(got, c.want+"; url.presigned_expired") || !strings.Contains(texts(r), c.text) {
			t.Errorf("%s: want %s and %q\n%s", c.name, c.want, c.text, texts(r))
		}
	}
}

// TestWalls answers like the products that keep robots away.
func TestWalls(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name   string
		status int
		header string
		body   string
		want   string
		text   string
	}{
		{"Cloudflare, by its header", 503, "Cf-Mitigated: challenge", "", "http.bot_challenge fail", "(Cloudflare)"},
		{"Cloudflare, by its page", 200, "Content-Type: text/html", "<html><script>window._cf_chl_opt={}</script>", "http.bot_challenge fail", "(Cloudflare)"},
		{"Cloudflare, blocked", 403, "", "<title>Attention Required! | Cloudflare</title>Sorry, you have been blocked", "http.forbidden fail", "firewall in front of the host (Cloudflare)"},
		{"AWS WAF, challenge", 202, "X-Amzn-Waf-Action: challenge", "", "http.bot_challenge fail", "(AWS WAF)"},
		{"AWS WAF, captcha", 405, "X-Amzn-Waf-Action: captcha", "", "http.bot_challenge fail", "(AWS WAF)"},
		{"Vercel", 429, "X-Vercel-Mitigated: challenge", "", "http.bot_challenge fail", "(Vercel)"},
		{"Vercel, denied", 403, "X-Vercel-Mitigated: deny", "", "http.forbidden fail", "(Vercel)"},
		{"DataDome", 403, "X-Datadome-Cid: a", "<script src='https://geo.captcha-delivery.com/c.js'>", "http.bot_challenge fail", "(DataDome)"},
		{"Imperva, challenge", 200, "Content-Type: text/html", "<html><iframe src='/_Incapsula_Resource?CWUDNSAI=9'>", "http.bot_challenge fail", "(Imperva)"},
		{"Imperva, blocked", 403, "X-Iinfo: 1-2", "<html>Incapsula incident ID: 12-34", "http.forbidden fail", "X-Iinfo: 1-2"},
		{"Akamai", 403, "Server: AkamaiGHost", "<title>Access Denied</title>https://errors.edgesuite.net/18.abc", "http.forbidden fail", "(Akamai)"},
		{"F5", 200, "Content-Type: text/html", "<html><title>Request Rejected</title>The requested URL was rejected. Please consult with your administrator.", "http.forbidden fail", "F5"},
		{"nginx testcookie", 200, "Content-Type: text/html", `<html><script src="/aes.js"></script>`, "http.bot_challenge fail", "nginx"},
		{"policy for names", 403, "", "Please comply with the User-Agent policy", "http.user_agent fail", "Wikimedia"},
		{"Cloudflare 1015", 429, "Retry-After: 30", "error code: 1015", "http.rate_limited unknown", "wait 30 s"},
		{"Cloudflare 1009", 403, "Cf-Ray: a", "<html>Error 1009</html>", "http.legal_block unknown", "country"},
		{"Cloudflare 1020", 403, "Server: cloudflare", "<html>Error code 1020</html>", "http.forbidden fail", "firewall rule"},
		{"Cloudflare 1016", 530, "Server: cloudflare", "error code: 1016", "http.edge_error fail", "cannot be resolved"},
		{"Cloudflare 1033", 530, "Server: cloudflare", "<html>Error 1033 Cloudflare Tunnel error</html>", "http.edge_error fail", "cloudflared"},
		{"Cloudflare 522", 522, "Server: cloudflare", "", "http.edge_error fail", "could not be connected to in time"},
		{"a script on a page of the site's own", 404, "", "<title>Gone</title><script>window._cf_chl_opt</script>", "http.not_found fail", "Gone"},
		{"a database's number", 500, "Content-Type: text/html", "<html>" + strings.Repeat(" ", 99) + "MySQL error 1016: cannot open file</html>", "http.server_error fail", "error of its own"},
	} {
		target := fmt.Sprintf("https://media.example.com/status/%d?body=%s&h=%s", c.status, escaped(c.body), escaped(c.header))
		r := w.checkURL(t.Context(), urlTarget(t, "", target))
		if got := strings.TrimSuffix(verdicts(r), "; view.not_reached skip"); got != c.want || !strings.Contains(texts(r), c.text) {
			t.Errorf("%s: want %s and %q\n%s", c.name, c.want, c.text, texts(r))
		}
	}
}

// TestStatuses holds what a status alone says.
func TestStatuses(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		status int
		query  string
		want   string
		text   string
	}{
		{201, "type=image/png", "http.server_error warn; body.empty fail", "made something"},
		{202, "", "http.server_error warn; body.empty fail", "taken the request in"},
		{204, "", "body.empty fail", "HTTP 204"},
		{205, "", "body.empty fail", "HTTP 205"},
		{206, "h=Content-Range:+bytes+0-4/10&body=hello", "body.truncated fail; body.type_mismatch warn", "bytes 0-4/10"},
		{206, "body=hello", "body.truncated fail; body.type_mismatch warn", "a part of the file"},
		{206, "h=Content-Range:+bytes+0-4/5&body=hello&h=Content-Type:+text/plain", "body.type_mismatch warn; view.public pass", ""},
		{226, "", "http.server_error warn; body.empty fail", "a difference"},
		{300, "", "http.bad_location fail", "offers a choice"},
		{301, "", "http.bad_location fail", "no Location header"},
		{304, "", "http.server_error fail", "nothing has changed"},
		{305, "", "http.server_error fail", "does not answer a download"},
		{400, "body=bad+path", "http.client_error fail", "answer: bad path"},
		{402, "", "http.client_error fail", "paid"},
		{405, "", "http.client_error fail", "does not allow GET"},
		{406, "", "http.client_error fail", "ModSecurity"},
		{408, "", "http.timeout unknown", "gave up waiting"},
		{409, "", "http.client_error fail", "HTTP 409"},
		{416, "", "http.client_error fail", "a range"},
		{418, "", "http.client_error fail", "HTTP 418"},
		{421, "", "http.client_error fail", "this host name"},
		{425, "", "http.client_error unknown", "too early"},
		{426, "", "http.client_error fail", "another protocol"},
		{429, "h=Retry-After:+soon", "http.rate_limited unknown", "Retry-After: soon"},
		{502, "", "http.server_error fail", "a gateway"},
		{503, "h=Retry-After:+120", "http.server_error fail", "wait 2 min 0 s"},
		{504, "", "http.server_error fail", "in time"},
		{529, "", "http.server_error fail", "overloaded"},
		{599, "", "http.server_error fail", "got no answer of it in time"},
		{999, "", "http.forbidden fail", "refuses programs"},
		{400, "body=" + escaped("<title>400 No required SSL certificate was sent</title>"), "tls.client_certificate fail", "demands a certificate"},
		{400, "body=Client+sent+an+HTTP+request+to+an+HTTPS+server.%0A", "http.server_error fail", "got plain HTTP on its port for TLS"},
	} {
		r := w.checkURL(t.Context(), urlTarget(t, "", fmt.Sprintf("https://media.example.com/status/%d?%s", c.status, c.query)))
		if got := strings.TrimSuffix(verdicts(r), "; view.not_reached skip"); got != c.want || !strings.Contains(texts(r), c.text) {
			t.Errorf("%d %s: want %s and %q\n%s", c.status, c.query, c.want, c.text, texts(r))
		}
	}
}

// TestRetryAfter holds that the wait of a server becomes the result's.
func TestRetryAfter(t *testing.T) {
	w := newWorld(t)
	now := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"30":                            30 * time.Second,
		"Tue, 01 Jan 2030 10:00:20 GMT": 20 * time.Second, // the server's clock is two hours behind
		"0":                             0,
		"-5":                            0,
		"later":                         0,
		"999999999999":                  0,
	} {
		target := urlTarget(t, "", "http://media.example.com/status/429?date="+escaped("Tue, 01 Jan 2030 10:00:00 GMT")+"&h="+escaped("Retry-After: "+header))
		target.Now = func() time.Time { return now }
		r := w.checkURL(t.Context(), target)
		if r.Wait != want || want > 0 && !r.RetryAt.Equal(now.Add(want)) || want == 0 && !r.RetryAt.IsZero() {
			t.Errorf("%s: wait %v until %v, want %v", header, r.Wait, r.RetryAt, want)
		}
	}
}

// TestComparisons asks servers that serve a file only to those who do what a downloader does not.
func TestComparisons(t *testing.T) {
	const key = "klyra_0123456789abcdef0123"
	for _, c := range []struct {
		path     string
		deep     bool
		want     string
		requests int
		compared string // what view.public says of the comparing requests
	}{
		{"/wall/cookie", false, "http.cookies_required fail; http.unauthorized fail", 4, ""},
		{"/wall/agent", false, "http.user_agent fail; http.not_found fail", 2, ""},
		{"/wall/referer", false, "http.hotlink fail; http.forbidden fail", 3, ""},
		{"/wall/login", false, "http.forbidden fail", 3, ""}, // a browser gets a page for signing in: that is no file
		{"/session", false, "http.cookies_required fail", 1, ""},
		{"/session", true, "http.redirect_loop fail", 2, ""}, // it goes round with its cookie, too
		{"/wall/round", false, "http.cookies_required fail", 1, ""},
		{"/wall/round", true, "http.cookies_required fail", 2, ""},
		{"/wall/password", false, "http.unauthorized fail", 1, ""},
		{"/wall/everybody", false, "http.forbidden fail", 3, ""},
		{"/wall/503", false, "http.server_error fail", 1, ""},
		{"/wall/503", true, "http.server_error fail", 3, ""},
		{"/wall/429", true, "http.rate_limited unknown", 1, ""},
		{"/wall/placeholder", false, "view.public pass", 1, ""},
		{"/wall/placeholder", true, "http.hotlink warn; view.public pass", 4, "the same answer, another answer"},
		{"/wall/picky", true, "http.user_agent warn; view.public pass", 4, "another answer, the same answer"},
		{"/clock", true, "body.changes warn; view.public pass", 4, "another answer, another answer"},
		{"/wall/mute", true, "view.public pass", 4, "no whole answer came, the same answer, no answer came"},
		{"/get", true, "http.head_differs warn; view.public pass", 4, "the same answer, the same answer, HTTP 403"},
		{"/body/png", true, "view.public pass", 4, "the same answer, the same answer, HTTP 200"},
		{"/body/png", false, "view.public pass", 1, ""},
	} {
		w := newWorld(t)
		n := w.at(wallServer(t, w))
		target := urlTarget(t, "", "http://media.example.com"+c.path)
		target.Deep, target.Keys = c.deep, []Key{{Secret: safe.NewSecret(key), Source: "typed"}}
		r := n.checkURL(t.Context(), target)
		if got := strings.TrimSuffix(verdicts(r), "; view.not_reached skip"); got != c.want || len(w.asked()) != c.requests {
			t.Errorf("%s, deep %v: want %s by %d requests, got %d\n%s", c.path, c.deep, c.want, c.requests, len(w.asked()), texts(r))
		}
		var compared []string
		for _, e := range r.Findings[len(r.Findings)-1].Evidence {
			if slices.Contains([]string{triedBrowser, triedSite, triedHead}, e.Label) {
				compared = append(compared, e.Value)
			}
		}
		if got := strings.Join(compared, ", "); got != c.compared {
			t.Errorf("%s: compared %q, want %q", c.path, got, c.compared)
		}
		for i, req := range w.asked() {
			if carried(req, key) || i == 0 && (req.Header.Get("Cookie")+req.Header.Get("Referer") != "" || req.Method != http.MethodGet) {
				t.Errorf("%s: request %d carried %v", c.path, i, req.Header)
			}
		}
	}
}

// TestAddressesAnswerDifferently refuses at one address what another one serves.
func TestAddressesAnswerDifferently(t *testing.T) {
	w := newWorld(t)
	refusing := plainHTTP(t, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNotFound) }))
	for _, c := range []struct{ first, second, want string }{
		{refusing, w.plainServer(t), "http.not_found fail; body.changes warn; view.not_reached skip"},
		{refusing, refusing, "http.not_found fail; view.not_reached skip"},
	} {
		n := w.at(c.first, c.second)
		r := n.checkURL(t.Context(), urlTarget(t, "", "http://half.example.com/body/png"))
		if got := verdicts(r); got != c.want || strings.Contains(c.want, "changes") != strings.Contains(texts(r), "93.184.216.101: HTTP 200 with image") {
			t.Errorf("want %s\n%s", c.want, texts(r))
		}
	}
}

// carried reports whether a request holds a secret anywhere.
func carried(req *http.Request, secret string) bool {
	all := req.URL.String() + req.Host
	for name, values := range req.Header {
		all += name + strings.Join(values, "")
	}
	return strings.Contains(all, secret) || req.Header.Get("Authorization") != ""
}

// wallServer serves an image to some and refuses others, by the path, and the world's own pages.
func wallServer(t *testing.T, w *world) string {
	next := w.handler()
	return plainHTTP(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		path, walled := strings.CutPrefix(r.URL.Path, "/wall/")
		if !walled {
			next.ServeHTTP(rw, r)
			return
		}
		w.mu.Lock()
		w.requests = append(w.requests, r.Clone(context.Background()))
		w.mu.Unlock()
		browser := strings.HasPrefix(r.UserAgent(), "Mozilla/")
		cookie, _ := r.Cookie("seen")
		refuse := func(status int) { http.Error(rw, "no", status) }
		rw.Header().Set("Content-Type", "image/png")
		switch {
		case path == "cookie" && (cookie == nil || cookie.Value != "1"):
			http.SetCookie(rw, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
			refuse(http.StatusUnauthorized)
		case path == "agent" && !browser:
			refuse(http.StatusNotFound)
		case path == "referer" && r.Referer() == "", path == "everybody", path == "login" && !browser:
			refuse(http.StatusForbidden)
		case path == "round" && (cookie == nil || cookie.Value != "1"):
			http.SetCookie(rw, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
			http.Redirect(rw, r, r.URL.Path, http.StatusFound)
		case path == "password":
			rw.Header().Set("WWW-Authenticate", "Basic")
			refuse(http.StatusUnauthorized)
		case path == "503":
			refuse(http.StatusServiceUnavailable)
		case path == "429":
			refuse(http.StatusTooManyRequests)
		case path == "login":
			rw.Header().Set("Content-Type", "text/html")
			rw.Write(fixtures["login"])
		case path == "placeholder" && r.Referer() == "":
			rw.Write(mediatest.PNG(9, 9))
		case path == "mute" && (browser || r.Method == http.MethodHead):
			panic(http.ErrAbortHandler)
		case path == "picky" && browser:
			refuse(http.StatusForbidden)
		default:
			rw.Write(fixtures["png"])
		}
	}))
}

// TestStillRefused: requests that were refused like the first one stand in the evidence, and the remedy no longer
// says that they were not tried.
func TestStillRefused(t *testing.T) {
	nameServer := (&world{}).serveDNS(t)
	denied := answered("403 Forbidden", nil)
	for _, c := range []struct {
		name, refused, remedy string
		turns                 []turn
	}{
		{
			"whoever asks", "also refused: with a browser's name, with the site as Referer", "Rules by country or address look the same from here.",
			once(denied),
		},
		{
			"whatever comes back", "with the site as Referer, with the cookies that it had set", "Rules by country or address look",
			once(answered("403 Forbidden", nil, "Set-Cookie: a=b")),
		},
		{
			"without a third answer", "also refused: with a browser's name", "Rules by country, address or client look",
			[]turn{{send: denied}, {send: denied}, {}},
		},
		{"with a redirect for browsers", "", "Rules by country, address or client look", []turn{{send: denied}, {send: answered("302 Found", nil, "Location: /b")}, {}}},
	} {
		n := internet
		n.nameServer, n.dial = nameServer, dialAlways(brokenServer{turns: c.turns}.start(t, nil))
		r := n.checkURL(inTime(t), urlTarget(t, "", "http://media.example.com/a"))
		got := texts(r)
		if !strings.Contains(got, c.refused) || strings.Contains(got, "also refused") != (c.refused != "") || !strings.Contains(got, c.remedy) {
			t.Errorf("%s: got\n%s", c.name, got)
		}
	}
}
