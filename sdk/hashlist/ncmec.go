package hashlist

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// ncmecNamespace is that of version 2 of NCMEC's Hash Sharing API.
const ncmecNamespace = "https://hashsharing.ncmec.org/hashsharing/v2"

// ncmec reads FormatNCMEC: queryResult/{images,videos}/{image,video,deletedImage,
// deletedVideo}, and queryResult/paging/next.
type ncmec struct {
	name  string
	in    *input
	dec   *xml.Decoder
	sum   *Summary
	depth int // elements that are open
	root  bool

	section string // "images" or "videos" while inside
	index   int    // of the record within its section, from 1
	count   int    // what the section claims, -1 if nothing
}

func newNCMEC(name string, t text, cfg Config, sum *Summary) *ncmec {
	p := &ncmec{name: name, in: newInput(t, cfg.MaxRecord), sum: sum}
	p.dec = xml.NewDecoder(p.in)
	p.dec.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
		l := strings.ToLower(label)
		if t.wide && strings.HasPrefix(l, "utf-16") || l == "us-ascii" || l == "ascii" {
			return r, nil // converted already, or a part of UTF-8
		}
		return nil, fault(FaultEncoding, "declares encoding %s, which the bytes are not or the package does not read: convert the list to UTF-8", clip(label))
	}
	return p
}

func (p *ncmec) next() (Record, error) {
	for {
		p.in.mark(p.dec.InputOffset())
		tok, err := p.token()
		if err == io.EOF && p.root {
			return Record{}, io.EOF
		}
		if err == io.EOF {
			return Record{}, p.at("", fault(FaultTruncated, "no root element"))
		}
		if err != nil {
			return Record{}, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			rec, done, err := p.open(t)
			if done || err != nil {
				return rec, err
			}
		case xml.EndElement:
			p.close()
		case xml.CharData:
			if strings.TrimSpace(string(t)) != "" {
				bad := p.at(p.path(), fault(FaultStructure, "text between elements"))
				bad.separable = p.depth > 0
				return Record{}, bad
			}
		}
	}
}

// open handles an element above the level of records; done means that rec is
// one.
func (p *ncmec) open(t xml.StartElement) (rec Record, done bool, _ error) {
	name := t.Name.Local
	switch {
	case p.depth == 1 && p.root:
		return rec, false, p.at(name, fault(FaultStructure, "a second root element: one file a page"))
	case p.depth == 1:
		p.root = true
		if name != "queryResult" {
			return rec, false, p.at(name, fault(FaultStructure, "root element %s, want queryResult: not a reply to a query for entries", clip(name)))
		}
		if s := t.Name.Space; s != "" && s != ncmecNamespace {
			return rec, false, p.at(name, fault(FaultStructure, "namespace %s, want that of version 2, %q", clip(s), ncmecNamespace))
		}
	case p.section != "":
		p.index++
		rec, err := p.record(t)
		return rec, true, err
	case name == "images" || name == "videos":
		p.section, p.index, p.count = name, 0, -1
		if c, _ := attr(t, "count"); c != "" {
			n, err := strconv.Atoi(c)
			if err != nil || n < 0 {
				p.sum.warn(fmt.Sprintf("%s: %s/@count is %s", p.name, name, clip(c)))
			} else {
				p.count = n
			}
		}
	case name == "paging":
		return rec, false, p.paging()
	default:
		p.sum.warn(fmt.Sprintf("%s: element %s is not read", p.name, clip(name)))
		return rec, false, p.skip()
	}
	return rec, false, nil
}

// close handles the end of a section or of the root.
func (p *ncmec) close() {
	if p.section == "" {
		return
	}
	if p.count >= 0 && p.count != p.index {
		p.sum.warn(fmt.Sprintf("%s: %s/@count is %d, but there are %d records", p.name, p.section, p.count, p.index))
	}
	p.section = ""
}

// ncmecRecord collects the parts of a record that matter, and the first fault
// that concerns the record alone.
type ncmecRecord struct {
	member, id, class, pdq string
	updated                time.Time
	seen                   map[string]bool
	bad                    *SyntaxError
}

// record reads one record to its end tag, so that the next can be read even if
// this one is broken. Its errors are those that are not separable, and then the
// record's own.
func (p *ncmec) record(t xml.StartElement) (Record, error) {
	path := p.path() + "/" + t.Name.Local + "[" + strconv.Itoa(p.index) + "]"
	r := ncmecRecord{seen: map[string]bool{}}
	keep := func(element string, bad *SyntaxError) {
		if bad != nil && r.bad == nil {
			r.bad = p.at(path+element, bad)
			r.bad.separable = true
		}
	}
	err := p.children(func(c xml.StartElement) error {
		name := c.Name.Local
		here := "/" + name
		var bad *SyntaxError
		var s string
		var err error
		switch name {
		case "member":
			if r.member, bad = attr(c, "id"); bad == nil {
				bad = checkMember(r.member)
			}
			here += "/@id"
			err = p.skip()
		case "id":
			if s, bad, err = p.text(maxText); err == nil && bad == nil {
				r.id, bad = cloneText(s, "id")
			}
		case "classification":
			if s, bad, err = p.text(maxText); err == nil && bad == nil {
				r.class, bad = cloneText(s, "classification")
			}
		case "timestamp":
			if s, bad, err = p.text(maxText); err == nil && bad == nil {
				r.updated, bad = parseTimestamp(s)
			}
		case "fingerprints":
			err = p.fingerprints(&r, keep)
		default: // feedback, and whatever version 2 may still grow
			return p.skip()
		}
		if err != nil {
			return err
		}
		if r.seen[name] {
			bad = fault(FaultDuplicate, "occurs twice")
		}
		r.seen[name] = true
		keep(here, bad)
		return nil
	}, keep)
	if err != nil {
		return Record{}, err
	}
	rec, element, bad := r.finish(t.Name.Local, p.section)
	keep(element, bad)
	if r.bad != nil {
		return Record{}, r.bad
	}
	return rec, nil
}

// fingerprints reads the children of the element: only pdq is of use here.
func (p *ncmec) fingerprints(r *ncmecRecord, keep func(string, *SyntaxError)) error {
	return p.children(func(c xml.StartElement) error {
		if c.Name.Local != "pdq" {
			return p.skip()
		}
		s, bad, err := p.text(maxText)
		if err != nil {
			return err
		}
		if r.seen["/pdq"] {
			bad = fault(FaultDuplicate, "occurs twice")
		}
		r.seen["/pdq"] = true
		r.pdq = s
		keep("/fingerprints/pdq", bad)
		return nil
	}, keep)
}

// finish makes the record of its parts, or says which element is at fault.
func (r *ncmecRecord) finish(kind, section string) (Record, string, *SyntaxError) {
	switch kind {
	case "image", "deletedImage":
		if section != "images" {
			return Record{}, "", fault(FaultStructure, "an image in %s", section)
		}
	case "video", "deletedVideo":
		if section != "videos" {
			return Record{}, "", fault(FaultStructure, "a video in %s", section)
		}
	default:
		return Record{}, "", fault(FaultStructure, "want image, video, deletedImage or deletedVideo")
	}
	switch {
	case r.member == "":
		return Record{}, "/member", fault(FaultMissing, "no member")
	case r.id == "":
		return Record{}, "/id", fault(FaultMissing, "no id")
	case section == "videos":
		return skip(ReasonVideo), "", nil
	}
	// The number of the member ends at the slash, so that two different pairs
	// never make one key.
	key := r.member + "/" + r.id
	rec := Record{Op: OpRemove, Key: key, Entry: Entry{ID: key, Updated: r.updated, Quality: QualityUnknown}}
	switch {
	case kind == "deletedImage":
		rec.Reason = ReasonWithdrawn
	case r.pdq == "":
		// It replaces an earlier version of the record that may have had one.
		rec.Reason = ReasonOtherHash
	default:
		h, bad := parsePDQ(r.pdq)
		if bad != nil {
			return Record{}, "/fingerprints/pdq", bad
		}
		rec.Op = OpAdd
		rec.Entry.PDQ, rec.Entry.Classification = h, r.class
	}
	return rec, "", nil
}

// paging notes whether another page follows.
func (p *ncmec) paging() error {
	ignore := func(string, *SyntaxError) {}
	return p.children(func(c xml.StartElement) error {
		if c.Name.Local != "next" {
			return p.skip()
		}
		s, bad, err := p.text(maxText)
		p.sum.More = s != "" || bad != nil
		return err
	}, ignore)
}

// children calls visit for each child of the element that was just opened, and
// returns behind its end tag. visit must consume its element. Text between
// children is a fault of the record.
func (p *ncmec) children(visit func(xml.StartElement) error, keep func(string, *SyntaxError)) error {
	for {
		tok, err := p.token()
		if err != nil {
			return p.early(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if err := visit(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		case xml.CharData:
			if strings.TrimSpace(string(t)) != "" {
				keep("", fault(FaultStructure, "text between elements"))
			}
		}
	}
}

// text returns the trimmed text of the element that was just opened, behind its
// end tag.
func (p *ncmec) text(most int) (string, *SyntaxError, error) {
	var b []byte
	var bad *SyntaxError
	for {
		tok, err := p.token()
		if err != nil {
			return "", nil, p.early(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			bad = fault(FaultStructure, "element %s where text is expected", clip(t.Name.Local))
			if err := p.skip(); err != nil {
				return "", nil, err
			}
		case xml.EndElement:
			return strings.TrimSpace(string(b)), bad, nil
		case xml.CharData:
			if len(b)+len(t) > most {
				bad = fault(FaultTooLong, "more than %d bytes of text", most)
				continue
			}
			b = append(b, t...)
		}
	}
}

// skip reads to the end of the element that was just opened.
func (p *ncmec) skip() error {
	for outside := p.depth - 1; p.depth > outside; {
		if _, err := p.token(); err != nil {
			return p.early(err)
		}
	}
	return nil
}

// early is for an end of file where an element is open.
func (p *ncmec) early(err error) error {
	if err == io.EOF {
		return p.at(p.path(), fault(FaultTruncated, "the file ends in the middle of a record"))
	}
	return err
}

// token returns the next token. It refuses document type declarations: without
// one there are no entities but the five of XML, so nothing expands.
func (p *ncmec) token() (xml.Token, error) {
	tok, err := p.dec.Token()
	if err != nil {
		return nil, p.wrap(err)
	}
	switch tok.(type) {
	case xml.StartElement:
		if p.depth++; p.depth > maxDepth {
			return nil, p.at(p.path(), fault(FaultTooDeep, "elements nested more than %d deep", maxDepth))
		}
	case xml.EndElement:
		p.depth--
	case xml.Directive:
		return nil, p.at("", fault(FaultDoctype, "a document type declaration: refused, since entities can be declared in it"))
	}
	return tok, nil
}

// wrap turns an error of the decoder into one of the package. What ended the
// input goes first, since the decoder may see it as something else.
func (p *ncmec) wrap(err error) error {
	var own *SyntaxError
	var syn *xml.SyntaxError
	switch {
	case p.in.err != nil && p.in.err != io.EOF:
		if errors.As(p.in.err, &own) {
			return p.at(p.path(), own)
		}
		return p.in.err
	case err == io.EOF:
		return io.EOF
	case errors.As(err, &own):
		return p.at(p.path(), own)
	case errors.As(err, &syn) && p.in.err == io.EOF && syn.Msg == "unexpected EOF":
		return p.at(p.path(), fault(FaultTruncated, "the file ends in the middle of the markup"))
	case errors.As(err, &syn):
		bad := p.at(p.path(), fault(FaultXML, "not well-formed: %s", syn.Msg))
		bad.Line = syn.Line
		return bad
	}
	return p.at(p.path(), fault(FaultXML, "not readable: %v", err))
}

// at adds the place to e.
func (p *ncmec) at(element string, e *SyntaxError) *SyntaxError {
	e.Line, _ = p.dec.InputPos()
	e.Element = element
	return e
}

// path returns the element above the records that is open.
func (p *ncmec) path() string {
	switch {
	case p.section != "":
		return "queryResult/" + p.section
	case p.root:
		return "queryResult"
	}
	return ""
}

// attr returns an attribute. Two of one name are not well-formed, which
// encoding/xml does not notice.
func attr(t xml.StartElement, name string) (string, *SyntaxError) {
	value, n := "", 0
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			value = strings.TrimSpace(a.Value)
			n++
		}
	}
	switch {
	case n == 0 || value == "":
		return "", fault(FaultMissing, "no attribute %s", name)
	case n > 1:
		return "", fault(FaultDuplicate, "two attributes %s", name)
	}
	return value, nil
}

// checkMember refuses what is not the number of a member.
func checkMember(s string) *SyntaxError {
	if _, err := strconv.ParseUint(s, 10, 63); err != nil {
		return fault(FaultValue, "member %s, want a number", clip(s))
	}
	return nil
}

// parseTimestamp reads ISO 8601 with a zone, as 2017-10-24T15:00:00Z.
func parseTimestamp(s string) (time.Time, *SyntaxError) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fault(FaultValue, "time %s, want the form 2017-10-24T15:00:00Z", clip(s))
	}
	return t.UTC(), nil
}
