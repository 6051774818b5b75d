package blindset

import "github.com/veilhash/veilhash/sdk/group"

// A Ref names a block of a set.
type Ref struct {
	Layer, Shard, Block int
}

// A CellRef names a cell of a set.
type CellRef struct {
	Layer, Shard, Cell int
}

// Block is the block that the cell lies in.
func (c CellRef) Block() Ref { return Ref{c.Layer, c.Shard, c.Cell / BlockCells} }

// In returns the cell's 32 bytes out of its block, which has been checked.
func (c CellRef) In(block []byte) []byte {
	start := c.Cell % BlockCells * CellSize
	return block[start : start+CellSize]
}

// Lookup is the sum of three encoded cells (docs/protocol.md, section 3.3). The error is ErrLookup if a cell is
// no canonical encoding of an element other than the identity, or if the sum is the identity.
func Lookup(cells [3][]byte) (*group.Element, error) {
	sum, cell := group.NewElement(), group.NewElement()
	for _, b := range cells {
		if err := cell.SetCanonicalBytes(b); err != nil {
			return nil, ErrLookup
		}
		sum.Add(sum, cell)
	}
	if sum.IsIdentity() {
		return nil, ErrLookup
	}
	return sum, nil
}

// CheckCells checks that every cell of a block is a canonical encoding of an element other than the identity. The error wraps
// group.ErrEncoding or group.ErrIdentity.
func CheckCells(block []byte) error {
	e := group.NewElement()
	for ; len(block) >= CellSize; block = block[CellSize:] {
		if err := e.SetCanonicalBytes(block[:CellSize]); err != nil {
			return err
		}
	}
	return nil
}
