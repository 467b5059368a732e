package safe

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const key = "kly_9aK2mQ7xW4zL8vR3tB6n"

func TestSecretNeverPrintsItself(t *testing.T) {
	s := NewSecret(key)
	nested := struct {
		hidden Secret
		Shown  *Secret
		many   map[string]Secret
	}{s, &s, map[string]Secret{"a": s}}
	var out bytes.Buffer
	for _, v := range []any{s, &s, nested, &nested, []Secret{s}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T", "%30s"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v)
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if i := leak(out.String(), key); i >= 0 {
		t.Errorf("8 bytes of the key stand in the output at %d: %q", i, out.String()[max(0, i-40):i+20])
	}
	if !strings.Contains(out.String(), "kly_…tB6n") {
		t.Errorf("no fingerprint in %q", out.String())
	}
}

// A key that is kept in base64 may be handed on as what it stands for.
func TestRedactWhatASecretIsBase64Of(t *testing.T) {
	for _, wrapped := range []string{key, key + "\n", "Bearer " + key} {
		r := NewRedactor(NewSecret(base64.StdEncoding.EncodeToString([]byte(wrapped))))
		if got := r.Redact("no such key: " + key); leak(got, key) >= 0 {
			t.Errorf("%q: %s", wrapped, got)
		}
	}
	if got := NewRedactor(NewSecret("abcdefghijklmnopqrstuvwx")).Redact("plain words"); got != "plain words" {
		t.Error(got)
	}
}

func TestSecretFingerprint(t *testing.T) {
	for value, want := range map[string]string{
		"": "", "x": "(1 character)", "nineteen characters": "(19 characters)", "twenty characters ok": "twen…s ok",
		"\x1b[2Jabcdefghijklmnop\u202e": `\u001b[2J…nop\u202e`,
	} {
		if got := NewSecret(value).String(); got != want {
			t.Errorf("fingerprint of %q: %q, want %q", value, got, want)
		}
	}
	if NewSecret("a"+key) != NewSecret(strings.Clone("a"+key)) || NewSecret("") != (Secret{}) || !(Secret{}).Empty() {
		t.Error("equal values are not equal Secrets")
	}
}

// leak returns where an 8-byte window of key stands in text, or -1.
func leak(text, key string) int {
	for i := 0; i+8 <= len(key); i++ {
		if at := strings.Index(text, key[i:i+8]); at >= 0 {
			return at
		}
	}
	return -1
}

func TestRedactByPattern(t *testing.T) {
	for text, want := range map[string]string{
		"":                                                            "",
		"plain words: nothing = secret":                               "plain words: nothing = secret",
		"Authorization: Bearer " + key:                                "Authorization: Bearer [secret]",
		"authorization: bearer Bearer abc":                            "authorization: bearer Bearer [secret]",
		"Authorization: Bearer <key>":                                 "Authorization: Bearer <key>",
		"Authorization: Bearer $KLYRA_API_KEY":                        "Authorization: Bearer $KLYRA_API_KEY",
		"Authorization: Bearer YOUR_API_KEY":                          "Authorization: Bearer YOUR_API_KEY",
		"Authorization: Bearer [secret]":                              "Authorization: Bearer [secret]",
		"Authorization: 'Bearer " + key + "',":                        "Authorization: 'Bearer [secret]',",
		`{\"Authorization\":\"Bearer abc123\"}`:                       `{\"Authorization\":\"Bearer [secret]\"}`,
		`"Authorization":"Bearer abc123"`:                             `"Authorization":"Bearer [secret]"`,
		`:authorization=>"Bearer abc123"`:                             `:authorization=>"Bearer [secret]"`,
		"[\"Authorization\"]=>\n  string(6) \"abc123\"":               "[\"Authorization\"]=>\n  string(6) \"[secret]\"",
		"map[Authorization:[Bearer abc123] X:1]":                      "map[Authorization:[Bearer [secret]] X:1]",
		"the bearer token is missing":                                 "the bearer token is missing",
		"sent Bearer 12345678901234567890 to it":                      "sent Bearer [secret] to it",
		"api_key=abc&x=1":                                             "api_key=[secret]&x=1",
		"KLYRA_API_KEY='two words'":                                   "KLYRA_API_KEY='[secret]'",
		"X-Api-Key: 12345\r\nHost: a":                                 "X-Api-Key: [secret]\r\nHost: a",
		"code=invalid_api_key: The API key":                           "code=invalid_api_key: The API key",
		"missing_api_key: You must send a key":                        "missing_api_key: You must send a key",
		"Cookie: a=b; c=d\nnext":                                      "Cookie: [secret]\nnext",
		"-H 'Cookie: a=b; c=d' -H 'A: b'":                             "-H 'Cookie: [secret]' -H 'A: b'",
		"https://u:hunter2@h.example/p":                               "https://u:[secret]@h.example/p",
		"https://h.example/p?a=1&sig=zz%2Fz&b=2":                      "https://h.example/p?a=1&sig=[secret]&b=2",
		"?X-Amz-Signature=0a0b&X-Amz-Expires=300":                     "?X-Amz-Signature=[secret]&X-Amz-Expires=300",
		"curl -u me:hunter2 https://h.example":                        "curl -u me:[secret] https://h.example",
		"sk-proj-abcdefghijklmnop is a key":                           "[secret] is a key",
		"task-sk-1":                                                   "task-sk-1",
		"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-1":             "jwt [secret]",
		"-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----": "-----BEGIN PRIVATE KEY-----[secret]-----END PRIVATE KEY-----",
		"Unexpected token: {":                                         "Unexpected token: {",
		"'type': 'tokens', 'code': 429":                               "'type': 'tokens', 'code': 429",
		`{"name":"X-Api-Key","value":"abc"}`:                          `{"name":"X-Api-Key","value":"[secret]"}`,
		`{\"name\": \"Cookie\",\n \"value\": \"a=b; c\"}`:             `{\"name\": \"Cookie\",\n \"value\": \"[secret]\"}`,
		"{name: 'Authorization', value: 'Bearer abc'}":                "{name: 'Authorization', value: 'Bearer [secret]'}",
		`{"name":"Accept","value":"text/html"}`:                       `{"name":"Accept","value":"text/html"}`,
		`the password, value: none of it`:                             `the password, value: none of it`,
		"password: null, secret: undefined":                           "password: null, secret: undefined",
	} {
		var none *Redactor
		got := none.Redact(text)
		if got != want {
			t.Errorf("Redact(%q)\n got %q\nwant %q", text, got, want)
		}
		if again := none.Redact(got); again != got {
			t.Errorf("Redact twice: %q became %q", got, again)
		}
	}
}

func TestRedactKnown(t *testing.T) {
	for _, c := range []struct{ secret, text, want string }{
		{"", "nothing", "nothing"},
		{"abc", "abc abcd xabc (abc) abc", "[secret] abcd xabc ([secret]) [secret]"},
		{"hunter2hunter2", "a hunter2hunter2b", "a [secret]b"},
		{" hunter2hunter2\n", "a hunter2hunter2 b", "a [secret] b"},
		{"pass word/1+2", "q=pass+word%2F1%2B2", "q=[secret]"},
		{"pass word/1+2", "q=pass%20word%2f1+2", "q=[secret]"},
		{`pa"ss\word`, `{"k":"pa\"ss\\word"}`, `{"k":"[secret]"}`},
		{"pässwörter", `{"k":"p\u00e4ssw\u00f6rter"}`, `{"k":"[secret]"}`},
		{key, "cut " + key[:12] + "\n" + key[12:] + " wrapped", "cut [secret]\n[secret] wrapped"},
	} {
		if got := NewRedactor(NewSecret(c.secret)).Redact(c.text); got != c.want {
			t.Errorf("Redact(%q) knowing %q\n got %q\nwant %q", c.text, c.secret, got, c.want)
		}
	}
}

func TestSeen(t *testing.T) {
	got := Seen("Authorization: Bearer aaaa1111\napi_key=bbbb2222 and Bearer aaaa1111")
	if len(got) != 2 || got[0].Reveal() != "aaaa1111" || got[1].Reveal() != "bbbb2222" {
		t.Errorf("Seen: %d secrets", len(got))
	}
}

func TestEscape(t *testing.T) {
	for _, c := range []struct{ text, many, one string }{
		{"", "", ""},
		{"Grüße, 世界 — ok 👍🏽", "Grüße, 世界 — ok 👍🏽", "Grüße, 世界 — ok 👍🏽"},
		{"a\tb\nc", "a\tb\nc", `a\u0009b\u000ac`},
		{"\x1b[31mred\x07\x7f\r", `\u001b[31mred\u0007\u007f\u000d`, `\u001b[31mred\u0007\u007f\u000d`},
		{"\u009b2J\u202egnp\u200b\u2028\ue000", `\u009b2J\u202egnp\u200b\u2028\ue000`, `\u009b2J\u202egnp\u200b\u2028\ue000`},
		{"tag \U000e0001", `tag \u{E0001}`, `tag \u{E0001}`},
		{"bad \xff\xc3(", `bad \xff\xc3(`, `bad \xff\xc3(`},
		{"real \ufffd", "real \ufffd", "real \ufffd"},
	} {
		if got := Escape(c.text); got != c.many {
			t.Errorf("Escape(%q) = %q, want %q", c.text, got, c.many)
		}
		if got := EscapeLine(c.text); got != c.one {
			t.Errorf("EscapeLine(%q) = %q, want %q", c.text, got, c.one)
		}
	}
}

func TestASCII(t *testing.T) {
	const text = "“You’ve” – 4 × 5… → naïve"
	if got, want := ASCII(text), `"You've" - 4 x 5~ > naïve`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
