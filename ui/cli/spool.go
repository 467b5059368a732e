package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"klyra-doctor/checks"
	"klyra-doctor/checks/mend"
)

// spooled keeps what can be read only once in a file of its own, as long as a check of it may take, and returns
// what removes that. The error is an Undone where it is too long or does not end in time; its check says why then.
func (p *program) spooled(t checks.Target) (remove func(), err error) {
	if t.Content.Size >= 0 {
		return func() {}, nil
	}
	timeout := cmp.Or(t.Timeout, checks.DefaultTimeout)
	ctx, cancel := context.WithTimeout(p.ctx, timeout)
	defer cancel()
	remove, err = spool(ctx, t.Content, checks.MostRead)
	return remove, inTime(t.Content, timeout, err)
}

// inTime turns the error that the time was over into an Undone, and lets the check of the content tell the same.
func inTime(c *checks.Content, timeout time.Duration, err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	late := fmt.Sprintf("%s did not end within %v", c.Name, timeout)
	c.Open = func() (io.ReadCloser, error) { return nil, errors.New(late) }
	return mend.Undone{What: late, Hint: "give the content as a file, or more time by --timeout"}
}

// spool copies a content into a file, from which it is read from then on, and returns what removes that. Of a
// content that is longer than most bytes, one more is kept, its size stays unknown, and the error is an Undone. It
// returns at once when ctx is done.
func spool(ctx context.Context, c *checks.Content, most int64) (remove func(), err error) {
	f, err := os.CreateTemp("", "klyra-doctor-*")
	if err != nil {
		return func() {}, unspooled(c, err)
	}
	remove = func() { f.Close(); os.Remove(f.Name()) }
	type outcome struct {
		size int64
		err  error
	}
	copied, open := make(chan outcome, 1), until(ctx, c.Open)
	go func() {
		n, err := copyOnce(f, open, most+1)
		copied <- outcome{n, err}
	}()
	select { // a pipe can block for ever
	case <-ctx.Done():
		return remove, ctx.Err()
	case o := <-copied:
		switch {
		case ctx.Err() != nil:
			return remove, ctx.Err()
		case o.err != nil:
			return remove, unspooled(c, o.err)
		}
		c.Open = func() (io.ReadCloser, error) { return os.Open(f.Name()) }
		if o.size > most {
			return remove, mend.Undone{What: fmt.Sprintf("%s is longer than %s", c.Name, checks.SizeText(most)), Hint: "give the content as a file"}
		}
		c.Size = o.size
		return remove, nil
	}
}

// copyOnce copies up to most bytes of what open gives, closes that, and returns how many they were.
func copyOnce(to io.Writer, open func() (io.ReadCloser, error), most int64) (int64, error) {
	in, err := open()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	return io.Copy(to, io.LimitReader(in, most))
}

func unspooled(c *checks.Content, err error) error {
	return usagef("give the content as a file", "keep %s: %v", c.Name, err)
}
