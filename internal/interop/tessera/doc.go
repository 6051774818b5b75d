// Package tessera tests that logs of this project and those of github.com/transparency-dev/tessera, the other implementation of C2SP's tlog-tiles, read each other. It
// is a module of its own, so that nobody who embeds Veilhash downloads what only this test needs. Run it with make test-interop.
package tessera
