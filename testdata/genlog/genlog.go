// Genlog writes a made-up log to standard output and the truth about it, as JSON, to standard error: how often
// each code stands in it, on which lines first and last, and when. The same flags give the same bytes.
//
//	go run ./testdata/genlog -size 1000000000 -seed 1 > klyra.log 2> klyra.truth.json
//
// Six lines in ten are JSON, the others plain text, about 250 bytes each. Errors come as JSON, as JSON within
// strings of JSON up to two deep, as Python, JavaScript, Ruby and Java print maps; some codes are not
// documented. Other lines hold near misses: codes and the word error without an error around them.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"
)

// kind is one sort of error and its share among the errors.
type kind struct {
	code, errorType, message string
	share                    int
}

var kinds = []kind{
	{"rate_limit_exceeded", "rate_limit_error", "You have exceeded the rate limit of 60 requests per minute", 300},
	{"timeout", "api_error", "The request took too long to process", 110},
	{"service_unavailable", "api_error", "The service is temporarily unavailable", 80},
	{"content_download_failed", "invalid_request_error", "The content behind the URL could not be downloaded", 70},
	{"internal_server_error", "api_error", "An unexpected error occurred, code: unknown", 60},
	{"concurrent_requests_exceeded", "rate_limit_error", "Too many requests at the same time", 50},
	{"invalid_parameters", "invalid_request_error", "Parameters are {\"invalid\": true}", 50},
	{"quota_exceeded", "rate_limit_error", "The monthly quota is used up", 40},
	{"invalid_url", "invalid_request_error", "The URL C:\\media\\a.png is not a URL", 40},
	{"content_too_large", "invalid_request_error", "Content is larger than 4 MB", 30},
	{"model_unavailable", "api_error", "The model is not available", 30},
	{"unprocessable_content", "invalid_request_error", "The content can't be processed", 30},
	{"corrupted_media", "invalid_request_error", "The media is corrupted", 20},
	{"unsupported_language", "invalid_request_error", "The language is not supported", 20},
	{"unsupported_content_type", "invalid_request_error", "The content type is not supported", 20},
	{"missing_content", "invalid_request_error", "No content", 20},
	{"invalid_request", "invalid_request_error", "The body is no JSON: {\"error\": {\"code\": \"timeout\"}}", 20},
	{"invalid_api_key", "authentication_error", "The API key is invalid", 10},
	{"missing_api_key", "authentication_error", "No API key", 10},
	{"expired_api_key", "authentication_error", "The API key has expired", 10},
	{"insufficient_permissions", "permission_error", "The key may not do this", 10},
	{"region_locked", "api_error", "Not in this region", 6},
	{"tenant_suspended", "permission_error", "The tenant is suspended", 2},
}

var (
	words    = strings.Fields("amber basin cedar delta ember fjord grove haven inlet jetty knoll ledge marsh north oasis plain quarry ridge shoal thicket upland vale weir yard zenith accepted queued scored flagged passed stored")
	services = []string{"ingest", "moderation-7", "worker-a", "worker-b", "gateway"}
	near     = []string{
		`error=none`, `errors: 0`, `"error":null`, `"last_error":"timeout"`, `timeout_ms=3000`, `"policy":{"code":"timeout"}`,
		`"error":{"retries":3,"in":{"code":"timeout"}}`, `error code 429`, `"error":{"code":429,"message":"m"}`, `error {`,
	}
)

// seen is what is true of one code.
type seen struct {
	Count     int64     `json:"count"`
	FirstLine int64     `json:"first_line"`
	LastLine  int64     `json:"last_line"`
	FirstTime time.Time `json:"first_time"`
	LastTime  time.Time `json:"last_time"`
}

type truth struct {
	Bytes  int64            `json:"bytes"`
	Lines  int64            `json:"lines"`
	Errors int64            `json:"errors"`
	Codes  map[string]*seen `json:"codes"`
}

func (t *truth) note(code string, at time.Time) {
	s := t.Codes[code]
	if s == nil {
		s = &seen{FirstLine: t.Lines, FirstTime: at}
		t.Codes[code] = s
	}
	t.Errors++
	s.Count, s.LastLine, s.LastTime = s.Count+1, t.Lines, at
}

func main() {
	size := flag.Int64("size", 1_000_000, "bytes to write; the last line may go beyond")
	seed := flag.Uint64("seed", 1, "what makes one log differ from another")
	errors := flag.Int("errors", 100, "lines in 10,000 that hold an error")
	end := flag.String("end", "\n", "what ends a line")
	flag.Parse()
	w := bufio.NewWriterSize(os.Stdout, 1<<18)
	t := write(w, *size, *seed, *errors, *end)
	if err := w.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "write the log:", err)
		os.Exit(1)
	}
	e := json.NewEncoder(os.Stderr)
	e.SetIndent("", "  ")
	_ = e.Encode(t)
}

func write(w *bufio.Writer, size int64, seed uint64, errors int, end string) truth {
	l := &log{Rand: rand.New(rand.NewPCG(seed, 21)), at: time.Date(2026, 11, 23, 9, 14, 5, 0, time.UTC)}
	t := truth{Codes: map[string]*seen{}}
	for t.Bytes < size {
		l.at = l.at.Add(time.Duration(l.IntN(20)) * time.Millisecond)
		l.line = l.line[:0]
		t.Lines++
		if l.IntN(10_000) < errors {
			t.note(l.failure(), l.at)
		} else {
			l.success()
		}
		l.line = append(l.line, end...)
		t.Bytes += int64(len(l.line))
		w.Write(l.line)
	}
	return t
}

// log is the state of one log in the making.
type log struct {
	*rand.Rand
	at   time.Time
	line []byte
}

func (l *log) add(texts ...string) {
	for _, t := range texts {
		l.line = append(l.line, t...)
	}
}

func (l *log) stamp(layout string) { l.line = l.at.AppendFormat(l.line, layout) }

func (l *log) one(of []string) string { return of[l.IntN(len(of))] }

func (l *log) prose(n int) {
	for end := len(l.line) + n; len(l.line) < end; {
		l.add(l.one(words), " ")
	}
}

func (l *log) hex(n int) string {
	const digits = "0123456789abcdef"
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[l.IntN(16)]
	}
	return string(b)
}

// success writes a line without an error; one in thirty is a near miss.
func (l *log) success() {
	miss := ""
	if l.IntN(30) == 0 {
		miss = l.one(near)
	}
	if l.IntN(10) < 6 {
		l.add(`{"ts":"`)
		l.stamp("2006-01-02T15:04:05.000Z07:00")
		l.add(`","level":"info","service":"`, l.one(services), `","msg":"`)
		l.prose(50 + l.IntN(70))
		l.add(`","item":{"id":"it_`, l.hex(12), `","flagged":false},"took_ms":`, strconv.Itoa(l.IntN(900)))
		if strings.HasPrefix(miss, `"`) {
			l.add(",", miss)
		}
		l.add("}")
		return
	}
	l.stamp("2006-01-02 15:04:05,000")
	l.add(" INFO ", l.one(services), " ")
	l.prose(150 + l.IntN(60))
	l.add("id=it_", l.hex(12), " ", miss)
}

// failure writes a line with an error and returns its code.
func (l *log) failure() string {
	total := 0
	for _, k := range kinds {
		total += k.share
	}
	n, pick := l.IntN(total), kinds[0]
	for _, pick = range kinds {
		if n -= pick.share; n < 0 {
			break
		}
	}
	l.envelope(pick, "req_"+l.hex(12))
	return pick.code
}

func (l *log) envelope(k kind, id string) {
	message, _ := json.Marshal(k.message)
	text := fmt.Sprintf(`{"error":{"code":"%s","message":%s,"type":"%s","param":null,"request_id":"%s"}}`, k.code, message, k.errorType, id)
	switch style := l.IntN(12); style {
	case 0, 1, 2, 3, 4, 5: // within a line of JSON, as an object or as a string
		for range style / 2 {
			quoted, _ := json.Marshal(text)
			text = string(quoted)
			if style >= 4 {
				text = `{"body":` + text + `}`
			}
		}
		l.add(`{"ts":"`)
		l.stamp("2006-01-02T15:04:05.000Z07:00")
		l.add(`","level":"error","service":"`, l.one(services), `","msg":"request failed","response":`, text, `}`)
	case 6: // the error first, the time last
		l.add(`{"response":`, text, `,"time":`, strconv.FormatInt(l.at.UnixMilli(), 10), `}`)
	default:
		l.stamp("2006-01-02 15:04:05,000")
		l.add(" ERROR ", l.one(services), " request failed: ")
		l.literal(style, k, text, id)
	}
}

// literal writes an error as a programming language prints it.
func (l *log) literal(style int, k kind, text, id string) {
	quoted := "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(k.message) + "'"
	switch style {
	case 7:
		l.add("KlyraError: {'error': {'message': ", quoted, ", 'type': '", k.errorType, "', 'param': None, 'code': '", k.code, "', 'request_id': '", id, "'}}")
	case 8:
		l.add("{ error: { code: '", k.code, "', message: ", quoted, ", type: '", k.errorType, "', param: null, request_id: '", id, "' } }")
	case 9:
		double := strconv.Quote(k.message)
		l.add(`{"error"=>{"message"=>`, double, `, "code"=>"`, k.code, `", "request_id"=>"`, id, `"}}`)
	case 10:
		l.add("{error={message=", strings.NewReplacer("{", "(", "}", ")", ":", "").Replace(k.message), ", code=", k.code, ", request_id=", id, "}}")
	default:
		l.add("status=", strconv.Itoa(400+l.IntN(104)), " body=", text)
	}
}
