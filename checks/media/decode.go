package media

import (
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // decoder of
	_ "image/png"  // decoder of
	"io"
	"runtime/debug"

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

// decoding is held by the one picture that is being decoded: all that decode share the memory of one decode.
var decoding = make(chan struct{}, 1)

// muchMemory is how many bytes of a picture are worth the time that giving them back takes.
const muchMemory = 16_000_000

// Alone runs decode once no other picture of the program is being decoded, and gives back the memory that decode
// let go of. It takes about so many bytes as need says. Errors are those of decode, or of ctx where that is done
// before decode could begin.
func Alone(ctx context.Context, need float64, decode func() error) error {
	select {
	case decoding <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() {
		if need > muchMemory {
			debug.FreeOSMemory()
		}
		<-decoding
	}()
	return decode()
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
