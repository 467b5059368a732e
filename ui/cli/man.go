package cli

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/muesli/mango"
	mangocobra "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"
)

func (p *program) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "Print the manual page",
		Long:  "Print the manual page of all commands, in the format of man(1).",
		Example: `  klyra-doctor man | man -l -
  klyra-doctor man > ~/.local/share/man/man1/klyra-doctor.1`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return writeManual(p.out, c.Root()) },
	}
}

// The sections of the manual that no command carries, in the order in which they are printed.
var manualSections = []struct{ name, text string }{
	{"Exit Status", `0 if it is done and every check that ran passed or only warned;
1 if a check failed, or warned under --strict;
2 on wrong usage: an unknown flag, a file that cannot be read, a malformed setting;
3 if nothing matched: no such code, no error in the text, no hit;
4 if it could not tell: offline, timed out, no key given, an answer that proves nothing;
70 on a bug of ours;
130 if it was interrupted.`},
	{"Environment", `KLYRA_API_KEY is the API key, which never stands on the command line.
KLYRA_API_URL is the API's base URL.
NO_COLOR and CLICOLOR_FORCE switch colours off and on.
A flag wins over the environment.`},
}

// writeManual writes the manual page of a command and of all below it.
func writeManual(out io.Writer, root *cobra.Command) error {
	page := mango.NewManPage(1, root.Name(), "find and fix errors of the Klyra API").
		WithLongDescription(unwrapped(root.Long))
	if err := mangocobra.AddCommand(page, root); err != nil {
		return err
	}
	for _, s := range manualSections {
		page = page.WithSection(s.name, s.text)
	}
	valueOfFlag := regexp.MustCompile("`([A-Z]+)`") // as a flag's help names it
	_, err := fmt.Fprint(out, valueOfFlag.ReplaceAllString(page.Build(roff.NewDocument()), `\fI$1\fP`))
	return err
}

// unwrapped joins the lines of each paragraph, as the page breaks lines itself.
func unwrapped(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.Join(strings.Fields(p), " ")
	}
	return strings.Join(paragraphs, "\n")
}
