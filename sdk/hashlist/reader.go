package hashlist

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// parser reads one format. Its next returns a Record (perhaps with opSkip),
// io.EOF at the end, a *SyntaxError whose separable says whether next may be
// called again, or what the source failed with.
type parser interface {
	next() (Record, error)
}

// Reader yields the records of one file in bounded memory: one record of at most
// Config.MaxRecord bytes, and buffers of 100 KiB.
//
// A Reader is not safe for concurrent use.
type Reader struct {
	name   string
	cfg    Config
	parser parser
	closer io.Closer
	sum    *Summary
	err    error // what ended the file
}

// Open opens a file. The caller must Close the Reader. Errors are those of the
// operating system and of NewReader.
func Open(path string, cfg Config) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("hashlist: %w", err)
	}
	r, err := NewReader(f, path, cfg)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.closer = f
	return r, nil
}

// NewReader reads a list from r; name stands in errors, and names the list if
// cfg does not. It reads the beginning of the text. Errors wrap [ErrConfig] or
// [ErrUnknownFormat], are a [*SyntaxError] with [FaultEncoding] or
// [FaultTruncated], or are those of r.
func NewReader(r io.Reader, name string, cfg Config) (*Reader, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if cfg.Source == "" {
		cfg.Source = sourceName(name)
	}
	t, err := openText(r)
	if err != nil {
		return nil, named(err, name)
	}
	if cfg.Format == FormatAuto {
		head, err := t.Peek(bufferSize)
		if err != nil && err != io.EOF {
			return nil, named(err, name)
		}
		if cfg.Format, err = detect(head); err != nil {
			return nil, fmt.Errorf("%w (%s)", err, name)
		}
	}
	if cfg.Hash != HashPDQ && cfg.Format != FormatPlain && cfg.Format != FormatCSV {
		return nil, fmt.Errorf("%w: a list in the format %v has no %v (%s)", ErrConfig, cfg.Format, cfg.Hash, name)
	}
	d := &Reader{name: name, cfg: cfg, sum: newSummary(cfg.Source, cfg.Format)}
	d.sum.Files = 1
	lines := lineReader{r: t.Reader, max: cfg.MaxRecord}
	switch cfg.Format {
	case FormatPlain:
		d.parser = &plain{lines: lines, kind: cfg.Hash}
	case FormatCSV:
		d.parser = &csvList{lines: lines, kind: cfg.Hash, minQuality: cfg.MinQuality, sum: d.sum}
	case FormatNCMEC:
		d.parser = newNCMEC(name, t, cfg, d.sum)
	case FormatStopNCII:
		d.parser = newPages(stopNCIIFeed, name, t, cfg, d.sum)
	case FormatThreatExchange:
		d.parser = newPages(threatFeed, name, t, cfg, d.sum)
	}
	return d, nil
}

// sourceName makes the name of a list of that of a file.
func sourceName(name string) string {
	base := path.Base(filepath.ToSlash(name))
	if s := strings.TrimSuffix(base, path.Ext(base)); s != "" {
		return s
	}
	return base
}

// named adds the name of the file to an error.
func named(err error, name string) error {
	var syn *SyntaxError
	if errors.As(err, &syn) {
		syn.File = name
		return syn
	}
	return fmt.Errorf("hashlist: %s: %w", name, err)
}

// Next returns the next addition or removal. It returns io.EOF behind the last
// one; a [*SyntaxError] that ends the import; or an error of the source. After
// an error it returns the same error.
func (r *Reader) Next() (Record, error) {
	for r.err == nil {
		rec, err := r.parser.next()
		var bad *SyntaxError
		switch {
		case err == nil:
			r.sum.record(rec)
			if rec.Op == opSkip {
				continue
			}
			rec.Entry.Source = r.cfg.Source
			return rec, nil
		case err == io.EOF:
			r.err = err
		case errors.As(err, &bad):
			bad.File = r.name
			r.sum.broken(bad)
			if bad.separable && r.cfg.Mode == Lenient {
				if r.cfg.OnBroken != nil {
					r.cfg.OnBroken(bad)
				}
				continue
			}
			r.err = bad
		default:
			r.err = named(err, r.name)
		}
	}
	return Record{}, r.err
}

// Records returns the remaining records for a range loop. An error that is not
// io.EOF comes last, with a zero Record.
func (r *Reader) Records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for {
			rec, err := r.Next()
			if err == io.EOF {
				return
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// Format returns the format that is being read, never FormatAuto.
func (r *Reader) Format() Format { return r.cfg.Format }

// Summary returns the counts of what was read so far; they go on counting.
func (r *Reader) Summary() *Summary { return r.sum }

// Close closes the file of a Reader that Open made; otherwise it does nothing.
func (r *Reader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}
