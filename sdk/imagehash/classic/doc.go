// Package classic has the perceptual hashes of goimagehash (github.com/corona10/goimagehash) as hashers like PDQ: pHash, dHash and
// aHash, of 64 and of 256 bits. They are for lists that were made with them; for a new list use PDQ, which package imagehash has.
//
// [Parse] finds any hasher by its name, PDQ's included, and is what a program gives to sdk.ScannerConfig and to the command's flags. The bits are
// goimagehash's to the last one for the same pixels; the tests compare them on photographs. What goimagehash does not tell, this package adds:
//
//   - the values that were compared with their threshold, so that a caller can tell which bits are in doubt (goimagehash's packages transforms and etcs
//     compute them);
//   - strips: the picture is never in memory as a whole. A lane takes at most 800 KB, whatever the picture's size, because the resampling that goimagehash uses is integer
//     arithmetic, whose order does not matter;
//   - views, as package imagehash defines them, but for those that turn;
//   - a quality and a grey picture, both PDQ's: none of these hashes has a measure of its own for how much there is to see, and blank pictures have equal hashes.
//
// # Definitions
//
// What goimagehash is given is the picture (or view) on white, as opaque 8-bit R, G, B. It resamples to a grid with the bilinear filter of
// github.com/nfnt/resize, in whole numbers, rows first: see docs/protocol.md, section 2.4, which is wire format. From the grid's luma L = 0.299·R + 0.587·G + 0.114·B, in
// float64, come n·n bits, n being 8 or 16:
//
//   - pHash: a grid of n²×n² cells; its cosine transform; the n×n lowest frequencies, the constant one among them; above the median as package etcs has it, which is
//     not always the mean of the two middle values;
//   - dHash: a grid of n+1 by n cells; brighter than the left neighbour;
//   - aHash: a grid of n×n cells; brighter than the mean.
//
// Value number i of the n² (row by row) gives bit n²−1−i, so that the first digit that goimagehash prints is the hash's first digit too.
//
// # Provenance
//
// goimagehash hashes what it is given, and resamples luma and colour apart where that is an *image.YCbCr, as Go's JPEG decoder returns. Lists made so differ from what
// this package computes from R, G, B, which is all that a browser has: hardly for pHash, a little for dHash and aHash of 64 bits, and by 7 bits and more for dHash
// of 256 (docs/research.md).
//
// Fused multiply-add could change the last bit of a float on some platforms: luma is rounded at every step here, the transform has no product that is added to, and
// what remains is the last bit of a cosine. It can matter only to values equal to their threshold but for one part in 10¹².
package classic
