package translog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	modlog "golang.org/x/mod/sumdb/tlog"

	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
)

// Errors of writing a log.
var (
	// ErrExists: there is a log in the directory.
	ErrExists = errors.New("translog: there is a log here already")

	// ErrKey: the key is not the one that signed the log.
	ErrKey = errors.New("translog: the log was signed with another key")

	// ErrLocked: another process writes this log, or ended while it did.
	ErrLocked = errors.New("translog: another process writes this log")

	// ErrEpoch: an entry's epoch does not rise, or it says something else of the epoch that is in force.
	ErrEpoch = errors.New("translog: the epoch does not rise")

	// ErrKeyReused: a layer's key was in the log before, with another table.
	ErrKeyReused = errors.New("translog: a layer's key was used for another table before")

	// ErrTime: an entry is older than the one before it.
	ErrTime = errors.New("translog: the entry is older than the one before it")

	// ErrUnchanged: an entry says what is in force already.
	ErrUnchanged = errors.New("translog: nothing has changed since the last entry")

	// ErrEmpty: the log has no entry.
	ErrEmpty = errors.New("translog: the log has no entry yet")
)

// A Judge says what may follow what in a log. After an error it is as it was.
type Judge interface {
	Add(entry []byte) error
}

// A Tree is a log that is written, of whatever entries its judge admits. Close it when done.
type Tree struct {
	dir    string
	signer *Signer
	note   *tlog.Note // the checkpoint that was published last
	head   *tlog.Checkpoint
	judge  Judge
	unlock func() error
}

// A Log is a log of sets that is written. Close it when done.
type Log struct {
	*Tree
	history *History
}

// Create makes an empty log in a new directory. Its name is the signer's. The error is ErrExists, or what went wrong.
func Create(dir string, s *Signer) error {
	if _, err := os.Stat(filepath.Join(dir, "checkpoint")); err == nil {
		return ErrExists
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := modlog.TreeHash(0, nil)
	if err != nil {
		return err
	}
	c := &tlog.Checkpoint{Origin: s.key.Name, Root: tlog.Hash(root)}
	n := &tlog.Note{Text: c.Text()}
	n.Signatures = append(n.Signatures, s.Sign(n.Text, 0))
	return writeFile(filepath.Join(dir, "checkpoint"), n.AppendText(nil))
}

// Open opens a log of sets for writing and checks all of it. Errors are those of OpenTree, and of History.Add.
func Open(ctx context.Context, dir string, s *Signer) (*Log, error) {
	h := new(History)
	t, err := OpenTree(ctx, dir, s, h)
	if err != nil {
		return nil, err
	}
	return &Log{t, h}, nil
}

// OpenTree opens a log for writing and has the judge check all of it. Errors are ErrLocked, ErrKey, ErrMissing, ErrFile and the judge's.
func OpenTree(ctx context.Context, dir string, s *Signer, judge Judge) (*Tree, error) {
	n, c, err := checkpoint(ctx, Dir(dir))
	if err != nil {
		return nil, err
	}
	if c.Origin != s.key.Name || n.Verify(s.key) != nil {
		return nil, ErrKey
	}
	lock := filepath.Join(dir, ".lock")
	f, err := os.OpenFile(lock, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%w: if none does, remove %s", ErrLocked, lock)
	}
	if err != nil {
		return nil, err
	}
	l := &Tree{dir: dir, signer: s, note: n, head: c, judge: judge, unlock: func() error { return errors.Join(f.Close(), os.Remove(lock)) }}
	entries, err := readEntries(ctx, Dir(dir), c, 0)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	for _, e := range entries {
		if err := judge.Add(e); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return l, nil
}

// Close lets others write.
func (l *Tree) Close() error { return l.unlock() }

// Checkpoint is the log's head, and the note that says so with all signatures that it has.
func (l *Tree) Checkpoint() (*tlog.Checkpoint, *tlog.Note) { return l.head, l.note }

// Last is what is in force: the last entry; nil for an empty log.
func (l *Log) Last() *trust.Record { return l.history.Last() }

// Append adds an entry and publishes a checkpoint that only the log has signed. Errors are ErrEpoch, ErrKeyReused, ErrTime and ErrUnchanged; then nothing has changed.
func (l *Log) Append(ctx context.Context, r *trust.Record) error {
	return l.AppendEntry(ctx, r.AppendText(nil))
}

// AppendEntry adds an entry and publishes a checkpoint that only the log has signed. What the judge refuses changes nothing, and is the error.
func (l *Tree) AppendEntry(ctx context.Context, entry []byte) error {
	if err := l.judge.Add(entry); err != nil {
		return err
	}
	base, fresh := reader(ctx, Dir(l.dir), l.head), make(map[int64]modlog.Hash)
	hashes := modlog.HashReaderFunc(func(indexes []int64) (out []modlog.Hash, err error) {
		for _, i := range indexes {
			h, ok := fresh[i]
			if !ok {
				old, err := base.ReadHashes([]int64{i})
				if err != nil {
					return nil, err
				}
				h = old[0]
			}
			out = append(out, h)
		}
		return out, nil
	})
	n := int64(l.head.Size)
	stored, err := modlog.StoredHashes(n, entry, hashes)
	if err != nil {
		return err
	}
	for i, h := range stored {
		fresh[modlog.StoredHashIndex(0, n)+int64(i)] = h
	}
	for _, t := range modlog.NewTiles(tileHeight, n, n+1) {
		b, err := modlog.ReadTileData(t, hashes)
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(l.dir, tilePath(t)), b); err != nil {
			return err
		}
	}
	if err := l.writeBundle(n, entry); err != nil {
		return err
	}
	root, err := modlog.TreeHash(n+1, hashes)
	if err != nil {
		return err
	}
	// Last of all, so that a checkpoint never speaks of what is not there.
	l.head = &tlog.Checkpoint{Origin: l.head.Origin, Size: l.head.Size + 1, Root: tlog.Hash(root)}
	l.note = &tlog.Note{Text: l.head.Text()}
	l.note.Signatures = append(l.note.Signatures, l.signer.Sign(l.note.Text, 0))
	return l.publish()
}

func (l *Tree) publish() error {
	return writeFile(filepath.Join(l.dir, "checkpoint"), l.note.AppendText(nil))
}

// writeBundle writes the entry bundle that ends with entry n.
func (l *Tree) writeBundle(n int64, entry []byte) error {
	t := modlog.Tile{H: tileHeight, L: -1, N: n / tileWidth, W: int(n%tileWidth) + 1}
	var b []byte
	if t.W > 1 {
		before := t
		before.W--
		var err error
		if b, err = os.ReadFile(filepath.Join(l.dir, tilePath(before))); err != nil {
			return err
		}
	}
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(entry))), entry...)
	return writeFile(filepath.Join(l.dir, tilePath(t)), b)
}

// Proof is the tlog-proof of the last entry, under the checkpoint as it is now. The error is ErrEmpty for a log without entries.
func (l *Log) Proof(ctx context.Context) (*tlog.Proof, error) {
	last := l.Last()
	if last == nil {
		return nil, ErrEmpty
	}
	return l.Prove(ctx, l.head.Size-1, last.AppendRest(nil))
}

// Prove is the tlog-proof of an entry, counted from 0, under the checkpoint as it is now, with extra data. The error is ErrEmpty for an entry that is not there.
func (l *Tree) Prove(ctx context.Context, index uint64, extra []byte) (*tlog.Proof, error) {
	if index >= l.head.Size {
		return nil, ErrEmpty
	}
	path, err := modlog.ProveRecord(int64(l.head.Size), int64(index), reader(ctx, Dir(l.dir), l.head))
	if err != nil {
		return nil, err
	}
	p := &tlog.Proof{Extra: extra, Index: index, Checkpoint: l.note}
	for _, h := range path {
		p.Path = append(p.Path, tlog.Hash(h))
	}
	return p, nil
}

// writeFile writes a file so that it is there whole or not at all, and is there for good when writeFile returns.
func writeFile(name string, data []byte) error {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
