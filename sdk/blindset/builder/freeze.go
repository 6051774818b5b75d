package builder

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
)

// frozenParts is the number of parts that a list is frozen in; a part is sorted in memory.
const frozenParts = 256

// A frozenList is the list as it was read: distinct tokens of one size, in an order that does not depend on that of
// the input.
type frozenList struct {
	*spill
	duplicates int
}

// len is the number of distinct tokens.
func (l *frozenList) len() int {
	n := 0
	for _, c := range l.counts {
		n += c
	}
	return n
}

// freeze reads all tokens and drops those that came before.
func freeze(ctx context.Context, cfg Config, dir string) (*frozenList, error) {
	var l frozenList
	read := 0
	for token, err := range cfg.Tokens {
		if err != nil {
			return nil, err
		}
		if l.spill == nil {
			l.spill = newSpill(dir, "frozen", frozenParts, len(token))
		}
		if len(token) != l.size || len(token) == 0 || len(token) > MaxTokenSize {
			return nil, ErrToken
		}
		digest := sha256.Sum256(token)
		if err := l.add(int(digest[0])%frozenParts, token); err != nil {
			return nil, err
		}
		if read++; read%(1<<12) == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			cfg.Progress(Freeze, read, 0)
		}
	}
	if read == 0 {
		return nil, ErrEmptyList
	}
	for part := range frozenParts {
		if err := l.sort(part); err != nil {
			return nil, err
		}
	}
	cfg.Progress(Freeze, read, read)
	return &l, nil
}

// sort brings a part into order and drops duplicates.
func (l *frozenList) sort(part int) error {
	records, err := l.read(part)
	if err != nil {
		return err
	}
	tokens := slices.Collect(slices.Chunk(records, l.size))
	slices.SortFunc(tokens, bytes.Compare)
	distinct := slices.CompactFunc(tokens, bytes.Equal)
	l.duplicates += len(records)/l.size - len(distinct)
	return l.replace(part, bytes.Join(distinct, nil))
}
