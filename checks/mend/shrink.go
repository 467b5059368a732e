package mend

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // decoder of
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoder of

	"klyra-doctor/checks"
	"klyra-doctor/checks/media"
)

// What a smaller image is written as.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
)

const (
	imageTarget = 3_000_000  // bytes; base64 of so many has 4,000,000, which fits whichever of the two counts
	mostCopied  = 10_000_000 // pixels of an image that is drawn anew, which takes memory beside the original
	mostInWhole = 32_000_000 // bytes of a WebP, which is read as a whole
	lastQuality = 80         // of a JPEG with fewer pixels
)

// decodable are the types of images that can be made smaller.
var decodable = map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true}

// fullSizeQualities are tried before any pixel is given up.
var fullSizeQualities = []int{90, 80, 70}

// shrinkImage writes a JPEG or PNG, as the type asks, of at most so many bytes: upright, without metadata, with as many
// pixels as fit. An image that is small enough is not written. One that cannot be decoded in bounded memory, or
// not at all by this program, is Undone.
func shrinkImage(open func() (io.ReadCloser, error), out io.Writer, mimeType string, most int) (made Made, err error) {
	err = media.Alone(context.Background(), media.DecodeBudget, func() error {
		made, err = shrinkAlone(open, out, mimeType, most)
		return err
	})
	return made, err
}

// shrinkAlone is shrinkImage while nothing else is decoded.
func shrinkAlone(open func() (io.ReadCloser, error), out io.Writer, mimeType string, most int) (Made, error) {
	source, err := open()
	if err != nil {
		return Made{}, fmt.Errorf("open the image: %w", err)
	}
	defer source.Close()
	p, needless, err := readPicture(bufio.NewReaderSize(source, most+1), most)
	if err != nil || needless != "" {
		return Made{Needless: needless}, err
	}
	size, quality, encoded, err := p.fitted(mimeType)
	if err != nil {
		return Made{}, err
	}
	if _, err := out.Write(encoded); err != nil {
		return Made{}, err
	}
	return p.made(mimeType, size, quality, len(encoded)), nil
}

// picture is a decoded image and what its file said of it.
type picture struct {
	image.Image
	most     int // bytes that it may take when it is written
	kind     media.Kind
	shape    media.Shape
	opaque   bool
	original image.Point // its size when it is upright
}

// readPicture decodes an image; needless says why that is not worth it.
func readPicture(in *bufio.Reader, most int) (p picture, needless string, err error) {
	p.most = most
	head, err := in.Peek(most + 1) // no more is looked at before anything is decoded
	if err != nil && !errors.Is(err, io.EOF) {
		return p, "", fmt.Errorf("read the image: %w", err)
	}
	small := err != nil
	if p.kind = media.Sniff(head, false); !decodable[p.kind.MIME] {
		return p, "", notDecoded(p.kind)
	}
	header := &endedReader{in: bytes.NewReader(head)}
	config, _, err := image.DecodeConfig(header)
	switch {
	case errors.Is(err, image.ErrFormat):
		return p, "", undecodable(p.kind)
	case err != nil && small:
		return p, "", header.undecoded(p.kind, err)
	case err != nil:
		return p, "", gaveUp(p.kind, err)
	}
	if small && max(config.Width, config.Height) <= checks.LongSide {
		return p, smallEnough(p.kind, head, most), nil
	}
	return p, "", p.read(in, head, config)
}

// smallEnough says why an image that is small enough is not written, and that this mends nothing where it is cut off.
func smallEnough(kind media.Kind, data []byte, most int) string {
	why := fmt.Sprintf("the image has at most %s bytes, which fit also as base64: there is nothing to be done", checks.Grouped(int64(most)))
	if media.WalkImage(kind.MIME, data).Cut != "" {
		why += " about its size. But it is cut off, its bytes end before the image does: " + wholeAgain
	}
	return why
}

// read decodes a picture of which the head and the sizes that it announces are known.
func (p *picture) read(in io.Reader, head []byte, config image.Config) (err error) {
	if p.kind.MIME == "image/webp" { // its parts announce sizes of their own, anywhere in the file
		if head, err = io.ReadAll(io.LimitReader(in, mostInWhole)); err != nil {
			return fmt.Errorf("read the image: %w", err)
		}
		in = bytes.NewReader(head)
	}
	p.shape = media.WalkImage(p.kind.MIME, head)
	if err := p.affordable(config); err != nil {
		return err
	}
	source := &endedReader{in: in}
	if err := p.decode(source); err != nil {
		return source.undecoded(p.kind, err)
	}
	return nil
}

// wholeAgain is what to do about an image that is cut off.
const wholeAgain = "download, export or upload it again"

// endedReader keeps the error that reading ended with: io.EOF where all was read, and more was asked for.
type endedReader struct {
	in  io.Reader
	err error
}

func (r *endedReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	if err != nil {
		r.err = err
	}
	return n, err
}

// undecoded says what a decoder's error means, by how the reading ended.
func (r *endedReader) undecoded(kind media.Kind, err error) error {
	switch r.err {
	case nil:
		return gaveUp(kind, err)
	case io.EOF:
		return Undone{
			"the " + kind.Name + " is cut off: its bytes end before the image does, and only a whole one can be made smaller",
			wholeAgain + ", and make that one smaller",
		}
	}
	return fmt.Errorf("read the %s: %w", kind.Name, r.err)
}

func gaveUp(kind media.Kind, err error) Undone {
	return Undone{
		"this program's decoder gave up on the " + kind.Name + ": " + err.Error(),
		"open it in a program that still shows it, save it anew, and make that one smaller",
	}
}

func notDecoded(kind media.Kind) error {
	if kind.Sort == media.Image {
		return undecodable(kind)
	}
	return Misfit{"this is of the type " + kind.Name + ", not an image", "only images can be made smaller; a long text is split by --chunk"}
}

func undecodable(kind media.Kind) Undone {
	return Undone{"this program has no decoder for this " + kind.Name, "save it as PNG or JPEG first"}
}

// affordable says why a picture should not be decoded.
func (p *picture) affordable(config image.Config) error {
	if p.kind.MIME == "image/webp" && p.shape.Animated {
		return Undone{"this program cannot decode an animated WebP", "save one of its frames as PNG or JPEG first"}
	}
	if need := p.shape.DecodeBytes(config.Width, config.Height); need > media.DecodeBudget {
		return Undone{
			fmt.Sprintf("decoding so many pixels (the header says %d×%d) would take %s MB of memory; this program takes at most %d MB",
				config.Width, config.Height, checks.Grouped(int64(need/1e6)), media.DecodeBudget/1_000_000),
			"scale it down with a program that works in pieces, such as vipsthumbnail, and check it again",
		}
	}
	return nil
}

func (p *picture) decode(in io.Reader) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%w: %v", media.ErrDecoderCrashed, cause)
		}
	}()
	if p.Image, _, err = image.Decode(in); err != nil {
		return err
	}
	if o, ok := p.Image.(interface{ Opaque() bool }); ok {
		p.opaque = o.Opaque()
	}
	p.original = p.Bounds().Size()
	if p.onItsSide() {
		p.original.X, p.original.Y = p.original.Y, p.original.X
	}
	return nil
}

// onItsSide reports whether upright means that width and height change places.
func (p *picture) onItsSide() bool { return p.shape.Orientation >= 5 }

// fitted encodes the picture so that it fits: first at a lower quality, then with fewer pixels.
func (p *picture) fitted(mimeType string) (size image.Point, quality int, encoded []byte, err error) {
	qualities := fullSizeQualities
	if mimeType == PNG {
		qualities = []int{0}
	}
	size = p.firstSize()
	for {
		drawn, used := p.drawn(size, mimeType), int64(0)
		for _, quality = range qualities {
			if encoded, used, err = encode(drawn, mimeType, quality, p.most); err != nil || encoded != nil {
				return size, quality, encoded, err
			}
		}
		const margin = 0.95 // smaller pictures take more bytes a pixel
		factor := margin * math.Sqrt(float64(p.most)/float64(used))
		size = scaled(size, factor)
		if mimeType == JPEG {
			qualities = []int{lastQuality}
		}
	}
}

// firstSize is the picture's own size, unless that is over what is allowed.
func (p *picture) firstSize() image.Point {
	size := p.original
	if long := max(size.X, size.Y); long > checks.LongSide {
		size = scaled(size, checks.LongSide/float64(long))
	}
	if pixels := size.X * size.Y; pixels > mostCopied && (p.shape.Orientation > 1 || !p.opaque || size != p.original) {
		size = scaled(size, math.Sqrt(mostCopied/float64(pixels)))
	}
	return size
}

func scaled(size image.Point, factor float64) image.Point {
	return image.Pt(max(1, int(float64(size.X)*factor)), max(1, int(float64(size.Y)*factor)))
}

// drawn returns the picture in a size, upright, and for a JPEG on white.
func (p *picture) drawn(size image.Point, mimeType string) image.Image {
	if size == p.original && p.shape.Orientation <= 1 && (p.opaque || mimeType == PNG) {
		return p.Image
	}
	canvas, op := image.NewRGBA(image.Rectangle{Max: size}), draw.Src
	if !p.opaque && mimeType == JPEG {
		draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
		op = draw.Over
	}
	var scaler draw.Transformer = draw.CatmullRom
	if size == p.original { // every pixel keeps its colour
		scaler = draw.NearestNeighbor
	}
	scaler.Transform(canvas, upright(p.shape.Orientation, p.Bounds(), size), p.Image, p.Bounds(), op, nil)
	return canvas
}

// encode returns an image's file; nil where it is longer than most bytes. The length is that of the whole file
// in any case.
func encode(m image.Image, mimeType string, quality, most int) (encoded []byte, length int64, err error) {
	b := shortBuffer{most: int64(most)}
	if mimeType == PNG {
		err = png.Encode(&b, m)
	} else {
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: quality})
	}
	if err != nil {
		return nil, 0, fmt.Errorf("encode the image: %w", err)
	}
	if b.length > b.most {
		return nil, b.length, nil
	}
	return b.data, b.length, nil
}

// shortBuffer keeps what is not too long, and counts the rest.
type shortBuffer struct {
	most   int64
	data   []byte
	length int64
}

func (b *shortBuffer) Write(p []byte) (int, error) {
	if b.length += int64(len(p)); b.length <= b.most {
		b.data = append(b.data, p...)
	}
	return len(p), nil
}

// made tells what was done.
func (p *picture) made(mimeType string, size image.Point, quality, length int) Made {
	m := Made{Type: mimeType}
	format := "PNG"
	if mimeType == JPEG {
		format = fmt.Sprintf("JPEG of quality %d", quality)
	}
	pixels := fmt.Sprintf("with all of its %d×%d pixels", size.X, size.Y)
	if size != p.original {
		pixels = fmt.Sprintf("scaled down from %d×%d to %d×%d pixels", p.original.X, p.original.Y, size.X, size.Y)
	}
	m.did("written as %s, %s", format, pixels)
	m.did("it has %s; the aim was at most %s, which fit also as base64, however 4 MB is counted", checks.Counted(int64(length), "byte"), checks.Grouped(int64(p.most)))
	if o := p.shape.Orientation; o > 1 {
		m.did("turned upright, as its EXIF orientation %d asks", o)
	}
	if p.shape.Animated {
		m.did("lost: the animation; only the first frame was kept")
	}
	switch {
	case p.opaque:
	case mimeType == JPEG:
		m.did("lost: transparency; what was transparent is white now. Write to a file that ends in .png to keep it")
	default:
		m.did("transparency was kept")
	}
	switch p.Image.(type) {
	case *image.Gray16, *image.RGBA64, *image.NRGBA64:
		m.did("lost: half of the 16 bits that each colour had")
	case *image.CMYK:
		m.did("the four print colours (CMYK) became red, green and blue, without the colour profile")
	}
	m.did("lost: all metadata (EXIF, place, camera, comments, colour profile)")
	return m
}
