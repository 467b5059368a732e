package checks

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"klyra-doctor/checks/media/mediatest"
)

func TestContentMedia(t *testing.T) {
	foreign := []byte("some foreign bytes")
	mov := mediatest.Box("ftyp", []byte("qt  \x00\x00\x02\x00qt  "))
	heic := slices.Concat(mediatest.Box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), mediatest.Box("meta", make([]byte, 30)), mediatest.Box("mdat", make([]byte, 30)))
	liveWAV := slices.Concat([]byte("RIFF\xff\xff\xff\xffWAVE"), mediatest.WAV(0)[12:36], []byte("data\xff\xff\xff\xff"), make([]byte, 48_000))
	longAVI := append(mediatest.AVI(), mediatest.RIFFPart("RIFF", append([]byte("AVIX"), mediatest.RIFFPart("LIST", make([]byte, 40))...))...)
	oneSample := slices.Concat(mediatest.FLACHead(0), mediatest.FLACFrame(0, 300), mediatest.FLACFrame(1, 300))
	runContentCases(t, []contentCase{
		{name: "mp4", data: mediatest.MP4(), want: "content.fits=pass", says: "MP4 video, 3.0 s: nothing wrong found with its parts; the video itself was not decoded"},
		{name: "mp4 where audio is expected", data: mediatest.MP4(), expect: Audio, want: "content.fits=pass"},
		{name: "mp4 declared audio", data: mediatest.MP4(), mime: "audio/mp4", want: "content.fits=pass"},
		{name: "mp4 declared wav", data: mediatest.MP4(), mime: "audio/wav", want: "content.type_mismatch=fail"},
		{name: "mp4 with its index at the end", data: slices.Concat(mediatest.MP4Type, mediatest.MP4Media, mediatest.MP4Index), want: "content.fits=pass", says: "index: at the end"},
		{name: "mp4 without its index", data: slices.Concat(mediatest.MP4Type, mediatest.MP4Media), want: "content.truncated=fail", says: "the recording or the upload was broken off"},
		{name: "mp4 without its media", data: slices.Concat(mediatest.MP4Type, mediatest.MP4Index), want: "content.truncated=fail", says: "media (mdat) is missing"},
		{name: "mp4 with a tail", data: append(mediatest.MP4(), foreign...), want: "content.trailing_bytes=warn", says: "18 bytes follow"},
		{name: "mp4 with a short tail", data: append(mediatest.MP4(), 0, 0), want: "content.trailing_bytes=warn", says: "2 bytes follow"},
		{name: "mp4 with media to the end", data: slices.Concat(mediatest.MP4Type, mediatest.MP4Index, []byte("\x00\x00\x00\x00mdat"), foreign), want: "content.fits=pass"},
		{name: "mp4 with a large box", data: slices.Concat(mediatest.MP4Type, mediatest.MP4Index, []byte("\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x12"), foreign[:2]), want: "content.fits=pass"},
		{name: "mp4 with a box too small", data: slices.Concat(mediatest.MP4Type, mediatest.MP4Index, []byte("\x00\x00\x00\x04mdat"), foreign), want: "content.corrupt=fail", says: "shorter than its own header"},
		{name: "long mp4", data: slices.Concat(mediatest.MP4Type, mediatest.Box("moov", mediatest.LongMovieHeader(3_723_000)), mediatest.MP4Media), want: "content.fits=pass", says: "1:02:03"},
		{name: "fragmented mp4", data: mediatest.FragmentedMP4(true), want: "content.fits=pass", says: "MP4 video, 3.0 s"},
		{name: "fragmented mp4 without its last fragment", data: cutBy(mediatest.FragmentedMP4(true), 246), want: "content.truncated=fail", says: "246 bytes"},
		{name: "fragmented mp4 without an index", data: mediatest.FragmentedMP4(false), want: "content.fits=pass", says: "MP4 video, 3.0 s"},
		{name: "what cannot be seen of it", data: cutBy(mediatest.FragmentedMP4(false), 246), want: "content.fits=pass", says: "from the border of a fragment on, that cannot be seen"},
		{name: "mp4 of unknown length", data: slices.Concat(mediatest.MP4Type, mediatest.Box("moov", mediatest.MovieHeader(math.MaxUint32)), mediatest.MP4Media), want: "content.fits=pass", says: "MP4 video: nothing wrong"},
		{name: "mp4 with a box shorter than its own header", data: mediatest.ShortBoxMP4(), want: "content.fits=pass", says: "MP4 video, 3.0 s"},
		{name: "segment of a stream", data: slices.Concat(mediatest.Box("styp", []byte("msdh\x00\x00\x00\x00")), mediatest.Box("moof", make([]byte, 30)), mediatest.MP4Media), want: "content.truncated=fail", says: "one segment of a stream"},
		{name: "3gp", data: slices.Concat(mediatest.Box("ftyp", []byte("3gp4\x00\x00\x02\x003gp4")), mediatest.MP4Index, mediatest.MP4Media), want: "content.fits=pass", says: "3GP video, 3.0 s"},
		{name: "m4a", data: slices.Concat(mediatest.Box("ftyp", []byte("M4A \x00\x00\x02\x00M4A ")), mediatest.MP4Index, mediatest.MP4Media), file: "a.m4a", want: "content.fits=pass", says: "M4A audio, 3.0 s"},
		{name: "mov", data: slices.Concat(mov, mediatest.Box("wide"), mediatest.MP4Media, mediatest.MP4Index), want: "content.fits=pass", says: "QuickTime video, 3.0 s"},
		{name: "heic", data: heic, want: "content.unsupported_type=warn content.unverifiable=unknown", says: "HEIC image"},
		{name: "cut heic", data: heic[:len(heic)-1], want: "content.unsupported_type=warn content.truncated=fail"},
		{name: "wav", data: mediatest.WAV(48_000), want: "content.fits=pass", says: "WAV audio, 3.0 s"},
		{name: "live wav", data: liveWAV, want: "content.fits=pass", says: "WAV audio, 3.0 s"},
		{name: "long wav", data: mediatest.LongWAV(48_000), want: "content.fits=pass", says: "WAV audio, 3.0 s"},
		{name: "cut long wav", data: cutBy(mediatest.LongWAV(48_000), 2), want: "content.truncated=fail", says: "2 bytes"},
		{name: "wav from a pipe, sizes of zero", data: slices.Concat([]byte("RIFF\x00\x00\x00\x00WAVE"), mediatest.WAV(0)[12:], make([]byte, 48_000)), want: "content.fits=pass", says: "WAV audio, 3.0 s"},
		{name: "wav whose header was never finished", data: append(mediatest.WAV(0), make([]byte, 48_000)...), want: "content.truncated=warn", says: "says 0 bytes of sound, and 48000 bytes follow"},
		{name: "wav without sound", data: mediatest.RIFF("WAVE", mediatest.RIFFPart("fmt ", make([]byte, 16))), want: "content.truncated=fail", says: "it holds no sound"},
		{name: "wav of empty sound", data: mediatest.WAV(0), want: "content.truncated=fail", says: `its part "data" is empty`},
		{name: "wav without its format", data: mediatest.RIFF("WAVE", mediatest.RIFFPart("data", make([]byte, 100))), want: "content.corrupt=fail", says: "how its sound is to be read"},
		{name: "wav of sox from a pipe", data: pipedWAV(0x7ffff000), want: "content.fits=pass", says: "WAV audio, 3.0 s"},
		{name: "wav of arecord from a pipe", data: pipedWAV(0x80000000), want: "content.fits=pass", says: "WAV audio, 3.0 s"},
		{name: "wav that counts its own header", data: withRIFFSize(mediatest.WAV(48_000), 8), want: "content.fits=pass", says: "counts its own 8 bytes"},
		{name: "wav without what follows its sound", data: withRIFFSize(mediatest.WAV(48_000), 300), want: "content.truncated=warn", says: "promises more bytes than there are"},
		{name: "wav with a tail", data: append(mediatest.WAV(48_000), foreign...), want: "content.trailing_bytes=warn"},
		{name: "wav of an odd length without its pad", data: oddWAV(), want: "content.fits=pass"},
		{name: "avi", data: mediatest.AVI(), want: "content.fits=pass", says: "AVI video, 3.0 s"},
		{name: "avi without pictures", data: mediatest.RIFF("AVI ", mediatest.RIFFPart("LIST", []byte("INFO"))), want: "content.truncated=fail", says: "it holds no pictures"},
		{name: "avi of several parts", data: longAVI, want: "content.fits=pass"},
		{name: "cut avi of several parts", data: longAVI[:len(longAVI)-5], want: "content.truncated=fail"},
		{name: "avi with a tail", data: append(mediatest.AVI(), foreign...), want: "content.trailing_bytes=warn"},
		{name: "webm", data: mediatest.WebM(), want: "content.fits=pass", says: "WebM file, 3.0 s"},
		{name: "live webm", data: mediatest.LiveWebM(), want: "content.fits=pass", says: "made while recording"},
		{name: "webm without media", data: append(bytes.Clone(mediatest.WebMHead), mediatest.Element(mediatest.SegmentID, mediatest.WebMInfo)...), want: "content.truncated=fail", says: "no cluster"},
		{name: "webm without a segment", data: mediatest.WebMHead, want: "content.truncated=fail", says: "segment is missing"},
		{name: "webm with a tail", data: append(mediatest.WebM(), foreign...), want: "content.trailing_bytes=warn"},
		{name: "live webm with a tail", data: append(mediatest.LiveWebM(), foreign...), want: "content.trailing_bytes=warn"},
		{name: "opus", data: mediatest.Opus(), want: "content.fits=pass", says: "Ogg audio, 3.0 s"},
		{name: "opus without its end", data: slices.Concat(mediatest.OpusHead, mediatest.OpusMiddle), want: "content.truncated=warn", says: "recorded live"},
		{name: "opus without its middle", data: slices.Concat(mediatest.OpusHead, mediatest.OpusEnd), want: "content.corrupt=fail", says: "page 2 follows where page 1 should"},
		{name: "opus with a flaw", data: flipByte(mediatest.Opus(), 200), want: "content.corrupt=fail", says: "checksum is wrong"},
		{name: "opus twice in a chain", data: append(mediatest.Opus(), mediatest.Opus()...), want: "content.fits=pass", says: "Ogg audio, 6.0 s"},
		{name: "a chain whose first link has no end", data: slices.Concat(mediatest.OpusHead, mediatest.OpusMiddle, mediatest.Opus()), want: "content.truncated=warn", says: "not marked as the end"},
		{name: "opus without its beginning", data: slices.Concat(mediatest.OpusMiddle, mediatest.OpusEnd), want: "content.corrupt=fail", says: "its beginning is missing"},
		{name: "opus with a tail", data: append(mediatest.Opus(), foreign...), want: "content.trailing_bytes=warn"},
		{name: "mp3", data: mediatest.MP3(114, 114), want: "content.fits=pass", says: "MP3 audio, 3.0 s"},
		{name: "mp3 with tags", data: slices.Concat(mediatest.ID3Tag, mediatest.ID3Tag, mediatest.MP3(9, 9), []byte("TAG"), make([]byte, 125)), want: "content.fits=pass"},
		{name: "mp3 without the encoder's tag", data: bytes.Repeat(mediatest.MP3Frame, 9), want: "content.fits=pass"},
		{name: "mp3 with fewer frames than promised", data: mediatest.MP3(114, 60), want: "content.truncated=fail", says: "promises 114 frames, and 60 are there"},
		{name: "mp3 with its last frame cut", data: mediatest.MP3(9, 9)[:417*9+100], want: "content.truncated=warn", says: "last frame is incomplete"},
		{name: "mp3 with its frames counted by another encoder", data: mediatest.FraunhoferMP3(20, 20), want: "content.fits=pass"},
		{name: "mp3 with fewer of them", data: mediatest.FraunhoferMP3(20, 10), want: "content.truncated=fail", says: "promises 20 frames, and 10 are there"},
		{name: "mp3 with its bytes counted", data: mediatest.SizedMP3(9, 9), want: "content.fits=pass"},
		{name: "mp3 without its last frame", data: mediatest.SizedMP3(9, 8), want: "content.truncated=warn", says: "one frame more than there is"},
		{name: "mp3 with a tag of APE", data: slices.Concat(mediatest.MP3(9, 9), []byte("APETAGEX"), make([]byte, 200)), want: "content.fits=pass"},
		{name: "mp3 with a huge tag", data: slices.Concat([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), mediatest.MP3(9, 9)), want: "content.truncated=fail", says: "says that it is longer than the file"},
		{name: "layer II", data: mediatest.MP2(28), want: "content.fits=pass", says: "MP3 audio, 2.0 s"},
		{name: "layer I", data: append(bytes.Clone(mediatest.ID3Tag), bytes.Repeat(append([]byte{0xff, 0xff, 0x14, 0xc4}, make([]byte, 100)...), 9)...), want: "content.unverifiable=unknown", says: "layer I or in free format"},
		{name: "an mp3 before a piece of a tag", data: slices.Concat(mediatest.MP3(9, 9), mediatest.ID3Tag[:6]), want: "content.trailing_bytes=warn"},
		{name: "mp3s that were joined", data: slices.Concat(mediatest.MP3(9, 9), mediatest.ID3Tag, mediatest.MP3(9, 9)), want: "content.fits=pass"},
		{name: "mp3 with a tag cut at its end", data: append(mediatest.MP3(9, 9), mediatest.ID3Tag[:15]...), want: "content.fits=pass"},
		{name: "aac behind a tag", data: append(bytes.Clone(mediatest.ID3Tag), bytes.Repeat([]byte("\xff\xf1\x50\x80\x02\x1f\xfc\x00"), 8)...), file: "a.aac", want: "content.unverifiable=unknown", says: "AAC audio"},
		{name: "aac behind a long tag", data: slices.Concat([]byte("ID3\x04\x00\x00\x00\x00\x7f\x00"), make([]byte, 0x7f<<7), bytes.Repeat([]byte("\xff\xf1\x50\x80\x02\x1f\xfc\x00"), 8)), want: "content.unverifiable=unknown", says: "AAC behind an ID3 tag"},
		{name: "mp3 with a hole", data: slices.Concat(mediatest.MP3(9, 4), foreign, bytes.Repeat(mediatest.MP3Frame, 5)), want: "content.corrupt=fail", says: "18 bytes between its frames"},
		{name: "mp3 with a tail", data: append(mediatest.MP3(9, 9), foreign...), want: "content.trailing_bytes=warn"},
		{name: "mp3 without sound", data: append(bytes.Clone(mediatest.ID3Tag), foreign...), want: "content.truncated=fail", says: "no frame of sound"},
		{name: "flac", data: mediatest.FLAC(), want: "content.fits=pass", says: "FLAC audio, 0.3 s"},
		{name: "flac of unknown length", data: oneSample, want: "content.fits=pass"},
		{name: "cut flac of unknown length", data: oneSample[:len(oneSample)-2], want: "content.truncated=fail"},
		{name: "flac with a flaw", data: flipByte(mediatest.FLAC(), 200), want: "content.corrupt=fail", says: "checksum of the frame"},
		{name: "flac without a frame", data: slices.Concat(mediatest.FLACHead(3*4096), mediatest.FLACFrame(0, 300), mediatest.FLACFrame(2, 310)), want: "content.corrupt=fail", says: "frames are missing"},
		{name: "flac without its last frame", data: slices.Concat(mediatest.FLACHead(3*4096), mediatest.FLACFrame(0, 300), mediatest.FLACFrame(1, 310)), want: "content.truncated=fail", says: "promises 12288 samples, and 8192 are there"},
		{name: "flac with a tail", data: append(mediatest.FLAC(), foreign...), want: "content.truncated=warn", says: "or other bytes follow it"},
		{name: "flac with a tag of MP3", data: slices.Concat(mediatest.FLAC(), []byte("TAG"), make([]byte, 125)), want: "content.fits=pass"},
		{name: "flac behind a tag", data: append(bytes.Clone(mediatest.ID3Tag), mediatest.FLAC()...), want: "content.fits=pass", says: "FLAC behind an ID3 tag"},
		{name: "flac's length unknown is said", data: oneSample, want: "content.fits=pass", says: "whole frames are missing at the end"},
		{name: "flac named so behind a tag", data: append(bytes.Clone(mediatest.ID3Tag), mediatest.FLAC()...), file: "a.flac", want: "content.fits=pass", says: "FLAC audio, 0.3 s"},
		{name: "transport stream of a camera", data: bytes.Repeat(append([]byte{0, 0, 1, 2, 'G', 0x40, 0, 0x10}, make([]byte, 184)...), 10), file: "a.m2ts", want: "content.unverifiable=unknown", says: "MPEG transport stream"},
		{name: "playlist", data: []byte("#EXTM3U\n#EXTINF:3,\na.ts\n"), file: "a.m3u8", want: "content.unsupported_type=fail", says: "playlist (M3U8)"},
		{name: "caf over 4 MiB", data: append([]byte("caff\x00\x01\x00\x00"), make([]byte, 5_000_000)...), want: "content.unverifiable=unknown", says: "Core Audio file"},
		{name: "transport stream", data: mediatest.TransportStream(), want: "content.unverifiable=unknown", says: "cannot look inside this sort of file: MPEG transport stream"},
		{name: "aac", data: bytes.Repeat([]byte("\xff\xf1\x50\x80\x02\x1f\xfc\x00"), 8), want: "content.unverifiable=unknown", says: "AAC audio"},
		{name: "amr", data: append([]byte("#!AMR\n"), bytes.Repeat([]byte("\x3c\x91\x17\x16\xbe\x66\x79\xe1\xe0\x01"), 9)...), want: "content.unverifiable=unknown", says: "AMR audio"},
		{name: "flv", data: append([]byte("FLV\x01\x05\x00\x00\x00\x09"), make([]byte, 40)...), want: "content.unverifiable=unknown", says: "FLV video"},
		{name: "wma", data: append([]byte("\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"), make([]byte, 40)...), mime: "audio/x-ms-wma", want: "content.unverifiable=unknown", says: "WMA or WMV file"},
	})
}

func cutBy(data []byte, n int) []byte { return data[:len(data)-n] }

func flipByte(data []byte, at int) []byte {
	data[at] ^= 0x10
	return data
}

// pipedWAV is a WAV of 3 s by a program that writes a size that it cannot know.
func pipedWAV(size uint32) []byte {
	data := withRIFFSize(mediatest.WAV(48_000), size-48_000)
	binary.LittleEndian.PutUint32(data[40:], size)
	return data
}

// withRIFFSize adds to the size that a RIFF file's header says.
func withRIFFSize(data []byte, more uint32) []byte {
	binary.LittleEndian.PutUint32(data[4:], binary.LittleEndian.Uint32(data[4:])+more)
	return data
}

// oddWAV ends without the byte that would make its length even, as some programs leave it.
func oddWAV() []byte {
	data := mediatest.WAV(47_999)
	data = data[:len(data)-1]
	binary.LittleEndian.PutUint32(data[4:], uint32(len(data)-8))
	return data
}

// TestCutMedia: wherever a container is cut, that is seen. One whole frame that an MP3 lacks is not: some
// encoders count the silent one too.
func TestCutMedia(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"mp4": mediatest.MP4(), "mp4 with its index at the end": slices.Concat(mediatest.MP4Type, mediatest.MP4Media, mediatest.MP4Index), "wav": mediatest.WAV(500), "avi": mediatest.AVI(),
		"fragmented mp4": mediatest.FragmentedMP4(true), "long wav": mediatest.LongWAV(500), "mp3 with its bytes": mediatest.SizedMP3(9, 9),
		"webm": mediatest.WebM(), "opus": mediatest.Opus(), "mp3": mediatest.MP3(9, 9), "flac": mediatest.FLAC(),
	} {
		for at := 64; at < len(data); at++ {
			if name == "mp3" && at == len(data)-len(mediatest.MP3Frame) {
				continue
			}
			r := runContent(contentOf("", data[:at]), AnyMedia)
			if got := contentFound(r); !strings.HasPrefix(got, "content.truncated=") {
				t.Errorf("%s of %d bytes cut at %d: found %s: %s", name, len(data), at, got, contentSaid(r))
			}
		}
	}
}
