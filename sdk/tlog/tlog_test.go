package tlog_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	modlog "golang.org/x/mod/sumdb/tlog"

	"github.com/veilhash/veilhash/sdk/tlog"
)

const (
	neumannKey  = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
	neumannNote = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
		"— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n" +
		"— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)

// signer makes a key pair of an algorithm from a seed.
func signer(t testing.TB, name string, algorithm tlog.Algorithm) (ed25519.PrivateKey, *tlog.Key) {
	t.Helper()
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(len(name))}, 32))
	key, err := tlog.NewKey(name, algorithm, [32]byte(private.Public().(ed25519.PublicKey)))
	if err != nil {
		t.Fatal(err)
	}
	return private, key
}

// sign appends a signature's line to a note.
func sign(n *tlog.Note, private ed25519.PrivateKey, key *tlog.Key) {
	n.Signatures = append(n.Signatures, tlog.Signature{Name: key.Name, ID: key.ID, Bytes: ed25519.Sign(private, []byte(n.Text))})
}

func cosign(n *tlog.Note, private ed25519.PrivateKey, key *tlog.Key, seconds uint64) {
	b := binary.BigEndian.AppendUint64(nil, seconds)
	b = append(b, ed25519.Sign(private, tlog.CosignedMessage(n.Text, seconds))...)
	n.Signatures = append(n.Signatures, tlog.Signature{Name: key.Name, ID: key.ID, Bytes: b})
}

// The note that golang.org/x/mod documents.
func TestPublishedNote(t *testing.T) {
	key, err := tlog.ParseKey(neumannKey)
	if err != nil {
		t.Fatal(err)
	}
	n, err := tlog.ParseNote([]byte(neumannNote))
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Verify(key); err != nil {
		t.Error(err)
	}
	if got := string(n.AppendText(nil)); got != neumannNote {
		t.Errorf("came back as %q", got)
	}
	n.Text = strings.Replace(n.Text, "answer", "ANSWER", 1)
	if err := n.Verify(key); err != tlog.ErrSignature {
		t.Errorf("a changed text: %v", err)
	}
	_, other := signer(t, "PeterNeumann", tlog.Ed25519)
	if err := n.Verify(other); err != tlog.ErrUnsigned {
		t.Errorf("another key of the same name: %v", err)
	}
}

// compareNote opens a note with golang.org/x/mod and with this package.
func compareNote(t *testing.T, msg []byte, vkey string) {
	t.Helper()
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	key, err := tlog.ParseKey(vkey)
	if err != nil {
		t.Fatal(err)
	}
	want, wantErr := note.Open(msg, note.VerifierList(verifier))
	got, err := tlog.ParseNote(msg)
	if err == nil {
		err = got.Verify(key)
	}
	switch {
	case err == nil && wantErr != nil:
		t.Errorf("%q: accepted, but x/mod says %v", msg, wantErr)
	case err != nil && wantErr == nil && !stricter(msg, want):
		t.Errorf("%q: %v, but x/mod accepts it", msg, err)
	}
	if err == nil && wantErr == nil && got.Text != want.Text {
		t.Errorf("%q: text %q, want %q", msg, got.Text, want.Text)
	}
}

// stricter reports whether a note that golang.org/x/mod accepts has one of the two things that only this package refuses: bits that are left over in Base64, and
// a second line of the same key that does not verify.
func stricter(msg []byte, n *note.Note) bool {
	lines := strings.Split(strings.TrimSuffix(string(msg[len(n.Text)+1:]), "\n"), "\n")
	if len(lines) > len(n.Sigs)+len(n.UnverifiedSigs) {
		return true
	}
	return slices.ContainsFunc(lines, func(l string) bool {
		_, err := base64.StdEncoding.Strict().DecodeString(l[strings.LastIndex(l, " ")+1:])
		return err != nil
	})
}

func FuzzNote(f *testing.F) {
	for _, s := range []string{
		neumannNote, "", "\n", "\n\n", "a\n\n", strings.ReplaceAll(neumannNote, "\n\n", "\n"), strings.TrimSuffix(neumannNote, "\n"),
		strings.ReplaceAll(neumannNote, "—", "-"), neumannNote + "x\n", neumannNote + "\n", "\x00" + neumannNote, "\xff" + neumannNote,
		strings.ReplaceAll(neumannNote, "— EnochRoot", "— Enoch+Root"), strings.ReplaceAll(neumannNote, "— EnochRoot", "— Enoch\u00a0Root"),
		strings.ReplaceAll(neumannNote, "M=", "N="), "a\n\n" + strings.SplitN(neumannNote, "\n\n", 2)[1],
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		if len(msg) > 1e6 {
			return
		}
		compareNote(t, msg, neumannKey)
		if n, err := tlog.ParseNote(msg); err == nil && !bytes.Equal(n.AppendText(nil), msg) {
			t.Errorf("%q: came back as %q", msg, n.AppendText(nil))
		}
	})
}

func FuzzKey(f *testing.F) {
	for _, s := range []string{neumannKey, "", "+", "++", "a+b", "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", strings.Replace(neumannKey, "+A", "+B", 1)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := tlog.ParseKey(text)
		if (err == nil) == errors.Is(err, tlog.ErrKey) || err == nil && k.String() != text {
			t.Errorf("%q: %v, %v", text, k, err)
		}
		if _, want := note.NewVerifier(text); err == nil && k.Algorithm == tlog.Ed25519 && want != nil {
			t.Errorf("%q: accepted, but x/mod says %v", text, want)
		}
	})
}

func TestKeys(t *testing.T) {
	for _, name := range []string{"", "a b", "a+b", "a\nb", "a\u2003b", "\xff"} {
		if _, err := tlog.NewKey(name, tlog.Ed25519, [32]byte{}); err != tlog.ErrKey {
			t.Errorf("name %q: %v", name, err)
		}
	}
	if _, err := tlog.NewKey("a", 6, [32]byte{}); err != tlog.ErrKey {
		t.Errorf("algorithm 6: %v", err)
	}
	_, key := signer(t, "w", tlog.CosignatureV1)
	if back, err := tlog.ParseKey(key.String()); err != nil || *back != *key {
		t.Errorf("%v came back as %v, %v", key, back, err)
	}
}

func TestCosignature(t *testing.T) {
	const text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
	if got, want := string(tlog.CosignedMessage(text, 1679315147)), "cosignature/v1\ntime 1679315147\n"+text; got != want {
		t.Errorf("signed message %q, want %q, as the specification has it", got, want)
	}
	private, key := signer(t, "witness.example.com/w1", tlog.CosignatureV1)
	n := &tlog.Note{Text: text}
	if _, err := n.Cosigned(key); err != tlog.ErrUnsigned {
		t.Errorf("unsigned: %v", err)
	}
	cosign(n, private, key, 5)
	cosign(n, private, key, 9)
	cosign(n, private, key, 7)
	if seconds, err := n.Cosigned(key); seconds != 9 || err != nil {
		t.Errorf("newest %d, %v; want 9", seconds, err)
	}
	n.Signatures[2].Bytes[7]++ // the time
	if _, err := n.Cosigned(key); err != tlog.ErrSignature {
		t.Errorf("another time: %v", err)
	}
	n.Signatures = n.Signatures[:0]
	sign(n, private, key) // without a time
	if _, err := n.Cosigned(key); err != tlog.ErrSignature {
		t.Errorf("no time: %v", err)
	}
	n.Signatures = n.Signatures[:0]
	cosign(n, private, key, 1<<63)
	if _, err := n.Cosigned(key); err != tlog.ErrSignature {
		t.Errorf("a time of 2^63: %v", err)
	}
}

// storage keeps a log's hashes as golang.org/x/mod wants them.
type storage []modlog.Hash

func (s storage) ReadHashes(indexes []int64) (out []modlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, s[i])
	}
	return out, nil
}

func grow(t testing.TB, n int64) (s storage, leaves []tlog.Hash, roots []tlog.Hash) {
	t.Helper()
	root, _ := modlog.TreeHash(0, s)
	roots = append(roots, tlog.Hash(root))
	for i := range n {
		entry := []byte{byte(i), byte(i >> 8)}
		hashes, err := modlog.StoredHashes(i, entry, s)
		if err != nil {
			t.Fatal(err)
		}
		s = append(s, hashes...)
		root, err := modlog.TreeHash(i+1, s)
		if err != nil {
			t.Fatal(err)
		}
		leaves, roots = append(leaves, tlog.LeafHash(entry)), append(roots, tlog.Hash(root))
	}
	return s, leaves, roots
}

func hashes[T ~[]modlog.Hash](in T) (out []tlog.Hash) {
	for _, h := range in {
		out = append(out, tlog.Hash(h))
	}
	return out
}

// Every proof of every tree up to 70 entries, and each with one thing wrong.
func TestMerkleAgainstMod(t *testing.T) {
	const most = 70
	s, leaves, roots := grow(t, most)
	for size := int64(1); size <= most; size++ {
		for i := range size {
			proof, err := modlog.ProveRecord(size, i, s)
			if err != nil {
				t.Fatal(err)
			}
			path, index, n := hashes(proof), uint64(i), uint64(size)
			if err := tlog.VerifyInclusion(path, index, n, leaves[i], roots[size]); err != nil {
				t.Fatalf("entry %d of %d: %v", i, size, err)
			}
			wrong := []error{
				tlog.VerifyInclusion(path, index, n, leaves[(i+1)%most], roots[size]),
				tlog.VerifyInclusion(path, index, n, leaves[i], roots[size-1]),
				tlog.VerifyInclusion(path, n, n, leaves[i], roots[size]),
				tlog.VerifyInclusion(append(slices.Clone(path), tlog.Hash{}), index, n, leaves[i], roots[size]),
			}
			if size > 1 {
				wrong = append(wrong,
					tlog.VerifyInclusion(path, (index+1)%n, n, leaves[i], roots[size]),
					tlog.VerifyInclusion(path[1:], index, n, leaves[i], roots[size]),
					tlog.VerifyInclusion(path[:len(path)-1], index, n, leaves[i], roots[size]))
			}
			for k, err := range wrong {
				if err != tlog.ErrInclusion {
					t.Errorf("entry %d of %d, wrong case %d: %v", i, size, k, err)
				}
			}
		}
		for first := int64(1); first <= size; first++ {
			proof, err := modlog.ProveTree(size, first, s)
			if err != nil {
				t.Fatal(err)
			}
			path, m, n := hashes(proof), uint64(first), uint64(size)
			if err := tlog.VerifyConsistency(path, m, n, roots[first], roots[size]); err != nil {
				t.Fatalf("%d to %d: %v", first, size, err)
			}
			for k, err := range []error{
				tlog.VerifyConsistency(path, m, n, roots[first-1], roots[size]),
				tlog.VerifyConsistency(path, m, n, roots[first], roots[size-1]),
				tlog.VerifyConsistency(path, n+1, n, roots[first], roots[size]),
				tlog.VerifyConsistency(append(slices.Clone(path), tlog.Hash{}), m, n, roots[first], roots[size]),
			} {
				if err != tlog.ErrConsistency {
					t.Errorf("%d to %d, wrong case %d: %v", first, size, k, err)
				}
			}
			if first < size {
				if err := tlog.VerifyConsistency(path[1:], m, n, roots[first], roots[size]); err != tlog.ErrConsistency {
					t.Errorf("%d to %d, cut short: %v", first, size, err)
				}
			}
		}
	}
	if err := tlog.VerifyConsistency(nil, 0, 5, roots[0], roots[5]); err != nil {
		t.Errorf("from nothing: %v", err)
	}
	if err := tlog.VerifyConsistency(nil, 0, 5, roots[1], roots[5]); err != tlog.ErrConsistency {
		t.Errorf("from nothing with a root: %v", err)
	}
}

// A public Certificate Transparency log's own proofs (testdata/README.md).
func TestCertificateTransparency(t *testing.T) {
	read := func(name string, to any) {
		b, err := os.ReadFile("testdata/argon2020/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, to); err != nil {
			t.Fatal(err)
		}
	}
	var head struct {
		Size uint64 `json:"tree_size"`
		Root []byte `json:"sha256_root_hash"`
	}
	var entries struct {
		Entries []struct {
			Data []byte `json:"leaf_input"`
		}
	}
	var inclusion struct {
		Proof [][]byte `json:"audit_path"`
	}
	var consistency struct {
		Proof [][]byte `json:"consistency"`
	}
	read("sth.json", &head)
	read("entries.json", &entries)
	read("proof.json", &inclusion)
	read("consistency.json", &consistency)
	list := func(in [][]byte) (out []tlog.Hash) {
		for _, h := range in {
			out = append(out, tlog.Hash(h))
		}
		return out
	}
	if len(inclusion.Proof) < 20 || len(consistency.Proof) < 20 {
		t.Fatal("the proofs are shorter than such a log's are")
	}
	if err := tlog.VerifyInclusion(list(inclusion.Proof), 10000, head.Size, tlog.LeafHash(entries.Entries[0].Data), tlog.Hash(head.Root)); err != nil {
		t.Error(err)
	}
	old, err := base64.StdEncoding.DecodeString("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=")
	if err != nil {
		t.Fatal(err)
	}
	if err := tlog.VerifyConsistency(list(consistency.Proof), 3654490, head.Size, tlog.Hash(old), tlog.Hash(head.Root)); err != nil {
		t.Error(err)
	}
}

func FuzzCheckpoint(f *testing.F) {
	root := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for _, s := range []string{"o\n1\n" + root + "\n", "o\n0\n" + root + "\n", "o\n01\n" + root + "\n", "o\n+1\n" + root + "\n", "o\n1\n" + root + "\nx\n", "o\n1\n" + root + "\n\n", "o\n1\n", "\n1\n" + root + "\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := tlog.ParseCheckpoint(text)
		if (err == nil) == errors.Is(err, tlog.ErrCheckpoint) || err == nil && c.Text() != text {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
	})
}

func someProof(t testing.TB) []byte {
	private, key := signer(t, "log.example", tlog.Ed25519)
	_, _, roots := grow(t, 3)
	p := tlog.Proof{Extra: []byte("x"), Index: 2, Path: roots[1:3], Checkpoint: &tlog.Note{Text: (&tlog.Checkpoint{Origin: "log.example", Size: 3, Root: roots[3]}).Text()}}
	sign(p.Checkpoint, private, key)
	return p.AppendText(nil)
}

func FuzzProof(f *testing.F) {
	whole := string(someProof(f))
	for _, s := range []string{whole, strings.Replace(whole, "extra eA==\n", "", 1), strings.Replace(whole, "eA==", "", 1), strings.Replace(whole, "index 2", "index 02", 1), strings.Replace(whole, "@v1", "@v2", 1), whole[:len(whole)-1], whole[:60], "", strings.Replace(whole, "\n\n", "\n", 1)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := tlog.ParseProof(text)
		if (err == nil) == (errors.Is(err, tlog.ErrProof) || errors.Is(err, tlog.ErrNote)) || err == nil && !bytes.Equal(p.AppendText(nil), text) {
			t.Errorf("%q: %+v, %v", text, p, err)
		}
	})
}

func TestProof(t *testing.T) {
	p, err := tlog.ParseProof(someProof(t))
	if err != nil || p.Index != 2 || len(p.Path) != 2 || string(p.Extra) != "x" || len(p.Checkpoint.Signatures) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}

// A policy of two groups, as the specification's example has it.
func examplePolicy(t testing.TB) string {
	_, l := signer(t, "log.example", tlog.Ed25519)
	text := "# an example\n\nlog " + l.String() + " https://log.example/\n"
	for i, n := range []string{"X1", "X2", "X3", "Y1", "Y2", "Y3"} {
		_, k := signer(t, "w.example/"+strings.Repeat("w", i+1), tlog.CosignatureV1)
		text += "\twitness " + n + "  " + k.String() + "\n"
	}
	return text + "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
}

func TestQuorum(t *testing.T) {
	p, err := tlog.ParsePolicy([]byte(examplePolicy(t)))
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"X1", "X2", "X3", "Y1", "Y2", "Y3"}
	for subset := range 1 << len(all) {
		var seen []tlog.Cosignature
		x, y := 0, 0
		for i, name := range all {
			if subset>>i&1 == 1 {
				seen = append(seen, tlog.Cosignature{Witness: name})
				if i < 3 {
					x++
				} else {
					y++
				}
			}
		}
		if got, want := p.Satisfied(seen), x >= 2 && y >= 1; got != want {
			t.Errorf("%v: %v, want %v", seen, got, want)
		}
	}
	text := p.AppendText(nil)
	if back, err := tlog.ParsePolicy(text); err != nil || !bytes.Equal(back.AppendText(nil), text) {
		t.Errorf("came back otherwise: %v", err)
	}
	none, err := tlog.ParsePolicy([]byte("quorum none\n"))
	if err != nil || !none.Satisfied(nil) {
		t.Errorf("no quorum: %v", err)
	}
}

func TestPolicyRefuses(t *testing.T) {
	whole := examplePolicy(t)
	_, l := signer(t, "other-name", tlog.Ed25519)
	_, w := signer(t, "w.example/w", tlog.CosignatureV1)
	for what, text := range map[string]string{
		"no quorum":              strings.Replace(whole, "quorum X-and-Y\n", "", 1),
		"two quorums":            whole + "quorum X1\n",
		"a later name":           "quorum X1\n" + strings.Replace(whole, "quorum X-and-Y\n", "", 1),
		"a name twice":           whole + "group X1 any Y-witnesses\n",
		"a witness twice":        whole + "witness Z " + w.String() + "\n",
		"a witness as a log":     whole + "log " + w.String() + "\n",
		"a log as a witness":     whole + "witness Z " + l.String() + "\n",
		"a threshold of 0":       strings.Replace(whole, "X-witnesses 2", "X-witnesses 0", 1),
		"a threshold of 4":       strings.Replace(whole, "X-witnesses 2", "X-witnesses 4", 1),
		"a threshold in words":   strings.Replace(whole, "X-witnesses 2", "X-witnesses two", 1),
		"a member in two groups": whole + "group Z any X1\n",
		"a member twice":         strings.Replace(whole, "2 X1 X2 X3", "2 X1 X1 X3", 1),
		"a group without any":    whole + "group Z any\n",
		"none as a member":       whole + "group Z any none\n",
		"a group called none":    whole + "group none any X-and-Y\n",
		"a line of another kind": whole + "mirror x\n",
		"a control character":    whole + "# \r\n",
		"no end of line":         strings.TrimSuffix(whole, "\n"),
		"a key that is none":     whole + "log abc\n",
	} {
		if _, err := tlog.ParsePolicy([]byte(text)); !errors.Is(err, tlog.ErrPolicy) && !errors.Is(err, tlog.ErrKey) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzPolicy(f *testing.F) {
	whole := examplePolicy(f)
	for _, s := range []string{whole, "quorum none\n", "", "\n", "#\n", "log\n", "group a any b\n", strings.ToUpper(whole)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := tlog.ParsePolicy(text)
		if err != nil {
			if !errors.Is(err, tlog.ErrPolicy) && !errors.Is(err, tlog.ErrKey) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		// Lines may come in another order than groups are written in, so compare the second round.
		again, err := tlog.ParsePolicy(p.AppendText(nil))
		if err != nil || !bytes.Equal(again.AppendText(nil), p.AppendText(nil)) {
			t.Errorf("%q: came back as %q, %v", text, p.AppendText(nil), err)
		}
	})
}

func TestPolicyVerify(t *testing.T) {
	p, err := tlog.ParsePolicy([]byte(examplePolicy(t)))
	if err != nil {
		t.Fatal(err)
	}
	logKey, l := signer(t, "log.example", tlog.Ed25519)
	witness, w := signer(t, "w.example/w", tlog.CosignatureV1)
	random := rand.New(rand.NewPCG(1, 2))
	root := tlog.Hash{byte(random.Uint32())}
	make := func(origin string) *tlog.Note {
		return &tlog.Note{Text: (&tlog.Checkpoint{Origin: origin, Size: 7, Root: root}).Text()}
	}
	n := make("log.example")
	sign(n, logKey, l)
	cosign(n, witness, w, 77)
	c, seen, err := p.Verify(n)
	if err != nil || c.Size != 7 || len(seen) != 1 || seen[0] != (tlog.Cosignature{Witness: "X1", Time: 77}) {
		t.Fatalf("%+v, %v, %v", c, seen, err)
	}
	n.Signatures[1].Bytes[20]++
	if _, _, err := p.Verify(n); err != tlog.ErrSignature {
		t.Errorf("a false cosignature: %v", err)
	}
	n = make("other.example")
	sign(n, logKey, l)
	if _, _, err := p.Verify(n); err != tlog.ErrLog {
		t.Errorf("another origin under the same key: %v", err)
	}
	n = make("log.example")
	cosign(n, witness, w, 77)
	if _, _, err := p.Verify(n); err != tlog.ErrLog {
		t.Errorf("not by the log: %v", err)
	}
	n = &tlog.Note{Text: "no checkpoint\n"}
	sign(n, logKey, l)
	if _, _, err := p.Verify(n); err != tlog.ErrCheckpoint {
		t.Errorf("no checkpoint: %v", err)
	}
}
