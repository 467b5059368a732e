package checks

import (
	"slices"
	"strings"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
)

// The words say which scheme was used and what brings it about.
func TestWrongSchemesAreNamed(t *testing.T) {
	for scheme, want := range map[string]string{
		"Basic": "says Basic where Klyra wants Bearer", "token": "says token where", "ApiKey": "says ApiKey", "Digest": "says Digest",
		"klyra_live_3fKq9ZbT7xWm": "does not begin with the word Bearer",
	} {
		if f := wrongScheme(scheme); !strings.Contains(f.Summary, want) || strings.Contains(f.Summary+f.Remedy, "3fKq") {
			t.Errorf("%s: %s", scheme, f.Summary)
		}
	}
}

func TestJudgeRequest(t *testing.T) {
	const key = "Zq8vK2mN5xW1cR7tB4yH9pLd"
	const good = `curl https://api.klyra.live/v1/moderate -H "Authorization: Bearer ` + key + `" -H "Content-Type: application/json" -d '{"content":"is this fine?"}'`
	replace := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q stands not in the good request", old)
		}
		return strings.ReplaceAll(good, old, with)
	}
	cases := []struct{ name, text, want string }{
		{"nothing wrong", good, ""},
		{"no Authorization", replace("Authorization: Bearer "+key, "Accept: */*"), "request.no_authorization"},
		{"no headers shown", "requests.post('https://api.klyra.live/v1/moderate')", ""},
		{"another header", replace("Authorization: Bearer ", "X-Api-Key: "), "key.wrong_header"},
		{"no Bearer", replace("Bearer ", ""), "request.scheme_missing"},
		{"Basic", replace("Bearer ", "Basic "), "request.scheme_missing"},
		{"Bearer twice", replace("Bearer ", "Bearer Bearer "), "key.scheme_doubled"},
		{"placeholder", replace(key, "YOUR_API_KEY"), "key.placeholder"},
		{"unexpanded key", replace(key, "${KLYRA_API_KEY}"), "request.unexpanded"},
		{"another vendor's key", replace(key, "sk-ant-api03-abcdefghijklmnopqrstuvwxyz"), "key.foreign"},
		{"key in the URL", replace("/v1/moderate", "/v1/moderate?api_key="+key), "key.in_url"},
		{"unexpanded URL", replace("https://api.klyra.live", "${BASE_URL}"), "request.unexpanded"},
		{"unexpanded in cmd.exe", replace("/v1/moderate", "/v1/%ENDPOINT%"), "request.unexpanded"},
		{"an id to fill in", replace("https://api.klyra.live/v1/moderate", "'https://api.klyra.live/v1/<id>'"), "request.unexpanded"},
		{"a part of a path to fill in", replace("https://api.klyra.live/v1/moderate", "'https://api.klyra.live/v1/{id}'"), "request.unexpanded"},
		{"a path in Cyrillic", replace("/v1/moderate", "/v1/%D0%B0%D0%B1"), ""},
		{"wrong host", replace("api.klyra.live", "dashboard.klyra.live"), "request.wrong_host"},
		{"the API's port", replace("api.klyra.live", "api.klyra.live:443"), ""},
		{"another port", replace("api.klyra.live", "api.klyra.live:8443"), "request.wrong_host"},
		{"Token", replace("Bearer ", "Token "), "request.scheme_missing"},
		{"curl -u", replace(`-H "Authorization: Bearer `+key+`"`, "-u "+key+":"), "request.scheme_missing"},
		{"a misspelt header", replace("Authorization: ", "Authorisation: "), "key.wrong_header"},
		{"key as a user name", replace("https://", "https://"+key+"@"), "key.in_url"},
		{"token in the URL", replace("/v1/moderate", "/v1/moderate?token="+key), "key.in_url"},
		{"key in the body", replace(`{"content"`, `{"api_key":"`+key+`","content"`), "key.in_body"},
		{"key in a form", replace(`{"content":"is this fine?"}`, "content=fine&api_key="+key), "key.in_body"},
		{"a word of the content", replace(`{"content"`, `{"key":"k1","content"`), ""},
		{"masked", replace(key, "Zq8v...9pLd"), "key.masked"},
		{"look-alike", replace(key, "Zq8vK2mN5xW1сR7tB4yH9pLd"), "key.non_ascii"},
		{"plain http", replace("https://", "http://"), "request.plain_http"},
		{"broken body", replace(`fine?"}`, `fine?",}`), "request.body_invalid"},
		{"empty content", replace(`is this fine?`, ``), "request.content_missing"},
		{"too many words", replace(`is this fine?`, strings.Repeat("word ", 600)), "request.content_too_long"},
		{"JSON declared a form", replace("application/json", "application/x-www-form-urlencoded"), "request.type_mismatch"},
		{"a form declared JSON", replace(`{"content":"is this fine?"}`, "content=fine"), "request.type_mismatch"},
		{"a file URL", replace(`"content":"is this fine?"`, `"image_url":"file:///tmp/a.png"`), "url.scheme"},
		{"a private address", replace(`"content":"is this fine?"`, `"image_url":"http://10.0.0.5/a.png"`), "dns.private_address"},
		{"a public address", replace(`"content":"is this fine?"`, `"image_url":"https://8.8.8.8/a.png"`), ""},
		{"a private host", replace(`"content":"is this fine?"`, `"image_url":"http://media.internal/a.png"`), "url.local_name"},
	}
	api, err := NewAPI("https://api.klyra.live", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := paste.Diagnose(c.text)
			if d.Request == nil {
				t.Fatal("no request was read")
			}
			var ids []string
			for _, f := range JudgeRequest(d.Request, api) {
				ids = append(ids, f.ID)
				if said := f.Summary + f.Remedy; strings.Contains(said, key[:8]) || f.Remedy == "" {
					t.Errorf("%s says %q", f.ID, said)
				}
			}
			if c.want == "" && ids != nil || c.want != "" && !slices.Contains(ids, c.want) {
				t.Errorf("found %v, want %s", ids, c.want)
			}
		})
	}
}

// TestAVariableIsNoSecret: what names the variable is what its reader needs.
func TestAVariableIsNoSecret(t *testing.T) {
	d := paste.Diagnose(`curl https://api.klyra.live/v1/x -H "Authorization: Bearer $KLYRA_API_KEY" -d '{}'`)
	api := mustAPI(t, "https://api.klyra.live")
	r := Run(t.Context(), catalog.RequestCheck, Target{API: api, Request: d.Request})
	if !strings.Contains(r.Findings[0].Summary, "the variable $KLYRA_API_KEY") {
		t.Errorf("%s: %s", findingIDs(r), r.Findings[0].Summary)
	}
}
