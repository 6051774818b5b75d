package hashlist

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
)

// What is written is read again, in every format and encoding.
func TestRoundTrip(t *testing.T) {
	const rounds, records = 20, 50
	for _, w := range writers {
		t.Run(w.format.String(), func(t *testing.T) {
			for round := range rounds {
				rng := rand.New(rand.NewPCG(uint64(round), 1))
				var in, want []Record
				for range rng.IntN(records) + 1 {
					r := randomRecord(rng)
					in = append(in, r)
					r.Entry.Source = "test"
					r = w.fit(r)
					r.Entry.Source = "test"
					want = append(want, r)
				}
				text := w.write(in)
				for name, enc := range map[string]string{
					"utf-8": text, "bom": "\ufeff" + text, "crlf": strings.ReplaceAll(text, "\n", "\r\n"),
					"utf-16le": encodeUTF16(text, false), "utf-16be": encodeUTF16(text, true),
				} {
					got, sum, err := readString(enc, Config{})
					if err != nil {
						t.Fatalf("round %d, %s: %v\n%s", round, name, err, text)
					}
					if len(got) != len(want) || sum.Records != len(want) {
						t.Fatalf("round %d, %s: %d records, want %d", round, name, len(got), len(want))
					}
					for i := range got {
						if got[i] != want[i] {
							t.Fatalf("round %d, %s, record %d:\n got %+v\nwant %+v", round, name, i, got[i], want[i])
						}
					}
				}
			}
		})
	}
}

// A file that is cut anywhere is never taken for a whole one, unless it is cut
// between lines, and never yields a record that the whole does not have.
func TestCutAnywhere(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	var in []Record
	for range 4 {
		in = append(in, randomRecord(rng))
	}
	for _, w := range writers {
		text := strings.TrimRight(w.write(in), " \n")
		whole, _, err := readString(text, Config{Format: w.format})
		if err != nil {
			t.Fatal(err)
		}
		for cut := range len(text) {
			got, _, err := readString(text[:cut], Config{Format: w.format})
			if len(got) > len(whole) {
				t.Fatalf("%v cut at %d: %d records of %d", w.format, cut, len(got), len(whole))
			}
			lines := w.format == FormatPlain || w.format == FormatCSV
			for i := range got {
				// A line of CSV that is cut in its last column is still a line.
				if got[i] != whole[i] && !(lines && i == len(got)-1) {
					t.Errorf("%v cut at %d: record %d differs", w.format, cut, i)
				}
			}
			if err == nil && !lines {
				t.Errorf("%v cut at %d of %d: no error", w.format, cut, len(text))
			}
		}
	}
}

func encodeUTF16(s string, bigEndian bool) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		if bigEndian {
			u = u<<8 | u>>8
		}
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

// One broken record among many costs itself only.
func TestLenientKeepsTheRest(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, w := range writers {
		var in []Record
		for range 40 {
			r := randomRecord(rng)
			r.Op = OpAdd
			in = append(in, r)
		}
		text := w.write(in)
		broken := map[int]bool{}
		for range 7 {
			k := rng.IntN(len(in))
			broken[k] = true
		}
		for k := range broken {
			digits := in[k].Entry.PDQ.String()
			if w.format == FormatStopNCII {
				digits = strings.ToUpper(digits)
			}
			if strings.Count(text, digits) != 1 {
				t.Fatal("hash not found")
			}
			text = strings.Replace(text, digits, "z"+digits[1:], 1)
		}
		var seen []string
		got, sum, err := readString(text, Config{Mode: Lenient, OnBroken: func(e *SyntaxError) { seen = append(seen, e.Error()) }})
		if err != nil {
			t.Fatal(err)
		}
		if sum.Broken[FaultHex] != len(broken) || len(seen) != len(broken) || len(got) != len(in)-len(broken) {
			t.Errorf("%v: broken %v, %d reported, %d read, want %d broken", w.format, sum.Broken, len(seen), len(got), len(broken))
		}
		next := 0
		for k, r := range in {
			if broken[k] {
				continue
			}
			if got[next].Entry.PDQ != r.Entry.PDQ {
				t.Fatalf("%v: record %d lost or out of order", w.format, k)
			}
			next++
		}
	}
}

// The summary keeps the first errors and counts the rest.
func TestManyErrors(t *testing.T) {
	const n = 5 * MaxErrors
	text := strings.Repeat("not a hash\n", n)
	_, sum, err := readString(text, Config{Format: FormatPlain, Mode: Lenient})
	if err != nil {
		t.Fatal(err)
	}
	if sum.BrokenTotal() != n || len(sum.Errors) != MaxErrors {
		t.Errorf("%d broken, %d kept", sum.BrokenTotal(), len(sum.Errors))
	}
	if s := sum.String(); !strings.Contains(s, fmt.Sprintf("and %d more", n-MaxErrors)) {
		t.Errorf("summary %s", s)
	}
}
