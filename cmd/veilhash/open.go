package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/voucher"
)

type openCommand struct {
	Set      string   `required:"" placeholder:"DIR" help:"The set's directory."`
	Key      string   `required:"" placeholder:"FILE" help:"The operator's key file."`
	Binding  string   `required:"" placeholder:"ACCOUNT/MESSAGE" help:"What the vouchers came with; all before the first slash is the account."`
	Payloads string   `placeholder:"DIR" help:"Write the payloads here, once the account has reached the threshold."`
	Vouchers []string `arg:"" placeholder:"VOUCHER" help:"The vouchers, all of one account."`
}

func (openCommand) Help() string {
	return `A line for each voucher: its file, a tab, and 'match' or 'closed'. A voucher that is refused (damaged, or sealed for another set,
account or message) is reported and counted, and the rest goes on. What is known of the account is said on stderr: how many vouchers came, how many of them
matched, and whether the account is open. Under a set with synthetics, synthetic vouchers are among the matches, and cannot be told from them below the threshold.

Example:
  veilhash open --set public/set --key operator.key --binding alice/42 vouchers/*.voucher`
}

// openInfo is what is printed of a voucher.
type openInfo struct {
	File    string `json:"file"`
	State   string `json:"state"` // match, closed or refused
	Payload string `json:"payload,omitempty"`
	Error   string `json:"error,omitempty"`
}

func (c *openCommand) Run(a *app) error {
	set, err := openSet(c.Set)
	if err != nil {
		return err
	}
	keys, err := a.layerKeys(c.Key, set.Manifest)
	if err != nil {
		return err
	}
	matcher, err := sdk.NewMatcher(set.Manifest, keys)
	if err != nil {
		return err
	}
	o := opening{app: a, command: c, matcher: matcher, matches: make(map[voucher.ID]*voucher.Opened), tallies: make(map[tallyKey]*sdk.Tally)}
	for _, file := range c.Vouchers {
		if err := a.ctx.Err(); err != nil {
			return err
		}
		if err := o.voucher(file); err != nil {
			return err
		}
	}
	return o.report()
}

// tallyKey is what vouchers of one account are counted together by.
type tallyKey struct{ generation, period uint32 }

// An opening is one run of the command.
type opening struct {
	*app
	command *openCommand
	matcher *sdk.Matcher
	infos   []openInfo
	matches map[voucher.ID]*voucher.Opened
	ids     map[int]voucher.ID // of the matches, by their place in infos
	tallies map[tallyKey]*sdk.Tally
	refused int
}

// voucher opens one file's outer layer. The error is the file system's.
func (o *opening) voucher(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	info := openInfo{File: file, State: "closed"}
	v, err := voucher.Parse(raw)
	if err == nil {
		err = o.open(v)
	}
	switch {
	case errors.Is(err, voucher.ErrClosed):
	case err != nil:
		info.State, info.Error = "refused", err.Error()
		o.refused++
		fmt.Fprintf(o.err, "veilhash: %s: %v\n", file, err)
	default:
		info.State = "match"
		if o.ids == nil {
			o.ids = make(map[int]voucher.ID)
		}
		o.ids[len(o.infos)] = v.ID
	}
	o.infos = append(o.infos, info)
	return nil
}

// open opens a voucher and counts it if it matches.
func (o *opening) open(v *voucher.Voucher) error {
	opened, err := o.matcher.Match(v, parseBinding(o.command.Binding))
	if err != nil {
		return err
	}
	key := tallyKey{opened.Generation, opened.Period}
	if o.tallies[key] == nil {
		o.tallies[key], err = o.matcher.NewTally(func(id voucher.ID) (*voucher.Opened, error) { return o.matches[id], nil })
		if err != nil {
			return err
		}
	}
	o.matches[v.ID] = opened
	_, err = o.tallies[key].Add(opened)
	return err
}

// accountInfo is all that is known of an account.
type accountInfo struct {
	Vouchers   int  `json:"vouchers"`
	Matches    int  `json:"outerMatches"` // synthetic vouchers among them, unless there are none under the set
	Synthetics int  `json:"syntheticsAtMost"`
	Opened     bool `json:"opened"`
}

// account sums up the account that all vouchers are of.
func (o *opening) account() accountInfo {
	info := accountInfo{Vouchers: len(o.infos) - o.refused, Matches: len(o.ids), Synthetics: o.matcher.Manifest().Synthetics}
	for _, t := range o.tallies {
		info.Opened = info.Opened || t.Open()
	}
	return info
}

// text is what is said of an account.
func (i accountInfo) text() string {
	state, among := "closed", ""
	if i.Opened {
		state = "open"
	}
	if i.Synthetics > 0 {
		among = fmt.Sprintf(" (up to %d synthetic ones a period among them)", i.Synthetics)
	}
	return fmt.Sprintf("%d vouchers, %d outer matches%s, %s", i.Vouchers, i.Matches, among, state)
}

// report prints the result and writes payloads.
func (o *opening) report() error {
	if o.command.Payloads != "" {
		if err := o.payloads(); err != nil {
			return err
		}
	}
	var text strings.Builder
	for _, i := range o.infos {
		if i.State != "refused" {
			fmt.Fprintf(&text, "%s\t%s\n", i.File, i.State)
		}
	}
	account := o.account()
	if err := o.print(map[string]any{"vouchers": o.infos, "refused": o.refused, "account": account}, text.String()); err != nil {
		return err
	}
	o.remark("account: %s", account.text())
	if o.refused > 0 {
		return refused(fmt.Errorf("%d of %d vouchers were refused", o.refused, len(o.infos)))
	}
	return nil
}

// payloads writes what can be read: nothing below the threshold.
func (o *opening) payloads() error {
	if err := os.MkdirAll(o.command.Payloads, 0o700); err != nil {
		return err
	}
	for place, id := range o.ids {
		opened := o.matches[id]
		payload, err := o.tallies[tallyKey{opened.Generation, opened.Period}].Payload(opened)
		if err != nil {
			o.remark("%s: %v", o.infos[place].File, err)
			continue
		}
		base := filepath.Base(o.infos[place].File)
		name := filepath.Join(o.command.Payloads, strings.TrimSuffix(base, filepath.Ext(base))+".payload")
		if err := writeFile(name, payload, 0o600); err != nil {
			return err
		}
		o.infos[place].Payload = name
	}
	return nil
}
