package rig

import (
	"crypto/sha256"
	"net/url"
	"strconv"

	"github.com/veilhash/veilhash/sdk/voucher"
)

// Offsets of docs/protocol.md, section 6.2.
const (
	offID      = 40
	offBinding = 56
	sumSize    = 8
)

// Stamp turns a voucher that stays closed into another one that does, in place: under another id, and for another account and message. It costs two digests, where sealing costs
// multiplications. One that would open no longer does: id and binding are sealed in.
func Stamp(raw []byte, id [16]byte, b voucher.Binding) {
	copy(raw[offID:], id[:])
	digest := b.Digest()
	copy(raw[offBinding:], digest[:])
	const label = "veilhash/v0/checksum"
	h := sha256.New()
	h.Write([]byte{0, byte(len(label))})
	h.Write([]byte(label))
	h.Write(raw[:len(raw)-sumSize])
	var sum [sha256.Size]byte
	copy(raw[len(raw)-sumSize:], h.Sum(sum[:0])[:sumSize])
}

// AppendRequest appends the request that hands a voucher in. header lines end in "\r\n"; there may be none.
func AppendRequest(dst []byte, b voucher.Binding, header string, raw []byte) []byte {
	dst = append(dst, "POST /v0/vouchers?account="...)
	dst = append(dst, url.QueryEscape(b.Account)...)
	dst = append(dst, "&message="...)
	dst = append(dst, url.QueryEscape(b.Message)...)
	dst = append(dst, " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"...)
	dst = append(dst, header...)
	dst = append(dst, "Content-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(raw)), 10)
	dst = append(dst, "\r\n\r\n"...)
	return append(dst, raw...)
}
