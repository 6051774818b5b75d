package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/server/translog"
)

type releaseCommand struct {
	Digest releaseDigestCommand `cmd:"" help:"Print the digests of the code that clients load."`
	Verify releaseVerifyCommand `cmd:"" help:"Rebuild the code from source, and compare it with what is served and what is logged."`
}

type releaseDigestCommand struct {
	Dir string `arg:"" help:"The files as they are served, for instance web/dist."`
}

func (releaseDigestCommand) Help() string {
	return `Lists scripts, styles, pages and WebAssembly with their SHA-256, as an entry of the log has them. Maps and compressed copies are left out: they are not run.

Example:
  veilhash release digest web/dist`
}

func (c *releaseDigestCommand) Run(a *app) error {
	files, err := releaseFiles(c.Dir)
	if err != nil {
		return err
	}
	var s strings.Builder
	list := make(map[string]string)
	for _, f := range files {
		list[f.Name] = fmt.Sprintf("%x", f.Digest)
		fmt.Fprintf(&s, "%x  %s\n", f.Digest, f.Name)
	}
	return a.print(list, s.String())
}

// isCode reports whether a browser runs a file, or takes from it what it runs.
func isCode(name string) bool {
	return slices.Contains([]string{".js", ".wasm", ".html", ".css"}, filepath.Ext(name))
}

// releaseFiles are the files of a release with their digests, by name.
func releaseFiles(dir string) (files []trust.File, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isCode(path) {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		name := filepath.ToSlash(rel)
		if err == nil && !trust.ValidFileName(name) {
			err = fmt.Errorf("%s: a log cannot name this file", path)
		}
		files = append(files, trust.File{Name: name, Digest: sha256.Sum256(b)})
		return err
	})
	if err == nil && len(files) == 0 {
		err = refused(fmt.Errorf("there is no code in %s", dir))
	}
	slices.SortFunc(files, func(x, y trust.File) int { return strings.Compare(x.Name, y.Name) })
	return files, err
}

type releaseVerifyCommand struct {
	Place  string `arg:"" help:"What is served: a directory, or an address."`
	Source string `placeholder:"DIR" help:"The project's source, to rebuild from; without it only what is logged is compared."`
	Log    string `placeholder:"PLACE" help:"The log's directory or address."`
	Policy string `placeholder:"FILE" help:"The policy that clients have, a file or an address, to check the log with."`
}

func (releaseVerifyCommand) Help() string {
	return `Rebuilds the code from source (it needs Go and Node), and compares every file with the one that is served; and, with a log, with what its last entry says. Anyone can run
it: the build is the same byte for byte wherever it is done.

Examples:
  veilhash release verify --source . https://chat.example/scanner
  veilhash release verify --source . --log https://example.org/log --policy policy web/dist`
}

func (c *releaseVerifyCommand) Run(a *app) error {
	if c.Source == "" && c.Log == "" {
		return &exitError{code: exitUsage, err: errors.New("name what to compare with: --source DIR, --log PLACE or both")}
	}
	if (c.Log == "") != (c.Policy == "") {
		return &exitError{code: exitUsage, err: errors.New("--log and --policy go together: the policy says whose log it is")}
	}
	var s strings.Builder
	served := translog.OpenSource(c.Place)
	if c.Source != "" {
		built, err := rebuild(a, c.Source)
		if err != nil {
			return err
		}
		if err := c.compare(a.ctx, served, built, "the source gives another"); err != nil {
			return err
		}
		fmt.Fprintf(&s, "All %d files that are served are what the source in %s gives.\n", len(built), c.Source)
	}
	if c.Log != "" {
		p, err := a.readPolicy(c.Policy)
		if err != nil {
			return err
		}
		r, err := (&translog.Monitor{Policy: &p.Log}).Look(a.ctx, translog.OpenSource(c.Log), nil)
		var alarm *translog.Alarm
		if errors.As(err, &alarm) {
			return &exitError{exitVerify, err, "The log itself is not as it must be."}
		}
		if err != nil {
			return err
		}
		if r.Last == nil || len(r.Last.Files) == 0 {
			return &exitError{exitVerify, errors.New("the log's last entry names no code"), "Log it with: veilhash log append --release DIR"}
		}
		if err := c.compare(a.ctx, served, r.Last.Files, "the log has another"); err != nil {
			return err
		}
		fmt.Fprintf(&s, "All %d files that are served are those of the latest entry, of %d, of the log %s.\n", len(r.Last.Files), r.Size, r.Log)
	}
	return a.print(map[string]bool{"ok": true}, "ok\n"+s.String())
}

// compare fetches every file and compares its digest.
func (c *releaseVerifyCommand) compare(ctx context.Context, served translog.Source, want []trust.File, otherwise string) error {
	for _, f := range want {
		b, err := served.ReadFile(ctx, f.Name)
		if errors.Is(err, translog.ErrMissing) {
			return &exitError{exitVerify, fmt.Errorf("%s is not served", f.Name), ""}
		}
		if err != nil {
			return err
		}
		if got := sha256.Sum256(b); got != f.Digest {
			return &exitError{exitVerify, fmt.Errorf("%s: %s\n  served    %x\n  expected  %x", f.Name, otherwise, got, f.Digest), "Do not use this code, and tell others."}
		}
	}
	if dir, ok := served.(translog.Dir); ok { // an address cannot be asked what else is there
		all, err := releaseFiles(string(dir))
		if err != nil {
			return err
		}
		for _, f := range all {
			if !slices.ContainsFunc(want, func(w trust.File) bool { return w.Name == f.Name }) {
				return &exitError{exitVerify, fmt.Errorf("%s is served, and should not be there", f.Name), "Do not use this code, and tell others."}
			}
		}
	}
	return nil
}

// rebuild builds the web package in a copy of the source, and returns the files' digests.
func rebuild(a *app, source string) ([]trust.File, error) {
	if _, err := os.Stat(filepath.Join(source, "web", "build.mjs")); err != nil {
		return nil, hinted(fmt.Errorf("%s is not the project's source", source), "Name the folder that holds go.mod and web with --source.")
	}
	dir, err := os.MkdirTemp("", "veilhash-release-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(source)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		skip := []string{".git", ".cache", "node_modules", "bin", "dist", ".build"}
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(skip, d.Name()):
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(dir, path), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		b, err := root.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, path), b, info.Mode().Perm())
	})
	if err != nil {
		return nil, err
	}
	a.remark("rebuilding from %s; this takes a minute", source)
	build := exec.CommandContext(a.ctx, filepath.Join(dir, "scripts", "web.sh"), "build")
	build.Stdout, build.Stderr = a.err, a.err
	build.Dir = dir
	build.Env = append(os.Environ(), "VEILHASH_UNCOMPRESSED=1")
	if err := build.Run(); err != nil {
		return nil, hinted(fmt.Errorf("the source does not build: %w", err), "It needs Go 1.26, Node 20 and npm.")
	}
	return releaseFiles(filepath.Join(dir, "web", "dist"))
}
