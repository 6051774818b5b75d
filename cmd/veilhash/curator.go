package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/veilhash/veilhash/sdk/audit/endorse"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/hashlist"
)

type curatorCommand struct {
	New   curatorNewCommand   `cmd:"" help:"Create a curator's key, to endorse sets with."`
	Vouch curatorVouchCommand `cmd:"" help:"Sign that hashes are of re-encoded versions of your pictures."`
}

type curatorNewCommand struct {
	File string `arg:"" help:"The file to create; only you can read it. The public part goes to FILE.pub."`
	Name string `required:"" help:"Your name in sets and signatures: 1 to 64 of a-z, 0-9, dot and hyphen."`
}

func (curatorNewCommand) Help() string {
	return `Whoever has the key can endorse sets in your name. Hand out FILE.pub: operators name it in their sets, and other curators pin it. Clients pin the line "verifier" in their policies.

Example:
  veilhash curator new hotline.key --name hotline.example`
}

func (c *curatorNewCommand) Run(a *app) error {
	key, err := endorse.NewKey(c.Name)
	if err != nil {
		return &exitError{exitUsage, err, ""}
	}
	if err := createSecret(c.File, key.AppendText(nil)); err != nil {
		return err
	}
	public := c.File + ".pub"
	if err := writeFile(public, endorse.AppendPublic(nil, key.Curator()), 0o644); err != nil {
		return err
	}
	verifier := key.Verifier()
	return a.print(map[string]string{"file": c.File, "public": public, "curator": key.String(), "verifier": verifier},
		fmt.Sprintf("created %s\npublic\t%s\ncurator\t%s\nverifier\t%s\n", c.File, public, key, verifier))
}

type curatorVouchCommand struct {
	Pairs string `arg:"" help:"Lines of two hashes, 64 hexadecimal digits each: a version's, and its original's."`
	Key   string `required:"" placeholder:"FILE" help:"Your key file."`
	Out   string `required:"" placeholder:"FILE" help:"Where the signed versions go."`
}

func (curatorVouchCommand) Help() string {
	return `Other curators cannot see that two hashes are of one picture, as you can. Under a rule with versions they take your word for it: an entry that is a version of a
picture of theirs counts as recognised.

Example:
  veilhash curator vouch pairs.txt --key hotline.key --out hotline.versions`
}

func (c *curatorVouchCommand) Run(a *app) error {
	key, err := a.readCuratorKey(c.Key)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(c.Pairs)
	if err != nil {
		return err
	}
	var pairs [][2]hashlist.PDQ
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		version, original, _ := strings.Cut(strings.TrimSpace(line), " ")
		v, err := hashlist.ParsePDQ(version)
		if err == nil {
			var p hashlist.PDQ
			if p, err = hashlist.ParsePDQ(strings.TrimSpace(original)); err == nil {
				pairs = append(pairs, [2]hashlist.PDQ{v, p})
			}
		}
		if err != nil {
			return refused(fmt.Errorf("%s: line %d: %w", c.Pairs, i+1, err))
		}
	}
	if err := writeFile(c.Out, endorse.AppendVersions(nil, key.Vouch(pairs)), 0o600); err != nil {
		return err
	}
	return a.print(map[string]any{"file": c.Out, "versions": len(pairs)}, fmt.Sprintf("created %s\nversions\t%d\n", c.Out, len(pairs)))
}

func (a *app) readCuratorKey(name string) (*endorse.Key, error) {
	b, err := a.readSecret(name, "Create one with: veilhash curator new "+name+" --name NAME")
	if err != nil {
		return nil, err
	}
	key, err := endorse.ParseKey(b)
	if err != nil {
		return nil, refused(fmt.Errorf("%s: %w", name, err))
	}
	return key, nil
}

// readCurators reads public parts, as 'curator new' writes them, from files or addresses.
func (a *app) readCurators(places []string) (out []blindset.Curator, err error) {
	for _, name := range places {
		b, err := a.readPlace(name)
		if err != nil {
			return nil, err
		}
		c, err := endorse.ParsePublic(b)
		if err != nil {
			return nil, refused(fmt.Errorf("%s: %w", name, err))
		}
		out = append(out, c)
	}
	return out, nil
}

// readFiles reads whole files.
func readFiles(names []string) (out [][]byte, err error) {
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}
