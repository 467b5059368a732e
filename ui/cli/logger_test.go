package cli_test

import (
	"io"
	"log"
	"testing"

	"klyra-doctor/ui/cli"
)

// TestLibrariesDoNotLog: net/http logs the bytes of a server that speaks before it is asked, as they came. Whether
// it reads them before it has asked is a race, so that the logger itself is looked at.
func TestLibrariesDoNotLog(t *testing.T) {
	before := log.Writer()
	defer log.SetOutput(before)
	if code := cli.Main([]string{"--version"}); code != 0 {
		t.Errorf("the exit code is %d", code)
	}
	if log.Writer() != io.Discard {
		t.Error("the standard logger writes to the terminal")
	}
}
