package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// configFlag names a configuration file: TOML whose keys are the command's flags, without the dashes. What the command line says counts more than what the
// environment says, and that more than the file.
type configFlag string

// notInFile are the flags that a configuration file cannot have.
var notInFile = []string{"help", "config", "check-config"}

// A configFile is the configuration file of a command, as a resolver of flags. What is wrong with it is collected, so that all of it can be told at once.
type configFile struct {
	name     string
	values   map[string]any
	problems []error
}

var _ kong.Resolver = (*configFile)(nil)

// BeforeResolve reads the file, before flags that are not on the command line get their values.
func (configFlag) BeforeResolve(file *configFile, ctx *kong.Context, trace *kong.Path) error {
	command := ctx.Selected()
	if command == nil || !slices.Contains(command.Flags, trace.Flag) {
		return nil // the environment names a file, but not to this command
	}
	name, _ := ctx.FlagValue(trace.Flag).(configFlag)
	if name == "" {
		return nil
	}
	file.read(string(name), append(slices.Clone(ctx.Model.Flags), command.Flags...))
	ctx.AddResolver(file)
	return nil
}

// read reads the file and checks its keys against flags.
func (f *configFile) read(name string, flags []*kong.Flag) {
	f.name = name
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		f.refuse("there is no such file")
		return
	}
	if err != nil {
		f.problems = append(f.problems, err)
		return
	}
	var values map[string]any
	if err := toml.Unmarshal(b, &values); err != nil {
		f.refuse("%w", tomlError(err))
		return
	}
	known := make(map[string]*kong.Flag)
	for _, flag := range flags {
		if !slices.Contains(notInFile, flag.Name) {
			known[flag.Name] = flag
		}
	}
	f.values = make(map[string]any)
	for _, key := range sortedKeys(values) {
		flag := known[key]
		if flag == nil {
			f.refuse("%q is no key; did you mean %q?", key, nearest(key, sortedKeys(known)))
			continue
		}
		if v, err := flagValue(flag, values[key]); err != nil {
			f.refuse("%s: %w", key, err)
		} else {
			f.values[key] = v
		}
	}
	if info, err := os.Stat(name); err == nil && info.Mode().Perm()&0o004 != 0 && holdsPassword(fmt.Sprint(f.values["store"])) {
		f.refuse("store: holds a password, and everyone can read the file; restrict it with: chmod 600 %s", name)
	}
}

func (f *configFile) refuse(format string, args ...any) {
	f.problems = append(f.problems, refused(fmt.Errorf(f.name+": "+format, args...)))
}

// tomlError is the parser's error in one line. It quotes nothing of the file but a key.
func tomlError(err error) error {
	var e toml.ParseError
	if errors.As(err, &e) {
		return fmt.Errorf("line %d: %s", e.Position.Line, e.Message)
	}
	return err
}

// flagValue is a file's value in the type that its flag takes.
func flagValue(flag *kong.Flag, v any) (any, error) {
	switch {
	case flag.IsBool():
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, errors.New("is true or false, without quotes")
	case flag.IsSlice():
		list, ok := v.([]any)
		if !ok {
			return nil, errors.New(`is a list of texts: ["…", "…"]`)
		}
		for _, item := range list {
			if text, ok := item.(string); !ok {
				return nil, errors.New(`is a list of texts: ["…", "…"]`)
			} else if err := checkEnum(flag, text); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	switch v := v.(type) {
	case string:
		return v, checkEnum(flag, v)
	case int64:
		return fmt.Sprint(v), nil
	}
	return nil, errors.New("is a text in quotes, or a whole number")
}

func checkEnum(flag *kong.Flag, text string) error {
	if allowed := flag.EnumSlice(); len(flag.Enum) > 0 && !slices.Contains(allowed, text) {
		return fmt.Errorf("%q is none of %s", text, strings.Join(allowed, ", "))
	}
	return nil
}

// Validate implements [kong.Resolver]. What is wrong is told by the command, which may have more to say.
func (f *configFile) Validate(*kong.Application) error { return nil }

// Resolve implements [kong.Resolver]: the file's value for a flag that is neither on the command line, which kong sees to, nor in the environment.
func (f *configFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	return f.values[flag.Name], nil
}

// nearest is the candidate with the fewest letters to change, the first of several.
func nearest(text string, candidates []string) (best string) {
	least := -1
	for _, c := range candidates {
		if d := editDistance(text, c); least < 0 || d < least {
			best, least = c, d
		}
	}
	return best
}

// editDistance is Levenshtein's.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// holdsPassword reports whether a database's address has a password in it.
func holdsPassword(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return strings.Contains(address, "password")
	}
	_, set := u.User.Password()
	return set || u.Query().Has("password")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
