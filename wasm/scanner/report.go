package main

import (
	"strconv"

	"github.com/veilhash/veilhash/sdk"
)

// appendReport appends what is to be told of an upload as one JSON object, of the shape ScanReport in web/src/instance.ts.
func appendReport(dst []byte, u *sdk.Upload) []byte {
	r := u.Report
	j := jsonWriter{text: dst}
	j.open('{')
	if u.Held != sdk.NotHeld {
		j.name("held")
		j.string(u.Held.String())
	}
	if r.Reason != nil {
		j.name("reason")
		j.open('{')
		j.failure(r.Reason)
		j.close('}')
	}
	j.name("views")
	j.open('[')
	for i := range r.Views {
		v := &r.Views[i]
		j.open('{')
		j.name("view")
		j.string(v.View.String())
		j.name("pdq")
		j.string(v.Hash.String())
		j.name("quality")
		j.number(v.Quality)
		j.close('}')
	}
	j.close(']')
	j.name("probes")
	j.open('[')
	for i := range r.Probes {
		p := &r.Probes[i]
		j.open('{')
		j.name("view")
		j.string(p.View.String())
		j.name("flips")
		j.open('[')
		for _, bit := range p.Flips {
			j.number(bit)
		}
		j.close(']')
		j.name("dummy")
		if p.Dummy {
			j.word("true")
		} else {
			j.word("false")
		}
		j.close('}')
	}
	j.close(']')
	j.name("alarms")
	j.open('[')
	for _, a := range r.Alarms {
		j.open('{')
		j.name("layer")
		j.number(a.Ref.Layer)
		j.name("shard")
		j.number(a.Ref.Shard)
		j.name("block")
		j.number(a.Ref.Block)
		j.failure(a.Err)
		j.close('}')
	}
	j.close(']')
	j.close('}')
	return j.text
}

// A jsonWriter appends JSON (RFC 8259). It is written by hand because encoding/json would cost the scanner 190 KB, and its methods
// are not inlined because they are called so often.
type jsonWriter struct {
	text  []byte
	comma bool // whether a value stands before this place
}

//go:noinline
func (j *jsonWriter) value() {
	if j.comma {
		j.text = append(j.text, ',')
	}
	j.comma = true
}

//go:noinline
func (j *jsonWriter) open(bracket byte) {
	j.value()
	j.text = append(j.text, bracket)
	j.comma = false
}

//go:noinline
func (j *jsonWriter) close(bracket byte) {
	j.text = append(j.text, bracket)
	j.comma = true
}

//go:noinline
func (j *jsonWriter) name(s string) {
	j.string(s)
	j.text = append(j.text, ':')
	j.comma = false
}

//go:noinline
func (j *jsonWriter) word(s string) {
	j.value()
	j.text = append(j.text, s...)
}

//go:noinline
func (j *jsonWriter) number(n int) { j.word(strconv.Itoa(n)) }

// failure writes an error's two members.
//
//go:noinline
func (j *jsonWriter) failure(err error) {
	j.name("code")
	j.string(code(err))
	j.name("message")
	j.string(err.Error())
}

// string writes a string (RFC 8259, section 7). Bytes that are not UTF-8 become U+FFFD.
//
//go:noinline
func (j *jsonWriter) string(s string) {
	const digits = "0123456789abcdef"
	j.value()
	j.text = append(j.text, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			j.text = append(j.text, '\\', byte(r))
		case r < ' ':
			j.text = append(j.text, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
		default:
			j.text = append(j.text, string(r)...)
		}
	}
	j.text = append(j.text, '"')
}
