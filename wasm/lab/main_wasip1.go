package main

import "unsafe"

// here is this instance's state. A reactor has no other place for it.
var here = newBoundary()

//go:wasmexport vl_input
func vlInput(n int32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(here.room(int(n)))) }

//go:wasmexport vl_call
func vlCall(n int32) { here.call(int(n)) }

//go:wasmexport vl_result_pointer
func vlResultPointer() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(here.result)) }

//go:wasmexport vl_result_length
func vlResultLength() int32 { return int32(len(here.result)) }

func main() {}
