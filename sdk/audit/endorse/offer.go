package endorse

import (
	"strconv"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// An Offer is what the operator commits to before anyone knows where a token will lie: the entries, the key and everything of the manifest that does not
// follow from seeds and tables (docs/protocol.md, section 9.2).
type Offer struct {
	Entries        uint64
	Values         [32]byte           // digest of the entries' values, sorted
	SeedCommitment [32]byte           // the operator's
	Manifest       *blindset.Manifest // blank in its last layer, the one on offer
}

const offerHeader = "veilhash-offer v0"

// blankDraft stands in a blank layer for the digest of a draft.
var blankDraft = func() (d [32]byte) {
	for i := range d {
		d[i] = 0xff
	}
	return d
}()

// Blank is the manifest without what the exchange determines in its last layer: seeds, draft and shards.
func Blank(m *blindset.Manifest) *blindset.Manifest {
	blank := *m
	blank.Layers = append([]blindset.Layer(nil), m.Layers...)
	l := &blank.Layers[len(blank.Layers)-1]
	l.PositionSeed, l.FillCommitment, l.Draft = [32]byte{}, [32]byte{}, blankDraft
	l.Shards = make([]blindset.Shard, l.Layout.Shards)
	return &blank
}

// Layer is the layer on offer.
func (o *Offer) Layer() *blindset.Layer { return &o.Manifest.Layers[len(o.Manifest.Layers)-1] }

// AppendText appends the offer's text.
func (o *Offer) AppendText(dst []byte) []byte {
	dst = append(dst, offerHeader+"\nentries "+strconv.FormatUint(o.Entries, 10)+"\nvalues "...)
	dst = append(hexa.Append(dst, o.Values[:]), "\nseed-commitment "...)
	dst = append(hexa.Append(dst, o.SeedCommitment[:]), '\n')
	return o.Manifest.AppendText(dst)
}

// Digest identifies the offer.
func (o *Offer) Digest() [32]byte { return digest(string(o.AppendText(nil))) }

// ParseOffer reads an offer and checks what can be checked of it alone. Errors are ErrFormat, ErrCount and ErrCurators.
func ParseOffer(text []byte) (*Offer, error) {
	f := fields{what: "offer", rest: string(text)}
	o := new(Offer)
	f.header(offerHeader)
	o.Entries = f.number("entries")
	f.hex("values", o.Values[:])
	f.hex("seed-commitment", o.SeedCommitment[:])
	if f.err != nil {
		return nil, f.err
	}
	m, err := blindset.ParseManifest([]byte(f.rest))
	if err != nil {
		return nil, refuse(ErrFormat, "offer: "+err.Error())
	}
	o.Manifest = Blank(m)
	f.rest = ""
	if err := f.end(string(text), string(o.AppendText(nil))); err != nil {
		return nil, err
	}
	if !m.Endorsed() {
		return nil, refuse(ErrCurators, "the offer names none")
	}
	if l := o.Layer(); o.Entries == 0 || o.Entries > uint64(l.Capacity) || l.Capacity != blindset.CapacityFor(int(o.Entries)) {
		return nil, refuse(ErrCount, strconv.FormatUint(o.Entries, 10)+" entries have another capacity")
	}
	return o, nil
}
