package cli

import (
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestManual holds that the manual names every command and flag, and all exit codes.
func TestManual(t *testing.T) {
	root := (&program{}).root()
	var page strings.Builder
	if err := writeManual(&page, root); err != nil {
		t.Fatal(err)
	}
	dashes := strings.ReplaceAll(page.String(), `\-`, "-")
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c != root && !strings.Contains(dashes, `\fB`+c.Name()+`\fP`) {
			t.Errorf("the manual lacks the command %s", c.CommandPath())
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(dashes, "--"+f.Name+`\fP`) {
				t.Errorf("the manual lacks --%s of %s", f.Name, c.CommandPath())
			}
		})
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	for _, code := range precedence {
		if !strings.Contains(dashes, "\n"+strconv.Itoa(code)+" ") {
			t.Errorf("the manual lacks exit code %d", code)
		}
	}
	if strings.Contains(dashes, "`") {
		t.Error("the manual has backquotes where a value's name stands")
	}
}
