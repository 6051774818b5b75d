package transfer

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/veilhash/veilhash/sdk/threshold"
)

// MinPassphrase is the shortest passphrase that Export accepts, in bytes. It
// keeps out accidents, not attackers: whoever gets the text can try
// passphrases at their leisure, so it should come from a generator (six random
// words, say).
const MinPassphrase = 8

var (
	// ErrShortPassphrase reports a passphrase below MinPassphrase.
	ErrShortPassphrase = errors.New("transfer: passphrase is shorter than 8 bytes")
	// ErrPassphrase reports a text that this passphrase does not open.
	ErrPassphrase = errors.New("transfer: wrong passphrase")
	// ErrFormat reports a text that is no exported account in its canonical
	// form.
	ErrFormat = errors.New("transfer: not an exported account (want one line that begins with " + prefix + ":)")
	// ErrDamaged reports a text whose key is right and whose content was
	// altered.
	ErrDamaged = errors.New("transfer: exported account is damaged")
	// ErrCost reports Argon2id parameters out of bounds.
	ErrCost = errors.New("transfer: cost out of bounds (1 to 6 passes, 19456 to 131072 KiB, 1 to 8 lanes)")
)

// A Cost is a choice of Argon2id parameters. The zero Cost stands for
// DefaultCost.
type Cost struct {
	Passes    uint32 // t, 1 to 6
	MemoryKiB uint32 // m, 19456 (19 MiB) to 131072 (128 MiB)
	Lanes     uint8  // p, 1 to 8
}

// DefaultCost returns the second recommended option of RFC 9106, section 4:
// three passes over 64 MiB in four lanes.
func DefaultCost() Cost { return Cost{Passes: 3, MemoryKiB: 64 * 1024, Lanes: 4} }

// validate refuses what Import would refuse.
func (c Cost) validate() error {
	if c.Passes < 1 || c.Passes > 6 || c.MemoryKiB < 19456 || c.MemoryKiB > 131072 ||
		c.Lanes < 1 || c.Lanes > 8 {
		return ErrCost
	}
	return nil
}

// Export returns the account as a line of text that the passphrase opens. The
// passphrase is taken as it is: normalise what people type (NFKC) the same way
// on every device. Errors: ErrShortPassphrase, ErrCost.
func Export(account *threshold.Account, passphrase []byte, cost Cost) ([]byte, error) {
	var salt [saltSize]byte
	rand.Read(salt[:]) // never fails: it ends the program instead
	return export(account, passphrase, cost, salt)
}

// export is Export with a given salt, which must never repeat.
func export(account *threshold.Account, passphrase []byte, cost Cost, salt [saltSize]byte) ([]byte, error) {
	if len(passphrase) < MinPassphrase {
		return nil, ErrShortPassphrase
	}
	if cost == (Cost{}) {
		cost = DefaultCost()
	}
	if err := cost.validate(); err != nil {
		return nil, err
	}
	plaintext, err := account.MarshalText()
	if err != nil {
		return nil, err
	}
	key, commitment := stretch(passphrase, salt, cost)
	e := exported{cost: cost, salt: salt, commitment: commitment}
	header := e.appendHeader(nil)
	aead, err := chacha20poly1305.New(key[:])
	if err != nil {
		return nil, err
	}
	e.sealed = aead.Seal(nil, make([]byte, aead.NonceSize()), plaintext, header)
	return e.append(nil), nil
}

// Import reads what Export wrote, with or without a line feed at the end.
// Errors: ErrFormat, ErrCost (both before any work is done), ErrPassphrase,
// ErrDamaged.
func Import(text, passphrase []byte) (*threshold.Account, error) {
	e, err := parse(text)
	if err != nil {
		return nil, err
	}
	key, commitment := stretch(passphrase, e.salt, e.cost)
	if subtle.ConstantTimeCompare(commitment[:], e.commitment[:]) != 1 {
		return nil, ErrPassphrase
	}
	plaintext, err := openWith(key, e, e.appendHeader(nil))
	if err != nil {
		return nil, ErrDamaged
	}
	account, err := threshold.ParseAccount(plaintext)
	if err != nil {
		return nil, ErrDamaged
	}
	return account, nil
}

// openWith opens the sealed part under a header.
func openWith(key [chacha20poly1305.KeySize]byte, e exported, header []byte) ([]byte, error) {
	aead, err := chacha20poly1305.New(key[:])
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, make([]byte, aead.NonceSize()), e.sealed, header)
}

// stretch runs Argon2id and splits its 64 bytes into key and commitment.
func stretch(passphrase []byte, salt [saltSize]byte, c Cost) (key [chacha20poly1305.KeySize]byte, commitment [32]byte) {
	out := argon2.IDKey(passphrase, salt[:], c.Passes, c.MemoryKiB, c.Lanes, 64)
	copy(key[:], out[:32])
	copy(commitment[:], out[32:])
	return key, commitment
}
