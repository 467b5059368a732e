package paste

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkScan scans 64 MB in memory, by the share of lines that hold an error.
func BenchmarkScan(b *testing.B) {
	for _, share := range []string{"100", "1000"} {
		var log bytes.Buffer
		is := generate(b, &log, "-size", "64000000", "-errors", share)
		for name, scan := range map[string]func() (Summary, error){
			"pipe": func() (Summary, error) { return Scan(io.MultiReader(bytes.NewReader(log.Bytes()))) },
			"file": func() (Summary, error) { return ScanAt(bytes.NewReader(log.Bytes()), int64(log.Len())) },
		} {
			b.Run(name+"/errors="+share, func(b *testing.B) {
				b.SetBytes(is.Bytes)
				b.ReportAllocs()
				for b.Loop() {
					if s, err := scan(); err != nil || s.Errors != is.Errors {
						b.Fatalf("%d errors, want %d; %v", s.Errors, is.Errors, err)
					}
				}
			})
		}
	}
}

// hostileLogs invite a reader to read the same bytes again and again.
var hostileLogs = map[string]string{
	"nested":       `{"error":`,
	"open":         `{"error":{"a":`,
	"open strings": `error:{a:"error:{b:'`,
	"no code":      `{"error":{"a":"b"},`,
	"backslashes":  `error:{\\\\\\\\`,
	"joints":       `error: : : : : : : : : {`,
	"words":        `error:{a a a a a a a a a `,
	"new codes":    `error:{code:a` + "\x00",
}

func BenchmarkScanHostile(b *testing.B) {
	for name, text := range hostileLogs {
		log := strings.Repeat(text, 8<<20/len(text))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(log)))
			for b.Loop() {
				if _, err := Scan(strings.NewReader(log)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkScanVersusRg scans a file in page cache and lets rg count the lines with the same pattern, in turn,
// where rg is installed. The file has 256 MB, or KLYRA_BENCH_BYTES. It prints the speed of both, and how many
// times as fast as rg the scan is: the median of five rounds. A scan uses all cores, rg one for one file; the
// start of rg's process counts as its time.
func BenchmarkScanVersusRg(b *testing.B) {
	rg, err := exec.LookPath("rg")
	if err != nil {
		b.Log("rg is not installed: nothing to compare with")
	}
	size := "256000000"
	if given := os.Getenv("KLYRA_BENCH_BYTES"); given != "" {
		size = given
	}
	path := filepath.Join(b.TempDir(), "log")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	is := generate(b, f, "-size", size)
	for b.Loop() {
		var ours, theirs, ratios []float64
		for range 5 {
			mine := speed(is.Bytes, func() {
				if s, err := ScanAt(f, is.Bytes); err != nil || s.Errors != is.Errors {
					b.Fatalf("%d errors, want %d; %v", s.Errors, is.Errors, err)
				}
			})
			ours = append(ours, mine)
			if rg != "" {
				other := speed(is.Bytes, func() { countLines(b, rg, path, is) })
				theirs, ratios = append(theirs, other), append(ratios, mine/other)
			}
		}
		b.ReportMetric(median(ours), "MB/s")
		if rg != "" {
			b.ReportMetric(median(theirs), "rg-MB/s")
			b.ReportMetric(median(ratios), "times-rg")
		}
	}
}

// countLines runs rg with the pattern that a scan looks for; near misses count for it too.
func countLines(b *testing.B, rg, path string, is truth) {
	out, err := exec.Command(rg, "-c", `error[\\"']*\s*[:=]>?\s*\{`, path).Output()
	n, _ := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil || n < is.Errors {
		b.Fatalf("rg counts %d lines where %d hold an error; %v", n, is.Errors, err)
	}
}

// speed returns the MB/s at which do works through size bytes.
func speed(size int64, do func()) float64 {
	begin := time.Now()
	do()
	return float64(size) / 1e6 / time.Since(begin).Seconds()
}

func median(of []float64) float64 {
	sorted := append([]float64(nil), of...)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}
