// Package mediatest makes small files for tests, with the real structure of their formats.
package mediatest

import (
	"bytes"
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

// Picture draws something that does not compress to nothing.
func Picture(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), uint8(x * y), 255})
		}
	}
	return m
}

// PNG is a picture of 8-bit colours.
func PNG(w, h int) []byte { return PNGOf(Picture(w, h)) }

// PNGOf is a picture as a PNG.
func PNGOf(m image.Image) []byte {
	var b bytes.Buffer
	must(png.Encode(&b, m))
	return b.Bytes()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// PNGChunk builds a part of a PNG.
func PNGChunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// WithChunk inserts a part after a PNG's header.
func WithChunk(data []byte, name string, body []byte) []byte {
	const head = 8 + 25
	return slices.Insert(bytes.Clone(data), head, PNGChunk(name, body)...)
}

// PaddedPNG is a sound PNG of exactly so many bytes.
func PaddedPNG(size int) []byte {
	small := PNG(4, 4)
	return WithChunk(small, "teSt", make([]byte, size-len(small)-12))
}

// JPEG is a baseline picture.
func JPEG(w, h int) []byte {
	var b bytes.Buffer
	must(jpeg.Encode(&b, Picture(w, h), nil))
	return b.Bytes()
}

// WithOrientation inserts EXIF data after a JPEG's start.
func WithOrientation(data []byte, order binary.AppendByteOrder, value uint16) []byte {
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
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return slices.Insert(bytes.Clone(data), 2, append(segment, body...)...)
}

// GIF has so many frames.
func GIF(frames, w, h int) []byte {
	g := &gif.GIF{}
	for i := range frames {
		m := image.NewPaletted(image.Rect(0, 0, w, h), palette.Plan9)
		for p := range m.Pix {
			m.Pix[p] = uint8(p*7 + i + p/w)
		}
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	var b bytes.Buffer
	must(gif.EncodeAll(&b, g))
	return b.Bytes()
}

// BlankJPEG is a large JPEG in few bytes.
func BlankJPEG(w, h int) []byte {
	var b bytes.Buffer
	must(jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420), nil))
	return b.Bytes()
}

// BlankGIF is a large animation in few bytes.
func BlankGIF(frames, w, h int) []byte {
	m := image.NewPaletted(image.Rect(0, 0, w, h), palette.Plan9)
	g := &gif.GIF{}
	for range frames {
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	var b bytes.Buffer
	must(gif.EncodeAll(&b, g))
	return b.Bytes()
}

// vp8l is a lossless WebP picture of one pixel.
var vp8l = []byte("\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")[:13]

// WebP is a lossless picture of one pixel.
func WebP() []byte { return RIFF("WEBP", RIFFPart("VP8L", vp8l)) }

// AnimatedWebP has two frames.
func AnimatedWebP() []byte {
	frame := append(make([]byte, 16), RIFFPart("VP8L", vp8l)...)
	return RIFF("WEBP", RIFFPart("VP8X", []byte{0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0}), RIFFPart("ANIM", make([]byte, 6)), RIFFPart("ANMF", frame), RIFFPart("ANMF", frame))
}

// RIFFPart builds a chunk, padded to an even length.
func RIFFPart(name string, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
	b = append(b, body...)
	return append(b, make([]byte, len(body)&1)...)
}

// RIFF is a file of chunks, of a form such as "WAVE".
func RIFF(form string, parts ...[]byte) []byte {
	return RIFFPart("RIFF", append([]byte(form), slices.Concat(parts...)...))
}
