package main

import (
	"encoding/binary"
	"errors"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/wasm/internal/frame"
)

// Misuse of the boundary. A wrapper that follows doc.go meets none of these.
var (
	errNotOpen = errors.New("scanner: no set has been opened")
	errOpen    = errors.New("scanner: a set is open already: one instance serves one set")
	errScan    = errors.New("scanner: no such scan")
	errPicture = errors.New("scanner: the picture could not be decoded")
)

// A boundary is one instance's state: everything that doc.go's exports work on. It does not depend on the host, so that it is tested
// natively; main_*.go connect it.
type boundary struct {
	frame.Frame
	clock   func() int64 // seconds since 1970-01-01 UTC
	scanner *sdk.Scanner
	scans   map[int32]*sdk.Scan
	last    int32 // the last handle given out
}

// code is the SDK's code of an error. Faults of the boundary and its caller are internal ones; one is the host's own, listed in
// web/src/errors.ts.
func code(err error) string {
	switch err {
	case frame.ErrInput, frame.ErrPanic, errNotOpen, errOpen, errScan:
		return "internal"
	case errPicture:
		return "picture-undecodable"
	}
	return sdk.Code(err)
}

// run is every export's frame.
func (b *boundary) run(f func() (int32, error)) int32 { return b.Run(code, f) }

// accountNew makes an account, or the successor of one that is given.
func (b *boundary) accountNew(previous int32) int32 {
	return b.run(func() (int32, error) {
		in, err := b.Take(previous)
		if err != nil {
			return 0, err
		}
		a := threshold.NewAccount()
		if previous > 0 {
			if a, err = threshold.ParseAccount(in[0]); err != nil {
				return 0, err
			}
			if a, err = a.Rotate(); err != nil {
				return 0, err
			}
		}
		text, err := a.MarshalText()
		b.Result = append(append(b.Result, text...), '\n')
		return 0, err
	})
}

func (b *boundary) open(manifest, account int32) int32 {
	return b.run(func() (int32, error) {
		if b.scanner != nil {
			return 0, errOpen
		}
		in, err := b.Take(manifest, account)
		if err != nil {
			return 0, err
		}
		a, err := threshold.ParseAccount(in[1])
		if err != nil {
			return 0, err
		}
		s, err := sdk.NewScanner(sdk.ScannerConfig{Manifest: in[0], Account: a, Clock: b.clock, ParseHasher: parseHasher})
		if err != nil {
			return 0, err
		}
		b.scanner, b.scans = s, make(map[int32]*sdk.Scan)
		id := s.Manifest().ID()
		b.Result = append(b.Result, id[:]...)
		return 0, nil
	})
}

// withInput runs f on an open scanner and the input's first n bytes.
func (b *boundary) withInput(n int32, f func(s *sdk.Scanner, in []byte) error) int32 {
	return b.run(func() (int32, error) {
		if b.scanner == nil {
			return 0, errNotOpen
		}
		in, err := b.Take(n)
		if err != nil {
			return 0, err
		}
		return 0, f(b.scanner, in[0])
	})
}

func (b *boundary) leaves(layer, shard, n int32) int32 {
	return b.withInput(n, func(s *sdk.Scanner, in []byte) error {
		return s.Leaves(int(layer), int(shard), in)
	})
}

func (b *boundary) checkBlock(layer, shard, block, n int32) int32 {
	return b.withInput(n, func(s *sdk.Scanner, in []byte) error {
		return s.CheckBlock(ref(layer, shard, block), in)
	})
}

func ref(layer, shard, block int32) blindset.Ref {
	return blindset.Ref{Layer: int(layer), Shard: int(shard), Block: int(block)}
}

func (b *boundary) begin(width, height int32) int32 {
	return b.run(func() (int32, error) {
		if b.scanner == nil {
			return 0, errNotOpen
		}
		b.last++
		b.scans[b.last] = b.scanner.Begin(int(width), int(height))
		return b.last, nil
	})
}

// withScan runs f on a scan.
func (b *boundary) withScan(scan int32, f func(p *sdk.Scan) (int32, error)) int32 {
	return b.run(func() (int32, error) {
		p := b.scans[scan]
		if p == nil {
			return 0, errScan
		}
		return f(p)
	})
}

func (b *boundary) writeRows(scan, n int32) int32 {
	return b.withScan(scan, func(p *sdk.Scan) (int32, error) {
		in, err := b.Take(n)
		if err != nil {
			return 0, err
		}
		return 0, p.WriteRows(in[0])
	})
}

func (b *boundary) endPass(scan int32) int32 {
	return b.withScan(scan, func(p *sdk.Scan) (int32, error) {
		again, err := p.EndPass()
		if again {
			return 1, err
		}
		return 0, err
	})
}

func (b *boundary) giveUp(scan int32) int32 {
	return b.withScan(scan, func(p *sdk.Scan) (int32, error) {
		p.Fail(errPicture)
		return 0, nil
	})
}

func (b *boundary) features(scan int32) int32 {
	return b.withScan(scan, func(p *sdk.Scan) (int32, error) {
		for _, f := range p.Features() {
			if f.View == imagehash.AsIs() {
				b.Result = append(b.Result, f.Hash[:]...)
			}
		}
		return 0, nil
	})
}

func (b *boundary) lookups(scan int32) int32 {
	return b.withScan(scan, func(p *sdk.Scan) (int32, error) {
		for _, r := range p.Lookups() {
			b.Result = binary.LittleEndian.AppendUint32(b.Result, uint32(r.Layer))
			b.Result = binary.LittleEndian.AppendUint32(b.Result, uint32(r.Shard))
			b.Result = binary.LittleEndian.AppendUint32(b.Result, uint32(r.Block))
		}
		return 0, nil
	})
}

func (b *boundary) provide(scan, layer, shard, block, n int32) int32 {
	return b.withScan(scan, func(p *sdk.Scan) (int32, error) {
		in, err := b.Take(n)
		if err != nil {
			return 0, err
		}
		if p.Provide(ref(layer, shard, block), in[0]) != nil {
			return 1, nil // an alarm in the report, not an error
		}
		return 0, nil
	})
}

func (b *boundary) seal(scan, account, message, kind, payload int32) int32 {
	return b.withScan(scan, func(p *sdk.Scan) (int32, error) {
		in, err := b.Take(account, message, payload)
		if err != nil {
			return 0, err
		}
		if kind < 0 || kind > 1<<16-1 {
			return 0, frame.ErrInput
		}
		u, err := p.SealUpload(sdk.SealOptions{
			Binding: voucher.Binding{Account: string(in[0]), Message: string(in[1])},
			Kind:    voucher.Kind(kind),
			Payload: in[2],
		})
		if err != nil {
			return 0, err
		}
		for _, n := range [...]int{len(u.Vouchers), len(u.Vouchers[0]), len(u.Receipt)} {
			b.Result = binary.LittleEndian.AppendUint32(b.Result, uint32(n))
		}
		for _, v := range u.Vouchers {
			b.Result = append(b.Result, v...)
		}
		b.Result = append(b.Result, u.Receipt...)
		b.Result = appendReport(b.Result, u)
		return 0, nil
	})
}

func (b *boundary) acknowledge(n int32) int32 { return b.withInput(n, (*sdk.Scanner).Acknowledge) }

func (b *boundary) abandon(n int32) int32 { return b.withInput(n, (*sdk.Scanner).Abandon) }

func (b *boundary) resume(n int32) int32 { return b.withInput(n, (*sdk.Scanner).Resume) }

func (b *boundary) sent() int32 {
	return b.withInput(0, func(s *sdk.Scanner, _ []byte) (err error) {
		memory, err := s.Sent()
		b.Result = append(b.Result, memory...)
		return err
	})
}

func (b *boundary) release(scan int32) { delete(b.scans, scan) }
