// Package ui is the terminal app: search, entry page, paste and diagnosis, checklist, report. Update does no
// I/O and no parsing: it chooses by message, calls one pure function and stores what it returns. All effects
// are functions of one struct that the caller fills.
package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/mend"
)

// Effects are all that the app does to the world outside of the terminal. None of them may be nil.
type Effects struct {
	// Check runs one live check to its end.
	Check func(context.Context, catalog.Check, checks.Target) checks.Result
	// Replay sends a request again that was shown and said yes to.
	Replay func(context.Context, checks.Outgoing) checks.Result
	// OpenContent finds a file that the user named; errors say what is wrong with it in words.
	OpenContent func(path string) (checks.Content, error)
	// Mend does a fix on a content and writes what it makes into the current folder, under a name that is not
	// taken yet; file is the path of the content, "" where it is no file. The content itself is left as it is.
	Mend func(ctx context.Context, fix mend.Fix, content checks.Content, file string) (Mended, error)
	// SaveReport writes a report under a name that is not taken yet in the current folder, and returns the
	// full path that it got.
	SaveReport func(name, markdown string) (path string, err error)
	// Copy puts text on the clipboard.
	Copy func(text string) error
	// Now returns the time.
	Now func() time.Time
}

// Mended is what a fix has made.
type Mended struct {
	mend.Made
	Path     string           // full path of the file, or of the folder with the parts
	Contents []checks.Content // the file, or the parts in order; none where the fix was needless
}

// Sample is something that the sandbox offers to be tried: a key, or a path to download.
type Sample struct{ Value, What string }

// Options set the app up.
type Options struct {
	Effects Effects
	Target  checks.Target // what is known from flags and environment
	Paste   string        // text to begin with: the app opens on its diagnosis; "" opens the search
	Log     *Log          // a log that was scanned: without a Paste, the app opens on the list of its codes; nil for none
	Notice  string        // one line to begin with, until the first key; "" for none
	Version string

	Sandbox     bool     // the API is the embedded sandbox; the header says so
	SandboxKeys []Sample // the pretend keys, which may be shown; empty without a sandbox
	SandboxURLs []Sample // the sample paths

	ASCII   bool // draw with ASCII alone
	NoColor bool // draw without colours

	In  io.Reader // the terminal's keys; not nil
	Out io.Writer // the terminal; nil means standard output
}

// Final is what is left to be said once the app has ended.
type Final struct {
	Reports     []string // full paths of the reports that were saved, in order
	Interrupted bool     // ended by Ctrl-C
}

// ErrCrashed is a bug of the app, which has ended with the terminal restored.
var ErrCrashed = errors.New("the app crashed, which is a bug of klyra-doctor")

// Run runs the app until the user leaves it or ctx is done, and restores the terminal. A ctx that is done
// counts as an interruption; the error is for the terminal's own failing.
func Run(ctx context.Context, o Options) (Final, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := newApp(ctx, o)
	options := []tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(framesPerSecond)}
	if terminal, ok := o.In.(terminalFile); ok {
		options = append(options, tea.WithInput(&pasteGuard{terminalFile: terminal}), tea.WithFilter(unguardPastes))
	} else {
		options = append(options, tea.WithInput(o.In))
	}
	if o.Out != nil {
		options = append(options, tea.WithOutput(o.Out))
	}
	_, err := tea.NewProgram(a, options...).Run()
	interrupted := ctx.Err() != nil
	cancel()
	a.writing.Lock() // fixes that were cancelled take away what they have begun
	defer a.writing.Unlock()
	if errors.Is(err, tea.ErrInterrupted) || interrupted {
		a.final.Interrupted = true
		return a.final, nil
	}
	if errors.Is(err, tea.ErrProgramPanic) {
		return a.final, ErrCrashed
	}
	if err != nil {
		return a.final, fmt.Errorf("run the app: %w", err)
	}
	return a.final, nil
}

// framesPerSecond is how often the terminal is brought up to date at most; at 60 a key's effect would be
// seen 3 ms later.
const framesPerSecond = 120
