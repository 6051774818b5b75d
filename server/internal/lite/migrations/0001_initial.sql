-- A voucher's record is small and is written several times; its bytes are large and written once. They lie apart, so that a
-- decision does not rewrite the bytes, and so that bytes can be deleted while the record still answers for the id.
CREATE TABLE vouchers (
  seq        INTEGER PRIMARY KEY,          -- order of arrival
  id         BLOB    NOT NULL UNIQUE,
  app        TEXT    NOT NULL,
  account    TEXT    NOT NULL,
  message    TEXT    NOT NULL,
  set_id     BLOB    NOT NULL,
  digest     BLOB    NOT NULL,             -- SHA-256 of the bytes
  received   INTEGER NOT NULL,             -- times are milliseconds since 1970-01-01 UTC
  state      INTEGER NOT NULL DEFAULT 0,   -- store.State
  reason     TEXT    NOT NULL DEFAULT '',
  due        INTEGER          DEFAULT 0,   -- from when it may be claimed; NULL when no work is left
  attempt    INTEGER NOT NULL DEFAULT 0,
  generation INTEGER,                      -- these three of matches
  period     INTEGER,
  ordinal    INTEGER
) STRICT;

CREATE TABLE bodies (
  seq INTEGER PRIMARY KEY,                 -- vouchers.seq
  raw BLOB NOT NULL
) STRICT;

CREATE INDEX vouchers_due ON vouchers (set_id, seq) WHERE due IS NOT NULL;

CREATE INDEX vouchers_account ON vouchers (app, account);

CREATE UNIQUE INDEX vouchers_match ON vouchers (app, account, set_id, generation, period, ordinal) WHERE ordinal IS NOT NULL;

CREATE TABLE tallies (
  app        TEXT    NOT NULL,
  account    TEXT    NOT NULL,
  set_id     BLOB    NOT NULL,
  generation INTEGER NOT NULL,
  period     INTEGER NOT NULL,
  state      BLOB    NOT NULL,
  counted    INTEGER NOT NULL,
  opened     INTEGER NOT NULL,
  open       INTEGER NOT NULL,             -- 0 or 1
  version    INTEGER NOT NULL,
  PRIMARY KEY (app, account, set_id, generation, period)
) STRICT;

CREATE TABLE evidence (
  id      BLOB    PRIMARY KEY,             -- vouchers.id
  outcome INTEGER NOT NULL,                -- store.Outcome
  kind    INTEGER NOT NULL,
  payload BLOB    NOT NULL,
  opened  INTEGER NOT NULL
) STRICT;
