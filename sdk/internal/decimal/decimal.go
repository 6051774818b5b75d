// Package decimal reads numbers in their one form: decimal digits without sign or leading zeros. (strconv's parsers accept more forms, and
// their errors quote what was refused: with the tables of printable characters that is 18 KB which a browser would have to download.)
package decimal

// Parse reads a number of at most max.
func Parse(s string, max uint64) (n uint64, ok bool) {
	if s == "" || s[0] == '0' && s != "0" {
		return 0, false
	}
	for i := range len(s) {
		digit := uint64(s[i]) - '0' // wraps below '0'
		if digit > 9 || n > max/10 || digit > max-10*n {
			return 0, false
		}
		n = 10*n + digit
	}
	return n, true
}
