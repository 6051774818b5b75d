//go:build !wasip1

package entropy

import "crypto/rand"

// read fills p from the operating system's generator.
func read(p []byte) (int, error) { return rand.Read(p) }
