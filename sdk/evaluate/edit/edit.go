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

	steps []step
}

// A step is a part of an edit. It may draw on a picture in place only if it made it; r is its source of chance.
type step func(p *image.NRGBA, r *rand.Rand) (*image.NRGBA, error)

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
	}
	return p, nil
}

// Suite is the 41 edits, group by group. Percentages of crops are in total, half on each side; those of bars, caption and bottom are of one side.
func Suite() []Edit {
	return []Edit{
		{"messenger-0.64", Messenger, []step{scale(0.64), toJPEG(75)}},
		{"messenger-0.4", Messenger, []step{scale(0.4), toJPEG(75)}},
		{"messenger-twice", Messenger, []step{scale(0.64), toJPEG(75), scale(0.4 / 0.64), toJPEG(75)}},
		{"messenger-webp", Messenger, []step{scale(0.64), toJPEG(80), toWebP(75)}},

		{"jpeg-90", Recode, []step{toJPEG(90)}},
		{"jpeg-75", Recode, []step{toJPEG(75)}},
		{"jpeg-50", Recode, []step{toJPEG(50)}},
		{"jpeg-30", Recode, []step{toJPEG(30)}},
		{"webp-75", Recode, []step{toWebP(75)}},
		{"webp-40", Recode, []step{toWebP(40)}},
		{"resize-75%", Recode, []step{scale(0.75)}},
		{"resize-50%", Recode, []step{scale(0.5)}},
		{"resize-25%", Recode, []step{scale(0.25)}},
		{"resize-50%-catmull-rom", Recode, []step{scaleCatmullRom(0.5)}},
		{"resize-150%", Recode, []step{scale(1.5)}},

		{"brightness-1.15", Tone, []step{tone(brightness(1.15))}},
		{"brightness-0.85", Tone, []step{tone(brightness(0.85))}},
		{"contrast-1.15", Tone, []step{tone(contrast(1.15))}},
		{"contrast-0.85", Tone, []step{tone(contrast(0.85))}},
		{"gamma-0.8", Tone, []step{tone(gamma(0.8))}},
		{"gamma-1.25", Tone, []step{tone(gamma(1.25))}},

		{"blur-1", Filter, []step{blur(1)}},
		{"blur-2", Filter, []step{blur(2)}},
		{"noise-5", Filter, []step{noise(5)}},
		{"noise-10", Filter, []step{noise(10)}},

		{"crop-1%", SmallGeometry, []step{crop(0.01)}},
		{"crop-2%", SmallGeometry, []step{crop(0.02)}},
		{"screenshot", SmallGeometry, []step{scale(0.8), crop(0.01), toJPEG(85)}},
		{"messenger-crop-3%", SmallGeometry, []step{scale(0.64), toJPEG(75), crop(0.03)}},
		{"rotation-1", SmallGeometry, []step{rotate(1, cornersBlack)}},
		{"rotation-1-cropped", SmallGeometry, []step{rotate(1, cornersCropped)}},

		{"crop-5%", BigGeometry, []step{crop(0.05)}},
		{"crop-10%", BigGeometry, []step{crop(0.1)}},
		{"bottom-5%", BigGeometry, []step{cropBottom(0.05)}},
		{"rotation-2", BigGeometry, []step{rotate(2, cornersBlack)}},
		{"rotation-5", BigGeometry, []step{rotate(5, cornersBlack)}},
		{"bars-5%", BigGeometry, []step{bands(0.05, 0.05, black)}},
		{"caption-10%", BigGeometry, []step{bands(0.1, 0, white)}},

		{"text-2%", Overlay, []step{text(0.02)}},
		{"text-5%", Overlay, []step{text(0.05)}},
		{"logo-5%", Overlay, []step{logo(0.05)}},
	}
}

// BesideSuite is edits that people ask about and that the suite does not contain: no hash of the picture as it is can be expected to survive a flip or a turn.
func BesideSuite() []Edit {
	return []Edit{
		{"mirror", Beside, []step{mirror}},
		{"turn-90", Beside, []step{turn90}},
		{"frame-5%", Beside, []step{frame(0.05, white)}},
		{"caption-10%-text", Beside, []step{bands(0.1, 0, white), captionText(0.1)}},
		{"crop-2%-bars", Beside, []step{crop(0.02), bands(0.05, 0.05, black), toJPEG(75)}},
	}
}

// LargeLongSide is the long side, in pixels, from which a photograph is large.
const LargeLongSide = 1600

// LargeSuite is what messengers really do, for photographs whose long side is above LargeLongSide.
func LargeSuite() []Edit {
	return []Edit{
		{"messenger-1600", Large, []step{longSide(1600), toJPEG(75)}},
		{"messenger-1024", Large, []step{longSide(1024), toJPEG(75)}},
		{"messenger-1600-1024", Large, []step{longSide(1600), toJPEG(75), longSide(1024), toJPEG(75)}},
		{"messenger-1600-webp", Large, []step{longSide(1600), toJPEG(80), toWebP(75)}},
	}
}

// Variants are the versions of an entry's picture that an owner of pictures may add to a list beside the picture itself. They are made from ordinary
// edits, in both directions where an edit has one; the suite draws its direction by chance.
func Variants() []Edit {
	var out []Edit
	add := func(name string, s ...step) { out = append(out, Edit{Name: "variant-" + name, steps: s}) }
	for _, permille := range []float64{10, 20, 30, 50, 70, 100} {
		add(fmt.Sprintf("crop-%g%%", permille/10), crop(permille/1000))
	}
	add("bottom-5%", cropBottom(0.05))
	for _, degrees := range []float64{1, 2, 5} {
		add(fmt.Sprintf("rotation+%g", degrees), turned(degrees, cornersBlack))
		add(fmt.Sprintf("rotation-%g", degrees), turned(-degrees, cornersBlack))
	}
	add("rotation+1-cropped", turned(1, cornersCropped))
	add("rotation-1-cropped", turned(-1, cornersCropped))
	add("messenger", scale(0.64), toJPEG(75))
	add("gamma-0.8", tone(gamma(0.8)))
	add("gamma-1.25", tone(gamma(1.25)))
	return out
}
