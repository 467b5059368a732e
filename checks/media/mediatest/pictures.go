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
	must((&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m)) // large ones would take seconds
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
	body := append([]byte("Exif\x00\x00"), EXIF(order, value)...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return slices.Insert(bytes.Clone(data), 2, append(segment, body...)...)
}

// EXIF is EXIF data that holds an orientation alone.
func EXIF(order binary.AppendByteOrder, value uint16) []byte {
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
	return append(tiff, 0, 0, 0, 0, 0, 0)
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

// LossyWebP is a picture of one pixel.
func LossyWebP() []byte {
	return RIFF("WEBP", RIFFPart("VP8 ", []byte("\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00\x0e\xc0\xfe\x25\xa4\x00\x03\x70\x00\x00\x00\x00")))
}

// CMYKJPEG is a picture of 8×8 pixels in four colours.
func CMYKJPEG() []byte {
	return handmadeJPEG(0xc0, 4, jpegScan(4, 0, 63, 0x28, 0xa2, 0x8a))
}

// ProgressiveJPEG is a gray picture of 8×8 pixels in two scans.
func ProgressiveJPEG() []byte {
	return handmadeJPEG(0xc2, 1, append(jpegScan(1, 0, 0, 0x3f), jpegScan(1, 1, 63, 0xaf)...))
}

// handmadeJPEG has the tables of a gray JPEG, and a frame and scans of its own.
func handmadeJPEG(frame byte, colours byte, scans []byte) []byte {
	var b bytes.Buffer
	must(jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	gray := b.Bytes()
	at := bytes.Index(gray, []byte{0xff, 0xc0})
	head := []byte{0xff, frame, 0, 8 + 3*colours, 8, 0, 8, 0, 8, colours}
	for c := range colours {
		head = append(head, c+1, 0x11, 0)
	}
	if colours == 4 { // what decoders want to be told of CMYK
		head = append([]byte("\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"), head...)
	}
	tables := gray[at+2+11 : bytes.Index(gray, []byte{0xff, 0xda})]
	return slices.Concat(gray[:at], head, tables, scans, []byte{0xff, 0xd9})
}

// jpegScan is a scan of some colours and a range of frequencies, with its coded data.
func jpegScan(colours, from, to byte, data ...byte) []byte {
	scan := []byte{0xff, 0xda, 0, 6 + 2*colours, colours}
	for c := range colours {
		scan = append(scan, c+1, 0)
	}
	return append(append(scan, from, to, 0), data...)
}

// APNG is an animated picture of two frames, the second of which is a copy of the first.
func APNG() []byte {
	still := PNG(8, 8)
	control := make([]byte, 26)
	binary.BigEndian.PutUint32(control[4:], 8)
	binary.BigEndian.PutUint32(control[8:], 8)
	again := slices.Concat(PNGChunk("fcTL", control), PNGChunk("fdAT", append(make([]byte, 4), still[41:len(still)-16]...)), still[len(still)-12:])
	first := WithChunk(WithChunk(still[:len(still)-12], "fcTL", control), "acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0})
	return append(first, again...)
}

// BMP is a picture of 24-bit colours.
func BMP(w, h uint32) []byte {
	size := 54 + (w*3+3)/4*4*h
	b := binary.LittleEndian.AppendUint32([]byte("BM"), size)
	b = append(b, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, w), h)
	b = append(b, 1, 0, 24, 0)
	return append(b, make([]byte, int(size)-len(b))...)
}

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
