package edit

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"image"
	"math/rand/v2"
)

// A Group is a kind of edits.
type Group string

// The groups of the suite, and two beside it.
const (
	Messenger     Group = "messenger"
	Recode        Group = "recode"
	Tone          Group = "tone"
	Filter        Group = "filter"
	SmallGeometry Group = "small geometry"
	BigGeometry   Group = "big geometry"
	Overlay       Group = "overlay"

	Beside Group = "beside the suite" // never part of the suite's average
	Large  Group = "large messenger"  // of large photographs only
)

// Groups are the groups of the suite, in its order.
func Groups() []Group {
	return []Group{Messenger, Recode, Tone, Filter, SmallGeometry, BigGeometry, Overlay}
}

// An Edit is something that happens to a picture.
type Edit struct {
	// Name is unique among all edits: "jpeg-75", "crop-2%".
	Name  string
	Group Group

	// Recipe says what happens, step by step, as Parse reads it: "scale:64,jpeg:75".
	Recipe string

	steps []step
}

// A step is a part of an edit. It may draw on a picture in place only if it made it; r is its source of chance.
type step func(p *image.NRGBA, r *rand.Rand) (*image.NRGBA, error)

// known is an edit of this package's own lists, whose recipe is right.
func known(name string, group Group, recipe string) Edit {
	e, err := Parse(name, recipe)
	if err != nil {
		panic(err)
	}
	e.Group = group
	return e
}

// Apply makes the edited copy; p is not changed. Seed and picture, a name of p, decide what the edit leaves to chance. The error is one of an
// encoder, for a picture that is too large for its format or too small to be cut.
func (e Edit) Apply(p *image.NRGBA, seed uint64, picture string) (*image.NRGBA, error) {
	d := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s", seed, picture, e.Name))
	r := rand.New(rand.NewPCG(binary.BigEndian.Uint64(d[:]), binary.BigEndian.Uint64(d[8:])))
	p = &image.NRGBA{Pix: p.Pix, Stride: p.Stride, Rect: image.Rectangle{Max: p.Rect.Size()}} // the steps count from 0, 0
	for _, s := range e.steps {
		var err error
		if p, err = s(p, r); err != nil {
			return nil, fmt.Errorf("edit: %s: %w", e.Name, err)
		}
		if p.Rect.Dx() < 1 || p.Rect.Dy() < 1 {
			return nil, fmt.Errorf("edit: %s: nothing is left of the picture", e.Name)
		}
		if p.Rect.Dx()*p.Rect.Dy() > maxPixels {
			return nil, fmt.Errorf("edit: %s: %w", e.Name, errTooLarge)
		}
	}
	return p, nil
}

// Suite is the 41 edits, group by group. Percentages of crops are in total, half on each side; those of bars, caption and bottom are of one side.
func Suite() []Edit {
	return []Edit{
		known("messenger-0.64", Messenger, "scale:64,jpeg:75"),
		known("messenger-0.4", Messenger, "scale:40,jpeg:75"),
		known("messenger-twice", Messenger, "scale:64,jpeg:75,scale:62.5,jpeg:75"),
		known("messenger-webp", Messenger, "scale:64,jpeg:80,webp:75"),

		known("jpeg-90", Recode, "jpeg:90"),
		known("jpeg-75", Recode, "jpeg:75"),
		known("jpeg-50", Recode, "jpeg:50"),
		known("jpeg-30", Recode, "jpeg:30"),
		known("webp-75", Recode, "webp:75"),
		known("webp-40", Recode, "webp:40"),
		known("resize-75%", Recode, "scale:75"),
		known("resize-50%", Recode, "scale:50"),
		known("resize-25%", Recode, "scale:25"),
		known("resize-50%-catmull-rom", Recode, "scale-sharp:50"),
		known("resize-150%", Recode, "scale:150"),

		known("brightness-1.15", Tone, "brightness:1.15"),
		known("brightness-0.85", Tone, "brightness:0.85"),
		known("contrast-1.15", Tone, "contrast:1.15"),
		known("contrast-0.85", Tone, "contrast:0.85"),
		known("gamma-0.8", Tone, "gamma:0.8"),
		known("gamma-1.25", Tone, "gamma:1.25"),

		known("blur-1", Filter, "blur:1"),
		known("blur-2", Filter, "blur:2"),
		known("noise-5", Filter, "noise:5"),
		known("noise-10", Filter, "noise:10"),

		known("crop-1%", SmallGeometry, "crop:1"),
		known("crop-2%", SmallGeometry, "crop:2"),
		known("screenshot", SmallGeometry, "scale:80,crop:1,jpeg:85"),
		known("messenger-crop-3%", SmallGeometry, "scale:64,jpeg:75,crop:3"),
		known("rotation-1", SmallGeometry, "rotate:1"),
		known("rotation-1-cropped", SmallGeometry, "rotate-cropped:1"),

		known("crop-5%", BigGeometry, "crop:5"),
		known("crop-10%", BigGeometry, "crop:10"),
		known("bottom-5%", BigGeometry, "bottom:5"),
		known("rotation-2", BigGeometry, "rotate:2"),
		known("rotation-5", BigGeometry, "rotate:5"),
		known("bars-5%", BigGeometry, "bars:5"),
		known("caption-10%", BigGeometry, "caption:10"),

		known("text-2%", Overlay, "text:2"),
		known("text-5%", Overlay, "text:5"),
		known("logo-5%", Overlay, "logo:5"),
	}
}

// BesideSuite is edits that people ask about and that the suite does not contain: no hash of the picture as it is can be expected to survive a flip or a turn.
func BesideSuite() []Edit {
	return []Edit{
		known("mirror", Beside, "mirror"),
		known("flip", Beside, "flip"),
		known("turn-90", Beside, "quarter"),
		known("frame-5%", Beside, "frame:5"),
		known("caption-10%-text", Beside, "caption:10,caption-text:10"),
		known("crop-2%-bars", Beside, "crop:2,bars:5,jpeg:75"),
	}
}

// LargeLongSide is the long side, in pixels, from which a photograph is large.
const LargeLongSide = 1600

// LargeSuite is what messengers really do, for photographs whose long side is above LargeLongSide.
func LargeSuite() []Edit {
	return []Edit{
		known("messenger-1600", Large, "long-side:1600,jpeg:75"),
		known("messenger-1024", Large, "long-side:1024,jpeg:75"),
		known("messenger-1600-1024", Large, "long-side:1600,jpeg:75,long-side:1024,jpeg:75"),
		known("messenger-1600-webp", Large, "long-side:1600,jpeg:80,webp:75"),
	}
}

// Variants are the versions of an entry's picture that an owner of pictures may add to a list beside the picture itself. They are made from ordinary
// edits, in both directions where an edit has one; the suite draws its direction by chance.
func Variants() []Edit {
	var out []Edit
	add := func(name, recipe string) { out = append(out, known("variant-"+name, "", recipe)) }
	for _, percent := range []int{1, 2, 3, 5, 7, 10} {
		add(fmt.Sprintf("crop-%d%%", percent), fmt.Sprintf("crop:%d", percent))
	}
	add("bottom-5%", "bottom:5")
	for _, degrees := range []int{1, 2, 5} {
		add(fmt.Sprintf("rotation+%d", degrees), fmt.Sprintf("turn:%d", degrees))
		add(fmt.Sprintf("rotation-%d", degrees), fmt.Sprintf("turn:-%d", degrees))
	}
	add("rotation+1-cropped", "turn-cropped:1")
	add("rotation-1-cropped", "turn-cropped:-1")
	add("messenger", "scale:64,jpeg:75")
	add("gamma-0.8", "gamma:0.8")
	add("gamma-1.25", "gamma:1.25")
	return out
}
