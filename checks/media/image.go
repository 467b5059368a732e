package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// pictures holds the formats of pictures that WalkImage knows, with the walk over their parts.
var pictures = map[string]func([]byte) Shape{
	"image/png": walkPNG, "image/jpeg": walkJPEG, "image/gif": walkGIF, "image/webp": walkWebP, "image/bmp": walkBMP,
}

// IsPicture reports whether a type is one that WalkImage knows.
func IsPicture(mimeType string) bool { return pictures[mimeType] != nil }

// WalkImage walks the parts of a whole picture. The type must be one that IsPicture knows.
func WalkImage(mimeType string, data []byte) Shape { return pictures[mimeType](data) }

const cutImage = "its bytes end before the image does"

// ended is the shape of a picture that is whole and ends at an offset.
func (shape Shape) ended(at, size int) Shape {
	shape.Cut, shape.Trailing = "", int64(size-at)
	return shape
}

const pngSignature = "\x89PNG\r\n\x1a\n"

// walkPNG walks a PNG's chunks and checks their checksums.
func walkPNG(data []byte) Shape {
	shape := Shape{Cut: cutImage, perPixel: 4}
	promised, hasPicture := 0, false // promised frames
	for at := len(pngSignature); at+12 <= len(data); {
		size := int64(binary.BigEndian.Uint32(data[at:]))
		if size > int64(len(data)-at-12) {
			return shape
		}
		next := at + 12 + int(size)
		name, body := string(data[at+4:at+8]), data[at+8:next-4]
		if crc32.ChecksumIEEE(data[at+4:next-4]) != binary.BigEndian.Uint32(data[next-4:]) {
			shape.Cut, shape.Flaw = "", fmt.Sprintf("the checksum of its part %q at offset %d is wrong", name, at)
			return shape
		}
		switch at = next; name {
		case "IHDR":
			shape.perPixel = pngPixel(body)
			if len(body) >= 13 && body[8] == 16 {
				shape.note("depth", "16 bits a channel: rare, and some programs refuse it")
			}
		case "CgBI":
			shape.Flaw = "it is in a form of Apple's own (CgBI), made for iPhone apps, that other programs do not read"
		case "IDAT":
			hasPicture = true
		case "eXIf":
			shape.Orientation = exifOrientation(body)
		case "fcTL":
			shape.Frames++
		case "tRNS":
			shape.perPixel = max(shape.perPixel, 4)
		case "acTL":
			if len(body) >= 4 {
				shape.Animated, promised = true, int(binary.BigEndian.Uint32(body))
			}
		case "IEND":
			if promised != shape.Frames {
				shape.note("frames", "%d are promised and %d are there", promised, shape.Frames)
			}
			if !hasPicture {
				shape.Flaw = "it holds no picture: its part \"IDAT\" is missing"
			}
			return shape.ended(at, len(data))
		}
	}
	return shape
}

// pngPixel returns how many bytes a pixel takes decoded, by the PNG's header.
func pngPixel(header []byte) float64 {
	const gray, palette = 0, 3
	if len(header) < 13 {
		return 8
	}
	bytes := 4.0
	if colours := header[9]; colours == gray || colours == palette {
		bytes = 1
	}
	if header[8] == 16 {
		bytes *= 2
	}
	if header[12] != 0 { // interlaced: the passes are pictures of their own, the largest one half of all
		bytes *= 1.5
	}
	return bytes
}

const (
	jpegSOI, jpegEOI, jpegSOS = 0xd8, 0xd9, 0xda
	jpegAPP1                  = 0xe1
	jpegProgressive           = 0xc2
)

// walkJPEG walks a JPEG's segments to its end mark.
func walkJPEG(data []byte) Shape {
	shape := Shape{Cut: cutImage}
	for at := 2; ; {
		for at+1 < len(data) && data[at] == 0xff && data[at+1] == 0xff { // fill bytes
			at++
		}
		if at+2 > len(data) {
			return shape
		}
		marker := data[at+1]
		switch {
		case data[at] != 0xff:
			shape.Cut, shape.Flaw = "", fmt.Sprintf("no segment begins at offset %d, where one should", at)
			return shape
		case marker == jpegEOI:
			return shape.ended(at+2, len(data))
		case marker == jpegSOI || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7): // have no length
			at += 2
			continue
		}
		if at+4 > len(data) {
			return shape
		}
		next := at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		if next > len(data) {
			return shape
		}
		shape.addSegment(marker, data[at+4:max(next, at+4)])
		if at = max(next, at+4); marker == jpegSOS {
			at = scanEnd(data, at)
		}
	}
}

// addSegment takes in what a JPEG's segment says.
func (shape *Shape) addSegment(marker byte, body []byte) {
	switch {
	case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
		shape.perPixel = max(shape.perPixel, jpegPixel(body, marker == jpegProgressive))
		if marker == jpegProgressive {
			shape.note("JPEG", "progressive")
		}
		if rare := rareJPEG(marker, body); rare != "" {
			shape.Undecodable = "it is " + rare + ", which this program and most others cannot decode"
		}
		if len(body) >= 6 && body[5] == 4 {
			shape.note("colours", "four (CMYK): for print; many programs refuse them or show them wrong")
		}
	case marker == jpegAPP1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
		shape.Orientation = exifOrientation(body[6:])
	}
}

// rareJPEG names the kind of JPEG that a frame header announces, where few programs decode it; "" elsewhere.
func rareJPEG(marker byte, frame []byte) string {
	const lossless, firstHierarchical, firstArithmetic = 0xc3, 0xc5, 0xc9
	switch {
	case marker >= firstArithmetic:
		return "a JPEG in arithmetic coding"
	case marker >= firstHierarchical:
		return "a hierarchical JPEG"
	case marker == lossless:
		return "a lossless JPEG"
	case len(frame) > 0 && frame[0] != 8:
		return fmt.Sprintf("a JPEG of %d bits a channel", frame[0])
	}
	return ""
}

// jpegPixel returns how many bytes a pixel takes decoded, by a JPEG's frame header: the samples of every
// component, in a progressive one their coefficients of four bytes too, and the picture that RGB and CMYK
// are converted into.
func jpegPixel(frame []byte, progressive bool) float64 {
	const head, perComponent = 6, 3
	samples, most, components := 0, 1, 0
	for ; len(frame) >= head+(components+1)*perComponent && components < int(frame[5]); components++ {
		sampling := frame[head+components*perComponent+1]
		blocks := int(sampling>>4) * int(sampling&0x0f)
		samples, most = samples+blocks, max(most, blocks)
	}
	bytes := float64(samples) / float64(most)
	if progressive {
		bytes *= 5
	}
	if components == 4 || samples == 3 { // 4:4:4 may be RGB
		bytes += 4
	}
	return bytes
}

// scanEnd returns where the coded picture data from at ends: at the next marker.
func scanEnd(data []byte, at int) int {
	for {
		i := bytes.IndexByte(data[at:], 0xff)
		if i < 0 || at+i+1 >= len(data) {
			return len(data)
		}
		at += i
		switch next := data[at+1]; {
		case next == 0xff:
			at++
		case next == 0 || (next >= 0xd0 && next <= 0xd7):
			at += 2
		default:
			return at
		}
	}
}

// exifOrientation reads the orientation out of EXIF data; 0 where it has none.
func exifOrientation(tiff []byte) int {
	const orientationTag, entrySize = 0x0112, 12
	var order binary.ByteOrder = binary.LittleEndian
	if bytes.HasPrefix(tiff, []byte("MM")) {
		order = binary.BigEndian
	}
	if len(tiff) < 8 {
		return 0
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entrySize {
			return 0
		}
		if order.Uint16(entries) == orientationTag {
			if o := int(order.Uint16(entries[8:])); o <= 8 {
				return o
			}
			return 0
		}
		entries = entries[entrySize:]
	}
	return 0
}

// walkWebP walks a WebP's chunks.
func walkWebP(data []byte) Shape {
	shape := Shape{Cut: cutImage, perPixel: 5}
	if len(data) < 12 {
		return shape
	}
	end := 8 + int64(binary.LittleEndian.Uint32(data[4:]))
	end += end & 1
	if end > int64(len(data)) {
		return shape
	}
	shape.Cut, shape.Trailing = "", int64(len(data))-end
	for at := 12; at+8 <= int(end); {
		size := int64(binary.LittleEndian.Uint32(data[at+4:]))
		if size > end-int64(at)-8 {
			shape.Trailing, shape.Flaw = 0, fmt.Sprintf("its part %q at offset %d is longer than the file says it is as a whole (%d bytes)", data[at:at+4], at, end)
			return shape
		}
		body := data[at+8 : at+8+int(size)]
		switch name := string(data[at : at+4]); {
		case name == "VP8X" && size > 0 && body[0]&0x02 != 0: // the flag of an animation
			shape.Animated, shape.Undecodable = true, "this program cannot decode an animated WebP"
		case name == "EXIF":
			shape.Orientation = exifOrientation(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		case name == "ANMF":
			shape.Frames++
		case name == "VP8L" && size >= 5:
			dims := binary.LittleEndian.Uint32(body[1:])
			shape.pixels = max(shape.pixels, float64(dims&0x3fff+1)*float64(dims>>14&0x3fff+1))
		case name == "VP8 " && size >= 10:
			width, height := binary.LittleEndian.Uint16(body[6:])&0x3fff, binary.LittleEndian.Uint16(body[8:])&0x3fff
			shape.pixels = max(shape.pixels, float64(width)*float64(height))
		}
		at += 8 + int(size+size&1)
	}
	return shape
}

// walkBMP holds a bitmap's size against the one that its header promises.
func walkBMP(data []byte) Shape {
	const header = 14
	shape := Shape{Undecodable: "this program has no decoder for BMP images"}
	if len(data) < header {
		shape.Cut = cutImage
		return shape
	}
	switch size := int64(binary.LittleEndian.Uint32(data[2:])); {
	case size < header:
		shape.note("size", "not written in the header: a missing end cannot be seen")
	case size > int64(len(data)):
		shape.Cut, shape.Missing = cutImage, size-int64(len(data))
	default:
		shape.Trailing = int64(len(data)) - size
	}
	return shape
}
