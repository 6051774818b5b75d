package sqlite

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/store"
)

// TestBackup: a backup that is made while vouchers come in is a database by itself, with all that was acknowledged before it began, readable by its owner alone; nothing is
// overwritten, and what is no backup is refused.
func TestBackup(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "v.db"), filepath.Join(dir, "backup.db")
	db := openAt(t, path)
	defer db.Close()
	put := func(n int) error {
		v := store.Voucher{Account: store.Account{Name: "ann"}, Message: "m", Set: store.SetID{1}, Raw: []byte("voucher"), Received: time.UnixMilli(int64(n))}
		binary.BigEndian.PutUint32(v.ID[:], uint32(n))
		_, err := db.Put(ctx, v)
		return err
	}
	const before = 500
	for n := range before {
		if err := put(n); err != nil {
			t.Fatal(err)
		}
	}
	stop := make(chan struct{})
	var load sync.WaitGroup
	load.Go(func() {
		for n := before; ; n++ {
			select {
			case <-stop:
				return
			default:
				if err := put(n); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	err := Backup(ctx, path, backup)
	close(stop)
	load.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(backup); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := Backup(ctx, path, backup); err == nil {
		t.Error("a file was overwritten")
	}
	if err := Backup(ctx, filepath.Join(dir, "none.db"), filepath.Join(dir, "other.db")); err == nil {
		t.Error("a backup of nothing")
	}
	if err := Restore(ctx, backup, path); err == nil {
		t.Error("a database was overwritten")
	}

	restored := filepath.Join(dir, "restored.db")
	damaged := filepath.Join(dir, "damaged.db")
	b, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < min(len(b), 5*4096); i++ {
		b[i] ^= 0x55
	}
	if err := os.WriteFile(damaged, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Restore(ctx, damaged, restored); err == nil {
		t.Error("a damaged backup was restored")
	}
	if _, err := os.Lstat(restored); err == nil {
		t.Error("something was left behind")
	}
	if err := Restore(ctx, backup, restored); err != nil {
		t.Fatal(err)
	}
	got := openAt(t, restored)
	defer got.Close()
	c, err := got.Count(ctx, store.SetID{1})
	if err != nil || c.Vouchers < before || c.Waiting != c.Vouchers {
		t.Errorf("%+v, %v", c, err)
	}
	for n := range before {
		var id store.ID
		binary.BigEndian.PutUint32(id[:], uint32(n))
		if v, err := got.Voucher(ctx, id); err != nil || string(v.Raw) != "voucher" {
			t.Fatalf("voucher %d: %v", n, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.part*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
