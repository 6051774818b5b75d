package group

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

// unhex decodes hexadecimal test data.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// hexList is a JSON string of hexadecimal values separated by commas.
type hexList [][]byte

func (h *hexList) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	*h = nil
	for _, part := range strings.Split(s, ",") {
		b, err := hex.DecodeString(part)
		if err != nil {
			return err
		}
		*h = append(*h, b)
	}
	return nil
}

// deterministic gives every run the same bytes. It is an io.Reader.
type deterministic struct{ *rand.ChaCha8 }

func newDeterministic(name string) deterministic {
	var seed [32]byte
	copy(seed[:], name)
	return deterministic{rand.NewChaCha8(seed)}
}

func (d deterministic) bytes(n int) []byte {
	b := make([]byte, n)
	d.Read(b)
	return b
}

func (d deterministic) element(t testing.TB) *Element {
	t.Helper()
	e, err := RandomElement(d)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (d deterministic) scalar(t testing.TB) *Scalar {
	t.Helper()
	s, err := RandomNonZeroScalar(d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (d deterministic) elements(t testing.TB, n int) []*Element {
	t.Helper()
	out := make([]*Element, n)
	for i := range out {
		out[i] = d.element(t)
	}
	return out
}

// smallScalar returns a scalar of one byte.
func smallScalar(n byte) *Scalar {
	return new(Scalar).SetUniformBytes(append([]byte{n}, make([]byte, 63)...))
}

// mustPanic runs f, which must panic.
func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s did not panic", what)
		}
	}()
	f()
}

// sameCoordinates reports whether a and b are the same representation of an
// element.
func sameCoordinates(a, b *Element) bool {
	var room1, room2 extended
	x1, y1, z1, t1 := coordinates(&a.p, &room1)
	x2, y2, z2, t2 := coordinates(&b.p, &room2)
	return *x1 == *x2 && *y1 == *y2 && *z1 == *z2 && *t1 == *t2
}
