package endorse

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strconv"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/internal/hexa"
)

// A Recognition is what a curator signs in the first round: the draft, and a bit for each entry that it recognises (docs/protocol.md, section 9.6).
type Recognition struct {
	Draft   [32]byte
	Entries uint64
	Bitmap  []byte // bit i of entry i, from the lowest of the first byte; bits beyond the entries are zero
}

const (
	recognitionMagic  = "VHR\x00"
	recognitionHeader = "veilhash-recognition v0"
	maxEntries        = 1 << 31
)

// Count is the number of entries that are recognised.
func (r *Recognition) Count() (n int) {
	for _, b := range r.Bitmap {
		n += bits.OnesCount8(b)
	}
	return n
}

func (r *Recognition) set(i uint64) { r.Bitmap[i/8] |= 1 << (i % 8) }

// Has reports whether entry i is recognised.
func (r *Recognition) Has(i int) bool { return r.Bitmap[i/8]>>(i%8)&1 == 1 }

func newRecognition(d *Draft) *Recognition {
	return &Recognition{d.Digest, d.Offer.Entries, make([]byte, (d.Offer.Entries+7)/8)}
}

// text is what is signed.
func (r *Recognition) text() string {
	sum := sha256.Sum256(r.Bitmap)
	return recognitionHeader + "\ndraft " + hexa.String(r.Draft[:]) + "\nentries " + strconv.FormatUint(r.Entries, 10) +
		"\nrecognised " + strconv.Itoa(r.Count()) + "\nbitmap " + hexa.String(sum[:]) + "\n"
}

// sign is the file: the note, and the bitmap behind it.
func (r *Recognition) sign(k *Key) []byte {
	note := k.Sign(r.text())
	b := append([]byte(recognitionMagic), be4(len(note))...)
	return append(append(b, note...), r.Bitmap...)
}

// ParseRecognition reads a recognition and says which of the curators signed it. Errors are ErrFormat and ErrSignature.
func ParseRecognition(b []byte, curators []blindset.Curator) (r *Recognition, signer int, err error) {
	bad := refuse(ErrFormat, "recognition: the file ends early or does not begin as one")
	if len(b) < 8 || string(b[:4]) != recognitionMagic {
		return nil, 0, bad
	}
	n := int(binary.BigEndian.Uint32(b[4:]))
	if n > maxCommitment || n > len(b)-8 {
		return nil, 0, bad
	}
	text, signer, err := openNote("recognition", b[8:8+n], curators)
	if err != nil {
		return nil, 0, err
	}
	r = &Recognition{Bitmap: b[8+n:]}
	f := fields{what: "recognition", rest: text}
	var sum [32]byte
	f.header(recognitionHeader)
	f.hex("draft", r.Draft[:])
	r.Entries = f.number("entries")
	f.number("recognised")
	f.hex("bitmap", sum[:])
	if f.err == nil && (r.Entries > maxEntries || uint64(len(r.Bitmap)) != (r.Entries+7)/8) {
		f.fail("the bitmap has another length")
	}
	if f.err == nil && r.Entries%8 != 0 && r.Bitmap[len(r.Bitmap)-1]>>(r.Entries%8) != 0 {
		f.fail("the bitmap has bits beyond the entries")
	}
	return r, signer, f.end(text, r.text())
}

// CheckCoverage checks that the curators' recognitions are of this draft and that as many distinct curators as the manifest requires recognise each entry but the
// canary. Errors are ErrFormat, ErrSignature, ErrDraft, ErrStage for two by one curator, and ErrCoverage.
func (d *Draft) CheckCoverage(recognitions [][]byte) error {
	m := d.Offer.Manifest
	by := make([]*Recognition, len(m.Curators))
	for _, b := range recognitions {
		r, i, err := ParseRecognition(b, m.Curators)
		if err != nil {
			return err
		}
		if r.Draft != d.Digest || r.Entries != d.Offer.Entries {
			return refuse(ErrDraft, m.Curators[i].Name+" signed draft "+shorten(r.Draft)+", this is "+shorten(d.Digest))
		}
		if by[i] != nil {
			return refuse(ErrStage, "two recognitions of "+m.Curators[i].Name)
		}
		by[i] = r
	}
	short, first, has := 0, 0, 0
	for i := range int(d.Offer.Entries) {
		n := 0
		for _, r := range by {
			if r != nil && r.Has(i) {
				n++
			}
		}
		if int64(i) == d.Canary || n >= m.Require {
			continue
		}
		if short == 0 {
			first, has = i, n
		}
		short++
	}
	if short > 0 {
		return refuse(ErrCoverage, fmt.Sprintf("%d of %d; entry %d is recognised by %d curators, and %d are required", short, d.Offer.Entries, first, has, m.Require))
	}
	return nil
}

// entryReader hands out a draft's entries by rising number.
type entryReader struct {
	d    *Draft
	from int
	buf  []byte
}

func (r *entryReader) at(i int) (tag blindset.Tag, value [blindset.CellSize]byte, err error) {
	const chunk = 1 << 12
	if i < r.from || i >= r.from+len(r.buf)/entrySize {
		r.from = i
		n := min(chunk, int(r.d.Offer.Entries)-i)
		r.buf = append(r.buf[:0], make([]byte, n*entrySize)...)
		if _, err := r.d.file.ReadAt(r.buf, r.d.body+int64(i)*int64(entrySize)); err != nil {
			return tag, value, fmt.Errorf("endorse: the draft: %w", err)
		}
	}
	b := r.buf[(i-r.from)*entrySize:]
	return blindset.Tag(b), [blindset.CellSize]byte(b[len(tag):entrySize]), nil
}
