package threshold

import (
	"crypto/subtle"
	"encoding/binary"
	"errors"
)

// PayloadKeySize is the length of a payload key in bytes.
const PayloadKeySize = 32

// ErrPayloadKey reports an encoded payload key of the wrong length.
var ErrPayloadKey = errors.New("threshold: payload key is not 32 bytes")

// A PayloadKey closes the inner layer of all vouchers that one account seals
// in one context. The client derives it; the server recovers it from T true
// shares. It must be kept secret. It redacts itself when printed.
//
// It encrypts nothing itself. sdk/voucher derives a key and a commitment from
// it for each voucher; VoucherKey and Commit do so for formats of one's own.
type PayloadKey struct {
	key concealed[[PayloadKeySize]byte]
}

// newPayloadKey is KDF(f_1(0), …, f_m(0)): HKDF-SHA-512 over the values, eight
// big-endian bytes each, with T and w (four bytes each) in the info.
func newPayloadKey(constants []element, threshold, synthetic int) PayloadKey {
	ikm := make([]byte, 0, 8*len(constants))
	for _, c := range constants {
		ikm = binary.BigEndian.AppendUint64(ikm, uint64(c))
	}
	parameters := binary.BigEndian.AppendUint32(nil, uint32(threshold))
	parameters = binary.BigEndian.AppendUint32(parameters, uint32(synthetic))
	key := deriveKey(ikm, labelPayloadKey, PayloadKeySize, parameters)
	return PayloadKey{conceal((*[PayloadKeySize]byte)(key))}
}

// payloadKeyOf is newPayloadKey for whole polynomials, constants first.
func payloadKeyOf(polynomials [][]element, threshold, synthetic int) PayloadKey {
	constants := make([]element, len(polynomials))
	for i, f := range polynomials {
		constants[i] = f[0]
	}
	return newPayloadKey(constants, threshold, synthetic)
}

// ParsePayloadKey returns the key with this encoding, or ErrPayloadKey.
func ParsePayloadKey(b []byte) (PayloadKey, error) {
	if len(b) != PayloadKeySize {
		return PayloadKey{}, ErrPayloadKey
	}
	key := [PayloadKeySize]byte(b)
	return PayloadKey{conceal(&key)}, nil
}

// Bytes returns the 32 bytes of the key. They must be kept secret.
func (k PayloadKey) Bytes() []byte { return append([]byte(nil), k.key.reveal()[:]...) }

// Equal reports, in constant time, whether two keys are equal.
func (k PayloadKey) Equal(other PayloadKey) bool {
	return subtle.ConstantTimeCompare(k.key.reveal()[:], other.key.reveal()[:]) == 1
}

// VoucherKey returns the 32-byte key of one voucher's inner layer:
// HKDF(payloadKey, voucherID, setID). Whoever seals with a fixed nonce needs
// it: inner ciphertexts of matches are visible below the threshold, and two
// under one key and nonce would give away the difference of their payloads.
// voucherID must not repeat under one payload key.
func (k PayloadKey) VoucherKey(voucherID, setID []byte) [32]byte {
	return [32]byte(deriveKey(k.key.reveal()[:], labelVoucherKey, 32, voucherID, setID))
}

// A Commitment names one payload key among all, in one context: no two keys
// with the same commitment can be found (128 bits of work), and it tells
// nothing of the key. A voucher carries one in its outer layer, so that a
// server can tell whether a key that it recovered is the right one.
type Commitment [32]byte

// Commit returns the commitment to the key in this context. The context must
// differ for every voucher (its id, or its inner nonce and ciphertext's
// digest), or else equal commitments would tell vouchers of one account from
// synthetic ones.
func (k PayloadKey) Commit(context []byte) Commitment {
	return Commitment(deriveKey(k.key.reveal()[:], labelCommitment, 32, context))
}

// Verify reports, in constant time, whether c is the commitment to the key in
// this context.
func (c Commitment) Verify(k PayloadKey, context []byte) bool {
	want := k.Commit(context)
	return subtle.ConstantTimeCompare(c[:], want[:]) == 1
}

// String returns a text without the key.
func (k PayloadKey) String() string { return "threshold.PayloadKey(redacted)" }

// GoString is String, for %#v.
func (k PayloadKey) GoString() string { return k.String() }
