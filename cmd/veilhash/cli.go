package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
	"golang.org/x/term"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1 // something outside went wrong: a file, a port, the disk
	exitUsage   = 2 // the command line is not understood
	exitRefused = 3 // an input was refused: a picture, a list, a voucher, a key file
	exitVerify  = 4 // a check failed: a set, a proof, a signature
)

// commands is the command line. Kong gives each flag an environment twin, VEILHASH_ and its name in upper case.
type commands struct {
	JSON  bool `help:"Print one JSON object instead of text."`
	Quiet bool `help:"No progress bar and no remarks."`

	Hash      hashCommand      `cmd:"" help:"Print the perceptual hash of pictures."`
	Key       keyCommand       `cmd:"" help:"Operator's keys."`
	Account   accountCommand   `cmd:"" help:"An account's secret."`
	Set       setCommand       `cmd:"" help:"Blinded sets."`
	Curator   curatorCommand   `cmd:"" help:"A curator's key."`
	Endorse   endorseCommand   `cmd:"" help:"Check a set without its key, and sign it, as a curator does."`
	Seal      sealCommand      `cmd:"" help:"Seal a voucher for each picture, as a client does."`
	Open      openCommand      `cmd:"" help:"Try to open vouchers, as the operator does."`
	Threshold thresholdCommand `cmd:"" help:"Choose the number of matches below which payloads stay closed."`
	Eval      evalCommand      `cmd:"" help:"Measure on pictures what is found and how often that is wrong."`
	Canary    canaryCommand    `cmd:"" help:"Check from end to end that pictures are found, with the public test card."`
	Log       logCommand       `cmd:"" help:"The public log of sets and code: write it, witness it, check a set against it, watch it."`
	Audit     auditCommand     `cmd:"" help:"Blind questions of accredited auditors, under quotas that a public ledger tallies."`
	Release   releaseCommand   `cmd:"" help:"Check that the code that is served is what the source gives."`
	Serve     serveCommand     `cmd:"" help:"Run the server: set distribution, ingest, matching."`
	Store     storeCommand     `cmd:"" help:"The server's database: schema and rights of PostgreSQL, backups of SQLite."`
	App       appCommand       `cmd:"" help:"The applications that may send vouchers, and their keys."`
	Demo      demoCommand      `cmd:"" help:"Everything at once, on sample pictures."`
}

const description = `Private image matching: pictures are checked against a blinded hash set on the device that has them.

Exit codes: 0 ok, 1 failed, 2 usage, 3 input refused, 4 verification failed.
Every flag has an environment twin: --out is VEILHASH_OUT.`

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// An app is what every command has at hand.
type app struct {
	streams
	ctx   context.Context
	json  bool
	quiet bool
}

// exitError is an error with the exit code that it means and, for some, a hint what to do.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func refused(err error) error { return &exitError{code: exitRefused, err: err} }

func hinted(err error, hint string) error {
	code := exitFailed
	var e *exitError
	if errors.As(err, &e) {
		code = e.code
	}
	return &exitError{code, err, hint}
}

// run is the whole program, but for the process it runs in.
func run(ctx context.Context, args []string, s streams) (code int) {
	var cli commands
	exited := -1
	file := new(configFile)
	parser, err := kong.New(&cli,
		kong.Bind(file),
		kong.Name("veilhash"),
		kong.Description(description),
		kong.Writers(s.out, s.err),
		kong.DefaultEnvars("VEILHASH"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.Exit(func(code int) { exited = code }),
	)
	if err != nil {
		fmt.Fprintln(s.err, "veilhash:", err)
		return exitUsage
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help has printed
	}
	if err != nil {
		fmt.Fprintf(s.err, "veilhash: %v\nTry veilhash --help, or veilhash COMMAND --help.\n", err)
		return exitUsage
	}
	a := &app{streams: s, ctx: ctx, json: cli.JSON, quiet: cli.Quiet}
	if err := command.Run(a); err != nil {
		return a.fail(err)
	}
	return exitOK
}

// fail prints an error, and what to do about it.
func (a *app) fail(err error) int {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(a.err, "veilhash: interrupted; nothing was left half-written")
		return exitFailed
	}
	code := exitFailed
	var e *exitError
	if errors.As(err, &e) {
		code = e.code
	}
	fmt.Fprintln(a.err, "veilhash:", err)
	if e != nil && e.hint != "" {
		fmt.Fprintln(a.err, "  "+e.hint)
	}
	return code
}

// remark says something that is no result.
func (a *app) remark(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.err, format+"\n", args...)
	}
}

// warn says something that the user should not miss.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.err, "warning: "+format+"\n", args...)
}

// print writes a result: v as JSON if that is asked for, else the text.
func (a *app) print(v any, text string) error {
	if !a.json {
		_, err := io.WriteString(a.out, text)
		return err
	}
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// onTerminal reports whether talk goes to a person's terminal.
func (a *app) onTerminal() bool {
	f, ok := a.err.(*os.File)
	return ok && !a.quiet && term.IsTerminal(int(f.Fd()))
}
