package endorse

import (
	"sync"
	"sync/atomic"
)

// A counter adds up steps of several goroutines and tells one at a time.
type counter struct {
	done  atomic.Int64
	total int
	mu    sync.Mutex
	tell  func(done, total int)
}

func newCounter(total int, tell func(done, total int)) *counter {
	return &counter{total: total, tell: tell}
}

func (c *counter) add(n int) {
	done := c.done.Add(int64(n))
	if c.tell != nil && c.mu.TryLock() {
		c.tell(int(done), c.total)
		c.mu.Unlock()
	}
}

func (c *counter) end() {
	if c.tell != nil {
		c.tell(c.total, c.total)
	}
}
