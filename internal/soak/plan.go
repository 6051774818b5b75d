//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"runtime"
	"sync"

	"github.com/veilhash/veilhash/internal/rig"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/store"
)

const (
	accounts  = 40
	limit     = 3  // the set's threshold
	oneIn     = 16 // of the vouchers match, where there are not many; a plan of more than maxSealed matches has fewer
	maxSealed = 5000
)

// A plan is the vouchers of a run. It depends on its seed, but for what sealing leaves to chance, so two runs that are compared take one plan.
type plan struct {
	n, every int
	seed     uint64
	set      *rig.Set
	template []byte
	sealed   map[int][]byte // those that match
}

func newPlan(ctx context.Context, set *rig.Set, n int, seed uint64) (*plan, error) {
	p := &plan{n: n, every: max(oneIn, n/maxSealed), seed: seed, set: set, sealed: make(map[int][]byte)}
	dealer, err := set.Account(0, 0)
	if err != nil {
		return nil, err
	}
	if p.template, err = set.Seal(rig.Sealing{Dealer: dealer, Picture: "none"}); err != nil {
		return nil, err
	}
	todo, failed := make(chan int), make(chan error, 1)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for i := range todo {
				raw, err := p.seal(i)
				if err != nil {
					select {
					case failed <- err:
					default:
					}
					continue
				}
				mu.Lock()
				p.sealed[i] = raw
				mu.Unlock()
			}
		})
	}
	for i := range n {
		if p.matches(i) && ctx.Err() == nil {
			todo <- i
		}
	}
	close(todo)
	wg.Wait()
	select {
	case err := <-failed:
		return nil, err
	default:
		return p, ctx.Err()
	}
}

// draw is a number that depends on the seed and i.
func (p *plan) draw(what string, i int) [32]byte {
	b := binary.BigEndian.AppendUint64([]byte(what), p.seed)
	return sha256.Sum256(binary.BigEndian.AppendUint64(b, uint64(i)))
}

func (p *plan) matches(i int) bool {
	d := p.draw("match", i)
	return binary.BigEndian.Uint64(d[:])%uint64(p.every) == 0
}

func (p *plan) account(i int) int { return i % accounts }

func (p *plan) binding(i int) voucher.Binding {
	return voucher.Binding{Account: fmt.Sprint("account-", p.account(i)), Message: fmt.Sprint("message-", i)}
}

// key is the tally that an account's matches count in.
func (p *plan) key(account int) store.TallyKey {
	return store.TallyKey{Account: store.Account{Name: fmt.Sprint("account-", account)}, Set: store.SetID(p.set.Manifest.Origin().ID), Generation: 1 + uint32(account)}
}

// picture: the accounts with even numbers send one picture fewer than would open them, over and over.
func (p *plan) picture(i int) string {
	a := p.account(i)
	if a%2 == 0 {
		return fmt.Sprint(a, " ", i/accounts%limit)
	}
	return fmt.Sprint(a, " ", i)
}

func (p *plan) payload(i int) string { return fmt.Sprint("evidence ", i) }

func (p *plan) seal(i int) ([]byte, error) {
	dealer, err := p.set.Account(uint32(p.account(i)), 0)
	if err != nil {
		return nil, err
	}
	return p.set.Seal(rig.Sealing{Binding: p.binding(i), Dealer: dealer, Picture: p.picture(i), Match: rig.InSet, Payload: []byte(p.payload(i))})
}

// voucher returns the i-th voucher's bytes, in buf if it has room.
func (p *plan) voucher(i int, buf []byte) []byte {
	if raw := p.sealed[i]; raw != nil {
		return append(buf[:0], raw...)
	}
	d := p.draw("id", i)
	raw := append(buf[:0], p.template...)
	rig.Stamp(raw, [16]byte(d[:]), p.binding(i))
	return raw
}

// id is the i-th voucher's.
func (p *plan) id(i int) store.ID {
	if raw := p.sealed[i]; raw != nil {
		v, err := voucher.Parse(raw)
		if err != nil {
			panic(err) // it was sealed here
		}
		return store.ID(v.ID)
	}
	d := p.draw("id", i)
	return store.ID(d[:16])
}

// counts are the matches of each account, and whether it opens.
func (p *plan) counts() (matches [accounts]uint64, open [accounts]bool) {
	pictures := make(map[string]bool)
	var distinct [accounts]int
	for i := range p.sealed {
		a := p.account(i)
		matches[a]++
		if picture := p.picture(i); !pictures[picture] {
			pictures[picture] = true
			distinct[a]++
		}
	}
	for a := range open {
		open[a] = distinct[a] > limit // docs/threshold.md, section 3: T determine the key, T+1 open
	}
	return matches, open
}
