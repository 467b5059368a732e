package checks

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks/media/mediatest"
)

// testJWT is a token that expired in 2023.
const testJWT = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDAsImlzcyI6Imh0dHBzOi8vYWNjb3VudHMuZXhhbXBsZSJ9.c2lnbmF0dXJl"

var keyFormCases = []struct {
	key  string
	ids  string // "" for a key that is sent
	says string // in the evidence
}{
	{testKey, "", ""},
	{"a", "", ""},
	{"contains-test-and-example-words", "", ""},
	{"sandbox_good_key", "", ""},
	{"abcd1234abcd1234x", "", ""},
	{"c2VjcmV0LWtleQ==", "", ""},
	{"1234567", "", ""},
	{"", "key.missing", ""},
	{" \n\t", "key.missing", ""},
	{testKey + "\n", "key.newline", "character 32=U+000A (line feed)"},
	{testKey + "\r\n", "key.newline", "characters 32 to 33=U+000D U+000A (a Windows line end)"},
	{testKey + "\r", "key.newline", "character 32=U+000D (carriage return)"},
	{"\n" + testKey, "key.newline", "character 1=U+000A (line feed)"},
	{"abcd\nefgh", "key.newline", "character 5=U+000A (line feed)"},
	{" " + testKey, "key.whitespace", "character 1=U+0020 (blank)"},
	{testKey + "\t", "key.whitespace", "character 32=U+0009 (tab)"},
	{"abcd\u00a0efgh", "key.whitespace", "character 5=U+00A0 (no-break space)"},
	{"abcd\u3000efgh", "key.whitespace", "character 5=U+3000 (ideographic space)"},
	{"abcd\u2008efgh", "key.whitespace", "character 5=U+2008 (a blank of another width)"},
	{`"` + testKey + `"`, "key.quotes", "character 1=U+0022 (straight double quote)\ncharacter 33=U+0022"},
	{testKey + "'", "key.quotes", "character 32=U+0027 (straight single quote)"},
	{"`" + testKey + "`", "key.quotes", "character 1=U+0060 (backtick)"},
	{"“" + testKey + "”", "key.quotes", "character 1=U+201C (curly double quote)\ncharacter 33, byte 35=U+201D (curly double quote)"},
	{"«" + testKey + "»", "key.quotes", "character 1=U+00AB (angle quote)"},
	{"´" + testKey + "´", "key.quotes", "character 1=U+00B4 (acute accent)"},
	{"′" + testKey + "″", "key.quotes", "character 1=U+2032 (prime)"},
	{`\"` + testKey + `\"`, "key.quotes", "characters 1 to 2=U+0022 (straight double quote)\ncharacters 34 to 35=U+0022"},
	{`""`, "key.quotes", ""},
	{"klyra_\u200babcdef", "key.non_ascii", "character 7=U+200B (zero width space)"},
	{"klyra_\u2060abcdef", "key.non_ascii", "character 7=U+2060 (word joiner)"},
	{"klyra_\u00adabcdef", "key.non_ascii", "character 7=U+00AD (soft hyphen)"},
	{"klyra_\u202eabcdef", "key.non_ascii", "character 7=U+202E (invisible character)"},
	{"klyra_\u2028abcdef", "key.non_ascii", "character 7=U+2028 (line separator)"},
	{"klyra_\u0081abcdef", "key.non_ascii", "character 7=U+0081 (control character)"},
	{"klyra—abcdef", "key.non_ascii", "character 6=U+2014 (em dash, looks like -)"},
	{"klyra−abcdef", "key.non_ascii", "character 6=U+2212 (minus sign, looks like -)"},
	{"klyra_ʋabcdef", "key.non_ascii", "character 7=U+028B (Latin letter that looks like v)"},
	{"klyrа_abcdef", "key.non_ascii", "character 5=U+0430 (Cyrillic letter that looks like a)"},
	{"klyra_\u03bfabcdef", "key.non_ascii", "character 7=U+03BF (Greek letter that looks like o)"},
	{"klyra_\uff21abcdef", "key.non_ascii", "character 7=U+FF21 (full-width form of A)"},
	{"klyra_éabcdef", "key.non_ascii", "character 7=U+00E9 (Latin letter)"},
	{"klyra_中abc😀ef", "key.non_ascii", "character 7=U+4E2D (Han letter)\ncharacter 11, byte 13=U+1F600 (not ASCII)"},
	{"klyra_\ufffdabc", "key.non_ascii", "character 7=U+FFFD (replacement character"},
	{"klyra_\xffabcdef", "key.non_ascii", "character 7=byte 0xFF, which is no UTF-8"},
	{"\ufeffklyra_abcdef", "key.non_ascii", "character 1=U+FEFF (byte order mark)"},
	{"\xff\xfek\x00e\x00y\x00", "key.non_ascii", "encoding=UTF-16"},
	{"k\x00l\x00y\x00r\x00a\x00", "key.non_ascii", "encoding=UTF-16"},
	{"éééééééé-abcdef", "key.non_ascii", "and=3 more"},
	{string(mediatest.PNG(8, 8)), "key.control", "it is=a file of another kind: PNG image"},
	{"BM\x00\x01klyra_abc", "key.control", "character 3=U+0000 (NUL)"},
	{"klyra_\x1b[0m", "key.control", "character 7=U+001B (escape, as a terminal sends it)"},
	{"klyra_\x7f", "key.control", "character 7=U+007F (delete)"},
	{"klyra_\x00abc", "key.control", "character 7=U+0000 (NUL)"},
	{"klyra_\x01abc", "key.control", "character 7=U+0001 (control character)"},
	{"Bearer " + testKey, "key.scheme_doubled", "characters 1 to 7=the word Bearer"},
	{"BEARER  " + testKey, "key.scheme_doubled", "the word Bearer"},
	{"bearer:" + testKey, "key.scheme_doubled", "the word Bearer"},
	{"Bearer%20" + testKey, "key.scheme_doubled", "the word Bearer"},
	{"Bearer=" + testKey, "key.scheme_doubled", "the word Bearer"},
	{"Bearer Bearer " + testKey, "key.scheme_doubled", "characters 1 to 7=the word Bearer\ncharacters 8 to 14=the word Bearer"},
	{"Authorization: Bearer " + testKey, "key.scheme_doubled", "characters 1 to 15=the name of a header"},
	{`"Authorization": "Bearer ` + testKey + `"`, "key.quotes key.scheme_doubled", "the name of a header"},
	{`-H 'Authorization: Bearer ` + testKey + `'`, "key.scheme_doubled key.quotes", "curl's option for a header"},
	{"X-Api-Key: " + testKey, "key.scheme_doubled", "the name of a header"},
	{"Basic " + testKey, "key.scheme_doubled", "the word Basic"},
	{"token " + testKey, "key.scheme_doubled", "the word Token"},
	{"Token token=" + testKey, "key.scheme_doubled", "the word Token"},
	{"ApiKey " + testKey, "key.scheme_doubled", "the word ApiKey"},
	{"KLYRA_API_KEY=" + testKey, "key.scheme_doubled", "characters 1 to 14=the name of a variable"},
	{"MODERATION_TOKEN=" + testKey, "key.scheme_doubled", "the name of a variable"},
	{"api_key: " + testKey, "key.scheme_doubled", "the name of a variable"},
	{`$env:KLYRA_API_KEY = "` + testKey + `"`, "key.scheme_doubled key.quotes", "the name of a variable"},
	{`export KLYRA_API_KEY="` + testKey + `"`, "key.scheme_doubled key.quotes", "the name of a variable"},
	{`'Bearer ` + testKey + `'`, "key.quotes key.scheme_doubled", "the word Bearer"},
	{testKey + ",", "key.scheme_doubled", "character 32=a separator of lists or settings"},
	{`"` + testKey + `";`, "key.scheme_doubled key.quotes", "character 34=a separator"},
	{`{"api_key": "` + testKey + `"}`, "key.whitespace key.scheme_doubled", "it is=a JSON document"},
	{strings.Repeat("x1", maxKey), "key.scheme_doubled", "it is=a text of 32.8 kB"},
	{"Bearer", "key.scheme_doubled", ""},
	{"YOUR_API_KEY", "key.placeholder", "example"},
	{"your-api-key", "key.placeholder", ""},
	{"your_klyra_api_key_here", "key.placeholder", ""},
	{"YourSecretKeyHere", "key.placeholder", ""},
	{"my-api-key", "key.placeholder", ""},
	{"INSERT_KEY_HERE", "key.placeholder", ""},
	{"REPLACE_WITH_KLYRA_KEY", "key.placeholder", ""},
	{"<key>", "key.placeholder", "brackets"},
	{"[REDACTED]", "key.placeholder", "brackets"},
	{"<YOUR KEY>", "key.whitespace key.placeholder", ""},
	{"xxxxxxxx", "key.placeholder", "row of x"},
	{"klyra_live_xxxx", "key.placeholder", "row of x"},
	{"sk-...", "key.placeholder", "the beginning of a key and dots"},
	{"changeme", "key.placeholder", ""},
	{"test", "key.placeholder", ""},
	{"Example", "key.placeholder", ""},
	{"KLYRA_API_KEY", "key.placeholder", ""},
	{"$KLYRA_API_KEY", "key.placeholder", "variable"},
	{"${KLYRA_API_KEY}", "key.placeholder", "variable"},
	{"$env:KLYRA_API_KEY", "key.placeholder", "variable"},
	{"%KLYRA_API_KEY%", "key.placeholder", "variable"},
	{"$(cat key.txt)", "key.whitespace key.placeholder", "variable"},
	{"{{ secrets.KEY }}", "key.whitespace key.placeholder", "variable"},
	{"{{KLYRA_API_KEY}}", "key.placeholder", "variable"},
	{"process.env.KLYRA_API_KEY", "key.placeholder", "variable"},
	{"import.meta.env.VITE_KEY", "key.placeholder", "variable"},
	{`os.environ["KLYRA_API_KEY"]`, "key.placeholder", "variable"},
	{"#{ENV['KEY']}", "key.placeholder", "variable"},
	{"<%=ENV['KEY']%>", "key.placeholder", "variable"},
	{"Bearer ${key}", "key.scheme_doubled key.placeholder", "variable"},
	{"op://Private/klyra/credential", "key.placeholder", "address of a secret"},
	{"arn:aws:secretsmanager:eu-west-1:1:secret:klyra", "key.placeholder", "address of a secret"},
	{"/run/secrets/klyra_key", "key.placeholder", "path of a file"},
	{"~/.klyra", "key.placeholder", "path of a file"},
	{"https://dashboard.klyra.live/keys", "key.placeholder", "web address"},
	{"undefined", "key.placeholder", "not there"},
	{"null", "key.placeholder", ""},
	{"None", "key.placeholder", ""},
	{"klyra_***cdef", "key.masked", "characters 7 to 9=asterisks"},
	{"klyra_...cdef", "key.masked", "characters 7 to 9=full stops"},
	{"klyra_…cdef", "key.masked", "character 7=dots"},
	{"klyra_••••cdef", "key.masked", "characters 7 to 10=dots"},
	{"klyra_xxxxxxxx1c9e", "key.masked", "characters 7 to 14=a row of x"},
	{"sk-ant-api03-abcdefgh", "key.foreign", "an Anthropic key"},
	{"sk-or-v1-abcdefgh", "key.foreign", "an OpenRouter key"},
	{"sk-proj-abcdefgh", "key.foreign", "an OpenAI key"},
	{"sk-abcdT3BlbkFJefgh", "key.foreign", "an OpenAI key"},
	{"sk_live_abcdefgh", "key.foreign", "a Stripe key"},
	{"sk_test_abcdefgh", "key.foreign", "a Stripe key"},
	{"whsec_abcdefgh", "key.foreign", "a webhook's signing secret"},
	{"ghp_abcdefgh", "key.foreign", "a GitHub token"},
	{"github_pat_abcdefgh", "key.foreign", "a GitHub token"},
	{"glpat-abcdefgh", "key.foreign", "a GitLab token"},
	{"AKIAIOSFODNN7ABCDEFG", "key.foreign", "an AWS access key"},
	{"AIzaSyA1234567890abcdefghijk", "key.foreign", "a Google API key"},
	{"ya29.abcdefgh", "key.foreign", "a Google OAuth token"},
	{"xoxb-1234-abcd", "key.foreign", "a Slack token"},
	{"hf_abcdefghijklmnopqrstuv", "key.foreign", "a Hugging Face token"},
	{"gsk_abcdefghijklmnopqrstuv", "key.foreign", "a Groq key"},
	{"xai-abcdefghijklmnopqrstuv", "key.foreign", "an xAI key"},
	{"pplx-abcdefghijklmnopqrstuv", "key.foreign", "a Perplexity key"},
	{"r8_abcdefghijklmnopqrstuv", "key.foreign", "a Replicate token"},
	{"dop_v1_abcdefgh", "key.foreign", "a DigitalOcean token"},
	{"shpat_abcdefgh", "key.foreign", "a Shopify token"},
	{"SG.abcdefghijklmnopqr.abc", "key.foreign", "a SendGrid key"},
	{"npm_abcdefghijklmnopqrstuv", "key.foreign", "an npm token"},
	{"pypi-abcdefgh", "key.foreign", "a PyPI token"},
	{"-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n", "key.newline key.whitespace key.foreign", "PEM"},
	{"ssh-ed25519 AAAAC3Nz me@host", "key.whitespace key.foreign", "SSH"},
	{testJWT, "key.foreign", "it begins like=a JSON web token\nissued by=https://accounts.example\nexpires=2023-11-14T22:13:20Z"},
	{"Bearer " + testJWT, "key.scheme_doubled key.foreign", "expires=2023-11-14T22:13:20Z"},
	{testKey + testKey, "key.repeated", "the same key 2 times in a row"},
	{testKey + testKey + testKey, "key.repeated", "the same key 3 times in a row"},
	{testKey + "," + testKey, "key.repeated", "the same key 2 times"},
	{testKey + ",another-key-5678", "key.repeated", "2 different keys"},
	{testKey + "\n" + testKey, "key.newline key.repeated", "the same key 2 times"},
	{testKey + "\nklyra_live_another1", "key.newline key.repeated", "2 different keys"},
	{testKey[:16] + "\n" + testKey[16:], "key.newline", ""},
	{testKey + " other-key-1234", "key.whitespace", ""},
	{"KLYRA_API_KEY=" + testKey + "\nDEBUG=1\n", "key.scheme_doubled key.newline key.repeated", "2 lines as of a settings file"},
	{"Environment=KLYRA_API_KEY=" + testKey, "key.scheme_doubled", "characters 1 to 12=the word Environment of a systemd unit\ncharacters 13 to 26=the name of a variable"},
	{`Environment="KLYRA_API_KEY=` + testKey + `"`, "key.scheme_doubled key.quotes", "systemd"},
	{"Authorization Bearer " + testKey, "key.scheme_doubled", "the name of a header"},
	{"Klyra-Api-Key: " + testKey, "key.scheme_doubled", "the name of a setting"},
	{"key=" + testKey, "key.scheme_doubled", "characters 1 to 4=the name of a setting"},
	{"key: " + testKey, "key.scheme_doubled", "the name of a setting"},
	{"Bearer+" + testKey, "key.scheme_doubled", "the word Bearer"},
	{"Bearer\u00a0" + testKey, "key.whitespace", "character 7=U+00A0 (no-break space)"},
	{testKey + ";", "key.scheme_doubled", "a separator"},
	{testKey + `\`, "key.scheme_doubled", "character 32=a backslash"},
	{testKey + "\\\n", "key.scheme_doubled key.newline", "character 32=a backslash"},
	{testKey + `\n`, "key.scheme_doubled", "characters 32 to 33=a line end, written out"},
	{testKey + `\r\n`, "key.scheme_doubled", "characters 32 to 35=a line end, written out"},
	{`"` + testKey + `\n"`, "key.quotes key.scheme_doubled", "a line end, written out"},
	{testKey + "%0A", "key.scheme_doubled", "a line end, written out"},
	{testKey + " # production", "key.scheme_doubled", "characters 32 to 44=a comment"},
	{"KLYRA_API_KEY=" + testKey + " # production", "key.scheme_doubled", "a comment"},
	{"[" + testKey + "]", "key.scheme_doubled", "character 1=what a program put around it\ncharacter 33=what"},
	{"<" + testKey + ">", "key.scheme_doubled", "what a program put around it"},
	{"(" + testKey + ")", "key.scheme_doubled", "what a program put around it"},
	{"&{" + testKey + "}", "key.scheme_doubled", "characters 1 to 2=what a program put around it"},
	{"<key>" + testKey + "</key>", "key.scheme_doubled", "characters 1 to 5=what a program put around it"},
	{`["` + testKey + `"]`, "key.scheme_doubled key.quotes", "what a program put around it"},
	{`Some("` + testKey + `")`, "key.scheme_doubled key.quotes", "characters 1 to 5=what a program put around it"},
	{"b'" + testKey + "'", "key.scheme_doubled key.quotes", "character 1=what a program put around it"},
	{"b" + testKey, "", ""},
	{testKey + testKey[:18], "key.repeated", "a second one, or the beginning of one"},
	{"ｋｌｙｒａ_abcdef", "key.non_ascii", "full-width form of k"},
	{testKey[:8] + "\u200d" + testKey[8:], "key.non_ascii", "zero width joiner"},
	{"***", "key.masked", "asterisks"},
	{"***" + testKey[27:], "key.masked", "asterisks"},
	{"SecretStr('**********')", "key.masked", "asterisks"},
	{"$$KLYRA_API_KEY", "key.placeholder", "variable"},
	{"@@KLYRA_API_KEY@@", "key.placeholder", "variable"},
	{"__KLYRA_API_KEY__", "key.placeholder", "variable"},
	{"!KLYRA_API_KEY!", "key.placeholder", "variable"},
	{"((klyra_api_key))", "key.placeholder", "variable"},
	{"env:KLYRA_API_KEY", "key.placeholder", "variable"},
	{"env.KLYRA_API_KEY", "key.placeholder", "variable"},
	{"${{ secrets.KLYRA }}", "key.whitespace key.placeholder", "variable"},
	{"{{ .Values.klyra.key }}", "key.whitespace key.placeholder", "variable"},
	{"!Ref KlyraKey", "key.whitespace key.placeholder", "variable"},
	{"ENC[AES256_GCM,data:abcd,iv:xx==,tag:xx==,type:str]", "key.placeholder", "still encrypted"},
	{"{cipher}00aabb11", "key.placeholder", "still encrypted"},
	{"vault:secret/data/klyra#key", "key.placeholder", "address of a secret"},
	{"secret://klyra", "key.placeholder", "address of a secret"},
	{"ssm:/prod/klyra", "key.placeholder", "address of a secret"},
	{"file:///run/secrets/klyra", "key.placeholder", "address of a secret"},
	{"@key.txt", "key.placeholder", "path of a file"},
	{"secrets/klyra.key", "key.placeholder", "path of a file"},
	{"cat key.txt", "key.whitespace key.placeholder", "a command"},
	{"curl -H 'Authorization: Bearer " + testKey + "' https://api.klyra.live", "key.whitespace key.placeholder", "a command"},
	{"cat: key.txt: No such file or directory", "key.whitespace key.placeholder", "the message of a program"},
	{"Error: secret not found", "key.whitespace key.placeholder", "the message of a program"},
	{"<!doctype html>", "key.whitespace key.placeholder", "a web page"},
	{"REDACTED", "key.placeholder", "taken out"},
	{"(sensitive value)", "key.whitespace key.placeholder", "taken out"},
	{"(known after apply)", "key.whitespace key.placeholder", "taken out"},
	{"string", "key.placeholder", "example"},
	{"fake-key", "key.placeholder", "example"},
	{"test_api_key", "key.placeholder", "example"},
	{"n/a", "key.placeholder", "not there"},
	{"%!s(<nil>)", "key.placeholder", "not there"},
	{"[object Promise]", "key.whitespace key.placeholder", ""},
	{"dapi0123456789abcdef0123456789abcdef", "key.foreign", "a Databricks token"},
	{"nvapi-abcdefgh", "key.foreign", "an NVIDIA key"},
	{"tvly-abcdefgh", "key.foreign", "a Tavily key"},
	{"lin_api_abcdefgh", "key.foreign", "a Linear key"},
	{"figd_abcdefgh", "key.foreign", "a Figma token"},
	{"ntn_abcdefgh", "key.foreign", "a Notion token"},
	{"sbp_abcdefgh", "key.foreign", "a Supabase token"},
	{"sq0atp-abcdefgh", "key.foreign", "a Square token"},
	{"ATATT3abcdefgh", "key.foreign", "an Atlassian token"},
	{"key-0123456789abcdef0123456789abcdef", "key.foreign", "a Mailgun key"},
	{"AC0123456789abcdef0123456789abcdef", "key.foreign", "a Twilio id"},
	{"org_2abcDEF345ghiJKL", "", ""}, // it may be a key: whether it is, the API says
	{"550e8400-e29b-41d4-a716-446655440000", "", ""},
	{testKey + "#prod", "", ""},
	{" 'Bearer \u200bklyra_abcdef'\n", "key.quotes key.scheme_doubled key.newline key.whitespace key.non_ascii", "character 10=U+200B"},
}

func TestKeyForm(t *testing.T) {
	for _, c := range keyFormCases {
		s := &scripted{none: "401 missing_api_key", key: "200 {}", fake: "200 {}"}
		r := Run(inTime(t), catalog.KeyCheck, keyTarget(s.start(t), c.key))
		var ids []string
		for _, f := range r.Findings {
			if strings.HasPrefix(f.ID, "key.") {
				ids = append(ids, f.ID)
			}
		}
		if c.ids == "" {
			if len(s.requests()) != 2 {
				t.Errorf("%q was not sent: %+v", c.key, r)
			}
			continue
		}
		if got := strings.Join(ids, " "); got != c.ids {
			t.Errorf("%q: %s, want %s", c.key, got, c.ids)
		}
		if s.sent() != "" {
			t.Errorf("%q: requests were sent: %q", c.key, s.sent())
		}
		if !strings.Contains(evidenceText(r), c.says) {
			t.Errorf("%q: evidence %q, want %q in it", c.key, evidenceText(r), c.says)
		}
		if want := map[bool]Status{true: Unknown, false: Fail}[c.ids == "key.missing"]; r.Status != want {
			t.Errorf("%q: %s, want %s", c.key, r.Status, want)
		}
	}
}

// What is odd about a key, and no proof of anything, is said once the API has refused it.
func TestARefusedKeyIsLookedAtAgain(t *testing.T) {
	for key, says := range map[string]string{
		testKey:                                "",
		"org_2abcDEF345ghiJKL":                 "it has the form of an id",
		"550e8400-e29b-41d4-a716-446655440000": "it has the form of a UUID",
		testKey + "#prod":                      `character 32 is "#", which tokens do not hold as a rule`,
		":" + testKey:                          `character 1 is ":"`,
		testKey + "!":                          `character 32 is "!"`,
		"klyra%5Flive%5F3fKq9ZbT":              `character 6 is "%"`,
		base64.StdEncoding.EncodeToString([]byte(testKey)):             "it is base64 of another text",
		base64.StdEncoding.EncodeToString([]byte(testKey + "\n")):      "it is base64 of another text",
		base64.StdEncoding.EncodeToString([]byte("Bearer " + testKey)): "it is base64 of another text",
		base64.StdEncoding.EncodeToString([]byte("user:" + testKey)):   "it is base64 of another text",
	} {
		s := &scripted{none: "401 missing_api_key", key: "401 invalid_api_key", fake: "401 invalid_api_key"}
		remedy := Run(inTime(t), catalog.KeyCheck, keyTarget(s.start(t), key)).Remedy()
		if !strings.Contains(remedy, says) || strings.Contains(remedy, "whether this is the key at all") != (says != "") {
			t.Errorf("%s: %s", key, remedy)
		}
	}
}

func TestAnEmptyKeyIsCalledEmpty(t *testing.T) {
	target := keyTarget(mustAPI(t, "http://127.0.0.1:1"), "")
	target.Keys = []Key{{Source: "file key.txt", FromFile: true}}
	if got := evidenceText(Run(inTime(t), catalog.KeyCheck, target)); !strings.Contains(got, "key=empty, from file key.txt") {
		t.Error(got)
	}
}

func TestKeyFromFile(t *testing.T) {
	for _, c := range []struct {
		key    string
		status Status
		sent   bool
	}{
		{testKey, Pass, true},
		{testKey + "\n", Warn, true},
		{testKey + "\r\n", Warn, true},
		{testKey + "\n\n", Fail, false},
		{"\n" + testKey + "\n", Fail, false},
		{testKey + " \n", Fail, false},
	} {
		s := &scripted{none: "401 missing_api_key", key: "200 {}", fake: "500"}
		target := keyTarget(s.start(t), c.key)
		target.Keys[0].FromFile = true
		r := Run(inTime(t), catalog.KeyCheck, target)
		if r.Status != c.status || (s.sent() == "none key") != c.sent {
			t.Errorf("%q: %s, sent %q; want %s", c.key, r.Status, s.sent(), c.status)
		}
		if c.status == Warn && (r.Findings[0].ID != "key.newline" || r.Findings[1].ID != "key.accepted") {
			t.Errorf("%q: findings %+v", c.key, r.Findings)
		}
	}
}

func TestKeySources(t *testing.T) {
	s := &scripted{none: "401 missing_api_key", key: "200 {}"}
	target := keyTarget(s.start(t), testKey)
	target.Keys = append(target.Keys,
		Key{Secret: safe.NewSecret("another-key-1234567890"), Source: "the paste"},
		Key{Secret: safe.NewSecret(testKey), Source: "typed"})
	got := evidenceText(Run(inTime(t), catalog.KeyCheck, target))
	for _, want := range []string{"from environment KLYRA_API_KEY", "not used=", "from the paste", "not used=the same key, from typed"} {
		if !strings.Contains(got, want) {
			t.Errorf("evidence %q, want %q in it", got, want)
		}
	}
	empty := keyTarget(target.API, "")
	if r := Run(inTime(t), catalog.KeyCheck, empty); !strings.Contains(r.Summary, "environment KLYRA_API_KEY is empty") {
		t.Errorf("an empty variable: %s", r.Summary)
	}
	if r := Run(inTime(t), catalog.KeyCheck, Target{API: target.API}); r.Findings[0].ID != "key.missing" || r.Status != Unknown {
		t.Errorf("no key at all: %+v", r)
	}
}

func FuzzKeyForm(f *testing.F) {
	for _, seed := range []string{testKey, "Bearer x", "''", "\"\xff", "${x}", "a\nb\n", "eyJ.e.e", "“"} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, key string, fromFile bool) {
		form := inspectKey(Key{Secret: safe.NewSecret(key), FromFile: fromFile})
		held := slices.ContainsFunc(form.findings, func(f Finding) bool { return f.Status != Warn })
		if form.sendable.Empty() != held {
			t.Errorf("%q: %+v", key, form)
		}
		if strings.ContainsAny(form.sendable.Reveal(), "\r\n\t \x00") {
			t.Errorf("%q would be sent", form.sendable.Reveal())
		}
		for _, finding := range form.findings {
			if len(finding.Evidence) > 2*len(key)+1 {
				t.Errorf("%q: %d pieces of evidence", key, len(finding.Evidence))
			}
		}
	})
}

// Where junk stands decides what it comes from: the summaries say whether it is before, behind or within the key.
func TestKeyFormSaysWhere(t *testing.T) {
	for key, want := range map[string]string{
		testKey + "\n":             "the key ends with a line break, so it was not sent",
		testKey + "\r\n\r\n":       "the key ends with a line break, so it was not sent",
		"\n" + testKey:             "the key begins with a line break, so it was not sent",
		"\n" + testKey + "\n":      "the key has a line break in it, so it was not sent",
		"abcd\nefgh":               "the key has a line break in it, so it was not sent",
		" " + testKey:              "the key begins with a blank, so it was not sent",
		testKey + "  ":             "the key ends with a blank, so it was not sent",
		"abcd efgh":                "the key has blanks in it, so it was not sent",
		"\ufeff" + testKey:         "a byte order mark stands before the key, so it was not sent",
		testKey + "\u200b":         "the key holds characters that no header can carry safely, so it was not sent",
		"klyra\u2014abcdef":        "the key holds characters that no header can carry safely, so it was not sent",
		"klyra_\x00abc":            "the key holds control characters, so it was not sent",
		`"` + testKey + `"`:        "the key stands in quotes that became part of it, so it was not sent",
		"Bearer " + testKey:        "the key has more than the key in it, so it was not sent",
		"YOUR_API_KEY":             "this is a placeholder and not a key, so it was not sent",
		"klyra_...cdef":            "this is the masked view of a key and not the key, so it was not sent",
		"sk-ant-api03-abcdefgh":    "this looks like a key of another service, so it was not sent",
		testKey + "," + testKey:    "this is more than one key, so it was not sent",
		testKey + " \n":            "the key ends with a line break, so it was not sent",
		"xoxb-1234\u00a0-abcdefgh": "the key has blanks in it, so it was not sent",
	} {
		f := inspectKey(Key{Secret: safe.NewSecret(key)}).findings[0]
		if f.Summary != want || f.Remedy == "" {
			t.Errorf("%q: %q (%q), want %q", key, f.Summary, f.Remedy, want)
		}
	}
}
