//go:build !windows

package cli_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"klyra-doctor/catalog"
)

// canary is a key that shares no eight bytes with the program's own words.
const canary = "Xk7Qm2Vz9Rw4Tb6Yh1Lp8Nc3"

// echo answers every request with an error that repeats the key wherever it can.
func echo(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", canary)
		w.Header().Set("Cf-Ray", canary)
		w.Header().Set("Retry-After", canary)
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprintf(w, `{"error":{"code":"%s","message":"no such key: %[1]s","type":"%[1]s","param":"%[1]s","request_id":"req_%[1]s"}}`, canary)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestTheKeyShowsNowhere runs every command with a known key against a server that repeats it, and looks for
// any eight bytes of it in all that is printed and written.
func TestTheKeyShowsNowhere(t *testing.T) {
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	api, dir := echo(t), t.TempDir()
	pasted := fmt.Sprintf("> POST /v1/moderate?token=%[1]s HTTP/2\n> Authorization: Bearer %[1]s\n> X-Api-Key: %[1]s\n\n"+
		`< HTTP/2 401`+"\n"+`{"error":{"code":"invalid_api_key","message":"no such key: %[1]s","request_id":"req_%[1]s"}}`, canary)
	paste := filepath.Join(dir, "paste.txt")
	keyFile := filepath.Join(dir, "key.txt")
	for path, text := range map[string]string{paste: pasted, keyFile: canary + "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	commands := [][]string{
		{"diagnose", paste},
		{"scan", paste},
		{"check", "key"},
		{"check", "key", "--key-file", keyFile, "--request", paste},
		{"check", "limits"},
		{"check", "limits", paste},
		{"check", "service"},
		{"check", "url", api + "/" + canary + "?key=" + canary},
		{"fix", "--from", paste},
	}
	for _, e := range catalog.All() {
		commands = append(commands, []string{"fix", string(e.Code), "--from", paste, "--url", api, "--text", canary, "--report", filepath.Join(dir, string(e.Code)+".md")})
	}
	for _, args := range commands {
		for _, format := range [][]string{nil, {"--json"}} {
			args := append(append([]string{"--api-url", api}, args...), format...)
			if format != nil && strings.HasSuffix(args[len(args)-2], ".md") {
				args[len(args)-2] = strings.TrimSuffix(args[len(args)-2], ".md") + ".json"
			}
			out, _ := run(t, bin, dir, args)
			if len(out) == 0 {
				t.Errorf("%v printed nothing", args)
			}
			holdsNoKey(t, strings.Join(args[2:4], " "), out)
		}
	}
	reports, _ := filepath.Glob(filepath.Join(dir, "*.[mj][ds]*"))
	if want := 2 * len(catalog.All()); len(reports) != want {
		t.Errorf("%d reports were written, want %d", len(reports), want)
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
