//go:build unix

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// startTimeout is how long the server may take until it answers, and until it has ended.
const startTimeout = time.Minute

// superuser is the name of the cluster's owner, and password that of every user: the socket is the test's own.
const superuser, password = "owner", "only for tests"

// A Server is a running PostgreSQL.
type Server struct {
	t       testing.TB
	bin     string
	dir     string // data and socket
	cmd     *exec.Cmd
	release func() error // lets it end
	serial  atomic.Int32
}

// Start makes a cluster and starts it. It ends, and is removed, with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, bin: find(t)}
	var err error
	if s.dir, err = os.MkdirTemp("", "veilhash-pg-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Crash() // no need to be orderly
		if err := os.RemoveAll(s.dir); err != nil {
			t.Error(err)
		}
	})
	secret := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := own(s.dir, secret); err != nil {
		t.Fatal(err)
	}
	initdb := s.command("initdb", "--pgdata", s.data(), "--username", superuser, "--pwfile", secret,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync", "--no-instructions")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	s.Run()
	return s
}

// find returns the directory of PostgreSQL's programs.
func find(t testing.TB) string {
	t.Helper()
	dirs := []string{os.Getenv("VEILHASH_POSTGRES_BIN")}
	if p, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			p = real
		}
		dirs = append(dirs, filepath.Dir(p))
	}
	debian, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(debian) // the newest first
	for _, dir := range append(dirs, debian...) {
		if isProgram(dir, "initdb") && isProgram(dir, "postgres") {
			return dir
		}
	}
	const text = "PostgreSQL is not installed: apt-get install postgresql (as root), or set VEILHASH_POSTGRES_BIN to the directory of initdb and postgres"
	if os.Getenv("CI") == "true" || os.Getenv("VEILHASH_REQUIRE_POSTGRES") != "" {
		t.Fatal(text)
	}
	t.Skip(text)
	return ""
}

func isProgram(dir, name string) bool {
	if dir == "" {
		return false
	}
	_, err := exec.LookPath(filepath.Join(dir, name))
	return err == nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// command is one of PostgreSQL's programs, as whoever may run it.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.SysProcAttr = unprivileged()
	return cmd
}

// Command is one of PostgreSQL's programs, pg_dump for instance, as the user that the server runs as.
func (s *Server) Command(name string, args ...string) *exec.Cmd { return s.command(name, args...) }

// Dir is a directory that the user may write in. It goes with the test.
func (s *Server) Dir() string { return s.dir }

// Run starts the server, which must not be running, and waits until it answers.
func (s *Server) Run() {
	s.t.Helper()
	// The server must not outlive the test's process, however that ends: a shell waits for the end of its input, and then ends the server.
	args := []string{"-D", s.data(), "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "log_min_messages=fatal", "-c", "log_min_error_statement=panic"}
	s.cmd = s.command("postgres")
	s.cmd.Path = "/bin/sh"
	s.cmd.Args = append([]string{"sh", "-c", `exec 3<&0; "$@" <&- 3<&- & pid=$!; { cat <&3 >/dev/null; kill -QUIT $pid; } 2>/dev/null & wait $pid; kill $! 2>/dev/null`,
		"sh", filepath.Join(s.bin, "postgres")}, args...)
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	in, err := s.cmd.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.release = in.Close
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(20 * time.Millisecond) {
		err := s.Exec("postgres", "SELECT 1")
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			s.t.Fatalf("PostgreSQL does not answer: %v\n%s", err, text)
		}
	}
}

// Pid is the number of the server's first process, the parent of all others; 0 while it does not run.
func (s *Server) Pid() (pid int) {
	if text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid")); err == nil {
		fmt.Sscan(string(text), &pid)
	}
	return pid
}

// signal sends a signal to the server and waits until it has ended.
func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	if s.cmd == nil {
		return
	}
	if pid := s.Pid(); pid > 1 {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			s.t.Error(err)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(startTimeout):
		s.t.Error("PostgreSQL does not end")
		s.cmd.Process.Kill()
	}
	s.release()
	s.cmd = nil
}

// Stop shuts the server down, ending its connections.
func (s *Server) Stop() { s.signal(syscall.SIGINT) }

// Crash ends the server without letting it write anything more, as kill -9 does to all of its processes. The next Run recovers from the log.
func (s *Server) Crash() { s.signal(syscall.SIGQUIT) }

// Database makes an empty database and returns its address for its owner.
func (s *Server) Database() string {
	s.t.Helper()
	name := fmt.Sprintf("test%d", s.serial.Add(1))
	s.must(s.Exec("postgres", "CREATE DATABASE "+name))
	return s.URL(superuser, name)
}

// User makes a user without any rights.
func (s *Server) User(name string) {
	s.t.Helper()
	s.must(s.Exec("postgres", fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", pgx.Identifier{name}.Sanitize(), password)))
}

// As is a database's address for another user.
func (s *Server) As(user, database string) string {
	s.t.Helper()
	u, err := url.Parse(database)
	s.must(err)
	return s.URL(user, strings.TrimPrefix(u.Path, "/"))
}

// URL is the address of a database by name, for a user by name.
func (s *Server) URL(user, database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Path: "/" + database}
	u.RawQuery = url.Values{"host": {s.dir}}.Encode()
	return u.String()
}

// Exec runs SQL, any number of statements, in a database by name or address, as its owner.
func (s *Server) Exec(database, text string) error {
	if !strings.Contains(database, ":") {
		database = s.URL(superuser, database)
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, text)
	return err
}

// Dump writes a database, by address, to a file of SQL.
func (s *Server) Dump(database, file string) error {
	cmd := s.command("pg_dump", "--inserts", "--no-owner", "--dbname", database)
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if line != "\n" && !strings.HasPrefix(line, "--") && !strings.HasPrefix(line, "\\") && !strings.HasPrefix(line, "SET ") {
			lines = append(lines, line)
		}
	}
	return os.WriteFile(file, []byte(strings.Join(lines, "")), 0o644)
}

func (s *Server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}
