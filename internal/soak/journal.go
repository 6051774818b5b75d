//go:build linux

package main

import (
	"encoding/binary"
	"errors"
	"os"
	"sync"
)

// A journal is the generator's own record of what was acknowledged, which outlives everything that is killed.
type journal struct {
	mu      sync.Mutex
	file    *os.File
	records int
}

// syncEvery is how many acknowledgements may be on their way to the generator's disk.
const syncEvery = 256

func newJournal(name string) (*journal, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &journal{file: f}, nil
}

// note writes down that a voucher was acknowledged.
func (j *journal) note(i int) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(binary.BigEndian.AppendUint32(nil, uint32(i))); err != nil {
		return err
	}
	if j.records++; j.records%syncEvery == 0 {
		return j.file.Sync()
	}
	return nil
}

// close returns which of n vouchers were acknowledged, as the file has it.
func (j *journal) close(n int) ([]bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.file.Close()
	if err := j.file.Sync(); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(j.file.Name())
	if err != nil {
		return nil, err
	}
	out := make([]bool, n)
	for ; len(b) >= 4; b = b[4:] {
		i := binary.BigEndian.Uint32(b)
		if int(i) >= n {
			return nil, errors.New("the journal is damaged")
		}
		out[i] = true
	}
	return out, nil
}
