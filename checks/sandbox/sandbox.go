// Package sandbox is a pretend Klyra API on loopback: it checks keys, moderates whatever is sent to it,
// keeps real rate-limit state, answers any of the 21 errors on demand, and serves sample files to download.
//
// The paths, the request fields and the successful answers of the real API are not public. So a POST to any
// path moderates, the fields are those that such APIs commonly have, and a success is only shaped like one.
package sandbox

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"klyra-doctor/catalog"
)

// Options set a Server up; the zero value is a working API.
type Options struct {
	// State is the error that the API is made to give; "" for none. A server error answers every request,
	// the key unseen where the whole API is down. A limit is reached from the start; that of the minute
	// ends one minute after the first request. Errors of the key, the request and the content are given
	// only where SetupFor is followed.
	State     catalog.Code
	PerMinute int              // requests per minute; 0 means 60
	Now       func() time.Time // nil means time.Now
	Log       func(Exchange)   // called after each request, one at a time; nil means nobody listens
}

// Exchange is one request that the server has answered. It holds no query, header or body, and so no key.
type Exchange struct {
	Method, Path  string
	Authorization string // "none", "good", "revoked", "expired", "forbidden", "unknown" or a code that a key is bound to
	Status        int
	Code          catalog.Code // of the error that was answered; "" for none
}

// DemandHeader names the request header that demands an error: its value is a code of the catalog. It is
// obeyed before the key is looked at.
const DemandHeader = "X-Sandbox-Error"

// Server is the pretend API. It is safe for concurrent use.
type Server struct {
	opts Options

	mu       sync.Mutex // guards what follows
	limits   limits
	requests int // answered so far; the source of request ids

	logging sync.Mutex // held during a call of opts.Log
}

// New returns a server.
func New(opts Options) *Server {
	if opts.PerMinute == 0 {
		opts.PerMinute = 60
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Server{opts: opts, limits: newLimits(opts.PerMinute, opts.State)}
}

// ServeHTTP answers one request. GET and HEAD below /samples/ download; everything else asks the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := Exchange{Method: r.Method, Path: r.URL.Path, Authorization: authorization(r.Header)}
	if isDownload(r) {
		recorder := &statusRecorder{ResponseWriter: w}
		serveSample(recorder, r)
		seen.Status = recorder.status
	} else {
		a := s.answer(r, seen.Authorization)
		s.write(w, a)
		seen.Status, seen.Code = a.status, a.code
	}
	s.log(seen)
}

// answer decides in the order in which the API's own parts would: an outage, the key, the limits, the route,
// the content.
func (s *Server) answer(r *http.Request, auth string) answer {
	switch s.opts.State {
	case "internal_server_error", "service_unavailable":
		return fail(s.opts.State)
	}
	if name := r.Header.Get(DemandHeader); name != "" {
		return demanded(name)
	}
	if code := refusal(auth); code != "" {
		return fail(code)
	}
	switch s.opts.State {
	case "model_unavailable", "timeout":
		return fail(s.opts.State)
	}
	if a := s.enter(); a.code != "" {
		return a
	}
	defer s.leave()
	if r.Method != http.MethodPost {
		return wrongMethod(r.Method)
	}
	return moderate(r)
}

// demanded answers with the error that a client asks for by name.
func demanded(name string) answer {
	if entry, ok := catalog.Lookup(name); ok {
		return fail(entry.Code)
	}
	var codes []string
	for _, e := range catalog.All() {
		codes = append(codes, string(e.Code))
	}
	return fail("invalid_request").because("%s is %q, but the codes are: %s.", DemandHeader, name, strings.Join(codes, ", "))
}

func wrongMethod(method string) answer {
	a := fail("invalid_request").because("The API takes POST, and this was %s. (The sandbox moderates a POST to any path.)", method)
	a.status = http.StatusMethodNotAllowed
	return a
}

// enter counts a request in; the answer is an error where a limit forbids it.
func (s *Server) enter() answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limits.enter(s.opts.Now())
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.inFlight--
}

func (s *Server) log(seen Exchange) {
	if s.opts.Log == nil {
		return
	}
	s.logging.Lock()
	defer s.logging.Unlock()
	s.opts.Log(seen)
}

// statusRecorder remembers the status that a handler answers with.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (w *statusRecorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
