package endorse

import (
	"bytes"
	"context"
	"slices"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/builder"
	"github.com/veilhash/veilhash/sdk/hashlist"
)

// An OwnList is a curator's list, as it recognises entries by it.
type OwnList struct {
	tokens [][]byte
	list   *hashlist.List
	token  func(hashlist.PDQ) []byte

	byTag []tagged // for one layer, by tag
}

type tagged struct {
	tag   blindset.Tag
	token int32
}

// NewOwnList is the list of a curator, and how its hashes become tokens under the manifest's scheme.
func NewOwnList(list *hashlist.List, token func(hashlist.PDQ) []byte) *OwnList {
	o := &OwnList{list: list, token: token}
	var last hashlist.PDQ
	for e := range list.All() {
		if len(o.tokens) > 0 && e.PDQ == last {
			continue
		}
		last = e.PDQ
		o.tokens = append(o.tokens, token(e.PDQ))
	}
	return o
}

// prepare computes the tags of the list's tokens within a layer.
func (o *OwnList) prepare(ctx context.Context, l *blindset.Layer, workers int) error {
	o.byTag = make([]tagged, len(o.tokens))
	err := builder.Parallel(ctx, workers, len(o.tokens), func(i int) error {
		o.byTag[i] = tagged{l.Tag(o.tokens[i]), int32(i)}
		return nil
	}, func(int) {})
	slices.SortFunc(o.byTag, func(a, b tagged) int { return bytes.Compare(a.tag[:], b.tag[:]) })
	return err
}

// find is the list's token with a tag; nil if it has none.
func (o *OwnList) find(tag blindset.Tag) []byte {
	i, ok := slices.BinarySearchFunc(o.byTag, tag, func(t tagged, want blindset.Tag) int { return bytes.Compare(t.tag[:], want[:]) })
	if !ok {
		return nil
	}
	return o.tokens[o.byTag[i].token]
}

// strangers are those of the hashes that are within no distance d of one of the list's.
func (o *OwnList) strangers(hashes []hashlist.PDQ, d int) (map[hashlist.PDQ]bool, error) {
	const shown = "\x00shown" // no file's name
	c := hashlist.NewCollector(shown)
	for _, h := range hashes {
		if err := c.Add(hashlist.Record{Op: hashlist.OpAdd, Entry: hashlist.Entry{PDQ: h}}); err != nil {
			return nil, err
		}
	}
	union, err := hashlist.Merge(o.list, c.List())
	if err != nil {
		return nil, err
	}
	r, err := union.Recognise(hashlist.Rule{Require: 2, Distance: d})
	if err != nil {
		return nil, err
	}
	known := make(map[hashlist.PDQ]bool)
	for i := range r.All() {
		known[union.Hash(i)] = true
	}
	out := make(map[hashlist.PDQ]bool)
	for _, h := range hashes {
		if !known[h] {
			out[h] = true
		}
	}
	return out, nil
}
