package media

import (
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf8"
)

// flac is FLAC in its own container (RFC 9639).
var flac = &container{"FLAC", walkFLAC}

// flacInfo is what a FLAC's header says.
type flacInfo struct {
	rate      float64
	blockSize int64 // samples of a frame, where all have the same number
	samples   int64 // in all; 0 where the header does not say
	minFrame  int64 // bytes of the shortest frame; 0 where the header does not say
}

// walkFLAC reads the header and then goes from frame to frame: the two checksums of a frame show where it
// ends and whether it is sound.
func walkFLAC(r *partReader, shape *Shape) error {
	if r.at == 0 && r.skipID3() != nil {
		return io.ErrUnexpectedEOF
	}
	if r.at > 0 {
		shape.note("note", "FLAC behind an ID3 tag, where none belongs")
	}
	info, err := r.flacHeader()
	if err != nil {
		return err
	}
	shape.Duration = unitsTime(float64(info.samples), info.rate)
	w := flacWalk{info: info}
	for {
		c, err := r.in.ReadByte()
		if err != nil {
			break
		}
		if c == 0xff {
			rest, _ := r.in.Peek(flacFrameHead)
			if start, samples, ok := flacFrame(c, rest, info.blockSize); ok && start >= w.end {
				w.nextFrame(r.at, start, samples)
			}
		}
		w.sum = w.sum<<8 ^ flacTable[byte(w.sum>>8)^c]
		r.at++
		if w.sum == 0 && w.end == info.samples && w.frames > 0 && r.endTag() {
			break
		}
	}
	w.judge(r.at, shape)
	if info.samples == 0 {
		shape.note("length", "not written in the header: where whole frames are missing at the end, that cannot be seen")
	}
	return nil
}

// flacWalk is how far a walk over a FLAC's frames has come.
type flacWalk struct {
	info   flacInfo
	frames int
	sum    uint16 // over the frame so far; 0 where it ends in its own checksum
	at     int64  // where the frame begins
	end    int64  // samples up to the end of the frame
	flaw   string
}

// nextFrame begins a frame at an offset, with its first sample and their number.
func (w *flacWalk) nextFrame(at, start, samples int64) {
	switch sound := w.sum == 0; {
	case !sound && start != w.end:
		return // bytes that look like a header
	case w.flaw != "" || w.frames == 0:
	case !sound:
		w.flaw = fmt.Sprintf("the checksum of the frame before offset %d is wrong", at)
	case start != w.end:
		w.flaw = fmt.Sprintf("frames are missing before offset %d", at)
	}
	w.frames, w.sum, w.at, w.end = w.frames+1, 0, at, start+samples
}

// judge says whether the last frame is whole and the last one that was promised.
func (w *flacWalk) judge(end int64, shape *Shape) {
	shape.Flaw = w.flaw
	switch {
	case w.info.samples > w.end:
		shape.Cut = fmt.Sprintf("its header promises %d samples, and %d are there", w.info.samples, w.end)
	case w.sum != 0 || end-w.at < w.info.minFrame:
		shape.Doubtful = w.info.samples > 0
		shape.Cut = "its last frame is incomplete, or other bytes follow it"
	}
}

// flacHeader reads the metadata blocks.
func (r *partReader) flacHeader() (info flacInfo, err error) {
	if _, err := r.next(4); err != nil {
		return info, err
	}
	for last := false; !last; {
		head, err := r.next(4)
		if err != nil {
			return info, err
		}
		last = head[0]&0x80 != 0
		kind, end := head[0]&0x7f, r.at+int64(bigEndian(head[1:]))
		if kind == 0 && end-r.at >= 18 {
			body, err := r.next(18)
			if err != nil {
				return info, err
			}
			packed := binary.BigEndian.Uint64(body[10:]) // rate, channels, bits of a sample, samples
			info = flacInfo{
				rate: float64(packed >> 44), blockSize: int64(binary.BigEndian.Uint16(body)),
				samples: int64(packed & (1<<36 - 1)), minFrame: int64(bigEndian(body[4:7])),
			}
		}
		if err := r.skipTo(end); err != nil {
			return info, err
		}
	}
	return info, nil
}

// flacFrameHead is the most that a frame's header takes after its first byte.
const flacFrameHead = 15

// flacFrame reads a frame's header: its first sample and their number. ok is false for bytes that are none.
func flacFrame(first byte, rest []byte, blockSize int64) (start, samples int64, ok bool) {
	const fixed = 4 // bytes before the frame's number
	h := append([]byte{first}, rest...)
	if len(h) < fixed+2 || h[1]&0xfe != 0xf8 || h[2]>>4 == 0 || h[2]&0x0f == 0x0f || h[3]>>4 > 10 || h[3]&1 != 0 {
		return 0, 0, false
	}
	number, width := flacNumber(h[fixed:])
	at := fixed + width
	size := h[2] >> 4
	if width == 0 || len(h) < at+5 {
		h = append(h, 0, 0, 0, 0, 0) // a very short last frame
	}
	switch {
	case size == 1:
		samples = 192
	case size <= 5:
		samples = 576 << (size - 2)
	case size == 6:
		samples = int64(h[at]) + 1
		at++
	case size == 7:
		samples = int64(binary.BigEndian.Uint16(h[at:])) + 1
		at += 2
	default:
		samples = 256 << (size - 8)
	}
	if rate := h[2] & 0x0f; rate == 12 {
		at++
	} else if rate > 12 {
		at += 2
	}
	if width == 0 || flacHeadSum(h[:at]) != h[at] {
		return 0, 0, false
	}
	if start = number; h[1]&1 == 0 { // the number counts frames, not samples
		start *= blockSize
	}
	return start, samples, true
}

// flacNumber reads a number that is coded like UTF-8 but may be longer; its width is 0 where there is none.
func flacNumber(b []byte) (value int64, width int) {
	first := b[0]
	if first < utf8.RuneSelf {
		return int64(first), 1
	}
	for mask := byte(0x80); first&mask != 0 && mask > 1; mask >>= 1 {
		width++
	}
	if width < 2 || width > 7 || len(b) < width {
		return 0, 0
	}
	value = int64(first & (0x7f >> width))
	for _, c := range b[1:width] {
		if c&0xc0 != 0x80 {
			return 0, 0
		}
		value = value<<6 | int64(c&0x3f)
	}
	return value, width
}

// flacHeadSum is CRC-8 of the polynomial 0x07.
func flacHeadSum(b []byte) (sum byte) {
	for _, c := range b {
		sum ^= c
		for range 8 {
			if sum&0x80 != 0 {
				sum = sum<<1 ^ 0x07
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}

// flacTable holds the checksum of each byte: CRC-16 of the polynomial 0x8005, not reflected.
var flacTable = func() (table [256]uint16) {
	for i := range table {
		c := uint16(i) << 8
		for range 8 {
			if c&(1<<15) != 0 {
				c = c<<1 ^ 0x8005
			} else {
				c <<= 1
			}
		}
		table[i] = c
	}
	return table
}()
