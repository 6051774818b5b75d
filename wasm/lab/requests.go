package main

// A request is what any operation takes; each uses some of it.
type request struct {
	Op string `json:"op"`

	Key    int    `json:"key"`    // of a picture
	Name   string `json:"name"`   // of a file
	Width  int    `json:"width"`  // pixels
	Height int    `json:"height"` // pixels
	Length int    `json:"length"` // pixels: of the file, before the pixels
	Side   int    `json:"side"`   // open, pixels: the long side of the small picture that is wanted; examine: that of the copy's, 0 for none

	Text string `json:"text"` // scheme

	Edit    editRequest `json:"edit"`
	Seed    uint64      `json:"seed,string"`
	Schemes []string    `json:"schemes"`
	Own     int         `json:"own"` // examine: the set's entry that is this picture's, or −1

	Rates [][2]int `json:"rates"` // interval: hits and trials

	Lengths []int `json:"lengths"` // absence: of the manifest, the proof and the file
}

// An editRequest is an edit of the suite by its name, or any recipe. Both empty: the picture as it is.
type editRequest struct {
	Name   string `json:"name"`
	Recipe string `json:"recipe"`
}

type failure struct {
	Error string `json:"error"`
}

type description struct {
	Operations []operation `json:"operations"`
	Edits      []editAbout `json:"edits"`
	Groups     []string    `json:"groups"` // of the suite, in its order
	Presets    []preset    `json:"presets"`
	Classic    []string    `json:"classic"` // names of goimagehash's hashes
	Side       int         `json:"side"`
	MinQuality int         `json:"minQuality"`
	Hasher     string      `json:"hasher"`
}

type operation struct {
	Name  string  `json:"name"`
	Title string  `json:"title"`
	Group string  `json:"group"`
	Unit  string  `json:"unit"`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	Step  float64 `json:"step"`
	Usual float64 `json:"usual"`
}

type editAbout struct {
	Name   string `json:"name"`
	Group  string `json:"group"`
	Recipe string `json:"recipe"`
}

type preset struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

type opened struct {
	Width   int      `json:"width"`
	Height  int      `json:"height"`
	Digest  string   `json:"digest"`
	PDQ     string   `json:"pdq"`
	Quality int      `json:"quality"`
	Classic []string `json:"classic"` // hexadecimal, 64 bits each
	Large   bool     `json:"large"`
	Small   size     `json:"small"` // of the picture in the bytes, RGBA
}

type size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type listed struct {
	Entries int      `json:"entries"`
	Summary string   `json:"summary"`
	Broken  []string `json:"broken"` // the first of the broken records
}

type schemeAbout struct {
	Text         string   `json:"text"`
	Bits         int      `json:"bits"`
	Probes       int      `json:"probes"`
	Views        []string `json:"views"`
	VoucherBytes int      `json:"voucherBytes"`
	Places       []int    `json:"places"` // the bits of the hash that make a token
}

type examined struct {
	Width   int            `json:"width"`
	Height  int            `json:"height"`
	Recipe  string         `json:"recipe"`
	Views   []viewResult   `json:"views"`
	Margins []float32      `json:"margins"` // of the copy as it is, by bit
	Classic []string       `json:"classic"`
	Schemes []schemeResult `json:"schemes"`

	// Own is the distance to the picture's own entry, of the copy as it is and over all views hashed; −1 if it has none, or the quality is too low.
	Own      int   `json:"own"`
	OwnViews int   `json:"ownViews"`
	Within   []int `json:"within"` // entries within PDQ distance 31 of the copy as it is

	// Nearest is the nearest entry but its own to the copy as it is, and its distance; −1 if there is none.
	Nearest         int `json:"nearest"`
	NearestDistance int `json:"nearestDistance"`

	Times times `json:"times"`
	Small size  `json:"small"` // of the copy in the bytes, RGBA
}

// times are milliseconds.
type times struct {
	Edit    float64 `json:"edit"`
	Hash    float64 `json:"hash"` // all views of all schemes, which share a pass
	Classic float64 `json:"classic"`
	Probes  float64 `json:"probes"`
}

type viewResult struct {
	View    string `json:"view"`
	PDQ     string `json:"pdq"`
	Quality int    `json:"quality"`
}

type schemeResult struct {
	Text    string        `json:"text"`
	Probes  []probeResult `json:"probes"`
	Entries []int         `json:"entries"` // that some probe hits, rising
}

type probeResult struct {
	View    string `json:"view"`
	Flips   []int  `json:"flips"`
	Token   string `json:"token"` // hexadecimal
	Entries []int  `json:"entries"`
}

type costs struct {
	Schemes []cost `json:"schemes"`
}

type cost struct {
	Text   string  `json:"text"`
	Hash   float64 `json:"hash"`   // milliseconds for all views of the scheme
	Probes float64 `json:"probes"` // milliseconds for the probes
}

type intervals struct {
	Rates []rate `json:"rates"`
}

type rate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}
