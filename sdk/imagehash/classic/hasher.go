package classic

import (
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/imagehash"
)

// Kind is one of goimagehash's hashes.
type Kind uint8

const (
	PHash Kind = iota // signs of low frequencies against their median
	DHash             // differences of neighbours
	AHash             // brightness against the mean
)

var kindNames = [...]string{"phash", "dhash", "ahash"}

// String returns "phash", "dhash" or "ahash".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Hasher is one of goimagehash's hashes of one size. It is an [imagehash.Hasher]; it may be used by any number of goroutines. The zero value is
// pHash of 64 bits.
type Hasher struct {
	Kind Kind
	Size Size

	// MaxPixels is the largest number of pixels of a picture, where 0 stands
	// for imagehash.DefaultMaxPixels. It does not change any hash.
	MaxPixels int
}

// Size is the length of a hash.
type Size uint8

const (
	Size64  Size = iota // 8×8
	Size256             // 16×16
)

// side is n, the square root of the number of bits.
func (s Size) side() int {
	if s == Size256 {
		return 16
	}
	return 8
}

var _ imagehash.Hasher = Hasher{}

// All lists the hashers.
func All() []Hasher {
	var all []Hasher
	for k := range kindNames {
		all = append(all, Hasher{Kind: Kind(k), Size: Size64}, Hasher{Kind: Kind(k), Size: Size256})
	}
	return all
}

// Name returns the kind and the number of bits, as in "phash-64".
func (h Hasher) Name() string { return h.Kind.String() + "-" + strconv.Itoa(h.Bits()) }

// Bits returns 64 or 256.
func (h Hasher) Bits() int { n := h.Size.side(); return n * n }

// ParseName returns the hasher of a name that [Hasher.Name] gave. The error is an [*imagehash.ParseError].
func ParseName(name string) (Hasher, error) {
	for _, h := range All() {
		if h.Name() == name {
			return h, nil
		}
	}
	return Hasher{}, &imagehash.ParseError{What: "hasher", Text: name, Reason: "not one of " + names()}
}

func names() string {
	var all []string
	for _, h := range All() {
		all = append(all, h.Name())
	}
	return strings.Join(all, ", ")
}

// Parse returns the hasher of a name: PDQ's, or one of this package. The error is an [*imagehash.ParseError].
func Parse(name string) (imagehash.Hasher, error) {
	if strings.HasPrefix(name, "pdq") {
		return imagehash.ParsePDQ(name)
	}
	h, err := ParseName(name)
	if err != nil {
		return nil, &imagehash.ParseError{What: "hasher", Text: name, Reason: "not one of pdq-canonical, pdq-cpp, pdq-full, " + names()}
	}
	return h, nil
}

// Begin starts on a picture; see [imagehash.Hasher]. A view takes at most 800 KB beside what PDQ takes for it.
func (h Hasher) Begin(width, height int, views []imagehash.View) (imagehash.Sampler, error) {
	if int(h.Kind) >= len(kindNames) {
		return nil, &imagehash.ConfigError{Field: "Kind", Reason: "is unknown"}
	}
	if h.Size > Size256 {
		return nil, &imagehash.ConfigError{Field: "Size", Reason: "is unknown"}
	}
	if len(views) == 0 {
		views = []imagehash.View{imagehash.AsIs()}
	}
	for _, v := range views {
		if v.Op == imagehash.OpLeft || v.Op == imagehash.OpRight {
			return nil, &imagehash.ViewError{View: v, Reason: "is for canonical scaling of PDQ only"}
		}
	}
	// PDQ checks the size and the views, and gives the quality and the grey picture.
	pdq, err := imagehash.PDQ{MaxPixels: h.MaxPixels}.Begin(width, height, views)
	if err != nil {
		return nil, err
	}
	return newSampler(h, pdq, width, height, views), nil
}
