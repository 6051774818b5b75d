package voucher

import (
	"crypto/sha256"

	"github.com/veilhash/veilhash/sdk/internal/hexa"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// A Binding says what a voucher belongs to. It must be known before sealing, and the server must learn it from the message that the
// voucher came with, not from the voucher.
type Binding struct {
	Account string // the application's name for the account
	Message string // the message's name, or the digest of its ciphertext
}

// A BindingDigest is what a voucher carries of its binding (docs/protocol.md, section 6.3).
type BindingDigest [sha256.Size]byte

// Digest is the binding's digest. Account and message must be at most 65,535 bytes each; Valid tells.
func (b Binding) Digest() BindingDigest {
	msg := lp.Label("binding", 4+len(b.Account)+len(b.Message))
	return sha256.Sum256(lp.AppendString(lp.AppendString(msg, b.Account), b.Message))
}

// Valid reports whether both parts are short enough.
func (b Binding) Valid() bool { return len(b.Account) <= lp.Max && len(b.Message) <= lp.Max }

// String is the digest in hexadecimal.
func (d BindingDigest) String() string { return hexa.String(d[:]) }
