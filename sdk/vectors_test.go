package sdk_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/voucher"
)

var update = flag.Bool("update", false, "write the golden vectors anew; only where the protocol's version changes")

const vectorDir = "testdata/vectors"

// The golden vectors, as JSON. Byte strings are hexadecimal. docs/protocol.md says what each is; TypeScript reads the same files.
type (
	hexBytes []byte

	groupVector struct {
		Salt    hexBytes `json:"salt"`
		Token   hexBytes `json:"token"`
		Element hexBytes `json:"element"` // section 3.1
	}

	placeVector struct {
		Token  hexBytes `json:"token"`
		Shard  int      `json:"shard"`
		Cells  [3]int   `json:"cells"`  // section 3.3
		Lookup hexBytes `json:"lookup"` // the cells' sum
		Member bool     `json:"member"` // whether that is alpha·H(salt, token)
	}

	setVector struct {
		ID      string        `json:"id"`
		Keyring string        `json:"keyring"`
		Alpha   hexBytes      `json:"alpha"`
		Fill    hexBytes      `json:"fillSeed"`
		Places  []placeVector `json:"places"`
	}

	voucherVector struct {
		Name        string     `json:"name"`
		SetID       hexBytes   `json:"setID"`
		Alphas      []hexBytes `json:"alphas"`
		Account     string     `json:"account"` // of the binding
		Message     string     `json:"message"`
		Voucher     hexBytes   `json:"voucher"`
		State       string     `json:"state"` // "match" or "closed"
		Generation  uint32     `json:"generation,omitempty"`
		Period      uint32     `json:"period,omitempty"`
		Kind        uint16     `json:"kind,omitempty"`
		Share       hexBytes   `json:"share,omitempty"`
		PayloadKey  hexBytes   `json:"payloadKey,omitempty"`
		Payload     hexBytes   `json:"payload,omitempty"`
		ShareSize   int        `json:"shareSize"`
		PayloadSize int        `json:"payloadSize"`
		Probes      int        `json:"probes"`
	}

	viewVector struct {
		View         string   `json:"view"`
		Quality      int      `json:"quality"`
		Hash         string   `json:"hash"`
		Coefficients hexBytes `json:"coefficients"` // 256 big-endian float32, by bit number; their median is zero
	}

	probeVector struct {
		Scheme     string       `json:"scheme"`
		MinQuality int          `json:"minQuality"`
		Views      []viewVector `json:"views"`
		Entry      hexBytes     `json:"entry"`  // the token of the first view's hash
		Probes     []hexBytes   `json:"probes"` // sections 2.1 and 2.3
	}
)

func (h hexBytes) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h), nil }
func (h *hexBytes) UnmarshalText(b []byte) (err error) {
	*h, err = hex.DecodeString(string(b))
	return err
}

// golden compares what the code makes with the file, or writes the file.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	var b []byte
	switch v := v.(type) {
	case []byte:
		b = v
	default:
		var err error
		if b, err = json.MarshalIndent(v, "", "\t"); err != nil {
			t.Fatal(err)
		}
		b = append(b, '\n')
	}
	path := filepath.Join(vectorDir, name)
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, b, 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, want) {
		t.Errorf("%s: what the code makes is not what the golden file holds", name)
	}
}

// vectorWorld is the set and account of the vectors.
func vectorWorld(t *testing.T) (w *world, src entropy.Source) {
	src = entropy.Reproducible("veilhash golden vectors")
	return newWorld(t, worldConfig{threshold: 2, synthetics: 4, pictures: known, entropy: src}), src
}

func TestVectorsGroup(t *testing.T) {
	var out []groupVector
	for i, tok := range []string{"", "a", "token of eight", string(make([]byte, 32))} {
		salt := [32]byte{byte(i)}
		out = append(out, groupVector{salt[:], []byte(tok), blindset.TokenElement(salt, []byte(tok)).Bytes()})
	}
	golden(t, "group.json", out)
}

func TestVectorsSet(t *testing.T) {
	w, _ := vectorWorld(t)
	m := w.set.Manifest
	key := w.keys[0]
	ring := new(blindset.Keyring)
	ring.Add(key)
	v := setVector{ID: m.ID().String(), Keyring: string(ring.AppendText(nil)), Alpha: key.Alpha.Bytes(), Fill: key.FillSeed[:]}
	scheme, err := token.Parse(m.Scheme)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range append([]picture{stranger}, known...) {
		f, err := imagehash.HashRGBA(imagehash.PDQ{}, p.width, p.height, p.rgba)
		if err != nil {
			t.Fatal(err)
		}
		tok := scheme.Token(f[0].Hash)
		place := m.Layers[0].Locate(tok)
		lookup := w.lookup(place)
		blinded := group.NewElement().ScalarMult(key.Alpha, blindset.TokenElement(m.Salt, tok))
		if member := lookup.Equal(blinded); member != (i > 0) {
			t.Errorf("picture %d: member = %v", i, member)
		}
		v.Places = append(v.Places, placeVector{tok, place.Shard, place.Cells, lookup.Bytes(), i > 0})
	}
	golden(t, "set.json", v)
	golden(t, "set/manifest", m.AppendText(nil))
	for _, s := range m.Layers[0].Shards {
		b, err := os.ReadFile(filepath.Join(w.dir, s.FileName()))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("set", s.FileName()), b)
	}
	set, err := setdir.Open(filepath.Join(vectorDir, "set"))
	if err == nil {
		err = set.Verify(nil)
	}
	if err != nil {
		t.Errorf("the set of the vectors: %v", err)
	}
}

func TestVectorsVoucher(t *testing.T) {
	w, src := vectorWorld(t)
	dealer, err := w.account.Dealer(threshold.Params{
		Threshold: 2, Synthetic: 4, Period: uint32(w.clock / (30 * 86400)), Epoch: 1, SetID: w.set.Manifest.ID(),
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []voucherVector
	for _, c := range []struct {
		name, state string
		picture     picture
	}{
		{"a picture of the set", "match", known[0]},
		{"an edited copy of one", "match", known[1].brighter()},
		{"a picture that is not in the set", "closed", stranger},
		{"a blank picture: dummies only", "closed", picture{9, 9, bytes.Repeat([]byte{255}, 4*81)}},
	} {
		scan := w.begin(c.picture)
		scan.ProvideFrom(w.set)
		sealed, _ := w.seal(scan, "golden payload")
		v := voucherVector{
			Name: c.name, SetID: idOf(w.set.Manifest), Alphas: []hexBytes{w.keys[0].Alpha.Bytes()}, Account: binding.Account, Message: binding.Message,
			Voucher: sealed, State: c.state, ShareSize: threshold.ShareSize(4), PayloadSize: 256, Probes: 16,
		}
		o, err := w.match(sealed)
		if (c.state == "match") != (err == nil) {
			t.Fatalf("%s: %v", c.name, err)
		}
		if err == nil {
			v.opened(t, o, [32]byte(dealer.PayloadKey().Bytes()))
		}
		out = append(out, v)
	}
	golden(t, "vouchers.json", append(out, twoLayers(t, src)))
}

func idOf(m *blindset.Manifest) []byte { id := m.ID(); return id[:] }

// opened fills in what a match holds.
func (v *voucherVector) opened(t *testing.T, o *voucher.Opened, key [32]byte) {
	payload, err := o.Payload(key)
	if err != nil {
		t.Fatal(err)
	}
	v.Generation, v.Period, v.Kind = o.Generation, o.Period, uint16(o.Kind)
	v.Share, v.PayloadKey, v.Payload = o.Share, key[:], payload
}

// twoLayers is a voucher under two layers whose one real probe is in the second.
func twoLayers(t *testing.T, src entropy.Source) voucherVector {
	element := func() *group.Element {
		e, err := group.RandomElement(src)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	p := voucher.Params{SetID: [32]byte{0xd0}, Probes: 3, ShareSize: 48, PayloadSize: 64}
	v := voucherVector{Name: "a match in the second of two layers", State: "match", ShareSize: 48, PayloadSize: 64, Probes: 3}
	v.SetID, v.Account, v.Message = p.SetID[:], "bob", "7"
	var alphas []*group.Scalar
	for range 2 {
		a, err := group.RandomNonZeroScalar(src)
		if err != nil {
			t.Fatal(err)
		}
		alphas = append(alphas, a)
		v.Alphas = append(v.Alphas, a.Bytes())
		p.Keys = append(p.Keys, group.NewElement().ScalarBaseMult(a))
	}
	h := element()
	probe := voucher.Probe{Element: h, Lookups: []*group.Element{element(), group.NewElement().ScalarMult(alphas[1], h)}}
	b := voucher.Binding{Account: v.Account, Message: v.Message}.Digest()
	contents := voucher.Contents{
		Generation: 3, Period: 4, Kind: voucher.KindMediaKey, Share: bytes.Repeat([]byte{6}, 48), PayloadKey: [32]byte{8}, Payload: []byte("key"),
	}
	sealed, err := p.Seal(src, []voucher.Probe{probe}, b, contents)
	if err != nil {
		t.Fatal(err)
	}
	v.Voucher = sealed
	parsed, err := voucher.Parse(sealed)
	if err != nil {
		t.Fatal(err)
	}
	o, err := p.Open(parsed, b, alphas)
	if err != nil {
		t.Fatal(err)
	}
	v.opened(t, o, contents.PayloadKey)
	return v
}

// A voucher that opens without a picture, and one of dummies by the same path. TypeScript reads these too.
func TestVectorsSynthetic(t *testing.T) {
	src := entropy.Reproducible("synthetic vouchers")
	p := voucher.Params{SetID: [32]byte{0xd1}, Probes: 4, ShareSize: 48, PayloadSize: 64}
	var alphas []*group.Scalar
	var encoded []hexBytes
	for range 2 {
		a, err := group.RandomNonZeroScalar(src)
		if err != nil {
			t.Fatal(err)
		}
		alphas, encoded = append(alphas, a), append(encoded, a.Bytes())
		p.Keys = append(p.Keys, group.NewElement().ScalarBaseMult(a))
	}
	b := voucher.Binding{Account: "carol", Message: "9"}
	var out []voucherVector
	for _, c := range []struct {
		name, state     string
		openings, layer int
	}{{"two probes open, in the second layer", "match", 2, 1}, {"no probe opens", "closed", 0, 0}} {
		s := voucher.Synthetic{Openings: c.openings, Layer: c.layer, Generation: 3, Period: 4, Kind: voucher.KindMediaKey, Share: bytes.Repeat([]byte{6}, 48)}
		sealed, err := p.SealSynthetic(src, b.Digest(), s)
		if err != nil {
			t.Fatal(err)
		}
		v := voucherVector{
			Name: c.name, SetID: p.SetID[:], Alphas: encoded, Account: b.Account, Message: b.Message, Voucher: sealed, State: c.state,
			ShareSize: 48, PayloadSize: 64, Probes: 4,
		}
		parsed, err := voucher.Parse(sealed)
		if err != nil {
			t.Fatal(err)
		}
		o, err := p.Open(parsed, b.Digest(), alphas)
		if (c.state == "match") != (err == nil) {
			t.Fatalf("%s: %v", c.name, err)
		}
		if err == nil {
			if o.Hits != c.openings {
				t.Errorf("%s: %d open", c.name, o.Hits)
			}
			v.Generation, v.Period, v.Kind, v.Share = o.Generation, o.Period, uint16(o.Kind), o.Share
		}
		out = append(out, v)
	}
	golden(t, "synthetics.json", out)
}

// The files themselves, not what the code makes, must parse and open: a build of another platform or age reads them.
func TestVectorFilesOpen(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(vectorDir, "vouchers.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []voucherVector
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 5 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		p := voucher.Params{SetID: [32]byte(v.SetID), Probes: v.Probes, ShareSize: v.ShareSize, PayloadSize: v.PayloadSize}
		var alphas []*group.Scalar
		for _, a := range v.Alphas {
			s := group.NewScalar()
			if err := s.SetCanonicalBytes(a); err != nil {
				t.Fatal(err)
			}
			alphas = append(alphas, s)
			p.Keys = append(p.Keys, group.NewElement().ScalarBaseMult(s))
		}
		parsed, err := voucher.Parse(v.Voucher)
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		o, err := p.Open(parsed, voucher.Binding{Account: v.Account, Message: v.Message}.Digest(), alphas)
		if (v.State == "match") != (err == nil) || err != nil && !errors.Is(err, voucher.ErrClosed) {
			t.Fatalf("%s: %v", v.Name, err)
		}
		if err != nil {
			continue
		}
		payload, err := o.Payload([32]byte(v.PayloadKey))
		if err != nil || !bytes.Equal(payload, v.Payload) || !bytes.Equal(o.Share, v.Share) || o.Generation != v.Generation || o.Period != v.Period {
			t.Errorf("%s: opened as something else: %v", v.Name, err)
		}
	}
}

func TestVectorsProbes(t *testing.T) {
	src := entropy.Reproducible("probes")
	var out []probeVector
	for _, c := range []struct {
		scheme  string
		quality []int
	}{
		{token.Balanced, []int{100, 100, 100}},
		{token.Balanced, []int{100, 40, 100}},
		{"lowest-frequency bits=11 probes=as-is:40,crop-15:3", []int{80, 80}},
		{"phash-64 bits=63 probes=as-is:8,pad-15:4,trim:4", []int{100, 100, 100}},
		{"phash-256 bits=12 probes=as-is:20", []int{100}},
		{"dhash-256 bits=80 probes=as-is:9,trim:3", []int{60, 49}},
		{"ahash-64 bits=10 probes=as-is:40", []int{50}},
	} {
		s, err := token.Parse(c.scheme)
		if err != nil {
			t.Fatal(err)
		}
		v := probeVector{Scheme: c.scheme, MinQuality: 50}
		var views []imagehash.ViewFeatures
		for i, view := range s.Views() {
			f := imagehash.ViewFeatures{View: view}
			f.Quality = c.quality[i]
			var raw []byte
			for k := range f.Coefficients {
				if strings.Contains(c.scheme, "hash-64 ") && k >= 64 {
					raw = append(raw, 0, 0, 0, 0) // the hash has no such bit
					continue
				}
				// Eighths up to 1000 in size, either sign, so that equal margins occur; exact in float32.
				n := int(src.Uint64n(16001)) - 8000
				f.Coefficients[k] = float32(n) / 8
				if n > 0 {
					f.Hash = f.Hash.Flip(k)
				}
				bits := math.Float32bits(f.Coefficients[k])
				raw = append(raw, byte(bits>>24), byte(bits>>16), byte(bits>>8), byte(bits))
			}
			views = append(views, f)
			v.Views = append(v.Views, viewVector{view.String(), f.Quality, f.Hash.String(), raw})
		}
		v.Entry = s.Token(views[0].Hash)
		for _, p := range s.Probes(views, 50) {
			v.Probes = append(v.Probes, p.Token)
		}
		out = append(out, v)
	}
	golden(t, "probes.json", out)
}
