// Command veilhash is Veilhash at the command line: it hashes pictures, builds blinded sets, seals and opens vouchers, and
// runs the server. Results go to stdout, talk to stderr.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}
