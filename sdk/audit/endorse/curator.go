package endorse

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// DefaultRestarts is how many exchanges for one epoch a curator lets end without a set. An operator or another curator who breaks one off draws the seeds anew, so their number
// bounds what can be gained by that.
const DefaultRestarts = 3

// A Curator is a curator's side of exchanges.
type Curator struct {
	Key *Key

	// Peers are the other curators that this one accepts beside itself. A set that names any other is refused: recognitions of unknown keys count for nothing.
	Peers []blindset.Curator

	// StatePath is where the curator remembers all exchanges. It holds secrets, and **must never be lost or restored from an old copy**: by it a key that was
	// used before is known.
	StatePath string

	Restarts int                   // zero: DefaultRestarts
	Workers  int                   // zero: one for each processor
	Progress func(done, total int) // may be nil

	// Entropy is for this module's tests; the zero value reads crypto/rand.
	Entropy entropy.Source
}

// check checks that the set's curators are this one and peers of it.
func (c *Curator) check(m *blindset.Manifest) error {
	self := c.Key.Curator()
	if !slices.Contains(m.Curators, self) {
		return refuse(ErrCurators, self.Name+" is not among them, with this key")
	}
	for _, other := range m.Curators {
		if other != self && !slices.Contains(c.Peers, other) {
			return refuse(ErrCurators, other.Name+" was not pinned with this key")
		}
	}
	return nil
}

// Commit answers an offer with a commitment to a seed. Errors are Refusals, and the file system's.
func (c *Curator) Commit(offer []byte) ([]byte, error) {
	o, err := ParseOffer(offer)
	if err != nil {
		return nil, err
	}
	if err := c.check(o.Manifest); err != nil {
		return nil, err
	}
	s, err := readState(c.StatePath)
	if err != nil {
		return nil, err
	}
	restarts := c.Restarts
	if restarts == 0 {
		restarts = DefaultRestarts
	}
	var seed Seed
	c.Entropy.Read(seed[:])
	x, err := s.begin(o, restarts, seed)
	if err != nil {
		return nil, err
	}
	return c.Key.Sign(commitmentText(x.offer, commitSeed(c.Key.name, x.seed))), nil
}

// Reveal answers the roll with the seed, once everyone's commitment is in it. The answer is for the operator only.
func (c *Curator) Reveal(offer, roll []byte) ([]byte, error) {
	o, err := ParseOffer(offer)
	if err != nil {
		return nil, err
	}
	s, err := readState(c.StatePath)
	if err != nil {
		return nil, err
	}
	x, err := s.of(o.Digest())
	if err != nil {
		return nil, err
	}
	r, err := ParseRoll(roll, o)
	if err != nil {
		return nil, err
	}
	for i, other := range o.Manifest.Curators {
		if other == c.Key.Curator() && r.committed[i] != commitSeed(c.Key.name, x.seed) {
			return nil, refuse(ErrSeed, "the roll has another commitment of "+other.Name)
		}
	}
	if err := s.note(&x.roll, r.Digest(), "roll"); err != nil {
		return nil, err
	}
	return c.Key.Sign(revealText(x.roll, x.seed)), nil
}

// session checks that a draft is that of an exchange in which this curator revealed its seed.
func (c *Curator) session(d *Draft) (*state, *session, error) {
	if err := c.check(d.Offer.Manifest); err != nil {
		return nil, nil, err
	}
	s, err := readState(c.StatePath)
	if err != nil {
		return nil, nil, err
	}
	x, err := s.of(d.Offer.Digest())
	if err != nil {
		return nil, nil, err
	}
	if x.roll != d.Roll.Digest() {
		return nil, nil, refuse(ErrDraft, "the draft has another roll than the one for which this curator revealed its seed")
	}
	return s, x, nil
}

// Recognise is the first round. It reads the draft and what the operator says of this curator, checks every claim against its proof and the curator's own list, and signs the
// draft with the entries that it recognises. canary is the public test card's token, for a manifest that names one.
func (c *Curator) Recognise(ctx context.Context, draft string, claims io.Reader, own *OwnList, canary []byte) ([]byte, error) {
	d, err := OpenDraft(ctx, draft)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	s, x, err := c.session(d)
	if err != nil {
		return nil, err
	}
	if err := own.prepare(ctx, &d.Layer, c.workers()); err != nil {
		return nil, err
	}
	k := &checker{curator: c, draft: d, own: own, canary: canary, out: newRecognition(d)}
	if err := k.run(ctx, claims); err != nil {
		return nil, err
	}
	if err := s.note(&x.draft, d.Digest, "draft"); err != nil {
		return nil, err
	}
	return k.out.sign(c.Key), nil
}

func (c *Curator) workers() int {
	if c.Workers > 0 {
		return c.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// A checker goes through a curator's claims.
type checker struct {
	curator *Curator
	draft   *Draft
	own     *OwnList
	canary  []byte
	out     *Recognition

	shown []hashlist.PDQ // hashes that must be near the curator's own
	seen  bool           // the canary
}

func (k *checker) run(ctx context.Context, claims io.Reader) error {
	d, self := k.draft, k.curator.Key.Curator()
	r := newReader(claims)
	header := make([]byte, len(claimsHeader(d.Digest, self)))
	if _, err := io.ReadFull(r, header); err != nil || string(header[:4]) != claimsMagic {
		return refuse(ErrFormat, "claims: the file ends early or does not begin as one")
	}
	if string(header) != string(claimsHeader(d.Digest, self)) {
		return refuse(ErrDraft, "the claims are for another draft or curator")
	}
	var err error
	last := int64(-1)
	entries := &entryReader{d: d}
	count := newCounter(int(d.Offer.Entries), k.curator.Progress)
	suite := proofSuite(d.Digest, self)
	// Batches are read here and checked by as many goroutines as there are workers.
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	room := make(chan struct{}, k.curator.workers())
	for ctx.Err() == nil {
		batch, proof, e := readBatch(r, last, d.Offer.Entries)
		if err = e; err != nil || batch == nil {
			break
		}
		last = int64(batch[len(batch)-1].Entry)
		b, e := k.tokens(batch, entries)
		if err = e; err != nil {
			break
		}
		room <- struct{}{}
		mu.Lock()
		stop := failed != nil
		mu.Unlock()
		if stop {
			<-room
			break
		}
		wg.Go(func() {
			defer func() { <-room }()
			hashes, values, e := b.elements(ctx, d.Offer.Manifest.Salt, 1)
			if e == nil && suite.VerifyProof(d.Layer.Key, hashes, values, proof) != nil {
				e = refuse(ErrProof, fmt.Sprintf("among entries %d to %d", b.claims[0].Entry, b.claims[len(b.claims)-1].Entry))
			}
			count.add(len(b.claims))
			if e != nil {
				mu.Lock()
				failed = e
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if err == nil {
		err = failed
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	if d.Canary >= 0 && !k.seen {
		return refuse(ErrCanary, "the operator does not prove it")
	}
	if err := k.checkShown(); err != nil {
		return err
	}
	count.end()
	return nil
}

// tokens finds the token of each claim, by its kind, and compares its tag with the draft's.
func (k *checker) tokens(claims []Claim, entries *entryReader) (*batch, error) {
	b := new(batch)
	for _, claim := range claims {
		tag, value, err := entries.at(int(claim.Entry))
		if err != nil {
			return nil, err
		}
		token, err := k.token(&claim, tag)
		if err != nil {
			return nil, err
		}
		if k.draft.Layer.Tag(token) != tag {
			return nil, k.refuse(ErrClaim, &claim, "its place is that of another token")
		}
		if claim.Kind != Canary {
			k.out.set(claim.Entry)
		}
		b.add(claim, token, value)
	}
	return b, nil
}

func (k *checker) refuse(err error, c *Claim, why string) error {
	return refuse(err, fmt.Sprintf("entry %d: %s", c.Entry, why))
}

func (k *checker) token(c *Claim, tag blindset.Tag) ([]byte, error) {
	m := k.draft.Offer.Manifest
	distance, variants, _ := blindset.ParseRecognition(m.Recognition)
	if (int64(c.Entry) == k.draft.Canary) != (c.Kind == Canary) {
		return nil, k.refuse(ErrCanary, c, "the draft has another entry for it")
	}
	switch c.Kind {
	case Canary:
		if k.canary == nil || k.draft.Layer.Tag(k.canary) != tag {
			return nil, k.refuse(ErrCanary, c, "its place is that of another token")
		}
		k.seen = true
		return k.canary, nil
	case Own:
		token := k.own.find(tag)
		if token == nil {
			return nil, k.refuse(ErrClaim, c, "it is on no list of this curator")
		}
		return token, nil
	case Near:
		if distance == 0 {
			return nil, k.refuse(ErrClaim, c, "the manifest's rule is that of equal tokens")
		}
		k.shown = append(k.shown, c.Hash)
	case Variant:
		if !variants {
			return nil, k.refuse(ErrClaim, c, "the manifest's rule has no versions")
		}
		if err := k.checkVariant(c); err != nil {
			return nil, err
		}
	}
	return k.own.token(c.Hash), nil
}

// checkVariant checks that another curator vouches for the version; that its parent is recognised by the rule without versions.
func (k *checker) checkVariant(c *Claim) error {
	curators := k.draft.Offer.Manifest.Curators
	if int(c.Owner) >= len(curators) || curators[c.Owner] == k.curator.Key.Curator() {
		return k.refuse(ErrClaim, c, "no other curator of the set vouches for it")
	}
	owner := curators[c.Owner]
	if !ed25519.Verify(owner.Key[:], variantMessage(c.Hash, c.Parent), c.Signature[:]) {
		return k.refuse(ErrSignature, c, owner.Name+" does not vouch for it")
	}
	if k.own.find(k.draft.Layer.Tag(k.own.token(c.Parent))) == nil {
		k.shown = append(k.shown, c.Parent)
	}
	return nil
}

// checkShown looks for the hashes that were shown near the curator's own.
func (k *checker) checkShown() error {
	if len(k.shown) == 0 {
		return nil
	}
	distance, _, _ := blindset.ParseRecognition(k.draft.Offer.Manifest.Recognition)
	strangers, err := k.own.strangers(k.shown, distance)
	if err != nil {
		return err
	}
	if len(strangers) > 0 {
		return refuse(ErrClaim, fmt.Sprintf("%d of %d hashes that were shown are near none of this curator's", len(strangers), len(k.shown)))
	}
	return nil
}

// Endorse is the second round. It checks that enough curators recognise every entry of the draft that this one signed, computes every shard anew and compares it with the
// manifest, and signs the set.
func (c *Curator) Endorse(ctx context.Context, draft string, recognitions [][]byte, manifest []byte) ([]byte, error) {
	m, err := blindset.ParseManifest(manifest)
	if err != nil {
		return nil, refuse(ErrFormat, err.Error())
	}
	d, err := OpenDraft(ctx, draft)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	s, x, err := c.session(d)
	if err != nil {
		return nil, err
	}
	if x.draft != d.Digest {
		return nil, refuse(ErrDraft, "this curator has not recognised anything in it")
	}
	if err := d.CheckCoverage(recognitions); err != nil {
		return nil, err
	}
	if err := d.CheckManifest(m); err != nil {
		return nil, err
	}
	layer := &m.Layers[len(m.Layers)-1]
	err = d.Rebuild(ctx, c.workers(), c.Progress, func(i int, t *builder.Table) error {
		if t.Shard != layer.Shards[i] {
			return refuse(ErrTable, fmt.Sprintf("shard %d", i))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range s.sessions {
		if o := &s.sessions[i]; o.set != [32]byte{} && o.offer != x.offer && o.epoch >= x.epoch {
			return nil, refuse(ErrEpoch, fmt.Sprintf("epoch %d; this one is %d", o.epoch, x.epoch))
		}
	}
	if x.table == [32]byte{} {
		x.table = tableDigest(layer)
	}
	if err := s.note(&x.set, m.ID(), "set"); err != nil {
		return nil, err
	}
	return c.Key.Sign(string(blindset.EndorsementText(m.ID()))), nil
}

// CheckManifest checks everything of a manifest but its shards against the draft. Errors are ErrDraft and ErrSeed.
func (d *Draft) CheckManifest(m *blindset.Manifest) error {
	if string(Blank(m).AppendText(nil)) != string(d.Offer.Manifest.AppendText(nil)) {
		return refuse(ErrDraft, "the manifest is not the one that was offered")
	}
	l := &m.Layers[len(m.Layers)-1]
	if l.PositionSeed != d.Layer.PositionSeed || l.FillCommitment != d.Layer.FillCommitment {
		return refuse(ErrSeed, "the manifest has others")
	}
	if l.Draft != d.Digest {
		return refuse(ErrDraft, "the manifest names draft "+shorten(l.Draft)+", this is "+shorten(d.Digest))
	}
	return nil
}
