package guide

import (
	"fmt"
	"strings"
	"time"

	"klyra-doctor/checks"
)

// tooShort is for how long a download must last for bars to say more than its numbers.
const tooShort = 5 * time.Millisecond

// stoppedHere marks the phase in which a download ended too early.
const stoppedHere = "  stopped here"

// Waterfall draws the phases of a download as bars on one line of time, a line for each phase, at most columns
// wide and without a final line end; nil for no phases. The bars are drawn with "█". A phase of less than a
// millisecond has none, nor has any phase where the whole took less than 5 ms.
func Waterfall(phases []checks.PhaseTime, columns int) []string {
	label, gap := len("first byte")+3, len("under 1 ms") // what stands before the bars: a phase's name, and its time
	var whole time.Duration
	for _, p := range phases {
		whole = max(whole, p.Start+p.Took)
		label = max(label, len(phaseName(p, phases))+1)
	}
	room := columns - label - gap - 2
	for _, p := range phases {
		if p.Stopped {
			room -= len(stoppedHere)
		}
	}
	lines := make([]string, 0, len(phases))
	for _, p := range phases {
		line := fmt.Sprintf("%-*s%*s", label, phaseName(p, phases), gap, checks.DurationText(p.Took))
		if whole >= tooShort && p.Took >= time.Millisecond {
			from, cells := bar(p, whole, max(room, 8))
			line += "  " + strings.Repeat(" ", from) + strings.Repeat("█", cells)
		}
		if p.Stopped {
			line += stoppedHere
		}
		lines = append(lines, line)
	}
	return lines
}

// bar returns where a phase begins in a room of so many cells, and how many cells it takes: one at least.
func bar(p checks.PhaseTime, whole time.Duration, room int) (from, cells int) {
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
