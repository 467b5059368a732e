package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// mp3 is MPEG audio of the layers II and III, with its tags.
var mp3 = &container{"MP3", walkMP3}

// mp3Frame is what a frame's header says.
type mp3Frame struct {
	size    int
	samples int
	rate    int
	tag     int // offset of an encoder's tag, where the frame has one
}

var (
	mp3Rates    = [3]int{44100, 48000, 32000} // of version 1; halved for 2, quartered for 2.5
	mp3Bitrates = [3][15]int{                 // kbit/s, of version 1 by layer, and of the other versions
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	}
)

const mp3Layer2, mp3Layer3 = 2, 1 // as headers number them

// readMP3Frame reads a frame's header; ok is false for what is none, and for free-format frames, whose size
// no header tells.
func readMP3Frame(h []byte) (f mp3Frame, ok bool) {
	if len(h) < 4 || h[0] != 0xff || h[1]&0xe0 != 0xe0 {
		return f, false
	}
	version, layer, bitrate, rate := h[1]>>3&3, h[1]>>1&3, h[2]>>4, h[2]>>2&3
	if version == 1 || layer != mp3Layer2 && layer != mp3Layer3 || bitrate == 0 || bitrate == 15 || rate == 3 {
		return f, false
	}
	f = mp3Frame{samples: 1152, rate: mp3Rates[rate], tag: 4 + 32}
	kbits, mono := mp3Bitrates[mp3Layer2-layer][bitrate], h[3]>>6 == 3
	if version != 3 {
		f.rate, f.tag = f.rate/2, 4+17
		kbits = mp3Bitrates[2][bitrate]
		if layer == mp3Layer3 {
			f.samples = 576
		}
	}
	if version == 0 {
		f.rate /= 2
	}
	if mono {
		f.tag = map[bool]int{true: 4 + 17, false: 4 + 9}[version == 3]
	}
	f.size = f.samples/8*kbits*1000/f.rate + int(h[2]>>1&1)
	return f, true
}

// isADTS reports whether a header is that of a frame of AAC, whose layer is none of MP3's.
func isADTS(h []byte) bool { return len(h) >= 2 && h[0] == 0xff && h[1]&0xf6 == 0xf0 }

// isOddFrame reports whether a header is that of sound which cannot be walked: of layer I or in free format.
func isOddFrame(h []byte) bool {
	const layer1 = 3
	return len(h) >= 4 && h[0] == 0xff && h[1]&0xe0 == 0xe0 && h[1]>>3&3 != 1 && h[1]>>1&3 != 0 &&
		(h[1]>>1&3 == layer1 || h[2]>>4 == 0) && h[2]>>2&3 != 3
}

// mp3Walk is how far a walk over an MP3 has come.
type mp3Walk struct {
	frames  int
	samples int64
	rate    int
	told    mp3Promise
	bytes   int64 // of all frames
	skipped int64
}

// walkMP3 walks the frames and counts them.
func walkMP3(r *partReader, shape *Shape) error {
	if err := r.skipID3(); err != nil {
		shape.Cut, shape.Missing = "the ID3 tag at its start says that it is longer than the file", r.missing
		return nil
	}
	if head, _ := r.in.Peek(4); string(head) == "fLaC" {
		return walkFLAC(r, shape)
	}
	switch head, _ := r.in.Peek(4); {
	case isADTS(head):
		shape.Unclear = "it is AAC behind an ID3 tag, whose parts this program cannot walk"
		return nil
	case isOddFrame(head):
		shape.Unclear = "it is MPEG audio of layer I or in free format, whose parts this program cannot walk"
		return nil
	}
	var w mp3Walk
	for more := true; more && !r.ended(); {
		more = w.frame(r, shape)
	}
	w.judge(shape)
	return nil
}

// frame passes over the next frame, or over what stands in its place; false where there are no more.
func (w *mp3Walk) frame(r *partReader, shape *Shape) bool {
	head, _ := r.in.Peek(4)
	f, ok := readMP3Frame(head)
	if !ok {
		return w.noFrame(r, shape, head)
	}
	if w.frames == 0 {
		w.told = r.mp3Promise(f)
	}
	if err := r.skip(int64(f.size)); err != nil {
		shape.Cut, shape.Missing, shape.Doubtful = "its last frame is incomplete", r.missing, true
		return false
	}
	w.frames, w.samples, w.bytes, w.rate = w.frames+1, w.samples+int64(f.samples), w.bytes+int64(f.size), f.rate
	return true
}

// noFrame passes over what is no frame, up to the next one; false where there is none.
func (w *mp3Walk) noFrame(r *partReader, shape *Shape, head []byte) bool {
	if r.endTag() {
		return false
	}
	if tag, _ := r.in.Peek(id3Head); id3Size(tag) > 0 && (tag[3] == 3 || tag[3] == 4) { // several files that were joined
		return r.skipID3() == nil && !r.ended()
	}
	if len(head) < 4 && bytes.HasPrefix(head, []byte{0xff}) {
		shape.Cut, shape.Doubtful = "its last frame is incomplete", true
		return false
	}
	lost, found := r.findMP3Frame()
	if !found {
		shape.Trailing = lost
	} else if w.frames > 0 {
		w.skipped += lost
	}
	return found
}

// judge compares the frames with what was promised.
func (w *mp3Walk) judge(shape *Shape) {
	if w.frames == 0 {
		shape.Cut, shape.Doubtful, shape.Trailing = "it holds no frame of sound that can be read", false, 0
		return
	}
	audio := w.frames
	if w.told.frames > 0 {
		audio-- // the frame with the tag is silent
	}
	shape.Duration = unitsTime(float64(w.samples), float64(w.rate))
	switch {
	case w.told.frames > audio+1:
		shape.Doubtful = false
		shape.Cut = fmt.Sprintf("its header promises %d frames, and %d are there", w.told.frames, audio)
	case w.told.frames > audio && w.told.bytes > w.bytes && shape.Cut == "":
		shape.Doubtful, shape.Missing = true, w.told.bytes-w.bytes
		shape.Cut = "its header promises one frame more than there is"
	}
	if w.skipped > 0 {
		shape.Flaw = fmt.Sprintf("%d bytes between its frames belong to none", w.skipped)
	}
}

// skipID3 passes over the tags at the start.
func (r *partReader) skipID3() error {
	for {
		head, _ := r.in.Peek(id3Head)
		size := id3Size(head)
		if size == 0 {
			return nil
		}
		if err := r.skip(size); err != nil {
			return err
		}
	}
}

const id3Head = 10

// id3Size returns the size of the ID3 tag that bytes begin with; 0 where they begin with none.
func id3Size(head []byte) int64 {
	if len(head) < id3Head || string(head[:3]) != "ID3" {
		return 0
	}
	size := int64(id3Head)
	if head[5]&0x10 != 0 { // a footer
		size += id3Head
	}
	for i, c := range head[6:id3Head] {
		size += int64(c&0x7f) << (7 * (3 - i))
	}
	return size
}

// endTag passes over the tags at the end; false where there are none.
func (r *partReader) endTag() bool {
	head, _ := r.in.Peek(8)
	for _, tag := range []string{"TAG", "APETAGEX", "LYRICS"} {
		if bytes.HasPrefix(head, []byte(tag)) {
			r.rest()
			return true
		}
	}
	return false
}

// findMP3Frame passes over bytes until two frames follow each other, and returns how many were passed.
func (r *partReader) findMP3Frame() (lost int64, found bool) {
	for !r.ended() {
		head, _ := r.in.Peek(4)
		if f, ok := readMP3Frame(head); ok {
			both, _ := r.in.Peek(f.size + 4)
			if _, ok := readMP3Frame(both[min(f.size, len(both)):]); ok {
				return lost, true
			}
		}
		if r.endTag() {
			return lost, false
		}
		if r.skip(1) != nil {
			break
		}
		lost++
	}
	return lost, false
}

// mp3Promise is what the encoder's tag in the first frame promises; 0 for nothing.
type mp3Promise struct {
	frames int
	bytes  int64 // of all frames, the one with the tag included
}

// mp3Promise reads the encoder's tag: that of most encoders (Xing, Info), or that of Fraunhofer's (VBRI).
func (r *partReader) mp3Promise(f mp3Frame) (p mp3Promise) {
	const vbriTag = 4 + 32
	frame, _ := r.in.Peek(f.size)
	if tag := frame[min(vbriTag, len(frame)):]; len(tag) >= 18 && string(tag[:4]) == "VBRI" {
		return mp3Promise{int(binary.BigEndian.Uint32(tag[14:])), int64(binary.BigEndian.Uint32(tag[10:]))}
	}
	tag := frame[min(f.tag, len(frame)):]
	if len(tag) < 16 || string(tag[:4]) != "Xing" && string(tag[:4]) != "Info" {
		return p
	}
	const frames, bytes = 1, 2 // flags of what is there
	flags, values := tag[7], tag[8:]
	if flags&frames != 0 {
		p.frames, values = int(binary.BigEndian.Uint32(values)), values[4:]
	}
	if flags&bytes != 0 {
		p.bytes = int64(binary.BigEndian.Uint32(values))
	}
	return p
}
