package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/mend"
	"klyra-doctor/ui"
)

// mendFlags are the fixes that check content can do.
type mendFlags struct{ outs map[mend.Fix]*string }

func (f *mendFlags) add(c *cobra.Command) {
	f.outs = map[mend.Fix]*string{
		mend.Chunk:  c.Flags().String(string(mend.Chunk), "", "split a long text at sentence borders into files in the new folder `DIR`"),
		mend.Shrink: c.Flags().String(string(mend.Shrink), "", "write a smaller image to the new `FILE`: JPEG or PNG by its ending"),
		mend.Clean:  c.Flags().String(string(mend.Clean), "", "write the text as clean UTF-8 to the new `FILE`"),
		mend.Decode: c.Flags().String(string(mend.Decode), "", "write what the base64 holds to the new `FILE`"),
	}
}

// asked returns the fix that flags ask for, and where it writes; "" where they ask for none.
func (f *mendFlags) asked(changed func(string) bool) (fix mend.Fix, out string, err error) {
	for _, one := range mend.All {
		switch {
		case !changed(string(one)):
		case fix != "":
			return "", "", usagef("one at a time: do the next on what the first one wrote", "--%s and --%s are both given", fix, one)
		default:
			if fix, out = one, *f.outs[one]; fix == mend.Chunk && out != "" {
				out = filepath.Clean(out) // "parts/" cannot be told from "parts" once it is there
			}
		}
	}
	return fix, out, nil
}

// outputFree finds out before anything is read whether a fix can write where it is to: to what is not there yet.
func outputFree(fix mend.Fix, out, original string) error {
	flag := "--" + string(fix)
	if out == "" {
		return usagef("for example "+flag+" "+mend.OutputName(fix, "photo.png", ""), "%s names nothing to write to", flag)
	}
	if fix == mend.Shrink && imageType(out) == "" {
		return usagef("name a file that ends in .jpg or .png", "%s %s: a smaller image is written as JPEG or PNG", flag, out)
	}
	info, err := os.Stat(out)
	if is, statErr := os.Stat(original); err == nil && statErr == nil && os.SameFile(info, is) {
		return usagef("name another file", "%s %s: that is the content itself, which is never touched", flag, out)
	}
	if err == nil && fix == mend.Chunk && info.IsDir() {
		if entries, err := os.ReadDir(out); err != nil || len(entries) > 0 {
			return usagef("name a folder that does not exist yet, or an empty one", "%s %s: the folder is not empty", flag, out)
		}
		return nil
	}
	if _, err := os.Lstat(out); err == nil {
		return usagef("name what does not exist yet", "%s %s: it exists, and a fix overwrites nothing", flag, out)
	}
	if err := probe(fix, out); err != nil {
		return usagef("name a place in a folder that you may write to", "%s %s: %v", flag, out, pathError(err))
	}
	return nil
}

// probe makes what a fix writes, and takes it away again.
func probe(fix mend.Fix, out string) error {
	if fix == mend.Chunk {
		if err := os.Mkdir(out, 0o700); err != nil {
			return err
		}
		return os.Remove(out)
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(out))
}

// modeOf returns the permissions that a fix's files get: whoever may read and write the original may read and
// write them too. What is no file is the user's alone.
func modeOf(path string) fs.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm() & 0o666
	}
	return 0o600
}

// sizeOf returns a file's size; 0 where there is no such file any more.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// mendContent checks the content, does a fix on it, and checks what it has made.
func (p *program) mendContent(t checks.Target, fix mend.Fix, out, original string) error {
	if err := outputFree(fix, out, original); err != nil {
		return err
	}
	done := p.progress("reading " + t.Content.Name)
	forget, err := p.spooled(t)
	done()
	defer forget()
	m := mending{fix: fix, out: out}
	if p.ctx.Err() != nil {
		return p.ctx.Err()
	}
	if m.undone, err = undoneBy(fix, err); err != nil {
		return err
	}
	done = p.progress("checking the content")
	m.original = checks.Run(p.ctx, catalog.ContentCheck, t)
	done()
	if m.undone == (mend.Undone{}) {
		done = p.progress("working on the content")
		m.mended, err = mendTo(p.ctx, fix, *t.Content, out, modeOf(original))
		done()
		if p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		if m.undone, err = undoneBy(fix, err); err != nil {
			return err
		}
	}
	done = p.progress("checking what was written")
	p.checkMended(t, &m)
	done()
	return p.printMending(m)
}

// checkMended checks what a fix has written, and concludes.
func (p *program) checkMended(t checks.Target, m *mending) {
	code := p.resultCode(m.original)
	if m.undone != (mend.Undone{}) {
		code = worse(code, exitUntold)
	} else if len(m.paths) > 0 {
		code = exitOK
	}
	for _, path := range m.paths {
		r := p.checkedFile(t, path)
		m.files = append(m.files, fixedFile{path, r.Status, r.Summary})
		code = worse(code, p.resultCode(r))
	}
	p.conclude(code)
}

// undoneBy says what an error of a fix means: that it is not for this content or has nowhere to write is wrong
// usage; all else is told beside the content's own check.
func undoneBy(fix mend.Fix, err error) (mend.Undone, error) {
	var misfit mend.Misfit
	var undone mend.Undone
	switch {
	case err == nil || errors.As(err, new(usageError)):
		return undone, err
	case errors.As(err, &misfit):
		return undone, usagef(misfit.Hint, "--%s does not fit: %s", fix, misfit.What)
	case errors.As(err, &undone):
		return undone, nil
	}
	return mend.Undone{What: err.Error()}, nil
}

// checkedFile checks a file that a fix has written.
func (p *program) checkedFile(t checks.Target, path string) checks.Result {
	c, err := openContent(path)
	if err != nil {
		c = checks.Content{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return nil, err }}
	}
	t.Content = &c
	return checks.Run(p.ctx, catalog.ContentCheck, t)
}

// mending is a fix that has come to its end, with the checks before and after it.
type mending struct {
	mended
	fix      mend.Fix
	out      string
	original checks.Result
	undone   mend.Undone // why the fix could not be done; zero where it was done or needless
	files    []fixedFile // in their order
}

// fixedFile is a file that a fix has written, with what its own check says.
type fixedFile struct {
	path    string
	status  checks.Status
	summary string
}

// did tells what was done, or why nothing was.
func (m mending) did() []string {
	switch {
	case m.undone.Hint != "":
		return []string{"nothing was written: " + m.undone.What, "instead: " + m.undone.Hint}
	case m.undone.What != "":
		return []string{"nothing was written: " + m.undone.What}
	case m.Needless != "":
		return []string{"nothing was written: " + m.Needless}
	}
	return m.Did
}

// next says what to send where a fix has written what can be sent; "" where it has not.
func (m mending) next() string {
	for _, f := range m.files {
		if checks.Worse(f.status, checks.Warn) {
			return ""
		}
	}
	if len(m.files) == 0 {
		return ""
	}
	return "Send the request again " + m.fix.Sends(m.out)
}

func (p *program) printMending(m mending) error {
	if p.flags.json {
		return writeJSON(p.out, framedCheckDoc{schema("check"), showResult(m.original), p.fixDoc(m), exitCode{p.code}})
	}
	page := p.page()
	page.result(m.original)
	page.blank()
	page.b.WriteString(bold + "--" + string(m.fix) + reset + " " + p.show(m.out) + "\n")
	for _, d := range m.did() {
		page.indented("  - ", p.show(d))
	}
	page.mended(p, m)
	page.labelled(2, "next", p.show(m.next()))
	return page.print()
}

// mended writes what was written and what its check says. Of many files only those are named that do not pass.
func (g *page) mended(p *program, m mending) {
	const few = 5
	passed := 0
	for _, f := range m.files {
		if f.status == checks.Pass && len(m.files) > few {
			passed++
			continue
		}
		g.indented("  ", p.show(f.path)+"  checked: "+g.mark(f.status)+"  "+f.summary)
	}
	if passed > 0 {
		first, last := m.files[0].path, m.files[len(m.files)-1].path
		all := fmt.Sprintf("%d files, %s to %s", len(m.files), p.show(first), p.show(filepath.Base(last)))
		g.indented("  ", fmt.Sprintf("%s  checked: %d of %d %s", all, passed, len(m.files), g.mark(checks.Pass)))
	}
}

// offer adds to a content's result the commands that do what its findings call for.
func (p *program) offer(r *checks.Result, path string, base64 bool) {
	if path == "" || path == "-" || runtime.GOOS == "windows" && strings.ContainsAny(path, "%$`") {
		return
	}
	for _, fix := range mend.Offered(*r) {
		command := "klyra-doctor check content " + quoted(path)
		if base64 {
			command += " --base64"
		}
		out := freeName(mend.OutputName(fix, filepath.Base(path), r.Type))
		title := fix.Does()
		command += " --" + string(fix) + " " + quoted(out)
		if p.show(command) != command {
			continue // as it can be shown, it would name another file
		}
		r.Blocks = append(r.Blocks, checks.Block{Title: strings.ToUpper(title[:1]) + title[1:], Text: command})
	}
}

// quoted returns a path as a shell takes it for one word. On Windows that holds but for what its shells fill in
// between double quotes too: % and, in PowerShell, $ and the back quote.
func quoted(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "." + string(filepath.Separator) + path
	}
	if runtime.GOOS != "windows" {
		return checks.ShellQuoted(path)
	}
	if slashed := filepath.ToSlash(path); checks.ShellQuoted(slashed) == slashed {
		return path
	}
	return `"` + path + `"`
}

// freeName returns a name that is not taken: the one that is wanted, or that with a number.
func freeName(name string) string {
	stem, ending := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
	for n := 2; ; n++ {
		if _, err := os.Lstat(name); err != nil {
			return name
		}
		name = fmt.Sprintf("%s-%d%s", stem, n, ending)
	}
}

// mendHere does a fix for the app: it writes into the current folder, under a free name made from the content's.
func mendHere(ctx context.Context, fix mend.Fix, c checks.Content, original string) (ui.Mended, error) {
	mimeType := ""
	if fix == mend.Decode { // the name's ending is known only once it is decoded
		made, err := mend.Write(fix, checks.Content{Name: c.Name, Base64: c.Base64, Open: until(ctx, c.Open)}, io.Discard, "")
		if err != nil {
			return ui.Mended{}, err
		}
		mimeType = made.Type
	}
	path, err := filepath.Abs(freeName(mend.OutputName(fix, c.Name, mimeType)))
	if err != nil {
		return ui.Mended{}, err
	}
	made, err := mendTo(ctx, fix, c, path, modeOf(original))
	if err != nil {
		return ui.Mended{}, err
	}
	m := ui.Mended{Path: path, Made: made.Made}
	for _, file := range made.paths {
		content, err := openContent(file)
		if err != nil {
			return ui.Mended{}, err
		}
		m.Contents = append(m.Contents, content)
	}
	return m, nil
}
