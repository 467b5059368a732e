package checks

import (
	"net"
	"sync"
)

// overhearing is a connection that keeps the first bytes that came over it. It gives none before something was
// sent: some servers answer at once, and net/http takes an answer before its request for a broken connection.
type overhearing struct {
	net.Conn
	sent func() // ends the wait for the request
	wait <-chan struct{}

	mu    sync.Mutex
	first []byte
	n     int64 // bytes that came
}

func overhear(conn net.Conn) *overhearing {
	wait := make(chan struct{})
	return &overhearing{Conn: conn, sent: sync.OnceFunc(func() { close(wait) }), wait: wait}
}

// Write writes to the connection.
func (o *overhearing) Write(b []byte) (int, error) {
	o.sent()
	return o.Conn.Write(b)
}

// Close closes the connection.
func (o *overhearing) Close() error {
	o.sent()
	return o.Conn.Close()
}

// Read reads from the connection.
func (o *overhearing) Read(b []byte) (int, error) {
	<-o.wait
	n, err := o.Conn.Read(b)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.n += int64(max(n, 0))
	o.first = append(o.first, b[:min(n, maxHeaderBytes-len(o.first))]...)
	return n, err
}

// start is the beginning of what came, of at most 64 KiB.
func (o *overhearing) start() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.first)
}

// total is how many bytes came.
func (o *overhearing) total() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.n
}
