package lookup

import "github.com/veilhash/veilhash/sdk/blindset"

// A Source is where the set's files can be read from, as blindset/setdir does from a directory. It need not check what it hands out.
type Source interface {
	// Leaves are the block digests that a shard's file begins with.
	Leaves(layer, shard int) ([]byte, error)

	// Block is one block of cells.
	Block(ref blindset.Ref) ([]byte, error)
}

// A Table holds the cells of the set that some probes need, from verified blocks.
type Table struct {
	manifest *blindset.Manifest
	places   [][]blindset.Place // by layer and probe
	leaves   map[[2]int]*blindset.Leaves
	cells    map[blindset.CellRef][]byte
	needed   []blindset.Ref
	wanted   map[blindset.Ref][]blindset.CellRef
}

// NewTable prepares to look tokens up in every layer of a set.
func NewTable(m *blindset.Manifest, tokens [][]byte) *Table {
	t := &Table{
		manifest: m, places: make([][]blindset.Place, len(m.Layers)), leaves: make(map[[2]int]*blindset.Leaves),
		cells: make(map[blindset.CellRef][]byte), wanted: make(map[blindset.Ref][]blindset.CellRef),
	}
	for k := range m.Layers {
		t.places[k] = make([]blindset.Place, len(tokens))
		for j, token := range tokens {
			t.places[k][j] = m.Layers[k].Locate(token)
			for _, cell := range cellsOf(k, t.places[k][j]) {
				ref := cell.Block()
				if t.wanted[ref] == nil {
					t.needed = append(t.needed, ref)
				}
				t.wanted[ref] = append(t.wanted[ref], cell)
			}
		}
	}
	return t
}

// Needed are the blocks that are needed, each once.
func (t *Table) Needed() []blindset.Ref { return t.needed }

func cellsOf(layer int, p blindset.Place) (refs [3]blindset.CellRef) {
	for i, c := range p.Cells {
		refs[i] = blindset.CellRef{Layer: layer, Shard: p.Shard, Cell: c}
	}
	return refs
}

// Leaves takes a shard's block digests and checks them. Errors are ErrRef, blindset.ErrLength and blindset.ErrLeaves.
func (t *Table) Leaves(layer, shard int, leaves []byte) error {
	if layer < 0 || layer >= len(t.manifest.Layers) || shard < 0 || shard >= len(t.manifest.Layers[layer].Shards) {
		return ErrRef
	}
	l, err := t.manifest.Layers[layer].NewLeaves(shard, leaves)
	if err != nil {
		return err
	}
	t.leaves[[2]int{layer, shard}] = l
	return nil
}

// Provide takes a block and checks it. Errors are ErrRef, blindset.ErrLength and blindset.ErrBlock.
func (t *Table) Provide(ref blindset.Ref, block []byte) error {
	l := t.leaves[[2]int{ref.Layer, ref.Shard}]
	if l == nil {
		return ErrRef
	}
	if err := l.CheckBlock(ref.Block, block); err != nil {
		return err
	}
	for _, cell := range t.wanted[ref] {
		t.cells[cell] = append([]byte(nil), cell.In(block)...)
	}
	return nil
}

// Fill reads all that is needed from a source.
func (t *Table) Fill(src Source) error {
	for _, ref := range t.needed {
		if t.leaves[[2]int{ref.Layer, ref.Shard}] == nil {
			leaves, err := src.Leaves(ref.Layer, ref.Shard)
			if err != nil {
				return err
			}
			if err := t.Leaves(ref.Layer, ref.Shard, leaves); err != nil {
				return err
			}
		}
		block, err := src.Block(ref)
		if err != nil {
			return err
		}
		if err := t.Provide(ref, block); err != nil {
			return err
		}
	}
	return nil
}

// Lookup is what the set holds for a probe in a layer, encoded. The error is ErrUnread, or blindset.ErrLookup for cells that are no group elements: such a set
// is broken, and nothing is proved about it.
func (t *Table) Lookup(layer, probe int) ([]byte, error) {
	var cells [3][]byte
	for i, ref := range cellsOf(layer, t.places[layer][probe]) {
		if cells[i] = t.cells[ref]; cells[i] == nil {
			return nil, ErrUnread
		}
	}
	sum, err := blindset.Lookup(cells)
	if err != nil {
		return nil, err
	}
	return sum.Bytes(), nil
}
