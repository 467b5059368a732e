package cli

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/term"

	"klyra-doctor/catalog/safe"
)

// talks reports whether standard error is a terminal that somebody watches.
func (p *program) talks() bool {
	f, ok := p.err.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// progress shows on a terminal that something goes on, with the seconds that it takes, and returns what
// ends it. What takes less than a second shows nothing.
func (p *program) progress(what string) (done func()) {
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
				fmt.Fprintf(p.err, "\r%s… %d s\x1b[K", safe.EscapeLine(what), seconds)
			}
		}
	}()
	return func() { close(stop); <-stopped }
}

// progressLine tells on a terminal what is being done now.
func (p *program) progressLine(text string) {
	if p.talks() {
		fmt.Fprintln(p.err, safe.EscapeLine(text))
	}
}
