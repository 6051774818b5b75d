package threshold_test

import (
	"crypto/sha256"
	"fmt"

	"github.com/veilhash/veilhash/sdk/threshold"
)

// A client deals shares, and a server finds out when it has three true ones
// (T = 2) among the synthetic ones.
func Example() {
	params := threshold.Params{Threshold: 2, Synthetic: 6, Period: 671, Epoch: 12}

	// The client. A voucher carries generation, share and a commitment in its
	// outer layer, which opens on a match, and in its inner layer a payload
	// under dealer.PayloadKey(). (Package sdk/voucher; here a hash stands for
	// the commitment.)
	account := threshold.NewAccount()
	dealer, err := account.Dealer(params)
	if err != nil {
		panic(err)
	}
	type voucher struct {
		id         threshold.Ref
		share      []byte
		commitment [32]byte
	}
	var uploads []voucher
	commit := func(key threshold.PayloadKey, id threshold.Ref) [32]byte {
		return sha256.Sum256(append(key.Bytes(), id[:]...))
	}
	upload := func(id byte, share threshold.Share) {
		v := voucher{id: threshold.Ref{id}, share: share.Bytes()}
		v.commitment = commit(dealer.PayloadKey(), v.id)
		uploads = append(uploads, v)
	}
	for i, token := range []string{"a bridge", "a boat", "a bird"} {
		upload(byte(i), dealer.Share([]byte(token)))
	}

	// The server, with what it has stored of the account in this period.
	detector, err := threshold.NewDetector(threshold.Config{
		Threshold: params.Threshold,
		Synthetic: params.Synthetic,
		Check: func(key threshold.PayloadKey, ref threshold.Ref) bool {
			return uploads[ref[0]].commitment == commit(key, ref)
		},
	})
	if err != nil {
		panic(err)
	}
	for _, v := range uploads {
		share, err := threshold.ParseShare(v.share, params.Synthetic)
		if err != nil {
			panic(err)
		}
		result, err := detector.AddMatch(v.id, share)
		if err != nil {
			panic(err)
		}
		fmt.Println(result.Outcome)
	}
	key, open := detector.PayloadKey()
	fmt.Println(open, key.Equal(dealer.PayloadKey()))
	// Output:
	// counted
	// counted
	// opened
	// true true
}

// The server keeps a detector's state between matches.
func ExampleRestoreDetector() {
	config := threshold.Config{
		Threshold: 30,
		Synthetic: 32,
		Check:     func(threshold.PayloadKey, threshold.Ref) bool { return false },
	}
	detector, err := threshold.NewDetector(config)
	if err != nil {
		panic(err)
	}
	state, err := detector.MarshalBinary()
	if err != nil {
		panic(err)
	}
	detector, err = threshold.RestoreDetector(config, state)
	if err != nil {
		panic(err)
	}
	fmt.Println(detector)
	// Output: threshold.Detector(closed, 0 points)
}

// A synthetic voucher's share, and how many of its probes open.
func ExampleDealer_Synthetics() {
	openings, err := threshold.ParseOpeningCounts([]byte("61,24,0,15"))
	if err != nil {
		panic(err)
	}
	dealer, err := threshold.NewAccountFromSecret([32]byte{1}, 1).Dealer(threshold.Params{Threshold: 30, Synthetic: 8})
	if err != nil {
		panic(err)
	}
	points, err := dealer.Synthetics(openings)
	if err != nil {
		panic(err)
	}
	for _, p := range points {
		fmt.Printf("at %2d %% of the period: %d of its probes open\n", uint64(p.Due)*100>>32, p.Openings)
	}
	// Output:
	// at  8 % of the period: 2 of its probes open
	// at  9 % of the period: 1 of its probes open
	// at 17 % of the period: 1 of its probes open
	// at 41 % of the period: 1 of its probes open
}
