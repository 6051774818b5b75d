package imagehash

import (
	"errors"
	"strconv"
)

// Errors of a [Sampler] that is fed other rows than [Hasher.Begin] announced.
var (
	// ErrPartialRow means that a strip is not a whole number of rows.
	ErrPartialRow = errors.New("imagehash: strip is not a whole number of rows of 4 bytes a pixel")
	// ErrTooManyRows means that more rows came than the picture is high.
	ErrTooManyRows = errors.New("imagehash: more rows than the picture is high")
	// ErrMissingRows means that a pass ended before the last row came.
	ErrMissingRows = errors.New("imagehash: pass ended before the last row")
	// ErrOrder means that rows came after the last pass, or that a result was
	// asked for before it ended.
	ErrOrder = errors.New("imagehash: call out of order: feed rows, end the pass, repeat if asked to, then read the features")
)

// SizeError means that a picture has no pixels, or more than the hasher takes.
type SizeError struct {
	Width, Height int
	MaxPixels     int // the limit in force; a side is at most [MaxSide]
}

func (e *SizeError) Error() string {
	size := strconv.Itoa(e.Width) + "×" + strconv.Itoa(e.Height)
	if e.Width < 1 || e.Height < 1 {
		return "imagehash: picture of " + size + " has no pixels"
	}
	return "imagehash: picture of " + size + " is over the limit of " + strconv.Itoa(MaxSide) +
		" a side and " + strconv.Itoa(e.MaxPixels) + " pixels"
}

// ViewError means that a hasher cannot make a view.
type ViewError struct {
	View   View
	Reason string
}

func (e *ViewError) Error() string {
	return "imagehash: view " + e.View.String() + ": " + e.Reason
}

// ConfigError means that a hasher's parameters contradict each other or are out
// of range.
type ConfigError struct {
	Field  string // the parameter, as in "Phase"
	Reason string
}

func (e *ConfigError) Error() string { return "imagehash: " + e.Field + " " + e.Reason }

// ParseError means that a text names no hash, view, scaling or hasher.
type ParseError struct {
	What   string // "hash", "view", "scaling" or "hasher"
	Text   string
	Reason string
}

func (e *ParseError) Error() string {
	text := []byte(e.Text)
	if len(text) > 80 { // the text may be anyone's: of any length, and with any character
		text = text[:80]
	}
	for i, c := range text {
		if c < ' ' || c > '~' || c == '"' {
			text[i] = '?'
		}
	}
	return "imagehash: invalid " + e.What + " \"" + string(text) + "\": " + e.Reason
}
