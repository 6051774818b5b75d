package trust

import (
	"slices"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
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
	l := read(text, policyHeader, maxPolicyBytes)
	var p Policy
	p.MaxAgeHours = int(l.number("max-age-hours", maxAgeHours))
	p.MinThreshold = int(l.number("min-threshold", 1<<10))
	p.MinSynthetics = int(l.number("min-synthetics", 64))
	p.MinTokenBits = int(l.number("min-token-bits", 256))
	p.MinMarginBits = int(l.number("min-margin-bits", 256))
	var err error
	if p.Kinds, err = blindset.ParseKinds(l.value("kinds")); err != nil {
		l.ok = false
	}
	p.Require = int(l.number("require", maxCurators))
	for l.ok && l.rest != "" {
		items := strings.Split(l.next(), " ")
		switch {
		case slices.Contains(items, ""):
			l.ok = false
		case len(items) == 1 && (items[0] == "unendorsed" || items[0] == "unlogged"):
		case len(items) == 2 && items[0] == "curator":
			key, err := tlog.ParseKey(items[1])
			l.ok = l.ok && err == nil && key.Algorithm == tlog.Ed25519 &&
				!slices.ContainsFunc(p.Curators, func(c *tlog.Key) bool { return c.Public == key.Public || c.Name == key.Name })
			p.Curators = append(p.Curators, key)
		default:
			l.ok = p.Log.Add(items) == nil && l.ok
		}
	}
	endorsed := p.Require >= 1 && len(p.Curators) >= p.Require && len(p.Curators) <= maxCurators
	unendorsed := p.Require == 0 && len(p.Curators) == 0
	logged := len(p.Log.Logs) == 1 && p.Log.Quorum != ""
	unlogged := len(p.Log.Logs)+len(p.Log.Witnesses)+len(p.Log.Groups) == 0 && p.Log.Quorum == ""
	if !l.done() || p.MaxAgeHours < 1 || !endorsed && !unendorsed || !logged && !unlogged || string(p.AppendText(nil)) != string(text) {
		return nil, ErrPolicy
	}
	return &p, nil
}

// AppendText appends the policy's canonical text. It does not check the fields: ParsePolicy does.
func (p *Policy) AppendText(dst []byte) []byte {
	dst = append(dst, policyHeader+"\n"...)
	dst = appendNumber(dst, "max-age-hours", uint64(p.MaxAgeHours))
	dst = appendNumber(dst, "min-threshold", uint64(p.MinThreshold))
	dst = appendNumber(dst, "min-synthetics", uint64(p.MinSynthetics))
	dst = appendNumber(dst, "min-token-bits", uint64(p.MinTokenBits))
	dst = appendNumber(dst, "min-margin-bits", uint64(p.MinMarginBits))
	dst = append(dst, "kinds "+p.Kinds.String()+"\n"...)
	dst = appendNumber(dst, "require", uint64(p.Require))
	for _, c := range p.Curators {
		dst = append(dst, "curator "+c.String()+"\n"...)
	}
	if len(p.Curators) == 0 {
		dst = append(dst, "unendorsed\n"...)
	}
	if len(p.Log.Logs) == 0 {
		return append(dst, "unlogged\n"...)
	}
	return p.Log.AppendText(dst)
}

func appendNumber(dst []byte, name string, n uint64) []byte {
	return append(strconv.AppendUint(append(append(dst, name...), ' '), n, 10), '\n')
}
