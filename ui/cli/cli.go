// Package cli is the command line: flags, environment, files and exit codes, and everything that is printed
// outside of the app. It fills the app's effects, and it is the only package that touches the process.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/ui"
)

// The exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNoMatch     = 3
	exitUntold      = 4
	exitBug         = 70
	exitInterrupted = 130
)

// usageError is wrong usage or an unusable setting: what is wrong, and what to do.
type usageError struct{ message, hint string }

func (e usageError) Error() string { return e.message }

func usagef(hint, format string, args ...any) error {
	return usageError{fmt.Sprintf(format, args...), hint}
}

// program is one invocation.
type program struct {
	ctx   context.Context
	in    *os.File
	out   io.Writer // the answer, and nothing else
	err   io.Writer // progress and notices
	args  []string
	flags flags

	interrupt func() // ends ctx, as a signal does

	sandbox    *sandboxed // started on demand; nil until then
	snippet    string     // the client whose code alone is printed; "" for the whole result
	stdinTaken string     // by which flag or argument; "" while nobody reads it
	code       int        // the exit code of a command that ran
}

// Main runs one invocation of the program on the process's own streams and environment, and returns its
// exit code.
func Main(args []string) (code int) {
	// net/http reports what a strange server says, as it came, to the standard logger, which writes to the terminal.
	log.SetOutput(io.Discard)
	collectRarely()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	p := &program{ctx: ctx, interrupt: stop, in: os.Stdin, out: os.Stdout, err: os.Stderr}
	defer p.close()
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(p.err, "klyra-doctor: a bug: %v\n%s\nhint: please report this with the lines above\n", cause, debug.Stack())
			code = exitBug
		}
	}()
	return p.run(args)
}

func (p *program) run(args []string) int {
	p.args = args
	root := p.root()
	root.SetArgs(args)
	root.SetOut(p.out)
	root.SetErr(p.err)
	err := root.ExecuteContext(p.ctx)
	switch {
	case p.ctx.Err() != nil:
		return exitInterrupted
	case errors.Is(err, ui.ErrCrashed):
		p.complain(err)
		return exitBug
	case err != nil:
		return p.complain(err)
	}
	return p.code
}

// precedence orders exit codes: of several that hold, the first one wins.
var precedence = []int{exitInterrupted, exitBug, exitUsage, exitFailed, exitUntold, exitNoMatch, exitOK}

// worse returns the one of two exit codes that wins.
func worse(a, b int) int {
	if slices.Index(precedence, a) < slices.Index(precedence, b) {
		return a
	}
	return b
}

// conclude sets the exit code of a command that has run; an interruption outranks what was found.
func (p *program) conclude(code int) {
	if p.ctx.Err() != nil {
		code = exitInterrupted
	}
	p.code = code
}

// complain prints an error and returns its exit code.
func (p *program) complain(err error) int {
	usage := usageError{err.Error(), "klyra-doctor help lists the commands, klyra-doctor COMMAND --help its flags"}
	errors.As(err, &usage)
	usage.message = p.show(err.Error()) // whole, with what it was wrapped in
	usage.hint = p.show(usage.hint)
	if p.flags.json || slices.Contains(p.args, "--json") { // a wrong flag before it keeps it from being read
		doc := errorDoc{frame: schema("error"), exitCode: exitCode{exitUsage}}
		doc.Error.Message, doc.Error.Hint = usage.message, usage.hint
		_ = writeJSON(p.out, doc)
		return exitUsage
	}
	p.notice("%s", usage.message)
	if usage.hint != "" {
		p.hint(usage.hint)
	}
	return exitUsage
}

func (p *program) close() {
	if p.sandbox != nil {
		_ = p.sandbox.server.Close()
	}
}

// root assembles the commands.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "klyra-doctor",
		Short: "Find out what a Klyra API error means, and fix it step by step",
		Long: `Find out what a Klyra API error means, and fix it step by step.

Without a command it opens the app: search the 21 codes, paste an error response,
run the checklist of a code with live checks. With text on standard input
(pbpaste | klyra-doctor) the app opens on its diagnosis.`,
		Example: `  klyra-doctor --sandbox              try everything without a key or a network
  pbpaste | klyra-doctor diagnose     what is this error?
  klyra-doctor fix invalid_api_key    run its checklist`,
		Args:          p.noCommand,
		RunE:          p.app,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: typos,
	}
	root.Version = version()
	root.SetVersionTemplate("klyra-doctor {{.Version}}\n")
	cobra.AddTemplateFunc("usages", flagUsages)
	for _, flags := range []string{".LocalFlags", ".InheritedFlags"} {
		root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), flags+".FlagUsages", "usages "+flags))
	}
	p.flags.add(root)
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		if p.flags.json && printsNoJSON(c) {
			return usagef("leave --json out", "%s prints no JSON", commandName(c))
		}
		return p.flags.valid(c.Flags().Changed)
	}
	root.SetFlagErrorFunc(wrongFlag)
	root.AddCommand(
		p.listCommand(), p.searchCommand(), p.explainCommand(),
		p.diagnoseCommand(), p.checkCommand(), p.fixCommand(), p.scanCommand(),
		p.sandboxCommand(), p.manCommand(), p.versionCommand(),
	)
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			c.Args, c.RunE = cobra.ArbitraryArgs, func(*cobra.Command, []string) error {
				return usagef("klyra-doctor completion bash, zsh, fish or powershell", "which shell?")
			}
		case "help":
			c.Args = helpTopic
		}
	}
	return root
}

// helpTopic refuses what is no command, as running it would.
func helpTopic(c *cobra.Command, args []string) error {
	found, rest, err := c.Root().Find(args)
	if err != nil || len(rest) == 0 || !found.HasSubCommands() {
		return err
	}
	return found.ValidateArgs(rest)
}

// printsNoJSON reports whether a command prints what another program reads as it is.
func printsNoJSON(c *cobra.Command) bool {
	return c.Name() == "man" || c.HasParent() && c.Parent().Name() == "completion"
}

// wrongFlag says how a flag is written that does not exist, or what one takes.
func wrongFlag(c *cobra.Command, err error) error {
	var (
		ours    usageError
		unknown interface{ GetSpecifiedName() string }
		hint    = c.CommandPath() + " --help lists the flags"
	)
	switch {
	case errors.As(err, &ours):
		hint = ours.hint
	case errors.As(err, &unknown):
		if near := nearestFlag(c, unknown.GetSpecifiedName()); near != "" {
			hint = "did you mean --" + near + "?"
		}
	case strings.Contains(err.Error(), "in duration"), strings.Contains(err.Error(), "invalid duration"):
		hint = "a time is a number with its unit, such as 5s, 500ms or 1m"
	}
	return usagef(hint, "%v", err)
}

// flagNames are the names in the list of a command's flags.
var flagNames = regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+)`)

// nearestFlag is the flag of a command whose name is a typo away; "" for none.
func nearestFlag(c *cobra.Command, name string) string {
	names := &cobra.Command{SuggestionsMinimumDistance: typos} // which knows how to compare the names of commands
	for _, m := range flagNames.FindAllStringSubmatch(c.Flags().FlagUsages(), -1) {
		names.AddCommand(&cobra.Command{Use: m[1], Run: func(*cobra.Command, []string) {}})
	}
	if near := names.SuggestionsFor(name); len(near) > 0 && len(name) > 1 {
		return near[0]
	}
	return ""
}

// flagUsages lists flags in 80 columns. What --sandbox alone stands for is no word of the user's.
func flagUsages(set interface{ FlagUsagesWrapped(columns int) string }) string {
	return strings.ReplaceAll(set.FlagUsagesWrapped(80), fmt.Sprintf("CODE[=%q]", plainSandbox), "[=CODE]    ")
}

// commandName is a command without the program's name: "check url".
func commandName(c *cobra.Command) string {
	return strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ")
}

// show makes what a user gave fit to be shown again: without secrets, and without what a terminal acts on.
func (p *program) show(text string) string {
	return safe.EscapeLine(safe.NewRedactor(safe.NewSecret(os.Getenv(keyVariable))).Redact(text))
}

// withEqualsSign says how a code is given to --sandbox.
func withEqualsSign(code string) string {
	return "write --sandbox=" + code + ", with an equals sign"
}

// noArgs is the check of arguments for commands that take none.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := c.CommandPath() + " --help says what it takes"
	if _, ok := catalog.Lookup(args[0]); ok && c.Flags().Changed("sandbox") {
		hint = withEqualsSign(args[0])
	}
	return usagef(hint, "%s takes no argument", commandName(c)) // which is not repeated: it may be a key
}
