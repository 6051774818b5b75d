package endorse

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// A session is what a curator remembers of one exchange. Whatever it signs is written down first, so that it never signs two different things at one step.
type session struct {
	key   [32]byte // L, encoded
	offer [32]byte
	epoch uint64
	seed  Seed
	roll  [32]byte // zero: not revealed
	draft [32]byte // zero: first round not done
	set   [32]byte // zero: not endorsed
	table [32]byte // of the layer that was endorsed
}

// A state is every exchange that a curator has taken part in, in their order: every L that it has ever seen (docs/protocol.md, section 9.7).
type state struct {
	path     string
	sessions []session
}

const stateHeader = "veilhash-curator-state v0"

// readState reads a curator's state; one that does not exist is empty.
func readState(path string) (*state, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &state{path: path}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("endorse: %w", err)
	}
	s, err := parseState(string(text))
	if err != nil {
		return nil, err
	}
	s.path = path
	return s, nil
}

func parseState(text string) (*state, error) {
	s := new(state)
	f := fields{what: "curator's state", rest: text}
	f.header(stateHeader)
	for f.err == nil && f.rest != "" {
		var x session
		f.hex("key", x.key[:])
		f.hex("offer", x.offer[:])
		x.epoch = f.number("epoch")
		f.hex("seed", x.seed[:])
		f.hex("roll", x.roll[:])
		f.hex("draft", x.draft[:])
		f.hex("set", x.set[:])
		f.hex("table", x.table[:])
		s.sessions = append(s.sessions, x)
	}
	return s, f.end(text, s.text())
}

func (s *state) text() string {
	b := []byte(stateHeader + "\n")
	for i := range s.sessions {
		x := &s.sessions[i]
		for _, field := range []struct {
			name  string
			value []byte
		}{{"key", x.key[:]}, {"offer", x.offer[:]}, {"epoch", nil}, {"seed", x.seed[:]}, {"roll", x.roll[:]}, {"draft", x.draft[:]}, {"set", x.set[:]}, {"table", x.table[:]}} {
			b = append(append(b, field.name...), ' ')
			if field.value == nil {
				b = strconv.AppendUint(b, x.epoch, 10)
			} else {
				b = hexa.Append(b, field.value)
			}
			b = append(b, '\n')
		}
	}
	return string(b)
}

func (s *state) save() error { return writeBytes(s.path, []byte(s.text())) }

// of finds the exchange about an offer.
func (s *state) of(offer [32]byte) (*session, error) {
	for i := range s.sessions {
		if s.sessions[i].offer == offer {
			return &s.sessions[i], nil
		}
	}
	return nil, refuse(ErrStage, "this curator has not committed to offer "+shorten(offer))
}

// begin notes a new offer, or finds it again.
func (s *state) begin(o *Offer, restarts int, seed Seed) (*session, error) {
	key, offer, epoch := [32]byte(o.Layer().Key.Bytes()), o.Digest(), o.Manifest.Epoch
	open := 0
	for i := range s.sessions {
		x := &s.sessions[i]
		switch {
		case x.offer == offer:
			return x, nil
		case x.key == key:
			return nil, refuse(ErrReused, "it was offered as "+shorten(x.offer))
		case x.set != [32]byte{} && x.epoch >= epoch:
			return nil, refuse(ErrEpoch, fmt.Sprintf("epoch %d; this one is %d", x.epoch, epoch))
		case x.epoch == epoch:
			open++
		}
	}
	if err := s.checkKept(o.Manifest); err != nil {
		return nil, err
	}
	if open > restarts {
		return nil, refuse(ErrRestarts, fmt.Sprintf("%d for epoch %d", open, epoch))
	}
	s.sessions = append(s.sessions, session{key: key, offer: offer, epoch: epoch, seed: seed})
	return &s.sessions[len(s.sessions)-1], s.save()
}

// note sets one of a session's digests, once. If it was set to another one, the error is ErrDraft.
func (s *state) note(where *[32]byte, digest [32]byte, what string) error {
	switch *where {
	case digest:
		return nil
	case [32]byte{}:
		*where = digest
		return s.save()
	}
	return refuse(ErrDraft, fmt.Sprintf("this curator signed another %s, %s; this is %s", what, shorten(*where), shorten(digest)))
}

// checkKept checks that all layers before the one on offer are tables that this curator endorsed, and the first one in the very set that the manifest names as its base: else anything
// could be in them, or anything in the lines above them.
func (s *state) checkKept(m *blindset.Manifest) error {
	for i := range m.Layers[:len(m.Layers)-1] {
		table := tableDigest(&m.Layers[i])
		known := slices.ContainsFunc(s.sessions, func(x session) bool {
			return x.table == table && (i > 0 || x.set == m.Base.ID)
		})
		if !known {
			return refuse(ErrStage, fmt.Sprintf("layer %d of the set is not one that this curator endorsed", i))
		}
	}
	return nil
}

// tableDigest identifies a finished layer.
func tableDigest(l *blindset.Layer) [32]byte {
	m := blindset.Manifest{Layers: []blindset.Layer{*l}}
	text := string(m.AppendText(nil))
	return digest(text[strings.Index(text, "\nlayer 0\n"):])
}
