package main

import (
	"fmt"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/threshold"
)

type keyCommand struct {
	New    keyNewCommand    `cmd:"" help:"Create a file for the keys of the sets that you will build."`
	Forget keyForgetCommand `cmd:"" help:"Destroy the keys of sets whose vouchers have expired."`
}

type keyNewCommand struct {
	File string `arg:"" help:"The file to create; only you can read it."`
}

func (keyNewCommand) Help() string {
	return `The file is empty at first. Each 'set build' draws a fresh key, as no key may ever serve two sets, and adds it.
Whoever has the file can test guesses against the sets in it: keep it offline when it is not needed.

Example:
  veilhash key new operator.key`
}

func (c *keyNewCommand) Run(a *app) error {
	if err := createSecret(c.File, new(blindset.Keyring).AppendText(nil)); err != nil {
		return err
	}
	return a.print(map[string]string{"file": c.File}, fmt.Sprintf("created %s\n", c.File))
}

type accountCommand struct {
	New accountNewCommand `cmd:"" help:"Create an account secret."`
}

type accountNewCommand struct {
	File string `arg:"" help:"The file to create; only you can read it."`
}

func (accountNewCommand) Help() string {
	return `The secret stays on a user's devices. From it come the shares that let a server read payloads past the threshold, and
nothing below it.

Example:
  veilhash account new alice.account`
}

func (c *accountNewCommand) Run(a *app) error {
	text, err := threshold.NewAccount().MarshalText()
	if err != nil {
		return err
	}
	if err := createSecret(c.File, append(text, '\n')); err != nil {
		return err
	}
	return a.print(map[string]string{"file": c.File}, fmt.Sprintf("created %s\n", c.File))
}
