package checks

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
)

// isoPart builds a box.
func isoPart(name string, body ...[]byte) []byte {
	all := slices.Concat(body...)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8)), name...), all...)
}

// movieLength is a movie header of 1,000 units a second.
func movieLength(milliseconds uint32) []byte {
	body := make([]byte, 100)
	binary.BigEndian.PutUint32(body[12:], 1000)
	binary.BigEndian.PutUint32(body[16:], milliseconds)
	return isoPart("mvhd", body)
}

// longMovieLength is the same in the form for very long films.
func longMovieLength(milliseconds uint64) []byte {
	body := make([]byte, 112)
	body[0] = 1
	binary.BigEndian.PutUint32(body[20:], 1000)
	binary.BigEndian.PutUint64(body[24:], milliseconds)
	return isoPart("mvhd", body)
}

var (
	mp4Type  = isoPart("ftyp", []byte("isom\x00\x00\x02\x00isommp41"))
	mp4Index = isoPart("moov", isoPart("free"), movieLength(3_000), isoPart("trak", make([]byte, 40)))
	mp4Media = isoPart("mdat", make([]byte, 300))
)

func mp4Sample() []byte { return slices.Concat(mp4Type, mp4Index, mp4Media) }

// ebmlPart builds an element with a size of eight bytes.
func ebmlPart(id []byte, body ...[]byte) []byte {
	all := slices.Concat(body...)
	return append(append(bytes.Clone(id), binary.BigEndian.AppendUint64(nil, 1<<56|uint64(len(all)))...), all...)
}

var (
	webmHead    = ebmlPart([]byte{0x1a, 0x45, 0xdf, 0xa3}, []byte("\x42\x82\x84webm"))
	webmInfo    = ebmlPart([]byte{0x15, 0x49, 0xa9, 0x66}, []byte("\x2a\xd7\xb1\x83\x0f\x42\x40\x44\x89\x84"), binary.BigEndian.AppendUint32(nil, math.Float32bits(3000)))
	webmBlock   = append([]byte{0xa3, 0x80 | 60}, make([]byte, 60)...)
	webmTime    = []byte{0xe7, 0x81, 0}
	segmentID   = []byte{0x18, 0x53, 0x80, 0x67}
	clusterID   = []byte{0x1f, 0x43, 0xb6, 0x75}
	webmCluster = ebmlPart(clusterID, webmTime, webmBlock, webmBlock)
)

func webmSample() []byte {
	return append(bytes.Clone(webmHead), ebmlPart(segmentID, webmInfo, webmCluster, webmCluster)...)
}

// liveWebM is what browsers record: no length is known when it is written.
func liveWebM() []byte {
	live := append(bytes.Clone(clusterID), 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	return slices.Concat(webmHead, segmentID, []byte{0xff}, live, webmTime, webmBlock, live, webmTime, webmBlock)
}

// oggPage builds a page of one stream.
func oggPage(flags byte, number uint32, position uint64, body []byte) []byte {
	page := append([]byte("OggS\x00"), flags)
	page = binary.LittleEndian.AppendUint64(page, position)
	page = binary.LittleEndian.AppendUint32(page, 7)
	page = binary.LittleEndian.AppendUint32(page, number)
	page = append(page, 0, 0, 0, 0, 1, byte(len(body)))
	page = append(page, body...)
	binary.LittleEndian.PutUint32(page[22:], oggChecksum(page))
	return page
}

var (
	opusHead   = oggPage(2, 0, 0, []byte("OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"))
	opusMiddle = oggPage(0, 1, 48_000, make([]byte, 200))
	opusEnd    = oggPage(4, 2, 3*48_000+312, make([]byte, 200))
)

func opusSample() []byte { return slices.Concat(opusHead, opusMiddle, opusEnd) }

// mp3Sound is one frame of 128 kbit/s at 44,100 Hz: 417 bytes.
var mp3Sound = append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 413)...)

// mp3Sample has a frame with the encoder's tag, which promises frames, and so many frames of sound.
func mp3Sample(promised uint32, frames int) []byte {
	first := bytes.Clone(mp3Sound)
	copy(first[36:], "Info\x00\x00\x00\x01")
	binary.BigEndian.PutUint32(first[44:], promised)
	return append(first, bytes.Repeat(mp3Sound, frames)...)
}

var id3Tag = append([]byte("ID3\x04\x00\x00\x00\x00\x00\x14"), make([]byte, 20)...)

// flacPart builds a frame of 4,096 samples.
func flacPart(number byte, sound int) []byte {
	frame := []byte{0xff, 0xf8, 0xc9, 0x18, number}
	frame = append(frame, flacHeadSum(frame))
	for i := range sound {
		frame = append(frame, byte(i*37))
	}
	var sum uint16
	for _, c := range frame {
		sum = sum<<8 ^ flacTable[byte(sum>>8)^c]
	}
	return binary.BigEndian.AppendUint16(frame, sum)
}

// flacHead promises so many samples at 44,100 Hz.
func flacHead(samples uint64) []byte {
	info := make([]byte, 34)
	binary.BigEndian.PutUint16(info, 4096)
	binary.BigEndian.PutUint16(info[2:], 4096)
	info[5], info[6] = 1, 32 // the shortest frame: 288 bytes
	binary.BigEndian.PutUint64(info[10:], 44_100<<44|1<<41|15<<36|samples)
	return append(append([]byte("fLaC\x00\x00\x00\x22"), info...), 0x81, 0, 0, 4, 1, 2, 3, 4)
}

func flacSample() []byte {
	return slices.Concat(flacHead(3*4096), flacPart(0, 300), flacPart(1, 280), flacPart(2, 310))
}

func aviSample() []byte {
	header := make([]byte, 56)
	binary.LittleEndian.PutUint32(header, 40_000) // microseconds of a frame
	binary.LittleEndian.PutUint32(header[16:], 75)
	return riffOf("AVI ",
		riffPart("LIST", append([]byte("hdrl"), riffPart("avih", header)...)),
		riffPart("LIST", append([]byte("movi"), riffPart("00dc", make([]byte, 300))...)),
		riffPart("idx1", make([]byte, 16)))
}

func TestContentMedia(t *testing.T) {
	foreign := []byte("some foreign bytes")
	mov := isoPart("ftyp", []byte("qt  \x00\x00\x02\x00qt  "))
	heic := slices.Concat(isoPart("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), isoPart("meta", make([]byte, 30)), isoPart("mdat", make([]byte, 30)))
	liveWAV := slices.Concat([]byte("RIFF\xff\xff\xff\xffWAVE"), wavOf(0)[12:36], []byte("data\xff\xff\xff\xff"), make([]byte, 48_000))
	longAVI := append(aviSample(), riffPart("RIFF", append([]byte("AVIX"), riffPart("LIST", make([]byte, 40))...))...)
	oneSample := slices.Concat(flacHead(0), flacPart(0, 300), flacPart(1, 300))
	runContentCases(t, []contentCase{
		{name: "mp4", data: mp4Sample(), want: "content.fits=pass", says: "MP4 video, 3.0 s: nothing wrong found with its parts; the video itself was not decoded"},
		{name: "mp4 where audio is expected", data: mp4Sample(), expect: Audio, want: "content.fits=pass"},
		{name: "mp4 declared audio", data: mp4Sample(), mime: "audio/mp4", want: "content.fits=pass"},
		{name: "mp4 declared wav", data: mp4Sample(), mime: "audio/wav", want: "content.type_mismatch=fail"},
		{name: "mp4 with its index at the end", data: slices.Concat(mp4Type, mp4Media, mp4Index), want: "content.fits=pass", says: "index: at the end"},
		{name: "mp4 without its index", data: slices.Concat(mp4Type, mp4Media), want: "content.truncated=fail", says: "the recording or the upload was broken off"},
		{name: "mp4 without its media", data: slices.Concat(mp4Type, mp4Index), want: "content.truncated=fail", says: "media (mdat) is missing"},
		{name: "mp4 with a tail", data: append(mp4Sample(), foreign...), want: "content.trailing_bytes=warn", says: "18 bytes follow"},
		{name: "mp4 with a short tail", data: append(mp4Sample(), 0, 0), want: "content.trailing_bytes=warn", says: "2 bytes follow"},
		{name: "mp4 with media to the end", data: slices.Concat(mp4Type, mp4Index, []byte("\x00\x00\x00\x00mdat"), foreign), want: "content.fits=pass"},
		{name: "mp4 with a large box", data: slices.Concat(mp4Type, mp4Index, []byte("\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x12"), foreign[:2]), want: "content.fits=pass"},
		{name: "mp4 with a box too small", data: slices.Concat(mp4Type, mp4Index, []byte("\x00\x00\x00\x04mdat"), foreign), want: "content.corrupt=fail", says: "shorter than its own header"},
		{name: "long mp4", data: slices.Concat(mp4Type, isoPart("moov", longMovieLength(3_723_000)), mp4Media), want: "content.fits=pass", says: "1:02:03"},
		{name: "mov", data: slices.Concat(mov, isoPart("wide"), mp4Media, mp4Index), want: "content.fits=pass", says: "QuickTime video, 3.0 s"},
		{name: "heic", data: heic, want: "content.unsupported_type=warn content.unverifiable=unknown", says: "HEIC image"},
		{name: "cut heic", data: heic[:len(heic)-1], want: "content.unsupported_type=warn content.truncated=fail"},
		{name: "wav", data: wavOf(48_000), want: "content.fits=pass", says: "WAV audio, 3.0 s"},
		{name: "live wav", data: liveWAV, want: "content.fits=pass", says: "WAV audio, 3.0 s"},
		{name: "wav without sound", data: riffOf("WAVE", riffPart("fmt ", make([]byte, 16))), want: "content.truncated=fail", says: "it holds no sound"},
		{name: "wav with a tail", data: append(wavOf(48_000), foreign...), want: "content.trailing_bytes=warn"},
		{name: "wav of an odd length without its pad", data: oddWAV(), want: "content.fits=pass"},
		{name: "avi", data: aviSample(), want: "content.fits=pass", says: "AVI video, 3.0 s"},
		{name: "avi without pictures", data: riffOf("AVI ", riffPart("LIST", []byte("INFO"))), want: "content.truncated=fail", says: "it holds no pictures"},
		{name: "avi of several parts", data: longAVI, want: "content.fits=pass"},
		{name: "cut avi of several parts", data: longAVI[:len(longAVI)-5], want: "content.truncated=fail"},
		{name: "avi with a tail", data: append(aviSample(), foreign...), want: "content.trailing_bytes=warn"},
		{name: "webm", data: webmSample(), want: "content.fits=pass", says: "WebM file, 3.0 s"},
		{name: "live webm", data: liveWebM(), want: "content.fits=pass", says: "made while recording"},
		{name: "webm without media", data: append(bytes.Clone(webmHead), ebmlPart(segmentID, webmInfo)...), want: "content.truncated=fail", says: "no cluster"},
		{name: "webm without a segment", data: webmHead, want: "content.truncated=fail", says: "segment is missing"},
		{name: "webm with a tail", data: append(webmSample(), foreign...), want: "content.trailing_bytes=warn"},
		{name: "live webm with a tail", data: append(liveWebM(), foreign...), want: "content.trailing_bytes=warn"},
		{name: "opus", data: opusSample(), want: "content.fits=pass", says: "Ogg audio, 3.0 s"},
		{name: "opus without its end", data: slices.Concat(opusHead, opusMiddle), want: "content.truncated=warn", says: "recorded live"},
		{name: "opus without its middle", data: slices.Concat(opusHead, opusEnd), want: "content.corrupt=fail", says: "page 2 follows where page 1 should"},
		{name: "opus with a flaw", data: flipByte(opusSample(), 200), want: "content.corrupt=fail", says: "checksum is wrong"},
		{name: "opus with a tail", data: append(opusSample(), foreign...), want: "content.trailing_bytes=warn"},
		{name: "mp3", data: mp3Sample(114, 114), want: "content.fits=pass", says: "MP3 audio, 3.0 s"},
		{name: "mp3 with tags", data: slices.Concat(id3Tag, id3Tag, mp3Sample(9, 9), []byte("TAG"), make([]byte, 125)), want: "content.fits=pass"},
		{name: "mp3 without the encoder's tag", data: bytes.Repeat(mp3Sound, 9), want: "content.fits=pass"},
		{name: "mp3 with fewer frames than promised", data: mp3Sample(114, 60), want: "content.truncated=fail", says: "promises 114 frames, and 60 are there"},
		{name: "mp3 with its last frame cut", data: mp3Sample(9, 9)[:417*9+100], want: "content.truncated=warn", says: "last frame is incomplete"},
		{name: "mp3 with a hole", data: slices.Concat(mp3Sample(9, 4), foreign, bytes.Repeat(mp3Sound, 5)), want: "content.corrupt=fail", says: "18 bytes between its frames"},
		{name: "mp3 with a tail", data: append(mp3Sample(9, 9), foreign...), want: "content.trailing_bytes=warn"},
		{name: "mp3 without sound", data: append(bytes.Clone(id3Tag), foreign...), want: "content.truncated=fail", says: "no frame of sound"},
		{name: "flac", data: flacSample(), want: "content.fits=pass", says: "FLAC audio, 0.3 s"},
		{name: "flac of unknown length", data: oneSample, want: "content.fits=pass"},
		{name: "cut flac of unknown length", data: oneSample[:len(oneSample)-2], want: "content.truncated=fail"},
		{name: "flac with a flaw", data: flipByte(flacSample(), 200), want: "content.corrupt=fail", says: "checksum of the frame"},
		{name: "flac without a frame", data: slices.Concat(flacHead(3*4096), flacPart(0, 300), flacPart(2, 310)), want: "content.corrupt=fail", says: "frames are missing"},
		{name: "flac without its last frame", data: slices.Concat(flacHead(3*4096), flacPart(0, 300), flacPart(1, 310)), want: "content.truncated=fail", says: "promises 12,288 samples, and 8,192 are there"},
		{name: "flac with a tail", data: append(flacSample(), foreign...), want: "content.truncated=warn", says: "or other bytes follow it"},
		{name: "flac behind a tag", data: append(bytes.Clone(id3Tag), flacSample()...), want: "content.fits=pass", says: "FLAC behind an ID3 tag"},
	})
}

func flipByte(data []byte, at int) []byte {
	data[at] ^= 0x10
	return data
}

// oddWAV ends without the byte that would make its length even, as some programs leave it.
func oddWAV() []byte {
	data := wavOf(47_999)
	data = data[:len(data)-1]
	binary.LittleEndian.PutUint32(data[4:], uint32(len(data)-8))
	return data
}

// TestCutMedia: wherever a container is cut, that is seen. One whole frame that an MP3 lacks is not: some
// encoders count the silent one too.
func TestCutMedia(t *testing.T) {
	for name, data := range map[string][]byte{
		"mp4": mp4Sample(), "mp4 with its index at the end": slices.Concat(mp4Type, mp4Media, mp4Index), "wav": wavOf(500), "avi": aviSample(),
		"webm": webmSample(), "opus": opusSample(), "mp3": mp3Sample(9, 9), "flac": flacSample(),
	} {
		for at := 64; at < len(data); at++ {
			if name == "mp3" && at == len(data)-len(mp3Sound) {
				continue
			}
			r := runContent(contentOf("", data[:at]), AnyMedia)
			if got := contentFound(r); !strings.HasPrefix(got, "content.truncated=") {
				t.Errorf("%s of %d bytes cut at %d: found %s: %s", name, len(data), at, got, contentSaid(r))
			}
		}
	}
}

// TestChecksums holds the three checksums against the check values of the catalogue of CRC algorithms.
func TestChecksums(t *testing.T) {
	const digits = "123456789"
	page := append(make([]byte, 27), digits...) // leading zeros do not change this sum
	if got := oggChecksum(page); got != 0x89A1897F {
		t.Errorf("Ogg: %#x", got)
	}
	if got := flacHeadSum([]byte(digits)); got != 0xF4 {
		t.Errorf("FLAC's frame header: %#x", got)
	}
	var sum uint16
	for _, c := range []byte(digits) {
		sum = sum<<8 ^ flacTable[byte(sum>>8)^c]
	}
	if sum != 0xFEE8 {
		t.Errorf("FLAC's frame: %#x", sum)
	}
}
