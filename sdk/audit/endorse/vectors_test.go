package endorse

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

var update = flag.Bool("update", false, "write the golden vectors anew; only where the protocol's version changes")

const vectorDir = "../../testdata/vectors/endorse"

// vectorFiles are the files of an exchange in which nothing is left to chance; claims are not among them, as their proofs are.
var vectorFiles = []string{
	"offer", "alpha.commitment", "beta.commitment", "roll", "alpha.reveal", "beta.reveal", "draft", "alpha.recognition", "beta.recognition", "manifest",
	"alpha.endorsement", "beta.endorsement", "endorsements", "alpha.state",
}

// The bytes of every signed or digested file of section 9 are golden, on every platform.
func TestVectors(t *testing.T) {
	w := newWorld(t, "equal-token", hashes(0, 12), hashes(4, 16))
	w.entropy = entropy.Reproducible("veilhash golden exchange")
	for _, c := range w.curators {
		c.Entropy = entropy.Reproducible("veilhash golden exchange, " + c.Key.name)
	}
	w.freeze("operator", w.listing())
	commitments := w.commit()
	_, err := w.operator.Roll(commitments)
	w.fatal(err)
	reveals := w.reveal()
	w.fatal(w.operator.Draft(context.Background(), reveals, nil))
	recognitions := w.recogniseAll()
	m, _, _ := w.build(recognitions)
	var endorsements [][]byte
	for k := range w.curators {
		note, err := w.endorse(k, recognitions, m)
		w.fatal(err)
		endorsements = append(endorsements, note)
	}
	all, err := Assemble(m, endorsements)
	w.fatal(err)
	state, err := os.ReadFile(w.curators[0].StatePath)
	w.fatal(err)
	got := [][]byte{
		w.sent(offerName), commitments[0], commitments[1], w.sent(rollName), reveals[0], reveals[1], w.sent(draftName), recognitions[0], recognitions[1], m.AppendText(nil),
		endorsements[0], endorsements[1], all, state,
	}
	for i, name := range vectorFiles {
		path := filepath.Join(vectorDir, name)
		if *update {
			w.fatal(errors.Join(os.MkdirAll(vectorDir, 0o755), os.WriteFile(path, got[i], 0o644)))
			continue
		}
		file, err := os.ReadFile(path)
		w.fatal(err)
		if !bytes.Equal(got[i], file) {
			t.Errorf("%s: what the code makes is not what the golden file holds", name)
		}
	}
}
