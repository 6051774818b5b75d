//go:build linux

package rig

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// startTimeout is how long a process may take until it is ready.
const startTimeout = time.Minute

// Build builds the command into dir and returns its path.
func Build(ctx context.Context, dir string) (string, error) {
	out := filepath.Join(dir, "veilhash")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", out, "github.com/veilhash/veilhash/cmd/veilhash")
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("rig: go build: %w\n%s", err, text)
	}
	return out, nil
}

// FreeAddress is an address of this machine that nothing listens on at the moment: a process that is started again needs the one that it had.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// A Process is a running veilhash command.
type Process struct {
	Address string
	cmd     *exec.Cmd
	log     *tail
}

// StartServe starts `veilhash serve` with these arguments at an address, and waits until it is ready.
func StartServe(ctx context.Context, command, address string, args ...string) (*Process, error) {
	p := &Process{Address: address, log: new(tail)}
	p.cmd = exec.Command(command, append([]string{"serve", "--listen", address}, args...)...)
	p.cmd.Env = append(os.Environ(), "GODEBUG=gctrace=1")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it must not outlive us
	out, err := p.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.log.wait.Go(func() { p.log.read(out) })
	c := NewClient(address, time.Second)
	defer c.Close()
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(10 * time.Millisecond) {
		r, err := c.Do([]byte("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
		if err == nil && r.Status == 200 {
			return p, nil
		}
		if ended := syscall.Kill(p.cmd.Process.Pid, 0) != nil || p.log.ended(); ended || time.Now().After(deadline) || ctx.Err() != nil {
			p.Kill()
			return nil, fmt.Errorf("rig: veilhash serve %s is not ready: %v\n%s", strings.Join(args, " "), err, p.log.text())
		}
	}
}

// Kill ends the process as kill -9 does.
func (p *Process) Kill() {
	p.cmd.Process.Kill()
	p.log.wait.Wait()
	p.cmd.Wait() // "killed"
}

// Stop has the process end in good order, and reports if it does not.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	p.log.wait.Wait()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("rig: veilhash serve did not end well: %w\n%s", err, p.log.text())
	}
	return nil
}

// Pid is the process's number.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Heap is the live heap after the last collection of garbage, in bytes; 0 before the first.
func (p *Process) Heap() int64 { return p.log.heap() }

// CPU is the processor time, user's and system's, that a process has taken.
func CPU(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is a name in brackets, which may hold anything; see proc(5).
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0, fmt.Errorf("rig: /proc/%d/stat is not understood", pid)
	}
	user, err := strconv.ParseInt(f[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(f[12], 10, 64)
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every platform that we run on
	return time.Duration(user+system) * tick, err
}

// RSS is the memory of a process that is resident, in bytes.
func RSS(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(text))
	if len(f) < 2 {
		return 0, fmt.Errorf("rig: /proc/%d/statm is not understood", pid)
	}
	pages, err := strconv.ParseInt(f[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

// A tail keeps the last lines of a process's log, and what the Go runtime says of its heap between them.
type tail struct {
	wait sync.WaitGroup

	mu    sync.Mutex
	lines []string
	live  int64
	over  bool
}

// gcLine is the runtime's line for a collection: the heap at its start, at its end, and live (package runtime, GODEBUG=gctrace).
var gcLine = regexp.MustCompile(`^gc \d+ @.*, \d+->\d+->(\d+) MB, `)

func (t *tail) read(from io.Reader) {
	in := bufio.NewScanner(from)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		t.mu.Lock()
		if m := gcLine.FindStringSubmatch(in.Text()); m != nil {
			mib, err := strconv.ParseInt(m[1], 10, 64)
			if err == nil {
				t.live = mib << 20
			}
		} else if t.lines = append(t.lines, in.Text()); len(t.lines) > 40 {
			t.lines = t.lines[1:]
		}
		t.mu.Unlock()
	}
	io.Copy(io.Discard, from) // a line that is too long must not block the process
	t.mu.Lock()
	t.over = true
	t.mu.Unlock()
}

func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}

func (t *tail) heap() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.live
}

func (t *tail) ended() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.over
}
