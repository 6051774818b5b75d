package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk/audit/query"
	"github.com/veilhash/veilhash/sdk/tlog"
	"github.com/veilhash/veilhash/server/translog"
)

type auditAskCommand struct {
	Images  []string `arg:"" help:"Pictures to ask about: files, or folders with all below them."`
	Set     string   `required:"" placeholder:"DIR" help:"The set's directory or address."`
	Ledger  string   `required:"" placeholder:"NAME" help:"The ledger's name, as its policy has it."`
	Auditor string   `required:"" placeholder:"FILE" help:"Your signing key (veilhash log key)."`
	Out     string   `required:"" placeholder:"FILE" help:"Where the request goes, for the operator."`
	Session string   `required:"" placeholder:"FILE" help:"Where the session goes, which you need to read the answer. Secret; must not exist."`
}

func (auditAskCommand) Help() string {
	return auditHelp + `
Example:
  veilhash audit ask --set https://example.org/set --ledger example.org/audits --auditor auditor.key --out request --session session memes/`
}

func (c *auditAskCommand) Run(a *app) error {
	s, err := a.readSigner(c.Auditor, tlog.Ed25519)
	if err != nil {
		return err
	}
	set, err := a.openSetAt(c.Set, evidenceOnly)
	if err != nil {
		return err
	}
	defer set.remove()
	files, unread, err := findPictures(c.Images)
	if err != nil {
		return err
	}
	a.warnUnread(unread)
	q, err := query.NewQuestion(set.Manifest, c.Ledger)
	if err != nil {
		return auditError(err)
	}
	bar := a.progress("hashing")
	without := 0
	for i, file := range files {
		bar.update(i, len(files))
		if err := a.ctx.Err(); err != nil {
			return err
		}
		b, err := readPicture(file)
		if err != nil {
			return err
		}
		probes, err := q.Add(file, b)
		if errors.Is(err, query.ErrMany) {
			bar.done()
			return hinted(refused(fmt.Errorf("%s: more than %d elements, which is what one request takes", file, query.MaxElements)), "Ask in several requests.")
		}
		if err != nil {
			return err
		}
		if probes == 0 {
			without++
		}
	}
	bar.done()
	r, session, err := q.Ask()
	if err != nil {
		return auditError(err)
	}
	if err := createSecret(c.Session, session.AppendText(nil)); err != nil {
		return err
	}
	n := &tlog.Note{Text: string(r.AppendText(nil))}
	n.Signatures = append(n.Signatures, s.Sign(n.Text, 0))
	if err := writeFile(c.Out, n.AppendText(nil), 0o644); err != nil {
		return err
	}
	a.remark("Send %s to the operator, and keep %s, which shows what you asked.", c.Out, c.Session)
	return a.print(map[string]any{"request": c.Out, "pictures": len(files), "elements": len(r.Elements), "without": without},
		fmt.Sprintf("request\t%s\npictures\t%d\nelements\t%d\nnot looked up\t%d\n", c.Out, len(files), len(r.Elements), without))
}

type auditReadCommand struct {
	Answer  string `arg:"" help:"The operator's answer."`
	Session string `required:"" placeholder:"FILE" help:"The session of the request."`
	Set     string `required:"" placeholder:"DIR" help:"The set's directory or address."`
	Policy  string `required:"" placeholder:"FILE" help:"The ledger's policy, a file or an address."`
}

func (auditReadCommand) Help() string {
	return auditHelp + `
A line for each picture: "in the set", "not in the set", or "not looked up" for one of which clients look up nothing. It is about this file, this set and this
scheme. The exit code is 4 if the answer was not made with the set's keys or the request is not in the ledger.

Example:
  veilhash audit read answer --session session --set https://example.org/set --policy ledger.policy`
}

// auditResult is what is printed of a picture.
type auditResult struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Result string `json:"result"`
	Probes int    `json:"probes"`
	Hits   int    `json:"hits"`
}

func (c *auditReadCommand) Run(a *app) error {
	b, err := a.readSecret(c.Session, "It is what veilhash audit ask wrote.")
	if err != nil {
		return err
	}
	session, err := query.ParseSession(b)
	if err != nil {
		return auditError(err)
	}
	if b, err = os.ReadFile(c.Answer); err != nil {
		return err
	}
	answer, err := query.ParseAnswer(b)
	if err != nil {
		return auditError(err)
	}
	policy, err := a.readLedgerPolicy(c.Policy)
	if err != nil {
		return err
	}
	set, err := a.openSetAt(c.Set, wholeSet)
	if err != nil {
		return err
	}
	defer set.remove()
	results, err := session.Read(set.Manifest, answer, policy, set)
	switch {
	case errors.Is(err, query.ErrSet):
		return auditError(err)
	case err != nil:
		return &exitError{exitVerify, err, "Do not believe this answer; keep it, with the request and the session."}
	}
	info := make([]auditResult, len(results))
	var text strings.Builder
	for i, r := range results {
		info[i] = auditResult{r.Name, fmt.Sprintf("%x", r.File), "not in the set", r.Probes, r.Hits}
		switch {
		case r.Probes == 0:
			info[i].Result = "not looked up"
		case r.Hits > 0:
			info[i].Result = "in the set"
		}
		fmt.Fprintf(&text, "%s\t%s\n", info[i].Result, r.Name)
	}
	return a.print(info, text.String())
}

type auditTallyCommand struct {
	Ledger string `arg:"" help:"The ledger's directory or address."`
	Policy string `required:"" placeholder:"FILE" help:"The ledger's policy, a file or an address."`
	State  string `placeholder:"FILE" help:"What was seen the last time; it is checked against, and then written."`
}

func (auditTallyCommand) Help() string {
	return auditHelp + `
Reads the whole ledger and checks signatures, tree and rules: that nobody asked without a quota or beyond it, and that the tallies are right. With --state also that
it continues what was seen before. Alarms are exit code 4.

Example:
  veilhash audit tally --policy ledger.policy --state seen https://example.org/audits`
}

func (c *auditTallyCommand) Run(a *app) error {
	p, err := a.readLedgerPolicy(c.Policy)
	if err != nil {
		return err
	}
	var ledger query.Ledger
	m := &translog.Monitor{Policy: p, Clock: time.Now}
	look := func(state []byte) (*translog.Report, error) {
		return m.Follow(a.ctx, translog.OpenSource(c.Ledger), state, &ledger, func(uint64) {})
	}
	if _, err := watch(c.State, look); err != nil {
		return err
	}
	return a.printTally(&ledger)
}

// auditorInfo is what is printed of an auditor.
type auditorInfo struct {
	Name     string `json:"name"`
	Quota    uint64 `json:"quota"`
	Elements uint64 `json:"elements"`
	Requests int    `json:"requests"`
}

func (a *app) printTally(l *query.Ledger) error {
	info := []auditorInfo{}
	var text strings.Builder
	text.WriteString("asked\tquota\trequests\tauditor\n")
	for _, who := range l.Auditors() {
		info = append(info, auditorInfo{who.Key.Name, who.Quota, who.Elements, who.Requests})
		fmt.Fprintf(&text, "%d\t%d\t%d\t%s\n", who.Elements, who.Quota, who.Requests, who.Key.Name)
	}
	return a.print(info, text.String())
}
