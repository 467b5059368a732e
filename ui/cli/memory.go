package cli

import (
	"os"
	"runtime/debug"
)

// What the garbage collector is told, unless GOGC or GOMEMLIMIT say otherwise.
const (
	rareCollections = 400      // percent of the heap in use
	smallHeap       = 48 << 20 // bytes of memory over which collections come as often as needed
)

// collectRarely spares a short run its garbage collections: most end before they have used so much memory that one
// is worth its time.
func collectRarely() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(rareCollections)
		debug.SetMemoryLimit(smallHeap)
	}
}
