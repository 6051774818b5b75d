package access

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"
)

// interval is how often a file is looked at.
const interval = 2 * time.Second

// ErrWritable: others than its owner can write the file, and so make themselves keys.
var ErrWritable = errors.New("access: others can write the file of applications; restrict it with chmod 600")

// ReadFile reads a table from a file. Errors are the system's, ErrWritable and *SyntaxError.
func ReadFile(name string) (*Table, error) {
	t, _, err := readFile(name)
	return t, err
}

func readFile(name string) (*Table, fs.FileInfo, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 { // whose modes say nothing there
		return nil, info, ErrWritable
	}
	text, err := io.ReadAll(io.LimitReader(f, MaxTable+1))
	if err != nil {
		return nil, info, err
	}
	t, err := ParseTable(text)
	return t, info, err
}

// A File is a gate that follows a file.
type File struct {
	*Gate
	name string
	log  *slog.Logger

	mu   sync.Mutex
	seen fs.FileInfo // of the file that was read last, well or not; nil if it was not there
}

// OpenFile returns a gate with the table of a file. Errors are those of ReadFile. A nil log means none, a nil clock time.Now.
func OpenFile(name string, log *slog.Logger, clock func() time.Time) (*File, error) {
	t, info, err := readFile(name)
	if err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &File{Gate: NewGate(t, clock), name: name, log: log, seen: info}, nil
}

// Reload reads the file anew. If it is not a good one the table stays what it was, and the log and the error say why.
func (f *File) Reload(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reload(ctx)
}

func (f *File) reload(ctx context.Context) error {
	t, info, err := readFile(f.name)
	f.seen = info
	if err != nil {
		f.log.ErrorContext(ctx, "the file of applications is not taken: those that were read before stay", "reason", err)
		return err
	}
	f.Replace(t)
	f.log.InfoContext(ctx, "applications read", "applications", len(t.apps), "keys", len(t.keys))
	return nil
}

// Follow reads the file whenever it has changed, until ctx ends. It looks every two seconds: a file may lie where no system tells of changes.
func (f *File) Follow(ctx context.Context) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f.check(ctx)
		}
	}
}

// check reads the file if it is not the one that was read last.
func (f *File) check(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.name)
	if err != nil {
		info = nil
	}
	if same(info, f.seen) {
		return
	}
	_ = f.reload(ctx) // it has logged why
}

func same(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) && a.Mode() == b.Mode()
}
