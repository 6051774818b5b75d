package main

import "unsafe"

// here is this instance's state. A reactor has no other place for it.
var here boundary

//go:wasmexport vh_input
func vhInput(n int32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(here.Room(n))) }

//go:wasmexport vh_result_pointer
func vhResultPointer() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(here.Result)) }

//go:wasmexport vh_result_length
func vhResultLength() int32 { return int32(len(here.Result)) }

//go:wasmexport vh_export
func vhExport(account, passphrase int32) int32 { return here.export(account, passphrase) }

//go:wasmexport vh_import
func vhImport(text, passphrase int32) int32 { return here.importText(text, passphrase) }

func main() {}
