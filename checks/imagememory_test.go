//go:build !race

package checks

import (
	"image"
	"testing"

	"klyra-doctor/checks/media/mediatest"
)

// TestDecodeMemory: a full decode of the largest picture that is decoded stays under 200 MB.
func TestDecodeMemory(t *testing.T) {
	for name, data := range map[string][]byte{
		"gray png":   mediatest.PNGOf(image.NewGray(image.Rect(0, 0, 10_000, 14_000))),
		"rgba png":   mediatest.PNGOf(image.NewNRGBA(image.Rect(0, 0, 6_000, 6_250))),
		"4:2:0 jpeg": mediatest.BlankJPEG(10_000, 10_000),
		"gif":        mediatest.BlankGIF(100, 1400, 1400),
		"16-bit png": mediatest.PNGOf(image.NewNRGBA64(image.Rect(0, 0, 6_000, 3_125))),
	} {
		t.Run(name, func(t *testing.T) {
			peak := watchMemory(t)
			r := runContent(contentOf(name, data), Image)
			if r.Status == Fail || r.Status == Unknown || peak() > 200_000_000 {
				t.Errorf("found %s with %d bytes of memory\n%s", contentFound(r), peak(), contentSaid(r))
			}
			t.Logf("%.1f MB at most", float64(peak())/1e6)
		})
	}
}
