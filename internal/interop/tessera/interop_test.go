package tessera

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"

	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/server/translog"
	"github.com/veilhash/veilhash/server/witness"
)

// Entries that fill more than one tile.
const entries = 300

func entry(i int) []byte {
	return fmt.Appendf(nil, "entry %d of a log, %x\n", i, sha256.Sum256([]byte{byte(i), byte(i >> 8)}))
}

// A judge admits everything and remembers it.
type judge [][]byte

func (j *judge) Add(entry []byte) error {
	*j = append(*j, bytes.Clone(entry))
	return nil
}

func newSigner(t *testing.T, name string, algorithm tlog.Algorithm) *translog.Signer {
	t.Helper()
	s, err := translog.NewSigner(name, algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newWitness is our witness for a log, at an address.
func newWitness(t *testing.T, log *tlog.Key) (address string, key *tlog.Key) {
	t.Helper()
	s := newSigner(t, "witness.example", tlog.CosignatureV1)
	h, err := witness.New(witness.Config{Signer: s, Logs: []*tlog.Key{log}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL, s.Key()
}

func policy(t *testing.T, log, witness *tlog.Key, address string) *tlog.Policy {
	t.Helper()
	p, err := tlog.ParsePolicy([]byte("log " + log.String() + "\nwitness w " + witness.String() + " " + address + "\nquorum w\n"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Tessera's client reads a log of ours, in its directory and over HTTP: checkpoint, entries, inclusion and consistency.
func TestTesseraReadsOurs(t *testing.T) {
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "log")
	s := newSigner(t, "example.org/sets", tlog.Ed25519)
	if err := translog.Create(dir, s); err != nil {
		t.Fatal(err)
	}
	l, err := translog.OpenTree(ctx, dir, s, new(judge))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	verifier, err := note.NewVerifier(s.Key().String())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	address, err := url.Parse(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	overHTTP, err := client.NewHTTPFetcher(address, nil)
	if err != nil {
		t.Fatal(err)
	}
	type fetcher interface {
		ReadCheckpoint(context.Context) ([]byte, error)
		ReadEntryBundle(context.Context, uint64, uint8) ([]byte, error)
		ReadTile(context.Context, uint64, uint64, uint8) ([]byte, error)
	}
	readers := map[string]fetcher{"directory": client.FileFetcher{Root: dir}, "http": overHTTP}
	trackers := make(map[string]*client.LogStateTracker)
	for i := range entries {
		if err := l.AppendEntry(ctx, entry(i)); err != nil {
			t.Fatal(err)
		}
		for name, f := range readers {
			if i == 100 { // from here on Tessera follows the log
				if trackers[name], err = client.NewLogStateTracker(ctx, f.ReadTile, nil, verifier, verifier.Name(), client.UnilateralConsensus(f.ReadCheckpoint)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for name, f := range readers {
		t.Run(name, func(t *testing.T) {
			if _, _, _, err := trackers[name].Update(ctx); err != nil {
				t.Fatal(err)
			}
			c := trackers[name].Latest()
			if c.Size != entries || c.Origin != "example.org/sets" {
				t.Fatalf("Tessera sees a log of %d entries, %s", c.Size, c.Origin)
			}
			builder, err := client.NewProofBuilder(ctx, c.Size, f.ReadTile)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range []uint64{0, 1, 99, 255, 256, 298, 299} {
				bundle, err := client.GetEntryBundle(ctx, f.ReadEntryBundle, i/256, c.Size)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(bundle.Entries[i%256], entry(int(i))) {
					t.Errorf("entry %d is %q", i, bundle.Entries[i%256])
				}
				path, err := builder.InclusionProof(ctx, i)
				if err != nil {
					t.Fatal(err)
				}
				if err := proof.VerifyInclusion(rfc6962.DefaultHasher, i, c.Size, rfc6962.DefaultHasher.HashLeaf(entry(int(i))), path, c.Hash); err != nil {
					t.Errorf("entry %d: %v", i, err)
				}
			}
		})
	}
}

// Our reader, monitor and client read a log that Tessera writes and our witness cosigns, entry by entry and as it grows.
func TestOursReadsTesseras(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dir := filepath.Join(t.TempDir(), "log")
	s := newSigner(t, "example.org/tessera", tlog.Ed25519)
	signer, err := note.NewSigner(strings.TrimSpace(string(s.AppendText(nil))))
	if err != nil {
		t.Fatal(err)
	}
	address, witnessKey := newWitness(t, s.Key())
	root, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	w, err := tessera.NewWitness(witnessKey.String(), root)
	if err != nil {
		t.Fatal(err)
	}
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().WithCheckpointSigner(signer).
		WithBatching(64, 50*time.Millisecond).WithCheckpointInterval(100*time.Millisecond).WithWitnesses(tessera.NewWitnessGroup(1, w), nil))
	if err != nil {
		t.Fatal(err)
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 20*time.Millisecond)
	add := func(from, to int) {
		t.Helper()
		var last tessera.IndexFuture
		for i := from; i < to; i++ {
			last = appender.Add(ctx, tessera.NewEntry(entry(i)))
			if i%50 == 0 { // Tessera promises the order only where one waits
				if _, err := last(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, _, err := awaiter.Await(ctx, last); err != nil {
			t.Fatal(err)
		}
	}
	m := &translog.Monitor{Policy: policy(t, s.Key(), witnessKey, address), Clock: time.Now}
	look := func(state []byte) (*translog.Report, judge) {
		t.Helper()
		var j judge
		r, err := m.Follow(ctx, translog.Dir(dir), state, &j, func(uint64) {})
		if err != nil {
			t.Fatal(err)
		}
		return r, j
	}
	add(0, 100)
	first, _ := look(nil)
	add(100, entries)
	second, found := look(first.State) // which checks that the log continues what was seen
	if err := shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if first.Size < 100 || second.Size != entries || len(second.Witness) != 1 {
		t.Fatalf("%d entries, then %d; witnesses %v", first.Size, second.Size, second.Witness)
	}
	seen := make(map[string]bool)
	for _, e := range found {
		seen[string(e)] = true
	}
	for i := range entries {
		if !seen[string(entry(i))] {
			t.Errorf("entry %d is missing", i)
		}
	}

	// Inclusion, by the code that the browser has.
	n, err := tlog.ParseNote(second.State)
	if err != nil {
		t.Fatal(err)
	}
	c, err := tlog.ParseCheckpoint(n.Text)
	if err != nil {
		t.Fatal(err)
	}
	builder, err := client.NewProofBuilder(ctx, c.Size, client.FileFetcher{Root: dir}.ReadTile)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []uint64{0, 99, 255, 256, 299} {
		theirs, err := builder.InclusionProof(ctx, i)
		if err != nil {
			t.Fatal(err)
		}
		var path []tlog.Hash
		for _, h := range theirs {
			path = append(path, tlog.Hash(h))
		}
		if err := tlog.VerifyInclusion(path, i, c.Size, tlog.LeafHash(found[i]), c.Root); err != nil {
			t.Errorf("entry %d: %v", i, err)
		}
	}
	checkpoint, err := tlog.ParseNote(first.State)
	if err != nil {
		t.Fatal(err)
	}
	before, err := tlog.ParseCheckpoint(checkpoint.Text)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := translog.Consistency(ctx, translog.Dir(dir), c, before.Size)
	if err != nil {
		t.Fatal(err)
	}
	var hashes [][]byte
	for _, h := range ours {
		hashes = append(hashes, h[:])
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, before.Size, c.Size, hashes, before.Root[:], c.Root[:]); err != nil {
		t.Errorf("our proof of consistency, by their verifier: %v", err)
	}
}
