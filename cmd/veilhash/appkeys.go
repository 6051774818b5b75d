package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/limit"
)

type appListCommand struct{ appsFlag }

func (appListCommand) Help() string {
	return `Example:
  veilhash app list --apps /etc/veilhash/applications`
}

// listedApp and listedKey are what list prints, without digests.
type listedApp struct {
	Name            string      `json:"name"`
	Requests        limit.Rate  `json:"requests"`
	Bytes           limit.Rate  `json:"bytes"`
	AccountRequests limit.Rate  `json:"account_requests"`
	AccountBytes    limit.Rate  `json:"account_bytes"`
	Keys            []listedKey `json:"keys"`
}

type listedKey struct {
	ID        string         `json:"id"`
	Scopes    []access.Scope `json:"scopes"`
	State     string         `json:"state"` // "in force", "not yet" or "expired"
	NotBefore *time.Time     `json:"not_before,omitempty"`
	Expires   *time.Time     `json:"expires,omitempty"`
}

func (c *appListCommand) Run(a *app) error {
	t, err := c.read()
	if err != nil {
		return err
	}
	now := time.Now()
	out := []listedApp{}
	var s strings.Builder
	for _, e := range t.Applications() {
		l := listedApp{e.Name, e.Limits.Requests, e.Limits.Bytes, e.Limits.AccountRequests, e.Limits.AccountBytes, []listedKey{}}
		fmt.Fprintf(&s, "%s\n", e.Name)
		for _, limit := range []struct {
			name string
			rate limit.Rate
		}{{"requests", l.Requests}, {"bytes", l.Bytes}, {"account-requests", l.AccountRequests}, {"account-bytes", l.AccountBytes}} {
			if !limit.rate.IsZero() {
				fmt.Fprintf(&s, "  limit\t%s %v\n", limit.name, limit.rate)
			}
		}
		for i := range e.Keys {
			k := listKey(&e.Keys[i], now)
			l.Keys = append(l.Keys, k)
			fmt.Fprintf(&s, "  key\t%s %s, %s", k.ID, joined(k.Scopes), k.State)
			if k.Expires != nil && k.State != "expired" {
				fmt.Fprintf(&s, " until %s", k.Expires.Format(time.RFC3339))
			}
			s.WriteByte('\n')
		}
		if len(e.Keys) == 0 {
			s.WriteString("  no keys: nobody can speak for it\n")
		}
		out = append(out, l)
	}
	return a.print(map[string]any{"applications": out}, s.String())
}

func listKey(k *access.Key, now time.Time) listedKey {
	l := listedKey{ID: k.ID.String(), Scopes: k.Scopes, State: "in force"}
	if !k.NotBefore.IsZero() {
		l.NotBefore = &k.NotBefore
	}
	if !k.Expires.IsZero() {
		l.Expires = &k.Expires
	}
	switch {
	case now.Before(k.NotBefore):
		l.State = "not yet"
	case !k.InForce(now):
		l.State = "expired"
	}
	return l
}

func joined(scopes []access.Scope) string {
	var names []string
	for _, s := range scopes {
		names = append(names, string(s))
	}
	return strings.Join(names, ",")
}

const defaultOverlap = 24 * time.Hour

type appRotateCommand struct {
	appsFlag
	Name    string        `arg:"" help:"The application."`
	ID      string        `placeholder:"ID" help:"The key that is replaced; needed where there are several."`
	Overlap time.Duration `default:"24h" help:"How long the old key stays good, while the new one is brought to where it is used (${default})."`
	Days    uint16        `default:"0" placeholder:"N" help:"After how many days the new key expires; 0: never (${default})."`
}

func (appRotateCommand) Help() string {
	return `The new key has the old one's scopes. Keys that have expired are removed from the application.

Examples:
  veilhash app rotate chat > chat.key
  veilhash app rotate chat --id 0123456789abcdef --overlap 1h`
}

func (c *appRotateCommand) Run(a *app) error {
	if c.Overlap < 0 {
		return &exitError{code: exitUsage, err: errors.New("--overlap is not negative")}
	}
	now := time.Now()
	end := now.Add(c.Overlap)
	var k access.Key
	var s access.Secret
	err := c.change(c.Name, func(e *access.Application) error {
		e.Keys = slices.DeleteFunc(e.Keys, func(k access.Key) bool { return !k.Expires.IsZero() && !now.Before(k.Expires) })
		replaced := now.Add(max(c.Overlap, defaultOverlap)) // keys that end before are being replaced already
		i, err := pick(e, c.ID, func(k *access.Key) bool { return k.Expires.IsZero() || k.Expires.After(replaced) })
		if err != nil {
			return err
		}
		old := &e.Keys[i]
		k, s = access.NewKey(old.Scopes, time.Time{}, inDays(c.Days))
		if old.Expires.IsZero() || old.Expires.After(end) {
			old.Expires = end
		}
		if c.Overlap < time.Second || !old.Expires.After(old.NotBefore) { // times have whole seconds
			e.Keys = slices.Delete(e.Keys, i, i+1)
		}
		e.Keys = append(e.Keys, k)
		return nil
	})
	if err != nil {
		return err
	}
	return a.showKey(c.Name, k, s)
}

// pick is the place of a key: the one named, or the only one that is meant.
func pick(e *access.Application, id string, meant func(*access.Key) bool) (int, error) {
	if id != "" {
		want, err := access.ParseKeyID(id)
		if err != nil {
			return 0, &exitError{code: exitUsage, err: err}
		}
		if i := slices.IndexFunc(e.Keys, func(k access.Key) bool { return k.ID == want }); i >= 0 {
			return i, nil
		}
		return 0, refused(fmt.Errorf("%s has no key %s that is not expired", e.Name, id))
	}
	var at []int
	for i := range e.Keys {
		if meant(&e.Keys[i]) {
			at = append(at, i)
		}
	}
	switch len(at) {
	case 1:
		return at[0], nil
	case 0:
		return 0, hinted(refused(fmt.Errorf("%s has no key to replace", e.Name)), "Add one with: veilhash app key "+e.Name)
	}
	return 0, hinted(refused(fmt.Errorf("%s has %d keys", e.Name, len(at))), "Name one with --id; 'veilhash app list' shows them.")
}

type appRevokeCommand struct {
	appsFlag
	Name string `arg:"" help:"The application."`
	ID   string `placeholder:"ID" help:"The key to take away."`
	All  bool   `help:"All keys. The application's name stays in the file, so that nobody else gets its accounts."`
}

func (appRevokeCommand) Help() string {
	return `A server with this file refuses the key within two seconds, or at once after SIGHUP.

Examples:
  veilhash app revoke chat --id 0123456789abcdef
  veilhash app revoke chat --all`
}

func (c *appRevokeCommand) Run(a *app) error {
	if (c.ID != "") == c.All {
		return &exitError{code: exitUsage, err: errors.New("name one key with --id, or say --all")}
	}
	return c.change(c.Name, func(e *access.Application) error {
		if c.All {
			a.remark("%d keys of %s revoked", len(e.Keys), c.Name)
			e.Keys = nil
			return nil
		}
		i, err := pick(e, c.ID, nil)
		if err != nil {
			return err
		}
		e.Keys = slices.Delete(e.Keys, i, i+1)
		a.remark("key %s of %s revoked", c.ID, c.Name)
		return nil
	})
}
