package transfer

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/veilhash/veilhash/sdk/threshold"
)

var (
	passphrase = []byte("correct horse battery staple")
	// cheapest keeps the tests fast, most of all in WebAssembly.
	cheapest = Cost{Passes: 1, MemoryKiB: 19456, Lanes: 1}
)

// TestArgon2idVector is "argon2 somesalt -id -t 2 -m 16 -p 1 -l 32" of the
// reference implementation (phc-winner-argon2, src/test.c).
func TestArgon2idVector(t *testing.T) {
	got := argon2.IDKey([]byte("password"), []byte("somesalt"), 2, 1<<16, 1, 32)
	if hex.EncodeToString(got) != "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7" {
		t.Errorf("Argon2id gives %x", got)
	}
}

// TestExportVector: the text that testdata/reference.py of the package above
// wrote with pyca/cryptography.
func TestExportVector(t *testing.T) {
	text, err := os.ReadFile("../testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Exported struct {
			Account, Passphrase, Salt, Text string
			Passes, MemoryKiB               uint32
			Lanes                           uint8
		}
	}
	if err := json.Unmarshal(text, &v); err != nil || v.Exported.Text == "" {
		t.Fatalf("no vector (%v)", err)
	}
	account, err := threshold.ParseAccount([]byte(v.Exported.Account))
	if err != nil {
		t.Fatal(err)
	}
	salt, err := hex.DecodeString(v.Exported.Salt)
	if err != nil {
		t.Fatal(err)
	}
	cost := Cost{v.Exported.Passes, v.Exported.MemoryKiB, v.Exported.Lanes}
	got, err := export(account, []byte(v.Exported.Passphrase), cost, [saltSize]byte(salt))
	if err != nil || string(got) != v.Exported.Text {
		t.Errorf("export gives %s (%v)", got, err)
	}
	back, err := Import([]byte(v.Exported.Text), []byte(v.Exported.Passphrase))
	if err != nil || !back.Equal(account) {
		t.Errorf("import: %v", err)
	}
}

func TestRoundTrip(t *testing.T) {
	account := threshold.NewAccount()
	text, err := Export(account, passphrase, Cost{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), prefix+":t=3,m=65536,p=4:") {
		t.Errorf("the default cost is not RFC 9106's second recommendation: %.60s", text)
	}
	secret, _ := account.MarshalText()
	if bytes.Contains(text, secret[30:60]) {
		t.Error("the secret is in the text")
	}
	back, err := Import(append(text, '\n'), passphrase)
	if err != nil || !back.Equal(account) {
		t.Fatalf("import: %v", err)
	}
	again, err := Export(account, passphrase, cheapest)
	if err != nil || bytes.Equal(text[50:], again[50:]) {
		t.Errorf("two exports share their salt (%v)", err)
	}
}

func TestImportErrors(t *testing.T) {
	good, err := export(threshold.NewAccountFromSecret([32]byte{1}, 9), passphrase, cheapest, [saltSize]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	s := string(good)
	last := s[len(s)-1:]
	flipped := "0"
	if last == "0" {
		flipped = "1"
	}
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":               {"", ErrFormat},
		"other version":       {strings.Replace(s, "v0", "v1", 1), ErrFormat},
		"account, not text":   {"veilhash-account-v0:1:00:00", ErrFormat},
		"upper case":          {strings.ToUpper(s), ErrFormat},
		"upper-case salt":     {strings.Replace(s, ":02", ":0A", 1), ErrFormat},
		"leading zero":        {strings.Replace(s, "t=1", "t=01", 1), ErrFormat},
		"cost missing":        {strings.Replace(s, ",p=1", "", 1), ErrFormat},
		"cost swapped":        {strings.Replace(s, "t=1,m=19456", "m=19456,t=1", 1), ErrFormat},
		"cost not a number":   {strings.Replace(s, "t=1", "t=x", 1), ErrFormat},
		"cost negative":       {strings.Replace(s, "t=1", "t=-1", 1), ErrFormat},
		"odd digits":          {s[:len(s)-1], ErrFormat},
		"long":                {s + strings.Repeat("0", 1<<20), ErrFormat},
		"field added":         {s + ":", ErrFormat},
		"salt short":          {strings.Replace(s, ":02", ":", 1), ErrFormat},
		"no passes":           {strings.Replace(s, "t=1", "t=0", 1), ErrCost},
		"many passes":         {strings.Replace(s, "t=1", "t=7", 1), ErrCost},
		"2^32 passes":         {strings.Replace(s, "t=1", "t=4294967297", 1), ErrCost},
		"little memory":       {strings.Replace(s, "m=19456", "m=19455", 1), ErrCost},
		"much memory":         {strings.Replace(s, "m=19456", "m=131073", 1), ErrCost},
		"2^32 + 19456 KiB":    {strings.Replace(s, "m=19456", "m=4294986752", 1), ErrCost},
		"no lanes":            {strings.Replace(s, "p=1", "p=0", 1), ErrCost},
		"257 lanes":           {strings.Replace(s, "p=1", "p=257", 1), ErrCost},
		"other salt":          {strings.Replace(s, ":02", ":03", 1), ErrPassphrase},
		"other cost":          {strings.Replace(s, "m=19456", "m=19457", 1), ErrPassphrase},
		"sealed part flipped": {s[:len(s)-1] + flipped, ErrDamaged},
		"sealed part cut":     {s[:len(s)-2], ErrDamaged},
		"sealed part empty":   {s[:strings.LastIndex(s, ":")+1], ErrDamaged},
	} {
		if _, err := Import([]byte(c.text), passphrase); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := Import(good, []byte("correct horse battery stable")); !errors.Is(err, ErrPassphrase) {
		t.Errorf("wrong passphrase: %v, want ErrPassphrase", err)
	}
}

// TestHeaderIsBound: cost, salt and commitment are associated data; altering
// them is noticed even by someone who knows the key.
func TestHeaderIsBound(t *testing.T) {
	e, err := parse(mustExport(t))
	if err != nil {
		t.Fatal(err)
	}
	key, _ := stretch(passphrase, e.salt, e.cost)
	other := e
	other.salt[0] ^= 1
	if _, err := openWith(key, e, e.appendHeader(nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := openWith(key, e, other.appendHeader(nil)); err == nil {
		t.Error("the header is not bound")
	}
}

func TestExportErrors(t *testing.T) {
	account := threshold.NewAccountFromSecret([32]byte{1}, 9)
	for _, p := range []string{"", "seven77"} {
		if _, err := Export(account, []byte(p), cheapest); !errors.Is(err, ErrShortPassphrase) {
			t.Errorf("%q: %v, want ErrShortPassphrase", p, err)
		}
	}
	for _, c := range []Cost{{0, 19456, 1}, {7, 19456, 1}, {1, 19455, 1}, {1, 131073, 1}, {1, 19456, 0}, {1, 19456, 9}} {
		if _, err := Export(account, passphrase, c); !errors.Is(err, ErrCost) {
			t.Errorf("%+v: %v, want ErrCost", c, err)
		}
	}
}

// FuzzParse: any text gives a typed error or is the one encoding of what was
// read, with a cost within bounds; no work is done on the way.
func FuzzParse(f *testing.F) {
	good := mustExport(f)
	for _, s := range [][]byte{nil, good, append(good, '\n'), []byte(prefix + ":t=1,m=19456,p=1:::"), bytes.Repeat([]byte(":"), 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := parse(text)
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrCost) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if e.cost.validate() != nil || !bytes.Equal(e.append(nil), bytes.TrimSuffix(text, []byte("\n"))) {
			t.Fatal("accepted a text that is not canonical, or a cost out of bounds")
		}
	})
}

func mustExport(t testing.TB) []byte {
	t.Helper()
	text, err := export(threshold.NewAccountFromSecret([32]byte{1}, 9), passphrase, cheapest, [saltSize]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Export and Import at the default cost, which a person waits for.
func BenchmarkExport(b *testing.B) {
	account := threshold.NewAccount()
	for b.Loop() {
		if _, err := Export(account, passphrase, Cost{}); err != nil {
			b.Fatal(err)
		}
	}
}
