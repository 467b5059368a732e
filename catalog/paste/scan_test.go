package paste

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"klyra-doctor/catalog"
)

// truth is what the generator of logs says about one.
type truth struct {
	Bytes, Lines, Errors int64
	Codes                map[catalog.Code]struct {
		Count     int64
		FirstLine int64     `json:"first_line"`
		LastLine  int64     `json:"last_line"`
		FirstTime time.Time `json:"first_time"`
		LastTime  time.Time `json:"last_time"`
	}
}

// generator builds the generator of logs once for all tests of this package.
var generator = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "genlog")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "genlog")
	out, err := exec.Command("go", "build", "-o", bin, "klyra-doctor/testdata/genlog").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("build the generator: %s", out)
	}
	return bin, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if bin, err := generator(); err == nil {
		os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// generate writes a made-up log and returns the truth about it.
func generate(t testing.TB, w io.Writer, args ...string) truth {
	t.Helper()
	bin, err := generator()
	if err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	cmd := exec.Command(bin, args...)
	cmd.Stdout, cmd.Stderr = w, &told
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	var is truth
	if err := json.Unmarshal(told.Bytes(), &is); err != nil {
		t.Fatal(err)
	}
	return is
}

// resize makes the sizes of chunks and parts tiny for one test.
func resize(t testing.TB, chunk, part int) {
	chunkBefore, partBefore := chunkSize, leastPart
	t.Cleanup(func() { chunkSize, leastPart = chunkBefore, partBefore })
	chunkSize, leastPart = chunk, part
}

func scanAt(t testing.TB, log string) Summary {
	t.Helper()
	s, err := ScanAt(strings.NewReader(log), int64(len(log)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func scan(t testing.TB, r io.Reader) Summary {
	t.Helper()
	s, err := Scan(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestScanTellsTheTruth(t *testing.T) {
	for _, args := range [][]string{
		{"-seed", "1", "-size", "3000000"},
		{"-seed", "2", "-size", "20000000"},
		{"-seed", "3", "-size", "3000000", "-errors", "1000"},
		{"-seed", "4", "-size", "1000000", "-errors", "10000", "-end", "\r\n"},
		{"-seed", "5", "-size", "300000", "-errors", "0"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			var log strings.Builder
			is := generate(t, &log, args...)
			compare(t, "Scan", scan(t, strings.NewReader(log.String())), is)
			compare(t, "ScanAt", scanAt(t, log.String()), is)
			resize(t, 1000, 5000)
			compare(t, "ScanAt of small parts", scanAt(t, log.String()), is)
		})
	}
}

func compare(t *testing.T, who string, s Summary, is truth) {
	t.Helper()
	if s.Bytes != is.Bytes || s.Lines != is.Lines || s.Errors != is.Errors || len(s.Codes) != len(is.Codes) || s.Others != 0 {
		t.Errorf("%s: %d bytes, %d lines, %d errors, %d codes, %d others; the truth is %d, %d, %d, %d, 0",
			who, s.Bytes, s.Lines, s.Errors, len(s.Codes), s.Others, is.Bytes, is.Lines, is.Errors, len(is.Codes))
	}
	for _, c := range s.Codes {
		want := is.Codes[c.Code]
		if c.Count != want.Count || c.First.Line != want.FirstLine || c.Last.Line != want.LastLine ||
			!c.First.Time.Equal(want.FirstTime) || !c.Last.Time.Equal(want.LastTime) {
			t.Errorf("%s: %+v; the truth is %+v", who, c, want)
		}
		if _, documented := catalog.Lookup(string(c.Code)); c.Known != documented {
			t.Errorf("%s: %s: known is %v", who, c.Code, c.Known)
		}
		if len(c.RequestIDs) != int(min(c.Count, maxRequestIDs)) {
			t.Errorf("%s: %s: %d times, but the request ids are %q", who, c.Code, c.Count, c.RequestIDs)
		}
	}
}

// TestScanAnyCut scans a log in chunks and parts of every size, and in two halves cut at each line.
func TestScanAnyCut(t *testing.T) {
	var b strings.Builder
	generate(t, &b, "-seed", "7", "-size", "4000", "-errors", "4000")
	log := b.String() + strings.Join(objects(), "\n")
	want := scan(t, strings.NewReader(log))
	if want.Errors < 20 {
		t.Fatalf("only %d errors", want.Errors)
	}
	for size := 1; size <= len(log)+1; size += 1 + size/50 {
		resize(t, size, size)
		same(t, fmt.Sprintf("chunks of %d", size), scan(t, strings.NewReader(log)), want)
		same(t, fmt.Sprintf("parts of %d", size), scanAt(t, log), want)
	}
	same(t, "one byte at a time", scan(t, iotest.OneByteReader(strings.NewReader(log))), want)
	log, want = b.String(), scan(t, strings.NewReader(b.String()))
	for i := range log {
		if log[i] == '\n' {
			first, second := scanAt(t, log[:i+1]), scanAt(t, log[i+1:])
			same(t, fmt.Sprintf("halves at %d", i+1), first.Add(second.moved(first.Lines)), want)
		}
	}
}

func same(t *testing.T, who string, got, want Summary) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n%+v\nwant\n%+v", who, got, want)
	}
}

// logged are lines, and the codes that stand in them as errors.
var logged = []struct {
	line  string
	codes string
}{
	{`{"error":{"code":"timeout","message":"m"}}`, "timeout"},
	{`{"error" : {"message":"m","code" : "timeout"}}`, "timeout"},
	{`x={\"error\":{\"code\":\"timeout\",\"message\":\"m\"}}`, "timeout"},
	{`x={\\\"error\\\":{\\\"message\\\":\\\"a \\\\\\\"b\\\\\\\" c\\\",\\\"code\\\":\\\"timeout\\\"}}`, "timeout"},
	{`x={\\\\\\\"error\\\\\\\":{\\\\\\\"code\\\\\\\":\\\\\\\"timeout\\\\\\\"}}`, "timeout"},
	{`{"error":{"message":"ends in \\","code":"timeout"}}`, "timeout"},
	{`{"error":"{\"code\":\"timeout\"}"}`, "timeout"},
	{`{'error': {'message': "can't", 'code': 'timeout'}}`, "timeout"},
	{`{ error: { code: 'timeout', message: 'm' } }`, "timeout"},
	{`{:error=>{:message=>"m", :code=>"timeout"}}`, "timeout"},
	{`%{"error" => %{"code" => "timeout"}}`, "timeout"},
	{`{error={message=Can't do, sorry, code=timeout, param=null}}`, "timeout"},
	{`{Error:{Message:no time Code:timeout Type:api_error}}`, "timeout"},
	{`{"error":{"code":"TIMEOUT"}}`, "timeout"},
	{`{"error":{"code":"Invalid-Api-Key"}}`, "invalid_api_key"},
	{`{"err":{"error_code":"timeout"}}`, "timeout"},
	{`{"last_error":{"code":"timeout"}}`, "timeout"},
	{`{"error":{"param":{"code":"x_y"},"code":"timeout"}}`, "timeout"},
	{`{"error":{"code":"brand_new"}}`, "brand_new"},
	{`{"error":{"message":"{\"error\":{\"code\":\"invalid_url\"}}","code":"timeout"}}`, "timeout"},
	{`{"error":{"code":"timeout"}} {"error":{"code":"invalid_url"}}`, "timeout invalid_url"},
	{`{"error":{"code":"timeout","message":"cut he`, "timeout"},
	{`{"body":"{\"error\":{\"code\":\"timeout\",\"mess","next":{"code":"x_y"}}`, "timeout"},
	{"{\"error\": {\n  \"message\": \"m\",\n  \"code\": \"timeout\"\n}}", "timeout"},
	{`"{\n  \"error\": {\n    \"code\": \"timeout\"\n  }\n}"`, "timeout"},
	{"{ error: { code: \x1b[32m'timeout'\x1b[39m } }", "timeout"},
	{"[1]   \"error\": {\n[1]     \"message\": \"m\",\n[1]     \"code\": \"timeout\"\n[1]   }", "timeout"},
	{"2026-11-23T09:14:05.2Z   \"error\": {\n2026-11-23T09:14:05.3Z     \"code\": \"timeout\"\n2026-11-23T09:14:05.4Z   }", "timeout"},
	{`KlyraError: {'error': {'code': 'timeout'}}`, "timeout"},
	{`KlyraError: {"code":"timeout"}`, "timeout"},

	{`{"error":{"code":"tim`, ""},
	{`{"error":{"code":429}}`, ""},
	{`{"error":{"code":null}}`, ""},
	{`{"error":{"code":""}}`, ""},
	{`{"error":{"code":"two words"}}`, ""},
	{`{"error":{"inner":{"code":"timeout"}}}`, ""},
	{`{"error":{"codes":"timeout"}}`, ""},
	{`{"error":null,"policy":{"code":"timeout"}}`, ""},
	{`{"terror":{"code":"timeout"}}`, ""},
	{`ERROR {"code":"timeout"}`, ""},
	{`error: timeout`, ""},
	{"{\"error\":{\n2026-11-23 code=timeout}", ""},
	{"2026-11-23 09:14:05 {\"error\":{\n2026-11-23 09:14:05 code=timeout}", ""},
	{"2026-11-23 09:14:05 {\"error\":{\"message\":\"m\",\n2026-11-23 09:14:06 {\"code\":\"timeout\"}", ""},
	{"{\"error\":{\"message\":\"cut\n\"code\":\"timeout\"}}", ""},
	{"error:\n{\"code\":\"timeout\"}", ""},
	{`{`, ""},
	{"", ""},
}

func objects() (lines []string) {
	for _, l := range logged {
		lines = append(lines, l.line)
	}
	return lines
}

func TestScanObjects(t *testing.T) {
	for _, l := range logged {
		for _, end := range []string{"", "\n", "\r\n"} {
			log := strings.ReplaceAll(l.line+"\n", "\n", end)
			if strings.Contains(l.line, "\n") && end == "" {
				log = l.line
			}
			want := strings.Fields(l.codes)
			s := scan(t, strings.NewReader(log))
			var got []string
			for _, c := range s.Codes {
				got = append(got, string(c.Code))
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) || int(s.Errors) != len(want) {
				t.Errorf("%q: %d errors %q, want %q", log, s.Errors, got, want)
			}
		}
	}
}

func TestScanTimes(t *testing.T) {
	const object = `{"error":{"code":"timeout","message":"until 2030-01-01T00:00:00Z"}}`
	for _, c := range []struct{ line, want string }{
		{"2026-11-23T09:14:05Z x " + object, "2026-11-23T09:14:05Z"},
		{"2026-11-23T09:14:05.25+01:00 x " + object, "2026-11-23T08:14:05.25Z"},
		{"2026-11-23 09:14:05 +0530 x " + object, "2026-11-23T03:44:05Z"},
		{"[2026-11-23 09:14:05,123] x " + object, "2026-11-23T09:14:05.123Z"},
		{"2026/11/23 09:14:05 x " + object, "2026-11-23T09:14:05Z"},
		{"2026-11-23T09:14:05.123456789012Z " + object, "2026-11-23T09:14:05.123456789Z"},
		{`1.2.3.4 - - [23/Nov/2026:09:14:05 +0100] "POST /" 504 ` + object, "2026-11-23T08:14:05Z"},
		{`{"ts":1795425245.5,"e":` + object, "2026-11-23T09:14:05.5Z"},
		{`{"time":1795425245500,"e":` + object, "2026-11-23T09:14:05.5Z"},
		{`{"log":"{\"ts\":\"1795425245\",\"e\":` + object, "2026-11-23T09:14:05Z"},
		{`{"e":` + object + `,"time":"2026-11-23T09:14:05Z"}`, "2026-11-23T09:14:05Z"},
		{`{"e":` + object + `,"msg":"since 2025-01-01 00:00:00"}`, "2025-01-01T00:00:00Z"},
		{"2026-11-23T09:14:05Z " + strings.Repeat("x", 100_000) + object, "2026-11-23T09:14:05Z"},
		{"2026-13-23T09:14:05Z " + object, ""},
		{"09:14:05 " + object, ""},
		{object, ""},
		{"2026-11-23T09:14:05Z\n" + object + "\n2026-11-23T09:14:05Z", ""},
	} {
		resize(t, 1000, 1000)
		s := scan(t, strings.NewReader(c.line))
		got := ""
		if at := s.Codes[0].First.Time; !at.IsZero() {
			got = at.Format(time.RFC3339Nano)
		}
		if got != c.want || s.Codes[0].Last != s.Codes[0].First {
			t.Errorf("%.200q: %q and %v, want %q", c.line, got, s.Codes[0].Last.Time, c.want)
		}
	}
}

func TestScanRequestIDs(t *testing.T) {
	var b strings.Builder
	for _, id := range []string{"a1", "a1", "null", "a2", "a3", "a4", "a5", "a6"} {
		fmt.Fprintf(&b, `{"error":{"code":"timeout","request_id":"%s"}}`+"\n", id)
	}
	b.WriteString(`x-request-id: req_0123456789ab {"error":{"code":"invalid_url"}}`)
	s := scan(t, strings.NewReader(b.String()))
	if got := strings.Join(s.Codes[0].RequestIDs, " "); got != "a1 a2 a3 a4 a5" {
		t.Errorf("timeout: %s", got)
	}
	if got := strings.Join(s.Codes[1].RequestIDs, " "); got != "req_0123456789ab" {
		t.Errorf("invalid_url: %s", got)
	}
}

// TestScanHugeLine scans one line of 64 MB within a small part of that memory.
func TestScanHugeLine(t *testing.T) {
	const object = `{"error":{"code":"timeout"}}`
	const repeats = 1000
	filler := strings.Repeat(`{"a":"b"},`, 6400)
	log := func() io.Reader {
		var all []io.Reader
		for range repeats {
			all = append(all, strings.NewReader(filler), strings.NewReader(object))
		}
		return io.MultiReader(all...)
	}
	var s Summary
	used := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s, _ = Scan(log())
		}
	}).AllocedBytesPerOp()
	if s.Lines != 1 || s.Errors != repeats || s.Codes[0].Last.Line != 1 || s.Bytes != repeats*int64(len(filler)+len(object)) {
		t.Errorf("%+v", s)
	}
	if used > 16<<20 {
		t.Errorf("%d bytes of memory", used)
	}
	text, _ := io.ReadAll(log())
	same(t, "ScanAt", scanAt(t, string(text)), s)
}

func TestScanBoundsUnknownCodes(t *testing.T) {
	var b strings.Builder
	for i := range maxUnknown + 50 {
		fmt.Fprintf(&b, `{"error":{"code":"made_up_%d"}}`+"\n", i)
	}
	b.WriteString(`{"error":{"code":"timeout"}}`)
	s := scan(t, strings.NewReader(b.String()))
	if len(s.Codes) != maxUnknown+1 || s.Others != 50 || s.Errors != maxUnknown+51 {
		t.Errorf("%d codes, %d others, %d errors", len(s.Codes), s.Others, s.Errors)
	}
	if sum := s.Add(s); len(sum.Codes) != len(s.Codes) || sum.Errors != 2*s.Errors || sum.Others != 2*s.Others {
		t.Errorf("twice: %d codes, %d others, %d errors", len(sum.Codes), sum.Others, sum.Errors)
	}
}

func TestScanReportsReadErrors(t *testing.T) {
	broken := fmt.Errorf("the disk is gone")
	log := `{"error":{"code":"timeout"}}` + "\n"
	s, err := Scan(io.MultiReader(strings.NewReader(log), iotest.ErrReader(broken)))
	if err != broken || s.Errors != 1 {
		t.Errorf("Scan: %v, %d errors", err, s.Errors)
	}
	if _, err := ScanAt(brokenAt{broken}, 1<<30); err != broken {
		t.Errorf("ScanAt: %v", err)
	}
}

type brokenAt struct{ err error }

func (b brokenAt) ReadAt([]byte, int64) (int, error) { return 0, b.err }

// TestScannerGoesOn reads a log that grows: what is counted never falls, and in the end it is that of the whole.
func TestScannerGoesOn(t *testing.T) {
	log := strings.Join(objects(), "\n")
	var s Scanner
	before := int64(0)
	read := 0
	for line := range strings.Lines(log) {
		if _, err := s.ReadFrom(iotest.OneByteReader(strings.NewReader(line))); err != nil {
			t.Fatal(err)
		}
		read += len(line)
		now := s.Summary()
		if now.Errors < before || now.Bytes != int64(read) {
			t.Fatalf("%d errors in %d of %d bytes, and before %d", now.Errors, now.Bytes, read, before)
		}
		before = now.Errors
	}
	same(t, "bit by bit", s.Summary(), scan(t, strings.NewReader(log)))
}

func FuzzScan(f *testing.F) {
	for i, line := range objects() {
		f.Add(line+"\n"+line, uint16(i), uint16(2*i))
	}
	f.Add(strings.Repeat(`{"error":`, 2000), uint16(100), uint16(100))
	f.Add(strings.Repeat(`error:{"`, 3000), uint16(100), uint16(100))
	f.Fuzz(func(t *testing.T, log string, chunk, part uint16) {
		want := scan(t, strings.NewReader(log))
		if want.Bytes != int64(len(log)) || want.Errors > int64(strings.Count(log, "{")) {
			t.Fatalf("%d bytes and %d errors in %d bytes", want.Bytes, want.Errors, len(log))
		}
		resize(t, int(chunk)+1, int(part)+1)
		same(t, "chunks", scan(t, strings.NewReader(log)), want)
		same(t, "parts", scanAt(t, log), want)
		if more := scan(t, strings.NewReader(log+"\n"+log)); ended(log) && more.Errors < 2*want.Errors {
			t.Fatalf("%d errors, and twice the log holds %d", want.Errors, more.Errors)
		}
	})
}

// ended reports whether whatever a log opens is closed in it: what is not reads on into the text that follows, which
// then is no log of its own.
func ended(log string) bool {
	depth := 0
	for _, c := range log {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '\\':
			return false
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0 && strings.Count(log, `"`)%2 == 0 && strings.Count(log, "'")%2 == 0
}
