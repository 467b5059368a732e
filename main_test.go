package main

import (
	"go/build"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"klyra-doctor/ui/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"klyra-doctor": func() { os.Exit(cli.Main(os.Args[1:])) },
	})
}

// TestCommands runs the command scripts of testdata/scripts.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/scripts", RequireExplicitExec: true})
}

// policy says what a package may import directly, tests apart: "std" is the standard library without its
// network, file and process packages; "net", "os" and "time" let those in; the rest are import paths.
var policy = map[string][]string{
	"catalog":                {"std", "github.com/sahilm/fuzzy"},
	"catalog/safe":           {"std"},
	"catalog/paste":          {"std", "time", "klyra-doctor/catalog", "klyra-doctor/catalog/safe"},
	"checks":                 {"std", "time", "net", "syscall", "klyra-doctor/catalog", "klyra-doctor/catalog/safe", "klyra-doctor/catalog/paste", "klyra-doctor/checks/dns", "klyra-doctor/checks/media", "klyra-doctor/checks/text", "golang.org/x/net/idna", "golang.org/x/crypto/x509roots/fallback/bundle"},
	"checks/dns":             {"std", "time", "net", "golang.org/x/net/dns/dnsmessage"},
	"checks/dns/dnstest":     {"std", "net", "golang.org/x/net/dns/dnsmessage"},
	"checks/media":           {"std", "time", "github.com/gabriel-vasile/mimetype", "golang.org/x/image/webp"},
	"checks/media/mediatest": {"std"},
	"checks/text":            {"std", "klyra-doctor/checks/media", "github.com/clipperhouse/uax29/v2/words", "github.com/RadhiFadlillah/whatlanggo"},
	"checks/mend":            {"std", "klyra-doctor/checks", "klyra-doctor/checks/media", "klyra-doctor/checks/text", "golang.org/x/image/draw", "golang.org/x/image/math/f64", "golang.org/x/image/webp", "github.com/clipperhouse/uax29/v2/graphemes", "github.com/clipperhouse/uax29/v2/sentences", "github.com/clipperhouse/uax29/v2/words"},
	"checks/guide":           {"std", "time", "klyra-doctor/catalog", "klyra-doctor/catalog/safe", "klyra-doctor/catalog/paste", "klyra-doctor/checks"},
	"checks/sandbox":         {"std", "time", "net", "klyra-doctor/catalog"},
	"ui":                     {"std", "time", "klyra-doctor/catalog", "klyra-doctor/catalog/safe", "klyra-doctor/catalog/paste", "klyra-doctor/checks", "klyra-doctor/checks/guide", "klyra-doctor/checks/mend", "charm.land/bubbletea/v2", "charm.land/bubbles/v2/", "charm.land/lipgloss/v2", "github.com/charmbracelet/x/ansi"},
	"ui/cli":                 {"std", "time", "net", "os", "syscall", "klyra-doctor/", "github.com/spf13/cobra", "github.com/charmbracelet/colorprofile", "github.com/charmbracelet/x/ansi", "golang.org/x/term", "github.com/atotto/clipboard", "github.com/muesli/mango", "github.com/muesli/mango-cobra", "github.com/muesli/roff"},
	".":                      {"os", "klyra-doctor/ui/cli"},
}

// TestImports holds every package to the policy: it is what keeps knowledge, checks and drawing apart.
func TestImports(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(dir string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); name == "testdata" || name != "." && strings.HasPrefix(name, ".") {
			return filepath.SkipDir
		}
		p, err := build.ImportDir(dir, 0)
		if err != nil {
			return nil // a folder without Go files
		}
		seen++
		allowed, ok := policy[filepath.ToSlash(dir)]
		if !ok {
			t.Errorf("%s: a package without a policy", dir)
		}
		for _, imported := range p.Imports {
			if !slices.ContainsFunc(allowed, func(a string) bool { return covers(a, imported) }) {
				t.Errorf("%s imports %s, which the policy does not allow", dir, imported)
			}
		}
		for _, a := range allowed {
			if !slices.ContainsFunc(p.Imports, func(imported string) bool { return covers(a, imported) }) {
				t.Errorf("the policy allows %s to import %s, which it does not", dir, a)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen != len(policy) {
		t.Errorf("%d packages seen, the policy has %d", seen, len(policy))
	}
}

// covers reports whether an allowance covers an import path. One that ends in a slash covers everything below
// it.
func covers(allowance, path string) bool {
	if kind := standard(path); kind != "" {
		return allowance == kind
	}
	return allowance == path || strings.HasSuffix(allowance, "/") && strings.HasPrefix(path, allowance)
}

// standard names the allowance that a package of the standard library needs, and is empty for any other.
func standard(path string) string {
	first, _, _ := strings.Cut(path, "/")
	switch {
	case strings.Contains(first, ".") || first == "klyra-doctor":
		return ""
	case path == "net/url", path == "net/netip":
		return "std"
	case first == "net", path == "crypto/tls":
		return "net"
	case first == "os":
		return "os"
	case path == "syscall", path == "time":
		return path
	}
	return "std"
}
