package paste

import (
	"slices"
	"strings"
	"testing"
)

// TestWhatARequestLacks: a request can be sent again only where the text shows all of it.
func TestWhatARequestLacks(t *testing.T) {
	const api = "https://api.klyra.live/v1/x"
	for name, c := range map[string]struct{ text, lacks, content string }{
		"curl":                    {`curl ` + api + ` -H "Authorization: Bearer $KLYRA_API_KEY" -d '{"text":"pay $NAME $(now)"}'`, "", `{"text":"pay $NAME $(now)"}`},
		"a file":                  {`curl ` + api + ` -d @body.json`, "the body, which stands in the file body.json", ""},
		"a file beside text":      {`curl ` + api + ` -d a=b -d @body.json`, "the body, which stands in the file body.json", "a=b"},
		"standard input":          {`curl ` + api + ` -d @-`, "the body, which came from standard input", ""},
		"a file for the query":    {`curl -G ` + api + ` --data-urlencode text@body.txt`, "the query, which stands in the file body.txt", ""},
		"an @ of browsers":        {`curl ` + api + ` --data-raw '@alice you are mean'`, "", "@alice you are mean"},
		"a binary file":           {`curl ` + api + ` --data-binary "@a b.json"`, "the body, which stands in the file a b.json", ""},
		"an upload":               {`curl ` + api + ` -T photo.png`, "the body, which stands in the file photo.png", ""},
		"settings":                {`curl ` + api + ` -K curl.conf -d '{}'`, "the file curl.conf", "{}"},
		"a form":                  {`curl ` + api + ` -F a=b -F "image=@photo.png;type=image/png"`, "the body, a form that takes in the file photo.png", ""},
		"a form of text":          {`curl ` + api + ` -F a=b --form-string c=@d`, "the body, a form that curl makes of c=@d", ""},
		"a variable in the body":  {`curl ` + api + ` -d "{\"text\":\"$TEXT\"}"`, "what the shell put in for $TEXT", `{"text":"$TEXT"}`},
		"a command in the body":   {`curl ` + api + ` -d "$(cat body.json)"`, "what the shell put in for $(cat", "$(cat body.json)"},
		"backticks in the body":   {"curl " + api + " -d \"`cat body.json`\"", "what the shell put in for `cat", "`cat body.json`"},
		"an escaped dollar":       {`curl ` + api + ` -d "{\"text\":\"\$TEXT\"}"`, "", `{"text":"$TEXT"}`},
		"a price":                 {`curl ` + api + ` -d "{\"text\":\"$5 a $\"}"`, "", `{"text":"$5 a $"}`},
		"a variable in the URL":   {`curl ` + api + `/$ID -d '{}'`, "what the shell put in for $ID", "{}"},
		"a variable in a header":  {`curl ` + api + ` -H "X-Tenant: ${TENANT}" -d '{}'`, "what the shell put in for ${TENANT}", "{}"},
		"encoded":                 {`curl ` + api + ` --data-urlencode "text=a b&c" --data-urlencode =x/y -d z=1`, "", "text=a%20b%26c&x%2Fy&z=1"},
		"encoded, of a file":      {`curl ` + api + ` --data-urlencode text@body.txt`, "the body, which stands in the file body.txt", ""},
		"two requests":            {`curl ` + api + ` -d '{"a":1}' --next ` + api + ` -d '{"a":2}'`, whichOfSeveral, `{"a":1}`},
		"two addresses":           {`curl ` + api + ` ` + api + `/y -d '{}'`, whichOfSeveral, "{}"},
		"a range of addresses":    {`curl '` + api + `/[1-3]' -d '{}'`, whichOfSeveral, "{}"},
		"a choice of addresses":   {`curl '` + api + `/{a,b}' -d '{}'`, whichOfSeveral, "{}"},
		"no choice of addresses":  {`curl -sg '` + api + `/{a,b}' -d '{}'`, "", "{}"},
		"another target":          {`curl --request-target /y ` + api + ` -d '{}'`, "what curl makes of /y", "{}"},
		"a proxy before it":       {`curl --socks5 127.0.0.1:1080 ` + api + ` -d '{}'`, "", "{}"},
		"a resolver before it":    {`curl --doh-url https://dns.example/q ` + api + ` -d '{}'`, "", "{}"},
		"HAR, base64":             {`{"request":{"method":"POST","url":"` + api + `","headers":[{"name":"a","value":"b"}],"postData":{"mimeType":"x/y","encoding":"base64","text":"eyJhIjoxfQ=="}}}`, "the body itself: it stands there in base64", "eyJhIjoxfQ=="},
		"a query":                 {`curl -G ` + api + ` -d a=1 -d b=2`, "", ""},
		"signs of other shells":   {"curl " + api + " \\\n  -d '{\"text\":\"^\" `\n\"}'", "", "{\"text\":\"^\" `\n\"}"},
		"cmd":                     {"curl ^\"" + api + "^\" ^\r\n --data-raw ^\"%TEXT%^\"", "what the shell put in for %TEXT%", "%TEXT%"},
		"curl -v":                 {"> POST /v1/x HTTP/2\n> Host: api.klyra.live\n> content-type: application/json\n>\n< HTTP/2 401", "the body, which a transcript of this kind does not show", ""},
		"curl -v of GET":          {"> GET /v1/x HTTP/2\n> Host: api.klyra.live\n>\n< HTTP/2 401", "", ""},
		"raw":                     {"POST /v1/x HTTP/1.1\nHost: api.klyra.live\n\n{\"text\":\"a\"}\n\nHTTP/1.1 401 Unauthorized\n", "", `{"text":"a"}`},
		"fetch":                   {`fetch("` + api + `", {"headers": {"a": "b"}, "body": "{\n  \"text\": \"a\\n b\"\n}", "method": "POST"});`, "", "{\n  \"text\": \"a\\n b\"\n}"},
		"fetch, object":           {`fetch("` + api + `", {"headers": {"a": "b"}, "body": JSON.stringify({"text": "a"}), "method": "POST"});`, "", `{"text": "a"}`},
		"fetch, source":           {`fetch("` + api + `", {headers: {a: "b"}, body: JSON.stringify({ text: input }), method: "POST"});`, "the body as it was sent: it stands there as source code", "{ text: input }"},
		"fetch, variable":         {`fetch("` + api + `", {headers: {a: "b"}, body: payload, method: "POST"});`, "the body, which is the variable payload", "payload"},
		"fetch, template":         {"fetch('" + api + "', {headers: {a: 'b'}, body: `{\"text\":\"${input}\"}`, method: 'POST'});", "what the program put into the string of the body", `{"text":"${input}"}`},
		"fetch, lines":            {"fetch('" + api + "', {headers: {a: 'b'}, body: `{\n\"text\":\"a\"}`, method: 'POST'});", "", "{\n\"text\":\"a\"}"},
		"python, f-string":        {`requests.post("` + api + `", headers={"a": "b"}, data=f'{{"text":"{text}"}}')`, "what the program put into the string of the body", `{{"text":"{text}"}}`},
		"python, JSON":            {`requests.post("` + api + `", headers={"a": "b"}, json={"text": "a"})`, "", `{"text": "a"}`},
		"python, form":            {`requests.post("` + api + `", headers={"a": "b"}, data={"text": "a"})`, "the body as it was sent: it stands there as source code", `{"text": "a"}`},
		"python, files":           {`requests.post("` + api + `", headers={"a": "b"}, files={"image": f})`, "the files that the call adds", ""},
		"python, header":          {`requests.post("` + api + `", headers={"Authorization": key, "X-Tenant": tenant}, json={"text": "a"})`, "the value of the header xtenant", `{"text": "a"}`},
		"httpx, content":          {`httpx.post("` + api + `", headers={"a": "b"}, content=b"{}")`, "the body: the code does not hold it as text", ""},
		"powershell":              {"Invoke-WebRequest -Uri \"" + api + "\" -Method POST -Body ([System.Text.Encoding]::UTF8.GetBytes(\"{`\"text`\":`\"a`\"}\"))", "", `{"text":"a"}`},
		"powershell, a bracket":   {"Invoke-RestMethod -Uri \"" + api + "\" -Method POST -Body \"(a)\"", "", "(a)"},
		"powershell, variable":    {"Invoke-RestMethod -Uri \"" + api + "\" -Method POST -Body $body", "what PowerShell put in for $body", "$body"},
		"powershell, code":        {"Invoke-RestMethod -Uri \"" + api + "\" -Method POST -Body (@{text=\"a\"} | ConvertTo-Json)", "the body, which is made by PowerShell code", "a}"},
		"powershell, file":        {"Invoke-RestMethod -Uri \"" + api + "\" -Method POST -InFile a.png", "what -InFile sends", ""},
		"a body longer than read": {`{"method":"POST","url":"` + api + `","headers":{"a":"b"},"body":"` + long(maxString+10) + `"}`, "the end of the body, whose string is cut or wrapped", long(maxString)},
	} {
		r := Diagnose(c.text).Request
		if r == nil {
			t.Errorf("%s: no request", name)
			continue
		}
		if r.Lacks != c.lacks || r.Content.Reveal() != c.content {
			t.Errorf("%s: lacks %q, want %q; body %.200q", name, r.Lacks, c.lacks, r.Content.Reveal())
		}
	}
}

func long(n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = 'a'
	}
	return string(text)
}

// TestCurlJSON: --json declares what is sent and what is wanted, unless a header does.
func TestCurlJSON(t *testing.T) {
	for command, want := range map[string][]string{
		"":                                {"application/json", "application/json"},
		" -H 'Accept: text/plain'":        {"application/json", "text/plain"},
		" -H 'content-type: a/b+json'":    {"a/b+json", "application/json"},
		" --json '[]' -H 'X-Tenant: one'": {"application/json", "application/json"},
	} {
		r := Diagnose("curl https://api.klyra.live/v1/x --json '{}'" + command).Request
		got := map[string][]string{}
		for _, h := range r.Headers {
			name := strings.ToLower(h.Name)
			got[name] = append(got[name], h.Value)
		}
		if !slices.Equal(got["content-type"], want[:1]) || !slices.Equal(got["accept"], want[1:]) {
			t.Errorf("%q: %v, want %q", command, got, want)
		}
	}
}

// TestCurlQuery: with -G what is given as data goes into the URL.
func TestCurlQuery(t *testing.T) {
	r := Diagnose("curl -G 'https://api.klyra.live/v1/x?q=0' -d a=1 --data-urlencode 'b=ä'").Request
	if r == nil || r.Method != "GET" || r.Address.Reveal() != "https://api.klyra.live/v1/x?q=0&a=1&b=%C3%A4" {
		t.Errorf("%+v at %q", r, r.Address.Reveal())
	}
}

// TestCurlUpload: -T puts a file where no method is given.
func TestCurlUpload(t *testing.T) {
	for flags, want := range map[string]string{"": "PUT", " -X POST": "POST"} {
		if r := Diagnose("curl https://api.klyra.live/v1/x -T a.png" + flags).Request; r == nil || r.Method != want {
			t.Errorf("%q: %+v", flags, r)
		}
	}
}
