// Memory is measured without the race detector alone: its own would be counted with the checks'.

//go:build !race

package checks

import (
	"bytes"
	"image"
	"runtime"
	"testing"
	"time"

	"klyra-doctor/checks/media/mediatest"
)

// TestURLMemoryIsBounded: whatever a server sends, less than 64 MB are in use at any time, and less than 200
// where an image is decoded.
func TestURLMemoryIsBounded(t *testing.T) {
	nameServer := (&world{}).serveDNS(t)
	for _, c := range []struct {
		name   string
		turn   turn
		expect Media
		most   uint64
	}{
		{"endless film", turn{send: answered("200 OK", mediatest.MP4(), "Content-Type: video/mp4"), end: flood}, AnyMedia, 64_000_000},
		{"endless picture", turn{send: answered("200 OK", photo, typePNG), end: flood}, AnyMedia, 64_000_000},
		{"endless text", turn{send: answered("200 OK", wordsOf(1000), "Content-Type: text/plain"), end: flood}, Text, 64_000_000},
		{"endless noise", turn{send: answered("200 OK", noiseOf(8000)), end: flood}, AnyMedia, 64_000_000},
		{"endless headers", turn{send: "HTTP/1.1 200 OK\r\nX-More: and more\r\n", end: flood}, AnyMedia, 64_000_000},
		{"endless error page", turn{send: answered("404 Not Found", oldPage), end: flood}, AnyMedia, 64_000_000},
		{"bomb", turn{send: ok(fixtures["bomb"], gzipped)}, AnyMedia, 64_000_000},
		{"wide picture", turn{send: ok(mediatest.BlankJPEG(10_000, 10_000), "Content-Type: image/jpeg")}, AnyMedia, 200_000_000},
		{"gray picture", turn{send: ok(mediatest.PNGOf(image.NewGray(image.Rect(0, 0, 10_000, 14_000))), typePNG)}, AnyMedia, 200_000_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := internet
			n.nameServer = nameServer
			n.phases.others = 200 * time.Millisecond // for error pages
			n.dial = dialAlways(brokenServer{turns: []turn{c.turn}}.start(t, nil))
			target := urlTarget(t, "", "http://media.example.com/a")
			target.Expect, target.Deep = c.expect, c.most > 64_000_000 // a picture is decoded on demand alone
			runtime.GC()
			peak := watchMemory(t)
			r := n.checkURL(inTime(t), target)
			t.Logf("%s: %.1f MB at most", verdicts(r), float64(peak())/1e6)
			if peak() > c.most {
				t.Errorf("%d bytes of memory, want %d at most", peak(), c.most)
			}
		})
	}
}

// TestAPIMemoryIsBounded: an API that answers without an end is read no further than its limit.
func TestAPIMemoryIsBounded(t *testing.T) {
	endlessBody := turn{send: answered("200 OK", bytes.Repeat([]byte(" "), 1<<20)), end: flood}
	for _, check := range apiChecks {
		server := brokenServer{turns: []turn{endlessBody}}.start(t, nil)
		runtime.GC()
		peak := watchMemory(t)
		r := Run(inTime(t), check, keyTarget(mustAPI(t, "http://"+server), testKey))
		if peak() > 64_000_000 {
			t.Errorf("%s: %d bytes of memory\n%s", check, peak(), texts(r))
		}
	}
}

// TestContentMemory: a content of 40 MB takes less than 32 MB of memory, as it is streamed.
func TestContentMemory(t *testing.T) {
	for name := range endless {
		t.Run(name, func(t *testing.T) {
			c := endlessContent(name, 40_000_000)
			runtime.GC()
			peak := watchMemory(t)
			start := time.Now()
			r := runContent(c, AnyMedia)
			t.Logf("%s: %v, %.1f MB at most", contentFound(r), time.Since(start).Round(time.Millisecond), float64(peak())/1e6)
			if got := peak(); got > 32_000_000 {
				t.Errorf("took %d bytes of memory", got)
			}
		})
	}
}

// TestDecodeMemory: a full decode of the largest picture that is decoded stays under 200 MB.
func TestDecodeMemory(t *testing.T) {
	for name, data := range map[string][]byte{
		"gray png":   mediatest.PNGOf(image.NewGray(image.Rect(0, 0, 10_000, 14_000))),
		"rgba png":   mediatest.PNGOf(image.NewNRGBA(image.Rect(0, 0, 6_000, 6_250))),
		"4:2:0 jpeg": mediatest.BlankJPEG(10_000, 10_000),
		"gif":        mediatest.BlankGIF(100, 1400, 1400),
		"16-bit png": mediatest.PNGOf(image.NewNRGBA64(image.Rect(0, 0, 6_000, 3_125))),
	} {
		t.Run(name, func(t *testing.T) {
			runtime.GC()
			peak := watchMemory(t)
			r := runContent(contentOf(name, data), Image)
			if r.Status == Fail || r.Status == Unknown || peak() > 200_000_000 {
				t.Errorf("found %s with %d bytes of memory\n%s", contentFound(r), peak(), contentSaid(r))
			}
			t.Logf("%.1f MB at most", float64(peak())/1e6)
		})
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
	ticker := time.NewTicker(5 * time.Millisecond)
	go func() {
		high := start
		for {
			select {
			case <-ticker.C:
				high = max(high, inUse())
			case <-done:
				most <- max(high, inUse()) - start
				return
			}
		}
	}()
	var got *uint64
	stop := func() uint64 {
		if got == nil {
			ticker.Stop()
			close(done)
			high := <-most
			got = &high
		}
		return *got
	}
	t.Cleanup(func() { stop() })
	return stop
}
