package voucher

import (
	"encoding/binary"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/veilhash/veilhash/sdk/internal/hmac512"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// mask is the mask of rkey in probe j under layer k: HKDF(S_{k,j}, …). Each is bound to the one place where it may be used.
func mask(s []byte, q []byte, j, k int, header []byte) (m [maskSize]byte) {
	info := lp.Label("probe", 128)
	info = append(info, q...)
	info = binary.BigEndian.AppendUint16(info, uint16(j))
	info = append(info, byte(k))
	info = append(info, header[offSet:offBinding]...) // setID ‖ voucherID
	hmac512.HKDF(m[:], s, nil, info)
	return m
}

// A sealKey is the key of one layer and the commitment to it. ChaCha20-Poly1305 does not commit to its key by itself: without the commitment, a
// hostile client could make one ciphertext open under two.
type sealKey struct {
	key        [chacha20poly1305.KeySize]byte
	commitment [commitmentSize]byte
}

func deriveKey(label string, secret, header []byte) (k sealKey) {
	var out [chacha20poly1305.KeySize + commitmentSize]byte
	info := append(lp.Label(label, headerSize), header...)
	hmac512.HKDF(out[:], secret, header[offSet:offID], info)
	copy(k.key[:], out[:])
	copy(k.commitment[:], out[chacha20poly1305.KeySize:])
	return k
}

// outerKey is for rkey, innerKey for an account's payload key. The header makes both unique to the voucher, hence the constant nonce.
func outerKey(rkey, header []byte) sealKey       { return deriveKey("outer", rkey, header) }
func innerKey(payloadKey, header []byte) sealKey { return deriveKey("inner", payloadKey, header) }

var nonce [chacha20poly1305.NonceSize]byte

func (k *sealKey) seal(dst, plaintext, ad []byte) []byte {
	aead, err := chacha20poly1305.New(k.key[:])
	if err != nil {
		panic("voucher: " + err.Error()) // a key of another length
	}
	return aead.Seal(dst, nonce[:], plaintext, ad)
}

func (k *sealKey) open(ciphertext, ad []byte) ([]byte, error) {
	aead, err := chacha20poly1305.New(k.key[:])
	if err != nil {
		panic("voucher: " + err.Error())
	}
	return aead.Open(nil, nonce[:], ciphertext, ad)
}
