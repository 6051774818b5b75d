// Command soak lets real processes of `veilhash serve`, an ingest and a matcher that share nothing but the database, live through what happens to servers: kill -9 at random
// moments under load, crashes of the database, a full disk. Then it compares what they have left behind with a run in which nothing went wrong, voucher by voucher: every
// acknowledged voucher is there, none counts twice, the same accounts are open, the same evidence is kept. Apart from that it sends many vouchers and looks at memory.
//
//	go run ./internal/soak -store sqlite -vouchers 60000 -kills 100 -fulls 2           # faults
//	go run ./internal/soak -store postgres -vouchers 60000 -kills 100 -restarts 5 -fulls 2
//	go run ./internal/soak -store sqlite -vouchers 1000000 -memory                       # memory
//
// The seed that is printed decides which process is hit and after how many vouchers; -seed repeats it. The exact moment is the machine's.
// Filling a disk needs a file system of its own, and so root: without it say -fulls 0.
package main
