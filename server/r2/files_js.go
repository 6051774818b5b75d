//go:build js && wasm

package r2

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall/js"
	"time"

	"github.com/syumai/workers/cloudflare"

	"github.com/veilhash/veilhash/server/distribute"
	"github.com/veilhash/veilhash/server/internal/promise"
)

// Files are a bucket's objects, by name.
type Files struct{ bucket js.Value }

var _ distribute.Files = Files{}

// New takes a bucket by the name that it is bound under.
func New(binding string) (Files, error) {
	b := cloudflare.GetBinding(binding)
	if b.IsUndefined() {
		return Files{}, fmt.Errorf("r2: no bucket is bound as %s", binding)
	}
	return Files{b}, nil
}

// Open implements [distribute.Files].
func (f Files) Open(ctx context.Context, name string) (distribute.File, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	head, err := promise.Await(f.bucket.Call("head", name))
	switch {
	case err != nil:
		return nil, fmt.Errorf("r2: %w", err)
	case head.IsNull():
		return nil, os.ErrNotExist
	}
	return &object{
		bucket: f.bucket, name: name, size: int64(head.Get("size").Float()),
		modified: time.UnixMilli(int64(head.Get("uploaded").Call("getTime").Float())),
	}, nil
}

// An object is read as a stream, from where the last Seek has led to.
type object struct {
	bucket   js.Value
	name     string
	size     int64
	modified time.Time

	at     int64
	reader js.Value // undefined before the first Read
	chunk  []byte   // what the stream gave and Read has not
}

// ModTime implements [distribute.File].
func (o *object) ModTime() time.Time { return o.modified }

var errSeek = errors.New("r2: seek to before the beginning")

// Seek implements [io.Seeker].
func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.at
	case io.SeekEnd:
		offset += o.size
	}
	if offset < 0 {
		return 0, errSeek
	}
	if offset != o.at {
		o.Close()
		o.at = offset
	}
	return offset, nil
}

// Read implements [io.Reader].
func (o *object) Read(p []byte) (int, error) {
	for len(o.chunk) == 0 {
		if o.at >= o.size {
			return 0, io.EOF
		}
		if err := o.pull(); err != nil {
			return 0, err
		}
	}
	n := copy(p, o.chunk)
	o.chunk = o.chunk[n:]
	o.at += int64(n)
	return n, nil
}

// pull waits for the stream's next chunk.
func (o *object) pull() error {
	if o.reader.IsUndefined() {
		got, err := promise.Await(o.bucket.Call("get", o.name, map[string]any{"range": map[string]any{"offset": o.at}}))
		switch {
		case err != nil:
			return fmt.Errorf("r2: %s: %w", o.name, err)
		case got.IsNull():
			return fmt.Errorf("r2: %s has gone: %w", o.name, os.ErrNotExist)
		}
		o.reader = got.Get("body").Call("getReader")
	}
	next, err := promise.Await(o.reader.Call("read"))
	if err != nil {
		return fmt.Errorf("r2: %s: %w", o.name, err)
	}
	if next.Get("done").Bool() {
		return io.ErrUnexpectedEOF
	}
	value := next.Get("value")
	o.chunk = make([]byte, value.Length())
	js.CopyBytesToGo(o.chunk, value)
	return nil
}

// Close implements [io.Closer]. What was not read is not fetched.
func (o *object) Close() error {
	if !o.reader.IsUndefined() {
		o.reader.Call("cancel")
	}
	o.reader, o.chunk = js.Undefined(), nil
	return nil
}
