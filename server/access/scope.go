package access

import (
	"slices"
	"strings"
)

// A Scope is something that a key may do.
type Scope string

// The scopes.
const (
	WriteVouchers Scope = "vouchers:write" // hand in vouchers of the application's accounts
	ReadConsole   Scope = "console:read"   // see what became of them
	ReadSet       Scope = "set:read"       // fetch the set, where it is not for everyone
	ReadMetrics   Scope = "metrics:read"   // read the server's metrics, which are of all applications
)

// Scopes are all there are, sorted.
func Scopes() []Scope { return []Scope{ReadConsole, ReadMetrics, ReadSet, WriteVouchers} }

// parseScopes reads sorted scopes with commas between.
func parseScopes(text string) ([]Scope, bool) {
	var out []Scope
	for name := range strings.SplitSeq(text, ",") {
		s := Scope(name)
		if !slices.Contains(Scopes(), s) || len(out) > 0 && s <= out[len(out)-1] {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

func joinScopes(scopes []Scope) string {
	var b strings.Builder
	for i, s := range scopes {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(s))
	}
	return b.String()
}
