package entries

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"iter"
	"slices"

	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// ErrFormat marks a file that is not in the form of docs/protocol.md, section 7.1, or is damaged.
var ErrFormat = errors.New("entries: the record is damaged or not one of this version; restore it from a backup")

// ErrSize: tokens of two lengths, or of none, or longer than MaxTokenSize.
var ErrSize = errors.New("entries: tokens must all have one length, of 1 to 255 bytes")

// MaxTokenSize is the longest token, in bytes.
const MaxTokenSize = 255

// A List is distinct tokens of one size, in order. The zero value is empty. It is immutable, and safe for concurrent use.
type List struct {
	size   int
	tokens []byte
}

// Collect makes a list of tokens, each of which it copies; those that come twice count once. Errors are ErrSize and the sequence's.
func Collect(tokens iter.Seq2[[]byte, error]) (*List, error) {
	l := new(List)
	for t, err := range tokens {
		if err != nil {
			return nil, err
		}
		if l.size == 0 {
			l.size = len(t)
		}
		if len(t) != l.size || len(t) == 0 || len(t) > MaxTokenSize {
			return nil, ErrSize
		}
		l.tokens = append(l.tokens, t...)
	}
	if l.size > 0 {
		l.sort()
	}
	return l, nil
}

// sort brings the tokens into order and drops duplicates.
func (l *List) sort() {
	parts := slices.Collect(slices.Chunk(l.tokens, l.size))
	slices.SortFunc(parts, bytes.Compare)
	parts = slices.CompactFunc(parts, bytes.Equal)
	l.tokens = bytes.Join(parts, nil)
}

// Len is the number of tokens.
func (l *List) Len() int {
	if l.size == 0 {
		return 0
	}
	return len(l.tokens) / l.size
}

// at is the i-th token.
func (l *List) at(i int) []byte { return l.tokens[i*l.size:][:l.size] }

// Contains reports whether a token is in the list.
func (l *List) Contains(token []byte) bool {
	lo, hi := 0, l.Len()
	for lo < hi {
		mid := (lo + hi) / 2
		switch bytes.Compare(l.at(mid), token) {
		case 0:
			return true
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return false
}

// ContainsAny reports whether one of some tokens is in the list.
func (l *List) ContainsAny(tokens [][]byte) bool { return slices.ContainsFunc(tokens, l.Contains) }

// All are the tokens in order, in the form that package builder takes. They must not be changed.
func (l *List) All() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for i := range l.Len() {
			if !yield(l.at(i), nil) {
				return
			}
		}
	}
}

// Without are the tokens that are in none of the other lists.
func (l *List) Without(others ...*List) *List {
	return l.keep(func(t []byte) bool {
		return !slices.ContainsFunc(others, func(o *List) bool { return o.Contains(t) })
	})
}

// Within are the tokens that are in one of the other lists.
func (l *List) Within(others ...*List) *List {
	return l.keep(func(t []byte) bool {
		return slices.ContainsFunc(others, func(o *List) bool { return o.Contains(t) })
	})
}

func (l *List) keep(which func(t []byte) bool) *List {
	out := &List{size: l.size}
	for i := range l.Len() {
		if t := l.at(i); which(t) {
			out.tokens = append(out.tokens, t...)
		}
	}
	return out
}

// Union are the tokens of several lists. The error is ErrSize for lists whose tokens differ in length.
func Union(lists ...*List) (*List, error) {
	out := new(List)
	for _, l := range lists {
		switch {
		case l.Len() == 0:
			continue
		case out.size == 0:
			out.size = l.size
		case out.size != l.size:
			return nil, ErrSize
		}
		out.tokens = append(out.tokens, l.tokens...)
	}
	if out.size > 0 {
		out.sort()
	}
	return out, nil
}

const (
	magic      = "VHE\x00" // and the version
	headerSize = len(magic) + 1 + 8
)

// MarshalBinary is the list as its file has it. It is confidential.
func (l *List) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, headerSize+len(l.tokens)+sha256.Size)
	b = append(b, magic...)
	b = append(b, byte(l.size))
	b = binary.BigEndian.AppendUint64(b, uint64(l.Len()))
	b = append(b, l.tokens...)
	sum := checksum(b)
	return append(b, sum[:]...), nil
}

// Parse reads what MarshalBinary writes, and nothing else. The error is ErrFormat.
func Parse(b []byte) (*List, error) {
	if len(b) < headerSize+sha256.Size || string(b[:len(magic)]) != magic {
		return nil, ErrFormat
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if want := checksum(body); !bytes.Equal(want[:], sum) {
		return nil, ErrFormat
	}
	l := &List{size: int(body[len(magic)]), tokens: slices.Clone(body[headerSize:])}
	count := binary.BigEndian.Uint64(body[len(magic)+1:])
	if l.size == 0 && (count != 0 || len(l.tokens) != 0) || l.size != 0 && (len(l.tokens)%l.size != 0 || count != uint64(l.Len())) {
		return nil, ErrFormat
	}
	for i := 1; i < l.Len(); i++ {
		if bytes.Compare(l.at(i-1), l.at(i)) >= 0 {
			return nil, ErrFormat
		}
	}
	return l, nil
}

// checksum finds damage; the file is not authenticated.
func checksum(body []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(lp.Label("entries", 0))
	h.Write(body)
	return [sha256.Size]byte(h.Sum(nil))
}
