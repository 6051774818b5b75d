package translog

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/veilhash/veilhash/sdk/tlog"
)

// ErrSigner: a text is no private key of the form that NewSigner writes.
var ErrSigner = errors.New("translog: not a private key of the form PRIVATE+KEY+name+hash+base64")

// A Signer signs under a name, as a log or as a witness. **It must be kept secret.**
type Signer struct {
	key     *tlog.Key
	private ed25519.PrivateKey
}

// NewSigner draws a key. The error is tlog.ErrKey for a name that no key may have.
func NewSigner(name string, algorithm tlog.Algorithm) (*Signer, error) {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed) // never fails
	return fromSeed(name, algorithm, seed)
}

func fromSeed(name string, algorithm tlog.Algorithm, seed []byte) (*Signer, error) {
	private := ed25519.NewKeyFromSeed(seed)
	key, err := tlog.NewKey(name, algorithm, [32]byte(private.Public().(ed25519.PublicKey)))
	if err != nil {
		return nil, err
	}
	return &Signer{key, private}, nil
}

const signerPrefix = "PRIVATE+KEY+"

// ParseSigner reads what AppendText writes, the form of golang.org/x/mod/sumdb/note. The error is ErrSigner and never quotes the text.
func ParseSigner(text []byte) (*Signer, error) {
	rest, ok := strings.CutPrefix(strings.TrimSuffix(string(text), "\n"), signerPrefix)
	parts := strings.SplitN(rest, "+", 3)
	if !ok || len(parts) != 3 {
		return nil, ErrSigner
	}
	b, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(b) != 1+ed25519.SeedSize {
		return nil, ErrSigner
	}
	s, err := fromSeed(parts[0], tlog.Algorithm(b[0]), b[1:])
	if err != nil || parts[1] != fmt.Sprintf("%08x", s.key.ID) {
		return nil, ErrSigner
	}
	return s, nil
}

// AppendText appends the key as ParseSigner reads it. **The result must be kept secret.**
func (s *Signer) AppendText(dst []byte) []byte {
	b := append([]byte{byte(s.key.Algorithm)}, s.private.Seed()...)
	return fmt.Appendf(dst, "%s%s+%08x+%s\n", signerPrefix, s.key.Name, s.key.ID, base64.StdEncoding.EncodeToString(b))
}

// Key is the public part.
func (s *Signer) Key() *tlog.Key { return s.key }

// String is the public part.
func (s *Signer) String() string { return s.key.String() }

// GoString is the public part.
func (s *Signer) GoString() string { return s.key.String() }

// Sign is the signature's line for a note's text; time, in seconds since 1970-01-01 UTC, is what a cosignature says, and ignored by a log's key.
func (s *Signer) Sign(text string, time uint64) tlog.Signature {
	line := tlog.Signature{Name: s.key.Name, ID: s.key.ID}
	if s.key.Algorithm == tlog.CosignatureV1 {
		line.Bytes = append(binary.BigEndian.AppendUint64(nil, time), ed25519.Sign(s.private, tlog.CosignedMessage(text, time))...)
	} else {
		line.Bytes = ed25519.Sign(s.private, []byte(text))
	}
	return line
}
