package access

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/veilhash/veilhash/server/limit"
)

// An Application is a sender of vouchers, whose accounts are apart from those of others.
type Application struct {
	Name   string // 1 to 64 lower-case letters, digits, "-" and ".", the first and last a letter or digit
	Limits limit.Limits
	Keys   []Key // by identifier; with none nobody can speak for the application any more, but its name stays taken
}

// A Table is all applications that a server knows. The zero value has none.
type Table struct {
	apps []Application // by name
	keys map[KeyID]entry
}

type entry struct {
	app *Application
	key *Key
}

// Bounds of a table.
const (
	MaxApplications = 1024
	MaxKeys         = 64 // of an application
	MaxTable        = 1 << 20
	maxName         = 64
)

// What Put, Application and Find may say.
var (
	// ErrName: the name is no application's.
	ErrName = errors.New(`access: an application's name is 1 to 64 lower-case letters, digits, "-" and ".", the first and the last a letter or digit`)

	// ErrTaken: a key's identifier is there already.
	ErrTaken = errors.New("access: two keys have one identifier")

	// ErrFull: more applications or keys than a table holds.
	ErrFull = errors.New("access: too many applications, or keys of one; remove keys that have expired")

	// ErrKey: a key without scopes, with unknown ones, or that expires before it begins.
	ErrKey = errors.New("access: a key needs at least one scope, and must not expire before it begins")
)

// CheckName reports whether a text can be an application's name. The error is ErrName.
func CheckName(name string) error {
	inner := func(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
	if name == "" || len(name) > maxName || !inner(name[0]) || !inner(name[len(name)-1]) {
		return ErrName
	}
	for i := range len(name) {
		if !inner(name[i]) && name[i] != '-' && name[i] != '.' {
			return ErrName
		}
	}
	return nil
}

// Applications are those of the table, by name. They are copies.
func (t *Table) Applications() []Application {
	out := make([]Application, len(t.apps))
	for i, a := range t.apps {
		a.Keys = slices.Clone(a.Keys)
		out[i] = a
	}
	return out
}

// Application is the one with a name.
func (t *Table) Application(name string) (Application, bool) {
	i, found := t.search(name)
	if !found {
		return Application{}, false
	}
	a := t.apps[i]
	a.Keys = slices.Clone(a.Keys)
	return a, true
}

func (t *Table) search(name string) (int, bool) {
	return slices.BinarySearchFunc(t.apps, name, func(a Application, name string) int { return strings.Compare(a.Name, name) })
}

// Put adds an application, or replaces the one of its name. Errors are ErrName, ErrKey, ErrTaken and ErrFull; then the table is as it was.
func (t *Table) Put(a Application) error {
	if err := CheckName(a.Name); err != nil {
		return err
	}
	a.Keys = slices.Clone(a.Keys)
	slices.SortFunc(a.Keys, func(x, y Key) int { return bytes.Compare(x.ID[:], y.ID[:]) })
	i, found := t.search(a.Name)
	if len(a.Keys) > MaxKeys || !found && len(t.apps) == MaxApplications {
		return ErrFull
	}
	for k := range a.Keys {
		key := &a.Keys[k]
		key.NotBefore, key.Expires = seconds(key.NotBefore), seconds(key.Expires)
		if !key.valid() {
			return ErrKey
		}
		if e, taken := t.keys[key.ID]; k > 0 && a.Keys[k-1].ID == key.ID || taken && e.app.Name != a.Name {
			return ErrTaken
		}
	}
	apps := slices.Clone(t.apps)
	if found {
		apps[i] = a
	} else {
		apps = slices.Insert(apps, i, a)
	}
	t.apps, t.keys = apps, make(map[KeyID]entry)
	t.index()
	return nil
}

func (t *Table) index() {
	t.keys = make(map[KeyID]entry)
	for i := range t.apps {
		for k := range t.apps[i].Keys {
			t.keys[t.apps[i].Keys[k].ID] = entry{&t.apps[i], &t.apps[i].Keys[k]}
		}
	}
}

func (k *Key) valid() bool {
	scopes, ok := parseScopes(joinScopes(k.Scopes))
	return ok && len(scopes) > 0 && (k.Expires.IsZero() || k.Expires.After(k.NotBefore)) && writable(k.NotBefore) && writable(k.Expires)
}

// writable reports whether a time has four digits for its year.
func writable(t time.Time) bool { return t.IsZero() || t.Year() >= 1970 && t.Year() <= 9999 }

const header = "veilhash-applications v0"

// limitNames are the limits' names in the file, in their order.
var limitNames = [...]string{"requests", "bytes", "account-requests", "account-bytes"}

func limitsOf(a *Application) [4]*limit.Rate {
	l := &a.Limits
	return [4]*limit.Rate{&l.Requests, &l.Bytes, &l.AccountRequests, &l.AccountBytes}
}

// AppendText appends the table in the form of docs/protocol.md, section 12.2. It holds no secret, but who can write the file decides who may send.
func (t *Table) AppendText(dst []byte) []byte {
	dst = append(dst, header+"\n"...)
	for i := range t.apps {
		a := &t.apps[i]
		dst = append(append(append(dst, "application "...), a.Name...), '\n')
		for k, r := range limitsOf(a) {
			if !r.IsZero() {
				dst = append(dst, "limit "+limitNames[k]+" "+r.String()+"\n"...)
			}
		}
		for _, k := range a.Keys {
			dst = append(dst, "key "+k.ID.String()+" "+hex.EncodeToString(k.Digest[:])+" "+joinScopes(k.Scopes)+" "+timeText(k.NotBefore)+" "+timeText(k.Expires)+"\n"...)
		}
	}
	return dst
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.RFC3339)
}
