package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/server/store"
)

func TestRedaction(t *testing.T) {
	secret := []byte("SECRET")
	for _, v := range []any{
		store.Evidence{Payload: secret}, &store.Evidence{Payload: secret}, []store.Evidence{{Payload: secret}},
		store.Tally{State: secret}, &store.Tally{State: secret}, []store.Tally{{State: secret}},
	} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			out := fmt.Sprintf(format, v)
			for _, leak := range []string{"SECRET", "83 69 67", "0x53, 0x45", "534543"} {
				if strings.Contains(out, leak) {
					t.Errorf("%s of a %T prints its secret: %s", format, v, out)
				}
			}
		}
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		store.Pending.String(): "pending", store.Closed.String(): "closed", store.Match.String(): "match", store.Invalid.String(): "invalid",
		store.State(4).String(): "unknown", store.State(-1).String(): "unknown",
		store.Readable.String(): "readable", store.Foreign.String(): "foreign", store.Damaged.String(): "damaged", store.Outcome(9).String(): "unknown",
		store.ID{0xab}.String(): "ab000000000000000000000000000000",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	err := &store.NewerError{Found: 3, Known: 2}
	if text := err.Error(); !strings.Contains(text, "3") || !strings.Contains(text, "up to 2") {
		t.Error(text)
	}
}
