package checks

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"

	"klyra-doctor/checks/media"
	"klyra-doctor/checks/media/mediatest"
)

func TestContentImages(t *testing.T) {
	png, jpeg := mediatest.PNG(64, 48), mediatest.JPEG(64, 48)
	foreign := "some foreign bytes"
	flipped := func(data []byte, at int) []byte {
		data = bytes.Clone(data)
		for i := range 16 {
			data[at+i] ^= 0x5a
		}
		return data
	}
	noHuffman := bytes.Replace(jpeg, []byte{0xff, 0xc4}, []byte{0xff, 0xfe}, -1) // tables become comments
	runContentCases(t, []contentCase{
		{name: "png", data: png, want: "content.fits=pass", says: "64 × 48"},
		{name: "jpeg", data: jpeg, want: "content.fits=pass"},
		{name: "gif", data: mediatest.GIF(1, 32, 32), want: "content.fits=pass"},
		{name: "webp", data: mediatest.WebP(), want: "content.fits=pass", says: "WebP image, 1×1"},
		{name: "animated gif", data: mediatest.GIF(3, 32, 32), want: "content.fits=pass", says: "animation: 3 frames"},
		{name: "animated webp", data: mediatest.AnimatedWebP(), want: "content.unverifiable=unknown", says: "animated WebP"},
		{name: "animated png", data: mediatest.APNG(), want: "content.fits=pass", says: "animation: 2 frames"},
		{name: "animated png is decoded in part", data: mediatest.APNG(), want: "content.fits=pass", says: "decoded: the first frame only"},
		{name: "animated png without frames", data: mediatest.WithChunk(png, "acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0}), want: "content.fits=pass", says: "2 are promised and 0 are there"},
		{name: "16-bit png", data: mediatest.PNGOf(image.NewNRGBA64(image.Rect(0, 0, 9, 9))), want: "content.fits=pass", says: "16 bits a channel"},
		{name: "png without pixels", data: pngHeader(0, 8, 0), want: "content.corrupt=fail", says: "non-positive dimension"},
		{name: "jpeg without pixels", data: bytes.Replace(jpeg, []byte{0xff, 0xc0, 0, 17, 8, 0, 48, 0, 64}, []byte{0xff, 0xc0, 0, 17, 8, 0, 48, 0, 0}, 1), want: "content.corrupt=fail", says: "no pixels"},
		{name: "gif without pixels", data: emptyGIF(), want: "content.corrupt=fail", says: "no pixels"},
		{name: "cmyk jpeg", data: mediatest.CMYKJPEG(), want: "content.fits=pass", says: "CMYK"},
		{name: "progressive jpeg", data: mediatest.ProgressiveJPEG(), want: "content.fits=pass", says: "JPEG: progressive"},
		{name: "lossy webp", data: mediatest.LossyWebP(), want: "content.fits=pass", says: "1 × 1"},
		{name: "png with a tail", data: append(bytes.Clone(png), foreign...), want: "content.trailing_bytes=warn", says: "18 bytes follow"},
		{name: "jpeg with a tail", data: append(bytes.Clone(jpeg), foreign...), want: "content.trailing_bytes=warn"},
		{name: "gif with a tail", data: append(mediatest.GIF(1, 9, 9), foreign...), want: "content.trailing_bytes=warn"},
		{name: "webp with a tail", data: append(mediatest.WebP(), foreign...), want: "content.trailing_bytes=warn"},
		{name: "one byte of a tail", data: append(bytes.Clone(jpeg), 0), want: "content.trailing_bytes=warn", says: "1 byte follows after"},
		{name: "png without its picture", data: slices.Concat(png[:33], mediatest.PNGChunk("IEND", nil)), want: "content.corrupt=fail", says: `its part "IDAT" is missing`},
		{name: "png of an iPhone app", data: slices.Concat(png[:8], mediatest.PNGChunk("CgBI", make([]byte, 4)), png[8:]), want: "content.corrupt=fail", says: "made for iPhone apps"},
		{name: "png without its end mark", data: cutBy(png, 12), want: "content.truncated=warn", says: "the PNG image lacks its end mark"},
		{name: "gif without its end mark", data: cutBy(mediatest.GIF(3, 32, 32), 1), want: "content.truncated=warn", says: "the GIF image lacks its end mark"},
		{name: "gif cut in its second frame", data: cutBy(mediatest.GIF(2, 32, 32), 99), want: "content.truncated=fail"},
		{name: "jpeg of which half was never written", data: append(bytes.Clone(jpeg[:len(jpeg)/2]), make([]byte, 2_000)...), want: "content.truncated=fail", says: "2.0 kB (2,000 bytes) at the end: room was made"},
		{name: "arithmetic jpeg", data: bytes.Replace(jpeg, []byte{0xff, 0xc0}, []byte{0xff, 0xc9}, 1), want: "content.unverifiable=unknown", says: "a JPEG in arithmetic coding"},
		{name: "lossless jpeg", data: bytes.Replace(jpeg, []byte{0xff, 0xc0}, []byte{0xff, 0xc3}, 1), want: "content.unverifiable=unknown", says: "a lossless JPEG"},
		{name: "hierarchical jpeg", data: bytes.Replace(jpeg, []byte{0xff, 0xc0}, []byte{0xff, 0xc5}, 1), want: "content.unverifiable=unknown", says: "a hierarchical JPEG"},
		{name: "webp whose header says too little", data: shortRIFF(mediatest.LossyWebP()), want: "content.corrupt=fail", says: "longer than the file says it is as a whole (24 bytes)"},
		{name: "png with a flaw", data: flipped(png, len(png)/2), want: "content.corrupt=fail", says: `the checksum of its part "IDAT"`},
		{name: "png of broken data", data: mediatest.WithChunk(png, "IDAT", []byte("no zlib")), want: "content.corrupt=fail", says: "zlib"},
		{name: "jpeg without its tables", data: noHuffman, want: "content.corrupt=fail", says: "their JPEG decoders forgive more"},
		{name: "jpeg with a broken segment", data: shortSegment(jpeg), want: "content.corrupt=fail", says: "no segment begins at offset"},
		{name: "gif with a broken block", data: brokenGIF(), want: "content.corrupt=fail", says: "no block begins"},
		{name: "gif of broken data", data: shortGIFFrame(), want: "content.corrupt=fail", says: "a frame ends after"},
		{name: "webp with a broken part", data: mediatest.RIFF("WEBP", []byte("VP8L\xff\xff\x00\x00")), want: "content.corrupt=fail", says: "is longer than the file"},
		{name: "webp of broken data", data: mediatest.RIFF("WEBP", mediatest.RIFFPart("VP8L", make([]byte, 12))), want: "content.corrupt=fail", says: "webp"},
		{name: "header alone", data: jpeg[:4], want: "content.truncated=fail"},
		{name: "jpeg without its end mark", data: jpeg[:len(jpeg)-2], want: "content.truncated=warn", says: "lacks its end mark"},
		{name: "12-bit jpeg", data: bytes.Replace(jpeg, []byte{0xff, 0xc0, 0, 17, 8}, []byte{0xff, 0xc0, 0, 17, 12}, 1), want: "content.unverifiable=unknown", says: "12 bits a channel, which this program and most others cannot decode"},
		{name: "bmp", data: mediatest.BMP(5, 5), want: "content.unverifiable=unknown", says: "no decoder for BMP image"},
		{name: "cut bmp", data: mediatest.BMP(5, 5)[:100], want: "content.truncated=fail", says: "missing at least: 34 bytes"},
		{name: "bmp cut by two bytes", data: cutBy(mediatest.BMP(30, 30), 2), want: "content.truncated=fail", says: "2 bytes"},
		{name: "bmp with a tail", data: append(mediatest.BMP(5, 5), foreign...), want: "content.unverifiable=unknown content.trailing_bytes=warn"},
		{name: "tiff", data: append([]byte("II*\x00"), make([]byte, 52)...), want: "content.unsupported_type=warn content.unverifiable=unknown", says: "TIFF image"},
		{name: "too many pixels", data: pngHeader(20_000, 20_000, 0), want: "content.too_many_pixels=warn content.too_many_pixels=unknown", says: "20000×20000"},
		{name: "within the memory", data: mediatest.PNGOf(image.NewGray(image.Rect(0, 0, 10_000, 1_000))), want: "content.fits=pass"},
		{name: "webp with more pixels than its header says", data: mediatest.RIFF("WEBP", mediatest.RIFFPart("VP8X", make([]byte, 10)), mediatest.RIFFPart("VP8L", []byte("\x2f\xff\xff\xff\x0f\x00"))), want: "content.too_many_pixels=unknown", says: "too much memory"},
		{name: "long side", data: mediatest.PNGOf(image.NewGray(image.Rect(0, 0, 10_001, 1))), want: "content.too_many_pixels=warn", says: "Scale it down"},
		{name: "orientation", data: mediatest.WithOrientation(jpeg, binary.BigEndian, 6), want: "content.fits=pass", says: "EXIF 6 (on its side, turned left)"},
		{name: "orientation, the other order", data: mediatest.WithOrientation(jpeg, binary.LittleEndian, 3), want: "content.fits=pass", says: "upside down"},
		{name: "orientation in a png", data: mediatest.WithChunk(png, "eXIf", mediatest.EXIF(binary.BigEndian, 8)), want: "content.fits=pass", says: "EXIF 8 (on its side, turned right)"},
		{name: "orientation in a webp", data: mediatest.RIFF("WEBP", mediatest.RIFFPart("VP8X", []byte("\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")), mediatest.LossyWebP()[12:], mediatest.RIFFPart("EXIF", mediatest.EXIF(binary.LittleEndian, 6))), want: "content.fits=pass", says: "EXIF 6"},
		{name: "nonsense orientation", data: mediatest.WithOrientation(jpeg, binary.LittleEndian, 99), want: "content.fits=pass"},
		{name: "gif of too many pixels", data: hugeGIF(), want: "content.too_many_pixels=warn content.too_many_pixels=unknown", says: "its frames have more pixels"},
	})
}

// shortRIFF says that it ends inside its first part.
func shortRIFF(data []byte) []byte {
	binary.LittleEndian.PutUint32(data[4:], 16)
	return data
}

// emptyGIF says that its screen and its frame are 0 pixels wide.
func emptyGIF() []byte {
	data := mediatest.GIF(1, 16, 16)
	at := bytes.LastIndexByte(data[:13+768+30], ',')
	for _, field := range []int{6, at + 5} {
		binary.LittleEndian.PutUint16(data[field:], 0)
	}
	return data
}

// shortSegment makes a JPEG's first segment end too early.
func shortSegment(data []byte) []byte {
	data = bytes.Clone(data)
	binary.BigEndian.PutUint16(data[4:], 16)
	return data
}

// pngHeader is a PNG of a size without its picture, but with all its parts.
func pngHeader(w, h uint32, colours byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, 8, colours, 0, 0, 0)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), mediatest.PNGChunk("IHDR", head), mediatest.PNGChunk("IDAT", nil), mediatest.PNGChunk("IEND", nil)}, nil)
}

// shortGIFFrame is a GIF whose frame is announced larger than its data.
func shortGIFFrame() []byte {
	data := mediatest.GIF(1, 16, 16)
	at := bytes.LastIndexByte(data[:13+768+30], ',')
	binary.LittleEndian.PutUint16(data[at+7:], 17)
	binary.LittleEndian.PutUint16(data[6:], 17)
	binary.LittleEndian.PutUint16(data[8:], 17)
	return data
}

// brokenGIF has a block of no known kind.
func brokenGIF() []byte {
	data := mediatest.GIF(1, 9, 9)
	at := 13
	if flags := data[10]; flags&0x80 != 0 {
		at += 3 << (flags&7 + 1)
	}
	data[at] = 0x99
	return data
}

// hugeGIF announces a frame of 4 gigapixels.
func hugeGIF() []byte {
	data := mediatest.GIF(1, 16, 16)
	at := bytes.LastIndexByte(data[:13+768+30], ',')
	for _, field := range []int{6, 8, at + 5, at + 7} {
		binary.LittleEndian.PutUint16(data[field:], 65_000)
	}
	return data
}

// TestCutImages: wherever an image is cut, that is seen.
func TestCutImages(t *testing.T) {
	for name, data := range map[string][]byte{
		"png": mediatest.PNG(64, 48), "jpeg": mediatest.JPEG(64, 48), "gif": mediatest.GIF(2, 32, 32), "webp": mediatest.WebP(), "animated webp": mediatest.AnimatedWebP(),
		"lossy webp": mediatest.LossyWebP(), "progressive jpeg": mediatest.ProgressiveJPEG(), "cmyk jpeg": mediatest.CMYKJPEG(), "animated png": mediatest.APNG(),
		"16-bit png": mediatest.PNGOf(image.NewNRGBA64(image.Rect(0, 0, 30, 30))),
	} {
		for at := 16; at < len(data); at += max(1, len(data)/200) {
			r := runContent(contentOf("", data[:at]), Image)
			if got := contentFound(r); !strings.HasPrefix(got, "content.truncated=") {
				t.Errorf("%s of %d bytes cut at %d: found %s: %s", name, len(data), at, got, contentSaid(r))
			}
		}
		for _, at := range []int{len(data) * 6 / 10, len(data) * 99 / 100, len(data) - 2} {
			got := contentFound(runContent(contentOf("", data[:at]), Image))
			if got != "content.truncated=fail" && !strings.Contains(name, "jpeg") { // a JPEG may lack its end mark alone
				t.Errorf("%s cut at %d: found %s", name, at, got)
			}
		}
	}
}

// TestFlippedImages: sixteen bytes that changed in the middle are seen. In a JPEG, which has no checksums, that
// depends on which ones: often it only shows other colours.
func TestFlippedImages(t *testing.T) {
	for name, data := range map[string][]byte{
		"png": mediatest.PNG(64, 48), "jpeg": mediatest.JPEG(64, 48), "gif": mediatest.GIF(2, 32, 32),
	} {
		for i := range 16 {
			data[len(data)/2+i] ^= 0x5a
		}
		if r := runContent(contentOf("", data), Image); r.Status != Fail {
			t.Errorf("%s: found %s", name, contentFound(r))
		}
	}
}

// TestDecoderCrash: a decoder that panics says nothing of the image. No image is known that does it.
func TestDecoderCrash(t *testing.T) {
	s := &survey{}
	s.judgeDecode(media.Kind{}, fmt.Errorf("%w: index out of range", media.ErrDecoderCrashed))
	if r := s.result(); contentFound(r) != "content.unverifiable=unknown" || !strings.Contains(contentSaid(r), "index out of range") {
		t.Error(contentSaid(r))
	}
}

func BenchmarkImages(b *testing.B) {
	for _, size := range []int{100, 1000} {
		data := mediatest.GIF(10, size, size)
		b.Run(fmt.Sprintf("gif of 10 frames %d×%d", size, size), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				_ = runContent(contentOf("", data), Image)
			}
		})
	}
}
