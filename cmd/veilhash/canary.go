package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/imagehash/classic"
	"github.com/veilhash/veilhash/sdk/imagehash/testcard"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/access"
)

type canaryCommand struct {
	Set     string        `required:"" placeholder:"DIR" help:"The set's directory, as clients have it."`
	Server  string        `required:"" placeholder:"URL" help:"The server that takes vouchers and shows results (serve --console)."`
	Account string        `default:"canary" help:"The test account's name; the server must know it as one (serve --test-account; ${default})."`
	AppKey  string        `placeholder:"FILE" help:"The application's key, where the server asks for one: with the scopes vouchers:write and console:read."`
	Wait    time.Duration `default:"1m" help:"How long to wait for the match (${default})."`

	key string // AppKey's
}

func (canaryCommand) Help() string {
	return `Checks from end to end that pictures are found: seals the public test card as a test account, sends it, and waits until the operator's side reports the match. Then it seals the
card as any other account would, and checks that this one stays closed. Exit code 4 says what is broken.

Example:
  veilhash canary --set public/set --server http://127.0.0.1:8787`
}

// canaryInfo is what is printed of a check.
type canaryInfo struct {
	Set     string  `json:"set"`
	Canary  string  `json:"canary"`
	Account string  `json:"account"`
	Test    string  `json:"test"`     // what became of the test account's voucher
	Other   string  `json:"ordinary"` // and of the one that was sealed as an ordinary account's
	Seconds float64 `json:"seconds"`
}

func (c *canaryCommand) Run(a *app) error {
	start := time.Now()
	if err := c.readKey(a); err != nil {
		return err
	}
	set, err := openSet(c.Set)
	if err != nil {
		return err
	}
	m := set.Manifest
	if m.Canary == blindset.CanaryNone {
		return broken("the set has no canary", "Sets that curators endorse have one (set offer open --canary); set build makes one with --canary too.")
	}
	info := canaryInfo{Set: m.ID().String(), Canary: m.Canary, Account: c.Account}
	server := strings.TrimSuffix(c.Server, "/")
	if info.Test, err = c.send(a, server, set, sdk.CanaryLookup); err != nil {
		return err
	}
	if info.Other, err = c.send(a, server, set, sdk.CanaryDummies); err != nil {
		return err
	}
	info.Seconds = time.Since(start).Seconds()
	if err := c.judge(&info); err != nil {
		return err
	}
	return a.print(info, fmt.Sprintf("ok\nset\t%s\ncanary\t%s\nfound after\t%.1f s\n", info.Set, info.Canary, info.Seconds))
}

func (c *canaryCommand) readKey(a *app) error {
	if c.AppKey == "" {
		return nil
	}
	text, err := a.readSecret(c.AppKey, "Make one with: veilhash app key APPLICATION --scopes vouchers:write,console:read > "+c.AppKey)
	if err != nil {
		return err
	}
	key, err := access.ParseSecret(strings.TrimSpace(string(text)))
	if err != nil {
		return refused(fmt.Errorf("%s: %w", c.AppKey, err))
	}
	c.key = key.Text()
	return nil
}

// judge says what the two vouchers' ends mean.
func (c *canaryCommand) judge(info *canaryInfo) error {
	switch {
	case info.Test == "opened":
		return broken("the test card's match was counted as a person's", "Tell the server that this is a test account: serve --test-account "+c.Account)
	case info.Test == "closed":
		return broken("the test card stays closed: the set that the server matches does not hold it, or was not built as its manifest says", "Check the set with: veilhash set verify "+c.Set)
	case info.Test == "pending":
		return broken(fmt.Sprintf("the voucher was not matched within %v", c.Wait), "Is a matcher running (serve --key)? Its log says what it waits for.")
	case info.Test != "test":
		return broken("the test card's voucher ended as "+info.Test, "If that is a match, tell the server that this is a test account: serve --test-account "+c.Account)
	case info.Other != "closed":
		return broken("the card of an ordinary account ended as "+info.Other+", not closed", "Accounts of persons must not match the test card: this build of the scanner does not keep to the protocol.")
	}
	return nil
}

func broken(what, hint string) error { return &exitError{exitVerify, errors.New(what), hint} }

// send seals the card, sends it and waits for its end. A fresh account secret keeps each check by itself.
func (c *canaryCommand) send(a *app, server string, set *setdir.Set, use sdk.CanaryUse) (state string, err error) {
	scanner, err := sdk.NewScanner(sdk.ScannerConfig{
		Manifest: set.Manifest.AppendText(nil), Account: threshold.NewAccount(), Clock: func() int64 { return time.Now().Unix() },
		ParseHasher: classic.Parse, Canary: use,
	})
	if err != nil {
		return "", &exitError{exitVerify, err, "The set asks for what this version does not know."}
	}
	// Synthetic vouchers that are due would open too: they go first, with pictures that are not looked up.
	for range (set.Manifest.Synthetics + 1) / 2 {
		scan := scanner.Begin(1, 1)
		scan.Fail(sdk.ErrQuality)
		if _, err := c.upload(a, server, scanner, scan); err != nil {
			return "", err
		}
	}
	scan := scanner.Begin(testcard.Width, testcard.Height)
	for again := true; again; {
		for y := range testcard.Height {
			if err := scan.WriteRows(testcard.AppendRow(nil, y)); err != nil {
				return "", err
			}
		}
		if again, err = scan.EndPass(); err != nil {
			return "", err
		}
	}
	scan.ProvideFrom(set)
	states, err := c.upload(a, server, scanner, scan)
	if err != nil {
		return "", err
	}
	for _, s := range states { // of two, the other is one of dummies
		if s != "closed" {
			return s, nil
		}
	}
	return "closed", nil
}

// upload sends all vouchers of a scan and waits for their ends.
func (c *canaryCommand) upload(a *app, server string, scanner *sdk.Scanner, scan *sdk.Scan) (states []string, err error) {
	b := voucher.Binding{Account: c.Account, Message: fmt.Sprintf("canary-%d", time.Now().UnixNano())}
	u, err := scan.SealUpload(sdk.SealOptions{Binding: b})
	if err != nil {
		return nil, err
	}
	if len(u.Report.Alarms) > 0 {
		return nil, broken("the set cannot be read: "+u.Report.Alarms[0].Err.Error(), "Check it with: veilhash set verify "+c.Set)
	}
	ctx, cancel := context.WithTimeout(a.ctx, c.Wait)
	defer cancel()
	for _, sealed := range u.Vouchers {
		q := url.Values{"account": {b.Account}, "message": {b.Message}}
		var receipt struct{ ID string }
		if err := callAs(ctx, c.key, http.MethodPost, server+"/v0/vouchers?"+q.Encode(), sealed, &receipt); err != nil {
			return nil, broken("the server does not take the voucher: "+err.Error(), "Is it the server of this set, and does it run (serve)?")
		}
		state, err := c.wait(ctx, server, receipt.ID)
		if err != nil {
			return nil, err
		}
		states = append(states, state)
	}
	return states, scanner.Acknowledge(u.Receipt)
}

// wait asks for a voucher's state until it is decided or the time is up.
func (c *canaryCommand) wait(ctx context.Context, server, id string) (string, error) {
	for {
		var v struct {
			State string
			Test  bool
		}
		err := callAs(ctx, c.key, http.MethodGet, server+"/v0/console/vouchers/"+id, nil, &v)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return "pending", nil
		case err != nil:
			return "", broken("the server does not say what became of the voucher: "+err.Error(), "Run the matcher's side with --console, where only testers can reach it.")
		case v.Test && v.State == "match":
			return "test", nil
		case v.State != "pending":
			return v.State, nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return "pending", nil
		}
	}
}
