package postgres_test

import (
	"context"
	"fmt"
	"log"

	"github.com/veilhash/veilhash/server/postgres"
)

// The owner of a database prepares it for two parties: an application that hands vouchers in, and a hotline that matches them.
func Example() {
	prepare := func(ctx context.Context) error {
		const owner = "postgres://owner@db.example/veilhash" // the password is in PGPASSWORD, or in ~/.pgpass
		if err := postgres.Migrate(ctx, owner); err != nil {
			return err
		}
		if err := postgres.Grant(ctx, owner, postgres.Ingest, "chat_ingest"); err != nil {
			return err
		}
		return postgres.Grant(ctx, owner, postgres.Matching, "hotline_match")
	}
	ingest := func(ctx context.Context) {
		db, err := postgres.Open(ctx, postgres.Config{URL: "postgres://chat_ingest@db.example/veilhash"})
		if err != nil {
			log.Fatal(err)
		}
		defer db.Close() // and meanwhile: server.Config{Store: db, …}
	}
	_, _ = prepare, ingest
}

// What ingest's credentials are worth.
func ExampleGrants() {
	for _, text := range postgres.Grants(postgres.Ingest, "chat_ingest") {
		fmt.Println(text + ";")
	}
	// Output:
	// GRANT USAGE ON SCHEMA veilhash TO "chat_ingest";
	// GRANT SELECT ON veilhash.schema TO "chat_ingest";
	// GRANT EXECUTE ON FUNCTION veilhash.put_vouchers TO "chat_ingest";
}
