package evaluate

import (
	"math"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// Leak is what a mode of getting the set tells the operator about a picture that is not in it, in bits.
type Leak struct {
	Mode    string  `json:"mode"`
	Prefix  int     `json:"bucket_bits"` // of the token, that choose the bucket
	Average float64 `json:"bits"`        // Shannon entropy of the bucket: what a query tells on average
	Worst   float64 `json:"worst_bits"`  // what it tells about the picture in the rarest bucket that was seen
	Left    float64 `json:"left"`        // the part of all pictures that shares a picture's bucket, on average
	Kept    float64 `json:"recall_kept"` // copies of the suite that a picture's own bucket still finds, of those that all buckets find
}

// leaks are measured on the pictures as they are. With few pictures entropies of long prefixes are bounded by the logarithm of their number, so only prefixes well
// below that are given.
func leaks(m *schemeMethod, pictures []light, kept map[int]float64) []Leak {
	out := []Leak{{Mode: "full download", Left: 1, Kept: 1}}
	for _, k := range leakPrefixes {
		if len(pictures) < 8<<k {
			break
		}
		count := make(map[string]int)
		for i := range pictures {
			count[prefix(m, pictures[i].Entry, k)]++
		}
		l := Leak{Mode: "one bucket a picture", Prefix: k, Kept: kept[k]}
		n := float64(len(pictures))
		least := n
		for _, c := range count {
			p := float64(c) / n
			l.Average -= p * math.Log2(p)
			l.Left += p * p
			least = min(least, float64(c))
		}
		l.Worst = math.Log2(n / least)
		out = append(out, l)
	}
	return out
}

var leakPrefixes = []int{1, 2, 4, 6, 8}

// prefix is the first k bits of a hash's token.
func prefix(m *schemeMethod, h imagehash.Hash, k int) string { return prefixOf(m.scheme.Token(h), k) }

func prefixOf(token []byte, k int) string {
	out := append([]byte(nil), token[:(k+7)/8]...)
	if k%8 > 0 {
		out[len(out)-1] &= 0xff << (8 - k%8)
	}
	return string(out)
}
