package console

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/veilhash/veilhash/sdk/derivative"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/store"
)

type statusAnswer struct {
	Set        string `json:"set"`
	Capacity   int    `json:"capacity"`
	Threshold  int    `json:"threshold"`
	Synthetics int    `json:"synthetics"` // the most of an account and period
	Vouchers   uint64 `json:"vouchers"`
	Matches    uint64 `json:"matches"` // outer ones, synthetic ones among them
	Waiting    uint64 `json:"waiting"`
}

func (h *Handler) status(ctx context.Context, app string) (statusAnswer, error) {
	c, err := h.cfg.Store.CountApp(ctx, app, h.set)
	a := statusAnswer{
		Set: h.cfg.Manifest.ID().String(), Threshold: h.cfg.Manifest.Threshold, Synthetics: h.cfg.Manifest.Synthetics,
		Vouchers: c.Vouchers, Matches: c.Matches, Waiting: c.Waiting,
	}
	for _, l := range h.cfg.Manifest.Layers {
		a.Capacity += l.Capacity
	}
	return a, err
}

// An accountAnswer is all that is told of an account, and all that there is to tell below the threshold.
type accountAnswer struct {
	Account    string         `json:"account"`
	Vouchers   uint64         `json:"vouchers"`
	Matches    uint64         `json:"matches"` // outer ones, synthetic ones among them
	Waiting    uint64         `json:"waiting"`
	Threshold  int            `json:"threshold"`
	Synthetics int            `json:"synthetics"` // the most of a period
	Opened     bool           `json:"opened"`     // in any period
	Periods    []periodAnswer `json:"periods"`    // those with matches, the last one first
}

// A periodAnswer is an account's in one period, which begins closed whatever was before.
type periodAnswer struct {
	Period  uint32 `json:"period"`
	Matches uint64 `json:"matches"`
	Opened  bool   `json:"opened"`
}

func (h *Handler) account(ctx context.Context, account store.Account) (accountAnswer, error) {
	c, err := h.cfg.Store.CountAccount(ctx, account, h.set)
	if err != nil {
		return accountAnswer{}, err
	}
	sums, err := h.cfg.Store.Tallies(ctx, account, h.set)
	a := accountAnswer{
		Account: account.Name, Threshold: h.cfg.Manifest.Threshold, Synthetics: h.cfg.Manifest.Synthetics,
		Vouchers: c.Vouchers, Matches: c.Matches, Waiting: c.Waiting, Periods: []periodAnswer{},
	}
	slices.SortStableFunc(sums, func(x, y store.Summary) int { return cmp.Compare(y.Key.Period, x.Key.Period) })
	for _, s := range sums {
		n := len(a.Periods)
		if n == 0 || a.Periods[n-1].Period != s.Key.Period { // generations of one period count as one
			a.Periods = append(a.Periods, periodAnswer{Period: s.Key.Period})
			n++
		}
		p := &a.Periods[n-1]
		p.Matches, p.Opened = p.Matches+s.Matches, p.Opened || s.Open
		a.Opened = a.Opened || s.Open
	}
	return a, err
}

type voucherAnswer struct {
	ID        string         `json:"id"`
	State     string         `json:"state"`
	Matches   uint64         `json:"matches"`
	Threshold int            `json:"threshold"`
	Reason    string         `json:"reason,omitempty"`
	Test      bool           `json:"test,omitempty"` // of a test account: it counts for nothing
	Outcome   string         `json:"outcome,omitempty"`
	Payload   *payloadAnswer `json:"payload,omitempty"`
}

func (h *Handler) voucher(ctx context.Context, app, text string) (a voucherAnswer, err error) {
	own, ok := parseID(text)
	if !ok {
		return a, store.ErrNotFound
	}
	id := store.RecordID(app, own)
	v, err := h.cfg.Store.Voucher(ctx, id)
	if err == nil && v.Account.App != app { // under no key, the record identifier of another application's voucher was given
		err = store.ErrNotFound
	}
	if err != nil {
		return a, err
	}
	a = voucherAnswer{ID: own.String(), State: v.State.String(), Reason: v.Reason, Threshold: h.cfg.Manifest.Threshold}
	a.Test = slices.Contains(h.cfg.TestAccounts, v.Account)
	if v.Waiting { // what is decided may not have been followed up yet
		a.State = store.Pending.String()
	}
	if a.Matches, err = h.matches(ctx, &v); err != nil || v.Waiting || v.State != store.Match {
		return a, err
	}
	e, err := h.cfg.Store.Evidence(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound): // the account is not open
		return a, nil
	case err != nil:
		return a, err
	case e.Outcome != store.Readable:
		a.Outcome = e.Outcome.String()
		return a, nil
	}
	a.State, a.Payload = "opened", payload(e)
	return a, nil
}

// matches is how many matches count together with the voucher. One that is none says no period, so the account's largest number stands for it.
func (h *Handler) matches(ctx context.Context, v *store.Voucher) (n uint64, err error) {
	sums, err := h.cfg.Store.Tallies(ctx, v.Account, v.Set)
	for _, s := range sums {
		if v.State == store.Match && s.Key == v.Tally() {
			return s.Matches, nil
		}
		n = max(n, s.Matches)
	}
	return n, err
}

// A payloadAnswer is a payload in a form that a page can be handed. Whoever sealed it may be hostile.
type payloadAnswer struct {
	Kind  string `json:"kind"`
	PDQ   string `json:"pdq,omitempty"`   // hexadecimal, as the client computed it
	Image []byte `json:"image,omitempty"` // a small JPEG picture, in base64
	Error string `json:"error,omitempty"` // "payload-format": of its kind it is none
}

// payload shows what a page may show. The key of a message's ciphertext is not for a page.
func payload(e store.Evidence) *payloadAnswer {
	switch voucher.Kind(e.Kind) {
	case voucher.KindNone:
		return &payloadAnswer{Kind: "none"}
	case voucher.KindMediaKey:
		return &payloadAnswer{Kind: "media-key"}
	case voucher.KindDerivative:
		if len(e.Payload) == 0 { // none could be made, which must not show in the kind
			return &payloadAnswer{Kind: "derivative"}
		}
		d, err := derivative.Decode(e.Payload)
		if err != nil {
			return &payloadAnswer{Kind: "derivative", Error: "payload-format"}
		}
		return &payloadAnswer{Kind: "derivative", PDQ: hex.EncodeToString(d.Hash[:]), Image: d.JPEG}
	}
	return &payloadAnswer{Kind: "unknown"}
}
