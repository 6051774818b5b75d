package absence

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// A Statement is what a proof is about.
type Statement struct {
	Set          blindset.SetID
	File         [32]byte // SHA-256 of the file
	Size         int64    // of the file, in bytes
	ProbesDigest [32]byte // docs/protocol.md, section 8
	Probes       int      // distinct ones, of all parts
	Layers       int
	Coverage     []Part // the set's own first
}

// A proof is a statement with the values for each layer.
type proof struct {
	Statement
	layers []layerProof
}

// A layerProof is one Z for each probe, encoded, and that they all belong to the layer's key.
type layerProof struct {
	values []byte // 32 bytes each
	dleq   group.Proof
}

const (
	magic      = "VHA\x00" // and the version
	fixedSize  = 4 + 4 + 32 + 32 + 8 + 32 + 2 + 1 + 1
	maxFile    = 1 << 40 // bytes; a bound for the parser, far above what is decoded
	maxLayers  = 16
	maxTrailer = maxLayers * (MaxProbes*group.ElementSize + group.ProofSize)

	// MaxSize is the length of the longest proof, in bytes.
	MaxSize = fixedSize + MaxParts*2*(2+maxName) + maxTrailer
)

// appendStatement appends all before the values.
func (s *Statement) appendStatement(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, magic...)
	dst = append(dst, 0, 0, 0, 0)
	dst = append(dst, s.Set[:]...)
	dst = append(dst, s.File[:]...)
	dst = binary.BigEndian.AppendUint64(dst, uint64(s.Size))
	dst = append(dst, s.ProbesDigest[:]...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(s.Probes))
	dst = append(dst, byte(s.Layers), byte(len(s.Coverage)))
	for _, p := range s.Coverage {
		dst = lp.AppendString(lp.AppendString(dst, p.Hasher), p.Scheme)
	}
	size := len(dst) - start + s.Layers*s.layerSize()
	binary.BigEndian.PutUint32(dst[start+4:], uint32(size))
	return dst
}

// layerSize is the length of a layer's part.
func (s *Statement) layerSize() int { return s.Probes*group.ElementSize + group.ProofSize }

// appendProof appends the whole proof.
func (p *proof) appendProof(dst []byte) []byte {
	dst = p.appendStatement(dst)
	for i := range p.layers {
		dst = append(dst, p.layers[i].values...)
		dst = append(dst, p.layers[i].dleq.Bytes()...)
	}
	return dst
}

// suite is the context of a layer's proof: it names the whole statement, so that no part of a proof serves in another.
func (s *Statement) suite(layer int) *group.Suite {
	digest := sha256.Sum256(s.appendStatement(nil))
	context := lp.Append(lp.Label("absence", 35), digest[:])
	return group.NewSuite(append(context, byte(layer)))
}

// ParseStatement reads what a proof claims to be about, and checks nothing of it. The error is ErrFormat.
func ParseStatement(b []byte) (*Statement, error) {
	p, err := parse(b)
	if err != nil {
		return nil, err
	}
	return &p.Statement, nil
}

// parse reads a proof's form. Values are not decoded. The error is ErrFormat.
func parse(b []byte) (*proof, error) {
	if len(b) < fixedSize || len(b) > MaxSize || string(b[:4]) != magic || int(binary.BigEndian.Uint32(b[4:])) != len(b) {
		return nil, ErrFormat
	}
	var p proof
	rest := b[8:]
	take := func(n int) []byte {
		out := rest[:n]
		rest = rest[n:]
		return out
	}
	p.Set = blindset.SetID(take(32))
	p.File = [32]byte(take(32))
	size := binary.BigEndian.Uint64(take(8))
	p.ProbesDigest = [32]byte(take(32))
	p.Probes = int(binary.BigEndian.Uint16(take(2)))
	p.Layers = int(take(1)[0])
	parts := int(take(1)[0])
	if size > maxFile || p.Probes < 1 || p.Probes > MaxProbes || p.Layers < 1 || p.Layers > maxLayers || parts < 1 || parts > MaxParts {
		return nil, ErrFormat
	}
	p.Size = int64(size)
	for range parts {
		var part Part
		for _, field := range []*string{&part.Hasher, &part.Scheme} {
			if len(rest) < 2 {
				return nil, ErrFormat
			}
			n := int(binary.BigEndian.Uint16(take(2)))
			if n < 1 || n > maxName || n > len(rest) {
				return nil, ErrFormat
			}
			*field = string(take(n))
			if !printable(*field) {
				return nil, ErrFormat
			}
		}
		p.Coverage = append(p.Coverage, part)
	}
	if len(rest) != p.Layers*p.layerSize() {
		return nil, ErrFormat
	}
	p.layers = make([]layerProof, p.Layers)
	for i := range p.layers {
		p.layers[i].values = take(p.Probes * group.ElementSize)
		if err := p.layers[i].dleq.SetCanonicalBytes(take(group.ProofSize)); err != nil {
			return nil, ErrFormat
		}
	}
	return &p, nil
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
