// Package edit makes the edited copies of pictures that measurements of recall are about: the suite of 41 edits in seven groups, a few
// edits beside it, and the chains of real messengers for large photographs.
//
// [Suite] is the list; an [Edit] is applied with [Edit.Apply]. What an edit draws by chance (noise, the place of a text, the direction of a
// rotation) follows from a seed, the picture's name and the edit's name, so that a run can be repeated.
//
// Every edit has a recipe, a text such as "scale:64,jpeg:75"; [Parse] makes an edit of any other, of the steps that [Operations] lists.
//
// The edits are the ordinary ones that happen to pictures on their way. None of them looks at what a hash sees, and none is meant to: this package is
// for measuring what a system finds, not for getting past it.
//
// JPEG is encoded by the standard library and WebP by github.com/deepteams/webp, a port of libwebp to Go; both are decoded again as any file is. Scaling
// is that of golang.org/x/image/draw, whose filters widen when they reduce.
package edit
