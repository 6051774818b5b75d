package threshold

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// TestStateRoundTrip: at every step of random histories, a restored detector
// has the same bytes and gives the same answers from then on.
func TestStateRoundTrip(t *testing.T) {
	r := seeded(t)
	outcomes := make(map[Outcome]int)
	for range trials(t, 100) {
		T, w := 1+r.IntN(6), r.IntN(7)
		var twin *Detector
		randomHistory(t, r, T, w, 40, func(d *Detector, s Share) {
			if twin == nil {
				twin, _ = NewDetector(d.config)
			}
			a, b := mustAdd(t, d, s), mustAdd(t, twin, s)
			outcomes[a.Outcome]++
			if a.Outcome != b.Outcome || len(a.True) != len(b.True) || len(a.Foreign) != len(b.Foreign) {
				t.Fatalf("%v, restored %v", a, b)
			}
			state, err := d.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if twin, err = RestoreDetector(d.config, state); err != nil {
				t.Fatal(err)
			}
			again, _ := twin.MarshalBinary()
			if !bytes.Equal(state, again) || twin.Points() != d.Points() {
				t.Fatal("a restored detector has another state")
			}
		})
	}
	for o := Counted; o <= Foreign; o++ {
		if outcomes[o] == 0 {
			t.Errorf("no history has the outcome %v", o)
		}
	}
}

// closedState and openState are states of small detectors, and config fits them.
func stateSamples(t testing.TB) (config Config, closed, open []byte) {
	d := mustDealer(t, testAccount("state"), Params{Threshold: 2, Synthetic: 1})
	det := newDetector(t, 2, 1, d.PayloadKey())
	s := d.Share(picture(0))
	mustAdd(t, det, s)
	mustAdd(t, det, Share{x: s.x, y: make([]element, 5)}) // a conflict
	mustAdd(t, det, d.Share(picture(1)))
	closed, _ = det.MarshalBinary()
	for i := range 2 {
		mustAdd(t, det, d.Share(picture(2+i)))
	}
	if open, _ = det.MarshalBinary(); open[stateHeaderSize-1] != stateOpen {
		t.Fatal("the sample did not open")
	}
	return det.config, closed, open
}

func TestRestoreErrors(t *testing.T) {
	config, closed, open := stateSamples(t)
	const entry = 1 + 32 + 8*6
	change := func(state []byte, f func(b []byte) []byte) []byte { return f(bytes.Clone(state)) }
	put := func(at int, v uint64) func([]byte) []byte {
		return func(b []byte) []byte {
			binary.BigEndian.PutUint64(b[at:], v)
			return b
		}
	}
	set := func(at int, v byte) func([]byte) []byte {
		return func(b []byte) []byte { b[at] = v; return b }
	}
	const first = stateHeaderSize
	for name, c := range map[string]struct {
		state []byte
		want  error
	}{
		"empty":                   {nil, ErrState},
		"header cut":              {closed[:first-1], ErrState},
		"version 1":               {change(closed, set(0, 1)), ErrState},
		"other T":                 {change(closed, set(4, 3)), ErrStateParams},
		"other w":                 {change(closed, set(8, 2)), ErrStateParams},
		"unknown kind":            {change(closed, set(9, 2)), ErrState},
		"closed, called open":     {change(closed, set(9, 1)), ErrState},
		"open, called closed":     {change(open, set(9, 0)), ErrState},
		"closed cut":              {closed[:len(closed)-1], ErrState},
		"closed extended":         {append(bytes.Clone(closed), 0), ErrState},
		"open cut":                {open[:len(open)-8], ErrState},
		"open extended":           {append(bytes.Clone(open), make([]byte, 8)...), ErrState},
		"open, coefficient p":     {change(open, put(first+16, modulus)), ErrState},
		"conflict flag 2":         {change(closed, set(first, 2)), ErrState},
		"conflict with values":    {change(closed, put(first+entry-8, 1)), ErrState},
		"x = 0":                   {change(closed, put(first+33, 0)), ErrState},
		"x = p":                   {change(closed, put(first+33, modulus)), ErrState},
		"value p":                 {change(closed, put(first+2*entry-8, modulus)), ErrState},
		"one x twice":             {append(bytes.Clone(closed), closed[first:first+entry]...), ErrState},
		"more points than T+1+w":  {append(bytes.Clone(closed[:first]), manyPoints(5)...), ErrState},
		"a gigabyte is not asked": {append(bytes.Clone(closed[:first]), make([]byte, 1<<20)...), ErrState},
	} {
		if _, err := RestoreDetector(config, c.state); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	full := append(bytes.Clone(closed[:first]), manyPoints(4)...)
	if _, err := RestoreDetector(config, full); err != nil {
		t.Errorf("T+1+w points: %v", err)
	}
	if _, err := RestoreDetector(Config{Threshold: 2, Synthetic: 1}, closed); !errors.Is(err, ErrCheck) {
		t.Errorf("no check: %v, want ErrCheck", err)
	}
}

// manyPoints returns n entries of a closed state for m = 5.
func manyPoints(n int) []byte {
	var b []byte
	for i := range n {
		b = append(b, 0)
		b = append(b, make([]byte, 32)...)
		b = Share{x: element(i + 1), y: make([]element, 5)}.append(b)
	}
	return b
}

// FuzzRestoreDetector: any bytes give a typed error or a detector that has
// these bytes for its state, and takes matches without a panic.
func FuzzRestoreDetector(f *testing.F) {
	config, closed, open := stateSamples(f)
	for _, s := range [][]byte{nil, closed, open, closed[:stateHeaderSize], open[:stateHeaderSize],
		append(bytes.Clone(closed[:stateHeaderSize]), manyPoints(4)...)} {
		f.Add(s)
	}
	r := seeded(f)
	shares := []Share{garbage(r, 5), garbage(r, 5), {x: 1, y: make([]element, 5)}, {x: 1, y: []element{1, 2, 3, 4, 5}}}
	f.Fuzz(func(t *testing.T, state []byte) {
		d, err := RestoreDetector(config, state)
		if err != nil {
			if !errors.Is(err, ErrState) && !errors.Is(err, ErrStateParams) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		again, _ := d.MarshalBinary()
		if !bytes.Equal(again, state) {
			t.Fatal("accepted a state that is not canonical")
		}
		for _, s := range shares {
			mustAdd(t, d, s)
		}
		if len(d.window) > d.capacity() {
			t.Fatal("more points than T+1+w")
		}
	})
}
