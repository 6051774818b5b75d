-- Accounts whose records nobody may delete.
CREATE TABLE holds (
  app     TEXT    NOT NULL,
  account TEXT    NOT NULL,
  since   INTEGER NOT NULL,
  PRIMARY KEY (app, account)
) STRICT;

-- What was deleted: how many records and why, never which. It can be added to, and not be changed.
CREATE TABLE deletions (
  number   INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  reason   TEXT    NOT NULL,               -- store.Reason
  vouchers INTEGER NOT NULL,
  tallies  INTEGER NOT NULL,
  evidence INTEGER NOT NULL
) STRICT;

CREATE TRIGGER deletions_stay BEFORE DELETE ON deletions BEGIN SELECT RAISE(ABORT, 'the log of deletions cannot be changed'); END;

CREATE TRIGGER deletions_stand BEFORE UPDATE ON deletions BEGIN SELECT RAISE(ABORT, 'the log of deletions cannot be changed'); END;

-- Objects whose record was deleted and that are to be deleted elsewhere.
CREATE TABLE doomed (place TEXT PRIMARY KEY) STRICT;

CREATE INDEX bodies_place ON bodies (place) WHERE place <> '';

CREATE INDEX evidence_place ON evidence (place) WHERE place <> '';
