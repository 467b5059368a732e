package media

import (
	"encoding/binary"
	"math"
)

// wave and avi are RIFF files: chunks inside one large chunk.
var (
	wave = &container{"WAV", walkWave}
	avi  = &container{"AVI", walkAVI}
)

// liveSize is what a program writes that does not know the size yet, because it writes to a pipe.
const liveSize = math.MaxUint32

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
	if outer.size == liveSize || outer.size == 0 {
		return math.MaxInt64, nil
	}
	return outer.start + 8 + outer.size, nil
}

// walkWave walks a WAV's chunks.
func walkWave(r *partReader, shape *Shape) error {
	end, err := r.riffHead()
	if err != nil {
		return err
	}
	perSecond, samples := 0.0, int64(-1)
	for r.at+8 <= end && !r.ended() {
		c, err := r.chunk()
		if err != nil {
			return err
		}
		if c.name == "fmt " && c.size >= 16 {
			format, err := r.next(16)
			if err != nil {
				return err
			}
			perSecond = float64(binary.LittleEndian.Uint32(format[8:]))
			shape.note("sound", "%d Hz, channels: %d", binary.LittleEndian.Uint32(format[4:]), binary.LittleEndian.Uint16(format[2:]))
		}
		if c.name == "data" && c.size == liveSize {
			samples = r.rest()
			break
		}
		if c.name == "data" {
			samples = c.size
			shape.Duration = unitsTime(float64(samples), perSecond)
		}
		if err := r.skipChunk(c, end, shape); err != nil {
			return nil
		}
	}
	shape.Duration = unitsTime(float64(samples), perSecond)
	shape.endRIFF(r, end)
	if samples < 0 && shape.Cut == "" {
		shape.Cut = "it holds no sound: its part \"data\" is missing"
	}
	return nil
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
