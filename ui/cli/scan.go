package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"klyra-doctor/catalog/paste"
	"klyra-doctor/checks"
	"klyra-doctor/ui"
)

func (p *program) scanCommand() *cobra.Command {
	var follow, open bool
	c := &cobra.Command{
		Use:   "scan [FILE...|-]",
		Short: "Count the errors in logs of any size, by code",
		Long: `Count the errors in logs of any size, by code.

It counts error objects ("error": {"code": …}) as JSON at any depth of quoting
and as Python, JavaScript, Ruby or Java print them, whichever API they come
from. Codes in prose and in key=value pairs are not counted: diagnose reads
those. A time without a zone is taken for UTC.`,
		Example: `  klyra-doctor scan app.log app.log.1
  kubectl logs deploy/api | klyra-doctor scan
  klyra-doctor scan --follow app.log`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"-"}
			}
			switch {
			case follow:
				return p.follow(args)
			case open:
				return p.browse(args)
			}
			return p.scan(args)
		},
	}
	c.Flags().BoolVarP(&follow, "follow", "f", false, "watch one file as it grows, and show the counts live; with --json one document for each change")
	c.Flags().BoolVarP(&open, "open", "o", false, "open the app on the list of codes, each with its page and checklist")
	c.MarkFlagsMutuallyExclusive("follow", "open")
	return c
}

// scanned is one log and what it holds.
type scanned struct {
	name string
	paste.Summary
}

func (p *program) scan(names []string) error {
	all, err := p.scanAll(names)
	if err != nil {
		return err
	}
	p.code = found(all)
	if p.flags.json {
		return writeJSON(p.out, p.scanDoc(all))
	}
	page := p.page()
	page.scan(all, p.show)
	return page.print()
}

// browse opens the app on what logs hold.
func (p *program) browse(names []string) error {
	if !p.drawable() {
		return errUndrawable
	}
	all, err := p.scanAll(names)
	if err != nil {
		return err
	}
	keys := p.in
	if !term.IsTerminal(int(p.in.Fd())) {
		if keys, err = openTerminal(); err != nil {
			return errUndrawable
		}
		defer keys.Close()
	}
	name := logName(all[0].name)
	if len(all) > 1 {
		name = fmt.Sprintf("%d logs", len(all))
	}
	return p.open(keys, ui.Options{Log: &ui.Log{Name: name, Summary: together(all)}})
}

// scanAll scans logs one after another, and shows on a terminal how far it is.
func (p *program) scanAll(names []string) ([]scanned, error) {
	size, err := logSizes(names)
	if err != nil {
		return nil, err
	}
	var read atomic.Int64
	done := p.watch(func(seconds int) string {
		return bar(read.Load(), size, seconds, p.flags.ascii)
	})
	defer done()
	var all []scanned
	ended := make(chan error, 1)
	go func() {
		for _, name := range names {
			s, err := p.scanOne(name, &read)
			if err != nil {
				ended <- err
				return
			}
			all = append(all, scanned{name, s})
		}
		ended <- nil
	}()
	select {
	case err := <-ended:
		return all, err
	case <-p.ctx.Done(): // the read that goes on may wait for ever
		return nil, p.ctx.Err()
	}
}

// found is the exit code for what logs hold.
func found(all []scanned) int {
	for _, s := range all {
		if s.Errors > 0 {
			return exitOK
		}
	}
	return exitNoMatch
}

// logSizes finds out, before anything is scanned, whether every log can be read, and how many bytes they have
// together: 0 where that is not known of one.
func logSizes(names []string) (total int64, err error) {
	known := true
	for _, name := range names {
		if name == "-" {
			known = false
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return 0, unreadableLog(name, err)
		}
		if info.IsDir() {
			return 0, usagef("name the log files in it", "%s is a folder", name)
		}
		if !info.Mode().IsRegular() {
			known = false
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			return 0, unreadableLog(name, err)
		}
		f.Close()
		total += info.Size()
	}
	if !known {
		return 0, nil
	}
	return total, nil
}

func unreadableLog(name string, err error) error {
	return usagef("name a log file, or - for standard input", "read %s: %v", name, pathError(err))
}

// scanOne scans one log: a file in parts, side by side, anything else as it comes.
func (p *program) scanOne(name string, read *atomic.Int64) (paste.Summary, error) {
	f, err := p.openLog(name)
	if err != nil {
		return paste.Summary{}, err
	}
	if f != p.in {
		defer f.Close()
	}
	log := metered{f, p.ctx, read}
	if size := sizeFromStart(f); size > 0 {
		head := make([]byte, min(size, 4096))
		if n, _ := f.ReadAt(head, 0); n > 0 {
			if err := checkLog(name, head[:n]); err != nil {
				return paste.Summary{}, err
			}
		}
		s, err := paste.ScanAt(log, size)
		return s, readError(name, err)
	}
	growPipe(f)
	head := make([]byte, 4096)
	n, err := log.Read(head)
	if err != nil && err != io.EOF {
		return paste.Summary{}, readError(name, err)
	}
	if err := checkLog(name, head[:n]); err != nil {
		return paste.Summary{}, err
	}
	s, err := paste.Scan(io.MultiReader(bytes.NewReader(head[:n]), log))
	return s, readError(name, err)
}

// openLog opens a log; "-" is standard input, which only one reader may have.
func (p *program) openLog(name string) (*os.File, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, unreadableLog(name, err)
		}
		return f, nil
	}
	if p.stdinTaken != "" {
		return nil, usagef("give standard input once", "%s and scan both read standard input", p.stdinTaken)
	}
	p.stdinTaken = "scan"
	if term.IsTerminal(int(p.in.Fd())) {
		fmt.Fprintln(p.err, "reading standard input: paste the log, then press Ctrl-D on an empty line")
	}
	return p.in, nil
}

// sizeFromStart is the size of a regular file that nothing was read of yet; 0 where a log can only be read as
// it comes.
func sizeFromStart(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	if at, err := f.Seek(0, io.SeekCurrent); err != nil || at != 0 {
		return 0
	}
	return info.Size()
}

// checkLog refuses what is plainly no log. Unlike a paste, a log in UTF-16 is not read either.
func checkLog(name string, head []byte) error {
	if err := checkText(logName(name), head); err != nil {
		return usagef("unpack it first: gunzip -c FILE | klyra-doctor scan", "%s is a binary file, not a log", logName(name))
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return usagef("iconv -f UTF-16 -t UTF-8 FILE | klyra-doctor scan", "%s is in UTF-16, and scan reads UTF-8", logName(name))
	}
	return nil
}

func logName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

func readError(name string, err error) error {
	if err == nil {
		return nil
	}
	return unreadableLog(logName(name), err)
}

// metered counts the bytes that are read of a log, and ends the reading when the program is interrupted.
type metered struct {
	*os.File
	ctx  context.Context
	read *atomic.Int64
}

func (m metered) Read(b []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.File.Read(b)
	m.read.Add(int64(n))
	return n, err
}

func (m metered) ReadAt(b []byte, at int64) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.File.ReadAt(b, at)
	m.read.Add(int64(n))
	return n, err
}

// together adds up what logs hold; where there are several, places say in which one they are.
func together(all []scanned) paste.Summary {
	var sum paste.Summary
	for _, s := range all {
		if len(all) > 1 {
			for i := range s.Codes {
				s.Codes[i].First.File, s.Codes[i].Last.File = s.name, s.name
			}
		}
		sum = sum.Add(s.Summary)
	}
	return sum
}

// scan writes the counts of logs as a table.
func (g *page) scan(all []scanned, show func(string) string) {
	sum := together(all)
	where := "of " + show(logName(all[0].name))
	if len(all) > 1 {
		where = fmt.Sprintf("of %d logs", len(all))
	}
	g.plain(bold + checks.Counted(sum.Errors, "error") + reset + " in " + checks.Counted(sum.Lines, "line") + " " + where + faint + " · " + checks.SizeText(sum.Bytes) + reset)
	if sum.Errors == 0 {
		g.note("Only error objects are counted. A code in prose or in key=value pairs is found by klyra-doctor diagnose.")
		return
	}
	g.blank()
	for _, c := range sum.Codes {
		g.count(c, sum, show)
	}
	if sum.Others > 0 {
		g.plain(checks.Counted(sum.Others, "error") + " more, of other codes that are not documented: too many to list.")
	}
	if len(all) > 1 {
		g.blank()
		for _, s := range all {
			g.indented("  ", show(logName(s.name))+faint+" · "+checks.Counted(s.Errors, "error")+" in "+checks.Counted(s.Lines, "line")+" · "+checks.SizeText(s.Bytes)+reset)
		}
	}
	g.blank()
	g.note("klyra-doctor explain CODE says what a code means, klyra-doctor fix CODE runs its checklist.")
}

// count writes one code with a bar of its share of all errors, and below where and when it stands.
func (g *page) count(c paste.CodeCount, sum paste.Summary, show func(string) string) {
	number := ansi.StringWidth(checks.Grouped(sum.Codes[0].Count))
	name := clip(show(string(c.Code)), codeColumn-2)
	share := float64(c.Count) / float64(sum.Errors)
	bar := g.shareBar(share, max(g.width-codeColumn-number-11, 8))
	fmt.Fprintf(&g.b, "  %s%-*s%s%*s  %5.1f %% %s\n", cyan, codeColumn-2, name, reset, number, checks.Grouped(c.Count), 100*share, bar)
	g.indented("    ", faint+strings.Join(countFacts(c, show), " · ")+reset)
}

// shareBar draws a share of a width as a bar.
func (g *page) shareBar(share float64, width int) string {
	if g.ascii {
		return strings.Repeat("#", max(int(share*float64(width)+0.5), 1))
	}
	eighths := max(int(share*float64(width*8)+0.5), 1)
	return strings.Repeat("█", eighths/8) + strings.TrimSpace(string([]rune(" ▏▎▍▌▋▊▉")[eighths%8]))
}

// countFacts are where and when a code stands in a log, and the id of one of its requests.
func countFacts(c paste.CodeCount, show func(string) string) []string {
	var facts []string
	if !c.Known {
		facts = append(facts, "not documented")
	}
	facts = append(facts, placesWords(c, show))
	if !c.First.Time.IsZero() || !c.Last.Time.IsZero() {
		facts = append(facts, timesWords(c.First, c.Last))
	}
	if len(c.RequestIDs) > 0 {
		facts = append(facts, show(c.RequestIDs[0]))
	}
	return facts
}

func placesWords(c paste.CodeCount, show func(string) string) string {
	first, last := checks.Grouped(c.First.Line), checks.Grouped(c.Last.Line)
	switch {
	case c.First.File != "":
		first, last = show(logName(c.First.File))+":"+fmt.Sprint(c.First.Line), show(logName(c.Last.File))+":"+fmt.Sprint(c.Last.Line)
	case first == last:
		return "line " + first
	default:
		return "lines " + first + "–" + last
	}
	if first == last {
		return first
	}
	return first + " – " + last
}

func timesWords(first, last paste.Place) string {
	const layout = "2006-01-02 15:04:05"
	texts := [2]string{"?", "?"}
	for i, at := range []paste.Place{first, last} {
		if !at.Time.IsZero() {
			texts[i] = at.Time.Format(layout)
		}
	}
	if texts[0] == texts[1] {
		return texts[0] + " UTC"
	}
	if day := len("2006-01-02 "); len(texts[0]) == len(texts[1]) && texts[0][:day] == texts[1][:day] {
		texts[1] = texts[1][day:]
	}
	return texts[0] + " – " + texts[1] + " UTC"
}
