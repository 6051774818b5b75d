package problem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server/problem"
	"github.com/veilhash/veilhash/server/store"
)

func TestCodes(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := make(map[string]bool)
	for _, c := range problem.Codes() {
		if !form.MatchString(c.Code) || seen[c.Code] || !strings.HasSuffix(c.Sentence, ".") {
			t.Errorf("code %q (%q) is malformed, there twice, or without a sentence", c.Code, c.Sentence)
		}
		seen[c.Code] = true
	}
	if len(seen) < 15 {
		t.Errorf("only %d codes", len(seen))
	}
}

func TestOf(t *testing.T) {
	for err, want := range map[error]string{
		voucher.ErrFormat:                        "400 voucher-format",
		voucher.ErrChecksum:                      "400 voucher-damaged",
		voucher.ErrSet:                           "422 voucher-set",
		voucher.ErrShape:                         "422 voucher-shape",
		voucher.ErrBinding:                       "422 binding",
		store.ErrConflict:                        "409 voucher-conflict",
		store.ErrNotFound:                        "404 not-found",
		store.ErrBusy:                            "429 busy",
		store.ErrClosed:                          "503 draining",
		fmt.Errorf("wrapped: %w", store.ErrBusy): "429 busy",
		errors.New("anything"):                   "503 unavailable",
	} {
		p := problem.Of(err)
		if got := fmt.Sprint(p.Status, " ", p.Code); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}

func TestWrite(t *testing.T) {
	w := httptest.NewRecorder()
	problem.Problem{Status: 429, Code: "busy", Sentence: "Later.", RetryAfter: 1500 * time.Millisecond}.Write(w)
	var a map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || len(a) != 2 || a["code"] != "busy" || a["error"] != "Later." {
		t.Errorf("body %s, %v", w.Body, err)
	}
	if w.Code != 429 || w.Header().Get("Retry-After") != "2" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
