package server_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

// A safeBuffer is a log that many write.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestHostileSockets: what comes over a socket need not be HTTP, nor come to an end. Whatever it is, the connection is answered with the right status or closed, nothing is stored, no line of
// the log holds what was sent, and the next client is served.
func TestHostileSockets(t *testing.T) {
	set := servertest.New(t, 1, 0)
	st := storetest.NewMemory()
	var log safeBuffer
	s := newServer(t, server.Config{Store: st, Manifest: set.Manifest, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	l, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()

	raw := string(set.Seal(servertest.Sealing{Account: "ann", Message: "m1"}))
	const target = "POST /v0/vouchers?account=ann&message=m1 HTTP/1.1\r\nHost: x\r\n"
	length := fmt.Sprintf("Content-Length: %d\r\n", len(raw))
	const mark = "SOCKETmark8842"
	cases := []struct {
		name, send string
		want       int // status; 0: closed without an answer
	}{
		{"no HTTP", mark + "\r\n\r\n", 400},
		{"nothing but noise", strings.Repeat("\x00\xff"+mark, 50) + "\r\n\r\n", 400},
		{"another protocol", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		{"a header without an end", target + "X-" + mark + ": " + strings.Repeat("a", 1<<17), 431},
		{"a header that stops in the middle", target + "X-" + mark + ": ", 0},
		{"two lengths", target + length + "Content-Length: 7\r\n\r\n" + raw, 400},
		{"a negative length", target + "Content-Length: -1\r\n\r\n" + raw, 400},
		{"a length and chunks", target + length + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /" + mark + " HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"chunks of no size", target + "Transfer-Encoding: chunked\r\n\r\nzz" + mark + "\r\n", 400},
		{"a chunk too large to be true", target + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 400},
		{"an encoding that is not known", target + "Transfer-Encoding: " + mark + "\r\n\r\n", 501},
		{"a line break in the address", "POST /v0/vouchers?account=ann&message=m1\n" + mark + ": x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"a space in a header's name", target + "X " + mark + ": 1\r\n\r\n", 400},
		{"a NUL in a header", target + "X: \x00" + mark + "\r\n\r\n", 400},
		{"an absolute address of another", "POST http://" + mark + "/v0/vouchers?account=ann&message=m1 HTTP/1.1\r\nHost: x\r\n" + length + "\r\n" + raw[:len(raw)-1] + "\x00", 400},
		{"a proxy's method", "CONNECT " + mark + ":443 HTTP/1.1\r\nHost: x\r\n\r\n", 404},
		{"half a voucher, and the end", target + length + "\r\n" + raw[:200], 400},
	}
	t.Run("all", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				conn, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(time.Minute))
				if _, err := io.WriteString(conn, c.send); err != nil && c.want != 431 {
					t.Fatal(err)
				}
				if strings.HasSuffix(c.name, "and the end") {
					conn.(*net.TCPConn).CloseWrite()
				}
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					if c.want != 0 {
						t.Fatalf("closed without an answer: %v; want %d", err, c.want)
					}
					return
				}
				if resp.StatusCode != c.want {
					body, _ := io.ReadAll(resp.Body)
					t.Errorf("%s %s, want %d", resp.Status, body, c.want)
				}
			})
		}
	})
	if c, err := st.Count(context.Background(), store.SetID(set.Manifest.ID())); err != nil || c.Vouchers != 0 {
		t.Errorf("something was stored: %+v, %v", c, err)
	}
	if strings.Contains(log.String(), mark) {
		t.Errorf("the log holds what was sent:\n%s", log.String())
	}
	if log.String() == "" {
		t.Error("nothing was logged at all: this test looks at no log")
	}
}
