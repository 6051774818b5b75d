package voucher

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

func synthetic(openings, layer int) Synthetic {
	return Synthetic{Openings: openings, Layer: layer, Generation: 7, Period: 690, Kind: KindDerivative, Share: bytes.Repeat([]byte{5}, 48)}
}

func (w *world) synthetic(t testing.TB, openings, layer int) []byte {
	t.Helper()
	raw, err := w.params.SealSynthetic(w.src, bindingA, synthetic(openings, layer))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// What opens of a synthetic voucher is what opens of a true one: as many probes as were asked for, in one layer, and the outer layer with its share.
func TestSynthetic(t *testing.T) {
	w := newWorld(t, 5, 3)
	for layer := range 3 {
		for openings := 1; openings <= 5; openings++ {
			raw := w.synthetic(t, openings, layer)
			o, err := w.open(raw, bindingA)
			if err != nil {
				t.Fatalf("%d openings in layer %d: %v", openings, layer, err)
			}
			if s := synthetic(openings, layer); o.Hits != openings || o.Generation != s.Generation || o.Period != s.Period || o.Kind != s.Kind || !bytes.Equal(o.Share, s.Share) {
				t.Errorf("%d openings in layer %d: opened as %+v", openings, layer, o)
			}
			v, _ := Parse(raw)
			for k := range w.alphas {
				// Each layer alone, with keys that are no key elsewhere.
				alphas := append(w.alphas[:0:0], w.alphas...)
				for other := range alphas {
					if other != k {
						alphas[other] = scalar(t, w.src)
					}
				}
				if _, hits, err := v.unmask(alphas); err != nil || (hits > 0) != (k == layer) {
					t.Errorf("openings are to be in layer %d: %d in layer %d, %v", layer, hits, k, err)
				}
			}
			if _, err := w.open(raw, bindingB); !errors.Is(err, ErrBinding) {
				t.Errorf("under another binding: %v", err)
			}
		}
	}
	if _, err := w.open(w.synthetic(t, 0, 0), bindingA); !errors.Is(err, ErrClosed) {
		t.Errorf("no openings: %v, want ErrClosed", err)
	}
}

// Nothing of a synthetic voucher becomes readable, whatever account is opened.
func TestSyntheticPayloadStaysClosed(t *testing.T) {
	w := newWorld(t, 2, 1)
	o, err := w.open(w.synthetic(t, 1, 0), bindingA)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range [][32]byte{{}, contents().PayloadKey} {
		if _, err := o.Payload(key); !errors.Is(err, ErrPayloadKey) || o.Check(key) {
			t.Errorf("a payload key: %v, want ErrPayloadKey", err)
		}
	}
}

// shape is what anyone can tell of a voucher without a key, and the alpha holder of a match without a payload key, but for what is uniform.
func (w *world) shape(t *testing.T, raw []byte) string {
	t.Helper()
	v, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	o, err := w.open(raw, bindingA)
	if err != nil {
		t.Fatal(err)
	}
	header := bytes.Clone(v.header())
	copy(header[offID:], make([]byte, offBinding-offID))
	return fmt.Sprintf("%x %d %d %d | %d %d %d %d %x %d %d", header, len(raw), v.Probes, v.Layers,
		o.Generation, o.Period, o.Kind, o.Hits, o.Share, len(o.commitment), len(o.ciphertext))
}

func TestSyntheticHasTheShapeOfATrueMatch(t *testing.T) {
	w := newWorld(t, 5, 2)
	a := w.shape(t, w.seal(t, bindingA, w.stranger(t), w.member(t, 1), w.stranger(t), w.member(t, 1), w.stranger(t)))
	if b := w.shape(t, w.synthetic(t, 2, 1)); a != b {
		t.Errorf("a true match: %s\na synthetic: %s", a, b)
	}
}

// Synthetic vouchers and those of dummies take the same path: given the same randomness they differ in nothing but masks, commitment and ciphertext, and
// leave the generator at the same place.
func TestSyntheticAndDummiesTakeOnePath(t *testing.T) {
	w := newWorld(t, 6, 2)
	var first []byte
	for openings := range 7 {
		src := entropy.Reproducible("one path")
		raw, err := w.params.SealSynthetic(src, bindingA, synthetic(openings, openings%2))
		if err != nil {
			t.Fatal(err)
		}
		var next [16]byte
		src.Read(next[:])
		v, _ := Parse(raw)
		var visible []byte
		for j := range v.Probes {
			q, _ := v.probe(j)
			visible = append(visible, q...)
		}
		visible = append(append(visible, v.header()...), next[:]...)
		if first == nil {
			first = visible
		}
		if !bytes.Equal(first, visible) {
			t.Errorf("%d openings took another path than none", openings)
		}
	}
}

// Which probes open is no pattern.
func TestSyntheticPlacesAreShuffled(t *testing.T) {
	src := entropy.Reproducible("places")
	var seen [4]int
	for range 4000 {
		for j, number := range permutation(src, 4) {
			if number < 1 {
				seen[j]++
			}
		}
	}
	for j, n := range seen {
		if n < 1000-165 || n > 1000+165 { // six standard deviations
			t.Errorf("place %d opened %d times of 4000", j, n)
		}
	}
}

// tokenlessRule enumerates the algebra of two tokenless probes over a toy group: S = alpha·Q always, and every pair of Q equally often.
func tokenlessRule(g *toy, f tamper) error {
	counts := make(map[[2]int]int)
	var err error
	g.tapes(2, func(tape []int) {
		g.tape = append([]int(nil), tape...)
		f(g.tape)
		out := tokenless[int](g, 2, 2)
		for _, b := range out {
			for k, s := range b.s {
				if s != g.mul(g.layerKey(k), b.q) {
					err = fmt.Errorf("layer %d: S = %d is not alpha·%d", k, s, b.q)
				}
			}
		}
		counts[[2]int{out[0].q, out[1].q}]++
	})
	if err == nil && len(counts) != g.order*g.order {
		err = fmt.Errorf("only %d of %d pairs of Q come up", len(counts), g.order*g.order)
	}
	return err
}

func TestTokenless(t *testing.T) {
	g := &toy{order: 31, alpha: 7}
	if err := tokenlessRule(g, honest); err != nil {
		t.Error(err)
	}
	for name, f := range map[string]tamper{
		"r reused":   func(tape []int) { tape[1] = tape[0] },
		"constant r": func(tape []int) { tape[0] = 1 },
	} {
		if tokenlessRule(g, f) == nil {
			t.Errorf("%s was not noticed", name)
		}
	}
}

// freshPoints checks that no Q comes twice, within a voucher or in two: r is fresh for each probe.
func freshPoints(vouchers ...[]byte) error {
	seen := make(map[string]bool)
	for _, raw := range vouchers {
		v, err := Parse(raw)
		if err != nil {
			return err
		}
		for j := range v.Probes {
			q, _ := v.probe(j)
			if seen[string(q)] {
				return fmt.Errorf("probe %d has a Q that was there before", j)
			}
			seen[string(q)] = true
		}
	}
	return nil
}

func TestSyntheticPointsAreFresh(t *testing.T) {
	w := newWorld(t, 4, 1)
	if err := freshPoints(w.synthetic(t, 2, 0), w.synthetic(t, 2, 0)); err != nil {
		t.Error(err)
	}
	stuck := func() []byte { // a generator that gives every voucher the same r
		raw, err := w.params.SealSynthetic(entropy.Reproducible("stuck"), bindingA, synthetic(2, 0))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	if freshPoints(stuck(), stuck()) == nil {
		t.Error("an r that is reused in a second voucher was not noticed")
	}
}

func TestSealSyntheticRefuses(t *testing.T) {
	w := newWorld(t, 3, 2)
	short := synthetic(1, 0)
	short.Share = short.Share[1:]
	for name, c := range map[string]struct {
		s    Synthetic
		want error
	}{
		"more openings than probes": {synthetic(4, 0), ErrShape},
		"fewer than none":           {synthetic(-1, 0), ErrShape},
		"no such layer":             {synthetic(1, 2), ErrShape},
		"a layer below the first":   {synthetic(1, -1), ErrShape},
		"short share":               {short, ErrContents},
	} {
		if _, err := w.params.SealSynthetic(w.src, bindingA, c.s); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", synthetic(1, 0), synthetic(1, 0), synthetic(1, 0)); strings.Contains(s, "690") {
		t.Errorf("prints as %s", s)
	}
}

// innerKeys checks that the inner layers of one account and period have a key each. The attack is the two-time pad: under one key and the constant nonce the
// difference of two ciphertexts, which lie open below the threshold, is that of the payloads.
func innerKeys(headers [2][]byte, derive func(payloadKey, header []byte) sealKey) error {
	payloadKey := contents().PayloadKey
	payloads := [2][]byte{[]byte("a grey picture of a bridge......"), []byte("a grey picture of another bridge")}
	var keys [2]sealKey
	var sealed [2][]byte
	for i := range keys {
		keys[i] = derive(payloadKey[:], headers[i])
		sealed[i] = keys[i].seal(nil, payloads[i], headers[i])
	}
	difference, leaked := make([]byte, len(payloads[0])), make([]byte, len(payloads[0]))
	xor(difference, payloads[0], payloads[1])
	xor(leaked, sealed[0][:len(leaked)], sealed[1])
	switch {
	case keys[0].key == keys[1].key || bytes.Equal(difference, leaked):
		return errors.New("two vouchers share an inner key: their payloads can be subtracted")
	case keys[0].commitment == keys[1].commitment:
		return errors.New("two vouchers share a commitment: it tells true matches from synthetic ones")
	}
	return nil
}

func TestInnerKeyIsEachVouchersOwn(t *testing.T) {
	w := newWorld(t, 1, 1)
	var headers [2][]byte
	for i := range headers {
		o, err := w.open(w.seal(t, bindingA, w.member(t, 0)), bindingA)
		if err != nil {
			t.Fatal(err)
		}
		headers[i] = o.header
		// That innerKey is what vouchers are sealed with:
		c := contents()
		key := innerKey(c.PayloadKey[:], o.header)
		padded := make([]byte, w.params.PayloadSize)
		binary.BigEndian.PutUint32(padded, uint32(len(c.Payload)))
		copy(padded[payloadHeadSize:], c.Payload)
		if !bytes.Equal(key.seal(nil, padded, o.header), o.ciphertext) || !bytes.Equal(key.commitment[:], o.commitment) {
			t.Fatal("vouchers are not sealed with innerKey")
		}
	}
	if err := innerKeys(headers, innerKey); err != nil {
		t.Error(err)
	}
	without := func(from, to int) func(payloadKey, header []byte) sealKey {
		return func(payloadKey, header []byte) sealKey {
			header = bytes.Clone(header)
			clear(header[from:to])
			return innerKey(payloadKey, header)
		}
	}
	for name, mutant := range map[string]func(payloadKey, header []byte) sealKey{
		"fixed inner key":            without(0, headerSize),
		"inner key without id":       without(offID, offBinding),
		"inner key of the set alone": func(_, header []byte) sealKey { return innerKey(nil, header[:offID]) },
	} {
		if innerKeys(headers, mutant) == nil {
			t.Errorf("%s was not noticed", name)
		}
	}
}

// A voucher's overhead is part of the bargain: share, generation, commitments and tags are at most 400 bytes at w = 32.
func TestOverhead(t *testing.T) {
	p := newWorld(t, 16, 1).params
	p.ShareSize = 8 * (1 + 32) // threshold.ShareSize(32)
	if n := p.Size() - p.preambleSize() - p.PayloadSize; n > 400 {
		t.Errorf("%d bytes beside header, probes and payload", n)
	}
}

// BenchmarkSeal compares a voucher of strangers, without hashing and lookups, with a synthetic one.
func BenchmarkSeal(b *testing.B) {
	w := newWorld(b, 16, 1)
	var probes []Probe
	for range 16 {
		probes = append(probes, w.stranger(b))
	}
	b.Run("picture", func(b *testing.B) {
		for b.Loop() {
			w.seal(b, bindingA, probes...)
		}
	})
	b.Run("dummies", func(b *testing.B) {
		for b.Loop() {
			w.seal(b, bindingA)
		}
	})
	b.Run("synthetic", func(b *testing.B) {
		for b.Loop() {
			w.synthetic(b, 1, 0)
		}
	})
}
