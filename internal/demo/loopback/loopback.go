// Package loopback serves the simulated systems of the demo on a free port of
// 127.0.0.1.
package loopback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Server is a handler that is being served.
type Server struct {
	name     string
	listener net.Listener
	http     *http.Server
	done     chan struct{}
}

// Serve begins to serve a handler; name is what errors call it.
func Serve(name string, h http.Handler) (*Server, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &Server{name: name, listener: l, done: make(chan struct{}), http: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l) // always ErrServerClosed: Close ends it
	}()
	return s, nil
}

// URL is the address: http://127.0.0.1 with the port.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Close stops the server and the requests in it.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return nil
}
