package sdk

import (
	"errors"
	"slices"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/token"
	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// A CodedError is a condition that crosses a boundary where Go's errors do not reach: to JavaScript, or into an HTTP answer.
type CodedError struct {
	Code     string // stable, lower case with hyphens
	Sentence string // what it means and what to do, for people
}

// CodeInternal is the code of an error that has none of its own. It is a defect of this module or of its caller.
const CodeInternal = "internal"

// codes is the one table of conditions. The TypeScript union is generated from it, and a test compares the two. A scanner in a browser
// does not hold the sentences: nothing there calls Codes.
var codes = [...]CodedError{
	{"config", "The manifest, the account and the clock are all required."},
	{"needs-upload", "The set has synthetic vouchers: seal an upload of two vouchers, not a single one."},
	{"sent", "The memory of what was sent is damaged; start without it."},
	{"sent-full", "The memory of what was sent is full; repeats will show until the next period."},
	{"manifest", "The set's manifest is not in its canonical form; fetch it again or tell its operator."},
	{"key-reused", "The set has a key that another table had before: do not use it, and tell those who watch the operator."},
	{"scheme", "The set names a token scheme that this version does not know; update the scanner."},
	{"hasher", "The set names a hasher that this version does not know; update the scanner."},
	{"leaves", "The set's file does not agree with its manifest; fetch it again."},
	{"block", "A block of the set is damaged; fetch its file again."},
	{"lookup", "A cell of the set is no group element; tell the set's operator."},
	{"length", "A file of the set is too short or too long; fetch it again."},
	{"leaves-missing", "A block of the set came before its file's digests."},
	{"unread", "A block of the set could not be read."},
	{"ref", "There is no such block in the set."},
	{"keyring", "The key file is not in its canonical form; restore it from a backup."},
	{"no-key", "The key file has no key for this set; use the one that the set was built with."},
	{"account", "This is no account secret; create one, or import it from another device."},
	{"account-damaged", "The account secret is damaged; import it from another device."},
	{"account-last", "The account cannot be replaced by a successor any more; create a new one."},
	{"share", "A share is malformed; no honest client sends it."},
	{"picture-size", "The picture has no pixels, or more than can be hashed."},
	{"picture-quality", "The picture shows too little to be recognised."},
	{"picture-incomplete", "The picture's rows did not all come."},
	{"picture-rows", "The picture's rows came in the wrong size, number or order."},
	{"binding", "The voucher was sealed for another account or message."},
	{"binding-length", "The account or message is longer than 65,535 bytes."},
	{"payload-kind", "The set's manifest does not allow payloads of this kind."},
	{"payload", "The payload does not fit into the set's vouchers."},
	{"voucher-format", "This is no voucher of version 0, or it was cut short or extended."},
	{"voucher-damaged", "The voucher was damaged on the way; send it again."},
	{"voucher-set", "The voucher was sealed for another set."},
	{"voucher-shape", "The voucher does not have the shape of its set's vouchers."},
	{"voucher-point", "A probe of the voucher is no group element."},
	{"voucher-closed", "The voucher stays closed: its picture is not in the set."},
	{"voucher-invalid", "The voucher is a match, but its content was altered."},
	{"payload-key", "This is not the payload key of the voucher's account and period."},
	{"below-threshold", "The account is below the threshold; its payloads are closed."},
	{"policy", "The application's policy is not in its canonical form; its makers have to mend it."},
	{"policy-threshold", "The set opens payloads after fewer matches than the application allows."},
	{"policy-synthetics", "The set has fewer synthetic vouchers than the application asks for."},
	{"policy-bits", "The set's tokens are shorter than the application allows."},
	{"policy-margin", "The set would find more by chance than the application allows."},
	{"policy-kinds", "The set asks for a kind of payload that the application does not allow."},
	{"policy-require", "The set asks fewer curators to recognise an entry than the application does."},
	{"policy-curators", "The set was not endorsed by enough of the curators that the application trusts."},
	{"policy-proof", "There is no proof that the set is in the public log."},
	{"policy-log", "The latest entry of the public log is not this set."},
	{"policy-witnesses", "Too few of the witnesses that the application trusts have seen this set in the log."},
	{"policy-stale", "It is too long ago that witnesses have seen the log; the set may be outdated, or this device's clock is wrong."},
	{"policy-rollback", "The set is older than the one that was used before."},
	{"policy-fork", "The public log was rewritten since it was last seen."},
	{"policy-seen", "What this device remembers of the public log is damaged."},
	{CodeInternal, "Something went wrong inside Veilhash; please report it."},
}

// sentinels are the errors that are values, with their codes; errors that are types follow in codeOfType.
var sentinels = [...]struct {
	code string
	err  error
}{
	{"config", ErrConfig},
	{"needs-upload", ErrNeedsUpload},
	{"sent", threshold.ErrSentFormat},
	{"sent-full", threshold.ErrSentFull},
	{"manifest", blindset.ErrManifest},
	{"key-reused", blindset.ErrKeyReused},
	{"scheme", token.ErrScheme},
	{"leaves", blindset.ErrLeaves},
	{"block", blindset.ErrBlock},
	{"lookup", blindset.ErrLookup},
	{"length", blindset.ErrLength},
	{"leaves-missing", ErrLeavesMissing},
	{"unread", ErrUnread},
	{"ref", ErrRef},
	{"keyring", blindset.ErrKeyring},
	{"no-key", blindset.ErrNoKey},
	{"account", threshold.ErrAccountFormat},
	{"account-damaged", threshold.ErrAccountChecksum},
	{"account-last", threshold.ErrGenerations},
	{"share", threshold.ErrShareSize},
	{"share", threshold.ErrShareZero},
	{"share", threshold.ErrShareRange},
	{"picture-quality", ErrQuality},
	{"picture-incomplete", ErrIncomplete},
	{"picture-incomplete", imagehash.ErrMissingRows},
	{"picture-rows", imagehash.ErrPartialRow},
	{"picture-rows", imagehash.ErrTooManyRows},
	{"picture-rows", imagehash.ErrOrder},
	{"binding", voucher.ErrBinding},
	{"binding-length", ErrBindingLength},
	{"payload-kind", ErrKind},
	{"payload", voucher.ErrContents},
	{"voucher-format", voucher.ErrFormat},
	{"voucher-damaged", voucher.ErrChecksum},
	{"voucher-set", voucher.ErrSet},
	{"voucher-shape", voucher.ErrShape},
	{"voucher-point", voucher.ErrPoint},
	{"voucher-closed", voucher.ErrClosed},
	{"voucher-invalid", voucher.ErrInvalid},
	{"payload-key", voucher.ErrPayloadKey},
	{"below-threshold", ErrBelowThreshold},
	{"policy", trust.ErrPolicy},
	{"policy-threshold", trust.ErrThreshold},
	{"policy-synthetics", trust.ErrSynthetics},
	{"policy-bits", trust.ErrBits},
	{"policy-margin", trust.ErrMargin},
	{"policy-kinds", trust.ErrKinds},
	{"policy-require", trust.ErrRequire},
	{"policy-curators", trust.ErrCurators},
	{"policy-proof", trust.ErrProof},
	{"policy-log", trust.ErrLog},
	{"policy-witnesses", trust.ErrWitnesses},
	{"policy-stale", trust.ErrStale},
	{"policy-rollback", trust.ErrRollback},
	{"policy-fork", trust.ErrFork},
	{"policy-seen", trust.ErrSeen},
}

func codeOfType(err error) string {
	var (
		view  *imagehash.ViewError
		parse *imagehash.ParseError
		size  *imagehash.SizeError
	)
	switch {
	case errors.As(err, &view):
		return "scheme"
	case errors.As(err, &parse):
		return "hasher"
	case errors.As(err, &size):
		return "picture-size"
	}
	return CodeInternal
}

// Code is the code of an error of this module; CodeInternal for any other, and the empty string for nil.
func Code(err error) string {
	if err == nil {
		return ""
	}
	for i := range sentinels {
		if errors.Is(err, sentinels[i].err) {
			return sentinels[i].code
		}
	}
	return codeOfType(err)
}

// Codes lists all codes with their sentences, CodeInternal last.
func Codes() []CodedError { return slices.Clone(codes[:]) }
