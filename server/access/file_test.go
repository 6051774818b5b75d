package access_test

import (
	"bytes"
	"context"
	"errors"
	"hash/crc32"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/veilhash/veilhash/server/access"
)

// resum puts the right checksum on a key that was altered.
func resum(text string) string {
	text = text[:len(text)-8]
	sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(text))), 16)
	return text + strings.Repeat("0", 8-len(sum)) + sum
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "applications")
	if _, err := access.OpenFile(name, nil, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	write(t, name, file)
	for _, mode := range []fs.FileMode{0o620, 0o602, 0o666} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := access.ReadFile(name); !errors.Is(err, access.ErrWritable) {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	if err := os.Chmod(name, 0o644); err != nil { // its digests are no secret
		t.Fatal(err)
	}
	var log bytes.Buffer
	f, err := access.OpenFile(name, slog.New(slog.NewTextHandler(&log, nil)), clock)
	if err != nil {
		t.Fatal(err)
	}
	in := func() bool {
		_, err := f.Authorize(request("Bearer "+golden), access.WriteVouchers)
		return err == nil
	}
	if !in() {
		t.Error("the key is not let in")
	}
	ctx := context.Background()
	var syntax *access.SyntaxError
	write(t, name, file+"nonsense SECRET\n")
	if err := f.Reload(ctx); !errors.As(err, &syntax) || !in() {
		t.Errorf("a bad file: %v, and the key is let in: %v", err, in())
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := f.Reload(ctx); !errors.Is(err, fs.ErrNotExist) || !in() {
		t.Errorf("a file that has gone: %v, and the key is let in: %v", err, in())
	}
	write(t, name, "veilhash-applications v0\n")
	if err := f.Reload(ctx); err != nil || in() {
		t.Errorf("a file without the key: %v, and the key is let in: %v", err, in())
	}
	if out := log.String(); strings.Count(out, "level=ERROR") != 2 || strings.Count(out, "applications read") != 1 || strings.Contains(out, "SECRET") {
		t.Errorf("log:\n%s", out)
	}
}

// TestFollow: a file that changes is read without anyone saying so, and one that is bad for some time does not stop that.
func TestFollow(t *testing.T) {
	name := filepath.Join(t.TempDir(), "applications")
	write(t, name, file)
	f, err := access.OpenFile(name, nil, clock)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); f.Follow(ctx) }()
	for _, text := range []string{"veilhash-applications v0\n", "bad", file} {
		write(t, name, text)
		want := text == file
		if text == "bad" {
			continue
		}
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			_, err := f.Authorize(request("Bearer "+golden), access.WriteVouchers)
			if (err == nil) == want {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("the file is not read: %v", err)
			}
		}
	}
	stop()
	<-ended
}
