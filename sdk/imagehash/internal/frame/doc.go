// Package frame says which pixels of a picture a view takes: padded, cropped, or
// without its borders. Every hasher's views are made of it, so that a view means
// the same pixels whatever hashes them. The definitions are in the documentation
// of package imagehash and are wire format.
package frame
