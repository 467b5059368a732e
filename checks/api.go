package checks

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf16"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
)

// API is the one way to the Klyra API: a client that follows no redirect, sends a key only to the API's own
// scheme, host and port, and lets one request go at a time, at least a second apart except on loopback.
// One value is shared by all checks of a run. It is safe for concurrent use.
type API struct {
	base      *url.URL
	transport *http.Transport
	dialer    *net.Dialer
	spacing   time.Duration

	turn chan struct{} // holds a token while a request is under way
	last time.Time     // when the last request ended; belongs to the holder of the token
}

// spacing is how far apart requests to an API stand that is not on loopback.
const spacing = time.Second

const (
	maxAnswer        = 1 << 20  // bytes of an answer's body that are read
	maxAnswerHeaders = 64 << 10 // bytes of an answer's headers

	apiConnectTimeout = 5 * time.Second
	apiTLSTimeout     = 5 * time.Second
	apiHeaderTimeout  = 10 * time.Second
)

// NewAPI returns the API at a base URL: https, or http on loopback only; without userinfo, query or
// fragment. Proxy may be nil; on loopback it is not used. Errors say what is wrong with base and what to
// write, and never repeat a password that stands in it.
func NewAPI(base string, proxy func(*http.Request) (*url.URL, error)) (*API, error) {
	u, err := parseAPIBase(base)
	if err != nil {
		return nil, err
	}
	a := &API{
		base:    u,
		dialer:  &net.Dialer{Timeout: apiConnectTimeout},
		spacing: spacing,
		turn:    make(chan struct{}, 1),
	}
	if loopbackHost(u.Hostname()) {
		proxy, a.spacing = nil, 0
	}
	if u.Scheme == "http" {
		a.dialer.Control = loopbackOnly
	}
	a.transport = &http.Transport{
		Proxy:                  withoutProxyText(proxy),
		DialContext:            tiedDial(a.dialer),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    apiTLSTimeout,
		ResponseHeaderTimeout:  apiHeaderTimeout,
		MaxResponseHeaderBytes: maxAnswerHeaders,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
			return refusedByProxy(resp)
		},
		DisableCompression: true,
		DisableKeepAlives:  true,
	}
	return a, nil
}

// DocumentedAPI is the base URL that Klyra documents.
const DocumentedAPI = "https://api.klyra.live"

// pageHosts are hosts of Klyra that serve pages to people: a key has no business there.
var pageHosts = map[string]bool{"klyra.live": true, "www.klyra.live": true, "dashboard.klyra.live": true, "docs.klyra.live": true}

// parseAPIBase reads a base URL and drops its final slash.
func parseAPIBase(base string) (*url.URL, error) {
	const write = "write it as https://HOST, such as " + DocumentedAPI
	u, err := url.Parse(base)
	switch {
	case err != nil && strings.Contains(base, "@"):
		return nil, errors.New("the API URL is malformed: " + write)
	case err != nil:
		return nil, fmt.Errorf("the API URL is malformed (%w): %s", errors.Unwrap(err), write)
	case u.User != nil:
		return nil, errors.New("the API URL holds a user name or password: leave them out")
	case u.RawQuery != "" || u.ForceQuery:
		return nil, errors.New("the API URL has a query: leave out everything from the question mark on")
	case strings.Contains(base, "#"):
		return nil, errors.New("the API URL has a fragment: leave out everything from the # on")
	case u.Scheme != "https" && u.Scheme != "http" || u.Opaque != "":
		return nil, fmt.Errorf("the API URL %q does not begin with https://: %s", base, write)
	case u.Hostname() == "":
		return nil, fmt.Errorf("the API URL %q names no host: %s", base, write)
	case !validAPIPort(u):
		return nil, fmt.Errorf("the API URL %q has a port outside 1 to 65535", base)
	case pageHosts[strings.ToLower(u.Hostname())]:
		return nil, fmt.Errorf("the API URL %q leads to Klyra's web pages, not to its API: write %s", base, DocumentedAPI)
	case u.Scheme == "http" && !loopbackHost(u.Hostname()):
		return nil, fmt.Errorf("the API URL %q is plain http, which would show the key to the network: use https", base)
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), strings.TrimSuffix(u.RawPath, "/")
	return u, nil
}

// withoutProxyText keeps a malformed proxy setting, which may hold a password, out of errors.
func withoutProxyText(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	if proxy == nil {
		return nil
	}
	return func(r *http.Request) (*url.URL, error) {
		u, err := proxy(r)
		if err != nil {
			return nil, errors.New("the proxy setting of this machine (HTTPS_PROXY) is malformed")
		}
		return u, nil
	}
}

func validAPIPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.Atoi(u.Port())
	return err == nil && port >= 1 && port <= 65535
}

// loopbackHost reports whether a host of a URL is this machine.
func loopbackHost(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.Unmap().IsLoopback()
}

// loopbackOnly keeps plain http on this machine whatever "localhost" resolves to.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	if host, _, err := net.SplitHostPort(address); err == nil && loopbackHost(host) {
		return nil
	}
	return errors.New("plain http is for loopback only")
}

// BaseURL returns the base as it was given, without a final slash.
func (a *API) BaseURL() string { return a.base.String() }

// Resolve returns the full URL of a path on the API, which may have a query: "/v1/text?x=1". A path that
// already begins with the base's own path is not prefixed again. Whatever is handed in, the result has the
// API's scheme, host and port.
func (a *API) Resolve(path string) string { return a.resolve(path).String() }

func (a *API) resolve(path string) *url.URL {
	u := *a.base
	ref, err := url.Parse(path)
	if err != nil {
		ref = &url.URL{Path: path}
	}
	if a.base.Path == "" || strings.HasPrefix(ref.Path, a.base.Path+"/") {
		u.Path, u.RawPath = "/", ""
	}
	joined := u.JoinPath(ref.EscapedPath())
	joined.RawQuery = ref.RawQuery
	return joined
}

// Owns reports whether an address is one of this API: its scheme, host and port are the API's own.
func (a *API) Owns(address string) bool {
	u, err := url.Parse(address)
	return err == nil && a.owns(u)
}

// owns reports whether a URL has the API's own scheme, host and port.
func (a *API) owns(u *url.URL) bool {
	return u.Scheme == a.base.Scheme && strings.EqualFold(u.Hostname(), a.base.Hostname()) && apiPort(u) == apiPort(a.base)
}

// apiPort returns the port that a URL of http or https leads to.
func apiPort(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}

// call is one request to the API.
type call struct {
	method string
	path   string      // on the API; may have a query
	key    safe.Secret // sent as a Bearer token; the empty Secret sends none
	body   string      // JSON
}

// answer is what came back for a call.
type answer struct {
	status  int
	header  http.Header
	body    []byte // at most maxAnswer bytes
	cut     bool   // the body was longer, or stopped short
	took    time.Duration
	problem *problem // nil where the body is no error envelope
}

// problem is the API's error envelope.
type problem struct {
	Code      catalog.Code `json:"code"`
	Message   string       `json:"message"`
	Type      string       `json:"type"`
	RequestID string       `json:"request_id"`
	ResetAt   rawField     `json:"reset_at"` // "" where none stands
}

// send sends a call once its turn has come, and returns the answer whatever its status. The error says why
// there is none. Once ctx is done it returns at once.
func (a *API) send(ctx context.Context, c call) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, c.method, a.resolve(c.path).String(), strings.NewReader(c.body))
	if err != nil {
		return answer{}, fmt.Errorf("build the request: %w", err)
	}
	req.Header.Set("User-Agent", "klyra-doctor")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Cache-Control", "no-cache")
	req.Header.Set("Content-Type", "application/json")
	return a.do(req, c.key)
}

// do is send for a request that is built already.
func (a *API) do(req *http.Request, key safe.Secret) (answer, error) {
	ctx := req.Context()
	if err := a.await(ctx); err != nil {
		return answer{}, err
	}
	defer a.done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req = req.WithContext(tied(ctx))
	client := http.Client{Transport: bearer{a, key}, CheckRedirect: followNoRedirect}
	start := time.Now()
	resp, err := client.Do(req)
	switch {
	case err != nil && ctx.Err() != nil: // what the end of ctx did to the connection is no news
		return answer{}, ctx.Err()
	case err != nil:
		return answer{}, withoutAPIURL(err)
	}
	defer resp.Body.Close()
	return readAnswer(ctx, resp, start)
}

func followNoRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// withoutAPIURL takes off the layer of an error that repeats the request's URL, whose query may hold secrets.
func withoutAPIURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

func readAnswer(ctx context.Context, resp *http.Response, start time.Time) (answer, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if ctx.Err() != nil {
		return answer{}, ctx.Err()
	}
	cut := err != nil
	if len(body) > maxAnswer {
		body, cut = body[:maxAnswer], true
	}
	body = readable(resp.Header, body)
	return answer{
		status: resp.StatusCode, header: resp.Header, body: body, cut: cut,
		took: time.Since(start), problem: readProblem(body),
	}, nil
}

// readable undoes what keeps JSON from being read: a compression that was not asked for, UTF-16, a byte order mark.
// What cannot be undone stays as it is.
func readable(header http.Header, body []byte) []byte {
	for _, coding := range slices.Backward(contentCodings(header)) {
		decoded, err := undo(coding, bytes.NewReader(body))
		if err != nil {
			return body
		}
		if body, err = io.ReadAll(io.LimitReader(decoded, maxAnswer)); err != nil {
			return body
		}
	}
	if order := byteOrder(body); order != nil {
		units := make([]uint16, len(body)/2)
		for i := range units {
			units[i] = order.Uint16(body[2*i:])
		}
		body = []byte(string(utf16.Decode(units)))
	}
	return bytes.TrimPrefix(body, []byte(byteOrderMark))
}

// byteOrder returns the order in which a text of UTF-16 is written, by its byte order mark; nil for another text.
func byteOrder(body []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(body, []byte{0xff, 0xfe}):
		return binary.LittleEndian
	case bytes.HasPrefix(body, []byte{0xfe, 0xff}):
		return binary.BigEndian
	}
	return nil
}

// readProblem returns the error envelope that a body is, or nil.
func readProblem(body []byte) *problem {
	var envelope struct {
		Error *problem `json:"error"`
	}
	// A field of another type than usual must not hide the others: what could be read counts.
	_ = json.Unmarshal(body, &envelope)
	if envelope.Error == nil || envelope.Error.Code == "" {
		return nil
	}
	return envelope.Error
}

// await waits until no other request is under way and the last one is far enough in the past. Where it
// returns nil, done must follow.
func (a *API) await(ctx context.Context) error {
	select {
	case a.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	timer := time.NewTimer(time.Until(a.last.Add(a.spacing)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		<-a.turn
		return ctx.Err()
	}
}

func (a *API) done() {
	a.last = time.Now()
	<-a.turn
}

// bearer adds a key to requests for the API itself and to no others, whatever client uses it.
type bearer struct {
	api *API
	key safe.Secret
}

// RoundTrip sends one request.
func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	if !b.key.Empty() && b.api.owns(req.URL) {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+b.key.Reveal())
	}
	return b.api.transport.RoundTrip(req)
}
