package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// An Access is what a role of the server may do in the database.
type Access int

const (
	// Ingest may put vouchers, and read nothing.
	Ingest Access = iota + 1
	// Matching may claim and decide vouchers, keep tallies and add evidence; not put vouchers, nor read evidence, nor remove anything.
	Matching
	// Review may read vouchers, evidence, and how far tallies are, but not their state; and change nothing.
	Review
	// Deleting may delete vouchers, tallies and evidence, and see of them what decides about that: no bytes, no payloads, no state.
	Deleting
)

// rights are what each access takes, "%s" being the database role.
var rights = map[Access][]string{
	Ingest: {
		"GRANT EXECUTE ON FUNCTION veilhash.put_vouchers TO %s",
	},
	Matching: {
		"GRANT SELECT, UPDATE (state, reason, due, attempt, generation, period, ordinal) ON veilhash.vouchers TO %s",
		"GRANT SELECT, INSERT, UPDATE (state, counted, opened, open, version) ON veilhash.tallies TO %s",
		"GRANT SELECT (id), INSERT ON veilhash.evidence TO %s",
	},
	Review: {
		"GRANT SELECT ON veilhash.vouchers, veilhash.evidence TO %s",
		"GRANT SELECT (app, account, set_id, generation, period, open) ON veilhash.tallies TO %s",
	},
	Deleting: {
		"GRANT SELECT (seq, id, app, account, set_id, received, due, generation, period, ordinal), DELETE ON veilhash.vouchers TO %s",
		"GRANT SELECT (app, account, set_id, generation, period, open), DELETE ON veilhash.tallies TO %s",
		"GRANT SELECT (id, opened), DELETE ON veilhash.evidence TO %s",
		"GRANT SELECT, INSERT, DELETE ON veilhash.holds TO %s",
		"GRANT SELECT, INSERT ON veilhash.deletions TO %s",
	},
}

// Grants is the SQL that gives a database role the rights of an access, a statement each. Giving them again changes nothing.
func Grants(access Access, role string) []string {
	name := pgx.Identifier{role}.Sanitize()
	out := []string{
		fmt.Sprintf("GRANT USAGE ON SCHEMA veilhash TO %s", name),
		fmt.Sprintf("GRANT SELECT ON veilhash.schema TO %s", name),
	}
	for _, r := range rights[access] {
		out = append(out, strings.ReplaceAll(r, "%s", name))
	}
	return out
}

// Grant gives a database role, which must exist, the rights of an access, with the credentials of the schema's owner. It is to be repeated after a
// migration. Errors are the database's.
func Grant(ctx context.Context, url string, access Access, role string) error {
	conn, err := connect(ctx, url)
	if err != nil {
		return explain(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return explain(pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, text := range Grants(access, role) {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	}))
}
