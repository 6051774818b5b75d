//go:build linux

package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/veilhash/veilhash/server/internal/servertest"
)

var (
	syscallBegins = regexp.MustCompile(`^(\d+) +(?:\S+ +)?(fsync|fdatasync|write|pwrite64)\((.*)`)
	syscallEnds   = regexp.MustCompile(`^(\d+) +<\.\.\. (fsync|fdatasync|write|pwrite64) resumed>.*= (-?\d+)`)
)

// TestSyncedBeforeAcknowledged looks at the system calls of an ingest on SQLite: between a voucher's way into the log and the answer 202 the log was synced to disk.
func TestSyncedBeforeAcknowledged(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("strace is not installed: apt-get install strace")
		}
		t.Skip("strace is not installed: apt-get install strace")
	}
	set := servertest.New(t, 3, 0)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "manifest"), set.Manifest.AppendText(nil), 0o600); err != nil {
		t.Fatal(err)
	}
	trace := filepath.Join(dir, "trace")
	cmd := exec.Command(strace, "-f", "-y", "-qq", "-s", "16", "-e", "trace=fsync,fdatasync,write,pwrite64", "-o", trace, os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir, roleEnv+"=ingest")
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		t.Skipf("strace cannot trace here: %v", err)
	}
	const vouchers = 5
	for i := range vouchers {
		message := fmt.Sprint("m", i)
		resp, err := http.Post("http://"+strings.TrimSpace(address)+"/v0/vouchers?account=ann&message="+message, "",
			bytes.NewReader(set.Seal(servertest.Sealing{Account: "ann", Message: message, Picture: message})))
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 202 {
			t.Fatal(resp.Status)
		}
	}
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // strace ends as what it has traced
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	if n := checkTrace(t, string(text)); n != vouchers {
		t.Errorf("%d answers 202 in the trace, want %d", n, vouchers)
	}
	// The check must be able to fail.
	lying := regexp.MustCompile(`(?m)^.*f(data)?sync.*\n`).ReplaceAllString(string(text), "")
	if bad := unsynced(lying); bad != vouchers {
		t.Errorf("without its syncs the trace has %d bad answers, want %d", bad, vouchers)
	}
}

// checkTrace returns the number of answers 202.
func checkTrace(t *testing.T, text string) (answers int) {
	t.Helper()
	if bad := unsynced(text); bad > 0 {
		t.Errorf("%d answers 202 before the log was on disk:\n%s", bad, text)
	}
	return strings.Count(text, `"HTTP/1.1 202`)
}

// unsynced counts answers 202 that begin before anything was written to the log since the last one and then synced.
func unsynced(text string) (bad int) {
	written, synced := false, false
	open := make(map[string]string) // by thread: the call that has begun
	done := func(call string, ok bool) {
		switch {
		case !strings.Contains(call, "-wal>"):
		case strings.HasPrefix(call, "pwrite64"), strings.HasPrefix(call, "write"):
			written, synced = true, false
		case strings.HasPrefix(call, "fsync"), strings.HasPrefix(call, "fdatasync"):
			synced = ok && written
		}
	}
	for line := range strings.Lines(text) {
		if m := syscallEnds.FindStringSubmatch(line); m != nil {
			done(open[m[1]], m[3] == "0")
			continue
		}
		m := syscallBegins.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		call := m[2] + "(" + m[3]
		if strings.Contains(call, `"HTTP/1.1 202`) {
			if !synced {
				bad++
			}
			written, synced = false, false
			continue
		}
		if strings.Contains(call, "<unfinished") {
			open[m[1]] = call
			continue
		}
		done(call, strings.Contains(call, ") = 0") || strings.HasSuffix(strings.TrimSpace(call), "= 0"))
	}
	return bad
}
