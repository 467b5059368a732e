package paste

import "sort"

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
			to = s.found[i+1].start
		}
		if e.status == 0 {
			s.placeStatus(e, w, from, to)
		}
		if e.requestID == "" {
			e.requestID = s.idNear(*e, w, from, to)
		}
		from = max(from, e.end)
	}
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

// nearest returns the status that stands closest to a phrase, within it or beside it: 0 where none does.
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
	return best
}
