package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/audit/endorse"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/server"
)

// Who answers for a demonstration's set. Their keys are made for it and thrown away; what they do is what anyone does with the commands of these names.
var demoCurators = []string{"curator-a.example", "curator-b.example"}

const (
	demoLog     = "demo.example/" // and what tells this log from those of other demonstrations, which a browser may remember
	demoWitness = "witness.example"

	// The witness is asked again every hour, and clients take its word for a day.
	demoRefresh     = time.Hour
	demoMaxAgeHours = 24
)

// A demoTrust is everything about a demonstration's set that lets clients and outsiders trust it: its parties, each with a directory of its own, and what they publish.
type demoTrust struct {
	app      *app   // prints warnings and nothing else
	dir      string // of the demonstration
	web      string // the page's files; empty if there is none
	set      string // where the set appears
	settings *demoCommand
}

func newDemoTrust(a *app, p demoPlaces, c *demoCommand) *demoTrust {
	quiet := *a
	quiet.quiet, quiet.out = true, io.Discard
	t := &demoTrust{app: &quiet, dir: p.dir, set: filepath.Join(p.dir, "set"), settings: c}
	if _, err := os.Stat(filepath.Join(p.web, "index.html")); err == nil {
		t.web = p.web
	}
	return t
}

// path is a file of a party.
func (t *demoTrust) path(party, name string) string { return filepath.Join(t.dir, party, name) }

// operatorKey is the operator's key file.
func (t *demoTrust) operatorKey() string { return filepath.Join(t.dir, "operator.key") }

// logDir and publicDir hold what is published beside the set: the log, and the texts that an application and its users would have from elsewhere.
func (t *demoTrust) logDir() string    { return filepath.Join(t.dir, "log") }
func (t *demoTrust) publicDir() string { return filepath.Join(t.dir, "public") }

// A runner is what Kong makes of a command line.
type runner interface{ Run(*app) error }

// run runs commands as if each had been typed.
func (t *demoTrust) run(steps ...runner) error {
	for _, s := range steps {
		if err := s.Run(t.app); err != nil {
			return err
		}
	}
	return nil
}

// endorsedSet makes a set of pictures that both curators have on their lists, through the two rounds of an exchange (docs/protocol.md, section 9).
func (t *demoTrust) endorsedSet(pictures []string) error {
	if err := createSecret(t.operatorKey(), new(blindset.Keyring).AppendText(nil)); err != nil {
		return err
	}
	list, err := t.listOf(pictures)
	if err != nil {
		return err
	}
	exchange := filepath.Join(t.dir, "exchange")
	offer := &setOfferOpenCommand{
		Dir: exchange,
		setFlags: setFlags{
			Fold: "auto", MaxLayers: 6, Require: len(demoCurators), Canary: blindset.CanaryCard1, Scheme: "balanced", Quality: 50, Epoch: 1, Payload: 4096,
			Kinds: "derivative", Threshold: t.settings.Threshold, Synthetics: t.settings.Synthetics, PeriodDays: 30, ShardSize: blindset.MaxShardBytes,
		},
	}
	for _, name := range demoCurators {
		if err := os.Mkdir(filepath.Join(t.dir, name), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(t.path(name, "list"), list, 0o600); err != nil {
			return err
		}
		if err := t.run(&curatorNewCommand{File: t.path(name, "key"), Name: name}); err != nil {
			return err
		}
		offer.Curator = append(offer.Curator, t.path(name, "key.pub"))
		offer.List = append(offer.List, name+"="+t.path(name, "list"))
	}
	if err := t.run(offer); err != nil {
		return err
	}
	operator := operatorFlags{Dir: exchange}
	o, err := operator.open()
	if err != nil {
		return err
	}
	send := o.SendPath
	// each has every curator answer, and returns the files.
	each := func(file string, step func(name string, f curatorFlags) runner) (files []string, err error) {
		for _, name := range demoCurators {
			f := curatorFlags{Key: t.path(name, "key"), Out: t.path(name, file)}
			for _, other := range demoCurators {
				if other != name {
					f.Peer = append(f.Peer, t.path(other, "key.pub"))
				}
			}
			if err := t.run(step(name, f)); err != nil {
				return nil, err
			}
			files = append(files, f.Out)
		}
		return files, nil
	}
	commitments, err := each("commitment", func(_ string, f curatorFlags) runner {
		return &endorseCommitCommand{Offer: send("offer"), curatorFlags: f, Restarts: endorse.DefaultRestarts}
	})
	if err != nil {
		return err
	}
	if err := t.run(&setOfferRollCommand{Commitments: commitments, operatorFlags: operator}); err != nil {
		return err
	}
	reveals, err := each("reveal", func(_ string, f curatorFlags) runner {
		return &endorseRevealCommand{Offer: send("offer"), Roll: send("roll"), curatorFlags: f}
	})
	if err != nil {
		return err
	}
	if err := t.run(&setOfferDraftCommand{Reveals: reveals, operatorFlags: operator}); err != nil {
		return err
	}
	recognitions, err := each("recognition", func(name string, f curatorFlags) runner {
		return &endorseRecogniseCommand{Draft: send("draft"), Claims: send(name + ".claims"), curatorFlags: f, List: []string{t.path(name, "list")}}
	})
	if err != nil {
		return err
	}
	if err := t.run(&setAssembleBuildCommand{Recognitions: recognitions, operatorFlags: operator, Key: t.operatorKey(), Out: t.set}); err != nil {
		return err
	}
	endorsements, err := each("endorsement", func(_ string, f curatorFlags) runner {
		return &endorseSignCommand{Draft: send("draft"), Manifest: filepath.Join(t.set, "manifest"), Recognitions: recognitions, curatorFlags: f}
	})
	if err != nil {
		return err
	}
	return t.run(&setAssembleFinishCommand{Dir: t.set, Endorsements: endorsements})
}

// listOf is a list of hashes of pictures, as a curator keeps one.
func (t *demoTrust) listOf(pictures []string) ([]byte, error) {
	c := setBuildCommand{Images: pictures, setFlags: setFlags{Quality: 50, Scheme: "balanced"}}
	h, err := c.hashing()
	if err != nil {
		return nil, err
	}
	list, err := c.hashImages(t.app, h, new(variants))
	if err != nil {
		return nil, err
	}
	var s strings.Builder
	for e := range list.All() {
		fmt.Fprintln(&s, e.PDQ)
	}
	return []byte(s.String()), nil
}

// publish starts a log and a witness for it, who answers until ctx ends; logs the set and the page's code; and writes the policy, the curators' public keys and what
// the page says about checking all that to publicDir. The witness is asked again every hour.
func (t *demoTrust) publish(ctx context.Context) error {
	logKey, witnessKey := filepath.Join(t.dir, "log.key"), t.path(demoWitness, "key")
	var run [4]byte
	rand.Read(run[:])
	if err := os.Mkdir(filepath.Join(t.dir, demoWitness), 0o700); err != nil {
		return err
	}
	if err := t.run(
		&logKeyCommand{Name: demoLog + hex.EncodeToString(run[:]), File: logKey},
		&logInitCommand{Dir: t.logDir(), Key: logKey},
		&logKeyCommand{Name: demoWitness, File: witnessKey, Witness: true},
	); err != nil {
		return err
	}
	logSigner, err := t.app.readSigner(logKey, tlog.Ed25519)
	if err != nil {
		return err
	}
	witnessSigner, err := t.app.readSigner(witnessKey, tlog.CosignatureV1)
	if err != nil {
		return err
	}
	h, err := (&logWitnessCommand{Dir: t.path(demoWitness, "seen"), Log: []string{logSigner.Key().String()}}).handler(witnessSigner, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	l, err := server.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		if err := serveUntil(ctx, l, h); err != nil {
			t.app.warn("the witness ended: %v", err)
		}
	}()
	policy, err := t.policy(logSigner.Key(), witnessSigner.Key(), address(l))
	if err != nil {
		return err
	}
	if err := t.writePublic(policy); err != nil {
		return err
	}
	flags := logFlags{Dir: t.logDir(), Key: logKey, Policy: filepath.Join(t.publicDir(), "policy"), Set: t.set}
	if err := t.run(&logAppendCommand{logFlags: flags, Release: t.web}); err != nil {
		return err
	}
	go t.refresh(ctx, &logRefreshCommand{flags})
	return nil
}

// refresh has the witness cosign again, long before clients find its word too old.
func (t *demoTrust) refresh(ctx context.Context, c *logRefreshCommand) {
	clock := time.NewTicker(demoRefresh)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
		}
		if err := t.run(c); err != nil && ctx.Err() == nil {
			t.app.warn("the log was not cosigned again: %v", err)
		}
	}
}

// policy asks of a set what this one was made to have.
func (t *demoTrust) policy(log, witness *tlog.Key, address string) ([]byte, error) {
	c := logPolicyCommand{
		Log: log.String(), witnessFlags: witnessFlags{Witness: []string{demoWitness + "=" + witness.String() + "=" + address}, Quorum: 1}, MaxAgeHours: demoMaxAgeHours,
		MinThreshold: t.settings.Threshold, MinSynthetics: t.settings.Synthetics, MinTokenBits: 64, MinMarginBits: 40, Kinds: "derivative",
	}
	for _, name := range demoCurators {
		key, err := t.app.readCuratorKey(t.path(name, "key"))
		if err != nil {
			return nil, err
		}
		c.Curator = append(c.Curator, key.String())
	}
	return c.policy()
}

// writePublic writes what an application ships, what curators hand out, and how this program is called here.
func (t *demoTrust) writePublic(policy []byte) error {
	if err := os.Mkdir(t.publicDir(), 0o700); err != nil {
		return err
	}
	about, err := json.Marshal(map[string]string{"command": shellWord(os.Args[0])})
	if err != nil {
		return err
	}
	files := map[string][]byte{"policy": policy, "index.json": about}
	for _, name := range demoCurators {
		if files[name+".pub"], err = os.ReadFile(t.path(name, "key.pub")); err != nil {
			return err
		}
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(t.publicDir(), name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// config is what a scanner of the demonstration checks the set with.
func (t *demoTrust) config() (sdk.TrustConfig, error) {
	p, err := t.app.readPolicy(filepath.Join(t.publicDir(), "policy"))
	if err != nil {
		return sdk.TrustConfig{}, err
	}
	return trustConfig(t.set, p)
}

// shellWord is a word as a shell reads it.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("./_-+", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
