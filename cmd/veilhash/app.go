package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/limit"
)

type appCommand struct {
	New    appNewCommand    `cmd:"" help:"Add an application, and print its first key."`
	Key    appKeyCommand    `cmd:"" help:"Add a key to an application, for instance one with other scopes, and print it."`
	List   appListCommand   `cmd:"" help:"Show applications, their limits and keys."`
	Limit  appLimitCommand  `cmd:"" help:"Change how much an application may send."`
	Rotate appRotateCommand `cmd:"" help:"Print a new key in place of one, which stays good for a while."`
	Revoke appRevokeCommand `cmd:"" help:"Take keys away, at once."`
}

// appsFlag names the file, for all of these.
type appsFlag struct {
	Apps string `default:"applications" placeholder:"FILE" help:"The file of applications (${default})."`
}

// read is the table; an empty one where a new file may be made.
func (f *appsFlag) read() (*access.Table, error) {
	t, err := access.ReadFile(f.Apps)
	var syntax *access.SyntaxError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, hinted(fmt.Errorf("there is no file %s", f.Apps), "Make it with: veilhash app new --apps "+f.Apps+" NAME")
	case errors.Is(err, access.ErrWritable):
		return nil, refused(fmt.Errorf("%s can be written by others; restrict it with: chmod 600 %s", f.Apps, f.Apps))
	case errors.As(err, &syntax):
		return nil, refused(fmt.Errorf("%s: %w", f.Apps, err))
	}
	return t, err
}

func (f *appsFlag) write(t *access.Table) error { return writeFile(f.Apps, t.AppendText(nil), 0o600) }

// change alters one application, which must be there.
func (f *appsFlag) change(name string, alter func(*access.Application) error) error {
	t, err := f.read()
	if err != nil {
		return err
	}
	a, found := t.Application(name)
	if !found {
		return refused(fmt.Errorf("%s has no application %q", f.Apps, name))
	}
	if err := alter(&a); err != nil {
		return err
	}
	if err := t.Put(a); err != nil {
		return refused(err)
	}
	return f.write(t)
}

// keyTerms are a new key's.
type keyTerms struct {
	Scopes []string `default:"vouchers:write" enum:"console:read,metrics:read,set:read,vouchers:write" placeholder:"SCOPE" help:"What the key may do: console:read, metrics:read, set:read, vouchers:write (${default})."`
	Days   uint16   `default:"0" placeholder:"N" help:"After how many days it expires; 0: never (${default})."`
}

func (k *keyTerms) draw() (access.Key, access.Secret) {
	var scopes []access.Scope
	for _, s := range k.Scopes {
		scopes = append(scopes, access.Scope(s))
	}
	return access.NewKey(scopes, time.Time{}, inDays(k.Days))
}

func inDays(n uint16) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Now().AddDate(0, 0, int(n))
}

// shownKey is a new key as it is printed, this once.
type shownKey struct {
	Application string   `json:"application"`
	Key         string   `json:"key"`
	ID          string   `json:"id"`
	Scopes      []string `json:"scopes"`
	Expires     string   `json:"expires,omitempty"`
}

func (a *app) showKey(name string, k access.Key, s access.Secret) error {
	shown := shownKey{Application: name, Key: s.Text(), ID: k.ID.String()}
	for _, scope := range k.Scopes {
		shown.Scopes = append(shown.Scopes, string(scope))
	}
	if !k.Expires.IsZero() {
		shown.Expires = k.Expires.Format(time.RFC3339)
	}
	a.remark("key %s of %s, for %s; it is kept nowhere and will not be shown again", shown.ID, name, strings.Join(shown.Scopes, ", "))
	return a.print(shown, shown.Key+"\n")
}

type limitFlags struct {
	Requests        string `placeholder:"RATE" help:"Vouchers of the whole application: 600/1m is a bucket of 600 that fills in a minute; none for no limit."`
	Bytes           string `placeholder:"RATE" help:"Bytes of the whole application."`
	AccountRequests string `placeholder:"RATE" help:"Vouchers of each account."`
	AccountBytes    string `placeholder:"RATE" help:"Bytes of each account."`
}

// apply changes the limits that are given.
func (f *limitFlags) apply(l *limit.Limits) error {
	for _, x := range []struct {
		text string
		to   *limit.Rate
	}{{f.Requests, &l.Requests}, {f.Bytes, &l.Bytes}, {f.AccountRequests, &l.AccountRequests}, {f.AccountBytes, &l.AccountBytes}} {
		if x.text == "" {
			continue
		}
		if err := x.to.UnmarshalText([]byte(x.text)); err != nil {
			return &exitError{code: exitUsage, err: fmt.Errorf("%q: %w", x.text, err)}
		}
	}
	return nil
}

type appNewCommand struct {
	appsFlag
	Name string `arg:"" help:"Its name, which its accounts are kept under: lower-case letters, digits, - and ."`
	keyTerms
	limitFlags
}

func (appNewCommand) Help() string {
	return `Prints the key, once, on stdout: it goes to the application's own server, and never into an app or a page. The file has its digest
only. 'veilhash serve --apps FILE' takes vouchers from the applications in it, and sees it when the file changes.

Examples:
  veilhash app new chat > chat.key
  veilhash app new chat --apps /etc/veilhash/applications --days 90 --account-requests 600/1h`
}

func (c *appNewCommand) Run(a *app) error {
	t, err := c.read()
	var missing *exitError
	if errors.As(err, &missing) && missing.code == exitFailed {
		t, err = new(access.Table), nil
	}
	if err != nil {
		return err
	}
	if _, found := t.Application(c.Name); found {
		return hinted(refused(fmt.Errorf("%s has an application %q already", c.Apps, c.Name)), "Replace its key with 'app rotate', add another one with 'app key'.")
	}
	k, s := c.draw()
	entry := access.Application{Name: c.Name, Keys: []access.Key{k}}
	if err := c.apply(&entry.Limits); err != nil {
		return err
	}
	if err := t.Put(entry); err != nil {
		return refused(err)
	}
	if err := c.write(t); err != nil {
		return err
	}
	return a.showKey(c.Name, k, s)
}

type appKeyCommand struct {
	appsFlag
	Name string `arg:"" help:"The application."`
	keyTerms
}

func (appKeyCommand) Help() string {
	return `Example:
  veilhash app key chat --scopes console:read > console.key`
}

func (c *appKeyCommand) Run(a *app) error {
	k, s := c.draw()
	err := c.change(c.Name, func(e *access.Application) error {
		e.Keys = append(e.Keys, k)
		return nil
	})
	if err != nil {
		return err
	}
	return a.showKey(c.Name, k, s)
}

type appLimitCommand struct {
	appsFlag
	Name string `arg:"" help:"The application."`
	limitFlags
}

func (appLimitCommand) Help() string {
	return `Limits that are not named stay as they are. Where the file says nothing, those of 'serve' hold.

Example:
  veilhash app limit chat --requests 2000/1s --account-requests none`
}

func (c *appLimitCommand) Run(a *app) error {
	return c.change(c.Name, func(e *access.Application) error { return c.apply(&e.Limits) })
}
