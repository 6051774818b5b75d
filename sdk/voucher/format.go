package voucher

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// Offsets and lengths of docs/protocol.md, section 6.2, in bytes.
const (
	version         = 0
	headerSize      = 92
	pointSize       = 32
	maskSize        = 32 // a masked rkey
	commitmentSize  = 32
	tagSize         = 16
	checksumSize    = 8
	bodyHeadSize    = 12 // generation, period, kind, length of the share
	payloadHeadSize = 4  // its length

	offLength  = 4
	offSet     = 8
	offID      = 40
	offBinding = 56
	offProbes  = 88
	offLayers  = 90
	offPolicy  = 91
)

var magic = [4]byte{'V', 'H', 'V', version}

// Params is the shape of a set's vouchers. It follows from the set's manifest.
type Params struct {
	SetID       [32]byte
	Keys        []*group.Element // L of each layer
	Probes      int              // C, 1..65535
	ShareSize   int              // bytes of an encoded share, at most 65535
	PayloadSize int              // bytes of a padded payload
}

// Size is the length of every voucher under the set, in bytes.
func (p *Params) Size() int {
	return p.preambleSize() + commitmentSize + p.bodySize() + tagSize + checksumSize
}

// Capacity is the longest payload that fits, in bytes.
func (p *Params) Capacity() int { return p.PayloadSize - payloadHeadSize }

func (p *Params) preambleSize() int {
	return headerSize + p.Probes*(pointSize+maskSize*len(p.Keys))
}

func (p *Params) bodySize() int {
	return bodyHeadSize + p.ShareSize + commitmentSize + p.PayloadSize + tagSize
}

// An ID names a voucher. It is random; an application stores a voucher once for each.
type ID [16]byte

// String is the name in hexadecimal.
func (id ID) String() string { return hexa.String(id[:]) }

// A Voucher is a voucher's framing: what anyone can read of it.
type Voucher struct {
	SetID   [32]byte
	ID      ID
	Binding BindingDigest
	Probes  int
	Layers  int

	raw []byte
}

// Parse checks a voucher's framing and checksum. It keeps a copy. The error is ErrFormat or ErrChecksum.
func Parse(raw []byte) (*Voucher, error) {
	if len(raw) < headerSize+commitmentSize+tagSize+checksumSize || [4]byte(raw) != magic ||
		uint64(binary.BigEndian.Uint32(raw[offLength:])) != uint64(len(raw)) {
		return nil, ErrFormat
	}
	body, sum := raw[:len(raw)-checksumSize], raw[len(raw)-checksumSize:]
	if !bytes.Equal(checksum(body), sum) {
		return nil, ErrChecksum
	}
	v := &Voucher{
		SetID:   [32]byte(raw[offSet:]),
		ID:      ID(raw[offID:]),
		Binding: BindingDigest(raw[offBinding:]),
		Probes:  int(binary.BigEndian.Uint16(raw[offProbes:])),
		Layers:  int(raw[offLayers]),
	}
	if v.Probes == 0 || v.Layers == 0 || raw[offPolicy] != 0 ||
		len(raw) < headerSize+v.Probes*(pointSize+maskSize*v.Layers)+commitmentSize+tagSize+checksumSize {
		return nil, ErrFormat
	}
	v.raw = bytes.Clone(raw)
	return v, nil
}

// Bytes is the voucher as it was read. It must not be changed.
func (v *Voucher) Bytes() []byte { return v.raw }

// check refuses a voucher that cannot have been sealed under the set.
func (p *Params) check(v *Voucher) error {
	switch {
	case v.SetID != p.SetID:
		return ErrSet
	case v.Probes != p.Probes || v.Layers != len(p.Keys) || len(v.raw) != p.Size():
		return ErrShape
	}
	return nil
}

func (v *Voucher) header() []byte { return v.raw[:headerSize] }

// preamble is header and probes: the associated data of the outer layer.
func (v *Voucher) preamble() []byte {
	return v.raw[:headerSize+v.Probes*(pointSize+maskSize*v.Layers)]
}

// probe returns Q_j and c_{0,j}, c_{1,j}, …
func (v *Voucher) probe(j int) (q []byte, masks []byte) {
	n := pointSize + maskSize*v.Layers
	b := v.raw[headerSize+j*n : headerSize+(j+1)*n]
	return b[:pointSize], b[pointSize:]
}

// outer is the outer commitment and ciphertext.
func (v *Voucher) outer() (commitment, ciphertext []byte) {
	b := v.raw[len(v.preamble()) : len(v.raw)-checksumSize]
	return b[:commitmentSize], b[commitmentSize:]
}

func checksum(b []byte) []byte {
	h := sha256.New()
	h.Write(lp.Label("checksum", 0))
	h.Write(b)
	return h.Sum(nil)[:checksumSize]
}
