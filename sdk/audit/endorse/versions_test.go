package endorse

import (
	"bytes"
	"testing"

	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
)

func FuzzParseVersions(f *testing.F) {
	k, err := newKey("a.example", entropy.Reproducible("key"))
	if err != nil {
		f.Fatal(err)
	}
	text := AppendVersions(nil, k.Vouch([][2]hashlist.PDQ{{pdq(1), pdq(2)}, {pdq(3), pdq(2)}}))
	f.Add(text)
	f.Add(text[:90])
	f.Add([]byte(versionsHeader + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := ParseVersions(b); err != nil {
			typed(t, err)
		} else if !bytes.Equal(AppendVersions(nil, v), b) {
			t.Error("accepted a text that is not canonical")
		}
	})
}
