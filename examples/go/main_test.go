package main

import (
	"io"
	"os"
	"strings"
	"testing"
)

// The example must run, and its two pictures end as they should.
func TestExample(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	main()
	os.Stdout = stdout
	w.Close()
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`a picture that is in the set: 1536 bytes, opened: "the key of the message"`,
		"a picture that is not in the set: 1536 bytes, stays closed",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
