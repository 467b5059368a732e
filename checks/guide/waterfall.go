package guide

import (
	"fmt"
	"strings"
	"time"

	"klyra-doctor/checks"
)

// Waterfall draws the phases of a download as bars on one line of time, a line for each phase, at most columns
// wide and without a final line end; nil for no phases. The bars are drawn with "█".
func Waterfall(phases []checks.PhaseTime, columns int) []string {
	const label, gap = 13, 10 // what stands before the bars: a phase's name, and its time
	var whole time.Duration
	for _, p := range phases {
		whole = max(whole, p.Start+p.Took)
	}
	room := max(columns-label-gap-2, 8)
	lines := make([]string, 0, len(phases))
	for _, p := range phases {
		from, cells := bar(p, whole, room)
		lines = append(lines, fmt.Sprintf("%-*s%*s  %s%s", label, phaseName(p, phases), gap,
			checks.DurationText(p.Took), strings.Repeat(" ", from), strings.Repeat("█", cells)))
	}
	return lines
}

// bar returns where a phase begins in a room of so many cells, and how many cells it takes: one at least.
func bar(p checks.PhaseTime, whole time.Duration, room int) (from, cells int) {
	if whole <= 0 {
		return 0, 1
	}
	cell := func(at time.Duration) int { return int(float64(at) / float64(whole) * float64(room)) }
	from = min(cell(p.Start), room-1)
	return from, max(min(cell(p.Start+p.Took), room)-from, 1)
}

// phaseName names a phase, with the number of its hop where there are several.
func phaseName(p checks.PhaseTime, all []checks.PhaseTime) string {
	if all[len(all)-1].Hop == 1 {
		return p.Name
	}
	return fmt.Sprintf("%d %s", p.Hop, p.Name)
}
