// Package sandbox is a pretend Klyra API on loopback: it checks keys, moderates whatever is sent to it,
// keeps real rate-limit state, answers any of the 21 errors on demand, and serves sample files to download.
package sandbox

import (
	"net/http"
	"time"

	"klyra-doctor/catalog"
)

// Options set a Server up; the zero value is a working API.
type Options struct {
	State     catalog.Code     // the error that the API is made to give; "" for none
	PerMinute int              // requests per minute; 0 means 60
	Now       func() time.Time // nil means time.Now
	Log       func(Exchange)   // called after each request, one at a time; nil means nobody listens
}

// Exchange is one request that the server has answered. It never holds a key.
type Exchange struct {
	Method, Path  string
	Authorization string // "none", "good", "revoked", "expired", "forbidden", "unknown" or a code that a key is bound to
	Status        int
	Code          catalog.Code // of the error that was answered; "" for none
}

// Server is the pretend API. It is safe for concurrent use.
type Server struct{ opts Options }

// New returns a server.
func New(opts Options) *Server { return &Server{opts} }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

// Key is a pretend key and what the sandbox makes of it.
type Key struct{ State, Key string }

// Keys returns the pretend keys, the working one first. They are no secrets.
func Keys() []Key { return nil }

// Sample is a path that the sandbox serves to GET and HEAD, for URL checks.
type Sample struct{ Path, What string }

// Samples returns the sample paths in the order in which they are worth trying.
func Samples() []Sample { return nil }

// Setup is what a caller has to do to get an error from a server whose State is that error.
type Setup struct {
	Key         string // the key to use; "" for none at all
	URL         string // a sample path for the URL check; "" where the error is about none
	Content     []byte // nil where the error is about no content
	ContentName string
	ContentType string // the type the request declares; "" for none
}

// SetupFor returns the setup for a code of the catalog; for "" the setup of a working request: the good key
// alone.
func SetupFor(code catalog.Code) Setup { return Setup{} }
