package translog

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/tlog"
)

// ErrAddCheckpoint: a request's body is not of the form that tlog-witness specifies.
var ErrAddCheckpoint = errors.New("translog: not an add-checkpoint request")

// AddCheckpoint is the body of a request to a witness: the size that it has seen, the proof from there, and the checkpoint.
type AddCheckpoint struct {
	Old        uint64
	Proof      []tlog.Hash
	Checkpoint []byte
}

// AppendText appends the body.
func (a AddCheckpoint) AppendText(dst []byte) []byte {
	dst = append(strconv.AppendUint(append(dst, "old "...), a.Old, 10), '\n')
	for _, h := range a.Proof {
		dst = append(base64.StdEncoding.AppendEncode(dst, h[:]), '\n')
	}
	return append(append(dst, '\n'), a.Checkpoint...)
}

// ParseAddCheckpoint reads what AppendText writes. The checkpoint is not looked at. The error is ErrAddCheckpoint.
func ParseAddCheckpoint(body []byte) (a AddCheckpoint, err error) {
	head, checkpoint, found := strings.Cut(string(body), "\n\n")
	lines := strings.Split(head, "\n")
	number, ok := strings.CutPrefix(lines[0], "old ")
	a.Old, err = strconv.ParseUint(number, 10, 63)
	if !found || !ok || err != nil || strconv.FormatUint(a.Old, 10) != number || len(lines) > 64 {
		return AddCheckpoint{}, ErrAddCheckpoint
	}
	for _, l := range lines[1:] {
		h, err := base64.StdEncoding.Strict().DecodeString(l)
		if err != nil || len(h) != len(tlog.Hash{}) || strings.ContainsAny(l, "\r") {
			return AddCheckpoint{}, ErrAddCheckpoint
		}
		a.Proof = append(a.Proof, tlog.Hash(h))
	}
	a.Checkpoint = []byte(checkpoint)
	return a, nil
}
