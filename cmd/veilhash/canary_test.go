package main

import (
	"bytes"
	"context"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/store"
)

// command runs a command and returns its exit code and what it said.
func command(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(context.Background(), args, streams{strings.NewReader(""), &out, &err})
	return code, out.String(), err.String()
}

// canaryWorld is a directory with a key and two sets that differ in the canary's being there.
func canaryWorld(t *testing.T) (dir string) {
	dir = t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.Mkdir(at("photos"), 0o700); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, blobs(1, 320, 240), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("photos/a.jpg"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"key", "new", at("k")},
		{"set", "build", "--images", at("photos"), "--key", at("k"), "--canary", "test-card-1", "--out", at("set")},
		{"set", "build", "--images", at("photos"), "--key", at("k"), "--canary", "test-card-1", "--synthetics", "4", "--threshold", "3", "--out", at("blurred")},
	} {
		if code, _, stderr := command(args...); code != exitOK {
			t.Fatalf("%v: %s", args, stderr)
		}
	}
	return dir
}

// serveSet runs a server for a set until the test ends; without a key it does not match.
func serveSet(t *testing.T, dir, set, key string) string {
	t.Helper()
	s, err := setdir.Open(filepath.Join(dir, set))
	if err != nil {
		t.Fatal(err)
	}
	l, err := server.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := &app{streams: streams{os.Stdin, os.Stdout, os.Stderr}, ctx: context.Background(), quiet: true}
	c := serverConfig{
		set: s, setDir: filepath.Join(dir, set), roles: []string{roleIngest, roleDistribute, roleConsole}, log: a.logger("error"),
		testAccounts: []store.Account{{Name: "canary"}},
	}
	c.store.Database = filepath.Join(t.TempDir(), "veilhash.db")
	if key != "" {
		ring, err := a.readKeyring(filepath.Join(dir, key))
		if err != nil {
			t.Fatal(err)
		}
		if c.matchers, err = newMatchers(ring, s); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.serve(ctx, l, c) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return address(l)
}

// The check passes where all is well, and says what is broken where it is not.
func TestCanary(t *testing.T) {
	dir := canaryWorld(t)
	set := filepath.Join(dir, "set")
	good := serveSet(t, dir, "set", "k")
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"all is well", []string{"--set", set, "--server", good}, exitOK, "ok\n"},
		{"again", []string{"--set", set, "--server", good + "/"}, exitOK, "canary\ttest-card-1\n"},
		{"synthetic vouchers", []string{"--set", filepath.Join(dir, "blurred"), "--server", serveSet(t, dir, "blurred", "k")}, exitOK, "ok\n"},
		{"an account that the server does not know", []string{"--set", set, "--server", good, "--account", "ann"}, exitVerify, "serve --test-account ann"},
		{"nobody matches", []string{"--set", set, "--server", serveSet(t, dir, "set", ""), "--wait", "300ms"}, exitVerify, "was not matched within 300ms"},
		{"a server of another set", []string{"--set", set, "--server", serveSet(t, dir, "blurred", "k")}, exitVerify, "does not take the voucher"},
	} {
		code, stdout, stderr := command(append([]string{"canary"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%s: exit code %d\n%s%s", c.name, code, stdout, stderr)
		}
	}
	// A set whose manifest promises a card that is not in it.
	damaged := filepath.Join(dir, "damaged")
	if err := os.CopyFS(damaged, os.DirFS(set)); err != nil {
		t.Fatal(err)
	}
	shards, err := filepath.Glob(filepath.Join(damaged, "*.shard"))
	if err != nil || len(shards) != 1 {
		t.Fatalf("%v %v", shards, err)
	}
	if err := os.Truncate(shards[0], 100); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command("canary", "--set", damaged, "--server", good); code != exitVerify || !strings.Contains(stderr, "the set cannot be read") {
		t.Errorf("a damaged set: exit code %d, %s", code, stderr)
	}
}
