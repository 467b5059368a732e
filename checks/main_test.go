package checks

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets more tests run at a time than there are processors, unless a flag says how many: those that are
// parallel wait for silent servers, nearly all of the time.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" || f.Name == "test.fuzz" })
	if !given {
		flag.Set("test.parallel", "8")
	}
	os.Exit(m.Run())
}
