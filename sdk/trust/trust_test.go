package trust_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"os"
	"slices"
	"strings"
	"testing"

	modlog "golang.org/x/mod/sumdb/tlog"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
)

const now = 1_800_000_000

// A party is a named key pair.
type party struct {
	private ed25519.PrivateKey
	key     *tlog.Key
}

func newParty(t testing.TB, name string, algorithm tlog.Algorithm) party {
	t.Helper()
	seed := make([]byte, 32)
	copy(seed, name)
	private := ed25519.NewKeyFromSeed(seed)
	key, err := tlog.NewKey(name, algorithm, [32]byte(private.Public().(ed25519.PublicKey)))
	if err != nil {
		t.Fatal(err)
	}
	return party{private, key}
}

func (p party) sign(n *tlog.Note) {
	n.Signatures = append(n.Signatures, tlog.Signature{Name: p.key.Name, ID: p.key.ID, Bytes: ed25519.Sign(p.private, []byte(n.Text))})
}

func (p party) cosign(n *tlog.Note, seconds uint64) {
	b := binary.BigEndian.AppendUint64(nil, seconds)
	n.Signatures = append(n.Signatures, tlog.Signature{Name: p.key.Name, ID: p.key.ID, Bytes: append(b, ed25519.Sign(p.private, tlog.CosignedMessage(n.Text, seconds))...)})
}

// A world has a log, three witnesses and three curators, and a set that satisfies its policy.
type world struct {
	t         testing.TB
	log       party
	witnesses []party
	curators  []party
	hashes    hashes
	entries   int64
	policy    *trust.Policy
	manifest  *blindset.Manifest
}

type hashes []modlog.Hash

func (s *hashes) ReadHashes(indexes []int64) (out []modlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, (*s)[i])
	}
	return out, nil
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, log: newParty(t, "log.example", tlog.Ed25519)}
	text := "log " + w.log.key.String() + "\n"
	for _, n := range []string{"w1", "w2", "w3"} {
		p := newParty(t, n+".example", tlog.CosignatureV1)
		w.witnesses = append(w.witnesses, p)
		text += "witness " + n + " " + p.key.String() + "\n"
	}
	text += "group ws 2 w1 w2 w3\nquorum ws\n"
	curators := ""
	for _, n := range []string{"a.example", "b.example", "c.example"} {
		p := newParty(t, n, tlog.Ed25519)
		w.curators = append(w.curators, p)
		curators += "curator " + p.key.String() + "\n"
	}
	policy := "veilhash-policy v0\nmax-age-hours 24\nmin-threshold 10\nmin-synthetics 4\nmin-token-bits 64\nmin-margin-bits 40\nkinds derivative\nrequire 2\n" + curators + text
	var err error
	if w.policy, err = trust.ParsePolicy([]byte(policy)); err != nil {
		t.Fatal(err)
	}
	if got := string(w.policy.AppendText(nil)); got != policy {
		t.Fatalf("the policy came back as %s", got)
	}
	b, err := os.ReadFile("../testdata/vectors/set/manifest")
	if err != nil {
		t.Fatal(err)
	}
	if w.manifest, err = blindset.ParseManifest(b); err != nil {
		t.Fatal(err)
	}
	w.manifest.Epoch, w.manifest.Threshold, w.manifest.Synthetics, w.manifest.Require, w.manifest.Kinds = 7, 10, 4, 2, blindset.KindsDerivative
	for _, c := range w.curators {
		w.manifest.Curators = append(w.manifest.Curators, blindset.Curator{Name: c.key.Name, Key: c.key.Public})
	}
	return w
}

// add appends an entry to the log.
func (w *world) add(entry []byte) {
	w.t.Helper()
	more, err := modlog.StoredHashes(w.entries, entry, &w.hashes)
	if err != nil {
		w.t.Fatal(err)
	}
	w.hashes = append(w.hashes, more...)
	w.entries++
}

// input activates the world's set in the log and is what a client gets then: endorsed by the first n curators, cosigned by the first m witnesses.
func (w *world) input(endorsed, cosigned int, time uint64) trust.Input {
	w.t.Helper()
	record := trust.NewRecord(w.manifest, now-100, []trust.File{{Name: "scanner.wasm", Digest: [32]byte{1}}})
	w.add(record.AppendText(nil))
	return w.again(endorsed, cosigned, time)
}

// again is input without a new entry.
func (w *world) again(endorsed, cosigned int, time uint64) trust.Input {
	w.t.Helper()
	record := trust.NewRecord(w.manifest, now-100, []trust.File{{Name: "scanner.wasm", Digest: [32]byte{1}}})
	path, err := modlog.ProveRecord(w.entries, w.entries-1, &w.hashes)
	if err != nil {
		w.t.Fatal(err)
	}
	root, err := modlog.TreeHash(w.entries, &w.hashes)
	if err != nil {
		w.t.Fatal(err)
	}
	checkpoint := &tlog.Note{Text: (&tlog.Checkpoint{Origin: w.log.key.Name, Size: uint64(w.entries), Root: tlog.Hash(root)}).Text()}
	w.log.sign(checkpoint)
	for _, p := range w.witnesses[:cosigned] {
		p.cosign(checkpoint, time)
	}
	proof := tlog.Proof{Extra: record.AppendRest(nil), Index: uint64(w.entries - 1), Checkpoint: checkpoint}
	for _, h := range path {
		proof.Path = append(proof.Path, tlog.Hash(h))
	}
	note := &tlog.Note{Text: string(blindset.EndorsementText(w.manifest.ID()))}
	for _, p := range w.curators[:endorsed] {
		p.sign(note)
	}
	return trust.Input{Manifest: w.manifest, Probes: 16, TokenBits: 64, Endorsement: note.AppendText(nil), Proof: proof.AppendText(nil), Now: now}
}

func (w *world) consistency(from int64) (out []byte) {
	w.t.Helper()
	proof, err := modlog.ProveTree(w.entries, from, &w.hashes)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, h := range proof {
		out = append(out, h[:]...)
	}
	return out
}

func TestAllowed(t *testing.T) {
	w := newWorld(t)
	w.add([]byte("an earlier entry"))
	v, err := w.policy.Check(w.input(2, 2, now-3600))
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Curators) != 2 || v.Checkpoint.Size != 2 || len(v.Cosignatures) != 2 || !strings.Contains(string(v.Rest), "scanner.wasm") {
		t.Errorf("%+v", v)
	}
	if s, err := trust.ParseSeen(v.Seen); err != nil || s.Epoch != 7 || s.Size != 2 {
		t.Errorf("seen %+v, %v", s, err)
	}
}

// Until is the last second at which the same evidence is accepted.
func TestUntil(t *testing.T) {
	for _, c := range []struct {
		times []uint64
		want  int64
	}{
		{[]uint64{now - 10, now - 20}, now - 20},
		{[]uint64{now - 10, now - 20, now - 30}, now - 20},            // two of three are a quorum
		{[]uint64{now - 30, now - 20, now - 10}, now - 20},            // in any order
		{[]uint64{now - 5, now - 5, now - 30}, now - 5},               // both of one time
		{[]uint64{now - 25*3600, now + 60, now - 40}, now - 40},       // one too old, one a little ahead
		{[]uint64{now + 3601, now - 7, now - 40}, now - 40},           // one too far ahead to count
		{[]uint64{now - 24*3600, now - 24*3600, 12}, now - 24*3600},   // at the very end
		{[]uint64{now - 3600, now - 24*3600, now - 7200}, now - 7200}, // the oldest about to fall out
		{[]uint64{now, now, now}, now},
	} {
		w := newWorld(t)
		in := w.input(2, 0, now)
		p, err := tlog.ParseProof(in.Proof)
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range c.times {
			w.witnesses[i].cosign(p.Checkpoint, at)
		}
		in.Proof = p.AppendText(nil)
		v, err := w.policy.Check(in)
		if err != nil {
			t.Errorf("%d: %v", c.times, err)
			continue
		}
		if v.Until != c.want+24*3600 {
			t.Errorf("%d: until %d, want %d", c.times, v.Until-24*3600, c.want)
		}
		in.Now = v.Until
		if _, err := w.policy.Check(in); err != nil {
			t.Errorf("%d: in the last second: %v", c.times, err)
		}
		// The one that is too far ahead may count by then.
		if in.Now++; c.times[0] <= now+3600 {
			if _, err := w.policy.Check(in); err != trust.ErrStale {
				t.Errorf("%d: a second later: %v", c.times, err)
			}
		}
	}
	// A policy that asks no witness has nothing that could become old.
	w := newWorld(t)
	in := w.input(2, 0, now)
	w.policy.Log.Quorum = tlog.QuorumNone
	if v, err := w.policy.Check(in); err != nil || v.Until != 0 {
		t.Errorf("no witness is asked for: until %d, %v", v.Until, err)
	}
}

// One test for each floor: the set is as the policy wants it but for one thing.
func TestFloors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world, in *trust.Input)
		want   error
	}{
		"threshold":         {func(w *world, in *trust.Input) { w.policy.MinThreshold = 11 }, trust.ErrThreshold},
		"synthetics":        {func(w *world, in *trust.Input) { w.policy.MinSynthetics = 5 }, trust.ErrSynthetics},
		"token bits":        {func(w *world, in *trust.Input) { in.TokenBits = 63 }, trust.ErrBits},
		"margin":            {func(w *world, in *trust.Input) { w.policy.MinMarginBits = 51 }, trust.ErrMargin},
		"margin, no room":   {func(w *world, in *trust.Input) { w.policy.MinMarginBits = 65 }, trust.ErrMargin},
		"payload kinds":     {func(w *world, in *trust.Input) { w.policy.Kinds = blindset.KindsMediaKey }, trust.ErrKinds},
		"require":           {func(w *world, in *trust.Input) { w.policy.Require = 3 }, trust.ErrRequire},
		"curators":          {func(w *world, in *trust.Input) { *in = w.again(1, 2, now) }, trust.ErrCurators},
		"no endorsement":    {func(w *world, in *trust.Input) { in.Endorsement = nil }, trust.ErrCurators},
		"no proof":          {func(w *world, in *trust.Input) { in.Proof = nil }, trust.ErrProof},
		"witnesses":         {func(w *world, in *trust.Input) { *in = w.again(2, 1, now) }, trust.ErrWitnesses},
		"age":               {func(w *world, in *trust.Input) { *in = w.again(2, 3, now-24*3600-1) }, trust.ErrStale},
		"from the future":   {func(w *world, in *trust.Input) { *in = w.again(2, 3, now+3601) }, trust.ErrStale},
		"a later entry":     {func(w *world, in *trust.Input) { w.add([]byte("x")); *in = w.again(2, 2, now) }, trust.ErrLog},
		"another log's key": {func(w *world, in *trust.Input) { w.policy.Log.Logs[0].Key.Public[0]++ }, trust.ErrLog},
		"a curator that is not pinned": {func(w *world, in *trust.Input) {
			sham := newParty(t, "sham.example", tlog.Ed25519)
			w.manifest.Curators = append(w.manifest.Curators, blindset.Curator{Name: "sham.example", Key: sham.key.Public})
			*in = w.input(3, 3, now)
		}, trust.ErrCurators},
		"a pinned curator's name, another key": {func(w *world, in *trust.Input) {
			w.manifest.Curators[0].Key[0]++
			*in = w.input(3, 3, now)
		}, trust.ErrCurators},
		"an endorsement of another set": {func(w *world, in *trust.Input) {
			e := in.Endorsement
			w.manifest.Quality++
			*in = w.input(3, 3, now)
			in.Endorsement = e
		}, trust.ErrCurators},
		"a set that is not in the log": {func(w *world, in *trust.Input) {
			e := w.again(3, 3, now)
			w.manifest.Quality++
			*in = w.again(3, 3, now)
			in.Proof = e.Proof
		}, trust.ErrLog},
		"other code than the log has": {func(w *world, in *trust.Input) {
			p, err := tlog.ParseProof(in.Proof)
			if err != nil {
				t.Fatal(err)
			}
			p.Extra = bytes.Replace(p.Extra, []byte("scanner"), []byte("scammer"), 1)
			in.Proof = p.AppendText(nil)
		}, trust.ErrLog},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			in := w.input(2, 2, now)
			if _, err := w.policy.Check(in); err != nil {
				t.Fatalf("before the change: %v", err)
			}
			c.change(w, &in)
			if _, err := w.policy.Check(in); err != c.want {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestSeen(t *testing.T) {
	w := newWorld(t)
	first := w.input(2, 2, now)
	v, err := w.policy.Check(first)
	if err != nil {
		t.Fatal(err)
	}
	seen := v.Seen

	// The same again, with what was remembered.
	first.Seen = seen
	if _, err := w.policy.Check(first); err != nil {
		t.Errorf("the same set again: %v", err)
	}

	// A later epoch, with and without the proof that the log was continued.
	w.manifest.Epoch = 8
	second := w.input(2, 2, now)
	second.Seen, second.Consistency = seen, w.consistency(1)
	v, err = w.policy.Check(second)
	if err != nil {
		t.Fatalf("the next set: %v", err)
	}
	second.Consistency = nil
	if _, err := w.policy.Check(second); err != trust.ErrFork {
		t.Errorf("no proof: %v", err)
	}
	second.Consistency = make([]byte, 31)
	if _, err := w.policy.Check(second); err != trust.ErrFork {
		t.Errorf("half a hash: %v", err)
	}

	// Back to the first.
	w.manifest.Epoch = 7
	first.Seen = v.Seen
	if _, err := w.policy.Check(first); err != trust.ErrRollback {
		t.Errorf("an older set: %v", err)
	}
	// The older set, activated again in a longer log.
	third := w.input(2, 2, now)
	third.Seen, third.Consistency = v.Seen, w.consistency(2)
	if _, err := w.policy.Check(third); err != trust.ErrRollback {
		t.Errorf("an older epoch, logged again: %v", err)
	}
	// Two sets for one epoch.
	w.manifest.Epoch, w.manifest.Quality = 8, w.manifest.Quality+1
	fourth := w.input(2, 2, now)
	fourth.Seen, fourth.Consistency = v.Seen, w.consistency(2)
	if _, err := w.policy.Check(fourth); err != trust.ErrFork {
		t.Errorf("two sets for one epoch: %v", err)
	}
	// A log that was written anew, of the same keys.
	other := newWorld(t)
	other.add([]byte("something else"))
	other.manifest.Epoch = 9
	in := other.input(2, 2, now)
	in.Seen, in.Consistency = seen, other.consistency(1)
	if _, err := other.policy.Check(in); err != trust.ErrFork {
		t.Errorf("a rewritten log: %v", err)
	}
	in.Seen = []byte("nonsense")
	if _, err := other.policy.Check(in); err != trust.ErrSeen {
		t.Errorf("a damaged memory: %v", err)
	}
	in.Seen = bytes.Replace(seen, []byte("log.example"), []byte("old.example"), 1)
	if _, err := other.policy.Check(in); err != nil {
		t.Errorf("a memory of another log: %v", err)
	}
}

const development = "veilhash-policy v0\nmax-age-hours 1\nmin-threshold 1\nmin-synthetics 0\nmin-token-bits 8\nmin-margin-bits 0\nkinds none\nrequire 0\nunendorsed\nunlogged\n"

func TestDevelopment(t *testing.T) {
	p, err := trust.ParsePolicy([]byte(development))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.manifest.Kinds, w.manifest.Curators = blindset.KindsNone, nil
	if v, err := p.Check(trust.Input{Manifest: w.manifest, Probes: 16, TokenBits: 64, Now: now}); err != nil || v.Checkpoint != nil || v.Seen != nil {
		t.Errorf("%+v, %v", v, err)
	}
}

func FuzzPolicy(f *testing.F) {
	whole := string(newWorld(f).policy.AppendText(nil))
	for _, s := range []string{
		whole, development, "", strings.Replace(whole, "group ws 2", "group ws any", 1), strings.Replace(whole, "require 2", "require 4", 1), strings.Replace(whole, "require 2", "require 0", 1),
		strings.Replace(whole, "kinds derivative", "kinds derivative ", 1), whole + "unendorsed\n", strings.Replace(whole, "witness w1", "witness  w1", 1), strings.Replace(development, "unlogged\n", "", 1),
		strings.Replace(development, "unendorsed\n", "", 1), strings.Replace(whole, "quorum ws\n", "", 1), development + "quorum none\n", "unlogged\n" + development, strings.Replace(whole, "hours 24", "hours 024", 1),
		strings.Replace(development, "unlogged\n", "quorum none\n", 1), development + "unlogged\n", strings.Replace(whole, "2 w1", "2a w1", 1), strings.Replace(whole, "group ws 2", "group ws 02", 1),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := trust.ParsePolicy(text)
		if err != nil && err != trust.ErrPolicy {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil && !bytes.Equal(p.AppendText(nil), text) {
			t.Errorf("%q: came back as %q", text, p.AppendText(nil))
		}
	})
}

func FuzzRecord(f *testing.F) {
	w := newWorld(f)
	whole := string(trust.NewRecord(w.manifest, now, []trust.File{{Name: "a", Digest: [32]byte{1}}, {Name: "b.js"}}).AppendText(nil))
	for _, s := range []string{whole, "", strings.Replace(whole, "files 2", "files 1", 1), strings.Replace(whole, " b.js", " a", 1), strings.Replace(whole, "epoch 7", "epoch 0", 1), strings.Replace(whole, "layers 1", "layers 0", 1)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := trust.ParseRecord(text)
		if (err == nil) == (err == trust.ErrRecord) || err == nil && !bytes.Equal(r.AppendText(nil), text) {
			t.Errorf("%q: %+v, %v", text, r, err)
		}
	})
}

func FuzzSeen(f *testing.F) {
	whole := (&trust.Seen{Log: "log.example", Size: 5, Epoch: 2}).AppendText(nil)
	f.Add(whole)
	f.Add(bytes.Replace(whole, []byte("5"), []byte("05"), 1))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := trust.ParseSeen(text)
		if (err == nil) == (err == trust.ErrSeen) || err == nil && !bytes.Equal(s.AppendText(nil), text) {
			t.Errorf("%q: %+v, %v", text, s, err)
		}
	})
}

// Hostile bytes in any of the texts give one of the errors, and no panic.
func FuzzCheck(f *testing.F) {
	w := newWorld(f)
	in := w.input(2, 2, now)
	v, err := w.policy.Check(in)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(in.Endorsement, in.Proof, v.Seen, []byte{})
	f.Add([]byte{}, in.Proof, []byte("x"), make([]byte, 64))
	f.Fuzz(func(t *testing.T, endorsement, proof, seen, consistency []byte) {
		in := in
		in.Endorsement, in.Proof, in.Seen, in.Consistency = endorsement, proof, seen, consistency
		_, err := w.policy.Check(in)
		if err != nil && !slices.Contains([]error{trust.ErrCurators, trust.ErrProof, trust.ErrLog, trust.ErrWitnesses, trust.ErrStale, trust.ErrRollback, trust.ErrFork, trust.ErrSeen}, err) {
			t.Error(err)
		}
	})
}
