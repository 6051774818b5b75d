//go:build !wasip1

package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// The same requests on standard streams, for tests that compare WebAssembly with this.
func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers requests until there are no more.
func serve(r io.Reader, w io.Writer) error {
	in, out := bufio.NewReader(r), bufio.NewWriter(w)
	b := newBoundary()
	var length [4]byte
	for {
		if _, err := io.ReadFull(in, length[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("lab: a request breaks off: %w", err)
		}
		n := int(binary.LittleEndian.Uint32(length[:]))
		if n > maxInput {
			return fmt.Errorf("lab: a request of %d bytes is too long", n)
		}
		if _, err := io.ReadFull(in, b.room(n)); err != nil {
			return fmt.Errorf("lab: a request breaks off: %w", err)
		}
		b.call(n)
		binary.LittleEndian.PutUint32(length[:], uint32(len(b.result)))
		for _, part := range [][]byte{length[:], b.result} {
			if _, err := out.Write(part); err != nil {
				return err
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}
