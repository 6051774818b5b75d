package trust

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
	"github.com/veilhash/veilhash/sdk/internal/lines"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// A Record is an entry of the log: all that is in force from then on, the set and the code. Every entry says both, so that the last one is enough to know
// what is current (docs/protocol.md, section 11.1).
type Record struct {
	Epoch  uint64
	Set    blindset.SetID
	Layers []RecordLayer
	Time   uint64 // when the entry was written, in seconds since 1970-01-01 UTC, as the log says
	Files  []File // the code that clients load, by rising name; none if it is not in the log
}

// A RecordLayer is a layer's key, and a digest of its table. One key with two tables would show who is in both.
type RecordLayer struct {
	Key    [32]byte
	Digest [32]byte
}

// A File is a file of a release.
type File struct {
	Name   string // 1..128 of the characters a-z A-Z 0-9 . _ - and /
	Digest [32]byte
}

const (
	recordHeader   = "veilhash-log v0"
	maxRecordBytes = 1<<16 - 1 // an entry bundle has 16 bits for it
	maxFiles       = 256
)

// NewRecord is the entry that activates a set, at a time and with the code that is in force.
func NewRecord(m *blindset.Manifest, time uint64, files []File) *Record {
	r := &Record{Epoch: m.Epoch, Set: m.ID(), Time: time, Files: files}
	for i := range m.Layers {
		l := &m.Layers[i]
		b := append(lp.Label("layer", 0), m.Salt[:]...)
		b = append(b, l.TableSalt[:]...)
		b = append(b, l.PositionSeed[:]...)
		for _, s := range l.Shards {
			b = binary.BigEndian.AppendUint32(append(b, s.Digest[:]...), s.Attempt)
		}
		r.Layers = append(r.Layers, RecordLayer{[32]byte(l.Key.Bytes()), sha256.Sum256(b)})
	}
	return r
}

// AppendText appends the entry's canonical text.
func (r *Record) AppendText(dst []byte) []byte {
	return r.AppendRest(r.AppendHead(dst))
}

// AppendHead appends the lines that follow from the manifest.
func (r *Record) AppendHead(dst []byte) []byte {
	dst = lines.Append(dst, recordHeader)
	dst = lines.Append(dst, "epoch", lines.Number(r.Epoch))
	dst = lines.Append(dst, "set", r.Set.String())
	dst = lines.Append(dst, "layers", lines.Number(uint64(len(r.Layers))))
	for i := range r.Layers {
		dst = lines.Append(dst, "layer", hexa.String(r.Layers[i].Key[:]), hexa.String(r.Layers[i].Digest[:]))
	}
	return dst
}

// AppendRest appends the other lines. A proof carries them, for the client to put the entry together.
func (r *Record) AppendRest(dst []byte) []byte {
	dst = lines.Append(dst, "time", lines.Number(r.Time))
	dst = lines.Append(dst, "files", lines.Number(uint64(len(r.Files))))
	for _, f := range r.Files {
		dst = lines.Append(dst, "file", hexa.String(f.Digest[:]), f.Name)
	}
	return dst
}

// ParseRecord reads an entry and refuses, with ErrRecord, whatever AppendText would not have written byte for byte.
func ParseRecord(text []byte) (*Record, error) {
	l := lines.Read(text, recordHeader, maxRecordBytes)
	var r Record
	r.Epoch = l.Number("epoch", 1<<53)
	l.Hex("set", r.Set[:])
	n := l.Number("layers", 16)
	for ; n > 0 && l.OK; n-- {
		var layer RecordLayer
		key, digest, _ := strings.Cut(l.Value("layer"), " ")
		l.OK = l.OK && hexa.Decode(layer.Key[:], key) && hexa.Decode(layer.Digest[:], digest)
		r.Layers = append(r.Layers, layer)
	}
	rest, err := ParseRest([]byte(l.Rest))
	if !l.OK || err != nil || r.Epoch == 0 || len(r.Layers) == 0 {
		return nil, ErrRecord
	}
	r.Time, r.Files = rest.Time, rest.Files
	return &r, nil
}

// ParseRest reads what AppendRest writes. The error is ErrRecord.
func ParseRest(text []byte) (*Record, error) {
	l := &lines.Reader{Rest: string(text), OK: len(text) <= maxRecordBytes}
	var r Record
	r.Time = l.Number("time", 1<<53)
	n := l.Number("files", maxFiles)
	for ; n > 0 && l.OK; n-- {
		var f File
		digest, name, _ := strings.Cut(l.Value("file"), " ")
		l.OK = l.OK && hexa.Decode(f.Digest[:], digest) && ValidFileName(name) && (len(r.Files) == 0 || r.Files[len(r.Files)-1].Name < name)
		f.Name = name
		r.Files = append(r.Files, f)
	}
	if !l.Done() {
		return nil, ErrRecord
	}
	return &r, nil
}

// ValidFileName reports whether an entry may name a file so.
func ValidFileName(name string) bool {
	if name == "" || len(name) > 128 {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' && c != '/' {
			return false
		}
	}
	return true
}

// A Seen is what a client remembers of the log between one set and the next.
type Seen struct {
	Log   string // the log's name; one of another log is of no use
	Size  uint64
	Root  [32]byte
	Epoch uint64
	Set   blindset.SetID
}

const seenHeader = "veilhash-seen v0"

// AppendText appends the memory's canonical text.
func (s *Seen) AppendText(dst []byte) []byte {
	dst = lines.Append(dst, seenHeader)
	dst = lines.Append(dst, "log", s.Log)
	dst = lines.Append(dst, "size", lines.Number(s.Size))
	dst = lines.Append(dst, "root", hexa.String(s.Root[:]))
	dst = lines.Append(dst, "epoch", lines.Number(s.Epoch))
	return lines.Append(dst, "set", s.Set.String())
}

// ParseSeen reads what AppendText writes. The error is ErrSeen.
func ParseSeen(text []byte) (*Seen, error) {
	l := lines.Read(text, seenHeader, 1<<12)
	var s Seen
	s.Log = l.Value("log")
	s.Size = l.Number("size", 1<<62)
	l.Hex("root", s.Root[:])
	s.Epoch = l.Number("epoch", 1<<53)
	l.Hex("set", s.Set[:])
	if !l.Done() {
		return nil, ErrSeen
	}
	return &s, nil
}
