// Package imagehash computes perceptual hashes: short values that stay nearly
// the same when a picture is scaled, encoded again or touched up.
//
// Most callers need two things: [HashRGBA] for a picture in memory, or a
// [Sampler] from [PDQ.Begin] for one that arrives in strips of rows, as in a
// browser. To hash files, use package decode, which also turns pictures upright.
// To make tokens for matching of what is found here, use package token.
//
// The hash is Meta's PDQ: 256 bits, each a comparison of one frequency of the
// picture's luma with the median of all of them. From the same decoded bytes it
// is equal to Meta's C++ to the bit, quality included. Beyond the bits,
// [Features] has the coefficients that they came from, so that a caller can tell
// which bits are in doubt.
//
// # Streaming
//
// Rows are pushed from top to bottom and never kept, so memory does not grow with
// the picture's area: for canonical scaling of 12 megapixels a view takes about
// 200 KB. Any number of views ([Pad], [Crop], [Trim], [Left], [Right]) share one pass over the
// rows; a view that trims may want a second one, since where to trim is known
// only at the end. No row costs an allocation.
//
// # Pixels
//
// Rows are R, G, B, A of 8 bits, not premultiplied. Each channel c of a pixel of
// opacity a becomes (c·a + 255·(255−a) + 127) / 255, rounded down: the picture on
// white. Luma is (0.299·r + 0.587·g) + 0.114·b in float32. A grey picture is
// given as equal channels; Meta's C++ takes such values as they are where a file
// has one channel, which makes no difference but in the last bits of a float.
//
// # Definitions
//
// The names of scalings, views and hashers are wire format, and so is what they
// mean. All floating-point arithmetic here is float32, every operation rounded on
// its own (no fused multiply-add), sums from the first term to the last; so
// every platform gets the same bits.
//
// Scaling canonical resamples both sides to 512 cells by an antialiased triangle
// filter, rows first, then columns, whatever the aspect. For a side of n pixels
// and a phase of f hundredths of a cell, in units of 1/102400 of a pixel, cell i
// has its centre at
//
//	c = (100·(2i+1) + 2f)·n − 51200
//
// and reaches r = max(102400, 200·n) to both sides: a pixel or a cell, whichever
// is more. Pixel x has the weight w/W, where w = r − |102400·x − c| if that is
// positive, and W is the sum of all w of the cell; the quotient is taken in
// float64 and rounded to float32. Pixels beyond the edge have no weight. If no
// pixel has any, which a phase can bring about, the pixel at that edge counts
// alone. For f = 0 this is what bilinear scaling in Pillow and
// golang.org/x/image/draw does. A cell is the sum of its pixels, from left to
// right or from top to bottom, each times its weight.
//
// Scaling cpp takes pixel ⌊x·n/512⌋ for cell x, of each side, if one of the sides
// is over 512, and otherwise leaves the picture as it is, as CImg's resize does in
// Meta's C++. Scaling full leaves it in any case.
//
// Views are made of the pixels before any scaling. With m = ⌊(a·n + 1000) / 2000⌋
// for an amount of a thousandths and a side of n pixels, pad-a adds m pixels at
// both ends of the side by reflection (pixel −1 is 0, −2 is 1, n is n−1), and
// crop-a takes m away. trim takes away borders: first rows, from the top and then
// from the bottom, while all pixels of a row lie within 12 of its leftmost one in
// each of R, G and B; then columns, from the left and then from the right, while
// in the rows that remain all pixels of a column lie within 12 of its topmost
// one; never more than a third, rounded down, of a side at one end. Opacity plays
// no part but through the colour over white.
//
// left-a and right-a turn the picture counter-clockwise and clockwise by a slope
// of s = a and s = −a thousandths. They turn the 512×512 cells that canonical
// scaling makes of the picture as it is, of w×h pixels, and exist for that
// scaling only. In units of 1/65536 of a cell, cell i of row j of the result is
// taken at
//
//	x = 65536·i + ⌊−s·65536·(2j−511)·h / (2000·w)⌋
//	y = 65536·j + ⌊s·65536·(2i−511)·w / (2000·h)⌋
//
// by linear interpolation between four cells, first along x, then along y, cells
// beyond the edge reflected: with f the fraction of the position, p·(1−f) + q·f.
// The length of what is turned grows by half of s²/10⁶, which is less than half a
// percent.
//
// A picture or view with a side of less than [MinSide] pixels has a quality of 0
// and a hash of zeros.
package imagehash
