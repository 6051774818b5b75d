// Package lab looks closely at one picture, one edit and some schemes at a time: what bits an edit inverts, which probes of the copy are in a set, and what
// that costs. It is what the page for researchers shows (web/lab), while package evaluate measures many pictures at once and in files.
//
// [Open] decodes a picture, [Picture.Edited] makes and hashes a copy of it, a [Set] holds what is looked for, and [Scheme.Examine] says what of the copy is in it.
// All of it is what package evaluate does, in the same order and with the same chance, so that both agree to the bit; a test compares them.
//
// Nothing here is blinded, secret or constant time: who experiments has pictures and hashes in plain.
package lab
