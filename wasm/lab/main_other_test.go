//go:build !wasip1

package main

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// The native program answers what the boundary answers.
func TestServe(t *testing.T) {
	requests := [][]byte{
		frame(t, map[string]any{"op": "open", "key": 1}, photo(t, 2)),
		frame(t, map[string]any{"op": "fly"}),
		frame(t, map[string]any{"op": "examine", "key": 1, "own": -1, "seed": "1", "schemes": []string{"balanced"}, "edit": map[string]any{"recipe": "crop:2"}}),
	}
	var in, out bytes.Buffer
	for _, r := range requests {
		in.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(r))))
		in.Write(r)
	}
	if err := serve(&in, &out); err != nil {
		t.Fatal(err)
	}
	b := newBoundary()
	for i, r := range requests {
		b.handle(r)
		got := out.Next(int(binary.LittleEndian.Uint32(out.Next(4))))
		// Times differ.
		cut := func(s []byte) string { before, _, _ := strings.Cut(string(s[4:]), `"times"`); return before }
		if cut(got) != cut(b.result) {
			t.Errorf("request %d: %s", i, got)
		}
	}
	if err := serve(strings.NewReader("\x05\x00\x00\x00abc"), &out); err == nil {
		t.Error("a request that breaks off is no error")
	}
}
