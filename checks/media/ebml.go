package media

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// ebml is Matroska and WebM (RFC 8794, RFC 9559).
var ebml = &container{"EBML", walkEBML}

const (
	ebmlHead    = 0x1A45DFA3
	ebmlVoid    = 0xEC
	ebmlCRC     = 0xBF
	mkvSegment  = 0x18538067
	mkvInfo     = 0x1549A966
	mkvCluster  = 0x1F43B675
	mkvScale    = 0x2AD7B1
	mkvDuration = 0x4489
)

// mkvParts are the elements that stand in a segment, and those of a cluster whose length is not written.
var mkvParts = map[uint32]string{
	ebmlVoid: "Void", ebmlCRC: "CRC-32", mkvInfo: "Info", mkvCluster: "Cluster", 0x114D9B74: "SeekHead", 0x1654AE6B: "Tracks",
	0x1C53BB6B: "Cues", 0x1941A469: "Attachments", 0x1043A770: "Chapters", 0x1254C367: "Tags",
	0xE7: "Timestamp", 0xA3: "SimpleBlock", 0xA0: "BlockGroup", 0xAB: "PrevSize", 0xA7: "Position", 0x5854: "SilentTracks",
}

type ebmlElement struct {
	id    uint32
	start int64
	end   int64 // math.MaxInt64: not written, as in a live recording
}

// element reads the header of the next element.
func (r *partReader) element() (ebmlElement, error) {
	e := ebmlElement{start: r.at}
	id, width, err := r.ebmlNumber()
	if err != nil {
		return e, err
	}
	e.id = uint32(id)
	size, sizeWidth, err := r.ebmlNumber()
	if err != nil {
		return e, err
	}
	if width > 4 { // no id is that long: not an element
		e.id = 0
	}
	marker := uint64(1) << (7 * sizeWidth)
	if e.end = math.MaxInt64; size != marker<<1-1 {
		e.end = r.at + int64(size&^marker)
	}
	return e, nil
}

// ebmlNumber reads a number with its length marker still in it, and its width in bytes.
func (r *partReader) ebmlNumber() (value uint64, width int, err error) {
	first, err := r.next(1)
	if err != nil {
		return 0, 0, err
	}
	value = uint64(first[0])
	width = bits.LeadingZeros8(first[0]) + 1
	if width > 8 {
		return 0, width, nil
	}
	rest, err := r.next(width - 1)
	for _, b := range rest {
		value = value<<8 | uint64(b)
	}
	return value, width, err
}

// walkEBML walks the head and the segments.
func walkEBML(r *partReader, shape *Shape) error {
	segments := 0
	for !r.ended() {
		start := r.at
		e, err := r.element()
		switch {
		case err == nil && e.id == mkvSegment:
			segments++
			if err := r.segment(e, shape); err != nil || shape.Cut != "" || shape.Trailing > 0 {
				return err
			}
			continue
		case err == nil && (e.id == ebmlHead || e.id == ebmlVoid || e.id == ebmlCRC):
			err = r.skipTo(e.end)
		case segments > 0:
			r.rest()
			shape.Trailing = r.at - start
			return nil
		}
		if err != nil {
			return err
		}
	}
	if segments == 0 {
		shape.Cut = "it holds no media: its segment is missing"
	}
	return nil
}

// segment walks the elements of a segment. A cluster whose length is not written is walked into.
func (r *partReader) segment(segment ebmlElement, shape *Shape) error {
	clusters := 0
	for r.at < segment.end && !r.ended() {
		start := r.at
		e, err := r.element()
		name := mkvParts[e.id]
		if err == nil && name == "" && (e.id == mkvSegment || e.id == ebmlHead || clusters > 0) {
			r.rest()
			shape.Trailing = r.at - start
			return nil
		}
		if e.id == mkvCluster {
			clusters++
		}
		if err == nil && e.id == mkvInfo {
			err = r.segmentInfo(e, shape)
		}
		if err == nil && (e.id != mkvCluster || e.end != math.MaxInt64) {
			err = r.skipTo(e.end)
		}
		if err != nil {
			shape.Cut, shape.Missing = "its bytes end inside "+partAt(name, start), r.missing
			return nil
		}
	}
	shape.endSegment(r, segment, clusters)
	return nil
}

// endSegment says what is missing where the bytes end at an element's border.
func (shape *Shape) endSegment(r *partReader, segment ebmlElement, clusters int) {
	switch {
	case segment.end == math.MaxInt64:
		shape.note("length", "not written in the header (made while recording): a missing end cannot be seen")
	case r.at < segment.end:
		shape.Cut, shape.Missing = "its header promises more bytes than there are", segment.end-r.at
	}
	if clusters == 0 && shape.Cut == "" {
		shape.Cut = "it holds no media: no cluster is there"
	}
}

// segmentInfo reads the duration.
func (r *partReader) segmentInfo(info ebmlElement, shape *Shape) error {
	scale, duration := 1e6, 0.0 // nanoseconds for a unit, units
	for r.at < info.end {
		e, err := r.element()
		if err != nil {
			return err
		}
		if size := e.end - r.at; (e.id == mkvScale || e.id == mkvDuration) && size > 0 && size <= 8 {
			value, err := r.next(int(size))
			if err != nil {
				return err
			}
			if e.id == mkvScale {
				scale = float64(bigEndian(value))
			} else {
				duration = ebmlFloat(value)
			}
		}
		if err := r.skipTo(min(e.end, info.end)); err != nil {
			return err
		}
	}
	shape.Duration = unitsTime(duration*scale, 1e9)
	return nil
}

// bigEndian reads up to eight bytes.
func bigEndian(b []byte) (n uint64) {
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

// ebmlFloat reads a number of four or eight bytes; 0 for other lengths.
func ebmlFloat(b []byte) float64 {
	switch len(b) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}
