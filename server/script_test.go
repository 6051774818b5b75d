package server_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/derivative"
	"github.com/veilhash/veilhash/sdk/voucher"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/internal/servertest"
	"github.com/veilhash/veilhash/server/match"
	"github.com/veilhash/veilhash/server/storetest"
)

// TestScripts plays the request scripts in testdata. A script is a list of steps with empty lines between:
//
//	seal NAME in|out ACCOUNT MESSAGE [picture=P] [share=synthetic|zero] [payload=picture|garbage|none|key]
//	alter NEW OLD truncate=N | extend=N | flip=OFFSET | garbage=N | resum
//	match                            what has been handed in is matched
//	METHOD TARGET                    a request, sent byte for byte as it stands here
//	Header: value
//	body NAME
//	-> STATUS                        what must come back
//	Header: value                    "-" for none, "~ regexp" for a pattern
//	{"json": …} or ~ regexp          the body
//
// {NAME} stands for a voucher's id, {set} for the set's identity, {shard} for a shard's digest, {host} for the server's address.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			newPlay(t).run(string(text))
		})
	}
}

// shardBytes is the length of the shard file that the scripts fetch.
const shardBytes = 10_000

// A play is a script's server and what the script has made.
type play struct {
	t       *testing.T
	set     *servertest.Set
	worker  *match.Worker
	address string
	bodies  map[string][]byte
	names   []string // old, new, old, new, …
}

func newPlay(t *testing.T) *play {
	set := servertest.New(t, 2, 1)
	dir := t.TempDir()
	shard := bytes.Repeat([]byte("0123456789"), shardBytes/10)
	digest := sha256.Sum256(shard)
	shardName := hex.EncodeToString(digest[:])
	for name, content := range map[string][]byte{
		"manifest":           set.Manifest.AppendText(nil),
		shardName + ".shard": shard,
		"keyring":            []byte("SECRET"),
		".hidden":            []byte("SECRET"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "keyring"), filepath.Join(dir, strings.Repeat("ab", 32)+".shard")); err != nil {
		t.Fatal(err)
	}
	st := storetest.NewMemory()
	srv, err := server.New(server.Config{
		Store: st, Manifest: set.Manifest, SetDir: dir, Console: server.OpenConsole, Hosts: []string{"localhost", "127.0.0.1", "::1"},
		Page: fstest.MapFS{
			"index.html":    {Data: []byte("<title>page</title>")},
			"app.js":        {Data: []byte("app()")},
			"scan.wasm":     {Data: []byte("\x00asm")},
			"scan.wasm.br":  {Data: []byte("packed")},
			"dir/x.txt":     {Data: []byte("x")},
			".git/config":   {Data: []byte("SECRET")},
			"dir/.env":      {Data: []byte("SECRET")},
			"unknown.thing": {Data: []byte("?")},
		},
		Folders: map[string]fs.FS{"samples": fstest.MapFS{"index.json": {Data: []byte("[]")}}},
		Origins: []string{"https://app.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	worker, err := match.New(match.Config{Store: st, Matchers: []*sdk.Matcher{set.Matcher}})
	if err != nil {
		t.Fatal(err)
	}
	http := httptest.NewServer(srv.Handler())
	t.Cleanup(http.Close)
	return &play{
		t: t, set: set, worker: worker, address: http.Listener.Addr().String(), bodies: make(map[string][]byte),
		names: []string{"{set}", set.Manifest.ID().String(), "{shard}", shardName, "{host}", http.Listener.Addr().String()},
	}
}

func (p *play) run(text string) {
	line, steps := 1, 0
	for step := range strings.SplitSeq(text, "\n\n") {
		at := line
		line += strings.Count(step, "\n") + 2
		var lines []string
		for l := range strings.Lines(step) {
			if l = strings.TrimSuffix(l, "\n"); l != "" && !strings.HasPrefix(l, "#") {
				lines = append(lines, strings.NewReplacer(p.names...).Replace(l))
			}
		}
		if len(lines) == 0 {
			continue
		}
		steps++
		if err := p.step(lines); err != nil {
			p.t.Errorf("line %d: %s\n\t%v", at, strings.Join(lines, "\n\t"), err)
		}
	}
	if steps < 3 {
		p.t.Errorf("only %d steps", steps)
	}
}

func (p *play) step(lines []string) error {
	words := strings.Fields(lines[0])
	switch words[0] {
	case "seal":
		for _, l := range lines {
			if err := p.seal(strings.Fields(l)[1:]); err != nil {
				return err
			}
		}
		return nil
	case "alter":
		for _, l := range lines {
			if err := p.alter(strings.Fields(l)[1:]); err != nil {
				return err
			}
		}
		return nil
	case "match":
		_, err := p.worker.Drain(context.Background())
		return err
	}
	return p.request(lines)
}

func (p *play) keep(name string, raw []byte) {
	p.bodies[name] = raw
	if v, err := voucher.Parse(raw); err == nil {
		p.names = append(p.names, "{"+name+"}", v.ID.String())
	}
}

func (p *play) seal(args []string) error {
	if len(args) < 4 {
		return fmt.Errorf("seal wants four words")
	}
	o := servertest.Sealing{InSet: args[1] == "in", Account: args[2], Message: args[3], Picture: args[0], Kind: voucher.KindDerivative}
	o.Dealer = p.set.Account(args[2][0], 0)
	hash := sha256.Sum256([]byte(args[0]))
	var err error
	if o.Payload, err = derivative.Encode(hash, make([]byte, 64*64), 64, 2000); err != nil {
		return err
	}
	for _, arg := range args[4:] {
		switch arg {
		case "share=synthetic":
			o.Share = p.set.Account(255, 0).Share([]byte(args[0])).Bytes()
		case "share=zero":
			o.Share = make([]byte, len(o.Dealer.Share(nil).Bytes()))
		case "payload=garbage":
			o.Payload = []byte("<svg onload=alert(1)>")
		case "payload=none":
			o.Kind, o.Payload = voucher.KindNone, nil
		case "payload=key":
			o.Kind, o.Payload = voucher.KindMediaKey, make([]byte, 32)
		default:
			picture, ok := strings.CutPrefix(arg, "picture=")
			if !ok {
				return fmt.Errorf("seal does not know %s", arg)
			}
			o.Picture = picture
		}
	}
	p.keep(args[0], p.set.Seal(o))
	return nil
}

func (p *play) alter(args []string) error {
	raw := bytes.Clone(p.bodies[args[1]])
	what, number, _ := strings.Cut(args[2], "=")
	n, _ := strconv.Atoi(number)
	switch what {
	case "truncate":
		raw = raw[:n]
	case "extend":
		raw = append(raw, make([]byte, n)...)
	case "flip":
		raw[n] ^= 1
	case "garbage":
		raw = bytes.Repeat([]byte("garbage "), n/8+1)[:n]
	case "resum":
		raw = servertest.Resum(raw)
	default:
		return fmt.Errorf("alter does not know %s", args[2])
	}
	p.keep(args[0], raw)
	return nil
}

// request sends a request as it stands and compares the answer.
func (p *play) request(lines []string) error {
	var head []string
	var body []byte
	i := 1
	for ; i < len(lines) && !strings.HasPrefix(lines[i], "-> "); i++ {
		if name, ok := strings.CutPrefix(lines[i], "body "); ok {
			body, ok = p.bodies[name]
			if !ok {
				return fmt.Errorf("no body %s", name)
			}
			continue
		}
		head = append(head, lines[i])
	}
	if i == len(lines) {
		return fmt.Errorf("no line says what is expected")
	}
	method, _, _ := strings.Cut(lines[0], " ")
	resp, content, err := p.send(method, lines[0], head, body)
	if err != nil {
		return err
	}
	return compare(resp, content, strings.TrimPrefix(lines[i], "-> "), lines[i+1:])
}

func (p *play) send(method, line string, head []string, body []byte) (*http.Response, []byte, error) {
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		return nil, nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	given := strings.ToLower("\n" + strings.Join(head, "\n"))
	if !strings.Contains(given, "\nhost:") {
		head = append(head, "Host: "+p.address)
	}
	if body != nil && !strings.Contains(given, "\ncontent-length:") {
		head = append(head, fmt.Sprint("Content-Length: ", len(body)))
	}
	go func() { // a server that refuses need not read all of it
		fmt.Fprintf(conn, "%s HTTP/1.1\r\n%s\r\n\r\n", line, strings.Join(head, "\r\n"))
		conn.Write(body)
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return resp, content, err
}

func compare(resp *http.Response, content []byte, status string, want []string) error {
	if got := strconv.Itoa(resp.StatusCode); got != status {
		return fmt.Errorf("status %s, want %s; body %.300s", got, status, content)
	}
	if strings.Contains(string(content), "SECRET") {
		return fmt.Errorf("the answer gives a secret away")
	}
	for _, w := range want {
		got, what := strings.TrimSuffix(string(content), "\n"), "body"
		if name, value, ok := strings.Cut(w, ": "); ok && !strings.HasPrefix(w, "{") && !strings.HasPrefix(w, "~") {
			got, what, w = strings.Join(resp.Header.Values(name), ", "), name, value
			if w == "-" {
				w = ""
			}
		}
		pattern, isPattern := strings.CutPrefix(w, "~ ")
		if isPattern {
			re, err := regexp.Compile(pattern)
			if err != nil {
				return err
			}
			isPattern = re.MatchString(got)
		}
		if got != w && !isPattern {
			return fmt.Errorf("%s is %.600s, want %s", what, got, w)
		}
	}
	return nil
}
