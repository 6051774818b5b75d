package imagehash

import (
	"math"
	"strconv"

	"github.com/veilhash/veilhash/sdk/imagehash/internal/frame"
	"github.com/veilhash/veilhash/sdk/internal/decimal"
)

// View is a version of a picture that is hashed beside the picture itself, to
// find again what was cropped or framed since. A view is the hash of another
// picture, made from the pixels before any scaling; the package comment defines
// each, and they are wire format. Views are comparable. The zero value is the
// picture as it is.
type View struct {
	Op Op
	// Amount is the strength of OpPad and OpCrop in thousandths of the
	// picture's size, 1 to [MaxAmount]: in total, half of it on each side. For
	// OpLeft and OpRight it is a slope in thousandths, 1 to [MaxTurn]. It is 0
	// for the other operations.
	Amount int
}

// Op is the operation that makes a view.
type Op uint8

const (
	OpAsIs  Op = iota // the picture as it is
	OpPad             // wider on each side by reflection
	OpCrop            // narrower on each side
	OpTrim            // without uniform borders
	OpLeft            // turned counter-clockwise
	OpRight           // turned clockwise
)

// MaxAmount is the largest amount of a view, a quarter of the picture. A padded
// lane holds half of it in rows.
const MaxAmount = 250

// MaxViews is the largest number of views of one picture.
const MaxViews = 32

var opNames = [...]string{"as-is", "pad", "crop", "trim", "left", "right"}

// AsIs returns the view that changes nothing.
func AsIs() View { return View{} }

// Pad returns the view that is wider and higher by thousandths of the picture's
// size, the new pixels reflected at its edges, edge pixel first.
func Pad(thousandths int) View { return View{OpPad, thousandths} }

// Crop returns the view that lacks thousandths of the picture's size.
func Crop(thousandths int) View { return View{OpCrop, thousandths} }

// Trim returns the view without uniform borders.
func Trim() View { return View{Op: OpTrim} }

// String returns the view's canonical name: "as-is", "trim", or the operation
// and its amount as in "pad-15" and "crop-15".
func (v View) String() string {
	if int(v.Op) >= len(opNames) {
		return "unknown"
	}
	if v.Amount == 0 {
		return opNames[v.Op]
	}
	return opNames[v.Op] + "-" + strconv.Itoa(v.Amount)
}

// ParseView reads a canonical name, and nothing but that: what it accepts,
// [View.String] gives back. The error is a [*ParseError].
func ParseView(s string) (View, error) {
	for op, name := range opNames {
		v := View{Op: Op(op)}
		if len(s) > len(name) && s[:len(name)] == name && s[len(name)] == '-' {
			n, ok := decimal.Parse(s[len(name)+1:], math.MaxInt32)
			if !ok {
				continue
			}
			v.Amount = int(n)
		}
		if v.String() != s {
			continue // another operation, or an amount like +15 or 015
		}
		if reason := v.problem(); reason != "" {
			return View{}, &ParseError{What: "view", Text: s, Reason: reason}
		}
		return v, nil
	}
	return View{}, &ParseError{What: "view", Text: s, Reason: "not one of as-is, trim, pad-N, crop-N, left-N, right-N"}
}

// problem says why no picture has the view, or is empty.
func (v View) problem() string {
	switch v.Op {
	case OpAsIs, OpTrim:
		if v.Amount != 0 {
			return "takes no amount"
		}
	case OpPad, OpCrop:
		if v.Amount < 1 || v.Amount > MaxAmount {
			return "amount is not within 1 and " + strconv.Itoa(MaxAmount) + " thousandths"
		}
	case OpLeft, OpRight:
		if v.Amount < 1 || v.Amount > MaxTurn {
			return "slope is not within 1 and " + strconv.Itoa(MaxTurn) + " thousandths"
		}
	default:
		return "unknown operation"
	}
	return ""
}

// Check returns nil for a view that pictures can have, and a [*ViewError] for any
// other.
func (v View) Check() error {
	if reason := v.problem(); reason != "" {
		return &ViewError{View: v, Reason: reason}
	}
	return nil
}

// frame returns what pads and crops take of a width×height picture.
func (v View) frame(width, height int) frame.Frame {
	return frame.Frame{X: v.span(width), Y: v.span(height)}
}

func (v View) span(n int) frame.Span {
	switch v.Op {
	case OpPad:
		return frame.Padded(n, v.Amount)
	case OpCrop:
		return frame.Cropped(n, v.Amount)
	}
	return frame.Span{Size: n}
}
