package endorse

import (
	"crypto/ed25519"
	"crypto/sha256"
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
	"github.com/veilhash/veilhash/sdk/tlog"
)

// A Key is a curator's signing key with its name. **It must be kept secret**: whoever has it can endorse sets in the curator's name.
type Key struct {
	name    string
	private ed25519.PrivateKey
}

const keyHeader = "veilhash-curator v0"

// NewKey draws a key. The error is ErrFormat, for a name that no manifest may hold.
func NewKey(name string) (*Key, error) { return newKey(name, entropy.Source{}) }

func newKey(name string, src entropy.Source) (*Key, error) {
	if !blindset.ValidCuratorName(name) {
		return nil, refuse(ErrFormat, "a curator's name is 1 to 64 of a-z, 0-9, dot and hyphen")
	}
	seed := make([]byte, ed25519.SeedSize)
	src.Read(seed)
	return &Key{name, ed25519.NewKeyFromSeed(seed)}, nil
}

// Curator is the public part, as manifests have it.
func (k *Key) Curator() blindset.Curator {
	return blindset.Curator{Name: k.name, Key: [32]byte(k.private.Public().(ed25519.PublicKey))}
}

// String is the public part.
func (k *Key) String() string { return k.Curator().String() }

// GoString is the public part.
func (k *Key) GoString() string { return k.String() }

// Verifier is the public part as signed notes' verifiers and clients' policies name it: name+hash+base64 (C2SP, signed-note).
func (k *Key) Verifier() string {
	public, err := noteKey(k.Curator())
	if err != nil {
		panic("endorse: a valid name is no name of a note's key")
	}
	return public.String()
}

// AppendText appends the key in the form of docs/protocol.md, section 9.1. **The result must be kept secret.**
func (k *Key) AppendText(dst []byte) []byte {
	dst = append(dst, keyHeader+"\nname "+k.name+"\nseed "...)
	return append(hexa.Append(dst, k.private.Seed()), '\n')
}

// ParseKey reads what AppendText writes. The error is ErrFormat and never quotes the text.
func ParseKey(text []byte) (*Key, error) {
	f := fields{what: "curator's key file", rest: string(text)}
	f.header(keyHeader)
	name := f.value("name")
	seed := make([]byte, ed25519.SeedSize)
	f.hex("seed", seed)
	if f.err == nil && !blindset.ValidCuratorName(name) {
		f.fail("the name is not 1 to 64 of a-z, 0-9, dot and hyphen")
	}
	k := &Key{name, ed25519.NewKeyFromSeed(seed)}
	return k, f.end(string(text), string(k.AppendText(nil)))
}

const publicHeader = "veilhash-curator-public v0"

// AppendPublic appends a curator's public part as a file of its own, for others to pin.
func AppendPublic(dst []byte, c blindset.Curator) []byte {
	return append(dst, publicHeader+"\ncurator "+c.String()+"\n"...)
}

// ParsePublic reads what AppendPublic writes. The error is ErrFormat.
func ParsePublic(text []byte) (blindset.Curator, error) {
	f := fields{what: "curator's public key file", rest: string(text)}
	f.header(publicHeader)
	c, reason := blindset.ParseCurator(f.value("curator"))
	if reason != "" {
		f.fail("the curator's line " + reason)
	}
	return c, f.end(string(text), string(AppendPublic(nil, c)))
}

// Sign signs a text as a note of C2SP's signed-note. The text ends with a line feed.
func (k *Key) Sign(text string) []byte {
	public, err := noteKey(k.Curator())
	if err != nil {
		panic("endorse: a valid name is no name of a note's key")
	}
	note := tlog.Note{Text: text, Signatures: []tlog.Signature{
		{Name: k.name, ID: public.ID, Bytes: ed25519.Sign(k.private, []byte(text))},
	}}
	return note.AppendText(nil)
}

func noteKey(c blindset.Curator) (*tlog.Key, error) {
	return tlog.NewKey(c.Name, tlog.Ed25519, c.Key)
}

// openNote reads a note that one of the curators signed, and says which of them.
func openNote(what string, note []byte, curators []blindset.Curator) (text string, signer int, err error) {
	n, err := tlog.ParseNote(note)
	if err != nil {
		return "", 0, refuse(ErrFormat, what+": not a signed note")
	}
	if len(n.Signatures) != 1 || string(n.AppendText(nil)) != string(note) {
		return "", 0, refuse(ErrFormat, what+": not a note with one signature")
	}
	for i, c := range curators {
		key, err := noteKey(c)
		if err != nil {
			return "", 0, refuse(ErrFormat, what+": "+err.Error())
		}
		if n.Signatures[0].Name != c.Name {
			continue
		}
		if n.Verify(key) != nil {
			return "", 0, refuse(ErrSignature, what+" of "+c.Name)
		}
		return n.Text, i, nil
	}
	return "", 0, refuse(ErrSignature, what+": signed by none of the set's curators")
}

// digest is the SHA-256 of a text, which begins with a header of its own.
func digest(text string) [32]byte { return sha256.Sum256([]byte(text)) }

// shorten is a digest for people.
func shorten(d [32]byte) string { return hexa.String(d[:])[:16] + "…" }

// names are curators for people.
func names(list []blindset.Curator) string {
	var out []string
	for _, c := range list {
		out = append(out, c.Name)
	}
	return strings.Join(out, ", ")
}
