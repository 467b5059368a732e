package checks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// idForm matches what scripts rely on to tell findings apart: an area and a name.
var idForm = regexp.MustCompile(`^(?:url|dns|tcp|tls|http|body|view|key|content|request|limits|service|replay|check)\.[a-z0-9_]+$`)

// TestFindingIDs: testdata/findings.txt lists the ids of all findings, which are part of the program's contract. An
// id that the code has and the list has not, or the other way round, is new, misspelt or gone.
func TestFindingIDs(t *testing.T) {
	text, err := os.ReadFile("../testdata/findings.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Fields(string(text))
	written, err := idsWritten(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range listed {
		if !idForm.MatchString(id) || !slices.Contains(written, id) {
			t.Errorf("%s is listed, and no check has it", id)
		}
	}
	for _, id := range written {
		if !slices.Contains(listed, id) {
			t.Errorf("a check has %s, which is not listed", id)
		}
	}
	if !slices.IsSorted(listed) || len(slices.Compact(listed)) != len(listed) {
		t.Error("the list is not sorted, or says something twice")
	}
}

// idsWritten returns the ids that stand as literals in the code below a folder, tests and the pretend API apart,
// sorted.
func idsWritten(folder string) ([]string, error) {
	ids := map[string]bool{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "sandbox":
			return filepath.SkipDir
		case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			if text, err := strconv.Unquote(literal.Value); err == nil && idForm.MatchString(text) {
				ids[text] = true
			}
			return true
		})
		return nil
	})
	return slices.Sorted(maps.Keys(ids)), err
}
