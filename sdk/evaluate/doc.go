// Package evaluate is the researcher's instrument: it measures on pictures of your own what Veilhash finds, how often it would be wrong, and what
// that means for the people concerned.
//
// The way of a run:
//
//	survey, err := evaluate.Collect(ctx, plan, files, dir, …)   // the expensive part: every copy of every picture is made and hashed, once
//	result, err := evaluate.Analyse(ctx, survey, analysis)      // everything else follows from what is kept
//
// [Collect] keeps what it finds in a folder, a file for each picture, and takes up where it was interrupted. [Analyse] turns that into a [Result], which
// is the same, to the byte, for the same pictures, [Plan] and [Analysis]. Package report writes a Result for people.
//
// What is measured:
//
//   - recall by edit and group (package edit), for schemes of package token, and beside them for what does not protect anyone's privacy: PDQ within a
//     distance, and the hashes of goimagehash. Intervals are by bootstrap over pictures ([Rate]).
//   - false positives over all ordered pairs of pictures, with the bound that they prove and, apart from it, an extrapolation ([FalsePositives]).
//   - whether the blinded protocol answers as comparing plain tokens does ([Blinded]).
//   - splits of the probes over the views, searched for on tuned pictures ([Search]). Pictures are tuned or held out by a hash of the file; headlines
//     are of held-out ones only.
//   - thresholds for a chosen rate of false accusations ([Accusations]), and how many reports a system would keep beside them ([Reports]).
//
// Nothing here is needed by a client or a server, and nothing here is secret or constant time: the pictures are the researcher's.
package evaluate
