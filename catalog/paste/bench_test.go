package paste

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func BenchmarkTypicalPaste(b *testing.B) {
	text := readPaste(b, "053-node-sdk-util-inspect-ansi.txt")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Diagnose(text)
	}
}

// hostile are texts that invite a reader to read the same bytes again and again, by size.
var hostile = map[string]func(size int) string{
	"log":             logOf,
	"braces":          func(n int) string { return strings.Repeat("{", n) },
	"pairs":           func(n int) string { return strings.Repeat("{}", n/2) },
	"objects":         func(n int) string { return strings.Repeat(`{"error":`, n/9) },
	"nested":          func(n int) string { return strings.Repeat(`{"a":`, n/10) + strings.Repeat("}", n/10) },
	"quotes":          func(n int) string { return strings.Repeat(`{"code":"a"b`, n/12) },
	"backslashes":     func(n int) string { return `{"error":{"code":"` + strings.Repeat(`\`, n) },
	"escaped quotes":  func(n int) string { return `{"error":{"code":"` + strings.Repeat(`\"`, n/2) },
	"open strings":    func(n int) string { return strings.Repeat(`{"code":"`+"\n", n/10) },
	"codes":           func(n int) string { return strings.Repeat("code:timeout,", n/13) },
	"code names":      func(n int) string { return strings.Repeat("invalid_api_key ", n/16) },
	"curl":            func(n int) string { return strings.Repeat("curl '", n/6) },
	"curl commands":   func(n int) string { return strings.Repeat("curl https://h/ -d '{\"error\":1}'\n", n/33) },
	"request lines":   func(n int) string { return strings.Repeat("POST / HTTP/1.1\nA: b\n\n{", n/23) },
	"headers":         func(n int) string { return strings.Repeat("Authorization: ", n/15) },
	"ansi":            func(n int) string { return strings.Repeat("\x1b[1m{\x1b]", n/7) },
	"different codes": differentCodes,
	"bearer":          func(n int) string { return strings.Repeat("Bearer ", n/7) },
	"fetch":           func(n int) string { return strings.Repeat("fetch({", n/7) },
	"html":            func(n int) string { return strings.Repeat("&quot;code&quot;:{", n/18) },
}

func differentCodes(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, `{"error":{"code":"made_up_%d","message":"Bearer key%08dkey%08d","type":"t","request_id":"req_1"}}`+"\n", i, i, i)
	}
	return b.String()
}

// logOf writes a log in which one line in a hundred is an error.
func logOf(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		if i%100 == 99 {
			fmt.Fprintf(&b, `{"ts":"2026-11-23T09:14:%02dZ","level":"error","msg":"klyra: 429 Too Many Requests: {\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"m\",\"type\":\"rate_limit_error\",\"param\":null,\"request_id\":\"req_%012x\"}}"}`+"\n", i%60, i)
			continue
		}
		fmt.Fprintf(&b, `{"ts":"2026-11-23T09:14:%02dZ","level":"info","msg":"moderated","item":{"id":"i_%d","flagged":false},"took_ms":%d}`+"\n", i%60, i, i%900)
	}
	return b.String()
}

// BenchmarkHostile prints for each text the speed at 1 MB and how much longer 16 MB take than 16 times 1 MB.
func BenchmarkHostile(b *testing.B) {
	for name, text := range hostile {
		b.Run(name, func(b *testing.B) {
			small, large := text(1<<20), text(16<<20)
			var one, sixteen time.Duration
			for b.Loop() {
				one, sixteen = fastest(small), fastest(large)
			}
			b.ReportMetric(float64(len(small))/one.Seconds()/1e6, "MB/s")
			b.ReportMetric(sixteen.Seconds()/one.Seconds()/16, "growth")
		})
	}
}

func fastest(text string) time.Duration {
	best := time.Hour
	for range 3 {
		begin := time.Now()
		Diagnose(text)
		best = min(best, time.Since(begin))
	}
	return best
}

func BenchmarkLog5MB(b *testing.B) {
	text := logOf(5 << 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if d := Diagnose(text); len(d.Findings) != 1 {
			b.Fatalf("%d findings", len(d.Findings))
		}
	}
}

func BenchmarkNested10000Levels(b *testing.B) {
	text := strings.Repeat(`{"a":`, 10_000) + `{"error":{"code":"timeout","message":"m","type":"t"}}` + strings.Repeat("}", 10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if d := Diagnose(text); len(d.Findings) != 1 {
			b.Fatalf("%d findings", len(d.Findings))
		}
	}
}
