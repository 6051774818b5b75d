package query

import (
	"crypto/sha256"
	"errors"
	"strings"

	"github.com/veilhash/veilhash/sdk/audit/internal/lookup"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/imagehash/classic"
	"github.com/veilhash/veilhash/sdk/internal/decimal"
	"github.com/veilhash/veilhash/sdk/internal/entropy"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
	"github.com/veilhash/veilhash/sdk/internal/lines"
	"github.com/veilhash/veilhash/sdk/token"
)

// A Session is an auditor's memory of a request until its answer is read. **It is secret**: with the blinds, the request shows what was asked about.
type Session struct {
	Set      blindset.SetID
	Ledger   string
	Request  [32]byte // its Digest
	pictures []asked
}

// asked is a picture of a session, with its probes and their blinds. One without probes is not in the request.
type asked struct {
	name   string
	digest [32]byte // SHA-256 of the file
	tokens [][]byte
	blinds []*group.Scalar
}

const (
	sessionHeader   = "veilhash-audit-session v0"
	maxPictures     = 4096
	maxNameBytes    = 255
	maxSessionBytes = 1024 + maxPictures*(maxNameBytes+128) + MaxElements*256
)

// A Question is a request in the making.
type Question struct {
	manifest *blindset.Manifest
	reader   lookup.Reader
	request  Request
	session  Session
}

// NewQuestion begins a request about pictures under a set, against a quota in the ledger of this name. The error is ErrSet for a manifest whose hasher or scheme is unknown.
func NewQuestion(m *blindset.Manifest, ledger string) (*Question, error) {
	hasher, err := classic.Parse(m.Hasher)
	if err != nil {
		return nil, ErrSet
	}
	scheme, err := token.ParseFor(hasher, m.Scheme)
	if err != nil {
		return nil, ErrSet
	}
	return &Question{manifest: m, reader: lookup.Reader{Hasher: hasher, Scheme: scheme}, request: Request{Ledger: ledger, Set: m.ID()}, session: Session{Set: m.ID(), Ledger: ledger}}, nil
}

// Add adds a picture, under a name that does not leave the session, and returns how many probes it has. A file that is no picture, or shows too little, has none; clients look
// up nothing of it either. Errors are ErrMany, which leaves the question as it was, and those of the system's generator.
func (q *Question) Add(name string, file []byte) (probes int, err error) {
	p := asked{name: cleanName(name), digest: sha256.Sum256(file)}
	tokens, err := lookup.Tokens(file, q.manifest.Quality, []lookup.Reader{q.reader}, MaxElements)
	switch {
	case errors.Is(err, lookup.ErrPicture), errors.Is(err, lookup.ErrQuality):
	case err != nil:
		return 0, err
	}
	if len(q.request.Elements)+len(tokens) > MaxElements || len(q.session.pictures) == maxPictures {
		return 0, ErrMany
	}
	var elements []*group.Element
	for _, t := range tokens {
		blind, err := group.RandomNonZeroScalar(entropy.Source{})
		if err != nil {
			return 0, err
		}
		p.tokens, p.blinds = append(p.tokens, t), append(p.blinds, blind)
		elements = append(elements, blinded(q.manifest, t, blind))
	}
	q.request.Elements = append(q.request.Elements, elements...)
	q.session.pictures = append(q.session.pictures, p)
	return len(tokens), nil
}

// blinded is what leaves the auditor for a token: blind·H(salt, token), RFC 9497, section 3.3.2.
func blinded(m *blindset.Manifest, token []byte, blind *group.Scalar) *group.Element {
	return group.NewElement().ScalarMult(blind, blindset.TokenElement(m.Salt, token))
}

// Ask ends the question: the request, whose text the auditor signs, and the session to read the answer with. The error is ErrNothing.
func (q *Question) Ask() (*Request, *Session, error) {
	if len(q.request.Elements) == 0 {
		return nil, nil, ErrNothing
	}
	q.session.Request = q.request.Digest()
	return &q.request, &q.session, nil
}

// cleanName is a name that fits on a line.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return '_'
		}
		return r
	}, name)
	for len(name) > maxNameBytes {
		name = name[1:]
	}
	if name = strings.ToValidUTF8(name, "_"); name == "" {
		return "_"
	}
	return name
}

// AppendText appends the session's canonical text. **It must be kept secret.**
func (s *Session) AppendText(dst []byte) []byte {
	dst = lines.Append(dst, sessionHeader)
	dst = lines.Append(dst, "ledger", s.Ledger)
	dst = lines.Append(dst, "set", s.Set.String())
	dst = lines.Append(dst, "request", hexa.String(s.Request[:]))
	dst = lines.Append(dst, "pictures", lines.Number(uint64(len(s.pictures))))
	for i := range s.pictures {
		p := &s.pictures[i]
		dst = lines.Append(dst, "picture", hexa.String(p.digest[:]), lines.Number(uint64(len(p.tokens))), p.name)
		for j, t := range p.tokens {
			dst = lines.Append(dst, "probe", hexa.String(p.blinds[j].Bytes()), hexa.String(t))
		}
	}
	return dst
}

// String is the request's digest: a session that is printed by mistake shows nothing.
func (s Session) String() string { return "audit session of request " + hexa.String(s.Request[:]) }

// GoString is String.
func (s Session) GoString() string { return s.String() }

// ParseSession reads what AppendText writes. The error is ErrSession and never quotes the text.
func ParseSession(text []byte) (*Session, error) {
	l := lines.Read(text, sessionHeader, maxSessionBytes)
	s := &Session{Ledger: l.Value("ledger")}
	l.Hex("set", s.Set[:])
	l.Hex("request", s.Request[:])
	total := 0
	for n := l.Number("pictures", maxPictures); n > 0 && l.OK; n-- {
		var p asked
		digest, rest, _ := strings.Cut(l.Value("picture"), " ")
		count, name, _ := strings.Cut(rest, " ")
		probes, ok := decimal.Parse(count, MaxElements)
		l.Expect(l.OK && hexa.Decode(p.digest[:], digest) && ok && name != "" && name == cleanName(name))
		p.name = name
		for ; probes > 0 && l.OK; probes-- {
			blind, text, _ := strings.Cut(l.Value("probe"), " ")
			var b [group.ScalarSize]byte
			k := group.NewScalar()
			t := make([]byte, len(text)/2)
			l.Expect(hexa.Decode(b[:], blind) && k.SetCanonicalBytes(b[:]) == nil && !k.IsZero() && len(t) > 0 && len(t) <= 64 && hexa.Decode(t, text))
			p.tokens, p.blinds = append(p.tokens, t), append(p.blinds, k)
			total++
		}
		s.pictures = append(s.pictures, p)
	}
	if !l.Done() || s.Ledger == "" || total == 0 || total > MaxElements {
		return nil, ErrSession
	}
	return s, nil
}
