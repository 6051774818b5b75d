package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/server/translog"
)

// dishonest KEY LOG SET… writes the log of an operator who has the log's key and keeps none of its rules: one entry a set, of whatever it says, under tiles, a checkpoint and a
// proof beside the last set that are as they must be. A set is a directory, with :epoch=N to log it under another epoch, :files to log it with code; or :text for an entry that is none.
func dishonest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 200 {
		ts.Fatalf("usage: dishonest KEY LOG SET…")
	}
	key, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	s, err := translog.ParseSigner(key)
	ts.Check(err)
	dir := ts.MkAbs(args[1])
	ts.Check(os.RemoveAll(dir))
	var bundle, tile, rest []byte
	var leaves []tlog.Hash
	for i, arg := range args[2:] {
		name, how, _ := strings.Cut(arg, ":")
		entry := []byte("veilhash-log v9\n")
		if how != "text" {
			text, err := os.ReadFile(filepath.Join(ts.MkAbs(name), setdir.ManifestName))
			ts.Check(err)
			m, err := blindset.ParseManifest(text)
			ts.Check(err)
			r := trust.NewRecord(m, uint64(i+1), nil)
			if n, ok := strings.CutPrefix(how, "epoch="); ok {
				r.Epoch, err = strconv.ParseUint(n, 10, 64)
				ts.Check(err)
			} else if how == "files" {
				r.Files = []trust.File{{Name: "scanner.wasm"}}
			}
			entry, rest = r.AppendText(nil), r.AppendRest(nil)
		}
		leaf := tlog.LeafHash(entry)
		leaves = append(leaves, leaf)
		tile = append(tile, leaf[:]...)
		bundle = append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...)
	}
	c := tlog.Checkpoint{Origin: s.Key().Name, Size: uint64(len(leaves)), Root: rootOf(leaves)}
	n := &tlog.Note{Text: c.Text()}
	n.Signatures = append(n.Signatures, s.Sign(n.Text, 0))
	for name, content := range map[string][]byte{
		"checkpoint": n.AppendText(nil),
		fmt.Sprintf("tile/0/000.p/%d", len(leaves)):       tile,
		fmt.Sprintf("tile/entries/000.p/%d", len(leaves)): bundle,
	} {
		ts.Check(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		ts.Check(os.WriteFile(filepath.Join(dir, name), content, 0o644))
	}
	last, _, _ := strings.Cut(args[len(args)-1], ":")
	p := tlog.Proof{Extra: rest, Index: c.Size - 1, Path: lastPath(leaves), Checkpoint: n}
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(last), setdir.ProofName), p.AppendText(nil), 0o644))
}

// half is the largest power of two below n, for n > 1 (RFC 9162, section 2.1.1).
func half(n int) int {
	k := 1
	for 2*k < n {
		k *= 2
	}
	return k
}

func rootOf(leaves []tlog.Hash) tlog.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	left, right := rootOf(leaves[:half(len(leaves))]), rootOf(leaves[half(len(leaves)):])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// lastPath is the path from the last leaf to the root.
func lastPath(leaves []tlog.Hash) []tlog.Hash {
	if len(leaves) == 1 {
		return nil
	}
	k := half(len(leaves))
	return append(lastPath(leaves[k:]), rootOf(leaves[:k]))
}
