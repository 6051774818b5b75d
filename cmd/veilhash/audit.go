package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/veilhash/veilhash/sdk/audit/query"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/server/translog"
)

type auditCommand struct {
	Policy auditPolicyCommand `cmd:"" help:"Print the policy of a ledger: whose it is, and who witnesses it."`
	Grant  auditGrantCommand  `cmd:"" help:"Give an auditor a quota of questions, in the public ledger (operator)."`
	Ask    auditAskCommand    `cmd:"" help:"Ask, blindly, whether pictures are in a set (auditor)."`
	Answer auditAnswerCommand `cmd:"" help:"Answer an auditor's request, after it is in the ledger (operator)."`
	Read   auditReadCommand   `cmd:"" help:"Check an answer, and say of each picture whether it is in the set (auditor)."`
	Tally  auditTallyCommand  `cmd:"" help:"Check a ledger, and say who has asked about how much (anyone)."`
}

const auditHelp = `An accredited auditor finds out whether pictures are in a set; the operator finds out how many probes were asked about, and nothing else of them. Each auditor
has a quota, and everyone can see in a public log, the ledger, how much of it is used. (docs/protocol.md, section 13.)

The ledger is a log of its own: veilhash log key, veilhash log init, veilhash audit policy.
`

func (auditCommand) Help() string { return auditHelp }

type auditPolicyCommand struct {
	Log string `required:"" placeholder:"KEY" help:"The ledger's public key."`
	witnessFlags
}

func (auditPolicyCommand) Help() string {
	return auditHelp + `
Example:
  veilhash audit policy --log example.org/audits+2f3a…+AQ… --witness w1=w1.example+77c1…+BA…=https://w1.example > ledger.policy`
}

func (c *auditPolicyCommand) Run(a *app) error {
	p := new(tlog.Policy)
	if err := c.logLines(p, c.Log); err != nil {
		return refused(err)
	}
	text := p.AppendText(nil)
	if _, err := tlog.ParsePolicy(text); err != nil {
		return refused(errors.New("these do not make a policy: names and keys of witnesses differ, and --quorum is no more than there are"))
	}
	return a.print(map[string]string{"policy": string(text)}, string(text))
}

// ledgerFlags are those of commands that write a ledger.
type ledgerFlags struct {
	Ledger    string `required:"" placeholder:"DIR" help:"The ledger's directory."`
	LedgerKey string `required:"" placeholder:"FILE" help:"The ledger's signing key."`
	Policy    string `required:"" placeholder:"FILE" help:"The ledger's policy: it names the witnesses, with their addresses."`
}

// openLedger is a ledger that is written.
type openLedger struct {
	*translog.Tree
	query.Ledger
	policy *tlog.Policy
}

func (c *ledgerFlags) open(a *app) (*openLedger, error) {
	s, err := a.readSigner(c.LedgerKey, tlog.Ed25519)
	if err != nil {
		return nil, err
	}
	l := new(openLedger)
	if l.policy, err = a.readLedgerPolicy(c.Policy); err != nil {
		return nil, err
	}
	l.Tree, err = translog.OpenTree(a.ctx, c.Ledger, s, &l.Ledger)
	return l, auditError(err)
}

func (a *app) readLedgerPolicy(name string) (*tlog.Policy, error) {
	b, err := a.readPlace(name)
	if err != nil {
		return nil, err
	}
	p, err := tlog.ParsePolicy(b)
	if err != nil {
		return nil, hinted(refused(fmt.Errorf("%s: %w", name, err)), "A ledger's policy has the lines log, witness and quorum alone; it is not the policy of sets.")
	}
	return p, nil
}

// auditError gives the errors of package query their exit codes and hints.
func auditError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, query.ErrAuditor):
		return hinted(refused(err), "Grant a quota first: veilhash audit grant. Nothing was logged or answered.")
	case errors.Is(err, query.ErrQuota):
		return hinted(refused(err), "veilhash audit tally shows the quota and what was asked. Nothing was logged or answered.")
	case errors.Is(err, query.ErrSet):
		return hinted(refused(err), "Name the set that the request was made for.")
	case errors.Is(err, query.ErrRequest), errors.Is(err, query.ErrAnswer), errors.Is(err, query.ErrSession), errors.Is(err, query.ErrLedger), errors.Is(err, query.ErrKeys),
		errors.Is(err, query.ErrMany), errors.Is(err, query.ErrNothing), errors.Is(err, query.ErrTime):
		return refused(err)
	case errors.Is(err, query.ErrEntry), errors.Is(err, query.ErrTally), errors.Is(err, query.ErrRepeated):
		return &exitError{exitVerify, err, "The ledger broke its own rules: whoever wrote it has to answer for that."}
	case errors.Is(err, translog.ErrQuorum):
		return hinted(err, "Nothing was answered. What was logged stays logged and is not charged again: give the same command when witnesses are back.")
	}
	return logError(err)
}

type auditGrantCommand struct {
	ledgerFlags
	Auditor string `required:"" placeholder:"KEY" help:"The auditor's public key, as veilhash log key printed it to the auditor."`
	Quota   uint64 `required:"" placeholder:"N" help:"How many elements the auditor may ask about in all, those of before included. A picture has up to 16 under the preset balanced; 0 takes the quota away."`
}

func (auditGrantCommand) Help() string {
	return auditHelp + `
Whoever may ask about n elements can also find out whether n vouchers match, if it has them: keep quotas small.

Example:
  veilhash audit grant --ledger public/audits --ledger-key ledger.key --policy ledger.policy --auditor auditor.example+1b5e…+AQ… --quota 16000`
}

func (c *auditGrantCommand) Run(a *app) error {
	key, err := tlog.ParseKey(c.Auditor)
	if err != nil || key.Algorithm != tlog.Ed25519 {
		return hinted(refused(fmt.Errorf("%q is no key of an auditor", c.Auditor)), "The auditor makes one with: veilhash log key NAME FILE")
	}
	l, err := c.open(a)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := l.AppendEntry(a.ctx, (&query.Grant{Time: uint64(time.Now().Unix()), Key: key, Quota: c.Quota}).AppendText(nil)); err != nil {
		return auditError(err)
	}
	if err := a.cosign(l.Tree, l.policy); err != nil {
		return auditError(err)
	}
	return a.printTally(&l.Ledger)
}

type auditAnswerCommand struct {
	Request string `arg:"" help:"The auditor's request."`
	ledgerFlags
	Set string `required:"" placeholder:"DIR" help:"The set's directory."`
	Key string `required:"" placeholder:"FILE" help:"The operator's key file."`
	Out string `required:"" placeholder:"FILE" help:"Where the answer goes."`
}

func (auditAnswerCommand) Help() string {
	return auditHelp + `
The request goes into the ledger, and witnesses cosign that, before anything is computed. A request that is in the ledger already is answered again and not charged again.

Example:
  veilhash audit answer request --ledger public/audits --ledger-key ledger.key --policy ledger.policy --set public/set --key operator.key --out answer`
}

func (c *auditAnswerCommand) Run(a *app) error {
	set, err := openSet(c.Set)
	if err != nil {
		return err
	}
	keys, err := a.layerKeys(c.Key, set.Manifest)
	if err != nil {
		return err
	}
	note, err := os.ReadFile(c.Request)
	if err != nil {
		return err
	}
	l, err := c.open(a)
	if err != nil {
		return err
	}
	defer l.Close()
	head, _ := l.Checkpoint()
	r, entry, err := l.Admit(note, head.Origin, uint64(time.Now().Unix()))
	repeated := errors.Is(err, query.ErrRepeated)
	if err != nil && !repeated {
		return auditError(err)
	}
	if r.Set != set.Manifest.ID() {
		return auditError(query.ErrSet) // before anything is charged
	}
	if !repeated {
		if err := l.AppendEntry(a.ctx, entry.AppendText(nil)); err != nil {
			return auditError(err)
		}
	}
	if err := a.cosign(l.Tree, l.policy); err != nil {
		return auditError(err)
	}
	logged, index := l.Find(r.Digest())
	proof, err := l.Prove(a.ctx, index, logged.AppendText(nil))
	if err != nil {
		return auditError(err)
	}
	answer, err := query.Evaluate(set.Manifest, keys, r)
	if err != nil {
		return auditError(err)
	}
	answer.Logged = proof.AppendText(nil)
	if err := writeFile(c.Out, answer.AppendText(nil), 0o600); err != nil {
		return err
	}
	if repeated {
		a.remark("The request was in the ledger already: it is answered again, and not charged again.")
	}
	return a.print(map[string]any{"answer": c.Out, "auditor": logged.Auditor, "elements": logged.Elements, "total": logged.Total, "entry": index},
		fmt.Sprintf("answer\t%s\nauditor\t%s\nelements\t%d\ntotal\t%d\nentry\t%d\n", c.Out, logged.Auditor, logged.Elements, logged.Total, index))
}
