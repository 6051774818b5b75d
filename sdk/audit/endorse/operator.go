package endorse

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/tlog"
)

func newReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 1<<18) }

// Roll takes the curators' commitments and writes the roll. Once it is written it stays: another roll would be another drawing.
func (o *Operator) Roll(commitments [][]byte) (*Roll, error) {
	r, err := NewRoll(o.offer, commitments)
	if err != nil {
		return nil, err
	}
	if old, err := os.ReadFile(o.SendPath(rollName)); err == nil && string(old) != string(r.AppendText(nil)) {
		return nil, refuse(ErrDraft, "there is a roll already, with other commitments")
	}
	return r, writeBytes(o.SendPath(rollName), r.AppendText(nil))
}

func (o *Operator) roll() (*Roll, error) {
	text, err := readStage(o.SendPath(rollName), "there is no roll yet")
	if err != nil {
		return nil, err
	}
	return ParseRoll(text, o.offer)
}

// Draft takes the curators' reveals and writes the draft and, for each curator, what it is to confirm, with proofs.
func (o *Operator) Draft(ctx context.Context, reveals [][]byte, progress func(done, total int)) error {
	r, err := o.roll()
	if err != nil {
		return err
	}
	theirs, err := openReveals(o.offer, r, reveals)
	if err != nil {
		return err
	}
	d := &Draft{Offer: o.offer, Roll: r, seeds: append([]Seed{o.seed}, theirs...), Canary: -1}
	if err := checkSeeds(o.offer, r, d.seeds); err != nil {
		return err
	}
	d.Layer, d.FillSeed = seeded(o.offer, r, d.seeds)
	curators := o.offer.Manifest.Curators
	if o.offer.Manifest.Canary != blindset.CanaryNone && len(o.offer.Manifest.Layers) == 1 {
		if d.Canary, err = o.findCanary(curators[0]); err != nil {
			return err
		}
	}
	sum := newDraftHash()
	err = writeFile(o.SendPath(draftName), func(w io.Writer) error {
		w = io.MultiWriter(w, sum)
		if _, err := w.Write(d.header()); err != nil {
			return err
		}
		return o.entries(func(_ int, value [blindset.CellSize]byte, token []byte) error {
			tag := d.Layer.Tag(token)
			w.Write(tag[:])
			_, err := w.Write(value[:])
			return err
		})
	})
	if err != nil {
		return err
	}
	d.Digest = [32]byte(sum.Sum(nil))
	count := newCounter(len(curators)*int(o.offer.Entries), progress)
	for _, c := range curators {
		if err := o.proveClaims(ctx, d, c, count); err != nil {
			return err
		}
	}
	count.end()
	return nil
}

// findCanary looks for the canary's entry among what every curator is to check.
func (o *Operator) findCanary(c blindset.Curator) (int64, error) {
	f, err := os.Open(o.path(c.Name + claimsExt))
	if err != nil {
		return 0, fmt.Errorf("endorse: %w", err)
	}
	defer f.Close()
	for r := newReader(f); ; {
		claim, err := readClaim(r)
		if err != nil {
			return 0, refuse(ErrOperator, "the canary is missing")
		}
		if claim.Kind == Canary {
			return int64(claim.Entry), nil
		}
	}
}

// proveClaims writes a curator's claims in batches, each with a proof.
func (o *Operator) proveClaims(ctx context.Context, d *Draft, c blindset.Curator, count *counter) error {
	in, err := os.Open(o.path(c.Name + claimsExt))
	if err != nil {
		return fmt.Errorf("endorse: %w", err)
	}
	defer in.Close()
	claims := newReader(in)
	suite := proofSuite(d.Digest, c)
	return writeFile(o.SendPath(c.Name+claimsExt), func(w io.Writer) error {
		if _, err := w.Write(claimsHeader(d.Digest, c)); err != nil {
			return err
		}
		next, nextErr := readClaim(claims)
		var b batch
		err := o.entries(func(i int, value [blindset.CellSize]byte, token []byte) error {
			count.add(1)
			if nextErr != nil || next.Entry != uint64(i) {
				return nil
			}
			b.add(next, token, value)
			next, nextErr = readClaim(claims)
			if len(b.claims) < batchClaims {
				return nil
			}
			return o.prove(ctx, w, suite, &b)
		})
		if err == nil && nextErr != io.EOF {
			err = nextErr
		}
		if err == nil && len(b.claims) > 0 {
			err = o.prove(ctx, w, suite, &b)
		}
		if err != nil {
			return err
		}
		_, err = w.Write(be4(0))
		return err
	})
}

// A batch is claims that share a proof, with what it is about.
type batch struct {
	claims []Claim
	tokens [][]byte
	values [][blindset.CellSize]byte
}

func (b *batch) add(c Claim, token []byte, value [blindset.CellSize]byte) {
	b.claims = append(b.claims, c)
	b.tokens = append(b.tokens, append([]byte(nil), token...))
	b.values = append(b.values, value)
}

// elements computes the pairs H(salt, token), value.
func (b *batch) elements(ctx context.Context, salt [32]byte, workers int) (hashes, values []*group.Element, err error) {
	hashes, values = make([]*group.Element, len(b.claims)), make([]*group.Element, len(b.claims))
	err = builder.Parallel(ctx, workers, len(b.claims), func(i int) error {
		hashes[i], values[i] = blindset.TokenElement(salt, b.tokens[i]), group.NewElement()
		if values[i].SetCanonicalBytes(b.values[i][:]) != nil {
			return refuse(ErrValues, "a value is no group element")
		}
		return nil
	}, func(int) {})
	return hashes, values, err
}

// prove writes a batch and its proof, and empties it.
func (o *Operator) prove(ctx context.Context, w io.Writer, suite *group.Suite, b *batch) error {
	hashes, values, err := b.elements(ctx, o.offer.Manifest.Salt, o.workers)
	if err != nil {
		return err
	}
	proof, err := suite.GenerateProof(o.alpha, o.offer.Layer().Key, hashes, values)
	if err != nil {
		return err
	}
	out := be4(len(b.claims))
	for i := range b.claims {
		out = appendClaim(out, &b.claims[i])
	}
	*b = batch{}
	_, err = w.Write(append(out, proof.Bytes()...))
	return err
}

// Build takes the curators' recognitions, checks coverage as the curators will, and writes the set that the draft makes. base is the set whose layers lie below the one
// on offer, from which their files are taken, verified; nil if there are none. The caller stores the key, and commits dst.
func (o *Operator) Build(ctx context.Context, recognitions [][]byte, base *setdir.Set, dst *setdir.Writer, progress func(done, total int)) (*blindset.Manifest, blindset.LayerKey, error) {
	key := blindset.LayerKey{Alpha: o.alpha}
	if err := o.checkBase(base); err != nil {
		return nil, key, err
	}
	if _, err := readStage(o.SendPath(draftName), "there is no draft yet"); err != nil {
		return nil, key, err
	}
	d, err := OpenDraft(ctx, o.SendPath(draftName))
	if err != nil {
		return nil, key, err
	}
	defer d.Close()
	if err := d.CheckCoverage(recognitions); err != nil {
		return nil, key, err
	}
	key.FillSeed = d.FillSeed
	m := *o.offer.Manifest
	layer := d.Layer
	layer.Draft = d.Digest
	layer.Shards = make([]blindset.Shard, layer.Layout.Shards)
	err = d.Rebuild(ctx, o.workers, progress, func(i int, t *builder.Table) error {
		layer.Shards[i] = t.Shard
		return dst.WriteShard(t.Shard, t.Leaves, t.Cells)
	})
	if err != nil {
		return nil, key, err
	}
	m.Layers = append(append([]blindset.Layer(nil), m.Layers[:len(m.Layers)-1]...), layer)
	if _, err := blindset.ParseManifest(m.AppendText(nil)); err != nil {
		return nil, key, err
	}
	if base != nil {
		if err := dst.KeepLayers(base, len(m.Layers)-1); err != nil {
			return nil, key, err
		}
	}
	return &m, key, dst.WriteManifest(&m)
}

// checkBase checks that the set on offer adds to this one: that it follows from it but for the last layer.
func (o *Operator) checkBase(base *setdir.Set) error {
	m := o.offer.Manifest
	kept := len(m.Layers) - 1
	switch {
	case kept == 0 && base != nil:
		return refuse(ErrBase, "it keeps no layer of another")
	case kept > 0 && base == nil:
		return refuse(ErrBase, "it keeps layers of another, which is not named")
	case kept > 0 && (kept > len(base.Manifest.Layers) || base.Manifest.WithLayers(m.Epoch, kept, *o.offer.Layer()).ID() != m.ID()):
		return refuse(ErrBase, "it adds to another one than "+base.Manifest.ID().String())
	}
	return nil
}

// Assemble puts curators' endorsements of a set together, as one note with a signature of each, and checks that enough have signed. Errors are ErrFormat, ErrSignature,
// ErrDraft and ErrCoverage.
func Assemble(m *blindset.Manifest, notes [][]byte) ([]byte, error) {
	all := tlog.Note{Text: string(blindset.EndorsementText(m.ID()))}
	signed := make([]*tlog.Signature, len(m.Curators))
	for _, note := range notes {
		text, i, err := openNote("endorsement", note, m.Curators)
		if err != nil {
			return nil, err
		}
		if text != all.Text {
			return nil, refuse(ErrDraft, m.Curators[i].Name+" endorsed another set")
		}
		n, err := tlog.ParseNote(note)
		if err != nil {
			return nil, refuse(ErrFormat, "endorsement")
		}
		signed[i] = &n.Signatures[0]
	}
	for _, s := range signed {
		if s != nil {
			all.Signatures = append(all.Signatures, *s)
		}
	}
	if len(all.Signatures) < m.Require {
		return nil, refuse(ErrCoverage, fmt.Sprintf("%d of %d curators endorse the set, and it needs %d", len(all.Signatures), len(m.Curators), m.Require))
	}
	return all.AppendText(nil), nil
}
