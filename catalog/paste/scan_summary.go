package paste

import (
	"bytes"
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"klyra-doctor/catalog"
)

// Summary is what a log holds. Its strings are foreign text, as they stand in the log.
type Summary struct {
	Bytes  int64
	Lines  int64 // a last one without a line end included
	Errors int64 // of all codes, Others included
	Codes  []CodeCount
	Others int64 // errors of codes that are not in Codes, because too many different ones stand in the log
}

// CodeCount is one code in a log. Codes are ordered by count, highest first, then by name.
type CodeCount struct {
	Code        catalog.Code
	Known       bool // whether Code is one of the catalog's
	Count       int64
	First, Last Place
	RequestIDs  []string // the first few different ones
}

// Place is where an error stands in a log.
type Place struct {
	File string    // "" for the only one
	Line int64     // from 1
	Time time.Time // that the line carries, in UTC; one without a zone counts as UTC; zero where none stands
}

const maxRequestIDs = 5 // kept of one code

// Add returns what two logs hold together, s first. Places stay as they are.
func (s Summary) Add(other Summary) Summary {
	sum := Summary{Bytes: s.Bytes + other.Bytes, Lines: s.Lines + other.Lines, Errors: s.Errors + other.Errors, Others: s.Others + other.Others}
	index := map[catalog.Code]int{}
	unknown := 0
	for _, c := range slices.Concat(s.Codes, other.Codes) {
		i, seen := index[c.Code]
		switch {
		case seen:
			sum.Codes[i] = sum.Codes[i].add(c)
			continue
		case !c.Known && unknown == maxUnknown:
			sum.Others += c.Count
			continue
		case !c.Known:
			unknown++
		}
		index[c.Code] = len(sum.Codes)
		sum.Codes = append(sum.Codes, c)
	}
	sum.sort()
	return sum
}

func (c CodeCount) add(other CodeCount) CodeCount {
	c.Count += other.Count
	c.Last = other.Last
	c.RequestIDs = slices.Clone(c.RequestIDs)
	for _, id := range other.RequestIDs {
		if len(c.RequestIDs) < maxRequestIDs && !slices.Contains(c.RequestIDs, id) {
			c.RequestIDs = append(c.RequestIDs, id)
		}
	}
	return c
}

func (s *Summary) sort() {
	slices.SortFunc(s.Codes, func(a, b CodeCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code))
	})
}

// moved returns the summary of a part before which lines lines of the same log stand.
func (s Summary) moved(lines int64) Summary {
	s.Codes = slices.Clone(s.Codes)
	for i := range s.Codes {
		s.Codes[i].First.Line += lines
		s.Codes[i].Last.Line += lines
	}
	return s
}

// tallies count errors by code.
type tallies struct {
	byCode  map[string]*tally
	unknown int // codes in it that are not the catalog's
	others  int64
}

// tally counts the errors of one code.
type tally struct {
	known       bool
	count       int64
	first, last spot
	requestIDs  []string
}

// spot is a place whose time has not been read yet.
type spot struct {
	line   int64
	around []byte // what may hold the time
}

func (s spot) place() Place { return Place{Line: s.line, Time: timeIn(s.around)} }

// note counts one error on a line; head and rest are what surrounds it there.
func (t *tallies) note(e loggedError, line int64, head, rest []byte) {
	c := t.of(e.code)
	if c == nil {
		t.others++
		return
	}
	c.count++
	c.last.line = line
	c.last.around = append(append(append(c.last.around[:0], head...), '\n'), rest...)
	if c.count == 1 {
		c.first = spot{line, bytes.Clone(c.last.around)}
	}
	if len(c.requestIDs) == maxRequestIDs {
		return
	}
	id := e.requestID
	if id == nil {
		id = requestIDIn(c.last.around)
	}
	if id != nil && !slices.Contains(c.requestIDs, string(id)) {
		c.requestIDs = append(c.requestIDs, string(id))
	}
}

// requestIDIn returns the first word of a text that looks like the id of a request, or nil.
func requestIDIn(text []byte) []byte {
	for {
		i := bytes.Index(text, []byte("req_"))
		if i < 0 {
			return nil
		}
		n := len("req_")
		for i+n < len(text) && wordByte(text[i+n]) {
			n++
		}
		if id := text[i : i+n]; n >= 8 && identifier(id) && (i == 0 || !wordByte(text[i-1])) {
			return id
		}
		text = text[i+n:]
	}
}

// of returns the tally of a code; nil where there are too many.
func (t *tallies) of(name []byte) *tally {
	if c := t.byCode[string(name)]; c != nil {
		return c
	}
	code := string(name)
	documented, isKnown := known(code)
	if isKnown {
		code = string(documented)
	}
	if c := t.byCode[code]; c != nil {
		return c
	}
	if !isKnown {
		if t.unknown == maxUnknown {
			return nil
		}
		t.unknown++
	}
	if t.byCode == nil {
		t.byCode = map[string]*tally{}
	}
	t.byCode[code] = &tally{known: isKnown}
	return t.byCode[code]
}

func (t tallies) clone() tallies {
	t.byCode = maps.Clone(t.byCode)
	for code, c := range t.byCode {
		twin := *c
		twin.last.around = bytes.Clone(c.last.around)
		twin.requestIDs = slices.Clone(c.requestIDs)
		t.byCode[code] = &twin
	}
	return t
}

func (t tallies) summary(bytes, lines int64) Summary {
	s := Summary{Bytes: bytes, Lines: lines, Errors: t.others, Others: t.others}
	for code, c := range t.byCode {
		s.Errors += c.count
		s.Codes = append(s.Codes, CodeCount{
			Code: catalog.Code(code), Known: c.known, Count: c.count,
			First: c.first.place(), Last: c.last.place(), RequestIDs: c.requestIDs,
		})
	}
	s.sort()
	return s
}

// The ways in which log lines carry their time; each pattern is for the text from the time's first digit on.
var (
	// 2026-11-23T09:14:05.123+01:00, 2026-11-23 09:14:05,123, 2026/11/23 09:14:05
	calendarTime = regexp.MustCompile(`^(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\d* ?(?:Z|([+-]\d\d):?(\d\d))?`)
	// 23/Nov/2026:09:14:05 +0100
	accessLogTime = regexp.MustCompile(`^\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}`)
	// 1795425245.123 in seconds, or a whole number of milliseconds, microseconds or nanoseconds
	epochField = regexp.MustCompile(`^(\d{10,19})(?:\.(\d{1,9}))?`)
	// The key before a Unix time: without one any number could be meant.
	clockKey = regexp.MustCompile(`\b(?i:ts|time|timestamp)\\*["']?\s*[:=]\s*\\*["']?$`)
)

// timeIn returns the first time that stands in a text, or the zero time.
func timeIn(text []byte) time.Time {
	for i := 0; i < len(text); i++ {
		if !digit(text[i]) || i > 0 && wordByte(text[i-1]) {
			continue
		}
		n := 1
		for i+n < len(text) && digit(text[i+n]) {
			n++
		}
		if t, err := timeAt(text, i, n); err == nil && !t.IsZero() {
			return t.UTC()
		}
		i += n
	}
	return time.Time{}
}

// timeAt reads the time that begins with the n digits at text[i], or the zero time where there is none.
func timeAt(text []byte, i, n int) (time.Time, error) {
	switch n {
	case 4:
		if m := submatches(calendarTime, text[i:]); m != nil {
			zone := "Z"
			if m[6] != "" {
				zone = m[6] + ":" + m[7]
			}
			return time.Parse(time.RFC3339Nano, m[1]+"-"+m[2]+"-"+m[3]+"T"+m[4]+"."+m[5]+"0"+zone)
		}
	case 2:
		return time.Parse("02/Jan/2006:15:04:05 -0700", string(accessLogTime.Find(text[i:])))
	case 10, 13, 16, 19:
		if clockKey.Match(text[max(0, i-32):i]) {
			m := submatches(epochField, text[i:])
			digits := m[1]
			if n == 10 {
				digits += m[2]
			}
			nanoseconds, err := strconv.ParseInt((digits + "000000000")[:19], 10, 64)
			return time.Unix(0, nanoseconds), err
		}
	}
	return time.Time{}, nil
}

func submatches(pattern *regexp.Regexp, text []byte) (parts []string) {
	for _, m := range pattern.FindSubmatch(text) {
		parts = append(parts, string(m))
	}
	return parts
}
