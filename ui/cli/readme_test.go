//go:build !windows

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestREADME runs every command of the README's console blocks, in order and in one folder, and compares
// what it prints with what the README shows. A line of "…" there stands for any lines.
func TestREADME(t *testing.T) {
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir, ran := t.TempDir(), 0
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		for _, example := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			command, want, _ := strings.Cut(example, "\n")
			ran++
			t.Run(command, func(t *testing.T) {
				got := steady(shell(t, dir, filepath.Dir(bin), command))
				if want := steady(want); !shows(got, want) {
					t.Errorf("the README shows\n%s\nand it printed\n%s", want, got)
				}
			})
		}
	}
	if ran < 10 {
		t.Errorf("only %d commands found in the README", ran)
	}
}

// shell runs a line as the README's reader would, without a key, and returns all that it prints.
func shell(t *testing.T, dir, bin, line string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + dir, "LANG=C.UTF-8", "TZ=UTC"}
	out, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	return string(out)
}

var volatile = strings.NewReplacer("under 1 ms", "N ms")

var numbers = []struct{ pattern, stands string }{
	{`\d+(\.\d+)? ms`, "N ms"},
	{`127\.0\.0\.1:\d+`, "127.0.0.1:PORT"},
	{`req_[0-9a-f]+`, "req_ID"},
	{`\d\d:\d\d:\d\d`, "TIME"},
}

// steady replaces what differs from run to run.
func steady(text string) string {
	text = volatile.Replace(text)
	for _, n := range numbers {
		text = regexp.MustCompile(n.pattern).ReplaceAllString(text, n.stands)
	}
	return strings.TrimSpace(text)
}

// shows reports whether a text is what a pattern shows, whose lines of "…" stand for any lines.
func shows(text, pattern string) bool {
	var parts []string
	for _, part := range strings.Split("\n"+pattern+"\n", "\n…\n") {
		parts = append(parts, regexp.QuoteMeta(part))
	}
	return regexp.MustCompile("(?s)^" + strings.Join(parts, "\n(.*\n)?") + "$").MatchString("\n" + text + "\n")
}
