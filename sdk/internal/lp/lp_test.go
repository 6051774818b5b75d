package lp_test

import (
	"bytes"
	"testing"

	"github.com/veilhash/veilhash/sdk/internal/lp"
)

func TestAppend(t *testing.T) {
	got := lp.AppendString(lp.Append(nil, []byte{7, 8}), "a")
	if want := []byte{0, 2, 7, 8, 0, 1, 'a'}; !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	if got, want := lp.Label("x", 9), lp.AppendString(nil, "veilhash/v0/x"); !bytes.Equal(got, want) {
		t.Errorf("label: got %q, want %q", got, want)
	}
}

// The prefixes must keep ("ab", "c") and ("a", "bc") apart.
func TestInjective(t *testing.T) {
	a := lp.AppendString(lp.AppendString(nil, "ab"), "c")
	b := lp.AppendString(lp.AppendString(nil, "a"), "bc")
	if bytes.Equal(a, b) {
		t.Error("two lists of fields have one encoding")
	}
}

func TestTooLong(t *testing.T) {
	for name, f := range map[string]func(){
		"Append":       func() { lp.Append(nil, make([]byte, lp.Max+1)) },
		"AppendString": func() { lp.AppendString(nil, string(make([]byte, lp.Max+1))) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic on 65536 bytes", name)
				}
			}()
			f()
		}()
	}
}
