package checks

import (
	"bufio"

	"klyra-doctor/checks/media"
)

// readContainer surveys an audio or video file, or an image of such a format, by its parts.
func (s *survey) readContainer(kind media.Kind, in *bufio.Reader) {
	shape := media.Walk(kind.MIME, in)
	if shape.Duration > 0 {
		s.what += ", " + playTime(shape.Duration)
		s.fact("duration", "%s", playTime(shape.Duration))
	}
	s.note(kind.MIME, shape)
	if shape.Cut != "" {
		f := cutShort("the "+kind.Name+" is not whole: "+shape.Cut, shape.Missing)
		if shape.Doubtful {
			f.Status = Warn
		}
		s.found(f)
	}
	if shape.Flaw != "" {
		s.found(corrupt(kind, shape.Flaw))
	}
	if shape.Unclear != "" {
		s.unverifiable(shape.Unclear)
	}
	if shape.Trailing > 0 {
		s.found(trailingBytes(shape.Trailing, "the "+kind.Name))
	}
	if kind.Sort == Image && shape.Cut == "" {
		s.unverifiable("its parts are all there, but this program has no decoder for this " + kind.Name)
	}
	if kind.Sort != Image && shape.Cut == "" {
		s.fact("what is inside", "not decoded; where ffmpeg is installed, `ffmpeg -v error -i FILE -f null -` prints what is wrong with it")
	}
	s.undecoded = map[Media]string{Audio: "the sound", Video: "the video"}[kind.Sort]
}

// orientations holds what the EXIF values mean for whoever looks at the stored pixels.
var orientations = [9]string{
	2: "mirrored", 3: "upside down", 4: "upside down and mirrored", 5: "on its side and mirrored",
	6: "on its side, turned left", 7: "on its side and mirrored", 8: "on its side, turned right",
}

// note shows what a walk found out beside faults.
func (s *survey) note(mimeType string, shape media.Shape) {
	for _, n := range shape.Notes {
		s.fact(n.Label, "%s", n.Value)
	}
	if shape.Animated {
		s.fact("animation", "%s; which of them are moderated is not documented", Counted(int64(shape.Frames), "frame"))
		if mimeType == "image/png" && shape.Frames > 1 {
			s.fact("decoded", "the first frame only: this program cannot decode the others of a PNG")
		}
	}
	if o := shape.Orientation; o > 1 {
		s.fact("orientation", "EXIF %d (%s); whether Klyra turns it upright is not documented", o, orientations[o])
	}
}
