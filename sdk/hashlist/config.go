package hashlist

import (
	"fmt"
	"strconv"
)

// Format is the format of a file.
type Format uint8

// The formats; see the package documentation.
const (
	FormatAuto Format = iota // told from the first bytes
	FormatPlain
	FormatCSV
	FormatNCMEC
	FormatStopNCII
	FormatThreatExchange
	numFormats
)

var formatNames = [numFormats]string{"auto", "plain", "csv", "ncmec", "stopncii", "threatexchange"}

// String returns the name that [ParseFormat] reads.
func (f Format) String() string {
	if f < numFormats {
		return formatNames[f]
	}
	return "format " + strconv.Itoa(int(f))
}

// MarshalText returns the name.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// ParseFormat reads "auto", "plain", "csv", "ncmec", "stopncii" or
// "threatexchange". The error wraps [ErrConfig].
func ParseFormat(s string) (Format, error) {
	for f, name := range formatNames {
		if s == name {
			return Format(f), nil
		}
	}
	return 0, fmt.Errorf("%w: unknown list format %s", ErrConfig, clip(s))
}

// Mode says what a broken record does to an import.
type Mode uint8

const (
	// Strict ends the import at the first broken record.
	Strict Mode = iota
	// Lenient counts and reports a broken record and goes on with the next, and
	// in [ReadFiles] counts and reports a file that cannot be read and goes on
	// with the next.
	Lenient
)

// String returns "strict" or "lenient".
func (m Mode) String() string {
	switch m {
	case Strict:
		return "strict"
	case Lenient:
		return "lenient"
	}
	return "mode " + strconv.Itoa(int(m))
}

const (
	// DefaultMinQuality is the quality below which Meta's hasher calls a PDQ hash
	// not comparable.
	DefaultMinQuality = 50

	// AnyQuality as Config.MinQuality takes entries of every quality.
	AnyQuality = -1

	// DefaultMaxRecord bounds a record at 1 MiB.
	DefaultMaxRecord = 1 << 20

	minMaxRecord = 256  // below it a proper hash with its markup might not fit
	maxText      = 4096 // bytes of an id, a file name or a classification
	maxDepth     = 32   // nesting of elements or JSON values; the feeds need 8
)

// Config says how to read a list. The zero value is right for most.
type Config struct {
	Format Format // zero: told from the first bytes
	Mode   Mode   // zero: Strict

	// Hash is which of a list's hashes is read. Zero: PDQ. Another kind is read
	// from plain lists and CSV; the feeds have PDQ alone, and NewReader refuses
	// to look for another in them.
	Hash HashKind

	// Source is the name of the list, for Entry.Source and for the lists that
	// recognise an entry. Empty: the base name of the (first) file, without its
	// extension.
	Source string

	// MinQuality is the least PDQ quality of an entry where its list states one.
	// Zero: DefaultMinQuality. AnyQuality: no bound. At most 100.
	MinQuality int

	// MaxRecord bounds the bytes of a line, of a JSON record, and of an XML
	// record with its feedback. Zero: DefaultMaxRecord. At least 256.
	MaxRecord int

	// OnBroken, if set, is called for each broken record that Lenient mode skips,
	// in order. (The Summary keeps only the first MaxErrors.)
	OnBroken func(*SyntaxError)
}

// withDefaults returns c with its zero values filled in, or an error that wraps
// ErrConfig.
func (c Config) withDefaults() (Config, error) {
	if c.MinQuality == 0 {
		c.MinQuality = DefaultMinQuality
	}
	if c.MaxRecord == 0 {
		c.MaxRecord = DefaultMaxRecord
	}
	switch {
	case c.Format >= numFormats:
		return c, fmt.Errorf("%w: %v", ErrConfig, c.Format)
	case c.Hash >= numHashKinds:
		return c, fmt.Errorf("%w: %v", ErrConfig, c.Hash)
	case c.Mode > Lenient:
		return c, fmt.Errorf("%w: %v", ErrConfig, c.Mode)
	case c.MinQuality < AnyQuality || c.MinQuality > 100:
		return c, fmt.Errorf("%w: minimum quality %d, want 1 to 100, or AnyQuality", ErrConfig, c.MinQuality)
	case c.MaxRecord < minMaxRecord:
		return c, fmt.Errorf("%w: record limit of %d bytes, want at least %d", ErrConfig, c.MaxRecord, minMaxRecord)
	}
	return c, nil
}
