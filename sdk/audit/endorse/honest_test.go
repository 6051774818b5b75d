package endorse

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
)

// hashes are the unrelated hashes from a to b-1.
func hashes(a, b int) (out []hashlist.PDQ) {
	for n := a; n < b; n++ {
		out = append(out, pdq(n))
	}
	return out
}

// in reports whether a token is an entry of the set.
func in(t *testing.T, dir string, m *blindset.Manifest, alpha *group.Scalar, token []byte) bool {
	set, err := setdir.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	place := m.Layers[0].Locate(token)
	var cells [3][]byte
	for i, c := range place.Cells {
		ref := blindset.CellRef{Shard: place.Shard, Cell: c}
		block, err := set.Block(ref.Block())
		if err != nil {
			t.Fatal(err)
		}
		cells[i] = ref.In(block)
	}
	sum, err := blindset.Lookup(cells)
	if err != nil {
		t.Fatal(err)
	}
	h := blindset.TokenElement(m.Salt, token)
	return sum.Equal(h.ScalarMult(alpha, h))
}

// The whole exchange among honest parties: what two of three recognise is in the set, with the canary, and nothing else.
func TestExchange(t *testing.T) {
	w := newWorld(t, "equal-token", hashes(0, 20), hashes(10, 30), hashes(18, 40))
	w.freeze("operator", w.listing())
	if w.operator.Offer().Entries != 21 {
		t.Fatalf("%d entries, want 20 and the canary", w.operator.Offer().Entries)
	}
	w.draft()
	recognitions := w.recogniseAll()
	m, key, dir := w.build(recognitions)
	set, err := setdir.Open(dir)
	w.fatal(err)
	w.fatal(set.Verify(nil))
	for n := range 40 {
		if got := in(t, dir, m, key.Alpha, tokenOf(pdq(n))); got != (10 <= n && n < 30) {
			t.Errorf("hash %d: in the set %v", n, got)
		}
	}
	if !in(t, dir, m, key.Alpha, w.canary) {
		t.Error("the canary is missing")
	}
	var notes [][]byte
	for k := range w.curators {
		note, err := w.endorse(k, recognitions, m)
		w.fatal(err)
		notes = append(notes, note)
		again, err := w.endorse(k, recognitions, m)
		if err != nil || string(again) != string(note) {
			t.Errorf("endorsing twice: %v", err)
		}
	}
	all, err := Assemble(m, notes[:2])
	w.fatal(err)
	n, err := tlog.ParseNote(all)
	w.fatal(err)
	if len(n.Signatures) != 2 || n.Text != string(blindset.EndorsementText(m.ID())) {
		t.Errorf("assembled %q", all)
	}
	_, err = Assemble(m, notes[:1])
	want(t, err, ErrCoverage)
	_, err = Assemble(m, [][]byte{notes[0], notes[0]})
	want(t, err, ErrCoverage)

	names, err := Verify(m, all, w.manifest.Curators)
	if err != nil || len(names) != 2 {
		t.Errorf("verified %v: %v", names, err)
	}
	_, err = Verify(m, all, w.manifest.Curators[2:])
	want(t, err, ErrCurators)
	// A client's policy, which pins verifiers, is of the same mind.
	policy := func(k ...*Curator) error {
		text := "veilhash-policy v0\nmax-age-hours 168\nmin-threshold 1\nmin-synthetics 0\nmin-token-bits 56\nmin-margin-bits 32\nkinds derivative,media-key\nrequire 2\n"
		for _, c := range k {
			text += "curator " + c.Key.Verifier() + "\n"
		}
		p, err := trust.ParsePolicy([]byte(text + "unlogged\n"))
		w.fatal(err)
		_, err = p.Check(trust.Input{Manifest: m, Probes: 1, TokenBits: 64, Endorsement: all})
		return err
	}
	stranger, err := newKey("stranger", w.curators[0].Entropy)
	w.fatal(err)
	if err := policy(w.curators...); err != nil {
		t.Errorf("a policy of the three: %v", err)
	}
	if err := policy(w.curators[0], w.curators[1], &Curator{Key: stranger}); !errors.Is(err, trust.ErrCurators) {
		t.Errorf("a policy that does not pin the third: %v", err)
	}
	other := *m
	other.Epoch++
	_, err = Verify(&other, all, w.manifest.Curators)
	want(t, err, ErrDraft)
}

// Curators hash one picture a few bits apart, and a version of a picture is recognised by who knows the picture.
func TestRules(t *testing.T) {
	x := pdq(1)
	near, far := x, x
	near[0] ^= 3 // two bits, within the token
	far[0] ^= 0xff
	t.Run("distance", func(t *testing.T) {
		w := newWorld(t, "pdq-distance-4", []hashlist.PDQ{x, pdq(5)}, []hashlist.PDQ{near, flip(pdq(5), 40)}, []hashlist.PDQ{far})
		// Both hashes of the pair are entries, and the two with one token are one; the one that is far is none.
		w.freeze("operator", w.listing())
		if w.operator.Offer().Entries != 4 {
			t.Fatalf("%d entries, want 3 and the canary", w.operator.Offer().Entries)
		}
		w.draft()
		recognitions := w.recogniseAll()
		m, _, _ := w.build(recognitions)
		_, err := w.endorse(2, recognitions, m)
		w.fatal(err)
	})
	t.Run("versions", func(t *testing.T) {
		version := pdq(9)
		w := newWorld(t, "equal-token+variants", []hashlist.PDQ{x, version}, []hashlist.PDQ{flip(x, 3)}, nil)
		if got := len(w.listing()); got != 1 {
			t.Fatalf("%d entries without the owner's word, want 1", got)
		}
		signature := w.curators[0].Key.SignVariant(version, x)
		w.lists[0].Variants = []SignedVariant{{version, x, signature}}
		entries := w.listing()
		if len(entries) != 2 {
			t.Fatalf("%d entries, want 2", len(entries))
		}
		w.freeze("operator", entries)
		w.draft()
		recognitions := w.recogniseAll()
		m, _, _ := w.build(recognitions)
		_, err := w.endorse(1, recognitions, m)
		w.fatal(err)

		w.lists[0].Variants[0].Signature[0]++
		_, err = NewListing(&w.manifest, w.lists, tokenOf, nil)
		want(t, err, ErrSignature)
		w.manifest.Recognition = "equal-token"
		_, err = NewListing(&w.manifest, w.lists, tokenOf, nil)
		want(t, err, ErrClaim)
	})
}

// What an operator stores is of use after a restart, and secret files are its own.
func TestOperatorResumes(t *testing.T) {
	w := newWorld(t, "equal-token", hashes(0, 3), hashes(0, 3), hashes(0, 3))
	w.freeze("operator", w.listing())
	commitments := w.commit()
	again, err := OpenOperator(w.operator.dir, 1)
	w.fatal(err)
	w.operator = again
	want(t, again.Draft(context.Background(), nil, nil), ErrOperator)
	_, err = again.Roll(commitments)
	w.fatal(err)
	_, err = again.Roll(commitments)
	w.fatal(err)
	_, err = again.Roll(commitments[:2])
	want(t, err, ErrStage)
	_, err = again.Roll(append(commitments[:2:2], commitments[0]))
	want(t, err, ErrStage)
	want(t, again.Draft(context.Background(), w.reveal()[1:], nil), ErrStage)
	w.fatal(again.Draft(context.Background(), w.reveal(), nil))
	for _, name := range []string{secretName, entriesName, testNames[0] + claimsExt, sendName + "/" + draftName} {
		info, err := os.Stat(again.path(name))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", name, err)
		}
	}
	_, err = OpenOperator(t.TempDir(), 1)
	want(t, err, ErrOperator)
}
