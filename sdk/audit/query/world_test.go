package query

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"testing"

	"github.com/veilhash/veilhash/sdk/audit/internal/audittest"
	"github.com/veilhash/veilhash/sdk/tlog"
)

const ledgerName = "example.org/audits"

// A signer signs notes under a name.
type signer struct {
	key    *tlog.Key
	secret ed25519.PrivateKey
}

func newSigner(t testing.TB, name string, algorithm tlog.Algorithm) *signer {
	t.Helper()
	seed := sha512.Sum512([]byte(name))
	secret := ed25519.NewKeyFromSeed(seed[:32])
	k, err := tlog.NewKey(name, algorithm, [32]byte(secret.Public().(ed25519.PublicKey)))
	if err != nil {
		t.Fatal(err)
	}
	return &signer{k, secret}
}

// note is a text with the signatures of all signers.
func note(text string, signers ...*signer) *tlog.Note {
	n := &tlog.Note{Text: text}
	for _, s := range signers {
		if s.key.Algorithm == tlog.CosignatureV1 {
			sig := ed25519.Sign(s.secret, []byte(tlog.CosignedMessage(text, 1800000000)))
			data := append(binary.BigEndian.AppendUint64(nil, 1800000000), sig...)
			n.Signatures = append(n.Signatures, tlog.Signature{Name: s.key.Name, ID: s.key.ID, Bytes: data})
			continue
		}
		n.Signatures = append(n.Signatures, tlog.Signature{Name: s.key.Name, ID: s.key.ID, Bytes: ed25519.Sign(s.secret, []byte(text))})
	}
	return n
}

// A world is a set, an auditor with a quota, and a ledger of the entries so far.
type world struct {
	*audittest.World
	log, witness, auditor *signer
	ledger                Ledger
	entries               [][]byte
}

func newWorld(t testing.TB, set *audittest.World, quota uint64) *world {
	t.Helper()
	w := &world{
		World: set, log: newSigner(t, ledgerName, tlog.Ed25519), witness: newSigner(t, "witness.example", tlog.CosignatureV1),
		auditor: newSigner(t, "auditor.example", tlog.Ed25519),
	}
	w.add(t, &Grant{Time: 1000, Key: w.auditor.key, Quota: quota})
	return w
}

func (w *world) add(t testing.TB, e Entry) {
	t.Helper()
	text := e.AppendText(nil)
	if err := w.ledger.Add(text); err != nil {
		t.Fatal(err)
	}
	w.entries = append(w.entries, text)
}

// policy trusts the world's ledger and its witness.
func (w *world) policy(t testing.TB) *tlog.Policy {
	t.Helper()
	text := "log " + w.log.key.String() + "\nwitness w " + w.witness.key.String() + "\nquorum w\n"
	p, err := tlog.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// root is the tree hash of leaves, RFC 9162, section 2.1.1, written down once more.
func root(leaves []tlog.Hash) tlog.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return join(root(leaves[:k]), root(leaves[k:]))
}

// path is the way from leaf i to the root.
func path(leaves []tlog.Hash, i int) []tlog.Hash {
	if len(leaves) == 1 {
		return nil
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	if i < k {
		return append(path(leaves[:k], i), root(leaves[k:]))
	}
	return append(path(leaves[k:], i-k), root(leaves[:k]))
}

// proof is the tlog-proof of entry i under the ledger as it is, signed by signers.
func (w *world) proof(i int, signers ...*signer) []byte {
	var leaves []tlog.Hash
	for _, e := range w.entries {
		leaves = append(leaves, tlog.LeafHash(e))
	}
	c := &tlog.Checkpoint{Origin: ledgerName, Size: uint64(len(leaves)), Root: root(leaves)}
	p := &tlog.Proof{Extra: w.entries[i], Index: uint64(i), Path: path(leaves, i), Checkpoint: note(c.Text(), signers...)}
	return p.AppendText(nil)
}

// ask makes a question about files, signs it, and returns the note with the session.
func (w *world) ask(t testing.TB, files ...[]byte) ([]byte, *Session) {
	t.Helper()
	q, err := NewQuestion(w.Manifest, ledgerName)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if _, err := q.Add(string(rune('a'+i)), f); err != nil {
			t.Fatal(err)
		}
	}
	r, s, err := q.Ask()
	if err != nil {
		t.Fatal(err)
	}
	return note(string(r.AppendText(nil)), w.auditor).AppendText(nil), s
}

// answer does what an honest operator does.
func (w *world) answer(t testing.TB, request []byte) *Answer {
	t.Helper()
	r, entry, err := w.ledger.Admit(request, ledgerName, 2000)
	if err != nil {
		t.Fatal(err)
	}
	w.add(t, entry)
	a, err := Evaluate(w.Manifest, w.Keys, r)
	if err != nil {
		t.Fatal(err)
	}
	a.Logged = w.proof(len(w.entries)-1, w.log, w.witness)
	return a
}

func join(a, b tlog.Hash) tlog.Hash {
	return sha256.Sum256(append(append([]byte{1}, a[:]...), b[:]...))
}
