package redact_test

import (
	"regexp"
	"testing"

	"github.com/veilhash/veilhash/server/internal/redact"
	"github.com/veilhash/veilhash/server/store"
)

func TestAccount(t *testing.T) {
	seen := make(map[string]store.Account)
	for _, a := range []store.Account{{}, {Name: "ann"}, {App: "ann"}, {App: "a", Name: "nn"}, {App: `a"`, Name: "nn"}, {App: "a", Name: `"nn`}} {
		tag := redact.Account(a)
		if !regexp.MustCompile(`^[0-9a-f]{8}$`).MatchString(tag) {
			t.Errorf("tag %q", tag)
		}
		if b, dup := seen[tag]; dup {
			t.Errorf("%v and %v have one tag", a, b)
		}
		seen[tag] = a
		if redact.Account(a) != tag {
			t.Error("a tag that changes")
		}
	}
}
