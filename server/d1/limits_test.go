package d1

import (
	"errors"
	"strings"
	"testing"
)

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		args  []any
		want  string
	}{
		"fits":           {"SELECT 1", []any{make([]byte, maxRow-9-3), "abc", 7}, ""},
		"row":            {"SELECT 1", []any{make([]byte, maxRow-9-2), "abc", 7}, "row"},
		"text":           {"SELECT 1", []any{strings.Repeat("x", maxRow+1)}, "row"},
		"parameters fit": {"SELECT 1", make([]any, maxParameters), ""},
		"parameters":     {"SELECT 1", make([]any, maxParameters+1), "parameters"},
		"statement fits": {strings.Repeat(" ", maxStatement), nil, ""},
		"statement":      {strings.Repeat(" ", maxStatement+1), nil, "statement"},
	} {
		err := check(c.query, c.args)
		var e *LimitError
		if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &e) || e.What != c.want || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlace(t *testing.T) {
	if got := place("vouchers", "ab", make([]byte, MaxInline)); got != "" {
		t.Errorf("what fits goes to %q", got)
	}
	long, other := make([]byte, MaxInline+1), make([]byte, MaxInline+1)
	other[0] = 1
	a, b := place("vouchers", "ab", long), place("vouchers", "ab", other)
	if a == b || !strings.HasPrefix(a, "vouchers/ab/") || len(a) != len("vouchers/ab/")+64 {
		t.Errorf("places %q and %q", a, b)
	}
}
