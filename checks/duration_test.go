package checks

import (
	"testing"
	"time"
)

func TestDurationText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "under 1 ms", 999 * time.Microsecond: "under 1 ms", 1499 * time.Microsecond: "1 ms", 340 * time.Millisecond: "340 ms",
		999499 * time.Microsecond: "999 ms", 999500 * time.Microsecond: "1 s", 2 * time.Second: "2 s", 2449 * time.Millisecond: "2.4 s",
		9949 * time.Millisecond: "9.9 s", 9950 * time.Millisecond: "10 s", 83 * time.Second: "83 s",
	} {
		if got := DurationText(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestWaitText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "0 s", 0: "0 s", 100 * time.Millisecond: "1 s", 119 * time.Second: "119 s", 2 * time.Minute: "2 min 0 s",
		2 * time.Hour: "2 h 0 min", 47*time.Hour + 59*time.Minute: "47 h 59 min", 6*24*time.Hour + time.Hour: "6 days",
	} {
		if got := waitText(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
