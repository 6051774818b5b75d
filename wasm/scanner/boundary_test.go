package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/wasm/internal/frame"
)

const vectors = "../../sdk/testdata/vectors/set"

// opened is a boundary that has opened the golden set, which has synthetic vouchers.
func opened(t testing.TB) *boundary {
	t.Helper()
	b := &boundary{clock: func() int64 { return 1_800_000_000 }}
	manifest, err := os.ReadFile(filepath.Join(vectors, "manifest"))
	if err != nil {
		t.Fatal(err)
	}
	if b.accountNew(0) != 0 {
		t.Fatal(b.failure())
	}
	account := bytes.Clone(b.Result)
	b.put(manifest, account)
	if b.open(int32(len(manifest)), int32(len(account))) != 0 {
		t.Fatal(b.failure())
	}
	return b
}

// put is what a host does before a call.
func (b *boundary) put(parts ...[]byte) {
	in := bytes.Join(parts, nil)
	copy(b.Room(int32(len(in))), in)
}

// failure is the error in the result.
func (b *boundary) failure() string { return strings.ReplaceAll(string(b.Result), "\x00", ": ") }

func (b *boundary) code() string {
	code, _, _ := strings.Cut(string(b.Result), "\x00")
	return code
}

func TestAScanWithoutASet(t *testing.T) {
	b := opened(t)
	scan := b.begin(64, 48)
	rgba := make([]byte, 4*64*48)
	for i := range rgba {
		rgba[i] = byte(i * i / 97)
	}
	for again := int32(1); again == 1; {
		b.put(rgba)
		if b.writeRows(scan, int32(len(rgba))) != 0 {
			t.Fatal(b.failure())
		}
		if again = b.endPass(scan); again < 0 {
			t.Fatal(b.failure())
		}
	}
	if b.features(scan) != 0 || len(b.Result) != 32 {
		t.Fatalf("features: %d bytes", len(b.Result))
	}
	if b.lookups(scan) != 0 || len(b.Result) == 0 || len(b.Result)%12 != 0 {
		t.Fatalf("lookups: %d bytes", len(b.Result))
	}
	b.put([]byte("alice"), []byte("42"), []byte("payload"))
	if b.seal(scan, 5, 2, 1, 7) != 0 {
		t.Fatal(b.failure())
	}
	word := func(i int) int { return int(binary.LittleEndian.Uint32(b.Result[4*i:])) }
	count, n, receipt := word(0), word(1), word(2)
	if count != 2 || n != b.scanner.VoucherSize() {
		t.Errorf("%d vouchers of %d bytes, want 2 of %d", count, n, b.scanner.VoucherSize())
	}
	for i := range count {
		if v, err := voucher.Parse(b.Result[12+i*n:][:n]); err != nil || v.SetID != [32]byte(b.scanner.Manifest().ID()) {
			t.Errorf("voucher %d: %v", i, err)
		}
	}
	var report struct {
		Views  []struct{ View, PDQ string }
		Probes []struct{ Dummy bool }
		Alarms []struct{ Code string }
	}
	if err := json.Unmarshal(b.Result[12+count*n+receipt:], &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Views) != 3 || len(report.Probes) != 16 || !report.Probes[0].Dummy || len(report.Alarms) == 0 || report.Alarms[0].Code != "unread" {
		t.Errorf("report %s", b.Result[12+count*n+receipt:])
	}
	b.release(scan)
	if b.endPass(scan) >= 0 || b.code() != "internal" {
		t.Error("a released scan still answers")
	}
}

func TestMisuse(t *testing.T) {
	b := opened(t)
	scan := b.begin(4, 4)
	b.put(make([]byte, 100))
	for name, status := range map[string]func() int32{
		"open twice":           func() int32 { return b.open(0, 0) },
		"more than was put":    func() int32 { return b.leaves(0, 0, 101) },
		"a negative length":    func() int32 { return b.writeRows(scan, -1) },
		"lengths that add up":  func() int32 { return b.seal(scan, 60, 60, 0, 0) },
		"a negative kind":      func() int32 { return b.seal(scan, 1, 1, -1, 1) },
		"a kind of 17 bits":    func() int32 { return b.seal(scan, 1, 1, 1<<16, 1) },
		"no such scan":         func() int32 { return b.lookups(scan + 1) },
		"a scan that is none":  func() int32 { return b.features(0) },
		"a scan below zero":    func() int32 { return b.provide(-1, 0, 0, 0, 1) },
		"a shard that is none": func() int32 { return b.leaves(0, 1<<30, 32) },
		"a layer below zero":   func() int32 { return b.checkBlock(-1, 0, 0, 32) },
	} {
		if status() >= 0 {
			t.Errorf("%s: accepted", name)
		}
	}
	closed := &boundary{}
	if closed.begin(1, 1) >= 0 || closed.leaves(0, 0, 0) >= 0 || closed.sent() >= 0 || closed.acknowledge(0) >= 0 {
		t.Error("a boundary without a set answers")
	}
}

// What was sent goes out of an instance and into the next.
func TestReceipts(t *testing.T) {
	b := opened(t)
	if b.sent() != 0 || len(b.Result) != 16 {
		t.Fatalf("an empty memory of %d bytes", len(b.Result))
	}
	memory := append(bytes.Clone(b.Result), 0, 0, 0, 0, 0, 0, 0, 9)
	for name, settle := range map[string]func(int32) int32{"acknowledge": b.acknowledge, "abandon": b.abandon, "resume": b.resume} {
		b.put(memory)
		if settle(int32(len(memory))) != 0 {
			t.Errorf("%s: %s", name, b.failure())
		}
		b.put(memory)
		if settle(int32(len(memory)-1)) >= 0 || b.code() != "sent" {
			t.Errorf("%s of a receipt that was cut short: %s", name, b.failure())
		}
	}
	if b.sent() != 0 || !bytes.Equal(b.Result, memory) {
		t.Errorf("the memory is %x, want %x", b.Result, memory)
	}
}

func TestAccountSuccessor(t *testing.T) {
	b := new(boundary)
	if b.accountNew(0) != 0 {
		t.Fatal(b.failure())
	}
	first := bytes.Clone(b.Result)
	b.put(first)
	if b.accountNew(int32(len(first))) != 0 {
		t.Fatal(b.failure())
	}
	was, err := threshold.ParseAccount(first)
	if err != nil {
		t.Fatal(err)
	}
	is, err := threshold.ParseAccount(b.Result)
	if err != nil || is.Generation() != was.Generation()+1 {
		t.Errorf("the successor of %v is %v, %v", was, is, err)
	}
	b.put(first[:20])
	if b.accountNew(20) >= 0 || b.code() != "account" {
		t.Errorf("half an account: %s", b.failure())
	}
}

// FuzzReport compares the writer with encoding/json: whatever an error says arrives, but for bytes that are not UTF-8.
func FuzzReport(f *testing.F) {
	seeds := []string{"", "plain", `quotes " and \`, "line\nfeed\ttab\x00\x1f\x7f", "8×8 é 漢 😀", "\xff\xfe", "</script>\u2028"}
	for _, s := range seeds {
		f.Add(s, 1, 2)
	}
	f.Fuzz(func(t *testing.T, message string, layer, block int) {
		r := &sdk.Report{
			Reason: errors.New(message),
			Alarms: []sdk.Alarm{{Ref: blindset.Ref{Layer: layer, Block: block}, Err: errors.New(message)}, {Err: blindset.ErrBlock}},
		}
		var got struct {
			Held   string
			Reason struct{ Code, Message string }
			Alarms []struct {
				Layer, Shard, Block int
				Code, Message       string
			}
		}
		text := appendReport(nil, &sdk.Upload{Report: r, Held: sdk.Hold(block)})
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		want := strings.ToValidUTF8(message, "\uFFFD")
		if !utf8.ValidString(message) {
			// Each byte that is not UTF-8 becomes a mark of its own here.
			want = string([]rune(message))
		}
		if got.Reason.Message != want || got.Reason.Code != "internal" || (got.Held == "") != (block == 0) || len(got.Alarms) != 2 ||
			got.Alarms[0].Layer != layer || got.Alarms[0].Block != block || got.Alarms[0].Message != want || got.Alarms[1].Code != "block" {
			t.Errorf("%q became %s", message, text)
		}
	})
}

// FuzzBoundary calls exports in any order with any numbers: each answers, and none panics past the boundary.
func FuzzBoundary(f *testing.F) {
	f.Add([]byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c"))
	f.Add(bytes.Repeat([]byte{4, 8, 8, 5, 64, 1, 6, 7, 8, 9, 10, 0, 1, 1, 1, 3}, 8))
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 400 {
			return
		}
		b := opened(t)
		next := func() int32 {
			if len(script) == 0 {
				return 0
			}
			n := int32(int8(script[0]))
			script = script[1:]
			if n == 127 {
				return 1<<31 - 1
			}
			return n
		}
		for len(script) > 0 {
			b.Room(min(next(), 100))
			switch next() % 17 {
			case 1:
				b.open(next(), next())
			case 2:
				b.leaves(next(), next(), next())
			case 3:
				b.checkBlock(next(), next(), next(), next())
			case 4:
				b.begin(next(), next())
			case 5:
				b.writeRows(next(), next())
			case 6:
				b.endPass(next())
			case 7:
				b.giveUp(next())
			case 8:
				b.features(next())
			case 9:
				b.lookups(next())
			case 10:
				b.provide(next(), next(), next(), next(), next())
			case 11:
				b.seal(next(), next(), next(), next(), next())
			case 12:
				b.acknowledge(next())
			case 13:
				b.abandon(next())
			case 14:
				b.resume(next())
			case 15:
				b.sent()
			case 16:
				b.accountNew(next())
			case 0:
				b.release(next())
			}
			if b.code() == "internal" && strings.Contains(b.failure(), frame.ErrPanic.Error()) {
				t.Fatal("a panic inside the SDK")
			}
		}
	})
}
