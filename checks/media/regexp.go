package media

import (
	"regexp"
	"sync"
)

// matching holds an expression, which must be sound. It is compiled when it is first called for: most runs look at no
// file.
func matching(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
