package endorse

import (
	"fmt"
	"slices"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/tlog"
)

// Verify checks a set's endorsements, as Assemble makes them, against the curators that the caller pinned: the manifest names no other than these, and at least as many of them
// have signed as the manifest requires to recognise an entry. It returns the names of those who have. Errors are ErrFormat, ErrCurators, ErrDraft, ErrSignature and ErrCoverage.
func Verify(m *blindset.Manifest, endorsements []byte, pinned []blindset.Curator) ([]string, error) {
	if !m.Endorsed() {
		return nil, refuse(ErrCurators, "the set names none: its operator alone answers for it")
	}
	for _, c := range m.Curators {
		if !slices.Contains(pinned, c) {
			return nil, refuse(ErrCurators, c.Name+" was not pinned with this key")
		}
	}
	n, err := tlog.ParseNote(endorsements)
	if err != nil {
		return nil, refuse(ErrFormat, "endorsements: not a signed note")
	}
	if n.Text != string(blindset.EndorsementText(m.ID())) {
		return nil, refuse(ErrDraft, "the endorsements are of another set")
	}
	var signed []string
	for _, c := range m.Curators {
		key, err := noteKey(c)
		if err != nil {
			return nil, refuse(ErrFormat, err.Error())
		}
		switch err := n.Verify(key); err {
		case nil:
			signed = append(signed, c.Name)
		case tlog.ErrUnsigned:
		default:
			return nil, refuse(ErrSignature, "that of "+c.Name)
		}
	}
	if len(signed) < m.Require {
		return signed, refuse(ErrCoverage, fmt.Sprintf("%d of %d curators endorse the set, and it needs %d", len(signed), len(m.Curators), m.Require))
	}
	return signed, nil
}
