package evaluate

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

// Which pairs are shown depends on the pairs alone, not on the order in which workers bring them.
func TestMostAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var all []Collision
		for a := range 8 {
			for b := range 8 {
				if a != b && r.IntN(2) == 0 {
					all = append(all, Collision{A: fmt.Sprint(a), B: fmt.Sprint(b), Matches: 1 + r.IntN(5), Distance: r.IntN(3)})
				}
			}
		}
		want := mostAlike(append([]Collision(nil), all...))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var got []Collision
		for _, c := range all {
			got = mostAlike(append(got, c))
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("one by one %v, together %v", got, want)
		}
		for i, c := range got {
			for _, o := range got[:i] {
				if c.same(o) || o.Matches < c.Matches {
					t.Fatalf("%v after %v", c, o)
				}
			}
		}
		if len(all) > 40 && len(got) != shownAlike {
			t.Fatalf("%d shown", len(got))
		}
	}
}

// Pairs at the longest length that has any are the ones shown, and a scheme's own length comes first of all.
func TestColliding(t *testing.T) {
	m := &schemeMethod{cfg: SchemeConfig{Name: "mine"}, bits: 48}
	a := &analyser{cfg: Analysis{Schemes: []SchemeConfig{m.cfg}}, methods: []Method{m}, counters: map[int][]*fitCounter{0: {{bits: 12}, {bits: 16}}}}
	pair := func(name string) []Collision { return []Collision{{A: name, B: "b", Matches: 1}} }
	for _, c := range []struct {
		alike [][]Collision
		bits  int
		a     string
	}{
		{[][]Collision{pair("x"), pair("y"), nil}, 16, "y"},
		{[][]Collision{pair("x"), nil, nil}, 12, "x"},
		{[][]Collision{pair("x"), pair("y"), pair("z")}, 48, "z"},
		{[][]Collision{nil, nil, nil}, 0, ""},
	} {
		a.alike = map[int][][]Collision{0: c.alike}
		got := a.colliding()
		if c.bits == 0 && len(got) == 0 {
			continue
		}
		if len(got) != 1 || got[0].Bits != c.bits || got[0].Own != 48 || got[0].Method != "mine" || got[0].Pairs[0].A != c.a {
			t.Errorf("%+v, want %s at %d bits", got, c.a, c.bits)
		}
	}
}
