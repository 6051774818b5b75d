package endorse

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/tlog"
)

// typed fails unless a parser's error is a Refusal.
func typed(t *testing.T, err error) {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) {
		t.Errorf("untyped error %v", err)
	}
}

// files are one of each file of an exchange.
func files(t testing.TB) (w *world, offer, roll, draft, claims, recognition []byte) {
	w = newWorld(t, "pdq-distance-4+variants", hashes(0, 5), hashes(3, 8))
	near := pdq(20)
	near[0] ^= 1
	w.lists[0].List = list(t, testNames[0], append(hashes(0, 5), pdq(20), pdq(30))...)
	w.lists[1].List = list(t, testNames[1], append(hashes(3, 8), near)...)
	w.lists[0].Variants = []SignedVariant{{pdq(30), pdq(4), w.curators[0].Key.SignVariant(pdq(30), pdq(4))}}
	w.freeze("operator", w.listing())
	w.draft()
	recognition, err := w.recognise(0)
	w.fatal(err)
	return w, w.sent(offerName), w.sent(rollName), w.sent(draftName), w.sent(testNames[1] + claimsExt), recognition
}

func TestKey(t *testing.T) {
	k, err := newKey("a.example", entropy.Reproducible("key"))
	if err != nil {
		t.Fatal(err)
	}
	text := k.AppendText(nil)
	back, err := ParseKey(text)
	if err != nil || back.Curator() != k.Curator() {
		t.Fatalf("%v", err)
	}
	seed := strings.Fields(string(text))[5]
	if strings.Contains(k.String()+k.GoString(), seed) {
		t.Error("a key prints itself")
	}
	for name, text := range map[string]string{
		"empty": "", "short": string(text[:60]), "header": strings.Replace(string(text), "v0", "v1", 1),
		"name": strings.Replace(string(text), "a.example", "A", 1), "capitals": strings.ToUpper(string(text)), "more": string(text) + "\n",
	} {
		_, err := ParseKey([]byte(text))
		if want(t, err, ErrFormat); strings.Contains(err.Error(), seed) {
			t.Errorf("%s: the error shows the seed", name)
		}
	}
	_, err = NewKey("a+b")
	want(t, err, ErrFormat)
	if v, err := tlog.ParseKey(k.Verifier()); err != nil || v.Name != "a.example" || v.Public != k.Curator().Key {
		t.Errorf("verifier %s: %v", k.Verifier(), err)
	}
	public := AppendPublic(nil, k.Curator())
	c, err := ParsePublic(public)
	if err != nil || c != k.Curator() {
		t.Fatalf("%v", err)
	}
	_, err = ParsePublic(append(public, ' '))
	want(t, err, ErrFormat)
}

func FuzzParseKey(f *testing.F) {
	k, _ := newKey("a.example", entropy.Reproducible("key"))
	f.Add(k.AppendText(nil))
	f.Add([]byte(keyHeader + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := ParseKey(b); err != nil {
			typed(t, err)
		} else if !bytes.Equal(k.AppendText(nil), b) {
			t.Error("accepted a text that is not canonical")
		}
	})
}

func FuzzParsePublic(f *testing.F) {
	k, _ := newKey("a.example", entropy.Reproducible("key"))
	f.Add(AppendPublic(nil, k.Curator()))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := ParsePublic(b); err != nil {
			typed(t, err)
		} else if !bytes.Equal(AppendPublic(nil, c), b) {
			t.Error("accepted a text that is not canonical")
		}
	})
}

func FuzzParseOffer(f *testing.F) {
	_, offer, _, _, _, _ := files(f)
	f.Add(offer)
	f.Add(offer[:300])
	f.Add([]byte(offerHeader + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if o, err := ParseOffer(b); err != nil {
			typed(t, err)
		} else if !bytes.Equal(o.AppendText(nil), b) {
			t.Error("accepted a text that is not canonical")
		}
	})
}

func FuzzParseRoll(f *testing.F) {
	w, _, roll, _, _, _ := files(f)
	f.Add(roll)
	f.Add(roll[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := ParseRoll(b, w.operator.offer); err != nil {
			typed(t, err)
		} else if !bytes.Equal(r.AppendText(nil), b) {
			t.Error("accepted a text that is not canonical")
		}
	})
}

func FuzzParseRecognition(f *testing.F) {
	w, _, _, _, _, recognition := files(f)
	f.Add(recognition)
	f.Add(recognition[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		r, _, err := ParseRecognition(b, w.manifest.Curators)
		if err != nil {
			typed(t, err)
		} else if !bytes.HasSuffix(b, r.Bitmap) || r.Count() > int(r.Entries) {
			t.Error("a bitmap that is not in the file")
		}
	})
}

func FuzzReadClaims(f *testing.F) {
	_, _, _, _, claims, _ := files(f)
	body := claims[len(claimsMagic)+64:]
	f.Add(body)
	f.Add(body[:50])
	f.Add(be4(1 << 20))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		last := int64(-1)
		var again []byte
		for {
			batch, proof, err := readBatch(r, last, 100)
			if err != nil {
				typed(t, err)
				return
			}
			again = append(again, be4(len(batch))...)
			if batch == nil {
				break
			}
			for i := range batch {
				again = appendClaim(again, &batch[i])
			}
			again = append(again, proof.Bytes()...)
			last = int64(batch[len(batch)-1].Entry)
		}
		if !bytes.Equal(again, b) {
			t.Error("accepted a file that is not canonical")
		}
	})
}

func FuzzOpenDraft(f *testing.F) {
	w, _, _, draft, _, _ := files(f)
	f.Add(draft)
	f.Add(draft[:len(draft)-entrySize])
	f.Add([]byte(draftMagic))
	path := filepath.Join(w.dir, "fuzzed")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := OpenDraft(context.Background(), path)
		if err != nil {
			typed(t, err)
			return
		}
		defer d.Close()
		if !bytes.HasPrefix(b, d.header()) || len(b) != len(d.header())+int(d.Offer.Entries)*entrySize {
			t.Error("accepted a draft that is not canonical")
		}
	})
}

func FuzzParseState(f *testing.F) {
	w, _, _, _, _, _ := files(f)
	b, err := os.ReadFile(w.curators[0].StatePath)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Add(string(b[:200]))
	f.Add(stateHeader + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := parseState(text); err != nil {
			typed(t, err)
		} else if s.text() != text {
			t.Error("accepted a text that is not canonical")
		}
	})
}

// The files of an exchange say what the protocol's text says, and nothing prints a secret.
func TestTexts(t *testing.T) {
	w, offer, roll, _, _, recognition := files(t)
	for prefix, text := range map[string][]byte{offerHeader: offer, rollHeader: roll, recognitionMagic: recognition} {
		if !bytes.HasPrefix(text, []byte(prefix)) {
			t.Errorf("a file does not begin with %q", prefix)
		}
	}
	seed := Seed{1}
	if s := w.operator.String() + w.operator.GoString() + seed.String() + seed.GoString(); strings.Contains(s, "01") {
		t.Error("a secret prints itself")
	}
	o, err := ParseOffer(offer)
	if err != nil {
		t.Fatal(err)
	}
	if o.Manifest.Layers[0].PositionSeed != ([32]byte{}) || o.Manifest.Layers[0].Shards[0] != (blindset.Shard{}) {
		t.Error("an offer is not blank")
	}
	for name, text := range map[string]string{
		"not blank":        strings.Replace(string(offer), "position-seed 00", "position-seed 01", 1),
		"no curators":      strings.Replace(string(offer), "curators 2", "curators 0", 1),
		"two draft digits": strings.Replace(string(offer), "draft ff", "draft fe", 1),
		"leading zero":     strings.Replace(string(offer), "entries ", "entries 0", 1),
	} {
		if _, err := ParseOffer([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			want(t, err, ErrFormat)
		}
	}
}

func FuzzOpenReveals(f *testing.F) {
	w, _, roll, _, _, _ := files(f)
	o := w.operator.offer
	r, err := ParseRoll(roll, o)
	if err != nil {
		f.Fatal(err)
	}
	notes := w.reveal()
	f.Add(notes[0])
	f.Add(notes[0][:100])
	f.Add(w.curators[0].Key.Sign(revealHeader + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		seeds, err := openReveals(o, r, [][]byte{b, notes[1]})
		if err != nil {
			typed(t, err)
		} else if !bytes.Equal(w.curators[0].Key.Sign(revealText(r.Digest(), seeds[0])), b) {
			t.Error("accepted a reveal that is not canonical")
		}
	})
}

func FuzzParseCommitment(f *testing.F) {
	f.Add(commitmentText([32]byte{1}, [32]byte{2}))
	f.Add(commitmentHeader + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := parseCommitment(text, [32]byte{1}); err != nil {
			typed(t, err)
		} else if commitmentText([32]byte{1}, c) != text {
			t.Error("accepted a text that is not canonical")
		}
	})
}
