package sandbox

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Running is a server that listens.
type Running struct {
	server      *http.Server
	address     string
	done        chan error     // what Serve returned; closed then
	connections sync.WaitGroup // one for each goroutine that serves a connection
}

// Start serves a new server in the background until it is closed. addr is host:port with a loopback address
// or "localhost" as its host; "" means a free port of 127.0.0.1. Any other host is refused: the sandbox is
// not made to be reached from other machines.
func Start(opts Options, addr string) (*Running, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	if err := loopback(addr); err != nil {
		return nil, fmt.Errorf("start the sandbox on %q: %w", addr, err)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	running := &Running{address: listener.Addr().String(), done: make(chan error, 1)}
	running.server = &http.Server{
		Handler:           New(opts),
		ReadHeaderTimeout: 10 * time.Second,
		ConnState:         running.count,
		ErrorLog:          log.New(io.Discard, "", 0), // standard error may be somebody's screen
	}
	go func() {
		running.done <- running.server.Serve(listener)
		close(running.done)
	}()
	return running, nil
}

// URL returns the base URL, without a final slash.
func (r *Running) URL() string { return "http://" + r.address }

// Close stops listening, breaks off what is still being answered, and returns once every goroutine of the
// server has ended. Closing again does nothing.
func (r *Running) Close() error {
	err := r.server.Close()
	if served := <-r.done; served != nil && !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	r.connections.Wait()
	if err != nil {
		return fmt.Errorf("close the sandbox: %w", err)
	}
	return nil
}

// count keeps the number of connections that are being served; the server calls it before it starts a
// connection's goroutine and as that one ends.
func (r *Running) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		r.connections.Add(1)
	case http.StateClosed:
		r.connections.Done()
	}
}

// loopback returns an error unless addr stays on this machine.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if !isLoopback(host) {
		return errors.New("only loopback addresses are served, such as 127.0.0.1:8080")
	}
	return nil
}
