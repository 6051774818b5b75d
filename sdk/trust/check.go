package trust

import (
	"crypto/sha256"

	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/tlog"
)

// An Input is a set and what speaks for it.
type Input struct {
	Manifest  *blindset.Manifest
	Probes    int // C and b of the manifest's scheme
	TokenBits int

	// Endorsement is the curators' note over the set, as it lies beside the manifest. May be empty where the policy says "unendorsed".
	Endorsement []byte

	// Proof is the tlog-proof that lies beside the manifest. May be empty where the policy says "unlogged".
	Proof []byte

	// Seen is the Seen text of the last verdict under the policy's log; empty for a client that has seen none.
	Seen []byte

	// Consistency is the proof that the proof's tree continues the one in Seen, concatenated hashes; empty where these have the same size.
	Consistency []byte

	// Now is the time, in seconds since 1970-01-01 UTC.
	Now int64
}

// A Verdict is what was found out about a set that may be used.
type Verdict struct {
	Curators     []string           // the pinned ones that endorsed it
	Checkpoint   *tlog.Checkpoint   // nil if the policy says "unlogged", and so the rest
	Cosignatures []tlog.Cosignature // those of the policy's witnesses
	Rest         []byte             // of the log's entry: Record.AppendRest
	Seen         []byte             // to remember, and to hand in next time

	// Until is when the newest cosignatures of a quorum become older than the policy allows, in seconds since 1970-01-01 UTC: from then on the set must not be used
	// without a newer proof. 0 if they never do, because the policy asks for none.
	Until int64
}

// clockSkew is how far, in seconds, a witness's clock may be ahead of the client's.
const clockSkew = 3600

// Check refuses a set that the policy does not allow, with one of this package's errors.
func (p *Policy) Check(in Input) (*Verdict, error) {
	if err := p.checkFloors(in); err != nil {
		return nil, err
	}
	v := new(Verdict)
	if err := p.checkCurators(in, v); err != nil {
		return nil, err
	}
	if len(p.Log.Logs) == 0 {
		return v, nil
	}
	if err := p.checkLog(in, v); err != nil {
		return nil, err
	}
	if err := checkSeen(in, v); err != nil {
		return nil, err
	}
	return v, nil
}

func (p *Policy) checkFloors(in Input) error {
	m := in.Manifest
	chances := uint64(0) // capacity·C: how many of 2^b tokens a picture has to miss
	for i := range m.Layers {
		chances += uint64(m.Layers[i].Capacity) * uint64(in.Probes)
	}
	room := in.TokenBits - p.MinMarginBits
	switch {
	case m.Threshold < p.MinThreshold:
		return ErrThreshold
	case m.Synthetics < p.MinSynthetics:
		return ErrSynthetics
	case in.TokenBits < p.MinTokenBits:
		return ErrBits
	case room < 0 || room < 64 && chances > 1<<room:
		return ErrMargin
	case m.Kinds&^p.Kinds != 0:
		return ErrKinds
	case m.Require < p.Require:
		return ErrRequire
	}
	return nil
}

// checkCurators wants every curator of the manifest to be pinned, because a sham one could recognise anything, and enough of the pinned ones to have endorsed the set.
func (p *Policy) checkCurators(in Input, v *Verdict) error {
	if len(p.Curators) == 0 {
		return nil
	}
	if len(in.Manifest.Curators) < p.Require { // as in the development mode
		return ErrCurators
	}
	for _, c := range in.Manifest.Curators {
		if !p.pins(c) {
			return ErrCurators
		}
	}
	n, err := tlog.ParseNote(in.Endorsement)
	if err != nil || n.Text != string(blindset.EndorsementText(in.Manifest.ID())) {
		return ErrCurators
	}
	for _, k := range p.Curators {
		switch n.Verify(k) {
		case nil:
			v.Curators = append(v.Curators, k.Name)
		case tlog.ErrSignature:
			return ErrCurators
		}
	}
	if len(v.Curators) < max(p.Require, in.Manifest.Require) {
		return ErrCurators
	}
	return nil
}

func (p *Policy) pins(c blindset.Curator) bool {
	for _, k := range p.Curators {
		if k.Public == c.Key && k.Name == c.Name {
			return true
		}
	}
	return false
}

// checkLog wants the set in the last entry of the log's tree, and that tree cosigned by a quorum not too long ago.
func (p *Policy) checkLog(in Input, v *Verdict) error {
	proof, err := tlog.ParseProof(in.Proof)
	if err != nil {
		return ErrProof
	}
	if v.Checkpoint, v.Cosignatures, err = p.Log.Verify(proof.Checkpoint); err != nil {
		return ErrLog
	}
	v.Rest = proof.Extra
	entry := append(NewRecord(in.Manifest, 0, nil).AppendHead(nil), proof.Extra...)
	if proof.Index+1 != v.Checkpoint.Size ||
		tlog.VerifyInclusion(proof.Path, proof.Index, v.Checkpoint.Size, tlog.LeafHash(entry), v.Checkpoint.Root) != nil {
		return ErrLog
	}
	if !p.Log.Satisfied(v.Cosignatures) {
		return ErrWitnesses
	}
	var fresh []tlog.Cosignature
	for _, c := range v.Cosignatures {
		if age := in.Now - int64(c.Time); age >= -clockSkew && age <= int64(p.MaxAgeHours)*3600 {
			fresh = append(fresh, c)
		}
	}
	if !p.Log.Satisfied(fresh) {
		return ErrStale
	}
	v.Until = p.freshUntil(fresh)
	return nil
}

// freshUntil is the last second at which these cosignatures are a quorum that is fresh enough; 0 if there is no such.
func (p *Policy) freshUntil(fresh []tlog.Cosignature) (until int64) {
	if p.Log.Satisfied(nil) {
		return 0
	}
	for _, oldest := range fresh {
		var left []tlog.Cosignature // when it is about to become too old
		for _, c := range fresh {
			if c.Time >= oldest.Time {
				left = append(left, c)
			}
		}
		if p.Log.Satisfied(left) {
			until = max(until, int64(oldest.Time)+int64(p.MaxAgeHours)*3600)
		}
	}
	return until
}

// checkSeen wants the log to continue what the client has seen of it, and makes the new memory.
func checkSeen(in Input, v *Verdict) error {
	now := Seen{v.Checkpoint.Origin, v.Checkpoint.Size, v.Checkpoint.Root, in.Manifest.Epoch, in.Manifest.ID()}
	v.Seen = now.AppendText(nil)
	if len(in.Seen) == 0 {
		return nil
	}
	before, err := ParseSeen(in.Seen)
	if err != nil {
		return err
	}
	if before.Log != now.Log {
		return nil // the application has moved to another log
	}
	if now.Size < before.Size || now.Epoch < before.Epoch {
		return ErrRollback
	}
	if now.Epoch == before.Epoch && now.Set != before.Set || len(in.Consistency)%sha256.Size != 0 {
		return ErrFork
	}
	var proof []tlog.Hash
	if now.Size != before.Size {
		for b := in.Consistency; len(b) > 0; b = b[sha256.Size:] {
			proof = append(proof, tlog.Hash(b))
		}
	}
	if tlog.VerifyConsistency(proof, before.Size, now.Size, before.Root, now.Root) != nil {
		return ErrFork
	}
	return nil
}
