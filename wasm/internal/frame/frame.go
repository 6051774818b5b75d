// Package frame is what the WebAssembly modules of this project have in common: bytes come in through one buffer and go out through one result,
// and every call answers with a status. wasm/scanner/doc.go specifies it.
package frame

import "errors"

// Faults of a module and its caller. A wrapper that keeps to the specification never meets them.
var (
	// ErrInput: a call says that it takes more bytes than were put in.
	ErrInput = errors.New("wasm: the input is shorter than the call says")

	// ErrPanic: the call ended in a panic. What it said may hold anything, and stays inside.
	ErrPanic = errors.New("wasm: internal fault")
)

// maxInput bounds what a caller may ask room for: a strip of the widest picture, with a wide margin.
const maxInput = 64 << 20

// A Frame holds a module's input and result. The zero value is ready.
type Frame struct {
	// Result is what the last call has to say beside its status. A call appends to it.
	Result []byte

	input []byte
}

// Room makes the input n bytes long, or as long as it may be: a call that takes more then fails.
func (f *Frame) Room(n int32) []byte {
	size := min(max(int(n), 0), maxInput)
	if size > cap(f.input) {
		f.input = make([]byte, size)
	}
	f.input = f.input[:size]
	return f.input
}

// Take cuts the input into byte strings of the given lengths. The error is ErrInput.
func (f *Frame) Take(lengths ...int32) ([][]byte, error) {
	parts := make([][]byte, len(lengths))
	rest := f.input
	for i, n := range lengths {
		if n < 0 || int(n) > len(rest) {
			return nil, ErrInput
		}
		parts[i], rest = rest[:n:n], rest[n:]
	}
	return parts, nil
}

// Wipe clears the input, which may hold secrets.
func (f *Frame) Wipe() { clear(f.input[:cap(f.input)]) }

// Run is every call's frame: it clears the result, and turns errors and panics into a status below zero and a result that holds the error's code.
func (f *Frame) Run(code func(error) string, call func() (int32, error)) (status int32) {
	f.Result = f.Result[:0]
	defer func() {
		if recover() != nil {
			status = f.fail(code, ErrPanic)
		}
	}()
	status, err := call()
	if err != nil {
		return f.fail(code, err)
	}
	return status
}

func (f *Frame) fail(code func(error) string, err error) int32 {
	f.Result = append(f.Result[:0], code(err)...)
	f.Result = append(f.Result, 0)
	f.Result = append(f.Result, err.Error()...)
	return -1
}
