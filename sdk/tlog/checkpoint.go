package tlog

import (
	"math"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/internal/b64"
	"github.com/veilhash/veilhash/sdk/internal/decimal"
)

// A Checkpoint is the head of a log's tree (tlog-checkpoint): the text of a note that the log signs and witnesses cosign.
type Checkpoint struct {
	Origin     string // the log's name
	Size       uint64 // entries
	Root       Hash
	Extensions []string // lines that witnesses sign and nobody answers for
}

// ParseCheckpoint reads a note's text. The error is ErrCheckpoint.
func ParseCheckpoint(text string) (*Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return nil, ErrCheckpoint
	}
	lines = lines[:len(lines)-1]
	for _, l := range lines {
		if l == "" {
			return nil, ErrCheckpoint
		}
	}
	size, okSize := parseNumber(lines[1])
	root, okRoot := parseHash(lines[2])
	if !okSize || !okRoot || size == 0 && root != emptyRoot {
		return nil, ErrCheckpoint
	}
	return &Checkpoint{lines[0], size, root, lines[3:]}, nil
}

// Text is the checkpoint as ParseCheckpoint reads it.
func (c *Checkpoint) Text() string {
	s := c.Origin + "\n" + strconv.FormatUint(c.Size, 10) + "\n" + b64.String(c.Root[:]) + "\n"
	for _, e := range c.Extensions {
		s += e + "\n"
	}
	return s
}

// CosignedMessage is what a witness signs at a time, in seconds since 1970-01-01 UTC, for a checkpoint of this text (tlog-cosignature).
func CosignedMessage(text string, seconds uint64) []byte {
	b := strconv.AppendUint([]byte("cosignature/v1\ntime "), seconds, 10)
	return append(append(b, '\n'), text...)
}

// parseNumber reads a decimal number below 2^63 without sign or leading zeros.
func parseNumber(s string) (uint64, bool) { return decimal.Parse(s, math.MaxInt64) }

func parseHash(s string) (h Hash, ok bool) {
	b, ok := b64.Decode(s)
	if !ok || len(b) != len(h) {
		return h, false
	}
	return Hash(b), true
}
