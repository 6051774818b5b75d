package server

import (
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/distribute"
	"github.com/veilhash/veilhash/server/limit"
	"github.com/veilhash/veilhash/server/store"
)

// A PreviousSet is a set that was replaced, and when its vouchers are taken no longer; a zero Until is never.
type PreviousSet struct {
	Manifest *blindset.Manifest
	Until    time.Time
}

// Config says which roles a process has. A field that is missing leaves its role out.
type Config struct {
	// Store keeps the records. The caller closes it, after Run has returned.
	Store store.Store

	// Manifest is that of the set whose vouchers ingest takes, which requires Store, and that the console is about.
	Manifest *blindset.Manifest

	// Ingest is whether vouchers are taken here. By default they are where there is a Manifest.
	Ingest Ingest

	// Previous are the sets before Manifest's whose vouchers are still taken: those of uploads that were sealed before a client had the new set.
	Previous []PreviousSet

	// Matchers hold the keys, of the set and of the previous ones. They require Store.
	Matchers []*sdk.Matcher

	// SetDir is the set's directory, to be handed out.
	SetDir string

	// SetFiles are the set's files where they are not in a directory, which SetDir then must not name.
	SetFiles distribute.Files

	// Stored, unless nil, is called after ingest has kept a new voucher, to tell a matcher elsewhere. It must not block.
	Stored func()

	// Access says which application sends a request. nil lets everyone send vouchers, and see the console: for demonstrations only.
	Access access.Authority

	// Limits are how much an application and each of its accounts may send, where Access does not say it. Zero ones limit nothing.
	Limits limit.Limits

	// SetAccess says who may fetch the set.
	SetAccess SetAccess

	// Console shows results, to applications what is their own; without Access, to whoever can reach the server. It requires Store and Manifest.
	Console Console

	// TestAccounts are accounts of nobody, whose matches are recorded and count for nothing. See package match.
	TestAccounts []store.Account

	// Page is what lies at "/".
	Page fs.FS

	// Folders are what lies at "/NAME/", by NAME: the public log of the set, sample pictures.
	Folders map[string]fs.FS

	// Origins are the origins whose pages may fetch the set. See package distribute.
	Origins []string

	// Hosts are the names that the server answers under, without port: a page of another site that had its name point here would be of the same
	// origin otherwise (DNS rebinding). Empty means any, which is right behind a proxy that checks them.
	Hosts []string

	// Isolation asks browsers to isolate the page from others.
	Isolation Isolation

	// Observer, unless nil, is told what the roles do, for counting.
	Observer Observer

	// Log takes the lines of all roles. nil means none.
	Log *slog.Logger
}

// Ingest says whether vouchers are taken.
type Ingest int

const (
	// IngestVouchers: they are, under the Manifest, if there is one.
	IngestVouchers Ingest = iota
	// NoIngest: they are not.
	NoIngest
)

// Console says whether there is one.
type Console int

const (
	// NoConsole: there is none.
	NoConsole Console = iota
	// OpenConsole: it is open to keys with the scope access.ReadConsole, and without Access to whoever can reach the server, which is for demonstrations only.
	OpenConsole
)

// SetAccess says who may fetch the set.
type SetAccess int

const (
	// PublicSet: everyone. It is made to be published: nobody can read out of it what is listed.
	PublicSet SetAccess = iota
	// KeyedSet: keys with the scope access.ReadSet, as an application's content network may have one. It requires Access.
	KeyedSet
)

// Isolation is whether a page shares its browsing context with others.
type Isolation int

const (
	// Shared: no isolation headers are sent.
	Shared Isolation = iota
	// Isolated: cross-origin isolation, without which browsers offer no shared memory (COOP and COEP).
	Isolated
)

// ErrConfig: the configuration gives no role anything to do, or a role without what it requires.
var ErrConfig = errors.New("server: nothing to serve, or a role without the store or manifest that it requires")

func (c *Config) valid() bool {
	ingest, match, console := c.ingests(), len(c.Matchers) > 0, c.Console == OpenConsole
	if (ingest || match || console) && c.Store == nil || console && c.Manifest == nil || c.SetAccess == KeyedSet && c.Access == nil {
		return false
	}
	return ingest || match || console || c.SetDir != "" || c.SetFiles != nil || c.Page != nil
}

func (c *Config) ingests() bool { return c.Manifest != nil && c.Ingest == IngestVouchers }
