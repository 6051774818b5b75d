// Package redact is how log lines name what must not be written out.
package redact

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/veilhash/veilhash/server/store"
)

// Account is a short tag for an account: enough to follow one through a log, too little to name it. It is the beginning of a digest, so whoever
// knows an account's name can find it.
func Account(a store.Account) string {
	sum := sha256.Sum256([]byte(strconv.Quote(a.App) + strconv.Quote(a.Name)))
	return hex.EncodeToString(sum[:4])
}
