package evaluate

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
)

// errDamaged: what is kept of a picture cannot be read. It is made again.
var errDamaged = errors.New("evaluate: damaged features")

// A store keeps samples in a folder, a file for each picture and plan: a checksum, then a gob. Files appear whole or not at all.
type store struct{ dir, plan string }

// path is where the sample of a picture is kept.
func (s store) path(picture [32]byte) string {
	return filepath.Join(s.dir, hex.EncodeToString(picture[:12])+"-"+s.plan+".features")
}

func (s store) put(x *Sample) error {
	var b bytes.Buffer
	b.Write(make([]byte, sha256.Size))
	if err := gob.NewEncoder(&b).Encode(x); err != nil {
		return err
	}
	sum := sha256.Sum256(b.Bytes()[sha256.Size:])
	copy(b.Bytes(), sum[:])
	f, err := os.CreateTemp(s.dir, "tmp-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if err := errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return err
	}
	return os.Rename(f.Name(), s.path(x.Digest))
}

// get reads a sample. Errors are fs.ErrNotExist and errDamaged.
func (s store) get(picture [32]byte) (*Sample, error) {
	b, err := os.ReadFile(s.path(picture))
	if err != nil {
		return nil, err
	}
	if len(b) < sha256.Size || sha256.Sum256(b[sha256.Size:]) != [32]byte(b[:sha256.Size]) {
		return nil, errDamaged
	}
	x := new(Sample)
	if err := gob.NewDecoder(bytes.NewReader(b[sha256.Size:])).Decode(x); err != nil || x.Digest != picture {
		return nil, errDamaged
	}
	return x, nil
}
