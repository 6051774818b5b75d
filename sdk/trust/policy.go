package trust

import (
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/internal/lines"
	"github.com/veilhash/veilhash/sdk/tlog"
)

// A Policy is what an application asks of a set before its clients use it. Its text is specified in docs/protocol.md, section 11.3.
type Policy struct {
	MaxAgeHours int // of the newest cosignatures of a quorum, 1..8784

	// Floors of the manifest's fields of these names.
	MinThreshold  int
	MinSynthetics int

	// MinTokenBits is the least b, the bits of a token; MinMarginBits the least k for which capacity·C ≤ 2^(b−k) must hold.
	MinTokenBits  int
	MinMarginBits int

	Kinds blindset.Kinds // payload kinds that a set may ask for

	// Curators are the keys (tlog.Ed25519) whose endorsement counts, and Require is how many of them must have endorsed the set and how many its
	// manifest must at least ask to recognise an entry. A policy without curators accepts any set of the development mode: its text says "unendorsed".
	Curators []*tlog.Key
	Require  int

	// Log is the one log, its witnesses and their quorum. A policy without a log accepts a set that is in none: its text says "unlogged".
	Log tlog.Policy
}

const (
	policyHeader   = "veilhash-policy v0"
	maxPolicyBytes = 1 << 16
	maxAgeHours    = 8784
	maxCurators    = 64
)

// ParsePolicy reads a policy and refuses, with ErrPolicy, whatever AppendText would not have written byte for byte.
func ParsePolicy(text []byte) (*Policy, error) {
	r := lines.Read(text, policyHeader, maxPolicyBytes)
	var p Policy
	p.MaxAgeHours = int(r.Number("max-age-hours", maxAgeHours))
	p.MinThreshold = int(r.Number("min-threshold", 1<<10))
	p.MinSynthetics = int(r.Number("min-synthetics", 64))
	p.MinTokenBits = int(r.Number("min-token-bits", 256))
	p.MinMarginBits = int(r.Number("min-margin-bits", 256))
	var err error
	p.Kinds, err = blindset.ParseKinds(r.Value("kinds"))
	r.Expect(err == nil)
	p.Require = int(r.Number("require", maxCurators))
	last, unendorsed, unlogged := 0, false, false
	for r.OK && r.Rest != "" {
		items := strings.Split(r.Next(), " ")
		rank := rankOf(items)
		r.Expect(rank > last || rank == last && rank != 2 && rank != 5)
		last = rank
		switch items[0] {
		case "curator":
			r.Expect(len(items) == 2 && p.addCurator(items[1]))
		case "unendorsed":
			unendorsed = true
		case "unlogged":
			unlogged = true
		default:
			r.Expect(p.Log.Add(items) == nil)
		}
	}
	// Enough curators or none, and a log or none; and what is not asked for is said to be not.
	r.Expect(p.MaxAgeHours >= 1 && len(p.Curators) >= p.Require && (p.Require == 0) == unendorsed && (len(p.Curators) == 0) == unendorsed)
	if unlogged {
		r.Expect(len(p.Log.Logs) == 0 && len(p.Log.Witnesses) == 0 && p.Log.Quorum == "")
	} else {
		r.Expect(len(p.Log.Logs) == 1 && p.Log.Quorum != "")
	}
	if !r.Done() {
		return nil, ErrPolicy
	}
	return &p, nil
}

// rankOf is the place of a line among the others, or -1 if it is in none of the forms that AppendText writes.
func rankOf(items []string) int {
	single := len(items) == 1
	for _, s := range items {
		if s == "" {
			return -1
		}
	}
	switch items[0] {
	case "curator":
		return 1
	case "unendorsed":
		if single {
			return 2
		}
	case "log":
		return 4
	case "unlogged":
		if single {
			return 5
		}
	case "witness":
		return 6
	case "group":
		// A number, which "any" and "all" would be another form of.
		if len(items) > 2 && items[2][0] <= '9' {
			return 7
		}
	case "quorum":
		return 8
	}
	return -1
}

func (p *Policy) addCurator(text string) bool {
	key, err := tlog.ParseKey(text)
	if err != nil || key.Algorithm != tlog.Ed25519 || len(p.Curators) == maxCurators {
		return false
	}
	for _, c := range p.Curators {
		if c.Public == key.Public || c.Name == key.Name {
			return false
		}
	}
	p.Curators = append(p.Curators, key)
	return true
}

// AppendText appends the policy's canonical text. It does not check the fields: ParsePolicy does.
func (p *Policy) AppendText(dst []byte) []byte {
	dst = lines.Append(dst, policyHeader)
	dst = lines.Append(dst, "max-age-hours", lines.Number(uint64(p.MaxAgeHours)))
	dst = lines.Append(dst, "min-threshold", lines.Number(uint64(p.MinThreshold)))
	dst = lines.Append(dst, "min-synthetics", lines.Number(uint64(p.MinSynthetics)))
	dst = lines.Append(dst, "min-token-bits", lines.Number(uint64(p.MinTokenBits)))
	dst = lines.Append(dst, "min-margin-bits", lines.Number(uint64(p.MinMarginBits)))
	dst = lines.Append(dst, "kinds", p.Kinds.String())
	dst = lines.Append(dst, "require", lines.Number(uint64(p.Require)))
	for _, c := range p.Curators {
		dst = lines.Append(dst, "curator", c.String())
	}
	if len(p.Curators) == 0 {
		dst = lines.Append(dst, "unendorsed")
	}
	if len(p.Log.Logs) == 0 {
		return lines.Append(dst, "unlogged")
	}
	return p.Log.AppendText(dst)
}
