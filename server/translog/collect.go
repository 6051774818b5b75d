package translog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/veilhash/veilhash/sdk/tlog"
)

// ErrQuorum: too few witnesses cosigned. What was appended stays in the log; Refresh asks them again.
var ErrQuorum = errors.New("translog: too few witnesses have cosigned the log's checkpoint")

// A WitnessResult says what came of asking one witness.
type WitnessResult struct {
	Witness string
	Err     error // nil if it cosigned
}

// errNoAddress: a policy has no address for a witness.
var errNoAddress = errors.New("the policy has no address for it")

// Refresh asks the policy's witnesses to cosign the checkpoint anew, and publishes it with what they answered. The results are of each witness. The error
// is ErrQuorum if those that cosigned are no quorum; the checkpoint is published all the same, for monitors and for witnesses that come back.
func (l *Tree) Refresh(ctx context.Context, p *tlog.Policy, client *http.Client) ([]WitnessResult, error) {
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	fresh := &tlog.Note{Text: l.note.Text}
	for _, s := range l.note.Signatures {
		if s.Name == l.signer.key.Name && s.ID == l.signer.key.ID {
			fresh.Signatures = append(fresh.Signatures, s)
		}
	}
	var results []WitnessResult
	var seen []tlog.Cosignature
	signed := fresh.AppendText(nil)
	for _, w := range p.Witnesses {
		line, time, err := l.ask(ctx, client, w, signed)
		results = append(results, WitnessResult{w.Name, err})
		if err == nil {
			fresh.Signatures = append(fresh.Signatures, line)
			seen = append(seen, tlog.Cosignature{Witness: w.Name, Time: time})
			continue
		}
		// What it said the last time, of the same checkpoint, is better than nothing.
		for _, s := range l.note.Signatures {
			if s.Name == w.Key.Name && s.ID == w.Key.ID {
				fresh.Signatures = append(fresh.Signatures, s)
			}
		}
	}
	l.note = fresh
	if err := l.publish(); err != nil {
		return results, err
	}
	if !p.Satisfied(seen) {
		return results, ErrQuorum
	}
	return results, nil
}

// ask submits the checkpoint to one witness (tlog-witness, add-checkpoint). A witness that is at another size says so once.
func (l *Tree) ask(ctx context.Context, client *http.Client, w tlog.Witness, signed []byte) (line tlog.Signature, seconds uint64, err error) {
	if w.URL == "" {
		return line, 0, errNoAddress
	}
	address, err := url.JoinPath(w.URL, "add-checkpoint")
	if err != nil {
		return line, 0, err
	}
	old := l.head.Size // most often it has seen this one, to be refreshed, or the one before
	for range 2 {
		proof, err := proveTree(ctx, Dir(l.dir), l.head, old)
		if err != nil {
			return line, 0, err
		}
		status, kind, answer, err := post(ctx, client, address, AddCheckpoint{old, proof, signed}.AppendText(nil))
		if err != nil {
			return line, 0, err
		}
		if status == http.StatusConflict && kind == "text/x.tlog.size" {
			size, err := strconv.ParseUint(strings.TrimSuffix(string(answer), "\n"), 10, 63)
			if err != nil || size > l.head.Size {
				return line, 0, fmt.Errorf("it has seen a longer log of this name, of %s entries", bytes.TrimSpace(answer))
			}
			old = size
			continue
		}
		if status != http.StatusOK {
			return line, 0, fmt.Errorf("it refused, with status %d: %s", status, bytes.TrimSpace(answer))
		}
		return cosignatureOf(w.Key, signed, answer)
	}
	return line, 0, errors.New("it changed its mind about the log's size")
}

// cosignatureOf picks a witness's line from its answer, if it verifies.
func cosignatureOf(k *tlog.Key, signed, answer []byte) (line tlog.Signature, seconds uint64, err error) {
	n, err := tlog.ParseNote(append(bytes.Clone(signed), answer...))
	if err != nil {
		return line, 0, errors.New("its answer is no list of signatures")
	}
	if seconds, err = n.Cosigned(k); err != nil {
		return line, 0, fmt.Errorf("its answer: %w", err)
	}
	for _, s := range n.Signatures {
		if s.Name == k.Name && s.ID == k.ID {
			line = s
		}
	}
	return line, seconds, nil
}

func post(ctx context.Context, client *http.Client, address string, body []byte) (status int, kind string, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, 1<<16))
	return res.StatusCode, res.Header.Get("Content-Type"), answer, err
}
