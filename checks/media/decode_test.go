package media

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"testing"
)

// TestAlone: one picture at a time, and the memory of a large one is given back before the next one begins.
func TestAlone(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	before, during := inUse(), uint64(0)
	broken := errors.New("broken")
	err := Alone(t.Context(), 64<<20, func() error {
		picture := make([]byte, 64<<20)
		during = inUse()
		runtime.KeepAlive(picture)
		if err := Alone(done, 0, func() error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("a second picture was decoded beside the first: %v", err)
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if after := inUse(); during < before+64<<20 || after > before+8<<20 {
		t.Errorf("%d bytes in use before, %d during, %d after", before, during, after)
	}
	if err := Alone(t.Context(), 0, func() error { return nil }); err != nil {
		t.Errorf("the turn did not end: %v", err)
	}
}
