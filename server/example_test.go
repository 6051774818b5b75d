package server_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"testing/fstest"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/server"
	"github.com/veilhash/veilhash/server/sqlite"
)

// Everything in one process, as the command line runs it.
func Example() {
	run := func(set *setdir.Set, dir string, matcher *sdk.Matcher) error {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		db, err := sqlite.Open(ctx, sqlite.Config{Path: "veilhash.db"})
		if err != nil {
			return err
		}
		defer db.Close()
		srv, err := server.New(server.Config{
			Store: db, Manifest: set.Manifest, SetDir: dir, Matchers: []*sdk.Matcher{matcher},
		})
		if err != nil {
			return err
		}
		l, err := server.Listen(ctx, "127.0.0.1:8787")
		if err != nil {
			return err // for a taken port it says what to do
		}
		log.Printf("listening on http://%s", l.Addr())
		return srv.Run(ctx, l)
	}
	_ = run
}

// A process that hands out a page and nothing else.
func ExampleServer_Handler() {
	srv, err := server.New(server.Config{Page: fstest.MapFS{"index.html": {Data: []byte("hello")}}})
	if err != nil {
		log.Fatal(err)
	}
	for _, path := range []string{"/", "/healthz", "/v0/vouchers"} {
		w := httptest.NewRecorder()
		srv.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Println(path, w.Code)
	}
	// Output:
	// / 200
	// /healthz 200
	// /v0/vouchers 404
}
