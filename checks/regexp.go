package checks

import (
	"regexp"
	"sync"
)

// lazyRegexp returns a regular expression, which is compiled when it is first called for: one run needs few of those
// that there are, and compiling them all takes longer than starting the program.
type lazyRegexp func() *regexp.Regexp

// matching holds an expression to be compiled, which must be sound.
func matching(expression string) lazyRegexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
