package checks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the header of
	"image/jpeg"
	"image/png"
	"io"

	_ "golang.org/x/image/webp" // decoder of
)

const (
	decodeBudget = 150_000_000 // bytes of memory that a full decode may take
	longSide     = 10_000      // pixels; services of this sort often refuse longer sides
)

// imageShape is what a walk over an image's parts found, without decoding the picture.
type imageShape struct {
	end      int     // where the image ends; -1 where the bytes end before it does
	flaw     string  // what is damaged; "" for nothing
	frames   int     // of an animation; 0 and 1 mean a still image
	perPixel float64 // bytes that a decode takes for a pixel
	pixels   float64 // that a part announces, where it may be more than the header does
	facts    []Evidence
}

// imageFormats holds the formats that can be verified, with the walk over their parts.
var imageFormats = map[string]func([]byte) imageShape{
	"image/png": walkPNG, "image/jpeg": walkJPEG, "image/gif": walkGIF, "image/webp": walkWebP,
}

// readImage surveys an image. One over the limit is judged by its header alone: its size says enough.
func (s *survey) readImage(ctx context.Context, kind contentKind, in io.Reader) {
	data, _ := io.ReadAll(io.LimitReader(in, imageLimit+1))
	config, _, headerErr := image.DecodeConfig(bytes.NewReader(data))
	if headerErr == nil {
		s.what = fmt.Sprintf("%s, %d×%d", kind.name, config.Width, config.Height)
		s.fact("pixels", "%d × %d", config.Width, config.Height)
	}
	walk := imageFormats[kind.mime]
	switch {
	case walk == nil:
		s.unverifiable("this program has no decoder for " + kind.name)
	case len(data) > imageLimit:
		s.fact("picture", "not decoded: the file is over the limit anyway")
	default:
		s.judgeImage(ctx, kind, data, walk(data), config, headerErr)
	}
}

// judgeImage says whether the whole image is there and sound.
func (s *survey) judgeImage(ctx context.Context, kind contentKind, data []byte, shape imageShape, config image.Config, headerErr error) {
	s.facts = append(s.facts, shape.facts...)
	if max(config.Width, config.Height) > longSide {
		s.found(Finding{
			ID: "content.too_many_pixels", Status: Warn,
			Summary: fmt.Sprintf("the image is very large: %d×%d pixels; services of this sort often refuse more than %s on a side", config.Width, config.Height, grouped(longSide)),
			Remedy:  "scale it down: a moderation model looks at a few hundred pixels",
		})
	}
	switch {
	case shape.end < 0:
		s.found(cutImage(ctx, kind, data))
	case shape.flaw != "":
		s.found(corrupt(kind, shape.flaw))
	case headerErr != nil:
		s.judgeDecode(kind, headerErr)
	case kind.mime == "image/webp" && shape.frames > 1:
		s.unverifiable("its parts are all there, but this program cannot decode an animated WebP")
	case !shape.affordable(config):
		s.found(tooManyPixels(fmt.Sprintf("decoding its pixels (the header says %d×%d) would take too much memory", config.Width, config.Height)))
	default:
		s.judgeDecode(kind, decodeImage(ctx, kind.mime, data))
	}
	if shape.flaw == "" && shape.end >= 0 && shape.end < len(data) {
		s.found(trailingBytes(int64(len(data)-shape.end), "the image"))
	}
}

// judgeDecode says what a decoder's error means; nil means that all is well.
func (s *survey) judgeDecode(kind contentKind, err error) {
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
	case errors.Is(err, errTooManyFrames):
		s.found(tooManyPixels(err.Error()))
	case errors.As(err, new(png.UnsupportedError)) || errors.As(err, new(jpeg.UnsupportedError)) || errors.Is(err, errDecoderCrashed):
		s.unverifiable("this program's decoder gave up: " + err.Error())
	default:
		s.found(corrupt(kind, err.Error()))
	}
}

// errDecoderCrashed is a decoder that panicked: that says nothing of the image.
var errDecoderCrashed = errors.New("the decoder crashed")

// decoding is held by the one image that is being decoded: checks that run side by side share the memory of
// one decode.
var decoding = make(chan struct{}, 1)

// decodeImage decodes the whole picture and drops it.
func decodeImage(ctx context.Context, mimeType string, data []byte) (err error) {
	select {
	case decoding <- struct{}{}:
		defer func() { <-decoding }()
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDecoderCrashed, p)
		}
	}()
	in := &meter{ctx: ctx, in: bytes.NewReader(data)}
	if mimeType == "image/gif" {
		return decodeGIF(in)
	}
	_, _, err = image.Decode(in)
	return err
}

// cutImage says that an image's bytes end before the image does. A JPEG that lacks only its end mark still
// shows in most programs.
func cutImage(ctx context.Context, kind contentKind, data []byte) Finding {
	f := cutShort("the "+kind.name+" is cut off: its bytes end before the image does", 0)
	if kind.mime != "image/jpeg" {
		return f
	}
	whole := append(bytes.Clone(data), 0xff, jpegEOI)
	if config, err := jpeg.DecodeConfig(bytes.NewReader(whole)); err != nil || !walkJPEG(whole).affordable(config) {
		return f
	}
	if decodeImage(ctx, kind.mime, whole) == nil {
		f.Status = Warn
		f.Summary = "the JPEG image lacks its end mark: most programs show it, strict ones refuse it"
	}
	return f
}

// affordable reports whether a full decode stays within the memory that it may take.
func (shape imageShape) affordable(config image.Config) bool {
	pixels := max(float64(config.Width)*float64(config.Height), shape.pixels)
	return pixels*shape.perPixel <= decodeBudget
}

// cutShort is the finding that bytes are missing at the end; missing is 0 where their number is not known.
func cutShort(summary string, missing int64) Finding {
	f := Finding{
		ID: "content.truncated", Status: Fail, Summary: summary,
		Remedy: "send the whole file: compare its size with the original's, and download, export or upload it again",
	}
	if missing > 0 {
		f.Evidence = []Evidence{{"missing at least", sizeWords(missing)}}
	}
	return f
}

func corrupt(kind contentKind, reason string) Finding {
	f := Finding{
		ID: "content.corrupt", Status: Fail,
		Summary:  "the " + kind.name + " is damaged: " + reason,
		Evidence: []Evidence{{"decoder", reason}},
		Remedy:   "get the original again, or open it in a program that still shows it and save it anew",
	}
	if kind.mime == "image/jpeg" {
		f.Evidence = append(f.Evidence, Evidence{"note", "browsers may still show it: their JPEG decoders forgive more"})
	}
	return f
}

func tooManyPixels(why string) Finding {
	return Finding{
		ID: "content.too_many_pixels", Status: Unknown,
		Summary: "could not tell whether the image is sound: " + why,
		Remedy:  "scale it down and check it again: a service may refuse so many pixels too",
	}
}

func trailingBytes(n int64, after string) Finding {
	return Finding{
		ID: "content.trailing_bytes", Status: Warn,
		Summary: fmt.Sprintf("%s follow after the end of %s", sizeWords(n), after),
		Remedy:  "often harmless (phones append data of their own); where Klyra refuses the file, save it anew",
	}
}
