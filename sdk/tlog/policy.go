package tlog

import (
	"slices"
	"strings"

	"github.com/veilhash/veilhash/sdk/internal/lines"
)

// A Policy says whose checkpoints count (tlog-policy): the logs that are known, the witnesses, and which of these must have cosigned.
type Policy struct {
	Logs      []Log
	Witnesses []Witness
	Groups    []Group
	Quorum    string // the name of a witness or group, or QuorumNone; empty if there is no such line yet
}

// A Log is a log of a policy.
type Log struct {
	Key *Key   // its name is the log's origin
	URL string // may be empty
}

// A Witness is a witness of a policy.
type Witness struct {
	Name string // within the policy
	Key  *Key   // of algorithm CosignatureV1
	URL  string // where it takes checkpoints; may be empty
}

// A Group has cosigned if Threshold of its members have.
type Group struct {
	Name      string
	Threshold int
	Members   []string // witnesses, or groups of earlier lines
}

// QuorumNone is the quorum that asks for no witness at all.
const QuorumNone = "none"

// The most logs, witnesses and groups that a policy may have, and the longest text.
const (
	maxPolicyItems = 32
	maxPolicyBytes = 1 << 16
)

// A Cosignature is one witness's word that it saw a checkpoint, and when.
type Cosignature struct {
	Witness string // its name within the policy
	Time    uint64 // seconds since 1970-01-01 UTC
}

// ParsePolicy reads a policy file: lines of items separated by spaces and tabs, blank lines and comments that begin with '#'. The error is ErrPolicy, or
// ErrKey for a key.
func ParsePolicy(text []byte) (*Policy, error) {
	if len(text) > maxPolicyBytes {
		return nil, ErrPolicy
	}
	for _, c := range text {
		if c < ' ' && c != '\t' && c != '\n' || c == 0x7f {
			return nil, ErrPolicy
		}
	}
	var p Policy
	rest := string(text)
	for rest != "" {
		line, after, found := strings.Cut(rest, "\n")
		if !found {
			return nil, ErrPolicy
		}
		rest = after
		items := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
		if len(items) == 0 || items[0][0] == '#' {
			continue
		}
		if err := p.Add(items); err != nil {
			return nil, err
		}
	}
	if p.Quorum == "" {
		return nil, ErrPolicy
	}
	return &p, nil
}

// Add takes one line of a policy, cut into its items. The error is ErrPolicy for a line that is none or breaks a rule (a name twice, one that is not defined
// yet, a key twice, a threshold that cannot be met), or ErrKey.
func (p *Policy) Add(items []string) error {
	n := len(items)
	switch {
	case items[0] == "log" && (n == 2 || n == 3):
		key, err := ParseKey(items[1])
		if err != nil {
			return err
		}
		if key.Algorithm != Ed25519 || len(p.Logs) == maxPolicyItems {
			return ErrPolicy
		}
		for _, l := range p.Logs {
			if l.Key.Public == key.Public {
				return ErrPolicy
			}
		}
		p.Logs = append(p.Logs, Log{key, optional(items, 2)})
	case items[0] == "witness" && (n == 3 || n == 4):
		key, err := ParseKey(items[2])
		if err != nil {
			return err
		}
		if key.Algorithm != CosignatureV1 || !p.free(items[1]) || len(p.Witnesses) == maxPolicyItems {
			return ErrPolicy
		}
		for _, w := range p.Witnesses {
			if w.Key.Public == key.Public {
				return ErrPolicy
			}
		}
		p.Witnesses = append(p.Witnesses, Witness{items[1], key, optional(items, 3)})
	case items[0] == "group" && n >= 4:
		return p.addGroup(items[1], items[2], items[3:])
	case items[0] == "quorum" && n == 2:
		if p.Quorum != "" || items[1] != QuorumNone && p.free(items[1]) {
			return ErrPolicy
		}
		p.Quorum = items[1]
	default:
		return ErrPolicy
	}
	return nil
}

func optional(items []string, i int) string {
	if i < len(items) {
		return items[i]
	}
	return ""
}

func (p *Policy) addGroup(name, threshold string, members []string) error {
	g := Group{name, 1, members}
	switch threshold {
	case "any":
	case "all":
		g.Threshold = len(members)
	default:
		k, ok := parseNumber(threshold)
		if !ok || k < 1 || k > uint64(len(members)) {
			return ErrPolicy
		}
		g.Threshold = int(k)
	}
	if !p.free(name) || len(p.Groups) == maxPolicyItems {
		return ErrPolicy
	}
	for i, m := range members {
		// Each name counts in one place only.
		if m == QuorumNone || p.free(m) || slices.Contains(members[:i], m) {
			return ErrPolicy
		}
		for _, other := range p.Groups {
			if slices.Contains(other.Members, m) {
				return ErrPolicy
			}
		}
	}
	p.Groups = append(p.Groups, g)
	return nil
}

// free reports whether a name is not taken.
func (p *Policy) free(name string) bool {
	for _, w := range p.Witnesses {
		if w.Name == name {
			return false
		}
	}
	for _, g := range p.Groups {
		if g.Name == name {
			return false
		}
	}
	return name != QuorumNone
}

// AppendText appends the policy's lines, single spaces between items: logs, witnesses, groups, the quorum.
func (p *Policy) AppendText(dst []byte) []byte {
	for _, l := range p.Logs {
		dst = lines.Append(dst, withURL(l.URL, "log", l.Key.String())...)
	}
	for _, w := range p.Witnesses {
		dst = lines.Append(dst, withURL(w.URL, "witness", w.Name, w.Key.String())...)
	}
	for _, g := range p.Groups {
		dst = lines.Append(dst, append([]string{"group", g.Name, lines.Number(uint64(g.Threshold))}, g.Members...)...)
	}
	return lines.Append(dst, "quorum", p.Quorum)
}

// withURL is a line's items and, where it is given, a URL.
func withURL(url string, items ...string) []string {
	if url != "" {
		items = append(items, url)
	}
	return items
}

// Verify checks that a note is a checkpoint signed by a log of the policy, and which witnesses of the policy cosigned it. Whether these are enough is for
// [Policy.Satisfied] to say. Errors are ErrCheckpoint, ErrLog and, for a signature of a known key that does not verify, ErrSignature.
func (p *Policy) Verify(n *Note) (*Checkpoint, []Cosignature, error) {
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return nil, nil, err
	}
	known := false
	for _, l := range p.Logs {
		known = known || l.Key.Name == c.Origin && n.Verify(l.Key) == nil
	}
	if !known {
		return nil, nil, ErrLog
	}
	var seen []Cosignature
	for _, w := range p.Witnesses {
		switch seconds, err := n.Cosigned(w.Key); err {
		case nil:
			seen = append(seen, Cosignature{w.Name, seconds})
		case ErrSignature:
			return nil, nil, err
		}
	}
	return c, seen, nil
}

// Satisfied reports whether these cosignatures are a quorum.
func (p *Policy) Satisfied(seen []Cosignature) bool {
	if p.Quorum == QuorumNone {
		return true
	}
	var have []string
	for _, c := range seen {
		have = append(have, c.Witness)
	}
	for _, g := range p.Groups { // members are of earlier lines
		count := 0
		for _, m := range g.Members {
			if slices.Contains(have, m) {
				count++
			}
		}
		if count >= g.Threshold {
			have = append(have, g.Name)
		}
	}
	return slices.Contains(have, p.Quorum)
}
