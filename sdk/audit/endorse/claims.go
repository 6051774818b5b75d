package endorse

import (
	"crypto/ed25519"
	"encoding/binary"
	"io"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// A Claim is the operator's word that a curator recognises an entry, and why (docs/protocol.md, section 9.5).
type Claim struct {
	Entry uint64 // its index in the draft
	Kind  ClaimKind

	// Hash is what the entry's token is made of, for Near and Variant; the curator does not have it.
	Hash hashlist.PDQ

	// Variant's proof: the hash of the picture of which Hash is a re-encoded version, the curator who vouches for that, and its signature.
	Parent    hashlist.PDQ
	Owner     uint8
	Signature [ed25519.SignatureSize]byte
}

// A ClaimKind is a reason for which a curator recognises an entry.
type ClaimKind uint8

// The reasons.
const (
	Own     ClaimKind = iota // the token is one of the curator's own
	Near                     // the entry's hash is within the manifest's distance of one of the curator's
	Variant                  // its owner vouches that it is a version of a picture whose hash the curator recognises
	Canary                   // the public test card: everyone checks it, nobody recognises it
)

// bodySize is what a claim has behind kind and entry, by kind.
var bodySize = [...]int{Own: 0, Near: 32, Variant: 32 + 32 + 1 + ed25519.SignatureSize, Canary: 0}

// appendClaim appends a claim's encoding.
func appendClaim(dst []byte, c *Claim) []byte {
	dst = append(dst, byte(c.Kind))
	dst = binary.BigEndian.AppendUint64(dst, c.Entry)
	if c.Kind == Near || c.Kind == Variant {
		dst = append(dst, c.Hash[:]...)
	}
	if c.Kind == Variant {
		dst = append(dst, c.Parent[:]...)
		dst = append(dst, c.Owner)
		dst = append(dst, c.Signature[:]...)
	}
	return dst
}

// readClaim reads a claim. The error is ErrFormat, or io.EOF at the very beginning.
func readClaim(r io.Reader) (c Claim, err error) {
	var b [9 + 129]byte
	if _, err := io.ReadFull(r, b[:9]); err == io.EOF {
		return c, io.EOF
	} else if err != nil || int(b[0]) >= len(bodySize) {
		return c, refuse(ErrFormat, "claims: the file ends early or has a claim of no known kind")
	}
	c.Kind, c.Entry = ClaimKind(b[0]), binary.BigEndian.Uint64(b[1:])
	body := b[9 : 9+bodySize[c.Kind]]
	if _, err := io.ReadFull(r, body); err != nil {
		return c, refuse(ErrFormat, "claims: the file ends early")
	}
	if len(body) > 0 {
		body = body[copy(c.Hash[:], body):]
	}
	if len(body) > 0 {
		body = body[copy(c.Parent[:], body):]
		c.Owner = body[0]
		copy(c.Signature[:], body[1:])
	}
	return c, nil
}

const (
	claimsMagic = "VHC\x00"

	// batchClaims is how many claims share a proof. RFC 9497 allows 65,535; smaller batches can be checked in parallel and take less memory.
	batchClaims = 1 << 14
)

// claimsHeader begins a curator's claims file.
func claimsHeader(draft [32]byte, c blindset.Curator) []byte {
	b := append([]byte(claimsMagic), draft[:]...)
	return append(b, c.Key[:]...)
}

// proofSuite separates the proofs of one draft and curator from all others.
func proofSuite(draft [32]byte, c blindset.Curator) *group.Suite {
	b := lp.Append(lp.Label("endorse-proof", 80), draft[:])
	return group.NewSuite(lp.Append(b, c.Key[:]))
}

// readBatch reads the next batch of a claims file, with its proof; nil after the last. Entries rise, also from the batch before, whose last entry is given
// (-1 for none), and lie below n.
func readBatch(r io.Reader, last int64, n uint64) ([]Claim, *group.Proof, error) {
	short := refuse(ErrFormat, "claims: the file ends early")
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, nil, short
	}
	count := binary.BigEndian.Uint32(size[:])
	if count == 0 {
		if _, err := io.ReadFull(r, size[:1]); err != io.EOF {
			return nil, nil, refuse(ErrFormat, "claims: bytes after the end")
		}
		return nil, nil, nil
	}
	if count > group.MaxBatch {
		return nil, nil, refuse(ErrFormat, "claims: a batch of more than 65535")
	}
	batch := make([]Claim, 0, min(count, batchClaims))
	for range count {
		c, err := readClaim(r)
		if err == io.EOF {
			return nil, nil, short
		}
		if err != nil {
			return nil, nil, err
		}
		if c.Entry >= n || int64(c.Entry) <= last {
			return nil, nil, refuse(ErrFormat, "claims: entries do not rise, or there is no such entry")
		}
		last = int64(c.Entry)
		batch = append(batch, c)
	}
	var b [group.ProofSize]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return nil, nil, short
	}
	p := new(group.Proof)
	if p.SetCanonicalBytes(b[:]) != nil {
		return nil, nil, refuse(ErrFormat, "claims: a proof is no encoding of one")
	}
	return batch, p, nil
}

// variantMessage is what the owner of a picture signs of a version of it (docs/protocol.md, section 9.5).
func variantMessage(version, parent hashlist.PDQ) []byte {
	return lp.Append(lp.Append(lp.Label("variant", 80), version[:]), parent[:])
}

// SignVariant vouches that one hash is that of a version of the picture that has the other.
func (k *Key) SignVariant(version, parent hashlist.PDQ) [ed25519.SignatureSize]byte {
	return [ed25519.SignatureSize]byte(ed25519.Sign(k.private, variantMessage(version, parent)))
}
