package sandbox

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"sync"
)

// The sample files are made in code, each at most once and always the same, so that a binary in an empty
// folder has them all. Writing them to memory cannot fail.

var photoPNG = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, sunset())
	return b.Bytes()
})

var photoJPEG = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, sunset(), nil)
	return b.Bytes()
})

// truncatedPNG is a photo whose second half is missing.
func truncatedPNG() []byte { return photoPNG()[:len(photoPNG())/2] }

// corruptJPEG is a photo with markers in the middle of its pixels that do not belong there.
func corruptJPEG() []byte {
	data := bytes.Clone(photoJPEG())
	middle := data[len(data)/2:]
	copy(middle, bytes.Repeat([]byte{0xFF, 0xC4}, 32))
	return data
}

// largePNG is a whole image of more than 4 MiB: noise, which does not compress.
var largePNG = sync.OnceValue(func() []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 1200, 1200))
	noise := rand.NewChaCha8([32]byte{})
	_, _ = noise.Read(img.Pix)
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 0xFF
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.NoCompression}
	_ = encoder.Encode(&b, img)
	return b.Bytes()
})

// toneWAV is half a second of 440 Hz: mono, 8 bits, 8,000 samples a second.
var toneWAV = sync.OnceValue(func() []byte {
	const rate, samples = 8000, 4000
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+samples))
	b.WriteString("WAVEfmt ")
	_ = binary.Write(&b, binary.LittleEndian, struct {
		Size                uint32
		Format, Channels    uint16
		Rate, BytesASecond  uint32
		BytesASample, Width uint16
	}{16, 1, 1, rate, rate, 1, 8})
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(samples))
	for i := range samples {
		b.WriteByte(byte(128 + 100*math.Sin(2*math.Pi*440*float64(i)/rate)))
	}
	return b.Bytes()
})

// archiveZIP is a ZIP archive with one small text in it.
var archiveZIP = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	file, _ := archive.Create("photo.txt")
	_, _ = io.WriteString(file, "This is an archive, not a photo.\n")
	_ = archive.Close()
	return b.Bytes()
})

// sunset draws a low sun over water, 320×240.
func sunset() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			img.Set(x, y, sunsetAt(x, y))
		}
	}
	return img
}

func sunsetAt(x, y int) color.RGBA {
	if dx, dy := x-220, y-130; y < 150 && dx*dx+dy*dy < 40*40 {
		return color.RGBA{255, 236, 170, 255}
	}
	if y >= 150 { // water: darker with the distance, and rippled
		ripple := uint8((x*y/7 + y*y) % 24)
		return color.RGBA{60 + ripple, 50 + ripple, 110 - uint8(y-150)/2 + ripple, 255}
	}
	return color.RGBA{uint8(110 + y*9/10), uint8(70 + y*5/10), uint8(140 - y/2), 255}
}
