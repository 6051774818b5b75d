//go:build unix

package pgtest

import (
	"errors"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// PostgreSQL refuses to run as root. Root's tests run it as the user that its package has made, or as nobody.
func runAs() (uid, gid int, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, lookup := user.Lookup(name)
		if lookup != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		return uid, gid, errors.Join(err, err2)
	}
	return 0, 0, errors.New("pgtest: there is no user postgres and no user nobody to run PostgreSQL as")
}

// unprivileged has a command run as someone who is not root.
func unprivileged() *syscall.SysProcAttr {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := runAs()
	if err != nil {
		return nil // PostgreSQL will say why it does not run
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

// own hands files to whoever PostgreSQL runs as.
func own(paths ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := runAs()
	for _, p := range paths {
		err = errors.Join(err, os.Chown(p, uid, gid))
	}
	return err
}
