package server_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/postgres"
	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// BenchmarkIngest measures whole requests, one voucher each, durable before they are answered, from 64 connections. Client and server share the processors.
// So does PostgreSQL, where it is the store.
func BenchmarkIngest(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		db, err := sqlite.Open(context.Background(), sqlite.Config{Path: filepath.Join(b.TempDir(), "v.db")})
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		benchIngest(b, db)
	})
	b.Run("postgres", func(b *testing.B) {
		db, err := postgres.Open(context.Background(), postgres.Config{URL: pgtest.Start(b).Database()})
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		benchIngest(b, db)
	})
}

func benchIngest(b *testing.B, db store.Store) {
	const connections = 64
	set := servertest.New(b, 1, 0)
	s := newServer(b, server.Config{Store: db, Manifest: set.Manifest})
	l, err := server.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	raw := set.Seal(servertest.Sealing{Account: "ann", Message: "m"})
	url := "http://" + l.Addr().String() + "/v0/vouchers?account=ann&message=m"
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, DisableCompression: true}}

	var n atomic.Uint64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range connections {
		wg.Go(func() {
			for i := n.Add(1); i <= uint64(b.N); i = n.Add(1) {
				// Ingest looks at no more than framing and checksum, so another id makes another voucher.
				v := bytes.Clone(raw)
				binary.BigEndian.PutUint64(v[40:], i*0x9e3779b97f4a7c15)
				resp, err := client.Post(url, "application/octet-stream", bytes.NewReader(servertest.Resum(v)))
				if err != nil {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if resp.StatusCode != 202 {
					b.Error(resp.Status)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	stop()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}
