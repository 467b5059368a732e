package paste

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// plantings are places where a key stands in real pastes; K3Y is the key.
var plantings = []string{
	"Authorization: Bearer K3Y\n",
	`{"error":{"code":"invalid_api_key","message":"The key K3Y is invalid","type":"authentication_error","param":"K3Y","request_id":"req_K3Y"},"authorization":"Bearer K3Y"}`,
	"curl -H 'Authorization: Bearer K3Y' 'https://api.klyra.live/v1/x?api_key=K3Y&sig=K3Y' -d '{\"url\":\"https://u:K3Y@h/?token=K3Y\"}' -b 'session=K3Y' -u me:K3Y\n",
	"> POST /K3Y HTTP/1.1\n> Host: h\n> X-Api-Key: K3Y\n>\n",
	`{"request":{"method":"POST","url":"https://h/K3Y","headers":[{"name":"X-Api-Key","value":"K3Y"}]}}`,
	"'Authorization': 'Bearer K3Y', code: 'K3Y'",
	`{"error":{"code":"K3Y","message":"m","type":"K3Y"},"headers":{"authorization":"K3Y"}}`,
	"Cookie: a=K3Y; b=K3Y\r\n",
	"-----BEGIN PRIVATE KEY-----\nK3Y\n-----END PRIVATE KEY-----",
}

func FuzzDiagnose(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(pastes, "*.txt"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no pastes: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data), uint64(len(data)), 0)
	}
	for _, hard := range []string{
		"", "{", "\"", "\\", "{\"error\":", "\xff\xfe{\x00", "\xfe\xff\x00{\xd8", "\x1b", "\x1b]", "\ufeff", "{'error':{'code':'",
		"curl '", "curl -d", "curl ^\"", "> POST / HTTP/1.1", "code=timeout", "\\\\\\\"code\\\\\\\":", "&quot;code&quot;:&quot;",
		"POST / HTTP/1.1\nA: b\n\n", "fetch(\"https://h\",{headers:{", "\"\"code\"\":\"\"timeout\"\"",
	} {
		for i := range plantings {
			f.Add(hard, uint64(i), i)
		}
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64, place int) {
		random := rand.New(rand.NewPCG(seed, 2))
		key := plantable(random)
		planted := strings.ReplaceAll(plantings[(place%len(plantings)+len(plantings))%len(plantings)], "K3Y", key)
		at := random.IntN(len(text) + 1)
		for _, given := range []string{text, text + "\n" + planted, text[:at] + "\n" + planted + text[at:]} {
			begin := time.Now()
			d := Diagnose(given)
			if took := time.Since(begin); took > 2*time.Second {
				t.Fatalf("%v for %d bytes", took, len(given))
			}
			checkSound(t, given, d)
			if given != text {
				checkSecret(t, reflect.ValueOf(d), key, "Diagnosis")
			}
		}
	})
}

func plantable(random *rand.Rand) string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"
	b := make([]byte, 24+random.IntN(20))
	for i := range b {
		b[i] = letters[random.IntN(len(letters))]
	}
	return string(b)
}

// checkSecret demands that no 8 bytes of key stand in a string of v, but in a Secret.
func checkSecret(t *testing.T, v reflect.Value, key, path string) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		for i := 0; i+8 <= len(key); i++ {
			if strings.Contains(v.String(), key[i:i+8]) {
				t.Fatalf("%s holds the key %s: %q", path, key, v.String())
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			checkSecret(t, v.Elem(), key, path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			checkSecret(t, v.Index(i), key, path)
		}
	case reflect.Struct:
		if v.Type().Name() == "Secret" || v.Type().Name() == "Time" {
			return
		}
		for i := range v.NumField() {
			checkSecret(t, v.Field(i), key, path+"."+v.Type().Field(i).Name)
		}
	}
}

// FuzzRequests reads commands and raw requests: every span inside the text and in order.
func FuzzRequests(f *testing.F) {
	for _, seed := range []string{
		"curl https://h -d '{\"a\":\"it'\\''s\"}' -H \"A: \\\"b\\\"\"", "curl ^\"https://h^\" ^\n -d ^\"^{^\\^\"a^\\^\":1^}^\"",
		"curl `\n -H \"a`\"b\" https://h", "curl $'https://h\\u0021' -XPOST --json @f", "POST / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
		"> GET /a HTTP/2\n> a: b\n>\n", "fetch('https://h', {headers: {a: 'b'}, body: {", "curl 'https://h' -d \\", "curl -d '\xff' $",
		"Invoke-RestMethod -Uri \"https://h\" -Body (\"{`\"\") -Headers @{ \"a\"=\"b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, b := range bodies(requests(text)) {
			if b.Start < end || b.End <= b.Start || b.End > len(text) {
				t.Fatalf("body %v after %d in %d bytes", b, end, len(text))
			}
			end = b.End
		}
		command := "curl https://api.klyra.live/v1/x " + text
		checkSound(t, command, Diagnose(command))
	})
}
