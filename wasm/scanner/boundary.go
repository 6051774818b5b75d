package main

import (
	"encoding/binary"
	"errors"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// Misuse of the boundary. A wrapper that follows doc.go meets none of these.
var (
	errInput   = errors.New("scanner: the input is shorter than the call says")
	errNotOpen = errors.New("scanner: no set has been opened")
	errOpen    = errors.New("scanner: a set is open already: one instance serves one set")
	errScan    = errors.New("scanner: no such scan")
	errPicture = errors.New("scanner: the picture could not be decoded")
	errPanic   = errors.New("scanner: internal fault")
)

// maxInput bounds what a caller may ask room for: a strip of the widest picture, with a wide margin.
const maxInput = 64 << 20

// A boundary is one instance's state: everything that doc.go's exports work on. It does not depend on the host, so that it is tested
// natively; main_*.go connect it.
type boundary struct {
	clock   func() int64 // seconds since 1970-01-01 UTC
	input   []byte
	result  []byte
	scanner *sdk.Scanner
	scans   map[int32]*sdk.Scan
	last    int32 // the last handle given out
}

// room makes the input n bytes long, or as long as it may be: a call that takes more then fails.
func (b *boundary) room(n int32) []byte {
	size := min(max(int(n), 0), maxInput)
	if size > cap(b.input) {
		b.input = make([]byte, size)
	}
	b.input = b.input[:size]
	return b.input
}

// run is every export's frame: it clears the result, and turns errors and panics into a status.
func (b *boundary) run(f func() (int32, error)) (status int32) {
	b.result = b.result[:0]
	defer func() {
		if recover() != nil {
			// What the panic says may hold anything; it stays here.
			status = b.fail(errPanic)
		}
	}()
	status, err := f()
	if err != nil {
		return b.fail(err)
	}
	return status
}

func (b *boundary) fail(err error) int32 {
	b.result = append(b.result[:0], code(err)...)
	b.result = append(b.result, 0)
	b.result = append(b.result, err.Error()...)
	return -1
}

// code is the SDK's code of an error. Faults of the boundary and its caller are internal ones; one is the host's own, listed in
// web/src/errors.ts.
func code(err error) string {
	switch err {
	case errInput, errNotOpen, errOpen, errScan, errPanic:
		return "internal"
	case errPicture:
		return "picture-undecodable"
	}
	return sdk.Code(err)
}

// take cuts the input into byte strings of the given lengths.
func (b *boundary) take(lengths ...int32) ([][]byte, error) {
	parts := make([][]byte, len(lengths))
	rest := b.input
	for i, n := range lengths {
		if n < 0 || int(n) > len(rest) {
			return nil, errInput
		}
		parts[i], rest = rest[:n:n], rest[n:]
	}
	return parts, nil
}

// accountNew makes an account, or the successor of one that is given.
func (b *boundary) accountNew(previous int32) int32 {
	return b.run(func() (int32, error) {
		in, err := b.take(previous)
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
		b.result = append(append(b.result, text...), '\n')
		return 0, err
	})
}

func (b *boundary) open(manifest, account int32) int32 {
	return b.run(func() (int32, error) {
		if b.scanner != nil {
			return 0, errOpen
		}
		in, err := b.take(manifest, account)
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
		b.result = append(b.result, id[:]...)
		return 0, nil
	})
}

// withInput runs f on an open scanner and the input's first n bytes.
func (b *boundary) withInput(n int32, f func(s *sdk.Scanner, in []byte) error) int32 {
	return b.run(func() (int32, error) {
		if b.scanner == nil {
			return 0, errNotOpen
		}
		in, err := b.take(n)
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
		in, err := b.take(n)
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
				b.result = append(b.result, f.Hash[:]...)
			}
		}
		return 0, nil
	})
}

func (b *boundary) lookups(scan int32) int32 {
	return b.withScan(scan, func(p *sdk.Scan) (int32, error) {
		for _, r := range p.Lookups() {
			b.result = binary.LittleEndian.AppendUint32(b.result, uint32(r.Layer))
			b.result = binary.LittleEndian.AppendUint32(b.result, uint32(r.Shard))
			b.result = binary.LittleEndian.AppendUint32(b.result, uint32(r.Block))
		}
		return 0, nil
	})
}

func (b *boundary) provide(scan, layer, shard, block, n int32) int32 {
	return b.withScan(scan, func(p *sdk.Scan) (int32, error) {
		in, err := b.take(n)
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
		in, err := b.take(account, message, payload)
		if err != nil {
			return 0, err
		}
		if kind < 0 || kind > 1<<16-1 {
			return 0, errInput
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
			b.result = binary.LittleEndian.AppendUint32(b.result, uint32(n))
		}
		for _, v := range u.Vouchers {
			b.result = append(b.result, v...)
		}
		b.result = append(b.result, u.Receipt...)
		b.result = appendReport(b.result, u)
		return 0, nil
	})
}

func (b *boundary) acknowledge(n int32) int32 { return b.withInput(n, (*sdk.Scanner).Acknowledge) }

func (b *boundary) abandon(n int32) int32 { return b.withInput(n, (*sdk.Scanner).Abandon) }

func (b *boundary) resume(n int32) int32 { return b.withInput(n, (*sdk.Scanner).Resume) }

func (b *boundary) sent() int32 {
	return b.withInput(0, func(s *sdk.Scanner, _ []byte) (err error) {
		memory, err := s.Sent()
		b.result = append(b.result, memory...)
		return err
	})
}

func (b *boundary) release(scan int32) { delete(b.scans, scan) }
