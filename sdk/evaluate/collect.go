package evaluate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"os"
	"runtime"
	"slices"
	"sync"
)

// An Input is a file to measure.
type Input struct {
	File  string
	Class string // what kind of picture it is said to be; its folder, mostly
}

// A Problem is a file that could not be used, and why.
type Problem struct {
	File string
	Err  error
}

// A Survey is what Collect found. The samples themselves lie in the folder and are read one by one.
type Survey struct {
	Plan     Plan
	Digests  [][32]byte // of the pictures, sorted
	Problems []Problem  // files that are no pictures, or could not be read
	Repeated int        // files whose content had come before
	Reused   int        // pictures that an earlier run had measured

	store store
	files map[[32]byte]Input
}

// CollectConfig says how to collect.
type CollectConfig struct {
	Dir      string                // where to keep what was found; it must exist
	Workers  int                   // 0: one for each processor
	Progress func(done, total int) // called from one goroutine at a time; may be nil
}

// Collect makes and hashes all copies of all pictures, as far as the folder does not have them yet. Files that are no pictures become Problems and the rest goes
// on; errors are those of the folder, and the context's: what was done until then is kept.
func Collect(ctx context.Context, plan Plan, inputs []Input, cfg CollectConfig) (*Survey, error) {
	if err := plan.check(); err != nil {
		return nil, err
	}
	c := &collector{
		survey: &Survey{Plan: plan, store: store{cfg.Dir, plan.Digest()}, files: make(map[[32]byte]Input)},
		cfg:    cfg, total: len(inputs), seen: make(map[[32]byte]bool),
	}
	ctx, c.cancel = context.WithCancelCause(ctx)
	defer c.cancel(nil)
	workers := cfg.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	queue := make(chan Input)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for in := range queue {
				c.one(in)
			}
		})
	}
feed:
	for _, in := range inputs {
		select {
		case queue <- in:
		case <-ctx.Done():
			break feed
		}
	}
	close(queue)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	s := c.survey
	slices.SortFunc(s.Digests, func(a, b [32]byte) int { return slices.Compare(a[:], b[:]) })
	slices.SortFunc(s.Problems, func(a, b Problem) int { return cmp.Compare(a.File, b.File) })
	return s, nil
}

// A collector is a run of Collect.
type collector struct {
	cfg    CollectConfig
	total  int
	cancel context.CancelCauseFunc

	mu     sync.Mutex // over what follows
	survey *Survey
	seen   map[[32]byte]bool
	done   int
}

// one measures a file.
func (c *collector) one(in Input) {
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.done++
		if c.cfg.Progress != nil {
			c.cfg.Progress(c.done, c.total)
		}
	}()
	s := c.survey
	data, err := os.ReadFile(in.File)
	if err != nil {
		c.problem(in, err)
		return
	}
	digest := sha256.Sum256(data)
	if !c.claim(digest, in) {
		return
	}
	reused := true
	if _, err := s.store.get(digest); err != nil {
		reused = false
		x, err := s.Plan.measure(in.File, in.Class, data)
		if err != nil {
			c.problem(in, err)
			return
		}
		if err := s.store.put(x); err != nil {
			c.cancel(err)
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Digests = append(s.Digests, digest)
	if reused {
		s.Reused++
	}
}

// claim reports whether this is the first file of its content. Of several the one of the least name gives its name to the picture.
func (c *collector) claim(digest [32]byte, in Input) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.seen[digest]
	c.seen[digest] = true
	if known, ok := c.survey.files[digest]; !ok || in.File < known.File {
		c.survey.files[digest] = in
	}
	if !first {
		c.survey.Repeated++
	}
	return first
}

func (c *collector) problem(in Input, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.survey.Problems = append(c.survey.Problems, Problem{in.File, err})
}

// Sample reads what was found in the i-th picture. The error is that of the folder, which someone has changed since.
func (s *Survey) Sample(i int) (*Sample, error) {
	x, err := s.store.get(s.Digests[i])
	if err != nil {
		return nil, err
	}
	// The folder may be of an earlier run, in which the picture had another name.
	in := s.files[s.Digests[i]]
	x.File, x.Class = in.File, in.Class
	return x, nil
}
