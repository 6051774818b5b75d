package endorse

import (
	"crypto/sha256"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// This file is the drawing of the seeds: everyone commits to a share of them, then everyone reveals it (docs/protocol.md, section 9.3).

// A Seed is one party's share of the joint seeds. It must be kept secret until everyone has committed, and from clients for ever.
type Seed [32]byte

// String hides the seed.
func (Seed) String() string { return "[redacted seed]" }

// GoString hides the seed.
func (s Seed) GoString() string { return s.String() }

// operatorName stands for the operator among the contributors; no curator can have it.
const operatorName = ""

// commitSeed is a party's commitment to its seed. The name keeps one party from passing another's commitment off as its own.
func commitSeed(name string, s Seed) [32]byte {
	b := lp.AppendString(lp.Label("seed-commitment", 100), name)
	return sha256.Sum256(lp.Append(b, s[:]))
}

const (
	commitmentHeader = "veilhash-seed-commitment v0"
	rollHeader       = "veilhash-roll v0"
	revealHeader     = "veilhash-seed-reveal v0"
)

func commitmentText(offer, commitment [32]byte) string {
	return commitmentHeader + "\noffer " + hexa.String(offer[:]) + "\ncommitment " + hexa.String(commitment[:]) + "\n"
}

// parseCommitment reads a curator's commitment, which must be for the offer.
func parseCommitment(text string, offer [32]byte) (commitment [32]byte, err error) {
	f := fields{what: "commitment", rest: text}
	var named [32]byte
	f.header(commitmentHeader)
	f.hex("offer", named[:])
	f.hex("commitment", commitment[:])
	if err := f.end(text, commitmentText(named, commitment)); err != nil {
		return commitment, err
	}
	if named != offer {
		return commitment, refuse(ErrDraft, "the commitment is for another offer, "+shorten(named))
	}
	return commitment, nil
}

// A Roll is the list of all commitments. A curator reveals its seed when it sees that all others are bound to theirs.
type Roll struct {
	Offer       [32]byte
	Commitments [][]byte // the curators' notes, in the manifest's order
	committed   [][32]byte
}

// NewRoll puts curators' commitments together. Errors are ErrFormat, ErrSignature, ErrDraft, and ErrStage if one is missing or there twice.
func NewRoll(o *Offer, notes [][]byte) (*Roll, error) {
	curators := o.Manifest.Curators
	r := &Roll{Offer: o.Digest(), Commitments: make([][]byte, len(curators)), committed: make([][32]byte, len(curators))}
	for _, note := range notes {
		text, i, err := openNote("commitment", note, curators)
		if err != nil {
			return nil, err
		}
		if r.Commitments[i] != nil {
			return nil, refuse(ErrStage, "two commitments of "+curators[i].Name)
		}
		if r.committed[i], err = parseCommitment(text, r.Offer); err != nil {
			return nil, err
		}
		r.Commitments[i] = note
	}
	for i, note := range r.Commitments {
		if note == nil {
			return nil, refuse(ErrStage, "no commitment of "+curators[i].Name)
		}
	}
	return r, nil
}

// AppendText appends the roll: a header, the offer's digest, and each note behind a line with its length.
func (r *Roll) AppendText(dst []byte) []byte {
	dst = append(dst, rollHeader+"\noffer "+hexa.String(r.Offer[:])+"\n"...)
	for _, note := range r.Commitments {
		dst = append(append(dst, hexa.String(be4(len(note)))...), '\n')
		dst = append(dst, note...)
	}
	return dst
}

func be4(n int) []byte { return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)} }

// Digest identifies the roll.
func (r *Roll) Digest() [32]byte { return digest(string(r.AppendText(nil))) }

// maxCommitment bounds a commitment's note, in bytes.
const maxCommitment = 1 << 10

// ParseRoll reads a roll and checks it against the offer, signatures included. Errors are those of NewRoll.
func ParseRoll(text []byte, o *Offer) (*Roll, error) {
	f := fields{what: "roll", rest: string(text)}
	var named [32]byte
	f.header(rollHeader)
	f.hex("offer", named[:])
	var notes [][]byte
	for range o.Manifest.Curators {
		var n [4]byte
		if !hexa.Decode(n[:], f.line()) {
			f.fail("a length is not eight hexadecimal digits")
			break
		}
		size := int(n[0])<<24 | int(n[1])<<16 | int(n[2])<<8 | int(n[3])
		if size > maxCommitment || size > len(f.rest) {
			f.fail("a length is too long")
			break
		}
		notes = append(notes, []byte(f.rest[:size]))
		f.rest = f.rest[size:]
	}
	if f.err != nil {
		return nil, f.err
	}
	if named != o.Digest() {
		return nil, refuse(ErrDraft, "the roll is for another offer, "+shorten(named))
	}
	r, err := NewRoll(o, notes)
	if err != nil {
		return nil, err
	}
	return r, f.end(string(text), string(r.AppendText(nil)))
}

func revealText(roll [32]byte, s Seed) string {
	return revealHeader + "\nroll " + hexa.String(roll[:]) + "\nseed " + hexa.String(s[:]) + "\n"
}

// openReveals reads the curators' reveals, puts them in the manifest's order and checks each against its commitment.
func openReveals(o *Offer, r *Roll, notes [][]byte) ([]Seed, error) {
	curators := o.Manifest.Curators
	seeds, seen := make([]Seed, len(curators)), make([]bool, len(curators))
	for _, note := range notes {
		text, i, err := openNote("reveal", note, curators)
		if err != nil {
			return nil, err
		}
		f := fields{what: "reveal", rest: text}
		var named [32]byte
		f.header(revealHeader)
		f.hex("roll", named[:])
		f.hex("seed", seeds[i][:])
		if err := f.end(text, revealText(named, seeds[i])); err != nil {
			return nil, err
		}
		if named != r.Digest() {
			return nil, refuse(ErrDraft, curators[i].Name+" reveals for another roll, "+shorten(named))
		}
		if seen[i] {
			return nil, refuse(ErrStage, "two reveals of "+curators[i].Name)
		}
		seen[i] = true
	}
	for i := range seen {
		if !seen[i] {
			return nil, refuse(ErrStage, "no reveal of "+curators[i].Name+"; without it the exchange is over, and a new one needs a new key")
		}
	}
	return seeds, nil
}

// checkSeeds checks every share against its commitment: the operator's first, then the curators'.
func checkSeeds(o *Offer, r *Roll, seeds []Seed) error {
	if commitSeed(operatorName, seeds[0]) != o.SeedCommitment {
		return refuse(ErrSeed, "the operator's")
	}
	for i, c := range o.Manifest.Curators {
		if commitSeed(c.Name, seeds[1+i]) != r.committed[i] {
			return refuse(ErrSeed, "that of "+c.Name)
		}
	}
	return nil
}

// jointSeeds are the layer's seeds, as hashes of everyone's shares.
func jointSeeds(r *Roll, seeds []Seed) (position, fill [32]byte) {
	joint := func(label string) [32]byte {
		roll := r.Digest()
		b := lp.Append(lp.Label(label, 100+34*len(seeds)), roll[:])
		for _, s := range seeds {
			b = lp.Append(b, s[:])
		}
		return sha256.Sum256(b)
	}
	return joint("joint-position-seed"), joint("joint-fill-seed")
}

// seeded is the layer on offer with its seeds.
func seeded(o *Offer, r *Roll, seeds []Seed) (layer blindset.Layer, fillSeed [32]byte) {
	layer = *o.Layer()
	layer.PositionSeed, fillSeed = jointSeeds(r, seeds)
	layer.FillCommitment = blindset.FillCommitment(fillSeed)
	return layer, fillSeed
}
