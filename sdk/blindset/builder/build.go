package builder

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

// MaxTokenSize is the longest token that a list may hold, in bytes.
const MaxTokenSize = 255

// maxDraws bounds how often a new position seed is drawn. One draw fails with a probability near 2^-40
// (blindset.NewLayout) plus that of 64 attempts in a row that do not peel.
const maxDraws = 8

// The conditions under which no set is built.
var (
	ErrEmptyList = errors.New("builder: the list holds no token")
	ErrToken     = errors.New("builder: tokens must all have one length, of 1 to 255 bytes")
	ErrKept      = errors.New("builder: a set that adds to another keeps one of its layers at least")
	ErrKeyUsed   = errors.New("builder: the key that was drawn has been used before: the random generator is broken")
	ErrUnsolved  = errors.New("builder: no position seed worked; the list may hold tokens made to prevent that")
)

// A Stage is a part of the work that is long enough to watch.
type Stage int

// The stages, in their order.
const (
	Freeze Stage = iota // reading tokens; the total is not known
	Blind               // entries and cells computed
)

// Config says what to build.
type Config struct {
	// Manifest holds the lines above the layers: hasher, scheme, payload and so on. Salt and Layers are drawn and built here. Zero Kinds means all of them. It
	// names no curators: a set that they answer for is built by package audit/endorse.
	Manifest blindset.Manifest

	// Base, unless nil, is the set that the new one adds to: its header stays what it is, but for the epoch, which is Manifest's; all else of Manifest is ignored. Its first Keep
	// layers are taken over as they are, and Tokens make up one more.
	Base *setdir.Set
	Keep int

	// Used, unless nil, reports whether a layer's key was used before, by its encoded L (blindset.Keyring.Used).
	Used func(l [32]byte) bool

	// Tokens is the list, or with Base the entries of the new layer. Tokens have one length; those that come twice are dropped. An error ends the build.
	Tokens iter.Seq2[[]byte, error]

	// MaxShardBytes bounds a shard's file. Zero means blindset.MaxShardBytes.
	MaxShardBytes int

	// TempDir is where tokens are spilled, in files that only this user can read. Empty means the system's.
	TempDir string

	// Workers is the number of goroutines that compute. Zero means one for each processor.
	Workers int

	// Progress, unless nil, is called from time to time, by one goroutine at a time. A total of zero is unknown.
	Progress func(stage Stage, done, total int)

	// Entropy is for this module's vectors; the zero value reads crypto/rand.
	Entropy entropy.Source
}

// Result is what was built.
type Result struct {
	Manifest   *blindset.Manifest
	Keys       []blindset.LayerKey // one for each layer that was built: **keep secret**, and store them before publishing the set
	Tokens     int                 // distinct tokens
	Duplicates int                 // tokens that came twice
	Bytes      int64               // of all files of the set
	Fresh      int64               // of those that the base does not have: what a client downloads that has the base's
}

// Build reads the list to its end, draws keys and seeds, and writes a set to dst: of one layer, or of one more than it keeps of another. The caller stores the keys
// and then commits dst.
func Build(ctx context.Context, cfg Config, dst *setdir.Writer) (*Result, error) {
	if cfg.Workers <= 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	if cfg.Progress == nil {
		cfg.Progress = func(Stage, int, int) {}
	}
	if cfg.Base != nil && (cfg.Keep < 1 || cfg.Keep > len(cfg.Base.Manifest.Layers)) {
		return nil, ErrKept
	}
	temp, err := os.MkdirTemp(cfg.TempDir, "veilhash-build-*")
	if err != nil {
		return nil, fmt.Errorf("builder: no room for temporary files: %w", err)
	}
	defer os.RemoveAll(temp)

	list, err := freeze(ctx, cfg, temp)
	if err != nil {
		return nil, err
	}
	layout, err := blindset.NewLayout(blindset.CapacityFor(list.len()), cfg.MaxShardBytes)
	if err != nil {
		return nil, err
	}

	// From here on the list cannot change. Only now are the seeds drawn: whoever contributed tokens could not know where they would lie.
	m := cfg.Manifest
	if m.Kinds == 0 {
		m.Kinds = blindset.AllKinds
	}
	if cfg.Base != nil {
		m.Salt = cfg.Base.Manifest.Salt // one Q serves all layers
	} else {
		cfg.Entropy.Read(m.Salt[:])
	}
	b := &layerBuild{cfg: cfg, salt: m.Salt, dst: dst}
	b.key.Alpha, err = group.RandomNonZeroScalar(cfg.Entropy)
	if err != nil {
		return nil, err
	}
	b.layer.Layout = layout
	b.layer.Key = b.key.L()
	if cfg.Used != nil && cfg.Used([32]byte(b.layer.Key.Bytes())) {
		return nil, ErrKeyUsed
	}
	for draw := 0; ; draw++ {
		if draw == maxDraws {
			return nil, ErrUnsolved
		}
		cfg.Entropy.Read(b.layer.TableSalt[:])
		cfg.Entropy.Read(b.layer.PositionSeed[:])
		cfg.Entropy.Read(b.key.FillSeed[:])
		b.layer.FillCommitment = blindset.FillCommitment(b.key.FillSeed)
		err := b.build(ctx, list, temp)
		if err == nil {
			break
		}
		if !errors.Is(err, ErrUnpeelable) {
			return nil, err
		}
	}
	m.Layers = []blindset.Layer{b.layer}
	fresh := dst.Bytes()
	if cfg.Base != nil {
		m = *cfg.Base.Manifest.WithLayers(m.Epoch, cfg.Keep, b.layer)
		if err := dst.KeepLayers(cfg.Base, cfg.Keep); err != nil {
			return nil, err
		}
	}
	fresh -= dst.Bytes()

	// What is published must be readable by those who will read it.
	if _, err := blindset.ParseManifest(m.AppendText(nil)); err != nil {
		return nil, err
	}
	if err := dst.WriteManifest(&m); err != nil {
		return nil, err
	}
	return &Result{
		Manifest:   &m,
		Keys:       []blindset.LayerKey{b.key},
		Tokens:     list.len(),
		Duplicates: list.duplicates,
		Bytes:      dst.Bytes(),
		Fresh:      dst.Bytes() + fresh,
	}, nil
}
