package edit

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/veilhash/veilhash/sdk/imagehash/decode"
)

// An Operation is a kind of step that a recipe can name, with the amounts that it takes.
type Operation struct {
	Name  string // as in a recipe
	Title string // for people
	Group Group  // the group of the suite in which it is at home

	// Unit is what an amount counts, for people: "%", "°", "px", "σ", or nothing for a factor or a quality. Min and Max bound it; Step is a reasonable
	// distance between two amounts, and Usual one to begin with. An operation that takes no amount has a Max of 0.
	Unit                  string
	Min, Max, Step, Usual float64

	make func(amount float64) step
}

// percent is for steps that take a part of something.
func percent(f func(part float64) step) func(float64) step {
	return func(amount float64) step { return f(amount / 100) }
}

// always is for steps that take no amount.
func always(s step) func(float64) step { return func(float64) step { return s } }

// operations are all that there are, in the order in which people look for them.
var operations = []Operation{
	{"jpeg", "JPEG quality", Recode, "", 1, 100, 1, 75, func(q float64) step { return toJPEG(int(q)) }},
	{"webp", "WebP quality", Recode, "", 0, 100, 1, 75, func(q float64) step { return toWebP(float32(q)) }},
	{"scale", "Resize", Recode, "%", 2, 400, 1, 50, percent(scale)},
	{"scale-sharp", "Resize, Catmull-Rom", Recode, "%", 2, 400, 1, 50, percent(scaleCatmullRom)},
	{"long-side", "Shrink to a long side", Messenger, "px", 16, 8192, 16, 1600, func(n float64) step { return longSide(int(n)) }},

	{"crop", "Crop all around", SmallGeometry, "%", 0.1, 90, 0.1, 2, percent(crop)},
	{"bottom", "Crop the bottom", BigGeometry, "%", 0.1, 90, 0.1, 5, percent(cropBottom)},
	{"turn", "Rotate, black corners", SmallGeometry, "°", -180, 180, 0.1, 1, func(d float64) step { return turned(d, cornersBlack) }},
	{"turn-cropped", "Rotate, corners cropped", SmallGeometry, "°", -45, 45, 0.1, 1, func(d float64) step { return turned(d, cornersCropped) }},
	{"rotate", "Rotate either way", SmallGeometry, "°", 0, 180, 0.1, 1, func(d float64) step { return rotate(d, cornersBlack) }},
	{"rotate-cropped", "Rotate either way, cropped", SmallGeometry, "°", 0, 45, 0.1, 1, func(d float64) step { return rotate(d, cornersCropped) }},
	{"mirror", "Mirror", Beside, "", 0, 0, 0, 0, always(mirror)},
	{"flip", "Upside down", Beside, "", 0, 0, 0, 0, always(flip)},
	{"quarter", "Quarter turn", Beside, "", 0, 0, 0, 0, always(turn90)},

	{"bars", "Black bars", BigGeometry, "%", 0.1, 30, 0.1, 5, percent(func(p float64) step { return bands(p, p, black) })},
	{"caption", "White band above", BigGeometry, "%", 0.1, 30, 0.1, 10, percent(func(p float64) step { return bands(p, 0, white) })},
	{"caption-text", "Text in the band above", Beside, "%", 0.1, 30, 0.1, 10, percent(captionText)},
	{"frame", "White frame", Beside, "%", 0.1, 30, 0.1, 5, percent(func(p float64) step { return frame(p, white) })},

	{"brightness", "Brightness", Tone, "", 0, 4, 0.01, 1.15, func(f float64) step { return tone(brightness(f)) }},
	{"contrast", "Contrast", Tone, "", 0, 4, 0.01, 1.15, func(f float64) step { return tone(contrast(f)) }},
	{"gamma", "Gamma", Tone, "", 0.1, 10, 0.01, 1.25, func(g float64) step { return tone(gamma(g)) }},
	{"blur", "Blur", Filter, "σ", 0.1, 20, 0.1, 1, func(s float64) step { return blur(s) }},
	{"noise", "Noise", Filter, "σ", 0, 128, 1, 5, func(s float64) step { return noise(s) }},

	{"text", "Text on a part of the area", Overlay, "%", 0.1, 50, 0.1, 2, percent(text)},
	{"logo", "Logo on a part of the area", Overlay, "%", 0.1, 50, 0.1, 5, percent(logo)},
}

// Operations are all operations that a recipe can name.
func Operations() []Operation { return append([]Operation(nil), operations...) }

const (
	maxSteps  = 16
	maxPixels = decode.DefaultMaxPixels // of what a step leaves
)

var errTooLarge = errors.New("the picture becomes larger than 64 megapixels")

// ErrRecipe marks a text that is no recipe.
var ErrRecipe = errors.New("edit: recipe refused")

// A RecipeError says which part of a recipe is wrong, and why. It wraps ErrRecipe.
type RecipeError struct{ Part, Reason string }

func (e *RecipeError) Error() string {
	return fmt.Sprintf("edit: recipe refused: %q %s", e.Part, e.Reason)
}

// Unwrap is ErrRecipe.
func (e *RecipeError) Unwrap() error { return ErrRecipe }

// Parse makes an edit of a recipe: up to 16 steps, separated by commas, each an operation's name and its amount, as in
// "scale:64,jpeg:75,mirror". An empty recipe changes nothing. The edit has no group, and its recipe is in canonical form; a name that is empty becomes the recipe.
// The name decides what is left to chance. The error is a *RecipeError.
func Parse(name, recipe string) (Edit, error) {
	e := Edit{Name: name}
	if recipe == "" {
		return e, nil
	}
	parts := strings.Split(recipe, ",")
	if len(parts) > maxSteps {
		return Edit{}, &RecipeError{parts[maxSteps], fmt.Sprintf("is step %d; there are %d at most", maxSteps+1, maxSteps)}
	}
	for i, part := range parts {
		s, text, err := parseStep(strings.TrimSpace(part))
		if err != nil {
			return Edit{}, err
		}
		e.steps = append(e.steps, s)
		parts[i] = text
	}
	e.Recipe = strings.Join(parts, ",")
	if e.Name == "" {
		e.Name = e.Recipe
	}
	return e, nil
}

// parseStep reads one step and gives its canonical text.
func parseStep(part string) (step, string, error) {
	name, text, given := strings.Cut(part, ":")
	for _, o := range operations {
		if o.Name != name {
			continue
		}
		if o.Max == 0 {
			if given {
				return nil, "", &RecipeError{part, "takes no amount"}
			}
			return o.make(0), name, nil
		}
		amount, err := strconv.ParseFloat(text, 64)
		if err != nil || !(amount >= o.Min && amount <= o.Max) {
			return nil, "", &RecipeError{part, fmt.Sprintf("takes an amount from %g to %g, as in %s:%g", o.Min, o.Max, name, o.Usual)}
		}
		if o.Step >= 1 && o.Unit != "%" && amount != float64(int(amount)) {
			return nil, "", &RecipeError{part, "takes a whole number"}
		}
		return o.make(amount), name + ":" + format(amount), nil
	}
	return nil, "", &RecipeError{part, "is no operation"}
}

func format(amount float64) string { return strconv.FormatFloat(amount, 'f', -1, 64) }
