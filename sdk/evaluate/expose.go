package evaluate

import (
	"image"

	"github.com/veilhash/veilhash/sdk/group"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// Classic are goimagehash's hashes of a picture, in the order of ClassicNames.
func Classic(p image.Image) ([len(ClassicNames)]uint64, error) { return classic(p) }

// VoucherBytes is the length of a voucher with so many probes, one layer, and a payload of the usual 4096 bytes.
func VoucherBytes(probes int) int {
	p := voucher.Params{Keys: make([]*group.Element, 1), Probes: probes, ShareSize: threshold.ShareSize(0), PayloadSize: payloadSize}
	return p.Size()
}

// Wilson is the 95 % score interval of a proportion (Wilson 1927), for trials that are independent: one copy of each picture.
func Wilson(hits, trials int) Rate { return wilson(hits, trials) }
