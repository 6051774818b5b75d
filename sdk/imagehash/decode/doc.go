// Package decode reads picture files for hashing: JPEG, PNG, GIF, WebP, BMP and
// TIFF, of any kind that people send.
//
// [Decode] takes a file's bytes and gives a [Picture], which is then fed to a
// sampler of package imagehash with [Picture.Feed], or hashed at once with
// [Picture.Hash]. [DecodeConfig] reads the header alone. A program in a browser
// has the browser decode, and needs this package only where that is not to be
// trusted.
//
// # What is shown
//
// A picture is what a viewer would show: turned upright as its EXIF data say (in
// JPEG, PNG, WebP and TIFF); of an animation or a document the first frame or
// page; a GIF or WebP frame in its place on the canvas, and transparent where the
// canvas is not covered, which hashing takes for white. Colour profiles are not
// applied. Values of 16 bits are cut to 8.
//
// YCbCr in JPEG is converted as package image/color does, without smoothing
// between chroma samples, CMYK likewise. Lossy WebP has luma from 16 to 235, which
// is taken into account here, while golang.org/x/image leaves it to the caller.
// Decoders of JPEG differ by one or two in some values, which costs a PDQ hash
// mostly no bit, and at most 10.
//
// # Hostile input
//
// Input may be anyone's. [Limits] bounds its length and its pixels; both are
// checked before memory is taken for pixels, the latter by the header. JPEG
// pictures of absurdly many scans are refused, as they cost much time for few
// bytes. Every failure is [ErrEmpty], wraps [ErrUnknownFormat], or is a
// [*TooLargeError], [*UnsupportedError] or [*CorruptError]; no input makes a
// panic. Broken EXIF data do not spoil a picture: it counts as upright.
package decode
