//go:build !windows

package cli_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/term"
)

// build builds the program once for all tests of this package.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "klyra-doctor")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "klyra-doctor")
	out, err := exec.Command("go", "build", "-o", bin, "klyra-doctor").CombinedOutput()
	if err != nil {
		err = errors.New(string(out))
	}
	return bin, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if bin, err := build(); err == nil {
		os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// terminal is the built program in a real pseudo-terminal, on an emulated screen.
type terminal struct {
	t       *testing.T
	dir     string // its current folder, empty at first
	cmd     *exec.Cmd
	master  *os.File
	slave   *os.File // kept open, so that the terminal's modes can be read after the program has ended
	before  term.State
	screen  *vt.SafeEmulator
	changed chan struct{}
	raw     *tail
}

// tail keeps all that the program wrote.
type tail struct {
	sync.Mutex
	text []byte
}

const wait = 30 * time.Second

// start runs the program in a terminal of 80×24 or another size, with the environment's additions.
func start(t *testing.T, columns, rows int, env []string, args ...string) *terminal {
	t.Helper()
	return startPiped(t, columns, rows, env, nil, args...)
}

// startPiped does the same with standard input from a pipe, unless that is nil.
func startPiped(t *testing.T, columns, rows int, env []string, stdin io.Reader, args ...string) *terminal {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatalf("open a pseudo-terminal: %v", err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: uint16(rows), Cols: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(int(slave.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{
		t: t, dir: t.TempDir(), master: master, slave: slave, before: *before,
		screen: vt.NewSafeEmulator(columns, rows), changed: make(chan struct{}, 1), raw: &tail{},
	}
	x.cmd = exec.CommandContext(t.Context(), bin, args...)
	x.cmd.Dir = x.dir
	x.cmd.Env = append([]string{"TERM=xterm-256color", "HOME=" + x.dir, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}, env...)
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = slave, slave, slave
	if stdin != nil {
		x.cmd.Stdin = stdin
	}
	// Its standard output is its controlling terminal, so that Ctrl-C reaches it as from a shell.
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1}
	if err := x.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go x.draw()
	go io.Copy(master, x.screen) // the emulator's replies to queries
	t.Cleanup(func() { master.Close(); slave.Close() })
	return x
}

// draw feeds the screen with what the program writes.
func (x *terminal) draw() {
	buf := make([]byte, 4096)
	for {
		n, err := x.master.Read(buf)
		x.raw.Lock()
		x.raw.text = append(x.raw.text, buf[:n]...)
		x.raw.Unlock()
		x.screen.Write(buf[:n])
		select {
		case x.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// text is the screen as lines of plain text.
func (x *terminal) text() string { return ansi.Strip(x.screen.Render()) }

// flat is a screen with its frames and line ends taken out, so that wrapped sentences can be found.
func flat(screen string) string {
	keep := func(r rune) rune {
		if r >= 0x2500 && r <= 0x257f {
			return ' '
		}
		return r
	}
	return strings.Join(strings.Fields(strings.Map(keep, screen)), " ")
}

// await waits until every text stands on the screen at once.
func (x *terminal) await(texts ...string) {
	x.t.Helper()
	deadline := time.After(wait)
	for {
		screen := flat(x.text())
		missing := ""
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-x.changed:
		case <-deadline:
			x.t.Fatalf("%q did not come up within %v; the screen:\n%s", missing, wait, x.text())
		}
	}
}

// keys types raw bytes.
func (x *terminal) keys(keys string) {
	x.t.Helper()
	if _, err := io.WriteString(x.master, keys); err != nil {
		x.t.Fatal(err)
	}
}

// paste pastes as terminals do.
func (x *terminal) paste(text string) { x.keys("\x1b[200~" + text + "\x1b[201~") }

const (
	enter = "\r"
	esc   = "\x1b"
	ctrlC = "\x03"
	down  = "\x1b[B"
)

// exit waits for the program's end, asserts that the terminal is as it was, and returns the exit code.
func (x *terminal) exit() int {
	x.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- x.cmd.Wait() }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			x.t.Fatal(err)
		}
	case <-time.After(wait):
		x.t.Fatalf("the program has not ended within %v; the screen:\n%s", wait, x.text())
	}
	after, err := term.GetState(int(x.slave.Fd()))
	if err != nil {
		x.t.Fatal(err)
	}
	if *after != x.before {
		x.t.Error("the terminal's modes are not as they were")
	}
	return x.cmd.ProcessState.ExitCode()
}
