package main

import "unsafe"

// here is this instance's state. A reactor has no other place for it.
var here = boundary{clock: now}

// now reads the host's clock. Package time would cost more than all that it is needed for.
func now() int64 {
	const realtime = 0
	var ns uint64
	if clockTimeGet(realtime, 1e9, &ns) != 0 {
		return 0
	}
	return int64(ns / 1e9)
}

//go:wasmimport wasi_snapshot_preview1 clock_time_get
//go:noescape
func clockTimeGet(clock uint32, precision uint64, ns *uint64) uint32

//go:wasmexport vh_input
func vhInput(n int32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(here.Room(n))) }

//go:wasmexport vh_result_pointer
func vhResultPointer() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(here.Result)) }

//go:wasmexport vh_result_length
func vhResultLength() int32 { return int32(len(here.Result)) }

//go:wasmexport vh_account_new
func vhAccountNew(previous int32) int32 { return here.accountNew(previous) }

//go:wasmexport vh_trust
func vhTrust(manifest, policy, endorsement, proof, seen, consistency int32) int32 {
	return here.trust(manifest, policy, endorsement, proof, seen, consistency)
}

//go:wasmexport vh_open
func vhOpen(manifest, account int32) int32 { return here.open(manifest, account) }

//go:wasmexport vh_leaves
func vhLeaves(layer, shard, n int32) int32 { return here.leaves(layer, shard, n) }

//go:wasmexport vh_check_block
func vhCheckBlock(layer, shard, block, n int32) int32 { return here.checkBlock(layer, shard, block, n) }

//go:wasmexport vh_begin
func vhBegin(width, height int32) int32 { return here.begin(width, height) }

//go:wasmexport vh_write_rows
func vhWriteRows(scan, n int32) int32 { return here.writeRows(scan, n) }

//go:wasmexport vh_end_pass
func vhEndPass(scan int32) int32 { return here.endPass(scan) }

//go:wasmexport vh_fail
func vhFail(scan int32) int32 { return here.giveUp(scan) }

//go:wasmexport vh_features
func vhFeatures(scan int32) int32 { return here.features(scan) }

//go:wasmexport vh_lookups
func vhLookups(scan int32) int32 { return here.lookups(scan) }

//go:wasmexport vh_provide
func vhProvide(scan, layer, shard, block, n int32) int32 {
	return here.provide(scan, layer, shard, block, n)
}

//go:wasmexport vh_seal
func vhSeal(scan, account, message, kind, payload int32) int32 {
	return here.seal(scan, account, message, kind, payload)
}

//go:wasmexport vh_acknowledge
func vhAcknowledge(n int32) int32 { return here.acknowledge(n) }

//go:wasmexport vh_abandon
func vhAbandon(n int32) int32 { return here.abandon(n) }

//go:wasmexport vh_resume
func vhResume(n int32) int32 { return here.resume(n) }

//go:wasmexport vh_sent
func vhSent() int32 { return here.sent() }

//go:wasmexport vh_release
func vhRelease(scan int32) { here.release(scan) }

func main() {}
