package hashlist

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// threatFeed reads FormatThreatExchange: pages of /threat_updates.
var threatFeed = feed{
	key: "data",
	meta: func(p *pages, key string, value any) {
		if key != "paging" {
			return
		}
		// The link carries the caller's access token: only its presence is kept.
		o, _ := value.(object)
		next, _ := o["next"].(string)
		p.more = next != ""
	},
	record: threatRecord,
}

// threatRecord reads an update of an indicator.
func threatRecord(f *fields) Record {
	remove := f.flag("should_delete")
	kind, ok := f.text("type")
	if !ok && !remove {
		f.fail(".type", fault(FaultMissing, "no type"))
	}
	if f.bad != nil {
		return Record{}
	}
	if ok && kind != "HASH_PDQ" {
		return skip(ReasonOtherHash)
	}
	digits, _ := f.text("indicator")
	key := f.id()
	if key == "" && digits != "" {
		// The Graph API returns an id unasked; a list that was cut down to the
		// fields asked for still has the indicator.
		key = "indicator/" + strings.ToLower(digits)
	}
	if key == "" {
		f.fail(".id", fault(FaultMissing, "neither id nor indicator"))
	}
	updated := f.seconds("last_updated")
	rec := Record{Op: OpRemove, Key: key, Reason: ReasonWithdrawn}
	rec.Entry = Entry{ID: key, Updated: updated, Quality: QualityUnknown}
	// An update without descriptors is a removal whose flag is missing: nobody
	// who shares data with the reader vouches for the indicator any more
	// (facebook/ThreatExchange issue 834).
	if remove || f.object["descriptors"] == nil || f.bad != nil {
		return rec
	}
	rec.Reason = 0
	if digits == "" {
		f.fail(".indicator", fault(FaultMissing, "no indicator"))
		return rec
	}
	h, bad := parsePDQ(digits)
	f.fail(".indicator", bad)
	confirmed, disputed, tags := f.descriptors()
	switch {
	case disputed:
		rec.Reason = ReasonDisputed
	case !confirmed:
		rec.Reason = ReasonNotConfirmed
	default:
		rec.Op = OpAdd
		rec.Entry.PDQ, rec.Entry.Classification = h, tags
	}
	return rec
}

// flag returns a JSON boolean; absent is false.
func (f *fields) flag(key string) bool {
	switch v := f.object[key].(type) {
	case nil:
		return false
	case bool:
		return v
	}
	f.fail("."+key, fault(FaultType, "want true or false"))
	return false
}

// id returns the indicator's id, which is a string of digits or a number.
func (f *fields) id() string {
	if n, ok := f.object["id"].(json.Number); ok {
		return n.String()
	}
	s, _ := f.text("id")
	return s
}

// descriptors reads the opinions on an indicator: whether somebody says that it
// is malicious, whether somebody says that it is not, and all tags, sorted.
func (f *fields) descriptors() (confirmed, disputed bool, tags string) {
	var all []string
	list := f.list(f.object["descriptors"], ".descriptors")
	for i, d := range list {
		at := ".descriptors[" + strconv.Itoa(i) + "]"
		o, ok := d.(object)
		if !ok {
			f.fail(at, fault(FaultType, "want a JSON object"))
			continue
		}
		switch s := o["status"].(type) {
		case nil:
		case string:
			confirmed = confirmed || s == "MALICIOUS"
			disputed = disputed || s == "NON_MALICIOUS"
		default:
			f.fail(at+".status", fault(FaultType, "want a string"))
		}
		if o["tags"] == nil {
			continue
		}
		for _, t := range f.list(o["tags"], at+".tags") {
			if to, ok := t.(object); ok {
				t = to["text"]
			}
			s, ok := t.(string)
			if !ok {
				f.fail(at+".tags", fault(FaultType, "want strings, or objects with text"))
				continue
			}
			all = append(all, s)
		}
	}
	slices.Sort(all)
	tags, bad := cloneText(strings.Join(slices.Compact(all), ","), "tags")
	f.fail(".descriptors", bad)
	return confirmed, disputed, tags
}

// list returns an array, which the Graph API wraps as {"data": [...]}.
func (f *fields) list(v any, at string) []any {
	if o, ok := v.(object); ok {
		v = o["data"]
	}
	list, ok := v.([]any)
	if !ok {
		f.fail(at, fault(FaultType, "want an array, or an object with one as data"))
	}
	return list
}
