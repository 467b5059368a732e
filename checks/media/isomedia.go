package media

import (
	"encoding/binary"
	"fmt"
)

// isoMedia is MP4, QuickTime and their kin (ISO/IEC 14496-12), HEIC and AVIF among them.
var isoMedia = &container{"ISO base media", walkISOMedia}

// isoBoxes are the boxes that stand at the top of a file.
var isoBoxes = map[string]bool{
	"ftyp": true, "styp": true, "moov": true, "mdat": true, "moof": true, "mfra": true, "meta": true, "free": true, "skip": true, "wide": true,
	"uuid": true, "sidx": true, "ssix": true, "pdin": true, "pnot": true, "udta": true, "emsg": true, "prft": true, "idat": true, "meco": true,
	"PICT": true, "junk": true,
}

type isoBox struct {
	name  string
	start int64
	end   int64 // 0: it goes to the end of the file
}

// box reads the header of the next box.
func (r *partReader) box() (isoBox, error) {
	b := isoBox{start: r.at}
	header, err := r.next(8)
	if err != nil {
		return b, err
	}
	size := int64(binary.BigEndian.Uint32(header))
	b.name = string(header[4:])
	if size == 1 {
		if header, err = r.next(8); err != nil {
			return b, err
		}
		size = int64(binary.BigEndian.Uint64(header))
	}
	if size != 0 {
		b.end = b.start + size
	}
	return b, nil
}

// walkISOMedia walks the boxes at the top. What is inside them stays unseen but for the duration.
func walkISOMedia(r *partReader, shape *Shape) error {
	seen := map[string]int64{} // where each box begins
	for !r.ended() {
		start := r.at
		b, err := r.box()
		if (err != nil || !isoBoxes[b.name]) && len(seen) > 1 {
			r.rest()
			shape.Trailing = r.at - start
			break
		}
		if err != nil {
			return err
		}
		if b.end != 0 && b.end < r.at {
			shape.Flaw = partAt(b.name, b.start) + " says that it is shorter than its own header"
			return nil
		}
		if _, again := seen[b.name]; !again {
			seen[b.name] = b.start
		}
		if err := r.boxBody(b, shape); err != nil {
			shape.Cut = fmt.Sprintf("its bytes end inside %s", partAt(b.name, b.start))
			shape.Missing = r.missing
			return nil
		}
	}
	judgeISOIndex(seen, shape)
	return nil
}

// judgeISOIndex looks at whether what leads to the media is there.
func judgeISOIndex(seen map[string]int64, shape *Shape) {
	index, hasIndex := seen["moov"]
	_, hasMeta := seen["meta"]
	media, hasMedia := seen["mdat"]
	switch {
	case !hasIndex && !hasMeta:
		shape.Cut = "its index (moov) is missing, so nobody can play it: the recording or the upload was broken off"
	case hasIndex && !hasMedia && !hasMeta:
		shape.Cut = "its media (mdat) is missing: only the index is there"
	case hasIndex && hasMedia && index > media:
		shape.note("index", "at the end: it cannot be played while it downloads")
	}
}

// boxBody passes over a box, and reads the duration where it stands.
func (r *partReader) boxBody(b isoBox, shape *Shape) error {
	if b.end == 0 {
		r.rest()
		return nil
	}
	for b.name == "moov" && r.at+8 <= b.end && shape.Duration == 0 {
		inner, err := r.box()
		if err != nil {
			return err
		}
		if inner.end <= inner.start || inner.end > b.end {
			break
		}
		if inner.name == "mvhd" {
			if err := r.movieHeader(inner, shape); err != nil {
				return err
			}
		}
		if err := r.skipTo(inner.end); err != nil {
			return err
		}
	}
	return r.skipTo(b.end)
}

// movieHeader reads the duration.
func (r *partReader) movieHeader(b isoBox, shape *Shape) error {
	const short, long = 20, 32 // up to and with the duration, by version
	if b.end-r.at < short {
		return nil
	}
	version, err := r.next(4)
	if err != nil {
		return err
	}
	if version[0] == 0 {
		body, err := r.next(short - 4)
		if err == nil {
			shape.Duration = unitsTime(float64(binary.BigEndian.Uint32(body[12:])), float64(binary.BigEndian.Uint32(body[8:])))
		}
		return err
	}
	if b.end-r.at < long-4 {
		return nil
	}
	body, err := r.next(long - 4)
	if err == nil {
		shape.Duration = unitsTime(float64(binary.BigEndian.Uint64(body[20:])), float64(binary.BigEndian.Uint32(body[16:])))
	}
	return err
}
