package endorse

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"iter"
	"math/bits"
	"slices"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/hashlist"
)

// A SignedVariant is the hash of a version of a picture, with its owner's word for that.
type SignedVariant struct {
	Version, Parent hashlist.PDQ
	Signature       [ed25519.SignatureSize]byte
}

// A CuratorList is what a curator gave the operator.
type CuratorList struct {
	List     *hashlist.List  // those of Variants among them
	Variants []SignedVariant // the curator is their owner
}

// Listing is what the curators' lists make by a manifest's rule of recognition.
type Listing struct {
	Recognition *hashlist.Recognition // without what versions add
	Tokens      int                   // that are recognised by enough curators

	curators  []blindset.Curator
	require   int
	union     *hashlist.Set
	hashes    []hashlist.PDQ
	tokens    [][]byte
	order     []int32 // the union's hashes by token
	known     []uint64
	owners    []uint64
	byVersion map[int32][]version
}

type version struct {
	SignedVariant
	owner  int
	parent uint64 // bits of the curators who recognise the parent
}

// NewListing compares the curators' lists, which are in the manifest's order, by its rule. token is the manifest's scheme. Errors wrap hashlist.ErrConfig or are Refusals.
func NewListing(m *blindset.Manifest, lists []CuratorList, token func(hashlist.PDQ) []byte, progress func(done, total int)) (*Listing, error) {
	if len(lists) != len(m.Curators) {
		return nil, refuse(ErrCurators, "as many lists are needed as there are curators")
	}
	distance, variants, _ := blindset.ParseRecognition(m.Recognition)
	var all []*hashlist.List
	for _, l := range lists {
		all = append(all, l.List)
	}
	union, err := hashlist.Merge(all...)
	if err != nil {
		return nil, err
	}
	l := &Listing{curators: m.Curators, require: m.Require, union: union, byVersion: make(map[int32][]version)}
	for _, h := range union.Hashes() {
		l.hashes = append(l.hashes, h)
		l.tokens = append(l.tokens, token(h))
	}
	l.Recognition, err = union.Recognise(hashlist.Rule{
		Require: m.Require, Distance: distance, Progress: progress,
		Token: func(h hashlist.PDQ) string { return string(token(h)) },
	})
	if err != nil {
		return nil, err
	}
	l.known, l.owners = make([]uint64, union.Len()), make([]uint64, union.Len())
	for i := range l.known {
		for k := range lists {
			if l.Recognition.By(i, k) {
				l.known[i] |= 1 << k
			}
		}
	}
	l.own(lists)
	for k, list := range lists {
		for _, v := range list.Variants {
			if !variants {
				return nil, refuse(ErrClaim, "the manifest's rule has no versions")
			}
			if err := l.addVersion(k, v); err != nil {
				return nil, err
			}
		}
	}
	l.order = make([]int32, len(l.hashes))
	for i := range l.order {
		l.order[i] = int32(i)
	}
	slices.SortFunc(l.order, func(a, b int32) int { return bytes.Compare(l.tokens[a], l.tokens[b]) })
	for range l.groups() {
		l.Tokens++
	}
	return l, nil
}

// own notes which curators have which hash themselves.
func (l *Listing) own(lists []CuratorList) {
	for k, list := range lists {
		for e := range list.List.All() {
			if i, ok := l.find(e.PDQ); ok {
				l.owners[i] |= 1 << k
			}
		}
	}
}

func (l *Listing) find(h hashlist.PDQ) (int, bool) {
	return slices.BinarySearchFunc(l.hashes, h, func(a, b hashlist.PDQ) int { return a.Compare(b) })
}

// addVersion notes that those who recognise a picture recognise a version of it, for which its owner vouches.
func (l *Listing) addVersion(owner int, v SignedVariant) error {
	c := l.curators[owner]
	if !ed25519.Verify(c.Key[:], variantMessage(v.Version, v.Parent), v.Signature[:]) {
		return refuse(ErrSignature, "a version that "+c.Name+" is said to vouch for")
	}
	i, ok := l.find(v.Version)
	parent, okParent := l.find(v.Parent)
	if !ok || !okParent || l.owners[i]>>owner&1 == 0 || l.owners[parent]>>owner&1 == 0 {
		return refuse(ErrClaim, fmt.Sprintf("a version that %s vouches for, or its original, is not on its list", c.Name))
	}
	x := version{v, owner, l.knownWithout(parent)}
	l.known[i] |= x.parent
	l.byVersion[int32(i)] = append(l.byVersion[int32(i)], x)
	return nil
}

// knownWithout is who recognises a hash by the rule without versions: versions of versions do not count.
func (l *Listing) knownWithout(i int) (mask uint64) {
	for k := range l.curators {
		if l.Recognition.By(i, k) {
			mask |= 1 << k
		}
	}
	return mask
}

// groups are the hashes with one token, for each token of which at least one is recognised by enough curators.
func (l *Listing) groups() iter.Seq[[]int32] {
	return func(yield func([]int32) bool) {
		for from := 0; from < len(l.order); {
			to, enough := from, false
			for to < len(l.order) && bytes.Equal(l.tokens[l.order[to]], l.tokens[l.order[from]]) {
				enough = enough || bits.OnesCount64(l.known[l.order[to]]) >= l.require
				to++
			}
			if enough && !yield(l.order[from:to]) {
				return
			}
			from = to
		}
	}
}

// All are the entries, with who recognises each and why.
func (l *Listing) All() iter.Seq2[Listed, error] {
	return func(yield func(Listed, error) bool) {
		for group := range l.groups() {
			if !yield(l.listed(group), nil) {
				return
			}
		}
	}
}

func (l *Listing) listed(group []int32) Listed {
	e := Listed{Token: l.tokens[group[0]]}
	for _, i := range group {
		e.Own |= l.owners[i]
	}
	for k := range l.curators {
		if e.Own>>k&1 == 1 {
			continue
		}
		if claim, ok := l.claim(group, k); ok {
			e.Others = append(e.Others, Recognised{k, claim})
		}
	}
	return e
}

// claim is why a curator who does not have the token recognises it. Only hashes that enough curators recognise are shown to it.
func (l *Listing) claim(group []int32, k int) (c Claim, ok bool) {
	for _, i := range group {
		if bits.OnesCount64(l.known[i]) < l.require {
			continue
		}
		if l.Recognition.By(int(i), k) {
			return Claim{Kind: Near, Hash: l.hashes[i]}, true
		}
		for _, v := range l.byVersion[i] {
			if v.parent>>k&1 == 1 && v.owner != k {
				return Claim{Kind: Variant, Hash: v.Version, Parent: v.Parent, Owner: uint8(v.owner), Signature: v.Signature}, true
			}
		}
	}
	return c, false
}
