package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/checks"
)

func (p *program) checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check key|url|content|limits|service",
		Short: "Run one live check alone",

		SuggestionsMinimumDistance: typos,

		Args: noSuchCheck,
		RunE: func(*cobra.Command, []string) error {
			return usagef("klyra-doctor check "+theChecks, "which check?")
		},
	}
	c.AddCommand(p.checkKeyCommand(), p.checkURLCommand(), p.checkContentCommand(), p.checkLimitsCommand(), p.checkServiceCommand())
	return c
}

// theChecks are those that have a command.
const theChecks = "key, url, content, limits or service"

// noSuchCheck refuses words that are no check, and guesses which one was meant.
func noSuchCheck(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "the checks are " + theChecks
	if entry, ok := catalog.Lookup(args[0]); ok {
		hint = fmt.Sprintf("that is a code: klyra-doctor fix %s runs its checks", entry.Code)
	} else if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean klyra-doctor check " + near[0] + "? The checks are " + theChecks
	}
	return usagef(hint, "no such check") // the word is not repeated: it may be a key
}

// runCheck runs one check and prints its result.
func (p *program) runCheck(check catalog.Check, t checks.Target) error {
	return p.printCheck(p.checked(check, t))
}

// checked runs one check, and shows that it is at it.
func (p *program) checked(check catalog.Check, t checks.Target) checks.Result {
	defer p.progress("checking " + check.String())()
	return checks.Run(p.ctx, check, t)
}

func (p *program) printCheck(r checks.Result) error {
	p.conclude(p.resultCode(r))
	if p.snippet != "" {
		return p.printSnippet(r.Blocks, r.Summary)
	}
	if p.flags.json {
		return writeJSON(p.out, framedCheckDoc{schema("check"), showResult(r), nil, exitCode{p.code}})
	}
	page := p.page()
	page.result(r)
	return page.print()
}

// result writes what a check found.
func (g *page) result(r checks.Result) {
	g.b.WriteString(bold + "check " + r.Check.String() + reset)
	if r.Target != "" {
		g.b.WriteString(" " + r.Target)
	}
	g.b.WriteString("  " + g.mark(r.Status) + faint + "  " + checks.DurationText(r.Duration) + reset + "\n")
	g.findings(2, r.Findings)
	g.waterfall(6, r.Phases)
	g.blocks(r.Blocks)
}

// resultCode is the exit code of a check's result.
func (p *program) resultCode(r checks.Result) int {
	if slices.ContainsFunc(r.Findings, func(f checks.Finding) bool { return f.ID == "check.crashed" }) {
		return exitBug
	}
	return p.statusCode(r.Status)
}

// statusCode is the exit code of one status.
func (p *program) statusCode(s checks.Status) int {
	switch {
	case s == checks.Fail, s == checks.Warn && p.flags.strict:
		return exitFailed
	case s == checks.Unknown, s == checks.Skip:
		return exitUntold
	}
	return exitOK
}

func (p *program) checkKeyCommand() *cobra.Command {
	var keys keyFlags
	var endpoint endpointFlags
	c := &cobra.Command{
		Use:   "key",
		Short: "Is the API key well-formed, and does the API accept it?",
		Long: `Is the API key well-formed, and does the API accept it?

The key comes from --key-file, --key-stdin, the environment's KLYRA_API_KEY or
a hidden prompt, never from the command line. It is sent to the API alone.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			t, err := p.keyTarget(&keys, &endpoint)
			if err != nil {
				return err
			}
			if !t.Has(catalog.KeyInput) && p.flags.sandbox == "" {
				key, typed, err := p.askKey()
				if err != nil {
					return err
				}
				if typed {
					t.Keys = slices.Insert(t.Keys, 0, key) // before a variable that is set, but empty
				}
			}
			return p.runCheck(catalog.KeyCheck, t)
		},
	}
	keys.add(c)
	endpoint.add(c)
	p.addSnippet(c, "axios", "node", "python", "httpx", "go", "curl")
	return c
}

// endpointFlags say which path of the API the user calls.
type endpointFlags struct{ path, request string }

func (e *endpointFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&e.path, "path", "", "the `PATH` that you call, such as /v1/moderate")
	c.Flags().StringVar(&e.request, "request", "", "read that path from the pasted request in `FILE`, or - for standard input")
	c.MarkFlagsMutuallyExclusive("path", "request")
}

// keyTarget is the target of the checks that talk to the API.
func (p *program) keyTarget(keys *keyFlags, endpoint *endpointFlags) (checks.Target, error) {
	t, err := p.target(keys)
	if err != nil {
		return t, err
	}
	return t, p.setEndpoint(&t, endpoint)
}

// setEndpoint fills in the path that the user calls.
func (p *program) setEndpoint(t *checks.Target, e *endpointFlags) error {
	t.Endpoint = e.path
	if e.path != "" {
		if e.path[0] != '/' {
			return usagef("for example --path /v1/moderate", "a path begins with a slash: %s", e.path)
		}
		t.From[catalog.EndpointInput] = "--path"
	}
	if e.request == "" {
		return nil
	}
	text, err := p.readText(e.request, "--request")
	if err != nil {
		return err
	}
	d := paste.Diagnose(text)
	if d.Request == nil || d.Request.Path == "" {
		return usagef("paste the curl command or the raw HTTP request, or give --path", "%s shows no request", e.request)
	}
	t.Endpoint, t.From[catalog.EndpointInput] = d.Request.Path, "--request"
	t.KeyRequest = d.Request
	if !t.Sandbox {
		*t = t.WithKeyOf(d.Request, "the paste")
	}
	return nil
}

func (p *program) checkURLCommand() *cobra.Command {
	var deep bool
	var expect mediaFlag
	c := &cobra.Command{
		Use:     "url URL",
		Short:   "Can the URL be downloaded, and is it what it should be?",
		Example: "  klyra-doctor check url https://cdn.example.com/photo.jpg --expect image",
		Args:    exactlyOne("a URL", "klyra-doctor check url https://…"),
		RunE: func(_ *cobra.Command, args []string) error {
			t, err := p.target(nil)
			if err != nil {
				return err
			}
			t.URL, t.Deep, t.Expect = args[0], deep, expect.media
			return p.runCheck(catalog.URLCheck, t)
		},
	}
	c.Flags().BoolVar(&deep, "deep", false, "also decode an image to its last pixel, and compare user agents, Referer and HEAD (up to three requests more)")
	expect.add(c)
	return c
}

func exactlyOne(what, hint string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef(hint, "%s wants %s", commandName(c), what)
		}
		return nil
	}
}

// mediaFlag is --expect.
type mediaFlag struct{ media checks.Media }

var allMedia = []string{string(checks.Image), string(checks.Audio), string(checks.Video), string(checks.Text)}

func (m *mediaFlag) String() string { return string(m.media) }
func (m *mediaFlag) Type() string   { return "image|audio|video|text" }

// Set takes one of the media.
func (m *mediaFlag) Set(s string) error {
	if !slices.Contains(allMedia, s) {
		return usagef("--expect takes image, audio, video or text", "unknown sort of content %q", s)
	}
	m.media = checks.Media(s)
	return nil
}

func (m *mediaFlag) add(c *cobra.Command) {
	c.Flags().Var(m, "expect", "what it should hold")
	_ = c.RegisterFlagCompletionFunc("expect", cobra.FixedCompletions(allMedia, cobra.ShellCompDirectiveNoFileComp))
}

// contentFlags say how the content is to be read.
type contentFlags struct {
	text, mime string
	base64     bool
}

func (f *contentFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.text, "text", "", "check this `TEXT` instead of a file")
	c.Flags().StringVar(&f.mime, "type", "", "the `MIME` type that your request declares")
	c.Flags().BoolVar(&f.base64, "base64", false, "the content is base64 or a data URI")
}

// content opens what a path and the flags name; nil where they name nothing.
func (p *program) content(path string, f contentFlags, textGiven bool) (*checks.Content, error) {
	var c *checks.Content
	switch {
	case textGiven && path != "":
		return nil, usagef("leave one of the two out", "both a file and --text are given")
	case textGiven:
		c = bytesContent("text", []byte(f.text))
	case path == "-":
		if p.stdinTaken != "" {
			return nil, usagef("give one of them as a file", "%s and the content both read standard input", p.stdinTaken)
		}
		p.stdinTaken = "the content"
		c = &checks.Content{Name: "standard input", Size: -1, Open: func() (io.ReadCloser, error) { return io.NopCloser(p.in), nil }}
	case path != "":
		file, err := openContent(path)
		if err != nil {
			return nil, err
		}
		c = &file
	default:
		return nil, nil
	}
	c.Type, c.Base64 = f.mime, f.base64
	return c, nil
}

func (p *program) checkContentCommand() *cobra.Command {
	var flags contentFlags
	var fixes mendFlags
	var expect mediaFlag
	c := &cobra.Command{
		Use:   "content [FILE|-]",
		Short: "Does the content fit: size, words, encoding, type, an image that decodes?",
		Long: `Does the content fit: size, words, encoding, type, an image that decodes?

With --chunk, --shrink, --clean or --decode it also writes a content that fits
and checks that. The original is never touched, and nothing is overwritten.`,
		Example: `  klyra-doctor check content photo.jpg
  klyra-doctor check content --text "is this fine?"
  klyra-doctor check content request.json --type application/json
  klyra-doctor check content photo.png --shrink photo-small.jpg`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := p.target(nil)
			if err != nil {
				return err
			}
			path := ""
			if len(args) == 1 {
				path = args[0]
			}
			given, err := p.content(path, flags, c.Flags().Changed("text"))
			if err != nil {
				return err
			}
			if given != nil {
				t.Content = given
			}
			if t.Content == nil {
				return usagef("klyra-doctor check content FILE, or - for standard input, or --text", "no content is given")
			}
			t.Expect = expect.media
			fix, out, err := fixes.asked(c.Flags().Changed)
			if err != nil {
				return err
			}
			if fix != "" {
				return p.mendContent(t, fix, out, path)
			}
			r := p.checked(catalog.ContentCheck, t)
			p.offer(&r, path, flags.base64)
			return p.printCheck(r)
		},
	}
	flags.add(c)
	expect.add(c)
	fixes.add(c)
	return c
}

func (p *program) checkLimitsCommand() *cobra.Command {
	var keys keyFlags
	var endpoint endpointFlags
	c := &cobra.Command{
		Use:   "limits [FILE|-]",
		Short: "Which rate limit was hit, and when can a retry succeed?",
		Long: `Which rate limit was hit, and when can a retry succeed?

With a pasted response (its headers too) it reads that and sends nothing;
without one it asks the API, with the key.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			t, err := p.keyTarget(&keys, &endpoint)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				text, err := p.readText(args[0], "limits")
				if err != nil {
					return err
				}
				d := paste.Diagnose(text)
				t.Response = &d
			}
			return p.runCheck(catalog.LimitsCheck, t)
		},
	}
	keys.add(c)
	endpoint.add(c)
	p.addSnippet(c, "curl", "python", "node", "go")
	return c
}

func (p *program) checkServiceCommand() *cobra.Command {
	var keys keyFlags
	c := &cobra.Command{
		Use:   "service",
		Short: "Is the API there, and is it the API that answers?",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			t, err := p.target(&keys)
			if err != nil {
				return err
			}
			return p.runCheck(catalog.ServiceCheck, t)
		},
	}
	keys.add(c)
	return c
}
