package checks

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/media"
	"klyra-doctor/checks/media/mediatest"
)

// TestURLBodyIsReadToItsLimit: of a body without an end, the limit for its kind and one byte are taken.
func TestURLBodyIsReadToItsLimit(t *testing.T) {
	for _, c := range []struct {
		name string
		head []byte
		want int64
	}{
		{"image", []byte("\x89PNG\r\n\x1a\n"), imageLimit},
		{"video", mediatest.MP4Type, maxMediaBytes},
		{"unknown", noiseOf(800), maxMediaBytes},
	} {
		sent := &counter{from: io.MultiReader(bytes.NewReader(c.head), &endlessReader{pattern: make([]byte, 512)})}
		p := &urlProbe{Target: urlTarget(t, "", ""), net: internet}
		b := p.read(&http.Response{Body: io.NopCloser(sent), ContentLength: -1})
		if sent.n != c.want+1 || b.size != sent.n || !b.more {
			t.Errorf("%s: %d bytes were taken and %d counted, want %d and one", c.name, sent.n, b.size, c.want)
		}
	}
}

var apiChecks = []catalog.Check{catalog.KeyCheck, catalog.LimitsCheck, catalog.ServiceCheck}

// stuckAPI is an API that stops somewhere on the way to its answer.
var stuckAPIs = []struct {
	name   string
	scheme string
	turns  []turn
}{
	{"before TLS", "https", []turn{{end: stall}}},
	{"before the answer", "http", []turn{{end: stall}}},
	{"within the headers", "http", []turn{{send: "HTTP/1.1 401 Unauth", end: stall}}},
	{"within the body", "http", []turn{{send: answered("401 Unauthorized", nil, "Content-Length: 99"), end: stall}}},
	{"before the second answer", "http", []turn{{send: answered("401 Unauthorized", []byte(envelope("missing_api_key")), "Content-Type: application/json")}, {end: stall}}},
}

// start starts one of them; every stop is told to stuck.
func startStuck(t testing.TB, scheme string, turns []turn, stuck chan<- struct{}) *API {
	t.Helper()
	var seen atomic.Int64
	server := rawServer(t, func(conn net.Conn) {
		turns[min(int(seen.Add(1)), len(turns))-1].give(conn, nil, stuck)
	})
	api, err := NewAPI(scheme+"://"+server, nil)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// TestCancelledWhereverItIs: a check that is cancelled returns while the server it asked is still silent, and
// leaves no goroutine behind.
func TestCancelledWhereverItIs(t *testing.T) {
	for _, c := range stuckAPIs {
		for _, check := range append(apiChecks, catalog.URLCheck) {
			if len(c.turns) > 1 && (check == catalog.URLCheck || check == catalog.LimitsCheck) {
				continue // these ask once
			}
			took := time.Hour
			for try := 0; took > atOnce && try < 3; try++ { // other work on this machine delays too
				stuck := make(chan struct{}, 9)
				target := keyTarget(startStuck(t, c.scheme, c.turns, stuck), testKey)
				target.URL, target.Timeout = "/photo.png", time.Minute
				before := runtime.NumGoroutine()
				var r Result
				r, took = cancelledAfter(t, check, target, stuck)
				if r.Findings[0].ID != "check.cancelled" {
					t.Errorf("%s, stuck %s: want check.cancelled, got\n%s", check, c.name, texts(r))
				}
				noMoreGoroutines(t, check.String()+" "+c.name, before)
			}
			if took > atOnce {
				t.Errorf("%s, stuck %s: returned %v after the cancellation", check, c.name, took)
			}
		}
	}
}

// atOnce is how long a check may take to return after it was cancelled, in the best of three tries.
const atOnce = 100 * time.Millisecond

// cancelledAfter cancels a check once stuck says that it waits for a server, and returns its result and how
// long it took to come.
func cancelledAfter(t testing.TB, check catalog.Check, target Target, stuck <-chan struct{}) (Result, time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	results := make(chan Result, 1)
	go func() { results <- Run(ctx, check, target) }()
	select {
	case <-stuck:
	case r := <-results:
		t.Fatalf("%s ended by itself:\n%s", check, texts(r))
	}
	start := time.Now()
	cancel()
	r := <-results
	return r, time.Since(start)
}

// TestCancelledWhileAnotherCheckAsks: a check that waits for its turn at the API does not wait for the other's
// answer when it is cancelled.
func TestCancelledWhileAnotherCheckAsks(t *testing.T) {
	stuck := make(chan struct{}, 9)
	target := keyTarget(startStuck(t, "http", []turn{{end: stall}}, stuck), testKey)
	target.Timeout = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan Result, 1)
	go func() { first <- Run(ctx, catalog.ServiceCheck, target) }()
	<-stuck
	late, cancelLate := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancelLate)
	if r := Run(late, catalog.KeyCheck, target); r.Findings[0].ID != "check.cancelled" {
		t.Errorf("want check.cancelled, got\n%s", texts(r))
	}
	cancel()
	<-first
}

// TestCancelledWhileDecoding: an image that is being decoded does not hold the check.
func TestCancelledWhileDecoding(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := &urlProbe{Target: urlTarget(t, "", ""), net: internet}
	time.AfterFunc(time.Millisecond, cancel)
	b := &body{look: &survey{kind: media.Kind{MIME: "image/png"}}, image: photo}
	_ = media.Alone(t.Context(), 0, func() error { // so that the decoder cannot even begin
		if p.lookInTime(ctx, b) || !p.has("check.cancelled") {
			t.Errorf("found %+v", p.findings)
		}
		return nil
	})
}

// TestURLDecodesOnlyDeep: that an image's parts are all there will do, and the check says that it went no further.
func TestURLDecodesOnlyDeep(t *testing.T) {
	nameServer := (&world{}).serveDNS(t)
	for deep, want := range map[bool]string{false: "view.public pass", true: "content.corrupt fail"} {
		n := internet
		n.nameServer, n.dial = nameServer, dialAlways(brokenServer{turns: once(ok(noPixels, typePNG))}.start(t, nil))
		target := urlTarget(t, "", "http://media.example.com/a")
		target.Deep = deep
		r := n.checkURL(inTime(t), target)
		if !strings.Contains(verdicts(r), want) || strings.Contains(texts(r), "(--deep does)") == deep {
			t.Errorf("deep %v: want %s, got\n%s", deep, want, texts(r))
		}
	}
}

// TestDialPanic: what one of several goroutines that connect or agree on TLS panics with becomes the check's finding.
func TestDialPanic(t *testing.T) {
	whole := internet
	t.Cleanup(func() { internet = whole })
	for raw, dial := range map[string]func(context.Context, netip.AddrPort, string) (net.Conn, error){
		"http://127.0.0.1/a":  func(context.Context, netip.AddrPort, string) (net.Conn, error) { panic("no way to dial") },
		"https://127.0.0.1/a": func(context.Context, netip.AddrPort, string) (net.Conn, error) { return panickyConn{}, nil },
	} {
		internet.dial = dial
		before := runtime.NumGoroutine()
		r := Run(inTime(t), catalog.URLCheck, urlTarget(t, "", raw))
		if f := r.Findings[0]; f.ID != "check.crashed" || !strings.Contains(f.Summary, "no way to") {
			t.Errorf("%s: want check.crashed, got\n%s", raw, texts(r))
		}
		noMoreGoroutines(t, raw, before)
	}
}

// panickyConn is a connection that cannot be written to without a panic.
type panickyConn struct{ net.Conn }

func (panickyConn) Write([]byte) (int, error) { panic("no way to write") }
func (panickyConn) Close() error              { return nil }

// TestEveryCheckSurvivesAPanic: a bug of ours is a finding, not the end of the program. An API that is nil is
// such a bug.
func TestEveryCheckSurvivesAPanic(t *testing.T) {
	broken := Content{Name: "x", Open: func() (io.ReadCloser, error) { panic("no") }}
	for check := range table {
		if check == catalog.RequestCheck {
			continue // reads nothing that could be missing
		}
		r := Run(t.Context(), check, Target{URL: "http://127.0.0.1:1/a.png", Content: &broken, Keys: keyTarget(nil, testKey).Keys})
		if r.Status != Unknown || r.Findings[0].ID != "check.crashed" || r.Check != check {
			t.Errorf("%s: %s", check, texts(r))
		}
	}
}

// stuckFile is a content that tells when it is read, and then gives nothing until it is closed.
type stuckFile struct {
	stuck  chan<- struct{}
	closed chan struct{}
}

func (f stuckFile) Read([]byte) (int, error) {
	f.stuck <- struct{}{}
	<-f.closed
	return 0, io.ErrClosedPipe
}

func (f stuckFile) Close() error {
	close(f.closed)
	return nil
}

// BenchmarkCancel prints how long a check takes to return once it is cancelled: "ms/cancel" and the worst.
func BenchmarkCancel(b *testing.B) {
	stuck := make(chan struct{}, 9)
	for _, c := range stuckAPIs[:4] {
		for _, check := range append(apiChecks, catalog.URLCheck) {
			b.Run(check.String()+" "+c.name, func(b *testing.B) {
				target := keyTarget(startStuck(b, c.scheme, c.turns, stuck), testKey)
				target.URL = "/photo.png"
				benchmarkCancel(b, check, target, stuck)
			})
		}
	}
	b.Run("content within the file", func(b *testing.B) {
		content := Content{Name: "file", Size: -1, Open: func() (io.ReadCloser, error) {
			return stuckFile{stuck, make(chan struct{})}, nil
		}}
		benchmarkCancel(b, catalog.ContentCheck, Target{Content: &content}, stuck)
	})
}

func benchmarkCancel(b *testing.B, check catalog.Check, target Target, stuck <-chan struct{}) {
	target.Timeout = time.Minute
	var all, worst time.Duration
	for b.Loop() {
		_, took := cancelledAfter(b, check, target, stuck)
		all, worst = all+took, max(worst, took)
	}
	b.ReportMetric(all.Seconds()*1000/float64(b.N), "ms/cancel")
	b.ReportMetric(worst.Seconds()*1000, "ms-worst")
}
