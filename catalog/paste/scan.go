package paste

import (
	"bytes"
	"io"
	"math"
	"runtime"
	"strings"
	"sync"
)

// A log is scanned for the brackets of error objects: for every "{" the bytes to its left tell whether the key
// before it is one of an error; only then the object is read. What counts at a "{" depends on the line up to
// it and on maxEnvelope bytes from it, never on where a chunk of the log ends.

// Sizes in bytes; variables, so that tests can make them tiny.
var (
	chunkSize = 256 << 10 // read at once: small enough for the processor's cache
	leastPart = 4 << 20   // of a file that is worth a worker of its own
)

const (
	maxEnvelope = 8 << 10 // of an error object, from its "{"; the rest of a longer one is not seen
	maxAround   = 512     // of a line's head, and of what follows an error on its line, kept for its time
	maxJoint    = 48      // between the key and its "{", the key included; less than maxAround
	maxUnknown  = 1000    // different codes outside of the catalog
	maxWorkers  = 8
)

// Scan counts the errors in a log that can only be read once, such as a pipe, in memory that does not depend
// on its size. Where reading fails it returns what was counted before, with the error.
func Scan(r io.Reader) (Summary, error) {
	var s Scanner
	_, err := s.ReadFrom(r)
	return s.Summary(), err
}

// ScanAt counts the errors in the first size bytes of a log, several parts of it at a time. Its answer is
// that of Scan. Where reading fails it returns what was counted until then, with the error.
func ScanAt(r io.ReaderAt, size int64) (Summary, error) {
	workers := min(runtime.GOMAXPROCS(0), maxWorkers)
	cuts, err := cutAtLines(r, size, max(size/int64(workers*8), int64(leastPart)))
	if err != nil {
		return Summary{}, err
	}
	parts := &parts{waiting: map[int]Summary{}}
	next := make(chan int)
	var working sync.WaitGroup
	for range min(workers, len(cuts)-1) {
		working.Go(func() {
			var buf []byte
			for i := range next {
				s := Scanner{owned: cuts[i+1] - cuts[i], buf: buf}
				_, err := s.ReadFrom(io.NewSectionReader(r, cuts[i], min(size-cuts[i], s.owned+maxEnvelope)))
				parts.add(i, s.Summary(), err)
				buf = s.buf
			}
		})
	}
	for i := range len(cuts) - 1 {
		next <- i
	}
	close(next)
	working.Wait()
	return parts.total, parts.err
}

// cutAtLines returns the offsets of line starts that lie about step bytes apart, from 0 to size.
func cutAtLines(r io.ReaderAt, size, step int64) ([]int64, error) {
	cuts := []int64{0}
	buf := make([]byte, 4096)
	for at := step; at < size; {
		n, err := r.ReadAt(buf[:min(int64(len(buf)), size-at+1)], at-1)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 && at+int64(i) < size {
			cuts = append(cuts, at+int64(i))
			at += int64(i) + step
			continue
		}
		if err == io.EOF || n == 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		at += int64(n)
	}
	return append(cuts, size), nil
}

// parts puts together the summaries of a log's parts, which may come in any order.
type parts struct {
	sync.Mutex
	total   Summary
	added   int
	waiting map[int]Summary // for those before them
	err     error           // the first one
}

func (p *parts) add(i int, s Summary, err error) {
	p.Lock()
	defer p.Unlock()
	p.waiting[i] = s
	if p.err == nil {
		p.err = err
	}
	for {
		s, ok := p.waiting[p.added]
		if !ok {
			return
		}
		delete(p.waiting, p.added)
		p.added++
		p.total = p.total.Add(s.moved(p.total.Lines))
	}
}

// Scanner counts the errors in a log that comes bit by bit. The zero Scanner is ready to use; it is not safe
// for use by several goroutines at once.
type Scanner struct {
	tallies tallies
	owned   int64 // how many bytes are its own, when others follow that are another's; 0: all
	bytes   int64 // taken in

	buf       []byte
	base      int64  // offset in the log of buf[0]
	end       int    // of what was read into buf
	at        int    // where the search for "{" goes on
	counted   int    // up to where lines are counted
	newlines  int64  // before counted
	lineStart int    // of the line that holds counted; before 0 where it is no longer in buf
	head      []byte // of that line, where it is no longer in buf
}

// ReadFrom takes in all that r gives until its end, and returns how many bytes that was. The log may go on:
// the next call takes in what follows.
func (s *Scanner) ReadFrom(r io.Reader) (int64, error) {
	if s.buf == nil {
		s.buf = make([]byte, chunkSize+maxEnvelope+maxAround)
	}
	before := s.bytes
	for {
		n, err := r.Read(s.buf[s.end:])
		s.end += n
		s.bytes += int64(n)
		s.search(s.end - maxEnvelope)
		s.slide()
		switch {
		case err == io.EOF:
			return s.bytes - before, nil
		case err != nil:
			return s.bytes - before, err
		}
	}
}

// Summary returns what was counted so far, as if the log ended here. More of the log may be read afterwards.
func (s *Scanner) Summary() Summary {
	rest := *s
	rest.tallies = s.tallies.clone()
	rest.search(s.end)
	own := min(s.bytes, rest.limit())
	lines := rest.newlines
	if own > 0 && rest.lineStart < rest.counted {
		lines++
	}
	return rest.tallies.summary(own, lines)
}

// limit is the offset in the log of what is no longer the scanner's own.
func (s *Scanner) limit() int64 {
	if s.owned == 0 {
		return math.MaxInt64
	}
	return s.owned
}

// search counts what is wrong in the objects that open before buf[to].
func (s *Scanner) search(to int) {
	to = int(min(int64(to), s.limit()-s.base))
	for s.at < to {
		n := bytes.IndexByte(s.buf[s.at:to], '{')
		if n < 0 {
			break
		}
		open := s.at + n
		s.at = open + 1
		if !underError(s.buf[:open]) {
			continue
		}
		s.countLines(open)
		head := s.lineHead(open)
		e := readObject(s.buf[open:min(open+maxEnvelope, s.end)], head)
		if e.code == nil {
			continue
		}
		s.tallies.note(e, s.newlines+1, head, s.lineRest(open, e.end))
		s.at = open + s.sameLine(open, e.end) // what an error's own words quote is not counted
	}
	s.at = max(s.at, to)
	s.countLines(to)
}

// sameLine returns how much of an object of n bytes stands on the line where it opens: 1 where its end is
// not known.
func (s *Scanner) sameLine(open, n int) int {
	if i := bytes.IndexByte(s.buf[open:open+n], '\n'); i >= 0 {
		n = i
	}
	return max(n, 1)
}

// countLines counts the lines up to buf[to].
func (s *Scanner) countLines(to int) {
	if to <= s.counted {
		return
	}
	passed := s.buf[s.counted:to]
	if n := bytes.Count(passed, []byte{'\n'}); n > 0 {
		s.newlines += int64(n)
		s.lineStart = s.counted + bytes.LastIndexByte(passed, '\n') + 1
	}
	s.counted = to
}

// lineHead returns the beginning of the line that is counted up to buf[to], at most maxAround bytes of it.
func (s *Scanner) lineHead(to int) []byte {
	if s.lineStart < 0 {
		return s.head
	}
	return s.buf[s.lineStart:min(to, s.lineStart+maxAround)]
}

// lineRest returns what follows on its line an object of n bytes at buf[open], at most maxAround bytes of it;
// nothing where the object's end is not known.
func (s *Scanner) lineRest(open, n int) []byte {
	if n == 0 {
		return nil
	}
	rest := s.buf[open+n : min(s.end, open+maxEnvelope, open+n+maxAround)]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// slide makes room in buf, and keeps what the search may still look back at.
func (s *Scanner) slide() {
	from := min(s.at, s.counted) - maxAround
	if from <= 0 {
		return
	}
	if s.lineStart >= 0 && s.lineStart < from {
		s.head = bytes.Clone(s.lineHead(s.counted))
		s.lineStart = -1
	} else if s.lineStart >= from {
		s.lineStart -= from
	}
	copy(s.buf, s.buf[from:s.end])
	s.base += int64(from)
	s.end, s.at, s.counted = s.end-from, s.at-from, s.counted-from
}

// joints are the bytes that may stand between a key and its "{".
var joints = func() (set [256]bool) {
	for _, c := range []byte(" \t\"'\\:=>%&@") {
		set[c] = true
	}
	return set
}()

// underError reports whether a text ends in the key of an error and a separator, such as `"error": `.
func underError(text []byte) bool {
	end, least := len(text), max(0, len(text)-maxJoint)
	separated := false
	for end > least && joints[text[end-1]] {
		end--
		separated = separated || text[end] == ':' || text[end] == '='
	}
	if !separated || end == 0 || text[end-1]|0x20 != 'r' && text[end-1]|0x20 != 's' {
		return false
	}
	begin := end
	for begin > least && end-begin < 12 && letter(text[begin-1]) {
		begin--
	}
	word := text[begin:end]
	return bytes.EqualFold(word, []byte("error")) || errorKeys[strings.ToLower(string(word))]
}
