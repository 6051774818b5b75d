package blindset

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// The same table may come again, in any number of sets. Another table under its key may not.
func TestSeenKeys(t *testing.T) {
	m := testManifest(t)
	var s SeenKeys
	if err := s.Add(m); err != nil || s.Len() != 2 {
		t.Fatalf("%v, %d keys", err, s.Len())
	}
	if err := s.Add(m.ownBase()); err != nil || s.Len() != 2 {
		t.Errorf("the base alone: %v, %d keys", err, s.Len())
	}
	for name, change := range map[string]func(l *Layer){
		"another salt":    func(l *Layer) { l.TableSalt[0] ^= 1 },
		"another seed":    func(l *Layer) { l.PositionSeed[0] ^= 1 },
		"another shard":   func(l *Layer) { l.Shards[0].Digest[0] ^= 1 },
		"another attempt": func(l *Layer) { l.Shards[0].Attempt ^= 1 },
		"another draft":   func(l *Layer) { l.Draft[0] ^= 1 },
	} {
		other := testManifest(t)
		change(&other.Layers[1])
		if err := s.Check(other); !errors.Is(err, ErrKeyReused) {
			t.Errorf("%s: %v, want ErrKeyReused", name, err)
		}
		if err := s.Add(other); !errors.Is(err, ErrKeyReused) || s.Len() != 2 {
			t.Errorf("%s: added", name)
		}
	}
	text := s.AppendText(nil)
	back, err := ParseSeenKeys(text)
	if err != nil || !bytes.Equal(back.AppendText(nil), text) {
		t.Fatalf("round trip: %v", err)
	}
	if err := back.Check(m); err != nil {
		t.Error(err)
	}
}

func TestParseSeenKeysRefuses(t *testing.T) {
	var s SeenKeys
	if err := s.Add(testManifest(t)); err != nil {
		t.Fatal(err)
	}
	good := string(s.AppendText(nil))
	lines := strings.SplitAfter(good, "\n")
	for name, text := range map[string]string{
		"empty":         "",
		"header":        strings.Replace(good, "v0", "v1", 1),
		"out of order":  lines[0] + lines[2] + lines[1],
		"twice":         lines[0] + lines[1] + lines[1],
		"cut":           good[:len(good)-1],
		"upper case":    lines[0] + strings.ToUpper(lines[1]),
		"another field": good + "x y\n",
	} {
		if _, err := ParseSeenKeys([]byte(text)); !errors.Is(err, ErrKeysSeen) {
			t.Errorf("%s: %v, want ErrKeysSeen", name, err)
		}
	}
}

func FuzzParseSeenKeys(f *testing.F) {
	var s SeenKeys
	f.Add(s.AppendText(nil))
	if err := s.Add(testManifest(f)); err != nil {
		f.Fatal(err)
	}
	f.Add(s.AppendText(nil))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseSeenKeys(text)
		if err != nil {
			if !errors.Is(err, ErrKeysSeen) {
				t.Errorf("error %v", err)
			}
			return
		}
		if !bytes.Equal(s.AppendText(nil), text) {
			t.Error("what is accepted is not written the same")
		}
	})
}

// A key that was destroyed is remembered by its L, and never comes back.
func TestForget(t *testing.T) {
	src := entropy.Reproducible("forget")
	var ring Keyring
	var keys []LayerKey
	for range 3 {
		alpha, err := group.RandomNonZeroScalar(src)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, LayerKey{Alpha: alpha})
		ring.Add(keys[len(keys)-1])
	}
	l := [32]byte(keys[1].L().Bytes())
	if err := ring.Forget(l); err != nil {
		t.Fatal(err)
	}
	if err := ring.Forget(l); !errors.Is(err, ErrNoKey) {
		t.Errorf("forgotten twice: %v", err)
	}
	text := ring.AppendText(nil)
	secret := LayerKey{Alpha: keys[1].Alpha}
	if bytes.Contains(text, []byte(hexa.String(secret.Alpha.Bytes()))) {
		t.Error("the key is still in the text")
	}
	back, err := ParseKeyring(text)
	if err != nil || back.Len() != 2 || !bytes.Equal(back.AppendText(nil), text) {
		t.Fatalf("round trip: %v", err)
	}
	if !back.Used(l) || !back.Used([32]byte(keys[0].L().Bytes())) || back.Used([32]byte{1}) {
		t.Error("the ring does not know which keys were used")
	}
	defer func() {
		if recover() == nil {
			t.Error("a key that was destroyed could be added again")
		}
	}()
	back.Add(keys[1])
}

func TestSpentRefuses(t *testing.T) {
	src := entropy.Reproducible("spent")
	var ring Keyring
	for range 3 {
		alpha, err := group.RandomNonZeroScalar(src)
		if err != nil {
			t.Fatal(err)
		}
		ring.Add(LayerKey{Alpha: alpha})
	}
	for id := range ring.keys {
		if ring.Len() == 1 {
			break
		}
		if err := ring.Forget(id); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.SplitAfter(string(ring.AppendText(nil)), "\n") // header, a layer, two spent
	kept := "spent " + lines[1][len("layer "):len("layer ")+64] + "\n"
	for name, text := range map[string]string{
		"out of order":     lines[0] + lines[1] + lines[3] + lines[2],
		"twice":            lines[0] + lines[1] + lines[2] + lines[2],
		"before the keys":  lines[0] + lines[2] + lines[1],
		"kept and spent":   lines[0] + lines[1] + kept,
		"too short":        lines[0] + "spent 00\n",
		"without its name": lines[0] + lines[2][len("spent "):],
	} {
		if _, err := ParseKeyring([]byte(text)); !errors.Is(err, ErrKeyring) {
			t.Errorf("%s: %v, want ErrKeyring", name, err)
		}
	}
}
