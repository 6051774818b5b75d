package voucher

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// A world is a set with known contents, as far as vouchers care for it.
type world struct {
	params Params
	alphas []*group.Scalar
	src    entropy.Source
}

func newWorld(t testing.TB, probes, layers int) *world {
	w := &world{params: Params{SetID: [32]byte{1}, Probes: probes, ShareSize: 48, PayloadSize: 200}}
	for range layers {
		a := scalar(t, w.src)
		w.alphas = append(w.alphas, a)
		w.params.Keys = append(w.params.Keys, group.NewElement().ScalarBaseMult(a))
	}
	return w
}

func scalar(t testing.TB, src entropy.Source) *group.Scalar {
	s, err := group.RandomScalar(src)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func element(t testing.TB, src entropy.Source) *group.Element {
	e, err := group.RandomElement(src)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// stranger is a probe that is in no layer.
func (w *world) stranger(t testing.TB) Probe {
	p := Probe{Element: element(t, w.src)}
	for range w.params.Keys {
		p.Lookups = append(p.Lookups, element(t, w.src))
	}
	return p
}

// member is a probe that is in one layer.
func (w *world) member(t testing.TB, layer int) Probe {
	p := w.stranger(t)
	p.Lookups[layer] = group.NewElement().ScalarMult(w.alphas[layer], p.Element)
	return p
}

var (
	bindingA = Binding{"alice", "1"}.Digest()
	bindingB = Binding{"bob", "1"}.Digest()
)

func contents() Contents {
	return Contents{
		Generation: 7, Period: 690, Kind: KindDerivative,
		Share: bytes.Repeat([]byte{5}, 48), PayloadKey: [32]byte{9}, Payload: []byte("a small grey picture"),
	}
}

func (w *world) seal(t testing.TB, binding BindingDigest, probes ...Probe) []byte {
	t.Helper()
	raw, err := w.params.Seal(w.src, probes, binding, contents())
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (w *world) open(raw []byte, binding BindingDigest) (*Opened, error) {
	v, err := Parse(raw)
	if err != nil {
		return nil, err
	}
	return w.params.Open(v, binding, w.alphas)
}

func TestMatch(t *testing.T) {
	for _, layers := range []int{1, 3} {
		w := newWorld(t, 5, layers)
		for layer := range layers {
			raw := w.seal(t, bindingA, w.stranger(t), w.member(t, layer), w.stranger(t))
			if len(raw) != w.params.Size() {
				t.Fatalf("%d bytes, want %d", len(raw), w.params.Size())
			}
			o, err := w.open(raw, bindingA)
			if err != nil {
				t.Fatalf("layer %d of %d: %v", layer, layers, err)
			}
			c := contents()
			if o.Generation != c.Generation || o.Period != c.Period || o.Kind != c.Kind || !bytes.Equal(o.Share, c.Share) || o.Hits != 1 {
				t.Errorf("opened as %+v", o)
			}
			payload, err := o.Payload(c.PayloadKey)
			if err != nil || !bytes.Equal(payload, c.Payload) {
				t.Errorf("payload %q, %v", payload, err)
			}
			if _, err := o.Payload([32]byte{8}); !errors.Is(err, ErrPayloadKey) {
				t.Errorf("another payload key: %v, want ErrPayloadKey", err)
			}
		}
	}
}

// Promise P2 as a user sees it: without a match, with a dummy in every place, and with lookups that failed, a voucher stays closed.
func TestStaysClosed(t *testing.T) {
	w := newWorld(t, 4, 2)
	failed := w.member(t, 1)
	failed.Lookups[1] = nil
	allFailed := w.member(t, 0)
	allFailed.Lookups = make([]*group.Element, 2)
	for name, probes := range map[string][]Probe{
		"dummies only":     nil,
		"strangers":        {w.stranger(t), w.stranger(t), w.stranger(t), w.stranger(t)},
		"a failed lookup":  {failed},
		"all have failed":  {allFailed},
		"strangers, dummy": {w.stranger(t)},
	} {
		if _, err := w.open(w.seal(t, bindingA, probes...), bindingA); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", name, err)
		}
	}
}

// A dummy must have no token. This mutant seals one that has.
func TestDummyWithATokenIsCaught(t *testing.T) {
	w := newWorld(t, 2, 1)
	staysClosed := func(dummy Probe) bool {
		_, err := w.open(w.seal(t, bindingA, dummy), bindingA)
		return errors.Is(err, ErrClosed)
	}
	dummy := w.member(t, 0)
	lookup := dummy.Lookups[0]
	dummy.Lookups = []*group.Element{nil}
	if !staysClosed(dummy) {
		t.Error("a probe without a lookup opened")
	}
	dummy.Lookups[0] = lookup
	if staysClosed(dummy) {
		t.Error("a dummy with a token was not noticed")
	}
}

// boundTo checks promise P8: what was sealed for A opens for A, is refused for B, and stays shut where a forger writes B into its header.
func (w *world) boundTo(seal func(BindingDigest) []byte, open func([]byte, BindingDigest) error) error {
	raw := seal(bindingA)
	if err := open(raw, bindingA); err != nil {
		return fmt.Errorf("under its own binding: %w", err)
	}
	if open(raw, bindingB) == nil {
		return errors.New("opens under another binding")
	}
	forged := bytes.Clone(raw)
	copy(forged[offBinding:], bindingB[:])
	resum(forged)
	if open(forged, bindingB) == nil {
		return errors.New("opens under a binding that was written into it")
	}
	return nil
}

// resum makes an altered voucher's checksum right.
func resum(raw []byte) {
	copy(raw[len(raw)-checksumSize:], checksum(raw[:len(raw)-checksumSize]))
}

func TestBinding(t *testing.T) {
	w := newWorld(t, 3, 1)
	seal := func(b BindingDigest) []byte { return w.seal(t, b, w.member(t, 0)) }
	open := func(raw []byte, b BindingDigest) error { _, err := w.open(raw, b); return err }
	if err := w.boundTo(seal, open); err != nil {
		t.Error(err)
	}
	for name, mutant := range map[string]struct {
		seal func(BindingDigest) []byte
		open func([]byte, BindingDigest) error
	}{
		"binding dropped when sealing": {
			func(BindingDigest) []byte { return seal(BindingDigest{}) },
			func(raw []byte, _ BindingDigest) error { return open(raw, BindingDigest{}) },
		},
		"binding not compared when opening": {
			seal,
			func(raw []byte, _ BindingDigest) error { return open(raw, BindingDigest(raw[offBinding:])) },
		},
	} {
		if w.boundTo(mutant.seal, mutant.open) == nil {
			t.Errorf("%s was not noticed", name)
		}
	}
}

func TestBindingIsInjective(t *testing.T) {
	if (Binding{"ab", "c"}).Digest() == (Binding{"a", "bc"}).Digest() {
		t.Error("two bindings have one digest")
	}
}

// Every single byte of a matching voucher matters: altered with a corrected checksum, it is refused or stays closed.
func TestEveryByteMatters(t *testing.T) {
	w := newWorld(t, 2, 1)
	raw := w.seal(t, bindingA, w.member(t, 0), w.stranger(t))
	for i := range len(raw) - checksumSize {
		altered := bytes.Clone(raw)
		altered[i] ^= 0x40
		if _, err := w.open(altered, bindingA); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrChecksum) {
			t.Errorf("byte %d altered: %v", i, err)
		}
		resum(altered)
		o, err := w.open(altered, bindingA)
		if err == nil {
			_, err = o.Payload(contents().PayloadKey)
		}
		if err == nil {
			t.Errorf("byte %d altered, checksum corrected: it opened", i)
		}
	}
}

func TestRefused(t *testing.T) {
	w := newWorld(t, 3, 1)
	good := w.seal(t, bindingA, w.member(t, 0))
	edit := func(f func(b []byte) []byte) []byte { return f(bytes.Clone(good)) }
	relength := func(b []byte) []byte {
		binary.BigEndian.PutUint32(b[offLength:], uint32(len(b)))
		resum(b)
		return b
	}
	other := newWorld(t, 3, 1)
	other.params.SetID = [32]byte{2}
	more := newWorld(t, 4, 1)
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"empty":                  {nil, ErrFormat},
		"text":                   {[]byte(strings.Repeat("voucher ", 90)), ErrFormat},
		"another version":        {edit(func(b []byte) []byte { b[3] = 1; resum(b); return b }), ErrFormat},
		"cut short":              {good[:len(good)-1], ErrFormat},
		"cut in the header":      {good[:40], ErrFormat},
		"extended":               {append(bytes.Clone(good), 0), ErrFormat},
		"cut, length corrected":  {edit(func(b []byte) []byte { return relength(b[:len(b)-64]) }), ErrShape},
		"extended and corrected": {edit(func(b []byte) []byte { return relength(append(b, make([]byte, 64)...)) }), ErrShape},
		"no probes":              {edit(func(b []byte) []byte { b[offProbes], b[offProbes+1] = 0, 0; resum(b); return b }), ErrFormat},
		"too many probes":        {edit(func(b []byte) []byte { b[offProbes] = 255; resum(b); return b }), ErrFormat},
		"no layers":              {edit(func(b []byte) []byte { b[offLayers] = 0; resum(b); return b }), ErrFormat},
		"unknown policy":         {edit(func(b []byte) []byte { b[offPolicy] = 1; resum(b); return b }), ErrFormat},
		"flipped bit":            {edit(func(b []byte) []byte { b[300] ^= 1; return b }), ErrChecksum},
		"another set":            {other.seal(t, bindingA, other.member(t, 0)), ErrSet},
		"another number":         {more.seal(t, bindingA, more.member(t, 0)), ErrShape},
		"another binding":        {w.seal(t, bindingB, w.member(t, 0)), ErrBinding},
		"identity for Q":         {edit(func(b []byte) []byte { clear(b[headerSize : headerSize+32]); resum(b); return b }), ErrPoint},
		"non-canonical Q":        {edit(func(b []byte) []byte { copy(b[headerSize:], bytes.Repeat([]byte{255}, 32)); resum(b); return b }), ErrPoint},
		"altered outer text":     {edit(func(b []byte) []byte { b[len(b)-30] ^= 1; resum(b); return b }), ErrInvalid},
	} {
		if _, err := w.open(c.raw, bindingA); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestSealRefuses(t *testing.T) {
	w := newWorld(t, 1, 1)
	short, long := contents(), contents()
	short.Share = short.Share[1:]
	long.Payload = make([]byte, w.params.Capacity()+1)
	for name, c := range map[string]struct {
		probes   []Probe
		contents Contents
		want     error
	}{
		"too many probes":   {[]Probe{w.stranger(t), w.stranger(t)}, contents(), ErrShape},
		"lookup is missing": {[]Probe{{Element: element(t, w.src)}}, contents(), ErrShape},
		"short share":       {nil, short, ErrContents},
		"long payload":      {nil, long, ErrContents},
	} {
		if _, err := w.params.Seal(w.src, c.probes, bindingA, c.contents); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	full := contents()
	full.Payload = make([]byte, w.params.Capacity())
	if _, err := w.params.Seal(w.src, nil, bindingA, full); err != nil {
		t.Errorf("a payload that just fits: %v", err)
	}
}

// Nothing of one voucher may come again in another of the same picture, account and payload: below the threshold the inner layers of matches
// lie open, and equal ones would tell that the pictures are equal.
func TestVouchersShareNothing(t *testing.T) {
	w := newWorld(t, 2, 1)
	p := w.member(t, 0)
	var inner, qs [2][]byte
	for i := range inner {
		raw := w.seal(t, bindingA, p)
		o, err := w.open(raw, bindingA)
		if err != nil {
			t.Fatal(err)
		}
		inner[i], qs[i] = o.ciphertext, raw[headerSize:headerSize+32]
	}
	if bytes.Equal(inner[0][:32], inner[1][:32]) {
		t.Error("two inner layers share a beginning")
	}
	if bytes.Equal(qs[0], qs[1]) {
		t.Error("two vouchers share a Q")
	}
}

// Where probes land must not tell which they are.
func TestShuffle(t *testing.T) {
	src := entropy.Reproducible("shuffle")
	p := Probe{Element: group.NewElement()}
	var seen [4]int
	for range 4000 {
		for i, q := range shuffle(src, []Probe{p}, 4) {
			if q.Element != nil {
				seen[i]++
			}
		}
	}
	for i, n := range seen {
		// Six standard deviations of a binomial with n = 4000, p = 1/4.
		if n < 1000-165 || n > 1000+165 {
			t.Errorf("place %d was taken %d times of 4000", i, n)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	c := contents()
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(format, c); strings.Contains(s, "grey") || strings.Contains(s, "9 0 0") {
			t.Errorf("%s prints %s", format, s)
		}
	}
}

func FuzzParse(f *testing.F) {
	w := newWorld(f, 2, 1)
	good := w.seal(f, bindingA, w.member(f, 0))
	f.Add(good)
	f.Add(good[:100])
	f.Add([]byte("VHV\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := Parse(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(v.Bytes(), raw) {
			t.Error("a voucher came back changed")
		}
		w.params.Open(v, v.Binding, w.alphas)
	})
}

// FuzzOpen alters what only a hostile client can alter: the outer plaintext, under a key that the server finds.
func FuzzOpen(f *testing.F) {
	w := newWorld(f, 1, 1)
	f.Add(make([]byte, w.params.bodySize()))
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		body := make([]byte, w.params.bodySize())
		copy(body, plaintext)
		o, err := w.params.parseBody(body)
		if err != nil {
			return
		}
		o.header = make([]byte, headerSize)
		if _, err := o.Payload([32]byte{}); err == nil {
			t.Error("a payload opened that no one sealed")
		}
	})
}
