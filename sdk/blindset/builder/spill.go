package builder

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// spillBuffer is how much a part collects before it is written, in bytes.
const spillBuffer = 16 << 10

// A spill distributes records of one size over parts, each a file that is open only while it is written, so that
// neither memory nor open files grow with the list.
type spill struct {
	dir, name string
	size      int // of a record
	buffers   [][]byte
	counts    []int
}

func newSpill(dir, name string, parts, size int) *spill {
	return &spill{dir, name, size, make([][]byte, parts), make([]int, parts)}
}

func (s *spill) add(part int, record []byte) error {
	s.buffers[part] = append(s.buffers[part], record...)
	s.counts[part]++
	if len(s.buffers[part]) < spillBuffer {
		return nil
	}
	return s.flush(part)
}

func (s *spill) path(part int) string {
	return filepath.Join(s.dir, s.name+"-"+strconv.Itoa(part))
}

func (s *spill) flush(part int) (err error) {
	f, err := os.OpenFile(s.path(part), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("builder: temporary file: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("builder: temporary file: %w", e)
		}
	}()
	if _, err := f.Write(s.buffers[part]); err != nil {
		return fmt.Errorf("builder: temporary file: %w", err)
	}
	s.buffers[part] = s.buffers[part][:0]
	return nil
}

// read returns a part's records, one after the other.
func (s *spill) read(part int) ([]byte, error) {
	out := make([]byte, 0, s.counts[part]*s.size)
	f, err := os.Open(s.path(part))
	switch {
	case os.IsNotExist(err): // nothing was flushed
	case err != nil:
		return nil, fmt.Errorf("builder: temporary file: %w", err)
	default:
		defer f.Close()
		out = out[:s.counts[part]*s.size-len(s.buffers[part])]
		if _, err := io.ReadFull(f, out); err != nil {
			return nil, fmt.Errorf("builder: temporary file: %w", err)
		}
	}
	return append(out, s.buffers[part]...), nil
}

// replace sets a part's records.
func (s *spill) replace(part int, records []byte) error {
	if err := s.remove(part); err != nil {
		return err
	}
	s.buffers[part] = append(s.buffers[part], records...)
	s.counts[part] = len(records) / s.size
	if len(records) < spillBuffer {
		return nil
	}
	err := s.flush(part)
	s.buffers[part] = nil
	return err
}

// remove forgets a part.
func (s *spill) remove(part int) error {
	s.buffers[part], s.counts[part] = nil, 0
	if err := os.Remove(s.path(part)); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("builder: temporary file: %w", err)
	}
	return nil
}
