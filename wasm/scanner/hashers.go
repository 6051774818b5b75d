//go:build !classic

package main

import "github.com/veilhash/veilhash/sdk/imagehash"

// parseHasher is nil: the scanner that every page loads knows PDQ alone.
var parseHasher func(name string) (imagehash.Hasher, error)
