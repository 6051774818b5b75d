package setdir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/veilhash/veilhash/sdk/blindset"
)

// ManifestName is the manifest's file name.
const ManifestName = "manifest"

// EndorsementsName is the name of the file that holds the curators' endorsements, in a set that has some.
const EndorsementsName = "endorsements"

// ProofName is the name of the file that holds the proof that the set is in a log, in a set that is.
const ProofName = "manifest.tlog-proof"

// ErrExists is returned where a set would overwrite something.
var ErrExists = errors.New("setdir: there is something already; name a directory that does not exist, or remove it first")

// A Writer is a set that is being written, beside its final place and invisible there until Commit.
type Writer struct {
	final, temp string
	bytes       int64
}

// Create begins a set that is to appear at dir, which must not exist or be empty. Its parent is made if need be.
func Create(dir string) (*Writer, error) {
	dir = filepath.Clean(dir)
	switch entries, err := os.ReadDir(dir); {
	case err == nil && len(entries) > 0:
		return nil, fmt.Errorf("%w: %s", ErrExists, dir)
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("setdir: %w", err)
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("setdir: %w", err)
	}
	temp, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".part-*")
	if err != nil {
		return nil, fmt.Errorf("setdir: %w", err)
	}
	return &Writer{final: dir, temp: temp}, nil
}

// WriteShard writes a shard's file.
func (w *Writer) WriteShard(s blindset.Shard, leaves, cells []byte) error {
	return w.write(s.FileName(), leaves, cells)
}

// KeepShard takes a shard of another set over, verified, by a link to its file or a copy of it. Errors are a ShardError and the file system's.
func (w *Writer) KeepShard(from *Set, layer, shard int) error {
	l := &from.Manifest.Layers[layer]
	if err := from.verifyFile(layer, shard); err != nil {
		return err
	}
	name := l.Shards[shard].FileName()
	old := filepath.Join(from.dir, name)
	if err := os.Link(old, filepath.Join(w.temp, name)); err == nil {
		w.bytes += int64(l.ShardBytes())
		return nil
	}
	b, err := os.ReadFile(old) // another file system, or one without links
	if err != nil {
		return &ShardError{name, err}
	}
	return w.write(name, b)
}

// KeepLayers takes all shards of another set's first layers over, as KeepShard does.
func (w *Writer) KeepLayers(from *Set, layers int) error {
	for k := range layers {
		for i := range from.Manifest.Layers[k].Shards {
			if err := w.KeepShard(from, k, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteManifest writes the manifest.
func (w *Writer) WriteManifest(m *blindset.Manifest) error {
	return w.write(ManifestName, m.AppendText(nil))
}

// Bytes is the length of all files so far.
func (w *Writer) Bytes() int64 { return w.bytes }

func (w *Writer) write(name string, parts ...[]byte) error {
	f, err := os.OpenFile(filepath.Join(w.temp, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("setdir: %w", err)
	}
	for _, p := range parts {
		n, werr := f.Write(p)
		w.bytes += int64(n)
		err = errors.Join(err, werr)
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("setdir: %w", err)
	}
	return nil
}

// Commit puts the set in its place, by one rename.
func (w *Writer) Commit() error {
	if err := os.Chmod(w.temp, 0o755); err != nil {
		return fmt.Errorf("setdir: %w", err)
	}
	// An empty directory gives way to the rename on Unix, but not everywhere.
	if err := os.Remove(w.final); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrExists, w.final)
	}
	if err := os.Rename(w.temp, w.final); err != nil {
		return fmt.Errorf("setdir: %w", err)
	}
	w.temp = ""
	return nil
}

// Discard removes what was written, unless it was committed.
func (w *Writer) Discard() {
	if w.temp != "" {
		os.RemoveAll(w.temp)
	}
}
