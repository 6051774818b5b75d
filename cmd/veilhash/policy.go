package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
)

// witnessFlags say who answers for a log.
type witnessFlags struct {
	Witness []string `placeholder:"NAME=KEY[=URL]" help:"A witness: a name within the policy, its public key and, for those who write the log, its address; may be repeated."`
	Quorum  int      `default:"1" help:"How many witnesses must have cosigned; 0 asks for none (${default})."`
}

type logPolicyCommand struct {
	Log string `placeholder:"KEY" help:"The log's public key; without it the policy accepts sets that are in no log."`
	witnessFlags
	Curator       []string `placeholder:"KEY" help:"A curator: its key as manifests have it, 64 hexadecimal digits, a space and its name; may be repeated. Without any the policy accepts sets that nobody endorsed."`
	Require       int      `default:"0" help:"How many of the curators must have endorsed a set (all of them)."`
	MaxAgeHours   int      `default:"168" help:"How old the newest cosignatures may be (${default})."`
	MinThreshold  int      `default:"1" help:"The least threshold of matches (${default})."`
	MinSynthetics int      `default:"0" help:"The least number of synthetic vouchers (${default})."`
	MinTokenBits  int      `default:"48" help:"The least bits of a token (${default})."`
	MinMarginBits int      `default:"32" help:"The least k for which capacity times probes is at most 2^(bits-k) (${default})."`
	Kinds         string   `default:"derivative" help:"The payload kinds that a set may ask for: none, derivative, media-key or derivative,media-key (${default})."`
}

func (logPolicyCommand) Help() string {
	return `Prints a policy, for an application to ship with its clients. It is the one text that the operator of the set must not be able to change.

Example:
  veilhash log policy --log example.org/sets+2f3a…+AQ… --witness w1=w1.example+77c1…+BA…=https://w1.example --min-threshold 10 > policy`
}

func (c *logPolicyCommand) Run(a *app) error {
	text, err := c.policy()
	if err != nil {
		return err
	}
	return a.print(map[string]string{"policy": string(text)}, string(text))
}

// policy is the policy's text.
func (c *logPolicyCommand) policy() ([]byte, error) {
	p := &trust.Policy{
		MaxAgeHours: c.MaxAgeHours, MinThreshold: c.MinThreshold, MinSynthetics: c.MinSynthetics, MinTokenBits: c.MinTokenBits, MinMarginBits: c.MinMarginBits,
		Require: c.Require,
	}
	var err error
	if p.Kinds, err = blindset.ParseKinds(c.Kinds); err != nil {
		return nil, refused(err)
	}
	for _, text := range c.Curator {
		curator, reason := blindset.ParseCurator(text)
		if reason != "" {
			return nil, refused(fmt.Errorf("%q %s", text, reason))
		}
		key, err := tlog.NewKey(curator.Name, tlog.Ed25519, curator.Key)
		if err != nil {
			return nil, refused(err)
		}
		p.Curators = append(p.Curators, key)
	}
	if p.Require == 0 {
		p.Require = len(p.Curators)
	}
	if c.Log != "" {
		if err := c.logLines(&p.Log, c.Log); err != nil {
			return nil, refused(err)
		}
	}
	text := p.AppendText(nil)
	if _, err := trust.ParsePolicy(text); err != nil {
		return nil, refused(errors.New("these do not make a policy: names and keys differ, --require is no more than there are curators, and numbers are within bounds"))
	}
	return text, nil
}

// logLines adds the log and its witnesses.
func (c *witnessFlags) logLines(p *tlog.Policy, log string) error {
	if err := p.Add([]string{"log", log}); err != nil {
		return fmt.Errorf("%q: %w", log, err)
	}
	group := []string{"group", "witnesses", fmt.Sprint(c.Quorum)}
	for _, w := range c.Witness {
		name, rest, _ := strings.Cut(w, "=")
		// A key ends with its Base64, which may end with '='.
		key, url, found := rest, "", false
		for _, scheme := range []string{"=http://", "=https://"} {
			if i := strings.Index(rest, scheme); i >= 0 && !found {
				key, url, found = rest[:i], rest[i+1:], true
			}
		}
		items := []string{"witness", name, key}
		if found {
			items = append(items, url)
		}
		if err := p.Add(items); err != nil {
			return fmt.Errorf("%q: %w", w, err)
		}
		group = append(group, name)
	}
	if c.Quorum == 0 || len(c.Witness) == 0 {
		return p.Add([]string{"quorum", tlog.QuorumNone})
	}
	if err := p.Add(group); err != nil {
		return err
	}
	return p.Add([]string{"quorum", "witnesses"})
}
