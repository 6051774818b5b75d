// Package r2 reads a published set's files from an R2 bucket at Cloudflare, for package distribute. It runs in a Worker only (GOOS=js).
package r2
