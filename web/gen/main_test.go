package main

import (
	"bytes"
	"os"
	"testing"
)

func TestCodesAreGenerated(t *testing.T) {
	got, err := os.ReadFile("../src/codes.ts")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := generate(&want); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("web/src/codes.ts is out of date: run go run ./web/gen > web/src/codes.ts")
	}
	if n := bytes.Count(got, []byte("\n  '")); n < 20 {
		t.Errorf("%d codes, expected at least 20", n)
	}
}
