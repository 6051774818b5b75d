//go:build linux

package main

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/veilhash/veilhash/sdk/voucher"
)

func bindingOf(i int) voucher.Binding {
	return voucher.Binding{Account: fmt.Sprint("account-", i%1000), Message: fmt.Sprint("message-", i)}
}

// print prints the settings, then a line for each measurement, then what was asked for.
func (b *bench) print() {
	r := b.report
	fmt.Printf("%s/%s, %d processors for generator, server and database, %s%s\n", runtime.GOOS, runtime.GOARCH, r.Processors, r.Go, commit())
	fmt.Printf("%d connections, one voucher of %d bytes (%d probes) a request, acknowledged when it is durable\n", r.Connections, r.VoucherBytes, r.Probes)
	names := make([]string, 0, len(r.Settings))
	for name := range r.Settings {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Printf("%s: %s\n", name, r.Settings[name])
	}
	fmt.Printf("\n%-10s %-30s %10s %10s   µs of processor time a voucher\n", "", "", "vouchers", "a second")
	for _, f := range r.Figures {
		fmt.Printf("%-10s %-30s %10d %10.0f   veilhash %.0f, database %.0f, generator %.0f", f.Store, f.What, f.Vouchers, f.Rate, f.ServerCPU, f.StoreCPU, f.OwnCPU)
		if f.Matched > 0 {
			fmt.Printf("; matched meanwhile: %.0f a second", float64(f.Matched)/f.Seconds)
		}
		if f.Share > 0 {
			fmt.Printf("; %.0f %% of it in multiplications", 100*f.Share)
		}
		if f.Bytes > 0 {
			fmt.Printf("; %.0f bytes stored", f.Bytes)
		}
		if f.Busy > 0 {
			fmt.Printf("; %d answers 429", f.Busy)
		}
		fmt.Println()
	}
	fmt.Println("\nasked for on two processors: ingest alone 5000 a second on SQLite, 3000 on PostgreSQL")
}
