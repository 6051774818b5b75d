package query

import (
	"crypto/sha256"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
	"github.com/veilhash/veilhash/sdk/internal/lines"
	"github.com/veilhash/veilhash/sdk/internal/lp"
)

// MaxElements is the largest number of elements in one request.
const MaxElements = 4096

const (
	requestHeader   = "veilhash-audit-request v0"
	maxRequestBytes = 1024 + MaxElements*(len("element \n")+64)
)

// A Request is what an auditor signs: elements to be multiplied by the keys of a set, against its quota in a ledger.
type Request struct {
	Ledger   string // its name
	Set      blindset.SetID
	Elements []*group.Element // 1..MaxElements, blinded
}

// AppendText appends the request's canonical text, the text of the note that the auditor signs.
func (r *Request) AppendText(dst []byte) []byte {
	dst = lines.Append(dst, requestHeader)
	dst = lines.Append(dst, "ledger", r.Ledger)
	dst = lines.Append(dst, "set", r.Set.String())
	dst = lines.Append(dst, "elements", lines.Number(uint64(len(r.Elements))))
	for _, e := range r.Elements {
		dst = lines.Append(dst, "element", hexa.String(e.Bytes()))
	}
	return dst
}

// ParseRequest reads what AppendText writes. The error is ErrRequest.
func ParseRequest(text []byte) (*Request, error) {
	l := lines.Read(text, requestHeader, maxRequestBytes)
	r := &Request{Ledger: l.Value("ledger")}
	l.Hex("set", r.Set[:])
	n := l.Number("elements", MaxElements)
	l.Expect(r.Ledger != "" && n > 0)
	for ; n > 0 && l.OK; n-- {
		var b [group.ElementSize]byte
		l.Hex("element", b[:])
		e := group.NewElement()
		l.Expect(l.OK && e.SetCanonicalBytes(b[:]) == nil)
		r.Elements = append(r.Elements, e)
	}
	if !l.Done() {
		return nil, ErrRequest
	}
	return r, nil
}

// Digest names the request: SHA-256 of its text.
func (r *Request) Digest() [32]byte { return sha256.Sum256(r.AppendText(nil)) }

// suite is the context of a layer's proof: it names the request, so that no part of an answer serves for another.
func suite(request [32]byte, layer int) *group.Suite {
	context := lp.Append(lp.Label("audit", 35), request[:])
	return group.NewSuite(append(context, byte(layer)))
}
