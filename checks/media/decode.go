package media

import (
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // decoder of
	_ "image/png"  // decoder of
	"io"

	_ "golang.org/x/image/webp" // decoder of
)

// DecodeBudget is how many bytes of memory a full decode of a picture may take.
const DecodeBudget = 150_000_000

// ErrTooManyPixels is an animation whose later frames were not decoded.
var ErrTooManyPixels = errors.New("its frames have more pixels in all than are decoded here")

// ErrDecoderCrashed is a decoder that panicked: that says nothing of the picture.
var ErrDecoderCrashed = errors.New("the decoder crashed")

// DecodeBytes returns about how many bytes of memory a full decode takes, of a picture that has so many pixels
// by its header.
func (shape Shape) DecodeBytes(width, height int) float64 {
	return max(float64(width)*float64(height), shape.pixels) * shape.perPixel
}

// Decode decodes a whole picture and drops it. All frames of a GIF are decoded, one by one. Errors are those of
// the decoder, ErrTooManyPixels, ErrDecoderCrashed, or those of in.
func Decode(mimeType string, in io.Reader) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrDecoderCrashed, p)
		}
	}()
	if mimeType == "image/gif" {
		return decodeGIF(in)
	}
	_, _, err = image.Decode(in)
	return err
}
