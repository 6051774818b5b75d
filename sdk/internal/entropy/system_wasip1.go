package entropy

// On wasip1 crypto/rand asks the host with random_get, and so does this, without the deterministic generator, AES and file system that crypto/rand
// brings along for other systems: 5 KB which a browser would have to download. The browser's random_get is crypto.getRandomValues.

import "unsafe"

//go:wasmimport wasi_snapshot_preview1 random_get
//go:noescape
func randomGet(p *byte, n uint32) uint32

// read fills p from the host's generator. A host without one ends the program, as with crypto/rand.
func read(p []byte) (int, error) {
	if len(p) > 0 && randomGet(unsafe.SliceData(p), uint32(len(p))) != 0 {
		panic("entropy: the host has no random numbers")
	}
	return len(p), nil
}
