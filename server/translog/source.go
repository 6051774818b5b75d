package translog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	modlog "golang.org/x/mod/sumdb/tlog"

	"github.com/veilhash/veilhash/sdk/tlog"
)

// Errors of reading a log's files.
var (
	// ErrMissing: the log has no such file.
	ErrMissing = errors.New("translog: no such file in the log")

	// ErrFile: a file of the log is not as long as it must be, or does not agree with the checkpoint.
	ErrFile = errors.New("translog: a file of the log does not agree with its checkpoint")
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	maxFile    = 1 << 25 // 256 entries of 64 KiB, and more than any other file
)

// A Source reads a log's files by their paths under its prefix: "checkpoint", "tile/0/000". The error is ErrMissing, or what went wrong.
type Source interface {
	ReadFile(ctx context.Context, path string) ([]byte, error)
}

// Dir is a log in a directory.
type Dir string

// ReadFile implements [Source].
func (d Dir) ReadFile(_ context.Context, path string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(string(d), filepath.FromSlash(path)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrMissing, path)
	}
	return b, err
}

// URL is a log at an address.
type URL struct {
	Prefix string       // with or without a slash at its end
	Client *http.Client // nil means one with a timeout of 30 seconds
}

// ReadFile implements [Source].
func (u URL) ReadFile(ctx context.Context, path string) ([]byte, error) {
	address, err := url.JoinPath(u.Prefix, path)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	client := u.Client
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second}
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, fmt.Errorf("%w: %s", ErrMissing, address)
	default:
		return nil, fmt.Errorf("translog: %s: %s", address, res.Status)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%w: %s is longer than any", ErrFile, address)
	}
	return b, err
}

// OpenSource is a log in a directory or, for a text that begins with http:// or https://, at an address.
func OpenSource(place string) Source {
	if strings.HasPrefix(place, "http://") || strings.HasPrefix(place, "https://") {
		return URL{Prefix: place}
	}
	return Dir(place)
}

// checkpoint reads and parses the log's checkpoint, unverified.
func checkpoint(ctx context.Context, src Source) (*tlog.Note, *tlog.Checkpoint, error) {
	b, err := src.ReadFile(ctx, "checkpoint")
	if err != nil {
		return nil, nil, err
	}
	n, err := tlog.ParseNote(b)
	if err != nil {
		return nil, nil, err
	}
	c, err := tlog.ParseCheckpoint(n.Text)
	return n, c, err
}

// tilePath is a tile's path in C2SP's form: without the height, and with "entries" for level −1.
func tilePath(t modlog.Tile) string {
	rest := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", t.H))
	if after, ok := strings.CutPrefix(rest, "data/"); ok {
		rest = "entries/" + after
	}
	return "tile/" + rest
}

// readTile reads a tile or, where only the full one is left, that one's beginning.
func readTile(ctx context.Context, src Source, t modlog.Tile) ([]byte, error) {
	b, err := src.ReadFile(ctx, tilePath(t))
	if errors.Is(err, ErrMissing) && t.W < tileWidth {
		full := t
		full.W = tileWidth
		if all, errFull := src.ReadFile(ctx, tilePath(full)); errFull == nil {
			return all, nil
		}
	}
	return b, err
}

// tiles reads a source's tiles for golang.org/x/mod, which verifies them against the tree.
type tiles struct {
	ctx context.Context
	src Source
}

func (r tiles) Height() int                       { return tileHeight }
func (r tiles) SaveTiles([]modlog.Tile, [][]byte) {}
func (r tiles) ReadTiles(list []modlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range list {
		b, err := readTile(r.ctx, r.src, t)
		if err != nil {
			return nil, err
		}
		want := t.W * modlog.HashSize
		if len(b) < want {
			return nil, fmt.Errorf("%w: %s", ErrFile, tilePath(t))
		}
		out = append(out, b[:want])
	}
	return out, nil
}

// reader reads the hashes of the tree at a checkpoint, verified.
func reader(ctx context.Context, src Source, c *tlog.Checkpoint) modlog.HashReader {
	return modlog.TileHashReader(modlog.Tree{N: int64(c.Size), Hash: modlog.Hash(c.Root)}, tiles{ctx, src})
}

// readEntries reads the entries from index from up to size, each verified against the tree.
func readEntries(ctx context.Context, src Source, c *tlog.Checkpoint, from uint64) (out [][]byte, err error) {
	if from >= c.Size {
		return nil, nil
	}
	hashes := reader(ctx, src, c)
	for i := from; i < c.Size; {
		bundle := i / tileWidth
		width := min(c.Size-bundle*tileWidth, tileWidth)
		t := modlog.Tile{H: tileHeight, L: -1, N: int64(bundle), W: int(width)}
		b, err := readTile(ctx, src, t)
		if err != nil {
			return nil, err
		}
		for k := bundle * tileWidth; k < bundle*tileWidth+width; k++ {
			if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
				return nil, fmt.Errorf("%w: %s", ErrFile, tilePath(t))
			}
			n := 2 + int(binary.BigEndian.Uint16(b))
			if k >= i {
				out = append(out, b[2:n])
			}
			b = b[n:]
		}
		i = bundle*tileWidth + width
	}
	indexes := make([]int64, len(out))
	for k := range indexes {
		indexes[k] = modlog.StoredHashIndex(0, int64(from)+int64(k))
	}
	want, err := hashes.ReadHashes(indexes)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFile, err)
	}
	for k, entry := range out {
		if modlog.RecordHash(entry) != want[k] {
			return nil, fmt.Errorf("%w: entry %d", ErrFile, from+uint64(k))
		}
	}
	return out, nil
}

// Consistency is the proof that a log's tree at a checkpoint continues one of an earlier size, for clients. The error is ErrFile if the log's files do not give one.
func Consistency(ctx context.Context, src Source, c *tlog.Checkpoint, from uint64) ([]tlog.Hash, error) {
	return proveTree(ctx, src, c, from)
}

// proveTree is the proof that the tree at a checkpoint continues one of an earlier size.
func proveTree(ctx context.Context, src Source, c *tlog.Checkpoint, from uint64) ([]tlog.Hash, error) {
	if from == 0 || from == c.Size {
		return nil, nil
	}
	proof, err := modlog.ProveTree(int64(c.Size), int64(from), reader(ctx, src, c))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFile, err)
	}
	var out []tlog.Hash
	for _, h := range proof {
		out = append(out, tlog.Hash(h))
	}
	return out, nil
}
