package query

import (
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
	"github.com/veilhash/veilhash/sdk/internal/lines"
)

const (
	answerHeader   = "veilhash-audit-answer v0"
	maxLayers      = 16
	maxProofBytes  = 1 << 17 // of the proof that the request is in the ledger
	maxAnswerBytes = maxProofBytes + 1024 + maxLayers*(256+MaxElements*(len("value \n")+64))
)

// An Answer is what the operator sends back.
type Answer struct {
	Request [32]byte // its Digest
	layers  []layerAnswer
	Logged  []byte // the tlog-proof that the request is in the ledger, whose extra data is the entry
}

type layerAnswer struct {
	proof  group.Proof
	values []*group.Element
}

// Evaluate multiplies a request's elements by the keys of every layer of its set. **The request must be in the ledger before anyone is given the result.** Errors are ErrSet,
// ErrKeys and those of the system's generator. It is constant time in the keys.
func Evaluate(m *blindset.Manifest, keys []blindset.LayerKey, r *Request) (*Answer, error) {
	if r.Set != m.ID() {
		return nil, ErrSet
	}
	if len(keys) != len(m.Layers) {
		return nil, ErrKeys
	}
	a := &Answer{Request: r.Digest()}
	for k := range m.Layers {
		if !keys[k].L().Equal(m.Layers[k].Key) {
			return nil, ErrKeys
		}
		values, proof, err := suite(a.Request, k).BlindEvaluate(keys[k].Alpha, m.Layers[k].Key, r.Elements)
		if err != nil {
			return nil, err
		}
		a.layers = append(a.layers, layerAnswer{*proof, values})
	}
	return a, nil
}

// AppendText appends the answer's canonical text.
func (a *Answer) AppendText(dst []byte) []byte {
	dst = lines.Append(dst, answerHeader)
	dst = lines.Append(dst, "request", hexa.String(a.Request[:]))
	dst = lines.Append(dst, "layers", lines.Number(uint64(len(a.layers))))
	dst = lines.Append(dst, "elements", lines.Number(uint64(len(a.layers[0].values))))
	for i := range a.layers {
		dst = lines.Append(dst, "proof", hexa.String(a.layers[i].proof.Bytes()))
		for _, v := range a.layers[i].values {
			dst = lines.Append(dst, "value", hexa.String(v.Bytes()))
		}
	}
	return append(lines.Append(dst, "logged"), a.Logged...)
}

// ParseAnswer reads what AppendText writes; nothing of it is verified. The error is ErrAnswer.
func ParseAnswer(text []byte) (*Answer, error) {
	l := lines.Read(text, answerHeader, maxAnswerBytes)
	a := new(Answer)
	l.Hex("request", a.Request[:])
	layers, elements := l.Number("layers", maxLayers), l.Number("elements", MaxElements)
	l.Expect(layers > 0 && elements > 0)
	for ; layers > 0 && l.OK; layers-- {
		var part layerAnswer
		var proof [group.ProofSize]byte
		l.Hex("proof", proof[:])
		l.Expect(l.OK && part.proof.SetCanonicalBytes(proof[:]) == nil)
		for range elements {
			var b [group.ElementSize]byte
			l.Hex("value", b[:])
			v := group.NewElement()
			l.Expect(l.OK && v.SetCanonicalBytes(b[:]) == nil)
			if !l.OK {
				break
			}
			part.values = append(part.values, v)
		}
		a.layers = append(a.layers, part)
	}
	l.Expect(l.OK && l.Next() == "logged")
	if !l.OK || len(l.Rest) == 0 || len(l.Rest) > maxProofBytes {
		return nil, ErrAnswer
	}
	a.Logged = []byte(l.Rest)
	return a, nil
}
