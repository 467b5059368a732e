package mend

import (
	"image"

	"golang.org/x/image/math/f64"
)

// turns holds for each EXIF orientation how a point of the stored picture comes to its upright place: x and y
// there are sums of x, y, the width and the height here.
var turns = [9]struct{ x, y [4]float64 }{
	0: {x: [4]float64{1, 0, 0, 0}, y: [4]float64{0, 1, 0, 0}},
	1: {x: [4]float64{1, 0, 0, 0}, y: [4]float64{0, 1, 0, 0}},
	2: {x: [4]float64{-1, 0, 1, 0}, y: [4]float64{0, 1, 0, 0}},
	3: {x: [4]float64{-1, 0, 1, 0}, y: [4]float64{0, -1, 0, 1}},
	4: {x: [4]float64{1, 0, 0, 0}, y: [4]float64{0, -1, 0, 1}},
	5: {x: [4]float64{0, 1, 0, 0}, y: [4]float64{1, 0, 0, 0}},
	6: {x: [4]float64{0, -1, 0, 1}, y: [4]float64{1, 0, 0, 0}},
	7: {x: [4]float64{0, -1, 0, 1}, y: [4]float64{-1, 0, 1, 0}},
	8: {x: [4]float64{0, 1, 0, 0}, y: [4]float64{-1, 0, 1, 0}},
}

// upright returns the map of a stored picture onto its upright one, which has a size.
func upright(orientation int, stored image.Rectangle, size image.Point) f64.Aff3 {
	w, h := float64(stored.Dx()), float64(stored.Dy())
	turn := turns[orientation]
	uprightWidth, uprightHeight := w, h
	if turn.x[0] == 0 {
		uprightWidth, uprightHeight = h, w
	}
	row := func(by [4]float64, scale float64) (x, y, offset float64) {
		offset = by[2]*w + by[3]*h - by[0]*float64(stored.Min.X) - by[1]*float64(stored.Min.Y)
		return by[0] * scale, by[1] * scale, offset * scale
	}
	var m f64.Aff3
	m[0], m[1], m[2] = row(turn.x, float64(size.X)/uprightWidth)
	m[3], m[4], m[5] = row(turn.y, float64(size.Y)/uprightHeight)
	return m
}
