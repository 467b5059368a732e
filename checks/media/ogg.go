package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"
)

// ogg is Ogg with whatever it carries: Vorbis, Opus, FLAC, Theora (RFC 3533).
var ogg = &container{"Ogg", walkOgg}

const oggPageHead = 27

// oggStream is one of the streams that an Ogg file carries.
type oggStream struct {
	next      uint32 // number of the next page
	ended     bool
	rate      float64 // units of position in a second; 0 where the codec is not known
	skip      int64   // units at the start that are not played
	positions int64   // at the end
}

func (s *oggStream) duration() time.Duration {
	if s.rate == 0 {
		return 0
	}
	return unitsTime(float64(s.positions-s.skip), s.rate)
}

// oggLink is the streams that play side by side. Files may be chains of such.
type oggLink struct {
	streams map[uint32]*oggStream
	playing bool // a page was seen that begins no stream
}

// walkOgg walks the pages and checks their checksums and numbers.
func walkOgg(r *partReader, shape *Shape) error {
	link := oggLink{streams: map[uint32]*oggStream{}}
	for !r.ended() {
		start := r.at
		head, _ := r.in.Peek(oggPageHead)
		if len(head) >= 4 && string(head[:4]) != "OggS" || len(head) < 4 && !bytes.HasPrefix([]byte("OggS"), head) {
			r.rest()
			shape.Trailing = r.at - start
			break
		}
		page, err := r.oggPage()
		if err != nil {
			shape.Cut, shape.Missing = fmt.Sprintf("its bytes end inside the page at offset %d", start), r.missing
			break
		}
		if beginsStream(page) && link.playing {
			link.end(shape)
			link = oggLink{streams: map[uint32]*oggStream{}}
		}
		if flaw := link.add(page); flaw != "" && shape.Flaw == "" {
			shape.Flaw = fmt.Sprintf("%s (page at offset %d)", flaw, start)
		}
	}
	link.end(shape)
	return nil
}

// end takes in a link that is over.
func (l oggLink) end(shape *Shape) {
	var longest time.Duration
	for _, s := range l.streams {
		longest = max(longest, s.duration())
		if !s.ended && shape.Cut == "" {
			shape.Doubtful = true
			shape.Cut = "its last page is not marked as the end: it was cut off, or recorded live"
		}
	}
	shape.Duration += longest
}

// oggPage returns the next page, whole.
func (r *partReader) oggPage() ([]byte, error) {
	size := oggPageHead
	head, err := r.in.Peek(size)
	if err == nil {
		size += int(head[26])
		head, err = r.in.Peek(size)
	}
	if err == nil {
		for _, segment := range head[oggPageHead:] {
			size += int(segment)
		}
	}
	return r.next(size)
}

// beginsStream reports whether a page is marked as the first of a stream.
func beginsStream(page []byte) bool { return page[5]&2 != 0 }

// add takes a page in and returns what is wrong with it; "" for nothing.
func (l *oggLink) add(page []byte) string {
	const last = 4
	flags, serial, number := page[5], binary.LittleEndian.Uint32(page[14:]), binary.LittleEndian.Uint32(page[18:])
	flaw, s := "", l.streams[serial]
	if s == nil {
		s = &oggStream{next: number}
		l.streams[serial] = s
		if !beginsStream(page) {
			flaw = "its beginning is missing, without which nobody can play it: a stream's first page is not marked as such"
		}
	}
	if l.playing = l.playing || !beginsStream(page); beginsStream(page) {
		s.rate, s.skip = oggCodec(page[oggPageHead+int(page[26]):])
	}
	switch {
	case binary.LittleEndian.Uint32(page[22:]) != oggChecksum(page):
		flaw = "a page's checksum is wrong"
	case number != s.next:
		flaw = fmt.Sprintf("page %d follows where page %d should", number, s.next)
	}
	s.next = number + 1
	s.ended = flags&last != 0
	if position := int64(binary.LittleEndian.Uint64(page[6:])); position > 0 {
		s.positions = position
	}
	return flaw
}

// oggCodec reads from a stream's first packet what its positions count.
func oggCodec(packet []byte) (rate float64, skip int64) {
	switch {
	case bytes.HasPrefix(packet, []byte("OpusHead")) && len(packet) >= 12:
		return 48000, int64(binary.LittleEndian.Uint16(packet[10:]))
	case bytes.HasPrefix(packet, []byte("\x01vorbis")) && len(packet) >= 16:
		return float64(binary.LittleEndian.Uint32(packet[12:])), 0
	case bytes.HasPrefix(packet, []byte("\x7fFLAC")) && len(packet) >= 30:
		return float64(bigEndian(packet[27:30]) >> 4), 0
	case bytes.HasPrefix(packet, []byte("Speex   ")) && len(packet) >= 40:
		return float64(binary.LittleEndian.Uint32(packet[36:])), 0
	}
	return 0, 0
}

// oggTable holds the checksum of each byte: CRC-32 of the polynomial 0x04C11DB7, not reflected.
var oggTable = func() (table [256]uint32) {
	for i := range table {
		c := uint32(i) << 24
		for range 8 {
			if c&(1<<31) != 0 {
				c = c<<1 ^ 0x04C11DB7
			} else {
				c <<= 1
			}
		}
		table[i] = c
	}
	return table
}()

// oggChecksum returns a page's checksum, for which its own four bytes count as zero.
func oggChecksum(page []byte) (sum uint32) {
	for i, c := range page {
		if i >= 22 && i < 26 {
			c = 0
		}
		sum = sum<<8 ^ oggTable[byte(sum>>24)^c]
	}
	return sum
}
