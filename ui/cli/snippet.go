package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"klyra-doctor/checks"
)

// snippetFlag is --snippet: one of the clients that a command can have code for.
type snippetFlag struct {
	client  *string
	clients []string
}

func (f snippetFlag) String() string { return "" }
func (f snippetFlag) Type() string   { return strings.Join(f.clients, "|") }

// Set takes one of the clients.
func (f snippetFlag) Set(s string) error {
	if !slices.Contains(f.clients, s) {
		return usagef("--snippet takes "+strings.Join(f.clients, ", "), "no code for %q", s)
	}
	*f.client = s
	return nil
}

// addSnippet adds --snippet, with which a command prints code for a client and nothing else.
func (p *program) addSnippet(c *cobra.Command, clients ...string) {
	c.Flags().Var(snippetFlag{&p.snippet, clients}, "snippet", "print only the code for this client")
	_ = c.RegisterFlagCompletionFunc("snippet", cobra.FixedCompletions(clients, cobra.ShellCompDirectiveNoFileComp))
}

// printSnippet prints the code for the client of --snippet. Where there is none, what was found says why.
func (p *program) printSnippet(blocks []checks.Block, found string) error {
	if p.flags.json {
		return usagef("leave one of the two out: with --json all code stands in blocks", "--snippet prints code, and --json a document")
	}
	for _, b := range blocks {
		if b.Client == p.snippet {
			_, err := io.WriteString(p.out, b.Text+"\n")
			return err
		}
	}
	hint := "there is nothing to copy for this result: " + found
	if clients := clientsOf(blocks); len(clients) > 0 {
		hint = "there is code for " + strings.Join(clients, ", ")
	}
	return usagef(hint, "this result has no code for %s", p.snippet)
}

// clientsOf lists the clients that there is code for.
func clientsOf(blocks []checks.Block) []string {
	var clients []string
	for _, b := range blocks {
		if b.Client != "" && !slices.Contains(clients, b.Client) {
			clients = append(clients, b.Client)
		}
	}
	return clients
}
