//go:build !race

package mend

import (
	"image"
	"runtime"
	"testing"
	"time"

	"klyra-doctor/checks/media/mediatest"
)

// TestShrinkImageMemory: the largest picture that is decoded takes less than 200 MB in all.
func TestShrinkImageMemory(t *testing.T) {
	data := append(mediatest.PNGOf(image.NewNRGBA(image.Rect(0, 0, 6000, 6000))), make([]byte, imageTarget)...)
	runtime.GC()
	peak := watchMemory(t)
	_, made := shrunk(t, data, JPEG, imageTarget)
	got := peak()
	t.Logf("%d MB, %q", got/1_000_000, made.Did)
	if got > 200_000_000 {
		t.Errorf("took %d bytes of memory", got)
	}
}

// watchMemory returns what tells the most heap memory that was in use since, over that at the start.
func watchMemory(t *testing.T) (peak func() uint64) {
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	start, done, most := inUse(), make(chan struct{}), make(chan uint64, 1)
	go func() {
		high := start
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-tick.C:
				high = max(high, inUse())
			case <-done:
				tick.Stop()
				most <- high - start
				return
			}
		}
	}()
	return func() uint64 { close(done); return <-most }
}
