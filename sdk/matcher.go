package sdk

import (
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// A Matcher opens vouchers under one set. It holds the set's blinding keys and **must be kept on the operator's side**. It is safe for concurrent use.
type Matcher struct {
	manifest *blindset.Manifest
	shape    voucher.Params
	alphas   []*group.Scalar
}

// NewMatcher prepares for matching with the keys of the set's layers, in their order (blindset.Keyring.ForManifest). Errors are
// blindset.ErrNoKey for a key that is not its layer's, and token.ErrScheme.
func NewMatcher(m *blindset.Manifest, keys []blindset.LayerKey) (*Matcher, error) {
	if len(keys) != len(m.Layers) {
		return nil, blindset.ErrNoKey
	}
	shape, err := VoucherShape(m)
	if err != nil {
		return nil, err
	}
	a := &Matcher{manifest: m, shape: shape}
	for i := range keys {
		if !keys[i].L().Equal(m.Layers[i].Key) {
			return nil, blindset.ErrNoKey
		}
		a.alphas = append(a.alphas, keys[i].Alpha)
	}
	return a, nil
}

// String hides the keys.
func (m *Matcher) String() string { return "[matcher for set " + m.manifest.ID().String() + "]" }

// GoString hides the keys.
func (m *Matcher) GoString() string { return m.String() }

// Manifest is the set's manifest. It must not be changed.
func (m *Matcher) Manifest() *blindset.Manifest { return m.manifest }

// Match opens a voucher's outer layer. The binding must be that of the message it came with. The error is voucher.ErrClosed where the picture is
// not in the set, which is the ordinary case; the others of voucher.Params.Open, and those of threshold.ParseShare, say what is wrong with the voucher.
func (m *Matcher) Match(v *voucher.Voucher, b voucher.Binding) (*voucher.Opened, error) {
	o, err := m.shape.Open(v, b.Digest(), m.alphas)
	if err != nil {
		return nil, err
	}
	if _, err := threshold.ParseShare(o.Share, m.manifest.Synthetics); err != nil {
		return nil, err
	}
	return o, nil
}

// A Tally counts the matches of one account, in one period and under one generation of its secret, and finds out when
// payloads can be read. It is not safe for concurrent use.
type Tally struct {
	detector   *threshold.Detector
	synthetics int
	find       Find
	failed     error // of find, in the running Add
}

// Find returns a match that was added to a tally before; nil without an error if it is gone. The tally asks for a few of the latest when a match may be the one that opens
// the account.
type Find func(voucher.ID) (*voucher.Opened, error)

// MaxGenerations is how many generations of an account a server should count in one period (docs/threshold.md, section 7). An honest account has few; a client can
// invent any number, and each costs a tally. Matches of further ones are kept and not counted.
const MaxGenerations = 4

// NewTally is an empty tally for vouchers under the matcher's set.
func (m *Matcher) NewTally(find Find) (*Tally, error) {
	t := &Tally{synthetics: m.manifest.Synthetics, find: find}
	var err error
	t.detector, err = threshold.NewDetector(m.detection(t))
	return t, err
}

// RestoreTally is the tally with this state, as MarshalBinary gave it under the same set. Errors are threshold.ErrState and threshold.ErrStateParams.
func (m *Matcher) RestoreTally(state []byte, find Find) (*Tally, error) {
	t := &Tally{synthetics: m.manifest.Synthetics, find: find}
	var err error
	if t.detector, err = threshold.RestoreDetector(m.detection(t), state); err != nil {
		return nil, err
	}
	return t, nil
}

func (m *Matcher) detection(t *Tally) threshold.Config {
	return threshold.Config{Threshold: m.manifest.Threshold, Synthetic: m.manifest.Synthetics, Check: t.check}
}

// MarshalBinary is the tally's state: at most T+1+w points, 19 KB at T = 30 and w = 32, however many matches were added. That of an open account must be kept secret: it
// holds the payload key.
func (t *Tally) MarshalBinary() ([]byte, error) { return t.detector.MarshalBinary() }

func (t *Tally) check(key threshold.PayloadKey, ref threshold.Ref) bool {
	o, err := t.find(voucher.ID(ref[:]))
	if err != nil {
		t.failed = err
	}
	return o != nil && o.Check([32]byte(key.Bytes()))
}

// Add counts a match; of an open tally it says whether the match is a true one. The caller stores it first, so that find knows it. The error is one of package threshold for
// a share that no honest client sends, and the tally is unchanged then; or find's, and the tally means nothing any more: saved, it would leave
// an account closed that should be open.
func (t *Tally) Add(o *voucher.Opened) (threshold.Result, error) {
	share, err := threshold.ParseShare(o.Share, t.synthetics)
	if err != nil {
		return threshold.Result{}, err
	}
	var ref threshold.Ref
	copy(ref[:], o.ID[:])
	t.failed = nil
	result, err := t.detector.AddMatch(ref, share)
	if err == nil {
		err = t.failed
	}
	return result, err
}

// Payload opens a match's payload if the account is open. The error is ErrBelowThreshold if it is not, voucher.ErrPayloadKey for a match that is not one of
// the account's true ones, and voucher.ErrInvalid.
func (t *Tally) Payload(o *voucher.Opened) ([]byte, error) {
	key, open := t.detector.PayloadKey()
	if !open {
		return nil, ErrBelowThreshold
	}
	return o.Payload([32]byte(key.Bytes()))
}

// Open reports whether the account has reached the threshold.
func (t *Tally) Open() bool {
	_, open := t.detector.PayloadKey()
	return open
}
