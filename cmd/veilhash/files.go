package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/threshold"
)

// writeFile writes a file so that it is there whole or not at all, and replaces what was there.
func writeFile(name string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// createSecret writes a new file that only its owner can read. It never replaces one.
func createSecret(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return hinted(fmt.Errorf("%s exists", name), "A secret is never overwritten: choose another name, or remove the file if you are sure.")
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(name)
		return err
	}
	return nil
}

// readSecret reads a file that only its owner should be able to read, and warns if others can.
func (a *app) readSecret(name, hint string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hinted(fmt.Errorf("there is no file %s", name), hint)
	}
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(name); err == nil && info.Mode().Perm()&0o077 != 0 {
		a.warn("%s can be read by others; restrict it with: chmod 600 %s", name, name)
	}
	return b, nil
}

func (a *app) readKeyring(name string) (*blindset.Keyring, error) {
	b, err := a.readSecret(name, "Create one with: veilhash key new "+name)
	if err != nil {
		return nil, err
	}
	r, err := blindset.ParseKeyring(b)
	if err != nil {
		return nil, refused(fmt.Errorf("%s: %w", name, err))
	}
	return r, nil
}

func (a *app) readAccount(name string) (*threshold.Account, error) {
	b, err := a.readSecret(name, "Create one with: veilhash account new "+name)
	if err != nil {
		return nil, err
	}
	account, err := threshold.ParseAccount(b)
	if err != nil {
		return nil, refused(fmt.Errorf("%s: %w", name, err))
	}
	return account, nil
}
