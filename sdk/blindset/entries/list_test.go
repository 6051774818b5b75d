package entries

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"testing"
)

func sequence(tokens ...string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, t := range tokens {
			if !yield([]byte(t), nil) {
				return
			}
		}
	}
}

func list(t testing.TB, tokens ...string) *List {
	t.Helper()
	l, err := Collect(sequence(tokens...))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func texts(l *List) (out []string) {
	for t := range l.All() {
		out = append(out, string(t))
	}
	return out
}

func TestList(t *testing.T) {
	l := list(t, "dog", "ape", "cat", "dog", "bee")
	if got, want := texts(l), []string{"ape", "bee", "cat", "dog"}; !slices.Equal(got, want) || l.Len() != 4 {
		t.Errorf("%v, want %v", got, want)
	}
	for _, token := range []string{"ape", "bee", "cat", "dog"} {
		if !l.Contains([]byte(token)) {
			t.Errorf("%s is missing", token)
		}
	}
	for _, token := range []string{"", "a", "aaa", "apes", "cow", "zzz"} {
		if l.Contains([]byte(token)) {
			t.Errorf("%q is found", token)
		}
	}
	if l.ContainsAny(nil) || l.ContainsAny([][]byte{[]byte("cow"), []byte("elk")}) || !l.ContainsAny([][]byte{[]byte("cow"), []byte("cat")}) {
		t.Error("ContainsAny")
	}
	other, empty := list(t, "cat", "elk"), new(List)
	if got := texts(l.Without(other, empty)); !slices.Equal(got, []string{"ape", "bee", "dog"}) {
		t.Errorf("without: %v", got)
	}
	if got := texts(l.Within(other, empty)); !slices.Equal(got, []string{"cat"}) {
		t.Errorf("within: %v", got)
	}
	union, err := Union(empty, l, other)
	if got := texts(union); err != nil || !slices.Equal(got, []string{"ape", "bee", "cat", "dog", "elk"}) {
		t.Errorf("union: %v, %v", got, err)
	}
	if _, err := Union(l, list(t, "horse")); !errors.Is(err, ErrSize) {
		t.Errorf("union of two sizes: %v", err)
	}
	if empty.Len() != 0 || empty.Contains([]byte("a")) || len(texts(empty)) != 0 {
		t.Error("the empty list is not empty")
	}
}

func TestCollectRefuses(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		tokens iter.Seq2[[]byte, error]
		want   error
	}{
		"two sizes": {sequence("a", "bb"), ErrSize},
		"empty":     {sequence(""), ErrSize},
		"too long":  {sequence(string(make([]byte, 256))), ErrSize},
		"an error":  {func(yield func([]byte, error) bool) { yield(nil, broken) }, broken},
	} {
		if l, err := Collect(c.tokens); !errors.Is(err, c.want) || l != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, l := range []*List{new(List), list(t, "x"), list(t, "ape", "bee", "cat")} {
		b, err := l.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(b)
		if err != nil || !slices.Equal(texts(back), texts(l)) {
			t.Errorf("%v: %v", texts(l), err)
		}
		for i := range b {
			bad := bytes.Clone(b)
			bad[i] ^= 2
			if _, err := Parse(bad); !errors.Is(err, ErrFormat) {
				t.Errorf("byte %d altered: %v", i, err)
			}
			if _, err := Parse(b[:i]); !errors.Is(err, ErrFormat) {
				t.Errorf("cut to %d: %v", i, err)
			}
		}
		if _, err := Parse(append(b, 0)); !errors.Is(err, ErrFormat) {
			t.Errorf("extended: %v", err)
		}
	}
}

// What carries a right checksum must still be in order.
func TestParseRefuses(t *testing.T) {
	seal := func(body string) []byte {
		sum := checksum([]byte(body))
		return append([]byte(body), sum[:]...)
	}
	for name, body := range map[string]string{
		"out of order":      magic + "\x01\x00\x00\x00\x00\x00\x00\x00\x02ba",
		"twice":             magic + "\x01\x00\x00\x00\x00\x00\x00\x00\x02aa",
		"miscounted":        magic + "\x01\x00\x00\x00\x00\x00\x00\x00\x03ab",
		"a part of a token": magic + "\x02\x00\x00\x00\x00\x00\x00\x00\x01abc",
		"no size":           magic + "\x00\x00\x00\x00\x00\x00\x00\x00\x01a",
		"a count of none":   magic + "\x00\x00\x00\x00\x00\x00\x00\x00\x01",
		"another version":   "VHE\x01\x01\x00\x00\x00\x00\x00\x00\x00\x01a",
	} {
		if _, err := Parse(seal(body)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l, err := Parse(seal(magic + "\x01\x00\x00\x00\x00\x00\x00\x00\x02ab")); err != nil || l.Len() != 2 {
		t.Errorf("the good one: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, l := range []*List{new(List), list(f, "x"), list(f, "ape", "bee")} {
		b, _ := l.MarshalBinary()
		f.Add(b[:len(b)-32])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := checksum(body)
		b := append(bytes.Clone(body), sum[:]...)
		l, err := Parse(b)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("error %v", err)
			}
			return
		}
		if again, _ := l.MarshalBinary(); !bytes.Equal(again, b) {
			t.Error("what is accepted is not written the same")
		}
	})
}
