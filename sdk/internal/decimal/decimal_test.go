package decimal_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/veilhash/veilhash/sdk/internal/decimal"
)

// want is Parse by the standard library.
func want(s string, max uint64) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != s || n > max {
		return 0, false
	}
	return n, true
}

func check(t *testing.T, s string, max uint64) {
	t.Helper()
	n, ok := decimal.Parse(s, max)
	if wn, wok := want(s, max); n != wn && ok || ok != wok {
		t.Errorf("Parse(%q, %d) = %d, %v; want %d, %v", s, max, n, ok, wn, wok)
	}
}

var seeds = []string{
	"", "0", "00", "1", "9", "10", "01", "+1", "-1", " 1", "1 ", "1e3", "0x1", "1_0", "a", "/", ":", "٣", "255", "256",
	"18446744073709551615", "18446744073709551616", "18446744073709551609", "99999999999999999999", "184467440737095516150",
}

func TestAgainstStandardLibrary(t *testing.T) {
	for _, s := range seeds {
		for _, max := range []uint64{0, 1, 9, 10, 255, math.MaxUint32, math.MaxUint64 - 1, math.MaxUint64} {
			check(t, s, max)
		}
	}
	for max := range uint64(120) {
		for n := range uint64(130) {
			check(t, strconv.FormatUint(n, 10), max)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, uint64(math.MaxUint64))
		f.Add(s, uint64(100))
	}
	f.Fuzz(check)
}
