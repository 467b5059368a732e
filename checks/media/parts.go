package media

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"
)

// partReader reads a container from start to end and knows how much is missing where it ends too early.
type partReader struct {
	in      *bufio.Reader
	at      int64
	missing int64
}

// next reads n bytes, at most as many as the reader below buffers; they are good until the next read.
func (r *partReader) next(n int) ([]byte, error) {
	b, err := r.in.Peek(n)
	if err != nil {
		r.missing = int64(n - len(b))
		return nil, io.ErrUnexpectedEOF
	}
	r.at += int64(n)
	_, _ = r.in.Discard(n)
	return b, nil
}

// skip passes over n bytes.
func (r *partReader) skip(n int64) error {
	for n > 0 {
		step, err := r.in.Discard(int(min(n, 1<<30)))
		r.at += int64(step)
		n -= int64(step)
		if err != nil {
			r.missing = n
			return io.ErrUnexpectedEOF
		}
	}
	return nil
}

// skipTo passes over the bytes up to an offset.
func (r *partReader) skipTo(at int64) error { return r.skip(at - r.at) }

// ended reports whether no byte is left.
func (r *partReader) ended() bool {
	_, err := r.in.Peek(1)
	return errors.Is(err, io.EOF)
}

// rest passes over all that is left and returns its length.
func (r *partReader) rest() int64 {
	n, _ := io.Copy(io.Discard, r.in)
	r.at += n
	return n
}

// unitsTime turns a length in units into a duration; 0 where it makes none.
func unitsTime(length float64, perSecond float64) time.Duration {
	seconds := length / perSecond
	if !(seconds > 0 && seconds < float64(1<<33)) {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

func partAt(name string, at int64) string { return fmt.Sprintf("part %q at offset %d", name, at) }
