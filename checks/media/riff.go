package media

import (
	"encoding/binary"
	"fmt"
	"math"
)

// wave and avi are RIFF files: chunks inside one large chunk.
var (
	wave = &container{"WAV", walkWave}
	avi  = &container{"AVI", walkAVI}
)

// liveSize is what a program writes that does not know the size yet, because it writes to a pipe. Some write
// about half of it, the most that they hold for a size.
const (
	liveSize      = math.MaxUint32
	halfLiveSize  = math.MaxInt32
	halfLiveSlack = 64 << 10
)

// isLive reports whether a size stands for one that was not known.
func isLive(size int64) bool {
	return size == liveSize || size >= halfLiveSize-halfLiveSlack && size <= halfLiveSize+halfLiveSlack
}

type riffChunk struct {
	name  string
	start int64
	size  int64
}

// chunk reads the header of the next chunk.
func (r *partReader) chunk() (riffChunk, error) {
	c := riffChunk{start: r.at}
	header, err := r.next(8)
	if err != nil {
		return c, err
	}
	c.name, c.size = string(header[:4]), int64(binary.LittleEndian.Uint32(header[4:]))
	return c, nil
}

// end returns where a chunk ends: at an even offset.
func (c riffChunk) end() int64 { return c.start + 8 + c.size + c.size&1 }

// riffHead reads the outer chunk and its form; end is math.MaxInt64 where its size is not written.
func (r *partReader) riffHead() (end int64, err error) {
	outer, err := r.chunk()
	if err != nil {
		return 0, err
	}
	if _, err := r.next(4); err != nil {
		return 0, err
	}
	if isLive(outer.size) || outer.size == 0 {
		return math.MaxInt64, nil
	}
	return outer.start + 8 + outer.size, nil
}

// waveWalk is how far a walk over a WAV has come.
type waveWalk struct {
	*partReader
	shape     *Shape
	end       int64 // of the outer chunk; math.MaxInt64 where its size is not written
	large     int64 // size of the sound where 32 bits do not hold it; -1 for none
	perSecond float64
	sound     int64 // bytes; -1 where there is none
	formatted bool  // how the sound is to be read was said
}

// walkWave walks a WAV's chunks; a very long one (RF64, BW64) has its sizes in a chunk of its own.
func walkWave(r *partReader, shape *Shape) (err error) {
	w := &waveWalk{partReader: r, shape: shape, large: -1, sound: -1}
	if w.end, err = r.riffHead(); err != nil {
		return err
	}
	for r.at+8 <= w.end && !r.ended() && shape.Cut == "" {
		c, err := r.chunk()
		if err != nil {
			return err
		}
		if err := w.chunkBody(c); err != nil {
			return err
		}
	}
	shape.Duration = unitsTime(float64(w.sound), w.perSecond)
	if shape.Cut == "" {
		shape.endRIFF(r, w.end)
		w.forgiveHeader()
	}
	w.judge()
	return nil
}

// forgiveHeader makes less of an outer chunk that promises too much where the sound is whole.
func (w *waveWalk) forgiveHeader() {
	const ownHeader = 8
	if w.shape.Cut == "" || w.sound <= 0 {
		return
	}
	w.shape.Doubtful = true
	if w.shape.Missing == ownHeader {
		w.shape.Cut, w.shape.Missing = "", 0
		w.shape.note("size", "its header counts its own 8 bytes too, which players forgive")
	}
}

// judge looks at whether there is sound, and how to read it.
func (w *waveWalk) judge() {
	switch {
	case w.shape.Cut != "":
	case w.sound < 0:
		w.shape.Cut = "it holds no sound: its part \"data\" is missing"
	case w.sound == 0:
		w.shape.Cut = "it holds no sound: its part \"data\" is empty"
	case !w.formatted:
		w.shape.Flaw = "its part \"fmt \" is missing, which says how its sound is to be read"
	}
}

// chunkBody takes in a chunk and passes over it.
func (w *waveWalk) chunkBody(c riffChunk) error {
	switch {
	case c.name == "fmt " && c.size >= 16:
		format, err := w.next(16)
		if err != nil {
			return err
		}
		w.perSecond, w.formatted = float64(binary.LittleEndian.Uint32(format[8:])), true
		w.shape.note("sound", "%d Hz, channels: %d", binary.LittleEndian.Uint32(format[4:]), binary.LittleEndian.Uint16(format[2:]))
	case c.name == "ds64" && c.size >= 16:
		sizes, err := w.next(16)
		if err != nil {
			return err
		}
		w.end = 8 + int64(binary.LittleEndian.Uint64(sizes)&(1<<48-1))
		w.large = int64(binary.LittleEndian.Uint64(sizes[8:]) & (1<<48 - 1))
	case c.name == "data":
		if c.size == liveSize && w.large >= 0 {
			c.size = w.large
		}
		if w.unfinished(c) {
			return nil
		}
		w.sound = c.size
	}
	_ = w.skipChunk(c, w.end, w.shape)
	return nil
}

// unfinished reads sound whose size was never written: a program that writes to a pipe cannot, and one that
// was broken off did not.
func (w *waveWalk) unfinished(c riffChunk) bool {
	open := w.end == math.MaxInt64 || w.at >= w.end
	if !isLive(c.size) && (c.size != 0 || !open || w.ended()) {
		return false
	}
	w.sound = w.rest()
	if w.end != math.MaxInt64 {
		w.shape.Doubtful = true
		w.shape.Cut = fmt.Sprintf("its header was never finished: it says 0 bytes of sound, and %d bytes follow", w.sound)
	}
	return true
}

// skipChunk passes over a chunk; the byte that makes the last one even may be missing.
func (r *partReader) skipChunk(c riffChunk, end int64, shape *Shape) error {
	err := r.skipTo(c.end())
	if err == nil || (r.missing == 1 && c.size&1 == 1) {
		return nil
	}
	shape.Cut, shape.Missing = "its bytes end inside "+partAt(c.name, c.start), max(r.missing, 0)
	return err
}

// endRIFF compares where the outer chunk ends with where the bytes do.
func (shape *Shape) endRIFF(r *partReader, end int64) {
	if end == math.MaxInt64 {
		shape.note("length", "not written in the header (made while recording)")
		return
	}
	if err := r.skipTo(end); err != nil && r.missing > 1 {
		shape.Cut, shape.Missing = "its header promises more bytes than there are", r.missing
		return
	}
	shape.Trailing = r.rest()
	if shape.Trailing == 1 { // the outer chunk's own even byte
		shape.Trailing = 0
	}
}

// walkAVI walks an AVI's chunks; a large one has several outer chunks.
func walkAVI(r *partReader, shape *Shape) error {
	end, err := r.riffHead()
	if err != nil {
		return err
	}
	frames, index := false, false
	for r.at+8 <= end && !r.ended() {
		c, err := r.chunk()
		if err != nil {
			return err
		}
		index = index || c.name == "idx1"
		if c.name == "LIST" {
			form, err := r.next(4)
			if err != nil {
				return err
			}
			frames = frames || string(form) == "movi"
			if string(form) == "hdrl" {
				if err := r.aviHeader(shape); err != nil {
					return err
				}
			}
		}
		if err := r.skipChunk(c, end, shape); err != nil {
			return nil
		}
	}
	if !frames {
		shape.Cut = "it holds no pictures: its part \"movi\" is missing"
	}
	if !index {
		shape.note("index", "none at the end: seeking in it may fail")
	}
	return shape.endAVI(r, end)
}

// endAVI passes over the further outer chunks.
func (shape *Shape) endAVI(r *partReader, end int64) error {
	for end != math.MaxInt64 && r.skipTo(end) == nil && r.aviGoesOn() {
		c, err := r.chunk()
		if err != nil {
			return err
		}
		end = c.end()
	}
	shape.endRIFF(r, end)
	return nil
}

func (r *partReader) aviGoesOn() bool {
	next, _ := r.in.Peek(12)
	return len(next) == 12 && string(next[:4]) == "RIFF" && string(next[8:]) == "AVIX"
}

// aviHeader reads the duration: the time of a frame, and the number of frames.
func (r *partReader) aviHeader(shape *Shape) error {
	c, err := r.chunk()
	if err != nil || c.name != "avih" || c.size < 20 {
		return err
	}
	header, err := r.next(20)
	if err == nil {
		shape.Duration = unitsTime(float64(binary.LittleEndian.Uint32(header))*float64(binary.LittleEndian.Uint32(header[16:])), 1e6)
	}
	return err
}
