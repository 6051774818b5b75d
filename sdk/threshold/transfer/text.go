package transfer

import (
	"bytes"
	"math"
	"strconv"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/veilhash/veilhash/sdk/internal/decimal"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

const (
	prefix   = "veilhash-account-export-v0"
	saltSize = 16
	// maxAccountText bounds the text of an account: prefix, generation,
	// secret and checksum take 19 + 10 + 64 + 8 characters and three colons.
	maxAccountText = 104
)

// exported is the parsed text.
type exported struct {
	cost       Cost
	salt       [saltSize]byte
	commitment [32]byte
	sealed     []byte
}

// appendHeader appends everything before the sealed part.
func (e exported) appendHeader(dst []byte) []byte {
	dst = append(dst, prefix+":t="...)
	dst = strconv.AppendUint(dst, uint64(e.cost.Passes), 10)
	dst = append(dst, ",m="...)
	dst = strconv.AppendUint(dst, uint64(e.cost.MemoryKiB), 10)
	dst = append(dst, ",p="...)
	dst = strconv.AppendUint(dst, uint64(e.cost.Lanes), 10)
	dst = append(dst, ':')
	dst = hexa.Append(dst, e.salt[:])
	dst = append(dst, ':')
	dst = hexa.Append(dst, e.commitment[:])
	return append(dst, ':')
}

func (e exported) append(dst []byte) []byte {
	return hexa.Append(e.appendHeader(dst), e.sealed)
}

// parse reads a text and checks its bounds. What it accepts, but for a final
// line feed, is what append writes.
func parse(text []byte) (exported, error) {
	var e exported
	line, _ := bytes.CutSuffix(text, []byte("\n"))
	if len(line) > 512 {
		return e, ErrFormat
	}
	fields := bytes.Split(line, []byte(":"))
	if len(fields) != 5 || string(fields[0]) != prefix {
		return e, ErrFormat
	}
	t, m, p, ok := parseCost(string(fields[1]))
	if !ok || len(fields[2]) != 2*saltSize || len(fields[3]) != 2*len(e.commitment) ||
		len(fields[4]) > 2*(maxAccountText+chacha20poly1305.Overhead) {
		return e, ErrFormat
	}
	if t > math.MaxUint32 || m > math.MaxUint32 || p > math.MaxUint8 {
		return e, ErrCost
	}
	e.cost = Cost{Passes: uint32(t), MemoryKiB: uint32(m), Lanes: uint8(p)}
	if err := e.cost.validate(); err != nil {
		return exported{}, err
	}
	e.sealed = make([]byte, len(fields[4])/2)
	for i, dst := range [][]byte{e.salt[:], e.commitment[:], e.sealed} {
		if !hexa.Decode(dst, fields[2+i]) {
			return exported{}, ErrFormat
		}
	}
	// The canonical form is what encoding gives.
	if !bytes.Equal(e.append(nil), line) {
		return exported{}, ErrFormat
	}
	return e, nil
}

// parseCost reads "t=T,m=M,p=P".
func parseCost(text string) (t, m, p uint64, ok bool) {
	values := [3]uint64{}
	fields := bytes.Split([]byte(text), []byte(","))
	if len(fields) != len(values) {
		return 0, 0, 0, false
	}
	for i, name := range []string{"t=", "m=", "p="} {
		digits, found := bytes.CutPrefix(fields[i], []byte(name))
		v, ok := decimal.Parse(string(digits), math.MaxUint64)
		if !found || !ok {
			return 0, 0, 0, false
		}
		values[i] = v
	}
	return values[0], values[1], values[2], true
}
