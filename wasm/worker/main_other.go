//go:build !js

package main

import (
	"fmt"
	"os"
)

// Only a WebAssembly build is of use; this one exists so that the package compiles everywhere.
func main() {
	fmt.Fprintln(os.Stderr, "worker: runs at Cloudflare only: build it with examples/cloudflare/build.sh")
	os.Exit(2)
}
