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

// A Keyring holds an operator's layer keys, each under its layer's L, and the L of every key that it held and that was destroyed, so that none is ever
// used again. The zero value is empty.
type Keyring struct {
	keys  map[[32]byte]LayerKey
	spent map[[32]byte]bool
}

const keyringHeader = "veilhash-keyring v0"

// String hides the keys.
func (r Keyring) String() string { return "[redacted keyring]" }

// GoString hides the keys.
func (r Keyring) GoString() string { return r.String() }

// Len is the number of keys.
func (r *Keyring) Len() int { return len(r.keys) }

// Used reports whether the ring holds the key of a layer with this L, encoded, or held it before.
func (r *Keyring) Used(l [32]byte) bool {
	_, kept := r.keys[l]
	return kept || r.spent[l]
}

// Add puts a key in. It panics if the ring has the same key already, or had it: no alpha may ever serve two tables.
func (r *Keyring) Add(k LayerKey) {
	if r.keys == nil {
		r.keys = make(map[[32]byte]LayerKey)
	}
	id := [32]byte(k.L().Bytes())
	if r.Used(id) {
		panic("blindset: blinding key added twice")
	}
	r.keys[id] = k
}

// Forget destroys the key of a layer, as far as this copy goes, and remembers its L. Nothing that was sealed under the layer can be matched any more. The
// error is ErrNoKey.
func (r *Keyring) Forget(l [32]byte) error {
	if _, kept := r.keys[l]; !kept {
		return ErrNoKey
	}
	delete(r.keys, l)
	if r.spent == nil {
		r.spent = make(map[[32]byte]bool)
	}
	r.spent[l] = true
	return nil
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
	dst = append(dst, keyringHeader+"\n"...)
	for _, id := range sortedIDs(r.keys) {
		k := r.keys[id]
		dst = append(dst, "layer "...)
		dst = append(hexa.Append(dst, id[:]), ' ')
		dst = append(hexa.Append(dst, k.Alpha.Bytes()), ' ')
		dst = append(hexa.Append(dst, k.FillSeed[:]), '\n')
	}
	for _, id := range sortedIDs(r.spent) {
		dst = append(hexa.Append(append(dst, "spent "...), id[:]), '\n')
	}
	return dst
}

func sortedIDs[T any](m map[[32]byte]T) [][32]byte {
	ids := make([][32]byte, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

// ParseKeyring reads what AppendText writes. Errors are ErrKeyring with the line, and never quote the text.
func ParseKeyring(text []byte) (*Keyring, error) {
	p := lineParser{text: text, kind: ErrKeyring}
	p.header(keyringHeader)
	r := new(Keyring)
	var last [32]byte
	for p.err == nil && bytes.HasPrefix(p.text, []byte("layer ")) {
		id, k := p.layerKey()
		if p.err == nil && bytes.Compare(id[:], last[:]) <= 0 {
			p.fail("layer", "is out of order or there twice")
		}
		if p.err == nil {
			r.Add(k)
			last = id
		}
	}
	p.spent(r)
	if p.err != nil {
		return nil, p.err
	}
	return r, nil
}

// spent reads the keys that were destroyed, to the end of the text.
func (p *lineParser) spent(r *Keyring) {
	var id, last [32]byte
	for p.err == nil && len(p.text) > 0 {
		p.hex("spent", id[:])
		switch {
		case p.err != nil:
		case bytes.Compare(id[:], last[:]) <= 0 || r.Used(id):
			p.fail("spent", "is out of order or there twice")
		default:
			if r.spent == nil {
				r.spent = make(map[[32]byte]bool)
			}
			r.spent[id] = true
			last = id
		}
	}
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
