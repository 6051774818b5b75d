package sdk_test

import (
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// witnessed is a policy for a world's set, in a log of its own that one witness saw at a time, and the proof.
func witnessed(t *testing.T, w *world, seen uint64) *sdk.TrustConfig {
	t.Helper()
	party := func(name string, algorithm tlog.Algorithm) (ed25519.PrivateKey, *tlog.Key) {
		private := ed25519.NewKeyFromSeed(append([]byte(name), make([]byte, 32-len(name))...))
		key, err := tlog.NewKey(name, algorithm, [32]byte(private.Public().(ed25519.PublicKey)))
		if err != nil {
			t.Fatal(err)
		}
		return private, key
	}
	logSecret, log := party("log.example", tlog.Ed25519)
	witnessSecret, witness := party("w.example", tlog.CosignatureV1)
	record := trust.NewRecord(w.set.Manifest, seen, nil)
	head := &tlog.Note{Text: (&tlog.Checkpoint{Origin: log.Name, Size: 1, Root: tlog.LeafHash(record.AppendText(nil))}).Text()}
	cosigned := append(binary.BigEndian.AppendUint64(nil, seen), ed25519.Sign(witnessSecret, tlog.CosignedMessage(head.Text, seen))...)
	head.Signatures = []tlog.Signature{
		{Name: log.Name, ID: log.ID, Bytes: ed25519.Sign(logSecret, []byte(head.Text))},
		{Name: witness.Name, ID: witness.ID, Bytes: cosigned},
	}
	return &sdk.TrustConfig{
		Policy: []byte("veilhash-policy v0\nmax-age-hours 24\nmin-threshold 1\nmin-synthetics 0\nmin-token-bits 64\nmin-margin-bits 32\nkinds derivative,media-key\nrequire 0\nunendorsed\n" +
			"log " + log.String() + "\nwitness w " + witness.String() + "\nquorum w\n"),
		Proof: (&tlog.Proof{Extra: record.AppendRest(nil), Checkpoint: head}).AppendText(nil),
	}
}

// A scanner that is kept stops when what the witnesses said has become too old, and goes on with a newer proof.
func TestStaysFresh(t *testing.T) {
	w := newWorld(t, worldConfig{threshold: 1, pictures: []picture{synthetic(1, 300, 200)}})
	const start = 1_800_000_000
	now := int64(start)
	scanner := func(seen uint64) (*sdk.Scanner, error) {
		return sdk.NewScanner(sdk.ScannerConfig{
			Manifest: w.set.Manifest.AppendText(nil), Trust: witnessed(t, w, seen), Account: threshold.NewAccount(), Clock: func() int64 { return now },
		})
	}
	s, err := scanner(start - 3600)
	if err != nil {
		t.Fatal(err)
	}
	seal := func(s *sdk.Scanner) error {
		scan := s.Begin(1, 1)
		scan.Fail(nil)
		_, err := scan.SealUpload(sdk.SealOptions{Binding: voucher.Binding{Account: "a", Message: "m"}, Kind: voucher.KindDerivative})
		return err
	}
	for _, c := range []struct {
		at   int64
		want error
	}{{start, nil}, {start + 23*3600, nil}, {start + 23*3600 + 1, trust.ErrStale}, {start + 90*86400, trust.ErrStale}, {start + 1, nil}} {
		now = c.at
		if err := seal(s); !errors.Is(err, c.want) {
			t.Errorf("%d s later: %v, want %v", c.at-start, err, c.want)
		}
	}
	now = start + 10*86400
	if _, err := scanner(start - 3600); err != trust.ErrStale {
		t.Errorf("an old proof at the start: %v", err)
	}
	next, err := scanner(uint64(now))
	if err != nil {
		t.Fatal(err)
	}
	if err := seal(next); err != nil {
		t.Errorf("with a newer proof: %v", err)
	}
}
