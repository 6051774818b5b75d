package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/derivative"
	"github.com/veilhash/veilhash/sdk/imagehash/classic"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
)

type sealCommand struct {
	Set     string   `required:"" placeholder:"DIR" help:"The set's directory."`
	Account string   `required:"" placeholder:"FILE" help:"The account secret."`
	Binding string   `required:"" placeholder:"ACCOUNT/MESSAGE" help:"What the vouchers belong to; all before the first slash is the account."`
	Out     string   `required:"" placeholder:"DIR" help:"Where the vouchers go; made if need be."`
	Sent    string   `placeholder:"FILE" help:"The memory of what the account has sent in this period; made if need be. Without it a picture that is sealed again is sent again."`
	Seen    string   `placeholder:"DIR" help:"What this client has accepted so far: a set that is older than the last, or has a key of another table, is refused. Made if need be."`
	Images  []string `arg:"" placeholder:"IMAGE" help:"The pictures."`
}

func (sealCommand) Help() string {
	return `Writes NAME.voucher for each picture. All vouchers under a set have one size. A file that is no picture has a voucher too, one
that can never be opened, and a warning here: if it had none, that would tell something. The payload is a small grey copy.

Under a set with synthetic vouchers each picture has two, NAME.voucher and NAME.second.voucher, and one of them may be synthetic: send both, always.
Now and then both are, and the picture is not looked for unless it is sealed again. A picture that is in the memory of what was sent is not looked for a
second time in the same period.

Example:
  veilhash seal --set public/set --account alice.account --binding alice/42 --out vouchers --sent alice.sent photo.jpg`
}

// sealInfo is what is printed of a picture that was sealed.
type sealInfo struct {
	File    string  `json:"file"`
	Voucher string  `json:"voucher"`
	Second  string  `json:"second,omitempty"` // under a set with synthetics
	Bytes   int     `json:"bytes"`
	Probes  int     `json:"probes"` // real ones
	Warning string  `json:"warning,omitempty"`
	Seconds float64 `json:"seconds"`
}

func (c *sealCommand) Run(a *app) error {
	set, err := openSet(c.Set)
	if err != nil {
		return err
	}
	account, err := a.readAccount(c.Account)
	if err != nil {
		return err
	}
	scanner, err := c.scanner(a, set, account)
	if err != nil {
		return err
	}
	names, err := voucherNames(c.Images)
	if err != nil {
		return err
	}
	if c.Seen != "" {
		if err := clientMemory(c.Seen).accept(set.Manifest); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	var infos []sealInfo
	bar := a.progress("sealing")
	for i, file := range c.Images {
		if err := a.ctx.Err(); err != nil {
			return err
		}
		upload, info, err := sealFile(scanner, set, file, parseBinding(c.Binding))
		if err != nil {
			return err
		}
		if err := c.write(upload, names[i], &info); err != nil {
			return err
		}
		if err := c.acknowledge(scanner, upload); err != nil {
			return err
		}
		if info.Warning != "" {
			a.warn("%s: %s", file, info.Warning)
		}
		infos = append(infos, info)
		bar.update(i+1, len(c.Images))
	}
	bar.done()
	var text strings.Builder
	for _, i := range infos {
		fmt.Fprintf(&text, "%s\t%d bytes\n", i.Voucher, i.Bytes)
		if i.Second != "" {
			fmt.Fprintf(&text, "%s\t%d bytes\n", i.Second, i.Bytes)
		}
	}
	return a.print(map[string]any{"vouchers": infos}, text.String())
}

// scanner is a scanner with the memory of what was sent, if there is one.
func (c *sealCommand) scanner(a *app, set *setdir.Set, account *threshold.Account) (*sdk.Scanner, error) {
	cfg := sdk.ScannerConfig{
		Manifest: set.Manifest.AppendText(nil),
		Account:  account,
		Clock:    func() int64 { return time.Now().Unix() },

		ParseHasher: classic.Parse,
	}
	if c.Sent != "" {
		if _, err := os.Stat(c.Sent); !errors.Is(err, fs.ErrNotExist) {
			if cfg.Sent, err = a.readSecret(c.Sent, ""); err != nil {
				return nil, err
			}
		}
	}
	scanner, err := sdk.NewScanner(cfg)
	if errors.Is(err, threshold.ErrSentFormat) {
		return nil, hinted(refused(fmt.Errorf("%s: %w", c.Sent, err)), "Remove the file to begin a new one; what was sent before will show if it is sent again.")
	}
	if err != nil {
		return nil, &exitError{exitVerify, err, ""}
	}
	return scanner, nil
}

// write writes an upload's vouchers.
func (c *sealCommand) write(u *sdk.Upload, name string, info *sealInfo) error {
	files := []string{filepath.Join(c.Out, name+voucherSuffix), filepath.Join(c.Out, name+secondSuffix)}
	info.Voucher = files[0]
	for i, raw := range u.Vouchers {
		if err := writeFile(files[i], raw, 0o644); err != nil {
			return err
		}
		if i > 0 {
			info.Second = files[i]
		}
	}
	return nil
}

// acknowledge remembers what was written as sent: here writing is all the sending that there is.
func (c *sealCommand) acknowledge(scanner *sdk.Scanner, u *sdk.Upload) error {
	if err := scanner.Acknowledge(u.Receipt); err != nil && !errors.Is(err, threshold.ErrSentFull) {
		return err
	}
	if c.Sent == "" {
		return nil
	}
	memory, err := scanner.Sent()
	if err != nil {
		return err
	}
	return writeFile(c.Sent, memory, 0o600)
}

// parseBinding reads ACCOUNT/MESSAGE.
func parseBinding(s string) voucher.Binding {
	account, message, _ := strings.Cut(s, "/")
	return voucher.Binding{Account: account, Message: message}
}

// Suffixes of the files that a picture's vouchers go to.
const (
	voucherSuffix = ".voucher"
	secondSuffix  = ".second.voucher"
)

// voucherNames are the pictures' names without their suffix. No two pictures may write one file.
func voucherNames(images []string) ([]string, error) {
	names, seen := make([]string, len(images)), make(map[string]string)
	for i, file := range images {
		if _, err := os.Stat(file); err != nil {
			return nil, err
		}
		base := filepath.Base(file)
		names[i] = strings.TrimSuffix(base, filepath.Ext(base))
		for _, suffix := range []string{voucherSuffix, secondSuffix} {
			if other, dup := seen[names[i]+suffix]; dup {
				return nil, &exitError{exitUsage, fmt.Errorf("%s and %s would both become %s", other, file, names[i]+suffix), "Seal them into different directories."}
			}
			seen[names[i]+suffix] = file
		}
	}
	return names, nil
}

// sealFile is the whole way of a picture on the client's side.
func sealFile(scanner *sdk.Scanner, set *setdir.Set, file string, b voucher.Binding) (*sdk.Upload, sealInfo, error) {
	start := time.Now()
	info := sealInfo{File: file}
	scan, err := scanFile(scanner, file)
	if err != nil {
		return nil, info, err
	}
	scan.ProvideFrom(set)
	// One kind for all, whether or not there is a payload: it lies open in every match, and synthetic vouchers have the same.
	options := sdk.SealOptions{Binding: b}
	if set.Manifest.Kinds.Allows(int(voucher.KindDerivative)) {
		options.Kind = voucher.KindDerivative
		_, options.Payload = makeDerivative(scan, scanner.PayloadCapacity())
	}
	upload, err := scan.SealUpload(options)
	if err != nil {
		return nil, info, err
	}
	report := upload.Report
	info.Bytes = len(upload.Vouchers[0])
	for _, p := range report.Probes {
		if !p.Dummy {
			info.Probes++
		}
	}
	switch {
	case report.Reason != nil:
		info.Warning = report.Reason.Error() + "; its voucher stays closed whatever it shows"
	case len(report.Alarms) > 0:
		info.Warning = fmt.Sprintf("the set could not be read for %d of %d probes: %v", len(report.Probes)-info.Probes, len(report.Probes), report.Alarms[0].Err)
	case upload.Held == sdk.Repeat:
		info.Warning = "it was sent before in this period; its voucher stays closed"
	case upload.Held == sdk.Displaced:
		info.Warning = "two synthetic vouchers took its place; to have it looked for, seal it again"
	}
	info.Seconds = time.Since(start).Seconds()
	return upload, info, nil
}

// scanFile decodes a file into a scan. The error is the file system's.
func scanFile(scanner *sdk.Scanner, file string) (*sdk.Scan, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := decode.DecodeReader(f, decode.Limits{})
	return scanPicture(scanner, p, err), nil
}

// scanPicture hashes a decoded picture. What is wrong with it, or kept it from being decoded, is the scan's to report.
func scanPicture(scanner *sdk.Scanner, p *decode.Picture, err error) *sdk.Scan {
	if err != nil {
		scan := scanner.Begin(1, 1)
		scan.Fail(err)
		return scan
	}
	scan := scanner.Begin(p.Width(), p.Height())
	p.Feed(scan) // the scan remembers what went wrong
	return scan
}

// derivativeSides are the sizes that a derivative is tried at until one fits.
var derivativeSides = []int{96, 64, 32}

// makeDerivative is the payload of a scan: a small grey copy, or nothing for a picture that could not be hashed or a set whose vouchers have no room.
func makeDerivative(scan *sdk.Scan, room int) (voucher.Kind, []byte) {
	for _, n := range derivativeSides {
		grey, err := scan.Grey(n)
		if err != nil {
			return voucher.KindNone, nil
		}
		payload, err := derivative.Encode(scan.Features()[0].Hash, grey, n, room)
		if err == nil {
			return voucher.KindDerivative, payload
		}
		if !errors.Is(err, derivative.ErrRoom) {
			break
		}
	}
	return voucher.KindNone, nil
}
