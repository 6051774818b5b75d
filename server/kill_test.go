package server_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/match"
	"github.com/veilhash/veilhash/server/postgres"
	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// childEnv makes the test binary a server: its value is the directory with database, manifest and, for one that matches, key ring. A file named "url" names a
// database elsewhere.
const childEnv, roleEnv = "VEILHASH_TEST_SERVER", "VEILHASH_TEST_ROLE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		if err := child(dir, os.Getenv(roleEnv)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child runs one role, or both, until it is told to end or is killed.
func child(dir, role string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	text, err := os.ReadFile(filepath.Join(dir, "manifest"))
	if err != nil {
		return err
	}
	m, err := blindset.ParseManifest(text)
	if err != nil {
		return err
	}
	db, err := openStore(dir)
	if err != nil {
		return err
	}
	cfg := server.Config{Store: db}
	if role != "match" {
		cfg.Manifest = m
	}
	if role != "ingest" {
		ring, err := os.ReadFile(filepath.Join(dir, "keyring"))
		if err != nil {
			return err
		}
		keys, err := blindset.ParseKeyring(ring)
		if err != nil {
			return err
		}
		layers, err := keys.ForManifest(m)
		if err != nil {
			return err
		}
		matcher, err := sdk.NewMatcher(m, layers)
		if err != nil {
			return err
		}
		cfg.Matchers = []*sdk.Matcher{matcher}
	}
	s, err := server.New(cfg)
	if err != nil {
		return err
	}
	l, err := server.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return errors.Join(s.Run(ctx, l), db.Close())
}

// openStore opens the store that a child's directory says.
func openStore(dir string) (store.Store, error) {
	url, err := os.ReadFile(filepath.Join(dir, "url"))
	if errors.Is(err, os.ErrNotExist) {
		return sqlite.Open(context.Background(), sqlite.Config{Path: filepath.Join(dir, "v.db")})
	}
	if err != nil {
		return nil, err
	}
	return postgres.Open(context.Background(), postgres.Config{URL: string(url)})
}

// A process is a server that can be killed.
type process struct {
	cmd     *exec.Cmd
	address string
}

func startProcess(t *testing.T, dir, role string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir, roleEnv+"="+role)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		t.Fatalf("the %s process did not start: %v", role, err)
	}
	return &process{cmd, strings.TrimSpace(line)}
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// TestKilled: an application's ingest and matchers, as processes that share nothing but the database, are killed at random under load. No acknowledged
// voucher is lost, and every one counts once.
func TestKilled(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testKilled(t, "", 1, nil) })
	t.Run("postgres", func(t *testing.T) {
		pg := pgtest.Start(t)
		testKilled(t, pg.Database(), 2, func() { // the database dies as well, in the middle
			pg.Crash()
			pg.Run()
		})
	})
}

// testKilled runs one ingest and some matchers on the store at url, or on SQLite where that is empty.
func testKilled(t *testing.T, url string, matchers int, crash func()) {
	const accounts, least, kills = 6, 12, 6 // every third of the first vouchers matches; accounts 0, 2, 4 have enough of them to open
	set := servertest.New(t, 3, 0)
	dir := t.TempDir()
	files := map[string][]byte{"manifest": set.Manifest.AppendText(nil), "keyring": set.Keyring.AppendText(nil)}
	if url != "" {
		files["url"] = []byte(url)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	var mu sync.Mutex // guards ingest
	ingest := startProcess(t, dir, "ingest")
	matcher := make([]*process, matchers)
	for i := range matcher {
		matcher[i] = startProcess(t, dir, "match")
	}
	post := func(account, message string, raw []byte) {
		for {
			mu.Lock()
			address := ingest.address
			mu.Unlock()
			resp, err := http.Post("http://"+address+"/v0/vouchers?account="+account+"&message="+message, "", bytes.NewReader(raw))
			if err == nil {
				body, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if resp.StatusCode == 202 {
					return
				}
				if resp.StatusCode < 429 {
					t.Errorf("%s %s: %s %s", account, message, resp.Status, body)
					return
				}
			}
			time.Sleep(2 * time.Millisecond) // the same bytes again, as a client does
		}
	}

	want := make(map[store.ID]string)
	var posts sync.WaitGroup
	var killed atomic.Bool // no more kills: the load may end
	var wantMu sync.Mutex
	for a := range accounts {
		account := fmt.Sprint("account", a)
		dealer := set.Account(byte(a), 0)
		posts.Go(func() {
			for i := 0; i < least || !killed.Load(); i++ {
				in := i%3 == 0 && i < least && (a%2 == 0 || i == 0)
				message := fmt.Sprint("m", i)
				raw := set.Seal(servertest.Sealing{
					Account: account, Message: message, Picture: account + message, InSet: in, Dealer: dealer, Kind: voucher.KindDerivative, Payload: []byte(account + message),
				})
				v, err := voucher.Parse(raw)
				if err != nil {
					t.Error(err)
					return
				}
				wantMu.Lock()
				switch {
				case in && a%2 == 0:
					want[store.ID(v.ID)] = "readable " + account + message
				case in:
					want[store.ID(v.ID)] = "match"
				default:
					want[store.ID(v.ID)] = "closed"
				}
				wantMu.Unlock()
				post(account, message, raw)
			}
		})
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for n := 0; n < kills; n++ {
		time.Sleep(time.Duration(5+rng.IntN(60)) * time.Millisecond) // when it hits is up to chance: any moment must do
		if n%2 == 0 {
			ingest.kill()
			next := startProcess(t, dir, "ingest")
			mu.Lock()
			ingest = next
			mu.Unlock()
		} else {
			i := rng.IntN(matchers)
			matcher[i].kill()
			matcher[i] = startProcess(t, dir, "match")
		}
		if n == kills/2 && crash != nil {
			crash()
		}
	}
	killed.Store(true)
	posts.Wait()
	ingest.kill()
	for _, m := range matcher {
		m.kill()
	}
	checkKilled(t, set, dir, want, accounts)
}

// checkKilled finishes what the killed left, and compares.
func checkKilled(t *testing.T, set *servertest.Set, dir string, want map[store.ID]string, accounts int) {
	t.Helper()
	ctx := context.Background()
	db, err := openStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w, err := match.New(match.Config{
		Store: db, Matchers: []*sdk.Matcher{set.Matcher}, Clock: func() time.Time { return time.Now().Add(time.Hour) }, // all leases have ended
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	id := store.SetID(set.Manifest.ID())
	t.Logf("%d vouchers", len(want))
	if c, err := db.Count(ctx, id); err != nil || c.Vouchers != uint64(len(want)) || c.Waiting != 0 {
		t.Errorf("%+v, %v, want %d vouchers", c, err, len(want))
	}
	for id, want := range want {
		v, err := db.Voucher(ctx, id)
		if err != nil {
			t.Fatalf("an acknowledged voucher is lost: %v", err)
		}
		got := v.State.String()
		if e, err := db.Evidence(ctx, id); err == nil {
			got = fmt.Sprintf("%v %s", e.Outcome, e.Payload)
		}
		if got != want {
			t.Errorf("%s %s: %s, want %s", v.Account.Name, v.Message, got, want)
		}
	}
	for a := range accounts {
		key := store.TallyKey{Account: store.Account{Name: fmt.Sprint("account", a)}, Set: id, Generation: 1 + uint32(a)}
		tally, err := db.Tally(ctx, key)
		matches := uint64(1)
		if a%2 == 0 {
			matches = 4
		}
		if err != nil || tally.Counted != matches || tally.Open != (a%2 == 0) {
			t.Errorf("account %d: counted %d, open %v, %v, want %d", a, tally.Counted, tally.Open, err, matches)
		}
	}
}
