package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/veilhash/veilhash/sdk/derivative"
	"github.com/veilhash/veilhash/server/console"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/store"
	"github.com/veilhash/veilhash/server/storetest"
)

func get(t testing.TB, st store.Records, log *slog.Logger, path string) (int, string) {
	t.Helper()
	h, err := console.New(console.Config{Store: st, Manifest: servertest.New(t, 2, 0).Manifest, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	r.URL.Path = path
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// TestUnfinished: as long as work is left on a voucher the page must ask again, whatever has been decided.
func TestUnfinished(t *testing.T) {
	ctx := context.Background()
	st := storetest.NewMemory()
	id := store.ID{1}
	if _, err := st.Put(ctx, store.Voucher{ID: id, Raw: []byte{1}}); err != nil {
		t.Fatal(err)
	}
	state := func() string {
		t.Helper()
		status, body := get(t, st, nil, "/v0/console/vouchers/"+id.String())
		var a struct{ State string }
		if err := json.Unmarshal([]byte(body), &a); err != nil || status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		return a.State
	}
	if _, err := st.RecordMatch(ctx, id, 1, 1); err != nil {
		t.Fatal(err)
	}
	if got := state(); got != "pending" {
		t.Errorf("decided, not finished: %s, want pending", got)
	}
	if err := st.Finish(ctx, id); err != nil {
		t.Fatal(err)
	}
	if got := state(); got != "match" {
		t.Errorf("finished: %s, want match", got)
	}
	if err := st.PutEvidence(ctx, store.Evidence{Voucher: id, Outcome: store.Readable, Kind: 77, Opened: time.Unix(0, 0)}); err != nil {
		t.Fatal(err)
	}
	if got := state(); got != "opened" {
		t.Errorf("with evidence: %s, want opened", got)
	}
	if _, body := get(t, st, nil, "/v0/console/vouchers/"+id.String()); !strings.Contains(body, `"payload":{"kind":"unknown"}`) {
		t.Errorf("a kind that is not known: %s", body)
	}
}

// TestAccount: vouchers, outer matches, opened or not, by period; and nothing that tells true matches from synthetic ones.
func TestAccount(t *testing.T) {
	ctx := context.Background()
	st := storetest.NewMemory()
	m := servertest.New(t, 2, 0).Manifest
	set, ann := store.SetID(m.ID()), store.Account{Name: "ann"}
	for i := range byte(9) {
		id := store.ID{i}
		if _, err := st.Put(ctx, store.Voucher{ID: id, Account: ann, Set: set, Raw: []byte{i}}); err != nil {
			t.Fatal(err)
		}
		if i < 6 {
			if _, err := st.RecordMatch(ctx, id, 1+uint32(i)%2, 700+uint32(i)/4); err != nil {
				t.Fatal(err)
			}
		}
	}
	open := store.TallyKey{Account: ann, Set: set, Generation: 2, Period: 700}
	if err := st.SaveTally(ctx, store.Tally{Key: open, Open: true}); err != nil {
		t.Fatal(err)
	}
	h, err := console.New(console.Config{Store: st, Manifest: m})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"ann": `{"account":"ann","vouchers":9,"matches":6,"waiting":9,"threshold":2,"synthetics":0,"opened":true,"periods":[` +
			`{"period":701,"matches":2,"opened":false},{"period":700,"matches":4,"opened":true}]}`,
		"bob": `{"account":"bob","vouchers":0,"matches":0,"waiting":0,"threshold":2,"synthetics":0,"opened":false,"periods":[]}`,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/v0/console/accounts?account="+name, nil))
		if got := strings.TrimSpace(w.Body.String()); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// broken is a store that cannot read.
type broken struct{ store.Records }

func (broken) Voucher(context.Context, store.ID) (store.Voucher, error) {
	return store.Voucher{}, errors.New("the disk is gone")
}

func TestStoreFails(t *testing.T) {
	var log bytes.Buffer
	status, body := get(t, broken{}, slog.New(slog.NewTextHandler(&log, nil)), "/v0/console/vouchers/"+strings.Repeat("0", 32))
	if status != 503 || strings.Contains(body, "disk") || !strings.Contains(log.String(), "the disk is gone") {
		t.Errorf("%d %s, log %s", status, body, &log)
	}
}

func TestConfig(t *testing.T) {
	for _, cfg := range []console.Config{{Store: storetest.NewMemory()}, {Manifest: servertest.New(t, 1, 0).Manifest}} {
		if _, err := console.New(cfg); !errors.Is(err, console.ErrConfig) {
			t.Errorf("%v, want ErrConfig", err)
		}
	}
}

// FuzzPayload: whatever a hostile client has sealed, the page is handed well-formed JSON, and a picture only if it is a small JPEG.
func FuzzPayload(f *testing.F) {
	good, err := derivative.Encode([32]byte{1}, make([]byte, 256), 16, 4000)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(1), good)
	f.Add(uint16(1), good[:60])
	f.Add(uint16(1), []byte("</script><script>alert(1)</script>"))
	f.Add(uint16(2), []byte("key"))
	f.Add(uint16(0), []byte{})
	f.Add(uint16(65535), []byte{0xff})
	f.Fuzz(func(t *testing.T, kind uint16, payload []byte) {
		ctx := context.Background()
		st := storetest.NewMemory()
		id := store.ID{1}
		_, err := st.Put(ctx, store.Voucher{ID: id, Raw: []byte{1}})
		_, err2 := st.RecordMatch(ctx, id, 1, 1)
		err3 := st.Finish(ctx, id)
		err4 := st.PutEvidence(ctx, store.Evidence{Voucher: id, Outcome: store.Readable, Kind: kind, Payload: payload})
		if err := errors.Join(err, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		status, body := get(t, st, nil, "/v0/console/vouchers/"+id.String())
		var a struct {
			Payload struct {
				Kind  string
				Image []byte
			}
		}
		if err := json.Unmarshal([]byte(body), &a); err != nil || status != 200 {
			t.Fatalf("%d %q: %v", status, body, err)
		}
		_, bad := derivative.Decode(payload) // nothing at all is no picture, and no fault
		if isPicture := kind == 1 && bad == nil; (len(a.Payload.Image) > 0) != isPicture || len(a.Payload.Image) > len(payload) {
			t.Errorf("kind %d, picture %v: the page is handed %d bytes", kind, isPicture, len(a.Payload.Image))
		}
	})
}
