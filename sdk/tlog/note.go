package tlog

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/veilhash/veilhash/sdk/group/ed25519"
	"github.com/veilhash/veilhash/sdk/internal/b64"
)

// Limits on what is read as a note.
const (
	MaxNoteBytes  = 1 << 20
	maxSignatures = 100
)

// A Note is a text with signatures under it (signed-note). What ParseNote returns is not to be trusted before Verify.
type Note struct {
	Text       string // with the line feed at its end
	Signatures []Signature
}

// A Signature is one line under a note.
type Signature struct {
	Name  string
	ID    uint32
	Bytes []byte // what follows the identifier
}

const signaturePrefix = "— "

// ParseNote reads a signed note. The error is ErrNote.
func ParseNote(b []byte) (*Note, error) {
	msg := string(b)
	if len(msg) > MaxNoteBytes || !utf8.ValidString(msg) {
		return nil, ErrNote
	}
	split := -1 // the last empty line
	for i := range len(msg) {
		switch {
		case msg[i] == '\n':
			if i > 0 && msg[i-1] == '\n' {
				split = i - 1
			}
		case msg[i] < ' ':
			return nil, ErrNote
		}
	}
	if split < 0 {
		return nil, ErrNote
	}
	n := &Note{Text: msg[:split+1]}
	lines := msg[split+2:]
	for lines != "" {
		line, rest, found := strings.Cut(lines, "\n")
		s, ok := parseSignature(line)
		if !found || !ok || len(n.Signatures) == maxSignatures {
			return nil, ErrNote
		}
		n.Signatures = append(n.Signatures, s)
		lines = rest
	}
	if len(n.Signatures) == 0 {
		return nil, ErrNote
	}
	return n, nil
}

// parseSignature reads a signature's line, without its line feed.
func parseSignature(line string) (s Signature, ok bool) {
	line, ok = strings.CutPrefix(line, signaturePrefix)
	name, text, found := strings.Cut(line, " ")
	b, decoded := b64.Decode(text)
	if !ok || !found || !decoded || len(b) < 5 || !validName(name) {
		return s, false
	}
	return Signature{name, binary.BigEndian.Uint32(b), b[4:]}, true
}

// AppendText appends the note as ParseNote reads it.
func (n *Note) AppendText(dst []byte) []byte {
	dst = append(append(dst, n.Text...), '\n')
	for i := range n.Signatures {
		dst = n.Signatures[i].AppendText(dst)
	}
	return dst
}

// AppendText appends the signature's line.
func (s *Signature) AppendText(dst []byte) []byte {
	dst = append(append(append(dst, signaturePrefix...), s.Name...), ' ')
	dst = b64.Append(dst, append(binary.BigEndian.AppendUint32(nil, s.ID), s.Bytes...))
	return append(dst, '\n')
}

// Verify checks the key's signatures on the note. The error is ErrUnsigned if there is none, and ErrSignature if one does not verify.
// Signatures by other keys do not matter.
func (n *Note) Verify(k *Key) error {
	_, err := n.Cosigned(k)
	return err
}

// Cosigned is Verify, and returns the newest time, in seconds since 1970-01-01 UTC, that a CosignatureV1 key put beside its signature; 0 for other keys.
func (n *Note) Cosigned(k *Key) (newest uint64, err error) {
	err = ErrUnsigned
	for _, s := range n.Signatures {
		if s.Name != k.Name || s.ID != k.ID {
			continue
		}
		message, signature, seconds := []byte(n.Text), s.Bytes, uint64(0)
		if k.Algorithm == CosignatureV1 {
			if len(signature) != 8+ed25519.SignatureSize {
				return 0, ErrSignature
			}
			seconds, signature = binary.BigEndian.Uint64(signature), signature[8:]
			if seconds>>63 != 0 {
				return 0, ErrSignature
			}
			message = CosignedMessage(n.Text, seconds)
		}
		if !ed25519.Verify(&k.Public, message, signature) {
			return 0, ErrSignature
		}
		newest, err = max(newest, seconds), nil
	}
	return newest, err
}
