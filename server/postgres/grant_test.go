package postgres

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/veilhash/veilhash/server/postgres/pgtest"
	"github.com/veilhash/veilhash/server/store"
)

// calls are what each access takes, in an order in which all succeed for an owner; those of others must be refused.
func calls(db *DB, serial uint64) []struct {
	name   string
	access map[Access]bool
	call   func() error
} {
	v := voucher(serial, "raw")
	second := func(_ any, err error) error { return err }
	work, review, both := map[Access]bool{Matching: true}, map[Access]bool{Review: true}, map[Access]bool{Matching: true, Review: true}
	deletion, numbers := map[Access]bool{Deleting: true}, map[Access]bool{Matching: true, Review: true, Deleting: true}
	return []struct {
		name   string
		access map[Access]bool
		call   func() error
	}{
		{"Ping", map[Access]bool{Ingest: true, Matching: true, Review: true, Deleting: true}, func() error { return db.Ping(ctx) }},
		{"Put", map[Access]bool{Ingest: true}, func() error { return second(db.Put(ctx, v)) }},
		{"Claim", work, func() error {
			return second(db.Claim(ctx, store.Claim{Set: v.Set, Limit: 5, Now: time.Now(), Lease: time.Second}))
		}},
		{"Postpone", work, func() error { return db.Postpone(ctx, v.ID, 1, time.Now()) }},
		{"RecordMatch", work, func() error { return second(db.RecordMatch(ctx, voucher(0, "").ID, 1, 1)) }},
		{"LeaveClosed", work, func() error { return db.LeaveClosed(ctx, v.ID) }},
		{"Reject", work, func() error { return db.Reject(ctx, v.ID, "damaged") }},
		{"Finish", work, func() error { return db.Finish(ctx, v.ID) }},
		{"Matches", both, func() error { return second(db.Matches(ctx, v.Tally(), 0, 5)) }},
		{"Tally", work, func() error { return second(db.Tally(ctx, v.Tally())) }},
		{"Generations", numbers, func() error { return second(db.Generations(ctx, v.Tally())) }},
		{"SaveTally", work, func() error { return db.SaveTally(ctx, store.Tally{Key: v.Tally(), Version: 1}) }},
		{"PutEvidence", work, func() error {
			return db.PutEvidence(ctx, store.Evidence{Voucher: voucher(0, "").ID, Opened: time.Now()})
		}},
		{"Backlog", both, func() error { return second(db.Backlog(ctx, v.Set)) }},
		{"Hold", deletion, func() error { return db.Hold(ctx, store.Account{Name: "nobody"}, time.Now()) }},
		{"Release", deletion, func() error { return db.Release(ctx, store.Account{Name: "nobody"}) }},
		{"Expire", deletion, func() error {
			past := time.UnixMilli(1)
			return second(db.Expire(ctx, store.Expiry{Set: v.Set, Now: past, Closed: past, Evidence: past, Limit: 1}))
		}},
		{"Remove", deletion, func() error { return second(db.Remove(ctx, store.Removal{Account: store.Account{Name: "nobody"}})) }},
		{"Deletions", deletion, func() error { return second(db.Deletions(ctx, 0, 1)) }},
		{"Voucher", both, func() error { return second(db.Voucher(ctx, voucher(0, "").ID)) }},
		{"Evidence", review, func() error { return second(db.Evidence(ctx, voucher(0, "").ID)) }},
		{"Tallies", numbers, func() error { return second(db.Tallies(ctx, v.Account, v.Set)) }},
		{"Count", numbers, func() error { return second(db.Count(ctx, v.Set)) }},
		{"CountApp", numbers, func() error { return second(db.CountApp(ctx, v.Account.App, v.Set)) }},
		{"CountAccount", numbers, func() error { return second(db.CountAccount(ctx, v.Account, v.Set)) }},
	}
}

// TestLeastPrivileges: the credentials of each role do what the role does, and nothing else.
func TestLeastPrivileges(t *testing.T) {
	server := pgtest.Start(t)
	url := server.Database()
	owner := openAt(t, url)
	defer owner.Close()
	if _, err := owner.Put(ctx, voucher(0, "raw")); err != nil {
		t.Fatal(err)
	}
	v := voucher(0, "")
	if err := owner.SaveTally(ctx, store.Tally{Key: v.Tally(), State: []byte("secret")}); err != nil {
		t.Fatal(err)
	}
	if err := owner.PutEvidence(ctx, store.Evidence{Voucher: voucher(0, "").ID, Opened: time.Now()}); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for access, user := range map[Access]string{Ingest: "the app's \"ingest\"", Matching: "matcher", Review: "reviewer", Deleting: "sweeper"} {
		server.User(user)
		if db, err := Open(ctx, Config{URL: server.As(user, url)}); err == nil {
			db.Close()
			t.Errorf("%s could open the database before it was given any rights", user)
		}
		for range 2 { // the second time changes nothing
			if err := Grant(ctx, url, access, user); err != nil {
				t.Fatal(err)
			}
		}
		db := openAt(t, server.As(user, url))
		for _, c := range calls(db, 10+uint64(access)) {
			err := c.call()
			switch {
			case c.access[access] && err != nil && !(c.name == "SaveTally" && errors.Is(err, store.ErrStale)):
				t.Errorf("%s may not %s: %v", user, c.name, err)
			case !c.access[access] && !hasCode(err, insufficientPrivilege):
				t.Errorf("%s may %s (%v)", user, c.name, err)
			case !c.access[access]:
				refused++
			}
		}
		for _, text := range []string{"DELETE FROM veilhash.vouchers WHERE false", "DELETE FROM veilhash.evidence WHERE false"} {
			if _, err := db.pool.Exec(ctx, text); (err == nil) != (access == Deleting) {
				t.Errorf("%s: %s: %v", user, text, err)
			}
		}
		for _, text := range []string{
			"SELECT raw, payload, at FROM veilhash.vouchers, veilhash.evidence, veilhash.deletions", "DELETE FROM veilhash.deletions", "UPDATE veilhash.deletions SET reason = ''", "TRUNCATE veilhash.tallies", "UPDATE veilhash.vouchers SET raw = ''",
			"UPDATE veilhash.evidence SET payload = ''", "UPDATE veilhash.vouchers SET account = ''", "DROP TABLE veilhash.vouchers", "CREATE TABLE veilhash.x (y integer)",
			"UPDATE veilhash.schema SET version = 7", "INSERT INTO veilhash.vouchers (id) VALUES ('')", "CREATE OR REPLACE FUNCTION veilhash.put_vouchers() RETURNS void LANGUAGE sql AS ''",
		} {
			if _, err := db.pool.Exec(ctx, text); !hasCode(err, insufficientPrivilege) {
				t.Errorf("%s may %s (%v)", user, text, err)
			}
		}
		var secret []byte
		err := db.pool.QueryRow(ctx, "SELECT state FROM veilhash.tallies").Scan(&secret)
		if (err == nil) != (access == Matching) {
			t.Errorf("%s reads a tally's state: %v", user, err)
		}
		db.Close()
	}
	if refused < 20 {
		t.Errorf("only %d calls were to be refused", refused)
	}
	if err := Grant(ctx, url, Ingest, "no such role"); !hasCode(err, "42704") {
		t.Errorf("rights for a role that is not there: %v", err)
	}
	if err := Grant(ctx, server.As("reviewer", url), Matching, "reviewer"); err == nil {
		t.Error("a reviewer could give itself rights")
	}
}

// A role may be able to read everything that it may read and still not see the bytes of what was put, if it is ingest.
func TestIngestReadsNothing(t *testing.T) {
	server := pgtest.Start(t)
	url := server.Database()
	openAt(t, url).Close()
	server.User("ingest")
	if err := Grant(ctx, url, Ingest, "ingest"); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, server.As("ingest", url))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, table := range []string{"vouchers", "tallies", "evidence", "vouchers_seq_seq"} {
		if _, err := conn.Exec(ctx, "SELECT * FROM veilhash."+table); !hasCode(err, insufficientPrivilege) {
			t.Errorf("ingest may read %s (%v)", table, err)
		}
	}
	// Not even by way of the function that runs with its owner's rights.
	for _, text := range []string{
		"CREATE TEMP TABLE vouchers (id bytea); SELECT veilhash.put_vouchers('{}', '{}', '{}', '{}', '{}', '{}', '{}')",
		"CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadowed'; END $$; SELECT veilhash.put_vouchers('{a}', '{a}', '{a}', '{a}', '{a}', '{a}', '{1}')",
	} {
		if _, err := conn.Exec(ctx, text); err != nil {
			t.Errorf("names of the caller's get in the way of the function's: %v", err)
		}
	}
}

// TestGrantsAreDocumented: what operators read is what is run.
func TestGrantsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```sql\n")
	block, _, _ = strings.Cut(block, "```")
	var documented, want []string
	for line := range strings.Lines(block) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--") {
			documented = append(documented, strings.TrimSuffix(line, ";"))
		}
	}
	for _, r := range []struct {
		access Access
		role   string
	}{{Ingest, "chat_ingest"}, {Matching, "hotline_match"}, {Review, "hotline_review"}, {Deleting, "retention"}} {
		want = append(want, Grants(r.access, r.role)...)
	}
	if !slices.Equal(documented, want) {
		t.Errorf("docs/operating.md has\n%s\nwhat is run is\n%s", strings.Join(documented, "\n"), strings.Join(want, "\n"))
	}
}
