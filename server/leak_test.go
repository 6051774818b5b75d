package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/access"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/match"
	"github.com/veilhash/veilhash/server/metrics"
	"github.com/veilhash/veilhash/server/sqlite"
	"github.com/veilhash/veilhash/server/store"
)

// A lockedBuffer takes lines from several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// What is planted, and must be neither in a log nor in a metric.
const (
	markAccount = "ACCOUNTmark7351"
	markMessage = "MESSAGEmark7351"
	markPayload = "PAYLOADmark7351"
	markToken   = "BEARERmark7351"
	markPath    = "PATHmark7351"
	markQuery   = "QUERYmark7351"
)

// TestNothingLeaks: every role runs at debug level, with things that go well and things that do not; neither the log, as text and as JSON, nor the metrics hold a payload, a
// key, an account, a message or a credential. And that this test can fail: what must be there is.
func TestNothingLeaks(t *testing.T) {
	for name, handler := range map[string]func(io.Writer) slog.Handler{
		"text": func(w io.Writer) slog.Handler {
			return slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})
		},
		"json": func(w io.Writer) slog.Handler {
			return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log lockedBuffer
			scraped, secrets := traffic(t, slog.New(handler(&log)))
			for _, where := range []struct {
				name, text string
				want       []string
			}{
				{"log", log.String(), []string{"voucher accepted", "voucher refused", "match", "has reached the threshold", "voucher rejected", "body-size", "unauthorized"}},
				{"metrics", scraped, []string{
					`veilhash_ingest_vouchers_total{result="stored"} 4`, `result="repeated"} 1`, `result="unauthorized"} 1`, `result="query"} 1`, `result="body-size"} 1`, `result="binding"} 3`,
					`veilhash_match_vouchers_total{outcome="match",reason=""} 2`, `outcome="closed",reason=""} 1`, `outcome="invalid",reason="`, `veilhash_match_evidence_total{outcome="readable"} 2`,
					"veilhash_match_thresholds_total 1", "veilhash_match_waiting_vouchers 0", "veilhash_store_queue_calls 0", `veilhash_http_requests_total{code="202",route="vouchers"} 5`,
					`route="other"}`, "veilhash_store_commit_duration_seconds_count", "go_build_info", "veilhash_match_batches_total{result=\"ok\"}",
				}},
			} {
				for _, text := range where.want {
					if !strings.Contains(where.text, text) {
						t.Errorf("the %s does not mention %q:\n%s", where.name, text, grep(where.text, "_total", 60))
					}
				}
				for _, secret := range secrets {
					for _, form := range forms(secret) {
						if i := strings.Index(strings.ToLower(where.text), strings.ToLower(form)); i >= 0 {
							t.Errorf("the %s holds what was planted: …%s…", where.name, where.text[max(0, i-200):min(len(where.text), i+100)])
						}
					}
				}
			}
		})
	}
}

// grep is the lines that hold a word, at most n.
func grep(text, word string, n int) (out string) {
	for line := range strings.Lines(text) {
		if strings.Contains(line, word) && !strings.HasPrefix(line, "#") && n > 0 {
			out += line
			n--
		}
	}
	return out
}

// forms are the ways in which bytes could be written out.
func forms(secret []byte) []string {
	return []string{string(secret), hex.EncodeToString(secret), base64.StdEncoding.EncodeToString(secret)[:len(secret)], strings.Trim(fmt.Sprint(secret), "[]"), url.QueryEscape(string(secret))}
}

// traffic runs all roles and returns what the metrics say, and the secrets.
func traffic(t *testing.T, log *slog.Logger) (scraped string, secrets [][]byte) {
	ctx := t.Context()
	set := servertest.New(t, 1, 0)
	dir := t.TempDir()
	m := metrics.New()
	db, err := sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(dir, "v.db"), Committed: m.Committed})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	m.Queue(db.Queue)
	m.Backlog(db, store.SetID(set.Manifest.Origin().ID))
	s, err := server.New(server.Config{
		Store: db, Manifest: set.Manifest, SetDir: dir, Console: server.OpenConsole, Observer: m, Log: log,
		Access: access.Func(func(r *http.Request, _ access.Scope) (string, error) {
			if r.Header.Get("Authorization") != "Bearer "+markToken {
				return "", errors.New("wrong token")
			}
			return "chat", nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	do := func(method, target string, body []byte, token string) int {
		t.Helper()
		r := httptest.NewRequest(method, target, bytes.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w.Code
	}
	send := func(want int, account, message string, raw []byte) {
		t.Helper()
		q := url.Values{"account": {account}, "message": {message}}
		if got := do("POST", "/v0/vouchers?"+q.Encode(), raw, markToken); got != want {
			t.Errorf("a voucher of %s: %d, want %d", message, got, want)
		}
	}
	seal := func(n int, inSet bool) (string, []byte) {
		message := fmt.Sprint(markMessage, n)
		return message, set.Seal(servertest.Sealing{
			Account: markAccount, Message: message, Picture: fmt.Sprint("picture ", n), InSet: inSet, Kind: voucher.KindMediaKey, Payload: []byte(markPayload),
		})
	}
	for n, inSet := range []bool{true, false, true} {
		message, raw := seal(n, inSet)
		send(202, markAccount, message, raw)
		if n == 0 {
			send(202, markAccount, message, raw)
		}
		send(422, markAccount, message+"x", raw)
		send(400, markAccount, message, raw[:len(raw)-1])
	}
	message, raw := seal(9, true)
	raw[len(raw)/2] ^= 1 // opens to something that no client has sealed, or stays closed
	zero := set.Seal(servertest.Sealing{Account: markAccount, Message: message, Picture: "p", InSet: true, Share: make([]byte, len(set.Account(1, 0).Share([]byte("p")).Bytes()))})
	send(400, markAccount, message, raw)
	send(202, markAccount, message, zero)
	send(413, markAccount, message, make([]byte, 1<<20))
	do("POST", "/v0/vouchers?account="+markQuery, nil, markToken)
	do("POST", "/v0/vouchers?account=a&message=b", nil, "wrong"+markToken)
	for _, path := range []string{"/" + markPath, "/set/" + markPath, "/v0/console/vouchers/" + markPath, "/v0/console/accounts?account=" + markAccount, "/set/manifest", "/healthz", "/readyz", "/v0/console/status"} {
		do("GET", path, nil, markToken)
	}
	w, err := match.New(match.Config{Store: db, Matchers: []*sdk.Matcher{set.Matcher}, Observer: m, Log: log.With("role", "match")})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.Drain(ctx); n != 4 || err != nil {
		t.Errorf("matched %d, %v", n, err)
	}
	// A store that fails.
	closed, cancel := context.WithTimeout(ctx, time.Second)
	cancel()
	_, _ = w.Drain(closed)

	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	scraped = rec.Body.String()
	problems, err := promlint.New(strings.NewReader(scraped)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("the metrics break conventions: %v, %v", problems, err)
	}
	ring := set.Keyring.AppendText(nil)
	for line := range strings.Lines(string(ring)) {
		if words := strings.Fields(line); len(words) == 4 { // layer, its public key, the secret one, the seed
			secrets = append(secrets, []byte(words[2]))
		}
	}
	if len(secrets) != 1 {
		t.Fatalf("found %d keys in the key ring", len(secrets))
	}
	for _, mark := range []string{markAccount, markMessage, markPayload, markToken, markPath, markQuery} {
		secrets = append(secrets, []byte(mark))
	}
	return scraped, secrets
}
