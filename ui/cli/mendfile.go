package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"klyra-doctor/checks"
	"klyra-doctor/checks/mend"
)

// mended is what a fix has made.
type mended struct {
	mend.Made
	paths []string // of the files that were written, in order; none where the fix was needless
}

// mendTo does a fix and writes what it makes to a new file or, for the parts of a text, into a folder that is
// new or empty. Nothing is ever overwritten, and nothing is left behind where the fix is needless, fails or
// crashes, or ctx is done: then it returns at once.
func mendTo(ctx context.Context, fix mend.Fix, c checks.Content, out string, mode fs.FileMode) (mended, error) {
	if ctx.Err() != nil {
		return mended{}, ctx.Err()
	}
	w := &outputs{mode: mode}
	defer w.discard()
	c.Open = until(ctx, c.Open)
	type outcome struct {
		made  mend.Made
		err   error
		panic any
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			o.panic = recover()
			done <- o
		}()
		if fix == mend.Chunk {
			o.made, o.err = w.split(c, out)
		} else {
			o.made, o.err = w.write(fix, c, out)
		}
	}()
	select { // scaling an image cannot be interrupted: it ends by itself
	case <-ctx.Done():
		return mended{}, ctx.Err()
	case o := <-done:
		switch {
		case o.panic != nil:
			panic(o.panic)
		case o.err != nil || o.made.Needless != "":
			return mended{Made: o.made}, o.err
		}
		paths, err := w.keep()
		return mended{o.made, paths}, err
	}
}

// until opens a content so that reading it ends once ctx is done.
func until(ctx context.Context, open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		in, err := open()
		if err != nil {
			return nil, err
		}
		return ctxReader{ctx, in}, nil
	}
}

type ctxReader struct {
	ctx context.Context
	io.ReadCloser
}

func (r ctxReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReadCloser.Read(p)
}

// outputs are the files that a fix writes. They can be discarded while it is still at it.
type outputs struct {
	mode fs.FileMode // of the files

	mu     sync.Mutex
	over   bool     // kept or discarded: nothing is written any more
	folder string   // that was made for them; "" for none
	paths  []string // of the files, in order
	file   *os.File // the last one; nil once it is closed
}

var errOver = errors.New("the fix was stopped")

// imageTypes are what a smaller image can be written as, by the ending of its name.
var imageTypes = map[string]string{".jpg": mend.JPEG, ".jpeg": mend.JPEG, ".png": mend.PNG}

func imageType(path string) string { return imageTypes[strings.ToLower(filepath.Ext(path))] }

// write does a fix that makes one file.
func (w *outputs) write(fix mend.Fix, c checks.Content, path string) (mend.Made, error) {
	if err := w.create(path); err != nil {
		return mend.Made{}, err
	}
	return mend.Write(fix, c, w, imageType(path))
}

// Parts get at least so many digits, so that their names sort as the text goes.
const partDigits = 3

func partName(n, digits int) string { return fmt.Sprintf("%0*d.txt", digits, n) }

// split writes the parts of a text into a folder.
func (w *outputs) split(c checks.Content, folder string) (mend.Made, error) {
	if err := w.makeFolder(folder); err != nil {
		return mend.Made{}, err
	}
	made, err := mend.Split(c, func(part []byte) error {
		if err := w.create(filepath.Join(folder, partName(len(w.paths)+1, partDigits))); err != nil {
			return err
		}
		_, err := w.Write(part)
		return err
	})
	if err != nil {
		return made, err
	}
	return made, w.renumber(folder)
}

// makeFolder makes the folder for the parts, unless there is an empty one.
func (w *outputs) makeFolder(path string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return errOver
	}
	if entries, err := os.ReadDir(path); err == nil && len(entries) == 0 {
		return nil
	}
	const owned = 0o700 // a read-only original is no reason for a folder that cannot be written to
	searchable := w.mode | w.mode&0o444>>2 | owned
	if err := os.Mkdir(path, searchable); err != nil {
		return unwritten(path, err)
	}
	w.folder = path
	return nil
}

// renumber gives the parts longer numbers where there are so many that their names would not sort any more.
func (w *outputs) renumber(folder string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	digits := len(fmt.Sprint(len(w.paths)))
	if digits <= partDigits || w.over {
		return nil
	}
	for i, old := range w.paths {
		name := filepath.Join(folder, partName(i+1, digits))
		if old == name {
			continue
		}
		if err := os.Rename(old, name); err != nil {
			return unwritten(name, err)
		}
		w.paths[i] = name
	}
	return nil
}

// create begins the next file.
func (w *outputs) create(path string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return errOver
	}
	if err := w.close(); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, w.mode)
	if err != nil {
		return unwritten(path, err)
	}
	w.paths, w.file = append(w.paths, path), f
	return nil
}

// Write writes to the last file.
func (w *outputs) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return 0, errOver
	}
	n, err := w.file.Write(p)
	if err != nil {
		err = unwritten(w.file.Name(), err)
	}
	return n, err
}

func (w *outputs) close() error {
	if w.file == nil {
		return nil
	}
	err := w.file.Close()
	if err != nil {
		err = unwritten(w.file.Name(), err)
	}
	w.file = nil
	return err
}

// keep ends the writing with all files left where they are.
func (w *outputs) keep() ([]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.close()
	w.over = err == nil
	return w.paths, err
}

// discard takes away what was written, unless it is kept.
func (w *outputs) discard() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	w.over = true
	_ = w.close()
	for _, path := range w.paths {
		_ = os.Remove(path)
	}
	if w.folder != "" {
		_ = os.Remove(w.folder)
	}
}

func unwritten(path string, err error) error {
	hint := "make room, or name a place where you may write"
	if errors.Is(err, fs.ErrExist) {
		hint = "name what does not exist yet: nothing is overwritten"
	}
	return usagef(hint, "write %s: %v", path, pathError(err))
}
