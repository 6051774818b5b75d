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
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/server/translog"
)

type logCommand struct {
	Key     logKeyCommand     `cmd:"" help:"Create a signing key for a log or a witness."`
	Init    logInitCommand    `cmd:"" help:"Start the public log of a lineage of sets."`
	Append  logAppendCommand  `cmd:"" help:"Activate a set, or new code, by an entry that witnesses cosign."`
	Refresh logRefreshCommand `cmd:"" help:"Have witnesses cosign the log again, before their word is too old for clients."`
	Witness logWitnessCommand `cmd:"" help:"Run a witness: it cosigns logs, and never a fork."`
	Policy  logPolicyCommand  `cmd:"" help:"Print a policy for clients."`
	Verify  logVerifyCommand  `cmd:"" help:"Check a set against a policy, as a client does, and say what was checked."`
	Monitor logMonitorCommand `cmd:"" help:"Follow a log and raise the alarm for what must not happen in it."`
}

type logKeyCommand struct {
	Name    string `arg:"" help:"The key's name, an address without https://, such as example.org/sets."`
	File    string `arg:"" help:"The file to create; only you can read it."`
	Witness bool   `help:"A key of a witness, instead of a log's."`
}

func (logKeyCommand) Help() string {
	return `Prints the public key, which goes into policies.

Examples:
  veilhash log key example.org/sets log.key
  veilhash log key --witness witness.example witness.key`
}

func (c *logKeyCommand) Run(a *app) error {
	algorithm := tlog.Ed25519
	if c.Witness {
		algorithm = tlog.CosignatureV1
	}
	s, err := translog.NewSigner(c.Name, algorithm)
	if err != nil {
		return refused(fmt.Errorf("%q cannot be a key's name: no spaces and no plus", c.Name))
	}
	if err := createSecret(c.File, s.AppendText(nil)); err != nil {
		return err
	}
	return a.print(map[string]string{"file": c.File, "key": s.Key().String()}, s.Key().String()+"\n")
}

// readSigner reads a key file of an algorithm.
func (a *app) readSigner(name string, want tlog.Algorithm) (*translog.Signer, error) {
	b, err := a.readSecret(name, "Create one with: veilhash log key NAME "+name)
	if err != nil {
		return nil, err
	}
	s, err := translog.ParseSigner(b)
	if err != nil {
		return nil, refused(fmt.Errorf("%s: %w", name, err))
	}
	if s.Key().Algorithm != want {
		return nil, refused(fmt.Errorf("%s is the key of a log where a witness's is needed, or the other way round", name))
	}
	return s, nil
}

type logInitCommand struct {
	Dir string `arg:"" help:"The log's directory, which a web server can hand out as it is."`
	Key string `required:"" placeholder:"FILE" help:"The log's signing key."`
}

func (logInitCommand) Help() string {
	return `Example:
  veilhash log init --key log.key public/log`
}

func (c *logInitCommand) Run(a *app) error {
	s, err := a.readSigner(c.Key, tlog.Ed25519)
	if err != nil {
		return err
	}
	if err := translog.Create(c.Dir, s); err != nil {
		return logError(err)
	}
	return a.print(map[string]string{"log": s.Key().Name, "key": s.Key().String()}, fmt.Sprintf("log\t%s\nkey\t%s\n", s.Key().Name, s.Key()))
}

// logError gives the errors of package translog their exit codes and hints.
func logError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, translog.ErrEpoch):
		return &exitError{exitRefused, err, "Every set needs a higher --epoch than the one before it. Nothing was logged."}
	case errors.Is(err, translog.ErrKeyReused):
		return &exitError{exitRefused, err, "Build the set anew: two tables under one key show everyone what is in both. Nothing was logged."}
	case errors.Is(err, translog.ErrUnchanged), errors.Is(err, translog.ErrTime), errors.Is(err, translog.ErrExists), errors.Is(err, translog.ErrKey), errors.Is(err, trust.ErrRecord):
		return refused(err)
	case errors.Is(err, translog.ErrFile):
		return &exitError{exitVerify, err, "The log's files were changed or are incomplete; restore them from a mirror."}
	case errors.Is(err, translog.ErrQuorum):
		return hinted(err, "What was logged stays logged, but no proof was written and clients keep the set that they have. When witnesses are back: veilhash log refresh")
	}
	return err
}

// logFlags are those of commands that write a log.
type logFlags struct {
	Dir    string `arg:"" help:"The log's directory."`
	Key    string `required:"" placeholder:"FILE" help:"The log's signing key."`
	Policy string `required:"" placeholder:"FILE" help:"The policy that clients have: it names the witnesses, with their addresses."`
	Set    string `placeholder:"DIR" help:"The set's directory; the proof is written into it."`
}

// write opens a log, lets f change it, collects cosignatures and writes the proof beside the set.
func (c *logFlags) write(a *app, f func(l *translog.Log) error) error {
	s, err := a.readSigner(c.Key, tlog.Ed25519)
	if err != nil {
		return err
	}
	p, err := a.readPolicy(c.Policy)
	if err != nil {
		return err
	}
	l, err := translog.Open(a.ctx, c.Dir, s)
	if err != nil {
		return logError(err)
	}
	defer l.Close()
	if err := f(l); err != nil {
		return logError(err)
	}
	if err := a.cosign(l.Tree, &p.Log); err != nil {
		return logError(err)
	}
	head, note := l.Checkpoint()
	if c.Set != "" {
		set, err := openSet(c.Set)
		if err != nil {
			return err
		}
		if l.Last() == nil || l.Last().Set != set.Manifest.ID() {
			return refused(fmt.Errorf("%s is not the set that the log's last entry activates", c.Set))
		}
		proof, err := l.Proof(a.ctx)
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(c.Set, setdir.ProofName), proof.AppendText(nil), 0o644); err != nil {
			return err
		}
	}
	info := map[string]any{"log": head.Origin, "entries": head.Size, "cosignatures": len(note.Signatures) - 1}
	return a.print(info, fmt.Sprintf("log\t%s\nentries\t%d\ncosignatures\t%d\n", head.Origin, head.Size, len(note.Signatures)-1))
}

// cosign has a policy's witnesses cosign a log. The error is translog.ErrQuorum if they are no quorum.
func (a *app) cosign(l *translog.Tree, p *tlog.Policy) error {
	results, err := l.Refresh(a.ctx, p, nil)
	for _, r := range results {
		if r.Err != nil {
			a.warn("witness %s did not cosign: %v", r.Witness, r.Err)
		}
	}
	return err
}

func (a *app) readPolicy(name string) (*trust.Policy, error) {
	b, err := a.readPlace(name)
	if err != nil {
		return nil, err
	}
	p, err := trust.ParsePolicy(b)
	if err != nil {
		return nil, &exitError{exitRefused, fmt.Errorf("%s: %w", name, err), "Its form is in docs/protocol.md, section 11.3; lines and spaces count."}
	}
	return p, nil
}

type logAppendCommand struct {
	logFlags
	Release string `placeholder:"DIR" help:"The files that clients load, as they are served; without it the code stays as the log has it."`
}

func (logAppendCommand) Help() string {
	return `Adds one entry, that says which set and which code are in force from now on, and asks the policy's witnesses to cosign. A witness that is down does
no harm as long as the others are a quorum.

Examples:
  veilhash log append --key log.key --policy policy --set public/set public/log
  veilhash log append --key log.key --policy policy --set public/set --release web/dist public/log`
}

func (c *logAppendCommand) Run(a *app) error {
	if c.Set == "" && c.Release == "" {
		return &exitError{code: exitUsage, err: errors.New("name what is new: --set DIR, --release DIR or both")}
	}
	return c.write(a, func(l *translog.Log) error {
		var r trust.Record
		if last := l.Last(); last != nil {
			r = *last
		}
		r.Time = uint64(time.Now().Unix())
		if c.Set != "" {
			set, err := openSet(c.Set)
			if err != nil {
				return err
			}
			r = *trust.NewRecord(set.Manifest, r.Time, r.Files)
		}
		if c.Release != "" {
			var err error
			if r.Files, err = releaseFiles(c.Release); err != nil {
				return err
			}
		}
		return l.Append(a.ctx, &r)
	})
}

type logRefreshCommand struct{ logFlags }

func (logRefreshCommand) Help() string {
	return `Asks the policy's witnesses to cosign the log as it is. Run it more often than the policy's max-age-hours: clients refuse a set whose cosignatures are older.

Example:
  veilhash log refresh --key log.key --policy policy --set public/set public/log`
}

func (c *logRefreshCommand) Run(a *app) error {
	return c.write(a, func(*translog.Log) error { return nil })
}

type logVerifyCommand struct {
	Set    string `arg:"" help:"The set's directory or address."`
	Policy string `required:"" placeholder:"FILE" help:"The policy that the application ships: a file or an address."`
	Log    string `placeholder:"PLACE" help:"The log's directory or address, to check that it continues what --state remembers."`
	State  string `placeholder:"FILE" help:"What was seen the last time; it is checked against, and then written."`
	Now    int64  `hidden:"" help:"Seconds since 1970 (the clock)."`
}

func (logVerifyCommand) Help() string {
	return `Does what a client does before it uses a set, and says in sentences what it found. With --state it also finds an older set than the last, and a log that was
rewritten.

Examples:
  veilhash log verify --policy policy public/set
  veilhash log verify --policy policy --log https://example.org/log --state seen public/set
  veilhash log verify --policy policy https://example.org/set`
}

// logVerifyInfo is what was found.
type logVerifyInfo struct {
	Set       string   `json:"set"`
	Epoch     uint64   `json:"epoch"`
	Curators  []string `json:"curators"`
	Witnesses []string `json:"witnesses"`
	Log       string   `json:"log,omitempty"`
	Entries   uint64   `json:"entries,omitempty"`
	Since     string   `json:"since,omitempty"`
}

func (c *logVerifyCommand) Run(a *app) error {
	p, err := a.readPolicy(c.Policy)
	if err != nil {
		return err
	}
	set, err := a.openSetAt(c.Set, evidenceOnly)
	if err != nil {
		return err
	}
	defer set.remove()
	cfg, err := trustConfig(set.dir, p)
	if err != nil {
		return err
	}
	if err := c.remember(a, &cfg); err != nil {
		return err
	}
	now := c.Now
	if now == 0 {
		now = time.Now().Unix()
	}
	v, err := cfg.Check(set.Manifest, now)
	if err != nil {
		return &exitError{exitVerify, fmt.Errorf("%s: %s", sdk.Code(err), sentenceOf(err)), "A client with this policy refuses this set."}
	}
	if c.State != "" && len(v.Seen) > 0 {
		if err := writeFile(c.State, v.Seen, 0o644); err != nil {
			return err
		}
	}
	info := logVerifyInfo{Set: set.Manifest.ID().String(), Epoch: set.Manifest.Epoch, Curators: v.Curators}
	var s strings.Builder
	fmt.Fprintf(&s, "The set %s, epoch %d, may be used under this policy.\n", info.Set, info.Epoch)
	fmt.Fprintf(&s, "It opens payloads from %d matches on (the policy asks for %d or more) and is otherwise within the policy's floors.\n", set.Manifest.Threshold, p.MinThreshold)
	if len(p.Curators) > 0 {
		fmt.Fprintf(&s, "Endorsed by %s; the policy asks for %d of %d.\n", strings.Join(v.Curators, ", "), p.Require, len(p.Curators))
	} else {
		s.WriteString("Nobody had to endorse it: the policy is for development.\n")
	}
	if v.Checkpoint != nil {
		rest, err := trust.ParseRest(v.Rest)
		if err != nil {
			return err
		}
		info.Log, info.Entries, info.Since = v.Checkpoint.Origin, v.Checkpoint.Size, when(rest.Time)
		fmt.Fprintf(&s, "It is the latest entry, of %d, of the log %s, since %s.\n", info.Entries, info.Log, info.Since)
		for _, w := range v.Cosignatures {
			info.Witnesses = append(info.Witnesses, w.Witness)
			fmt.Fprintf(&s, "Witness %s saw that on %s.\n", w.Witness, when(w.Time))
		}
		for _, f := range rest.Files {
			fmt.Fprintf(&s, "Code in force: %x %s\n", f.Digest, f.Name)
		}
	} else {
		s.WriteString("It did not have to be in a log: the policy is for development.\n")
	}
	if len(cfg.Seen) > 0 {
		s.WriteString("The log continues what was seen of it before, and the epoch is not older.\n")
	}
	return a.print(info, s.String())
}

// trustConfig is a policy, and what lies in a set's directory to satisfy it.
func trustConfig(dir string, p *trust.Policy) (cfg sdk.TrustConfig, err error) {
	cfg.Policy = p.AppendText(nil)
	for name, to := range map[string]*[]byte{setdir.EndorsementsName: &cfg.Endorsement, setdir.ProofName: &cfg.Proof} {
		if *to, err = os.ReadFile(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return cfg, err
		}
	}
	return cfg, nil
}

// remember fills in what was seen, and the proof that the log continues it.
func (c *logVerifyCommand) remember(a *app, cfg *sdk.TrustConfig) (err error) {
	if c.State == "" {
		return nil
	}
	if cfg.Seen, err = os.ReadFile(c.State); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	seen, err := trust.ParseSeen(cfg.Seen)
	if err != nil {
		return &exitError{exitRefused, fmt.Errorf("%s: %w", c.State, err), "Remove it to start anew; an older set is not noticed then."}
	}
	proof, err := tlog.ParseProof(cfg.Proof)
	if err != nil {
		return nil // Check says so
	}
	if head, err := tlog.ParseCheckpoint(proof.Checkpoint.Text); err == nil && head.Size > seen.Size && c.Log != "" {
		hashes, err := translog.Consistency(a.ctx, translog.OpenSource(c.Log), head, seen.Size)
		if err != nil {
			return logError(err)
		}
		for _, h := range hashes {
			cfg.Consistency = append(cfg.Consistency, h[:]...)
		}
	}
	return nil
}

func sentenceOf(err error) string {
	for _, c := range sdk.Codes() {
		if c.Code == sdk.Code(err) {
			return c.Sentence
		}
	}
	return err.Error()
}

func when(seconds uint64) string {
	return time.Unix(int64(seconds), 0).UTC().Format("2006-01-02 15:04:05 UTC")
}
