package threshold

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
)

// vectors is testdata/vectors.json, which testdata/reference.py wrote: an
// implementation in Python that shares nothing with this one. Native and
// WebAssembly builds must reach the same.
type vectors struct {
	Provenance string
	Field      struct {
		Count  int
		Digest string
	}
	Blurs []struct {
		Synthetic int
		Weights   []uint64
	}
	Openings  string
	Dealers   []dealerVector
	Detectors []detectorVector
}

type dealerVector struct {
	Name        string
	Secret      string
	Generation  uint32
	Threshold   int
	Synthetic   int
	Period      uint32
	Epoch       uint64 `json:",string"`
	SetID       string
	Account     string
	Scope       string
	Polynomials string
	PayloadKey  string
	Shares      []struct{ Token, Share string }
	Synthetics  []struct {
		Share    string
		Openings int
		Due      uint32
		Pick     uint64 `json:",string"`
	}
}

type detectorVector struct {
	Name       string
	Threshold  int
	Synthetic  int
	Shares     []string
	OpensAt    int
	PayloadKey string
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Blurs) < 7 || len(v.Dealers) < 6 || len(v.Detectors) < 5 || v.Provenance == "" {
		t.Fatal("vectors.json holds less than it should")
	}
	return v
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestFieldVector chains 10,000 of each operation and hashes all results.
func TestFieldVector(t *testing.T) {
	v := readVectors(t).Field
	digest := sha256.New()
	a, b := element(1), element(modulus-1)
	for range v.Count {
		row := [4]element{a.mul(b), a.add(b), a.sub(b), a.inverse()}
		for _, e := range row {
			digest.Write(binary.BigEndian.AppendUint64(nil, uint64(e)))
		}
		a, b = row[0].add(0x1234567), row[1].mul(row[3]).add(row[2])
	}
	if got := hex.EncodeToString(digest.Sum(nil)); got != v.Digest || v.Count < 10000 {
		t.Errorf("digest of %d steps is %s, want %s", v.Count, got, v.Digest)
	}
}

func TestBlurVectors(t *testing.T) {
	for _, v := range readVectors(t).Blurs {
		if len(v.Weights) != v.Synthetic+1 {
			t.Fatalf("w = %d: %d weights", v.Synthetic, len(v.Weights))
		}
		for s, want := range v.Weights {
			if got := (Blur{v.Synthetic}).Weight(s); got != want {
				t.Errorf("w = %d, s = %d: %d, want %d", v.Synthetic, s, got, want)
			}
		}
	}
}

func TestDealerVectors(t *testing.T) {
	all := readVectors(t)
	openings, err := ParseOpeningCounts([]byte(all.Openings))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all.Dealers {
		a := NewAccountFromSecret([32]byte(unhex(t, v.Secret)), v.Generation)
		if text, _ := a.MarshalText(); string(text) != v.Account {
			t.Errorf("%s: account is not the text expected", v.Name)
		}
		d := mustDealer(t, a, Params{Threshold: v.Threshold, Synthetic: v.Synthetic,
			Period: v.Period, Epoch: v.Epoch, SetID: [32]byte(unhex(t, v.SetID))})
		digest := sha256.New()
		for _, f := range d.dealt().polynomials {
			for _, c := range f {
				digest.Write(binary.BigEndian.AppendUint64(nil, uint64(c)))
			}
		}
		scope, key := d.Scope(), d.PayloadKey()
		for _, c := range []struct {
			what string
			got  []byte
			want string
		}{
			{"polynomials", digest.Sum(nil), v.Polynomials},
			{"scope", scope[:], v.Scope},
			{"payload key", key.Bytes(), v.PayloadKey},
		} {
			if got := hex.EncodeToString(c.got); got != c.want {
				t.Errorf("%s: %s is %s, want %s", v.Name, c.what, got, c.want)
			}
		}
		if len(v.Shares) < 4 {
			t.Fatalf("%s: %d shares", v.Name, len(v.Shares))
		}
		for _, s := range v.Shares {
			if got := hex.EncodeToString(d.Share(unhex(t, s.Token)).Bytes()); got != s.Share {
				t.Errorf("%s: share of token %q differs", v.Name, s.Token)
			}
		}
		points, err := d.Synthetics(openings)
		if err != nil || len(points) != len(v.Synthetics) {
			t.Errorf("%s: %d synthetic points, want %d (%v)", v.Name, len(points), len(v.Synthetics), err)
			continue
		}
		for i, p := range points {
			want := v.Synthetics[i]
			if hex.EncodeToString(p.Share.Bytes()) != want.Share || p.Openings != want.Openings || p.Due != want.Due || p.Pick != want.Pick {
				t.Errorf("%s: synthetic point %d differs", v.Name, i)
			}
		}
	}
}

func TestDetectorVectors(t *testing.T) {
	opened := 0
	for _, v := range readVectors(t).Detectors {
		var want PayloadKey
		if v.OpensAt >= 0 {
			var err error
			if want, err = ParsePayloadKey(unhex(t, v.PayloadKey)); err != nil {
				t.Fatal(err)
			}
			opened++
		}
		det, err := NewDetector(Config{Threshold: v.Threshold, Synthetic: v.Synthetic,
			Check: func(k PayloadKey, _ Ref) bool { return v.OpensAt >= 0 && k.Equal(want) }})
		if err != nil {
			t.Fatal(err)
		}
		at := -1
		for i, encoded := range v.Shares {
			s, err := ParseShare(unhex(t, encoded), v.Synthetic)
			if err != nil {
				t.Fatal(err)
			}
			if mustAdd(t, det, s).Outcome == Opened {
				at = i
			}
		}
		if at != v.OpensAt {
			t.Errorf("%s: opens at share %d, want %d", v.Name, at, v.OpensAt)
		}
	}
	if opened < 4 {
		t.Errorf("%d vectors open, want 4", opened)
	}
}
