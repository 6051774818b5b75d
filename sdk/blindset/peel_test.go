package blindset

import (
	"testing"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

func smallLayout() Layout {
	l := Layout{Capacity: 1024, Shards: 1, ShardCapacity: 1024}
	l.Segments, l.SegmentLength = segments(1024)
	return l
}

func randomElement(t testing.TB, src entropy.Source) group.Element {
	e, err := group.RandomElement(src)
	if err != nil {
		t.Fatal(err)
	}
	return *e
}

func TestSolve(t *testing.T) {
	l := smallLayout()
	src := entropy.Reproducible("solve")
	const n = 300
	cells, values := make([][3]int, n), make([]group.Element, n)
	for i := range cells {
		var e [64]byte
		src.Read(e[:])
		cells[i] = l.spread(e)
		values[i] = randomElement(t, src)
	}
	order, ok := l.Peel(cells)
	if !ok {
		t.Fatal("did not peel at a third of the capacity")
	}
	table := make([]group.Element, l.Cells())
	for p := range table {
		table[p] = randomElement(t, src)
	}
	if !Solve(table, order, cells, values) {
		t.Fatal("not solved")
	}
	for i, c := range cells {
		sum := group.NewElement().Add(&table[c[0]], &table[c[1]])
		if sum.Add(sum, &table[c[2]]); !sum.Equal(&values[i]) {
			t.Fatalf("entry %d: the cells do not sum to its value", i)
		}
	}
}

// Two entries in the same three cells can never be solved; Peel must say so and end.
func TestPeelRefusesTwins(t *testing.T) {
	l := smallLayout()
	s := l.SegmentLength
	cells := [][3]int{{1, s + 1, 2*s + 1}, {5, s + 5, 2*s + 5}, {1, s + 1, 2*s + 1}}
	order, ok := l.Peel(cells)
	if ok || len(order) != 1 {
		t.Errorf("peeled %d of 3, ok = %v", len(order), ok)
	}
}

// A value that makes a cell the identity must be noticed.
func TestSolveRefusesIdentity(t *testing.T) {
	l := smallLayout()
	s := l.SegmentLength
	cells := [][3]int{{0, s, 2 * s}}
	table := make([]group.Element, l.Cells())
	for p := range table {
		table[p] = randomElement(t, entropy.Source{})
	}
	order, _ := l.Peel(cells)
	pivot := int(order[0].Cell)
	var value group.Element = *group.NewElement()
	for _, p := range cells[0] {
		if p != pivot {
			value.Add(&value, &table[p])
		}
	}
	if Solve(table, order, cells, []group.Element{value}) {
		t.Error("an identity cell was accepted")
	}
}
