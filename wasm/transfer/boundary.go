package main

import (
	"errors"

	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/threshold/transfer"
	"github.com/veilhash/veilhash/wasm/internal/frame"
)

// code is the code of an error. Those of accounts are the SDK's; the rest are this module's, listed in web/src/errors.ts. (sdk.Code would bring the whole SDK.)
func code(err error) string {
	switch {
	case errors.Is(err, threshold.ErrAccountFormat):
		return "account"
	case errors.Is(err, threshold.ErrAccountChecksum):
		return "account-damaged"
	case errors.Is(err, transfer.ErrShortPassphrase):
		return "passphrase-short"
	case errors.Is(err, transfer.ErrPassphrase):
		return "passphrase-wrong"
	case errors.Is(err, transfer.ErrFormat):
		return "export-format"
	case errors.Is(err, transfer.ErrDamaged):
		return "export-damaged"
	case errors.Is(err, transfer.ErrCost):
		return "export-cost"
	}
	return "internal"
}

// A boundary is an instance's state. It does not depend on the host, so that it is tested natively.
type boundary struct{ frame.Frame }

// run runs a call on two byte strings of the input.
func (b *boundary) run(first, second int32, call func(first, second []byte) ([]byte, error)) int32 {
	return b.Run(code, func() (int32, error) {
		in, err := b.Take(first, second)
		if err != nil {
			return 0, err
		}
		defer b.Wipe()
		out, err := call(in[0], in[1])
		b.Result = append(b.Result, out...)
		return 0, err
	})
}

func (b *boundary) export(account, passphrase int32) int32 {
	return b.run(account, passphrase, func(account, passphrase []byte) ([]byte, error) {
		a, err := threshold.ParseAccount(account)
		if err != nil {
			return nil, err
		}
		return transfer.Export(a, passphrase, transfer.Cost{})
	})
}

func (b *boundary) importText(text, passphrase int32) int32 {
	return b.run(text, passphrase, func(text, passphrase []byte) ([]byte, error) {
		a, err := transfer.Import(text, passphrase)
		if err != nil {
			return nil, err
		}
		file, err := a.MarshalText()
		return append(file, '\n'), err
	})
}
