//go:build !windows

package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/sandbox"
)

// api is a sandbox of the test's own, whose requests can be asked for.
type api struct {
	url string
	mu  sync.Mutex
	got []string
}

func startAPI(t *testing.T) *api {
	t.Helper()
	a := &api{}
	server := httptest.NewServer(sandbox.New(sandbox.Options{Log: func(e sandbox.Exchange) {
		a.mu.Lock()
		defer a.mu.Unlock()
		path := e.Path
		if e.Method == "POST" {
			path = "…" // a random one, as the endpoint is not known
		}
		a.got = append(a.got, fmt.Sprintf("%s %s %s %d", e.Method, path, e.Authorization, e.Status))
	}}))
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

// requests returns what the API was asked since the last call.
func (a *api) requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	got := a.got
	a.got = nil
	return got
}

func (a *api) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := a.requests(); !slices.Equal(got, want) {
		t.Errorf("the API was asked\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// keyFor returns the sandbox's key of a state.
func keyFor(t *testing.T, state string) string {
	t.Helper()
	for _, k := range sandbox.Keys() {
		if k.State == state {
			return k.Key
		}
	}
	t.Fatalf("the sandbox has no %s key", state)
	return ""
}

func example(code catalog.Code) string {
	e, _ := catalog.Lookup(string(code))
	return e.Example
}

// journey starts the app on the sandbox: on the embedded one, or on one of the test's own, whose requests can
// be looked at.
func journey(t *testing.T, a *api) *terminal {
	if a == nil {
		return start(t, 80, 24, nil, "--sandbox")
	}
	return start(t, 80, 24, []string{"KLYRA_API_KEY=" + keyFor(t, "good")}, "--api-url", a.url)
}

// onBoth plays a journey on the embedded sandbox and on one of the test's own.
func onBoth(t *testing.T, play func(t *testing.T, x *terminal, a *api)) {
	t.Run("embedded sandbox", func(t *testing.T) { t.Parallel(); play(t, journey(t, nil), nil) })
	t.Run("own API", func(t *testing.T) {
		t.Parallel()
		a := startAPI(t)
		play(t, journey(t, a), a)
	})
}

func TestJourneyOfAnInvalidKey(t *testing.T) {
	onBoth(t, func(t *testing.T, x *terminal, a *api) {
		x.await("paste the error")
		x.paste(example("invalid_api_key"))
		x.await("invalid_api_key", "certain", "req_1a2b3c4d5e6f", "start the checklist")
		x.keys(enter)
		x.await("pass", "1. Test the key against the API", "The checks find nothing wrong")
		if a != nil {
			a.expect(t, "POST … none 401", "POST … good 400", "POST … unknown 401")
		}
		x.keys(up)
		x.await("the API accepts this key")
		x.keys("e")
		x.await("it stays hidden")
		x.paste(keyFor(t, "revoked"))
		x.await("32 characters, hidden")
		x.keys(enter)
		x.await("fail", "the API rejects this key", "Generate New Key")
		if a != nil {
			a.expect(t, "POST … none 401", "POST … revoked 401")
		}
		report := x.saveReport("invalid_api_key")
		for _, want := range []string{"# Klyra error report: invalid_api_key", "`key.rejected`", "401 invalid_api_key", "Generate New Key", "req_1a2b3c4d5e6f"} {
			if !strings.Contains(report, want) {
				t.Errorf("the report lacks %q:\n%s", want, report)
			}
		}
		x.quit()
		for _, state := range []string{"good", "revoked"} {
			x.neverShowed(report, keyFor(t, state))
		}
	})
}

func TestJourneyOfAFailedDownload(t *testing.T) {
	onBoth(t, func(t *testing.T, x *terminal, a *api) {
		x.await("paste the error")
		x.paste(example("content_download_failed"))
		x.await("content_download_failed", "certain", "start the checklist")
		x.keys(enter)
		x.await("1. Download the content", "URL")
		x.paste("/samples/not-an-image.png")
		x.await("/samples/not-an-image.png")
		x.keys(enter)
		x.await("fail", "this is a web page", "Give the URL of the file itself")
		if a != nil {
			a.expect(t, "GET /samples/not-an-image.png none 200")
		}
		report := x.saveReport("content_download_failed")
		for _, want := range []string{"`body.html_page`", "File not found", "Give the URL of the file itself"} {
			if !strings.Contains(report, want) {
				t.Errorf("the report lacks %q:\n%s", want, report)
			}
		}
		x.quit()
	})
}

func TestJourneyOfAFileThatIsTooLarge(t *testing.T) {
	onBoth(t, func(t *testing.T, x *terminal, a *api) {
		image := sandbox.SetupFor("content_too_large").Content
		if err := os.WriteFile(filepath.Join(x.dir, "photo.png"), image, 0o600); err != nil {
			t.Fatal(err)
		}
		x.await("paste the error")
		x.paste(example("content_too_large"))
		x.await("content_too_large", "certain", "start the checklist")
		x.keys(enter)
		x.await("content", "file")
		x.keys("photo.png" + enter)
		x.await("fail", "4 MB")
		if a != nil {
			a.expect(t)
		}
		report := x.saveReport("content_too_large")
		for _, want := range []string{"`content.too_large`", "photo.png", "4,323,170 bytes"} {
			if !strings.Contains(report, want) {
				t.Errorf("the report lacks %q:\n%s", want, report)
			}
		}
		x.quit()
	})
}

// TestJourneyOfAFix makes a large image smaller and splits a long text, from the checklist.
func TestJourneyOfAFix(t *testing.T) {
	for _, c := range []struct {
		name, file string
		data       []byte
		told       []string
		written    string
	}{
		{"an image", "photo.png", sandbox.SetupFor("content_too_large").Content, []string{"JPEG image, 1200×1200: nothing wrong found"}, "photo-small.jpg"},
		{"a text", "long.txt", []byte(strings.Repeat("A moderation API reads words. ", 200)), []string{"all 3 parts fit"}, "long-parts/003.txt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := start(t, 80, 40, nil, "--sandbox")
			original := filepath.Join(x.dir, c.file)
			if err := os.WriteFile(original, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			x.await("paste the error")
			x.paste(example("content_too_large"))
			x.await("start the checklist")
			x.keys(enter)
			x.await("content", "file")
			x.keys(c.file + enter)
			x.await("fail", "Press x to")
			x.keys("x")
			x.await(append(c.told, "What x did", "from a fix of "+c.file, "Written: ")...)
			x.keys("q")
			if code := x.exit(); code != 0 {
				t.Errorf("exit code %d", code)
			}
			if info, err := os.Stat(filepath.Join(x.dir, c.written)); err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
				t.Errorf("what was written: %v (%v)", info, err)
			}
			if now, err := os.ReadFile(original); err != nil || !bytes.Equal(now, c.data) {
				t.Errorf("the original has changed (%v)", err)
			}
		})
	}
}

const up = "\x1b[A"

// saveReport shows the report, saves it, and returns what the file holds.
func (x *terminal) saveReport(code string) string {
	x.t.Helper()
	x.keys("p")
	x.await("Klyra error report: "+code, "Press w to save")
	x.keys("w")
	x.await("Saved as")
	files, err := filepath.Glob(filepath.Join(x.dir, "klyra-report-"+code+"-*.md"))
	if err != nil || len(files) != 1 {
		x.t.Fatalf("%d reports in the current folder (%v)", len(files), err)
	}
	info, err := os.Stat(files[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		x.t.Errorf("the report has the mode %v (%v)", info.Mode(), err)
	}
	report, err := os.ReadFile(files[0])
	if err != nil {
		x.t.Fatal(err)
	}
	return string(report)
}

// quit leaves the app from the report and asserts that it says once more where the report is.
func (x *terminal) quit() {
	x.t.Helper()
	x.keys("q")
	if code := x.exit(); code != 0 {
		x.t.Errorf("exit code %d", code)
	}
	x.await("report saved: ")
}

// neverShowed asserts that no eight bytes of a key stand in a report or came to the terminal.
func (x *terminal) neverShowed(report, key string) {
	x.t.Helper()
	x.raw.Lock()
	defer x.raw.Unlock()
	for i := range len(key) - 7 {
		if part := key[i : i+8]; strings.Contains(report, part) || strings.Contains(string(x.raw.text), part) {
			x.t.Errorf("a part of the key was shown")
			return
		}
	}
}

func TestCtrlCEndsTheAppWithTheTerminalRestored(t *testing.T) {
	for name, reach := range map[string]func(*terminal){
		"search":    func(x *terminal) { x.keys("rate") },
		"diagnosis": func(x *terminal) { x.paste(example("timeout")); x.await("start the checklist") },
		"an input": func(x *terminal) {
			x.paste(example("content_download_failed"))
			x.await("start the checklist")
			x.keys(enter)
			x.await("1. Download the content")
		},
		"a running check": func(x *terminal) {
			x.paste(example("content_download_failed"))
			x.await("start the checklist")
			x.keys(enter)
			x.await("1. Download the content")
			x.paste("/samples/slow.png")
			x.await("/samples/slow.png")
			x.keys(enter)
			x.await("running")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := journey(t, nil)
			x.await("paste the error")
			reach(x)
			x.keys(ctrlC)
			if code := x.exit(); code != 130 {
				t.Errorf("exit code %d, want 130", code)
			}
		})
	}
}

func TestPipedTextOpensTheAppOnItsDiagnosis(t *testing.T) {
	t.Parallel()
	x := startPiped(t, 80, 24, nil, strings.NewReader(example("quota_exceeded")), "--sandbox")
	x.await("quota_exceeded", "certain", "start the checklist")
	x.keys(enter)
	x.await("1. ", "quota_exceeded checklist")
	x.keys("q")
	if code := x.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestKeyPrompt(t *testing.T) {
	a := startAPI(t)
	t.Run("a key is asked for and not shown", func(t *testing.T) {
		x := start(t, 80, 24, nil, "check", "key", "--api-url", a.url)
		x.await("API key (hidden")
		x.keys(keyFor(t, "good") + enter)
		x.await("the API accepts this key", "from what you typed")
		if code := x.exit(); code != 0 {
			t.Errorf("exit code %d", code)
		}
		x.neverShowed("", keyFor(t, "good"))
	})
	t.Run("Ctrl-C gives the terminal back", func(t *testing.T) {
		x := start(t, 80, 24, nil, "check", "key", "--api-url", a.url)
		x.await("API key (hidden")
		x.keys(ctrlC)
		if code := x.exit(); code != 130 {
			t.Errorf("exit code %d, want 130", code)
		}
	})
}

func TestCtrlCEndsACheck(t *testing.T) {
	t.Parallel()
	x := start(t, 80, 24, nil, "check", "url", "/samples/slow.png", "--sandbox")
	x.await("checking url")
	x.keys(ctrlC)
	if code := x.exit(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
}

// TestNothingIsGluedToTheProgress: the line that says what goes on is gone before a result is printed.
func TestNothingIsGluedToTheProgress(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"check", "url", "/samples/slow.png", "--sandbox", "--timeout", "2s"},
		{"check", "content", "-", "--timeout", "2s"},
		{"check", "content", "-", "--clean", "out.txt", "--timeout", "2s"},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close() // standard input does not end
		x := startPiped(t, 80, 24, nil, r, args...)
		x.await("check " + args[1])
		x.exit()
		if screen := x.text(); strings.Contains(screen, "checking") || strings.Contains(screen, "reading standard") || !strings.HasPrefix(screen, "check "+args[1]) {
			t.Errorf("%q shows:\n%s", args, screen)
		}
	}
}

// TestCtrlCEndsAFix interrupts a fix that waits for the rest of standard input.
func TestCtrlCEndsAFix(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	fmt.Fprintln(w, "the beginning of a text")
	x := startPiped(t, 80, 24, []string{"TMPDIR=" + t.TempDir()}, r, "check", "content", "-", "--clean", "out.txt")
	x.await("reading standard input")
	x.keys(ctrlC)
	if code := x.exit(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	for _, dir := range []string{x.dir, strings.TrimPrefix(x.cmd.Env[len(x.cmd.Env)-1], "TMPDIR=")} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%d files were left in %s (%v)", len(left), dir, err)
		}
	}
}

func TestNoTerminalToDrawOn(t *testing.T) {
	t.Parallel()
	x := start(t, 80, 24, []string{"TERM=dumb"}, "--sandbox")
	x.await("the app needs a terminal to draw on", "hint: use the commands instead")
	if code := x.exit(); code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
}

// TestPasteWithAnUnfinishedControlString pastes what a parser of keys would wait for the end of.
func TestPasteWithAnUnfinishedControlString(t *testing.T) {
	for name, junk := range map[string]string{
		"OSC": "\x1b]0;title", "DCS": "\x1bPq", "APC": "\x1b_x", "8-bit DCS": "\x90q", "8-bit SOS": "\x98", "lone ESC": "\x1b",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := journey(t, nil)
			x.await("paste the error")
			x.paste(junk + "\n" + example("invalid_api_key") + junk)
			x.await("invalid_api_key", "certain", "start the checklist")
			x.keys(ctrlC)
			if code := x.exit(); code != 130 {
				t.Errorf("exit code %d, want 130", code)
			}
		})
	}
}

func TestCtrlCAfterAnUnfinishedControlString(t *testing.T) {
	for name, junk := range map[string]string{"typed": "\x1b]0;title", "a paste without an end": "\x1b[200~{\"error\":\x1b]"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := journey(t, nil)
			x.await("paste the error")
			x.keys("rate")
			x.await("Search: rate")
			x.keys(junk)
			stop := x.keepPressing(ctrlC)
			if code := x.exit(); code != 130 {
				t.Errorf("exit code %d, want 130", code)
			}
			stop()
		})
	}
}

// keepPressing presses a key until it is told to stop, as somebody would who sees nothing happen.
func (x *terminal) keepPressing(key string) (stop func()) {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
				io.WriteString(x.master, key)
			}
		}
	}()
	return func() { close(done); <-stopped }
}

// askedOf is a terminal's transcript: a request to an API, and the error that it answered with.
func askedOf(api, key, content string) string {
	return "$ curl -sS -i " + api + "/v1/moderate -H 'Authorization: Bearer " + key + "' -H 'Content-Type: application/json' -d '" + content + "'\n" +
		"HTTP/1.1 401 Unauthorized\ncontent-type: application/json\n\n" + example("invalid_api_key")
}

// toLastStep starts the checklist of a paste of an invalid key, and goes to its last step once the key is tested.
func (x *terminal) toLastStep(keyIs string) {
	x.t.Helper()
	x.await("invalid_api_key", "certain", "start the checklist")
	x.keys(enter)
	x.await("1. Look at the request that you pasted", keyIs+" 2. Test the key against the API")
	for range 8 {
		x.keys(down)
	}
	x.await("▸ ○ to do 7. Send the request again", "Enter shows the request of your paste")
}

// TestJourneyOfAReplay: the request is shown and not sent; after a yes it goes out once, as it was pasted, with the
// mended key, and the report says how it was confirmed.
func TestJourneyOfAReplay(t *testing.T) {
	const content = `{"content":"Is this fine?"}`
	onBoth(t, func(t *testing.T, x *terminal, a *api) {
		base, outcome := "https://api.klyra.live", "that proves nothing about Klyra"
		if a != nil {
			base, outcome = a.url, "Resolved: the pasted request, sent again by klyra-doctor, went through."
		}
		x.await("paste the error")
		x.paste(askedOf(base, keyFor(t, "revoked"), content))
		x.toLastStep("pass")
		if a != nil {
			a.requests()
		}
		x.keys(enter)
		x.await("Nothing has been sent yet", "POST http://127.0.0.1:", "/v1/moderate", content, "y send it")
		x.keys(enter + down)
		if a != nil {
			a.expect(t)
		}
		x.keys("y")
		x.await("done 7. Send the request again", "pass: sent again by klyra-doctor: HTTP 200, request id req_", outcome)
		if a != nil {
			a.expect(t, "POST … good 200")
		}
		report := x.saveReport("invalid_api_key")
		for _, want := range []string{"- confirmed: sent again by klyra-doctor: HTTP 200, request id", "   - sent: `POST http://127.0.0.1:"} {
			if !strings.Contains(report, want) {
				t.Errorf("the report lacks %q:\n%s", want, report)
			}
		}
		x.quit()
		for _, state := range []string{"good", "revoked"} {
			x.neverShowed(report, keyFor(t, state))
		}
	})
}

// TestJourneyOfAReplayThatFails: the answer is diagnosed, and another code leads to its own checklist.
func TestJourneyOfAReplayThatFails(t *testing.T) {
	onBoth(t, func(t *testing.T, x *terminal, a *api) {
		base := "https://api.klyra.live"
		if a != nil {
			base = a.url
		}
		x.await("paste the error")
		x.paste(askedOf(base, keyFor(t, "revoked"), `{"content":""}`))
		x.toLastStep("pass")
		x.keys(enter)
		x.await("Nothing has been sent yet")
		x.keys("y")
		x.await("it is another error now: missing_content", "press o for that code's checklist", "Not resolved yet")
		x.keys("o")
		x.await("missing_content checklist")
		x.keys(ctrlC)
		x.exit()
	})
}

// TestJourneyOfARequestToAnotherHost: nothing is sent, and a command that leaves the key out is offered.
func TestJourneyOfARequestToAnotherHost(t *testing.T) {
	t.Parallel()
	a := startAPI(t)
	x := startPiped(t, 80, 24, []string{"KLYRA_API_KEY=" + keyFor(t, "good")}, strings.NewReader(askedOf("https://staging.example.com", keyFor(t, "revoked"), `{"content":"hello"}`)), "--api-url", a.url)
	x.toLastStep("pass")
	a.requests()
	x.keys(enter)
	x.await("This is not sent: it goes to https://staging.example.com.", "for sh, without your key", "curl -g -i -X POST https://staging.example.com/v1/moderate")
	x.keys("y" + enter + " ")
	x.await("Did it go through?")
	a.expect(t)
	x.keys(ctrlC)
	x.exit()
	for _, state := range []string{"good", "revoked"} {
		x.neverShowed("", keyFor(t, state))
	}
}

// TestTheKeyShowsNowhereInAReplay sends a request again to a server that repeats the key wherever it can.
func TestTheKeyShowsNowhereInAReplay(t *testing.T) {
	t.Parallel()
	api := leakyServers[0].start(t, "")
	x := start(t, 80, 24, []string{"KLYRA_API_KEY=" + canary}, "--api-url", api)
	x.await("paste the error")
	x.paste("$ curl " + api + "/v1/moderate -H 'Authorization: Bearer " + canary + "' -H 'X-Api-Key: " + canary + "' -H 'Cookie: s=" + canary + "' -H 'Content-Type: application/json' -d '{\"content\":\"hello\"}'\n" + example("invalid_api_key"))
	x.toLastStep("unknown")
	x.keys(enter)
	x.await("Nothing has been sent yet", "X-Api-Key (it holds a secret)", "Cookie", "Xk7Q…8Nc3")
	x.keys("y")
	x.await("fail 7. Send the request again", "sent again, it is another error now:", "the API's message: no such key:[secret]")
	report := x.saveReport("invalid_api_key")
	x.quit()
	if !strings.Contains(report, "`replay.error`") {
		t.Errorf("the report lacks the answer:\n%s", report)
	}
	x.neverShowed(report, canary)
}
