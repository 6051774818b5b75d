package rig

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
)

// A Host stands in for a test, for what a command shares with tests: package pgtest. What would fail a test ends the goroutine; whoever runs one on a host uses Do.
type Host struct {
	testing.TB // nil: what is not defined below is not called

	mu      sync.Mutex
	failure error
	clean   []func()
}

// Do runs f and returns why it gave up, if it did.
func (h *Host) Do(f func()) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failure
}

// Close does what was to be done at the end, the last first.
func (h *Host) Close() {
	for len(h.clean) > 0 {
		f := h.clean[len(h.clean)-1]
		h.clean = h.clean[:len(h.clean)-1]
		f()
	}
}

// Helper implements [testing.TB].
func (h *Host) Helper() {}

// Cleanup implements [testing.TB].
func (h *Host) Cleanup(f func()) { h.clean = append(h.clean, f) }

// Error implements [testing.TB].
func (h *Host) Error(args ...any) { h.note(fmt.Sprint(args...)) }

// Errorf implements [testing.TB].
func (h *Host) Errorf(format string, args ...any) { h.note(fmt.Sprintf(format, args...)) }

// Fatal implements [testing.TB].
func (h *Host) Fatal(args ...any) {
	h.note(fmt.Sprint(args...))
	runtime.Goexit()
}

// Fatalf implements [testing.TB].
func (h *Host) Fatalf(format string, args ...any) {
	h.note(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// Skip implements [testing.TB]: a command that cannot do what it was asked for has failed.
func (h *Host) Skip(args ...any) { h.Fatal(args...) }

// Logf implements [testing.TB].
func (h *Host) Logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

func (h *Host) note(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failure == nil {
		h.failure = fmt.Errorf("rig: %s", text)
	}
}
