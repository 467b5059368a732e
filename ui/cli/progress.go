package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
)

// talks reports whether standard error is a terminal that somebody watches.
func (p *program) talks() bool {
	f, ok := p.err.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// progress shows on a terminal that something goes on, with the seconds that it takes, and returns what
// ends it. What takes less than a second shows nothing.
func (p *program) progress(what string) (done func()) {
	return p.watch(func(seconds int) string { return fmt.Sprintf("%s… %d s", what, seconds) })
}

// watch shows on a terminal a line that is made anew every second, and returns what ends it. What takes less
// than a second shows nothing.
func (p *program) watch(line func(seconds int) string) (done func()) {
	if !p.talks() {
		return func() {}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for seconds := 1; ; seconds++ {
			select {
			case <-stop:
				fmt.Fprint(p.err, "\r\x1b[K")
				return
			case <-tick.C:
				fmt.Fprintf(p.err, "\r%s\x1b[K", safe.EscapeLine(line(seconds)))
			}
		}
	}()
	return func() { close(stop); <-stopped }
}

// bar draws how many bytes of a size were read in how many seconds; a size of 0 is not known.
func bar(read, size int64, seconds int, ascii bool) string {
	speed := fmt.Sprintf("%s, %s/s", checks.SizeText(read), checks.SizeText(read/int64(seconds)))
	if size == 0 {
		return speed
	}
	const width = 24
	full, empty := "█", "░"
	if ascii {
		full, empty = "#", "-"
	}
	read = min(read, size)
	n := int(read * width / size)
	return fmt.Sprintf("%s%s %d %%, %s", strings.Repeat(full, n), strings.Repeat(empty, width-n), read*100/size, speed)
}

// progressLine tells on a terminal what is being done now.
func (p *program) progressLine(text string) {
	if p.talks() {
		fmt.Fprintln(p.err, safe.EscapeLine(text))
	}
}
