package ingest

import (
	"errors"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/veilhash/veilhash/sdk/voucher"
)

// MaxName is the longest name of an account or a message, in bytes.
const MaxName = 512

var errQuery = errors.New("ingest: account or message is missing, there twice, or not a name")

// parseBinding reads account and message from a query that must hold each once and nothing else.
func parseBinding(rawQuery string) (b voucher.Binding, err error) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil || len(query) != 2 {
		return b, errQuery
	}
	b.Account, err = name(query["account"])
	if err != nil {
		return b, err
	}
	b.Message, err = name(query["message"])
	return b, err
}

func name(values []string) (string, error) {
	if len(values) != 1 || values[0] == "" || len(values[0]) > MaxName ||
		!utf8.ValidString(values[0]) || strings.ContainsFunc(values[0], unicode.IsControl) {
		return "", errQuery
	}
	return values[0], nil
}
