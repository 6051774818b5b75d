//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/veilhash/veilhash/internal/rig"
	"github.com/veilhash/veilhash/server/postgres"
	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// A place is a database for one run.
type place struct {
	args  []string // of serve
	open  func(context.Context) (store.Store, error)
	crash func() error                // the database alone, and starts it again; nil where it is no process of its own
	disk  *disk                       // nil where none can be filled
	slack func(context.Context) error // gives back what the database has taken of the disk and can use again without asking; nil where it does not matter
	close func() error
}

// newPlace makes an empty database. size is that of the disk that it lies on, in bytes; 0 means that no disk is to be filled.
func newPlace(kind, dir string, size int64) (p *place, err error) {
	p = &place{}
	var closers []func() error
	p.close = func() (err error) {
		for i := range closers {
			err = errors.Join(err, closers[len(closers)-1-i]())
		}
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if dir, err = os.MkdirTemp(dir, kind+"-"); err != nil {
		return p, err
	}
	if size > 0 {
		if p.disk, err = mount(filepath.Join(dir, "disk"), size); err != nil {
			return p, err
		}
		closers = append(closers, p.disk.unmount)
		dir = p.disk.dir
	}
	switch kind {
	case "sqlite":
		file := filepath.Join(dir, "veilhash.db")
		p.args = []string{"--database", file}
		p.open = func(ctx context.Context) (store.Store, error) { return sqlite.Open(ctx, sqlite.Config{Path: file}) }
		p.slack = func(ctx context.Context) error { return truncateLog(ctx, file) }
		return p, nil
	case "postgres":
		host := new(rig.Host)
		closers = append(closers, func() error { return host.Do(host.Close) })
		var server *pgtest.Server
		var url string
		err = host.Do(func() {
			server = pgtest.Start(host)
			if p.disk == nil {
				url = server.Database()
			}
		})
		if err != nil {
			return p, err
		}
		if p.disk != nil {
			if url, err = onDisk(server, p.disk.dir); err != nil {
				return p, err
			}
		}
		p.args = []string{"--store", url}
		p.open = func(ctx context.Context) (store.Store, error) { return postgres.Open(ctx, postgres.Config{URL: url}) }
		p.crash = func() error { return host.Do(func() { server.Crash(); server.Run() }) }
		return p, nil
	}
	return p, errors.New("there is no such store; name sqlite or postgres")
}

// truncateLog gives SQLite's log back to the file system: its length stays otherwise, and vouchers have room in it while the disk is full.
func truncateLog(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(1000)")
	if err != nil {
		return err
	}
	defer db.Close()
	var busy, pages, done int
	// Whether others are in the way, or the disk is full already, is no matter: it is tried again.
	if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done); ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	return nil
}

// onDisk makes a database whose tables lie in dir.
func onDisk(server *pgtest.Server, dir string) (url string, err error) {
	dir = filepath.Join(dir, "tables")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	info, err := os.Stat(fmt.Sprintf("/proc/%d", server.Pid()))
	if err != nil {
		return "", err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errors.New("the system does not say who PostgreSQL runs as")
	}
	if err := os.Chown(dir, int(owner.Uid), int(owner.Gid)); err != nil {
		return "", err
	}
	for _, text := range []string{"CREATE TABLESPACE soak LOCATION '" + dir + "'", "CREATE DATABASE soak TABLESPACE soak"} {
		if err := server.Exec("postgres", text); err != nil {
			return "", err
		}
	}
	return server.URL("owner", "soak"), nil
}

// A disk is a file system of its own, in memory, that can be full as any other: what is written then fails with ENOSPC.
type disk struct{ dir string }

func mount(dir string, size int64) (*disk, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	// Whoever PostgreSQL runs as must get there.
	for d := dir; d != "/" && d != os.TempDir(); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			return nil, err
		}
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0755", size)); err != nil {
		return nil, fmt.Errorf("a disk to fill cannot be mounted (root can; or leave it out with -fulls 0): %w", err)
	}
	return &disk{dir}, nil
}

func (d *disk) unmount() error {
	if err := d.empty(); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return syscall.Unmount(d.dir, syscall.MNT_DETACH)
}

// fill takes all the room there is, and takes more whenever some comes free, until done is closed.
func (d *disk) fill(done <-chan struct{}) error {
	f, err := os.OpenFile(d.ballast(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		if _, err := io.Copy(f, zeros{}); !errors.Is(err, syscall.ENOSPC) {
			return fmt.Errorf("the disk does not get full: %w", err)
		}
		select {
		case <-done:
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (d *disk) empty() error    { return os.Remove(d.ballast()) }
func (d *disk) ballast() string { return filepath.Join(d.dir, "ballast") }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
