package tlog

import "crypto/sha256"

// A Hash is a node of a log's tree.
type Hash [sha256.Size]byte

// emptyRoot is the root of a tree without entries, SHA-256 of nothing.
var emptyRoot = Hash{
	0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
	0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
}

// LeafHash is the hash of an entry: SHA-256(0x00 ‖ entry), RFC 9162, section 2.1.1.
func LeafHash(entry []byte) Hash {
	return sha256.Sum256(append([]byte{0}, entry...))
}

func nodeHash(left, right Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

// VerifyInclusion checks that a leaf is at index in the tree of this size and root: RFC 9162, section 2.1.3.2. The error is ErrInclusion.
func VerifyInclusion(path []Hash, index, size uint64, leaf, root Hash) error {
	if index >= size {
		return ErrInclusion
	}
	fn, sn, r := index, size-1, leaf
	for _, p := range path {
		if sn == 0 {
			return ErrInclusion
		}
		if fn&1 == 1 || fn == sn {
			r = nodeHash(p, r)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = nodeHash(r, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 || r != root {
		return ErrInclusion
	}
	return nil
}

// VerifyConsistency checks that the tree of size second begins with that of size first: RFC 9162, section 2.1.4.2. Every tree begins with the empty one, and
// with itself; then the proof is empty. The error is ErrConsistency.
func VerifyConsistency(proof []Hash, first, second uint64, firstRoot, secondRoot Hash) error {
	if first > second {
		return ErrConsistency
	}
	if first == 0 || first == second {
		if len(proof) != 0 || first == second && firstRoot != secondRoot || first == 0 && firstRoot != emptyRoot {
			return ErrConsistency
		}
		return nil
	}
	if first&(first-1) == 0 {
		proof = append([]Hash{firstRoot}, proof...)
	}
	if len(proof) == 0 {
		return ErrConsistency
	}
	fn, sn := first-1, second-1
	for fn&1 == 1 {
		fn, sn = fn>>1, sn>>1
	}
	fr, sr := proof[0], proof[0]
	for _, c := range proof[1:] {
		if sn == 0 {
			return ErrConsistency
		}
		if fn&1 == 1 || fn == sn {
			fr, sr = nodeHash(c, fr), nodeHash(c, sr)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			sr = nodeHash(sr, c)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 || fr != firstRoot || sr != secondRoot {
		return ErrConsistency
	}
	return nil
}
