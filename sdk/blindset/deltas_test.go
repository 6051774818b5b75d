package blindset

import (
	"errors"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// A set with deltas names its base, and the name must be that of the set that its first layer makes under its header.
func TestBase(t *testing.T) {
	m := testManifest(t)
	if m.Origin() != m.Base || m.Base.Epoch != 2 {
		t.Errorf("origin %v, base %v", m.Origin(), m.Base)
	}
	b := m.ownBase()
	if b.Origin() != m.Base || b.ID() != m.Base.ID {
		t.Error("the base is another set than the one that deltas name")
	}
	if _, err := ParseManifest(b.AppendText(nil)); err != nil {
		t.Errorf("the base: %v", err)
	}
	again := b.WithLayers(9, 1, m.Layers[1])
	if again.Base != m.Base || again.Origin() != m.Origin() || len(again.Layers) != 2 || again.Epoch != 9 {
		t.Errorf("WithLayers makes %v of %d layers", again.Base, len(again.Layers))
	}
	if _, err := ParseManifest(again.AppendText(nil)); err != nil {
		t.Error(err)
	}
	third := again.WithLayers(10, 2, fresh(t, "third"))
	if p, err := ParseManifest(third.AppendText(nil)); err != nil || p.Origin() != m.Origin() || len(p.Layers) != 3 {
		t.Errorf("three layers: %v", err)
	}
}

// fresh is a layer that has nothing in common with others.
func fresh(t *testing.T, seed string) Layer {
	src := entropy.Reproducible(seed)
	l := testManifest(t).Layers[0]
	key := randomElement(t, src)
	l.Key = &key
	src.Read(l.TableSalt[:])
	src.Read(l.PositionSeed[:])
	src.Read(l.FillCommitment[:])
	return l
}

func TestBaseRefuses(t *testing.T) {
	for name, change := range map[string]func(m *Manifest){
		"no base":                       func(m *Manifest) { m.Base = Base{} },
		"a base without deltas":         func(m *Manifest) { m.Layers = m.Layers[:1] },
		"another base":                  func(m *Manifest) { m.Base.ID[0] ^= 1 },
		"a base of another epoch":       func(m *Manifest) { m.Base.Epoch = 1 },
		"a base that is younger":        func(m *Manifest) { m.Base.Epoch = m.Epoch },
		"fewer epochs than deltas":      func(m *Manifest) { rebased(m).Layers = append(m.Layers, fresh(t, "third")) },
		"a header that the base lacked": func(m *Manifest) { m.Threshold++ },
		"one L in two layers":           func(m *Manifest) { m.Layers[1].Key = m.Layers[0].Key },
		"one table salt in two layers":  func(m *Manifest) { m.Layers[1].TableSalt = m.Layers[0].TableSalt },
		"one seed in two layers":        func(m *Manifest) { m.Layers[1].PositionSeed = m.Layers[0].PositionSeed },
		"one fill seed in two layers":   func(m *Manifest) { m.Layers[1].FillCommitment = m.Layers[0].FillCommitment },
	} {
		m := testManifest(t)
		change(m)
		if _, err := ParseManifest(m.AppendText(nil)); !errors.Is(err, ErrManifest) {
			t.Errorf("%s: %v, want ErrManifest", name, err)
		}
	}
	good := string(testManifest(t).AppendText(nil))
	for _, bad := range []string{"base 2", "base two " + strings.Repeat("ab", 32), "base 0 " + strings.Repeat("ab", 32), "base 2  " + strings.Repeat("ab", 32), "base 2 " + strings.Repeat("AB", 32), "base 02 " + strings.Repeat("ab", 32)} {
		at := strings.Index(good, "base ")
		end := at + strings.IndexByte(good[at:], '\n')
		if _, err := ParseManifest([]byte(good[:at] + bad + good[end:])); !errors.Is(err, ErrManifest) {
			t.Errorf("%q: %v, want ErrManifest", bad, err)
		}
	}
}
