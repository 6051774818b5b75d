// Package promise waits for JavaScript's promises, for the backends that run in a Worker (GOOS=js).
package promise
