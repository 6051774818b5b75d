// Package calculate answers the questions behind a choice of parameters for
// sdk/threshold: which threshold keeps false accusations below a target, with
// independent and with bursty errors ([Model]); what an operator can infer from
// a blurred count ([Posterior], [GuaranteeFor]); and what trying subsets costs
// a server that has T true points among synthetic ones ([SubsetBits]).
//
// # Two models of false matches
//
// Independent: each of n pictures of an innocent account matches with
// probability f. The number of false matches is binomial.
//
// Bursts: errors come together, because one picture forwarded in many versions
// has as many tokens. Bursts arrive as a Poisson process, their sizes are
// geometric with mean B, and the rate of false matches stays n·f: a compound
// Poisson distribution (Pólya–Aeppli). It has no upper end at n, which errs on
// the side of caution.
//
// # Numerics
//
// The probabilities are sums of positive terms in 320-bit floating point
// (math/big). A term costs fewer than ten roundings and none cancels, so after
// a million of them the relative error is below 10⁻⁸⁰; what is cut off at the
// end is bounded, by a geometric series or by Chernoff's bound, and added. The
// results come as intervals of float64 that contain the exact value for the
// given float64 inputs.
package calculate
