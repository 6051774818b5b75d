package endorse

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// A world is an operator and its curators, each with a directory of its own, who exchange nothing but files.
type world struct {
	t        testing.TB
	dir      string
	curators []*Curator
	lists    []CuratorList
	manifest blindset.Manifest
	canary   []byte
	operator *Operator
	base     *setdir.Set // of a delta
	entropy  entropy.Source
}

// tokenOf is a scheme for tests: the first eight bytes of a hash.
func tokenOf(h hashlist.PDQ) []byte { return append([]byte(nil), h[:8]...) }

// pdq is the n-th of many unrelated hashes.
func pdq(n int) (h hashlist.PDQ) {
	entropy.Reproducible("hash " + string(rune(n))).Read(h[:])
	return h
}

// flip inverts the last n bits of a hash, which are beyond its token.
func flip(h hashlist.PDQ, n int) hashlist.PDQ {
	for i := range n {
		h[31-i/8] ^= 1 << (i % 8)
	}
	return h
}

func list(t testing.TB, name string, hashes ...hashlist.PDQ) *hashlist.List {
	c := hashlist.NewCollector(name)
	for _, h := range hashes {
		if err := c.Add(hashlist.Record{Op: hashlist.OpAdd, Entry: hashlist.Entry{PDQ: h}}); err != nil {
			t.Fatal(err)
		}
	}
	return c.List()
}

var testNames = []string{"alpha.example", "beta.example", "gamma.example"}

// newWorld has a curator for each list.
func newWorld(t testing.TB, recognition string, hashes ...[]hashlist.PDQ) *world {
	w := &world{t: t, dir: t.TempDir(), canary: []byte("testcard")}
	w.manifest = blindset.Manifest{
		Epoch: 1, ListHasher: "pdq-canonical", Hasher: "pdq-canonical", Quality: 50, Scheme: "lowest-frequency bits=64 probes=as-is:1", Payload: 64,
		Threshold: 1, PeriodDays: 30, Require: 2, Recognition: recognition, Kinds: blindset.AllKinds, Canary: blindset.CanaryCard1,
	}
	for i, h := range hashes {
		key, err := newKey(testNames[i], entropy.Reproducible(testNames[i]))
		if err != nil {
			t.Fatal(err)
		}
		w.curators = append(w.curators, &Curator{Key: key, StatePath: filepath.Join(w.dir, testNames[i]+".state")})
		w.manifest.Curators = append(w.manifest.Curators, key.Curator())
		w.lists = append(w.lists, CuratorList{List: list(t, testNames[i], h...)})
	}
	for _, c := range w.curators {
		c.Peers = w.manifest.Curators
	}
	return w
}

func (w *world) fatal(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// listing is what the operator makes of the lists.
func (w *world) listing() []Listed {
	w.t.Helper()
	l, err := NewListing(&w.manifest, w.lists, tokenOf, nil)
	w.fatal(err)
	var out []Listed
	for e, err := range l.All() {
		w.fatal(err)
		out = append(out, e)
	}
	return out
}

// freeze begins an exchange about these entries.
func (w *world) freeze(name string, entries []Listed) {
	w.t.Helper()
	var err error
	w.operator, err = Freeze(context.Background(), FreezeConfig{
		Manifest: w.manifest, CanaryToken: w.canary, Dir: filepath.Join(w.dir, name), MaxShardBytes: blindset.MinShardBytes, Entropy: w.entropy,
		Entries: func(yield func(Listed, error) bool) {
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
		},
	})
	w.fatal(err)
}

func (w *world) sent(name string) []byte {
	w.t.Helper()
	b, err := os.ReadFile(w.operator.SendPath(name))
	w.fatal(err)
	return b
}

// commit and reveal are the drawing of the seeds.
func (w *world) commit() (notes [][]byte) {
	w.t.Helper()
	for _, c := range w.curators {
		note, err := c.Commit(w.sent(offerName))
		w.fatal(err)
		notes = append(notes, note)
	}
	return notes
}

func (w *world) reveal() (notes [][]byte) {
	w.t.Helper()
	for _, c := range w.curators {
		note, err := c.Reveal(w.sent(offerName), w.sent(rollName))
		w.fatal(err)
		notes = append(notes, note)
	}
	return notes
}

// draft goes on to the draft.
func (w *world) draft() {
	w.t.Helper()
	_, err := w.operator.Roll(w.commit())
	w.fatal(err)
	w.fatal(w.operator.Draft(context.Background(), w.reveal(), nil))
}

func (w *world) own(k int) *OwnList { return NewOwnList(w.lists[k].List, tokenOf) }

// recognise is the first round of curator k.
func (w *world) recognise(k int) ([]byte, error) {
	c := w.curators[k]
	claims := w.sent(c.Key.name + claimsExt)
	return c.Recognise(context.Background(), w.operator.SendPath(draftName), bytes.NewReader(claims), w.own(k), []byte("testcard"))
}

func (w *world) recogniseAll() (out [][]byte) {
	w.t.Helper()
	for k := range w.curators {
		r, err := w.recognise(k)
		w.fatal(err)
		out = append(out, r)
	}
	return out
}

// endorse is the second round of curator k.
func (w *world) endorse(k int, recognitions [][]byte, m *blindset.Manifest) ([]byte, error) {
	return w.curators[k].Endorse(context.Background(), w.operator.SendPath(draftName), recognitions, m.AppendText(nil))
}

// build makes the set as an honest operator does.
func (w *world) build(recognitions [][]byte) (*blindset.Manifest, blindset.LayerKey, string) {
	w.t.Helper()
	dir := filepath.Join(w.operator.dir, "set")
	dst, err := setdir.Create(dir)
	w.fatal(err)
	defer dst.Discard()
	m, key, err := w.operator.Build(context.Background(), recognitions, w.base, dst, nil)
	w.fatal(err)
	w.fatal(dst.Commit())
	return m, key, dir
}

// want fails unless the error is a Refusal for this condition.
func want(t testing.TB, err, condition error) {
	t.Helper()
	var r *Refusal
	if !errors.Is(err, condition) || !errors.As(err, &r) {
		t.Errorf("%v, want %v", err, condition)
	}
}
