package frame_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/veilhash/veilhash/wasm/internal/frame"
)

func code(err error) string {
	if errors.Is(err, frame.ErrPanic) {
		return "internal"
	}
	return "some-code"
}

func TestRoomIsBounded(t *testing.T) {
	f := new(frame.Frame)
	if n := len(f.Room(-5)); n != 0 {
		t.Errorf("room for −5 bytes is %d", n)
	}
	if n := len(f.Room(1<<31 - 1)); n != 64<<20 {
		t.Errorf("room for 2 GiB is %d", n)
	}
	first := &f.Room(10)[0]
	if &f.Room(20)[0] != first {
		t.Error("room that is large enough is taken anew")
	}
}

func TestTake(t *testing.T) {
	f := new(frame.Frame)
	copy(f.Room(5), "abcde")
	parts, err := f.Take(2, 0, 3)
	if err != nil || fmt.Sprintf("%s", parts) != "[ab  cde]" {
		t.Errorf("%q, %v", parts, err)
	}
	for _, lengths := range [][]int32{{6}, {-1}, {3, 3}, {1<<31 - 1, 1<<31 - 1}} {
		if _, err := f.Take(lengths...); !errors.Is(err, frame.ErrInput) {
			t.Errorf("%v: %v", lengths, err)
		}
	}
	f.Wipe()
	if parts, _ = f.Take(5); string(parts[0]) != "\x00\x00\x00\x00\x00" {
		t.Errorf("wiped: %q", parts[0])
	}
}

func TestPanicsAreRecovered(t *testing.T) {
	f := new(frame.Frame)
	if f.Run(code, func() (int32, error) { panic("secret") }) >= 0 || !strings.HasPrefix(string(f.Result), "internal\x00") {
		t.Errorf("a panic became %q", f.Result)
	}
	if strings.Contains(string(f.Result), "secret") {
		t.Error("what the panic says leaves the module")
	}
}

func Example() {
	var f frame.Frame
	copy(f.Room(5), "hello")
	status := f.Run(code, func() (int32, error) {
		in, err := f.Take(5)
		if err != nil {
			return 0, err
		}
		f.Result = append(f.Result, strings.ToUpper(string(in[0]))...)
		return 0, nil
	})
	fmt.Println(status, string(f.Result))
	status = f.Run(code, func() (int32, error) {
		_, err := f.Take(6)
		return 0, err
	})
	fmt.Printf("%d %q\n", status, f.Result)
	// Output:
	// 0 HELLO
	// -1 "some-code\x00wasm: the input is shorter than the call says"
}
