package hashlist

import (
	"errors"
	"fmt"
	"io"
)

// ReadFiles reads the files of one list, in their order, and settles them: the
// pages of a download are one list, and a later page may take back what an
// earlier one has. Each file's format is told by itself unless cfg names one.
//
// In [Strict] mode the first error ends it, and there is no list. In [Lenient]
// mode a file that cannot be opened or not be read to its end is counted and
// named in the Summary, what was read of it counts, and the next file is read;
// there is an error only if no file could be read to its end. (A page that is
// lost may have held removals: look at Summary.FailedFiles before you publish.)
//
// The Summary is there even with an error, up to where it occurred.
func ReadFiles(cfg Config, paths ...string) (*List, *Summary, error) {
	if cfg.Source == "" && len(paths) > 0 {
		cfg.Source = sourceName(paths[0])
	}
	sum := newSummary(cfg.Source, cfg.Format)
	if len(paths) == 0 {
		return nil, sum, fmt.Errorf("%w: no file to read", ErrConfig)
	}
	c := NewCollector(cfg.Source)
	var last error
	whole := 0
	for _, path := range paths {
		err := readFile(c, sum, path, cfg)
		switch {
		case err == nil:
			whole++
			continue
		case cfg.Mode == Strict || errors.Is(err, ErrConfig) || errors.Is(err, ErrTooMany):
			return nil, sum, err
		}
		sum.failed(path, err)
		last = err
	}
	if whole == 0 {
		return nil, sum, last
	}
	return c.List(), sum, nil
}

// readFile adds one file to c and to sum.
func readFile(c *Collector, sum *Summary, path string, cfg Config) error {
	r, err := Open(path, cfg)
	if err != nil {
		return err
	}
	defer r.Close()
	defer func() { sum.add(r.Summary()) }()
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := c.Add(rec); err != nil {
			return err
		}
	}
}
