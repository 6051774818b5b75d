package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/threshold"
)

func (b *boundary) call(f func(a, b int32) int32, first, second string) (string, int32) {
	copy(b.Room(int32(len(first)+len(second))), first+second)
	status := f(int32(len(first)), int32(len(second)))
	return string(b.Result), status
}

func TestThereAndBack(t *testing.T) {
	account, err := threshold.NewAccount().MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	b := new(boundary)
	text, status := b.call(b.export, string(account), "correct horse battery")
	if status != 0 {
		t.Fatal(text)
	}
	if strings.Contains(text, string(account[30:90])) {
		t.Error("the secret lies open in the text")
	}
	if in, _ := b.Take(20); !bytes.Equal(in[0], make([]byte, 20)) {
		t.Error("the input still holds the account")
	}
	if got, status := b.call(b.importText, text, "correct horse battery"); status != 0 || got != string(account)+"\n" {
		t.Errorf("%d: another account came out", status)
	}
	for name, c := range map[string]struct {
		f             func(a, b int32) int32
		first, second string
		want          string
	}{
		"another passphrase": {b.importText, text, "correct horse batterie", "passphrase-wrong"},
		"a short passphrase": {b.export, string(account), "horse", "passphrase-short"},
		"half a text":        {b.importText, text[:100], "correct horse battery", "export-format"},
		"a dear text":        {b.importText, strings.Replace(text, "m=65536", "m=99999999", 1), "correct horse battery", "export-cost"},
		"a changed text":     {b.importText, text[:len(text)-1] + map[bool]string{true: "1", false: "0"}[text[len(text)-1] == '0'], "correct horse battery", "export-damaged"},
		"no account":         {b.export, "account", "correct horse battery", "account"},
		"a damaged account":  {b.export, strings.Replace(string(account), string(account[40:44]), "0000", 1), "correct horse battery", "account-damaged"},
	} {
		got, status := b.call(c.f, c.first, c.second)
		if code, _, _ := strings.Cut(got, "\x00"); status >= 0 || code != c.want {
			t.Errorf("%s: %d %q, want %s", name, status, got, c.want)
		}
	}
	if b.export(1000, 1000) >= 0 {
		t.Error("a call takes more than was put in")
	}
}
