package paste

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const testKey = "kly_9aK2mQ7xW4zL8vR3tB6n"

func TestRequests(t *testing.T) {
	const json = `{"image_url":"https://cdn.example/a.png?sig=Zm9vYmFy","text":"it's"}`
	for name, c := range map[string]struct{ text, method, path, key, body, content string }{
		"bash": {
			"$ curl -sS -X POST https://api.klyra.live/v1/moderate \\\n  -H 'Authorization: Bearer " + testKey + "' \\\n  -H \"Content-Type: application/json\" \\\n  --data-raw $'" + strings.ReplaceAll(json, "'", `\'`) + "' | jq\n{}",
			"POST", "/v1/moderate", testKey, json, "https://cdn.example/a.png?sig=Zm9vYmFy",
		},
		"bash, method implied": {
			"curl --json '{\"a\":1}' --url https://api.klyra.live/v1/x -HAuthorization:\\ Bearer\\ " + testKey,
			"POST", "/v1/x", testKey, `{"a":1}`, "",
		},
		"bash, double quotes": {
			`curl https://api.klyra.live/v1/x -d "{\"url\":\"https://h.example/i.png\"}" -H "Authorization: Bearer $KLYRA_API_KEY"`,
			"POST", "/v1/x", "$KLYRA_API_KEY", `{"url":"https://h.example/i.png"}`, "https://h.example/i.png",
		},
		"cmd": {
			"curl ^\"https://api.klyra.live/v1/x^\" ^\r\n  -H ^\"authorization: Bearer " + testKey + "^\" ^\r\n  --data-raw ^\"^{^\\^\"url^\\^\":^\\^\"https://h.example/i.png^\\^\"^}^\"",
			"POST", "/v1/x", testKey, `{"url":"https://h.example/i.png"}`, "https://h.example/i.png",
		},
		"curl -v": {
			"* Connected to api.klyra.live\n> POST /v1/x HTTP/2\n> Host: api.klyra.live\n> authorization: Bearer " + testKey + "\n> content-type: application/json\n>\n* upload done\n< HTTP/2 401\n< x-request-id: req_0123456789ab\n<\n{\"error\":{\"code\":\"invalid_api_key\",\"message\":\"m\"}}",
			"POST", "/v1/x", testKey, "", "",
		},
		"raw": {
			"POST /v1/x HTTP/1.1\r\nHost: api.klyra.live\r\nAuthorization: Bearer " + testKey + "\r\n\r\n" + json + "\r\n\r\nHTTP/1.1 401 Unauthorized\r\n\r\n{}",
			"POST", "/v1/x", testKey, json, "https://cdn.example/a.png?sig=Zm9vYmFy",
		},
		"har": {
			`{"log":{"entries":[{"request":{"method":"POST","url":"https://api.klyra.live/v1/x","httpVersion":"h2","headers":[{"name":"Authorization","value":"Bearer ` + testKey + `"}],"postData":{"mimeType":"application/json","text":"{\"url\":\"https://h.example/i.png\"}"}},"response":{"status":401}}]}}`,
			"POST", "/v1/x", testKey, `{"url":"https://h.example/i.png"}`, "https://h.example/i.png",
		},
		"axios": {
			"AxiosError: x\n  config: {\n    transformRequest: [ [Function] ],\n    headers: { Accept: '*/*', Authorization: 'Bearer " + testKey + "' },\n    method: 'post',\n    url: '/v1/x',\n    baseURL: 'https://api.klyra.live',\n    data: '{\"text\":\"a\"}'\n  }",
			"POST", "/v1/x", testKey, `{"text":"a"}`, "",
		},
		"fetch": {
			`fetch("https://api.klyra.live/v1/x", { "headers": { "authorization": "Bearer ` + testKey + `" }, "body": "{\"text\":\"a\"}", "method": "POST" });`,
			"POST", "/v1/x", testKey, `{"text":"a"}`, "",
		},
		"powershell": {
			"Invoke-WebRequest -UseBasicParsing -Uri \"https://api.klyra.live/v1/x\" `\n-Method \"POST\" `\n-Headers @{\n\"authorization\"=\"Bearer " + testKey + "\"\n  \"accept\"=\"*/*\"\n} `\n-ContentType \"application/json\" `\n-Body \"{`\"url`\":`\"https://h.example/i.png`\"}\"\n",
			"POST", "/v1/x", testKey, `{"url":"https://h.example/i.png"}`, "https://h.example/i.png",
		},
		"python": {
			"requests.post('https://api.klyra.live/v1/x', headers={'Authorization': 'Bearer " + testKey + "'}, json={'text': 'a'})",
			"POST", "/v1/x", testKey, `{'text': 'a'}`, "",
		},
		"httpie": {
			"POST /v1/x HTTP/1.1\nAccept: */*\nAuthorization: Bearer " + testKey + "\nHost: api.klyra.live\n\n{\n    \"text\": \"a\"\n}\n\n\nHTTP/1.1 401 Unauthorized\nContent-Type: application/json\n\n{\"error\":{\"code\":\"invalid_api_key\",\"message\":\"m\"}}",
			"POST", "/v1/x", testKey, "{\n    \"text\": \"a\"\n}", "",
		},
		"fetch in source": {
			"await fetch('https://api.klyra.live/v1/x', { method: 'POST', headers: { Authorization: `Bearer ${key}` }, body: JSON.stringify({ url: 'https://h.example/i.png' }) })",
			"POST", "/v1/x", "${key}", "{ url: 'https://h.example/i.png' }", "https://h.example/i.png",
		},
		"url only": {`Post "https://api.klyra.live/v1/x": EOF`, "POST", "/v1/x", "", "", ""},
	} {
		d := Diagnose(c.text)
		if d.Request == nil {
			t.Errorf("%s: no request", name)
			continue
		}
		r := d.Request
		if r.Method != c.method || r.Path != c.path || r.Key.Reveal() != c.key || r.ContentURL.Reveal() != c.content {
			t.Errorf("%s: %s %s, key %q, content %q", name, r.Method, r.Path, r.Key.Reveal(), r.ContentURL.Reveal())
		}
		if r.URL != "https://api.klyra.live"+c.path {
			t.Errorf("%s: url %q", name, r.URL)
		}
		asked, _ := best(c.text, append(requests(c.text), objectsOf(c.text)...))
		if asked.content != c.body {
			t.Errorf("%s: body %q, want %q", name, asked.content, c.body)
		}
		if c.body != "" && r.Body.End-r.Body.Start < len(c.body) {
			t.Errorf("%s: body span %q", name, c.text[r.Body.Start:r.Body.End])
		}
	}
}

func objectsOf(text string) (all []shown) {
	s := &envelopes{text: text, ahead: 1 << 20}
	s.scan(0, len(text), 0)
	for _, v := range s.requests {
		all = append(all, object(text, v))
	}
	return all
}

func TestEnvelopeInTheRequestIsNoError(t *testing.T) {
	const body = `{"text":"{\"error\":{\"code\":\"timeout\",\"message\":\"m\",\"type\":\"api_error\"}}"}`
	const bare = `{"error":{"code":"timeout","message":"m","type":"api_error"}}`
	const answer = `{"error":{"code":"invalid_url","message":"m","type":"invalid_request_error"}}`
	for name, text := range map[string]string{
		"curl":         "curl https://api.klyra.live/v1/x -d '" + body + "'\n" + answer,
		"curl, bare":   "curl https://api.klyra.live/v1/x -d '" + bare + "'\n" + answer,
		"raw":          "POST /v1/x HTTP/1.1\nHost: api.klyra.live\n\n" + bare + "\n\nHTTP/1.1 400 Bad Request\n\n" + answer,
		"axios config": "{ config: { transformRequest: [], headers: {}, method: 'post', url: '/x', data: '" + body + "' }, response: { data: " + answer + " } }",
		"har":          `{"request":{"method":"POST","url":"u","headers":[],"postData":{"text":` + body + `}},"response":{"content":` + answer + `}}`,
	} {
		d := Diagnose(text)
		if len(errors(d)) != 1 || d.Findings[0].Code != "invalid_url" {
			t.Errorf("%s: %+v", name, d.Findings)
		}
	}
}

func TestRateLimit(t *testing.T) {
	d := Diagnose("HTTP/2 429\r\nX-RateLimit-Limit: 60\r\nx-ratelimit-remaining: 0\r\n\"x-ratelimit-reset\": \"12\"\r\n'x-daily-limit-remaining': '100'\r\nRetry-After: 13\r\nDate: Mon, 23 Nov 2026 09:14:05 GMT\r\n\r\n")
	l := d.RateLimit
	if l == nil || *l.Limit != 60 || *l.Remaining != 0 || *l.ResetS != 12 || *l.DailyRemaining != 100 || *l.RetryAfterS != 13 || l.Date.Unix() != 1795425245 {
		t.Errorf("%+v", l)
	}
	l = Diagnose("HTTP/2 429\r\nX-RateLimit-Limit: 60;w=60\r\nRetry-After: Mon, 23 Nov 2026 09:14:35 GMT\r\nDate: Mon, 23 Nov 2026 09:14:05 GMT\r\n\r\n").RateLimit
	if l == nil || l.Limit == nil || *l.Limit != 60 || l.RetryAfterS == nil || *l.RetryAfterS != 30 {
		t.Errorf("a window and a date are read as %+v", l)
	}
	if l := Diagnose("the date: today, retry-after a while").RateLimit; l != nil {
		t.Errorf("%+v", l)
	}
}

func TestResetAsATime(t *testing.T) {
	const date = "Date: Mon, 23 Nov 2026 09:14:05 GMT\n"
	reset := time.Date(2026, 11, 23, 9, 14, 47, 0, time.UTC)
	for text, want := range map[string]*int{
		fmt.Sprintf("X-RateLimit-Reset: %d\n", reset.Unix()):              nil,
		fmt.Sprintf("%sX-RateLimit-Reset: %d\n", date, reset.Unix()):      new(42),
		fmt.Sprintf("X-RateLimit-Reset: %d\n%s", reset.UnixMilli(), date): new(42),
	} {
		l := Diagnose("HTTP/1.1 429 Too Many Requests\n" + text).RateLimit
		if l == nil || !l.ResetTime.Equal(reset) || (l.ResetS == nil) != (want == nil) || want != nil && *l.ResetS != *want {
			t.Errorf("%q: %+v", text, l)
		}
	}
	if l := Diagnose("X-RateLimit-Reset: 37\n").RateLimit; l == nil || l.ResetS == nil || *l.ResetS != 37 || !l.ResetTime.IsZero() {
		t.Errorf("%+v", l)
	}
}

// TestHeadersOverLines: a line that stands further in than the first header goes on with the one above; those of HTTP/2
// begin with a colon.
func TestHeadersOverLines(t *testing.T) {
	for text, want := range map[string]string{
		"POST /v1/x HTTP/1.1\nHost: h\nX-A: a\n  b\n\tc\nX-B: d\n\n{}\n\nHTTP/1.1 401 x\n":       "Host: h|X-A: a b c|X-B: d",
		"    POST /v1/x HTTP/1.1\n    Host: h\n    X-A: a\n    X-B: d\n\n{}\n\nHTTP/1.1 401 x\n": "Host: h|X-A: a|X-B: d",
		"POST /v1/x HTTP/2\nHost: h\n:authority: h\n:path: /x\nX-B: d\n\n{}\n\nHTTP/2 401\n":     "Host: h|:authority: h|:path: /x|X-B: d",
		"> POST /v1/x HTTP/2\n> Host: h\n> X-B: d\n>\n< HTTP/2 401\n":                            "Host: h|X-B: d",
		`requests.post("https://h/x", headers={"X-A": f"a {b}", 'X-B': 'd'}, json={"a": 1})`:     "X-A: a {b}|X-B: d",
	} {
		var got []string
		for _, h := range Diagnose(text).Request.Headers {
			if h.Name != "Content-Type" {
				got = append(got, h.Name+": "+h.Value)
			}
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %s", text, got, want)
		}
	}
}
