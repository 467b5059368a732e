package checks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"klyra-doctor/checks/media"
)

// LongSide is how many pixels a side may have: services of this sort often refuse longer ones.
const LongSide = 10_000

// readImage surveys an image.
func (s *survey) readImage(ctx context.Context, kind media.Kind, in io.Reader) {
	data, _ := io.ReadAll(io.LimitReader(in, imageLimit+1))
	s.surveyImage(ctx, kind, data)
}

// surveyImage surveys an image that was read, to the limit and one byte. One over the limit is judged by its header
// alone: its size says enough.
func (s *survey) surveyImage(ctx context.Context, kind media.Kind, data []byte) {
	config, _, headerErr := image.DecodeConfig(bytes.NewReader(data))
	if headerErr == nil {
		s.what = fmt.Sprintf("%s, %d×%d", kind.Name, config.Width, config.Height)
		s.fact("pixels", "%d × %d", config.Width, config.Height)
	}
	switch {
	case !media.IsPicture(kind.MIME):
		s.unverifiable("this program has no decoder for " + kind.Name)
	case len(data) > imageLimit:
		s.fact("picture", "not decoded: the file is over the limit anyway")
	default:
		s.judgeImage(ctx, kind, data, media.WalkImage(kind.MIME, data), config, headerErr)
	}
}

// judgeImage says whether the whole image is there and sound.
func (s *survey) judgeImage(ctx context.Context, kind media.Kind, data []byte, shape media.Shape, config image.Config, headerErr error) {
	s.note(kind.MIME, shape)
	if max(config.Width, config.Height) > LongSide {
		s.found(Finding{
			ID: "content.too_many_pixels", Status: Warn,
			Summary: fmt.Sprintf("the image is very large: %d×%d pixels; services of this sort often refuse more than %s on a side", config.Width, config.Height, Grouped(LongSide)),
			Remedy:  "scale it down: a moderation model looks at a few hundred pixels",
		})
	}
	switch {
	case shape.Cut != "":
		s.found(cutImage(ctx, kind, data, shape.Missing))
	case shape.Flaw != "":
		s.found(corrupt(kind, shape.Flaw))
	case headerErr == nil && config.Width*config.Height == 0:
		s.found(corrupt(kind, fmt.Sprintf("it has no pixels: its header says %d×%d", config.Width, config.Height)))
	case s.walked && headerErr == nil:
		s.fact("not decoded", "its parts are all there; whether its pixels are sound was not tried (--deep does)")
	case shape.Undecodable != "":
		s.unverifiable("its parts are all there, but " + shape.Undecodable)
	case headerErr != nil:
		s.judgeDecode(kind, headerErr)
	case !affordable(shape, config):
		s.found(tooManyPixels(fmt.Sprintf("decoding its pixels (the header says %d×%d) would take too much memory", config.Width, config.Height)))
	default:
		s.judgeDecode(kind, decodeImage(ctx, kind, data, shape.DecodeBytes(config.Width, config.Height)))
	}
	if shape.Trailing > 0 {
		s.found(trailingBytes(shape.Trailing, "the image"))
	}
}

// judgeDecode says what a decoder's error means; nil means that all is well.
func (s *survey) judgeDecode(kind media.Kind, err error) {
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
	case errors.Is(err, media.ErrTooManyPixels):
		s.found(tooManyPixels(err.Error()))
	case errors.As(err, new(png.UnsupportedError)) || errors.As(err, new(jpeg.UnsupportedError)) || errors.Is(err, media.ErrDecoderCrashed):
		s.unverifiable("this program's decoder gave up: " + err.Error())
	default:
		s.found(corrupt(kind, err.Error()))
	}
}

// decodeImage decodes the whole picture and drops it, until ctx is done.
func decodeImage(ctx context.Context, kind media.Kind, data []byte, need float64) error {
	return media.Alone(ctx, need, func() error {
		return media.Decode(kind.MIME, &meter{ctx: ctx, in: bytes.NewReader(data)})
	})
}

// endMarks hold what images end in.
var endMarks = map[string]string{
	"image/jpeg": "\xff\xd9", "image/gif": ";", "image/png": "\x00\x00\x00\x00IEND\xae\x42\x60\x82",
}

// cutImage says that an image's bytes end before the image does. One that lacks only its end mark still shows in
// most programs.
func cutImage(ctx context.Context, kind media.Kind, data []byte, missing int64) Finding {
	f := cutShort("the "+kind.Name+" is cut off: its bytes end before the image does", missing)
	const many = 512 // more zeros than a picture ends in
	if zeros := len(data) - len(bytes.TrimRight(data, "\x00")); zeros >= many {
		f.Evidence = append(f.Evidence, Evidence{"zeros", sizeWords(int64(zeros)) + " at the end: room was made for the file, but the rest of it was not written, or it was lost"})
		return f
	}
	if endMarks[kind.MIME] == "" {
		return f
	}
	whole := append(bytes.Clone(data), endMarks[kind.MIME]...)
	config, _, err := image.DecodeConfig(bytes.NewReader(whole))
	shape := media.WalkImage(kind.MIME, whole)
	if err != nil || shape.Cut != "" || shape.Flaw != "" || !affordable(shape, config) {
		return f
	}
	if decodeImage(ctx, kind, whole, shape.DecodeBytes(config.Width, config.Height)) == nil {
		f.Status = Warn
		f.Summary = "the " + kind.Name + " lacks its end mark: most programs show it, strict ones refuse it"
	}
	return f
}

// affordable reports whether a full decode stays within the memory that it may take.
func affordable(shape media.Shape, config image.Config) bool {
	return shape.DecodeBytes(config.Width, config.Height) <= media.DecodeBudget
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

func corrupt(kind media.Kind, reason string) Finding {
	f := Finding{
		ID: "content.corrupt", Status: Fail,
		Summary:  "the " + kind.Name + " is damaged: " + reason,
		Evidence: []Evidence{{"decoder", reason}},
		Remedy:   "get the original again, or open it in a program that still shows it and save it anew",
	}
	if kind.MIME == "image/jpeg" {
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
	follow := "follow"
	if n == 1 {
		follow = "follows"
	}
	return Finding{
		ID: "content.trailing_bytes", Status: Warn,
		Summary: fmt.Sprintf("%s %s after the end of %s", sizeWords(n), follow, after),
		Remedy:  "often harmless (phones append data of their own); where Klyra refuses the file, save it anew",
	}
}
