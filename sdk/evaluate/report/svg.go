package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// A canvas is a drawing in user units, as wide as a phone's column; the page scales it. Colours are classes of the page's style sheet, so that they follow the theme.
type canvas struct {
	width, height float64
	label         string // what a screen reader says
	b             strings.Builder
}

func newCanvas(width, height float64, label string) *canvas {
	return &canvas{width: width, height: height, label: label}
}

func (c *canvas) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(&c.b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="%s"/>`, x1, y1, x2, y2, class)
}

func (c *canvas) dot(x, y float64, series int, title string) {
	fmt.Fprintf(&c.b, `<g class="s%d">%s<title>%s</title></g>`, series, marker(x, y, series), html.EscapeString(title))
}

// marker is a shape of its own for each series, so that colour is not all that tells them apart.
func marker(x, y float64, series int) string {
	switch series % 6 {
	case 1:
		return fmt.Sprintf(`<rect x="%.1f" y="%.1f" width="6" height="6"/>`, x-3, y-3)
	case 2:
		return fmt.Sprintf(`<path d="M%.1f %.1fl4 7h-8z"/>`, x, y-4)
	case 3:
		return fmt.Sprintf(`<path d="M%.1f %.1fl4 4l-4 4l-4 -4z"/>`, x, y-4)
	case 4:
		return fmt.Sprintf(`<path d="M%.1f %.1fh2.6v2.6h2.6v2.6h-2.6v2.6h-2.6v-2.6h-2.6v-2.6h2.6z"/>`, x-1.3, y-3.9)
	case 5:
		return fmt.Sprintf(`<path d="M%.1f %.1fl4 -7h-8z"/>`, x, y+4)
	}
	return fmt.Sprintf(`<circle cx="%.1f" cy="%.1f" r="3.2"/>`, x, y)
}

func (c *canvas) polyline(points [][2]float64, class string) {
	if len(points) < 2 {
		return
	}
	fmt.Fprintf(&c.b, `<polyline class="%s" points="`, class)
	for _, p := range points {
		fmt.Fprintf(&c.b, "%.1f,%.1f ", p[0], p[1])
	}
	c.b.WriteString(`"/>`)
}

// text writes at a point; anchor is start, middle or end.
func (c *canvas) text(x, y float64, anchor, class, s string) {
	fmt.Fprintf(&c.b, `<text x="%.1f" y="%.1f" text-anchor="%s" class="%s">%s</text>`, x, y, anchor, class, html.EscapeString(s))
}

// legend names series in rows below y, and returns where it ends.
func (c *canvas) legend(x, y float64, names []string) float64 {
	for i, n := range names {
		c.dot(x+4, y+float64(i)*14, i, n)
		c.text(x+14, y+float64(i)*14+3.5, "start", "t", n)
	}
	return y + 14*float64(len(names))
}

func (c *canvas) done() template.HTML {
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">%s</svg>`,
		c.width, c.height, html.EscapeString(c.label), c.b.String()))
}

// An axis maps values to positions.
type axis struct {
	from, to float64 // values; of their logarithms, where log
	at, end  float64 // positions
	log      bool
}

func (a axis) pos(v float64) float64 {
	if a.log {
		v = math.Log10(v)
	}
	return a.at + (v-a.from)/(a.to-a.from)*(a.end-a.at)
}
