package problem

import (
	"errors"
	"net/http"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/store"
)

// A Problem is one row of the table.
type Problem struct {
	Status     int           // of the HTTP answer
	Code       string        // stable, lower case with hyphens
	Sentence   string        // what it means and what to do
	RetryAfter time.Duration // when to try again with the same bytes; 0 if that is no use
}

// The rows that are not about a voucher's content.
var (
	NotFound       = Problem{http.StatusNotFound, "not-found", "There is nothing here.", 0}
	Method         = Problem{http.StatusMethodNotAllowed, "method", "This method is not for this address.", 0}
	Host           = Problem{http.StatusMisdirectedRequest, "host", "This server does not answer under this name.", 0}
	Unauthorized   = Problem{http.StatusUnauthorized, "unauthorized", "The application's credentials are missing or wrong.", 0}
	Forbidden      = Problem{http.StatusForbidden, "forbidden", "The application's credentials are good, and not for this.", 0}
	Query          = Problem{http.StatusBadRequest, "query", "The address must name account and message, each once, 1 to 512 bytes of UTF-8 without control characters.", 0}
	MediaType      = Problem{http.StatusUnsupportedMediaType, "media-type", "A voucher is sent as it is: application/octet-stream, not encoded.", 0}
	BodySize       = Problem{http.StatusRequestEntityTooLarge, "body-size", "The body is longer than any voucher that is taken here.", 0}
	BodyTimeout    = Problem{http.StatusRequestTimeout, "body-timeout", "The body did not come in time; send it again.", time.Second}
	Incomplete     = Problem{http.StatusBadRequest, "body-incomplete", "The body broke off; send it again.", 0}
	Conflict       = Problem{http.StatusConflict, "voucher-conflict", "Another voucher has this id already, or this one came with another account or message.", 0}
	Busy           = Problem{http.StatusTooManyRequests, "busy", "More is coming in than can be kept; send the same bytes again later.", time.Second}
	Rate           = Problem{http.StatusTooManyRequests, "rate", "The account, or the application, has sent more than it may; send the same bytes again when Retry-After has passed.", time.Second}
	Unavailable    = Problem{http.StatusServiceUnavailable, "unavailable", "The server cannot keep vouchers at the moment; send the same bytes again later.", 5 * time.Second}
	SetUnavailable = Problem{http.StatusServiceUnavailable, "set-unavailable", "The set cannot be read at the moment; try again later.", 5 * time.Second}
	SetRetired     = Problem{http.StatusGone, "set-retired", "The voucher's set was replaced and is taken no longer: fetch the new set and seal the picture again.", 0}
	Draining       = Problem{http.StatusServiceUnavailable, "draining", "The server is shutting down; send the same bytes again later.", 5 * time.Second}
	Internal       = Problem{http.StatusInternalServerError, "internal", "Something went wrong inside the server; please report it.", 0}
)

// own are these, for Codes.
func own() []Problem {
	return []Problem{NotFound, Method, Host, Unauthorized, Forbidden, Query, MediaType, BodySize, BodyTimeout, Incomplete, Conflict, Busy, Rate, Unavailable, SetUnavailable, SetRetired, Draining, Internal}
}

// vouchers are the conditions of a voucher that ingest refuses, and their status. Code and sentence are the SDK's.
var vouchers = []struct {
	err    error
	status int
}{
	{voucher.ErrFormat, http.StatusBadRequest},
	{voucher.ErrChecksum, http.StatusBadRequest},
	{voucher.ErrSet, http.StatusUnprocessableEntity},
	{voucher.ErrShape, http.StatusUnprocessableEntity},
	{voucher.ErrBinding, http.StatusUnprocessableEntity},
}

// Of finds the problem that an error is. What the table does not know is Unavailable if the store said it, since nothing else that ingest calls can
// fail without a reason of its own.
func Of(err error) Problem {
	for _, v := range vouchers {
		if errors.Is(err, v.err) {
			return Problem{Status: v.status, Code: sdk.Code(v.err), Sentence: sentence(sdk.Code(v.err))}
		}
	}
	switch {
	case errors.Is(err, store.ErrConflict):
		return Conflict
	case errors.Is(err, store.ErrNotFound):
		return NotFound
	case errors.Is(err, store.ErrBusy):
		return Busy
	case errors.Is(err, store.ErrClosed):
		return Draining
	}
	return Unavailable
}

// Codes lists every code that the API can answer with, and its sentence.
func Codes() []sdk.CodedError {
	var out []sdk.CodedError
	for _, p := range own() {
		out = append(out, sdk.CodedError{Code: p.Code, Sentence: p.Sentence})
	}
	for _, v := range vouchers {
		out = append(out, sdk.CodedError{Code: sdk.Code(v.err), Sentence: sentence(sdk.Code(v.err))})
	}
	return out
}

func sentence(code string) string {
	for _, c := range sdk.Codes() {
		if c.Code == code {
			return c.Sentence
		}
	}
	return ""
}
