package blindset

import (
	"crypto/sha256"
	"errors"
	"strconv"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// A Manifest is the one document that describes a set: how pictures become probes, how a voucher is shaped, and which
// files hold the table. Its canonical text is specified in docs/protocol.md, section 5.
type Manifest struct {
	Epoch       uint64
	ListHasher  string    // what made the list's hashes, as package imagehash names it: "pdq-cpp"
	Hasher      string    // what clients hash with: the same, or one that agrees with it better than its own kind
	Quality     int       // 0..100; pictures below are not looked up
	Scheme      string    // how hashes become tokens and pictures probes; package token reads it
	Salt        [32]byte  // of the hash to the group
	Payload     int       // bytes of a voucher's padded payload
	Threshold   int       // T: matches of an account from which payloads can be read
	Synthetics  int       // w: the most synthetic vouchers of an account and period
	PeriodDays  int       // how long an account's matches are counted together
	Require     int       // lists, and where there are curators, of these how many, that had to recognise an entry
	Recognition string    // by which rule: ParseRecognition reads it
	Kinds       Kinds     // payload kinds that vouchers may carry
	Canary      string    // the public test card whose token is an entry too: CanaryNone or CanaryCard1
	Curators    []Curator // by name; none in the development mode, where the operator alone answers for the set
	Base        Base      // of a set with deltas, the set that it adds to; zero for one of a single layer
	Layers      []Layer   // a base, then deltas
}

// A Layer is one table of a set.
type Layer struct {
	Key            *group.Element // L = alpha·B
	TableSalt      [32]byte
	PositionSeed   [32]byte
	FillCommitment [32]byte
	Draft          [32]byte // digest of the draft that the curators endorsed; zero where there are none
	Layout
	Shards []Shard // shadows Layout.Shards, their number
}

// A Shard names one shard's file and the attempt at which its positions peeled.
type Shard struct {
	Digest  [DigestSize]byte
	Attempt uint32
}

// Bounds on what a manifest may say; they keep a hostile one from claiming memory or time.
const (
	MaxManifestBytes = 1 << 20
	MaxLayers        = 16
	maxShards        = 1 << 13
	minPayload       = 64
	maxPayload       = 1 << 20
	maxThreshold     = 1 << 10
	maxSynthetics    = 64
	maxScheme        = 1 << 10
)

const manifestHeader = "veilhash-set v0"

// A SetID identifies a set: the SHA-256 of its manifest.
type SetID [sha256.Size]byte

// String is the identity in hexadecimal.
func (id SetID) String() string { return hexa.String(id[:]) }

// ID is the identity of the set that the manifest describes.
func (m *Manifest) ID() SetID { return sha256.Sum256(m.AppendText(nil)) }

// FileName is the name of the shard's file.
func (s Shard) FileName() string { return hexa.String(s.Digest[:]) + ".shard" }

// AppendText appends the manifest's canonical text to dst. It does not check the fields: ParseManifest does.
func (m *Manifest) AppendText(dst []byte) []byte {
	dst = append(dst, manifestHeader+"\n"...)
	dst = appendNumber(dst, "epoch", m.Epoch)
	dst = appendString(dst, "list-hasher", m.ListHasher)
	dst = appendString(dst, "hasher", m.Hasher)
	dst = appendInt(dst, "quality", m.Quality)
	dst = appendString(dst, "scheme", m.Scheme)
	dst = appendHex(dst, "salt", m.Salt[:])
	dst = appendInt(dst, "payload", m.Payload)
	dst = appendInt(dst, "threshold", m.Threshold)
	dst = appendInt(dst, "synthetics", m.Synthetics)
	dst = appendInt(dst, "period-days", m.PeriodDays)
	dst = appendInt(dst, "require", m.Require)
	dst = appendString(dst, "recognition", m.Recognition)
	dst = appendString(dst, "kinds", m.Kinds.String())
	canary := m.Canary
	if canary == "" {
		canary = CanaryNone
	}
	dst = appendString(dst, "canary", canary)
	dst = appendCurators(dst, m.Curators)
	dst = appendString(dst, "base", m.Base.text())
	dst = appendInt(dst, "layers", len(m.Layers))
	for i := range m.Layers {
		dst = appendInt(dst, "layer", i)
		dst = m.Layers[i].appendText(dst)
	}
	return dst
}

// appendText appends the layer's lines, without its number.
func (l *Layer) appendText(dst []byte) []byte {
	dst = appendHex(dst, "key", l.Key.Bytes())
	dst = appendHex(dst, "table-salt", l.TableSalt[:])
	dst = appendHex(dst, "position-seed", l.PositionSeed[:])
	dst = appendHex(dst, "fill-commitment", l.FillCommitment[:])
	if l.Draft == [32]byte{} {
		dst = appendString(dst, "draft", draftNone)
	} else {
		dst = appendHex(dst, "draft", l.Draft[:])
	}
	dst = appendInt(dst, "capacity", l.Capacity)
	dst = appendInt(dst, "shard-capacity", l.ShardCapacity)
	dst = appendInt(dst, "segments", l.Segments)
	dst = appendInt(dst, "segment-length", l.SegmentLength)
	dst = appendInt(dst, "shards", len(l.Shards))
	for _, s := range l.Shards {
		dst = append(dst, "shard "...)
		dst = hexa.Append(dst, s.Digest[:])
		dst = append(dst, ' ')
		dst = strconv.AppendUint(dst, uint64(s.Attempt), 10)
		dst = append(dst, '\n')
	}
	return dst
}

//go:noinline
func appendString(dst []byte, name, value string) []byte {
	dst = append(append(dst, name...), ' ')
	return append(append(dst, value...), '\n')
}

//go:noinline
func appendNumber(dst []byte, name string, value uint64) []byte {
	return appendString(dst, name, strconv.FormatUint(value, 10))
}

//go:noinline
func appendInt(dst []byte, name string, value int) []byte {
	return appendNumber(dst, name, uint64(value))
}

//go:noinline
func appendHex(dst []byte, name string, value []byte) []byte {
	return appendString(dst, name, hexa.String(value))
}

// ParseManifest reads a manifest and refuses, with ErrManifest and the line, whatever AppendText would not have written
// byte for byte or the bounds of docs/protocol.md, section 5 do not allow.
func ParseManifest(text []byte) (*Manifest, error) {
	if len(text) > MaxManifestBytes {
		return nil, manifestError("longer than 1 MiB")
	}
	p := lineParser{text: text}
	var m Manifest
	p.header(manifestHeader)
	m.Epoch = p.number("epoch", 1, 1<<53)
	m.ListHasher = p.value("list-hasher")
	m.Hasher = p.value("hasher")
	m.Quality = p.int("quality", 0, 100)
	m.Scheme = p.value("scheme")
	if len(m.Scheme) > maxScheme {
		p.fail("scheme", "is longer than 1024 bytes")
	}
	p.hex("salt", m.Salt[:])
	m.Payload = p.int("payload", minPayload, maxPayload)
	m.Threshold = p.int("threshold", 1, maxThreshold)
	m.Synthetics = p.int("synthetics", 0, maxSynthetics)
	m.PeriodDays = p.int("period-days", 1, 3660)
	m.Require = p.int("require", 1, 64)
	m.Recognition = p.value("recognition")
	if p.err == nil && !knownRule(m.Recognition) {
		p.fail("recognition", "is neither equal-token nor pdq-distance-0 to pdq-distance-31, with or without +variants")
	}
	if kinds, err := ParseKinds(p.value("kinds")); err != nil {
		p.fail("kinds", "is none of none, derivative, media-key and derivative,media-key")
	} else {
		m.Kinds = kinds
	}
	if m.Canary = p.value("canary"); p.err == nil && m.Canary != CanaryNone && m.Canary != CanaryCard1 {
		p.fail("canary", "is neither none nor a test card that this version knows")
	}
	m.Curators = p.curators()
	if p.err == nil && m.Endorsed() && m.Require > len(m.Curators) {
		p.fail("curators", "are fewer than must recognise an entry")
	}
	m.Base = p.base()
	layers := p.int("layers", 1, MaxLayers)
	for i := 0; i < layers && p.err == nil; i++ {
		p.int("layer", i, i)
		m.Layers = append(m.Layers, p.layer(m.Endorsed()))
	}
	if p.err == nil && len(p.text) > 0 {
		p.fail("", "text after the end")
	}
	p.checkLayers(&m)
	if p.err != nil {
		return nil, p.err
	}
	return &m, nil
}

func (p *lineParser) layer(endorsed bool) (l Layer) {
	var key [32]byte
	p.hex("key", key[:])
	l.Key = group.NewElement()
	if p.err == nil {
		switch err := l.Key.SetCanonicalBytes(key[:]); {
		case errors.Is(err, group.ErrIdentity):
			p.fail("key", "is the identity element: every lookup would match")
		case err != nil:
			p.fail("key", "is not the encoding of a group element")
		}
	}
	p.hex("table-salt", l.TableSalt[:])
	p.hex("position-seed", l.PositionSeed[:])
	p.hex("fill-commitment", l.FillCommitment[:])
	p.draft(&l, endorsed)
	l.Capacity = p.int("capacity", minCapacity, maxCapacity)
	if p.err == nil && l.Capacity != CapacityFor(l.Capacity) {
		p.fail("capacity", "is not of the published form")
	}
	l.ShardCapacity = p.int("shard-capacity", minCapacity, fuseTable[len(fuseTable)-1].capacity-1)
	l.Segments = p.int("segments", 1, maxCapacity)
	l.SegmentLength = p.int("segment-length", 1, maxCapacity)
	l.Layout.Shards = p.int("shards", 1, maxShards)
	if p.err != nil {
		return l
	}
	if count, length := segments(l.ShardCapacity); count != l.Segments || length != l.SegmentLength {
		p.fail("segment-length", "or segments does not follow from the shard capacity")
	} else if l.ShardCapacity*l.Layout.Shards < l.Capacity || l.Layout.Shards == 1 && l.ShardCapacity != l.Capacity {
		p.fail("shards", "do not add up to the capacity")
	}
	for i := 0; i < l.Layout.Shards && p.err == nil; i++ {
		l.Shards = append(l.Shards, p.shard())
	}
	return l
}

func (p *lineParser) shard() (s Shard) {
	v := p.value("shard")
	if p.err != nil {
		return s
	}
	if len(v) < 2*DigestSize+2 || v[2*DigestSize] != ' ' || !hexa.Decode(s.Digest[:], v[:2*DigestSize]) {
		p.fail("shard", "is not a digest and an attempt")
		return s
	}
	n, ok := parseNumber(v[2*DigestSize+1:])
	if !ok || n >= MaxAttempts {
		p.fail("shard", "has an attempt that is not a number below 64")
	}
	s.Attempt = uint32(n)
	return s
}

// draftNone stands for the draft of a layer that has no curators.
const draftNone = "none"

// draft reads the digest of what the curators endorsed, which must be there if and only if there are curators.
func (p *lineParser) draft(l *Layer, endorsed bool) {
	v := p.value("draft")
	switch {
	case p.err != nil:
	case !endorsed && v != draftNone:
		p.fail("draft", "is named although no curator is")
	case endorsed && (!hexa.Decode(l.Draft[:], v) || l.Draft == [32]byte{}):
		p.fail("draft", "is not the digest of what the curators endorsed")
	}
}
