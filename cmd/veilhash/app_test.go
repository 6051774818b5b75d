package main

import (
	"bytes"
	"context"
	"image/jpeg"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestServeApps: two applications at one server see each other's vouchers as if they were not there; a key that is revoked is refused while the server runs, and a file that is
// broken changes nothing.
func TestServeApps(t *testing.T) {
	dir := t.TempDir()
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("veilhash", args...)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	if err := os.Mkdir(filepath.Join(dir, "photos"), 0o700); err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, blobs(1, 320, 240), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "photos", "a.jpg"), photo.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run("key", "new", "k")
	run("set", "build", "--images", "photos", "--key", "k", "--out", "set")
	run("account", "new", "ann.account")
	run("seal", "--set", "set", "--account", "ann.account", "--binding", "ann/m1", "--out", "sealed", "photos/a.jpg")
	raw, err := os.ReadFile(filepath.Join(dir, "sealed", "a.voucher"))
	if err != nil {
		t.Fatal(err)
	}
	chat, forum := run("app", "new", "chat", "--scopes", "vouchers:write,console:read"), run("app", "new", "forum", "--scopes", "vouchers:write,console:read")

	process, base := startServe(t, dir, "--set", "set", "--key", "k", "--apps", "applications", "--console")
	ctx := context.Background()
	post := func(key string) (id string, err error) {
		var receipt struct{ ID string }
		err = callAs(ctx, key, http.MethodPost, base+"/v0/vouchers?"+url.Values{"account": {"ann"}, "message": {"m1"}}.Encode(), raw, &receipt)
		return receipt.ID, err
	}
	state := func(key, id string) (string, error) {
		var v struct{ State string }
		err := callAs(ctx, key, http.MethodGet, base+"/v0/console/vouchers/"+id, nil, &v)
		return v.State, err
	}
	if _, err := post(""); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("without a key: %v", err)
	}
	id, err := post(chat)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		got, err := state(chat, id)
		if got == "opened" {
			break
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("the voucher is %s, %v", got, err)
		}
	}
	if _, err := state(forum, id); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("another application sees it: %v", err)
	}
	// It can hand in the same identifier, for an account of its own.
	if got, err := post(forum); err != nil || got != id {
		t.Errorf("another application's voucher under the same identifier: %s, %v", got, err)
	}

	run("app", "revoke", "forum", "--all")
	if err := process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := post(forum); err != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a revoked key is still taken")
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "applications"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	if _, err := post(chat); err != nil {
		t.Errorf("a broken file takes keys away: %v", err)
	}
}

// startServe runs veilhash serve until the test ends.
func startServe(t *testing.T, dir string, args ...string) (process *os.Process, base string) {
	t.Helper()
	cmd := exec.Command("veilhash", append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Dir = dir
	talk, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	line := make([]byte, 0, 4096)
	for buf := make([]byte, 256); ; {
		n, err := talk.Read(buf)
		line = append(line, buf[:n]...)
		if _, after, ok := strings.Cut(string(line), " at "); ok {
			if address, _, whole := strings.Cut(after, ";"); whole {
				base = address
				break
			}
		}
		if err != nil {
			t.Fatalf("serve did not start: %s", line)
		}
	}
	go func() { // its log
		for buf := make([]byte, 4096); ; {
			if _, err := talk.Read(buf); err != nil {
				return
			}
		}
	}()
	return cmd.Process, base
}
