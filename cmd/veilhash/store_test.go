package main

import (
	"bufio"
	"bytes"
	"context"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/postgres"
	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/store"
)

// veilhash runs the command and returns what it prints. Its environment has nothing of the test's that could lead to a store.
func veilhash(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("veilhash", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("veilhash %s: %v\n%s", args[0], err, out)
	}
	return string(out)
}

// serveProcess runs veilhash serve until the test ends, and returns its address. The store's address goes by the environment, which other users cannot read.
func serveProcess(t *testing.T, dir, storeURL string, args ...string) (address string) {
	t.Helper()
	cmd := exec.Command("veilhash", append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "VEILHASH_STORE="+storeURL)
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGKILL)
		cmd.Wait()
	})
	lines := bufio.NewScanner(errs)
	for lines.Scan() {
		if _, rest, found := strings.Cut(lines.Text(), " at http://"); found {
			address, _, _ = strings.Cut(rest, ";")
			break
		}
	}
	if address == "" {
		t.Fatalf("serve %v did not start", args)
	}
	go func() { io.Copy(io.Discard, errs) }()
	return "http://" + address
}

// TestTwoParties: an application's ingest and a hotline's matcher, processes with credentials of their own, exchange nothing but vouchers.
func TestTwoParties(t *testing.T) {
	pg := pgtest.Start(t)
	owner := pg.Database()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "listed"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, seed := range map[string]uint64{"listed/a.jpg": 1, "other.jpg": 2} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := jpeg.Encode(f, blobs(seed, 320, 240), nil); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	veilhash(t, dir, "key", "new", "operator.key")
	veilhash(t, dir, "set", "build", "--images", "listed", "--key", "operator.key", "--out", "set")
	veilhash(t, dir, "account", "new", "alice.account")

	veilhash(t, dir, "store", "migrate", "--store", owner)
	for _, user := range []string{"chat_ingest", "hotline_match", "hotline_review"} {
		pg.User(user)
	}
	sql := veilhash(t, dir, "store", "grant", "--store", owner, "--ingest", "chat_ingest", "--match", "hotline_match", "--review", "hotline_review")
	if n := strings.Count(sql, "GRANT "); n < 10 {
		t.Errorf("store grant says that it ran %d statements:\n%s", n, sql)
	}
	// The application's side has no key at all; the hotline's takes no vouchers.
	if err := os.Rename(filepath.Join(dir, "operator.key"), filepath.Join(dir, "hotline.key")); err != nil {
		t.Fatal(err)
	}
	ingest := serveProcess(t, dir, pg.As("chat_ingest", owner), "--set", "set", "--roles", "ingest,distribute")
	match := serveProcess(t, dir, pg.As("hotline_match", owner), "--set", "set", "--roles", "match", "--key", "hotline.key")
	console := serveProcess(t, dir, pg.As("hotline_review", owner), "--set", "set", "--roles", "console")

	post := func(address, message string, raw []byte) int {
		t.Helper()
		resp, err := http.Post(address+"/v0/vouchers?account=alice&message="+message, "application/octet-stream", bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	get := func(url string) int {
		t.Helper()
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	want := make(map[store.ID]store.State)
	for file, state := range map[string]store.State{"listed/a.jpg": store.Match, "other.jpg": store.Closed} {
		message := filepath.Base(file)
		veilhash(t, dir, "seal", "--set", "set", "--account", "alice.account", "--binding", "alice/"+message, "--out", "vouchers", file)
		raw, err := os.ReadFile(filepath.Join(dir, "vouchers", strings.TrimSuffix(message, ".jpg")+".voucher"))
		if err != nil {
			t.Fatal(err)
		}
		v, err := voucher.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := post(match, message, raw); got != http.StatusNotFound {
			t.Errorf("a voucher at the matcher: %d, want 404", got)
		}
		if got := post(console, message, raw); got != http.StatusNotFound {
			t.Errorf("a voucher at the console: %d, want 404", got)
		}
		if got := post(ingest, message, raw); got != http.StatusAccepted {
			t.Errorf("%s: %d, want 202", file, got)
		}
		want[store.ID(v.ID)] = state
	}
	for url, status := range map[string]int{
		ingest + "/set/manifest": 200, match + "/set/manifest": 404, ingest + "/readyz": 200, match + "/readyz": 200, ingest + "/v0/console/status": 404,
		match + "/v0/console/status": 404, console + "/v0/console/status": 200, console + "/set/manifest": 404, console + "/readyz": 200,
	} {
		if got := get(url); got != status {
			t.Errorf("GET %s: %d, want %d", url[strings.LastIndex(url, ":"):], got, status)
		}
	}

	ctx := context.Background()
	review, err := postgres.Open(ctx, postgres.Config{URL: pg.As("hotline_review", owner)})
	if err != nil {
		t.Fatal(err)
	}
	defer review.Close()
	for id, state := range want {
		var v store.Voucher
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
			if v, err = review.Voucher(ctx, id); err != nil {
				t.Fatal(err)
			}
			if !v.Waiting {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s is not matched", v.Message)
			}
		}
		if v.State != state {
			t.Errorf("%s is %v, want %v", v.Message, v.State, state)
		}
		if body := getBody(t, console+"/v0/console/vouchers/"+id.String()); state == store.Closed && !strings.Contains(body, `"state":"closed"`) || state == store.Match && !strings.Contains(body, `"state":"match"`) && !strings.Contains(body, `"state":"opened"`) {
			t.Errorf("the console says of %s, which is %v: %s", v.Message, state, body)
		}
	}
}

func getBody(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestStoreRefusals: what a person gets to read who has not prepared the database, or names no key.
func TestStoreRefusals(t *testing.T) {
	pg := pgtest.Start(t)
	owner := pg.Database()
	pg.User("guest")
	unprepared := pg.As("guest", pg.Database())
	veilhash(t, t.TempDir(), "store", "migrate", "--store", owner)
	dir := t.TempDir()
	var out bytes.Buffer
	for _, c := range []struct {
		code int
		text string
		args []string
	}{
		{exitFailed, "with those of its owner", []string{"store", "migrate", "--store", unprepared}},
		{exitFailed, `role "nobody" does not exist`, []string{"store", "grant", "--store", owner, "--ingest", "nobody"}},
		{exitUsage, "name a user", []string{"store", "grant", "--store", owner}},
		{exitUsage, "must not hold the key", []string{"serve", "--set", "set", "--roles", "ingest", "--key", "k"}},
		{exitUsage, "name the operator's key file", []string{"serve", "--set", "set", "--roles", "match"}},
		{exitUsage, "must be one of", []string{"serve", "--set", "set", "--roles", "review"}},
	} {
		out.Reset()
		t.Chdir(dir)
		if code := run(context.Background(), c.args, streams{strings.NewReader(""), &out, &out}); code != c.code || !strings.Contains(out.String(), c.text) {
			t.Errorf("veilhash %s: exit code %d, %s, want %d, …%s…", strings.Join(c.args, " "), code, &out, c.code, c.text)
		}
	}
}
