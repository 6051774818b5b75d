package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/veilhash/veilhash/sdk/hashlist"
	"github.com/veilhash/veilhash/sdk/imagehash"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
)

// pictureSuffixes are the names that a folder is searched for.
var pictureSuffixes = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"}

// findPictures lists the files named, and those below the folders named that look like pictures. A folder below one of these that cannot be read is in unread, with the
// reason, and the rest goes on; one that was named and cannot be read is an error.
func findPictures(paths []string) (files []string, unread []unreadFolder, err error) {
	for _, root := range paths {
		// A link to a folder is walked like the folder; links below it are not followed.
		if info, err := os.Stat(root); err == nil && info.IsDir() {
			root += string(filepath.Separator)
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil && path != root && d.IsDir() {
				unread = append(unread, unreadFolder{filepath.Clean(path), err})
				return nil // with what could be read of it
			}
			if err != nil || d.IsDir() {
				return err
			}
			if path == root || isPicture(path) && d.Type()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice) == 0 {
				files = append(files, filepath.Clean(path))
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return files, unread, nil
}

// An unreadFolder is a folder whose pictures could not be listed, and why.
type unreadFolder struct {
	path string
	err  error
}

// reason says what is wrong without the path again.
func (f unreadFolder) reason() error {
	if p := (*fs.PathError)(nil); errors.As(f.err, &p) {
		return fmt.Errorf("folder cannot be read: %w", p.Err)
	}
	return fmt.Errorf("folder cannot be read: %w", f.err)
}

func (a *app) warnUnread(folders []unreadFolder) {
	for _, f := range folders {
		a.warn("%s: %v", f.path, f.reason())
	}
}

func isPicture(path string) bool {
	suffix := strings.ToLower(filepath.Ext(path))
	for _, s := range pictureSuffixes {
		if s == suffix {
			return true
		}
	}
	return false
}

// hashPicture hashes a file as it is.
func hashPicture(file string, hasher imagehash.Hasher) (imagehash.Features, error) {
	_, features, err := hashFile(file, hasher)
	return features, err
}

// hashFile decodes and hashes a file.
func hashFile(file string, hasher imagehash.Hasher) (*decode.Picture, imagehash.Features, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, imagehash.Features{}, err
	}
	defer f.Close()
	p, err := decode.DecodeReader(f, decode.Limits{})
	if err != nil {
		return nil, imagehash.Features{}, refused(fmt.Errorf("%s: %w", file, err))
	}
	views, err := p.Hash(hasher)
	if err != nil {
		return nil, imagehash.Features{}, refused(fmt.Errorf("%s: %w", file, err))
	}
	return p, views[0].Features, nil
}

// hashImages makes a list of the pictures named. Those that cannot be read are reported and counted, and the rest goes on.
func (c *setBuildCommand) hashImages(a *app, h *hashing, v *variants) (*hashlist.List, error) {
	files, unread, err := findPictures(c.Images)
	if err != nil {
		return nil, err
	}
	a.warnUnread(unread)
	collector := hashlist.NewCollector("pictures")
	unreadable, poor := 0, 0
	bar := a.progress("hashing")
	for i, file := range files {
		if err := a.ctx.Err(); err != nil {
			return nil, err
		}
		bar.update(i, len(files))
		p, features, err := hashFile(file, h.list)
		switch {
		case err != nil:
			a.warn("%v", err)
			unreadable++
			continue
		case features.Quality < c.Quality:
			a.warn("%s: left out: quality %d is below %d", file, features.Quality, c.Quality)
			poor++
			continue
		}
		e := hashlist.Entry{PDQ: hashlist.PDQ(features.Hash), Source: "pictures", ID: file, Quality: features.Quality}
		if err := collector.Add(hashlist.Record{Op: hashlist.OpAdd, Entry: e}); err != nil {
			return nil, err
		}
		if err := v.add(p, h.list, features.Hash); err != nil {
			return nil, refused(fmt.Errorf("%s: %w", file, err))
		}
	}
	bar.update(len(files), len(files))
	bar.done()
	a.remark("pictures: %d files, %d hashed, %d unreadable, %d below quality %d", len(files), len(files)-unreadable-poor, unreadable, poor, c.Quality)
	if len(unread) > 0 {
		a.remark("pictures: folders that could not be read: %d; what is in them is not in the set", len(unread))
	}
	if len(files) == 0 {
		return nil, refused(errors.New("there is no picture in " + strings.Join(c.Images, ", ")))
	}
	return collector.List(), nil
}
