package hashlist

import (
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// liveHeap returns the bytes that are reachable.
func liveHeap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A Reader needs memory for a record, not for the list.
func TestBoundedMemory(t *testing.T) {
	records := 120_000
	if runtime.GOARCH == "wasm" {
		records = 20_000 // an interpreter or a small runtime may be under it
	}
	const most = 512 << 10 // the lists are 7 to 25 MB (wasm: 1 to 4)
	for _, w := range writers {
		t.Run(w.format.String(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			first, others := w.record(0, randomRecord(rng)), make([]string, 500)
			for i := range others {
				others[i] = w.record(1, randomRecord(rng))
			}
			g := &generator{part: func(i int) string {
				switch {
				case i == 0:
					return w.head
				case i == 1:
					return first
				case i <= records:
					return others[i%len(others)]
				case i == records+1:
					return w.tail + "\n"
				}
				return ""
			}}
			r, err := NewReader(g, "generated", Config{})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			var base, peak int64
			for _, err := range r.Records() {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == 1000 {
					base = liveHeap()
				} else if n%(records/6) == 0 {
					peak = max(peak, liveHeap()-base)
				}
			}
			if n != records || r.Summary().Records != records {
				t.Fatalf("%d records, want %d", n, records)
			}
			if peak > most {
				t.Errorf("live heap grew by %d bytes over %d MB of list", peak, g.read>>20)
			}
			t.Logf("%d MB of list, live heap grew by %d bytes", g.read>>20, peak)
		})
	}
}

// Whatever has no end is refused after Config.MaxRecord bytes and a buffer or
// two; a line, whose end is looked for, in no more memory than that.
func TestHostileSize(t *testing.T) {
	hash := synth(1).String()
	record := `<image><member id="1"/><id>`
	for _, c := range []struct {
		name   string
		format Format
		head   string
		repeat string
		fault  Fault
	}{
		{"plain line", FormatPlain, "\n", "a", FaultTooLong},
		{"plain comment", FormatPlain, "\n", "#", FaultTooLong},
		{"csv name", FormatCSV, hash + ",90,", "n", FaultTooLong},
		{"csv commas", FormatCSV, hash + ",90,", ",", FaultTooLong},
		{"csv header", FormatCSV, "hash,", "x,", FaultTooLong},
		{"xml text", FormatNCMEC, "<queryResult><images>" + record, "a", FaultTooLong},
		{"xml name", FormatNCMEC, "<", "a", FaultTooLong},
		{"xml attribute", FormatNCMEC, `<queryResult a="`, "a", FaultTooLong},
		{"xml attributes", FormatNCMEC, "<queryResult", ` a="1"`, FaultTooLong},
		{"xml comment", FormatNCMEC, "<!--", "a", FaultTooLong},
		{"xml instruction", FormatNCMEC, "<?xml ", "a", FaultTooLong},
		{"xml doctype", FormatNCMEC, "<!DOCTYPE a [", `<!ENTITY a "a">`, FaultTooLong},
		{"xml cdata", FormatNCMEC, "<queryResult><![CDATA[", "a", FaultTooLong},
		{"xml nesting", FormatNCMEC, "<queryResult>", "<a>", FaultTooDeep},
		{"xml record children", FormatNCMEC, "<queryResult><images>" + record, "<a/>", FaultTooLong},
		{"xml ids", FormatNCMEC, "<queryResult><images><image>", "<id>a</id>", FaultTooLong},
		{"json text", FormatStopNCII, `{"hashRecords": [{"hashValue": "`, "a", FaultTooLong},
		{"json escapes", FormatStopNCII, `{"hashRecords": [{"hashValue": "`, `\u00e9`, FaultTooLong},
		{"json number", FormatStopNCII, `{"count": 1`, "0", FaultTooLong},
		{"json space", FormatStopNCII, `{"hashRecords": [`, " ", FaultTooLong},
		{"json array", FormatStopNCII, `{"x": [`, "[],", FaultTooLong},
		{"json nesting", FormatThreatExchange, `{"x": `, "[", FaultTooDeep},
		{"json objects", FormatThreatExchange, `{"data": [`, `{"a":`, FaultTooDeep},
		{"json key", FormatThreatExchange, `{"`, "k", FaultTooLong},
		{"json page", FormatThreatExchange, `{"data": [], "paging": {"x": "`, "k", FaultTooLong},
	} {
		for _, mode := range []Mode{Strict, Lenient} {
			t.Run(c.name+" "+mode.String(), func(t *testing.T) {
				hostile(t, Config{Format: c.format, Mode: mode, MaxRecord: 64 << 10}, c.head, strings.Repeat(c.repeat, 1024), c.fault)
			})
		}
	}
}

// hostile reads head and 32 MB of repetitions.
func hostile(t *testing.T, cfg Config, head, part string, want Fault) {
	const total = 32 << 20
	g := &generator{part: func(i int) string {
		switch {
		case i == 0:
			return head
		case i*len(part) < total+len(part):
			return part
		}
		return ""
	}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := NewReader(g, "hostile", cfg)
	if err == nil {
		_, err = drain(r)
	}
	runtime.ReadMemStats(&after)

	var lines *lineReader
	switch p := r.parser.(type) {
	case *plain:
		lines = &p.lines
	case *csvList:
		lines = &p.lines
	}
	if lines == nil || cfg.Mode == Strict {
		wantSyntax(t, err, want)
	} else if err != nil || r.Summary().Broken[want] != 1 { // the end of the line is the end of the list
		t.Errorf("error %v, broken %v", err, r.Summary().Broken)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; lines == nil && allocated > 24<<20 {
		t.Errorf("%d MB allocated", allocated>>20)
	}
	if lines == nil && g.read > int64(cfg.MaxRecord+4*bufferSize) {
		t.Errorf("%d bytes read before the error", g.read)
	}
	if lines != nil && (g.read < total || cap(lines.buf) > 4*cfg.MaxRecord) {
		t.Errorf("%d bytes read, line buffer of %d bytes", g.read, cap(lines.buf))
	}
}

// A page with very many keys is refused before the memory of them grows.
func TestManyPageKeys(t *testing.T) {
	g := &generator{part: func(i int) string {
		if i == 0 {
			return `{"count": 0`
		}
		return `, "k` + strings.Repeat("x", 20) + string(rune('0'+i%10)) + synth(i).String() + `": 1`
	}}
	r, err := NewReader(io.LimitReader(g, 64<<20), "test", Config{Format: FormatStopNCII})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Next()
	wantSyntax(t, err, FaultTooLong)
}
