package hashlist

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// writer writes a list in one format: what stands before, one record with what
// separates it from the one before, and what stands behind.
type writer struct {
	format Format
	head   string
	tail   string
	record func(i int, r Record) string
}

// writers write what random records hold. Each writes only what its format has
// room for; fit says what remains of a record.
var writers = []struct {
	writer
	fit func(Record) Record
}{
	{
		writer{FormatPlain, "# list\n", "# end\n", func(i int, r Record) string {
			return r.Entry.PDQ.String() + "\n"
		}},
		func(r Record) Record {
			return Record{Op: OpAdd, Entry: Entry{PDQ: r.Entry.PDQ, Quality: QualityUnknown}}
		},
	},
	{
		writer{FormatCSV, "id,hash,quality,class,phash,dhash,ahash\n", "", func(i int, r Record) string {
			quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
			q := ""
			if r.Entry.Quality != QualityUnknown {
				q = fmt.Sprint(r.Entry.Quality)
			}
			e := r.Entry
			return strings.Join([]string{quote(e.ID), e.PDQ.String(), q, quote(e.Classification), e.Extra.PHash, e.Extra.DHash, e.Extra.AHash}, ",") + "\n"
		}},
		func(r Record) Record {
			r.Entry.Updated = time.Time{}
			return Record{Op: OpAdd, Entry: r.Entry}
		},
	},
	{
		writer{FormatNCMEC, `<queryResult xmlns="` + ncmecNamespace + `"><images>`, "</images></queryResult>", func(i int, r Record) string {
			member, id, _ := strings.Cut(r.Entry.ID, "/")
			common := fmt.Sprintf("<member id=%q>M</member><id>%s</id><timestamp>%s</timestamp>",
				member, escape(id), r.Entry.Updated.Format(time.RFC3339Nano))
			if r.Op == OpRemove {
				return "<deletedImage>" + common + "</deletedImage>\n"
			}
			return fmt.Sprintf("<image>%s<classification>%s</classification><fingerprints><md5/><pdq> %v </pdq></fingerprints></image>\n",
				common, escape(r.Entry.Classification), r.Entry.PDQ)
		}},
		func(r Record) Record {
			r.Entry.Quality, r.Entry.Extra = QualityUnknown, Extra{}
			r.Key = r.Entry.ID
			return withdrawn(r)
		},
	},
	{
		writer{FormatStopNCII, `{"count": 1, "hashRecords": [` + "\n", `], "hasMoreRecords": false}`, func(i int, r Record) string {
			status := "Active"
			if r.Op == OpRemove {
				status = "Withdrawn"
			}
			return comma(i) + marshal(object{
				"hashValue": strings.ToUpper(r.Entry.PDQ.String()), "signalType": "ImagePDQ", "hashStatus": status,
				"lastModtimestamp": r.Entry.Updated.Unix(), "caseNumbers": object{"a": "Active"},
			})
		}},
		func(r Record) Record {
			r.Key = r.Entry.PDQ.String()
			r.Entry = Entry{PDQ: r.Entry.PDQ, ID: r.Key, Quality: QualityUnknown, Updated: r.Entry.Updated.Truncate(time.Second)}
			return withdrawn(r)
		},
	},
	{
		writer{FormatThreatExchange, `{"data": [` + "\n", `], "paging": {}}`, func(i int, r Record) string {
			o := object{
				"id": r.Entry.ID, "indicator": r.Entry.PDQ.String(), "type": "HASH_PDQ",
				"last_updated": r.Entry.Updated.Unix(), "should_delete": r.Op == OpRemove,
			}
			if r.Op == OpAdd {
				o["descriptors"] = object{"data": []object{{"status": "MALICIOUS", "tags": []string{r.Entry.Classification}}}}
			}
			return comma(i) + marshal(o)
		}},
		func(r Record) Record {
			r.Entry.Quality, r.Entry.Extra = QualityUnknown, Extra{}
			r.Entry.Updated = r.Entry.Updated.Truncate(time.Second)
			r.Key = r.Entry.ID
			return withdrawn(r)
		},
	},
}

// withdrawn reduces a removal to what it carries.
func withdrawn(r Record) Record {
	if r.Op == OpRemove {
		r.Reason = ReasonWithdrawn
		r.Entry = Entry{ID: r.Entry.ID, Updated: r.Entry.Updated, Quality: QualityUnknown}
	}
	return r
}

func (w writer) write(recs []Record) string {
	var b strings.Builder
	b.WriteString(w.head)
	for i, r := range recs {
		b.WriteString(w.record(i, r))
	}
	b.WriteString(w.tail)
	return b.String()
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ",\n"
}

func marshal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err)
	}
	return b.String()
}

// randomRecord draws a record of which every format can write a part.
func randomRecord(rng *rand.Rand) Record {
	text := func() string {
		const alphabet = `ab,"<>&#'{}[]:\/é漢 👁`
		runes := []rune(alphabet)
		s := "x"
		for range rng.IntN(8) {
			s += string(runes[rng.IntN(len(runes))])
		}
		return s + "y" // text is trimmed
	}
	digits := func() string { return fmt.Sprintf("%016x", rng.Uint64()) }
	r := Record{Op: OpAdd, Entry: Entry{
		ID: fmt.Sprint(rng.IntN(1000)) + "/" + text(), Quality: 50 + rng.IntN(51),
		Classification: text(), Updated: time.UnixMilli(1 + rng.Int64N(4e12)).UTC(),
	}}
	for i := range r.Entry.PDQ {
		r.Entry.PDQ[i] = byte(rng.Uint32())
	}
	if rng.IntN(4) == 0 {
		r.Entry.Quality = QualityUnknown
	}
	if rng.IntN(2) == 0 {
		r.Entry.Extra = Extra{PHash: digits(), DHash: digits() + digits() + digits() + digits(), AHash: digits()}
	}
	if rng.IntN(5) == 0 {
		r.Op = OpRemove
	}
	return r
}
