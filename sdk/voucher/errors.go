package voucher

import "errors"

// The conditions that a caller may want to tell apart.
var (
	// ErrFormat: the bytes are no voucher of this version, are cut short or extended.
	ErrFormat = errors.New("voucher: not a voucher of version 0, cut short or extended")

	// ErrChecksum: damaged on the way.
	ErrChecksum = errors.New("voucher: damaged: the checksum does not agree")

	// ErrSet: sealed for another set.
	ErrSet = errors.New("voucher: sealed for another set")

	// ErrShape: the numbers of probes or layers, or the length, are not those of the set it names.
	ErrShape = errors.New("voucher: does not have the shape of its set's vouchers")

	// ErrBinding: sealed for another account or message than it came with.
	ErrBinding = errors.New("voucher: sealed for another account or message")

	// ErrPoint: a probe that is no canonical encoding of a group element, or is the identity.
	ErrPoint = errors.New("voucher: a probe is no group element")

	// ErrClosed is the ordinary case: no probe is in the set, and the voucher stays closed.
	ErrClosed = errors.New("voucher: stays closed")

	// ErrInvalid: a probe is in the set, but what it should open was altered.
	ErrInvalid = errors.New("voucher: a match, but its content was altered")

	// ErrPayloadKey: not the payload key of the account and period.
	ErrPayloadKey = errors.New("voucher: wrong payload key")

	// ErrContents: contents that do not fit the set: a share of another length, or a payload that is too long.
	ErrContents = errors.New("voucher: share or payload does not have the set's size")
)
