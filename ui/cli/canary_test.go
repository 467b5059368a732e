//go:build !windows

package cli_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"klyra-doctor/catalog"
)

// canary is a key that shares no eight bytes with the program's own words.
const canary = "Xk7Qm2Vz9Rw4Tb6Yh1Lp8Nc3"

// leakyServer repeats the key that it was sent, wherever it can.
type leakyServer struct {
	name   string
	status int
	header map[string]string
	body   string
}

// The key stands for %s, another server's address for %[2]s.
var leakyServers = []leakyServer{
	{
		"an error", http.StatusTooManyRequests,
		map[string]string{"Content-Type": "application/json", "X-Request-Id": "%[1]s", "Cf-Ray": "%[1]s", "Retry-After": "%[1]s", "X-Ratelimit-Limit": "%[1]s", "X-Ratelimit-Reset": "%[1]s"},
		`{"error":{"code":"%[1]s","message":"no such key: %[1]s","type":"%[1]s","param":"%[1]s","request_id":"req_%[1]s"}}`,
	},
	{
		"a known error", http.StatusUnauthorized,
		map[string]string{"Content-Type": "application/json", "Www-Authenticate": `Bearer %[1]s, error="%[1]s", error_description="%[1]s"`, "X-Error-Code": "%[1]s", "RateLimit": "%[1]s"},
		`{"error":{"code":"invalid_api_key","message":"no such key: Bearer %[1]s","type":"authentication_error","param":"%[1]s","request_id":"%[1]s"}}`,
	},
	{"a success", http.StatusOK, map[string]string{"Content-Type": "application/%[1]s", "X-Request-Id": "%[1]s"}, `{"your_key":"%[1]s"}`},
	{"a page", http.StatusForbidden, map[string]string{"Content-Type": "text/html", "Server": "%[1]s", "Cf-Mitigated": "%[1]s"}, `<!doctype html><title>%[1]s</title><Code>%[1]s</Code>`},
	{"a page in place of a file", http.StatusOK, map[string]string{"Content-Type": "text/html", "Content-Encoding": "%[1]s"}, `<!doctype html><title>%[1]s</title>`},
	{"a redirect elsewhere", http.StatusTemporaryRedirect, map[string]string{"Location": "%[2]s/x?key=x"}, ""},
	{"a redirect that shows the key", http.StatusFound, map[string]string{"Location": "http://%[1]s:%[1]s@127.0.0.1:1/%[1]s?key=%[1]s"}, ""},
	{"a redirect to nowhere", http.StatusFound, map[string]string{"Location": "https://[%[1]s"}, ""},
}

// start starts the server, which sends those that follow its redirects to elsewhere.
func (s leakyServer) start(t *testing.T, elsewhere string) string {
	t.Helper()
	filled := func(text string) string {
		return strings.NewReplacer("%[1]s", canary, "%[2]s", elsewhere).Replace(text)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range s.header {
			w.Header().Set(name, filled(value))
		}
		w.WriteHeader(s.status)
		fmt.Fprint(w, filled(s.body))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// stranger is a server that must not see the key.
func stranger(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen, err := httputil.DumpRequest(r, true)
		if err != nil {
			t.Error(err)
		}
		holdsNoKey(t, "a request to another server", string(seen))
		if r.Header.Get("Authorization") != "" {
			t.Errorf("another server was sent %s", seen)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// leakyPastes are ways in which the key stands in what people paste: %[1]s is the key, %[2]s the API.
var leakyPastes = map[string]string{
	"transcript.txt": "> POST /v1/moderate?token=%[1]s HTTP/2\n> Authorization: Bearer %[1]s\n> X-Api-Key: %[1]s\n\n" +
		"< HTTP/2 401\n{\"error\":{\"code\":\"invalid_api_key\",\"message\":\"no such key: %[1]s\",\"request_id\":\"req_%[1]s\"}}",
	"curl.txt":    "$ curl -X POST %[2]s/v1/moderate -H 'Authorization: Bearer %[1]s' -d '{\"image_url\":\"https://%[1]s@127.0.0.1:1/a.png?sig=%[1]s\"}'\n{\"error\":{\"code\":\"content_download_failed\",\"message\":\"%[1]s\"}}",
	"python.txt":  "Traceback (most recent call last):\n  File \"x.py\", line 3\n    KlyraClient(api_key=\"%[1]s\")\nklyra.AuthError: Error code: 401 - {'error': {'code': 'expired_api_key', 'message': 'key %[1]s', 'request_id': '%[1]s'}}",
	"app.log":     "2026-11-23T09:14:05Z ERROR key=%[1]s {\"error\":{\"code\":\"rate_limit_exceeded\",\"request_id\":\"req_%[1]s\",\"message\":\"%[1]s\"}}",
	"unknown.txt": "{\"error\":{\"code\":\"%[1]s\",\"message\":\"Bearer %[1]s\",\"type\":\"%[1]s\",\"request_id\":\"req_7\"}}",
	"gateway.txt": "HTTP/1.1 502 Bad Gateway\nServer: cloudflare\nCf-Ray: %[1]s\nAuthorization: Bearer %[1]s\n\n<title>%[1]s | 502: Bad gateway</title>",
	"content.txt": "some words, and %[1]s among them",
	"broken.json": "{\"text\": \"%[1]s\", \"api_key\": \"%[1]s\", }",
	"key.txt":     "%[1]s\n",
	"badkey.txt":  "Bearer %[1]s\n\n",
	"har.json":    `{"request":{"method":"POST","url":"%[2]s/v1/x","headers":[{"name":"authorization","value":"Bearer %[1]s"}],"postData":{"text":"{\"k\":\"%[1]s\"}"}},"response":{"content":{"text":"{\"error\":{\"code\":\"timeout\"}}"}}}`,
	"limits.txt":  "curl -u %[1]s: -x http://u:%[1]s@127.0.0.1:1 %[2]s/v1/x\nHTTP/1.1 429 x\nRetry-After: %[1]s\nRateLimit-Reset: %[1]s\n\n{\"error\":{\"code\":\"rate_limit_exceeded\",\"reset_at\":\"%[1]s\"}}",
	"settings":    "KLYRA_API_KEY=\"%[1]s\" # of production\nOTHER=1\n",
	"wrapped.txt": "[\"%[1]s\"]",
}

// TestTheKeyShowsNowhere runs every command with a known key against servers that repeat it, and looks for any
// eight bytes of it in all that is printed and written. Nor does any server see it but the API.
func TestTheKeyShowsNowhere(t *testing.T) {
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := stranger(t)
	ran := map[string]bool{}
	for _, server := range leakyServers {
		t.Run(server.name, func(t *testing.T) {
			api, dir := server.start(t, elsewhere), t.TempDir()
			writePastes(t, dir, api)
			for _, args := range append(liveCommands(api), fixCommands(api)...) {
				ran[args[0]] = true
				for ending, format := range map[string][]string{".md": {"--color", "always"}, ".json": {"--json"}} {
					given := slices.Concat([]string{"--api-url", api, "--timeout", "5s"}, format, args)
					if slices.Contains(args, "--report") {
						given[len(given)-1] += ending
					}
					out, _ := run(t, bin, dir, given)
					if out == "" {
						t.Errorf("%v printed nothing", args)
					}
					holdsNoKey(t, strings.Join(args, " "), out)
				}
			}
			reportsHoldNoKey(t, dir)
		})
	}
	for _, args := range offlineCommands {
		ran[args[0]] = true
		out, _ := run(t, bin, t.TempDir(), args)
		holdsNoKey(t, strings.Join(args, " "), out)
	}
	help, _ := run(t, bin, t.TempDir(), []string{"--help"})
	for _, line := range regexp.MustCompile(`(?m)^  ([a-z]+)  +[A-Z]`).FindAllStringSubmatch(help, -1) {
		if !ran[line[1]] {
			t.Errorf("the command %s was not run", line[1])
		}
	}
}

func writePastes(t *testing.T, dir, api string) {
	t.Helper()
	for name, text := range leakyPastes {
		text = strings.NewReplacer("%[1]s", canary, "%[2]s", api).Replace(text)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	encoded := base64.StdEncoding.EncodeToString([]byte("some words, and " + canary))
	if err := os.WriteFile(filepath.Join(dir, "encoded.txt"), []byte(encoded), 0o600); err != nil {
		t.Fatal(err)
	}
}

// liveCommands are commands that read or send the key, or show what came back for it.
func liveCommands(api string) [][]string {
	commands := [][]string{
		{"check", "key"},
		{"check", "key", "--path", "/v1/moderate?key=" + canary},
		{"check", "key", "--key-file", "key.txt", "--request", "transcript.txt"},
		{"check", "key", "--key-file", "badkey.txt", "--request", "curl.txt"},
		{"check", "key", "--key-file", "settings"},
		{"check", "key", "--key-file", "wrapped.txt"},
		{"check", "key", "--key-file", "har.json"},
		{"check", "limits", "limits.txt"},
		{"check", "limits"},
		{"check", "limits", "transcript.txt"},
		{"check", "service"},
		{"check", "url", api + "/" + canary + "?key=" + canary, "--deep"},
		{"check", "url", "http://" + canary + ":" + canary + "@127.0.0.1:1/?token=" + canary},
		{"check", "url", "https://127.0.0.1:1/" + canary + "#" + canary},
		{"check", "content", "content.txt"},
		{"check", "content", "broken.json"},
		{"check", "content", "encoded.txt", "--base64"},
		{"check", "content", "--text", canary, "--type", "image/" + canary},
		{"check", "content", "content.txt", "--chunk", canary},
		{"check", "content", "content.txt", "--clean", canary + ".txt"},
		{"check", "content", "--text", canary, "--shrink", canary + ".jpg"},
		{"check", "content", "encoded.txt", "--base64", "--decode", canary + ".bin"},
		{"check", "key", "--snippet", "curl"},
		{"check", "limits", "--snippet", "python"},
	}
	for name := range leakyPastes {
		commands = append(commands, []string{"diagnose", name}, []string{"scan", name})
	}
	return commands
}

// fixCommands run the checklists of all codes and of all pastes, and write their reports.
func fixCommands(api string) [][]string {
	var commands [][]string
	for _, e := range catalog.All() {
		commands = append(commands, []string{
			"fix", string(e.Code), "--from", "transcript.txt", "--url", api + "/?key=" + canary, "--content", "content.txt",
			"--report", "report-" + string(e.Code), // and an ending
		})
	}
	for name := range leakyPastes {
		commands = append(commands, []string{"fix", "--from", name})
	}
	return commands
}

// offlineCommands have nothing to do with the key, but for being given it by mistake. Under the sandbox it is not used,
// and must not show all the same.
var offlineCommands = [][]string{
	{"list"},
	{"explain", "invalid_api_key"},
	{"search", "key"},
	{"version"},
	{"help"},
	{"completion", "bash"},
	{"man"},
	{"sandbox", "--list"},
	{"sandbox", "--addr", canary},
	{"check", "service", "--timeout", canary},
	{"check", "service", "--api-url", "https://" + canary + "@api.klyra.live"},
	{"check", "service", "--api-url", "https://api.klyra.live/?key=" + canary},
	{"check", "service", "--color", canary},
	{"check", "key", "--key-file", canary},
	{"check", "key", "--" + canary},
	{"check", "url", canary},
	{"check", "url", "/x", "--expect", canary},
	{"check", "key", "--sandbox", "--path", "/" + canary},
	{"check", "url", "--sandbox", "/" + canary},
	{"check", "url", "--sandbox", "http://127.0.0.1:1/x?foo=" + canary, "--json"},
	{"check", "content", "--sandbox", "--text", canary, "--type", "image/" + canary},
	{"check", "limits", "--sandbox", "--strict", "--ascii", "--path", "/" + canary},
	{"fix", "invalid_url", "--sandbox", "--url", "/" + canary, "--json"},
	{"diagnose", canary},
	{"scan", canary},
	{"fix", "timeout", "--report", canary + "/x.md"},
	{"fix", "timeout", "--content", canary},
}

// reportsHoldNoKey looks into the reports that were written, of both formats.
func reportsHoldNoKey(t *testing.T, dir string) {
	t.Helper()
	reports, err := filepath.Glob(filepath.Join(dir, "report-*"))
	if want := 2 * len(catalog.All()); err != nil || len(reports) != want {
		t.Errorf("%d reports were written, want %d (%v)", len(reports), want, err)
	}
	for _, report := range reports {
		text, err := os.ReadFile(report)
		if err != nil {
			t.Fatal(err)
		}
		holdsNoKey(t, filepath.Base(report), string(text))
	}
}

// run runs the program once with the canary as its key, and returns all that it prints.
func run(t *testing.T, bin, dir string, args []string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, args...)
	cmd.Dir = dir
	cmd.Env = []string{"KLYRA_API_KEY=" + canary, "HOME=" + dir, "LANG=C.UTF-8"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func holdsNoKey(t *testing.T, where, text string) {
	t.Helper()
	for i := range len(canary) - 7 {
		if at := strings.Index(text, canary[i:i+8]); at >= 0 {
			t.Errorf("%s: a part of the key shows: …%s…", where, text[max(0, at-60):min(len(text), at+60)])
			return
		}
	}
}

// TestForeignNamesAreNotPrintedRaw: what a terminal acts on may stand in file names and arguments.
func TestForeignNamesAreNotPrintedRaw(t *testing.T) {
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	const evil = "a\x1b]0;title\x07\u009b31m\u202e"
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, evil), []byte(`{"error":{"code":"timeout"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"diagnose", evil, evil},
		{"diagnose", "--json", evil, evil},
		{"diagnose", evil + "none"},
		{"check", "content", evil},
		{"check", "url", "https://" + evil},
		{"check", "key", evil},
		{"check", "key", "--path", evil},
		{"explain", evil},
		{"explain", evil, "--json"},
		{"search", evil},
		{"search", evil, "--json"},
		{"fix", evil},
		{"fix", evil, "--json"},
		{evil},
		{"--color", evil},
		{"--api-url", evil, "check", "service"},
	} {
		out, _ := run(t, bin, dir, args)
		if out == "" || strings.ContainsAny(out, "\x1b\x07\u009b\u202e") {
			t.Errorf("%q printed %q", args, out)
		}
	}
}

// TestAWordThatIsTheKeyIsNotRepeated: somebody who gives the key as an argument must not find it in the log too.
func TestAWordThatIsTheKeyIsNotRepeated(t *testing.T) {
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"check", "key", canary},
		{canary},
		{"search", canary},
		{"explain", canary, "--json"},
		{"check", "key", "--path", canary},
		{"check", "content", canary},
		{"fix", canary},
	} {
		out, _ := run(t, bin, t.TempDir(), args)
		holdsNoKey(t, strings.Join(args[:len(args)-1], " "), out)
	}
}

// TestTheTimeOfACheckIsBounded: a server that never answers ends as could not tell.
func TestTheTimeOfACheckIsBounded(t *testing.T) {
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	out, err := run(t, bin, t.TempDir(), []string{"check", "service", "--timeout", "300ms", "--json", "--api-url", "http://" + silent.Addr().String()})
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 4 || !strings.Contains(out, `"exit_code": 4`) {
		t.Errorf("%v: %s", err, out)
	}
}
