package checks

import (
	"context"
	"net"
)

// requestContext is the key under which a request carries its own context to the dial for it.
type requestContext struct{}

// tied returns a context for a request whose connection ends with ctx. net/http detaches the dial from its
// request: by itself a dial, and the TLS handshake after it, would outlive a check that was cancelled.
func tied(ctx context.Context) context.Context {
	return context.WithValue(ctx, requestContext{}, ctx)
}

// tiedDial dials for requests whose contexts are tied, and for others as the dialer does.
func tiedDial(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		own, ok := ctx.Value(requestContext{}).(context.Context)
		if !ok {
			return d.DialContext(ctx, network, address)
		}
		conn, err := d.DialContext(own, network, address)
		if err == nil {
			context.AfterFunc(own, func() { conn.Close() })
		}
		return conn, err
	}
}
