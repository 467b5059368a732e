package paste

import (
	"sort"
	"strings"
)

// What stands around an error belongs to it where it lacks it itself: the status of the response's first line,
// the request id among its headers.

const (
	nearBefore = 1500  // bytes before an error in which its status may stand
	nearAfter  = 300   // and after it
	headBefore = 16384 // bytes of headers between a response's first line and its body
)

// placeAll completes every sighting from what stands between it and its neighbours.
func (s *envelopes) placeAll(w *words) {
	sort.SliceStable(s.found, func(i, j int) bool { return s.found[i].start < s.found[j].start })
	from := 0
	for i := range s.found {
		e := &s.found[i]
		to := len(s.text)
		if i+1 < len(s.found) {
			to = s.border(*e, s.found[i+1].start, w)
		}
		if e.status == 0 {
			s.placeStatus(e, w, from, to)
		}
		if e.requestID == "" {
			e.requestID = s.idNear(*e, w, from, to)
		}
		from = max(from, e.end, to)
	}
}

// border returns where what belongs to a sighting ends and what belongs to the next one begins: the sighting
// keeps the rest of its line, or all up to a blank line where one parts the two, but never the first line of
// the response that the next one is the body of.
func (s *envelopes) border(e sighting, next int, w *words) int {
	end := s.afterClosers(min(e.end, next), next)
	gap := s.text[end:next]
	line := strings.IndexByte(gap, '\n')
	if line < 0 {
		return end
	}
	border := end + line
	if blank := blankLine(gap); blank >= 0 {
		border = end + blank
	}
	n := sort.Search(len(w.statuses), func(n int) bool { return w.statuses[n].Start >= end })
	for ; n < len(w.statuses) && w.statuses[n].Start < border; n++ {
		if w.statuses[n].head {
			return w.statuses[n].Start
		}
	}
	return border
}

// blankLine returns where the first blank line of a text begins, or -1.
func blankLine(text string) int {
	for i := strings.IndexByte(text, '\n'); i >= 0; {
		rest := strings.TrimLeft(text[i+1:min(len(text), i+maxBare)], " \t\r")
		if strings.HasPrefix(rest, "\n") {
			return i + 1
		}
		next := strings.IndexByte(text[i+1:], '\n')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return -1
}

// afterClosers skips the brackets and quotes that close what is around a sighting.
func (s *envelopes) afterClosers(i, limit int) int {
	for j := i; j < limit; j++ {
		switch s.text[j] {
		case '}', ']', ')', '"', '\'', '`':
			i = j + 1
		case ' ', '\t', '\r', '\n', ',', '\\':
		default:
			return i
		}
	}
	return i
}

func (s *envelopes) placeStatus(e *sighting, w *words, from, to int) {
	n := sort.Search(len(w.statuses), func(n int) bool { return w.statuses[n].Start >= e.start })
	for i := n - 1; i >= 0 && w.statuses[i].Start >= max(from, e.start-headBefore); i-- {
		st := w.statuses[i]
		if st.status >= 400 && (st.head || st.Start >= e.start-nearBefore) {
			e.status, e.evidence = st.status, append(e.evidence, st.Span)
			return
		}
		if st.head {
			break
		}
	}
	for ; n < len(w.statuses) && w.statuses[n].Start < min(to, e.end+nearAfter); n++ {
		if st := w.statuses[n]; st.status >= 400 && (e.spoken || st.Start >= e.end) {
			e.status, e.evidence = st.status, append(e.evidence, st.Span)
			return
		}
	}
}

func (s *envelopes) idNear(e sighting, w *words, from, to int) string {
	n := sort.Search(len(w.ids), func(n int) bool { return w.ids[n].Start >= e.start })
	if n > 0 && w.ids[n-1].Start >= max(from, e.start-nearBefore) {
		return s.text[w.ids[n-1].Start:w.ids[n-1].End]
	}
	if n < len(w.ids) && w.ids[n].Start < min(to, e.end+nearAfter) {
		return s.text[w.ids[n].Start:w.ids[n].End]
	}
	return ""
}

// nearest returns the status that stands closest to a phrase, within it or beside it, else that of the first
// line of the response which the phrase is in: 0 where none does.
func (w *words) nearest(at Span) int {
	best, distance := 0, 400
	n := sort.Search(len(w.statuses), func(n int) bool { return w.statuses[n].Start >= at.Start-distance })
	for ; n < len(w.statuses) && w.statuses[n].Start < at.End+400; n++ {
		st := w.statuses[n]
		d := max(at.Start-st.End, st.Start-at.End, 0)
		if st.status >= 400 && d < distance {
			best, distance = st.status, d
		}
	}
	n = sort.Search(len(w.statuses), func(n int) bool { return w.statuses[n].Start >= at.Start })
	for i := n - 1; best == 0 && i >= 0 && w.statuses[i].Start >= at.Start-headBefore; i-- {
		if st := w.statuses[i]; st.head && st.status >= 400 {
			return st.status
		} else if st.head {
			break
		}
	}
	return best
}
