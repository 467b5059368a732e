package safe

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzRedact plants a random key in every form between two texts.
func FuzzRedact(f *testing.F) {
	f.Add(uint64(1), "Authorization: Bearer ", "\n")
	f.Add(uint64(2), `{"a":"`, `"}`)
	f.Add(uint64(3), "https://u:", "@host/?sig=1")
	f.Add(uint64(4), "[secret]", "[secret]")
	f.Add(uint64(5), "\xff://", "token=\"")
	f.Fuzz(func(t *testing.T, seed uint64, before, after string) {
		random := rand.New(rand.NewPCG(seed, 1))
		key := randomKey(random, longForm+random.IntN(52))
		r := NewRedactor(NewSecret(key))
		for _, form := range encodings(key, before) {
			got := r.Redact(before + form + after)
			for i := 0; i+8 <= len(form); i++ {
				if w := form[i : i+8]; strings.Contains(got, w) && !strings.Contains(before+"\x00"+after+"\x00"+Mask, w) {
					t.Fatalf("%q survives in %q", w, got)
				}
			}
		}
	})
}

// randomKey mixes in characters that encoders treat specially.
func randomKey(random *rand.Rand, n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=\"\\<&% é"
	runes := []rune(letters)
	var b strings.Builder
	for b.Len() < n {
		b.WriteRune(runes[random.IntN(len(runes))])
	}
	return strings.TrimSpace(b.String()) + "0"
}

func encodings(key, before string) []string {
	quoted, _ := json.Marshal(key)
	twice, _ := json.Marshal(string(quoted))
	bare := strings.Trim(string(twice), `"`)
	inBasic := base64.StdEncoding.EncodeToString([]byte("user:" + key))
	return []string{
		key, key[:12], key[len(key)/2:], url.QueryEscape(key), url.PathEscape(key), hex.EncodeToString([]byte(key)),
		strings.Trim(string(quoted), `"`), strings.TrimSuffix(strings.TrimPrefix(bare, `\"`), `\"`),
		base64.StdEncoding.EncodeToString([]byte(key)), base64.URLEncoding.EncodeToString([]byte(key)), inBasic[8 : len(inBasic)-4],
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "plain\n\ttext", "\x1b[0m\u202e\U000e0001\xff", "é世👍", "\\u001b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Escape(text)
		if !utf8.ValidString(got) {
			t.Fatalf("invalid UTF-8 in %q", got)
		}
		for _, r := range got {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)) {
				t.Fatalf("%U in %q", r, got)
			}
		}
		if again := Escape(got); again != got {
			t.Fatalf("escaping twice: %q became %q", got, again)
		}
		if line := EscapeLine(text); strings.ContainsAny(line, "\n\t") || EscapeLine(line) != line {
			t.Fatalf("not one line: %q", line)
		}
	})
}

func BenchmarkRedact(b *testing.B) {
	text := strings.Repeat(`{"level":"info","msg":"moderated","item":"i_123","took_ms":12,"ok":true}`+"\n", 70_000)
	r := NewRedactor(NewSecret(key))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r.Redact(text)
	}
}

func BenchmarkEscape(b *testing.B) {
	text := strings.Repeat("ordinary text with nothing to hide\n", 100_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Escape(text)
	}
}
