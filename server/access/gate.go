package access

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/veilhash/veilhash/server/limit"
)

// A Grant is what a request is granted.
type Grant struct {
	App    string       // the application that sends it
	Key    KeyID        // by which; zero where another authentication than keys said so
	Limits limit.Limits // the application's
}

// An Authority says who sends a request. Implementations are safe for concurrent use.
type Authority interface {
	// Authorize names the application that sends a request, if it may do what the scope says. The error is ErrForbidden if it may not, and any other if nobody knows
	// who sends it; what it says goes into the log, not into the answer.
	Authorize(r *http.Request, scope Scope) (Grant, error)
}

// Func is an authority of a program's own: it names the application. It grants the scopes that the program asks with.
type Func func(r *http.Request, scope Scope) (app string, err error)

// Authorize implements [Authority].
func (f Func) Authorize(r *http.Request, scope Scope) (Grant, error) {
	app, err := f(r, scope)
	return Grant{App: app}, err
}

// Why a request is refused.
var (
	// ErrForbidden: the key is good, and not for this.
	ErrForbidden = errors.New("access: the key does not have the scope")

	// The others are for the log; to the caller they are one.
	errNoKey      = errors.New("access: no key was sent")
	errForm       = errors.New("access: what was sent is no key")
	errUnknown    = errors.New("access: no such key")
	errNotInForce = errors.New("access: the key has expired, or its time has not come")
)

// A Gate checks requests against the table that is in force. It is safe for concurrent use. One without a table lets nobody in.
type Gate struct {
	table atomic.Pointer[Table]
	clock func() time.Time
}

// NewGate returns a gate with a table. A nil clock means time.Now.
func NewGate(t *Table, clock func() time.Time) *Gate {
	if clock == nil {
		clock = time.Now
	}
	g := &Gate{clock: clock}
	g.Replace(t)
	return g
}

// Replace puts another table in force, which the caller must not change any more.
func (g *Gate) Replace(t *Table) { g.table.Store(t) }

// Table is the one in force. It must not be changed.
func (g *Gate) Table() *Table { return g.table.Load() }

// Authorize implements [Authority], for requests with one header "Authorization: Bearer vhk_…".
func (g *Gate) Authorize(r *http.Request, scope Scope) (Grant, error) {
	text, err := bearer(r)
	if err != nil {
		return Grant{}, err
	}
	secret, err := ParseSecret(text)
	if err != nil {
		return Grant{}, errForm
	}
	var want [32]byte // nothing that anyone knows has the digest 0
	e, known := entry{}, false
	if t := g.table.Load(); t != nil {
		if e, known = t.keys[secret.id]; known {
			want = e.key.Digest
		}
	}
	got := secret.digest()
	switch {
	case subtle.ConstantTimeCompare(got[:], want[:]) != 1 || !known:
		return Grant{}, errUnknown
	case !e.key.InForce(g.clock()):
		return Grant{}, errNotInForce
	case !e.key.May(scope):
		return Grant{App: e.app.Name, Key: e.key.ID}, ErrForbidden
	}
	return Grant{App: e.app.Name, Key: e.key.ID, Limits: e.app.Limits}, nil
}

// bearer is the token of a request (RFC 6750, section 2.1; RFC 9110, section 11.4: the scheme's name compares without case).
func bearer(r *http.Request) (string, error) {
	values := r.Header["Authorization"]
	switch len(values) {
	case 0:
		return "", errNoKey
	case 1:
	default:
		return "", errForm
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", errForm
	}
	return token, nil
}
