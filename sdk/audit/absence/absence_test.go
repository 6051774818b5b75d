package absence

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"runtime"
	"testing"

	"github.com/veilhash/veilhash/sdk/audit/internal/audittest"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/token"
)

func TestProve(t *testing.T) {
	w := newWorld(t, "prove", audittest.Drawing(t, 1), audittest.Drawing(t, 2))
	file := audittest.Drawing(t, 3)
	for name, coverage := range map[string][]Part{"default": nil, "own": Own(w.Manifest), "wide": Wide(w.Manifest)} {
		t.Run(name, func(t *testing.T) {
			wide := 300
			if name == "wide" && runtime.GOARCH == "wasm" {
				coverage, wide = coverage[:3], 200 // it is slow there
			}
			cfg := w.config(file)
			cfg.Coverage = coverage
			proof := w.prove(t, cfg)
			s, err := Verify(w.Manifest, proof, file, w.Set)
			if err != nil {
				t.Fatal(err)
			}
			if s.Set != w.Manifest.ID() || s.File != sha256.Sum256(file) || s.Layers != 1 {
				t.Errorf("the statement is of something else: %+v", s)
			}
			want := 16
			if name == "wide" {
				if want = wide; s.Probes < want || len(s.Coverage) != len(coverage) {
					t.Errorf("a wide proof covers %d probes in %d parts", s.Probes, len(s.Coverage))
				}
			} else if s.Probes != want {
				t.Errorf("%d probes, want %d", s.Probes, want)
			}
			claimed, err := ParseStatement(proof)
			if err != nil || fmt.Sprint(claimed) != fmt.Sprint(s) {
				t.Errorf("ParseStatement says %v, %v", claimed, err)
			}
		})
	}
}

// Promise P6, the prover's side: for a picture that is in the set there is no proof.
func TestProveRefuses(t *testing.T) {
	known := audittest.Drawing(t, 1)
	w := newWorld(t, "refuse", known)
	other := newWorld(t, "refuse too", known)
	blank := audittest.Encode(t, image.NewGray(image.Rect(0, 0, 64, 64)))
	foreign := Part{"pdq-canonical", "lowest-frequency bits=56 probes=as-is:1"}
	for _, c := range []struct {
		name   string
		change func(*ProveConfig)
		want   error
	}{
		{"a picture of the set", func(c *ProveConfig) {}, ErrPresent},
		{"a picture of the set, widely", func(c *ProveConfig) { c.Coverage = Wide(w.Manifest) }, ErrPresent},
		{"no picture", func(c *ProveConfig) { c.File = []byte("text") }, ErrPicture},
		{"nothing", func(c *ProveConfig) { c.File = nil }, ErrPicture},
		{"a blank picture", func(c *ProveConfig) { c.File = blank }, ErrQuality},
		{"another set's keys", func(c *ProveConfig) { c.Keys = other.Keys }, ErrKeys},
		{"no keys", func(c *ProveConfig) { c.Keys = nil }, ErrKeys},
		{"coverage without the set's own scheme", func(c *ProveConfig) { c.Coverage = []Part{foreign} }, ErrCoverage},
		{"coverage with tokens of another kind", func(c *ProveConfig) { c.Coverage = append(Own(w.Manifest), foreign) }, ErrCoverage},
		{"coverage twice the same", func(c *ProveConfig) { c.Coverage = append(Own(w.Manifest), Own(w.Manifest)...) }, ErrCoverage},
		{"no coverage", func(c *ProveConfig) { c.Coverage = []Part{} }, ErrCoverage},
		{"another set's files", func(c *ProveConfig) { c.Cells = other.Set }, blindset.ErrLeaves},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := w.config(known)
			c.change(&cfg)
			proof, s, err := Prove(cfg)
			if !errors.Is(err, c.want) || proof != nil || s != nil {
				t.Errorf("got %v with a proof of %d bytes, want %v", err, len(proof), c.want)
			}
		})
	}
}

// forger is an operator who has every key and makes a proof of whatever values it likes.
type forger struct {
	*world
	t      *testing.T
	proof  *proof
	hashed []*group.Element
}

// forge begins with what an honest prover would say of a file, membership not looked at.
func (w *world) forge(t *testing.T, file []byte) *forger {
	parts, err := readers(w.Manifest, Own(w.Manifest))
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := probesOf(file, w.Manifest.Quality, parts)
	if err != nil {
		t.Fatal(err)
	}
	f := &forger{world: w, t: t, hashed: elementsOf(w.Manifest, tokens), proof: &proof{Statement: Statement{
		Set: w.Manifest.ID(), File: sha256.Sum256(file), Size: int64(len(file)), ProbesDigest: digestOf(tokens),
		Probes: len(tokens), Layers: len(w.Manifest.Layers), Coverage: Own(w.Manifest),
	}}}
	for k := range w.Keys {
		f.proof.layers = append(f.proof.layers, layerProof{values: f.honest(w.Keys[k].Alpha)})
	}
	f.sign()
	return f
}

func (f *forger) honest(alpha *group.Scalar) (encoded []byte) {
	for _, h := range f.hashed {
		encoded = group.NewElement().ScalarMult(alpha, h).AppendBytes(encoded)
	}
	return encoded
}

// sign makes the best proof of equal logarithms that there is for the values, under the statement as it is.
func (f *forger) sign() {
	for k := range f.proof.layers {
		values := make([]*group.Element, f.proof.Probes)
		for j := range values {
			values[j] = group.NewElement()
			if err := values[j].SetCanonicalBytes(f.proof.layers[k].value(j)); err != nil {
				f.t.Fatal(err)
			}
		}
		p, err := f.proof.suite(k).GenerateProof(f.Keys[k].Alpha, f.Manifest.Layers[k].Key, f.hashed[:f.proof.Probes], values)
		if err != nil {
			f.t.Fatal(err)
		}
		f.proof.layers[k].dleq = *p
	}
}

// Promise P6, the verifier's side: what is not true cannot be proved, not even by who holds every key.
func TestForgedProofs(t *testing.T) {
	known, file, other := audittest.Drawing(t, 1), audittest.Drawing(t, 3), audittest.Drawing(t, 4)
	w := newWorld(t, "forge", known)
	second := newWorld(t, "forge too", known)
	random, err := group.RandomElement(bytes.NewReader(bytes.Repeat([]byte{7}, 64)))
	if err != nil {
		t.Fatal(err)
	}
	last := func(f *forger) []byte { return f.proof.layers[0].value(f.proof.Probes - 1) }
	for _, c := range []struct {
		name string
		file []byte
		make func(f *forger)
		want error
	}{
		{"honest", file, func(f *forger) {}, nil},
		{"a picture of the set", known, func(f *forger) {}, ErrMember},
		{"a picture of the set, its value exchanged", known, func(f *forger) { copy(f.proof.layers[0].value(0), random.Bytes()); f.sign() }, ErrProof},
		{"a picture of the set, all values exchanged", known, func(f *forger) {
			f.proof.layers[0].values = f.honest(second.Keys[0].Alpha)
			f.sign()
		}, ErrProof},
		{"a wrong value for one probe", file, func(f *forger) { copy(last(f), random.Bytes()); f.sign() }, ErrProof},
		{"two values exchanged", file, func(f *forger) {
			a := bytes.Clone(last(f))
			copy(last(f), f.proof.layers[0].value(0))
			copy(f.proof.layers[0].value(0), a)
			f.sign()
		}, ErrProof},
		{"the proof of another value", file, func(f *forger) { copy(last(f), random.Bytes()) }, ErrProof},
		{"a missing probe", file, func(f *forger) {
			f.proof.Probes--
			f.proof.layers[0].values = f.proof.layers[0].values[:32*f.proof.Probes]
			f.sign()
		}, ErrProbes},
		{"a wrong count", file, func(f *forger) {
			f.proof.Probes++
			f.proof.layers[0].values = append(f.proof.layers[0].values, random.Bytes()...)
			f.hashed = append(f.hashed, random)
			f.sign()
		}, ErrProbes},
		{"probes of another picture", file, func(f *forger) {
			g := w.forge(f.t, other)
			f.hashed, f.proof.layers, f.proof.ProbesDigest = g.hashed, g.proof.layers, g.proof.ProbesDigest
			f.sign()
		}, ErrProbes},
		{"probes of another picture under the digest of these", file, func(f *forger) {
			g := w.forge(f.t, other)
			f.hashed, f.proof.layers = g.hashed, g.proof.layers
			f.sign()
		}, ErrProof},
		{"replayed for another file", file, func(f *forger) { f.proof.File = sha256.Sum256(other) }, ErrFile},
		{"another length", file, func(f *forger) { f.proof.Size++ }, ErrFile},
		{"another set", file, func(f *forger) { f.proof.Set = second.Manifest.ID() }, ErrSet},
		{"the proof of another set under this one's name", file, func(f *forger) {
			g := second.forge(f.t, file)
			f.proof.layers = g.proof.layers
		}, ErrProof},
		{"another scheme", file, func(f *forger) { f.proof.Coverage = []Part{{"pdq-canonical", token.Exact}} }, ErrCoverage},
		{"another hasher", file, func(f *forger) { f.proof.Coverage = []Part{{"pdq-cpp", token.Balanced}} }, ErrCoverage},
		{"more coverage than probes", file, func(f *forger) { f.proof.Coverage = Wide(w.Manifest); f.sign() }, ErrProbes},
		{"too many layers", file, func(f *forger) { f.proof.Layers = 2; f.proof.layers = append(f.proof.layers, f.proof.layers[0]) }, ErrSet},
		{"a value that is no element", file, func(f *forger) { copy(last(f), bytes.Repeat([]byte{0xff}, 32)) }, ErrElement},
		{"a value in another encoding", file, func(f *forger) { last(f)[31] |= 0x80 }, ErrElement},
		{"the identity", file, func(f *forger) { clear(last(f)) }, ErrElement},
		{"the statement altered after signing", file, func(f *forger) {
			f.proof.Coverage = []Part{{"pdq-canonical", token.Balanced}, {"pdq-cpp", token.Balanced}}
		}, ErrProbes},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := w.forge(t, c.file)
			c.make(f)
			s, err := Verify(w.Manifest, f.proof.appendProof(nil), c.file, w.Set)
			if !errors.Is(err, c.want) || (err == nil) != (s != nil) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// A proof is of one file, in every byte, whatever that shows.
func TestReplay(t *testing.T) {
	w := newWorld(t, "replay", audittest.Drawing(t, 1))
	file := audittest.Drawing(t, 3)
	proof := w.prove(t, w.config(file))
	padded := append(bytes.Clone(file), 0) // decodes to the same picture
	for name, f := range map[string][]byte{"another picture": audittest.Drawing(t, 4), "a picture of the set": audittest.Drawing(t, 1), "a byte more": padded, "no file": nil} {
		if _, err := Verify(w.Manifest, proof, f, w.Set); !errors.Is(err, ErrFile) {
			t.Errorf("%s: %v, want ErrFile", name, err)
		}
	}
	second := newWorld(t, "replay too", audittest.Drawing(t, 1))
	if _, err := Verify(second.Manifest, proof, file, second.Set); !errors.Is(err, ErrSet) {
		t.Errorf("another set: %v, want ErrSet", err)
	}
}

// Every byte of a proof counts.
func TestEveryByteMatters(t *testing.T) {
	w := newWorld(t, "bytes", audittest.Drawing(t, 1))
	file := audittest.Drawing(t, 3)
	proof := w.prove(t, w.config(file))
	step := 1 // WebAssembly takes one byte in seven of the statement; of the values and their proof, which are alike, everyone takes some
	if runtime.GOARCH == "wasm" {
		step = 7
	}
	for i := range proof {
		if i%step > 0 || i > 300 && i%(19*step) > 0 {
			continue
		}
		bad := bytes.Clone(proof)
		bad[i] ^= 1 << (i % 8)
		if _, err := Verify(w.Manifest, bad, file, w.Set); err == nil {
			t.Fatalf("byte %d can be altered", i)
		}
	}
	for n := range proof {
		if n%97 == 0 || n > len(proof)-3 {
			if _, err := NewCheck(w.Manifest, proof[:n], file); !errors.Is(err, ErrFormat) {
				t.Fatalf("cut to %d bytes: %v", n, err)
			}
		}
	}
	if _, err := NewCheck(w.Manifest, append(bytes.Clone(proof), 0), file); !errors.Is(err, ErrFormat) {
		t.Errorf("extended: %v", err)
	}
}

// The pull side: blocks are checked against the manifest, and nothing is proved before all are there.
func TestCheck(t *testing.T) {
	w := newWorld(t, "pull", audittest.Drawing(t, 1))
	file := audittest.Drawing(t, 3)
	c, err := NewCheck(w.Manifest, w.prove(t, w.config(file)), file)
	if err != nil {
		t.Fatal(err)
	}
	refs := c.Lookups()
	block, err := w.Set.Block(refs[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Provide(refs[0], block); !errors.Is(err, ErrRef) {
		t.Errorf("a block before its digests: %v", err)
	}
	leaves, err := w.Set.Leaves(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][2]int{{-1, 0}, {1, 0}, {0, 1}, {0, -1}} {
		if err := c.Leaves(bad[0], bad[1], leaves); !errors.Is(err, ErrRef) {
			t.Errorf("leaves of shard %v: %v", bad, err)
		}
	}
	if err := c.Leaves(0, 0, leaves); err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(block)
	bad[0] ^= 1
	if err := c.Provide(refs[0], bad); !errors.Is(err, blindset.ErrBlock) {
		t.Errorf("a damaged block: %v", err)
	}
	for i, ref := range refs {
		if _, err := c.Finish(); !errors.Is(err, ErrUnread) {
			t.Fatalf("finished after %d of %d blocks: %v", i, len(refs), err)
		}
		b, err := w.Set.Block(ref)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Provide(ref, b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Finish(); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	w := newWorld(f, "fuzz", audittest.Drawing(f, 1))
	file := audittest.Drawing(f, 3)
	proof := w.prove(f, w.config(file))
	f.Add(proof)
	f.Add(proof[:fixedSize])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parse(b)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("error %v", err)
			}
			return
		}
		if !bytes.Equal(p.appendProof(nil), b) {
			t.Error("what is accepted is not written the same")
		}
	})
}
