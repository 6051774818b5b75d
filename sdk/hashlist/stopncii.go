package hashlist

// stopNCIIFeed reads FormatStopNCII: pages of FetchHashes.
var stopNCIIFeed = feed{
	key: "hashRecords",
	meta: func(p *pages, key string, value any) {
		switch key {
		case "count":
			p.claim(value)
		case "hasMoreRecords":
			more, ok := value.(bool)
			if !ok {
				p.sum.warn(p.name + ": hasMoreRecords is neither true nor false")
			}
			p.more = more
		case "nextPageToken":
			// The service sends a token with the last page too, so it counts
			// only where hasMoreRecords is missing.
			if s, ok := value.(string); ok && s != "" && !p.seen["hasMoreRecords"] {
				p.more = true
			}
		}
	},
	record: stopNCIIRecord,
}

// stopNCIIRecord reads a record. Records are snapshots: one replaces every
// earlier one with the same signal type and hash, so a record that is no entry
// removes the entry.
func stopNCIIRecord(f *fields) Record {
	kind := f.need("signalType")
	if f.bad != nil {
		return Record{}
	}
	if kind != "ImagePDQ" {
		return skip(ReasonOtherHash)
	}
	digits, status := f.need("hashValue"), f.need("hashStatus")
	updated := f.seconds("lastModtimestamp")
	if f.bad != nil {
		return Record{}
	}
	h, bad := parsePDQ(digits)
	if f.fail(".hashValue", bad); bad != nil {
		return Record{}
	}
	id := h.String()
	rec := Record{Op: OpRemove, Key: id, Entry: Entry{ID: id, Updated: updated, Quality: QualityUnknown}}
	switch status {
	case "Active":
		rec.Op = OpAdd
		rec.Entry.PDQ = h
	case "Received", "Unknown":
		rec.Reason = ReasonNotConfirmed
	case "Withdrawn", "Deleted":
		rec.Reason = ReasonWithdrawn
	default:
		f.fail(".hashStatus", fault(FaultValue, "status %s, want Received, Active, Withdrawn or Deleted", clip(status)))
	}
	return rec
}
