package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server"
)

type demoCommand struct {
	Images   string `placeholder:"DIR" help:"Your own pictures; every second one goes into the set (the samples that 'make build' puts beside the command)."`
	Port     int    `default:"8787" help:"Where the page is served; 0 takes a free one (${default})."`
	Host     string `default:"127.0.0.1" help:"The address to listen on (${default})."`
	Headless bool   `help:"Stop after the summary."`

	Threshold  int `default:"2" placeholder:"T" help:"True matches up to which payloads stay closed; the server opens at one more, and with 1 at the first (${default})."`
	Synthetics int `default:"2" placeholder:"W" help:"The most synthetic vouchers of an account and period; 0 for none (${default})."`

	Dir string `placeholder:"DIR" help:"Keep set, keys and database here (a temporary directory, removed at the end)."`
	Web string `placeholder:"DIR" help:"The page's files (the folder web beside the command)."`

	Address string `placeholder:"FILE" help:"Write the page's address to this file, once it answers."`
}

func (demoCommand) Help() string {
	return `Builds a blinded set of every second picture, has two curators check and endorse it, puts it and the page's code into a public log that a witness cosigns, all
with keys made for the occasion; starts the server with an embedded database, and sends each picture through the whole way once: those of the set resized to 64 % and
recompressed as messengers do, the others as they are. Then it serves a page on which a picture can be dropped, to see what happens and what the server could do with it,
and who answers for the set. An account's payloads open at its third match, and each picture goes with a second voucher that may be synthetic.

Examples:
  veilhash demo
  veilhash demo --images ~/Pictures/holiday --port 9000
  veilhash demo --headless
  veilhash demo --threshold 1 --synthetics 0`
}

// demoInfo is the summary of a demonstration.
type demoInfo struct {
	Pictures   int `json:"pictures"`
	InSet      int `json:"in_set"`
	Matched    int `json:"matched"`    // of those in the set
	Missed     int `json:"missed"`     // of those in the set
	Closed     int `json:"closed"`     // of the others
	Unexpected int `json:"unexpected"` // of the others, opened
	Unclear    int `json:"unclear"`    // of the others, with a voucher that matched and may be synthetic: the account is not open
	Displaced  int `json:"displaced"`  // sent once more, because synthetic vouchers took their place

	Vouchers   int  `json:"vouchers"`      // of the account
	Matches    int  `json:"outer_matches"` // synthetic ones among them
	Synthetics int  `json:"synthetics_at_most"`
	Opened     bool `json:"opened"`

	Milliseconds float64 `json:"ms_a_picture"`  // median: decode, hash, look up, seal
	VoucherBytes int     `json:"voucher_bytes"` // the same for all
	SetBytes     int     `json:"set_bytes"`

	EndorsedBy  []string `json:"endorsed_by"`
	Log         string   `json:"log"`
	WitnessedBy []string `json:"witnessed_by"`
	CodeFiles   int      `json:"code_files"` // whose digests are in the log

	Address string `json:"address,omitempty"`
}

func (c *demoCommand) Run(a *app) error {
	p, err := c.places()
	if err != nil {
		return err
	}
	if c.Dir == "" {
		defer os.RemoveAll(p.dir)
	}
	// The port first: nothing is worth building if it is taken.
	l, err := server.Listen(a.ctx, net.JoinHostPort(c.Host, strconv.Itoa(c.Port)))
	var taken *server.ListenError
	if errors.As(err, &taken) && taken.InUse() {
		return hinted(fmt.Errorf("port %d is taken by another program", c.Port), "Choose another one: --port 9000, or make demo PORT=9000.")
	}
	if err != nil {
		return err
	}
	defer l.Close()
	samples, err := loadSamples(a, p.images)
	if err != nil {
		return err
	}
	if err := samples.write(filepath.Join(p.dir, "samples")); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(a.ctx)
	defer stop()
	start := time.Now()
	trusted := newDemoTrust(a, p, c)
	if err := trusted.endorsedSet(samples.originals()); err != nil {
		return err
	}
	if err := trusted.publish(ctx); err != nil {
		return err
	}
	set, err := setdir.Open(trusted.set)
	if err != nil {
		return err
	}
	a.remark("set built, endorsed and logged in %.1f s", time.Since(start).Seconds())
	ring, err := a.readKeyring(trusted.operatorKey())
	if err != nil {
		return err
	}
	matchers, err := newMatchers(ring, set)
	if err != nil {
		return err
	}
	page, err := openFolder(p.web)
	if err != nil && !c.Headless {
		return err
	}
	folders := make(map[string]fs.FS)
	for name, dir := range map[string]string{"samples": filepath.Join(p.dir, "samples"), "log": trusted.logDir(), "trust": trusted.publicDir()} {
		if folders[name], err = openFolder(dir); err != nil {
			return err
		}
	}
	served := make(chan error, 1)
	go func() {
		served <- a.serve(ctx, l, serverConfig{
			set: set, setDir: trusted.set, matchers: matchers, store: storeFlags{Database: filepath.Join(p.dir, "veilhash.db")},
			page: page, folders: folders, roles: []string{roleIngest, roleDistribute, roleMatch, roleConsole},
			// The console is open, so no page of another name may have it (DNS rebinding).
			hosts: []string{"localhost", "127.0.0.1", "::1", c.Host},
			log:   a.logger("warn"),
		})
	}()
	info, err := scanSamples(a, address(l), set, trusted, samples)
	if err != nil {
		stop()
		return errors.Join(<-served, err)
	}
	if !c.Headless {
		info.Address = address(l)
	}
	if c.Address != "" {
		if err := writeFile(c.Address, []byte(address(l)+"\n"), 0o644); err != nil {
			return err
		}
	}
	if err := a.print(info, info.text()); err != nil {
		return err
	}
	if c.Headless {
		stop()
	}
	if err := <-served; err != nil {
		return err
	}
	if c.Images == "" && (info.Missed > 0 || info.Unexpected > 0 || info.Opened != (info.Matched > 1 && info.Matched > c.Threshold || info.Matched > 0 && c.Threshold == 1)) {
		return errors.New("the samples did not come out as they should")
	}
	return nil
}

func (i *demoInfo) text() string {
	s := fmt.Sprintf("scanned\t%d pictures, %d of them in the set (resized and recompressed)\n", i.Pictures, i.InSet) +
		fmt.Sprintf("matched\t%d of %d in the set\n", i.Matched, i.InSet) +
		fmt.Sprintf("closed\t%d of %d others\n", i.Closed, i.Pictures-i.InSet) +
		"account\t" + accountInfo{i.Vouchers, i.Matches, i.Synthetics, i.Opened}.text() + "\n" +
		fmt.Sprintf("time\t%.0f ms a picture, natively (median)\n", i.Milliseconds) +
		fmt.Sprintf("voucher\t%d bytes, each\n", i.VoucherBytes) +
		fmt.Sprintf("set\t%d bytes\n", i.SetBytes) +
		fmt.Sprintf("endorsed\tby %s: each recognised every entry\n", strings.Join(i.EndorsedBy, " and ")) +
		fmt.Sprintf("log\t%s, witnessed by %s; it names %d files of code\n", i.Log, strings.Join(i.WitnessedBy, " and "), i.CodeFiles)
	if i.Address != "" {
		s += "\nOpen " + i.Address + " and drop a picture. Stop with Ctrl-C.\n"
	}
	return s
}

// demoPlaces are the directories of a demonstration: where it lives, the page's files, and the pictures.
type demoPlaces struct{ dir, web, images string }

func (c *demoCommand) places() (p demoPlaces, err error) {
	exe, err := os.Executable()
	if err != nil {
		return p, err
	}
	p = demoPlaces{c.Dir, c.Web, c.Images}
	if p.images == "" {
		p.images = filepath.Join(filepath.Dir(exe), "samples")
	}
	if p.web == "" {
		p.web = filepath.Join(filepath.Dir(exe), "web")
	}
	if _, err := os.Stat(p.images); err != nil {
		return p, hinted(fmt.Errorf("there are no pictures in %s", p.images), "Run make build for the samples, or name a folder of your own with --images.")
	}
	if _, err := os.Stat(filepath.Join(p.web, "index.html")); err != nil && !c.Headless {
		return p, hinted(fmt.Errorf("there is no page in %s", p.web), "Run make build, or name the folder with --web, or add --headless.")
	}
	if p.dir == "" {
		p.dir, err = os.MkdirTemp("", "veilhash-demo-*")
	} else {
		err = os.MkdirAll(p.dir, 0o700)
	}
	return p, err
}
