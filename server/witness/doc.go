// Package witness is a transparency log's witness: an http.Handler that cosigns checkpoints (C2SP tlog-witness, cosignature/v1) of the logs that it was
// told of, and never two that contradict each other.
//
// For every log it remembers the one checkpoint that it cosigned last, in a file of a directory. What it signs is on disk first; whoever loses the directory must
// take a new key, or could be made to cosign a fork. One process serves a directory.
package witness
