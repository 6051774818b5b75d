// Package lp builds the length-prefixed strings that every hash input of the protocol is made of
// (docs/protocol.md, section 1): lp(x) = I2OSP(len(x), 2) ‖ x. The prefixes make the
// concatenation injective, so that two different lists of fields never hash alike.
package lp

import "encoding/binary"

// Max is the longest string that a length prefix can hold, in bytes.
const Max = 1<<16 - 1

// Append appends lp(x) to dst. It panics if x is longer than Max: callers bound what
// comes from outside before they hash it.
func Append(dst, x []byte) []byte {
	if len(x) > Max {
		panic("lp: string longer than 65535 bytes")
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(x)))
	return append(dst, x...)
}

// AppendString is Append for a string.
func AppendString(dst []byte, x string) []byte {
	if len(x) > Max {
		panic("lp: string longer than 65535 bytes")
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(x)))
	return append(dst, x...)
}

// Label starts a hash input: lp("veilhash/v0/" ‖ name), with room for n bytes more.
func Label(name string, n int) []byte {
	const prefix = "veilhash/v0/"
	dst := make([]byte, 0, 2+len(prefix)+len(name)+n)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(prefix)+len(name)))
	dst = append(dst, prefix...)
	return append(dst, name...)
}
