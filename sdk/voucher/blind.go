package voucher

// groupOps is what the algebra of a voucher needs of a group with points P and scalars S. It is ristretto255 in use and
// a group of about 100 elements in the exhaustive test of promise P2.
type groupOps[P, S any] interface {
	random() S            // a uniform scalar
	mul(s S, p P) P       // s·p
	base(s S) P           // s·B
	key(s S, layer int) P // s·L_layer
	add(a, b P) P         // a + b
}

// A blindProbe is a probe's token in the group, H(salt, y), and what the layers' tables hold for it.
type blindProbe[P any] struct {
	element P
	lookups []P // one a layer
}

// A blinded probe is what the server sees of it, Q, and what masks the voucher's key, S, one a layer.
type blinded[P any] struct {
	q P
	s []P
}

// blind is the algebra of docs/protocol.md, section 6.1: with a fresh gamma, shared, and a fresh beta for each probe,
//
//	Q_j     = beta_j·H(salt, y_j) + gamma·B
//	S_{k,j} = beta_j·P_{k,j}      + gamma·L_k
//
// so that S = alpha·Q if P = alpha·H, and S is uniform given all Q otherwise (docs/proofs.md, section 1).
func blind[P, S any](g groupOps[P, S], layers int, probes []blindProbe[P]) []blinded[P] {
	gamma := g.random()
	gammaB := g.base(gamma)
	gammaL := make([]P, layers)
	for k := range gammaL {
		gammaL[k] = g.key(gamma, k)
	}
	out := make([]blinded[P], len(probes))
	for j, p := range probes {
		beta := g.random()
		out[j].q = g.add(g.mul(beta, p.element), gammaB)
		out[j].s = make([]P, layers)
		for k := range out[j].s {
			out[j].s[k] = g.add(g.mul(beta, p.lookups[k]), gammaL[k])
		}
	}
	return out
}

// tokenless is the algebra of n probes that belong to no token: with a fresh r for each, Q = r·B and S_k = r·L_k = alpha_k·Q, whatever alpha is. Q is uniform, as
// that of a token's probe is, given all else that a server sees of it. (One r for several would show as equal Q.)
func tokenless[P, S any](g groupOps[P, S], layers, n int) []blinded[P] {
	out := make([]blinded[P], n)
	for j := range out {
		r := g.random()
		out[j].q = g.base(r)
		out[j].s = make([]P, layers)
		for k := range out[j].s {
			out[j].s[k] = g.key(r, k)
		}
	}
	return out
}
