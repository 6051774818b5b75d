package group

// Table holds multiples of one element, for many multiplications of it. Making
// one costs as much as a few multiplications, and each with it is two to six
// times as fast: it pays off from about five of them on. It takes some 40 KiB.
//
// A Table is safe for concurrent use.
type Table struct {
	t *pointTable
}

// NewTable computes the table of p, which is copied.
func NewTable(p *Element) *Table {
	return &Table{t: newPointTable(&p.p)}
}

// ScalarMult sets e = s·p, where p is the element of the table, and returns e.
// It is constant time.
func (t *Table) ScalarMult(e *Element, s *Scalar) *Element {
	tableScalarMult(&e.p, t.t, &s.s)
	return e
}
