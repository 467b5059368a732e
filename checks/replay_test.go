package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
)

const (
	pastedKey = "kly_9aK2mQ7xW4zL8vR3tB6n"
	mendedKey = "kly_Zq8vK2mN5xW1cR7tB4yH"
)

// arrivals keeps what came to a server.
type arrivals struct {
	mu     sync.Mutex
	all    []*http.Request
	bodies []string
}

// handler notes each request and answers with a status, "Name: value" headers and a body.
func (a *arrivals) handler(status int, headers []string, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		a.all, a.bodies = append(a.all, r), append(a.bodies, string(sent))
		a.mu.Unlock()
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func (a *arrivals) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.all)
}

// asked is a target with the request of a paste, in which API stands for the API's base URL.
func asked(t *testing.T, api *API, text string) Target {
	t.Helper()
	d := paste.Diagnose(strings.ReplaceAll(text, "API", api.BaseURL()))
	if d.Request == nil {
		t.Fatalf("no request in %q", text)
	}
	return Target{API: api, Request: d.Request, Keys: []Key{{Secret: safe.NewSecret(mendedKey), Source: "what you typed"}}}
}

func TestReplaySendsWhatWasShown(t *testing.T) {
	var seen arrivals
	api := apiOn(t, seen.handler(200, []string{"X-Request-Id: req_77"}, `{"flagged":false}`))
	o := Prepare(asked(t, api, `curl -X PUT 'API/v1/a%2Fb//c/?q=1&q=%20x#part' -H 'Authorization: Bearer `+pastedKey+`' `+
		`-H 'Content-Type: application/json; charset=utf-8' -H 'x-tenant: acme' -H 'Accept: a/b' -H 'Accept: c/d' `+
		`-H 'Cookie: session=abcdefgh12345678' -H 'Accept-Encoding: gzip' -H 'Connection: X-Hop' -H 'X-Hop: 1' -H 'X-Api-Key: `+pastedKey+`' `+
		`-d $'{"text":"it\'s\\n 5 \u00e4"}'`), "")
	if !o.Sendable() || seen.count() > 0 {
		t.Fatalf("refused: %q; %d requests came before the yes", o.Refusals, seen.count())
	}
	r := Replay(inTime(t), o)
	if r.Status != Pass || r.Summary != "sent again by klyra-doctor: HTTP 200, request id req_77" {
		t.Errorf("%s: %s", r.Status, r.Summary)
	}
	if seen.count() != 1 {
		t.Fatalf("%d requests came", seen.count())
	}
	got := seen.all[0]
	if want := "/v1/a%2Fb//c/?q=1&q=%20x"; got.Method != "PUT" || got.RequestURI != want {
		t.Errorf("%s %s came, want PUT %s", got.Method, got.RequestURI, want)
	}
	if want := `{"text":"it's\n 5 ä"}`; seen.bodies[0] != want || o.Body != want || o.BodySize != len(want) {
		t.Errorf("the body %q came, %q was shown", seen.bodies[0], o.Body)
	}
	if got.Header.Get("Authorization") != "Bearer "+mendedKey {
		t.Error("the key that came is not the one in use")
	}
	got.Header.Set("Authorization", "Bearer kly_…B4yH (the key from what you typed)")
	got.Header.Set("Host", got.Host)
	if shown := headerOf(o.Headers); !equalHeaders(shown, got.Header) {
		t.Errorf("shown\n%v\ncame\n%v", shown, got.Header)
	}
	if want := []string{"Cookie", "Accept-Encoding", "Connection", "X-Hop", "X-Api-Key (it holds a secret)"}; !slices.Equal(o.LeftOut, want) {
		t.Errorf("left out %q", o.LeftOut)
	}
	if o.URL != api.BaseURL()+"/v1/a%2Fb//c/?q=1&q=%20x" {
		t.Errorf("shown as %s", o.URL)
	}
}

func headerOf(shown []Evidence) http.Header {
	h := http.Header{}
	for _, e := range shown {
		h.Add(e.Label, e.Value)
	}
	return h
}

func equalHeaders(a, b http.Header) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// TestReplayOfEveryMethod: what a method needs goes out, and what it may cost is said.
func TestReplayOfEveryMethod(t *testing.T) {
	for method, note := range map[string]string{
		"GET": "may be billed", "HEAD": "may be billed", "OPTIONS": "may be billed",
		"POST": "done again", "PUT": "done again", "PATCH": "done again", "DELETE": "done again",
	} {
		var seen arrivals
		api := apiOn(t, seen.handler(204, nil, ""))
		o := Prepare(asked(t, api, "curl -X "+method+" API/v1/x -H 'A: b'"), "")
		if r := Replay(inTime(t), o); r.Status != Pass || seen.count() != 1 || seen.all[0].Method != method {
			t.Errorf("%s: %s %q", method, r.Summary, o.Refusals)
		}
		if !strings.Contains(strings.Join(o.Notes, " "), note) {
			t.Errorf("%s: notes %q", method, o.Notes)
		}
	}
}

func TestWhatIsNotSent(t *testing.T) {
	var seen arrivals
	api := apiOn(t, seen.handler(200, nil, "{}"))
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(api.BaseURL(), "http://"))
	const auth = " -H 'Authorization: Bearer " + pastedKey + "' "
	for name, c := range map[string]struct{ text, refusal string }{
		"another host":         {"curl https://api.klyra.live/v1/x -d '{}'" + auth, "It goes to https://api.klyra.live. Requests are sent only to the API's own scheme, host and port"},
		"another port":         {"curl http://127.0.0.1:1/v1/x -d '{}'" + auth, "It goes to http://127.0.0.1:1."},
		"another scheme":       {"curl https://127.0.0.1:" + port + "/v1/x -d '{}'" + auth, "It goes to https://127.0.0.1:" + port},
		"a sub-domain":         {"curl http://a.127.0.0.1:" + port + "/v1/x -d '{}'" + auth, "It goes to http://a.127.0.0.1"},
		"another name of it":   {"curl http://localhost:" + port + "/v1/x -d '{}'" + auth, "It goes to http://localhost"},
		"a password":           {"curl http://user:pass@127.0.0.1:" + port + "/v1/x -d '{}'", "Its URL holds a user name or a password."},
		"a name before the @":  {"curl http://127.0.0.1:" + port + "@evil.example/v1/x -d '{}'", "Its URL holds a user name or a password."},
		"the key in the URL":   {"curl 'API/v1/x?api_key=" + pastedKey + "' -d '{}'", "A key or another secret stands in its URL"},
		"the key in the path":  {"curl API/v1/" + mendedKey + " -d '{}'", "A key or another secret stands in its URL"},
		"the key in the body":  {`curl API/v1/x -d '{"key":"` + mendedKey + `"}'`, "The key stands in its body"},
		"a path alone":         {"{ config: { transformRequest: [], headers: {a: 'b'}, method: 'post', url: '/v1/x', data: '{}' } }", "The paste does not show its whole URL."},
		"a variable":           {"curl API/v1/${ID} -d '{}'", "Its URL still holds a variable: ${ID}."},
		"$version":             {"curl 'API/$version/x' -d '{}'", "Its URL still holds a variable: $version."},
		"$X":                   {"curl 'API/v1/$X' -d '{}'", "Its URL still holds a variable: $X."},
		"${x}":                 {"curl 'API/v1/${x}' -d '{}'", "Its URL still holds a variable: ${x}."},
		"%NAME%":               {"curl 'API/v1/%NAME%' -d '{}'", "Its URL still holds a variable: %NAME%."},
		"<id>":                 {"curl 'API/v1/<id>' -d '{}'", "Its URL still holds a variable: <id>."},
		"{id}":                 {"curl 'API/v1/{id}/x' -d '{}'", "Its URL still holds a variable: {id}."},
		"$x in the query":      {"curl 'API/v1/x?q=$x' -d '{}'", "Its URL still holds a variable: $x."},
		"<name> in a header":   {"curl 'API/v1/x' -H 'X-Tenant: <tenant>' -d '{}'", "The header X-Tenant still holds a variable: <tenant>."},
		"$name in a header":    {"curl 'API/v1/x' -H 'X-Tenant: a-$tenant' -d '{}'", "The header X-Tenant still holds a variable: $tenant."},
		"%NAME% in a header":   {"curl 'API/v1/x' -H 'X-Tenant: %TENANT%' -d '{}'", "The header X-Tenant still holds a variable: %TENANT%."},
		"a template":           {"POST /v1/{{id}} HTTP/1.1\nHost: " + "127.0.0.1:" + port + "\n\n{}\n\nHTTP/1.1 400 x\n", "Its URL still holds a variable: {{id}}."},
		"a template as body":   {`curl API/v1/x -d '{"a":"{{text}}"}'`, "Its body still holds what looks like a variable: {{text}}."},
		"a template as header": {`curl API/v1/x -H 'X-Tenant: {{tenant}}' -d '{}'`, "The header X-Tenant still holds a variable"},
		"a blank in the query": {`curl 'API/v1/x?q=a b' -d '{}'`, "Its URL holds a blank"},
		"a file":               {"curl API/v1/x -d @body.json" + auth, "The paste does not show the body, which stands in the file body.json."},
		"multipart":            {"curl API/v1/x -F image=@a.png" + auth, "The paste does not show the body, a form that takes in the file a.png."},
		"multipart, raw":       {"POST /v1/x HTTP/1.1\nHost: 127.0.0.1:" + port + "\nContent-Type: multipart/form-data; boundary=x\n\n--x\n\nHTTP/1.1 400 x\n", "a multipart form"},
		"curl -v":              {"> POST /v1/x HTTP/1.1\n> Host: 127.0.0.1:" + port + "\n>\n< HTTP/1.1 400 x\n", "The paste does not show the body, which a transcript"},
		"headers alone":        {"POST /v1/x HTTP/1.1\nHost: 127.0.0.1:" + port + "\nContent-Length: 12\n", "The paste does not show its body."},
		"a type alone":         {"curl -X POST API/v1/x -H 'Content-Type: application/json'", "The paste does not show its body."},
		"a length that differs": {
			"POST /v1/x HTTP/1.1\nHost: 127.0.0.1:" + port + "\nContent-Type: text/plain\nContent-Length: 99\n\nshort\n\nHTTP/1.1 400 x\n",
			"Its body had 99 bytes, and the paste shows 5",
		},
		"JSON that ends early": {`curl API/v1/x -d '{"text":"a'`, "ends in the middle of its JSON"},
		"compressed":           {`curl API/v1/x -H 'Content-Encoding: gzip' -d 'abc'`, "compressed (Content-Encoding: gzip)"},
		"not text":             {"curl API/v1/x -d $'\xff\xfe\xfd'", "Its body is not text"},
		"CONNECT":              {"curl -X CONNECT API/v1/x -H 'A: b'", "Its method is CONNECT"},
		"a made-up method":     {"curl -X 'GET /evil' API/v1/x -H 'A: b'", "Its method is GET /EVIL"},
		"a line end in a name": {
			`{"request":{"method":"POST","url":"API/v1/x","headers":[{"name":"X-A: b\r\nX-Evil","value":"1"}],"postData":{"text":"{}"}}}`,
			"A header's name",
		},
		"a long header": {`curl API/v1/x -H 'X-A: ` + strings.Repeat("ab ", 1000) + `' -d '{}'`, "The header X-A has 2,000 bytes or more, and may have been cut."},
	} {
		o := Prepare(asked(t, api, c.text), "")
		if got := strings.Join(o.Refusals, " "); o.Sendable() || !strings.Contains(got, c.refusal) {
			t.Errorf("%s: refusals %q, want %q", name, got, c.refusal)
		}
		if r := Replay(inTime(t), o); r.Status != Skip || !strings.Contains(r.Summary, "not sent") {
			t.Errorf("%s: %s %s", name, r.Status, r.Summary)
		}
		// Whose host it is cannot be told of a URL that cannot be read.
		own := name != "%NAME%" && strings.Contains(o.Command.Text, " "+api.BaseURL()+"/") || strings.Contains(o.Command.Text, " '"+api.BaseURL()+"/")
		if !strings.HasPrefix(o.Command.Text, "curl -g -i -X ") || strings.Contains(o.Command.Text, "Authorization") != own {
			t.Errorf("%s: command %q", name, o.Command.Text)
		}
		if want := map[bool]string{true: "the key in $KLYRA_API_KEY", false: "without your key"}[own]; !strings.HasSuffix(o.Command.Title, want) {
			t.Errorf("%s: title %q", name, o.Command.Title)
		}
		for _, key := range []string{pastedKey, mendedKey, "pass@"} {
			if text := everyText(o); strings.Contains(text, key[:5]) && holdsPart(text, key) {
				t.Errorf("%s: a secret shows in %q", name, text)
			}
		}
	}
	if n := seen.count(); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
	if o := Prepare(Target{API: api}, ""); o.Sendable() || o.Refusals[0] != "The paste shows no request." {
		t.Errorf("without a request: %+v", o.Refusals)
	}
}

// TestHeadersThatWouldInjectOthers: no reader of pastes hands out such values today, so the request is made by hand.
func TestHeadersThatWouldInjectOthers(t *testing.T) {
	var seen arrivals
	api := apiOn(t, seen.handler(200, nil, "{}"))
	for _, value := range []string{"a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\x00b", "a\x7fb", "\x1b[2J"} {
		target := asked(t, api, "curl API/v1/x -d '{}'")
		target.Request.Headers = append(target.Request.Headers, paste.Header{Name: "X-A", Value: value})
		o := Prepare(target, "")
		if o.Sendable() || !strings.Contains(o.Refusals[0], "The header X-A holds a line end") {
			t.Errorf("%q: %q", value, o.Refusals)
		}
		if Replay(inTime(t), o); strings.ContainsAny(everyText(o), "\r\x00\x7f\x1b") {
			t.Errorf("%q is shown raw", value)
		}
	}
	if n := seen.count(); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// everyText joins all that an Outgoing shows.
func everyText(o Outgoing) string {
	shown, _ := json.Marshal([]any{o.Method, o.URL, o.Headers, o.LeftOut, o.Body, o.Notes, o.Refusals, o.Command})
	return string(shown) + fmt.Sprintf("%+v %#v", o, o)
}

// holdsPart reports whether any eight bytes of a secret stand in a text; a shorter secret stands there whole.
func holdsPart(text, secret string) bool {
	if len(secret) < 8 {
		return strings.Contains(text, secret)
	}
	for i := range len(secret) - 7 {
		if strings.Contains(text, secret[i:i+8]) {
			return true
		}
	}
	return false
}

// TestKeysThatAreNotSent: a resend obeys the rules of the key check.
func TestKeysThatAreNotSent(t *testing.T) {
	var seen arrivals
	api := apiOn(t, seen.handler(200, nil, "{}"))
	for key, refusal := range map[string]string{
		"":                         "No key is known",
		"  ":                       "No key is known",
		"\"" + mendedKey + "\"":    "cannot be sent: ",
		"sk-ant-REDACTED" + "a1b2": "cannot be sent: ",
		mendedKey + "\nX-Evil: 1":  "cannot be sent: ",
	} {
		target := asked(t, api, "curl API/v1/x -d '{}'")
		target.Keys = []Key{{Secret: safe.NewSecret(key), Source: "what you typed"}}
		o := Prepare(target, "")
		if got := strings.Join(o.Refusals, " "); o.Sendable() || !strings.Contains(got, refusal) {
			t.Errorf("%q: refusals %q", key, got)
		}
		Replay(inTime(t), o)
	}
	if n := seen.count(); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestReplayUnderTheSandbox: only the path and the query of the paste count there.
func TestReplayUnderTheSandbox(t *testing.T) {
	for _, address := range []string{
		"https://api.klyra.live/v1/x?y=1", "http://evil.example:99/v1/x?y=1", "https://user:pass@api.klyra.live/v1/x?y=1", "https://169.254.169.254/v1/x?y=1",
	} {
		var seen arrivals
		api := apiOn(t, seen.handler(200, nil, "{}"))
		target := asked(t, api, "curl '"+address+"' -d '{}'")
		target.Sandbox = true
		o := Prepare(target, "")
		if !o.Sendable() || o.URL != api.BaseURL()+"/v1/x?y=1" || !strings.Contains(o.Notes[0], "the sandbox") {
			t.Fatalf("%s: %q, to %s", address, o.Refusals, o.URL)
		}
		if r := Replay(inTime(t), o); r.Status != Pass || seen.count() != 1 || seen.all[0].RequestURI != "/v1/x?y=1" {
			t.Errorf("%s: %s", address, r.Summary)
		}
	}
}

// TestReplayOfReformattedJSON: HTTPie prints the body in a layout of its own.
func TestReplayOfReformattedJSON(t *testing.T) {
	var seen arrivals
	api := apiOn(t, seen.handler(200, nil, "{}"))
	host := strings.TrimPrefix(api.BaseURL(), "http://")
	o := Prepare(asked(t, api, "# http://"+host+"\nPOST /v1/x HTTP/1.1\nAccept: */*\nContent-Length: 12\nContent-Type: application/json\nHost: "+host+"\n\n{\n    \"text\": \"a\"\n}\n\n\nHTTP/1.1 401 Unauthorized\n"), "")
	if !o.Sendable() || !strings.Contains(strings.Join(o.Notes, " "), "with other blanks than it was sent with (12 bytes then, 19 now)") {
		t.Fatalf("%q, %q", o.Refusals, o.Notes)
	}
	if r := Replay(inTime(t), o); r.Status != Pass || seen.bodies[0] != "{\n    \"text\": \"a\"\n}" {
		t.Errorf("%s, body %q", r.Summary, seen.bodies)
	}
}

func TestWhatAReplayMeans(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		headers []string
		body    string
		want    Status
		id      string
		code    catalog.Code
		summary string
	}{
		"success":              {200, []string{"X-Request-Id: req_1"}, `{"flagged":false}`, Pass, "replay.succeeded", "", "sent again by klyra-doctor: HTTP 200, request id req_1"},
		"no content":           {204, nil, "", Pass, "replay.succeeded", "", "sent again by klyra-doctor: HTTP 204"},
		"the same error":       {401, nil, envelope("invalid_api_key"), Fail, "replay.error", "invalid_api_key", "sent again, it is still invalid_api_key (HTTP 401, request id req_"},
		"another error":        {429, nil, envelope("rate_limit_exceeded"), Fail, "replay.error", "rate_limit_exceeded", "it is another error now: rate_limit_exceeded (HTTP 429"},
		"an unknown error":     {400, nil, envelope("teapot_error"), Fail, "replay.error", "", "it is another error now: teapot_error"},
		"an odd code":          {400, nil, `{"error":{"code":"Teapot!","message":"m","type":"t","request_id":"req_5"}}`, Fail, "replay.error", "", "it is another error now: Teapot! (HTTP 400, request id req_5)"},
		"an error with 200":    {200, nil, envelope("timeout"), Fail, "replay.error", "timeout", "it is another error now: timeout (HTTP 200"},
		"a quoted envelope":    {200, nil, `{"flagged":true,"content":` + strconv.Quote(envelope("timeout")) + `,"echo":` + envelope("timeout") + `}`, Pass, "replay.succeeded", "", "sent again by klyra-doctor: HTTP 200"},
		"a quoted gateway":     {200, nil, `{"flagged":false,"content":"<html><title>502 Bad Gateway</title><center>nginx</center></html>"}`, Pass, "replay.succeeded", "", "sent again by klyra-doctor: HTTP 200"},
		"no success":           {200, nil, `{"success":false,"error":"bad key"}`, Unknown, "replay.unclear", "", "HTTP 200, but the body speaks of an error"},
		"errors":               {201, nil, `{"errors":["x"]}`, Unknown, "replay.unclear", "", "HTTP 201, but the body speaks of an error"},
		"not ok":               {200, nil, `{"ok":false}`, Unknown, "replay.unclear", "", "HTTP 200, but the body speaks of an error"},
		"an error of no code":  {200, nil, `{"error":{"message":"no"}}`, Unknown, "replay.unclear", "", "HTTP 200, but the body speaks of an error"},
		"a cut envelope":       {401, nil, `{"error":{"code":"invalid_api_key","message":"m","type":"authentication_error"`, Fail, "replay.error", "invalid_api_key", "still invalid_api_key"},
		"no errors":            {200, nil, `{"success":true,"error":null,"errors":[]}`, Pass, "replay.succeeded", "", "HTTP 200"},
		"a bare 404":           {404, nil, `{"detail":"Not Found"}`, Fail, "replay.failed", "", "it failed with HTTP 404, without an error code of the API"},
		"a redirect":           {307, []string{"Location: https://login.example/x?token=1"}, "", Unknown, "replay.unclear", "", "HTTP 307 redirects to https://login.example, which was not followed"},
		"an edge":              {502, []string{"Content-Type: text/html"}, "<html><title>502 Bad Gateway</title></html>", Unknown, "replay.unclear", "", "HTTP 502 came back, but not from the API"},
		"an edge's own status": {522, []string{"Cf-Ray: 8a-FRA"}, "error code: 522", Unknown, "replay.unclear", "", "Cloudflare's own status"},
		"a challenge":          {403, []string{"Cf-Mitigated: challenge", "Content-Type: text/html"}, "<html></html>", Unknown, "replay.unclear", "", "wants to see a browser"},
		"a portal":             {200, []string{"Content-Type: text/html"}, "<html>Sign in</html>", Unknown, "replay.unclear", "", "it is a web page (status 200)"},
		"a cache":              {200, []string{"Age: 30"}, `{"flagged":false}`, Unknown, "replay.unclear", "", "a cache answered in place of the API"},
		"endless":              {200, nil, strings.Repeat(" ", maxAnswer+1), Unknown, "replay.unclear", "", "broke off or is longer than"},
		"a hostile answer": {
			500,
			[]string{"Server: \u009b31m\u202eevil", "X-Request-Id: \u202e" + mendedKey},
			"\x1b]0;title\x07 Bearer " + mendedKey + "\u202e",
			Fail, "replay.failed", "", "it failed with HTTP 500",
		},
		"a key in the error": {401, nil, `{"error":{"code":"invalid_api_key","message":"no such key: ` + mendedKey + `","type":"authentication_error","request_id":"req_` + mendedKey + `"}}`, Fail, "replay.error", "invalid_api_key", "still invalid_api_key"},
	} {
		var seen arrivals
		api := apiOn(t, seen.handler(c.status, c.headers, c.body))
		r := Replay(inTime(t), Prepare(asked(t, api, "curl API/v1/x -d '{}'"), "invalid_api_key"))
		if r.Status != c.want || r.Findings[0].ID != c.id || r.Code != c.code || !strings.Contains(r.Summary, c.summary) {
			t.Errorf("%s: %s %s %q %q", name, r.Status, r.Findings[0].ID, r.Code, r.Summary)
		}
		if seen.count() != 1 {
			t.Errorf("%s: %d requests", name, seen.count())
		}
		text := fmt.Sprintf("%+v", r)
		if holdsPart(text, mendedKey) || strings.ContainsAny(text, "\x1b\x07\u009b\u202e") || len(text) > 8000 {
			t.Errorf("%s: shown as %.2000q", name, text)
		}
		if r.Status != Pass && r.Remedy() == "" {
			t.Errorf("%s: no remedy", name)
		}
	}
}

// TestWhatTheUsersProgramMayStillDo: that a request goes through from here says nothing of the key that is loaded there.
func TestWhatTheUsersProgramMayStillDo(t *testing.T) {
	for headers, want := range map[string]string{
		"-H 'Authorization: Bearer " + pastedKey + "'":   "See that your program uses the key from what you typed",
		"-H 'Authorization: Bearer " + mendedKey + "'":   "",
		`-H "Authorization: Bearer $KEY"`:                "",
		"-H 'Content-Type: application/json'":            "See that your program sends the header Authorization",
		"-H 'Authorization: Basic dXNlcjpwYXNzd29yZDE='": "",
	} {
		var seen arrivals
		api := apiOn(t, seen.handler(200, nil, "{}"))
		r := Replay(inTime(t), Prepare(asked(t, api, "curl API/v1/x -d '{}' "+headers), ""))
		if got := r.Remedy(); r.Status != Pass || (want == "") != (got == "") || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, %q", headers, r.Summary, got)
		}
	}
}

// TestSecretsOfABody: a link's signature is shown masked, and goes out as it was.
func TestSecretsOfABody(t *testing.T) {
	var seen arrivals
	api := apiOn(t, seen.handler(200, nil, "{}"))
	const body = `{"image_url":"https://cdn.example/a.png?X-Amz-Signature=0123456789abcdef0123456789abcdef"}`
	o := Prepare(asked(t, api, "curl API/v1/x -d '"+body+"'"), "")
	if !o.Sendable() || holdsPart(everyText(o), "0123456789abcdef0123456789abcdef") || o.BodySize != len(body) {
		t.Errorf("%q, shown as %s", o.Refusals, everyText(o))
	}
	if notes := strings.Join(o.Notes, " "); !strings.Contains(notes, "Secrets in the body are masked here") || !strings.Contains(notes, "In the command for curl, secrets are masked") {
		t.Errorf("notes %q", o.Notes)
	}
	if Replay(inTime(t), o); seen.bodies[0] != body {
		t.Errorf("%q came", seen.bodies[0])
	}
}

// TestLargeBodies: all of a body goes out, and its beginning is shown.
func TestLargeBodies(t *testing.T) {
	var seen arrivals
	api := apiOn(t, seen.handler(200, nil, "{}"))
	body := `{"image":"` + strings.Repeat("iVBORw0KGgo", 400_000) + `"}`
	o := Prepare(asked(t, api, "curl API/v1/x --data-binary '"+body+"'"), "")
	if !o.Sendable() || o.BodySize != len(body) || len(o.Body) > maxBodyShown+40 || !strings.HasSuffix(o.Body, " more bytes)") || !strings.Contains(o.Command.Text, "--data-binary @BODY") {
		t.Fatalf("%q, %d bytes shown, %.400s", o.Refusals, len(o.Body), o.Command.Text)
	}
	if r := Replay(inTime(t), o); r.Status != Pass || seen.bodies[0] != body {
		t.Errorf("%s, %d bytes came", r.Summary, len(seen.bodies[0]))
	}
}

// TestReplayIsNotRedirected: the key goes to no other server, and the body neither.
func TestReplayIsNotRedirected(t *testing.T) {
	var elsewhere arrivals
	other := httptest.NewServer(elsewhere.handler(200, nil, "{}"))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		var seen arrivals
		api := apiOn(t, seen.handler(status, []string{"Location: " + other.URL + "/v1/x"}, ""))
		r := Replay(inTime(t), Prepare(asked(t, api, "curl API/v1/x -d '{}'"), ""))
		if r.Status != Unknown || !strings.Contains(r.Summary, "which was not followed") || seen.count() != 1 {
			t.Errorf("%d: %s", status, r.Summary)
		}
	}
	if n := elsewhere.count(); n > 0 {
		t.Errorf("%d requests came to where the API redirects", n)
	}
}

func TestReplayWithoutAnAnswer(t *testing.T) {
	release := make(chan struct{})
	silent := apiOn(t, func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	broken := apiOn(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	for name, c := range map[string]struct {
		api         *API
		timeout     time.Duration
		id, summary string
		maybe       bool
	}{
		"silent":  {silent, 50 * time.Millisecond, "check.timeout", "the check ran out of time", true},
		"broken":  {broken, 0, "service.unreachable", "cannot be reached", true},
		"refused": {mustAPI(t, "http://127.0.0.1:1"), 0, "service.unreachable", "cannot be reached", false},
	} {
		target := asked(t, c.api, "curl API/v1/x -d '{}'")
		target.Timeout = c.timeout
		r := Replay(inTime(t), Prepare(target, ""))
		f := r.Findings[0]
		if r.Status != Unknown || f.ID != c.id || !strings.Contains(r.Summary, "no answer came") || !strings.Contains(r.Summary, c.summary) {
			t.Errorf("%s: %s %s %s", name, r.Status, f.ID, r.Summary)
		}
		if strings.Contains(f.Remedy, "carried it out") != c.maybe {
			t.Errorf("%s: %s", name, f.Remedy)
		}
	}
}

// TestCancelledReplay: leaving while it is under way ends it.
func TestCancelledReplay(t *testing.T) {
	arrived := make(chan struct{})
	api := apiOn(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // a server sees that its client is gone once it has read all
		close(arrived)
		<-r.Context().Done()
	})
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(inTime(t))
	go func() { <-arrived; cancel() }()
	r := Replay(ctx, Prepare(asked(t, api, "curl API/v1/x -d '{}'"), ""))
	settles(t, before)
	if r.Status != Unknown || r.Findings[0].ID != "check.cancelled" || !strings.Contains(r.Remedy(), "carried it out") {
		t.Errorf("%s %+v", r.Status, r.Findings[0])
	}
}

// commandSaysTheSame reads the command for curl like a paste: it asks for what the request asked for, lets curl
// expand nothing, and takes the key to the API alone.
func commandSaysTheSame(t *testing.T, target Target, o Outgoing) {
	t.Helper()
	if strings.Contains(strings.Join(o.Notes, " "), "are written out") {
		return // what is masked or written out is not the same
	}
	want := target.Request
	to := intended(want.Address.Reveal(), o.url)
	if !strings.Contains(to, "://") {
		if strings.Contains(o.Command.Text, "Authorization: Bearer") {
			t.Fatalf("%q takes the key to nobody knows whom", o.Command.Text)
		}
		return
	}
	forSh := strings.Replace(o.Command.Text, "curl ", "curl \\\n  ", 1) // which the reader guesses from the first line's end
	got := paste.Diagnose(forSh).Request
	if got == nil || !strings.HasPrefix(o.Command.Text, "curl -g -") {
		t.Fatalf("no command: %q", o.Command.Text)
	}
	if want.Method != "" && got.Method != want.Method {
		t.Fatalf("%q asks for a %q, not for a %q", o.Command.Text, got.Method, want.Method)
	}
	if !strings.Contains(o.Command.Text, "--data-binary @BODY") && !strings.Contains(o.Command.Text, "NAME=@FILE") && got.Content.Reveal() != want.Content.Reveal() {
		t.Fatalf("%q sends %q, not %q", o.Command.Text, got.Content.Reveal(), want.Content.Reveal())
	}
	at, err := url.Parse(got.Address.Reveal())
	if named := !got.Key.Empty(); named != (err == nil && target.API.owns(at)) {
		t.Fatalf("%q holds the key: %v", o.Command.Text, named)
	}
	if got.Address.Reveal() != to {
		t.Fatalf("%q goes to %q, not to %q", o.Command.Text, got.Address.Reveal(), to)
	}
}

// intended is where a command is to go: where the request would, or else where it went, without a password.
func intended(address string, to *url.URL) string {
	if to != nil {
		return to.String()
	}
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	u.User = nil
	return u.String()
}

// FuzzReplayStaysOnTheAPI: whatever a paste holds, nothing of it chooses another origin, and no text of what is
// shown is raw or holds the key.
func FuzzReplayStaysOnTheAPI(f *testing.F) {
	for _, text := range []string{
		"curl https://api.klyra.live/v1/x -d '{}' -H 'A: b'", "curl https://api.klyra.live@evil.example/ -d x", "curl 'https://api.klyra.live:443//evil.example/../x' -d x",
		"curl https://api.\u212alyra.live/ -d 1", "curl https://api.klyra.live\\@evil.example/ -d 1", "POST //evil.example/x HTTP/1.1\nHost: api.klyra.live\n\n{}\nHTTP/1.1 400",
		"POST http://evil.example/ HTTP/1.1\nHost: api.klyra.live\n", "curl https:api.klyra.live -d 1", "curl 'https://api.klyra.live?@evil.example' -d 1",
		`{"request":{"method":"POST","url":"https://api.klyra.live/","headers":[{"name":"a\r\nb","value":"c\r\nd"}]}}`,
		"curl https://api.klyra.live/v1/x --data-raw @/etc/hostname", "curl https://api.klyra.live/v1/x -F image=@photo.png -F a='b c'", "curl https://evil.example/{1,2}[3-4] --data-raw '{1,2}' -H 'A: b'", "curl https://api.klyra.live/v1/x -d 'it'\\''s \"^\" `\n$HOME'",
	} {
		f.Add(text, false)
		f.Add(text, true)
	}
	api, err := NewAPI("https://api.klyra.live", nil)
	if err != nil {
		f.Fatal(err)
	}
	local, err := NewAPI("http://127.0.0.1:8080", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, sandbox bool) {
		d := paste.Diagnose(text)
		if d.Request == nil {
			return
		}
		target := Target{API: api, Request: d.Request, Sandbox: sandbox, Keys: []Key{{Secret: safe.NewSecret(mendedKey), Source: "x"}}}
		if sandbox {
			target.API, target.RequestAPI = local, api
		}
		o := Prepare(target, "")
		if shown := everyText(o); strings.Contains(shown, "\x1b") || !strings.Contains(text, mendedKey[:8]) && holdsPart(shown, mendedKey) {
			t.Fatalf("%q is shown as %q", text, shown)
		}
		commandSaysTheSame(t, target, o)
		if !o.Sendable() {
			return
		}
		req, err := http.NewRequest(o.Method, o.url.String(), nil)
		if err != nil {
			t.Fatalf("%q cannot be built: %v", text, err)
		}
		at := req.URL
		if !target.API.owns(at) || at.User != nil || at.Host != target.API.base.Host || req.Host != target.API.base.Host {
			t.Fatalf("%q goes to %s", text, at)
		}
		if owned, err := url.Parse(d.Request.Address.Reveal()); !sandbox && (err != nil || !api.owns(owned)) {
			t.Fatalf("%q was not meant for the API", text)
		}
		req.Header = o.header
		var wire strings.Builder
		if err := req.Write(&wire); err != nil {
			t.Fatalf("%q cannot be written: %v", text, err)
		}
		lines := strings.Count(wire.String(), "\r\n")
		if want := len(o.Headers) - 2; !slices.Contains([]int{want + 2, want + 1}, lines) { // without Authorization and Connection, with the request line and the blank one
			t.Fatalf("%q goes out as\n%s\nand is shown as %v", text, wire.String(), o.Headers)
		}
	})
}
