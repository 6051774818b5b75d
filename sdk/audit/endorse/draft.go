package endorse

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// A Draft is all that a table follows from: offer, roll, seeds, and each entry's tag and value. Every curator gets the same one, in confidence, and the
// manifest names its digest (docs/protocol.md, section 9.4). It is open on a file; entries are streamed.
type Draft struct {
	Offer    *Offer
	Roll     *Roll
	Canary   int64 // the canary's entry, -1 without one
	Layer    blindset.Layer
	FillSeed [32]byte // **secret** from clients
	Digest   [32]byte

	seeds []Seed
	file  *os.File
	body  int64 // where the entries begin
}

const (
	draftMagic = "VHD\x00"
	entrySize  = len(blindset.Tag{}) + blindset.CellSize
	maxText    = blindset.MaxManifestBytes + 1<<18
)

// header is the draft's file before the entries.
func (d *Draft) header() []byte {
	var b []byte
	b = append(b, draftMagic...)
	for _, text := range [][]byte{d.Offer.AppendText(nil), d.Roll.AppendText(nil)} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
		b = append(b, text...)
	}
	for _, s := range d.seeds {
		b = append(b, s[:]...)
	}
	return binary.BigEndian.AppendUint64(b, uint64(d.Canary))
}

// OpenDraft opens a draft and checks everything that a curator need not be known for: signatures on commitments, seeds, number, order and digest of the entries.
// It reads the whole file once. Errors are Refusals, and the file system's.
func OpenDraft(ctx context.Context, path string) (d *Draft, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("endorse: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	r := bufio.NewReaderSize(f, 1<<16)
	d = &Draft{file: f}
	if err := d.readHeader(r); err != nil {
		return nil, err
	}
	d.body = int64(len(d.header()))
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("endorse: %w", err)
	}
	if info.Size() != d.body+int64(d.Offer.Entries)*int64(entrySize) {
		return nil, refuse(ErrCount, "the draft is longer or shorter than its entries")
	}
	if err := checkSeeds(d.Offer, d.Roll, d.seeds); err != nil {
		return nil, err
	}
	d.Layer, d.FillSeed = seeded(d.Offer, d.Roll, d.seeds)
	return d, d.checkEntries(ctx)
}

func (d *Draft) readHeader(r io.Reader) error {
	short := refuse(ErrFormat, "draft: the file ends early or does not begin as one")
	magic := make([]byte, len(draftMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != draftMagic {
		return short
	}
	text := func() ([]byte, bool) {
		var n [4]byte
		if _, err := io.ReadFull(r, n[:]); err != nil || binary.BigEndian.Uint32(n[:]) > maxText {
			return nil, false
		}
		b := make([]byte, binary.BigEndian.Uint32(n[:]))
		_, err := io.ReadFull(r, b)
		return b, err == nil
	}
	offer, ok := text()
	if !ok {
		return short
	}
	var err error
	if d.Offer, err = ParseOffer(offer); err != nil {
		return err
	}
	roll, ok := text()
	if !ok {
		return short
	}
	if d.Roll, err = ParseRoll(roll, d.Offer); err != nil {
		return err
	}
	d.seeds = make([]Seed, 1+len(d.Offer.Manifest.Curators))
	for i := range d.seeds {
		if _, err := io.ReadFull(r, d.seeds[i][:]); err != nil {
			return short
		}
	}
	var n [8]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return short
	}
	d.Canary = int64(binary.BigEndian.Uint64(n[:]))
	has := d.Offer.Manifest.Canary != blindset.CanaryNone && len(d.Offer.Manifest.Layers) == 1
	if has != (d.Canary >= 0 && d.Canary < int64(d.Offer.Entries)) || !has && d.Canary != -1 {
		return refuse(ErrCanary, "the draft and the manifest disagree on whether there is one")
	}
	return nil
}

// checkEntries streams the entries: values in rising order, as many and with the digest that were offered. It computes the draft's digest.
func (d *Draft) checkEntries(ctx context.Context) error {
	sum := newDraftHash()
	sum.Write(d.header())
	values := newValuesHash()
	var last [blindset.CellSize]byte
	err := d.scan(ctx, func(i int, tag blindset.Tag, value [blindset.CellSize]byte) error {
		if bytes.Compare(value[:], last[:]) <= 0 {
			return refuse(ErrValues, fmt.Sprintf("entry %d is not above the one before it", i))
		}
		last = value
		sum.Write(tag[:])
		sum.Write(value[:])
		values.Write(value[:])
		return nil
	})
	if err != nil {
		return err
	}
	if [32]byte(values.Sum(nil)) != d.Offer.Values {
		return refuse(ErrValues, "their digest is another one")
	}
	d.Digest = [32]byte(sum.Sum(nil))
	return nil
}

// newDraftHash computes a draft's digest from its file.
func newDraftHash() digester { return labelled("draft") }

// newValuesHash computes the digest of entries' values, sorted.
func newValuesHash() digester { return labelled("entry-values") }

type digester interface {
	io.Writer
	Sum(b []byte) []byte
}

func labelled(label string) digester {
	h := sha256.New()
	h.Write(lp.Label(label, 0))
	return h
}

// scan calls f for each entry, in order.
func (d *Draft) scan(ctx context.Context, f func(i int, tag blindset.Tag, value [blindset.CellSize]byte) error) error {
	r := bufio.NewReaderSize(io.NewSectionReader(d.file, d.body, int64(d.Offer.Entries)*int64(entrySize)), 1<<18)
	var b [entrySize]byte
	for i := range int(d.Offer.Entries) {
		if i%(1<<14) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return fmt.Errorf("endorse: the draft: %w", err)
		}
		if err := f(i, blindset.Tag(b[:]), [blindset.CellSize]byte(b[len(blindset.Tag{}):])); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the file.
func (d *Draft) Close() error { return d.file.Close() }

// windowEntries is how many entries of the draft are held in memory at once while tables are rebuilt; each takes 230 bytes or so.
const windowEntries = 1 << 18

// Rebuild computes every shard of the layer from the draft's entries, seeds and nothing else, and hands it to emit, in order. It reads the draft once for every
// 2^18 entries or so, and holds no more of them. Errors are emit's, ErrValues for a value that is no group element, and ErrUnpeelable of package builder.
func (d *Draft) Rebuild(ctx context.Context, workers int, progress func(done, total int), emit func(shard int, t *builder.Table) error) error {
	shards := d.Layer.Layout.Shards
	solver := &builder.Solver{Layer: &d.Layer, FillSeed: d.FillSeed, Workers: workers}
	count := newCounter(shards*solver.Steps(), progress)
	solver.Progress = count.add
	solver.Prepare = func(_ int, e *builder.Entry) (err error) {
		if *e, err = builder.ParseEntry(e.Tag, e.Encoded); err != nil {
			return refuse(ErrValues, "a value is no group element")
		}
		return nil
	}
	step := max(1, windowEntries/d.Layer.ShardCapacity)
	for first := 0; first < shards; first += step {
		window, err := d.window(ctx, first, min(first+step, shards))
		if err != nil {
			return err
		}
		for i, entries := range window {
			t, err := solver.Shard(ctx, first+i, entries)
			if errors.Is(err, builder.ErrUnpeelable) {
				return fmt.Errorf("%w; begin the exchange anew", err)
			}
			if err != nil {
				return err
			}
			if err := emit(first+i, t); err != nil {
				return err
			}
			window[i] = nil
		}
	}
	count.end()
	return nil
}

// window collects the entries of shards first to end-1.
func (d *Draft) window(ctx context.Context, first, end int) ([][]builder.Entry, error) {
	out := make([][]builder.Entry, end-first)
	err := d.scan(ctx, func(_ int, tag blindset.Tag, value [blindset.CellSize]byte) error {
		if s := d.Layer.ShardOf(tag); first <= s && s < end {
			if len(out[s-first]) == d.Layer.ShardCapacity {
				return builder.ErrUnpeelable
			}
			out[s-first] = append(out[s-first], builder.Entry{Tag: tag, Encoded: value})
		}
		return nil
	})
	return out, err
}
