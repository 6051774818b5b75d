package translog_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/server/translog"
)

var ctx = context.Background()

func newSigner(t testing.TB, name string) *translog.Signer {
	t.Helper()
	s, err := translog.NewSigner(name, tlog.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func record(epoch uint64) *trust.Record {
	return &trust.Record{Epoch: epoch, Set: blindset.SetID{byte(epoch), byte(epoch >> 8)}, Layers: []trust.RecordLayer{{Key: [32]byte{byte(epoch), byte(epoch >> 8)}}}, Time: epoch}
}

// grow opens a log and appends entries of epochs from..to.
func grow(t testing.TB, dir string, s *translog.Signer, from, to uint64) {
	t.Helper()
	l, err := translog.Open(ctx, dir, s)
	if err != nil {
		t.Fatal(err)
	}
	for e := from; e <= to; e++ {
		if err := l.Append(ctx, record(e)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func create(t testing.TB) (string, *translog.Signer) {
	t.Helper()
	dir, s := filepath.Join(t.TempDir(), "log"), newSigner(t, "log.example")
	if err := translog.Create(dir, s); err != nil {
		t.Fatal(err)
	}
	return dir, s
}

func monitor(s *translog.Signer) *translog.Monitor {
	return &translog.Monitor{Policy: &tlog.Policy{Logs: []tlog.Log{{Key: s.Key()}}, Quorum: tlog.QuorumNone}, Clock: time.Now}
}

// A log of more than one tile, read over HTTP as a monitor does, with proofs that clients accept.
func TestGrows(t *testing.T) {
	dir, s := create(t)
	web := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer web.Close()
	m := monitor(s)
	var state []byte
	for _, to := range []uint64{1, 5, 255, 256, 257, 300} {
		l, err := translog.Open(ctx, dir, s)
		if err != nil {
			t.Fatal(err)
		}
		from := uint64(1)
		if l.Last() != nil {
			from = l.Last().Epoch + 1
		}
		for e := from; e <= to; e++ {
			if err := l.Append(ctx, record(e)); err != nil {
				t.Fatal(err)
			}
		}
		p, err := l.Proof(ctx)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := l.Checkpoint()
		if err := tlog.VerifyInclusion(p.Path, p.Index, c.Size, tlog.LeafHash(record(to).AppendText(nil)), c.Root); err != nil {
			t.Errorf("%d: %v", to, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := m.Look(ctx, translog.OpenSource(web.URL+"/"), state)
		if err != nil {
			t.Fatalf("%d: %v", to, err)
		}
		if r.Size != to || uint64(len(r.New)) != to-from+1 || r.Last.Epoch != to {
			t.Errorf("%d: %+v", to, r)
		}
		state = r.State
	}
	// tlog-tiles' own names: a full tile, its full bundle, a partial one of the level above.
	for _, name := range []string{"tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestRefusesEntries(t *testing.T) {
	dir, s := create(t)
	grow(t, dir, s, 3, 5)
	l, err := translog.Open(ctx, dir, s)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := translog.Open(ctx, dir, s); !errors.Is(err, translog.ErrLocked) {
		t.Errorf("opened twice: %v", err)
	}
	before, _ := l.Checkpoint()
	two := record(5)
	two.Set[9]++
	reused := record(6)
	reused.Layers[0] = trust.RecordLayer{Key: [32]byte{3}, Digest: [32]byte{1}}
	early := record(6)
	early.Time = 4
	for what, c := range map[string]struct {
		r    *trust.Record
		want error
	}{
		"an older epoch":         {record(4), translog.ErrEpoch},
		"two sets for one epoch": {two, translog.ErrEpoch},
		"the same again":         {record(5), translog.ErrUnchanged},
		"a key of another table": {reused, translog.ErrKeyReused},
		"an older time":          {early, translog.ErrTime},
	} {
		if err := l.Append(ctx, c.r); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	if after, _ := l.Checkpoint(); after != before {
		t.Error("a refused entry changed the log")
	}
	release := record(5)
	release.Files = []trust.File{{Name: "scanner.wasm"}}
	if err := l.Append(ctx, release); err != nil {
		t.Errorf("new code for the same set: %v", err)
	}
	if err := translog.Create(dir, s); err != translog.ErrExists {
		t.Errorf("created twice: %v", err)
	}
	if _, err := translog.Open(ctx, dir, newSigner(t, "log.example")); err != translog.ErrKey {
		t.Errorf("another key: %v", err)
	}
}

// forge writes a log whose entries are what they must not be, with the true tiles, by way of a history that checks nothing: entries of another log under
// the same key.
func TestAlarms(t *testing.T) {
	dir, s := create(t)
	grow(t, dir, s, 1, 4)
	m := monitor(s)
	r, err := m.Look(ctx, translog.Dir(dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	kind := func(what, want string, err error) {
		t.Helper()
		var a *translog.Alarm
		if !errors.As(err, &a) || a.Kind != want {
			t.Errorf("%s: %v, want the alarm %q", what, err, want)
		}
	}
	// A rewritten log of the same key, longer, as long, and shorter.
	for n, want := range map[uint64]string{9: "rewritten", 4: "rewritten", 2: "stale"} {
		other := filepath.Join(t.TempDir(), "log")
		if err := translog.Create(other, s); err != nil {
			t.Fatal(err)
		}
		grow(t, other, s, 5, 4+n)
		_, err := m.Look(ctx, translog.Dir(other), r.State)
		kind("rewritten", want, err)
	}
	// A stranger's log.
	other, _ := create(t)
	_, err = m.Look(ctx, translog.Dir(other), nil)
	kind("another key", "signature", err)
	// An entry that was changed after it was signed.
	bundle := filepath.Join(dir, "tile/entries/000.p/4")
	b, err := os.ReadFile(bundle)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bundle, bytes.Replace(b, []byte("epoch 4"), []byte("epoch 5"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = m.Look(ctx, translog.Dir(dir), r.State)
	kind("a changed entry", "rewritten", err)
	// Nobody has cosigned.
	m.Policy.Witnesses = []tlog.Witness{{Name: "w", Key: func() *tlog.Key { k, _ := tlog.NewKey("w", tlog.CosignatureV1, [32]byte{}); return k }()}}
	m.Policy.Quorum = "w"
	if err := os.WriteFile(bundle, b, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = m.Look(ctx, translog.Dir(dir), r.State)
	kind("no witness", "witnesses", err)
	// Not there at all is no alarm: it may come back.
	var a *translog.Alarm
	if _, err := m.Look(ctx, translog.Dir(t.TempDir()), r.State); err == nil || errors.As(err, &a) {
		t.Errorf("no log: %v", err)
	}
}

func TestSigner(t *testing.T) {
	s := newSigner(t, "log.example")
	back, err := translog.ParseSigner(s.AppendText(nil))
	if err != nil || *back.Key() != *s.Key() {
		t.Errorf("came back as %v, %v", back, err)
	}
	if bytes.Contains(s.AppendText(nil), []byte(s.String())) || s.String() != s.Key().String() {
		t.Error("String is not the public part")
	}
}

func FuzzSigner(f *testing.F) {
	s := newSigner(f, "log.example")
	f.Add(s.AppendText(nil))
	f.Add([]byte("PRIVATE+KEY+a+00000000+AA=="))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := translog.ParseSigner(text); err == nil && !bytes.Equal(bytes.TrimSuffix(s.AppendText(nil), []byte("\n")), bytes.TrimSuffix(text, []byte("\n"))) {
			t.Errorf("%q came back otherwise", text)
		} else if err != nil && err != translog.ErrSigner {
			t.Error(err)
		}
	})
}

func FuzzAddCheckpoint(f *testing.F) {
	f.Add(translog.AddCheckpoint{Old: 7, Proof: make([]tlog.Hash, 2), Checkpoint: []byte("x\n")}.AppendText(nil))
	f.Add([]byte("old 1\n\n"))
	f.Add([]byte("old 01\n\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := translog.ParseAddCheckpoint(body)
		if err != nil && err != translog.ErrAddCheckpoint || err == nil && !bytes.Equal(a.AppendText(nil), body) {
			t.Errorf("%q: %v, %v", body, a, err)
		}
	})
}
