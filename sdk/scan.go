package sdk

import (
	"errors"
	"slices"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// Reasons for which a picture is not looked up. They are the user's to know and never reach the server: the voucher of such a picture is one of
// dummies and looks like any other.
var (
	// ErrQuality: the picture shows too little to be recognised: it is blank, or nearly.
	ErrQuality = errors.New("sdk: the picture shows too little to be recognised")

	// ErrIncomplete: not all of the picture's rows came.
	ErrIncomplete = errors.New("sdk: the picture's rows did not all come")
)

// A Scan is one picture on its way to a voucher. Rows are written, once or as often as EndPass asks; then the blocks of the set that Lookups
// names are provided; then Seal ends it. Nothing that goes wrong with the picture or the set keeps Seal from making a voucher: if
// some pictures had none, whoever plants a bad cell would learn who has them.
type Scan struct {
	scanner *Scanner
	sampler imagehash.Sampler
	failure error // why the picture is not looked up
	hashed  bool

	features []imagehash.ViewFeatures
	probes   []probe
	cells    map[blindset.CellRef][]byte // encoded, from verified blocks
	alarms   []Alarm
}

// A probe is a token and its places in each layer.
type probe struct {
	token.Probe
	places []blindset.Place
}

// An Alarm is a sign that the set, or what it was read from, is damaged or was tampered with.
type Alarm struct {
	Ref blindset.Ref
	Err error
}

// Begin starts on a picture of width×height pixels. It does not fail: a size that cannot be hashed leads to a voucher of dummies.
func (s *Scanner) Begin(width, height int) *Scan {
	p := &Scan{scanner: s, cells: make(map[blindset.CellRef][]byte)}
	p.sampler, p.failure = s.hasher.Begin(width, height, s.scheme.Views())
	return p
}

// WriteRows takes the next rows of the picture, from the top: whole rows of 8-bit R, G, B, A, not premultiplied. An error tells that
// the caller feeds them wrongly; the picture will not be looked up.
func (p *Scan) WriteRows(rgba []byte) error {
	if p.failure != nil {
		return p.failure
	}
	p.failure = p.sampler.WriteRows(rgba)
	return p.failure
}

// EndPass follows the last row. It reports whether all rows are needed once more.
func (p *Scan) EndPass() (again bool, err error) {
	if p.failure != nil {
		return false, p.failure
	}
	if again, p.failure = p.sampler.EndPass(); again || p.failure != nil {
		return again, p.failure
	}
	p.features, p.failure = p.sampler.Features()
	if p.failure != nil {
		return false, p.failure
	}
	p.hashed = true
	p.probe()
	return false, nil
}

// probe derives the picture's probes and where to look for them.
func (p *Scan) probe() {
	s := p.scanner
	for _, t := range s.scheme.Probes(p.features, s.manifest.Quality) {
		if s.isCanary(t.Token) {
			continue // a dummy takes its place
		}
		q := probe{Probe: t, places: make([]blindset.Place, len(s.manifest.Layers))}
		for k := range s.manifest.Layers {
			q.places[k] = s.manifest.Layers[k].Locate(t.Token)
		}
		p.probes = append(p.probes, q)
	}
	if len(p.probes) == 0 {
		p.failure = ErrQuality
	}
}

// Fail says that the picture could not be read, and why. Its voucher will be one of dummies.
func (p *Scan) Fail(err error) {
	p.failure = err
	p.probes = nil
}

// Lookups are the blocks of the set that the picture's probes need, each once. Before the last pass has ended, and for a picture that is
// not looked up, there are none.
func (p *Scan) Lookups() []blindset.Ref {
	var refs []blindset.Ref
	seen := make(map[blindset.Ref]bool)
	for _, q := range p.probes {
		for k, place := range q.places {
			for _, cell := range q.cells(k, place) {
				if ref := cell.Block(); !seen[ref] {
					seen[ref] = true
					refs = append(refs, ref)
				}
			}
		}
	}
	return refs
}

func (q *probe) cells(layer int, place blindset.Place) (refs [3]blindset.CellRef) {
	for i, c := range place.Cells {
		refs[i] = blindset.CellRef{Layer: layer, Shard: place.Shard, Cell: c}
	}
	return refs
}

// Provide hands in a block of the set. One that does not verify is recorded as an alarm, and its probes become dummies; the error is
// for the caller's log, and to fetch the shard again.
func (p *Scan) Provide(ref blindset.Ref, block []byte) error {
	if err := p.scanner.CheckBlock(ref, block); err != nil {
		p.alarms = append(p.alarms, Alarm{ref, err})
		return err
	}
	for _, q := range p.probes {
		for _, cell := range q.cells(ref.Layer, q.places[ref.Layer]) {
			if cell.Block() == ref {
				p.cells[cell] = append([]byte(nil), cell.In(block)...)
			}
		}
	}
	return nil
}

// Unreadable says that a block could not be read. Its probes become dummies.
func (p *Scan) Unreadable(ref blindset.Ref, err error) {
	p.alarms = append(p.alarms, Alarm{ref, err})
}

// A Source is where a set's files can be read from, as package blindset/setdir does from a directory. It need not check what it hands out.
type Source interface {
	// Leaves are the block digests that a shard's file begins with.
	Leaves(layer, shard int) ([]byte, error)

	// Block is one block of cells.
	Block(ref blindset.Ref) ([]byte, error)
}

// ProvideFrom provides all blocks that the picture's probes need. What cannot be read or does not verify becomes an alarm.
func (p *Scan) ProvideFrom(src Source) {
	for _, ref := range p.Lookups() {
		if !p.scanner.HasLeaves(ref.Layer, ref.Shard) {
			leaves, err := src.Leaves(ref.Layer, ref.Shard)
			if err == nil {
				err = p.scanner.Leaves(ref.Layer, ref.Shard, leaves)
			}
			if err != nil {
				p.Unreadable(ref, err)
				continue
			}
		}
		block, err := src.Block(ref)
		if err != nil {
			p.Unreadable(ref, err)
			continue
		}
		p.Provide(ref, block) // the error is among the alarms
	}
}

// Features are the hashes of the picture's views; none if it could not be hashed.
func (p *Scan) Features() []imagehash.ViewFeatures { return p.features }

// Grey is a small grey picture of n×n, to show or to send as a payload. It exists once the picture is hashed.
func (p *Scan) Grey(n int) ([]byte, error) {
	if !p.hashed {
		if p.failure != nil {
			return nil, p.failure
		}
		return nil, ErrIncomplete
	}
	return p.sampler.Grey(n)
}

// SealOptions is what a voucher is to be bound to and to carry.
type SealOptions struct {
	Binding voucher.Binding

	// Kind says what the payload is. Under a set with synthetics it must be the same for all pictures of an account, those without a payload included: it
	// lies open in every match, and synthetic vouchers are given the same.
	Kind    voucher.Kind
	Payload []byte // at most PayloadCapacity bytes
}

// Seal makes the voucher, under a set without synthetics. Errors are ErrNeedsUpload, under a set with them: use SealUpload, which serves for both; and ErrBindingLength, ErrKind and
// voucher.ErrContents, the caller's too; and trust.ErrStale once the proof that the scanner was made with is too old for the policy: make a scanner with a newer one, which takes
// over what Sent gives. None depends on the picture or on what was found in the set.
func (p *Scan) Seal(o SealOptions) (sealed []byte, report *Report, err error) {
	if p.scanner.manifest.Synthetics > 0 {
		return nil, nil, ErrNeedsUpload
	}
	sealed, _, report, err = p.sealOwn(o)
	return sealed, report, err
}

// sealOwn makes the picture's own voucher and returns its share beside it.
func (p *Scan) sealOwn(o SealOptions) (sealed []byte, share threshold.Share, report *Report, err error) {
	if !o.Binding.Valid() {
		return nil, share, nil, ErrBindingLength
	}
	if !p.scanner.manifest.Kinds.Allows(int(o.Kind)) {
		return nil, share, nil, ErrKind
	}
	s := p.scanner
	if err := s.fresh(); err != nil {
		return nil, share, nil, err
	}
	if p.failure == nil && !p.hashed {
		p.Fail(ErrIncomplete)
	}
	now, err := s.current()
	if err != nil {
		return nil, share, nil, err
	}
	share = now.dealer.Share(p.canonicalToken())
	c := voucher.Contents{
		Generation: now.dealer.Generation(),
		Period:     now.number,
		Share:      share.Bytes(),
		PayloadKey: [32]byte(now.dealer.PayloadKey().Bytes()),
		Kind:       o.Kind,
		Payload:    o.Payload,
	}
	probes, report := p.resolve()
	sealed, err = s.shape.Seal(s.entropy, probes, o.Binding.Digest(), c)
	return sealed, share, report, err
}

// canonicalToken decides the point at which the account's polynomials are shared: the token of the picture as the first view has
// it, or a random one for a picture that is not looked up and whose share no one will see.
func (p *Scan) canonicalToken() []byte {
	if p.failure == nil {
		return p.scanner.scheme.Token(p.features[0].Hash)
	}
	random := make([]byte, 32)
	p.scanner.entropy.Read(random)
	return random
}

// resolve looks the probes up in what was provided.
func (p *Scan) resolve() ([]voucher.Probe, *Report) {
	r := &Report{Size: p.scanner.shape.Size(), Reason: p.failure, Views: p.features}
	if p.failure != nil {
		return nil, r
	}
	var out []voucher.Probe
	for _, q := range p.probes {
		v := voucher.Probe{
			Element: blindset.TokenElement(p.scanner.manifest.Salt, q.Token),
			Lookups: make([]*group.Element, len(q.places)),
		}
		real := false
		for k, place := range q.places {
			v.Lookups[k] = p.lookup(&q, k, place)
			real = real || v.Lookups[k] != nil
		}
		out = append(out, v)
		r.Probes = append(r.Probes, ProbeReport{Probe: q.Probe, Dummy: !real})
	}
	r.Alarms = p.alarms
	return out, r
}

// lookup adds up a probe's cells, or returns nil and raises an alarm.
func (p *Scan) lookup(q *probe, layer int, place blindset.Place) *group.Element {
	var cells [3][]byte
	for i, ref := range q.cells(layer, place) {
		b, ok := p.cells[ref]
		if !ok {
			p.unread(ref.Block())
			return nil
		}
		cells[i] = b
	}
	e, err := blindset.Lookup(cells)
	if err != nil {
		p.alarms = append(p.alarms, Alarm{blindset.CellRef{Layer: layer, Shard: place.Shard, Cell: place.Cells[0]}.Block(), err})
		return nil
	}
	return e
}

// unread raises an alarm for a block that was never provided, unless there is one for it already.
func (p *Scan) unread(ref blindset.Ref) {
	if !slices.ContainsFunc(p.alarms, func(a Alarm) bool { return a.Ref == ref }) {
		p.alarms = append(p.alarms, Alarm{ref, ErrUnread})
	}
}

// A Report tells the user's side what was done with a picture. It is not for the server.
type Report struct {
	Size   int                      // of the voucher, in bytes
	Reason error                    // why the picture was not looked up; nil if it was
	Views  []imagehash.ViewFeatures // none if it could not be hashed
	Probes []ProbeReport            // the rest, up to the set's count, is dummies
	Alarms []Alarm
}

// A ProbeReport is one probe and whether it went out as a dummy because the set could not be read.
type ProbeReport struct {
	token.Probe
	Dummy bool
}
