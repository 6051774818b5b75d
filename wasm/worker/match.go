//go:build js && wasm

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/syumai/workers/cloudflare"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/server/match"
)

// drainTime is how long one event goes on taking batches. Cloudflare's own limit is of processor time, and a batch is not to be cut in the middle.
const drainTime = 10 * time.Second

// errNoKey: an event asks a Worker to match that has no key. Retried, it may meet one that has.
var errNoKey = errors.New("worker: no KEYRING is bound; this Worker does not match")

// drain matches what there is. An error has the queue deliver its messages again.
func drain() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	err := drainUntil(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		stored() // the rest is for another event
		return nil
	}
	if err != nil {
		log.ErrorContext(ctx, "matching failed", "reason", err)
	}
	return err
}

func drainUntil(ctx ctxt) error {
	m, err := newMatcher(ctx)
	if err != nil {
		return err
	}
	db, err := openStore()
	if err != nil {
		return err
	}
	defer db.Close()
	cfg := match.Config{Store: db, Matchers: []*sdk.Matcher{m}, Parallel: 1, Log: log}
	if text := cloudflare.Getenv("LEASE_SECONDS"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return fmt.Errorf("worker: LEASE_SECONDS: %w", err)
		}
		cfg.Lease = time.Duration(seconds) * time.Second
	}
	w, err := match.New(cfg)
	if err != nil {
		return err
	}
	_, err = w.Drain(ctx)
	return err
}

// newMatcher has the keys of the set that is served.
func newMatcher(ctx ctxt) (*sdk.Matcher, error) {
	text := cloudflare.Getenv("KEYRING")
	if text == "" {
		return nil, errNoKey
	}
	ring, err := blindset.ParseKeyring([]byte(text))
	if err != nil {
		return nil, err
	}
	set, err := openSet()
	if err != nil {
		return nil, err
	}
	m, err := readManifest(ctx, set)
	if err != nil {
		return nil, err
	}
	keys, err := ring.ForManifest(m)
	if err != nil {
		return nil, err
	}
	return sdk.NewMatcher(m, keys)
}
