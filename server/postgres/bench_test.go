package postgres

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/store"
)

// callers is how many connections the ingest benchmarks have.
const callers = 64

// voucherBytes is the length of a voucher with 16 probes, one layer and a payload of 4096 bytes.
const voucherBytes = 5400

func benchVoucher(n uint64, raw []byte) store.Voucher {
	v := store.Voucher{
		Account: store.Account{App: "bench", Name: "account-" + string(rune('a'+n%1000))},
		Message: "message", Set: store.SetID{1}, Raw: raw, Received: time.UnixMilli(int64(n)),
	}
	binary.BigEndian.PutUint64(v.ID[:], rand.Uint64())
	binary.BigEndian.PutUint64(v.ID[8:], n)
	return v
}

func benchRaw() []byte {
	raw := make([]byte, voucherBytes)
	for i := range raw {
		raw[i] = byte(rand.Uint32())
	}
	return raw
}

// putMany puts n vouchers, one a call, from all callers at once.
func putMany(b *testing.B, db *DB, n uint64) {
	raw := benchRaw()
	var done atomic.Uint64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for i := done.Add(1); i <= n; i = done.Add(1) {
				if _, err := db.Put(ctx, benchVoucher(i, raw)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkPut measures durable inserts, one voucher a call, from 64 callers at once. The database shares the processors.
func BenchmarkPut(b *testing.B) {
	db := openAt(b, pgtest.Start(b).Database())
	defer db.Close()
	b.ResetTimer()
	putMany(b, db, uint64(b.N))
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "vouchers/s")
}

// BenchmarkClaimAndClose measures what a matcher's calls cost where no voucher matches.
func BenchmarkClaimAndClose(b *testing.B) {
	db := openAt(b, pgtest.Start(b).Database())
	defer db.Close()
	putMany(b, db, uint64(b.N))
	b.ResetTimer()
	for done := 0; done < b.N; {
		got, err := db.Claim(ctx, store.Claim{Set: store.SetID{1}, Limit: store.MaxBatch, Now: time.Now(), Lease: time.Minute})
		if err != nil || len(got) == 0 {
			b.Fatal(len(got), err)
		}
		ids := make([]store.ID, len(got))
		for i, v := range got {
			ids[i] = v.ID
		}
		if err := db.LeaveClosed(ctx, ids...); err != nil {
			b.Fatal(err)
		}
		done += len(got)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "vouchers/s")
}
