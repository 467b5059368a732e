package checks

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
)

// samplePicture draws something that does not compress to nothing.
func samplePicture(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), uint8(x * y), 255})
		}
	}
	return m
}

func pngSample(w, h int) []byte { return pngOf(samplePicture(w, h)) }

func pngOf(m image.Image) []byte {
	var b bytes.Buffer
	sampleMade(png.Encode(&b, m))
	return b.Bytes()
}

func sampleMade(err error) {
	if err != nil {
		panic(err)
	}
}

// pngChunk builds a part of a PNG.
func pngChunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// withChunk inserts a part after a PNG's header.
func withChunk(data []byte, name string, body []byte) []byte {
	const head = 8 + 25
	return slices.Insert(bytes.Clone(data), head, pngChunk(name, body)...)
}

// paddedPNG is a sound PNG of exactly so many bytes.
func paddedPNG(size int) []byte {
	small := pngSample(4, 4)
	return withChunk(small, "teSt", make([]byte, size-len(small)-12))
}

func jpegSample(w, h int) []byte {
	var b bytes.Buffer
	sampleMade(jpeg.Encode(&b, samplePicture(w, h), nil))
	return b.Bytes()
}

// withOrientation inserts EXIF data after a JPEG's start.
func withOrientation(data []byte, order binary.AppendByteOrder, value uint16) []byte {
	tiff := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 1) // entries
	tiff = order.AppendUint16(tiff, 0x0112)
	tiff = order.AppendUint16(tiff, 3)
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, value)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, jpegAPP1}, uint16(len(body)+2))
	return slices.Insert(bytes.Clone(data), 2, append(segment, body...)...)
}

func gifSample(frames, w, h int) []byte {
	g := &gif.GIF{}
	for i := range frames {
		m := image.NewPaletted(image.Rect(0, 0, w, h), palette.Plan9)
		for p := range m.Pix {
			m.Pix[p] = uint8(p*7 + i + p/w)
		}
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	var b bytes.Buffer
	sampleMade(gif.EncodeAll(&b, g))
	return b.Bytes()
}

// jpegOfBlanks is a large JPEG in few bytes.
func jpegOfBlanks(w, h int) []byte {
	var b bytes.Buffer
	sampleMade(jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420), nil))
	return b.Bytes()
}

// gifOfBlanks is a large animation in few bytes.
func gifOfBlanks(frames, w, h int) []byte {
	m := image.NewPaletted(image.Rect(0, 0, w, h), palette.Plan9)
	g := &gif.GIF{}
	for range frames {
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	var b bytes.Buffer
	sampleMade(gif.EncodeAll(&b, g))
	return b.Bytes()
}

// vp8l is a lossless WebP picture of one pixel.
var vp8l = []byte("\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")[:13]

func webpSample() []byte { return riffOf("WEBP", riffPart("VP8L", vp8l)) }

func animatedWebP() []byte {
	frame := append(make([]byte, 16), riffPart("VP8L", vp8l)...)
	return riffOf("WEBP", riffPart("VP8X", []byte{0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0}), riffPart("ANIM", make([]byte, 6)), riffPart("ANMF", frame), riffPart("ANMF", frame))
}

// riffPart builds a chunk, padded to an even length.
func riffPart(name string, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
	b = append(b, body...)
	return append(b, make([]byte, len(body)&1)...)
}

func riffOf(form string, parts ...[]byte) []byte {
	return riffPart("RIFF", append([]byte(form), slices.Concat(parts...)...))
}

// wavOf is a WAV of 8,000 mono samples of 16 bits a second, with so many bytes of sound.
func wavOf(sound int) []byte {
	format := []byte{1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0}
	return riffOf("WAVE", riffPart("fmt ", format), riffPart("data", make([]byte, sound)))
}

func inBase64(data []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(data)) }

// sampleMedia holds one small sound file of each format that can be looked into.
func sampleMedia() [][]byte {
	return [][]byte{
		pngSample(8, 8), jpegSample(16, 16), gifSample(2, 8, 8), webpSample(), animatedWebP(), wavOf(100),
		mp4Sample(), aviSample(), webmSample(), liveWebM(), opusSample(), mp3Sample(9, 9), flacSample(),
	}
}
