package blindset

import (
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// This file is the part of a manifest that says who answers for the set: which payloads it may ask for, its canary, its curators and what
// they endorsed (docs/protocol.md, section 5).

// Kinds is a set of payload kinds: bit k stands for kind k of docs/protocol.md, section 6.4. Kind 0, nothing, is always in it. The zero value is no
// valid set of kinds; package builder takes it for AllKinds.
type Kinds uint8

// The payload kinds that a manifest may allow.
const (
	KindsNone       Kinds = 1                // vouchers carry nothing
	KindsDerivative Kinds = KindsNone | 1<<1 // a small grey picture
	KindsMediaKey   Kinds = KindsNone | 1<<2 // the key of the message's ciphertext
	AllKinds        Kinds = KindsNone | KindsDerivative | KindsMediaKey
)

// kindNames are the names of kinds 1 and up, as a manifest lists them.
var kindNames = [...]string{"derivative", "media-key"}

// Allows reports whether vouchers under the set may carry a payload of this kind.
func (k Kinds) Allows(kind int) bool {
	return kind == 0 || kind > 0 && kind <= len(kindNames) && k>>kind&1 == 1
}

// String is the kinds as a manifest lists them: "none", "derivative", "media-key" or "derivative,media-key".
func (k Kinds) String() string {
	var names []string
	for i, name := range kindNames {
		if k>>(i+1)&1 == 1 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ",")
}

// ParseKinds reads what String writes. The error is ErrManifest.
func ParseKinds(text string) (Kinds, error) {
	for k := KindsNone; k <= AllKinds; k += 2 {
		if k.String() == text {
			return k, nil
		}
	}
	return 0, manifestError("kinds are none, derivative, media-key or derivative,media-key")
}

// Canaries that a manifest may name (docs/protocol.md, section 10). Which picture a name stands for is fixed by the protocol and part of the scanner.
const (
	CanaryNone  = "none"
	CanaryCard1 = "test-card-1"
)

// A Curator is one of those who answer for a set's entries.
type Curator struct {
	Name string   // 1 to 64 of a-z, 0-9, '.', '-'; the name of its key in signed notes
	Key  [32]byte // Ed25519 public key
}

// maxCurators bounds a manifest's list.
const maxCurators = 64

// ValidCuratorName reports whether a name may stand in a manifest and in the signature lines of a note.
func ValidCuratorName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// Endorsed reports whether the manifest names curators. One without is of the development mode: its operator alone answers for it, and a client's policy should
// refuse it. That it names curators does not say that they endorsed it: their signatures do.
func (m *Manifest) Endorsed() bool { return len(m.Curators) > 0 }

// EndorsementText is the text that a curator signs, as a note of C2SP's signed-note, to endorse a set (docs/protocol.md, section 9.8).
func EndorsementText(id SetID) []byte {
	return []byte("veilhash-endorsement v0\nset " + id.String() + "\n")
}

func appendCurators(dst []byte, curators []Curator) []byte {
	dst = appendInt(dst, "curators", len(curators))
	for _, c := range curators {
		dst = append(dst, "curator "...)
		dst = append(hexa.Append(dst, c.Key[:]), ' ')
		dst = append(append(dst, c.Name...), '\n')
	}
	return dst
}

func (p *lineParser) curators() (list []Curator) {
	n := p.int("curators", 0, maxCurators)
	for i := 0; i < n && p.err == nil; i++ {
		c, reason := ParseCurator(p.value("curator"))
		if reason != "" {
			p.fail("curator", reason)
			return nil
		}
		for _, other := range list {
			if other.Key == c.Key {
				p.fail("curator", "has the key of another one")
			}
		}
		if i > 0 && list[i-1].Name >= c.Name {
			p.fail("curator", "is out of order or there twice")
		}
		list = append(list, c)
	}
	return list
}

// ParseCurator reads a curator as a manifest's line has it, key and name. If it is none, reason says why.
func ParseCurator(v string) (c Curator, reason string) {
	if len(v) < 66 || v[64] != ' ' || !hexa.Decode(c.Key[:], v[:64]) {
		return Curator{}, "is not a key of 64 lower-case hexadecimal digits and a name"
	}
	if c.Name = v[65:]; !ValidCuratorName(c.Name) {
		return Curator{}, "has a name that is not 1 to 64 of a-z, 0-9, dot and hyphen"
	}
	if !canonicalPoint(c.Key) {
		return Curator{}, "has a key that is not canonically encoded"
	}
	return c, ""
}

// String is the curator as a manifest's line has it.
func (c Curator) String() string { return hexa.String(c.Key[:]) + " " + c.Name }

// canonicalPoint reports whether the y coordinate of an Ed25519 key is below 2^255 − 19. Whether it is one of a point is for the verification of
// signatures to find.
func canonicalPoint(key [32]byte) bool {
	if key[31]&0x7f != 0x7f || key[0] < 0xed {
		return true
	}
	for _, b := range key[1:31] {
		if b != 0xff {
			return true
		}
	}
	return false
}

// knownRule recognises the rules by which a list holds an entry: its token is equal to one of the list's, or its hash is within a distance of one; either way also
// for versions of a picture whose owner vouches for them.
func knownRule(rule string) bool {
	_, _, ok := ParseRecognition(rule)
	return ok
}

// ParseRecognition reads a manifest's rule of recognition: the PDQ distance within which hashes count as one picture, 0 for equal tokens only, and whether versions that an owner
// vouches for count (docs/protocol.md, section 9.5).
func ParseRecognition(rule string) (distance int, variants bool, ok bool) {
	rule, variants = strings.CutSuffix(rule, "+variants")
	if rule == "equal-token" {
		return 0, variants, true
	}
	digits, found := strings.CutPrefix(rule, "pdq-distance-")
	n, isNumber := parseNumber(digits)
	return int(n), variants, found && isNumber && n <= maxRecognitionDistance
}

const maxRecognitionDistance = 31

// Recognition is the text of a rule that ParseRecognition reads. A distance of 0 is that of equal tokens.
func Recognition(distance int, variants bool) string {
	rule := "equal-token"
	if distance > 0 {
		rule = "pdq-distance-" + strconv.Itoa(distance)
	}
	if variants {
		rule += "+variants"
	}
	return rule
}
