// Package media says what the bytes of a file are: their type, and whether all of the parts are there that the
// file's own headers promise. It returns values and judges nothing; it reads no file and no network. Whatever
// the bytes are, it neither fails nor panics, and holds no more of a stream than its reader buffers.
package media

import (
	"bufio"
	"fmt"
	"time"
)

// Shape is what a walk over a file's parts found, without decoding the sound or the pictures in them.
type Shape struct {
	Cut      string        // why the file is not whole, as a clause: "its media (mdat) is missing"; "" where it is
	Missing  int64         // bytes that are missing at least; 0 where unknown
	Doubtful bool          // Cut may also be how the file was made
	Flaw     string        // what is damaged, as a clause; "" for nothing
	Trailing int64         // bytes after the end
	Duration time.Duration // 0 where the file does not say

	Animated    bool // it is made to show several pictures one after the other
	Frames      int  // of a picture, as far as they are counted; 0 where the format has none
	Orientation int  // by EXIF, 1 to 8; 0 where none is written
	Notes       []Note

	perPixel float64 // bytes that a decode takes for a pixel; 0 where no decode is foreseen
	pixels   float64 // that a part announces, where they may be more than the header's
}

// Note is a fact about a file in words, worth knowing but no fault.
type Note struct{ Label, Value string }

func (shape *Shape) note(label, format string, args ...any) {
	shape.Notes = append(shape.Notes, Note{label, fmt.Sprintf(format, args...)})
}

// container is a file format for sound and pictures, with the walk over its parts.
type container struct {
	family string // formats of one family are told apart only by a label
	walk   func(*partReader, *Shape) error
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

// IsContainer reports whether a type is one that Walk can look into.
func IsContainer(mimeType string) bool { return containers[mimeType] != nil }

// SameContainer reports whether files of two types differ only by a label, as MP4 and M4A do.
func SameContainer(a, b string) bool {
	return IsContainer(a) && IsContainer(b) && containers[a].family == containers[b].family
}

// Walk walks the parts of a container from start to end. The type must be one that IsContainer knows; in has to
// buffer 64 KiB at least, so that the largest part that is looked at as a whole fits.
func Walk(mimeType string, in *bufio.Reader) Shape {
	parts := &partReader{in: in}
	var shape Shape
	if err := containers[mimeType].walk(parts, &shape); err != nil && shape.Cut == "" {
		shape.Cut, shape.Missing = "its bytes end before it does", parts.missing
	}
	return shape
}
