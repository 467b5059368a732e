package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"klyra-doctor/catalog"
)

// answer is what the API says to a request: a success, or the error of a code. The zero answer finds nothing
// wrong and lets the request go on.
type answer struct {
	status  int
	code    catalog.Code // "" for a success
	message string       // more precise than the catalog's example; "" keeps that
	param   string       // the parameter at fault; "" keeps the example's
}

// fail returns the answer of a code with the first of its statuses.
func fail(code catalog.Code) answer {
	entry, _ := catalog.Lookup(string(code))
	return answer{status: entry.Statuses[0].Code, code: code}
}

// because says more precisely what is wrong.
func (a answer) because(format string, args ...any) answer {
	a.message = fmt.Sprintf(format, args...)
	return a
}

// at names the parameter at fault.
func (a answer) at(param string) answer {
	a.param = param
	return a
}

// envelope is the documented error body.
type envelope struct {
	Error struct {
		Code      catalog.Code `json:"code"`
		Message   string       `json:"message"`
		Type      string       `json:"type"`
		Param     *string      `json:"param"`
		RequestID string       `json:"request_id,omitempty"`
		ResetAt   int64        `json:"reset_at,omitempty"`
	} `json:"error"`
}

// verdict is a success. Its shape is a guess: the real one is not public.
type verdict struct {
	ID         string          `json:"id"`
	Flagged    bool            `json:"flagged"`
	Categories map[string]bool `json:"categories"`
}

// write sends an answer with the headers that go with it.
func (s *Server) write(w http.ResponseWriter, a answer) {
	s.mu.Lock()
	now := s.opts.Now()
	s.limits.roll(now)
	s.requests++
	id := fmt.Sprintf("%012x", s.requests)
	s.limits.show(w.Header(), a.code, now)
	resetAt := s.limits.resetAt(a.code, now)
	s.mu.Unlock()

	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Request-Id", "req_"+id)
	a.advise(h, resetAt.Sub(now))
	var body any = verdict{ID: "mod_" + id, Categories: map[string]bool{"harassment": false, "hate": false, "sexual": false, "violence": false}}
	if a.code != "" {
		body = a.envelope("req_"+id, resetAt, s.opts.PerMinute)
	}
	w.WriteHeader(a.status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(body) // a client that has gone away needs no answer
}

// advise sets the headers that HTTP itself wants beside a status. A wait until next month is no retry, so
// the quota has none.
func (a answer) advise(h http.Header, wait time.Duration) {
	switch {
	case a.status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="Klyra sandbox"`)
	case a.status == http.StatusMethodNotAllowed:
		h.Set("Allow", http.MethodPost)
	case a.status == http.StatusServiceUnavailable:
		h.Set("Retry-After", "30")
	case a.code == "rate_limit_exceeded", a.code == "concurrent_requests_exceeded":
		h.Set("Retry-After", seconds(wait))
	}
}

// envelope returns the catalog's example with what is different this time. Fields that the example lacks
// stay away, as in the documented one for rate limits.
func (a answer) envelope(id string, resetAt time.Time, perMinute int) envelope {
	entry, _ := catalog.Lookup(string(a.code))
	var e envelope
	if err := json.Unmarshal([]byte(entry.Example), &e); err != nil {
		panic(fmt.Sprintf("example of %s: %v", a.code, err)) // the catalog's tests rule it out
	}
	switch {
	case a.message != "":
		e.Error.Message = a.message
	case a.code == "rate_limit_exceeded":
		e.Error.Message = fmt.Sprintf("You have exceeded the rate limit of %d requests per minute", perMinute)
	}
	if a.param != "" {
		e.Error.Param = &a.param
	}
	if e.Error.RequestID != "" {
		e.Error.RequestID = id
	}
	if !resetAt.IsZero() {
		e.Error.ResetAt = resetAt.Add(time.Second - 1).Unix()
	}
	return e
}
