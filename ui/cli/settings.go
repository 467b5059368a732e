package cli

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/sandbox"
)

// keyVariable is the environment's variable for the API key.
const keyVariable = "KLYRA_API_KEY"

// flags are the flags that every command takes.
type flags struct {
	json    bool
	strict  bool
	ascii   bool
	color   string
	apiURL  string
	sandbox string // "" off, plainSandbox on, else the code of its state
	timeout time.Duration
}

// plainSandbox is what --sandbox without a code means.
const plainSandbox = "on"

func (f *flags) add(c *cobra.Command) {
	set := c.PersistentFlags()
	set.BoolVar(&f.json, "json", false, "print one JSON document")
	set.BoolVar(&f.strict, "strict", false, "let a warning count as a failure")
	set.BoolVar(&f.ascii, "ascii", false, "draw with ASCII characters alone")
	set.StringVar(&f.color, "color", "auto", "colours `WHEN`: auto, always or never")
	set.StringVar(&f.apiURL, "api-url", "", "the API's base `URL` (or KLYRA_API_URL; default "+checks.DocumentedAPI+")")
	set.StringVar(&f.sandbox, "sandbox", "", "use a pretend API with a key that works; with =`CODE` one that gives that error")
	set.Lookup("sandbox").NoOptDefVal = plainSandbox
	set.DurationVar(&f.timeout, "timeout", checks.DefaultTimeout, "the most `TIME` that one check may take")
	_ = c.RegisterFlagCompletionFunc("sandbox", completeCodes)
	_ = c.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
}

// valid finds settings that no command could use, before anything else happens.
func (f *flags) valid(given func(flag string) bool) error {
	if given("sandbox") && f.sandbox == "" {
		return usagef("write --sandbox alone, or --sandbox=CODE", "--sandbox is empty: is a variable not set?")
	}
	if given("api-url") && f.apiURL == "" {
		return usagef("leave --api-url out to use the default, "+checks.DocumentedAPI, "--api-url is empty: is a variable not set?")
	}
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		return usagef("--color takes auto, always or never", "unknown colour setting %q", f.color)
	}
	if f.timeout <= 0 {
		return usagef("give a duration such as 15s", "a timeout of %v leaves no time for a check", f.timeout)
	}
	if f.sandbox == "" {
		return nil
	}
	if f.apiURL != "" {
		return usagef("leave one of the two out", "--sandbox brings its own API, so --api-url has no use beside it")
	}
	if f.sandbox == plainSandbox {
		return nil
	}
	entry, ok := catalog.Lookup(f.sandbox)
	if !ok {
		return usagef(suggestion(f.sandbox), "--sandbox=%s: no such code", f.sandbox)
	}
	f.sandbox = string(entry.Code)
	return nil
}

// sandboxed is a running sandbox and what it wants to be asked with.
type sandboxed struct {
	server *sandbox.Running
	setup  sandbox.Setup
}

// startSandbox starts the sandbox that --sandbox asks for, once.
func (p *program) startSandbox() (*sandboxed, error) {
	if p.sandbox != nil {
		return p.sandbox, nil
	}
	state := catalog.Code("")
	if p.flags.sandbox != plainSandbox {
		state = catalog.Code(p.flags.sandbox)
	}
	server, err := sandbox.Start(sandbox.Options{State: state}, "")
	if err != nil {
		return nil, err
	}
	p.sandbox = &sandboxed{server, sandbox.SetupFor(state)}
	return p.sandbox, nil
}

// target returns what flags, environment and sandbox tell of the checks' target; the key flags of a command
// may be nil where it takes no key.
func (p *program) target(keys *keyFlags) (checks.Target, error) {
	t := checks.Target{
		CI: os.Getenv("CI") != "", Timeout: p.flags.timeout, From: map[catalog.Input]string{},
		Proxy: http.ProxyFromEnvironment, ProxyVariables: proxyVariables(),
	}
	given, err := p.givenKeys(keys)
	if err != nil {
		return t, err
	}
	t.Keys = given
	key, ok := os.LookupEnv(keyVariable)
	if p.flags.sandbox != "" {
		t.Hidden = []safe.Secret{safe.NewSecret(strings.TrimSpace(key))}
		return p.sandboxTarget(t)
	}
	if ok {
		t.Keys = append(t.Keys, secretKey(key, "environment "+keyVariable))
	}
	t.API, err = p.configuredAPI()
	return t, err
}

// proxyVariables lists the proxy settings of the environment by their names.
func proxyVariables() (names []string) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"} {
		if os.Getenv(name) != "" {
			names = append(names, name)
		}
	}
	return names
}

// configuredAPI is the API that flag, environment or default name. Beside --sandbox it is the default one.
func (p *program) configuredAPI() (*checks.API, error) {
	base, source := p.flags.apiURL, "--api-url"
	if base == "" && p.flags.sandbox == "" {
		base, source = os.Getenv("KLYRA_API_URL"), "KLYRA_API_URL"
	}
	if base == "" {
		base, source = checks.DocumentedAPI, "the default"
	}
	api, err := checks.NewAPI(base, http.ProxyFromEnvironment)
	if err != nil {
		return nil, usagef("a base URL looks like "+checks.DocumentedAPI, "%s: %v", source, err)
	}
	return api, nil
}

// sandboxTarget points a target at the sandbox. A key that was given wins over the sandbox's own.
func (p *program) sandboxTarget(t checks.Target) (checks.Target, error) {
	s, err := p.startSandbox()
	if err != nil {
		return t, err
	}
	if s.setup.Key != "" {
		t.Keys = append(t.Keys, secretKey(s.setup.Key, "the sandbox"))
	}
	if s.setup.URL != "" {
		t.URL, t.From[catalog.URLInput] = s.setup.URL, "the sandbox"
	}
	if s.setup.Content != nil {
		t.Content, t.From[catalog.ContentInput] = bytesContent(s.setup.ContentName, s.setup.Content), "the sandbox"
		t.Content.Type = s.setup.ContentType
	}
	t.Sandbox = true
	if t.RequestAPI, err = p.configuredAPI(); err != nil {
		return t, err
	}
	t.API, err = checks.NewAPI(s.server.URL(), nil)
	return t, err
}

// suggestion is the hint for a code that does not exist.
func suggestion(name string) string {
	near := index().Suggest(name, 3)
	switch {
	case len(near) == 0 && len(index().Search(name)) > 0:
		return "that is no code, but klyra-doctor search " + name + " finds something"
	case len(near) == 0:
		return "klyra-doctor list shows the 21 codes"
	}
	names := make([]string, len(near))
	for i, c := range near {
		names[i] = string(c)
	}
	return "did you mean " + strings.Join(names, ", ") + "?"
}
