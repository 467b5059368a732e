package mediatest

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
)

// Checksum is a CRC of so many bits, not reflected, bit by bit.
func Checksum(data []byte, width int, polynomial uint32) (sum uint32) {
	top := uint32(1) << (width - 1)
	for _, c := range data {
		sum ^= uint32(c) << (width - 8)
		for range 8 {
			carry := sum & top
			if sum <<= 1; carry != 0 {
				sum ^= polynomial
			}
		}
	}
	return sum & (top<<1 - 1)
}

// WAV is a WAV of 8,000 mono samples of 16 bits a second, with so many bytes of sound.
func WAV(sound int) []byte {
	format := []byte{1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0}
	return RIFF("WAVE", RIFFPart("fmt ", format), RIFFPart("data", make([]byte, sound)))
}

// LongWAV is a WAV as WAV makes it, in the form for more than 4 GB.
func LongWAV(sound int) []byte {
	data := WAV(sound)
	sizes := binary.LittleEndian.AppendUint64(nil, uint64(len(data)-8+36))
	sizes = binary.LittleEndian.AppendUint64(sizes, uint64(sound))
	sizes = append(binary.LittleEndian.AppendUint64(sizes, uint64(sound/2)), 0, 0, 0, 0)
	long := slices.Concat([]byte("RF64\xff\xff\xff\xffWAVE"), RIFFPart("ds64", sizes), data[12:])
	copy(long[bytes.Index(long, []byte("data"))+4:], "\xff\xff\xff\xff")
	return long
}

// Box builds a box.
func Box(name string, body ...[]byte) []byte {
	all := slices.Concat(body...)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8)), name...), all...)
}

// MovieHeader is a movie header of 1,000 units a second.
func MovieHeader(milliseconds uint32) []byte {
	body := make([]byte, 100)
	binary.BigEndian.PutUint32(body[12:], 1000)
	binary.BigEndian.PutUint32(body[16:], milliseconds)
	return Box("mvhd", body)
}

// LongMovieHeader is the same in the form for very long films.
func LongMovieHeader(milliseconds uint64) []byte {
	body := make([]byte, 112)
	body[0] = 1
	binary.BigEndian.PutUint32(body[20:], 1000)
	binary.BigEndian.PutUint64(body[24:], milliseconds)
	return Box("mvhd", body)
}

// The parts of MP4.
var (
	MP4Type  = Box("ftyp", []byte("isom\x00\x00\x02\x00isommp41"))
	MP4Index = Box("moov", Box("free"), MovieHeader(3_000), Box("trak", make([]byte, 40)))
	MP4Media = Box("mdat", make([]byte, 300))
)

// MP4 is a video of 3 s, its index first.
func MP4() []byte { return slices.Concat(MP4Type, MP4Index, MP4Media) }

// ShortBoxMP4 is MP4 with a box in its index that says it is shorter than its own header.
func ShortBoxMP4() []byte {
	return slices.Concat(MP4Type, Box("moov", MovieHeader(3_000), []byte("\x00\x00\x00\x04mehd")), MP4Media)
}

// FragmentedMP4 is a video of 3 s in two fragments; with an index of segments (sidx) where one is wanted.
func FragmentedMP4(indexed bool) []byte {
	length := append(make([]byte, 4), 0, 0, 0x0b, 0xb8)
	index := Box("moov", MovieHeader(0), Box("mvex", Box("mehd", length)))
	fragment := slices.Concat(Box("moof", make([]byte, 30)), Box("mdat", make([]byte, 200)))
	if !indexed {
		return slices.Concat(MP4Type, index, fragment, fragment)
	}
	segments := []byte("\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x03\xe8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02")
	for range 2 {
		segments = binary.BigEndian.AppendUint32(segments, uint32(len(fragment)))
		segments = append(segments, "\x00\x00\x05\xdc\x90\x00\x00\x00"...)
	}
	return slices.Concat(MP4Type, index, Box("sidx", segments), fragment, fragment)
}

// Element builds an element with a size of eight bytes.
func Element(id []byte, body ...[]byte) []byte {
	all := slices.Concat(body...)
	return append(append(bytes.Clone(id), binary.BigEndian.AppendUint64(nil, 1<<56|uint64(len(all)))...), all...)
}

// The parts of WebM.
var (
	WebMHead    = Element([]byte{0x1a, 0x45, 0xdf, 0xa3}, []byte("\x42\x82\x84webm"))
	WebMInfo    = Element([]byte{0x15, 0x49, 0xa9, 0x66}, []byte("\x2a\xd7\xb1\x83\x0f\x42\x40\x44\x89\x84"), binary.BigEndian.AppendUint32(nil, math.Float32bits(3000)))
	webmBlock   = append([]byte{0xa3, 0x80 | 60}, make([]byte, 60)...)
	webmTime    = []byte{0xe7, 0x81, 0}
	SegmentID   = []byte{0x18, 0x53, 0x80, 0x67}
	clusterID   = []byte{0x1f, 0x43, 0xb6, 0x75}
	webmCluster = Element(clusterID, webmTime, webmBlock, webmBlock)
)

// WebM is a file of 3 s, all lengths written.
func WebM() []byte {
	return append(bytes.Clone(WebMHead), Element(SegmentID, WebMInfo, webmCluster, webmCluster)...)
}

// LiveWebM is what browsers record: no length is known when it is written.
func LiveWebM() []byte {
	live := append(bytes.Clone(clusterID), 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	return slices.Concat(WebMHead, SegmentID, []byte{0xff}, live, webmTime, webmBlock, live, webmTime, webmBlock)
}

// OggPage builds a page of one stream.
func OggPage(flags byte, number uint32, position uint64, body []byte) []byte {
	page := append([]byte("OggS\x00"), flags)
	page = binary.LittleEndian.AppendUint64(page, position)
	page = binary.LittleEndian.AppendUint32(page, 7)
	page = binary.LittleEndian.AppendUint32(page, number)
	page = append(page, 0, 0, 0, 0, 1, byte(len(body)))
	page = append(page, body...)
	binary.LittleEndian.PutUint32(page[22:], Checksum(page, 32, 0x04C11DB7))
	return page
}

// The pages of Opus.
var (
	OpusHead   = OggPage(2, 0, 0, []byte("OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"))
	OpusMiddle = OggPage(0, 1, 48_000, make([]byte, 200))
	OpusEnd    = OggPage(4, 2, 3*48_000+312, make([]byte, 200))
)

// Opus is 3 s in three pages.
func Opus() []byte { return slices.Concat(OpusHead, OpusMiddle, OpusEnd) }

// MP3Frame is one frame of 128 kbit/s at 44,100 Hz: 417 bytes.
var MP3Frame = append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 413)...)

// MP3 has a frame with the encoder's tag, which promises frames, and so many frames of sound.
func MP3(promised uint32, frames int) []byte {
	first := bytes.Clone(MP3Frame)
	copy(first[36:], "Info\x00\x00\x00\x01")
	binary.BigEndian.PutUint32(first[44:], promised)
	return append(first, bytes.Repeat(MP3Frame, frames)...)
}

// FraunhoferMP3 is as MP3, with the tag of another encoder.
func FraunhoferMP3(promised uint32, frames int) []byte {
	data := MP3(0, frames)
	copy(data[36:], "VBRI\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	binary.BigEndian.PutUint32(data[36+10:], (promised+1)*uint32(len(MP3Frame)))
	binary.BigEndian.PutUint32(data[36+14:], promised)
	return data
}

// SizedMP3 is as MP3, and the encoder's tag tells the number of bytes too.
func SizedMP3(promised uint32, frames int) []byte {
	data := MP3(promised, frames)
	data[43] = 3
	binary.BigEndian.PutUint32(data[48:], (promised+1)*uint32(len(MP3Frame)))
	return data
}

// MP2 is sound of layer II: 16 kHz, 128 kbit/s.
func MP2(frames int) []byte {
	return bytes.Repeat(append([]byte{0xff, 0xf5, 0xc8, 0x00}, make([]byte, 1148)...), frames)
}

// TransportStream is three packets and more of an MPEG transport stream.
func TransportStream() []byte {
	return bytes.Repeat(append([]byte{'G', 0x40, 0, 0x10}, make([]byte, 184)...), 10)
}

// ID3Tag is an empty tag of 30 bytes.
var ID3Tag = append([]byte("ID3\x04\x00\x00\x00\x00\x00\x14"), make([]byte, 20)...)

// FLACFrame builds a frame of 4,096 samples.
func FLACFrame(number byte, sound int) []byte {
	frame := []byte{0xff, 0xf8, 0xc9, 0x18, number}
	frame = append(frame, byte(Checksum(frame, 8, 0x07)))
	for i := range sound {
		frame = append(frame, byte(i*37))
	}
	return binary.BigEndian.AppendUint16(frame, uint16(Checksum(frame, 16, 0x8005)))
}

// FLACHead promises so many samples at 44,100 Hz.
func FLACHead(samples uint64) []byte {
	info := make([]byte, 34)
	binary.BigEndian.PutUint16(info, 4096)
	binary.BigEndian.PutUint16(info[2:], 4096)
	info[5], info[6] = 1, 32 // the shortest frame: 288 bytes
	binary.BigEndian.PutUint64(info[10:], 44_100<<44|1<<41|15<<36|samples)
	return append(append([]byte("fLaC\x00\x00\x00\x22"), info...), 0x81, 0, 0, 4, 1, 2, 3, 4)
}

// FLAC is 0.3 s in three frames, their number promised.
func FLAC() []byte {
	return slices.Concat(FLACHead(3*4096), FLACFrame(0, 300), FLACFrame(1, 280), FLACFrame(2, 310))
}

// AVI is a video of 3 s.
func AVI() []byte {
	header := make([]byte, 56)
	binary.LittleEndian.PutUint32(header, 40_000) // microseconds of a frame
	binary.LittleEndian.PutUint32(header[16:], 75)
	return RIFF("AVI ",
		RIFFPart("LIST", append([]byte("hdrl"), RIFFPart("avih", header)...)),
		RIFFPart("LIST", append([]byte("movi"), RIFFPart("00dc", make([]byte, 300))...)),
		RIFFPart("idx1", make([]byte, 16)))
}

// All holds one small sound file of each format that can be looked into.
func All() [][]byte {
	return [][]byte{
		PNG(8, 8), JPEG(16, 16), GIF(2, 8, 8), WebP(), AnimatedWebP(), WAV(100),
		MP4(), FragmentedMP4(true), FragmentedMP4(false), ShortBoxMP4(), LongWAV(100), FraunhoferMP3(9, 9), MP2(3), AVI(), WebM(), LiveWebM(), Opus(), MP3(9, 9), FLAC(),
	}
}
