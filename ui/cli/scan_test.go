//go:build !windows

package cli_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const logged = `2026-11-23 09:14:05 ERROR {"error":{"code":"timeout","message":"m"}}` + "\n"

// scanned is what a test wants to know of a scan.v1 document.
type scanned struct {
	Lines, Errors int64
	Codes         []struct{ Code string }
	ExitCode      int `json:"exit_code"`
}

// following is a program that follows a log and prints documents.
type following struct {
	t    *testing.T
	path string
	cmd  *exec.Cmd
	docs chan scanned // closed when the program has closed its output
}

func follow(t *testing.T) *following {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	f := &following{t: t, path: filepath.Join(t.TempDir(), "app.log"), docs: make(chan scanned)}
	f.append("")
	f.cmd = exec.CommandContext(t.Context(), bin, "scan", "--follow", "--json", f.path)
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(f.docs)
		for d := json.NewDecoder(out); ; {
			var doc scanned
			if err := d.Decode(&doc); err != nil {
				return
			}
			f.docs <- doc
		}
	}()
	return f
}

func (f *following) append(text string) {
	f.t.Helper()
	file, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.WriteString(text)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

// await waits for a document that counts so many errors; false where the program ended before.
func (f *following) await(n int64) (scanned, bool) {
	f.t.Helper()
	var last scanned
	for deadline := time.After(wait); ; {
		select {
		case doc, ok := <-f.docs:
			if !ok || doc.Errors == n {
				return doc, ok
			}
			last = doc
		case <-deadline:
			f.t.Fatalf("no count of %d errors within %v; the last document: %+v", n, wait, last)
		}
	}
}

func (f *following) expect(n int64) {
	f.t.Helper()
	if _, ok := f.await(n); !ok {
		f.t.Fatalf("the program ended before it counted %d errors", n)
	}
}

func TestFollowCountsWhatIsWritten(t *testing.T) {
	f := follow(t)
	f.expect(0)
	f.append(logged)
	f.expect(1)
	f.append(logged[:40])
	f.append(logged[40:] + logged)
	f.expect(3)

	// Another file takes the name, as when logs are rotated; the old one counts on.
	if err := os.Rename(f.path, f.path+".1"); err != nil {
		t.Fatal(err)
	}
	f.append(logged)
	f.expect(4)

	// The file is emptied and written anew.
	if err := os.Truncate(f.path, 0); err != nil {
		t.Fatal(err)
	}
	f.append(logged[:len(logged)-3] + "}\n")
	f.expect(5)

	if err := f.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	last, ok := f.await(5)
	if !ok || last.ExitCode != 130 || len(last.Codes) != 1 || last.Codes[0].Code != "timeout" || last.Lines != 5 {
		t.Errorf("the last document: %+v, %v", last, ok)
	}
	if _, more := <-f.docs; more {
		t.Error("a document after the last one")
	}
	var exit *exec.ExitError
	if err := f.cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("it ended with %v", err)
	}
}

func TestFollowOnATerminal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	f := &following{t: t, path: path}
	f.append("")
	x := start(t, 80, 24, nil, "scan", "--follow", path)
	x.await("0 errors in 0 lines", "watching; Ctrl-C ends it")
	f.append(logged + strings.Repeat(strings.Replace(logged, "timeout", "invalid_url", 1), 3))
	x.await("4 errors in 4 lines", "timeout 1 25.0 %", "invalid_url 3 75.0 %")
	f.append(logged)
	x.await("5 errors in 5 lines", "timeout 2 40.0 %", "lines 1–5")
	if text := flat(x.text()); strings.Contains(text, "4 errors") {
		t.Errorf("the old counts still stand on the screen:\n%s", x.text())
	}
	x.keys(ctrlC)
	if code := x.exit(); code != 130 {
		t.Errorf("exit code %d", code)
	}
}

func TestScanOpensTheApp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	(&following{t: t, path: path}).append(strings.Repeat(logged, 3) + strings.Replace(logged, "timeout", "invalid_url", 1))
	for name, open := range map[string]func() *terminal{
		"file": func() *terminal { return start(t, 80, 24, nil, "scan", "--open", path, "--sandbox") },
		"pipe": func() *terminal {
			in, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { in.Close() })
			return startPiped(t, 80, 24, nil, in, "scan", "--open", "--sandbox")
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := open()
			x.await("4 errors in 4 lines", "timeout 3", "invalid_url 1", "line 1, 2026-11-23 09:14:05 UTC")
			x.keys(down)
			x.await("line 4, 2026-11-23 09:14:05 UTC")
			x.keys(enter)
			x.await("Klyra says")
			x.keys(esc)
			x.await("4 errors in 4 lines")
			x.keys("q")
			if code := x.exit(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func TestScanShowsProgress(t *testing.T) {
	in, feed := io.Pipe()
	x := startPiped(t, 80, 24, nil, in, "scan")
	go io.WriteString(feed, strings.Repeat(logged, 1000))
	x.await("69.0 kB, ")
	feed.Close()
	x.await("1,000 errors in 1,000 lines of standard input")
	if text := flat(x.text()); strings.Contains(text, "kB/s") {
		t.Errorf("the progress still stands on the screen:\n%s", x.text())
	}
	if code := x.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestScanCanBeInterrupted(t *testing.T) {
	in, feed, err := os.Pipe() // not io.Pipe: the end of the program is not to wait for the end of its input
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer feed.Close()
	x := startPiped(t, 80, 24, nil, in, "scan")
	if _, err := feed.WriteString(logged); err != nil {
		t.Fatal(err)
	}
	x.await("/s")
	x.keys(ctrlC)
	if code := x.exit(); code != 130 {
		t.Errorf("exit code %d", code)
	}
}
