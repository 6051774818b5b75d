package evaluate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/veilhash/veilhash/sdk/evaluate/edit"
	"github.com/veilhash/veilhash/sdk/imagehash"
)

// A Plan says what is made of every picture. Two plans with one digest make the same of it.
type Plan struct {
	// Seed decides whatever edits leave to chance.
	Seed uint64

	// Hasher is what clients hash with, ListHasher what a list's hashes were made with.
	Hasher, ListHasher imagehash.PDQ

	// Views are the versions of every copy that are hashed. The first is the copy as it is.
	Views []imagehash.View

	// Edits are those of the suite and beside it. Large ones are for pictures of a long side above edit.LargeLongSide; they start from the whole picture, the
	// others from one that is reduced to a long side of Side pixels.
	Edits []edit.Edit
	Side  int

	// Classic256 asks for goimagehash's hashes of 256 bits beside those of 64. They take longer than all else together.
	Classic256 bool

	// Variants are the further versions of an entry's picture.
	Variants []edit.Edit
}

// keptMargins is of how many bits, of the lowest frequencies, the margins are kept: the longest token of which more than one probe can be made.
const keptMargins = 80

// version changes whenever the same plan would give other features.
const version = 1

// DefaultPlan is the whole suite, with the views that a search can choose from.
func DefaultPlan(seed uint64) Plan {
	p := Plan{
		Seed:     seed,
		Views:    DefaultViews(),
		Edits:    slices.Concat(edit.Suite(), edit.BesideSuite(), edit.LargeSuite()),
		Side:     1024,
		Variants: edit.Variants(),
	}
	return p
}

// DefaultViews are the views that a search can choose from.
func DefaultViews() []imagehash.View {
	views := []imagehash.View{imagehash.AsIs(), imagehash.Trim()}
	for _, p := range []int{10, 15, 20, 30, 50, 80} {
		views = append(views, imagehash.Pad(p))
	}
	for _, slope := range []int{17, 35, 87} { // 1, 2 and 5 degrees
		views = append(views, imagehash.Left(slope), imagehash.Right(slope))
	}
	return views
}

// Digest names everything that decides what features come out, in 16 hexadecimal digits.
func (p *Plan) Digest() string {
	var b strings.Builder
	fmt.Fprintf(&b, "veilhash features %d\nseed %d\nhasher %s\nlist %s\nside %d\nmargins %d\n",
		version, p.Seed, p.Hasher.Name(), p.ListHasher.Name(), p.Side, keptMargins)
	for _, v := range p.Views {
		fmt.Fprintf(&b, "view %s\n", v)
	}
	for _, e := range p.Edits {
		fmt.Fprintf(&b, "edit %s\n", e.Name)
	}
	for _, e := range p.Variants {
		fmt.Fprintf(&b, "variant %s\n", e.Name)
	}
	if p.Classic256 {
		b.WriteString("classic 256\n")
	}
	d := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(d[:8])
}

// check says what is wrong with a plan.
func (p *Plan) check() error {
	switch {
	case len(p.Views) == 0 || p.Views[0] != imagehash.AsIs():
		return fmt.Errorf("evaluate: the first view of a plan is the picture as it is")
	case len(p.Edits) == 0:
		return fmt.Errorf("evaluate: a plan without edits")
	case p.Side < 64:
		return fmt.Errorf("evaluate: a plan's side of %d pixels is too small", p.Side)
	}
	return nil
}

// view is the place of a view among the plan's, or −1.
func (p *Plan) view(v imagehash.View) int { return slices.Index(p.Views, v) }
