package hashlist

import (
	"slices"
	"strings"
)

// plain reads FormatPlain.
type plain struct {
	lines lineReader
	kind  HashKind
}

// types are the words that may stand in front of a hash.
var types = []string{
	"pdq", "md5", "sha1", "sha256", "sha512", "pdna", "photodna", "phash", "dhash", "ahash", "tmk", "tmk-pdqf", "vpdq",
}

func (p *plain) next() (Record, error) {
	for {
		line, err := p.lines.next()
		if err != nil {
			return Record{}, err
		}
		s, _, _ := strings.Cut(string(line), "#")
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		rec, bad := parsePlain(s, p.kind)
		if bad == nil {
			return rec, nil
		}
		bad.Line, bad.separable = p.lines.n, true
		return Record{}, bad
	}
}

// parsePlain reads a line without its comment.
func parsePlain(s string, want HashKind) (Record, *SyntaxError) {
	if bad := checkText([]byte(s)); bad != nil {
		return Record{}, bad
	}
	kind, digits := want.word(), s
	switch f := strings.Fields(s); len(f) {
	case 1:
	case 2:
		kind, digits = strings.ToLower(f[0]), f[1]
	default:
		return Record{}, fault(FaultField, "%d words, want a hash, or its type and a hash", len(f))
	}
	if kind != want.word() {
		if slices.Contains(types, kind) {
			return skip(ReasonOtherHash), nil
		}
		return Record{}, fault(FaultField, "two words of which the first is no hash type, want a hash, or its type and a hash")
	}
	h, bad := want.parse(digits)
	if bad != nil {
		return Record{}, bad
	}
	return Record{Op: OpAdd, Entry: Entry{PDQ: h, Quality: QualityUnknown}}, nil
}
