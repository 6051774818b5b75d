//go:build js && wasm

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server/d1"
	"github.com/veilhash/veilhash/server/r2"
)

type ctxt = context.Context

// maxManifest bounds what is read into memory; package blindset refuses longer ones.
const maxManifest = 1 << 20

// log writes lines that Cloudflare's log shows.
var log = slog.New(slog.NewJSONHandler(os.Stderr, nil))

func openStore() (*d1.DB, error) { return d1.Open(d1.Config{Database: "DB", Bucket: "RECORDS"}) }

func openSet() (r2.Files, error) { return r2.New("SET") }

// readManifest reads the set's manifest from its bucket.
func readManifest(ctx ctxt, set r2.Files) (*blindset.Manifest, error) {
	f, err := set.Open(ctx, setdir.ManifestName)
	if err != nil {
		return nil, fmt.Errorf("worker: the set's manifest: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, err
	}
	return blindset.ParseManifest(text)
}
