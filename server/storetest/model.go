package storetest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// testModel makes random calls on the backend and on the reference, and compares every answer.
func testModel(t *testing.T, s *suite) {
	const calls = 1500
	reference := NewMemory()
	rng := rand.New(rand.NewPCG(31, 41))
	now := start
	for i := range calls {
		now = now.Add(time.Duration(rng.IntN(20)) * time.Second)
		call := randomCall(rng, now)
		got, want := call(s.Store), call(reference)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("call %d: %+v, the reference says %+v", i, got, want)
		}
	}
	for n := range modelVouchers {
		id := store.ID{byte(n)}
		got, err := s.Voucher(ctx, id)
		want, err2 := reference.Voucher(ctx, id)
		if !reflect.DeepEqual(got, want) || (err == nil) != (err2 == nil) {
			t.Errorf("voucher %d ended as %+v, the reference's as %+v", n, got, want)
		}
	}
}

// modelVouchers is how many different ids the random calls use: few, so that they meet.
const modelVouchers = 40

// randomCall returns a call with its arguments fixed; its result holds all that it answered, errors as texts.
func randomCall(rng *rand.Rand, now time.Time) func(store.Store) []any {
	id := store.ID{byte(rng.IntN(modelVouchers))}
	generation, period := uint32(1+rng.IntN(2)), uint32(1+rng.IntN(2))
	account := []store.Account{alice, bob}[int(id[0])%2]
	if rng.IntN(30) == 0 {
		account = store.Account{App: "forum", Name: "alice"}
	}
	key := store.TallyKey{Account: account, Set: set1, Generation: generation, Period: period}
	raw := []byte{id[0], byte(rng.IntN(10) / 9)}
	choice, number := rng.IntN(12), rng.IntN(5)
	return func(s store.Store) []any {
		switch choice {
		case 0, 1, 2:
			return answers(s.Put(ctx, store.Voucher{ID: id, Account: account, Message: "m", Set: set1, Raw: raw, Received: now}))
		case 3, 4:
			return answers(s.Claim(ctx, store.Claim{Set: set1, Limit: 1 + number, Now: now, Lease: 30 * time.Second}))
		case 5:
			return answers(nil, s.Postpone(ctx, id, number, now.Add(time.Minute)))
		case 6:
			return answers(nil, s.LeaveClosed(ctx, id, store.ID{id[0] + 1}))
		case 7:
			return answers(nil, s.Reject(ctx, id, fmt.Sprint("reason ", number)))
		case 8:
			return answers(s.RecordMatch(ctx, id, generation, period))
		case 9:
			page, err := s.Matches(ctx, key, uint64(number), 1+number)
			return append(answers(page, err), answers(nil, s.Finish(ctx, id))...)
		case 10:
			t, err := s.Tally(ctx, key)
			out := answers(t, err)
			if number > 0 { // else save over what may be another version
				t.Version += uint64(number % 2)
			}
			t.State, t.Counted, t.Open = raw, t.Counted+1, number > 2
			return append(out, answers(nil, s.SaveTally(ctx, t))...)
		default:
			out := answers(nil, s.PutEvidence(ctx, store.Evidence{Voucher: id, Outcome: store.Readable, Payload: raw, Opened: now}))
			out = append(out, answers(s.Evidence(ctx, id))...)
			out = append(out, answers(s.Tallies(ctx, account, set1))...)
			out = append(out, answers(s.CountAccount(ctx, account, set1))...)
			out = append(out, answers(s.Backlog(ctx, set1))...)
			out = append(out, answers(s.CountApp(ctx, account.App, set1))...)
			return append(out, answers(s.Count(ctx, set1))...)
		}
	}
}

// answers lists a call's results; nil and empty lists are the same.
func answers(value any, err error) []any {
	if v := reflect.ValueOf(value); v.Kind() == reflect.Slice && v.Len() == 0 {
		value = nil
	}
	return []any{value, fmt.Sprint(err)}
}
