package hashlist

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// object is a JSON object of a record.
type object = map[string]any

// feed is what tells the two JSON feeds apart.
type feed struct {
	key    string                                // of the array of records
	meta   func(p *pages, key string, value any) // another key of the page
	record func(f *fields) Record                // one record
}

// pages reads a feed: one or more pages, each a JSON object with an array of
// records. It holds one record at a time.
type pages struct {
	feed  feed
	name  string
	in    *input
	dec   *json.Decoder
	sum   *Summary
	state pagesState

	page  int             // from 1
	seen  map[string]bool // keys of the page
	index int             // of the next record of the page, from 0
	count int             // what the page claims, -1 if nothing
	more  bool            // the page says that another follows
}

type pagesState uint8

const (
	betweenPages pagesState = iota
	inPage
	inRecords
)

func newPages(f feed, name string, t text, cfg Config, sum *Summary) *pages {
	p := &pages{feed: f, name: name, in: newInput(t, cfg.MaxRecord), sum: sum}
	p.dec = json.NewDecoder(p.in)
	p.dec.UseNumber() // ids and times are integers beyond 2^53
	return p
}

func (p *pages) next() (Record, error) {
	for {
		p.in.mark(p.dec.InputOffset())
		switch p.state {
		case betweenPages:
			tok, err := p.dec.Token()
			if err == io.EOF && p.page > 0 && p.in.err == io.EOF {
				return Record{}, io.EOF
			}
			if err != nil {
				return Record{}, p.wrap(err)
			}
			p.page++
			if tok != json.Delim('{') {
				return Record{}, p.at("", fault(FaultStructure, "want a page, which is a JSON object"))
			}
			p.state, p.seen, p.index, p.count, p.more = inPage, map[string]bool{}, 0, -1, false
		case inPage:
			if err := p.member(); err != nil {
				return Record{}, err
			}
		case inRecords:
			if p.dec.More() {
				return p.one()
			}
			if _, err := p.dec.Token(); err != nil { // ']'
				return Record{}, p.wrap(err)
			}
			p.state = inPage
		}
	}
}

// member reads one key of a page, or its end.
func (p *pages) member() error {
	tok, err := p.dec.Token()
	if err != nil {
		return p.wrap(err)
	}
	if tok == json.Delim('}') {
		if !p.seen[p.feed.key] {
			return p.at("", fault(FaultMissing, "a page without %s%s", p.feed.key, p.errorReply()))
		}
		if p.count >= 0 && p.count != p.index {
			p.sum.warn(fmt.Sprintf("%s: count is %d, but there are %d records", p.name, p.count, p.index))
		}
		p.sum.More = p.more
		p.state = betweenPages
		return nil
	}
	key, ok := tok.(string)
	if !ok { // the decoder refuses it first
		return p.at("", fault(FaultJSON, "not well-formed: a key is no string"))
	}
	if p.seen[key] {
		return p.at(clipKey(key), fault(FaultDuplicate, "occurs twice in a page"))
	}
	if len(p.seen) >= maxKeys {
		return p.at("", fault(FaultTooLong, "a page with more than %d keys", maxKeys))
	}
	p.seen[key] = true
	if key == p.feed.key {
		tok, err := p.dec.Token()
		if err != nil {
			return p.wrap(err)
		}
		if tok != json.Delim('[') {
			return p.at(key, fault(FaultType, "want an array"))
		}
		p.state = inRecords
		return nil
	}
	var v values
	value, err := p.value(&v, clipKey(key), 1)
	if err != nil {
		return err
	}
	if v.bad != nil {
		return p.at(v.bad.Element, v.bad)
	}
	p.feed.meta(p, key, value)
	return nil
}

// maxKeys bounds the keys of a page, which are remembered to find duplicates;
// those of a record are bounded by the size of the record.
const maxKeys = 1000

// errorReply explains a page that is a reply of the service saying no.
func (p *pages) errorReply() string {
	if p.seen["error"] {
		return ", but with an error: the service refused the request"
	}
	return ""
}

// one reads a record.
func (p *pages) one() (Record, error) {
	path := p.feed.key + "[" + strconv.Itoa(p.index) + "]"
	if p.page > 1 {
		path = "page " + strconv.Itoa(p.page) + " " + path
	}
	p.index++
	var v values
	value, err := p.value(&v, path, 2)
	if err != nil {
		return Record{}, err
	}
	bad := v.bad
	var rec Record
	if o, ok := value.(object); bad == nil && !ok {
		bad = fault(FaultType, "want a JSON object")
		bad.Element = path
	} else if bad == nil {
		f := &fields{object: o, path: path}
		rec = p.feed.record(f)
		bad = f.bad
	}
	if bad != nil {
		p.at(bad.Element, bad)
		bad.separable = true
		return Record{}, bad
	}
	return rec, nil
}

// values collects the first fault in a value that does not keep the decoder
// from reading on.
type values struct{ bad *SyntaxError }

// value reads one JSON value: object, []any, string, json.Number, bool or nil.
// Its size is bounded by the input's limit, its depth here.
func (p *pages) value(v *values, path string, depth int) (any, error) {
	tok, err := p.dec.Token()
	if err != nil {
		return nil, p.wrap(err)
	}
	d, ok := tok.(json.Delim)
	if !ok {
		return tok, nil
	}
	if depth >= maxDepth {
		return nil, p.at(path, fault(FaultTooDeep, "values nested more than %d deep", maxDepth))
	}
	if d == '[' {
		list := []any{}
		for p.dec.More() {
			e, err := p.value(v, path, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, e)
		}
		_, err := p.dec.Token()
		return list, p.wrap(err)
	}
	o := object{}
	for p.dec.More() {
		tok, err := p.dec.Token()
		if err != nil {
			return nil, p.wrap(err)
		}
		key, ok := tok.(string)
		if !ok { // the decoder refuses it first
			return nil, p.at(path, fault(FaultJSON, "not well-formed: a key is no string"))
		}
		e, err := p.value(v, path, depth+1)
		if err != nil {
			return nil, err
		}
		if _, twice := o[key]; twice && v.bad == nil {
			// Parsers differ in which one they take, so that two readers of one
			// list would hold different entries.
			v.bad = fault(FaultDuplicate, "key occurs twice")
			v.bad.Element = path + "." + clipKey(key)
		}
		o[key] = e
	}
	_, err = p.dec.Token()
	return o, p.wrap(err)
}

// wrap turns an error of the decoder into one of the package; nil stays nil.
func (p *pages) wrap(err error) error {
	if err == nil {
		return nil
	}
	var own *SyntaxError
	var syn *json.SyntaxError
	switch {
	case p.in.err != nil && p.in.err != io.EOF:
		if errors.As(p.in.err, &own) {
			return p.at("", own)
		}
		return p.in.err
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return p.at("", fault(FaultTruncated, "the file ends in the middle of a page"))
	case errors.As(err, &syn):
		return p.at("", fault(FaultJSON, "not well-formed: %v", syn))
	}
	return p.at("", fault(FaultJSON, "not readable: %v", err))
}

// at adds the place to e.
func (p *pages) at(element string, e *SyntaxError) *SyntaxError {
	if e.Offset == 0 {
		e.Offset = p.dec.InputOffset()
	}
	if element == "" && p.state == inRecords {
		element = p.feed.key + "[" + strconv.Itoa(max(p.index-1, 0)) + "]"
	}
	e.Element = element
	return e
}

// clipKey makes a foreign key fit for a path.
func clipKey(key string) string {
	for _, c := range key {
		if c <= ' ' || c > '~' {
			return clip(key)
		}
	}
	if len(key) > 24 {
		return clip(key)
	}
	return key
}

// fields reads the fields of a record and keeps the first fault.
type fields struct {
	object object
	path   string
	bad    *SyntaxError
}

// fail notes a fault of the value at the path below the record.
func (f *fields) fail(at string, bad *SyntaxError) {
	if f.bad == nil && bad != nil {
		bad.Element = f.path + at
		f.bad = bad
	}
}

// text returns a string, and whether the key has one; null is as good as absent.
func (f *fields) text(key string) (string, bool) {
	switch v := f.object[key].(type) {
	case nil:
		return "", false
	case string:
		s, bad := cloneText(v, key)
		f.fail("."+key, bad)
		return s, true
	}
	f.fail("."+key, fault(FaultType, "want a string"))
	return "", false
}

// need is text for a key that must be there and not empty.
func (f *fields) need(key string) string {
	s, ok := f.text(key)
	if !ok || s == "" {
		f.fail("."+key, fault(FaultMissing, "no %s", key))
	}
	return s
}

// seconds returns a time that is given in seconds since 1970, as a number or as
// the digits of one.
func (f *fields) seconds(key string) time.Time {
	var digits string
	switch v := f.object[key].(type) {
	case nil:
		return time.Time{}
	case json.Number:
		digits = v.String()
	case string:
		digits = v
	default:
		f.fail("."+key, fault(FaultType, "want a number of seconds"))
		return time.Time{}
	}
	const year9999 = 253402300799
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > year9999 {
		f.fail("."+key, fault(FaultValue, "time %s, want seconds since 1970", clip(digits)))
		return time.Time{}
	}
	if n == 0 {
		return time.Time{} // not stated
	}
	return time.Unix(n, 0).UTC()
}

// claim notes how many records a page claims to have.
func (p *pages) claim(value any) {
	n, ok := value.(json.Number)
	c, err := strconv.Atoi(n.String())
	if !ok || err != nil || c < 0 {
		p.sum.warn(p.name + ": count is no number")
		return
	}
	p.count = c
}
