package endorse

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// A Listed entry is a token with who recognises it.
type Listed struct {
	Token  []byte
	Own    uint64       // bit k: it is a token of curator k's own list
	Others []Recognised // by whom else it is recognised, and why; at most once each
}

// A Recognised is a claim about one curator, whose number in the manifest it has. Its Entry is not used.
type Recognised struct {
	Curator int
	Claim   Claim
}

// FreezeConfig says what to offer to curators.
type FreezeConfig struct {
	// Manifest holds the lines above the layers, curators included, and finished layers below the one on offer. Salt is drawn here for a first layer.
	Manifest blindset.Manifest

	// Entries are the tokens, of one length, each once. An error ends the work.
	Entries iter.Seq2[Listed, error]

	// CanaryToken is the public test card's token, for a manifest that names a canary; else nil.
	CanaryToken []byte

	// Dir is the operator's own directory for the exchange, which must not exist. It holds the layer's key.
	Dir string

	MaxShardBytes int                   // zero: blindset.MaxShardBytes
	Workers       int                   // zero: one for each processor
	Progress      func(done, total int) // may be nil

	// Entropy is for this module's tests; the zero value reads crypto/rand.
	Entropy entropy.Source
}

// Errors of Freeze, besides the context's, the list's, the file system's and blindset.ErrManifest.
var (
	ErrEmptyList = builder.ErrEmptyList
	ErrToken     = builder.ErrToken

	// ErrTwice: a token came twice.
	ErrTwice = errors.New("endorse: a token came twice")
)

// An Operator is the operator's side of an exchange, kept in a directory. What is to be sent to curators is in its folder "send"; all else in it is **secret**.
type Operator struct {
	dir     string
	offer   *Offer
	alpha   *group.Scalar
	seed    Seed
	token   int // the length of a token
	workers int
}

// The files of an operator's directory.
const (
	secretName  = "secret"
	entriesName = "entries" // value ‖ token, by value
	sendName    = "send"
	offerName   = "offer"
	rollName    = "roll"
	draftName   = "draft"
	claimsExt   = ".claims"
)

const operatorHeader = "veilhash-operator v0"

func (o *Operator) path(name string) string { return filepath.Join(o.dir, name) }

// SendPath is the path of a file that is to be sent: "offer", "roll", "draft" or NAME + ".claims".
func (o *Operator) SendPath(name string) string { return filepath.Join(o.dir, sendName, name) }

// Offer is what was offered.
func (o *Operator) Offer() *Offer { return o.offer }

// String hides the key.
func (o *Operator) String() string { return "[operator's side of an exchange]" }

// GoString hides the key.
func (o *Operator) GoString() string { return o.String() }

// frozen is an entry on its way to the file.
type frozen struct {
	Listed
	value  [blindset.CellSize]byte
	canary bool
}

// Freeze draws a key, blinds the tokens and writes the offer, by which all of that is settled before any seed is known.
func Freeze(ctx context.Context, cfg FreezeConfig) (*Operator, error) {
	if cfg.Workers <= 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	list, err := cfg.collect()
	if err != nil {
		return nil, err
	}
	layout, err := blindset.NewLayout(blindset.CapacityFor(len(list)), cfg.MaxShardBytes)
	if err != nil {
		return nil, err
	}
	o := &Operator{dir: cfg.Dir, token: len(list[0].Token), workers: cfg.Workers}
	if o.alpha, err = group.RandomNonZeroScalar(cfg.Entropy); err != nil {
		return nil, err
	}
	cfg.Entropy.Read(o.seed[:])
	m := cfg.Manifest
	if m.Kinds == 0 {
		m.Kinds = blindset.AllKinds
	}
	if len(m.Layers) == 0 {
		cfg.Entropy.Read(m.Salt[:])
	}
	layer := blindset.Layer{Key: group.NewElement().ScalarBaseMult(o.alpha), Layout: layout}
	cfg.Entropy.Read(layer.TableSalt[:])
	m.Layers = append(slices.Clip(m.Layers), layer)

	count := newCounter(len(list), cfg.Progress)
	err = builder.Parallel(ctx, cfg.Workers, len(list), func(i int) error {
		h := blindset.TokenElement(m.Salt, list[i].Token)
		h.ScalarMult(o.alpha, h).AppendBytes(list[i].value[:0])
		return nil
	}, count.add)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b frozen) int { return bytes.Compare(a.value[:], b.value[:]) })
	values := newValuesHash()
	for i := range list {
		if i > 0 && bytes.Equal(list[i].Token, list[i-1].Token) {
			return nil, ErrTwice
		}
		values.Write(list[i].value[:])
	}
	o.offer = &Offer{
		Entries: uint64(len(list)), Values: [32]byte(values.Sum(nil)), SeedCommitment: commitSeed(operatorName, o.seed), Manifest: Blank(&m),
	}
	if _, err := ParseOffer(o.offer.AppendText(nil)); err != nil {
		return nil, err
	}
	count.end()
	return o, o.write(list)
}

// collect reads the entries and adds the canary.
func (cfg *FreezeConfig) collect() (list []frozen, err error) {
	canary := cfg.Manifest.Canary != "" && cfg.Manifest.Canary != blindset.CanaryNone && len(cfg.Manifest.Layers) == 0
	if canary != (cfg.CanaryToken != nil) {
		return nil, refuse(ErrCanary, "a token is needed if and only if the manifest names a canary, in its first layer")
	}
	for e, err := range cfg.Entries {
		if err != nil {
			return nil, err
		}
		if canary && bytes.Equal(e.Token, cfg.CanaryToken) {
			continue // it is there as the canary, and nobody recognises that
		}
		list = append(list, frozen{Listed: e})
	}
	if len(list) == 0 {
		return nil, ErrEmptyList
	}
	if canary {
		list = append(list, frozen{Listed: Listed{Token: cfg.CanaryToken}, canary: true})
	}
	for _, e := range list {
		if len(e.Token) != len(list[0].Token) || len(e.Token) == 0 || len(e.Token) > builder.MaxTokenSize {
			return nil, ErrToken
		}
	}
	return list, nil
}

// write makes the operator's directory.
func (o *Operator) write(list []frozen) error {
	if err := os.MkdirAll(filepath.Dir(o.dir), 0o755); err != nil {
		return fmt.Errorf("endorse: %w", err)
	}
	if err := os.Mkdir(o.dir, 0o700); err != nil {
		return fmt.Errorf("endorse: %w", err)
	}
	if err := os.Mkdir(o.path(sendName), 0o700); err != nil {
		return fmt.Errorf("endorse: %w", err)
	}
	err := writeFile(o.path(entriesName), func(w io.Writer) error {
		for i := range list {
			w.Write(list[i].value[:])
			if _, err := w.Write(list[i].Token); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for k, c := range o.offer.Manifest.Curators {
		if err := o.writeClaims(k, c, list); err != nil {
			return err
		}
	}
	if err := writeBytes(o.path(secretName), o.secretText()); err != nil {
		return err
	}
	return writeBytes(o.SendPath(offerName), o.offer.AppendText(nil))
}

// writeClaims writes what curator k is to confirm, without proofs, which need the draft.
func (o *Operator) writeClaims(k int, c blindset.Curator, list []frozen) error {
	return writeFile(o.path(c.Name+claimsExt), func(w io.Writer) error {
		var b []byte
		for i := range list {
			claim := Claim{Entry: uint64(i)}
			switch e := &list[i]; {
			case e.canary:
				claim.Kind = Canary
			case e.Own>>k&1 == 1:
				claim.Kind = Own
			default:
				at := slices.IndexFunc(e.Others, func(r Recognised) bool { return r.Curator == k })
				if at < 0 {
					continue
				}
				claim = e.Others[at].Claim
				claim.Entry = uint64(i)
			}
			b = appendClaim(b[:0], &claim)
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
		return nil
	})
}

func (o *Operator) secretText() []byte {
	b := []byte(operatorHeader + "\nalpha ")
	b = append(hexa.Append(b, o.alpha.Bytes()), "\nseed "...)
	b = append(hexa.Append(b, o.seed[:]), "\ntoken "...)
	return append(strconv.AppendInt(b, int64(o.token), 10), '\n')
}

// OpenOperator opens an exchange that Freeze began. Errors are ErrOperator, ErrFormat and the file system's.
func OpenOperator(dir string, workers int) (*Operator, error) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	o := &Operator{dir: dir, workers: workers, alpha: group.NewScalar()}
	text, err := readStage(o.SendPath(offerName), "nothing is on offer in "+dir)
	if err != nil {
		return nil, err
	}
	if o.offer, err = ParseOffer(text); err != nil {
		return nil, err
	}
	secret, err := readStage(o.path(secretName), "the key is missing from "+dir)
	if err != nil {
		return nil, err
	}
	f := fields{what: "operator's secret", rest: string(secret)}
	var alpha [32]byte
	f.header(operatorHeader)
	f.hex("alpha", alpha[:])
	f.hex("seed", o.seed[:])
	o.token = int(f.number("token"))
	if o.alpha.SetCanonicalBytes(alpha[:]) != nil || o.alpha.IsZero() || o.token < 1 || o.token > builder.MaxTokenSize {
		f.fail("the key or the token's length is out of range")
	}
	if f.err == nil && !group.NewElement().ScalarBaseMult(o.alpha).Equal(o.offer.Layer().Key) {
		f.fail("the key is not the offer's")
	}
	return o, f.end(string(secret), string(o.secretText()))
}

// entries streams the operator's list.
func (o *Operator) entries(f func(i int, value [blindset.CellSize]byte, token []byte) error) error {
	file, err := os.Open(o.path(entriesName))
	if err != nil {
		return fmt.Errorf("endorse: %w", err)
	}
	defer file.Close()
	r := newReader(file)
	b := make([]byte, blindset.CellSize+o.token)
	for i := range int(o.offer.Entries) {
		if _, err := io.ReadFull(r, b); err != nil {
			return fmt.Errorf("endorse: the list: %w", err)
		}
		if err := f(i, [blindset.CellSize]byte(b), b[blindset.CellSize:]); err != nil {
			return err
		}
	}
	return nil
}

// Tokens are the tokens of all entries on offer, the canary's among them, in the form that package entries takes. They are **confidential**, and each is valid until the next.
func (o *Operator) Tokens() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		stop := errors.New("enough")
		err := o.entries(func(_ int, _ [blindset.CellSize]byte, token []byte) error {
			if !yield(token, nil) {
				return stop
			}
			return nil
		})
		if err != nil && err != stop {
			yield(nil, err)
		}
	}
}

// appendIndex appends an entry's number in eight bytes.
func appendIndex(dst []byte, i int64) []byte { return binary.BigEndian.AppendUint64(dst, uint64(i)) }
