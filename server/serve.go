package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// A ListenError says why an address cannot be listened on.
type ListenError struct {
	Address string
	Err     error
}

func (e *ListenError) Error() string {
	if e.InUse() {
		return "listen " + e.Address + ": address already in use; choose another with --listen"
	}
	return "listen " + e.Address + ": " + reason(e.Err).Error()
}

// Unwrap is the system's error.
func (e *ListenError) Unwrap() error { return e.Err }

// InUse reports whether another process listens there.
func (e *ListenError) InUse() bool { return errors.Is(e.Err, syscall.EADDRINUSE) }

// reason is what is left of a network error without the address, which Error has named.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}

// Listen listens on a TCP address, "127.0.0.1:8787". The error is a *ListenError.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &ListenError{address, err}
	}
	return l, nil
}

// Timeouts and limits of connections. What takes longer for good reason, a shard on a slow line, sets a deadline of its own.
const (
	headerTimeout   = 5 * time.Second
	readTimeout     = 30 * time.Second
	writeTimeout    = 30 * time.Second
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 10 * time.Second
	maxHeader       = 16 << 10
)

// NewHTTPServer is an http.Server whose clients can be neither slow nor long-winded. What it has to say goes to log, unless that is nil.
func NewHTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// Serve serves on l until ctx ends, then takes no more connections and gives the requests at hand ten seconds to end. It closes l. The error is the
// listener's, or context.DeadlineExceeded where requests did not end in time; otherwise nil.
func Serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	srv := NewHTTPServer(h, log)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := srv.Shutdown(end)
	if err != nil {
		srv.Close()
	}
	<-failed // http.ErrServerClosed
	return err
}
