// Package report writes what package evaluate found: [JSON] for programs, [CSV] for spreadsheets, and [HTML] for people, one file with everything in it that follows
// the reader's light or dark theme and fits a phone.
//
// JSON and CSV are the same, to the byte, for the same result. HTML adds what a seed does not reproduce: times and versions.
package report
