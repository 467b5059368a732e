package checks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestLazyRegexps compiles every expression of the package: the program would meet an unsound one only where it
// needs it.
func TestLazyRegexps(t *testing.T) {
	seen := 0
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			name, ok := call.Fun.(*ast.Ident)
			literal, plain := call.Args[0].(*ast.BasicLit)
			if !ok || !plain || name.Name != "matching" {
				return true
			}
			seen++
			expression, _ := strconv.Unquote(literal.Value)
			if _, err := regexp.Compile(expression); err != nil {
				t.Error(err)
			}
			return true
		})
	}
	for _, p := range keyMasks { // one is put together
		p.pattern()
	}
	if seen < 100 {
		t.Errorf("only %d expressions were found", seen)
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
