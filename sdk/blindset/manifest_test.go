package blindset

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// testManifest is a well-formed manifest with two layers.
func testManifest(t testing.TB) *Manifest {
	src := entropy.Reproducible("manifest")
	m := &Manifest{
		Epoch: 3, ListHasher: "pdq-cpp", Hasher: "pdq-canonical@-50", Quality: 50,
		Scheme:  "lowest-frequency bits=64 probes=as-is:8",
		Payload: 4096, Threshold: 30, Synthetics: 32, PeriodDays: 30, Require: 2, Recognition: "pdq-distance-12",
		Kinds: KindsDerivative, Canary: CanaryCard1, Curators: []Curator{{"a.example", [32]byte{1}}, {"b", [32]byte{2}}},
	}
	src.Read(m.Salt[:])
	for _, capacity := range []int{1024, 5008} {
		layout, err := NewLayout(capacity, MinShardBytes)
		if err != nil {
			t.Fatal(err)
		}
		key := randomElement(t, src)
		l := Layer{Key: &key, Layout: layout, Shards: make([]Shard, layout.Shards)}
		src.Read(l.TableSalt[:])
		src.Read(l.PositionSeed[:])
		src.Read(l.FillCommitment[:])
		src.Read(l.Draft[:])
		for i := range l.Shards {
			src.Read(l.Shards[i].Digest[:])
			l.Shards[i].Attempt = uint32(i)
		}
		m.Layers = append(m.Layers, l)
	}
	return rebased(m)
}

// rebased names the base that the first layer makes, as of epoch 2, under the header as it is.
func rebased(m *Manifest) *Manifest {
	b := *m
	b.Epoch, b.Base, b.Layers = 2, Base{}, m.Layers[:1]
	m.Base = Base{2, b.ID()}
	return m
}

func TestManifestRoundTrip(t *testing.T) {
	m := testManifest(t)
	text := m.AppendText(nil)
	back, err := ParseManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.AppendText(nil), text) || back.ID() != m.ID() {
		t.Error("a manifest changed on its way through text")
	}
	if len(back.Layers) != 2 || back.Layers[1].Shards[1] != m.Layers[1].Shards[1] || back.Layers[1].Cells() != m.Layers[1].Cells() {
		t.Error("a layer changed on its way through text")
	}
}

// A set that nobody endorses names no curators and no draft, and says so.
func TestManifestUnendorsed(t *testing.T) {
	m := testManifest(t)
	m.Curators, m.Canary = nil, ""
	for i := range m.Layers {
		m.Layers[i].Draft = [32]byte{}
	}
	text := string(rebased(m).AppendText(nil))
	if !strings.Contains(text, "canary none\ncurators 0\nbase 2 ") || strings.Count(text, "draft none\n") != 2 {
		t.Errorf("the text does not say so:\n%s", text)
	}
	back, err := ParseManifest([]byte(text))
	if err != nil || back.Endorsed() || !testManifest(t).Endorsed() {
		t.Errorf("%v", err)
	}
	if _, err := ParseManifest([]byte(strings.Replace(text, "draft none", "draft "+strings.Repeat("11", 32), 1))); !errors.Is(err, ErrManifest) {
		t.Errorf("a draft without curators: %v", err)
	}
}

func TestKinds(t *testing.T) {
	for k, want := range map[Kinds]string{
		KindsNone: "none", KindsDerivative: "derivative", KindsMediaKey: "media-key", AllKinds: "derivative,media-key",
	} {
		if back, err := ParseKinds(want); err != nil || back != k || k.String() != want {
			t.Errorf("%s: %v %v", want, back, err)
		}
		if !k.Allows(0) || k.Allows(1) != strings.Contains(want, "derivative") || k.Allows(2) != strings.Contains(want, "media-key") || k.Allows(3) || k.Allows(-1) {
			t.Errorf("%s allows something else", want)
		}
	}
}

func TestRecognitionText(t *testing.T) {
	for _, distance := range []int{0, 1, 31} {
		for _, variants := range []bool{false, true} {
			text := Recognition(distance, variants)
			if d, v, ok := ParseRecognition(text); !ok || d != distance || v != variants {
				t.Errorf("%s: %d %v %v", text, d, v, ok)
			}
		}
	}
}

// Each text has one fault.
func TestManifestRefuses(t *testing.T) {
	good := string(testManifest(t).AppendText(nil))
	identity := strings.Repeat("00", 32)
	nonCanonical := strings.Repeat("ff", 32)
	line := func(name string) string {
		i := strings.Index(good, "\n"+name+" ") + 1
		return good[i : i+strings.IndexByte(good[i:], '\n')]
	}
	replace := func(name, value string) string {
		return strings.Replace(good, line(name), name+" "+value, 1)
	}
	for name, text := range map[string]string{
		"empty":                            "",
		"another header":                   "veilhash-set v1" + good[15:],
		"no line feed at the end":          strings.TrimSuffix(good, "\n"),
		"text after the end":               good + "x\n",
		"cut short":                        good[:len(good)/2],
		"carriage returns":                 strings.ReplaceAll(good, "\n", "\r\n"),
		"blank line":                       strings.Replace(good, "epoch", "\nepoch", 1),
		"unknown line":                     strings.Replace(good, "hasher ", "hasher2 ", 1),
		"line twice":                       strings.Replace(good, line("epoch"), line("epoch")+"\n"+line("epoch"), 1),
		"lines swapped":                    strings.Replace(good, line("payload")+"\n"+line("threshold"), line("threshold")+"\n"+line("payload"), 1),
		"two spaces":                       strings.Replace(good, "epoch ", "epoch  ", 1),
		"trailing space":                   strings.Replace(good, line("epoch"), line("epoch")+" ", 1),
		"epoch zero":                       replace("epoch", "0"),
		"leading zero":                     replace("epoch", "03"),
		"sign":                             replace("epoch", "+3"),
		"number too large":                 replace("epoch", "99999999999999999999"),
		"quality above 100":                replace("quality", "101"),
		"threshold zero":                   replace("threshold", "0"),
		"payload too small":                replace("payload", "63"),
		"upper-case digits":                strings.Replace(good, line("salt"), strings.ToUpper(line("salt")), 1),
		"salt too short":                   replace("salt", "00"),
		"unknown rule":                     replace("recognition", "name"),
		"distance above 31":                replace("recognition", "pdq-distance-32"),
		"variants misspelt":                replace("recognition", "equal-token+variant"),
		"distance with a zero":             replace("recognition", "pdq-distance-03"),
		"unknown kind":                     replace("kinds", "video"),
		"kinds out of order":               replace("kinds", "media-key,derivative"),
		"kind twice":                       replace("kinds", "derivative,derivative"),
		"kind and none":                    replace("kinds", "none,derivative"),
		"unknown canary":                   replace("canary", "test-card-2"),
		"no canary line":                   strings.Replace(good, line("canary")+"\n", "", 1),
		"curators miscounted":              replace("curators", "1"),
		"curators fewer than named":        replace("curators", "3"),
		"too many curators":                replace("curators", "65"),
		"curators fewer than they must be": replace("require", "3"),
		"curators out of order":            strings.Replace(good, " a.example\n", " c.example\n", 1),
		"curator twice":                    strings.Replace(good, " b\n", " a.example\n", 1),
		"curator's key twice":              strings.Replace(good, "curator 02", "curator 01", 1),
		"curator without a name":           strings.Replace(good, " b\n", "\n", 1),
		"curator's name with +":            strings.Replace(good, " b\n", " b+\n", 1),
		"curator's name in capitals":       strings.Replace(good, " b\n", " B\n", 1),
		"curator's name of 65":             strings.Replace(good, " b\n", " "+strings.Repeat("b", 65)+"\n", 1),
		"curator's key in capitals":        replace("curator", strings.Repeat("AB", 32)+" a.example"),
		"curator's key not canonical":      replace("curator", "ed"+strings.Repeat("ff", 30)+"7f a.example"),
		"curators without a draft":         replace("draft", "none"),
		"a draft of zeros":                 replace("draft", identity),
		"a draft too short":                replace("draft", "00"),
		"no layers":                        replace("layers", "0"),
		"too many layers":                  replace("layers", "17"),
		"wrong layer number":               replace("layer", "1"),
		"identity for L":                   replace("key", identity),
		"L no canonical encoding":          replace("key", nonCanonical),
		"capacity of another form":         replace("capacity", "1025"),
		"segments do not follow":           replace("segments", "9"),
		"no shards":                        replace("shards", "0"),
		"attempt too large":                strings.Replace(good, line("shard"), line("shard")[:70]+" 64", 1),
		"attempt missing":                  strings.Replace(good, line("shard"), line("shard")[:70], 1),
		"control character":                replace("scheme", "lowest\tfrequency"),
		"not ASCII":                        replace("scheme", "é"),
		"longer than a manifest is":        good + strings.Repeat("x", MaxManifestBytes),
	} {
		_, err := ParseManifest([]byte(text))
		var f *FormatError
		if !errors.Is(err, ErrManifest) || !errors.As(err, &f) {
			t.Errorf("%s: %v, want ErrManifest", name, err)
		}
	}
	_, err := ParseManifest([]byte(replace("key", identity)))
	if want := "blindset: manifest refused: line 22: key is the identity element: every lookup would match"; err == nil || err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func FuzzParseManifest(f *testing.F) {
	good := testManifest(f).AppendText(nil)
	f.Add(good)
	f.Add(good[:200])
	f.Add([]byte("veilhash-set v0\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ParseManifest(text)
		if err != nil {
			if !errors.Is(err, ErrManifest) {
				t.Errorf("untyped error %v", err)
			}
			return
		}
		if !bytes.Equal(m.AppendText(nil), text) {
			t.Error("accepted a text that is not canonical")
		}
		for i := range m.Layers {
			p := m.Layers[i].Locate([]byte("token"))
			if p.Cells[2] >= m.Layers[i].Cells() {
				t.Error("a cell lies outside its shard")
			}
		}
	})
}

func testKeyring(t testing.TB) *Keyring {
	r := new(Keyring)
	src := entropy.Reproducible("keyring")
	for range 3 {
		k := LayerKey{}
		var err error
		if k.Alpha, err = group.RandomScalar(src); err != nil {
			t.Fatal(err)
		}
		src.Read(k.FillSeed[:])
		r.Add(k)
	}
	return r
}

func TestKeyring(t *testing.T) {
	r := testKeyring(t)
	text := r.AppendText(nil)
	back, err := ParseKeyring(text)
	if err != nil {
		t.Fatal(err)
	}
	if back.Len() != 3 || !bytes.Equal(back.AppendText(nil), text) {
		t.Error("a key ring changed on its way through text")
	}
	m := testManifest(t)
	if _, err := back.ForManifest(m); !errors.Is(err, ErrNoKey) {
		t.Errorf("keys for another set: %v, want ErrNoKey", err)
	}
	for _, k := range back.keys {
		m.Layers[0].Key = k.L()
		m.Layers = m.Layers[:1]
		keys, err := back.ForManifest(m)
		if err != nil || len(keys) != 1 || string(keys[0].Alpha.Bytes()) != string(k.Alpha.Bytes()) {
			t.Errorf("the set's key was not found: %v", err)
		}
	}
}

func TestKeyringRefuses(t *testing.T) {
	good := string(testKeyring(t).AppendText(nil))
	lines := strings.SplitAfter(good, "\n")
	secret := strings.Fields(lines[1])[2]
	for name, text := range map[string]string{
		"empty":           "",
		"header":          "veilhash-keyring v1\n",
		"out of order":    lines[0] + lines[2] + lines[1],
		"twice":           lines[0] + lines[1] + lines[1],
		"cut short":       good[:len(good)-9],
		"wrong L":         lines[0] + strings.Replace(lines[1], strings.Fields(lines[1])[1], strings.Fields(lines[2])[1], 1),
		"alpha zero":      lines[0] + strings.Replace(lines[1], secret, strings.Repeat("0", 64), 1),
		"alpha too large": lines[0] + strings.Replace(lines[1], secret, strings.Repeat("f", 64), 1),
	} {
		_, err := ParseKeyring([]byte(text))
		if !errors.Is(err, ErrKeyring) {
			t.Errorf("%s: %v, want ErrKeyring", name, err)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error shows a secret", name)
		}
	}
}

func FuzzParseKeyring(f *testing.F) {
	good := testKeyring(f).AppendText(nil)
	f.Add(good)
	f.Add(good[:100])
	f.Add([]byte("veilhash-keyring v0\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseKeyring(text)
		if err == nil && !bytes.Equal(r.AppendText(nil), text) {
			t.Error("accepted a text that is not canonical")
		}
	})
}
