package endorse

import (
	"strings"

	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// A file of versions is an owner's word, entry by entry, that one hash is of a re-encoded version of the picture that has another (docs/protocol.md, section 9.5).

const versionsHeader = "veilhash-versions v0"

// AppendVersions appends a file of versions.
func AppendVersions(dst []byte, versions []SignedVariant) []byte {
	dst = append(dst, versionsHeader+"\n"...)
	for i := range versions {
		v := &versions[i]
		dst = append(hexa.Append(append(dst, "version "...), v.Version[:]), ' ')
		dst = append(hexa.Append(dst, v.Parent[:]), ' ')
		dst = append(hexa.Append(dst, v.Signature[:]), '\n')
	}
	return dst
}

// ParseVersions reads what AppendVersions writes. Signatures are not checked: NewListing does. The error is ErrFormat.
func ParseVersions(text []byte) ([]SignedVariant, error) {
	f := fields{what: "versions", rest: string(text)}
	f.header(versionsHeader)
	var out []SignedVariant
	for f.err == nil && f.rest != "" {
		var v SignedVariant
		parts := strings.Split(f.value("version"), " ")
		if len(parts) != 3 || !hexa.Decode(v.Version[:], parts[0]) || !hexa.Decode(v.Parent[:], parts[1]) || !hexa.Decode(v.Signature[:], parts[2]) {
			f.fail("a line is not two hashes and a signature, in lower-case hexadecimal digits")
		}
		out = append(out, v)
	}
	return out, f.end(string(text), string(AppendVersions(nil, out)))
}

// Vouch signs that each hash is that of a version of the picture that has the other.
func (k *Key) Vouch(pairs [][2]hashlist.PDQ) []SignedVariant {
	out := make([]SignedVariant, len(pairs))
	for i, p := range pairs {
		out[i] = SignedVariant{p[0], p[1], k.SignVariant(p[0], p[1])}
	}
	return out
}
