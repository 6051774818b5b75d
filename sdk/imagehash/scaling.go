package imagehash

// Scaling says how a picture is brought to the size at which PDQ's box filters
// start. Published implementations differ here, by 6 to 13 bits of 256 on one
// large photograph, so a list of hashes is only worth something together with
// the scaling that made it. The names are wire format.
type Scaling uint8

const (
	// ScalingCanonical resamples to 512×512, up or down and whatever the
	// aspect, with the antialiased triangle filter that the package comment
	// defines. It is the zero value.
	ScalingCanonical Scaling = iota
	// ScalingCPP is what Meta's C++ hasher does: a picture of which a side is
	// over 512 goes to 512×512 by nearest neighbour, a smaller one stays.
	ScalingCPP
	// ScalingFull filters at full resolution, as Meta's Java hasher and the
	// pdqhash binding for Python do.
	ScalingFull
)

var scalingNames = [...]string{"canonical", "cpp", "full"}

// ParseScaling reads "canonical", "cpp" or "full". The error is a [*ParseError].
func ParseScaling(s string) (Scaling, error) {
	for i, name := range scalingNames {
		if s == name {
			return Scaling(i), nil
		}
	}
	return 0, &ParseError{What: "scaling", Text: s, Reason: "not one of canonical, cpp, full"}
}

// String returns the name that [ParseScaling] reads.
func (s Scaling) String() string {
	if int(s) < len(scalingNames) {
		return scalingNames[s]
	}
	return "unknown"
}
