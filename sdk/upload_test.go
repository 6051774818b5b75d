package sdk_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

const day = 86400

// blurredWorld has a set with synthetics and a clock at the start of a period. The set is always the same one, so that an account has the same synthetic points in it.
func blurredWorld(t testing.TB, T, synthetics int, pictures []picture) *world {
	w := newWorld(t, worldConfig{threshold: T, synthetics: synthetics, pictures: pictures, entropy: entropy.Reproducible("blurred world")})
	w.scanner = w.newScanner(w.account, entropy.Source{})
	w.clock -= w.clock % (30 * day)
	return w
}

var sealing = sdk.SealOptions{Binding: binding, Kind: voucher.KindDerivative, Payload: []byte("payload")}

// upload is the whole way of a picture on the client's side, under a set with synthetics.
func (w *world) upload(s *sdk.Scanner, p picture) *sdk.Upload {
	w.t.Helper()
	was := w.scanner
	w.scanner = s
	defer func() { w.scanner = was }()
	scan := w.begin(p)
	scan.ProvideFrom(w.set)
	u, err := scan.SealUpload(sealing)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

// send is an upload that the server acknowledges, and what opens of it there.
func (w *world) send(s *sdk.Scanner, p picture) (*sdk.Upload, []*voucher.Opened) {
	w.t.Helper()
	u := w.upload(s, p)
	if err := s.Acknowledge(u.Receipt); err != nil {
		w.t.Fatal(err)
	}
	return u, w.opened(u)
}

func (w *world) opened(u *sdk.Upload) (out []*voucher.Opened) {
	w.t.Helper()
	for _, raw := range u.Vouchers {
		switch o, err := w.match(raw); {
		case err == nil:
			out = append(out, o)
		case !errors.Is(err, voucher.ErrClosed):
			w.t.Fatal(err)
		}
	}
	return out
}

// synthetics are the points of the running period as the account's secret has them.
func (w *world) synthetics(account *threshold.Account) []threshold.Synthetic {
	w.t.Helper()
	m := w.set.Manifest
	d, err := account.Dealer(threshold.Params{
		Threshold: m.Threshold, Synthetic: m.Synthetics, Period: uint32(w.clock / (30 * day)), Epoch: m.Epoch, SetID: m.ID(),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	points, err := d.Synthetics(sdk.DefaultOpenings())
	if err != nil {
		w.t.Fatal(err)
	}
	return points
}

// small pictures are quick to hash.
var (
	tiny      = []picture{synthetic(71, 64, 64), synthetic(72, 64, 64), synthetic(73, 64, 64), synthetic(74, 64, 64), synthetic(75, 64, 64), synthetic(76, 64, 64)}
	strangers = []picture{synthetic(171, 64, 64), synthetic(172, 64, 64), synthetic(173, 64, 64)}
)

func TestSealRefusesSynthetics(t *testing.T) {
	w := blurredWorld(t, 2, 4, tiny)
	if _, _, err := w.begin(tiny[0]).Seal(sealing); !errors.Is(err, sdk.ErrNeedsUpload) || sdk.Code(err) != "needs-upload" {
		t.Errorf("%v, want ErrNeedsUpload", err)
	}
	plain := newWorld(t, worldConfig{threshold: 2, pictures: tiny})
	if u := plain.upload(plain.scanner, tiny[0]); len(u.Vouchers) != 1 || len(plain.opened(u)) != 1 {
		t.Errorf("without synthetics an upload has %d vouchers", len(u.Vouchers))
	}
}

// What an account without a match sends in a period: two vouchers with every picture, among which exactly its synthetic points open, once each, with as many probes
// as they are to, not before they are due.
func TestUploadsCarrySynthetics(t *testing.T) {
	w := blurredWorld(t, 3, 12, tiny)
	points := w.synthetics(w.account)
	if len(points) < 3 {
		t.Fatalf("only %d synthetic points: choose another account", len(points))
	}
	start := w.clock
	var shares [][]byte
	for i := range 30 {
		w.clock = start + int64(i)*day
		_, opened := w.send(w.scanner, strangers[i%len(strangers)])
		for _, o := range opened {
			at := slices.IndexFunc(points, func(s threshold.Synthetic) bool { return bytes.Equal(s.Share.Bytes(), o.Share) })
			if at < 0 {
				t.Fatalf("upload %d: what opened is no synthetic point", i)
			}
			due := start + int64(uint64(points[at].Due)*30*day>>32)
			if w.clock < due || w.clock > due+day {
				t.Errorf("a point that is due at day %d came with upload %d", (due-start)/day, i)
			}
			if o.Hits != points[at].Openings || o.Kind != voucher.KindDerivative || o.Period != uint32(w.clock/(30*day)) || o.Generation != 9 {
				t.Errorf("opened as %+v", o)
			}
			shares = append(shares, o.Share)
		}
	}
	late := 0
	for _, p := range points {
		if int64(p.Due) > int64(w.clock-start)<<32/(30*day) {
			late++
		}
	}
	distinct := len(slices.CompactFunc(slices.SortedFunc(slices.Values(shares), bytes.Compare), bytes.Equal))
	if len(shares) != len(points)-late || distinct != len(shares) {
		t.Errorf("%d points came, %d of them distinct, of %d", len(shares), distinct, len(points)-late)
	}
}

// outline is what a server that lacks the keys sees of an upload: everything but uniform bytes.
func (w *world) outline(u *sdk.Upload) (out []string) {
	for _, raw := range u.Vouchers {
		v, err := voucher.Parse(raw)
		if err != nil {
			w.t.Fatal(err)
		}
		header := bytes.Clone(raw[:92])
		clear(header[40:56]) // the id
		out = append(out, string(header), v.Binding.String(), string(rune(len(raw))))
	}
	return out
}

// Uploads look alike whatever they carry: a match, a stranger, a repeat, nothing readable, a synthetic or two.
func TestUploadsLookAlike(t *testing.T) {
	w := blurredWorld(t, 3, 12, tiny)
	// How many synthetics an account has is drawn from its secret and the set's identity: take one that has enough for four uploads of two.
	for secret := byte(1); len(w.synthetics(w.account)) < 9; secret++ {
		w.account = threshold.NewAccountFromSecret([32]byte{secret, 77}, 9)
		w.scanner = w.newScanner(w.account, entropy.Source{})
	}
	blank := picture{100, 100, bytes.Repeat([]byte{255}, 40000)}
	first := w.outline(w.upload(w.scanner, tiny[0]))
	check := func(name string, u *sdk.Upload) {
		t.Helper()
		if !slices.Equal(first, w.outline(u)) {
			t.Errorf("%s: another outline", name)
		}
	}
	check("a stranger", w.upload(w.scanner, strangers[0]))
	check("a repeat", w.upload(w.scanner, tiny[0]))
	check("a blank picture", w.upload(w.scanner, blank))
	w.clock += 29 * day
	opened := 0
	for range 4 {
		u := w.upload(w.scanner, strangers[1])
		check("with synthetics", u)
		opened += len(w.opened(u))
	}
	if opened < 2 {
		t.Errorf("%d synthetics were due in all", opened)
	}
}

// In which place a picture's own voucher is must not tell.
func TestUploadOrder(t *testing.T) {
	w := blurredWorld(t, 3, 2, tiny)
	places := [2]int{}
	for i := range 40 {
		s := w.newScanner(threshold.NewAccountFromSecret([32]byte{byte(i)}, 9), entropy.Source{})
		u := w.upload(s, tiny[0])
		for j, raw := range u.Vouchers {
			if _, err := w.match(raw); err == nil {
				places[j]++
			}
		}
	}
	if places[0] < 5 || places[1] < 5 || places[0]+places[1] != 40 {
		t.Errorf("a match is in the first place %d times, in the second %d times of 40", places[0], places[1])
	}
}

// Two synthetic points that are due together take both places. If only the second place ever held one, two openings in an upload would be proof of a match. The
// picture is not lost: it was not sent, and counts when it is.
func TestTwoDueDisplaceThePicture(t *testing.T) {
	w := blurredWorld(t, 3, 12, tiny)
	w.clock += 29 * day
	n := 0
	for _, p := range w.synthetics(w.account) {
		if int64(p.Due) <= 29<<32/30 {
			n++
		}
	}
	for ; n >= 2; n -= 2 {
		u, opened := w.send(w.scanner, tiny[0])
		if u.Held != sdk.Displaced || len(opened) != 2 {
			t.Fatalf("%d points due: held %v, %d opened", n, u.Held, len(opened))
		}
		if w.isTrue(opened...) != 0 {
			t.Fatal("a displaced picture's voucher opened")
		}
	}
	u, opened := w.send(w.scanner, tiny[0])
	if u.Held != sdk.NotHeld || w.isTrue(opened...) != 1 || len(opened) != 1+n {
		t.Errorf("%d points due: held %v, %d opened", n, u.Held, len(opened))
	}
}

// isTrue counts the shares that are no synthetic point of the account.
func (w *world) isTrue(opened ...*voucher.Opened) (n int) {
	points := w.synthetics(w.account)
	for _, o := range opened {
		if !slices.ContainsFunc(points, func(s threshold.Synthetic) bool { return bytes.Equal(s.Share.Bytes(), o.Share) }) {
			n++
		}
	}
	return n
}

// Below T+1 true matches nothing opens, however many synthetic ones come along; at T+1 the true ones do and the synthetic ones stay closed.
func TestBlurredThreshold(t *testing.T) {
	w := blurredWorld(t, 4, 12, tiny)
	w.clock += 20 * day
	for range 10 { // what was due by now
		w.send(w.scanner, strangers[0])
	}
	var matches []*voucher.Opened
	tally := w.tallyOf(&matches)
	start := w.clock
	second := w.newScanner(w.account, entropy.Source{}) // repeats the synthetic points
	for range 10 {
		_, opened := w.send(second, strangers[1])
		for _, o := range opened {
			w.count(tally, &matches, o)
		}
	}
	if tally.Open() || len(matches) < 3 {
		t.Fatalf("open = %v after %d synthetic points alone", tally.Open(), len(matches))
	}
	seen := 0
	for i, p := range tiny {
		w.clock = start + int64(i)*60
		_, opened := w.send(w.scanner, p)
		for _, o := range opened {
			w.count(tally, &matches, o)
			seen += w.isTrue(o)
		}
		if tally.Open() != (seen >= 5) {
			t.Errorf("open = %v after %d true matches", tally.Open(), seen)
		}
	}
	if !tally.Open() {
		t.Fatal("the account did not open")
	}
	for _, o := range matches {
		payload, err := tally.Payload(o)
		if w.isTrue(o) == 1 && (err != nil || string(payload) != "payload") {
			t.Errorf("a true match: %q, %v", payload, err)
		}
		if w.isTrue(o) == 0 && !errors.Is(err, voucher.ErrPayloadKey) {
			t.Errorf("a synthetic: %q, %v, want ErrPayloadKey", payload, err)
		}
	}

	// The next period starts closed, with other shares and another key.
	w.clock = start + 11*day
	var next []*voucher.Opened
	later := w.tallyOf(&next)
	for _, p := range tiny[:4] {
		_, opened := w.send(w.scanner, p)
		for _, o := range opened {
			w.count(later, &next, o)
			if _, err := tally.Payload(o); err == nil {
				t.Error("the last period's key opens a payload of the next")
			}
		}
	}
	if later.Open() || w.isTrue(next...) != 4 {
		t.Errorf("the next period: open = %v after %d true matches", later.Open(), w.isTrue(next...))
	}
}

func (w *world) tallyOf(matches *[]*voucher.Opened) *sdk.Tally {
	w.t.Helper()
	tally, err := w.matcher.NewTally(finder(matches))
	if err != nil {
		w.t.Fatal(err)
	}
	return tally
}

func finder(matches *[]*voucher.Opened) sdk.Find {
	return func(id voucher.ID) (*voucher.Opened, error) {
		for _, o := range *matches {
			if o.ID == id {
				return o, nil
			}
		}
		return nil, nil
	}
}

func (w *world) count(tally *sdk.Tally, matches *[]*voucher.Opened, o *voucher.Opened) {
	w.t.Helper()
	*matches = append(*matches, o)
	if _, err := tally.Add(o); err != nil {
		w.t.Fatal(err)
	}
}

// A tally goes to storage and comes back at every step.
func TestTallyState(t *testing.T) {
	w := blurredWorld(t, 2, 4, tiny)
	var matches []*voucher.Opened
	tally := w.tallyOf(&matches)
	for i, p := range tiny[:4] {
		_, opened := w.send(w.scanner, p)
		for _, o := range opened {
			w.count(tally, &matches, o)
		}
		state, err := tally.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if tally, err = w.matcher.RestoreTally(state, finder(&matches)); err != nil {
			t.Fatal(err)
		}
		if tally.Open() != (w.isTrue(matches...) >= 3) {
			t.Errorf("after picture %d: open = %v with %d true matches", i, tally.Open(), w.isTrue(matches...))
		}
	}
	if payload, err := tally.Payload(matches[len(matches)-1]); err != nil || string(payload) != "payload" {
		t.Errorf("restored: %q, %v", payload, err)
	}
	state, _ := tally.MarshalBinary()
	if _, err := w.matcher.RestoreTally(state[:5], finder(&matches)); !errors.Is(err, threshold.ErrState) {
		t.Errorf("cut: %v, want ErrState", err)
	}
	other := blurredWorld(t, 3, 4, tiny)
	if _, err := other.matcher.RestoreTally(state, finder(&matches)); !errors.Is(err, threshold.ErrStateParams) {
		t.Errorf("another set's: %v, want ErrStateParams", err)
	}
}

// A synthetic voucher opens in each layer as often as by its capacity.
func TestSyntheticLayers(t *testing.T) {
	w := blurredWorld(t, 3, 12, tiny)
	m := *w.set.Manifest
	m.Layers = append(slices.Clone(m.Layers), m.Layers[0])
	m.Layers[1].Capacity = 3 * m.Layers[0].Capacity
	counts := [2]int{}
	for i := range 4000 {
		counts[sdk.LayerOf(&m, uint64(i)<<52)]++
	}
	if counts != [2]int{1000 + 24, 4000 - 1024} { // 2^64/4 is the pick with which the second begins
		t.Errorf("layers are taken %v times", counts)
	}
}
