package hashlist

import (
	"errors"
	"strings"
	"testing"
)

const (
	phash64   = "ea1e95ccc642617b"
	other64   = "bc99c625914ba4ee"
	padded64  = "000000000000000000000000000000000000000000000000" + phash64
	other256  = "54a9f7c321d1443c43ba566e21d4a13989a3553f1472611cbbc5fda59e03b677"
	phash256  = "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22"
	otherPads = "000000000000000000000000000000000000000000000000" + other64
)

// Lists of goimagehash's hashes, in the ways in which people write them down.
func TestOtherKinds(t *testing.T) {
	for _, test := range []struct {
		name, text string
		kind       HashKind
		want       []string // the hashes, as PDQ prints them
		skipped    int
	}{
		{"digits", phash64 + "\n" + other64 + "\n", HashPHash64, []string{padded64, otherPads}, 0},
		{"upper case", strings.ToUpper(phash64), HashDHash64, []string{padded64}, 0},
		{"word and digits", "phash " + phash64 + " # a comment\npdq " + other256 + "\ndhash " + other64, HashPHash64, []string{padded64}, 2},
		{"goimagehash's form", "p:" + phash64, HashPHash64, []string{padded64}, 0},
		{"256 bits", "a:" + phash256, HashAHash256, []string{phash256}, 0},
		{"PDQ beside them", "phash " + phash64 + "\npdq " + other256, HashPDQ, []string{other256}, 1},
		{"CSV without a header", phash64 + ",100,a.jpg\n" + other64 + ",49,b.jpg", HashPHash64, []string{padded64}, 1},
		{"a column of its name", "file,phash\na.jpg," + phash64 + "\nb.jpg,\nc.jpg,p:" + other64, HashPHash64, []string{padded64, otherPads}, 1},
		{"beside a PDQ", "pdq,quality,phash,dhash\n" + other256 + ",100," + phash64 + "," + other64, HashDHash64, []string{otherPads}, 0},
		{"beside a PDQ, which is read", "pdq,quality,phash\n" + other256 + ",100," + phash64, HashPDQ, []string{other256}, 0},
		{"a column called hash", "filename,hash\na.jpg," + phash64, HashPHash64, []string{padded64}, 0},
		{"a column called hash beside its own", "hash,phash\n" + other256 + "," + phash64, HashPHash64, []string{padded64}, 0},
	} {
		records, sum, err := readString(test.text, Config{Hash: test.kind})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var got []string
		for _, r := range records {
			got = append(got, r.Entry.PDQ.String())
		}
		if strings.Join(got, " ") != strings.Join(test.want, " ") || sum.SkippedTotal() != test.skipped {
			t.Errorf("%s: %v and %d skipped, want %v and %d", test.name, got, sum.SkippedTotal(), test.want, test.skipped)
		}
	}
}

func TestOtherKindsRefused(t *testing.T) {
	for _, test := range []struct {
		name, text string
		kind       HashKind
		fault      Fault
	}{
		{"the wrong size", phash256, HashPHash64, FaultLength},
		{"the other wrong size", phash64, HashPHash256, FaultLength},
		{"15 digits", phash64[1:], HashPHash64, FaultLength},
		{"no hexadecimal", "x" + phash64[1:], HashPHash64, FaultHex},
		{"another's form", "d:" + phash64, HashPHash64, FaultValue},
		{"the wrong column is empty", "phash " + "\n" + "phash", HashPHash64, FaultHex},
		{"no such column", "file,dhash\na.jpg," + phash64, HashPHash64, FaultMissing},
		{"no PDQ", "file,phash\na.jpg," + phash64, HashPDQ, FaultMissing},
		{"a PDQ alone", "file,pdq\na.jpg," + other256, HashPHash64, FaultMissing},
	} {
		_, _, err := readString(test.text, Config{Hash: test.kind})
		var bad *SyntaxError
		if !errors.As(err, &bad) || bad.Fault != test.fault || bad.Line != 1 {
			t.Errorf("%s: %v, want %v in line 1", test.name, err, test.fault)
		}
		if err != nil && (strings.Contains(err.Error(), phash64[1:]) || strings.Contains(err.Error(), other256)) {
			t.Errorf("%s: the error quotes a hash: %v", test.name, err)
		}
	}
	for _, format := range []Format{FormatNCMEC, FormatStopNCII, FormatThreatExchange} {
		if _, _, err := readString("<queryResult/>", Config{Format: format, Hash: HashPHash64}); !errors.Is(err, ErrConfig) {
			t.Errorf("%v: %v, want ErrConfig", format, err)
		}
	}
	if _, _, err := readString(phash64, Config{Hash: numHashKinds}); !errors.Is(err, ErrConfig) {
		t.Errorf("no kind: %v", err)
	}
}

func TestHashKindNames(t *testing.T) {
	for k := range numHashKinds {
		if back, err := ParseHashKind(k.String()); err != nil || back != k {
			t.Errorf("%v: %v, %v", k, back, err)
		}
	}
	if k, err := ParseHashKind("pdq-canonical@-50"); err != nil || k != HashPDQ {
		t.Errorf("a hasher of PDQ: %v, %v", k, err)
	}
	for _, s := range []string{"", "phash", "pdqx", "phash-128"} {
		if _, err := ParseHashKind(s); !errors.Is(err, ErrConfig) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// FuzzOtherKinds: whatever a list holds, what is read as a shorter hash has zeros in front and can be read again.
func FuzzOtherKinds(f *testing.F) {
	f.Add([]byte("phash "+phash64+"\np:"+other64), uint8(HashPHash64))
	f.Add([]byte("file,phash,dhash\na.jpg,"+phash64+","+other64+"\nb,,\n"), uint8(HashDHash64))
	f.Add([]byte("hash,quality\n"+phash256+",50"), uint8(HashAHash256))
	f.Add([]byte("phash,phash\n"), uint8(HashPHash64))
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		k := HashKind(kind)
		records, sum, err := readString(string(data), Config{Hash: k, Mode: Lenient, MaxRecord: 4096})
		if sum == nil && err == nil {
			t.Fatal("neither a summary nor an error")
		}
		for _, r := range records {
			text := r.Entry.PDQ.String()
			back, bad := k.parse(text[len(text)-k.digits():])
			if bad != nil || back != r.Entry.PDQ {
				t.Fatalf("%s is not a %v", text, k)
			}
		}
	})
}
