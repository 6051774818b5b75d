package main

import (
	"syscall/js"
	"time"
	"unsafe"
)

// The same exports under GOOS=js, as properties of globalThis.veilhashJS. Nothing uses them but web/bench/host.mjs, which measures why
// the scanner is built for wasip1 (docs/performance.md).
func main() {
	here := &boundary{clock: func() int64 { return time.Now().Unix() }}
	exports := js.Global().Get("Object").New()
	export := func(name string, f func(a [6]int32) any) {
		exports.Set(name, js.FuncOf(func(_ js.Value, args []js.Value) any {
			var a [6]int32
			for i, v := range args {
				a[i] = int32(v.Int())
			}
			return f(a)
		}))
	}
	export("vh_input", func(a [6]int32) any { return uintptr(unsafe.Pointer(unsafe.SliceData(here.Room(a[0])))) })
	export("vh_result_pointer", func([6]int32) any { return uintptr(unsafe.Pointer(unsafe.SliceData(here.Result))) })
	export("vh_result_length", func([6]int32) any { return len(here.Result) })
	export("vh_account_new", func(a [6]int32) any { return here.accountNew(a[0]) })
	export("vh_trust", func(a [6]int32) any { return here.trust(a[0], a[1], a[2], a[3], a[4], a[5]) })
	export("vh_open", func(a [6]int32) any { return here.open(a[0], a[1]) })
	export("vh_leaves", func(a [6]int32) any { return here.leaves(a[0], a[1], a[2]) })
	export("vh_check_block", func(a [6]int32) any { return here.checkBlock(a[0], a[1], a[2], a[3]) })
	export("vh_begin", func(a [6]int32) any { return here.begin(a[0], a[1]) })
	export("vh_write_rows", func(a [6]int32) any { return here.writeRows(a[0], a[1]) })
	export("vh_end_pass", func(a [6]int32) any { return here.endPass(a[0]) })
	export("vh_fail", func(a [6]int32) any { return here.giveUp(a[0]) })
	export("vh_features", func(a [6]int32) any { return here.features(a[0]) })
	export("vh_lookups", func(a [6]int32) any { return here.lookups(a[0]) })
	export("vh_provide", func(a [6]int32) any { return here.provide(a[0], a[1], a[2], a[3], a[4]) })
	export("vh_seal", func(a [6]int32) any { return here.seal(a[0], a[1], a[2], a[3], a[4]) })
	export("vh_acknowledge", func(a [6]int32) any { return here.acknowledge(a[0]) })
	export("vh_abandon", func(a [6]int32) any { return here.abandon(a[0]) })
	export("vh_resume", func(a [6]int32) any { return here.resume(a[0]) })
	export("vh_sent", func([6]int32) any { return here.sent() })
	export("vh_release", func(a [6]int32) any { here.release(a[0]); return nil })
	js.Global().Set("veilhashJS", exports)
	select {}
}
