package checks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// composed are the expressions that are put together from parts, those of inTables apart.
var composed = []lazyRegexp{
	aboutKeys, badForm, badKeyAny, badKeySure, foreignTokens, lapsed, needsLogin, noKeyAny, noKeySure,
	templateInBody, tryAgain, unexpanded, unfilled, unfilledPath,
}

// inTables is how many of keyPlaceholders and keyMasks are put together.
const inTables = 3

// TestLazyRegexps compiles every expression of the package: the program would meet an unsound one only where it
// needs it.
func TestLazyRegexps(t *testing.T) {
	literals, others := 0, 0
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			if name, ok := call.Fun.(*ast.Ident); !ok || name.Name != "matching" {
				return true
			}
			literal, plain := call.Args[0].(*ast.BasicLit)
			if !plain {
				others++
				return true
			}
			literals++
			expression, _ := strconv.Unquote(literal.Value)
			if _, err := regexp.Compile(expression); err != nil {
				t.Error(err)
			}
			return true
		})
	}
	for _, expression := range composed {
		expression()
	}
	for _, p := range slices.Concat(keyPlaceholders, keyMasks) {
		p.pattern()
	}
	if literals < 100 || others != len(composed)+inTables {
		t.Errorf("found %d literals, and %d others, of which %d are compiled here", literals, others, len(composed)+inTables)
	}
}

// sources are the package's own files, tests apart.
func sources(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}
