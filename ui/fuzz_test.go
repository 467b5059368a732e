package ui

import (
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
)

// acts are what a fuzzed user does; a byte picks one.
var acts = []string{
	"enter", "esc", "up", "down", "pgup", "pgdown", "home", "end", "tab", "f1", "backspace", "space",
	"ctrl+d", "ctrl+s", "ctrl+u", "ctrl+n", "ctrl+p", "?", "e", "f", "j", "k", "n", "o", "p", "r", "s", "w", "y", "i", "4", "世",
}

var sizes = [][2]int{{1, 1}, {40, 10}, {80, 24}, {110, 12}, {200, 50}}

// FuzzApp does what no user would, and demands that every frame fits its window.
func FuzzApp(f *testing.F) {
	f.Add([]byte{200, 0, 3, 3, 28, 13, 3, 0, 0, 24, 27, 1})
	f.Add([]byte("rate limit\x00\x00\x00\x01\x01\xf0\x00\xf1\x00\x12"))
	f.Fuzz(func(t *testing.T, bytes []byte) {
		d := newDriver(t, sandboxed())
		d.results[catalog.KeyCheck] = []checks.Result{rejected}
		size := sizes[2]
		for _, b := range bytes[:min(len(bytes), 60)] {
			switch {
			case b >= 250:
				size = sizes[int(b)%len(sizes)]
				d.size(size[0], size[1])
			case b >= 245:
				d.paste(revoked)
			case b >= 240:
				d.paste("https://example.com/a.png")
			case b >= 235:
				d.hold = !d.hold
			default:
				d.press(acts[int(b)%len(acts)])
			}
			fits(t, d.app.top().title(), d.app.View(), size[0], size[1])
		}
	})
}
