package group

// Suite fixes the context string that separates hashes and proofs of one
// protocol from those of every other. It holds nothing secret and is safe for
// concurrent use.
type Suite struct {
	hashToGroup, hashToScalar, seed []byte // domain separation tags
}

// VOPRF returns the suite of RFC 9497 for ristretto255-SHA512 in its verifiable
// mode, whose published vectors check this package.
func VOPRF() *Suite {
	// contextString = "OPRFV1-" ‖ I2OSP(mode, 1) ‖ "-" ‖ identifier; section 3.1
	return NewSuite([]byte("OPRFV1-\x01-ristretto255-SHA512"))
}

// NewSuite returns the suite of a context string, for protocols that use RFC
// 9497's constructions but are not it. The context should name the protocol, its
// version and whatever a proof must not be carried across. It panics if the
// context is longer than 65,000 bytes, which two bytes of length would not hold.
func NewSuite(context []byte) *Suite {
	if len(context) > 65000 {
		panic("group: context string longer than 65000 bytes")
	}
	tag := func(label string) []byte { return append([]byte(label), context...) }
	return &Suite{
		hashToGroup:  tag("HashToGroup-"),
		hashToScalar: tag("HashToScalar-"),
		seed:         tag("Seed-"),
	}
}

// HashToElement returns the element that msg hashes to: HashToGroup of RFC 9497,
// section 4.1.
func (s *Suite) HashToElement(msg []byte) *Element {
	return new(Element).setHash(s.hashToGroup, msg)
}

// SetHash sets e to the element that msg hashes to under s, and returns e. It is
// [Suite.HashToElement] without an allocation.
func (e *Element) SetHash(s *Suite, msg []byte) *Element {
	return e.setHash(s.hashToGroup, msg)
}

// HashToScalar returns the scalar that msg hashes to: HashToScalar of RFC 9497,
// section 4.1.
func (s *Suite) HashToScalar(msg []byte) *Scalar {
	return new(Scalar).setHash(s.hashToScalar, msg)
}
