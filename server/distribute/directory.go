package distribute

import (
	"context"
	"errors"
	"os"
	"time"
)

// A directory is a set's files in a directory. What it opens is a regular file that lies in the directory itself.
type directory string

// Open implements [Files].
func (d directory) Open(_ context.Context, name string) (File, error) {
	f, err := os.OpenInRoot(string(d), name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("distribute: not a regular file")
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return osFile{f, info.ModTime()}, nil
}

type osFile struct {
	*os.File
	modified time.Time
}

// ModTime implements [File].
func (f osFile) ModTime() time.Time { return f.modified }
