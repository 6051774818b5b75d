package blindset

import (
	"bytes"
	"slices"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// A LayerKey is what the operator alone knows of a layer. **It must be kept secret**, and destroyed once the
// last voucher under its table has expired.
type LayerKey struct {
	Alpha    *group.Scalar // the blinding key
	FillSeed [32]byte      // dummies and free cells come from it
}

// L is the layer's published key, alpha·B.
func (k *LayerKey) L() *group.Element { return group.NewElement().ScalarBaseMult(k.Alpha) }

// String hides the key.
func (k LayerKey) String() string { return "[redacted layer key]" }

// GoString hides the key.
func (k LayerKey) GoString() string { return k.String() }

// A Keyring holds an operator's layer keys, each under its layer's L. The zero value is empty.
type Keyring struct {
	keys map[[32]byte]LayerKey
}

const keyringHeader = "veilhash-keyring v0"

// String hides the keys.
func (r Keyring) String() string { return "[redacted keyring]" }

// GoString hides the keys.
func (r Keyring) GoString() string { return r.String() }

// Len is the number of keys.
func (r *Keyring) Len() int { return len(r.keys) }

// Add puts a key in. It panics if the ring has the same key already: no alpha may ever serve two tables.
func (r *Keyring) Add(k LayerKey) {
	if r.keys == nil {
		r.keys = make(map[[32]byte]LayerKey)
	}
	id := [32]byte(k.L().Bytes())
	if _, dup := r.keys[id]; dup {
		panic("blindset: blinding key added twice")
	}
	r.keys[id] = k
}

// ForManifest finds the keys of a set's layers, in their order. The error is ErrNoKey.
func (r *Keyring) ForManifest(m *Manifest) ([]LayerKey, error) {
	keys := make([]LayerKey, len(m.Layers))
	for i := range m.Layers {
		k, ok := r.keys[[32]byte(m.Layers[i].Key.Bytes())]
		if !ok {
			return nil, ErrNoKey
		}
		keys[i] = k
	}
	return keys, nil
}

// AppendText appends the ring in the form of docs/protocol.md, section 7. **The result must be kept secret.**
func (r *Keyring) AppendText(dst []byte) []byte {
	ids := make([][32]byte, 0, len(r.keys))
	for id := range r.keys {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	dst = append(dst, keyringHeader+"\n"...)
	for _, id := range ids {
		k := r.keys[id]
		dst = append(dst, "layer "...)
		dst = append(hexa.Append(dst, id[:]), ' ')
		dst = append(hexa.Append(dst, k.Alpha.Bytes()), ' ')
		dst = append(hexa.Append(dst, k.FillSeed[:]), '\n')
	}
	return dst
}

// ParseKeyring reads what AppendText writes. Errors are ErrKeyring with the line, and never quote the text.
func ParseKeyring(text []byte) (*Keyring, error) {
	p := lineParser{text: text, kind: ErrKeyring}
	p.header(keyringHeader)
	r := new(Keyring)
	var last [32]byte
	for p.err == nil && len(p.text) > 0 {
		id, k := p.layerKey()
		if p.err == nil && bytes.Compare(id[:], last[:]) <= 0 {
			p.fail("layer", "is out of order or there twice")
		}
		if p.err == nil {
			r.Add(k)
			last = id
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	return r, nil
}

func (p *lineParser) layerKey() (id [32]byte, k LayerKey) {
	v := p.value("layer")
	if p.err != nil {
		return id, k
	}
	var alpha [32]byte
	if len(v) != 3*64+2 || v[64] != ' ' || v[129] != ' ' ||
		!hexa.Decode(id[:], v[:64]) || !hexa.Decode(alpha[:], v[65:129]) || !hexa.Decode(k.FillSeed[:], v[130:]) {
		p.fail("layer", "is not three strings of 64 lower-case hexadecimal digits")
		return id, k
	}
	k.Alpha = group.NewScalar()
	if err := k.Alpha.SetCanonicalBytes(alpha[:]); err != nil || k.Alpha.IsZero() {
		p.fail("layer", "has a blinding key that is no non-zero scalar")
	} else if id != [32]byte(k.L().Bytes()) {
		p.fail("layer", "has a blinding key that does not belong to its L")
	}
	return id, k
}
