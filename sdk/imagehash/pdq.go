package imagehash

import (
	"math"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/internal/decimal"
)

const (
	// MaxSide is the largest width and height of a picture.
	MaxSide = 65535
	// DefaultMaxPixels is the largest number of pixels of a picture where the
	// hasher says nothing else.
	DefaultMaxPixels = 100_000_000
	// MaxPhase is the largest phase in either direction, eight cells.
	MaxPhase = 800
)

// PDQ is Meta's PDQ hash (ThreatExchange, "PDQ photo hashing", 2017) behind a
// choice of scalings. The zero value is canonical scaling without a phase. It is
// a [Hasher]; it may be used by any number of goroutines.
type PDQ struct {
	Scaling Scaling

	// Phase shifts the positions at which canonical scaling samples, in both
	// directions, in hundredths of a cell of the 512×512 grid, from −[MaxPhase]
	// to MaxPhase. A client that has to match a list made with another scaling
	// hashes with canonical scaling and the phase at which the two agree best:
	// −50 for cpp, −145 for full. Other scalings have no phase.
	Phase int

	// MaxPixels is the largest number of pixels of a picture, where 0 stands
	// for DefaultMaxPixels. It does not change any hash.
	MaxPixels int
}

var _ Hasher = PDQ{}

// Name returns "pdq-" and the scaling's name, followed by "@" and the phase
// where there is one: "pdq-canonical", "pdq-cpp", "pdq-canonical@-50".
func (p PDQ) Name() string {
	name := "pdq-" + p.Scaling.String()
	if p.Phase != 0 {
		name += "@" + strconv.Itoa(p.Phase)
	}
	return name
}

// ParsePDQ returns the hasher of a name that [PDQ.Name] gave. The error is a
// [*ParseError].
func ParsePDQ(name string) (PDQ, error) {
	fail := func(reason string) (PDQ, error) {
		return PDQ{}, &ParseError{What: "hasher", Text: name, Reason: reason}
	}
	rest, ok := strings.CutPrefix(name, "pdq-")
	if !ok {
		return fail("does not begin with pdq-")
	}
	scaling, phase, phased := strings.Cut(rest, "@")
	var p PDQ
	var err error
	if p.Scaling, err = ParseScaling(scaling); err != nil {
		return fail("scaling is not one of canonical, cpp, full")
	}
	if phased {
		digits, negative := strings.CutPrefix(phase, "-")
		n, ok := decimal.Parse(digits, math.MaxInt32)
		if p.Phase = int(n); negative {
			p.Phase = -p.Phase
		}
		if !ok || p.Phase == 0 {
			return fail("phase is not a number other than 0 in canonical form")
		}
	}
	if err := p.check(); err != nil {
		return fail(err.Field + " " + err.Reason)
	}
	return p, nil
}

// Bits returns 256.
func (p PDQ) Bits() int { return HashBits }

// Begin starts on a picture; see [Hasher]. Memory does not grow with the
// picture's area: for canonical and cpp scaling a lane takes some 100 KB and one
// row of 2 KB for each pixel that a padded view adds at the top, for full
// scaling width·height/32 bytes and the padding's rows at full width.
func (p PDQ) Begin(width, height int, views []View) (Sampler, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	limit := p.MaxPixels
	if limit == 0 {
		limit = DefaultMaxPixels
	}
	if width < 1 || height < 1 || width > MaxSide || height > MaxSide || int64(width)*int64(height) > int64(limit) {
		return nil, &SizeError{Width: width, Height: height, MaxPixels: limit}
	}
	if len(views) == 0 {
		views = []View{AsIs()}
	}
	if len(views) > MaxViews {
		return nil, &ViewError{View: views[MaxViews], Reason: "more than " + strconv.Itoa(MaxViews) + " views of one picture"}
	}
	for _, v := range views {
		if err := v.Check(); err != nil {
			return nil, err
		}
		if v.turns() && p.Scaling != ScalingCanonical {
			return nil, &ViewError{View: v, Reason: "is for canonical scaling only"}
		}
	}
	return newSampler(p, width, height, views), nil
}

// check returns what is wrong with the parameters, or nil.
func (p PDQ) check() *ConfigError {
	switch {
	case int(p.Scaling) >= len(scalingNames):
		return &ConfigError{Field: "Scaling", Reason: "is unknown"}
	case p.Phase != 0 && p.Scaling != ScalingCanonical:
		return &ConfigError{Field: "Phase", Reason: "is for canonical scaling only"}
	case p.Phase < -MaxPhase || p.Phase > MaxPhase:
		return &ConfigError{Field: "Phase", Reason: "is more than " + strconv.Itoa(MaxPhase) + " hundredths of a cell"}
	case p.MaxPixels < 0:
		return &ConfigError{Field: "MaxPixels", Reason: "is negative"}
	}
	return nil
}

// axes returns how a view of width×height is brought to the size that the box
// filters take.
func (p *PDQ) axes(width, height int) (x, y axis) {
	switch {
	case p.Scaling == ScalingCanonical:
		return triangleAxis(width, canonicalSide, p.Phase), triangleAxis(height, canonicalSide, p.Phase)
	case p.Scaling == ScalingCPP && (width > canonicalSide || height > canonicalSide):
		return nearestAxis(width, canonicalSide), nearestAxis(height, canonicalSide)
	}
	return nearestAxis(width, width), nearestAxis(height, height) // each pixel a cell
}
