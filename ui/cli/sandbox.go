package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/sandbox"
)

func (p *program) sandboxCommand() *cobra.Command {
	var list bool
	var addr string
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a pretend Klyra API on loopback that answers with any of the 21 errors",
		Long: `Serve a pretend Klyra API on loopback that answers with any of the 21 errors.

Point your own client's base URL at it. Every request is written to standard
error. The header X-Sandbox-Error: CODE makes it answer with that error; so does
the key that is bound to the code.`,
		Example: `  klyra-doctor sandbox --addr 127.0.0.1:8080
  klyra-doctor sandbox --list`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if list {
				return p.listSandbox()
			}
			return p.serveSandbox(addr)
		},
	}
	c.Flags().BoolVar(&list, "list", false, "list the pretend keys and the sample paths")
	c.Flags().StringVar(&addr, "addr", "", "the loopback `ADDRESS` to listen on (default: a free port)")
	return c
}

// unseen holds the codes that no check can see, also where the sandbox gives them, and why.
var unseen = map[catalog.Code]string{
	"invalid_parameters":   "the parameters that the API takes are not public, so none can be judged from here",
	"unsupported_language": "the list of supported languages is not public, so no text can be called unsupported",
}

// tellUnseen says why the checks pass though the sandbox gives the very error that they are run for.
func (p *program) tellUnseen(code catalog.Code) {
	if reason := unseen[code]; reason != "" && p.flags.sandbox == string(code) {
		p.notice("the sandbox gives %s, but no check can see it: %s", code, reason)
	}
}

func (p *program) listSandbox() error {
	if p.flags.json {
		doc := sandboxDoc{frame: schema("sandbox"), Keys: []sandboxKeyDoc{}, Samples: []sandboxSampleDoc{}}
		for _, k := range sandbox.Keys() {
			doc.Keys = append(doc.Keys, sandboxKeyDoc(k))
		}
		for _, s := range sandbox.Samples() {
			doc.Samples = append(doc.Samples, sandboxSampleDoc(s))
		}
		return writeJSON(p.out, doc)
	}
	page := p.page()
	page.heading("Keys (they are no secrets)")
	for _, k := range sandbox.Keys() {
		page.row(k.Key, k.State)
	}
	page.blank()
	page.heading("Paths to download")
	for _, s := range sandbox.Samples() {
		page.row(s.Path, s.What)
	}
	return page.print()
}

// serveSandbox serves until it is interrupted.
func (p *program) serveSandbox(addr string) error {
	state := catalog.Code(p.flags.sandbox)
	if p.flags.sandbox == plainSandbox {
		state = ""
	}
	server, err := sandbox.Start(sandbox.Options{State: state, Log: p.logExchange}, addr)
	if err != nil {
		return usagef("--addr takes a loopback address and a free port, such as 127.0.0.1:8080", "%v", err)
	}
	defer server.Close()
	if p.flags.json {
		err = writeJSON(p.out, servingDoc{schema("serving"), server.URL()})
	} else {
		_, err = fmt.Fprintln(p.out, server.URL())
	}
	if err != nil {
		return err
	}
	p.notice("the sandbox serves at %s; Ctrl-C stops it", server.URL())
	p.hint("klyra-doctor sandbox --list shows the keys that it knows, and the paths")
	<-p.ctx.Done()
	return nil
}

func (p *program) logExchange(e sandbox.Exchange) {
	answer := fmt.Sprint(e.Status)
	if e.Code != "" {
		answer += " " + string(e.Code)
	}
	p.notice("%s  %s %s  key: %s  %s", time.Now().Format("15:04:05"), e.Method, e.Path, e.Authorization, answer)
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			if p.flags.json {
				return writeJSON(p.out, versionDoc{schema("version"), version(), runtime.Version(), exitCode{}})
			}
			_, err := fmt.Fprintf(p.out, "klyra-doctor %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// version is what the build was stamped with: a tag, or "devel" with the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
