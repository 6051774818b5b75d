package blindset

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestCapacityFor(t *testing.T) {
	for _, c := range []struct{ n, want int }{
		{0, 1024}, {1, 1024}, {1024, 1024}, {1025, 1028}, {100_000, 100_096}, {1_000_000, 1_001_472},
	} {
		if got := CapacityFor(c.n); got != c.want {
			t.Errorf("CapacityFor(%d) = %d, want %d", c.n, got, c.want)
		}
	}
	for n := 1024; n < 1<<24; n += 1 + n/13 {
		c := CapacityFor(n)
		if c < n || float64(c) > float64(n)*1.008 {
			t.Fatalf("capacity of %d is %d", n, c)
		}
		if CapacityFor(c) != c {
			t.Fatalf("capacity %d is not a fixed point", c)
		}
	}
}

func TestLayoutBounds(t *testing.T) {
	for _, limit := range []int{0, 64 << 10, 300_000, 1 << 20, MaxShardBytes} {
		for n := 1; n < 12_000_000; n = n*7/3 + 1 {
			l, err := NewLayout(CapacityFor(n), limit)
			if err != nil {
				t.Fatalf("%d entries, limit %d: %v", n, limit, err)
			}
			most := limit
			if most == 0 {
				most = MaxShardBytes
			}
			if l.ShardBytes() > most || l.ShardCapacity*l.Shards < l.Capacity {
				t.Errorf("%d entries, limit %d: %+v with files of %d bytes", n, limit, l, l.ShardBytes())
			}
			offset, length := l.BlockSpan(l.Blocks() - 1)
			if offset+length != l.ShardBytes() || length <= 0 {
				t.Errorf("%+v: the last block ends at %d of %d", l, offset+length, l.ShardBytes())
			}
		}
	}
	for _, c := range []int{0, 1023, 1025, 100_000, maxCapacity + 1} {
		if _, err := NewLayout(c, 0); err == nil {
			t.Errorf("capacity %d was accepted", c)
		}
	}
	if _, err := NewLayout(1024, MinShardBytes-1); err == nil {
		t.Error("a shard size below the least was accepted")
	}
}

// What the design asks of published bytes.
func TestBytesAnEntry(t *testing.T) {
	for _, c := range []struct {
		entries, shards int
		most            float64
	}{{100_000, 1, 38.5}, {1_000_000, 10, 39}} {
		l, err := NewLayout(CapacityFor(c.entries), 0)
		if err != nil {
			t.Fatal(err)
		}
		per := float64(l.Shards*l.ShardBytes()) / float64(c.entries)
		t.Logf("%d entries: %d shards of %d bytes, %.2f bytes an entry", c.entries, l.Shards, l.ShardBytes(), per)
		if l.Shards != c.shards || per > c.most {
			t.Errorf("%d entries: %d shards, %.2f bytes an entry", c.entries, l.Shards, per)
		}
	}
}

// The Chernoff bound behind a shard's capacity must be above the exact tail of the binomial distribution, and not wastefully so.
func TestShardCapacityTail(t *testing.T) {
	for _, c := range []struct{ capacity, shards int }{{1_001_472, 10}, {20_032, 12}, {10_027_008, 100}} {
		most := shardCapacity(c.capacity, c.shards)
		tail := math.Log2(float64(c.shards)) + binomialTailLog2(c.capacity, 1/float64(c.shards), most+1)
		t.Logf("%d in %d shards of %d: an overflow with probability 2^%.1f", c.capacity, c.shards, most, tail)
		if tail > -overflowBits || tail < -overflowBits-8 {
			t.Errorf("%d in %d shards: overflow probability is 2^%.1f", c.capacity, c.shards, tail)
		}
	}
}

// binomialTailLog2 is log2 P(X ≥ k) for a binomial X, summed term by term.
func binomialTailLog2(n int, p float64, k int) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	sum, first := 0.0, lg(n)-lg(k)-lg(n-k)+float64(k)*math.Log(p)+float64(n-k)*math.Log1p(-p)
	term := 1.0
	for i := k; term > 1e-18; i++ {
		sum += term
		term *= float64(n-i) / float64(i+1) * p / (1 - p)
	}
	return (first + math.Log(sum)) / math.Ln2
}

// Every row of the table, and what lies between, must peel nearly always.
func TestFuseTablePeels(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	for _, c := range []struct{ capacity, trials int }{
		{1024, 60}, {1532, 60}, {2044, 60}, {4096, 40}, {8160, 30}, {16384, 20}, {40_064, 12}, {65_536, 10}, {111_104, 8},
	} {
		l := Layout{Capacity: c.capacity, Shards: 1, ShardCapacity: c.capacity}
		l.Segments, l.SegmentLength = segments(c.capacity)
		ok := 0
		for range c.trials {
			cells := make([][3]int, c.capacity)
			for i := range cells {
				base := r.IntN(l.Segments)
				for k := range cells[i] {
					cells[i][k] = (base+k)*l.SegmentLength + r.IntN(l.SegmentLength)
				}
			}
			if _, peeled := l.Peel(cells); peeled {
				ok++
			}
		}
		t.Logf("capacity %d: %d segments of %d, %d of %d peeled", c.capacity, l.Segments, l.SegmentLength, ok, c.trials)
		if ok*10 < c.trials*7 {
			t.Errorf("capacity %d: only %d of %d peeled", c.capacity, ok, c.trials)
		}
	}
}
