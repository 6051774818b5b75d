package main

import (
	"errors"
	"fmt"

	"github.com/veilhash/veilhash/sdk/imagehash/classic"
)

type hashCommand struct {
	Files  []string `arg:"" help:"Pictures, or folders of them."`
	Hasher string   `default:"pdq-canonical" placeholder:"NAME" help:"pdq-canonical, pdq-cpp, pdq-full, or goimagehash's phash-64, phash-256, dhash-64, dhash-256, ahash-64, ahash-256 (${default})."`
}

func (hashCommand) Help() string {
	return `A line hex,quality,file for each picture, as Meta's hasher prints it. Implementations of PDQ scale pictures in different ways,
so their hashes differ; pdq-cpp agrees with Meta's C++ program. The quality is PDQ's, whatever the hash.

Examples:
  veilhash hash photo.jpg
  veilhash hash --hasher pdq-cpp photos > list.csv
  veilhash hash --hasher phash-64 photos > list.csv`
}

func (c *hashCommand) Run(a *app) error {
	hasher, err := classic.Parse(c.Hasher)
	if err != nil {
		return &exitError{exitUsage, err, ""}
	}
	files, unread, err := findPictures(c.Files)
	if err != nil {
		return err
	}
	a.warnUnread(unread)
	type line struct {
		File    string `json:"file"`
		Hash    string `json:"hash"`
		Quality int    `json:"quality"`
	}
	lines, failed := []line{}, 0
	bar := a.progress("hashing")
	for i, file := range files {
		if err := a.ctx.Err(); err != nil {
			return err
		}
		features, err := hashPicture(file, hasher)
		if err != nil {
			fmt.Fprintln(a.err, "veilhash:", err)
			failed++
			continue
		}
		l := line{file, features.Hash.Digits(hasher.Bits()), features.Quality}
		if a.json {
			lines = append(lines, l)
		} else {
			fmt.Fprintf(a.out, "%s,%d,%s\n", l.Hash, l.Quality, l.File)
		}
		bar.update(i+1, len(files))
	}
	bar.done()
	if a.json {
		if err := a.print(map[string]any{"hasher": hasher.Name(), "pictures": lines, "failed": failed}, ""); err != nil {
			return err
		}
	}
	if failed > 0 {
		return refused(fmt.Errorf("%d of %d pictures were refused", failed, len(files)))
	}
	if len(unread) > 0 {
		return refused(fmt.Errorf("folders that could not be read: %d", len(unread)))
	}
	if len(files) == 0 {
		return refused(errors.New("there is no picture to hash"))
	}
	return nil
}
