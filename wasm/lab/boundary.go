package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"

	"github.com/veilhash/veilhash/sdk/evaluate/lab"
	"github.com/veilhash/veilhash/sdk/imagehash"
)

// maxInput bounds a request: a picture of 64 megapixels that the browser has decoded, with its file.
const maxInput = 400 << 20

// A boundary is one instance's state. It does not depend on the host.
type boundary struct {
	input    []byte
	result   []byte
	pictures map[int]*lab.Picture
	set      *lab.Set
	schemes  map[string]*lab.Scheme
	hasher   imagehash.PDQ
	absence  *absenceCheck // nil: none waits for blocks
}

func newBoundary() *boundary {
	return &boundary{pictures: make(map[int]*lab.Picture), set: lab.NewSet(nil), schemes: make(map[string]*lab.Scheme)}
}

// room makes the input n bytes long, or as long as it may be: the call is then refused. Input of an earlier request is let go.
func (b *boundary) room(n int) []byte {
	b.input = make([]byte, min(max(n, 0), maxInput))
	return b.input
}

// call answers the request of n bytes in the input.
func (b *boundary) call(n int) {
	if n < 0 || n > len(b.input) {
		b.answer(failure{"lab: the request is longer than there is room for"}, nil)
		return
	}
	in := b.input[:n]
	b.input = nil
	b.handle(in)
}

// handle answers a request.
func (b *boundary) handle(in []byte) {
	defer func() {
		if p := recover(); p != nil {
			b.answer(failure{fmt.Sprintf("lab: internal fault: %v", p)}, nil)
		}
	}()
	answer, bytes, err := b.operate(in)
	if err != nil {
		b.answer(failure{err.Error()}, nil)
		return
	}
	b.answer(answer, bytes)
}

func (b *boundary) answer(v any, bytes []byte) {
	text, err := json.Marshal(v)
	if err != nil { // a value that JSON has no form for
		text, bytes = []byte(`{"error":"lab: internal fault: the answer has no form in JSON"}`), nil
	}
	b.result = binary.LittleEndian.AppendUint32(b.result[:0:0], uint32(len(text)))
	b.result = append(append(b.result, text...), bytes...)
}

var errFrame = errors.New("lab: the request is not in its frame")

func (b *boundary) operate(in []byte) (answer any, bytes []byte, err error) {
	if len(in) < 4 || uint64(binary.LittleEndian.Uint32(in)) > uint64(len(in)-4) {
		return nil, nil, errFrame
	}
	n := int(binary.LittleEndian.Uint32(in))
	var r request
	if err := json.Unmarshal(in[4:4+n], &r); err != nil {
		return nil, nil, fmt.Errorf("lab: the request cannot be read: %w", err)
	}
	rest := in[4+n:]
	switch r.Op {
	case "describe":
		return describe(b.hasher), nil, nil
	case "open":
		p, err := lab.Open(rest, b.hasher)
		return b.keep(r, p, err)
	case "pixels":
		if r.Length < 0 || r.Length > len(rest) {
			return nil, nil, errFrame
		}
		p, err := lab.OpenPixels(rest[:r.Length], r.Width, r.Height, rest[r.Length:], b.hasher)
		return b.keep(r, p, err)
	case "close":
		delete(b.pictures, r.Key)
		return struct{}{}, nil, nil
	case "set":
		return b.newSet(rest)
	case "list":
		return readList(rest, r.Name)
	case "scheme":
		return b.about(r.Text)
	case "examine":
		return b.examine(r)
	case "cost":
		return b.cost(r)
	case "absence":
		return b.beginAbsence(r.Lengths, rest)
	case "absence-finish":
		return b.finishAbsence(rest)
	case "interval":
		return interval(r.Rates)
	}
	return nil, nil, fmt.Errorf("lab: there is no operation %q", r.Op)
}

// keep keeps a picture under its key and describes it.
func (b *boundary) keep(r request, p *lab.Picture, err error) (any, []byte, error) {
	if err != nil {
		return nil, nil, err
	}
	b.pictures[r.Key] = p
	out := opened{
		Width: p.Width, Height: p.Height, Digest: fmt.Sprintf("%x", p.Digest), PDQ: p.Entry.Hash.String(), Quality: p.Entry.Quality,
		Classic: classic(p.Classic), Large: p.Large(),
	}
	var pixels []byte
	if r.Side > 0 {
		out.Small, pixels = small(p.Small(r.Side))
	}
	return out, pixels, nil
}

func small(p *image.NRGBA) (size, []byte) {
	return size{p.Rect.Dx(), p.Rect.Dy()}, p.Pix
}

func (b *boundary) newSet(bytes []byte) (any, []byte, error) {
	if len(bytes)%32 != 0 {
		return nil, nil, errFrame
	}
	hashes := make([]imagehash.Hash, 0, len(bytes)/32)
	for ; len(bytes) > 0; bytes = bytes[32:] {
		hashes = append(hashes, imagehash.Hash(bytes[:32]))
	}
	b.set = lab.NewSet(hashes)
	return struct{}{}, nil, nil
}

// scheme reads a scheme's text, once.
func (b *boundary) scheme(text string) (*lab.Scheme, error) {
	if s := b.schemes[text]; s != nil {
		return s, nil
	}
	s, err := lab.NewScheme(text)
	if err != nil {
		return nil, err
	}
	if len(b.schemes) >= 64 { // somebody types
		clear(b.schemes)
	}
	b.schemes[text] = s
	return s, nil
}

func (b *boundary) about(text string) (any, []byte, error) {
	s, err := b.scheme(text)
	if err != nil {
		return nil, nil, err
	}
	out := schemeAbout{Text: s.String(), Bits: s.Bits, Probes: s.Count(), VoucherBytes: s.VoucherBytes}
	for _, v := range s.Views() {
		out.Views = append(out.Views, v.String())
	}
	none := string(s.Token(imagehash.Hash{}))
	for k := range imagehash.HashBits {
		if string(s.Token(imagehash.Hash{}.Flip(k))) != none {
			out.Places = append(out.Places, k)
		}
	}
	return out, nil, nil
}

func (b *boundary) picture(key int) (*lab.Picture, error) {
	p := b.pictures[key]
	if p == nil {
		return nil, fmt.Errorf("lab: there is no picture %d", key)
	}
	return p, nil
}
