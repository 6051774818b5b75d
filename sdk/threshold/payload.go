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
// It encrypts nothing itself: sdk/voucher derives a key and a commitment from
// it for each voucher (docs/protocol.md, section 6.2). Inner ciphertexts of
// matches are visible below the threshold, so one key for several would give
// the difference of their payloads away.
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

// String returns a text without the key.
func (k PayloadKey) String() string { return "threshold.PayloadKey(redacted)" }

// GoString is String, for %#v.
func (k PayloadKey) GoString() string { return k.String() }
