package checks

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// DurationText writes how long something took, in the unit that suits it: "under 1 ms", "340 ms", "2.4 s", "12 s".
func DurationText(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "under 1 ms"
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	case d < 9950*time.Millisecond:
		return strconv.FormatFloat(math.Round(d.Seconds()*10)/10, 'f', -1, 64) + " s"
	}
	return fmt.Sprintf("%d s", int64(math.Round(d.Seconds())))
}

// waitText writes a wait in the units that matter, rounded up to seconds; one that is over as "0 s".
func waitText(d time.Duration) string {
	s := max(int64(math.Ceil(d.Seconds())), 0)
	switch {
	case s < 120:
		return fmt.Sprintf("%d s", s)
	case s < 2*60*60:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	case s < 48*60*60:
		return fmt.Sprintf("%d h %d min", s/3600, s/60%60)
	}
	return fmt.Sprintf("%d days", s/86400)
}

// clock writes a time in now's zone, which it names; with the date where it is another day.
func clock(at, now time.Time) string {
	at = at.In(now.Location())
	if sameDay(at, now) {
		return at.Format(time.TimeOnly + " MST")
	}
	return at.Format(time.DateTime + " MST")
}

// ClockAt names a time in now's zone with the word that belongs before it: "at 12:00:37 UTC", or "on 2026-03-02
// 01:00:00 UTC" where it is another day.
func ClockAt(at, now time.Time) string {
	if sameDay(at, now) {
		return "at " + clock(at, now)
	}
	return "on " + clock(at, now)
}

func sameDay(at, now time.Time) bool {
	return at.In(now.Location()).Format(time.DateOnly) == now.Format(time.DateOnly)
}

// intervalText writes the time between two requests, rounded up so that keeping to it is never too fast: "125 ms",
// "1.25 s", "12 min 30 s".
func intervalText(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", int64(math.Ceil(d.Seconds()*1000)))
	case d < time.Minute:
		return secondsText(d) + " s"
	}
	return waitText(d)
}

// secondsText writes seconds with at most two decimals, rounded up: "1.25".
func secondsText(d time.Duration) string {
	hundredths := (d + 10*time.Millisecond - 1) / (10 * time.Millisecond)
	return strconv.FormatFloat(float64(hundredths)/100, 'f', -1, 64)
}

// playTime writes a duration as players do: "3.0 s", "1:02:03".
func playTime(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	s := int64(d.Round(time.Second) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
