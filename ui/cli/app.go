package cli

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/atotto/clipboard"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/sandbox"
	"klyra-doctor/ui"
)

// typos is how many letters a word may be away from the one that is taken to be meant.
const typos = 2

// noCommand refuses words that are no command, and guesses what they were meant for.
func (p *program) noCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "klyra-doctor help lists the commands"
	if entry, ok := catalog.Lookup(args[0]); ok && c.Flags().Changed("sandbox") {
		hint = withEqualsSign(args[0])
	} else if ok {
		hint = fmt.Sprintf("klyra-doctor explain %s, or klyra-doctor fix %s", entry.Code, entry.Code)
	} else if info, err := os.Stat(args[0]); err == nil && info.Mode().IsRegular() {
		hint = "to find the error in that file: klyra-doctor diagnose FILE, or klyra-doctor < FILE"
	} else if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean klyra-doctor " + near[0] + "?"
	}
	return usagef(hint, "unknown command: %s", args[0])
}

// app opens the terminal app. With text on standard input it opens on its diagnosis; where there is no
// terminal to draw on it answers like diagnose.
func (p *program) app(*cobra.Command, []string) error {
	piped := !term.IsTerminal(int(p.in.Fd()))
	drawable := p.drawable()
	switch {
	case drawable && !piped:
		return p.open(p.in, ui.Options{})
	case !piped:
		return errUndrawable
	case !drawable:
		return p.diagnose(nil)
	}
	keys, err := openTerminal()
	if err != nil {
		return p.diagnose(nil)
	}
	defer keys.Close()
	text, err := p.readStdin("the app")
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return p.open(keys, ui.Options{Notice: "Standard input was empty: paste the error here, or search for it."})
	}
	return p.open(keys, ui.Options{Paste: text})
}

// errUndrawable says that there is no terminal for the app.
var errUndrawable = usagef("use the commands instead: klyra-doctor diagnose, check, fix (klyra-doctor help lists them)", "the app needs a terminal to draw on")

// drawable reports whether there is a terminal for the app to draw on, and nothing else is wanted.
func (p *program) drawable() bool {
	return term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("TERM") != "dumb" && !p.flags.json
}

// open opens the app on what o gives it to begin with, with the keys of a terminal.
func (p *program) open(keys *os.File, o ui.Options) error {
	target, err := p.target(nil)
	if err != nil {
		return err
	}
	o.Effects = ui.Effects{
		Check: checks.Run, Replay: checks.Replay, OpenContent: openContent, Mend: mendHere, SaveReport: saveReport, Copy: clipboard.WriteAll, Now: time.Now,
	}
	o.Target, o.In, o.Version = target, keys, version()
	o.ASCII, o.NoColor = p.flags.ascii, p.colourless()
	if p.flags.sandbox != "" {
		o.Sandbox = true
		for _, k := range sandbox.Keys() {
			o.SandboxKeys = append(o.SandboxKeys, ui.Sample{Value: k.Key, What: whatKeyDoes(k.State)})
		}
		for _, s := range sandbox.Samples() {
			o.SandboxURLs = append(o.SandboxURLs, ui.Sample{Value: s.Path, What: s.What})
		}
	}
	final, err := ui.Run(p.ctx, o)
	for _, path := range final.Reports {
		fmt.Fprintln(p.out, "report saved: "+path)
	}
	if final.Interrupted {
		p.code = exitInterrupted
	}
	return err
}

// whatKeyDoes says what the sandbox makes of a pretend key.
func whatKeyDoes(state string) string {
	switch state {
	case "good":
		return "good: it works"
	case "revoked", "expired":
		return state + ": the API refuses it"
	case "forbidden":
		return "forbidden: it is known, but may do nothing"
	}
	return "answers with " + state
}

func (p *program) colourless() bool {
	return p.flags.color == "never" || p.flags.color == "auto" && os.Getenv("NO_COLOR") != ""
}

// openTerminal opens the process's terminal for its keys, whatever its streams are.
func openTerminal() (*os.File, error) {
	name := "/dev/tty"
	if runtime.GOOS == "windows" {
		name = "CONIN$"
	}
	return os.OpenFile(name, os.O_RDWR, 0)
}
