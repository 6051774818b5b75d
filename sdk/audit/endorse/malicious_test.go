package endorse

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/group"
)

// Each test is one lie of promise P5's adversary and the refusal that it ends in.

// honest is a world up to the draft: two curators, twelve entries of both and the canary.
func honest(t *testing.T) *world {
	w := newWorld(t, "equal-token", hashes(0, 12), hashes(0, 12))
	w.freeze("operator", w.listing())
	w.draft()
	return w
}

// forge builds the set of the draft without asking who recognises what.
func (w *world) forge(edit func(shard int, t *builder.Table)) *blindset.Manifest {
	w.t.Helper()
	d, err := OpenDraft(context.Background(), w.operator.SendPath(draftName))
	w.fatal(err)
	defer d.Close()
	m := *d.Offer.Manifest
	layer := d.Layer
	layer.Draft = d.Digest
	layer.Shards = make([]blindset.Shard, layer.Layout.Shards)
	w.fatal(d.Rebuild(context.Background(), 2, nil, func(i int, t *builder.Table) error {
		if edit != nil {
			edit(i, t)
			t.Shard.Digest, t.Leaves = layer.Digest(t.Cells)
		}
		layer.Shards[i] = t.Shard
		return nil
	}))
	m.Layers = []blindset.Layer{layer}
	return &m
}

// everyone is the two curators' bits.
const everyone = 3

func TestEntryOnNoListOrTooFew(t *testing.T) {
	for _, c := range []struct {
		name       string
		own        uint64 // of whom the operator says that it is theirs
		recognises error
	}{
		{"claimed of nobody", 0, nil},
		{"claimed of one who does not have it", 2, ErrClaim},
		{"claimed of all", everyone, ErrClaim},
		{"of one list only", 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "equal-token", append(hashes(0, 12), pdq(50)), hashes(0, 12))
			planted := pdq(60)
			if c.own == 1 {
				planted = pdq(50)
			}
			w.freeze("operator", append(w.listing(), Listed{Token: tokenOf(planted), Own: c.own}))
			w.draft()
			r, err := w.recognise(1)
			if c.recognises != nil {
				want(t, err, c.recognises)
				return
			}
			w.fatal(err)
			first, err := w.recognise(0)
			w.fatal(err)
			_, err = w.endorse(1, [][]byte{first, r}, w.forge(nil))
			want(t, err, ErrCoverage)
			_, _, err = w.operator.Build(context.Background(), [][]byte{first, r}, nil, nil, nil)
			want(t, err, ErrCoverage)
		})
	}
}

// A curator who lies in the first round is one curator: the others' recognition still has to reach what is required.
func TestRogueCuratorBelowRequire(t *testing.T) {
	w := newWorld(t, "equal-token", hashes(0, 12), hashes(0, 12))
	w.freeze("operator", append(w.listing(), Listed{Token: tokenOf(pdq(60))}))
	w.draft()
	honest, err := w.recognise(0)
	w.fatal(err)
	d, err := OpenDraft(context.Background(), w.operator.SendPath(draftName))
	w.fatal(err)
	defer d.Close()
	all := newRecognition(d)
	for i := range d.Offer.Entries {
		all.set(i)
	}
	rogue := all.sign(w.curators[1].Key)
	m := w.forge(nil)
	_, err = w.endorse(0, [][]byte{honest, rogue}, m)
	want(t, err, ErrCoverage)
	_, err = w.endorse(0, [][]byte{honest, rogue, rogue}, m)
	want(t, err, ErrStage)

	// Nor can it sign for another, or alter what another signed.
	stranger, err := NewKey(testNames[0])
	w.fatal(err)
	_, err = w.endorse(0, [][]byte{all.sign(stranger), rogue}, m)
	want(t, err, ErrSignature)
	altered := bytes.Clone(honest)
	altered[len(altered)-1] ^= 2
	_, err = w.endorse(0, [][]byte{altered, rogue}, m)
	want(t, err, ErrFormat)

	// The set of the two, endorsed by the rogue alone, is short of signatures.
	_, err = Assemble(m, [][]byte{w.curators[1].Key.Sign(string(blindset.EndorsementText(m.ID())))})
	want(t, err, ErrCoverage)
}

func TestSockPuppet(t *testing.T) {
	w := newWorld(t, "equal-token", hashes(0, 12), hashes(0, 12))
	w.curators[0].Peers = nil
	w.freeze("operator", w.listing())
	_, err := w.curators[0].Commit(w.sent(offerName))
	want(t, err, ErrCurators)
	other, err := NewKey("other.example")
	w.fatal(err)
	c := Curator{Key: other, Peers: w.manifest.Curators, StatePath: filepath.Join(w.dir, "other")}
	_, err = c.Commit(w.sent(offerName))
	want(t, err, ErrCurators)
}

// Whatever is done to a table changes its digest: a free cell that becomes an entry's, a dummy's value, an entry's.
func TestTableAltered(t *testing.T) {
	w := honest(t)
	recognitions := w.recogniseAll()
	element, err := group.RandomElement(w.curators[0].Entropy)
	w.fatal(err)
	d, err := OpenDraft(context.Background(), w.operator.SendPath(draftName))
	w.fatal(err)
	defer d.Close()
	var free, dummy, entry int
	d.Rebuild(context.Background(), 1, nil, func(_ int, t *builder.Table) error {
		for p := range d.Layer.Cells() {
			if bytes.Equal(t.Cells[32*p:32*p+32], blindset.FreeCell(d.FillSeed, 0, p).Bytes()) {
				free = p
			}
		}
		dummy = d.Layer.DummyCells(d.FillSeed, 0, t.Shard.Attempt, 0)[0]
		entry = d.Layer.TagCells(0, t.Shard.Attempt, d.Layer.Tag(tokenOf(pdq(3))))[0]
		return nil
	})
	for name, cell := range map[string]int{"free cell": free, "dummy": dummy, "entry": entry} {
		m := w.forge(func(_ int, t *builder.Table) { element.AppendBytes(t.Cells[32*cell : 32*cell]) })
		_, err := w.endorse(0, recognitions, m)
		t.Run(name, func(t *testing.T) { want(t, err, ErrTable) })
	}
	_, err = w.endorse(0, recognitions, w.forge(nil))
	w.fatal(err)
}

// In the place of a dummy the table gets an entry of the operator's choosing, with a token, or with positions alone: a token's tag is all that places depend on.
func TestDummyChosen(t *testing.T) {
	w := honest(t)
	recognitions := w.recogniseAll()
	d, err := OpenDraft(context.Background(), w.operator.SendPath(draftName))
	w.fatal(err)
	defer d.Close()
	token := tokenOf(pdq(70))
	h := blindset.TokenElement(d.Offer.Manifest.Salt, token)
	for name, extra := range map[string]builder.Entry{
		"token":    builder.NewEntry(d.Layer.Tag(token), h.ScalarMult(w.operator.alpha, h)),
		"position": builder.NewEntry(blindset.Tag{1}, blindset.DummyValue(d.FillSeed, 0, 500)),
		"value":    builder.NewEntry(blindset.Tag{2}, group.NewGenerator()),
	} {
		window, err := d.window(context.Background(), 0, 1)
		w.fatal(err)
		entries := []builder.Entry{extra}
		for _, e := range window[0] {
			e, err := builder.ParseEntry(e.Tag, e.Encoded)
			w.fatal(err)
			entries = append(entries, e)
		}
		solver := builder.Solver{Layer: &d.Layer, FillSeed: d.FillSeed, Workers: 1}
		table, err := solver.Shard(context.Background(), 0, entries)
		w.fatal(err)
		m := w.forge(nil)
		m.Layers[0].Shards[0] = table.Shard
		_, err = w.endorse(1, recognitions, m)
		t.Run(name, func(t *testing.T) { want(t, err, ErrTable) })
	}
}

// rewrite changes the operator's list and what is offered of it.
func (w *world) rewrite(edit func(list []byte, size int)) {
	w.t.Helper()
	o := w.operator
	b, err := os.ReadFile(o.path(entriesName))
	w.fatal(err)
	size := blindset.CellSize + o.token
	edit(b, size)
	values := newValuesHash()
	for at := 0; at < len(b); at += size {
		values.Write(b[at : at+blindset.CellSize])
	}
	o.offer.Values = [32]byte(values.Sum(nil))
	w.fatal(writeBytes(o.path(entriesName), b))
	w.fatal(writeBytes(o.SendPath(offerName), o.offer.AppendText(nil)))
}

func TestWrongAlphaForOneEntry(t *testing.T) {
	w := newWorld(t, "equal-token", hashes(0, 12), hashes(0, 12))
	w.freeze("operator", w.listing())
	w.rewrite(func(list []byte, size int) {
		// Another key's value, drawn until it keeps its place in the order.
		at := 5 * size
		for {
			alpha, err := group.RandomNonZeroScalar(w.curators[0].Entropy)
			w.fatal(err)
			h := blindset.TokenElement(w.operator.offer.Manifest.Salt, list[at+32:at+size])
			value := h.ScalarMult(alpha, h).Bytes()
			if bytes.Compare(list[at-size:at-size+32], value) < 0 && bytes.Compare(value, list[at+size:at+size+32]) < 0 {
				copy(list[at:], value)
				return
			}
		}
	})
	w.draft()
	_, err := w.recognise(0)
	want(t, err, ErrProof)
}

// A token that is swapped for another under an honest value has another value: the proof is about both.
func TestWrongToken(t *testing.T) {
	w := newWorld(t, "equal-token", append(hashes(0, 12), pdq(50)), append(hashes(0, 12), pdq(50)))
	entries := slices.DeleteFunc(w.listing(), func(e Listed) bool { return bytes.Equal(e.Token, tokenOf(pdq(50))) })
	w.freeze("operator", entries)
	w.rewrite(func(list []byte, size int) {
		at := bytes.Index(list, tokenOf(pdq(4)))
		copy(list[at:], tokenOf(pdq(50)))
	})
	w.draft()
	_, err := w.recognise(0)
	want(t, err, ErrProof)
}

func TestSwappedShard(t *testing.T) {
	w := newWorld(t, "equal-token", hashes(0, 2100), hashes(0, 2100))
	w.freeze("operator", w.listing())
	w.draft()
	recognitions := w.recogniseAll()
	m, _, _ := w.build(recognitions)
	shards := m.Layers[0].Shards
	if len(shards) < 2 {
		t.Fatalf("%d shard", len(shards))
	}
	shards[0], shards[1] = shards[1], shards[0]
	_, err := w.endorse(0, recognitions, m)
	want(t, err, ErrTable)
	shards[0], shards[1] = shards[1], shards[0]
	shards[1].Attempt++
	_, err = w.endorse(0, recognitions, m)
	want(t, err, ErrTable)
	shards[1].Attempt--
	_, err = w.endorse(0, recognitions, m)
	w.fatal(err)
}

func TestDifferentDrafts(t *testing.T) {
	w := honest(t)
	first, err := w.recognise(0)
	w.fatal(err)
	// The second curator is shown one in which an entry has another place.
	kept, o := w.sent(draftName), w.operator
	d, err := OpenDraft(context.Background(), o.SendPath(draftName))
	w.fatal(err)
	defer d.Close()
	entry := uint64(0)
	if d.Canary == 0 {
		entry = 1
	}
	forged := bytes.Clone(kept)
	forged[int(d.body)+int(entry)*entrySize] ^= 1
	w.fatal(writeBytes(o.SendPath(draftName), forged))
	changed, err := OpenDraft(context.Background(), o.SendPath(draftName))
	w.fatal(err)
	defer changed.Close()
	w.fatal(o.claimsWithout(changed, 1, func(c *Claim) bool { return c.Entry == entry }))
	second, err := w.recognise(1)
	w.fatal(err)
	_, err = w.endorse(1, [][]byte{first, second}, w.forge(nil))
	want(t, err, ErrDraft)
	w.fatal(writeBytes(o.SendPath(draftName), kept))
	_, err = w.endorse(0, [][]byte{first, second}, w.forge(nil))
	want(t, err, ErrDraft)
	// And no curator signs a second draft of one offer.
	w.fatal(writeBytes(o.SendPath(draftName), forged))
	w.fatal(o.claimsWithout(changed, 0, func(c *Claim) bool { return c.Entry == entry }))
	_, err = w.recognise(0)
	want(t, err, ErrDraft)
}

// claimsWithout writes a curator's claims anew, for another draft and without some.
func (o *Operator) claimsWithout(d *Draft, k int, drop func(*Claim) bool) error {
	c := o.offer.Manifest.Curators[k]
	b, err := os.ReadFile(o.path(c.Name + claimsExt))
	if err != nil {
		return err
	}
	var kept []byte
	for r := bytes.NewReader(b); ; {
		claim, err := readClaim(r)
		if err != nil {
			break
		}
		if !drop(&claim) {
			kept = appendClaim(kept, &claim)
		}
	}
	if err := writeBytes(o.path(c.Name+claimsExt), kept); err != nil {
		return err
	}
	defer writeBytes(o.path(c.Name+claimsExt), b)
	return o.proveClaims(context.Background(), d, c, newCounter(1, nil))
}

func TestWrongCount(t *testing.T) {
	w := honest(t)
	offer := w.operator.offer
	more := *offer
	more.Entries = 1025
	_, err := ParseOffer(more.AppendText(nil))
	want(t, err, ErrCount)
	less := *offer
	less.Entries = 0
	_, err = ParseOffer(less.AppendText(nil))
	want(t, err, ErrCount)

	recognitions := w.recogniseAll()
	m := w.forge(nil)
	layout, err := blindset.NewLayout(2048, blindset.MinShardBytes)
	w.fatal(err)
	bigger := *m
	bigger.Layers = []blindset.Layer{m.Layers[0]}
	bigger.Layers[0].Layout = layout
	bigger.Layers[0].Shards = make([]blindset.Shard, layout.Shards)
	_, err = w.endorse(0, recognitions, &bigger)
	want(t, err, ErrDraft)

	whole := w.sent(draftName)
	for name, b := range map[string][]byte{"one less": whole[:len(whole)-entrySize], "one more": append(bytes.Clone(whole), make([]byte, entrySize)...)} {
		w.fatal(writeBytes(w.operator.SendPath(draftName), b))
		_, err := w.recognise(0)
		t.Run(name, func(t *testing.T) { want(t, err, ErrCount) })
	}
	// An entry in the place of another.
	header := len(whole) - 13*entrySize
	twice := bytes.Clone(whole)
	copy(twice[header+entrySize:], twice[header:header+entrySize])
	w.fatal(writeBytes(w.operator.SendPath(draftName), twice))
	_, err = w.recognise(0)
	want(t, err, ErrValues)
	another := bytes.Clone(whole)
	another[header+16]++
	w.fatal(writeBytes(w.operator.SendPath(draftName), another))
	_, err = w.recognise(0)
	want(t, err, ErrValues)
}

func TestChangedCanary(t *testing.T) {
	t.Run("another token", func(t *testing.T) {
		w := newWorld(t, "equal-token", hashes(0, 12), hashes(0, 12))
		w.canary = []byte("a victim")
		w.freeze("operator", w.listing())
		w.draft()
		_, err := w.recognise(0)
		want(t, err, ErrCanary)
	})
	t.Run("another entry", func(t *testing.T) {
		w := honest(t)
		w.alter(func(b []byte, header int) []byte {
			b[header-1] = (b[header-1] + 1) % 13
			return b
		})
		d, err := OpenDraft(context.Background(), w.operator.SendPath(draftName))
		w.fatal(err)
		defer d.Close()
		w.fatal(w.operator.claimsWithout(d, 0, func(*Claim) bool { return false }))
		_, err = w.recognise(0)
		want(t, err, ErrCanary)
	})
	t.Run("no proof", func(t *testing.T) {
		w := honest(t)
		d, err := OpenDraft(context.Background(), w.operator.SendPath(draftName))
		w.fatal(err)
		defer d.Close()
		w.fatal(w.operator.claimsWithout(d, 0, func(c *Claim) bool { return c.Kind == Canary }))
		_, err = w.recognise(0)
		want(t, err, ErrCanary)
	})
	t.Run("none in the draft", func(t *testing.T) {
		w := honest(t)
		w.alter(func(b []byte, header int) []byte {
			copy(b[header-8:], bytes.Repeat([]byte{0xff}, 8))
			return b
		})
		_, err := w.recognise(0)
		want(t, err, ErrCanary)
	})
	t.Run("none in the manifest", func(t *testing.T) {
		w := honest(t)
		recognitions := w.recogniseAll()
		m := w.forge(nil)
		m.Canary = blindset.CanaryNone
		_, err := w.endorse(0, recognitions, m)
		want(t, err, ErrDraft)
	})
}

func TestFalseClaims(t *testing.T) {
	x, unknown := pdq(1), pdq(60)
	claims := func(recognition string, c Claim) error {
		w := newWorld(t, recognition, append(hashes(0, 12), unknown), hashes(0, 12))
		w.freeze("operator", append(w.listing(), Listed{Token: tokenOf(unknown), Own: 1, Others: []Recognised{{1, c}}}))
		w.draft()
		_, err := w.recognise(1)
		return err
	}
	w := newWorld(t, "equal-token", nil, nil)
	signature := w.curators[0].Key.SignVariant(unknown, x)
	rogue := w.curators[1].Key.SignVariant(unknown, x)
	good := Claim{Kind: Variant, Hash: unknown, Parent: x, Signature: signature}
	with := func(f func(*Claim)) Claim {
		c := good
		f(&c)
		return c
	}
	if err := claims("equal-token+variants", good); err != nil {
		t.Fatal(err)
	}
	want(t, claims("equal-token", good), ErrClaim)
	want(t, claims("equal-token", Claim{Kind: Near, Hash: unknown}), ErrClaim)
	want(t, claims("pdq-distance-31", Claim{Kind: Near, Hash: unknown}), ErrClaim)
	want(t, claims("pdq-distance-31", Claim{Kind: Near, Hash: x}), ErrClaim)
	want(t, claims("equal-token+variants", with(func(c *Claim) { c.Signature[3]++ })), ErrSignature)
	want(t, claims("equal-token+variants", with(func(c *Claim) { c.Signature = rogue })), ErrSignature)
	want(t, claims("equal-token+variants", with(func(c *Claim) { c.Owner, c.Signature = 1, rogue })), ErrClaim)
	want(t, claims("equal-token+variants", with(func(c *Claim) { c.Owner = 9 })), ErrClaim)
	other := pdq(61)
	foreign := w.curators[0].Key.SignVariant(unknown, other)
	want(t, claims("equal-token+variants", with(func(c *Claim) { c.Parent, c.Signature = other, foreign })), ErrClaim)
}
