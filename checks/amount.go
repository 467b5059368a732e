package checks

import (
	"fmt"
	"strings"
)

// Counted writes a number with its noun: "1 word", "1,200 words".
func Counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Grouped(n) + " " + noun + "s"
}

func requests(n int) string { return Counted(int64(n), "request") }

// Grouped writes a number that is not negative with commas: "4,194,304".
func Grouped(n int64) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// sizeWords returns a size for people, exact and rounded: "12.3 kB (12,345 bytes)".
func sizeWords(n int64) string {
	exact := Counted(n, "byte")
	if n < 1000 {
		return exact
	}
	return SizeText(n) + " (" + exact + ")"
}

// SizeText returns a size for people, rounded: "12.3 kB", "999 bytes".
func SizeText(n int64) string {
	if n < 1000 {
		return Counted(n, "byte")
	}
	units := []string{"kB", "MB", "GB", "TB", "PB", "EB"}
	size, unit := float64(n)/1000, 0
	for size >= 999.95 && unit < len(units)-1 {
		size, unit = size/1000, unit+1
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}
