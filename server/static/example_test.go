package static_test

import (
	"fmt"
	"testing/fstest"

	"github.com/veilhash/veilhash/server/static"
)

func ExampleHandler() {
	h := static.Handler(fstest.MapFS{"index.html": {Data: []byte("hello")}, ".env": {Data: []byte("secret")}})
	for _, path := range []string{"/", "/.env"} {
		w := get(h, path)
		fmt.Println(w.Code, w.Header().Get("Content-Type"))
	}
	// Output:
	// 200 text/html; charset=utf-8
	// 404 application/json
}
