package paste

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"klyra-doctor/catalog"
)

func TestEveryExampleDiagnosesToItsOwnCode(t *testing.T) {
	for _, e := range catalog.All() {
		if e.Example == "" {
			t.Errorf("%s: no example", e.Code)
		}
		for shape, text := range shapes(e.Example) {
			d := Diagnose(text)
			checkSound(t, text, d)
			if len(d.Findings) != 1 {
				t.Errorf("%s %s: %d findings\n%s\n%+v", e.Code, shape, len(d.Findings), text, d.Findings)
				continue
			}
			f := d.Findings[0]
			if f.Code != e.Code || f.Certainty != Certain || f.Kind != Envelope {
				t.Errorf("%s %s: %s %s %q\n%s", e.Code, shape, f.Certainty, f.Kind, f.Code, text)
			}
			if want := example(t, e).Message; f.Message != want && shape != "wrapped" {
				t.Errorf("%s %s: message %q, want %q", e.Code, shape, f.Message, want)
			}
		}
	}
}

type body struct {
	Code, Message, Type string
	Param               *string
	RequestID           *string `json:"request_id"`
	ResetAt             *int64  `json:"reset_at"`
}

func example(t *testing.T, e catalog.Entry) body {
	t.Helper()
	var envelope struct{ Error body }
	if err := json.Unmarshal([]byte(e.Example), &envelope); err != nil {
		t.Fatalf("%s: %v", e.Code, err)
	}
	return envelope.Error
}

// shapes writes an example as clients and loggers print it.
func shapes(example string) map[string]string {
	var any map[string]any
	if err := json.Unmarshal([]byte(example), &any); err != nil {
		panic(err)
	}
	compact, _ := json.Marshal(any)
	one, _ := json.Marshal(string(compact))
	two, _ := json.Marshal(map[string]string{"body": string(compact), "level": "error"})
	three, _ := json.Marshal(map[string]string{"message": "upstream: " + string(two)})
	python := strings.NewReplacer("null", "None", `'`, `\'`).Replace(string(compact))
	python = strings.ReplaceAll(python, `"`, `'`)
	return map[string]string{
		"pretty":        example,
		"compact":       string(compact),
		"crlf":          strings.ReplaceAll(example, "\n", "\r\n"),
		"bom":           "\ufeff" + example,
		"log line":      "2026-11-23T09:14:05Z ERROR moderation failed body=" + string(compact) + " attempt=3\n",
		"prose":         "hey, since today I get " + string(compact) + " and don't know why",
		"json string":   string(one),
		"two layers":    string(two),
		"three layers":  string(three),
		"python":        "klyra.APIError: Error code: 400 - " + python,
		"log prefix":    prefixed("Nov 23 09:14:05 host app[77]: ", example),
		"docker":        prefixed("worker-1  | ", example),
		"quoted mail":   prefixed("> ", example),
		"markdown":      "It says:\n\n```json\n" + example + "\n```\n",
		"curl -i":       "HTTP/1.1 418 I'm a teapot\r\nContent-Type: application/json\r\n\r\n" + example,
		"unquoted keys": unquoted(any),
		"html entities": strings.ReplaceAll(string(compact), `"`, "&quot;"),
		"csv":           `"1","` + strings.ReplaceAll(string(compact), `"`, `""`) + `"`,
		"trailing":      strings.ReplaceAll(string(compact), "}", ",}"),
		"sse":           "event: error\ndata: " + string(compact) + "\n\n",
		"wrapped":       wrap(example, 60),
	}
}

func prefixed(prefix, text string) string {
	return prefix + strings.ReplaceAll(text, "\n", "\n"+prefix)
}

// unquoted writes an object literal as Node's inspect does.
func unquoted(envelope map[string]any) string {
	var b strings.Builder
	b.WriteString("Uncaught KlyraError: 400 {\n  error: {\n")
	for k, v := range envelope["error"].(map[string]any) {
		switch v := v.(type) {
		case string:
			quote := "'"
			if strings.Contains(v, "'") {
				quote = `"`
			}
			fmt.Fprintf(&b, "    %s: %s%s%s,\n", k, quote, v, quote)
		case nil:
			fmt.Fprintf(&b, "    %s: null,\n", k)
		default:
			fmt.Fprintf(&b, "    %s: %.0f,\n", k, v)
		}
	}
	b.WriteString("  }\n}\n")
	return b.String()
}

// wrap breaks lines hard, as a terminal's copy does.
func wrap(text string, width int) string {
	var b strings.Builder
	column := 0
	for _, r := range text {
		if column == width && r != '\n' {
			b.WriteByte('\n')
			column = 0
		}
		b.WriteRune(r)
		column++
		if r == '\n' {
			column = 0
		}
	}
	return b.String()
}

func TestCutTextIsNeverCertainOfAnotherCode(t *testing.T) {
	for _, e := range catalog.All() {
		compact := shapes(e.Example)["compact"]
		escaped := shapes(e.Example)["two layers"]
		for _, whole := range []string{e.Example, compact, escaped} {
			named := 0
			for cut := range len(whole) {
				d := Diagnose(whole[:cut])
				for _, f := range errors(d) {
					if f.Code != e.Code && f.Kind == Envelope && f.Certainty == Certain {
						t.Errorf("%s cut at %d is certainly %q:\n%s", e.Code, cut, f.Code, whole[:cut])
					}
					if f.Code == e.Code {
						named++
					}
				}
			}
			if named == 0 {
				t.Errorf("%s: no cut text is recognised", e.Code)
			}
		}
	}
}

func TestEvidenceShowsTheCode(t *testing.T) {
	for _, text := range []string{
		"\x1b[31m{\"error\":{\"code\":\"\x1b[1minvalid_url\x1b[0m\",\"message\":\"m\"}}",
		"é {\"error\":{\"code\":\"invalid_url\",\"message\":\"m\"}}",
		"{&quot;error&quot;:{&quot;code&quot;:&quot;invalid_url&quot;,&quot;message&quot;:&quot;m&quot;}}",
	} {
		d := Diagnose(text)
		if len(d.Findings) != 1 {
			t.Errorf("%q: %+v", text, d.Findings)
			continue
		}
		s := d.Findings[0].Evidence[0]
		got := text[s.Start:s.End]
		if !strings.Contains(got, "code") || !strings.Contains(got, "invalid_url") || strings.Contains(got, "message") {
			t.Errorf("evidence %q of %q", got, text)
		}
	}
}

func TestRepeatsFold(t *testing.T) {
	line := `{"error":{"code":"timeout","message":"m","type":"api_error"}}` + "\n"
	other := `{"error":{"code":"invalid_url","message":"m","type":"x"}}` + "\n"
	d := Diagnose("\n" + other + strings.Repeat(line, 3) + other)
	if len(d.Findings) != 2 || d.Findings[0].Code != "invalid_url" || d.Findings[0].Count != 2 || d.Findings[0].Line != 2 ||
		d.Findings[1].Count != 3 || d.Findings[1].Line != 3 {
		t.Errorf("%+v", d.Findings)
	}
}

func TestUnknownCodesAreSuggestedFor(t *testing.T) {
	for code, want := range map[string]catalog.Code{
		"rate_limited": "rate_limit_exceeded", "tіmeout": "timeout", "invalid\u200b_url": "invalid_url", "invalid_apikey": "invalid_api_key",
	} {
		d := Diagnose(`{"error":{"code":"` + code + `","message":"m","type":"t","param":null,"request_id":"req_0123456789ab"}}`)
		if len(d.Findings) != 1 || d.Findings[0].Known || len(d.Findings[0].Suggestions) == 0 || d.Findings[0].Suggestions[0] != want {
			t.Errorf("%q: %+v", code, d.Findings)
		}
	}
}

func TestHiddenBodySaysHowToPrintIt(t *testing.T) {
	for text, want := range map[string]string{
		"AxiosError: Request failed with status code 429":                                                          "err.response",
		"requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for url: https://h":                    "e.response.text",
		"httpx.HTTPStatusError: Client error '429 Too Many Requests' for url 'https://h'":                          "httpx",
		"aiohttp.client_exceptions.ClientResponseError: 429, message='Too Many Requests'":                          "resp.text()",
		"Error: HTTP error! status: 429":                                                                           "res.text()",
		"klyra: unexpected status: 429 Too Many Requests":                                                          "io.ReadAll",
		"java.io.IOException: Server returned HTTP response code: 429 for URL: https://h":                          "getErrorStream",
		"file_get_contents(https://h): Failed to open stream: HTTP request failed! HTTP/1.1 429 Too Many Requests": "ignore_errors",
		"Faraday::TooManyRequestsError: the server responded with status 429":                                      "e.response[:body]",
		"{ error: [Object] }": "JSON.stringify",
		"HttpRequestException: Response status code does not indicate success: 429 (Too Many Requests).": "ReadAsStringAsync",
	} {
		d := Diagnose(text)
		candidates := 0
		if strings.Contains(text, "429") {
			candidates = 3
		}
		if d.Answer != HiddenBody || len(d.Notes) == 0 || !strings.Contains(d.Notes[0], want) || len(d.Candidates) != candidates {
			t.Errorf("%q: %s, %q, %v", text, d.Answer, d.Notes, d.Candidates)
		}
	}
}

func TestAnswers(t *testing.T) {
	for text, want := range map[string]Answer{
		"": None, " \n": None, "hello": None, `{"id":"mod_1","flagged":false}`: Success, "HTTP/2 200\r\n\r\n{}": Success,
		`{"error":{"code":"timeout","message":"m"}}`: Error, "\x1f\x8b\x08\x00": None,
	} {
		if got := Diagnose(text).Answer; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSecretsAreHeld(t *testing.T) {
	for i, planting := range plantings {
		text := strings.ReplaceAll(planting, "K3Y", testKey)
		d := Diagnose(text)
		found := false
		for _, s := range d.Secrets {
			found = found || strings.Contains(s.Reveal(), testKey)
		}
		if !found {
			t.Errorf("planting %d: the key is not among %d secrets", i, len(d.Secrets))
		}
		checkSecret(t, reflect.ValueOf(d), testKey, "Diagnosis")
	}
}

// Each error is an envelope with its code and, before or after it, a status of its own or none.
func TestStatusesAreNotBorrowed(t *testing.T) {
	const (
		url   = `{"error":{"code":"invalid_url","message":"m","type":"t"}}`
		limit = `{"error":{"code":"rate_limit_exceeded","message":"m","type":"rate_limit_error"}}`
		repr  = `{'error': {'code': 'invalid_url', 'message': 'm', 'type': 't'}}`
	)
	for text, want := range map[string][2]int{
		repr + "\nstatus=429 body=" + limit:                                     {0, 429},
		repr + "\n\nretrying\nWARN status=429 body=" + limit:                    {0, 429},
		url + " status=400\nstatus=429 body=" + limit:                           {400, 429},
		"status=400 body=" + url + " status=429 body=" + limit:                  {400, 429},
		url + "\nstatus: 400\n\n" + limit + "\nstatus: 429":                     {400, 429},
		"HTTP/1.1 400 Bad Request\n\n" + url + "\n" + limit:                     {400, 0},
		url + "\nHTTP/1.1 429 Too Many Requests\nServer: x\n\n" + limit:         {0, 429},
		url + "\n\nHTTP/1.1 429 Too Many Requests\r\nServer: x\r\n\r\n" + limit: {0, 429},
		"{\n  \"a\": " + url + "\n} status=400\n" + limit + " status=429":       {400, 429},
	} {
		got := map[catalog.Code]int{}
		for _, f := range Diagnose(text).Findings {
			got[f.Code] = f.HTTPStatus
		}
		if len(got) != 2 || got["invalid_url"] != want[0] || got["rate_limit_exceeded"] != want[1] {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestGatewayStatusStandsInTheText(t *testing.T) {
	for text, want := range map[string]int{
		"<title>Attention Required! | Cloudflare</title> Sorry, you have been blocked. Ray ID: 8f1c2d3e4f5a6b7c":      0,
		"HTTP/2 403\r\nserver: cloudflare\r\n" + strings.Repeat("x: y\r\n", 100) + "\r\nSorry, you have been blocked": 403,
		"error code: 1020":                 0,
		"error code: 522":                  522,
		"HTTP 503: upstream connect error": 503,
		"status 429: error code: 1015":     429,
	} {
		f := Diagnose(text).Findings
		if len(f) != 1 || f[0].Kind != Gateway || f[0].HTTPStatus != want {
			t.Errorf("%q: %+v, want status %d", text, f, want)
		}
	}
}

func TestUnknownCodesSayWhatToDo(t *testing.T) {
	for text, want := range map[string]string{
		`{"error":{"code":"invalid_api_kez","message":"m","type":"t","request_id":"req_0123456789ab"}}`: "not one of the 21 documented ones. The nearest is invalid_api_key. Go by the message, and give it to Klyra's support together with the request id.",
		`{"error":{"code":"","message":"m","type":"t","request_id":"req_0123456789ab"}}`:                "it holds no code. Go by the message",
	} {
		if f := Diagnose(text).Findings; len(f) != 1 || !strings.Contains(f[0].Why, want) {
			t.Errorf("%q: %+v", text, f)
		}
	}
}

func TestSuccessNeedsNoNote(t *testing.T) {
	if d := Diagnose(`{"flagged":false,"categories":{}}`); d.Answer != Success || len(d.Notes) > 0 {
		t.Errorf("%s, %q", d.Answer, d.Notes)
	}
}
