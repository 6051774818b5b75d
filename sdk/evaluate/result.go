package evaluate

// A Result is everything that a survey shows, as results.json has it.
type Result struct {
	Seed       uint64   `json:"seed"`
	Plan       string   `json:"plan"` // its digest
	Hasher     string   `json:"hasher"`
	ListHasher string   `json:"list_hasher"`
	Quality    int      `json:"quality"`
	Phase      float64  `json:"phase_bits"` // mean number of bits, of 256, in which the list's hash of a picture and the client's of the same picture differ
	Views      []string `json:"views"`
	Edits      []Named  `json:"edits"`

	Pictures Counts `json:"pictures"`

	Recall         []RecallRow      `json:"recall"`       // of held-out pictures
	Tuned          []RecallRow      `json:"recall_tuned"` // of those that searches saw
	Differences    []Difference     `json:"differences"`  // of held-out pictures
	FalsePositives []FalsePositives `json:"false_positives"`
	Collisions     []Collision      `json:"collisions"`
	Colliding      []Colliding      `json:"colliding,omitempty"` // by scheme
	Search         []Found          `json:"search,omitempty"`
	Blinded        []Blinded        `json:"blinded,omitempty"` // by scheme
	Bursts         []Bursts         `json:"bursts,omitempty"`  // by scheme and length, the shortest first
	Leaks          []Leak           `json:"leaks"`
	Accusations    []Accusations    `json:"accusations"`
	Limits         []string         `json:"limits"`
}

// Named is an edit and its group.
type Named struct {
	Name  string `json:"name"`
	Group string `json:"group"`
}

// Counts are those of pictures.
type Counts struct {
	Files    int      `json:"files"`
	Repeated int      `json:"repeated"` // files whose content had come before
	Refused  []string `json:"refused"`  // files that are no pictures, with the reason
	Poor     int      `json:"poor"`     // below the quality; in no list, and not looked up
	Used     int      `json:"used"`
	HeldOut  int      `json:"held_out"`
	Large    int      `json:"large"`
	NotMade  int      `json:"copies_not_made"` // of the suite, for pictures too small
}

// A Difference is how much more of the suite one method finds than another, on the same copies.
type Difference struct {
	Method string  `json:"method"`
	Than   string  `json:"than"`
	Value  float64 `json:"value"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// A Collision is two different files that look alike to a hash.
type Collision struct {
	A        string `json:"a"`
	B        string `json:"b"`
	Distance int    `json:"pdq_distance"` // the least over the views of a
	Bits     int    `json:"token_bits"`   // the longest token that is equal, over the views of a, without flips
	Matches  int    `json:"matches"`      // of a copy of a and a version of b, for pairs that a scheme takes for each other

	ThumbnailA []byte `json:"-"`
	ThumbnailB []byte `json:"-"`
}

// Colliding is pairs of different pictures that a scheme takes for each other at the longest token length at which there are any: at its own, between pictures as
// they are, or at one of the shorter ones that false positives are extrapolated from, where edited copies and versions of entries count too.
type Colliding struct {
	Method string      `json:"method"`
	Bits   int         `json:"bits"`
	Own    int         `json:"own_bits"` // of the scheme's tokens
	Pairs  []Collision `json:"pairs"`    // those with most matches first, and not all of them
}

// Found is a split of probes that a search found on tuned pictures, and what it finds on held-out ones, where tokens that views share are counted once: a
// lower bound on what the scheme finds.
type Found struct {
	Bits     int                `json:"bits"`
	Probes   int                `json:"probes"`
	Tokens   int                `json:"tokens_per_entry"` // at most
	Scheme   string             `json:"scheme"`
	Variants []string           `json:"variants,omitempty"`
	Tuned    float64            `json:"tuned"`
	HeldOut  float64            `json:"held_out"`
	Groups   map[string]float64 `json:"groups"` // held out
}

// limits are what no figure of a run can show; reports print them.
var limits = []string{
	"Held-out pictures come from the same folder as tuned ones: another source of pictures can give other figures.",
	"Edits are ordinary ones. Whoever edits a picture in order to evade a perceptual hash can do so, and no figure here says otherwise.",
	"Bounds on false positives treat pairs of pictures as independent; they share pictures, so the true confidence is somewhat less. Extrapolations are a straight line through logarithms beyond what was counted, not a measurement.",
	"Pictures made from one template (receipts, screens, forms) collide much oftener than the photographs here, and blank ones are left out by quality.",
	"goimagehash's hashes are at a distance of 10 of 64 bits, a customary one, and 40 of 256; its authors prescribe none.",
	"Two files of one scene count as different pictures. Look at colliding pairs before calling them false.",
}
