//go:build js && wasm

package main

import (
	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare/cron"
	"github.com/syumai/workers/cloudflare/queues"
)

// A new instance starts for every event, so nothing is prepared before it is known which event it is.
func main() {
	queues.ConsumeNonBlock(func(*queues.MessageBatch) error { return drain() })
	cron.ScheduleTaskNonBlock(func(ctxt) error {
		_ = drain() // it has logged why; an error here would panic, and the next tick tries again anyway
		return nil
	})
	workers.ServeNonBlock(handler{})
	workers.Ready()
	select {} // what goes on after the answer, such as telling the queue, must not find the program ended
}
