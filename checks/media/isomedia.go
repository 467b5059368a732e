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

// isoWalk is how far a walk over boxes has come.
type isoWalk struct {
	*partReader
	shape    *Shape
	seen     map[string]int64 // where the first box of each name begins
	scale    float64          // units of time in a second, by the movie's header
	promised int64            // where the file ends at the earliest, by its index of segments
}

// walkISOMedia walks the boxes at the top. What is inside them stays unseen but for lengths.
func walkISOMedia(r *partReader, shape *Shape) error {
	w := &isoWalk{partReader: r, shape: shape, seen: map[string]int64{}}
	for !r.ended() {
		start := r.at
		b, err := w.box()
		if (err != nil || !isoBoxes[b.name]) && len(w.seen) > 1 {
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
		if _, again := w.seen[b.name]; !again {
			w.seen[b.name] = b.start
		}
		if err := w.body(b); err != nil {
			shape.Cut = fmt.Sprintf("its bytes end inside %s", partAt(b.name, b.start))
			shape.Missing = r.missing
			return nil
		}
	}
	w.judge()
	return nil
}

func (w *isoWalk) has(name string) bool {
	_, has := w.seen[name]
	return has
}

// judge looks at whether what leads to the media is there, and as much as it promises.
func (w *isoWalk) judge() {
	index, media := w.has("moov"), w.has("mdat")
	switch {
	case !index && w.has("styp"):
		w.shape.Cut = "it is one segment of a stream: its index (moov) is in another file"
	case !index && !w.has("meta"):
		w.shape.Cut = "its index (moov) is missing, so nobody can play it: the recording or the upload was broken off"
	case index && !media && !w.has("meta"):
		w.shape.Cut = "its media (mdat) is missing: only the index is there"
	case w.promised > w.at:
		w.shape.Cut, w.shape.Missing = "its index of segments (sidx) promises more bytes than there are", w.promised-w.at
	case w.has("moof") && w.promised == 0 && !w.has("mfra"):
		w.shape.note("length", "in fragments without an index: where the end is missing from the border of a fragment on, that cannot be seen")
	case index && media && w.seen["moov"] > w.seen["mdat"]:
		w.shape.note("index", "at the end: it cannot be played while it downloads")
	}
}

// box reads the header of the next box.
func (w *isoWalk) box() (isoBox, error) {
	b := isoBox{start: w.at}
	header, err := w.next(8)
	if err != nil {
		return b, err
	}
	size := int64(binary.BigEndian.Uint32(header))
	b.name = string(header[4:])
	if size == 1 {
		if header, err = w.next(8); err != nil {
			return b, err
		}
		size = int64(binary.BigEndian.Uint64(header))
	}
	if size != 0 {
		b.end = b.start + size
	}
	return b, nil
}

// body passes over a box, and reads lengths where they stand.
func (w *isoWalk) body(b isoBox) (err error) {
	switch {
	case b.end == 0:
		w.rest()
		w.shape.note("length", "%q goes to the end of the file: a missing end cannot be seen", b.name)
		return nil
	case b.name == "moov":
		err = w.movie(b)
	case b.name == "sidx":
		err = w.segmentIndex(b)
	}
	if err != nil {
		return err
	}
	return w.skipTo(b.end)
}

// movie reads the duration out of the index.
func (w *isoWalk) movie(b isoBox) error {
	for w.at+8 <= b.end {
		inner, err := w.box()
		if err != nil {
			return err
		}
		if inner.end < w.at || inner.end > b.end { // nothing that follows can be trusted
			return nil
		}
		switch inner.name {
		case "mvex": // its parts come next
			continue
		case "mvhd":
			err = w.movieHeader(inner)
		case "mehd":
			err = w.fragmentsHeader(inner)
		}
		if err == nil {
			err = w.skipTo(inner.end)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// movieHeader reads the units of time and the duration without fragments.
func (w *isoWalk) movieHeader(b isoBox) error {
	const short, long = 20, 32 // up to and with the duration, by version
	if b.end-w.at < long {
		return nil
	}
	body, err := w.next(long)
	if err != nil {
		return err
	}
	if body[0] == 0 {
		w.scale = float64(binary.BigEndian.Uint32(body[short-8:]))
		w.lasts(uint64(binary.BigEndian.Uint32(body[short-4:])), 1<<32-1)
		return nil
	}
	w.scale = float64(binary.BigEndian.Uint32(body[long-12:]))
	w.lasts(binary.BigEndian.Uint64(body[long-8:]), 1<<64-1)
	return nil
}

// fragmentsHeader reads the duration with all fragments.
func (w *isoWalk) fragmentsHeader(b isoBox) error {
	body, err := w.next(int(min(b.end-w.at, 12)))
	switch {
	case err != nil:
		return err
	case len(body) == 8 && body[0] == 0:
		w.lasts(uint64(binary.BigEndian.Uint32(body[4:])), 1<<32-1)
	case len(body) == 12:
		w.lasts(binary.BigEndian.Uint64(body[4:]), 1<<64-1)
	}
	return nil
}

// lasts takes in a duration; the largest value of its width means that it is not known.
func (w *isoWalk) lasts(units, unknown uint64) {
	if units != 0 && units != unknown {
		w.shape.Duration = unitsTime(float64(units), w.scale)
	}
}

// segmentIndex adds up the segments that an index promises after itself.
func (w *isoWalk) segmentIndex(b isoBox) error {
	const reference = 12
	head, err := w.next(4)
	if err != nil {
		return err
	}
	times := 8 // bytes of the first time and the first offset
	if head[0] != 0 {
		times = 16
	}
	body, err := w.next(8 + times + 4)
	if err != nil {
		return err
	}
	scale := float64(binary.BigEndian.Uint32(body[4:]))
	end := b.end + int64(bigEndian(body[8+times/2:8+times])&(1<<48-1))
	var units float64
	for range binary.BigEndian.Uint16(body[8+times+2:]) {
		if w.at+reference > b.end {
			break
		}
		segment, err := w.next(reference)
		if err != nil {
			return err
		}
		end += int64(binary.BigEndian.Uint32(segment) &^ (1 << 31))
		units += float64(binary.BigEndian.Uint32(segment[4:]))
	}
	w.promised = max(w.promised, end)
	if w.shape.Duration == 0 {
		w.shape.Duration = unitsTime(units, scale)
	}
	return nil
}
