// Package dnstest is a name server on loopback for tests, which answers as it is told.
package dnstest

import (
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// Server is a name server on one port of UDP and TCP. It answers for every name by its script, and knows the name
// servers of the root.
type Server struct {
	Addr string // host:port

	script Script
	mu     sync.Mutex
	asked  map[dnsmessage.Type]int
	names  []string
}

// Serve starts a name server, which serves until the test ends.
func Serve(t testing.TB, script Script) *Server {
	t.Helper()
	packets, listener := listen(t)
	t.Cleanup(func() { packets.Close(); listener.Close() })
	if script.Way == TruncatedTCPClosed {
		listener.Close()
	}
	s := &Server{Addr: packets.LocalAddr().String(), script: script, asked: map[dnsmessage.Type]int{}}
	go s.servePackets(packets)
	go s.serveStreams(listener)
	return s
}

// listen finds a port that is free for both UDP and TCP.
func listen(t testing.TB) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		packets, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if listener, err := net.Listen("tcp", packets.LocalAddr().String()); err == nil {
			return packets, listener
		}
		packets.Close()
	}
	t.Fatal("no port is free for UDP and TCP")
	return nil, nil
}

// Names returns the names that were asked for so far, with their final dots, one for each question.
func (s *Server) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.names...)
}

func (s *Server) servePackets(conn net.PacketConn) {
	for buf := make([]byte, 1500); ; {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if reply := s.reply(buf[:n], false); reply != nil {
			conn.WriteTo(reply, from)
		}
	}
}

func (s *Server) serveStreams(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			var size uint16
			if binary.Read(conn, binary.BigEndian, &size) != nil {
				return
			}
			query := make([]byte, size)
			if _, err := io.ReadFull(conn, query); err != nil {
				return
			}
			if reply := s.reply(query, true); reply != nil {
				conn.Write(binary.BigEndian.AppendUint16(nil, uint16(len(reply))))
				conn.Write(reply)
			}
		}()
	}
}

// reply is what goes back for a query; nil for nothing.
func (s *Server) reply(query []byte, stream bool) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	times := s.count(q)
	switch {
	case q.Type == dnsmessage.TypeNS:
		return rootServers(m.ID, q)
	case times <= s.script.Lost:
		return nil
	}
	script := s.script
	if script.Later != "" && times > 1 {
		script.A = script.Later
	}
	return script.Reply(m.ID, q, stream)
}

// count notes a question and returns how often its sort was asked by now.
func (s *Server) count(q dnsmessage.Question) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[q.Type]++
	s.names = append(s.names, q.Name.String())
	return s.asked[q.Type]
}

func rootServers(id uint16, q dnsmessage.Question) []byte {
	reply := replyTo(id, q)
	reply.Answers = []dnsmessage.Resource{{
		Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
		Body:   &dnsmessage.NSResource{NS: dnsmessage.MustNewName("a.root-servers.net.")},
	}}
	return packed(reply)
}
