package main

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/veilhash/veilhash/sdk/hashlist"
)

// readLists reads lists of hashes, each [NAME=]FILE[,FILE].
func readLists(a *app, args []string, h *hashing, f *setFlags) ([]*hashlist.List, error) {
	var lists []*hashlist.List
	for _, arg := range args {
		name, files, named := strings.Cut(arg, "=")
		if !named {
			name, files = "", arg
		}
		cfg := hashlist.Config{Source: name, Hash: h.kind, MinQuality: f.Quality}
		if f.Quality == 0 {
			cfg.MinQuality = hashlist.AnyQuality
		}
		if f.Lenient {
			cfg.Mode = hashlist.Lenient
			cfg.OnBroken = func(e *hashlist.SyntaxError) { a.warn("%v", e) }
		}
		list, summary, err := hashlist.ReadFiles(cfg, strings.Split(files, ",")...)
		if err != nil {
			return nil, listError(err)
		}
		a.remark("%s", summary)
		lists = append(lists, list)
	}
	return lists, nil
}

// listError is what is said of a list that could not be read, with what would help, and only that.
func listError(err error) error {
	var bad *hashlist.SyntaxError
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return err
	case errors.Is(err, hashlist.ErrUnknownFormat):
		return hinted(refused(err), "Lists are plain text, CSV, NCMEC XML, or pages of StopNCII or ThreatExchange as the services send them.")
	case !errors.As(err, &bad):
		return refused(err)
	case bad.Fault == hashlist.FaultLength || bad.Fault == hashlist.FaultMissing && bad.Element == "":
		return hinted(refused(err), "If it is a list of another hash, name that with --list-hasher. To skip what is broken and go on, add --lenient.")
	case !bad.Separable():
		return hinted(refused(err), "This cannot be skipped, with --lenient either: fetch the file again, or convert it.")
	}
	return hinted(refused(err), "To skip what is broken and go on, add --lenient.")
}
