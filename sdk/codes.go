package sdk

import (
	"errors"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// A CodedError is a condition that crosses a boundary where Go's errors do not reach: to JavaScript, or into an HTTP answer.
type CodedError struct {
	Code     string // stable, lower case with hyphens
	Sentence string // what it means and what to do, for people
}

// CodeInternal is the code of an error that has none of its own. It is a defect of this module or of its caller.
const CodeInternal = "internal"

// codes is the one table of conditions. The TypeScript union is generated from it, and a test compares the two.
var codes = []struct {
	CodedError
	is func(error) bool
}{
	{CodedError{"config", "The manifest, the account and the clock are all required."}, is(ErrConfig)},
	{CodedError{"needs-upload", "The set has synthetic vouchers: seal an upload of two vouchers, not a single one."}, is(ErrNeedsUpload)},
	{CodedError{"sent", "The memory of what was sent is damaged; start without it."}, is(threshold.ErrSentFormat)},
	{CodedError{"sent-full", "The memory of what was sent is full; repeats will show until the next period."}, is(threshold.ErrSentFull)},
	{CodedError{"manifest", "The set's manifest is not in its canonical form; fetch it again or tell its operator."}, is(blindset.ErrManifest)},
	{CodedError{"scheme", "The set names a token scheme that this version does not know; update the scanner."}, either(is(token.ErrScheme), as[*imagehash.ViewError])},
	{CodedError{"hasher", "The set names a hasher that this version does not know; update the scanner."}, as[*imagehash.ParseError]},
	{CodedError{"leaves", "The set's file does not agree with its manifest; fetch it again."}, is(blindset.ErrLeaves)},
	{CodedError{"block", "A block of the set is damaged; fetch its file again."}, is(blindset.ErrBlock)},
	{CodedError{"lookup", "A cell of the set is no group element; tell the set's operator."}, is(blindset.ErrLookup)},
	{CodedError{"length", "A file of the set is too short or too long; fetch it again."}, is(blindset.ErrLength)},
	{CodedError{"leaves-missing", "A block of the set came before its file's digests."}, is(ErrLeavesMissing)},
	{CodedError{"unread", "A block of the set could not be read."}, is(ErrUnread)},
	{CodedError{"ref", "There is no such block in the set."}, is(ErrRef)},
	{CodedError{"keyring", "The key file is not in its canonical form; restore it from a backup."}, is(blindset.ErrKeyring)},
	{CodedError{"no-key", "The key file has no key for this set; use the one that the set was built with."}, is(blindset.ErrNoKey)},
	{CodedError{"account", "This is no account secret; create one, or import it from another device."}, is(threshold.ErrAccountFormat)},
	{CodedError{"account-damaged", "The account secret is damaged; import it from another device."}, is(threshold.ErrAccountChecksum)},
	{CodedError{"share", "A share is malformed; no honest client sends it."}, is(threshold.ErrShareSize, threshold.ErrShareZero, threshold.ErrShareRange)},
	{CodedError{"picture-size", "The picture has no pixels, or more than can be hashed."}, as[*imagehash.SizeError]},
	{CodedError{"picture-quality", "The picture shows too little to be recognised."}, is(ErrQuality)},
	{CodedError{"picture-incomplete", "The picture's rows did not all come."}, is(ErrIncomplete, imagehash.ErrMissingRows)},
	{CodedError{"picture-rows", "The picture's rows came in the wrong size, number or order."}, is(imagehash.ErrPartialRow, imagehash.ErrTooManyRows, imagehash.ErrOrder)},
	{CodedError{"binding", "The voucher was sealed for another account or message."}, is(voucher.ErrBinding)},
	{CodedError{"binding-length", "The account or message is longer than 65,535 bytes."}, is(ErrBindingLength)},
	{CodedError{"payload-kind", "The set's manifest does not allow payloads of this kind."}, is(ErrKind)},
	{CodedError{"payload", "The payload does not fit into the set's vouchers."}, is(voucher.ErrContents)},
	{CodedError{"voucher-format", "This is no voucher of version 0, or it was cut short or extended."}, is(voucher.ErrFormat)},
	{CodedError{"voucher-damaged", "The voucher was damaged on the way; send it again."}, is(voucher.ErrChecksum)},
	{CodedError{"voucher-set", "The voucher was sealed for another set."}, is(voucher.ErrSet)},
	{CodedError{"voucher-shape", "The voucher does not have the shape of its set's vouchers."}, is(voucher.ErrShape)},
	{CodedError{"voucher-point", "A probe of the voucher is no group element."}, is(voucher.ErrPoint)},
	{CodedError{"voucher-closed", "The voucher stays closed: its picture is not in the set."}, is(voucher.ErrClosed)},
	{CodedError{"voucher-invalid", "The voucher is a match, but its content was altered."}, is(voucher.ErrInvalid)},
	{CodedError{"payload-key", "This is not the payload key of the voucher's account and period."}, is(voucher.ErrPayloadKey)},
	{CodedError{"below-threshold", "The account is below the threshold; its payloads are closed."}, is(ErrBelowThreshold)},
}

func is(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
}

func either(a, b func(error) bool) func(error) bool {
	return func(err error) bool { return a(err) || b(err) }
}

func as[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

// Code is the code of an error of this module; CodeInternal for any other, and the empty string for nil.
func Code(err error) string {
	if err == nil {
		return ""
	}
	for _, c := range codes {
		if c.is(err) {
			return c.Code
		}
	}
	return CodeInternal
}

// Codes lists all codes with their sentences, CodeInternal last.
func Codes() []CodedError {
	out := make([]CodedError, 0, len(codes)+1)
	for _, c := range codes {
		out = append(out, c.CodedError)
	}
	return append(out, CodedError{CodeInternal, "Something went wrong inside Veilhash; please report it."})
}
