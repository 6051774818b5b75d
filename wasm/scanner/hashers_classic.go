//go:build classic

package main

import "github.com/veilhash/veilhash/sdk/imagehash/classic"

// parseHasher knows goimagehash's hashes too.
var parseHasher = classic.Parse
