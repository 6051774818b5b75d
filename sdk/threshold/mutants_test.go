package threshold

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// scheme is this package's client side as a set of rules that a test can break
// one at a time. Each check below states a rule as an attack that must fail; it
// passes for the real scheme and fails for the mutant that breaks the rule, so
// it is known that the check can fail.
type scheme struct {
	context     func(p Params, generation uint32) []byte
	polynomials func(w int) int
	point       func(wordSource) element
	synthetics  func(d *Dealer) []Synthetic
}

func realScheme(t testing.TB) scheme {
	openings := oneProbe(t)
	return scheme{
		context:     Params.context,
		polynomials: Polynomials,
		point:       uniformPoint,
		synthetics: func(d *Dealer) []Synthetic {
			points, err := d.Synthetics(openings)
			if err != nil {
				t.Fatal(err)
			}
			return points
		},
	}
}

// dealer is Account.Dealer by the scheme's rules.
func (s scheme) dealer(a *Account, p Params) *Dealer {
	key := derivePRFKey(a.secret.reveal(), s.context(p, a.generation))
	return newDealer(dealt{
		key: key, threshold: p.Threshold, synthetic: p.Synthetic, generation: a.generation,
		polynomials: derivePolynomials(key, s.polynomials(p.Synthetic), p.Threshold),
	})
}

// checkContexts: two contexts that differ anywhere share nothing. The attack:
// T shares of one context give the server everything about the other.
func checkContexts(s scheme) error {
	base := Params{Threshold: 3, Synthetic: 6, Period: 20, Epoch: 7, SetID: [32]byte{9}}
	secret := [32]byte{1, 2, 3}
	type variant struct {
		name       string
		p          Params
		generation uint32
	}
	change := func(name string, f func(*variant)) variant {
		v := variant{name, base, 5}
		f(&v)
		return v
	}
	first := s.dealer(NewAccountFromSecret(secret, 5), base)
	opened := interpolate(trueShares(first, base.Threshold))
	for _, v := range []variant{
		change("period", func(v *variant) { v.p.Period++ }),
		change("epoch", func(v *variant) { v.p.Epoch++ }),
		change("set", func(v *variant) { v.p.SetID[31] = 1 }),
		change("generation", func(v *variant) { v.generation++ }),
		change("threshold", func(v *variant) { v.p.Threshold++ }),
		change("synthetic", func(v *variant) { v.p.Synthetic++ }),
	} {
		d := s.dealer(NewAccountFromSecret(secret, v.generation), v.p)
		share := d.Share(picture(1000))
		if share.x == first.Share(picture(1000)).x {
			return fmt.Errorf("a picture has the same x under another %s", v.name)
		}
		for i, f := range opened {
			if slices.Contains(d.dealt().polynomials[i], f[0]) || evaluate(f, share.x) == share.y[i] {
				return fmt.Errorf("polynomials are the same under another %s", v.name)
			}
		}
	}
	return nil
}

// checkKeySpace: given T−1 shares, every m-tuple of constants is possible
// (TestBelowThresholdEverythingIsPossible), so there are p^m payload keys. The
// attack is to try them.
func checkKeySpace(s scheme) error {
	for w := range MaxSynthetic + 1 {
		d := s.dealer(testAccount("space"), Params{Threshold: 2, Synthetic: w})
		if bits := 60 * len(d.dealt().polynomials); bits < 256 {
			return fmt.Errorf("w = %d: the payload key has %d bits", w, bits)
		}
	}
	return nil
}

// checkDecodable: T+1 true points among w synthetic ones decode.
func checkDecodable(s scheme) error {
	const T, w = 4, 9
	d := s.dealer(testAccount("decodable"), Params{Threshold: T, Synthetic: w})
	points := trueShares(d, T+1)
	for i := range w {
		source := newStream(d.dealt().key, labelSynthetic, []byte{byte(i)})
		points = append(points, syntheticShare(source, len(d.dealt().polynomials)))
	}
	if _, ok := decode(points, T, unlimited()); !ok {
		return errors.New("T+1 true points among w synthetic ones do not decode")
	}
	return nil
}

// checkPoint: no share lies at x = 0, where it would hold the constants of all
// polynomials and with them the payload key.
func checkPoint(s scheme) error {
	d := s.dealer(testAccount("zero"), Params{Threshold: 3, Synthetic: 2})
	x := s.point(&words{0, 7 << 61, 0, 3})
	y := make([]element, len(d.dealt().polynomials))
	for i, f := range d.dealt().polynomials {
		y[i] = evaluate(f, x)
	}
	if newPayloadKey(y, 3, 2).Equal(d.PayloadKey()) {
		return errors.New("one share gives the payload key away")
	}
	return nil
}

// checkDevices: two devices, or one before and after a reinstallation, send the
// same synthetic points: at most w distinct ones a period in all.
func checkDevices(s scheme) error {
	p := Params{Threshold: 3, Synthetic: 16}
	first, second := s.dealer(testAccount("devices"), p), s.dealer(testAccount("devices"), p)
	if !slices.EqualFunc(s.synthetics(first), s.synthetics(second), equalSynthetic) {
		return errors.New("a second device has synthetic points of its own")
	}
	// And they are not a constant: neither their number nor the points.
	numbers := make(map[int]bool)
	for i := range 50 {
		p.Period = uint32(i)
		points := s.synthetics(s.dealer(testAccount("devices"), p))
		numbers[len(points)] = true
		if len(points) > p.Synthetic {
			return errors.New("more than w synthetic points")
		}
	}
	if len(numbers) < 3 {
		return errors.New("the number of synthetic points is no secret")
	}
	return nil
}

var checks = map[string]func(scheme) error{
	"contexts": checkContexts, "key space": checkKeySpace, "decodable": checkDecodable,
	"point": checkPoint, "devices": checkDevices,
}

func TestRulesHold(t *testing.T) {
	for name, check := range checks {
		if err := check(realScheme(t)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMutantsAreCaught breaks one rule at a time; the check of that rule fails.
func TestMutantsAreCaught(t *testing.T) {
	// without returns a context in which one field is always zero.
	without := func(zero func(*Params, *uint32)) func(*scheme) {
		return func(s *scheme) {
			s.context = func(p Params, generation uint32) []byte {
				zero(&p, &generation)
				return p.context(generation)
			}
		}
	}
	for name, mutant := range map[string]struct {
		caughtBy string
		apply    func(*scheme)
	}{
		"polynomials not rotated with the period": {"contexts", without(func(p *Params, _ *uint32) { p.Period = 0 })},
		"epoch not bound":                         {"contexts", without(func(p *Params, _ *uint32) { p.Epoch = 0 })},
		"set not bound":                           {"contexts", without(func(p *Params, _ *uint32) { p.SetID = [32]byte{} })},
		"generation not bound":                    {"contexts", without(func(_ *Params, g *uint32) { *g = 0 })},
		"threshold not bound":                     {"contexts", without(func(p *Params, _ *uint32) { p.Threshold = 0 })},
		"number of synthetic points not bound":    {"contexts", without(func(p *Params, _ *uint32) { p.Synthetic = 0 })},
		"period cut to a byte": {"contexts", func(s *scheme) {
			s.context = func(p Params, g uint32) []byte { p.Period >>= 8; return p.context(g) }
		}},
		"w polynomials, one for w = 1": {"key space", func(s *scheme) {
			s.polynomials = func(w int) int { return max(w, 1) }
		}},
		"five polynomials for any w": {"decodable", func(s *scheme) {
			s.polynomials = func(int) int { return minPolynomials }
		}},
		"x = 0 allowed": {"point", func(s *scheme) { s.point = uniformElement }},
		"synthetic points drawn afresh": {"devices", func(s *scheme) {
			s.synthetics = func(d *Dealer) []Synthetic {
				var key prfKey
				rand.Read(key[:])
				return []Synthetic{{Share: syntheticShare(newStream(key, "", nil), len(d.dealt().polynomials))}}
			}
		}},
		"always w synthetic points": {"devices", func(s *scheme) {
			s.synthetics = func(d *Dealer) []Synthetic {
				points := make([]Synthetic, d.dealt().synthetic)
				for i := range points {
					index := binary.BigEndian.AppendUint32(nil, uint32(i))
					points[i].Share = syntheticShare(newStream(d.dealt().key, labelSynthetic, index), len(d.dealt().polynomials))
				}
				return points
			}
		}},
	} {
		s := realScheme(t)
		mutant.apply(&s)
		if err := checks[mutant.caughtBy](s); err == nil {
			t.Errorf("%s: not caught by the check of %s", name, mutant.caughtBy)
		}
	}
}
