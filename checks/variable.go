package checks

import (
	"cmp"
	"strings"
)

// These are the ways in which a variable is written that a value was to take the place of.
const (
	shellVariable = `\$\{[^{}]*\}|\$\{?[A-Za-z_]\w*` // ${name}, $name
	cmdVariable   = `%[A-Z][A-Z0-9_]*%`              // %NAME%
	braced        = `\{\{[^{}]*\}\}`                 // {{name}}
	toFillIn      = `<[A-Za-z_][\w -]*>`             // <name>
	pathPart      = `\{[A-Za-z_]\w*\}`               // {name}

	programsVariable = braced + `|` + shellVariable + `|` + cmdVariable
)

var (
	// unexpanded is what a shell or a program puts a value in for.
	unexpanded = matching(programsVariable)
	// unfilled is wider by what documentation leaves to its reader.
	unfilled = matching(programsVariable + `|` + toFillIn)
	// unfilledPath is wider by how the parts of a path are named.
	unfilledPath = matching(programsVariable + `|` + toFillIn + `|` + pathPart)
	// templateInBody is narrower: a dollar or an angle bracket may well belong to a content.
	templateInBody = matching(braced)
)

// escapes are percent-encoded bytes: "%D0%B0" holds no variable %D0%.
var escapes = matching(`(?:%[0-9A-Fa-f]{2})+`)

// variableInURL returns the first variable that stands in a URL; "" for none.
func variableInURL(address string) string {
	address = escapes().ReplaceAllString(address, "-")
	path, query := address, ""
	if at := strings.IndexAny(address, "?#"); at >= 0 {
		path, query = address[:at], address[at:]
	}
	return cmp.Or(unfilledPath().FindString(path), unfilled().FindString(query))
}

// variableInHeader returns the first variable that stands in the value of a header; "" for none.
func variableInHeader(value string) string {
	return unfilled().FindString(escapes().ReplaceAllString(value, "-"))
}
