package blindset

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/veilhash/veilhash/sdk/internal/hexa"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// TableDigest names a layer's table: all that its manifest says of it (docs/protocol.md, section 5.2).
func (l *Layer) TableDigest() [32]byte {
	return sha256.Sum256(l.appendText(lp.Label("table", 600)))
}

// SeenKeys is a memory of the layers' keys that were accepted, each with its table. A client, a monitor and a builder keep one, and refuse
// a manifest that has a key of it for another table (docs/protocol.md, section 5.2). The zero value remembers nothing. It is public, and not safe for concurrent use.
type SeenKeys struct {
	tables map[[32]byte][32]byte
}

const (
	seenHeader  = "veilhash-keys-seen v0"
	maxSeenKeys = 1 << 16
)

// Len is the number of keys.
func (s *SeenKeys) Len() int { return len(s.tables) }

// Check refuses a manifest of which a key was seen with another table. The error is ErrKeyReused.
func (s *SeenKeys) Check(m *Manifest) error {
	for i := range m.Layers {
		l := &m.Layers[i]
		if table, seen := s.tables[[32]byte(l.Key.Bytes())]; seen && table != l.TableDigest() {
			return ErrKeyReused
		}
	}
	return nil
}

// Add checks a manifest and remembers its keys, all or none. Errors are ErrKeyReused, and ErrKeysFull.
func (s *SeenKeys) Add(m *Manifest) error {
	if err := s.Check(m); err != nil {
		return err
	}
	if s.tables == nil {
		s.tables = make(map[[32]byte][32]byte)
	}
	if len(s.tables)+len(m.Layers) > maxSeenKeys {
		return ErrKeysFull
	}
	for i := range m.Layers {
		s.tables[[32]byte(m.Layers[i].Key.Bytes())] = m.Layers[i].TableDigest()
	}
	return nil
}

// AppendText appends the memory in the form of docs/protocol.md, section 5.2.
func (s *SeenKeys) AppendText(dst []byte) []byte {
	keys := make([][32]byte, 0, len(s.tables))
	for k := range s.tables {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	dst = append(dst, seenHeader+"\n"...)
	for _, k := range keys {
		table := s.tables[k]
		dst = append(hexa.Append(append(dst, "key "...), k[:]), ' ')
		dst = append(hexa.Append(dst, table[:]), '\n')
	}
	return dst
}

// ParseSeenKeys reads what AppendText writes. The error is ErrKeysSeen with the line.
func ParseSeenKeys(text []byte) (*SeenKeys, error) {
	p := lineParser{text: text, kind: ErrKeysSeen}
	p.header(seenHeader)
	s := &SeenKeys{tables: make(map[[32]byte][32]byte)}
	var last [32]byte
	for p.err == nil && len(p.text) > 0 {
		v := p.value("key")
		var key, table [32]byte
		switch {
		case p.err != nil:
		case len(v) != 129 || v[64] != ' ' || !hexa.Decode(key[:], v[:64]) || !hexa.Decode(table[:], v[65:]):
			p.fail("key", "is not two strings of 64 lower-case hexadecimal digits")
		case bytes.Compare(key[:], last[:]) <= 0:
			p.fail("key", "is out of order or there twice")
		case len(s.tables) == maxSeenKeys:
			p.fail("key", "is one too many")
		default:
			s.tables[key] = table
			last = key
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	return s, nil
}
