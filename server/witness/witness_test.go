package witness_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/server/translog"
	"github.com/veilhash/veilhash/server/witness"
)

func newSigner(t testing.TB, name string, a tlog.Algorithm) *translog.Signer {
	t.Helper()
	s, err := translog.NewSigner(name, a)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// record is the entry of an epoch.
func record(epoch uint64) *trust.Record {
	return &trust.Record{Epoch: epoch, Set: blindset.SetID{byte(epoch)}, Layers: []trust.RecordLayer{{Key: [32]byte{byte(epoch)}}}, Time: epoch}
}

// newLog is a log of entries 1..n in a directory.
func newLog(t testing.TB, s *translog.Signer, n uint64, change byte) (*translog.Log, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "log")
	if err := translog.Create(dir, s); err != nil {
		t.Fatal(err)
	}
	l, err := translog.Open(context.Background(), dir, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	for i := range n {
		r := record(i + 1)
		r.Set[31] = change
		if err := l.Append(context.Background(), r); err != nil {
			t.Fatal(err)
		}
	}
	return l, dir
}

// serve is a witness at an address, and the policy that it alone satisfies.
func serve(t testing.TB, s *translog.Signer, dir string, log *tlog.Key, now int64) *tlog.Policy {
	t.Helper()
	h, err := witness.New(witness.Config{Signer: s, Logs: []*tlog.Key{log}, Dir: dir, Clock: func() time.Time { return time.Unix(now, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &tlog.Policy{Logs: []tlog.Log{{Key: log}}, Witnesses: []tlog.Witness{{Name: "w", Key: s.Key(), URL: server.URL}}, Quorum: "w"}
}

func TestCosigns(t *testing.T) {
	ctx := context.Background()
	ls, ws, dir := newSigner(t, "log.example", tlog.Ed25519), newSigner(t, "w.example", tlog.CosignatureV1), t.TempDir()
	l, _ := newLog(t, ls, 3, 0)
	p := serve(t, ws, dir, ls.Key(), 1000)
	for range 2 { // the second time it only renews
		if results, err := l.Refresh(ctx, p, nil); err != nil {
			t.Fatal(results, err)
		}
	}
	if err := l.Append(ctx, record(4)); err != nil {
		t.Fatal(err)
	}
	// Another process with the same memory.
	p = serve(t, ws, dir, ls.Key(), 2000)
	if results, err := l.Refresh(ctx, p, nil); err != nil {
		t.Fatal(results, err)
	}
	_, n := l.Checkpoint()
	c, seen, err := p.Verify(n)
	if err != nil || c.Size != 4 || len(seen) != 1 || seen[0].Time != 2000 {
		t.Errorf("%+v %v %v", c, seen, err)
	}
}

// Another log of the same key is refused at the same size, at a larger one, and at a smaller one.
func TestForks(t *testing.T) {
	ctx := context.Background()
	ls, ws, dir := newSigner(t, "log.example", tlog.Ed25519), newSigner(t, "w.example", tlog.CosignatureV1), t.TempDir()
	l, _ := newLog(t, ls, 3, 0)
	p := serve(t, ws, dir, ls.Key(), 1000)
	if _, err := l.Refresh(ctx, p, nil); err != nil {
		t.Fatal(err)
	}
	for _, n := range []uint64{2, 3, 5} {
		fork, _ := newLog(t, ls, n, 1)
		results, err := fork.Refresh(ctx, p, nil)
		if err != translog.ErrQuorum || results[0].Err == nil {
			t.Errorf("a fork of %d entries: %v %v", n, results, err)
		}
		t.Log(n, results[0].Err)
	}
	if _, err := l.Refresh(ctx, p, nil); err != nil {
		t.Errorf("the true log, after the forks: %v", err)
	}
}

// What tlog-witness says of every answer.
func TestStatus(t *testing.T) {
	ls, ws := newSigner(t, "log.example", tlog.Ed25519), newSigner(t, "w.example", tlog.CosignatureV1)
	l, _ := newLog(t, ls, 2, 0)
	p := serve(t, ws, t.TempDir(), ls.Key(), 1000)
	_, n := l.Checkpoint()
	good := string(n.AppendText(nil))
	forged := newSigner(t, "log.example", tlog.Ed25519)
	lf, _ := newLog(t, forged, 2, 0)
	_, nf := lf.Checkpoint()
	other := newSigner(t, "other.example", tlog.Ed25519)
	lo, _ := newLog(t, other, 2, 0)
	_, no := lo.Checkpoint()
	ask := func(body string) (int, string, string) {
		res, err := http.Post(p.Witnesses[0].URL+"/add-checkpoint", "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, res.Header.Get("Content-Type"), string(b)
	}
	for _, c := range []struct {
		what, body string
		status     int
	}{
		{"nonsense", "nonsense", 400},
		{"no note", "old 0\n\nnonsense", 400},
		{"no checkpoint", "old 0\n\nhello\n\n" + strings.SplitN(good, "\n\n", 2)[1], 400},
		{"an old size that is larger", "old 3\n\n" + good, 400},
		{"a leading zero", "old 00\n\n" + good, 400},
		{"a log that it does not know", "old 0\n\n" + string(no.AppendText(nil)), 404},
		{"a key that it does not know", "old 0\n\n" + string(nf.AppendText(nil)), 403},
		{"a size that it has not seen", "old 1\n\n" + good, 409},
		{"a proof from nothing", "old 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" + good, 422},
		{"a first checkpoint", "old 0\n\n" + good, 200},
		{"an old size that is no longer true", "old 0\n\n" + good, 409},
		{"the same again", "old 2\n\n" + good, 200},
	} {
		status, kind, answer := ask(c.body)
		if status != c.status {
			t.Errorf("%s: %d %s, want %d", c.what, status, answer, c.status)
		}
		if c.status == 409 && (kind != "text/x.tlog.size" || answer != "0\n" && answer != "2\n") {
			t.Errorf("%s: %s %q", c.what, kind, answer)
		}
	}
	res, err := http.Get(p.Witnesses[0].URL + "/add-checkpoint")
	if err != nil || res.StatusCode != 405 {
		t.Errorf("GET: %v %v", res, err)
	}
}

// A witness that many ask at once cosigns one history.
func TestRace(t *testing.T) {
	ctx := context.Background()
	ls, ws := newSigner(t, "log.example", tlog.Ed25519), newSigner(t, "w.example", tlog.CosignatureV1)
	p := serve(t, ws, t.TempDir(), ls.Key(), 1000)
	cosigned := make(chan byte, 8)
	var logs []*translog.Log
	for i := range byte(8) {
		l, _ := newLog(t, ls, 2, i)
		logs = append(logs, l)
	}
	for i, l := range logs {
		go func() {
			if _, err := l.Refresh(ctx, p, nil); err == nil {
				cosigned <- byte(i)
			} else {
				cosigned <- 255
			}
		}()
	}
	count := 0
	for range 8 {
		if <-cosigned != 255 {
			count++
		}
	}
	if count != 1 {
		t.Errorf("%d forks were cosigned", count)
	}
}

func TestConfig(t *testing.T) {
	if _, err := witness.New(witness.Config{}); err != witness.ErrConfig {
		t.Error(err)
	}
}

func Example() {
	_, err := witness.New(witness.Config{})
	fmt.Println(err)
	// Output: witness: a cosigning key, logs and a directory are all required
}
