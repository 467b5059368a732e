package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// mp3 is MPEG audio, layer III, with its tags.
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
	mp3Bitrates = [2][15]int{                 // kbit/s, of version 1 and of the others
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	}
)

// readMP3Frame reads a frame's header; ok is false for what is none, and for free-format frames, whose size
// no header tells.
func readMP3Frame(h []byte) (f mp3Frame, ok bool) {
	if len(h) < 4 || h[0] != 0xff || h[1]&0xe6 != 0xe2 { // layer III
		return f, false
	}
	version, bitrate, rate := h[1]>>3&3, h[2]>>4, h[2]>>2&3
	if version == 1 || bitrate == 0 || bitrate == 15 || rate == 3 {
		return f, false
	}
	f = mp3Frame{samples: 1152, rate: mp3Rates[rate], tag: 4 + 32}
	kbits, mono := mp3Bitrates[0][bitrate], h[3]>>6 == 3
	if version != 3 {
		f.samples, f.rate, f.tag = 576, f.rate/2, 4+17
		kbits = mp3Bitrates[1][bitrate]
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

// mp3Walk is how far a walk over an MP3 has come.
type mp3Walk struct {
	frames  int
	samples int64
	rate    int
	told    int // frames that the encoder's tag promises; 0 where it has none
	skipped int64
}

// walkMP3 walks the frames and counts them.
func walkMP3(r *partReader, shape *Shape) error {
	if err := r.skipID3(); err != nil {
		return err
	}
	if head, _ := r.in.Peek(4); string(head) == "fLaC" {
		shape.note("note", "FLAC behind an ID3 tag, where none belongs")
		return walkFLAC(r, shape)
	}
	var w mp3Walk
	for !r.ended() {
		head, _ := r.in.Peek(4)
		f, ok := readMP3Frame(head)
		if !ok {
			if r.mp3Tags() {
				break
			}
			if len(head) < 4 && head[0] == 0xff {
				shape.Cut, shape.Doubtful = "its last frame is incomplete", true
				break
			}
			lost, found := r.findMP3Frame()
			if !found {
				shape.Trailing = lost
				break
			}
			if w.frames > 0 {
				w.skipped += lost
			}
			continue
		}
		if w.frames == 0 {
			w.told = r.mp3Promise(f)
		}
		if err := r.skip(int64(f.size)); err != nil {
			shape.Cut, shape.Missing, shape.Doubtful = "its last frame is incomplete", r.missing, true
			break
		}
		w.frames, w.samples, w.rate = w.frames+1, w.samples+int64(f.samples), f.rate
	}
	w.judge(shape)
	return nil
}

// judge compares the frames with what was promised.
func (w *mp3Walk) judge(shape *Shape) {
	if w.frames == 0 {
		shape.Cut, shape.Doubtful, shape.Trailing = "it holds no frame of sound that can be read", false, 0
		return
	}
	audio := w.frames
	if w.told > 0 {
		audio-- // the frame with the tag is silent
	}
	shape.Duration = unitsTime(float64(w.samples), float64(w.rate))
	if w.told > audio+1 {
		shape.Doubtful = false
		shape.Cut = fmt.Sprintf("its header promises %d frames, and %d are there", w.told, audio)
	}
	if w.skipped > 0 {
		shape.Flaw = fmt.Sprintf("%d bytes between its frames belong to none", w.skipped)
	}
}

// skipID3 passes over the tags at the start.
func (r *partReader) skipID3() error {
	const head = 10
	for {
		tag, _ := r.in.Peek(head)
		if len(tag) < head || string(tag[:3]) != "ID3" {
			return nil
		}
		size := int64(head)
		if tag[5]&0x10 != 0 { // a footer
			size += head
		}
		for i, c := range tag[6:] {
			size += int64(c&0x7f) << (7 * (3 - i))
		}
		if err := r.skip(size); err != nil {
			return err
		}
	}
}

// mp3Tags passes over tags at the end; false where there are none.
func (r *partReader) mp3Tags() bool {
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
		if r.mp3Tags() {
			return lost, false
		}
		if r.skip(1) != nil {
			break
		}
		lost++
	}
	return lost, false
}

// mp3Promise returns the number of frames that the encoder's tag in the first frame promises; 0 for none.
func (r *partReader) mp3Promise(f mp3Frame) int {
	frame, _ := r.in.Peek(f.size)
	if len(frame) < f.tag+12 {
		return 0
	}
	tag := frame[f.tag:]
	hasCount := tag[7]&1 != 0
	if name := string(tag[:4]); (name != "Xing" && name != "Info") || !hasCount {
		return 0
	}
	return int(binary.BigEndian.Uint32(tag[8:]))
}
