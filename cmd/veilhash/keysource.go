package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset"
)

// keyFlags say where a server has its keys from.
type keyFlags struct {
	Key        string        `placeholder:"FILE" help:"The operator's key file, which nobody else may read; without keys nothing is matched here."`
	KeyCommand string        `placeholder:"COMMAND" help:"A command that prints the key file instead, for instance 'age -d -i host.txt operator.key.age': program and arguments by spaces, without a shell. The keys are never on disk."`
	KeyShell   bool          `help:"Run the command of --key-command by /bin/sh, for quotes, variables and pipes."`
	KeyTimeout time.Duration `default:"1m" placeholder:"TIME" help:"How long the command may take (${default})."`
}

// given reports whether there are keys to be had.
func (f *keyFlags) given() bool { return f.Key != "" || f.KeyCommand != "" }

// keys reads the key ring.
func (f *keyFlags) keys(a *app) (*blindset.Keyring, error) {
	switch {
	case f.Key != "" && f.KeyCommand != "":
		return nil, &exitError{code: exitUsage, err: errors.New("keys come from --key or from --key-command, not from both")}
	case f.KeyCommand != "":
		return f.fromCommand(a)
	}
	if err := a.checkSecret(f.Key); err != nil {
		return nil, err
	}
	return a.readKeyring(f.Key)
}

// checkSecret refuses a secret's file that others than its owner and, with a warning, its group can read, or that others can replace.
func (a *app) checkSecret(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return nil // who reads it says why
	}
	if mode := info.Mode().Perm(); mode&0o027 != 0 {
		return hinted(refused(fmt.Errorf("%s can be read, or written, by others (its mode is %04o)", name, mode)), "Whoever has the keys can test guesses against the set. Restrict it with: chmod 600 "+name)
	}
	return nil
}

// maxKeyring is the longest output that is taken for a key ring.
const maxKeyring = 1 << 20

// fromCommand runs the command. Its output is in this process's memory only.
func (f *keyFlags) fromCommand(a *app) (*blindset.Keyring, error) {
	words := strings.Fields(f.KeyCommand)
	if len(words) == 0 {
		return nil, &exitError{code: exitUsage, err: errors.New("--key-command names no program")}
	}
	name := filepath.Base(words[0])
	if f.KeyShell {
		words, name = []string{"/bin/sh", "-c", f.KeyCommand}, "/bin/sh"
	}
	ctx, cancel := context.WithTimeout(a.ctx, f.KeyTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	out := limited{max: maxKeyring}
	cmd.Stdout, cmd.Stderr = &out, a.err
	cmd.WaitDelay = time.Second // for what it has started and not ended
	err := cmd.Run()
	defer clear(out.buf.Bytes())
	switch {
	case ctx.Err() != nil && a.ctx.Err() == nil:
		return nil, hinted(refused(fmt.Errorf("the key command %s has not ended in %v", name, f.KeyTimeout)), "Allow it longer with --key-timeout.")
	case a.ctx.Err() != nil:
		return nil, a.ctx.Err()
	case err != nil:
		return nil, hinted(refused(fmt.Errorf("the key command %s: %w", name, err)), "What it has said stands above. Quotes, variables and pipes need --key-shell.")
	case out.cut:
		return nil, refused(fmt.Errorf("the key command %s prints more than any key file has", name))
	}
	ring, err := blindset.ParseKeyring(out.buf.Bytes())
	if err != nil {
		return nil, refused(fmt.Errorf("the key command %s prints no key file: %w", name, err))
	}
	return ring, nil
}

// limited keeps no more than so many bytes.
type limited struct {
	buf bytes.Buffer
	max int
	cut bool
}

func (l *limited) Write(b []byte) (int, error) {
	if l.buf.Len()+len(b) > l.max {
		l.cut = true
		return len(b), nil
	}
	return l.buf.Write(b)
}
