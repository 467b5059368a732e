package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"klyra-doctor/catalog/paste"
)

const followEvery = 250 * time.Millisecond

// followed is a log that grows.
type followed struct {
	name    string
	file    *os.File
	offset  int64 // read of file
	scanner *paste.Scanner
	before  paste.Summary // of the files that had the name before, or of what was in this one
}

func (f *followed) summary() paste.Summary { return f.before.Add(f.scanner.Summary()) }

// follow shows the counts of one log as it grows, until it is interrupted or, where it is a pipe, ends.
func (p *program) follow(names []string) error {
	if len(names) > 1 {
		return usagef("start it once for each of them", "--follow watches one log, not %d", len(names))
	}
	if _, err := logSizes(names); err != nil {
		return err
	}
	file, err := p.openLog(names[0])
	if err != nil {
		return err
	}
	f := &followed{name: names[0], file: file, scanner: &paste.Scanner{}}
	defer func() { f.file.Close() }()
	live := &live{program: p, name: f.name, height: p.height()}
	watch := p.followPipe
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		watch = p.followFile
	}
	if err := watch(f, live); err != nil && p.ctx.Err() == nil {
		return err
	}
	return live.end(f.summary())
}

// followFile reads on whenever the file has grown, and starts anew where another one has taken its name.
func (p *program) followFile(f *followed, live *live) error {
	var read atomic.Int64
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		if f.offset == 0 {
			head := make([]byte, 4096)
			n, _ := f.file.ReadAt(head, 0)
			if err := checkLog(f.name, head[:n]); err != nil {
				return err
			}
		}
		n, err := f.scanner.ReadFrom(metered{f.file, p.ctx, &read})
		if err != nil {
			return readError(f.name, err)
		}
		f.offset += n
		if err := live.show(f.summary()); err != nil {
			return err
		}
		if f.replaced() {
			p.notice("%s starts anew", logName(f.name))
			continue
		}
		select {
		case <-tick.C:
		case <-p.ctx.Done():
			return nil
		}
	}
}

// replaced reports whether the name now stands for another file, or the file was cut, and goes on with what
// is there. While nothing has the name it waits.
func (f *followed) replaced() bool {
	if f.name == "-" {
		return false
	}
	now, err := os.Stat(f.name)
	if err != nil {
		return false
	}
	if old, err := f.file.Stat(); err == nil && os.SameFile(old, now) && now.Size() >= f.offset {
		return false
	}
	file, err := os.Open(f.name)
	if err != nil {
		return false
	}
	f.file.Close()
	f.before = f.summary()
	f.file, f.offset, f.scanner = file, 0, &paste.Scanner{}
	return true
}

// followPipe takes in what comes from a pipe, until it ends.
func (p *program) followPipe(f *followed, live *live) error {
	growPipe(f.file)
	type chunk struct {
		data []byte
		err  error
	}
	chunks := make(chan chunk)
	go func() {
		for {
			c := chunk{data: make([]byte, 64<<10)}
			n, err := f.file.Read(c.data)
			c.data, c.err = c.data[:n], err
			select {
			case chunks <- c:
			case <-p.ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for first := true; ; {
		select {
		case c := <-chunks:
			if first {
				if err := checkLog(f.name, c.data); err != nil {
					return err
				}
			}
			first = false
			if _, err := f.scanner.ReadFrom(bytes.NewReader(c.data)); err != nil {
				return err
			}
			if c.err == io.EOF {
				return nil
			}
			if c.err != nil {
				return readError(f.name, c.err)
			}
		case <-tick.C:
			if err := live.show(f.summary()); err != nil {
				return err
			}
		case <-p.ctx.Done():
			return nil
		}
	}
}

// height is the rows of the terminal that the answer goes to; 0 where it goes to none.
func (p *program) height() int {
	if f, ok := p.out.(*os.File); ok {
		if _, rows, err := term.GetSize(int(f.Fd())); err == nil {
			return rows
		}
	}
	return 0
}

// live shows counts again and again: in place on a terminal, else one after another.
type live struct {
	*program
	name   string
	height int // of the terminal; 0: none
	shown  paste.Summary
	began  bool
	drawn  int // lines on the terminal
}

// show shows the counts where they differ from those that were shown; on a terminal the count of lines counts
// too.
func (l *live) show(s paste.Summary) error {
	if l.began && s.Errors == l.shown.Errors && (l.height == 0 || s.Bytes == l.shown.Bytes) {
		return nil
	}
	l.began, l.shown = true, s
	return l.draw(s, found([]scanned{{l.name, s}}))
}

// end shows the last counts.
func (l *live) end(s paste.Summary) error {
	l.conclude(found([]scanned{{l.name, s}}))
	if !l.flags.json && l.began && s.Bytes == l.shown.Bytes {
		return nil
	}
	return l.draw(s, l.code)
}

func (l *live) draw(s paste.Summary, code int) error {
	all := []scanned{{l.name, s}}
	if l.flags.json {
		doc := l.scanDoc(all)
		doc.ExitCode = code
		e := json.NewEncoder(l.out)
		e.SetEscapeHTML(false)
		return e.Encode(doc)
	}
	page := l.page()
	page.scan(all, l.program.show)
	if l.height == 0 {
		page.blank()
		return page.print()
	}
	lines := strings.SplitAfter(page.b.String(), "\n")
	lines = lines[:min(len(lines)-1, l.height-2)]
	page.b.Reset()
	if l.drawn > 0 {
		fmt.Fprintf(&page.b, "\r\x1b[%dA\x1b[J", l.drawn)
	}
	page.b.WriteString(strings.Join(lines, "") + faint + "watching; Ctrl-C ends it" + reset + "\n")
	l.drawn = len(lines) + 1
	return page.print()
}
