package tlog

import (
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/internal/b64"
)

// A Proof says that an entry is in a log, and who saw it (tlog-proof). Nothing in it has been verified.
type Proof struct {
	Extra      []byte // for the application, and signed by nobody; nil for none
	Index      uint64 // of the entry
	Path       []Hash // from the entry's sibling to the root's child
	Checkpoint *Note
}

const (
	proofHeader = "c2sp.org/tlog-proof@v1"
	maxPath     = 63
)

// ParseProof reads a proof. The error is ErrProof or, for its last part, ErrNote.
func ParseProof(b []byte) (*Proof, error) {
	if len(b) > MaxNoteBytes {
		return nil, ErrProof
	}
	text, ok := strings.CutPrefix(string(b), proofHeader+"\n")
	if !ok {
		return nil, ErrProof
	}
	var p Proof
	line, rest, _ := strings.Cut(text, "\n")
	if extra, ok := strings.CutPrefix(line, "extra "); ok {
		if p.Extra, ok = b64.Decode(extra); !ok || len(p.Extra) == 0 {
			return nil, ErrProof
		}
		line, rest, _ = strings.Cut(rest, "\n")
	}
	index, ok := strings.CutPrefix(line, "index ")
	if !ok {
		return nil, ErrProof
	}
	if p.Index, ok = parseNumber(index); !ok {
		return nil, ErrProof
	}
	for {
		if line, rest, ok = strings.Cut(rest, "\n"); !ok {
			return nil, ErrProof
		}
		if line == "" {
			break
		}
		h, ok := parseHash(line)
		if !ok || len(p.Path) == maxPath {
			return nil, ErrProof
		}
		p.Path = append(p.Path, h)
	}
	var err error
	p.Checkpoint, err = ParseNote([]byte(rest))
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// AppendText appends the proof as ParseProof reads it.
func (p *Proof) AppendText(dst []byte) []byte {
	dst = append(dst, proofHeader+"\n"...)
	if len(p.Extra) > 0 {
		dst = append(b64.Append(append(dst, "extra "...), p.Extra), '\n')
	}
	dst = strconv.AppendUint(append(dst, "index "...), p.Index, 10)
	dst = append(dst, '\n')
	for _, h := range p.Path {
		dst = append(b64.Append(dst, h[:]), '\n')
	}
	return p.Checkpoint.AppendText(append(dst, '\n'))
}
