package checks

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"
)

// container is a file format for sound and pictures, with the walk over its parts.
type container struct {
	family string // formats of one family are told apart only by a label
	walk   func(*partReader, *mediaShape) error
}

// containers holds the walk for each type that can be looked into.
var containers = map[string]*container{
	"video/mp4": isoMedia, "audio/mp4": isoMedia, "audio/x-m4a": isoMedia, "video/x-m4v": isoMedia, "video/quicktime": isoMedia,
	"video/3gpp": isoMedia, "video/3gpp2": isoMedia, "image/heic": isoMedia, "image/heif": isoMedia, "image/avif": isoMedia,
	"audio/wav": wave, "video/x-msvideo": avi,
	"video/webm": ebml, "video/matroska": ebml,
	"audio/ogg": ogg, "video/ogg": ogg, "application/ogg": ogg,
	"audio/mpeg": mp3,
	"audio/flac": flac,
}

// containerOf returns the container of a type; nil where there is none that can be looked into.
func containerOf(mimeType string) *container { return containers[mimeType] }

// mediaShape is what a walk over a container found.
type mediaShape struct {
	duration time.Duration // 0 where the file does not say
	cut      string        // why the file is not whole; "" where it is
	missing  int64         // bytes that are missing at least; 0 where unknown
	doubtful bool          // cut may also be how the file was made
	flaw     string        // what is damaged; "" for nothing
	trailing int64         // bytes after the end
	facts    []Evidence
}

// readContainer surveys an audio or video file, or an image of such a format, by its parts.
func (s *survey) readContainer(kind contentKind, c *container, in *bufio.Reader) {
	parts := &partReader{in: in}
	var shape mediaShape
	if err := c.walk(parts, &shape); err != nil && shape.cut == "" {
		shape.cut, shape.missing = "its bytes end before it does", parts.missing
	}
	if shape.duration > 0 {
		s.what += ", " + playTime(shape.duration)
		s.fact("duration", "%s", playTime(shape.duration))
	}
	s.facts = append(s.facts, shape.facts...)
	if shape.cut != "" {
		f := cutShort("the "+kind.name+" is not whole: "+shape.cut, shape.missing)
		if shape.doubtful {
			f.Status = Warn
		}
		s.found(f)
	}
	if shape.flaw != "" {
		s.found(corrupt(kind, shape.flaw))
	}
	if shape.trailing > 0 {
		s.found(trailingBytes(shape.trailing, "the "+kind.name))
	}
	if kind.media == Image && shape.cut == "" {
		s.unverifiable("its parts are all there, but this program cannot decode a " + kind.name)
	}
	s.undecoded = map[Media]string{Audio: "the sound", Video: "the video"}[kind.media]
}

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
