package endorse

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
)

// Lies and accidents between one step and the next: seeds, keys, epochs, layers.

// alter writes the draft again, with something changed.
func (w *world) alter(edit func(b []byte, header int) []byte) {
	w.t.Helper()
	d, err := OpenDraft(context.Background(), w.operator.SendPath(draftName))
	w.fatal(err)
	header := len(d.header())
	d.Close()
	w.fatal(writeBytes(w.operator.SendPath(draftName), edit(w.sent(draftName), header)))
}

// Whoever knows the others' shares of the seeds would choose its own anew. Neither the operator nor a curator can.
func TestGroundSeed(t *testing.T) {
	for i, name := range []string{"the operator's", "the first curator's", "the second's"} {
		t.Run(name, func(t *testing.T) {
			w := honest(t)
			w.alter(func(b []byte, header int) []byte {
				b[header-8-32*(3-i)] ^= 1
				return b
			})
			_, err := w.recognise(0)
			want(t, err, ErrSeed)
		})
	}
	t.Run("in the manifest", func(t *testing.T) {
		w := honest(t)
		recognitions := w.recogniseAll()
		m := w.forge(nil)
		m.Layers[0].PositionSeed[0]++
		_, err := w.endorse(0, recognitions, m)
		want(t, err, ErrSeed)
	})
	t.Run("another commitment after the reveal", func(t *testing.T) {
		w := newWorld(t, "equal-token", hashes(0, 12), hashes(0, 12))
		w.freeze("operator", w.listing())
		notes := w.commit()
		_, err := w.operator.Roll(notes)
		w.fatal(err)
		_, err = w.curators[0].Reveal(w.sent(offerName), w.sent(rollName))
		w.fatal(err)
		offer := w.operator.offer.Digest()
		second, err := NewRoll(w.operator.offer, [][]byte{notes[0], w.curators[1].Key.Sign(commitmentText(offer, commitSeed(testNames[1], Seed{9})))})
		w.fatal(err)
		_, err = w.curators[0].Reveal(w.sent(offerName), second.AppendText(nil))
		want(t, err, ErrDraft)
		_, err = w.operator.Roll(second.Commitments)
		want(t, err, ErrDraft)
		// A roll with a made-up commitment of the one who is asked.
		own := w.curators[1].Key.Sign(commitmentText(offer, commitSeed(testNames[1], Seed{8})))
		third, err := NewRoll(w.operator.offer, [][]byte{notes[0], own})
		w.fatal(err)
		_, err = w.curators[1].Reveal(w.sent(offerName), third.AppendText(nil))
		want(t, err, ErrSeed)
	})
	t.Run("by breaking off", func(t *testing.T) {
		w := newWorld(t, "equal-token", hashes(0, 3), hashes(0, 3))
		for i := range DefaultRestarts + 1 {
			w.freeze(fmt.Sprint("operator", i), w.listing())
			w.commit()
		}
		w.freeze("once more", w.listing())
		_, err := w.curators[0].Commit(w.sent(offerName))
		want(t, err, ErrRestarts)
		w.curators[0].Restarts = 10
		_, err = w.curators[0].Commit(w.sent(offerName))
		w.fatal(err)
	})
}

func TestReusedKey(t *testing.T) {
	w := honest(t)
	alpha := w.operator.alpha
	w.freeze("second", w.listing())
	w.operator.alpha = alpha
	w.operator.offer.Layer().Key = group.NewElement().ScalarBaseMult(alpha)
	w.operator.offer.Manifest.Epoch = 2
	for _, c := range w.curators {
		_, err := c.Commit(w.operator.offer.AppendText(nil))
		want(t, err, ErrReused)
	}
}

func TestSteps(t *testing.T) {
	w := honest(t)
	recognitions := [][]byte{nil, nil}
	var err error
	recognitions[1], err = w.recognise(1)
	w.fatal(err)
	m := w.forge(nil)
	_, err = w.endorse(0, [][]byte{recognitions[1]}, m)
	want(t, err, ErrDraft) // it has not done the first round
	recognitions[0], err = w.recognise(0)
	w.fatal(err)
	_, err = w.endorse(0, recognitions, m)
	w.fatal(err)
	other := *m
	other.Layers = []blindset.Layer{m.Layers[0]}
	other.Layers[0].Draft[0]++
	_, err = w.endorse(0, recognitions, &other)
	want(t, err, ErrDraft)

	// A second set for the epoch is not endorsed, nor even begun; one for the next is.
	w.freeze("again", w.listing())
	_, err = w.curators[0].Commit(w.sent(offerName))
	want(t, err, ErrEpoch)
	w.manifest.Epoch = 2
	w.freeze("next", w.listing())
	_, err = w.curators[0].Commit(w.sent(offerName))
	w.fatal(err)

	// A curator who never committed knows nothing of the exchange.
	fresh := &Curator{Key: w.curators[0].Key, Peers: w.curators[0].Peers, StatePath: filepath.Join(w.dir, "fresh")}
	_, err = fresh.Reveal(w.sent(offerName), nil)
	want(t, err, ErrStage)
}

// Two exchanges for one epoch may run at once, and only one of them comes to an end.
func TestEpochRace(t *testing.T) {
	w := newWorld(t, "equal-token", hashes(0, 3), hashes(0, 3))
	run := func(name string) (*Operator, [][]byte, *blindset.Manifest) {
		w.freeze(name, w.listing())
		w.draft()
		return w.operator, w.recogniseAll(), w.forge(nil)
	}
	first, r1, m1 := run("first")
	second, r2, m2 := run("second")
	w.operator = second
	_, err := w.endorse(0, r2, m2)
	w.fatal(err)
	w.operator = first
	_, err = w.endorse(0, r1, m1)
	want(t, err, ErrEpoch)
}

// A delta is endorsed on top of layers that the curator endorsed, and of no others.
func TestDelta(t *testing.T) {
	w := newWorld(t, "equal-token", hashes(0, 16), hashes(0, 16))
	all := w.listing()
	at := func(e Listed) bool { return bytes.Compare(e.Token, tokenOf(pdq(15))) < 0 }
	w.freeze("base", slices.DeleteFunc(slices.Clone(all), at))
	w.draft()
	recognitions := w.recogniseAll()
	base, _, dir := w.build(recognitions)
	w.manifest, w.canary = *base.WithLayers(2, 1), nil
	delta := slices.DeleteFunc(slices.Clone(all), func(e Listed) bool { return !at(e) })
	w.freeze("too early", delta)
	_, err := w.curators[0].Commit(w.sent(offerName))
	want(t, err, ErrStage)
	for k := range w.curators {
		w.operator, err = OpenOperator(filepath.Join(w.dir, "base"), 1)
		w.fatal(err)
		_, err = w.endorse(k, recognitions, base)
		w.fatal(err)
	}
	w.freeze("delta", delta)
	if w.operator.offer.Entries != uint64(len(delta)) {
		t.Fatalf("%d entries", w.operator.offer.Entries)
	}
	w.draft()
	recognitions = w.recogniseAll()
	stranger := *base
	stranger.Quality--
	// The operator takes the base's files from the base only.
	dst, err := setdir.Create(filepath.Join(w.dir, "no set"))
	w.fatal(err)
	defer dst.Discard()
	set, err := setdir.Open(dir)
	w.fatal(err)
	for _, other := range []*setdir.Set{nil, {Manifest: &stranger}} {
		_, _, err = w.operator.Build(context.Background(), recognitions, other, dst, nil)
		want(t, err, ErrBase)
	}
	w.base = set
	m, _, dir := w.build(recognitions)
	if set, err := setdir.Open(dir); err != nil || set.Verify(nil) != nil {
		t.Errorf("the set is not whole: %v", err)
	}
	var tokens int
	for token, err := range w.operator.Tokens() {
		w.fatal(err)
		if !slices.ContainsFunc(delta, func(e Listed) bool { return bytes.Equal(e.Token, token) }) {
			t.Errorf("token %x is none of the delta's", token)
		}
		tokens++
	}
	if tokens != len(delta) {
		t.Errorf("%d tokens, want %d", tokens, len(delta))
	}
	if len(m.Layers) != 2 || m.Salt != base.Salt || m.Origin().ID != base.ID() {
		t.Errorf("%d layers", len(m.Layers))
	}
	_, err = w.endorse(0, recognitions, m)
	w.fatal(err)

	// Another base under the same delta, and a base with another header.
	for name, edit := range map[string]func(m *blindset.Manifest){
		"another table":  func(m *blindset.Manifest) { m.Layers[0].Shards[0].Digest[0]++ },
		"another header": func(m *blindset.Manifest) { m.Require = 1 },
	} {
		b := *base
		b.Layers = []blindset.Layer{base.Layers[0]}
		b.Layers[0].Shards = slices.Clone(base.Layers[0].Shards)
		edit(&b)
		w.manifest = *b.WithLayers(3, 1)
		w.freeze(name, delta)
		_, err := w.curators[0].Commit(w.sent(offerName))
		t.Run(name, func(t *testing.T) { want(t, err, ErrStage) })
	}
}
