package threshold

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"math"
	"strconv"

	"github.com/veilhash/veilhash/sdk/internal/decimal"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// secretSize is the length of an account secret in bytes.
const secretSize = 32

// accountPrefix begins the text form and names its version.
const accountPrefix = "veilhash-account-v0"

var (
	// ErrAccountFormat reports a text that is not an account in its one
	// canonical form.
	ErrAccountFormat = errors.New("threshold: not an account secret (want one line that begins with " + accountPrefix + ":)")
	// ErrAccountChecksum reports an account whose checksum does not fit: the
	// text was altered or cut on its way.
	ErrAccountChecksum = errors.New("threshold: account secret is damaged (its checksum does not fit)")
	// ErrGenerations reports an account that cannot be rotated because its
	// generation is the last that there is.
	ErrGenerations = errors.New("threshold: account has reached its last generation (create a new one)")
)

// An Account is what a user's devices hold in common and the server never
// sees: a secret of 32 bytes and the generation that names it.
//
// The zero Account is not usable; take [NewAccount], [NewAccountFromSecret] or
// [ParseAccount]. An Account is immutable and safe for concurrent use. It
// redacts itself when printed.
type Account struct {
	secret     concealed[[secretSize]byte]
	generation uint32
}

// NewAccount returns a new account with a random secret. Its generation is
// random too, between 1 and 2^31: a browser whose storage was cleared starts
// over with another secret, and so do two devices that never met; by their
// generations the server tells their shares apart instead of mixing points of
// two polynomials.
func NewAccount() *Account {
	var generation [4]byte
	entropy.Source{}.Read(generation[:]) // never fails: it ends the program instead
	return &Account{
		secret:     conceal(randomSecret()),
		generation: binary.BigEndian.Uint32(generation[:])>>1 + 1,
	}
}

// NewAccountFromSecret returns the account with this secret and generation.
// The secret must be uniformly random and be kept secret.
func NewAccountFromSecret(secret [32]byte, generation uint32) *Account {
	return &Account{secret: conceal(&secret), generation: generation}
}

func randomSecret() *[secretSize]byte {
	secret := new([secretSize]byte)
	entropy.Source{}.Read(secret[:])
	return secret
}

// Generation names the secret. Vouchers carry it, inside their outer layer.
func (a *Account) Generation() uint32 { return a.generation }

// Rotate returns an account with a new random secret and the next generation,
// or ErrGenerations. The old one stays as it is.
//
// Overlap: the new account serves from the next period on, on every device
// that has it; the running period goes on with the old one, or else its count
// would start again and its synthetic points would come twice. A device that
// has not received the new account by then goes on with the old one, and its
// matches count apart until it has. The old account is deleted when the last
// voucher sealed with it was acknowledged. Only when a secret was disclosed
// does the new one serve at once.
func (a *Account) Rotate() (*Account, error) {
	if a.generation == math.MaxUint32 {
		return nil, ErrGenerations
	}
	return &Account{secret: conceal(randomSecret()), generation: a.generation + 1}, nil
}

// Equal reports, in constant time, whether two accounts have the same secret
// and generation.
func (a *Account) Equal(b *Account) bool {
	same := subtle.ConstantTimeCompare(a.secret.reveal()[:], b.secret.reveal()[:])
	return same&subtle.ConstantTimeEq(int32(a.generation), int32(b.generation)) == 1
}

// MarshalText returns the account as one line without its end:
//
//	veilhash-account-v0:GENERATION:SECRET:CHECKSUM
//
// GENERATION is decimal, SECRET 64 lower-case hexadecimal digits, CHECKSUM the
// first four bytes of the SHA-256 of all before it, the colon included, as
// eight digits. The result must be kept secret.
func (a *Account) MarshalText() ([]byte, error) {
	text := append([]byte(accountPrefix), ':')
	text = strconv.AppendUint(text, uint64(a.generation), 10)
	text = append(text, ':')
	text = hexa.Append(text, a.secret.reveal()[:])
	text = append(text, ':')
	sum := sha256.Sum256(text)
	return hexa.Append(text, sum[:4]), nil
}

// ParseAccount reads what MarshalText wrote, in that one form, with or without
// a line feed at the end. Errors: ErrAccountFormat, ErrAccountChecksum. Its
// time depends on the text's length and form, not on the secret.
func ParseAccount(text []byte) (*Account, error) {
	line, _ := bytes.CutSuffix(text, []byte("\n"))
	if len(line) > len(accountPrefix)+1+10+1+2*secretSize+1+8 {
		return nil, ErrAccountFormat
	}
	fields := bytes.Split(line, []byte(":"))
	if len(fields) != 4 || string(fields[0]) != accountPrefix {
		return nil, ErrAccountFormat
	}
	generation, ok := decimal.Parse(string(fields[1]), math.MaxUint32)
	if !ok {
		return nil, ErrAccountFormat
	}
	var secret [secretSize]byte
	var checksum [4]byte
	if !hexa.Decode(secret[:], fields[2]) || !hexa.Decode(checksum[:], fields[3]) {
		return nil, ErrAccountFormat
	}
	sum := sha256.Sum256(line[:len(line)-len(fields[3])])
	if subtle.ConstantTimeCompare(sum[:4], checksum[:]) != 1 {
		return nil, ErrAccountChecksum
	}
	return NewAccountFromSecret(secret, uint32(generation)), nil
}

// String returns a text without the secret.
func (a Account) String() string {
	return "threshold.Account(generation " + strconv.FormatUint(uint64(a.generation), 10) + ", secret redacted)"
}

// GoString is String, for %#v.
func (a Account) GoString() string { return a.String() }
