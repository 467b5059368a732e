package checks

import (
	"bufio"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// wireTap is a server that keeps each request as its bytes came.
func wireTap(t *testing.T) (api *API, came <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	wire := make(chan string, 1)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			var raw strings.Builder
			if r, err := http.ReadRequest(bufio.NewReader(io.TeeReader(conn, &raw))); err == nil {
				_, _ = io.Copy(io.Discard, r.Body) // what came counts, whole or not
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
			conn.Close()
			wire <- raw.String()
		}
	}()
	return mustAPI(t, "http://"+listener.Addr().String()), wire
}

// shownAsWire writes what was shown as it should have come, the lines of the head in order.
func shownAsWire(o Outgoing) (head []string, body string) {
	for _, h := range o.Headers {
		value := h.Value
		if h.Label == "Authorization" {
			value = "Bearer " + mendedKey
		}
		head = append(head, h.Label+": "+value)
	}
	slices.Sort(head)
	u, _ := url.Parse(o.URL)
	target := strings.TrimPrefix(o.URL, u.Scheme+"://"+u.Host)
	return append([]string{o.Method + " " + target + " HTTP/1.1"}, head...), o.Body
}

// TestReplayByteForByte: but for the key, all that comes to the server was shown, and all that was shown comes. HOST is the
// API's, KEY the header with the key that was pasted.
func TestReplayByteForByte(t *testing.T) {
	api, came := wireTap(t)
	host := strings.TrimPrefix(api.BaseURL(), "http://")
	for name, c := range map[string]struct{ text, line, body string }{
		"--data-raw with an @":      {`curl http://HOST/v1/x KEY --data-raw '@b'`, "POST /v1/x", "@b"},
		"--json":                    {`curl http://HOST/v1/x KEY --json '{"a":1}'`, "POST /v1/x", `{"a":1}`},
		"two parts":                 {`curl http://HOST/v1/x KEY -d a=1 -d b=2`, "POST /v1/x", "a=1&b=2"},
		"-G":                        {`curl -G http://HOST/v1/x KEY -d a=1 --data-urlencode 'b=x y&z'`, "GET /v1/x?a=1&b=x%20y%26z", ""},
		"--get behind a query":      {`curl --get 'http://HOST/v1/x?q=1' KEY -d a=1`, "GET /v1/x?q=1&a=1", ""},
		"--url-query":               {`curl 'http://HOST/v1/x?q=1' KEY --url-query 'a=b c' -d '{}'`, "POST /v1/x?q=1&a=b%20c", "{}"},
		"--data-urlencode":          {`curl http://HOST/v1/x KEY --data-urlencode 'text=hällo & more'`, "POST /v1/x", "text=h%C3%A4llo%20%26%20more"},
		"-u":                        {`curl -u user:secretpass1 http://HOST/v1/x -d '{}'`, "POST /v1/x", "{}"},
		"the key as a user":         {`curl -u ` + pastedKey + `: http://HOST/v1/x -d '{}'`, "POST /v1/x", "{}"},
		"cookies":                   {`curl -b 'session=abc123456789' http://HOST/v1/x KEY -d '{}'`, "POST /v1/x", "{}"},
		"a proxy with a password":   {`curl -x http://user:proxypass9@127.0.0.1:3128 http://HOST/v1/x KEY -d '{}'`, "POST /v1/x", "{}"},
		"a SOCKS proxy":             {`curl --socks5 127.0.0.1:1080 http://HOST/v1/x KEY -d '{}'`, "POST /v1/x", "{}"},
		"--resolve":                 {`curl --resolve api.klyra.live:443:10.0.0.1 http://HOST/v1/x KEY -d '{}'`, "POST /v1/x", "{}"},
		"--connect-to":              {`curl --connect-to ::127.0.0.1:1 http://HOST/v1/x KEY -d '{}'`, "POST /v1/x", "{}"},
		"-kL":                       {`curl -kL http://HOST/v1/x KEY -d '{}'`, "POST /v1/x", "{}"},
		"-I":                        {`curl -I http://HOST/v1/x KEY`, "HEAD /v1/x", ""},
		"--oauth2-bearer":           {`curl --oauth2-bearer ` + pastedKey + ` http://HOST/v1/x -d '{}'`, "POST /v1/x", "{}"},
		"-e and -A":                 {`curl -e https://r.example/ -A 'my/1' http://HOST/v1/x KEY -d '{}'`, "POST /v1/x", "{}"},
		"-r":                        {`curl -r 0-9 http://HOST/v1/x KEY`, "GET /v1/x", ""},
		"one header twice":          {`curl http://HOST/v1/x KEY -H 'X-A: 1' -H 'x-a: 2' -d '{}'`, "POST /v1/x", "{}"},
		"another Host":              {`curl http://HOST/v1/x KEY -H 'Host: evil.example' -d '{}'`, "POST /v1/x", "{}"},
		"another length":            {`curl http://HOST/v1/x KEY -H 'Content-Length: 99' -d '{}'`, "POST /v1/x", "{}"},
		"chunked":                   {`curl http://HOST/v1/x KEY -H 'Transfer-Encoding: chunked' -d '{}'`, "POST /v1/x", "{}"},
		"Expect":                    {`curl http://HOST/v1/x KEY -H 'Expect: 100-continue' -d '{}'`, "POST /v1/x", "{}"},
		"over lines":                {"curl -X POST \\\n 'http://HOST/v1/x' \\\n KEY \\\n -d '{\n \"a\": 1\n}'", "POST /v1/x", "{\n \"a\": 1\n}"},
		"over lines of Windows":     {"curl -X POST http://HOST/v1/x \\\r\n KEY \\\r\n -d '{\"a\": 1}'", "POST /v1/x", `{"a": 1}`},
		"a whole target":            {"POST http://HOST/v1/x HTTP/1.1\nHost: evil.example\nContent-Type: application/json\n\n{\"a\":1}\n\nHTTP/1.1 401\n", "POST /v1/x", `{"a":1}`},
		"pseudo-headers":            {"# http://HOST\nPOST /v1/x HTTP/2\nHost: HOST\n:authority: evil.example\n:path: /evil\nContent-Type: application/json\n\n{\"a\":1}\n\nHTTP/2 401\n", "POST /v1/x", `{"a":1}`},
		"a header over two lines":   {"# http://HOST\nPOST /v1/x HTTP/1.1\nHost: HOST\nX-Long: a\n  b\nContent-Type: application/json\n\n{\"a\":1}\n\nHTTP/1.1 401\n", "POST /v1/x", `{"a":1}`},
		"an indented paste":         {"# http://HOST\n    POST /v1/x HTTP/1.1\n    Host: HOST\n    X-A: b\n    Content-Type: application/json\n\n{\"a\":1}\n\nHTTP/1.1 401\n", "POST /v1/x", `{"a":1}`},
		"HAR":                       {`{"request":{"method":"POST","url":"http://HOST/v1/x","headers":[{"name":":authority","value":"h"},{"name":"content-type","value":"application/json"}],"postData":{"text":"{\"a\":1}"}}}`, "POST /v1/x", `{"a":1}`},
		"fetch":                     {"fetch(\"http://HOST/v1/x\", {\"headers\": {\"content-type\": \"application/json\"}, \"referrer\": \"https://app.example/\", \"body\": \"{\\\"t\\\":\\\"h\\u00e4 \\\\n\\\"}\", \"method\": \"POST\"});", "POST /v1/x", `{"t":"hä \n"}`},
		"PowerShell":                {"Invoke-WebRequest -Uri \"http://HOST/v1/x\" `\n-Method \"POST\" `\n-Headers @{\n\"X-A\"=\"b\"\n} `\n-ContentType \"application/json\" `\n-Body \"{`\"a`\":1}\"", "POST /v1/x", `{"a":1}`},
		"requests":                  {"requests.post('http://HOST/v1/x', headers={'X-A': 'b'}, data='{\"a\":1}')", "POST /v1/x", `{"a":1}`},
		"a scheme in capitals":      {`curl HTTP://HOST/v1/x KEY -d '{}'`, "POST /v1/x", "{}"},
		"no scheme":                 {`curl HOST/v1/x KEY -d '{}'`, "POST /v1/x", "{}"},
		"a host in the path":        {`curl http://HOST//evil.example/v1/x KEY -d '{}'`, "POST //evil.example/v1/x", "{}"},
		"dots":                      {`curl --path-as-is http://HOST/v1/../x/./y KEY -d '{}'`, "POST /v1/../x/./y", "{}"},
		"braces with -g":            {`curl -g 'http://HOST/v1/[1-3]' KEY -d '{}'`, "POST /v1/[1-3]", "{}"},
		"odd characters":            {`curl 'http://HOST/v1/%41%2e%2E/x;p=1,2:3@4!$&()*+=~?a=%2B+&b' KEY -d '{}'`, "POST /v1/%41%2e%2E/x;p=1,2:3@4!$&()*+=~?a=%2B+&b", "{}"},
		"letters beyond ASCII":      {`curl 'http://HOST/v1/hällo' KEY -H 'X-A: hällo' -d '{"t":"😀"}'`, "POST /v1/h%C3%A4llo", `{"t":"😀"}`},
		"a body of GET":             {`curl -X GET http://HOST/v1/x KEY -d '{}'`, "GET /v1/x", "{}"},
		"a method in small letters": {`curl -X post http://HOST/v1/x KEY -d '{}'`, "POST /v1/x", "{}"},
	} {
		text := strings.NewReplacer("HOST", host, "KEY", "-H 'Authorization: Bearer "+pastedKey+"'").Replace(c.text)
		o := Prepare(asked(t, api, text), "")
		if !o.Sendable() {
			t.Errorf("%s: refused: %q", name, o.Refusals)
			continue
		}
		Replay(inTime(t), o)
		head, body, _ := strings.Cut(<-came, "\r\n\r\n")
		lines := strings.Split(head, "\r\n")
		slices.Sort(lines[1:])
		wantHead, wantBody := shownAsWire(o)
		if !slices.Equal(lines, wantHead) || body != wantBody {
			t.Errorf("%s: came\n%q\n%q\nshown\n%q\n%q", name, lines, body, wantHead, wantBody)
		}
		if lines[0] != c.line+" HTTP/1.1" || body != c.body {
			t.Errorf("%s: came %s with %q, want %s with %q", name, lines[0], body, c.line, c.body)
		}
		if holdsPart(everyText(o), mendedKey) || holdsPart(everyText(o), pastedKey) {
			t.Errorf("%s: a key shows in %s", name, everyText(o))
		}
	}
}

// TestReplayToLookAlikes: what only looks like the API's host gets nothing, nor does a body or header with the key in
// another form.
func TestReplayToLookAlikes(t *testing.T) {
	api := mustAPI(t, "https://api.klyra.live")
	encoded := base64.StdEncoding.EncodeToString([]byte(mendedKey))
	for name, text := range map[string]string{
		"a trailing dot":          `curl https://api.klyra.live./v1/x -d '{}'`,
		"a port":                  `curl https://api.klyra.live:8443/v1/x -d '{}'`,
		"plain http on 443":       `curl http://api.klyra.live:443/v1/x -d '{}'`,
		"a user":                  `curl https://api.klyra.live@evil.example/v1/x -d '{}'`,
		"a user and a port":       `curl https://api.klyra.live:443@evil.example/v1/x -d '{}'`,
		"a backslash":             `curl 'https://api.klyra.live\@evil.example/v1/x' -d '{}'`,
		"a backslash before it":   `curl 'https://evil.example\@api.klyra.live/v1/x' -d '{}'`,
		"behind a #":              `curl 'https://evil.example#@api.klyra.live/v1/x' -d '{}'`,
		"behind a ?":              `curl 'https://evil.example?@api.klyra.live/v1/x' -d '{}'`,
		"a longer name":           `curl https://api.klyra.live.evil.example/v1/x -d '{}'`,
		"a sub-domain":            `curl https://eu.api.klyra.live/v1/x -d '{}'`,
		"a Cyrillic letter":       `curl https://арi.klyra.live/v1/x -d '{}'`,
		"a dotless letter":        `curl https://apı.klyra.live/v1/x -d '{}'`,
		"full-width letters":      `curl https://ａｐｉ.klyra.live/v1/x -d '{}'`,
		"an ideographic dot":      `curl https://api。klyra.live/v1/x -d '{}'`,
		"a percent-encoded dot":   `curl https://api%2eklyra.live/v1/x -d '{}'`,
		"three slashes":           `curl https:///api.klyra.live/v1/x -d '{}'`,
		"the key in base64":       `curl https://api.klyra.live/v1/x -d '{"k":"` + encoded + `"}'`,
		"the key in the path":     `curl https://api.klyra.live/v1/` + strings.ReplaceAll(mendedKey, "_", "%5F") + ` -d '{}'`,
		"the key, encoded, in it": `curl https://api.klyra.live/v1/x -d 'k=` + strings.ReplaceAll(mendedKey, "_", "%5F") + `'`,
	} {
		if o := Prepare(asked(t, api, text), ""); o.Sendable() || holdsPart(everyText(o), mendedKey) {
			t.Errorf("%s: it would be sent to %s", name, o.URL)
		}
	}
	for _, text := range []string{`curl https://Api.Klyra.LIVE/v1/x -d '{}'`, `curl https://api.klyra.live:443/v1/x -d '{}'`} {
		if o := Prepare(asked(t, api, text), ""); !o.Sendable() || o.URL != "https://api.klyra.live/v1/x" {
			t.Errorf("%s: %q, %s", text, o.Refusals, o.URL)
		}
	}
	header := Prepare(asked(t, api, `curl https://api.klyra.live/v1/x -H 'X-A: `+encoded+`' -d '{}'`), "")
	if !slices.Equal(header.LeftOut, []string{"X-A (it holds a secret)"}) {
		t.Errorf("left out %q", header.LeftOut)
	}
}

// TestInvisibleCharactersAreMentioned: what is written out in the preview goes out as it is, and that is said.
func TestInvisibleCharactersAreMentioned(t *testing.T) {
	const note = "Invisible characters are written out here, and sent as they are."
	for text, want := range map[string]bool{
		`curl API/v1/x -d $'a\x00b'`:                    true,
		"curl API/v1/x -d 'a\u200bb'":                   true,
		"curl API/v1/x -H 'X-A: a\tb' -d 'ab'":          true,
		`curl API/v1/x -H 'X-A: a\u0009b' -d 'a\u0000'`: false,
	} {
		if o := Prepare(asked(t, mustAPI(t, "http://127.0.0.1:1"), text), ""); slices.Contains(o.Notes, note) != want {
			t.Errorf("%q: %q, %q", text, o.Notes, o.Refusals)
		}
	}
}
