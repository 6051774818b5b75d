package main

import (
	"strconv"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/trust"
)

// trust checks a set against the application's policy. It needs no open set and leaves nothing behind.
func (b *boundary) trust(manifest, policy, endorsement, proof, seen, consistency int32) int32 {
	return b.run(func() (int32, error) {
		in, err := b.Take(manifest, policy, endorsement, proof, seen, consistency)
		if err != nil {
			return 0, err
		}
		m, err := blindset.ParseManifest(in[0])
		if err != nil {
			return 0, err
		}
		cfg := sdk.TrustConfig{Policy: in[1], Endorsement: in[2], Proof: in[3], Seen: in[4], Consistency: in[5]}
		v, err := cfg.Check(m, b.clock())
		if err != nil {
			return 0, err
		}
		b.Result = appendVerdict(b.Result, v)
		return 0, nil
	})
}

// appendVerdict appends what was found as lines, an empty line, and what to remember.
func appendVerdict(dst []byte, v *trust.Verdict) []byte {
	for _, c := range v.Curators {
		dst = append(dst, "curator "+c+"\n"...)
	}
	if v.Checkpoint != nil {
		dst = append(dst, "log "+v.Checkpoint.Origin+"\nentries "+strconv.FormatUint(v.Checkpoint.Size, 10)+"\n"...)
		for _, c := range v.Cosignatures {
			dst = append(dst, "witness "+strconv.FormatUint(c.Time, 10)+" "+c.Witness+"\n"...)
		}
		if v.Until != 0 {
			dst = append(dst, "until "+strconv.FormatInt(v.Until, 10)+"\n"...)
		}
		dst = append(dst, v.Rest...)
	}
	return append(append(dst, '\n'), v.Seen...)
}
