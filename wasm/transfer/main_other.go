//go:build !wasip1

package main

import (
	"fmt"
	"os"
)

// Only a WebAssembly build is of use; this one exists so that the package compiles everywhere.
func main() {
	fmt.Fprintln(os.Stderr, "transfer: runs in WebAssembly only: build it with GOOS=wasip1 GOARCH=wasm -buildmode=c-shared")
	os.Exit(2)
}
